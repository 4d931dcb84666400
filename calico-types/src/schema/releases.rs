//! What came and went with the releases of Calico, from 3.28 on.
//!
//! The tables beside this one are the release in the making; this one says what
//! of it an older release lacks, what an older one had, and which layer of an
//! older one had which rule. A field that is not here is taken to be as old as
//! 3.28: where its release is not known for sure, silence is better than a
//! wrong refusal.
//!
//! Where each fact is from stands beside it. "Compared" means the JSON fields
//! of the resource definitions, compared between the release tags; "documented"
//! the parameters of Felix in the documentation of each release; "validator"
//! is `libcalico-go/lib/validator/v3/validator.go`, read as of 2021, of 2025
//! (with what became 3.31) and of March 2026 (on the way to 3.32), beside what
//! the compiled validator of August 2026 does.

#[cfg(test)]
use super::Schema;
use crate::validate::Version;

/// Fields of kinds, by the minor release that brought them.
struct Arrivals {
    minor: u16,
    kinds: &'static [&'static str],
    /// Paths without the places in lists; `*` at the end stands for any rest.
    paths: &'static [&'static str],
}

const POLICIES: &[&str] = &["NetworkPolicy", "GlobalNetworkPolicy"];

/// Compared, unless another origin is named.
const FIELDS: &[Arrivals] = &[
    // Tiers were Calico Enterprise's until then.
    Arrivals {
        minor: 29,
        kinds: POLICIES,
        paths: &["spec.tier"],
    },
    Arrivals {
        minor: 29,
        kinds: &["BGPFilter"],
        paths: &[
            "spec.exportV4.prefixLength",
            "spec.exportV6.prefixLength",
            "spec.importV4.prefixLength",
            "spec.importV6.prefixLength",
        ],
    },
    Arrivals {
        minor: 29,
        kinds: &["FelixConfiguration"],
        paths: &[
            "spec.nftablesFilterAllowAction",
            "spec.nftablesFilterDenyAction",
            "spec.nftablesMangleAllowAction",
            "spec.nftablesMarkMask",
            "spec.nftablesMode",
            "spec.nftablesRefreshInterval",
        ],
    },
    Arrivals {
        minor: 30,
        kinds: &["BGPPeer"],
        paths: &["spec.localWorkloadSelector"],
    },
    Arrivals {
        minor: 30,
        kinds: &["BGPConfiguration"],
        paths: &["spec.localWorkloadPeeringIPV*"],
    },
    Arrivals {
        minor: 30,
        kinds: &["IPPool"],
        paths: &["spec.assignmentMode"],
    },
    Arrivals {
        minor: 30,
        kinds: &["KubeControllersConfiguration"],
        paths: &[
            "spec.controllers.loadBalancer",
            "spec.controllers.node.hostEndpoint.createDefaultHostEndpoint",
            "spec.controllers.node.hostEndpoint.templates",
        ],
    },
    Arrivals {
        minor: 30,
        kinds: &["FelixConfiguration"],
        paths: &["spec.flowLogs*"],
    },
    Arrivals {
        minor: 30,
        kinds: &["FelixConfiguration"],
        // Documented.
        paths: &[
            "spec.bpfConntrackLogLevel",
            "spec.bpfConntrackMode",
            "spec.bpfConntrackTimeouts",
            "spec.bpfExportBufferSizeMB",
            "spec.bpfKubeProxyHealthzPort",
            "spec.bpfMapSizeConntrackCleanupQueue",
            "spec.bpfMapSizeConntrackScaling",
            "spec.bpfMapSizePerCpuConntrack",
            "spec.bpfProfiling",
            "spec.cgroupV2Path",
        ],
    },
    Arrivals {
        minor: 31,
        kinds: &["BGPPeer"],
        paths: &[
            "spec.localASNumber",
            "spec.nextHopMode",
            "spec.reversePeering",
        ],
    },
    Arrivals {
        minor: 31,
        kinds: &["BGPConfiguration"],
        paths: &["spec.serviceLoadBalancerAggregation"],
    },
    Arrivals {
        minor: 31,
        kinds: &["IPPool"],
        paths: &["spec.namespaceSelector"],
    },
    Arrivals {
        minor: 31,
        kinds: &["FelixConfiguration"],
        paths: &[
            "spec.natOutgoingExclusions",
            "spec.programClusterRoutes",
            "spec.requireMTUFile",
        ],
    },
    Arrivals {
        minor: 31,
        kinds: &["FelixConfiguration"],
        // Documented.
        paths: &["spec.bpfAttachType", "spec.bpfJITHardening"],
    },
    Arrivals {
        minor: 32,
        kinds: &["BGPFilter"],
        // Pull request 12002; the same in each of the four lists.
        paths: &[
            "spec.exportV4.asPathPrefix",
            "spec.exportV4.communities",
            "spec.exportV4.operations",
            "spec.exportV4.peerType",
            "spec.exportV4.priority",
            "spec.exportV6.asPathPrefix",
            "spec.exportV6.communities",
            "spec.exportV6.operations",
            "spec.exportV6.peerType",
            "spec.exportV6.priority",
            "spec.importV4.asPathPrefix",
            "spec.importV4.communities",
            "spec.importV4.operations",
            "spec.importV4.peerType",
            "spec.importV4.priority",
            "spec.importV6.asPathPrefix",
            "spec.importV6.communities",
            "spec.importV6.operations",
            "spec.importV6.peerType",
            "spec.importV6.priority",
        ],
    },
    Arrivals {
        minor: 32,
        kinds: &["BGPPeer"],
        paths: &["spec.keepaliveTime"],
    },
    Arrivals {
        minor: 32,
        kinds: &["BGPConfiguration"],
        paths: &[
            "spec.ipv4NormalRoutePriority",
            "spec.ipv6NormalRoutePriority",
            "spec.programClusterRoutes",
        ],
    },
    Arrivals {
        minor: 32,
        kinds: &["FelixConfiguration"],
        paths: &[
            "spec.bpfMaglev*",
            "spec.ipv4ElevatedRoutePriority",
            "spec.ipv4NormalRoutePriority",
            "spec.ipv6ElevatedRoutePriority",
            "spec.ipv6NormalRoutePriority",
            "spec.istio*",
            "spec.logActionRateLimit*",
            "spec.nodeSelector",
        ],
    },
    Arrivals {
        minor: 32,
        kinds: &["FelixConfiguration"],
        // Documented; the first came with pull request 12038.
        paths: &[
            "spec.liveMigrationRouteConvergenceTime",
            "spec.prometheusMetricsCAFile",
            "spec.prometheusMetricsCertFile",
            "spec.prometheusMetricsClientAuth",
            "spec.prometheusMetricsKeyFile",
        ],
    },
    Arrivals {
        minor: 32,
        kinds: &["IPPool", "Tier"],
        paths: &["status"],
    },
    Arrivals {
        minor: 33,
        kinds: &["FelixConfiguration"],
        paths: &[
            "spec.bpfIPFrag*",
            "spec.bpfOverlayHostSourceIP",
            "spec.localSubnetL2Reachability*",
            "spec.nftablesFlowTable*",
        ],
    },
    Arrivals {
        minor: 33,
        kinds: &["IPAMConfiguration"],
        paths: &["spec.ipCooldownSeconds"],
    },
];

