//! Pods as workload endpoints.

use std::net::IpAddr;

use ipnet::IpNet;
use sha1::{Digest, Sha1};

use super::{NAMESPACE_LABEL, ORCHESTRATOR_LABEL, SERVICE_ACCOUNT_LABEL};
use crate::given::Given;
use crate::k8s::{ContainerPort, Pod, PodStatus};
use crate::metadata::Metadata;
use crate::resources::{IpNat, WorkloadEndpoint, WorkloadEndpointPort, WorkloadEndpointSpec};
use crate::scalar::Protocol;

/// The longest name of a service account that fits a label value.
const MAX_LABEL_VALUE: usize = 63;

/// Where Calico's CNI plugin notes what it did, under several names.
const CNI: &str = "cni.projectcalico.org/";
/// Where Amazon's does.
const AWS_POD_IPS: &str = "vpc.amazonaws.com/pod-ips";
/// Where Multus tells of every interface; the endpoint keeps it.
const NETWORK_STATUS: &str = "k8s.v1.cni.cncf.io/network-status";

/// The endpoint that a pod is, or `None` for one that policy does not see:
/// on its host's network, or not scheduled yet.
///
/// The name is Calico's, `NODE-k8s-POD-eth0` with dashes inside the parts doubled,
/// and so is that of the interface, `cali` and a hash.
///
/// ```
/// use calico_types::{convert, k8s};
///
/// let pod: k8s::Pod = serde_json::from_str(r#"{
///     "metadata": {"name": "db-0", "namespace": "shop", "labels": {"app": "db"}},
///     "spec": {"nodeName": "node-1", "serviceAccountName": "db"},
///     "status": {"podIP": "192.168.0.7"}
/// }"#).unwrap();
/// let endpoint = convert::pod(&pod).unwrap();
/// assert_eq!(endpoint.metadata.name, "node--1-k8s-db--0-eth0");
/// assert_eq!(endpoint.spec.profiles, ["kns.shop", "ksa.shop.db"]);
/// assert_eq!(endpoint.metadata.labels["projectcalico.org/namespace"], "shop");
/// ```
///
/// - Addresses are the kubelet's report (`podIPs`, then `podIP`), else the
///   annotations of Calico's CNI plugin (`podIPs`, then `podIP`), else that of
///   Amazon's: Felix must know an address before the kubelet has reported it. The
///   first of them that has an address counts. A pod that has ended has none: another
///   may have its address by now. One that is being deleted has ended once a CNI plugin
///   has emptied its annotation.
/// - Labels are the pod's own with `projectcalico.org/namespace`,
///   `…/orchestrator` and `…/serviceaccount` (left out for names of 63 letters
///   and more) over them; profiles are the namespace's and then the service
///   account's. A pod that names no service account gets none; the API server
///   would have filled in `default`.
/// - Ports are those with a name or a host port, containers' before init containers';
///   others can only be matched by number, which needs no record.
/// - Floating addresses and foreign source prefixes come from the annotations
///   `floatingIPs` and `allowedSourcePrefixes`; those about bandwidth are not read.
///
/// An address or an annotation that cannot be read is passed over. (Calico passes
/// over the whole pod.)
#[must_use]
pub fn pod(pod: &Pod) -> Option<WorkloadEndpoint> {
    let node = given(pod.spec.node_name.as_ref())?;
    if pod.spec.host_network == Some(true) {
        return None;
    }
    let namespace = pod.metadata.namespace_or_default();
    let name = &pod.metadata.name;
    let account = given(pod.spec.service_account_name.as_ref())
        .or_else(|| given(pod.spec.service_account.as_ref()));
    let addresses = addresses(pod);
    Some(WorkloadEndpoint {
        metadata: metadata(pod, node, account),
        spec: WorkloadEndpointSpec {
            orchestrator: Some("k8s".to_owned()),
            node: Some(node.to_owned()),
            container_id: noted(pod, "containerID").map(str::to_owned),
            pod: Some(name.clone()),
            endpoint: Some("eth0".to_owned()),
            service_account_name: account.map(str::to_owned),
            ip_nats: Given::filled(floating(pod, &addresses)),
            ip_networks: Given::filled(addresses.into_iter().map(IpNet::from).collect()),
            profiles: Given::filled(profiles(namespace, account)),
            interface_name: Some(interface(namespace, name)),
            ports: Given::filled(ports(pod)),
            allow_spoofed_source_prefixes: Given::filled(foreign_sources(pod)),
            ..WorkloadEndpointSpec::default()
        },
    })
}

/// An empty text is an absent one.
fn given(text: Option<&String>) -> Option<&str> {
    text.map(String::as_str).filter(|text| !text.is_empty())
}

/// What Calico's CNI plugin noted, if anything.
fn noted<'a>(pod: &'a Pod, name: &str) -> Option<&'a str> {
    given(pod.metadata.annotations.get(&format!("{CNI}{name}")))
}

