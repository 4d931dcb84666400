//! Nodes whose speaker cannot speak, or has nobody to speak to; addresses of kinds
//! that nobody asks for.

use super::bundle::{Bundle, Placed};
use crate::decode::printable;
use crate::resources::Node;
use crate::{Diagnostic, Severity};

pub(super) fn check(bundle: &Bundle<'_>, found: &mut Vec<Diagnostic>) {
    for node in &bundle.nodes {
        found.extend(without_address(node));
        found.extend(without_session(bundle, node));
        found.extend(address_types(node));
    }
}

/// `None` without a BGP section: such a node has no speaker, on purpose.
fn has_address(node: &Node) -> Option<bool> {
    let bgp = node.spec.bgp.as_ref()?;
    Some(bgp.ipv4_address.is_some() || bgp.ipv6_address.is_some())
}

/// `apply` replaces the whole object, and an absent `ipv4Address` deletes the
/// annotation that holds it: the node leaves BGP until calico-node restarts and
/// detects the address again.
fn without_address(node: &Placed<'_, Node>) -> Option<Diagnostic> {
    if has_address(node.resource)? {
        return None;
    }
    let message = format!(
        "node {} has a BGP section without ipv4Address or ipv6Address: applying it takes the \
         node out of BGP",
        node.name()
    );
    Some(
        node.finding(
            Severity::Warning,
            "node-without-address",
            "spec.bgp",
            message,
        )
        .help("applying a Node replaces it: repeat the address that `calicoctl get node` shows")
        .help("or change one field only, with `calicoctl patch node`")
        .suggest("ipv4Address: ADDRESS/PREFIX-LENGTH"),
    )
}

/// A node with an address and without a session, where the mesh is off or not for
/// it: usually one whose labels no `nodeSelector` selects. Said only of clusters
/// that have `BGPPeer`s; those without may use no BGP at all.
fn without_session(bundle: &Bundle<'_>, node: &Placed<'_, Node>) -> Option<Diagnostic> {
    // Without any BGPPeer the cluster does not use BGP between nodes at all.
    let unsure = bundle.peers.is_empty() || !bundle.unseen.no_peerings();
    if unsure || has_address(node.resource) != Some(true) {
        return None;
    }
    let bgp = node.resource.spec.bgp.as_ref()?;
    if bundle.has_mesh() && bgp.route_reflector_cluster_id.is_none() {
        return None;
    }
    let (topology, _) = bundle.topology()?;
    let sessions = topology.session_count_of(node.name());
    if sessions.total() > 0 || bundle.nodes.len() < 2 {
        return None;
    }
    let message = format!(
        "node {} has no BGP session: it is in no mesh, and no BGPPeer is for it",
        node.name()
    );
    Some(
        node.finding(
            Severity::Warning,
            "node-without-session",
            "metadata.labels",
            message,
        )
        .help("check that the nodeSelector of a BGPPeer selects its labels"),
    )
}

/// What calico-node asks for when it looks for an address.
const ADDRESS_TYPES: [&str; 3] = ["CalicoNodeIP", "InternalIP", "ExternalIP"];

/// Addresses of another type. No rule looks at the word, and whoever asks for
/// addresses of a type does not get them.
fn address_types(node: &Placed<'_, Node>) -> Vec<Diagnostic> {
    let addresses = node.resource.spec.addresses.iter().enumerate();
    let unknown = addresses.filter_map(|(index, address)| {
        let word = address.r#type.as_deref().filter(|word| !word.is_empty())?;
        let known = ADDRESS_TYPES.contains(&word);
        let meant = ADDRESS_TYPES
            .iter()
            .find(|known| known.eq_ignore_ascii_case(word));
        let message = format!(
            "{} is not a type of address: nobody who looks for an address finds {}",
            printable(word),
            printable(&address.address)
        );
        let path = format!("spec.addresses[{index}].type");
        let code = "unknown-address-type";
        let finding = node.finding(Severity::Warning, code, &path, message);
        let finding = finding.help(format!("types are {}", ADDRESS_TYPES.join(", ")));
        (!known).then(|| match meant {
            Some(meant) => finding.suggest(format!("type: {meant}")),
            None => finding,
        })
    });
    unknown.collect()
}
