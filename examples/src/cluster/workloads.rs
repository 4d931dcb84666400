//! Pods of one application, seen as one.

use std::collections::BTreeMap;

use policy_engine::{Endpoint, EndpointId, EndpointKind, PolicySet, Protocol};

/// Labels that name the application of a pod, the first that is there counting.
const APPLICATION: [&str; 3] = ["app", "app.kubernetes.io/name", "k8s-app"];

/// The pods of one application in one namespace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Application {
    /// `namespace/application`.
    pub(super) name: String,
    /// Its pods, in the order of their names.
    pub(super) pods: Vec<EndpointId>,
    /// The ports that its pods name.
    pub(super) ports: Vec<(Protocol, u16)>,
}

/// All applications, in the order of their names.
pub(super) fn applications(set: &PolicySet) -> Vec<Application> {
    let mut found: BTreeMap<String, Application> = BTreeMap::new();
    for (id, endpoint) in set.endpoint_ids() {
        if endpoint.kind != EndpointKind::Workload || endpoint.addresses.is_empty() {
            continue;
        }
        let name = application(endpoint);
        let entry = found.entry(name.clone()).or_insert_with(|| Application {
            name,
            pods: Vec::new(),
            ports: Vec::new(),
        });
        entry.pods.push(id);
        for port in endpoint.ports.iter().map(|port| (port.protocol, port.port)) {
            if !entry.ports.contains(&port) {
                entry.ports.push(port);
            }
        }
    }
    found.into_values().collect()
}

/// `namespace/application`; the pod's own name where no label names an application.
fn application(endpoint: &Endpoint) -> String {
    let label = APPLICATION
        .iter()
        .find_map(|label| endpoint.labels.get(*label));
    match (label, endpoint.name.split_once('/')) {
        (Some(label), Some((namespace, _))) => format!("{namespace}/{label}"),
        (Some(label), None) => label.clone(),
        (None, _) => endpoint.name.clone(),
    }
}