/// Kinds of `projectcalico.org/v3`, by the minor release that brought them.
/// Compared; blocks and handles of IPAM were in the backing group before.
const KINDS: &[(u16, &[&str])] = &[
    (29, &["Tier"]),
    (
        30,
        &[
            "StagedGlobalNetworkPolicy",
            "StagedKubernetesNetworkPolicy",
            "StagedNetworkPolicy",
        ],
    ),
    (32, &["IPAMBlock", "IPAMHandle"]),
];

/// Fields that are no more, and the last minor release that had them. Compared.
const GONE: &[(u16, &str, &[&str])] = &[
    (31, "IPPool", &["spec.ipip", "spec.nat-outgoing"]),
    (
        31,
        "FelixConfiguration",
        &[
            "spec.bpfKubeProxyEndpointSlicesEnabled",
            "spec.iptablesLockFilePath",
            "spec.iptablesLockTimeout",
        ],
    ),
];

fn fits(pattern: &str, path: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(start) => path.starts_with(start),
        None => pattern == path,
    }
}

fn minor(minor: u16) -> Version {
    Version::new(3, minor).unwrap_or_default()
}

/// The release that brought a field, if it is younger than 3.28. `path` leads
/// through lists without their places: `spec.importV4.operations`.
pub(crate) fn field_since(kind: &str, path: &str) -> Option<Version> {
    FIELDS
        .iter()
        .find(|arrivals| {
            let mut paths = arrivals.paths.iter();
            arrivals.kinds.contains(&kind) && paths.any(|pattern| fits(pattern, path))
        })
        .map(|arrivals| minor(arrivals.minor))
}

