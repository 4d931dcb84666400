//! One writer, many readers: policy that changes while packets are judged.

use std::collections::BTreeMap;
use std::sync::Arc;

use arc_swap::{ArcSwap, Cache};
use calico_types::Resource;

use crate::{BuildOptions, CompileError, CompileOptions, Issue, PolicySet, Snapshot};

/// The writer. It keeps resources, compiles them and publishes the result whole: a reader
/// sees all of a change or nothing of it.
///
/// Upserts and removals take effect with the next [`publish`](Self::publish), which builds
/// and compiles everything again; gather changes before it. When it fails, readers keep what
/// they have, and the engine keeps the changes: mend them and publish again.
///
/// ```
/// use calico_types::Resource;
/// use policy_engine::{CompileOptions, Engine, Evaluate, Flow, Protocol, ResourceKey};
///
/// let mut engine = Engine::new(CompileOptions::new());
/// let mut reader = engine.reader();
///
/// let read = |kind: &str, value| Resource::from_value("projectcalico.org/v3", kind, &value).unwrap();
/// let endpoint = serde_json::json!({
///     "metadata": {"name": "db", "namespace": "shop", "labels": {"app": "db"}},
///     "spec": {"ipNetworks": ["10.1.0.1/32"], "profiles": ["kns.shop"]},
/// });
/// let profile = serde_json::json!({
///     "metadata": {"name": "kns.shop"},
///     "spec": {"ingress": [{"action": "Allow"}]},
/// });
/// let policy = serde_json::json!({
///     "metadata": {"name": "closed", "namespace": "shop"},
///     "spec": {"selector": "app == 'db'", "types": ["Ingress"]},
/// });
/// engine.upsert(read("WorkloadEndpoint", endpoint)?);
/// engine.upsert(read("Profile", profile)?);
/// engine.upsert(read("NetworkPolicy", policy)?);
/// engine.publish()?;
///
/// let outside = "192.0.2.1".parse::<std::net::IpAddr>()?;
/// let flow = Flow::new(outside, "shop/db", Protocol::TCP).to_port(3306);
/// assert!(!reader.snapshot().verdict(&flow)?.is_allowed());
///
/// engine.remove(&ResourceKey::namespaced("projectcalico.org/v3", "NetworkPolicy", "shop", "closed"));
/// engine.publish()?;
/// assert!(reader.snapshot().verdict(&flow)?.is_allowed());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Engine {
    options: CompileOptions,
    build: BuildOptions,
    unreadable: Unreadable,
    resources: BTreeMap<ResourceKey, Resource>,
    current: Arc<ArcSwap<Snapshot>>,
}

/// What is done when a policy cannot be read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Unreadable {
    /// Nothing is published, since what the policy denies might be allowed.
    #[default]
    Refused,
    /// It is left out, as Felix leaves out what does not validate. Without this, one broken
    /// policy keeps all others from changing.
    LeftOut,
}

/// Identifies a resource.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ResourceKey {
    /// The words after `apiVersion:`.
    pub api_version: String,
    /// The word after `kind:`.
    pub kind: String,
    /// The namespace, of namespaced kinds.
    pub namespace: Option<String>,
    /// The name.
    pub name: String,
}

impl ResourceKey {
    /// The key of a resource of a cluster-wide kind.
    #[must_use]
    pub fn global(api_version: &str, kind: &str, name: &str) -> Self {
        Self {
            api_version: api_version.to_owned(),
            kind: kind.to_owned(),
            namespace: None,
            name: name.to_owned(),
        }
    }

    /// The key of a resource of a namespaced kind.
    #[must_use]
    pub fn namespaced(api_version: &str, kind: &str, namespace: &str, name: &str) -> Self {
        Self {
            namespace: Some(namespace.to_owned()),
            ..Self::global(api_version, kind, name)
        }
    }
}

impl From<&Resource> for ResourceKey {
    fn from(resource: &Resource) -> Self {
        let metadata = resource.metadata();
        let global = Self::global(resource.api_version(), resource.kind(), &metadata.name);
        Self {
            namespace: resource
                .namespaced()
                .then(|| metadata.namespace_or_default().to_owned()),
            ..global
        }
    }
}

/// Why nothing was published.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PublishError {
    /// Policies could not be read.
    #[error("{} policies cannot be read, the first: {}", .0.len(), .0.first().map_or_else(String::new, ToString::to_string))]
    Unreadable(Vec<Issue>),
    /// The policy set could not be compiled.
    #[error(transparent)]
    Compile(#[from] CompileError),
}

impl Engine {
    /// An engine without resources, which refuses to publish when a policy cannot be read.
    #[must_use]
    pub fn new(options: CompileOptions) -> Self {
        Self {
            options,
            build: BuildOptions::new(),
            unreadable: Unreadable::Refused,
            resources: BTreeMap::new(),
            current: Arc::new(ArcSwap::from_pointee(Snapshot::empty(options))),
        }
    }

    /// The same engine, but with policies that cannot be read refused or left out.
    #[must_use]
    pub const fn with_unreadable(mut self, unreadable: Unreadable) -> Self {
        self.unreadable = unreadable;
        self
    }

