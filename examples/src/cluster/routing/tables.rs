//! What the speakers hold at rest.

use std::collections::BTreeMap;

use bgp_rib::{Explanation, Ineligible};
use ipnet::IpNet;

use super::network::Network;
use super::router::{FOREIGN, Router};
use crate::node::Speaker;
use crate::report::{Block, Checks, NodeRoute, Refused, plural};

/// Every pod block, as all nodes together hold it.
pub(super) fn blocks(network: &Network, checks: &mut Checks) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut wrong = Vec::new();
    for (prefix, owner) in network.blocks() {
        let address = network.speaker(owner).and_then(own_address);
        let mut hops: BTreeMap<String, usize> = BTreeMap::new();
        let mut decided: BTreeMap<String, usize> = BTreeMap::new();
        let mut held_by = 0;
        for speaker in network.living() {
            let explanation = speaker.rib().explain(prefix);
            let best = explanation
                .routes
                .iter()
                .filter(|judged| is_best(judged))
                .count();
            held_by += usize::from(best == 1);
            *decided.entry(step(&explanation)).or_default() += 1;
            if speaker.name() != owner {
                let hop = next_hop(&explanation).unwrap_or_else(|| "none".to_owned());
                if Some(&hop) != address.as_ref() {
                    wrong.push(format!("{prefix} on {}: {hop}", speaker.name()));
                }
                *hops.entry(hop).or_default() += 1;
            }
        }
        blocks.push(Block {
            prefix: prefix.to_string(),
            owner: owner.clone(),
            next_hop: hops.into_keys().collect::<Vec<_>>().join(", "),
            held_by,
            decided: counted(decided),
        });
    }
    let nodes = network.living().count();
    let lacking: Vec<String> = blocks
        .iter()
        .filter(|block| block.held_by != nodes)
        .map(|block| block.prefix.clone())
        .collect();
    let claim = "every node holds every pod block exactly once as best";
    checks.none(
        claim,
        &lacking,
        &format!(
            "{} on {}",
            plural(blocks.len(), "block"),
            plural(nodes, "node")
        ),
    );
    checks.none(
        "the next hop of every pod block is its owner",
        &wrong,
        "on every other node",
    );
    blocks
}

/// Every node's route to every block.
pub(super) fn routes(network: &Network) -> Vec<NodeRoute> {
    let mut routes = Vec::new();
    for speaker in network.living() {
        for prefix in network.blocks().keys() {
            let explanation = speaker.rib().explain(prefix);
            let own = speaker
                .rib()
                .best(prefix)
                .is_some_and(|route| route.source.peer().is_none());
            routes.push(NodeRoute {
                node: speaker.name().to_owned(),
                prefix: prefix.to_string(),
                next_hop: next_hop(&explanation).filter(|_| !own),
                paths: speaker.rib().candidates(prefix).len(),
                step: step(&explanation),
            });
        }
    }
    routes
}

/// Paths to pod blocks that all nodes together keep.
pub(super) fn paths(network: &Network) -> usize {
    let keep = |speaker: &Speaker| -> usize {
        network
            .blocks()
            .keys()
            .map(|prefix| speaker.rib().candidates(prefix).len())
            .sum()
    };
    network.living().map(keep).sum()
}

/// The foreign routes, and the rules that kept them out.
pub(super) fn refused(network: &Network, checks: &mut Checks) -> Vec<Refused> {
    let mut refused: BTreeMap<(String, String, String), Vec<String>> = BTreeMap::new();
    let mut taken = Vec::new();
    for speaker in network.living() {
        for prefix in &FOREIGN {
            if speaker.rib().best(prefix).is_some() {
                taken.push(format!("{prefix} on {}", speaker.name()));
            }
            for judged in speaker.rib().explain(prefix).routes {
                if let Err(reason @ Ineligible::Rejected { .. }) = &judged.outcome {
                    let key = (
                        prefix.to_string(),
                        judged.route.source.to_string(),
                        reason.to_string(),
                    );
                    refused
                        .entry(key)
                        .or_default()
                        .push(speaker.name().to_owned());
                }
            }
        }
    }
    let kept_out = format!("{} refused", plural(refused.len(), "route"));
    checks.none("no node takes a route from outside", &taken, &kept_out);
    let line = |((prefix, from, by), at)| Refused {
        prefix,
        from,
        at,
        by,
    };
    refused.into_iter().map(line).collect()
}

/// The routers hear of every pod block, with its owner as next hop, and of nothing else.
pub(super) fn check_routers(network: &Network, routers: &[Router], checks: &mut Checks) {
    for router in routers {
        let Some(speaker) = network.speaker(&router.name) else {
            continue;
        };
        let learned: Vec<IpNet> = speaker
            .rib()
            .loc_rib()
            .filter(|route| route.source.peer().is_some())
            .filter_map(|route| route.destination.as_unicast())
            .collect();
        let other = learned
            .iter()
            .filter(|prefix| !network.blocks().contains_key(prefix));
        let other: Vec<String> = other.map(ToString::to_string).collect();
        let blocks = network.blocks().len();
        checks.all(
            format!("{} hears of pod blocks", router.name),
            learned.len() - other.len(),
            blocks,
        );
        checks.none(
            format!("{} hears of nothing else", router.name),
            &other,
            "nothing",
        );
        let straight = network.blocks().iter().filter(|(prefix, owner)| {
            let address = network.speaker(owner).and_then(own_address);
            next_hop(&speaker.rib().explain(**prefix)) == address
        });
        checks.all(
            format!("{} sends straight to the owner of a block", router.name),
            straight.count(),
            blocks,
        );
    }
}

fn is_best(judged: &bgp_rib::Judged) -> bool {
    matches!(judged.outcome, Ok(bgp_rib::Standing::Best { .. }))
}

/// What decided, in words.
fn step(explanation: &Explanation) -> String {
    match (explanation.best(), explanation.decided_by()) {
        (None, _) => "no route".to_owned(),
        (Some(_), Some(step)) => step.to_string(),
        (Some(best), None) if best.route.source.peer().is_none() => "own block".to_owned(),
        (Some(_), None) => "only path".to_owned(),
    }
}

fn next_hop(explanation: &Explanation) -> Option<String> {
    let next_hop = explanation.best()?.route.attributes.next_hop.as_ref()?;
    Some(next_hop.addr().to_string())
}

/// The address that the node of a speaker has in BGP.
fn own_address(speaker: &Speaker) -> Option<String> {
    speaker
        .peerings()
        .find_map(|peering| peering.plan.local)
        .map(|address| address.to_string())
}

/// `only path on 2 nodes, own block on 1 node`, the most frequent first.
fn counted(counts: BTreeMap<String, usize>) -> String {
    let mut counts: Vec<(String, usize)> = counts.into_iter().collect();
    counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let texts = counts
        .into_iter()
        .map(|(what, count)| format!("{what} on {}", plural(count, "node")));
    texts.collect::<Vec<_>>().join(", ")
}
