//! Differences between topologies: what comes, goes, and is reset.

use std::collections::BTreeMap;

use calico_types::Resource;
use calico_types::topology::{
    Bird, Change, Effect, Field, NodeCounts, NodeTopology, Origin, Problem, SessionSpec, Topology,
    TopologyInput,
};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::large::{any_cluster, cluster, within};
use super::{calico, mesh, nodes, peer, reflected};

fn built(resources: &[Resource]) -> Topology {
    Topology::build(&TopologyInput::from_resources(resources))
}

/// What two specifications of one `BGPPeer` make of a session with a router.
fn changed(old: Value, new: Value, bird: Bird) -> (Vec<Field>, Effect) {
    let with = |spec: Value| {
        let mut all = nodes(1, 1);
        all.push(calico(
            "BGPFilter",
            "f",
            json!({"importV4": [{"action": "Accept"}]}),
        ));
        let mut whole = json!({"peerIP": "192.0.2.1", "asNumber": 65000});
        whole
            .as_object_mut()
            .unwrap()
            .extend(spec.as_object().unwrap().clone());
        all.push(peer("p", whole));
        built(&all)
    };
    let (old, new) = (with(old), with(new));
    let diff = old.diff(&new).under(bird);
    let node = diff.node("node-01").unwrap();
    let changes = node
        .sessions
        .iter()
        .filter_map(|session| match &session.change {
            Change::Changed { fields, effect } => {
                Some((fields.iter().map(|change| change.field).collect(), *effect))
            }
            Change::Added { .. } | Change::Removed { .. } | Change::Renamed { .. } => None,
        });
    let [change] = &changes.collect::<Vec<_>>()[..] else {
        unreachable!("one session changes: {node}")
    };
    change.clone()
}

/// The same list as BIRD 2.0.12 answers when it is reconfigured
/// (`examples/tests/it/bird_reconfigure.rs`).
#[test]
fn what_bird_resets_and_what_it_does_not() {
    for (spec, field) in [
        (json!({"asNumber": 65001}), Field::PeerAs),
        (json!({"localASNumber": 65001}), Field::LocalAs),
        (json!({"sourceAddress": "None"}), Field::SourceAddress),
        (json!({"ttlSecurity": 1}), Field::TtlSecurity),
        (json!({"numAllowedLocalASNumbers": 1}), Field::AllowLocalAs),
        (json!({"keepaliveTime": "10s"}), Field::Keepalive),
        (json!({"maxRestartTime": "10s"}), Field::GracefulRestart),
    ] {
        let (fields, effect) = changed(json!({}), spec, Bird::V2);
        assert!(fields.contains(&field), "{field:?}: {fields:?}");
        assert_eq!(effect, Effect::Reset, "{field:?}");
    }
    let next_hop = || json!({"nextHopMode": "Self"});
    assert_eq!(changed(json!({}), next_hop(), Bird::V1).1, Effect::Reset);
    assert_eq!(changed(json!({}), next_hop(), Bird::V2).1, Effect::Refilter);
    let filters = || json!({"filters": ["f"]});
    assert_eq!(
        changed(json!({}), filters(), Bird::V1),
        (vec![Field::ImportFilters], Effect::Refilter)
    );
    // A reflector's external peer becomes a client when it becomes internal.
    let (fields, _) = changed(json!({}), json!({"asNumber": 64512}), Bird::V1);
    assert!(fields.contains(&Field::RouteReflectorClient) && fields.contains(&Field::ClusterId));
}

#[test]
fn what_a_filter_says_is_a_change() {
    let with = |action: &str| {
        let mut all = nodes(1, 0);
        all.push(calico(
            "BGPFilter",
            "f",
            json!({"exportV4": [{"action": action}]}),
        ));
        all.push(peer(
            "p",
            json!({"peerIP": "192.0.2.1", "asNumber": 65000, "filters": ["f"]}),
        ));
        built(&all)
    };
    let (old, new) = (with("Accept"), with("Reject"));
    let diff = old.diff(&new);
    let text = diff.node("node-01").unwrap().to_string();
    assert_eq!(
        text,
        "node-01: 1 -> 1 session\n  ~ Global_192_0_2_1: export filters f (changed) (filters anew)\n"
    );
    assert_eq!(diff.summary().ends_reset, 0);
}