/// Whether a place is in a kind or a field that a release does not have yet.
/// The path is that of a finding, with places in lists.
pub(crate) fn is_within_later(kind: &str, path: &str, release: Version) -> bool {
    let later = |since: Option<Version>| since.is_some_and(|since| since > release);
    let mut general = String::new();
    later(kind_since(kind))
        || path.split('.').any(|key| {
            if !general.is_empty() {
                general.push('.');
            }
            general.push_str(key.split('[').next().unwrap_or_default());
            later(field_since(kind, &general))
        })
}

/// The release that brought a kind, if it is younger than 3.28.
pub(crate) fn kind_since(kind: &str) -> Option<Version> {
    let mut kinds = KINDS.iter();
    let (since, _) = kinds.find(|(_, names)| names.contains(&kind))?;
    Some(minor(*since))
}

/// The last release that had a field that is no more.
pub(crate) fn field_until(kind: &str, path: &str) -> Option<Version> {
    let mut gone = GONE.iter();
    let (until, ..) = gone.find(|(_, of, paths)| *of == kind && paths.contains(&path))?;
    Some(minor(*until))
}

/// The CEL rules that a resource definition got, and what was before.
struct CelRule {
    code: &'static str,
    /// The last keys of the paths at which it points; any when empty.
    at: &'static [&'static str],
    /// The minor release that made it a CEL rule.
    since: u16,
    /// Whether Calico's own validator had it before.
    moved: bool,
}

