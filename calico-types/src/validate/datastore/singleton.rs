//! Kinds of which there is one, and what only one of a kind may say.

use super::refuse;
use crate::decode::Located;
use crate::diagnostic::Diagnostic;
use crate::resources::Resource;

/// Of these kinds Calico reads the resource `default`, and takes no other.
pub(super) fn check(located: &Located, found: &mut Vec<Diagnostic>) {
    let single = matches!(
        located.resource,
        Resource::ClusterInformation(_)
            | Resource::IPAMConfiguration(_)
            | Resource::KubeControllersConfiguration(_)
    );
    let name = located.resource.metadata().name.as_str();
    if single && !matches!(name, "default" | "") {
        let kind = located.resource.kind();
        let message = format!("the {kind} of a cluster is called default");
        found.push(
            refuse(located, "singleton-name", "metadata.name", message).suggest("name: default"),
        );
    }
}
