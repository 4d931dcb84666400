//! Selectors of nodes and namespaces, outside of policies, that select none.
//!
//! Said only of a complete cluster: nodes are seldom kept with the rest.

use super::bundle::{Bundle, finding};
use crate::decode::Located;
use crate::selector::{Labels, Selector};
use crate::{Diagnostic, Severity};

const CODE: &str = "selects-nothing";

pub(super) fn check(bundle: &Bundle<'_>, found: &mut Vec<Diagnostic>) {
    if !bundle.is_complete() {
        return;
    }
    let nodes: Vec<_> = bundle.inventory.nodes.values().copied().collect();
    let namespaces = &bundle.inventory.namespaces;
    let endpoints = &bundle.inventory.endpoints;
    for field in fields(bundle) {
        let (count, what) = match field.of {
            Of::Nodes => (field.selected(bundle, "Node", nodes.as_slice()), "nodes"),
            Of::Namespaces => (
                field.selected(bundle, "Namespace", namespaces),
                "namespaces",
            ),
            Of::Workloads => (field.selected(bundle, "Pod", endpoints), "endpoints"),
        };
        if let Some(all) = count {
            let message = format!(
                "{} selects none of the {all} {what}: {}",
                field.text, field.means
            );
            let path = field.path.as_str();
            found.push(finding(field.at, Severity::Warning, CODE, path, message));
        }
    }
}

/// A field that holds a selector.
struct Field<'a> {
    at: &'a Located,
    path: String,
    text: &'a str,
    of: Of,
    /// What it means that nothing is selected.
    means: &'static str,
}

#[derive(Clone, Copy)]
enum Of {
    Nodes,
    Namespaces,
    Workloads,
}

impl<'a> Field<'a> {
    /// `None` for a blank one, which selects everything or is not there.
    fn new(
        at: &'a Located,
        path: String,
        text: Option<&'a str>,
        of: Of,
        means: &'static str,
    ) -> Option<Self> {
        let text = text.filter(|text| !text.trim().is_empty())?;
        Some(Self {
            at,
            path,
            text,
            of,
            means,
        })
    }

    /// How many there are, where there are some and none is selected.
    fn selected<L: Labels>(
        &self,
        bundle: &Bundle<'_>,
        kind: &'static str,
        all: &[L],
    ) -> Option<usize> {
        let selector = Selector::parse(self.text).ok()?;
        let selector = match self.of {
            // Labels of namespaces are kept as endpoints inherit them.
            Of::Namespaces => selector.prefixed(crate::convert::NAMESPACE_LABEL_PREFIX),
            Of::Nodes | Of::Workloads => selector,
        };
        let judged = bundle.unseen.none_of(kind) && !all.is_empty() && bundle.afford(all.len());
        (judged && !all.iter().any(|one| selector.matches(one))).then_some(all.len())
    }
}

fn fields<'a>(bundle: &Bundle<'a>) -> Vec<Field<'a>> {
    let mut fields = Vec::new();
    for peer in &bundle.peers {
        let (at, spec) = (peer.at, &peer.resource.spec);
        let means = "the BGPPeer makes no session";
        let own = [
            ("nodeSelector", &spec.node_selector, Of::Nodes),
            ("peerSelector", &spec.peer_selector, Of::Nodes),
            (
                "localWorkloadSelector",
                &spec.local_workload_selector,
                Of::Workloads,
            ),
        ];
        fields.extend(
            own.into_iter()
                .map(|(field, text, of)| (at, field, text, of, means)),
        );
    }
    for pool in &bundle.pools {
        let (at, spec) = (pool.at, &pool.resource.spec);
        let own = [
            ("nodeSelector", &spec.node_selector, Of::Nodes),
            (
                "namespaceSelector",
                &spec.namespace_selector,
                Of::Namespaces,
            ),
        ];
        fields.extend(
            own.into_iter()
                .map(|(field, text, of)| (at, field, text, of, NO_ADDRESS)),
        );
    }
    for felix in &bundle.felix {
        let text = &felix.resource.spec.node_selector;
        let means = "no node reads the configuration";
        fields.push((felix.at, "nodeSelector", text, Of::Nodes, means));
    }
    let fields = fields
        .into_iter()
        .filter_map(|(at, field, text, of, means)| {
            Field::new(at, format!("spec.{field}"), text.as_deref(), of, means)
        });
    fields.chain(listed(bundle)).collect()
}

const NO_ADDRESS: &str = "no pod gets an address of the pool";

/// Those that stand in lists: the operator's pools, templates of host endpoints.
fn listed<'a>(bundle: &Bundle<'a>) -> Vec<Field<'a>> {
    let mut fields = Vec::new();
    for installation in &bundle.installations {
        let network = installation.resource.spec.calico_network.as_ref();
        let pools = network.and_then(|network| network.ip_pools.as_deref());
        for (index, pool) in pools.unwrap_or_default().iter().enumerate() {
            let path = format!("spec.calicoNetwork.ipPools[{index}].nodeSelector");
            let text = pool.node_selector.as_deref();
            fields.extend(Field::new(
                installation.at,
                path,
                text,
                Of::Nodes,
                NO_ADDRESS,
            ));
        }
    }
    for controllers in &bundle.controllers {
        let node = controllers.resource.spec.controllers.node.as_ref();
        let automatic = node.and_then(|node| node.host_endpoint.as_ref());
        let templates = automatic.map_or(&[][..], |automatic| &automatic.templates);
        for (index, template) in templates.iter().enumerate() {
            let path =
                format!("spec.controllers.node.hostEndpoint.templates[{index}].nodeSelector");
            let means = "no host endpoint is made of the template";
            let text = template.node_selector.as_deref();
            fields.extend(Field::new(controllers.at, path, text, Of::Nodes, means));
        }
    }
    fields
}