#[test]
fn passwords_are_not_shown() {
    let with = |password: &str| {
        let mut all = nodes(1, 0);
        let reference = json!({"secretKeyRef": {"name": "s", "key": "k"}});
        all.push(peer(
            "p",
            json!({"peerIP": "192.0.2.1", "asNumber": 65000, "password": reference}),
        ));
        let secret = json!({"metadata": {"name": "s"}, "stringData": {"k": password}});
        all.push(
            Resource::from_value("v1", "Secret", &secret)
                .unwrap()
                .unwrap(),
        );
        built(&all)
    };
    let (old, new) = (with("sesame"), with("mustard"));
    let diff = old.diff(&new);
    assert_eq!(diff.summary().ends_reset, 1);
    let text = format!("{diff} {diff:?} {}", serde_json::to_string(&diff).unwrap());
    assert!(
        text.contains("password (hidden) (changed) (resets)"),
        "{text}"
    );
    assert!(!text.contains("sesame") && !text.contains("mustard"));
}

/// The step that spec and issues warn of: reflectors instead of the mesh, at once.
#[test]
fn reflectors_in_place_of_the_mesh_cut_everybody_off() {
    let (meshed, reflected) = (built(&nodes(12, 0)), built(&reflected()));
    let diff = meshed.diff(&reflected);
    let summary = diff.summary();
    assert_eq!((summary.before.total(), summary.after.total()), (66, 30));
    assert_eq!(summary.cut_off.len(), 12);
    assert!(summary.mesh_goes_too_early);
    // 30 of 66 pairs go on, under other names.
    assert_eq!(summary.ends_renamed, 60);
    assert_eq!(summary.ends_removed, 72);
    assert_eq!(summary.ends_added, 0);
    let text = diff.to_string();
    assert!(
        text.contains("without any session meanwhile: node-01, node-02, node-03"),
        "{text}"
    );
    assert!(
        text.contains("the mesh goes before other sessions are up"),
        "{text}"
    );

    // In two steps nobody is: the other nodes keep the mesh until reflectors serve them.
    let mut step = super::reflected();
    step.push(mesh(true));
    let step = built(&step);
    let first = meshed.diff(&step).summary();
    assert_eq!(first.cut_off, ["node-01", "node-02", "node-03"]);
    assert_eq!(step.diff(&reflected).summary().cut_off, [""; 0]);
}

#[test]
fn a_client_is_cut_off_by_its_reflectors() {
    let with = |keepalive: Option<&str>| {
        let mut all = nodes(4, 2);
        all.push(mesh(false));
        // The reflectors' ends are configured apart from the clients'.
        all.push(peer(
            "up",
            json!({"nodeSelector": "!has(rr)", "peerSelector": "has(rr)", "reversePeering": "Manual"}),
        ));
        let mut down =
            json!({"nodeSelector": "has(rr)", "peerSelector": "all()", "reversePeering": "Manual"});
        if let Some(keepalive) = keepalive {
            down["keepaliveTime"] = json!(keepalive);
        }
        all.push(peer("down", down));
        built(&all)
    };
    let (old, new) = (with(None), with(Some("5s")));
    let diff = old.diff(&new);
    assert_eq!(diff.node("node-04"), None);
    let summary = diff.summary();
    assert_eq!(
        summary.cut_off,
        ["node-01", "node-02", "node-03", "node-04"]
    );
    assert_eq!(summary.ends_reset, 6);
}

#[test]
fn a_router_id_or_a_port_concerns_all_sessions_of_a_node() {
    let old = built(&nodes(3, 0));
    let mut input = TopologyInput::from_resources(&nodes(3, 0));
    input.router_id = "hash".parse().unwrap();
    let new = Topology::build(&input);
    let diff = old.diff(&new);
    assert_eq!(diff.summary().ends_reset, 6);
    let node = diff.node("node-01").unwrap();
    assert_eq!(node.speaker_effect, Effect::Reset);
    assert_eq!(node.counts.surviving, 0);

    let mut all = nodes(3, 0);
    all.push(calico(
        "BGPConfiguration",
        "node.node-02",
        json!({"listenPort": 1790}),
    ));
    let new = built(&all);
    let summary = old.diff(&new).summary();
    assert_eq!(summary.restart, ["node-02"]);
    // Others call it elsewhere; it is cut off, they are not.
    assert_eq!(summary.cut_off, ["node-02"]);
    let node = old.diff(&new).node("node-01").unwrap();
    assert!(
        node.to_string()
            .contains("~ Mesh_10_0_0_2: peer port - -> 1790 (resets)"),
        "{node}"
    );
}

