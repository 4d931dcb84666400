//! Lints: what is valid and still not what was meant.
//!
//! [`decode`](crate::decode) and [`validate`](crate::validate) look at one
//! document at a time; lints look at all of them together, as the cluster
//! they describe. Each has a stable code, and a page that explains it:
//!
//! | code | severity | says |
//! |---|---|---|
//! | **Route reflectors and sessions** | | |
//! | [`mesh-beside-reflectors`](crate::codes::mesh_beside_reflectors) | warning | route reflectors, and the node-to-node mesh still on |
//! | [`single-reflector`](crate::codes::single_reflector) | warning | one route reflector: when it goes, so do all routes |
//! | [`reflectors-not-peered`](crate::codes::reflectors_not_peered) | warning | route reflectors that do not hear of each other's clients |
//! | [`reflector-without-clients`](crate::codes::reflector_without_clients) | warning | a reflector that reflects to nobody |
//! | [`partitioned-topology`](crate::codes::partitioned_topology) | warning | nodes whose routes do not reach others |
//! | [`duplicate-node-address`](crate::codes::duplicate_node_address) | error | two nodes of one address |
//! | [`multicast-cluster-id`](crate::codes::multicast_cluster_id) | info | a cluster id that looks like a multicast group |
//! | [`node-without-address`](crate::codes::node_without_address) | warning | a Node whose speaker has no address |
//! | [`node-without-session`](crate::codes::node_without_session) | warning | neither the mesh nor a BGPPeer is for this node |
//! | [`peering-collision`](crate::codes::peering_collision) | warning | two BGPPeers describe one session differently |
//! | [`one-sided-peering`](crate::codes::one_sided_peering) | warning | a session that only one end has |
//! | [`as-mismatch`](crate::codes::as_mismatch) | warning | two nodes expect other AS numbers of each other than they show |
//! | [`both-passive`](crate::codes::both_passive) | warning | both ends of a session wait to be called |
//! | [`reflector-as-client`](crate::codes::reflector_as_client) | warning | a reflector that becomes a client of another of its own cluster |
//! | [`gateway-family`](crate::codes::gateway_family) | warning | a gateway of another family than the peer |
//! | [`missing-password`](crate::codes::missing_password) | warning | a password whose Secret is not there |
//! | **Route filters** | | |
//! | [`dangling-filter`](crate::codes::dangling_filter) | error, warning | a BGPPeer names a filter that is not there |
//! | [`unused-filter`](crate::codes::unused_filter) | warning, info | a filter that no BGPPeer names |
//! | [`unfiltered-peering`](crate::codes::unfiltered_peering) | warning | no filters on one peering, filters on others of the kind |
//! | [`filter-without-rules`](crate::codes::filter_without_rules) | warning | a filter that filters nothing |
//! | [`filter-without-catch-all`](crate::codes::filter_without_catch_all) | warning, info | routes that no import rule matches are accepted |
//! | [`filter-one-family`](crate::codes::filter_one_family) | warning, info | filters with rules for one address family only |
//! | [`filter-one-direction`](crate::codes::filter_one_direction) | warning | rules for export only: every route is imported |
//! | [`unreachable-filter`](crate::codes::unreachable_filter) | warning | a filter that is never asked |
//! | [`unreachable-filter-rule`](crate::codes::unreachable_filter_rule) | warning, info | a filter rule that is never asked |
//! | [`exact-prefix-with-length`](crate::codes::exact_prefix_with_length) | warning | Equal or NotEqual with prefixLength |
//! | [`empty-prefix-length`](crate::codes::empty_prefix_length) | error | bounds between which no length is |
//! | [`prefix-length-below-cidr`](crate::codes::prefix_length_below_cidr) | warning | a shortest length below that of the CIDR |
//! | [`peer-type-without-peer`](crate::codes::peer_type_without_peer) | warning | a rule for a kind of peer that the filter does not have |
//! | [`export-skips-calico`](crate::codes::export_skips_calico) | warning, info | a rule that lets out more than it shows |
//! | **Pools and MTU** | | |
//! | [`overlapping-pools`](crate::codes::overlapping_pools) | warning | two pools of common addresses |
//! | [`pool-differs-from-installation`](crate::codes::pool_differs_from_installation) | warning | a pool that the operator will change back |
//! | [`always-encapsulated`](crate::codes::always_encapsulated) | info | packets are encapsulated within a subnet as well |
//! | [`too-few-blocks`](crate::codes::too_few_blocks) | warning | a pool with fewer blocks than nodes |
//! | [`node-without-pool`](crate::codes::node_without_pool) | warning | a node that no pool is for |
//! | [`no-usable-pool`](crate::codes::no_usable_pool) | warning | no pool from which pods get addresses |
//! | [`no-nat-outgoing`](crate::codes::no_nat_outgoing) | info | packets leave the cluster with private addresses of pods |
//! | [`mtu-too-large`](crate::codes::mtu_too_large) | error, warning | an MTU that leaves no room for the encapsulation |
//! | [`mtu-unused`](crate::codes::mtu_unused) | info | an MTU that leaves part of each frame unused |
//! | **Policies** | | |
//! | [`missing-tier`](crate::codes::missing_tier) | error, warning | a policy in a tier that is not there |
//! | [`no-order`](crate::codes::no_order) | warning, info | a policy without order comes last in its tier |
//! | [`isolates-by-inference`](crate::codes::isolates_by_inference) | warning | neither types nor rules: everything selected is cut off |
//! | [`default-deny-system`](crate::codes::default_deny_system) | warning | a denial of everything that catches the cluster's own pods |
//! | [`no-dns`](crate::codes::no_dns) | warning | egress is restricted, and names cannot be looked up |
//! | [`all-ports`](crate::codes::all_ports) | warning | an allowance of TCP, UDP or SCTP that names no port |
//! | [`redundant-deny`](crate::codes::redundant_deny) | warning, info | a last rule that denies what would be denied anyway |
//! | [`unreachable-rule`](crate::codes::unreachable_rule) | warning, info | a policy rule that is never asked |
//! | [`shadows-policies`](crate::codes::shadows_policies) | warning | a policy that decides everything before others are asked |
//! | [`contradictory-rule`](crate::codes::contradictory_rule) | warning | a rule whose conditions exclude each other |
//! | [`ignored-by-felix`](crate::codes::ignored_by_felix) | error | Felix ignores the whole policy |
//! | [`duplicate-policy`](crate::codes::duplicate_policy) | info | two policies that say the same |
//! | [`unprotected-pods`](crate::codes::unprotected_pods) | info | pods that no policy is for, beside pods that policies protect |
//! | **Selectors and references** | | |
//! | [`selects-nothing`](crate::codes::selects_nothing) | warning | a selector that nothing satisfies |
//! | [`impossible-selector`](crate::codes::impossible_selector) | warning | a selector that nothing can satisfy |
//! | [`unknown-port-name`](crate::codes::unknown_port_name) | warning | a port by a name that no endpoint has |
//! | [`dangling-service`](crate::codes::dangling_service) | error, warning | a rule about a Service that is not there |
//! | [`missing-namespace`](crate::codes::missing_namespace) | error | a policy in a namespace that is not there |
//! | [`dangling-node`](crate::codes::dangling_node) | warning | something for a node that is not there |
//! | [`duplicate-resource`](crate::codes::duplicate_resource) | warning, info | two resources of one kind and name |
//! | [`host-bits`](crate::codes::host_bits) | warning | a network with host bits, which stands for all of it |
//! | **Hosts and settings** | | |
//! | [`denies-hosts`](crate::codes::denies_hosts) | warning | a denial of everything that catches host endpoints |
//! | [`host-policy-for-pods`](crate::codes::host_policy_for_pods) | warning | doNotTrack or preDNAT for workloads |
//! | [`untracked-one-way`](crate::codes::untracked_one_way) | warning | untracked traffic is allowed in one direction only |
//! | [`invalid-failsafe-port`](crate::codes::invalid_failsafe_port) | error, warning | a failsafe port that Felix cannot read |
//! | [`cluster-routes-disagree`](crate::codes::cluster_routes_disagree) | error | BIRD and Felix do not agree who programs routes to pods |
//! | [`odd-case`](crate::codes::odd_case) | info | a word in another case than it is written |
//! | [`deprecated-field`](crate::codes::deprecated_field) | info | a field that another has superseded |
//! | [`unknown-address-type`](crate::codes::unknown_address_type) | warning | an address of a type that nobody asks for |
//! | **About linting itself** | | |
//! | [`unknown-allowance`](crate::codes::unknown_allowance) | warning | an allowance of something that is no lint |
//! | [`not-compared`](crate::codes::not_compared) | info | more than can be compared in good time |
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
//! cluster is a defect of the lint. A document that stands there with an error in
//! it is not missing: give [`lint_decoded`] what [`decode`](crate::decode()) gave,
//! and it knows.
//!
//! # Not in this place
//!
//! What is meant all the same a resource says itself, by the annotation
//! [`ANNOTATION`]; a typing error in it is a finding. For the whole set there are
//! [`Levels`](crate::codes::Levels).
//!
//! ```
//! use calico_types::lint::{LintContext, lint_decoded};
//! use calico_types::{Source, decode};
//!
//! let policy = |annotations: &str| format!(r#"{{
//!     "apiVersion": "projectcalico.org/v3", "kind": "NetworkPolicy",
//!     "metadata": {{"name": "scanner", "namespace": "ops", "annotations": {{{annotations}}}}},
//!     "spec": {{"selector": "app == 'scanner'", "ingress": [{{"action": "Allow", "protocol": "TCP"}}]}}
//! }}"#);
//! let codes = |annotations: &str| -> Vec<&'static str> {
//!     let decoded = decode(&[Source::new("scanner.json", policy(annotations))]);
//!     let found = lint_decoded(&decoded, &LintContext::new());
//!     found.iter().map(|diagnostic| diagnostic.code.0).collect()
//! };
//! assert_eq!(codes(""), ["all-ports"]);
//! assert_eq!(codes(r#""calico-types.lint/allow": "all-ports""#), [""; 0]);
//! ```

