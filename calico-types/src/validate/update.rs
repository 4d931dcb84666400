//! What may become of a resource.

use std::collections::HashMap;

use super::Version;
use super::datastore::{self, Key};
use super::rules::refusal;
use crate::decode::Located;
use crate::diagnostic::{Diagnostic, RefusedBy, Severity};
use crate::resources::{IPPool, IPPoolAllowedUse, Resource};

/// The profile that Calico makes, and that nobody else makes, changes or
/// deletes.
const DEFAULT_ALLOW: &str = "projectcalico-default-allow";

/// One step from a set of resources to another.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Change<'a> {
    /// A resource that was not there.
    Created(&'a Located),
    /// A resource in another version, or in the same.
    Replaced {
        /// What it was.
        old: &'a Located,
        /// What it is to be.
        new: &'a Located,
    },
    /// A resource that is no more.
    Deleted(&'a Located),
}

impl<'a> Change<'a> {
    /// The steps from one set to another: the created and the replaced in the
    /// order of the new set, then the deleted in that of the old. Resources are
    /// told apart by kind, namespace and name; of two of one name the later
    /// counts.
    #[must_use]
    pub fn between(old: &'a [Located], new: &'a [Located]) -> Vec<Self> {
        let by_key = |set: &'a [Located]| -> HashMap<Key<'a>, &'a Located> {
            set.iter()
                .map(|at| (datastore::key(&at.resource), at))
                .collect()
        };
        let (before, after) = (by_key(old), by_key(new));
        let counts = |set: &HashMap<Key<'a>, &'a Located>, at: &'a Located| {
            set.get(&datastore::key(&at.resource))
                .is_some_and(|last| std::ptr::eq(*last, at))
        };
        let present = new.iter().filter(|at| counts(&after, at)).map(|at| {
            match before.get(&datastore::key(&at.resource)) {
                Some(old) => Self::Replaced { old, new: at },
                None => Self::Created(at),
            }
        });
        let gone = old
            .iter()
            .filter(|at| counts(&before, at) && !after.contains_key(&datastore::key(&at.resource)));
        present.chain(gone.map(Self::Deleted)).collect()
    }
}

/// What is against a step, before it has a place.
struct Objection {
    by: RefusedBy,
    code: &'static str,
    path: &'static str,
    message: String,
}

fn objection(code: &'static str, path: &'static str, message: impl Into<String>) -> Objection {
    Objection {
        by: RefusedBy::DATASTORE,
        code,
        path,
        message: message.into(),
    }
}

/// What is against replacing one version of a resource by another.
pub(super) fn replaced(old: &Resource, new: &Resource, release: Version) -> Vec<Diagnostic> {
    let place = |found: Objection| refusal(found.by, found.code, new, found.path, found.message);
    changed(old, new, release).into_iter().map(place).collect()
}

/// What is against all the steps to a new set.
pub(super) fn all(changes: &[Change<'_>], new: &[Located], release: Version) -> Vec<Diagnostic> {
    let place = |at: &Located, found: Objection| {
        at.finding(Severity::Error, found.code, found.path, found.message)
            .refused_by(found.by)
    };
    let of = |change: &Change<'_>| -> Vec<Diagnostic> {
        match *change {
            Change::Created(at) => created(&at.resource)
                .map(|found| place(at, found))
                .into_iter()
                .collect(),
            Change::Replaced { old, new } => changed(&old.resource, &new.resource, release)
                .into_iter()
                .map(|found| place(new, found))
                .collect(),
            Change::Deleted(at) => deleted(&at.resource, new, release)
                .map(|found| place(at, found))
                .into_iter()
                .collect(),
        }
    };
    changes.iter().flat_map(of).collect()
}

fn is_default_allow(resource: &Resource) -> bool {
    matches!(resource, Resource::Profile(profile) if profile.metadata.name == DEFAULT_ALLOW)
}

fn created(new: &Resource) -> Option<Objection> {
    is_default_allow(new).then(|| {
        let message = format!("the profile {DEFAULT_ALLOW} is Calico's own, and there already");
        objection("built-in-profile", "metadata.name", message)
    })
}