    /// The same engine, which reads resources as another release of Calico does.
    #[must_use]
    pub const fn with_build_options(mut self, build: BuildOptions) -> Self {
        self.build = build;
        self
    }

    /// Adds a resource, or replaces the one with its key, which is returned.
    pub fn upsert(&mut self, resource: Resource) -> Option<Resource> {
        self.resources
            .insert(ResourceKey::from(&resource), resource)
    }

    /// Removes a resource and returns it.
    pub fn remove(&mut self, key: &ResourceKey) -> Option<Resource> {
        self.resources.remove(key)
    }

    /// The resources, published or not.
    pub fn resources(&self) -> impl Iterator<Item = &Resource> {
        self.resources.values()
    }

    /// Compiles the resources and publishes them. What could not be read of them and does
    /// not stand in the way is returned.
    ///
    /// # Errors
    ///
    /// When a policy cannot be read (unless [`Unreadable::LeftOut`]), or the whole cannot be
    /// compiled. Readers then keep the snapshot they have.
    pub fn publish(&mut self) -> Result<Vec<Issue>, PublishError> {
        let build = PolicySet::from_resources_with(self.build, self.resources.values());
        if self.unreadable == Unreadable::Refused {
            let fatal = build.issues.iter().filter(|issue| issue.effect.may_allow());
            let fatal: Vec<_> = fatal.cloned().collect();
            if !fatal.is_empty() {
                return Err(PublishError::Unreadable(fatal));
            }
        }
        self.publish_set(build.set)?;
        Ok(build.issues)
    }

    /// Compiles a policy set of the caller's own making and publishes it. The resources stay
    /// as they are, until the next [`publish`](Self::publish) takes its place.
    ///
    /// # Errors
    ///
    /// When it cannot be compiled. Readers then keep the snapshot they have.
    pub fn publish_set(&mut self, set: impl Into<Arc<PolicySet>>) -> Result<(), CompileError> {
        let snapshot = Snapshot::compile(set, self.options)?;
        self.current.store(Arc::new(snapshot));
        Ok(())
    }

    /// What is published.
    #[must_use]
    pub fn snapshot(&self) -> Arc<Snapshot> {
        self.current.load_full()
    }

    /// A reader. Each thread wants its own.
    #[must_use]
    pub fn reader(&self) -> Reader {
        Reader {
            cache: Cache::new(Arc::clone(&self.current)),
        }
    }
}

/// A reader of what an [`Engine`] publishes. It never blocks, and no writer waits for it.
///
/// Asking whether there is something newer costs one atomic load. Ask once for a batch of
/// packets to have them judged alike.
#[derive(Clone, Debug)]
pub struct Reader {
    cache: Cache<Arc<ArcSwap<Snapshot>>, Arc<Snapshot>>,
}

impl Reader {
    /// The newest snapshot. It stays what it is for as long as it is held.
    pub fn snapshot(&mut self) -> &Arc<Snapshot> {
        self.cache.load()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Evaluate;

    fn policy(name: &str, selector: &str) -> Resource {
        let value = serde_json::json!({
            "metadata": {"name": name},
            "spec": {"selector": selector, "types": ["Ingress"]},
        });
        Resource::from_value("projectcalico.org/v3", "GlobalNetworkPolicy", &value)
            .unwrap()
            .unwrap()
    }

    fn published(reader: &mut Reader) -> Vec<String> {
        let set = reader.snapshot().policy_set();
        set.policies()
            .map(|policy| policy.id.name.clone())
            .collect()
    }

    #[test]
    fn an_unreadable_policy_keeps_the_old_snapshot() {
        let mut engine = Engine::new(CompileOptions::new());
        let mut reader = engine.reader();
        engine.upsert(policy("good", "all()"));
        assert_eq!(engine.publish(), Ok(Vec::new()));

        engine.upsert(policy("bad", "has("));
        engine.upsert(policy("new", "all()"));
        assert!(
            matches!(engine.publish(), Err(PublishError::Unreadable(issues)) if issues.len() == 1)
        );
        assert_eq!(published(&mut reader), ["good"]);

        engine.upsert(policy("bad", "has(a)"));
        assert_eq!(engine.publish(), Ok(Vec::new()));
        assert_eq!(published(&mut reader), ["bad", "good", "new"]);
    }

    #[test]
    fn unreadable_policies_can_be_left_out() {
        let mut engine = Engine::new(CompileOptions::new()).with_unreadable(Unreadable::LeftOut);
        engine.upsert(policy("good", "all()"));
        engine.upsert(policy("bad", "has("));
        assert_eq!(engine.publish().unwrap().len(), 1);
        assert_eq!(published(&mut engine.reader()), ["good"]);
    }

    #[test]
    fn a_snapshot_stays_what_it_is() {
        let mut engine = Engine::new(CompileOptions::new());
        engine.upsert(policy("a", "all()"));
        engine.publish().unwrap();
        let before = engine.snapshot();
        assert!(
            engine
                .remove(&ResourceKey::from(&policy("a", "")))
                .is_some()
        );
        engine.publish().unwrap();
        assert_eq!(before.policy_set().policies().count(), 1);
        assert_eq!(engine.snapshot().policy_set().policies().count(), 0);
    }
}
