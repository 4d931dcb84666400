//! Templates of host endpoints.

use std::collections::HashSet;

use super::refuse;
use crate::decode::Located;
use crate::diagnostic::Diagnostic;
use crate::resources::Resource;
use crate::validate::Version;

/// Templates have names of their own, and say which interfaces they are for.
pub(super) fn templates(located: &Located, release: Version, found: &mut Vec<Diagnostic>) {
    let Resource::KubeControllersConfiguration(configuration) = &located.resource else {
        return;
    };
    let node = configuration.spec.controllers.node.as_ref();
    let Some(endpoints) = node.and_then(|node| node.host_endpoint.as_ref()) else {
        return;
    };
    let mut names = HashSet::new();
    for (index, template) in endpoints.templates.iter().enumerate() {
        let path =
            |field: &str| format!("spec.controllers.node.hostEndpoint.templates[{index}].{field}");
        let name = template.generate_name.as_deref().unwrap_or_default();
        let fault = match name {
            "" => Some("a template needs a generateName"),
            name if name.len() > 253 => Some("a generateName has at most 253 bytes"),
            name if !names.insert(name) => Some("another template has this generateName"),
            _ => None,
        };
        if let Some(fault) = fault {
            found.push(refuse(
                located,
                "invalid-template",
                &path("generateName"),
                fault,
            ));
        }
        // Patterns came when 3.32 did; before, only CIDRs were looked at.
        let pattern = template.interface_pattern.as_deref().unwrap_or_default();
        if template.interface_cidrs.is_empty() && (pattern.is_empty() || release < Version::V3_32) {
            let message = "a template needs interfaceCIDRs or an interfacePattern";
            found.push(refuse(
                located,
                "invalid-template",
                &path("interfaceCIDRs"),
                message,
            ));
        }
    }
}
