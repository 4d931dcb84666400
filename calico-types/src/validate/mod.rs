//! Validation: who refuses a resource, and from which release on.
//!
//! # Layers
//!
//! Several sets of rules guard a cluster. None contains another, so each can be
//! asked alone, and a finding says in [`refused_by`](Diagnostic::refused_by) who
//! is against:
//!
//! | layer | asks | refuses as |
//! |---|---|---|
//! | strict decoding | whether fields exist and values have their types | [`decoder`](RefusedBy::decoder) |
//! | Calico's own rules, [`go`] after their language | names, selectors, ports, protocols, CIDRs, and what must or must not stand together | [`calico`](RefusedBy::calico) |
//! | custom resource definitions, [`crd`] | types, bounds, words, patterns, and CEL rules | [`api_server`](RefusedBy::api_server) |
//! | list types, [`unique`] | items and keys of lists that are there once | `api_server` |
//! | the datastore, [`datastore()`] | what other resources there are: overlapping pools, missing tiers and filters | [`datastore`](RefusedBy::datastore) |
//! | updates, [`update()`] and [`changes()`] | what a resource was: immutable fields, tiers that are in use | `datastore`, `api_server` |
//! | the operator, [`operator()`] | pools of an `Installation` | [`operator`](RefusedBy::operator) |
//!
//! # Ways in
//!
//! Which rules a document meets depends on the way that it takes:
//!
//! | way | decoding | Calico's | definitions | datastore |
//! |---|---|---|---|---|
//! | `calicoctl` | strict | yes | yes | yes |
//! | `kubectl`, aggregated API server | by `kubectl`, unless told not to | yes | yes | yes |
//! | `kubectl`, `projectcalico.org/v3` served as custom resources (3.32) | the same, else dropped | no | yes | no |
//! | `kubectl`, `crd.projectcalico.org/v1` | the same, else dropped | no | yes | no |
//!
//! What a way does not refuse is stored. Felix asks Calico's rules again when it
//! reads, and goes without a policy that breaks them; of filters and peers
//! nobody asks again.
//!
//! ```
//! use calico_types::{Source, decode, validate};
//!
//! let policy = Source::new("policy.json", r#"{
//!     "apiVersion": "projectcalico.org/v3", "kind": "NetworkPolicy",
//!     "metadata": {"name": "web", "namespace": "shop"},
//!     "spec": {"ingress": [{"action": "Allow", "protocol": "tcp"}]}
//! }"#);
//! let decoded = decode(&[policy]);
//!
//! // Calico knows no protocol `tcp`; to the resource definition it is any text.
//! assert_eq!(validate::go(&decoded)[0].code.0, "invalid-protocol");
//! assert!(validate::crd(&decoded).is_empty());
//! ```
//!
//! # Releases
//!
//! The functions of this module ask the rules of the release in the making.
//! [`Rules::for_version`] asks those of 3.28 to 3.32 too, and
//! [`diagnose_with`](crate::diagnose_with) all layers of one release at once:
//!
//! - Kinds and fields that a release does not know are `later-release`: strict
//!   decoding refuses them, an API server drops them, and the finding says what
//!   is stored then.
//! - Resource definitions have CEL rules, limits, `format: cidr` and most
//!   enumerations since 3.32. Before, nearly the same rules were Calico's own:
//!   what is refused is refused, by others.
//! - Until 3.31 a policy's name began with its tier, words such as log levels had
//!   one case, and rules of ports needed a protocol even for named ports.
//!
//! Where a fact about a release is from stands in the source beside it. What is
//! not known to be younger is taken to be as old as 3.28.
//!
//! # Sets
//!
//! [`datastore()`] looks at resources together. Two that exclude each other do so
//! whatever else there is; that something is *missing* can only be said of all
//! that a cluster has, [`Rules::whole_cluster`].
//!
//! [Lints](crate::lint) look at sets too, and say of a part of a cluster what may
//! be missing as a warning. Where both speak they use the same codes at the same
//! places: `missing-tier`, `dangling-filter`, `overlapping-pools`. [`merge`] makes
//! one finding of two, so that a program may ask both and print once:
//!
//! ```
//! use calico_types::lint::{LintContext, lint};
//! use calico_types::validate::{self, Rules};
//! use calico_types::{Severity, Source, diagnose_with};
//!
//! let source = Source::new("peer.json", r#"{
//!     "apiVersion": "projectcalico.org/v3", "kind": "BGPPeer", "metadata": {"name": "tor"},
//!     "spec": {"peerIP": "192.0.2.1", "asNumber": 65000, "filters": ["edge"]}
//! }"#);
//! let sources = [source];
//! let decoded = diagnose_with(&sources, &Rules::default().whole_cluster());
//! let lints = lint(&decoded.resources, &LintContext::new().with_complete());
//! let found = validate::merge(decoded.diagnostics.into_iter().chain(lints), &sources);
//!
//! assert_eq!(found.len(), 1);
//! assert_eq!((found[0].code.0, found[0].severity), ("dangling-filter", Severity::Error));
//! assert!(found[0].refused_by.datastore);
//! ```
//!
//! # Cost
//!
//! Each layer goes through a document once; the datastore rules are a look-up for
//! each resource, whatever the number of the others. Nothing panics.

pub(crate) mod calico;
pub(crate) mod crd;
mod datastore;
mod fields;
mod findings;
mod formats;
mod former;
mod lexical;
mod merge;
mod operator;
mod rules;
mod schema_rules;
mod tags;
mod unique;
mod update;
mod version;

pub(crate) use findings::{Check, Findings, Rule};
#[cfg(test)]
pub(crate) use lexical::is_mac;
pub(crate) use lexical::{
    is_label_value, is_masked, is_name, is_port_name, is_qualified_name, is_subdomain, net,
};
pub use merge::merge;
pub use rules::Rules;
pub(crate) use rules::check_part;
pub(crate) use tags::Tag;
pub use update::Change;
pub use version::{Version, VersionError};

