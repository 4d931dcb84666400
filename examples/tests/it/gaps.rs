//! Gaps of a topology against speakers that run it: who never holds whose route.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, Ipv4Addr};
use std::time::{Duration, Instant};

use calico_types::Resource;
use examples::node::Speaker;
use examples::plan::ClusterPlan;
use examples::sim::{Latencies, MachineId, Random, World};
use ipnet::{IpNet, Ipv4Net};
use serde_json::{Value, json};

/// Clusters that are made up and run.
const CLUSTERS: u64 = 150;
/// Virtual time in which sessions come up and routes settle.
const SETTLED: Duration = Duration::from_secs(60);

fn v3(kind: &str, name: &str, labels: &Value, spec: &Value) -> Resource {
    let value = json!({"metadata": {"name": name, "labels": labels}, "spec": spec});
    Resource::from_value("projectcalico.org/v3", kind, &value)
        .unwrap()
        .unwrap()
}

fn block(node: u8) -> IpNet {
    Ipv4Net::new_assert(Ipv4Addr::new(192, 168, node, 0), 26).into()
}

fn name(node: u8) -> String {
    format!("n{node}")
}

/// Four to eight nodes, some of them reflectors, each with a cluster id of its `own` or
/// one of three; and `BGPPeer`s between the nodes of one label and those of another.
fn cluster(random: &mut Random, own: bool) -> (u8, Vec<Resource>) {
    let small = |random: &mut Random, limit: u64| u8::try_from(random.below(limit)).unwrap();
    let nodes = 4 + small(random, 5);
    let mesh = random.below(4) == 0;
    let mut all = vec![v3(
        "BGPConfiguration",
        "default",
        &json!({}),
        &json!({"nodeToNodeMeshEnabled": mesh}),
    )];
    // Without a pool the export filter lets no other node's routes pass.
    let pool = json!({"cidr": "192.168.0.0/16", "blockSize": 26});
    all.push(v3("IPPool", "pods", &json!({}), &pool));
    for node in 0..nodes {
        let mut bgp = json!({"ipv4Address": format!("10.0.0.{}/24", node + 1)});
        if random.below(5) < 2 {
            let id = if own { node } else { small(random, 3) };
            bgp["routeReflectorClusterID"] = json!(format!("244.0.0.{id}"));
        }
        let labels = json!({"group": format!("g{}", small(random, 4))});
        all.push(v3("Node", &name(node), &labels, &json!({"bgp": bgp})));
        all.push(v3(
            "BlockAffinity",
            &format!("b{node}"),
            &json!({}),
            &json!({"cidr": block(node).to_string(), "node": name(node), "state": "confirmed",
                    "deleted": false, "type": "host"}),
        ));
    }
    for peer in 0..2 + small(random, 4) {
        let group = |random: &mut Random| format!("group == 'g{}'", small(random, 4));
        let spec = json!({"nodeSelector": group(random), "peerSelector": group(random)});
        all.push(v3("BGPPeer", &format!("p{peer}"), &json!({}), &spec));
    }
    (nodes, all)
}

/// Runs a cluster's speakers: who holds whose block in the end.
#[expect(clippy::disallowed_methods, reason = "the base instant of a test")]
fn held(plan: &ClusterPlan, nodes: u8, seed: u64) -> BTreeSet<(String, String)> {
    let near = Duration::from_micros(50)..Duration::from_micros(90);
    let mut world = World::new(Instant::now(), Latencies::new(seed, near.clone(), near));
    let machines: BTreeMap<u8, MachineId> = (0..nodes)
        .map(|node| {
            let address = IpAddr::from(Ipv4Addr::new(10, 0, 0, node + 1));
            (node, world.add(address, "rack"))
        })
        .collect();
    for (node, machine) in &machines {
        let speaker = plan.speaker(&name(*node)).unwrap();
        world.boot(*machine, Speaker::new(speaker).unwrap());
    }
    world.run_until(SETTLED, 1_000_000).unwrap();
    let mut held = BTreeSet::new();
    for (node, machine) in &machines {
        let rib = world.host(*machine).unwrap().rib();
        for other in 0..nodes {
            if rib.best(block(other)).is_some() {
                held.insert((name(other), name(*node)));
            }
        }
    }
    held
}

/// Which nodes' routes do not reach which, as the topology says.
fn said(plan: &ClusterPlan) -> BTreeSet<(String, String)> {
    let mut said = BTreeSet::new();
    for gap in plan.topology().gaps().unwrap() {
        for from in &gap.from {
            let others = gap.to.iter().filter(|to| *to != from);
            said.extend(others.map(|to| (from.clone(), to.clone())));
        }
    }
    said
}

/// Pairs of nodes with sessions of which the second does not hold the first's block.
fn silent(plan: &ClusterPlan, held: &BTreeSet<(String, String)>) -> BTreeSet<(String, String)> {
    let topology = plan.topology();
    let connected: Vec<&str> = topology
        .speakers()
        .iter()
        .map(|speaker| speaker.name.as_str())
        .filter(|node| topology.session_count_of(node).total() > 0)
        .collect();
    let mut silent = BTreeSet::new();
    for from in &connected {
        for to in connected.iter().filter(|to| *to != from) {
            silent.insert(((*from).to_owned(), (*to).to_owned()));
        }
    }
    &silent - held
}

#[test]
fn no_route_crosses_a_gap_and_every_other_arrives() {
    let mut random = Random::new(4456);
    let mut gaps = 0;
    for seed in 0..CLUSTERS {
        let (nodes, resources) = cluster(&mut random, true);
        let plan = ClusterPlan::new(&resources);
        let said = said(&plan);
        let silent = silent(&plan, &held(&plan, nodes, seed));
        assert_eq!(said, silent, "cluster {seed}: {resources:#?}");
        gaps += said.len();
    }
    assert!(gaps > 500, "only {gaps} gaps: too well wired to say much");
}

/// A speaker here takes no route that its own cluster reflected; BIRD takes it where the
/// session is not with a client, and a gap is only what neither lets through.
#[test]
fn no_route_crosses_a_gap_between_reflectors_of_one_cluster() {
    let mut random = Random::new(4456);
    let (mut gaps, mut all) = (0, 0);
    for seed in 0..CLUSTERS {
        let (nodes, resources) = cluster(&mut random, false);
        let plan = ClusterPlan::new(&resources);
        let said = said(&plan);
        let silent = silent(&plan, &held(&plan, nodes, seed));
        let crossed: Vec<_> = said.difference(&silent).collect();
        assert!(
            crossed.is_empty(),
            "cluster {seed}: {crossed:?} in {resources:#?}"
        );
        gaps += said.len();
        all += silent.len();
    }
    assert!(
        gaps * 10 > all * 9,
        "{gaps} gaps explain {all} silent pairs"
    );
}
