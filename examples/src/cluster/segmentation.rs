//! Part 5: the connectivity matrix and the attacks, from the policies themselves.
//!
//! The compiled snapshot answers, as it would in a dataplane; the literal interpreter is
//! asked too and has to agree, and explains.

use std::net::{IpAddr, Ipv4Addr};

use policy_engine::{
    CompileError, CompileOptions, Decision, Evaluate as _, Flow, FlowError, Peer, PolicySet,
    Protocol, SideTrace, Snapshot, Verdict,
};

use super::intent::Intent;
use super::workloads::{Application, applications};
use crate::report::{Answer, Checks, Decided, FlowStory, Row, Segmentation, plural};

/// An address that is in no cluster (TEST-NET-3, RFC 5737).
const OUTSIDE: IpAddr = IpAddr::V4(Ipv4Addr::new(203, 0, 113, 10));
/// Rows and columns that a matrix shows at most; beyond that nobody reads it.
const SHOWN: usize = 12;
/// The port asked about where a destination names none.
const ANY_PORT: (Protocol, u16) = (Protocol::TCP, 443);

/// Policies could not be judged.
#[derive(Debug, thiserror::Error)]
pub enum SegmentationError {
    /// The policies are too many or too large to compile.
    #[error(transparent)]
    Compile(#[from] CompileError),
    /// An endpoint could not be found or judged.
    #[error(transparent)]
    Flow(#[from] FlowError),
}

/// One end of a row or column.
#[derive(Clone, Copy, Debug)]
enum Party<'a> {
    Application(&'a Application),
    Outside,
}

/// A column: a party and one of its ports.
#[derive(Clone, Copy, Debug)]
struct Destination<'a> {
    party: Party<'a>,
    port: (Protocol, u16),
}

/// Judges every pair of parties, and explains the flows of the intent, to which the
/// matrix is held when it is `binding`.
pub(super) fn segmentation(
    set: PolicySet,
    intent: &Intent,
    binding: bool,
    checks: &mut Checks,
) -> Result<Segmentation, SegmentationError> {
    let applications = applications(&set);
    let parties: Vec<Party<'_>> = applications
        .iter()
        .map(Party::Application)
        .chain([Party::Outside])
        .collect();
    let columns: Vec<Destination<'_>> = parties
        .iter()
        .flat_map(Party::destinations)
        .take(SHOWN)
        .collect();
    let snapshot = Snapshot::compile(set, CompileOptions::new())?;
    let mut judge = Judge {
        snapshot: &snapshot,
        asked: 0,
        disagreed: 0,
        unlike: Vec::new(),
    };
    let mut rows = Vec::new();
    for source in parties.iter().take(SHOWN) {
        let answers = columns.iter().map(|column| judge.answer(*source, column));
        rows.push(Row {
            source: source.name().to_owned(),
            answers: answers.collect::<Result<_, _>>()?,
        });
    }
    let destinations: Vec<String> = columns.iter().map(Destination::name).collect();
    judge.report(checks);
    if binding {
        intent.covered(&rows, &destinations, checks);
        intent.compare(&rows, &destinations, checks);
    }
    let mut flows = Vec::new();
    for (title, from, to) in intent.stories {
        let source = parties.iter().find(|party| party.name() == *from);
        let destination = columns.iter().find(|destination| destination.name() == *to);
        if let (Some(source), Some(destination)) = (source, destination) {
            flows.extend(judge.story(title, *source, destination)?);
        }
    }
    Ok(Segmentation {
        destinations,
        rows,
        flows,
    })
}

impl<'a> Party<'a> {
    fn name(&self) -> &'a str {
        match self {
            Self::Application(application) => &application.name,
            Self::Outside => "outside",
        }
    }

    fn peers(&self) -> Vec<Peer<'a>> {
        match self {
            Self::Application(application) => {
                application.pods.iter().map(|id| Peer::Id(*id)).collect()
            }
            Self::Outside => vec![Peer::Address(OUTSIDE)],
        }
    }

    fn destinations(&self) -> Vec<Destination<'a>> {
        let ports = match self {
            Self::Application(application) if !application.ports.is_empty() => &*application.ports,
            Self::Application(_) | Self::Outside => &[ANY_PORT],
        };
        ports
            .iter()
            .map(|port| Destination {
                party: *self,
                port: *port,
            })
            .collect()
    }
}

