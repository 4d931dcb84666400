//! What Calico's client compares with the datastore before it writes.
//!
//! The resources at hand stand for the datastore: each is looked at as if the
//! others were there when it came. What is missing among them can only be held
//! against a resource when they are all that there is.

mod bgp;
mod controllers;
mod pool;
mod singleton;
mod tier;
mod workload;

pub(super) use pool::block_length;
pub(super) use tier::{built_in, tier_of};

use super::Version;
use crate::decode::Located;
use crate::diagnostic::{Diagnostic, RefusedBy, Severity};
use crate::resources::Resource;

/// Everything that the client would refuse, in the order of the resources.
pub(super) fn check(resources: &[Located], release: Version, whole: bool) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for located in resources {
        singleton::check(located, &mut found);
        bgp::configuration(located, &mut found);
        controllers::templates(located, release, &mut found);
        pool::block_size(located, release, &mut found);
        tier::policy_name(located, release, &mut found);
        workload::name(located, &mut found);
    }
    pool::overlaps(resources, &mut found);
    pool::blocks(resources, &mut found);
    if whole {
        tier::missing(resources, release, &mut found);
        bgp::dangling_filters(resources, &mut found);
    }
    found
}

/// An error about a field of a resource.
fn refuse(at: &Located, code: &'static str, path: &str, message: impl Into<String>) -> Diagnostic {
    at.finding(Severity::Error, code, path, message)
        .refused_by(RefusedBy::DATASTORE)
}

/// What names a resource in a datastore.
pub(super) type Key<'a> = (&'static str, &'static str, &'a str, &'a str);

pub(super) fn key(resource: &Resource) -> Key<'_> {
    let metadata = resource.metadata();
    let namespace = if resource.namespaced() {
        metadata.namespace_or_default()
    } else {
        ""
    };
    let (api_version, kind) = (resource.api_version(), resource.kind());
    (api_version, kind, namespace, &metadata.name)
}
