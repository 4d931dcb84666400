//! From resources to a policy set.
//!
//! Nothing is validated first: an engine meets what a cluster has stored, and reads it as
//! Felix does where Felix has an answer (`protocol: tcp`, an endpoint without addresses).
//! What has no reading is reported as an [`Issue`], and fails closed.

mod endpoint;
mod issue;
mod kubernetes;
mod policy;
mod rule;
mod scope;

use calico_types::{Resource, convert};

pub use issue::{Effect, Issue, Problem, ResourceRef};

use crate::{Parts, PolicySet};
use policy::PolicySource;

/// How resources are read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct BuildOptions {
    /// Whether `AdminNetworkPolicy` and `BaselineAdminNetworkPolicy` are enforced, as Calico
    /// 3.29 to 3.31 do in tiers of their own. Later releases have `ClusterNetworkPolicy` and
    /// pass over the former: with them a cluster is less closed than they say, which an
    /// [`Issue`] tells. Default off.
    pub admin_network_policies: bool,
}

impl BuildOptions {
    /// As the newest release does.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            admin_network_policies: false,
        }
    }

    /// The same with `AdminNetworkPolicy` and `BaselineAdminNetworkPolicy` enforced or not.
    #[must_use]
    pub const fn with_admin_network_policies(mut self, enforced: bool) -> Self {
        self.admin_network_policies = enforced;
        self
    }
}

/// A policy set, and what could not be read of its resources.
#[derive(Clone, Debug, Default)]
pub struct Build {
    /// The policy set, without what could not be read.
    pub set: PolicySet,
    /// What could not be read, in the order of the resources.
    pub issues: Vec<Issue>,
}

impl PolicySet {
    /// The policy set that resources describe: Calico's and Kubernetes' policies of all
    /// kinds, tiers, profiles, network sets, `WorkloadEndpoint`s and pods, `HostEndpoint`s,
    /// namespaces, service accounts, endpoint slices. Other kinds are passed over.
    ///
    /// Of two resources of one kind, namespace and name the later counts.
    ///
    /// ```
    /// use calico_types::Resource;
    /// use policy_engine::PolicySet;
    ///
    /// let policy = serde_json::json!({
    ///     "metadata": {"name": "database", "namespace": "shop"},
    ///     "spec": {"selector": "app == 'db", "types": ["Ingress"]},
    /// });
    /// let policy = Resource::from_value("projectcalico.org/v3", "NetworkPolicy", &policy).unwrap()?;
    /// let build = PolicySet::from_resources([&policy]);
    /// assert_eq!(
    ///     build.issues[0].to_string(),
    ///     "NetworkPolicy shop/database: selector \"app == 'db\": \
    ///      string has no closing '; the policy is left out",
    /// );
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    #[must_use]
    pub fn from_resources<'a>(resources: impl IntoIterator<Item = &'a Resource>) -> Build {
        Self::from_resources_with(BuildOptions::new(), resources)
    }

    /// The same as another release of Calico reads them.
    ///
    /// ```
    /// use calico_types::Resource;
    /// use policy_engine::{BuildOptions, PolicySet};
    ///
    /// let policy = serde_json::json!({
    ///     "metadata": {"name": "first"},
    ///     "spec": {"priority": 1, "subject": {"namespaces": {}}},
    /// });
    /// let api = "policy.networking.k8s.io/v1alpha1";
    /// let policy = Resource::from_value(api, "AdminNetworkPolicy", &policy).unwrap()?;
    /// let newest = PolicySet::from_resources([&policy]);
    /// assert_eq!(newest.set.policies().count(), 0);
    /// assert_eq!(
    ///     newest.issues[0].to_string(),
    ///     "KubernetesAdminNetworkPolicy first: this release of Calico has no such policies; \
    ///      the policy is passed over",
    /// );
    /// let options = BuildOptions::new().with_admin_network_policies(true);
    /// let older = PolicySet::from_resources_with(options, [&policy]);
    /// assert_eq!((older.set.policies().count(), older.issues.len()), (1, 0));
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    #[must_use]
    pub fn from_resources_with<'a>(
        options: BuildOptions,
        resources: impl IntoIterator<Item = &'a Resource>,
    ) -> Build {
        let mut builder = Builder {
            options,
            ..Builder::default()
        };
        for resource in resources {
            builder.add(resource);
        }
        Build {
            set: Self::new(builder.parts),
            issues: builder.issues,
        }
    }
}

/// Collects parts and issues.
#[derive(Debug, Default)]
struct Builder {
    options: BuildOptions,
    parts: Parts,
    issues: Vec<Issue>,
}

impl Builder {
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "most kinds have nothing to do with policy, and new ones will not either"
    )]
    fn add(&mut self, resource: &Resource) {
        match resource {
            Resource::Tier(tier) => self.parts.tiers.push(policy::tier(tier)),
            Resource::NetworkPolicy(policy) => self.policy(&PolicySource::from(policy)),
            Resource::GlobalNetworkPolicy(policy) => self.policy(&PolicySource::from(policy)),
            Resource::StagedNetworkPolicy(policy) => self.staged(policy),
            Resource::StagedGlobalNetworkPolicy(policy) => self.staged(policy),
            Resource::StagedKubernetesNetworkPolicy(policy) => self.staged_kubernetes(policy),
            Resource::KubernetesNetworkPolicy(policy) => self.kubernetes_policy(policy),
            Resource::AdminNetworkPolicy(policy) => self.admin_policy(policy),
            Resource::BaselineAdminNetworkPolicy(policy) => self.baseline_policy(policy),
            Resource::ClusterNetworkPolicy(policy) => self.cluster_policy(policy),
            Resource::Pod(pod) => self.pod(pod),
            Resource::Namespace(namespace) => self.profile(&convert::namespace(namespace)),
            Resource::ServiceAccount(account) => self.profile(&convert::service_account(account)),
            Resource::WorkloadEndpoint(workload) => self.workload_endpoint(workload),
            Resource::HostEndpoint(host) => self.host_endpoint(host),
            Resource::Profile(profile) => self.profile(profile),
            Resource::NetworkSet(set) => self.parts.network_sets.push(endpoint::network_set(set)),
            Resource::GlobalNetworkSet(set) => {
                self.parts
                    .network_sets
                    .push(endpoint::global_network_set(set));
            }
            Resource::EndpointSlice(slice) => self.endpoint_slice(slice),
            _ => {}
        }
    }
}
