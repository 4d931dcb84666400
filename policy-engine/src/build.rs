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
        let mut builder = Builder::default();
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