const fn moved(code: &'static str, at: &'static [&'static str], since: u16) -> CelRule {
    CelRule {
        code,
        at,
        since,
        moved: true,
    }
}

const fn new(code: &'static str, at: &'static [&'static str], since: u16) -> CelRule {
    CelRule {
        code,
        at,
        since,
        moved: false,
    }
}

/// There were none before 3.32 (pull request 11863); some more came after it,
/// the pool's with pull request 13493.
const CEL: &[CelRule] = &[
    // Validator, 2025 and 2026: in Go before.
    moved("cidr-without-match-operator", &[], 32),
    moved(
        "conflicting-fields",
        &[
            "asNumber",
            "keepOriginalNextHop",
            "peerIP",
            "peerSelector",
            "preDNAT",
            "routeTableRanges",
            "vxlanMode",
        ],
        32,
    ),
    moved("http-needs-allow", &[], 32),
    moved("http-needs-tcp", &[], 32),
    moved("icmp-code-without-type", &[], 32),
    moved("icmp-ip-version", &[], 32),
    moved("icmp-needs-protocol", &[], 32),
    moved("ipip-on-ipv6", &[], 32),
    moved("load-balancer-pool", &[], 32),
    moved("mesh-setting-without-mesh", &[], 32),
    moved(
        "missing-field",
        &["interfaceName", "localWorkloadSelector"],
        32,
    ),
    moved("needs-apply-on-forward", &[], 32),
    moved("ports-with-service", &[], 32),
    moved("pre-dnat-egress", &[], 32),
    moved("prefix-length-without-cidr", &[], 32),
    moved("reachable-by-without-peer", &[], 32),
    moved("service-with-selector", &[], 33),
    moved("missing-field", &["services"], 33),
    moved("invalid-address", &[], 33),
    moved("link-local-pool", &[], 33),
    moved("pool-smaller-than-block", &[], 33),
    moved("unused-communities", &[], 33),
    moved(
        "misplaced-global",
        &["selector", "serviceAccountSelector"],
        32,
    ),
    // In Go before, and still.
    new("invalid-range", &[], 33),
    // The client's before, not the validator's.
    new("invalid-block-size", &[], 33),
    new("operations-on-reject", &[], 32),
    new("tunnel-pool", &[], 32),
];

/// Whether a finding is a CEL rule's that is listed.
fn cel(code: &str, path: &str) -> Option<&'static CelRule> {
    let last = last_key(path);
    CEL.iter()
        .find(|rule| rule.code == code && (rule.at.is_empty() || rule.at.contains(&last)))
}

/// Two codes of which the kind decides: a selector of nodes is a peer's or,
/// from 3.32 on, Felix'; `global()` is a policy's or, from 3.32 on, a pool's.
fn cel_of(kind: &str, code: &str, path: &str) -> Option<CelRule> {
    let last = last_key(path);
    Some(match (code, last, kind) {
        ("conflicting-fields", "nodeSelector", "BGPPeer") => moved("conflicting-fields", &[], 32),
        ("conflicting-fields", "nodeSelector", _) => new("conflicting-fields", &[], 32),
        ("missing-field", "node", "HostEndpoint") => moved("missing-field", &[], 32),
        // Those of a rule's side; Calico's own until later, for its cost in CEL.
        ("misplaced-global", "selector", _) if path.contains("].") => {
            moved("misplaced-global", &[], 33)
        }
        ("misplaced-global", "nodeSelector", _) | ("misplaced-global", _, "IPPool") => {
            new("misplaced-global", &[], 32)
        }
        ("misplaced-global", "namespaceSelector", _) => moved("misplaced-global", &[], 32),
        // Its rules ask for the name.
        ("missing-field", "name", "FelixConfiguration" | "Tier") => new("missing-field", &[], 32),
        ("built-in-tier", ..) => new("built-in-tier", &[], 32),
        _ => {
            let known = cel(code, path)?;
            CelRule { ..*known }
        }
    })
}

/// Enumerations that the resource definitions had before 3.32, beside Felix';
/// the others were the validator's, and no schema's.
const FORMER_ENUMERATIONS: &[&str] = &[
    "assignmentMode",
    "nextHopMode",
    "reversePeering",
    "serviceLoadBalancerAggregation",
];

/// Enumerations that the validator had before 3.32 (validator, 2025).
const VALIDATOR_ENUMERATIONS: &[&str] = &[
    "action",
    "assignIPs",
    "assignmentMode",
    "ipVersion",
    "ipipMode",
    "matchOperator",
    "sourceAddress",
    "stagedAction",
    "types",
    "vxlanMode",
];

/// Words that the validator wanted in their right case before 3.32, where the
/// definitions do not mind (validator, 2025).
const EXACT: &[(&str, &[&str])] = &[
    ("bpfExternalServiceMode", &["Tunnel", "DSR"]),
    ("bpfLogLevel", &["Debug", "Info", "Off"]),
    ("defaultEndpointToHostAction", &["Drop", "Accept", "Return"]),
    ("iptablesBackend", &["Auto", "NFT", "Legacy"]),
    ("iptablesFilterAllowAction", &["Accept", "Return"]),
    ("iptablesFilterDenyAction", &["Drop", "Reject"]),
    ("iptablesMangleAllowAction", &["Accept", "Return"]),
    ("logSeverityFile", LOG_LEVELS),
    ("logSeverityScreen", LOG_LEVELS),
    ("logSeveritySys", LOG_LEVELS),
    ("nftablesFilterAllowAction", &["Accept", "Return"]),
    ("nftablesFilterDenyAction", &["Drop", "Reject"]),
    ("nftablesMangleAllowAction", &["Accept", "Return"]),
];

const LOG_LEVELS: &[&str] = &["Trace", "Debug", "Info", "Warning", "Error", "Fatal"];

/// What a field's text had to be before 3.32.
pub(crate) fn exact_words(field: &str) -> Option<&'static [&'static str]> {
    let mut exact = EXACT.iter();
    exact
        .find(|(name, _)| *name == field)
        .map(|(_, words)| *words)
}

/// The last key of a path; the places in lists are passed over.
fn last_key(path: &str) -> &str {
    let last = path.rsplit('.').next().unwrap_or_default();
    last.split('[').next().unwrap_or_default()
}

/// Whether what the definitions of today refuse, those of a release refuse.
pub(crate) fn definitions_refuse(kind: &str, code: &str, path: &str, release: Version) -> bool {
    if let Some(rule) = cel_of(kind, code, path) {
        return release.minor() >= rule.since;
    }
    if release.minor() >= 32 {
        return true;
    }
    match code {
        // Limits, `format: cidr` and sets came with 3.32.
        "too-long" | "too-many-items" | "too-few-items" | "invalid-cidr" | "duplicate-item" => {
            false
        }
        "unsupported-value" => {
            kind == "FelixConfiguration" || FORMER_ENUMERATIONS.contains(&last_key(path))
        }
        _ => true,
    }
}

/// Whether what the definitions of today refuse, the validator of a release
/// refused in their place.
pub(crate) fn validator_refused(kind: &str, code: &str, path: &str, release: Version) -> bool {
    match cel_of(kind, code, path) {
        Some(rule) => rule.moved && release.minor() < rule.since,
        None => {
            code == "unsupported-value"
                && release.minor() < 32
                && VALIDATOR_ENUMERATIONS.contains(&last_key(path))
                && kind != "FelixConfiguration"
        }
    }
}