fn changed(old: &Resource, new: &Resource, release: Version) -> Vec<Objection> {
    let (was, is) = (datastore::key(old), datastore::key(new));
    if was != is {
        let message =
            "kind, namespace and name of a resource stay what they are: this is another one";
        return vec![Objection {
            by: RefusedBy::API_SERVER.or(RefusedBy::DATASTORE),
            ..objection("changed-identity", "metadata.name", message)
        }];
    }
    match (old, new) {
        (Resource::IPPool(old), Resource::IPPool(new)) => pool(old, new, release),
        (Resource::Profile(was), Resource::Profile(is))
            if is_default_allow(new) && was.spec != is.spec =>
        {
            let message =
                format!("the profile {DEFAULT_ALLOW} is Calico's own, and stays as it is");
            vec![objection("built-in-profile", "metadata.name", message)]
        }
        _ => Vec::new(),
    }
}

/// A pool keeps its addresses, the size of its blocks, and what it is for once
/// that is load balancers.
fn pool(old: &IPPool, new: &IPPool, release: Version) -> Vec<Objection> {
    // Resource definitions compare versions since 3.32, where both say it.
    let definitions = if release >= Version::V3_32 {
        RefusedBy::API_SERVER
    } else {
        RefusedBy::NOBODY
    };
    let mut found = Vec::new();
    if old.spec.cidr.trunc() != new.spec.cidr.trunc() {
        let message = format!("a pool keeps its CIDR: it is {}", old.spec.cidr);
        let refused = objection("immutable-field", "spec.cidr", message);
        found.push(Objection {
            by: refused.by.or(definitions),
            ..refused
        });
    }
    let (was, is) = (datastore::block_length(old), datastore::block_length(new));
    if was != is {
        let message = format!("a pool keeps the size of its blocks: they are /{was}");
        let refused = objection("immutable-field", "spec.blockSize", message);
        let both = old.spec.block_size.is_some() && new.spec.block_size.is_some();
        let by = if both {
            refused.by.or(definitions)
        } else {
            refused.by
        };
        found.push(Objection { by, ..refused });
    }
    let uses = |pool: &IPPool, balancer: bool| {
        let default = [IPPoolAllowedUse::Workload, IPPoolAllowedUse::Tunnel];
        let uses = pool
            .spec
            .allowed_uses
            .as_deref()
            .filter(|uses| !uses.is_empty());
        let mut uses = uses.unwrap_or(&default).iter();
        uses.any(|used| (*used == IPPoolAllowedUse::LoadBalancer) == balancer)
    };
    if uses(old, true) && uses(new, false) {
        let message = "a pool for load balancers stays one: its addresses are services'";
        found.push(objection("immutable-field", "spec.allowedUses", message));
    }
    found
}

/// What is against deleting a resource when `new` is what stays.
fn deleted(old: &Resource, new: &[Located], release: Version) -> Option<Objection> {
    if is_default_allow(old) {
        let message = format!("the profile {DEFAULT_ALLOW} is Calico's own, and cannot be deleted");
        return Some(objection("built-in-profile", "metadata.name", message));
    }
    let Resource::Tier(tier) = old else {
        return None;
    };
    let name = tier.metadata.name.as_str();
    if datastore::built_in(release).contains(&name) {
        let message = format!("the tier {name} is Calico's own, and cannot be deleted");
        return Some(objection("protected-tier", "metadata.name", message));
    }
    let enforced = |at: &&Located| {
        matches!(
            at.resource,
            Resource::NetworkPolicy(_) | Resource::GlobalNetworkPolicy(_)
        )
    };
    let in_it = |at: &&Located| datastore::tier_of(&at.resource) == Some(name);
    let first = new.iter().filter(enforced).find(in_it)?;
    let message = format!(
        "the tier {name} is not empty: {} is in it",
        crate::decode::title(&first.resource)
    );
    Some(objection("tier-not-empty", "metadata.name", message))
}
