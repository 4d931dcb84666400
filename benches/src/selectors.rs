//! Selectors as users write them, and the labels of pods they are asked about.

use std::collections::BTreeMap;

/// Selectors from short to long, each with a name.
pub const TEXTS: [(&str, &str); 6] = [
    ("all", "all()"),
    ("equals", "app == 'backend'"),
    (
        "typical",
        "app == 'backend' && environment in {'production', 'staging'}",
    ),
    // What Calico's own benchmark parses and validates
    // (libcalico-go/lib/selector/selector_benchmarks_test.go).
    (
        "calico's benchmark",
        r#"! (a == "b"&&! c != "d") || !(a == "b" && !c != "d")"#,
    ),
    (
        "strings",
        "app contains 'back' && pod-template-hash starts with '5d4' && zone ends with '-1'",
    ),
    (
        "converted",
        "projectcalico.org/orchestrator == 'k8s' && projectcalico.org/namespace == 'shop' && \
         !has(quarantine) && (tier != 'edge' || zone starts with 'eu-' || \
         team not in {'a', 'b', 'c', 'd'})",
    ),
];

/// A pod's labels, of which the selectors name a few.
#[must_use]
pub fn labels() -> BTreeMap<String, String> {
    [
        ("app", "backend"),
        ("app.kubernetes.io/managed-by", "helm"),
        ("environment", "production"),
        ("pod-template-hash", "5d4f8c7b9"),
        ("projectcalico.org/namespace", "shop"),
        ("projectcalico.org/orchestrator", "k8s"),
        ("tier", "edge"),
        ("zone", "eu-west-1"),
    ]
    .into_iter()
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .collect()
}