/// Every path of a schema, without places in lists; for tests of the table.
#[cfg(test)]
fn paths(schema: &Schema, path: &str, found: &mut Vec<String>) {
    use super::Shape;
    match schema.shape {
        Shape::Object(fields) => {
            for field in fields {
                let below = if path.is_empty() {
                    field.name.to_owned()
                } else {
                    format!("{path}.{}", field.name)
                };
                paths(&field.schema, &below, found);
                found.push(below);
            }
        }
        Shape::List(item) | Shape::Set(item) => paths(item, path, found),
        Shape::Map(_)
        | Shape::Text
        | Shape::Integer
        | Shape::Number
        | Shape::Boolean
        | Shape::IntOrText
        | Shape::Any => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{kinds, lookup};

    #[test]
    fn every_arrival_is_a_field_and_nothing_that_is_gone_is() {
        for arrivals in FIELDS {
            for kind in arrivals.kinds {
                let mut known = Vec::new();
                let schema = &lookup("projectcalico.org/v3", kind).unwrap().schema;
                paths(schema, "", &mut known);
                for pattern in arrivals.paths {
                    assert!(
                        known.iter().any(|path| fits(pattern, path)),
                        "{kind} {pattern}"
                    );
                }
            }
        }
        for (_, names) in KINDS {
            for name in *names {
                assert!(lookup("projectcalico.org/v3", name).is_some(), "{name}");
            }
        }
        for (_, kind, gone) in GONE {
            let mut known = Vec::new();
            paths(
                &lookup("projectcalico.org/v3", kind).unwrap().schema,
                "",
                &mut known,
            );
            assert!(gone.iter().all(|path| !known.iter().any(|p| p == path)));
        }
    }

    /// Every CEL rule of the schemas, as code and path.
    fn cel_rules(
        schema: &Schema,
        kind: &str,
        path: &str,
        found: &mut Vec<(String, String, String)>,
    ) {
        use crate::schema::Shape;
        for rule in schema.rules {
            let at = format!("{path}.{}", rule.at);
            found.push((kind.to_owned(), rule.code.to_owned(), at));
        }
        match schema.shape {
            Shape::Object(fields) => {
                for field in fields {
                    cel_rules(
                        &field.schema,
                        kind,
                        &format!("{path}.{}", field.name),
                        found,
                    );
                }
            }
            Shape::List(item) | Shape::Set(item) => cel_rules(item, kind, path, found),
            Shape::Map(_)
            | Shape::Text
            | Shape::Integer
            | Shape::Number
            | Shape::Boolean
            | Shape::IntOrText
            | Shape::Any => {}
        }
    }

    /// A new CEL rule must be given its release here.
    #[test]
    fn every_cel_rule_has_a_release_and_every_release_a_rule() {
        let mut rules = Vec::new();
        for known in kinds().filter(|known| known.api_version == "projectcalico.org/v3") {
            cel_rules(&known.schema, known.kind, "", &mut rules);
        }
        for (kind, code, at) in &rules {
            // A masked pool is told from a pool that is no CIDR by its text.
            let told = cel_of(kind, code, at).is_some() || code == "invalid-cidr";
            assert!(told, "{kind} {code} {at}");
        }
        for entry in CEL {
            let mut rules = rules.iter();
            let used = rules.any(|(_, code, at)| {
                code == entry.code && (entry.at.is_empty() || entry.at.contains(&last_key(at)))
            });
            assert!(used, "{}", entry.code);
        }
    }

    #[test]
    fn fields_have_releases() {
        for (kind, path, since) in [
            ("BGPPeer", "spec.nextHopMode", Some("3.31")),
            ("BGPPeer", "spec.peerIP", None),
            ("BGPFilter", "spec.importV6.operations", Some("3.32")),
            (
                "FelixConfiguration",
                "spec.bpfMaglevMaxServices",
                Some("3.32"),
            ),
            (
                "FelixConfiguration",
                "spec.flowLogsGoldmaneServer",
                Some("3.30"),
            ),
            ("GlobalNetworkPolicy", "spec.tier", Some("3.29")),
            ("StagedNetworkPolicy", "spec.tier", None),
        ] {
            let found = field_since(kind, path).map(|version| version.to_string());
            assert_eq!(found.as_deref(), since, "{kind} {path}");
        }
        assert_eq!(kind_since("Tier"), Some(minor(29)));
        assert_eq!(field_until("IPPool", "spec.ipip"), Some(minor(31)));
    }
}
