//! Kubernetes' kinds, by way of their conversion to Calico's.

use calico_types::convert::{self, Converted, RuleFault};
use calico_types::resources as written;
use calico_types::{Metadata, k8s};

use super::Builder;
use super::issue::{Effect, Issue, Problem, ResourceRef};
use super::policy::{PolicySource, StagedSource};
use super::rule::number;
use crate::{Direction, Fault, PolicyKind, Service, ServiceMember, ServiceName};

impl Builder {
    pub(super) fn kubernetes_policy(&mut self, policy: &k8s::NetworkPolicy) {
        let converted = convert::network_policy(policy);
        let kind = PolicyKind::KubernetesNetworkPolicy;
        if let Some(policy) = self.converted(kind, &policy.metadata, converted) {
            self.policy(&PolicySource {
                kind,
                ..PolicySource::from(&policy)
            });
        }
    }

    pub(super) fn staged_kubernetes(&mut self, policy: &written::StagedKubernetesNetworkPolicy) {
        let converted = convert::staged_network_policy(policy);
        let kind = PolicyKind::StagedKubernetesNetworkPolicy;
        if let Some(policy) = self.converted(kind, &policy.metadata, converted)
            && policy.action() != written::StagedAction::Delete
        {
            self.policy(&PolicySource {
                kind,
                ..policy.policy()
            });
        }
    }

    pub(super) fn cluster_policy(&mut self, policy: &k8s::ClusterNetworkPolicy) {
        let converted = convert::cluster_network_policy(policy);
        let kind = PolicyKind::KubernetesClusterNetworkPolicy;
        self.global(kind, &policy.metadata, converted);
    }

    pub(super) fn admin_policy(&mut self, policy: &k8s::AdminNetworkPolicy) {
        let converted = convert::admin_network_policy(policy);
        let kind = PolicyKind::KubernetesAdminNetworkPolicy;
        if self.has_admin_policies(kind, &policy.metadata) {
            self.global(kind, &policy.metadata, converted);
        }
    }

    pub(super) fn baseline_policy(&mut self, policy: &k8s::BaselineAdminNetworkPolicy) {
        let converted = convert::baseline_admin_network_policy(policy);
        let kind = PolicyKind::KubernetesBaselineAdminNetworkPolicy;
        if self.has_admin_policies(kind, &policy.metadata) {
            self.global(kind, &policy.metadata, converted);
        }
    }

    /// Whether the release has these kinds; it is written down where it has not.
    fn has_admin_policies(&mut self, kind: PolicyKind, metadata: &Metadata) -> bool {
        let enforced = self.options.admin_network_policies;
        if !enforced {
            self.issues.push(Issue {
                resource: ResourceRef {
                    kind: kind.as_str(),
                    namespace: None,
                    name: metadata.name.clone(),
                },
                problem: Problem::OtherRelease,
                effect: Effect::PolicyPassedOver,
            });
        }
        enforced
    }

    /// A policy of the whole cluster, under the kind that it was written as.
    fn global(
        &mut self,
        kind: PolicyKind,
        metadata: &Metadata,
        converted: Result<Converted<written::GlobalNetworkPolicy>, convert::Fault>,
    ) {
        if let Some(policy) = self.converted(kind, metadata, converted) {
            self.policy(&PolicySource {
                kind,
                ..PolicySource::from(&policy)
            });
        }
    }

    /// The converted policy, its faults written down.
    fn converted<T: written::Kind>(
        &mut self,
        kind: PolicyKind,
        metadata: &Metadata,
        converted: Result<Converted<T>, convert::Fault>,
    ) -> Option<T> {
        let resource = ResourceRef {
            kind: kind.as_str(),
            namespace: T::NAMESPACED.then(|| metadata.namespace_or_default().to_owned()),
            name: metadata.name.clone(),
        };
        match converted {
            Ok(converted) => {
                self.issues.extend(
                    converted
                        .faults
                        .into_iter()
                        .map(|fault| issue(&resource, fault)),
                );
                Some(converted.policy)
            }
            Err(fault) => {
                self.issues.push(Issue {
                    resource,
                    problem: Problem::Policy(fault.into()),
                    effect: Effect::PolicyLeftOut,
                });
                None
            }
        }
    }

    /// The endpoint of a pod, unless the pod has none of its own.
    pub(super) fn pod(&mut self, pod: &k8s::Pod) {
        if let Some(workload) = convert::pod(pod) {
            self.workload_endpoint(&workload);
        }
    }

    /// A part of a service: each address, alone and with each of the slice's ports.
    pub(super) fn endpoint_slice(&mut self, slice: &k8s::EndpointSlice) {
        let Some(endpoints) = convert::endpoint_slice(slice) else {
            return;
        };
        let ports: Vec<_> = endpoints
            .ports
            .iter()
            .filter_map(|(protocol, port)| Some((number(protocol).ok()?, *port)))
            .collect();
        let members = endpoints.addresses.iter().flat_map(|address| {
            let ports = ports.iter().copied().map(Some).chain([None]);
            ports.map(|port| ServiceMember {
                address: *address,
                port,
            })
        });
        self.parts.services.push(Service {
            members: members.collect(),
            name: ServiceName {
                namespace: endpoints.namespace,
                name: endpoints.name,
            },
        });
    }
}

fn issue(resource: &ResourceRef, fault: RuleFault) -> Issue {
    let direction = match fault.direction {
        written::PolicyType::Ingress => Direction::Ingress,
        written::PolicyType::Egress => Direction::Egress,
    };
    Issue {
        resource: resource.clone(),
        problem: Problem::Rule {
            direction,
            rule: fault.index,
            fault: Fault::Conversion(fault.fault),
        },
        effect: if fault.denies {
            Effect::RuleDeniesAll
        } else {
            Effect::RuleMatchesNothing
        },
    }
}
