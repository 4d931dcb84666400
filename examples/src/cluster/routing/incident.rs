//! Things that are broken on purpose.

use std::time::Duration;

use super::RoutingError;
use super::network::Network;
use crate::plan::ClusterPlan;
use crate::report::{Checks, Incident, Span, plural};

/// What happens to a node.
#[derive(Clone, Debug)]
pub(super) enum Planned {
    /// It loses power: its peers notice when their hold timers expire.
    Dies {
        /// The node.
        node: String,
        /// What it is, in words.
        role: &'static str,
        /// The longest hold time of its sessions.
        hold: Duration,
    },
    /// It is switched on again.
    Returns {
        /// The node.
        node: String,
        /// What it is, in words.
        role: &'static str,
    },
}

/// A reflector dies and returns; then another node does.
pub(super) fn plan(plan: &ClusterPlan) -> Vec<Planned> {
    let nodes = || {
        plan.topology()
            .speakers()
            .iter()
            .filter(|node| node.ipv4.or(node.ipv6).is_some())
    };
    let reflector = nodes()
        .find(|node| node.is_route_reflector())
        .map(|node| (node, "reflector"));
    let owner = |node: &str| plan.blocks().filter(|(_, owner)| *owner == node).count();
    let worker = nodes()
        .filter(|node| !node.is_route_reflector())
        .max_by_key(|node| owner(&node.name));
    let mut planned = Vec::new();
    for (node, role) in reflector
        .into_iter()
        .chain(worker.map(|node| (node, "node")))
    {
        let node = node.name.clone();
        planned.push(Planned::Dies {
            node: node.clone(),
            role,
            hold: plan.hold_time(),
        });
        planned.push(Planned::Returns { node, role });
    }
    planned
}

impl Planned {
    /// Lets it happen, and watches until the network is at rest again.
    pub(super) fn happen(
        &self,
        network: &mut Network,
        checks: &mut Checks,
    ) -> Result<Incident, RoutingError> {
        let at = network.now();
        let before = network.sent().messages();
        network.watch_anew();
        let (title, outcome) = match self {
            Self::Dies { node, role, hold } => {
                network.crash(node);
                // A keepalive may have come just before the end.
                network.rest(*hold + Duration::from_secs(5))?;
                (
                    format!("{role} {node} dies"),
                    died(network, node, role, checks),
                )
            }
            Self::Returns { node, role } => {
                network.boot(node)?;
                network.rest(Duration::ZERO)?;
                (
                    format!("{role} {node} returns"),
                    returned(network, node, checks),
                )
            }
        };
        Ok(Incident {
            title,
            at: Span(at),
            noticed_after: network.watch.first_down.map(|down| Span(down - at)),
            settled_after: Span(
                network
                    .watch
                    .last_change
                    .max(network.watch.last_established)
                    .saturating_sub(at),
            ),
            missing: match self {
                Self::Dies { .. } => network.watch.missing,
                // A node that has just come up has everything to learn.
                Self::Returns { .. } => network.missing().len(),
            },
            messages: network.sent().messages() - before,
            outcome,
        })
    }
}

fn died(network: &Network, node: &str, role: &str, checks: &mut Checks) -> String {
    let own = network.blocks_of(node).count();
    let left = network.holders_of_blocks_of(node);
    let dead = format!("{role} {node} dead");
    let claim = format!("{dead}: no route among the living is missing at any time");
    checks.claim(
        claim,
        network.watch.missing == 0,
        format!("{} missing", network.watch.missing),
    );
    let claim = format!(
        "{dead}: no route to its own {} is left",
        plural(own, "block")
    );
    checks.claim(claim, left == 0, format!("{left} left"));
    let (expired, other) = (network.watch.hold_expired, network.watch.other_downs);
    checks.claim(
        format!("{dead}: found out by hold timers"),
        expired > 0 && other == 0,
        format!("{}, {other} ended otherwise", plural(expired, "timer")),
    );
    let missing = network.watch.missing;
    format!(
        "{} to blocks of others missing, {} to its own {} left",
        plural(missing, "route"),
        plural(left, "route"),
        plural(own, "block")
    )
}

fn returned(network: &Network, node: &str, checks: &mut Checks) -> String {
    let (sessions, established) = network.sessions();
    checks.all(
        format!("{node} back: sessions Established"),
        established,
        sessions,
    );
    let goal = network.living().count() * network.blocks().len();
    checks.all(
        format!("{node} back: best routes to pod blocks"),
        network.held(),
        goal,
    );
    format!(
        "{} again, {} in all",
        plural(established, "session"),
        plural(network.held(), "route")
    )
}