/// Calico's labels go over the pod's own, so that nobody who may create pods can
/// choose the namespace that policies see.
fn metadata(pod: &Pod, node: &str, account: Option<&str>) -> Metadata {
    let namespace = pod.metadata.namespace_or_default();
    let mut labels = pod.metadata.labels.clone();
    labels.insert(NAMESPACE_LABEL.to_owned(), namespace.to_owned());
    labels.insert(ORCHESTRATOR_LABEL.to_owned(), "k8s".to_owned());
    if let Some(account) = account.filter(|account| account.len() < MAX_LABEL_VALUE) {
        labels.insert(SERVICE_ACCOUNT_LABEL.to_owned(), account.to_owned());
    }
    let status = pod.metadata.annotations.get_key_value(NETWORK_STATUS);
    let status = status.map(|(key, value)| (key.clone(), value.clone()));
    // Dashes inside the parts are doubled, so that the name can be taken apart.
    let part = |text: &str| text.replace('-', "--");
    let name = format!("{}-k8s-{}-eth0", part(node), part(&pod.metadata.name));
    Metadata {
        labels,
        annotations: status.into_iter().collect(),
        uid: pod.metadata.uid.clone(),
        generate_name: pod.metadata.generate_name.clone(),
        creation_timestamp: pod.metadata.creation_timestamp.clone(),
        ..Metadata::namespaced(namespace, name)
    }
}

/// Order matters: of a label that several profiles have the first wins, and so
/// does the first profile that has a rule for a packet.
fn profiles(namespace: &str, account: Option<&str>) -> Vec<String> {
    let own = account.map(|account| format!("ksa.{namespace}.{account}"));
    std::iter::once(format!("kns.{namespace}"))
        .chain(own)
        .collect()
}

/// The host's side of the pod's interface, unless `interfacePrefix` says otherwise:
/// fifteen letters are all that Linux has for a name.
fn interface(namespace: &str, name: &str) -> String {
    let hash = Sha1::digest(format!("{namespace}.{name}"));
    let digits: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("cali{}", digits.get(..11).unwrap_or_default())
}

/// Addresses as the kubelet reports them, else as a CNI plugin noted them.
fn addresses(pod: &Pod) -> Vec<IpAddr> {
    if has_ended(pod) {
        return Vec::new();
    }
    let nothing = PodStatus::default();
    let status = pod.status.as_ref().unwrap_or(&nothing);
    let candidates: [Vec<&str>; 5] = [
        status.pod_ips.iter().map(|ip| ip.ip.as_str()).collect(),
        status.pod_ip.as_deref().into_iter().collect(),
        noted(pod, "podIPs")
            .into_iter()
            .flat_map(|list| list.split(','))
            .collect(),
        noted(pod, "podIP").into_iter().collect(),
        given(pod.metadata.annotations.get(AWS_POD_IPS))
            .into_iter()
            .flat_map(|list| list.split(','))
            .collect(),
    ];
    let parsed = candidates.iter().map(|texts| {
        let addresses = texts.iter().filter_map(|text| address(text));
        addresses.collect::<Vec<_>>()
    });
    parsed
        .into_iter()
        .find(|addresses| !addresses.is_empty())
        .unwrap_or_default()
}

/// Whether the pod has lost its address while its object is still there.
fn has_ended(pod: &Pod) -> bool {
    let emptied = |name: &str| {
        let annotation = pod.metadata.annotations.get(name);
        annotation.is_some_and(String::is_empty)
    };
    let phase = pod.status.as_ref().and_then(|s| s.phase.as_deref());
    let deleted = pod.metadata.deletion_timestamp.is_some();
    matches!(phase, Some("Succeeded" | "Failed" | "Completed"))
        || (deleted && (emptied(&format!("{CNI}podIP")) || emptied(AWS_POD_IPS)))
}

/// An address, also when written with its length.
fn address(text: &str) -> Option<IpAddr> {
    let address = text.trim().split('/').next()?;
    address.parse().ok()
}

/// Addresses that are the pod's to those outside; each goes to the pod's last address
/// of its family.
fn floating(pod: &Pod, addresses: &[IpAddr]) -> Vec<IpNat> {
    let nat = |external: IpAddr| {
        let mut own = addresses.iter().rev();
        let internal = own.find(|own| own.is_ipv4() == external.is_ipv4())?;
        Some(IpNat {
            internal_ip: Some(*internal),
            external_ip: Some(external),
        })
    };
    let external = texts(noted(pod, "floatingIPs"));
    external
        .iter()
        .filter_map(|ip| nat(ip.parse().ok()?))
        .collect()
}

/// Foreign addresses from which the pod may send.
fn foreign_sources(pod: &Pod) -> Vec<IpNet> {
    let prefixes = texts(noted(pod, "allowedSourcePrefixes"));
    let parsed = prefixes
        .iter()
        .filter_map(|text| text.parse::<IpNet>().ok());
    parsed.map(|net| net.trunc()).collect()
}

