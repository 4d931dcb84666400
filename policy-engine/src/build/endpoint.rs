//! Endpoints, profiles, network sets and services as written to those of the model.

use calico_types::resources as written;
use calico_types::{Metadata, scalar};
use ipnet::IpNet;

use super::Builder;
use super::issue::{Effect, Issue, Problem, ResourceRef};
use super::rule::number;
use super::scope::{NAMESPACE, ORCHESTRATOR, SERVICE_ACCOUNT, given};
use crate::{Direction, Endpoint, EndpointKind, LabelMap, NamedPort, NetworkSet, Profile};

/// The length from which on the name of a service account fits no label.
const MAX_LABEL_VALUE: usize = 63;

impl Builder {
    pub(super) fn workload_endpoint(&mut self, workload: &written::WorkloadEndpoint) {
        let metadata = &workload.metadata;
        let spec = &workload.spec;
        let namespace = metadata.namespace_or_default();
        let resource = reference("WorkloadEndpoint", Some(namespace), &metadata.name);
        let mut ports = Vec::new();
        for port in &spec.ports {
            if let Some(name) = given(port.name.as_ref()) {
                let protocol = port.protocol.clone().unwrap_or_else(scalar::Protocol::tcp);
                ports.extend(self.named_port(&resource, name, &protocol, port.port));
            }
        }
        self.parts.endpoints.push(Endpoint {
            name: format!("{namespace}/{}", metadata.name),
            alias: given(spec.pod.as_ref()).map(|pod| format!("{namespace}/{pod}")),
            kind: EndpointKind::Workload,
            labels: workload_labels(metadata, spec),
            profiles: spec.profiles.to_vec(),
            addresses: spec.ip_networks.iter().map(IpNet::addr).collect(),
            ports,
            admin_up: true,
        });
    }

    pub(super) fn host_endpoint(&mut self, host: &written::HostEndpoint) {
        let resource = reference("HostEndpoint", None, &host.metadata.name);
        let mut ports = Vec::new();
        for port in &host.spec.ports {
            ports.extend(self.named_port(&resource, &port.name, &port.protocol, port.port));
        }
        self.issues.push(Issue {
            resource,
            problem: Problem::HostEndpoint,
            effect: Effect::NotEvaluated,
        });
        self.parts.endpoints.push(Endpoint {
            name: host.metadata.name.clone(),
            alias: None,
            kind: EndpointKind::Host,
            labels: host.metadata.labels.clone(),
            profiles: host.spec.profiles.to_vec(),
            addresses: host.spec.expected_ips.to_vec(),
            ports,
            admin_up: true,
        });
    }

    fn named_port(
        &mut self,
        resource: &ResourceRef,
        name: &str,
        protocol: &scalar::Protocol,
        port: u16,
    ) -> Option<NamedPort> {
        match number(protocol) {
            Ok(protocol) => Some(NamedPort {
                name: name.to_owned(),
                protocol,
                port,
            }),
            Err(fault) => {
                self.issues.push(Issue {
                    resource: resource.clone(),
                    problem: Problem::Port(fault),
                    effect: Effect::PortLeftOut,
                });
                None
            }
        }
    }

    pub(super) fn profile(&mut self, profile: &written::Profile) {
        let resource = reference("Profile", None, &profile.metadata.name);
        let spec = &profile.spec;
        let mut rules = |direction, rules: Option<&[written::Rule]>| {
            self.rules(&resource, direction, rules.unwrap_or_default(), None)
        };
        let profile = Profile {
            name: profile.metadata.name.clone(),
            labels: spec.labels_to_apply.clone().into_inner(),
            ingress: rules(Direction::Ingress, spec.ingress.as_deref()),
            egress: rules(Direction::Egress, spec.egress.as_deref()),
        };
        self.parts.profiles.push(profile);
    }
}

fn reference(kind: &'static str, namespace: Option<&str>, name: &str) -> ResourceRef {
    ResourceRef {
        kind,
        namespace: namespace.map(str::to_owned),
        name: name.to_owned(),
    }
}

/// A workload's own labels, and those that Calico's client adds when it stores one.
fn workload_labels(metadata: &Metadata, spec: &written::WorkloadEndpointSpec) -> LabelMap {
    let mut labels = metadata.labels.clone();
    let mut set = |name: &str, value: &str| labels.insert(name.to_owned(), value.to_owned());
    set(NAMESPACE, metadata.namespace_or_default());
    if let Some(orchestrator) = given(spec.orchestrator.as_ref()) {
        set(ORCHESTRATOR, orchestrator);
    }
    if let Some(account) = given(spec.service_account_name.as_ref())
        && account.len() < MAX_LABEL_VALUE
    {
        set(SERVICE_ACCOUNT, account);
    }
    labels
}

/// The networks of a namespace's set.
pub(super) fn network_set(set: &written::NetworkSet) -> NetworkSet {
    let namespace = set.metadata.namespace_or_default();
    let mut labels = set.metadata.labels.clone();
    labels.insert(NAMESPACE.to_owned(), namespace.to_owned());
    NetworkSet {
        name: format!("{namespace}/{}", set.metadata.name),
        labels,
        profile: Some(format!("kns.{namespace}")),
        nets: set.spec.nets.iter().map(IpNet::trunc).collect(),
    }
}

/// The networks of a cluster-wide set.
pub(super) fn global_network_set(set: &written::GlobalNetworkSet) -> NetworkSet {
    NetworkSet {
        name: set.metadata.name.clone(),
        labels: set.metadata.labels.clone(),
        profile: None,
        nets: set.spec.nets.iter().map(IpNet::trunc).collect(),
    }
}