#[test]
fn a_node_more_in_a_large_mesh() {
    let (old, new) = (cluster(5_000, 0), cluster(5_001, 0));
    within(200, || a_node_more(&built(&old), &built(&new)));
}

fn a_node_more(old: &Topology, new: &Topology) {
    let diff = old.diff(new);
    let summary = diff.summary();
    assert_eq!(summary.nodes_added, ["node-05000"]);
    assert_eq!(
        (summary.ends_added, summary.ends_removed, summary.ends_reset),
        (10_000, 0, 0)
    );
    assert_eq!(summary.cut_off, [""; 0]);
    assert_eq!(diff.node("node-00007").unwrap().sessions.len(), 1);
}

#[test]
fn a_large_mesh_that_changes_as_a_whole_is_not_written_out() {
    let with = |seconds: u32| {
        let mut all = cluster(5_000, 0);
        let time = format!("{seconds}s");
        all.push(calico(
            "BGPConfiguration",
            "default",
            json!({"nodeMeshMaxRestartTime": time}),
        ));
        all
    };
    let (old, new) = (with(10), with(20));
    within(200, || every_session_changes(&built(&old), &built(&new)));
}

fn every_session_changes(old: &Topology, new: &Topology) {
    let diff = old.diff(new);
    assert_eq!(diff.summary().ends_reset, 5_000 * 4_999);
    let json = serde_json::to_value(&diff).unwrap();
    assert_eq!(json["complete"], false);
    assert_eq!(json["summary"]["cut_off"].as_array().unwrap().len(), 5_000);
}

/// What a session is to BIRD.
fn to_bird(session: &SessionSpec) -> SessionSpec {
    let mut session = session.clone();
    session.origin = Origin::Mesh;
    session.remote_node = None;
    session.import_filters.clear();
    session.export_filters.clear();
    session
}

/// The counts of one node, made the plain way from everything written out.
fn plain(name: &str, old: &Whole, new: &Whole) -> NodeCounts {
    let none = Vec::new();
    let sessions = |whole: &Whole| -> BTreeMap<_, SessionSpec> {
        let node = whole.get(name);
        let sessions = node.map_or(&none, |node| &node.sessions);
        let key = |s: &SessionSpec| ((s.family, s.name.clone()), s.clone());
        sessions.iter().map(key).collect()
    };
    let (before, after) = (sessions(old), sessions(new));
    let mut counts = NodeCounts::default();
    counts.before = before.len();
    counts.after = after.len();
    let mut gone: Vec<&SessionSpec> = before
        .iter()
        .filter(|(key, _)| !after.contains_key(*key))
        .map(|(_, s)| s)
        .collect();
    for (key, session) in &after {
        if let Some(same) = before.get(key) {
            let reset = to_bird(same) != to_bird(session);
            counts.reset += usize::from(reset);
            let moved = same.remote_node != session.remote_node;
            let ended = reset || moved || other_end_ends(name, session, old, new);
            counts.surviving += usize::from(!ended);
            continue;
        }
        match gone
            .iter()
            .position(|old| old.peer_address == session.peer_address)
        {
            Some(at) => {
                gone.remove(at);
                counts.renamed += 1;
            }
            None => counts.added += 1,
        }
    }
    counts.removed = gone.len();
    counts
}

fn other_end_ends(name: &str, session: &SessionSpec, old: &Whole, new: &Whole) -> bool {
    let Some(remote) = &session.remote_node else {
        return false;
    };
    let meshed = session.origin == Origin::Mesh;
    let back = |whole: &Whole| -> Option<BTreeMap<String, SessionSpec>> {
        let sessions = whole.get(remote)?.sessions.iter();
        let back = sessions.filter(|s| {
            s.remote_node.as_deref() == Some(name)
                && s.family == session.family
                && (s.origin == Origin::Mesh) == meshed
        });
        Some(back.map(|s| (s.name.clone(), to_bird(s))).collect())
    };
    let (Some(before), Some(after)) = (back(old), back(new)) else {
        return true;
    };
    before
        .iter()
        .any(|(name, session)| after.get(name) != Some(session))
}