impl<'a> Destination<'a> {
    fn name(&self) -> String {
        format!("{} {} {}", self.party.name(), self.port.0, self.port.1)
    }

    /// Every flow from a pod of the source to a pod of this destination.
    fn flows_from(&self, source: Party<'a>) -> Vec<Flow<'a>> {
        let (protocol, port) = self.port;
        let to = self.party.peers();
        let pairs = source
            .peers()
            .into_iter()
            .flat_map(|from| to.iter().map(move |to| (from, *to)));
        pairs
            .map(|(from, to)| Flow::new(from, to, protocol).to_port(port))
            .collect()
    }
}

/// Asks both evaluators for every pod of an application.
struct Judge<'s> {
    snapshot: &'s Snapshot,
    asked: usize,
    disagreed: usize,
    unlike: Vec<String>,
}

impl<'s> Judge<'s> {
    fn verdict(&mut self, flow: &Flow<'_>) -> Result<Verdict<'s>, FlowError> {
        let compiled = self.snapshot.verdict(flow)?;
        self.asked += 1;
        self.disagreed += usize::from(self.snapshot.interpreter().verdict(flow)? != compiled);
        Ok(compiled)
    }

    fn answer(
        &mut self,
        source: Party<'_>,
        destination: &Destination<'_>,
    ) -> Result<Option<Answer>, FlowError> {
        if source.name() == destination.party.name() {
            return Ok(None);
        }
        let mut verdicts = Vec::new();
        for flow in destination.flows_from(source) {
            verdicts.push(self.verdict(&flow)?);
        }
        let Some(first) = verdicts.first() else {
            return Ok(None);
        };
        if verdicts
            .iter()
            .any(|verdict| verdict.is_allowed() != first.is_allowed())
        {
            self.unlike
                .push(format!("{} to {}", source.name(), destination.name()));
        }
        Ok(Some(Answer {
            allowed: first.is_allowed(),
            by: deciding(first),
        }))
    }

    /// Claims what holds for all flows.
    fn report(&self, checks: &mut Checks) {
        checks.claim(
            "the compiled policies and the literal interpreter agree",
            self.disagreed == 0,
            format!(
                "{} asked, {} disagreed",
                plural(self.asked, "flow"),
                self.disagreed
            ),
        );
        let claim = "all pods of an application are treated alike";
        checks.none(claim, &self.unlike, "no exception");
    }

    /// Explains the flow between the first pods of both.
    fn story(
        &self,
        title: &str,
        source: Party<'_>,
        destination: &Destination<'_>,
    ) -> Result<Option<FlowStory>, FlowError> {
        let Some(flow) = destination.flows_from(source).into_iter().next() else {
            return Ok(None);
        };
        let explanation = self.snapshot.explain(&flow)?;
        let (from, to) = (source.name(), destination.name());
        Ok(Some(FlowStory {
            title: title.to_owned(),
            flow: format!("{from} → {to} ({})", explanation.packet),
            allowed: explanation.verdict().is_allowed(),
            egress: explanation.egress.as_ref().map(decided),
            ingress: explanation.ingress.as_ref().map(decided),
        }))
    }
}

/// The decision against the flow, or both in favour.
fn deciding(verdict: &Verdict<'_>) -> String {
    if let Some(decision) = verdict.denied_by() {
        return decision.to_string();
    }
    let side =
        |(name, decision): (&str, Option<Decision<'_>>)| Some(format!("{name} {}", decision?));
    let sides = [("egress", verdict.egress), ("ingress", verdict.ingress)];
    sides
        .into_iter()
        .filter_map(side)
        .collect::<Vec<_>>()
        .join("; ")
}

fn decided(side: &SideTrace<'_>) -> Decided {
    let lines = |step: &policy_engine::Step<'_>| {
        step.to_string()
            .lines()
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    Decided {
        allowed: side.decision.is_allowed(),
        by: side.decision.reason.to_string(),
        steps: side.steps.iter().flat_map(lines).collect(),
    }
}
