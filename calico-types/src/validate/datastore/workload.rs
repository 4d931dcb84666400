//! Names of workload endpoints.

use super::refuse;
use crate::decode::Located;
use crate::diagnostic::Diagnostic;
use crate::resources::{Resource, WorkloadEndpointSpec};

/// A workload endpoint is called after what it is the endpoint of.
pub(super) fn name(located: &Located, found: &mut Vec<Diagnostic>) {
    let Resource::WorkloadEndpoint(endpoint) = &located.resource else {
        return;
    };
    let name = endpoint.metadata.name.as_str();
    let Some(expected) = expected(&endpoint.spec) else {
        return;
    };
    if !name.is_empty() && name != expected {
        let message =
            format!("the endpoint is called {expected}, after what it is the endpoint of");
        found.push(
            refuse(located, "endpoint-name", "metadata.name", message)
                .suggest(format!("name: {expected}")),
        );
    }
}

/// Node, orchestrator and what that needs to find the endpoint again, joined by
/// dashes; dashes in a part are doubled. `None` where a part is missing.
fn expected(spec: &WorkloadEndpointSpec) -> Option<String> {
    let orchestrator = spec.orchestrator.as_deref()?;
    let (node, endpoint) = (spec.node.as_deref(), spec.endpoint.as_deref());
    let middle = match orchestrator {
        "k8s" => spec.pod.as_deref(),
        "cni" => spec.container_id.as_deref(),
        "libnetwork" => Some("libnetwork"),
        _ => spec.workload.as_deref(),
    };
    let parts = [node, Some(orchestrator), middle, endpoint];
    let parts: Option<Vec<String>> = parts
        .into_iter()
        .map(|part| Some(part.filter(|part| !part.is_empty())?.replace('-', "--")))
        .collect();
    Some(parts?.join("-"))
}
