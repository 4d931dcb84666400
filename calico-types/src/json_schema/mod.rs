//! The schemas of the kinds, as JSON.
//!
//! [`open_api`] gives what a custom resource definition has under
//! `openAPIV3Schema`, with Kubernetes' extensions; [`of`] the same as JSON
//! Schema, for editors and validators. Both come from the tables by which this
//! crate decodes, prunes and validates.
//!
//! They say what single values look like, and with a line what most are for. What must stand together is said by
//! [`validate`](crate::validate) alone. Fields of experimental schemas are left
//! out, as an API server leaves them out.
//!
//! With the feature `schemars` every kind, its spec, and
//! [`Resource`](crate::Resource) implement `schemars::JsonSchema` by the same
//! schemas.

mod build;
mod description;
#[cfg(feature = "schemars")]
pub(crate) mod schemars;

use serde_json::Value;

use crate::schema::lookup;
use build::Dialect;

/// The `openAPIV3Schema` of a kind. `None` for kinds that this crate does not
/// know.
///
/// ```
/// use calico_types::json_schema::open_api;
/// let schema = open_api("projectcalico.org/v3", "IPPool").unwrap();
/// let cidr = &schema["properties"]["spec"]["properties"]["cidr"];
/// assert_eq!((&cidr["type"], &cidr["format"]), (&"string".into(), &"cidr".into()));
/// ```
#[must_use]
pub fn open_api(api_version: &str, kind: &str) -> Option<Value> {
    let known = lookup(api_version, kind)?;
    let mut schema = build::root(&known.schema, Dialect::OpenApi);
    description::add(&mut schema, api_version, kind);
    Some(schema)
}

/// The JSON Schema (draft 2020-12) of a kind. `None` for kinds that this crate
/// does not know.
///
/// It differs from [`open_api`] where JSON Schema has other words: null is a
/// type, patterns are ECMA-262's, and the metadata is described.
///
/// ```
/// use calico_types::json_schema::of;
/// let schema = of("projectcalico.org/v3", "NetworkPolicy").unwrap();
/// let rule = &schema["properties"]["spec"]["properties"]["ingress"]["items"];
/// assert_eq!(rule["properties"]["action"]["enum"][0], "Allow");
/// assert_eq!(rule["required"], serde_json::json!(["action"]));
/// ```
#[must_use]
pub fn of(api_version: &str, kind: &str) -> Option<Value> {
    let known = lookup(api_version, kind)?;
    let mut schema = build::root(&known.schema, Dialect::JsonSchema);
    description::add(&mut schema, api_version, kind);
    Some(schema)
}
