//! Lints: what is valid and still not what was meant.
//!
//! [`decode`](crate::decode) and [`validate`](crate::validate) look at one
//! document at a time; lints look at all of them together, as the cluster
//! they describe. Each has a stable code:
//!
//! | code | severity | says |
//! |---|---|---|
//! | `mesh-beside-reflectors` | warning | route reflectors, and the node-to-node mesh still on |
//! | `single-reflector` | warning | one reflector: when it goes, so do all routes |
//! | `reflectors-not-peered` | warning | reflectors that do not hear of each other's clients |
//! | `reflector-without-clients` | warning | a reflector that reflects to nobody |
//! | `partitioned-topology` | warning | nodes whose routes do not reach others |
//! | `multicast-cluster-id` | info | a cluster id that looks like a multicast group |
//! | `node-without-address` | warning | a `Node` whose speaker has no address |
//! | `node-without-session` | warning | neither a mesh nor a `BGPPeer` is for this node |
//! | `peering-collision`, `one-sided-peering`, `as-mismatch`, `both-passive`, `duplicate-node-address`, `reflector-as-client`, `gateway-family`, `missing-password` | error, warning | a [topology problem](crate::topology::Problem) |
//! | `dangling-filter` | error, warning | a `BGPPeer` names a filter that is not there |
//! | `unfiltered-peering` | warning | filters on some peerings, none on others of the kind |
//! | `filter-without-catch-all` | warning, info | routes that no import rule matches are accepted |
//! | `filter-one-family` | warning, info | rules for one address family only |
//! | `filter-one-direction` | warning | rules for export only: every route is imported |
//! | `filter-without-rules` | warning | a filter that filters nothing |
//! | `unreachable-filter-rule` | warning | a rule after one that matches everything |
//! | `exact-prefix-with-length` | warning | `Equal` with `prefixLength` never matches |
//! | `empty-prefix-length` | error | bounds between which no length is |
//! | `overlapping-pools` | warning | two pools of common addresses |
//! | `pool-differs-from-installation` | warning | a pool that the operator will change back |
//! | `always-encapsulated` | info | packets are encapsulated within a subnet as well |
//! | `mtu-too-large`, `mtu-unused` | error, warning, info | an MTU that does not suit the encapsulation |
//! | `missing-tier` | error, warning | a policy in a tier that is not there |
//! | `no-order` | warning, info | a policy without `order` comes last in its tier |
//! | `isolates-by-inference` | warning | neither types nor rules: everything selected is cut off |
//! | `default-deny-system` | warning | a denial that catches the cluster's own pods |
//! | `no-dns` | warning | egress is restricted, and names cannot be looked up |
//! | `all-ports` | warning | an allowance of TCP, UDP or SCTP that names no port |
//! | `redundant-deny` | warning, info | a last rule that denies what would be denied anyway |
//! | `selects-nothing` | warning | a selector that none of the endpoints satisfies |
//! | `deprecated-field` | info | a field that another has superseded, in the release that the cluster runs |
//! | `not-compared` | info | more policies and endpoints than can be compared in good time |
//!
//! ```
//! use calico_types::lint::{LintContext, lint};
//! use calico_types::{Severity, Source, decode};
//!
//! let source = Source::new("peers.json", r#"{
//!     "apiVersion": "projectcalico.org/v3", "kind": "BGPPeer", "metadata": {"name": "tor"},
//!     "spec": {"peerIP": "192.0.2.1", "asNumber": 65000, "filters": ["edge"]}
//! }"#);
//! let decoded = decode(&[source]);
//!
//! // Of a part of a cluster: the filter may be elsewhere.
//! let found = lint(&decoded.resources, &LintContext::new());
//! assert_eq!((found[0].code.0, found[0].severity), ("dangling-filter", Severity::Warning));
//!
//! // Of all of it: there is no such filter.
//! let found = lint(&decoded.resources, &LintContext::new().with_complete());
//! assert_eq!(found[0].severity, Severity::Error);
//! ```
//!
//! Severities mean: **error**, something does not work, or not as the manifest
//! says; **warning**, it works and is seldom what was meant; **info**, worth
//! knowing, nothing to be done at once.
//!
//! A lint that cannot be sure keeps quiet: what is reported of a correct
//! cluster is a defect of the lint.

mod bgp_filter;
mod bundle;
mod default_deny;
mod deprecated;
mod dns;
mod filter_chain;
mod inference;
mod inventory;
mod meaning;
mod mtu;
mod node;
mod order;
mod partition;
mod policy;
mod pool;
mod ports;
mod reflector;
mod reflector_clients;
mod sessions;
mod tier;
mod trailing_deny;
mod unmatched;

pub use meaning::meaning_of_rule;

use std::collections::BTreeMap;

use bundle::Bundle;