type Whole = BTreeMap<String, NodeTopology>;

fn whole(topology: &Topology) -> Whole {
    topology
        .nodes()
        .map(|node| (node.speaker.name.clone(), node))
        .collect()
}

/// A cluster, and the same with some resources of another.
pub(super) fn two_clusters() -> impl Strategy<Value = (Vec<Resource>, Vec<Resource>)> {
    let taken = prop::collection::vec(prop::bool::weighted(0.2), 16);
    (any_cluster(), any_cluster(), taken).prop_map(|(one, other, taken)| {
        let mut mixed = one.clone();
        for (at, resource) in other.iter().enumerate() {
            if taken.get(at) == Some(&true) {
                let same = |r: &Resource| {
                    (r.kind(), &r.metadata().name) == (resource.kind(), &resource.metadata().name)
                };
                mixed.retain(|r| !same(r));
                mixed.push(resource.clone());
            }
        }
        (one, mixed)
    })
}

proptest! {
    #[test]
    fn counts_are_those_of_everything_written_out((one, other) in two_clusters()) {
        // Under a fixed identifier no speaker ends its sessions as a whole.
        let build = |resources: &[Resource]| {
            let mut input = TopologyInput::from_resources(resources);
            input.router_id = "192.0.2.1".parse().unwrap();
            Topology::build(&input)
        };
        let (old, new) = (build(&one), build(&other));
        // Of two nodes with one address nobody knows which a session is with.
        let is_clear = |topology: &Topology| {
            !topology.problems().any(|p| matches!(p, Problem::DuplicateAddress { .. }))
        };
        let clear = is_clear(&old) && is_clear(&new);
        let diff = old.diff(&new);
        let (before, after) = (whole(&old), whole(&new));
        let (mut added, mut removed, mut renamed, mut reset) = (0, 0, 0, 0);
        let names: std::collections::BTreeSet<&String> = before.keys().chain(after.keys()).collect();
        for name in names {
            let expected = plain(name, &before, &after);
            added += expected.added;
            removed += expected.removed;
            renamed += expected.renamed;
            reset += expected.reset;
            let Some(node) = diff.node(name) else {
                prop_assert_eq!(&before.get(name), &after.get(name));
                continue;
            };
            // Two sessions at one address may be paired either way.
            let paired = |counts: NodeCounts| (
                counts.before, counts.after, counts.added + counts.renamed,
                counts.removed + counts.renamed, counts.reset,
                if clear { counts.surviving } else { 0 },
            );
            prop_assert_eq!(paired(node.counts), paired(expected), "{}\n{}", name, node);
            let of = |wanted: fn(&Change) -> bool| {
                node.sessions.iter().filter(|s| wanted(&s.change)).count()
            };
            let renames = of(|change| matches!(change, Change::Renamed { .. }));
            let adds = of(|change| matches!(change, Change::Added { .. }));
            prop_assert_eq!(adds + renames, expected.added + expected.renamed);
            let resets = node.sessions.iter().filter(|s| s.change.resets()).count();
            prop_assert_eq!(resets, expected.reset + renames);
        }
        let summary = diff.summary();
        prop_assert_eq!(summary.ends_added + summary.ends_renamed, added + renamed);
        prop_assert_eq!(summary.ends_removed + summary.ends_renamed, removed + renamed);
        prop_assert_eq!(summary.ends_reset, reset);
        prop_assert_eq!(summary.nodes_changed, diff.nodes().count());
        prop_assert_eq!(diff.is_empty(), before == after);
    }

    #[test]
    fn nothing_changes_from_a_topology_to_itself(resources in any_cluster()) {
        let (one, other) = (built(&resources), built(&resources));
        prop_assert!(one.diff(&other).is_empty());
        prop_assert!(one.diff(&other).to_string().ends_with("nothing changes\n"));
    }
}
