//! Names, labels and annotations.

use super::super::Version;
use super::super::findings::{Findings, Place};
use super::super::lexical::{is_label, is_label_value, is_name, is_qualified_name, is_subdomain};
use super::super::tags::{MAX_ANNOTATIONS, annotations_size};
use crate::decode::{printable, shown};

const POLICY_NAME: &str = "a policy's name has a-z, 0-9 and -, and at most one dot, after its tier";

/// Labels that only Calico itself puts on endpoints.
const RESERVED_LABEL: &str = "projectcalico.org/namespace";

pub(crate) fn metadata(place: &Place<'_>, findings: &mut Findings<'_>) {
    let Some(metadata) = place.node.get("metadata") else {
        findings.refuse_field(
            place,
            "metadata",
            "invalid-name",
            "the resource has no name",
        );
        return;
    };
    name(place, metadata.text_of("name"), findings);
    let empty = &[][..];
    let labels = metadata
        .get("labels")
        .map_or(empty, |labels| labels.entries());
    for entry in labels {
        let mut refuse = |message: String| {
            let diagnostic = crate::Diagnostic::error(crate::Code("invalid-label"), message);
            let field = format!("metadata.labels.{}", entry.key);
            findings.add(field, entry.key_span, diagnostic);
        };
        if !is_qualified_name(&entry.key) {
            refuse(format!("{} is no label name", printable(&entry.key)));
        }
        if !is_label_value(entry.value.text().unwrap_or_default()) {
            refuse(format!(
                "{} is no label value: at most 63 letters, digits, - _ .",
                shown(&entry.value)
            ));
        }
        if entry.key == RESERVED_LABEL && findings.kind().ends_with("NetworkSet") {
            findings.refuse_field(
                place,
                "metadata.labels",
                "invalid-label",
                format!("{RESERVED_LABEL} is Calico's own"),
            );
        }
    }
    let Some(annotations) = metadata.get("annotations") else {
        return;
    };
    if annotations_size(annotations) > MAX_ANNOTATIONS {
        findings.refuse_field(
            place,
            "metadata.annotations",
            "too-long",
            "the annotations exceed 256 KiB",
        );
    }
    for entry in annotations.entries() {
        if !is_qualified_name(&entry.key.to_ascii_lowercase()) {
            let message = format!("{} is no annotation name", printable(&entry.key));
            findings.refuse_field(place, "metadata.annotations", "invalid-annotation", message);
        }
    }
}

fn name(place: &Place<'_>, name: &str, findings: &mut Findings<'_>) {
    let without_tiers = findings.release() < Version::V3_29;
    let fault = match findings.kind() {
        "StagedKubernetesNetworkPolicy" if name.len() > 253 => Some("a name has at most 253 bytes"),
        "Tier" if name.len() > 63 => Some("a tier's name has at most 63 bytes"),
        "Tier" if !is_label(name) => Some("a tier's name has a-z, 0-9 and - only"),
        _ if name.is_empty() => Some("the resource has no name"),
        _ if name.len() > 253 => Some("a name has at most 253 bytes"),
        "NetworkPolicy" | "StagedNetworkPolicy" if !is_converted(name) && !is_tiered(name) => {
            Some(POLICY_NAME)
        }
        "GlobalNetworkPolicy" | "StagedGlobalNetworkPolicy" if !is_tiered(name) => {
            Some(POLICY_NAME)
        }
        // There were no tiers to come before a dot.
        "NetworkPolicy" if without_tiers && !is_converted(name) && !is_label(name) => {
            Some("a policy's name has a-z, 0-9 and - only")
        }
        "GlobalNetworkPolicy" if without_tiers && !is_label(name) => {
            Some("a policy's name has a-z, 0-9 and - only")
        }
        _ if !is_name(name) => Some("a name has a-z, 0-9, - and . only"),
        _ => None,
    };
    let Some(fault) = fault else { return };
    let mut diagnostic = crate::Diagnostic::error(crate::Code("invalid-name"), fault);
    let lower = name.to_ascii_lowercase().replace(['_', ' '], "-");
    if lower != name && is_name(&lower) {
        diagnostic = diagnostic.suggest(format!("name: {lower}"));
    }
    let span =
        crate::decode::find(place.node, "metadata.name").map_or(place.node.span, |node| node.span);
    findings.add("metadata.name".to_owned(), span, diagnostic);
}

/// `NAME` or `TIER.NAME`.
fn is_tiered(name: &str) -> bool {
    match name.split_once('.') {
        None => is_label(name),
        Some((tier, rest)) => is_label(tier) && is_label(rest),
    }
}

/// Policies made from other APIs' keep their dots.
fn is_converted(name: &str) -> bool {
    let name = ["knp.default.", "ossg.default."]
        .iter()
        .find_map(|prefix| name.strip_prefix(prefix));
    name.is_some_and(is_subdomain)
}
