//! The Tigera operator's rules about its `Installation`.
//!
//! They are asked after the operator has filled in its defaults, so that what is
//! left out is judged as what it means: an empty nodeSelector is `all()` by then.
//! An `Installation` that breaks one is stored all the same; the operator then
//! says `Degraded` and does nothing. That there are 25 pools at most, and what an
//! MTU can be beside that, the resource definition says.

use std::collections::HashSet;

use ipnet::IpNet;

use super::Version;
use super::findings::{Findings, Place};
use super::lexical::cidr;
use crate::decode::{Document, find, printable, shown};
use crate::diagnostic::{Diagnostic, RefusedBy};
use crate::path::Path;
use crate::tree::{Node, Value};

/// What the operator has against a document.
pub(super) fn document(document: &Document) -> Vec<Diagnostic> {
    if document.kind.kind != "Installation" {
        return Vec::new();
    }
    let root = crate::prune::tree(&document.root, &document.kind.schema);
    let mut findings = Findings::new(document, RefusedBy::OPERATOR, Version::HEAD);
    if let Some(network) = find(&root, "spec.calicoNetwork") {
        let spec = Path::Key(&Path::Root, "spec");
        let place = Place {
            node: network,
            path: &spec.key("calicoNetwork"),
            root: &root,
        };
        network_settings(&place, &mut findings);
        pools(&place, &mut findings);
    }
    findings.into_diagnostics()
}

fn network_settings(place: &Place<'_>, findings: &mut Findings<'_>) {
    if place
        .node
        .get("mtu")
        .and_then(Node::integer)
        .is_some_and(|mtu| mtu < 0)
    {
        findings.refuse_field(place, "mtu", "out-of-range", "an MTU is not negative");
    }
    for family in ["nodeAddressAutodetectionV4", "nodeAddressAutodetectionV6"] {
        if let Some(detection) = place.node.get(family) {
            detection_methods(place, family, detection, findings);
        }
    }
    if !is_calico_cni(place.root) && place.node.text_of("bgp") == "Enabled" {
        let message = "there is no BGP with a CNI plugin that is not Calico's";
        findings.refuse_field(place, "bgp", "foreign-cni", message);
    }
}

/// One way to find a node's address, whatever the number that there are.
fn detection_methods(
    place: &Place<'_>,
    family: &str,
    detection: &Node,
    findings: &mut Findings<'_>,
) {
    let used = detection
        .entries()
        .iter()
        .filter(|entry| match &entry.value.value {
            Value::Bool(on) => *on,
            Value::String(text) => !text.is_empty(),
            Value::Sequence(items) => !items.is_empty(),
            Value::Null | Value::Number(_) | Value::Mapping(_) => false,
        });
    if used.count() > 1 {
        let message = "one way to detect the address of nodes, not several";
        findings.refuse_field(place, family, "conflicting-fields", message);
    }
    let cidrs = detection.get("cidrs").map(Node::items).unwrap_or_default();
    for (index, net) in cidrs.iter().enumerate() {
        if net.text().and_then(cidr).is_none() {
            let field = format!("{family}.cidrs[{index}]");
            let message = format!("{} is not a CIDR", shown(net));
            findings.refuse_field(place, &field, "invalid-cidr", message);
        }
    }
}

/// The plugin is Calico's unless another is named.
fn is_calico_cni(root: &Node) -> bool {
    let plugin = find(root, "spec.cni.type").and_then(Node::text);
    matches!(plugin, None | Some("" | "Calico"))
}

fn pools(place: &Place<'_>, findings: &mut Findings<'_>) {
    let pools = place
        .node
        .get("ipPools")
        .map(Node::items)
        .unwrap_or_default();
    let names = names(pools);
    let (mut cidrs, mut seen) = (HashSet::new(), HashSet::new());
    for (index, (node, name)) in pools.iter().zip(&names).enumerate() {
        let list = place.path.key("ipPools");
        let pool = Place {
            node,
            path: &list.index(index),
            root: place.root,
        };
        let text = node.text_of("cidr");
        let Some(net) = cidr(text) else {
            let message = format!("\"{}\" is not a CIDR (address/length)", printable(text));
            findings.refuse_field(&pool, "cidr", "invalid-cidr", message);
            continue;
        };
        if !cidrs.insert(text) {
            let message = format!("two pools of the CIDR {net}");
            findings.refuse_field(&pool, "cidr", "duplicate-pool", message);
        } else if !seen.insert(name.as_str()) {
            let message = format!("two pools of the name {}", printable(name));
            findings.refuse_field(&pool, "name", "duplicate-pool", message);
        }
        blocks(&pool, net, findings);
        encapsulation(&pool, place.node, net, findings);
        load_balancer(&pool, net, findings);
    }
}