use crate::decode::{Decoded, Located};
use crate::diagnostic::Diagnostic;
#[cfg(doc)]
use crate::diagnostic::RefusedBy;
use crate::resources::Resource;

/// [`Rules::go`] of the release in the making.
#[must_use]
pub fn go(decoded: &Decoded) -> Vec<Diagnostic> {
    Rules::default().go(decoded)
}

/// [`Rules::crd`] of the release in the making.
#[must_use]
pub fn crd(decoded: &Decoded) -> Vec<Diagnostic> {
    Rules::default().crd(decoded)
}

/// [`Rules::schema`] of the release in the making.
#[must_use]
pub fn schema(decoded: &Decoded) -> Vec<Diagnostic> {
    Rules::default().schema(decoded)
}

/// [`Rules::unique`] of the release in the making.
#[must_use]
pub fn unique(decoded: &Decoded) -> Vec<Diagnostic> {
    Rules::default().unique(decoded)
}

/// The Tigera operator's rules about its `Installation`: CIDRs and names of
/// pools that are valid and there once, blocks that fit, encapsulation that goes
/// with the CNI plugin, with BGP and with the address family.
///
/// Asked after the operator's defaults. What breaks one is stored all the same:
/// the operator says `Degraded`, and does nothing.
///
/// ```
/// use calico_types::{Source, decode, validate};
///
/// let installation = Source::new("installation.json", r#"{
///     "apiVersion": "operator.tigera.io/v1", "kind": "Installation", "metadata": {"name": "default"},
///     "spec": {"calicoNetwork": {"bgp": "Disabled", "ipPools": [{"cidr": "10.0.0.0/16"}]}}
/// }"#);
/// let found = validate::operator(&decode(&[installation]));
/// // No encapsulation is IPIP to the operator, whose routes BGP carries.
/// assert_eq!(found[0].code.0, "encapsulation-needs-bgp");
/// assert!(found[0].refused_by.operator);
/// ```
#[must_use]
pub fn operator(decoded: &Decoded) -> Vec<Diagnostic> {
    Rules::default().operator(decoded)
}

/// What Calico's client compares with the datastore before it writes, as far as
/// the resources at hand tell, which are a part of a cluster. Of all that a
/// cluster has, and of other releases: [`Rules::datastore`].
///
/// | code | |
/// |---|---|
/// | `overlapping-pools` | two pools of common addresses; the second is refused |
/// | `block-size-conflict` | a pool over blocks of another size |
/// | `invalid-block-size` | before 3.33, whose definitions say it |
/// | `default-only-field` | a `BGPConfiguration` of a node with settings of the cluster |
/// | `singleton-name` | a second resource of a kind of which there is one |
/// | `invalid-template` | templates of host endpoints without name or interface |
/// | `name-without-tier` | before 3.32: a policy whose name does not begin with its tier |
/// | `endpoint-name` | a workload endpoint not called after its workload |
/// | `missing-tier`, `dangling-filter` | of a whole cluster only |
///
/// ```
/// use calico_types::{Source, decode, validate};
///
/// let pool = |name: &str, cidr: &str| format!(r#"{{
///     "apiVersion": "projectcalico.org/v3", "kind": "IPPool",
///     "metadata": {{"name": "{name}"}}, "spec": {{"cidr": "{cidr}"}}
/// }}"#);
/// let decoded = decode(&[
///     Source::new("a.json", pool("a", "10.0.0.0/16")),
///     Source::new("b.json", pool("b", "10.0.128.0/20")),
/// ]);
/// let found = validate::datastore(&decoded.resources);
/// assert_eq!((found[0].code.0, found[0].source.as_deref()), ("overlapping-pools", Some("b.json")));
/// ```
#[must_use]
pub fn datastore(resources: &[Located]) -> Vec<Diagnostic> {
    Rules::default().datastore(resources)
}

/// What is against replacing one version of a resource by another: `changed-identity`
/// of another kind, namespace or name, `immutable-field` of a pool's CIDR, block
/// size and use, `built-in-profile` of the profile `projectcalico-default-allow`.
///
/// Whether the new version is valid in itself the other layers say.
///
/// ```
/// use calico_types::{Source, decode, validate};
///
/// let pool = |cidr: &str| format!(r#"{{
///     "apiVersion": "projectcalico.org/v3", "kind": "IPPool",
///     "metadata": {{"name": "a"}}, "spec": {{"cidr": "{cidr}"}}
/// }}"#);
/// let old = decode(&[Source::new("old.json", pool("10.0.0.0/16"))]);
/// let new = decode(&[Source::new("new.json", pool("10.0.0.0/17"))]);
/// let (old, new) = (&old.resources[0].resource, &new.resources[0].resource);
///
/// let found = validate::update(old, new);
/// assert_eq!((found[0].code.0, found[0].path.as_str()), ("immutable-field", "spec.cidr"));
/// assert!(found[0].refused_by.datastore && found[0].refused_by.api_server);
/// assert!(validate::update(old, old).is_empty());
/// ```
#[must_use]
pub fn update(old: &Resource, new: &Resource) -> Vec<Diagnostic> {
    Rules::default().update(old, new)
}

/// What is against going from one set of resources to another, what is not in
/// the new one being deleted: beside what [`update()`] says, `protected-tier` and
/// `tier-not-empty`, and `built-in-profile` of one that is made or deleted.
///
/// [`Change::between`] has the steps themselves.
#[must_use]
pub fn changes(old: &[Located], new: &[Located]) -> Vec<Diagnostic> {
    Rules::default().changes(old, new)
}