/// A list of texts in JSON.
fn texts(annotation: Option<&str>) -> Vec<String> {
    annotation
        .and_then(|json| serde_json::from_str(json).ok())
        .unwrap_or_default()
}

/// Ports with a name or a host port; those of containers first.
fn ports(pod: &Pod) -> Vec<WorkloadEndpointPort> {
    let containers = pod.spec.containers.iter().chain(&pod.spec.init_containers);
    let ports = containers.flat_map(|container| &container.ports);
    ports.filter_map(port).collect()
}

/// A port that policy can name or a host port leads to. A number of 0 is none, and a
/// protocol that Kubernetes does not have makes none either.
fn port(port: &ContainerPort) -> Option<WorkloadEndpointPort> {
    let name = port.name.clone().filter(|name| !name.is_empty());
    let host_port = port.host_port.filter(|port| *port > 0);
    if port.container_port == 0 || (name.is_none() && host_port.is_none()) {
        return None;
    }
    let protocol = match port.protocol.as_deref() {
        None | Some("") => Protocol::tcp(),
        Some(name @ ("TCP" | "UDP" | "SCTP")) => Protocol::Name(name.to_owned()),
        Some(_) => return None,
    };
    Some(WorkloadEndpointPort {
        name,
        protocol: Some(protocol),
        port: port.container_port,
        host_port,
        host_ip: port.host_ip.clone(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(json: &str) -> Pod {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn a_pod_becomes_an_endpoint() {
        let endpoint = pod(&parsed(
            r#"{"metadata": {"name": "web-1", "namespace": "shop", "labels":
                    {"app": "web", "projectcalico.org/namespace": "forged"}},
                "spec": {"nodeName": "node-1", "serviceAccountName": "web", "containers":
                    [{"ports": [{"name": "http", "containerPort": 80},
                                {"containerPort": 81}, {"containerPort": 82, "hostPort": 82}]}]},
                "status": {"podIP": "10.0.0.1", "podIPs": [{"ip": "10.0.0.1"}, {"ip": "fd00::1"}]}}"#,
        ))
        .unwrap();
        assert_eq!(endpoint.metadata.name, "node--1-k8s-web--1-eth0");
        let labels = &endpoint.metadata.labels;
        assert_eq!(labels["projectcalico.org/namespace"], "shop");
        assert_eq!(labels["projectcalico.org/orchestrator"], "k8s");
        assert_eq!(labels["projectcalico.org/serviceaccount"], "web");
        assert_eq!(labels["app"], "web");
        let spec = &endpoint.spec;
        assert_eq!(spec.profiles, ["kns.shop", "ksa.shop.web"]);
        let networks: Vec<_> = spec.ip_networks.iter().map(ToString::to_string).collect();
        assert_eq!(networks, ["10.0.0.1/32", "fd00::1/128"]);
        let ports: Vec<_> = spec
            .ports
            .iter()
            .map(|p| (p.name.as_deref(), p.port))
            .collect();
        assert_eq!(ports, [(Some("http"), 80), (None, 82)]);
        assert_eq!(spec.ports[0].protocol, Some(Protocol::tcp()));
    }

    #[test]
    fn some_pods_are_no_endpoints() {
        assert_eq!(pod(&parsed(r#"{"metadata": {"name": "pending"}}"#)), None);
        assert_eq!(
            pod(&parsed(
                r#"{"spec": {"nodeName": "n", "hostNetwork": true}}"#
            )),
            None
        );
    }

    #[test]
    fn a_pod_that_ended_has_no_address() {
        let ended = parsed(
            r#"{"spec": {"nodeName": "n"}, "status": {"phase": "Succeeded", "podIP": "10.0.0.1"}}"#,
        );
        assert_eq!(pod(&ended).unwrap().spec.ip_networks, []);
    }

    #[test]
    fn the_plugins_note_stands_in_for_the_kubelets_report() {
        let noted = parsed(
            r#"{"metadata": {"annotations": {"cni.projectcalico.org/podIPs": "10.0.0.1/32,fd00::1/128"}},
                "spec": {"nodeName": "n"}}"#,
        );
        assert_eq!(pod(&noted).unwrap().spec.ip_networks.len(), 2);
    }

    #[test]
    fn long_account_names_are_no_labels() {
        let name = "a".repeat(63);
        let long = parsed(&format!(
            r#"{{"spec": {{"nodeName": "n", "serviceAccountName": "{name}"}}}}"#
        ));
        let endpoint = pod(&long).unwrap();
        assert!(!endpoint.metadata.labels.contains_key(SERVICE_ACCOUNT_LABEL));
        assert_eq!(endpoint.spec.profiles.len(), 2);
    }
}
