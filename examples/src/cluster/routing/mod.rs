//! Part 3: the cluster's speakers in memory, wired both ways, through quiet and broken
//! times.

mod incident;
mod network;
mod router;
mod tables;

use std::time::{Duration, Instant};

use bgp_session::ConfigError;

use crate::plan::{ClusterPlan, PlanError};
use crate::report::{Checks, Flap, Routing, Run, Span};
use network::{ACROSS, INSIDE, Network};
use router::Router;

/// The simulation could not be run.
#[derive(Debug, thiserror::Error)]
pub enum RoutingError {
    /// A speaker could not be planned.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// A session could not be configured.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The speakers never come to rest.
    #[error("the speakers do not come to rest: stopped at virtual time {at:?}")]
    Runaway {
        /// The virtual time that was reached.
        at: Duration,
    },
}

/// Runs the cluster as `mesh` and as `plan` wires it, then breaks things in the second.
pub(super) fn routing(
    plan: &ClusterPlan,
    mesh: &ClusterPlan,
    seed: u64,
    base: Instant,
    checks: &mut Checks,
) -> Result<Routing, RoutingError> {
    let (_, meshed) = run("full mesh", mesh, seed, base, checks)?;
    let (mut network, reflected) = run("as written", plan, seed, base, checks)?;
    let routers = Router::around(plan);
    let mut routing = Routing {
        seed,
        network: describe(&network),
        blocks: tables::blocks(&network, checks),
        routes: tables::routes(&network),
        refused: tables::refused(&network, checks),
        runs: vec![meshed, reflected],
        incidents: Vec::new(),
        history: Vec::new(),
    };
    tables::check_routers(&network, &routers, checks);
    for incident in incident::plan(plan) {
        routing
            .incidents
            .push(incident.happen(&mut network, checks)?);
        routing.history.extend(network.watch.steps.iter().copied());
    }
    Ok(routing)
}

/// Switches a wiring on and runs it to rest.
fn run(
    wiring: &str,
    plan: &ClusterPlan,
    seed: u64,
    base: Instant,
    checks: &mut Checks,
) -> Result<(Network, Run), RoutingError> {
    let mut network = Network::new(plan, &Router::around(plan), seed, base)?;
    network.power_on(seed)?;
    let (sessions, established) = network.sessions();
    checks.all(
        format!("{wiring}: sessions Established"),
        established,
        sessions,
    );
    let goal = network.living().count() * network.blocks().len();
    checks.all(
        format!("{wiring}: best routes, of every node to every pod block"),
        network.held(),
        goal,
    );
    let sent = network.sent();
    let mut run = Run {
        wiring: wiring.to_owned(),
        sessions,
        established,
        established_at: Span(network.watch.last_established),
        converged_at: Span(network.watch.last_change),
        messages: sent.messages(),
        updates: sent.updates,
        bytes: sent.bytes,
        routes: network.held(),
        paths: tables::paths(&network),
        steps: network.watch.steps.clone(),
        flap: None,
    };
    run.flap = flap(&mut network)?;
    Ok((network, run))
}

/// The last block goes and comes back: what a wiring makes of one change.
fn flap(network: &mut Network) -> Result<Option<Flap>, RoutingError> {
    let Some((block, owner)) = network.blocks().last_key_value() else {
        return Ok(None);
    };
    let (block, owner) = (*block, owner.clone());
    let (withdrawn, announced, updates) = network.flap(&owner, block)?;
    Ok(Some(Flap {
        prefix: block.to_string(),
        withdrawn: Span(withdrawn),
        announced: Span(announced),
        updates,
    }))
}

fn describe(network: &Network) -> String {
    let micros = |range: &std::ops::Range<Duration>| {
        format!(
            "{} to {} µs",
            range.start.as_micros(),
            range.end.as_micros()
        )
    };
    format!(
        "{} speakers in virtual time, 10 Gbit/s, one way {} inside a rack, {} between racks; switched on within \
         a second of each other, a dial without answer is repeated after 5 s",
        network.living().count(),
        micros(&INSIDE),
        micros(&ACROSS),
    )
}