use crate::decode::Located;
use crate::{Code, Diagnostic, Severity};

/// What lints are to know beside the resources.
///
/// Every field is optional knowledge: the more is known, the more can be said,
/// and the more surely.
///
/// ```
/// use calico_types::lint::LintContext;
///
/// let context = LintContext::new().with_nic_mtu(9000).with_release(3, 30).with_complete();
/// assert_eq!((context.nic_mtu, context.complete), (Some(9000), true));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct LintContext {
    /// The MTU of the nodes' network interfaces, in bytes.
    /// The smallest of the interfaces between nodes. Without it only MTUs that
    /// equal a usual one, and leave no room for the encapsulation, are noticed.
    pub nic_mtu: Option<u32>,
    /// The resources are all that the cluster has: what they refer to and is
    /// not among them does not exist.
    pub complete: bool,
    /// Calico's release in the cluster, such as `(3, 30)`. Without it, that of
    /// the `ClusterInformation` among the resources is taken.
    ///
    /// Of a field that a later one supersedes it is said so only where the
    /// release is known to have the later one.
    /// Major and minor only: what a field means never changed within a minor.
    pub release: Option<(u16, u16)>,
}

impl LintContext {
    /// Nothing is known.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// With the MTU of the nodes' network interfaces, in bytes.
    #[must_use]
    pub fn with_nic_mtu(self, nic_mtu: u32) -> Self {
        Self {
            nic_mtu: Some(nic_mtu),
            ..self
        }
    }

    /// With Calico's release in the cluster: `with_release(3, 30)`.
    #[must_use]
    pub fn with_release(self, major: u16, minor: u16) -> Self {
        Self {
            release: Some((major, minor)),
            ..self
        }
    }

    /// With the promise that the resources are the whole cluster.
    #[must_use]
    pub fn with_complete(self) -> Self {
        Self {
            complete: true,
            ..self
        }
    }
}

/// One subject's lints.
///
/// Lints know nothing of each other: each looks at the bundle and adds what it
/// finds. What two of them would say about one mistake only one says, and the
/// other is quiet where the first has spoken ([`ports`] where decoding has).
type Lint = fn(&Bundle<'_>, &mut Vec<Diagnostic>);

/// Those that take time in proportion to the resources.
const LINTS: [Lint; 14] = [
    reflector::check,
    reflector_clients::check,
    partition::check,
    node::check,
    sessions::check,
    bgp_filter::check,
    filter_chain::check,
    filter_chain::check_unfiltered,
    pool::check,
    mtu::check,
    tier::check,
    inference::check,
    ports::check,
    deprecated::check,
];

/// Those that compare policies with each other and with every endpoint.
const COMPARISONS: [Lint; 5] = [
    order::check,
    default_deny::check,
    dns::check,
    trailing_deny::check,
    unmatched::check,
];

/// What is to be said about a set of resources, in the order of their places.
///
/// Takes what [`decode`](crate::decode()) gives, or a part of it; documents that could not
/// be read are missing and make what refers to them dangle. Findings carry place
/// and path; those about no resource in particular come last.
///
/// Costs a pass over the resources for each lint; those about policies compare
/// each policy with the others of its tier, and evaluate each selector on each
/// endpoint. Beyond some fifty million such comparisons those lints are left
/// out, which a finding `not-compared` says; a topology of more than half a
/// million session ends is not looked at either.
#[must_use]
pub fn lint(resources: &[Located], context: &LintContext) -> Vec<Diagnostic> {
    let bundle = Bundle::new(resources, *context);
    let mut found = Vec::new();
    for lint in LINTS {
        lint(&bundle, &mut found);
    }
    if bundle.is_comparable() {
        for comparison in COMPARISONS {
            comparison(&bundle, &mut found);
        }
    } else {
        found.push(not_compared(&bundle));
    }
    let mut ranks: BTreeMap<&str, usize> = BTreeMap::new();
    for (rank, located) in resources.iter().enumerate() {
        ranks.entry(&located.source).or_insert(rank);
    }
    let place = |diagnostic: &Diagnostic| {
        let rank = diagnostic
            .source
            .as_deref()
            .and_then(|source| ranks.get(source));
        let rank = rank.copied().unwrap_or(usize::MAX);
        (rank, diagnostic.span, diagnostic.code)
    };
    found.sort_by_key(place);
    found
}

/// Said instead of the lints that compare, so that silence is not taken for
/// approval.
fn not_compared(bundle: &Bundle<'_>) -> Diagnostic {
    let message = format!(
        "{} policies and {} endpoints are too many to compare with each other: order, DNS, \
         redundant denials and selectors without effect are not looked at",
        bundle.policies.len(),
        bundle.inventory.endpoints.len()
    );
    Diagnostic::new(Severity::Info, Code("not-compared"), message)
        .help("lint fewer namespaces at a time")
}
