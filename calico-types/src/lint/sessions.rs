//! Problems of the topology, each put at the `BGPPeer` or node that causes it.
//!
//! A selector that is wrong is wrong on every node: problems of one kind and one
//! `BGPPeer` are one finding that says how many there are.

use std::collections::BTreeMap;

use super::bundle::Bundle;
use crate::topology::Problem;
use crate::{Code, Diagnostic, Severity};

pub(super) fn check(bundle: &Bundle<'_>, found: &mut Vec<Diagnostic>) {
    let Some((_, problems)) = bundle.topology() else {
        return;
    };
    // One finding for each BGPPeer and kind of problem, however many nodes.
    let mut grouped: BTreeMap<(&'static str, Option<&str>), Vec<&Problem>> = BTreeMap::new();
    for problem in problems {
        if let Some((code, _)) = kind(bundle, problem) {
            let key = (code, problem.bgp_peer());
            grouped.entry(key).or_default().push(problem);
        }
    }
    for problems in grouped.values() {
        found.extend(finding(bundle, problems));
    }
}

/// The first problem in words, at the `BGPPeer` that causes it; problems of the
/// mesh stand at the configuration that has it.
fn finding(bundle: &Bundle<'_>, problems: &[&Problem]) -> Option<Diagnostic> {
    let (first, rest) = problems.split_first()?;
    let (code, severity) = kind(bundle, first)?;
    let more = match rest.len() {
        0 => String::new(),
        more => format!(" (and {more} more of the kind)"),
    };
    let message = format!("{first}{more}");
    let named = |name| bundle.nodes.iter().rev().find(|node| node.name() == name);
    let peer = first.bgp_peer().and_then(|name| bundle.peer(name));
    let diagnostic = match (peer, at_node(first).and_then(named)) {
        (Some(peer), _) => peer.finding(severity, code, path(first), message),
        (None, Some(node)) => node.finding(severity, code, path(first), message),
        (None, None) => match bundle.default_configuration() {
            Some(configuration) => {
                configuration.finding(severity, code, "spec.nodeMeshPassword", message)
            }
            None => Diagnostic::new(severity, Code(code), message),
        },
    };
    Some(match help(first) {
        Some(help) => diagnostic.help(help),
        None => diagnostic,
    })
}

/// The node that has to change, where no `BGPPeer` has.
fn at_node(problem: &Problem) -> Option<&str> {
    match problem {
        Problem::MeshAsMismatch { node, .. } => Some(node),
        Problem::DuplicateAddress { double, .. } => Some(double),
        Problem::Collision { .. }
        | Problem::Selector { .. }
        | Problem::ReachableByFamily { .. }
        | Problem::MissingPassword { .. }
        | Problem::OneSided { .. }
        | Problem::AsMismatch { .. }
        | Problem::BothPassive { .. }
        | Problem::ReflectorAsClient { .. } => None,
    }
}

/// Code and severity; `None` for what others report.
fn kind(bundle: &Bundle<'_>, problem: &Problem) -> Option<(&'static str, Severity)> {
    Some(match problem {
        Problem::Collision { .. } => ("peering-collision", Severity::Warning),
        // Validation shows the selector itself.
        Problem::Selector { .. } => return None,
        Problem::ReachableByFamily { .. } => ("gateway-family", Severity::Warning),
        // Secrets are seldom kept with the rest.
        Problem::MissingPassword { secret, .. }
            if !bundle.is_complete() || bundle.unseen.may_be("Secret", secret) =>
        {
            return None;
        }
        Problem::MissingPassword { .. } => ("missing-password", Severity::Warning),
        // What could not be read may be the way back, or say the number.
        Problem::OneSided { .. } | Problem::AsMismatch { .. } if !bundle.unseen.no_peerings() => {
            return None;
        }
        Problem::OneSided { .. } => ("one-sided-peering", Severity::Warning),
        Problem::AsMismatch { .. } | Problem::MeshAsMismatch { .. } => {
            ("as-mismatch", Severity::Warning)
        }
        Problem::DuplicateAddress { .. } => ("duplicate-node-address", Severity::Error),
        Problem::BothPassive { .. } => ("both-passive", Severity::Warning),
        Problem::ReflectorAsClient { .. } => ("reflector-as-client", Severity::Warning),
    })
}

/// The field to change, which need not be there: the finding then stands at what
/// is around it.
fn path(problem: &Problem) -> &'static str {
    match problem {
        Problem::Selector { .. } | Problem::Collision { .. } | Problem::BothPassive { .. } => {
            "metadata.name"
        }
        Problem::ReachableByFamily { .. } => "spec.reachableBy",
        Problem::MissingPassword { .. } => "spec.password",
        Problem::OneSided { .. } => "spec.reversePeering",
        Problem::AsMismatch { .. } => "spec.asNumber",
        Problem::MeshAsMismatch { .. } => "spec.bgp.asNumber",
        Problem::DuplicateAddress { .. } => "spec.bgp",
        Problem::ReflectorAsClient { .. } => "spec.peerIP",
    }
}

fn help(problem: &Problem) -> Option<&'static str> {
    match problem {
        Problem::OneSided { .. } => Some(
            "let the peer come back by itself (`reversePeering: Auto`), or give it a BGPPeer of its own",
        ),
        Problem::ReflectorAsClient { .. } => {
            Some("select reflectors by label (`peerSelector`): then Calico compares cluster ids")
        }
        Problem::Collision { .. } => Some("let each BGPPeer be for other nodes or other peers"),
        Problem::MeshAsMismatch { .. } => {
            Some("give the other nodes an asNumber of their own too, or peer the node by BGPPeers")
        }
        Problem::DuplicateAddress { .. } => Some("give each node the address that it has"),
        Problem::Selector { .. }
        | Problem::ReachableByFamily { .. }
        | Problem::MissingPassword { .. }
        | Problem::AsMismatch { .. }
        | Problem::BothPassive { .. } => None,
    }
}