mod allowance;
mod bgp_filter;
mod bundle;
mod cover;
mod default_deny;
mod deprecated;
mod dns;
mod duplicate;
mod export;
mod felix;
mod filter_chain;
mod filter_use;
mod host;
mod host_bits;
mod ignored;
mod inference;
mod inventory;
mod meaning;
mod mtu;
mod node;
mod node_selector;
mod order;
mod partition;
mod peers;
mod policy;
mod pool;
mod pool_use;
mod ports;
mod reference;
mod reflector;
mod reflector_clients;
mod route_cover;
mod sessions;
mod shadow;
mod tier;
mod trailing_deny;
mod unmatched;
mod unprotected;
mod unreachable;
mod unseen;

pub use allowance::ANNOTATION;
pub use meaning::meaning_of_rule;

use std::collections::BTreeMap;

use bundle::Bundle;

use crate::decode::{Decoded, Located};
use crate::validate::{Rules, Version};
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

    /// The rules that go with it: those of its release, of a whole cluster where it
    /// is one. A release older than all whose rules are known counts as the oldest.
    #[must_use]
    pub fn rules(&self) -> Rules {
        let release = self
            .release
            .map(|(major, minor)| Version::new(major, minor).unwrap_or(Version::OLDEST));
        let rules = Rules::for_version(release.unwrap_or_default());
        if self.complete {
            rules.whole_cluster()
        } else {
            rules
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
const LINTS: [Lint; 24] = [
    duplicate::check,
    reference::check,
    reflector::check,
    reflector_clients::check,
    partition::check,
    node::check,
    sessions::check,
    bgp_filter::check,
    filter_chain::check,
    filter_chain::check_unfiltered,
    filter_use::check,
    export::check,
    pool::check,
    pool_use::check,
    node_selector::check,
    mtu::check,
    tier::check,
    inference::check,
    ignored::check,
    ports::check,
    unreachable::check,
    felix::check,
    host_bits::check,
    deprecated::check,
];

/// Those that compare policies with each other and with every endpoint.
const COMPARISONS: [Lint; 8] = [
    order::check,
    shadow::check,
    default_deny::check,
    host::check,
    unprotected::check,
    dns::check,
    trailing_deny::check,
    unmatched::check,
];

/// What is to be said about a set of resources, in the order of their places.
///
/// Takes what [`decode`](crate::decode()) gives, or a part of it. Documents that could
/// not be read are taken for absent, and make what refers to them dangle:
/// [`lint_decoded`] knows better. Findings carry place and path; those about no
/// resource in particular come last.
///
/// Costs a pass over the resources for each lint; those about policies compare
/// each policy with the others of its tier, and evaluate each selector on each
/// endpoint; those about rules compare each rule with those before it. Beyond some
/// fifty million such comparisons the rest is left out, which a finding
/// `not-compared` says; a topology of more than half a million session ends is not
/// looked at either.
#[must_use]
pub fn lint(resources: &[Located], context: &LintContext) -> Vec<Diagnostic> {
    run(&Bundle::new(resources, &[], *context))
}

/// What is to be said about what sources hold, knowing what of it could not be
/// read.
///
/// As [`lint`], and better where [`Decoded::unread`] is not empty: a document that
/// does not fit its types is missing from the resources and not from the cluster.
/// Nothing is called missing that stands there with an error in it, and what depends
/// on something being absent is not said while a document of its kind is unread.
///
/// ```
/// use calico_types::lint::{LintContext, lint, lint_decoded};
/// use calico_types::{Source, decode};
///
/// // The filter has a word of another language: `Deny` is `Reject` here.
/// let source = Source::new("set.json", r#"
///     {"apiVersion": "projectcalico.org/v3", "kind": "BGPFilter", "metadata": {"name": "edge"},
///      "spec": {"importV4": [{"action": "Deny"}]}}
///     {"apiVersion": "projectcalico.org/v3", "kind": "BGPPeer", "metadata": {"name": "tor"},
///      "spec": {"peerIP": "192.0.2.1", "asNumber": 65000, "filters": ["edge"]}}
/// "#);
/// let decoded = decode(&[source]);
/// let context = LintContext::new().with_complete();
/// assert_eq!(lint(&decoded.resources, &context)[0].code.0, "dangling-filter");
/// assert!(lint_decoded(&decoded, &context).is_empty());
/// ```
#[must_use]
pub fn lint_decoded(decoded: &Decoded, context: &LintContext) -> Vec<Diagnostic> {
    run(&Bundle::new(&decoded.resources, &decoded.unread, *context))
}

fn run(bundle: &Bundle<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for lint in LINTS {
        lint(bundle, &mut found);
    }
    let comparable = bundle.is_comparable();
    if comparable {
        for comparison in COMPARISONS {
            comparison(bundle, &mut found);
        }
    }
    if !comparable || bundle.is_overdrawn() {
        found.push(not_compared(bundle, comparable));
    }
    allowance::apply(bundle.all, &mut found);
    let mut ranks: BTreeMap<&str, usize> = BTreeMap::new();
    for (rank, located) in bundle.all.iter().enumerate() {
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
fn not_compared(bundle: &Bundle<'_>, comparable: bool) -> Diagnostic {
    let message = if comparable {
        "there is too much to compare: some rules, filters, selectors or pools are not looked at"
            .to_owned()
    } else {
        format!(
            "{} policies and {} endpoints are too many to compare with each other: order, DNS, \
             denials by default, redundant denials and selectors without effect are not looked at",
            bundle.policies.len(),
            bundle.inventory.endpoints.len()
        )
    };
    Diagnostic::new(Severity::Info, Code("not-compared"), message)
        .help("lint fewer namespaces at a time")
}