/// The names of pools, as the operator makes them where there are none: the
/// usual one for a single pool of a family, else one made of the CIDR.
fn names(pools: &[Node]) -> Vec<String> {
    let family = |pool: &Node| cidr(pool.text_of("cidr")).map(|net| net.addr().is_ipv4());
    let usual = match pools {
        [_] => true,
        [one, two] => family(one) != family(two),
        _ => false,
    };
    let name = |pool: &Node| match (pool.text_of("name"), family(pool)) {
        ("", Some(false)) if usual => "default-ipv6-ippool".to_owned(),
        ("", _) if usual => "default-ipv4-ippool".to_owned(),
        ("", _) => pool.text_of("cidr").replace(['/', ':'], "-"),
        (name, _) => name.to_owned(),
    };
    pools.iter().map(name).collect()
}

fn blocks(pool: &Place<'_>, net: IpNet, findings: &mut Findings<'_>) {
    let (default, bounds) = if net.addr().is_ipv4() {
        (26, 20..=32)
    } else {
        (122, 116..=128)
    };
    let length = pool
        .node
        .get("blockSize")
        .and_then(Node::integer)
        .unwrap_or(default);
    if !bounds.contains(&length) {
        let message = format!("blocks are /{} to /{}", bounds.start(), bounds.end());
        findings.refuse_field(pool, "blockSize", "invalid-block-size", message);
    } else if i64::from(net.prefix_len()) > length {
        let message = format!("the pool is smaller than one of its blocks of /{length}");
        findings.refuse_field(pool, "cidr", "pool-smaller-than-block", message);
    }
}

/// How packets of a pool travel, as the operator fills it in.
fn encapsulation_of(pool: &Node, calico: bool, net: IpNet) -> &str {
    match pool.text_of("encapsulation") {
        "" if calico && net.addr().is_ipv4() => "IPIP",
        "" => "None",
        word => word,
    }
}

fn encapsulation(pool: &Place<'_>, network: &Node, net: IpNet, findings: &mut Findings<'_>) {
    const FIELD: &str = "encapsulation";
    let calico = is_calico_cni(pool.root);
    let word = encapsulation_of(pool.node, calico, net);
    let ipip = word.starts_with("IPIP");
    if !calico {
        if word != "None" {
            let message = "with a CNI plugin that is not Calico's encapsulation is None";
            findings.refuse_field(pool, FIELD, "foreign-cni", message);
        }
        if !matches!(pool.node.text_of("nodeSelector"), "" | "all()") {
            let message = "with a CNI plugin that is not Calico's a pool is for all() nodes";
            findings.refuse_field(pool, "nodeSelector", "foreign-cni", message);
        }
        return;
    }
    if ipip && !net.addr().is_ipv4() {
        let message = "there is no IP-in-IP for IPv6 pools";
        findings.refuse_field(pool, FIELD, "ipip-on-ipv6", message);
    }
    let ipam = find(pool.root, "spec.cni.ipam.type").and_then(Node::text);
    if ipam == Some("HostLocal") {
        if word.starts_with("VXLAN") {
            let message = "there is no VXLAN with the IPAM plugin host-local";
            findings.refuse_field(pool, FIELD, "foreign-ipam", message);
        }
        return;
    }
    // Felix may program the routes instead; BIRD does unless told otherwise.
    let bird = matches!(network.text_of("clusterRoutingMode"), "" | "BIRD");
    if (ipip || word == "None") && bird && network.text_of("bgp") == "Disabled" {
        let message =
            format!("BGP carries the routes of encapsulation {word}, and bgp is Disabled");
        findings.refuse_field(pool, FIELD, "encapsulation-needs-bgp", message);
    }
}

fn load_balancer(pool: &Place<'_>, net: IpNet, findings: &mut Findings<'_>) {
    const CODE: &str = "load-balancer-pool";
    let uses = pool
        .node
        .get("allowedUses")
        .map(Node::items)
        .unwrap_or_default();
    let uses_for = |word: &str| uses.iter().any(|item| item.text() == Some(word));
    if !uses_for("LoadBalancer") {
        return;
    }
    if uses_for("Workload") || uses_for("Tunnel") {
        let message = "LoadBalancer goes with no other use";
        findings.refuse_field(pool, "allowedUses", CODE, message);
    }
    if encapsulation_of(pool.node, is_calico_cni(pool.root), net) != "None" {
        let message = "a LoadBalancer pool takes no encapsulation: say None";
        findings.refuse_field(pool, "encapsulation", CODE, message);
    }
    if pool.node.is_true("disableBGPExport") {
        let message = "a LoadBalancer pool cannot stay out of BGP";
        findings.refuse_field(pool, "disableBGPExport", CODE, message);
    }
    if !matches!(pool.node.text_of("nodeSelector"), "" | "all()") {
        let message = "a LoadBalancer pool is for all nodes: nodeSelector: all()";
        findings.refuse_field(pool, "nodeSelector", CODE, message);
    }
}
