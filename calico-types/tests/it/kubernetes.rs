//! Kubernetes' own kinds: what is known of them, and what the API server refuses.

use std::fmt;

use calico_types::{Source, diagnose};
use k8s_openapi::api::core::v1::{
    Container, ContainerPort, LoadBalancerIngress, LoadBalancerStatus, Namespace, Node,
    NodeAddress, NodeSpec, NodeStatus, ObjectReference, Pod, PodIP, PodSpec, PodStatus, Secret,
    Service, ServiceAccount, ServicePort, ServiceSpec, ServiceStatus,
};
use k8s_openapi::api::discovery::v1::{Endpoint, EndpointConditions, EndpointPort, EndpointSlice};
use k8s_openapi::api::networking::v1::{
    IPBlock, NetworkPolicy, NetworkPolicyEgressRule, NetworkPolicyIngressRule, NetworkPolicyPeer,
    NetworkPolicyPort, NetworkPolicySpec,
};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{
    LabelSelector, LabelSelectorRequirement, ObjectMeta, OwnerReference,
};
use serde::de::{self, Deserialize, Deserializer, Visitor};
use serde_json::{Map, Value, json};

/// The names of a struct's fields, as its `Deserialize` tells them.
fn names<T: for<'de> Deserialize<'de>>() -> Vec<&'static str> {
    let mut names = Vec::new();
    let told = T::deserialize(Ask(&mut names));
    assert!(told.is_err() && !names.is_empty(), "no struct");
    names
}

struct Ask<'a>(&'a mut Vec<&'static str>);

impl<'de> Deserializer<'de> for Ask<'_> {
    type Error = Enough;

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        _: V,
    ) -> Result<V::Value, Enough> {
        self.0.extend(fields);
        Err(Enough)
    }

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Enough> {
        Err(Enough)
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf
        option unit unit_struct newtype_struct seq tuple tuple_struct map enum identifier
        ignored_any
    }
}

#[derive(Debug)]
struct Enough;

impl fmt::Display for Enough {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("enough")
    }
}

impl std::error::Error for Enough {}

impl de::Error for Enough {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self
    }
}

/// An object with all fields of a struct, unset but for some.
fn with<T: for<'de> Deserialize<'de>>(set: Value) -> Value {
    let mut object: Map<_, _> = names::<T>()
        .into_iter()
        .map(|name| (name.to_owned(), Value::Null))
        .collect();
    for (name, value) in set.as_object().unwrap() {
        assert!(object.contains_key(name), "Kubernetes has no {name}");
        object[name] = value.clone();
    }
    object.into()
}

fn all<T: for<'de> Deserialize<'de>>() -> Value {
    with::<T>(json!({}))
}

fn metadata() -> Value {
    with::<ObjectMeta>(json!({"name": "x", "ownerReferences": [all::<OwnerReference>()]}))
}

fn selector() -> Value {
    let requirement = with::<LabelSelectorRequirement>(json!({"key": "k", "operator": "Exists"}));
    with::<LabelSelector>(json!({"matchExpressions": [requirement]}))
}

/// `code path` of each finding, in order.
fn findings(document: &str) -> Vec<String> {
    let decoded = diagnose(&[Source::new("test.json", document)]);
    let findings = decoded.diagnostics.iter();
    findings.map(|d| format!("{} {}", d.code, d.path)).collect()
}

#[track_caller]
fn knows<T: k8s_openapi::Resource + for<'de> Deserialize<'de>>(parts: Value) {
    let mut object = parts;
    object["apiVersion"] = T::API_VERSION.into();
    object["kind"] = T::KIND.into();
    object["metadata"] = metadata();
    let document = with::<T>(object).to_string();
    assert_eq!(findings(&document), [""; 0], "{}", T::KIND);
}

#[test]
fn every_field_of_kubernetes_is_known() {
    let port = with::<ContainerPort>(json!({"containerPort": 80}));
    let container = with::<Container>(json!({"name": "c", "ports": [port]}));
    knows::<Pod>(json!({
        "spec": with::<PodSpec>(json!({"containers": [container], "initContainers": [container]})),
        "status": with::<PodStatus>(json!({"podIPs": [all::<PodIP>()]})),
    }));
    knows::<Namespace>(json!({}));
    knows::<ServiceAccount>(json!({}));
    knows::<Secret>(json!({}));
    let ingress = with::<LoadBalancerStatus>(json!({"ingress": [all::<LoadBalancerIngress>()]}));
    let service_port = with::<ServicePort>(json!({"port": 80}));
    knows::<Service>(json!({
        "spec": with::<ServiceSpec>(json!({"ports": [service_port]})),
        "status": with::<ServiceStatus>(json!({"loadBalancer": ingress})),
    }));
    let endpoint = with::<Endpoint>(json!({
        "addresses": [],
        "conditions": all::<EndpointConditions>(),
        "targetRef": all::<ObjectReference>(),
    }));
    knows::<EndpointSlice>(json!({
        "addressType": "IPv4", "endpoints": [endpoint], "ports": [all::<EndpointPort>()],
    }));
    knows::<Node>(json!({
        "spec": all::<NodeSpec>(),
        "status": with::<NodeStatus>(json!({"addresses": [all::<NodeAddress>()]})),
    }));
    let pods = with::<NetworkPolicyPeer>(json!({
        "podSelector": selector(), "namespaceSelector": selector(),
    }));
    let block = with::<IPBlock>(json!({"cidr": "10.0.0.0/8"}));
    let block = with::<NetworkPolicyPeer>(json!({"ipBlock": block}));
    let ports = json!([all::<NetworkPolicyPort>()]);
    let from = json!({"from": [pods, block], "ports": ports});
    let to = json!({"to": [pods], "ports": ports});
    knows::<NetworkPolicy>(json!({
        "spec": with::<NetworkPolicySpec>(json!({
            "podSelector": selector(),
            "ingress": [with::<NetworkPolicyIngressRule>(from)],
            "egress": [with::<NetworkPolicyEgressRule>(to)],
        })),
    }));
}

/// Findings about the spec of an object, without `spec.` before each path.
fn of_spec(api_version: &str, kind: &str, spec: &str) -> Vec<String> {
    let name = if kind.starts_with("Baseline") {
        "default"
    } else {
        "x"
    };
    let document = format!(
        r#"{{"apiVersion":"{api_version}","kind":"{kind}","metadata":{{"name":"{name}"}},"spec":{spec}}}"#
    );
    let findings = findings(&document);
    findings.iter().map(|f| f.replace(" spec.", " ")).collect()
}

#[test]
fn mistakes_in_pods_have_a_place() {
    for (spec, found) in [
        (r#"{"nodename": "n"}"#, "wrong-case nodename"),
        (r#"{"hostNetwork": "yes"}"#, "wrong-type hostNetwork"),
        (r#"{"afinity": {}}"#, "unknown-field afinity"),
        (
            r#"{"containers": [{"ports": [{"containerPort": 80, "protcol": "TCP"}]}]}"#,
            "unknown-field containers[0].ports[0].protcol",
        ),
        (
            r#"{"containers": [{"ports": [{"containerPort": "80"}]}]}"#,
            "wrong-type containers[0].ports[0].containerPort",
        ),
        (
            r#"{"containers": [{"ports": [{"containerPort": 70000}]}]}"#,
            "out-of-range containers[0].ports[0].containerPort",
        ),
        (
            r#"{"containers": [{"ports": [{"containerPort": 80, "protocol": "tcp"}]}]}"#,
            "unsupported-value containers[0].ports[0].protocol",
        ),
        (
            r#"{"containers": [{"ports": [{"containerPort": 80, "name": "HTTP"}]}]}"#,
            "invalid-format containers[0].ports[0].name",
        ),
    ] {
        assert_eq!(of_spec("v1", "Pod", spec), [found]);
    }
    // What policy does not use is not looked into.
    let rest = r#"{"volumes": [{"whatever": 1}], "securityContext": {"x": {}}, "containers":
        [{"livenessProbe": {"y": 1}, "resources": 7}]}"#;
    assert_eq!(of_spec("v1", "Pod", rest), [""; 0]);
}

fn policy(spec: &str) -> Vec<String> {
    of_spec("networking.k8s.io/v1", "NetworkPolicy", spec)
}

/// One mistake a line, as `pkg/apis/networking/validation` of Kubernetes refuses it.
#[test]
fn the_api_server_refuses_ports_of_network_policies() {
    for (port, found) in [
        (r#"{"port": 0}"#, "out-of-range port"),
        (r#"{"port": 65536}"#, "out-of-range port"),
        (r#"{"port": "HTTP"}"#, "invalid-format port"),
        (r#"{"port": "sixteen-letters-"}"#, "invalid-format port"),
        (r#"{"protocol": "ICMP"}"#, "unsupported-value protocol"),
        (r#"{"port": 80, "endPort": 79}"#, "invalid-range endPort"),
        (r#"{"port": 80, "endPort": 65536}"#, "out-of-range endPort"),
        (
            r#"{"port": "http", "endPort": 90}"#,
            "end-port-of-name endPort",
        ),
        (r#"{"endPort": 90}"#, "end-port-without-port endPort"),
    ] {
        let at = found.replace(' ', " ingress[0].ports[0].");
        let spec = format!(r#"{{"ingress": [{{"ports": [{port}]}}]}}"#);
        assert_eq!(policy(&spec), [at]);
    }
}

#[test]
fn the_api_server_refuses_peers_of_network_policies() {
    for (peer, found) in [
        ("{}", "empty-peer egress[0].to[0]"),
        (
            r#"{"podSelector": {}, "ipBlock": {"cidr": "10.0.0.0/8"}}"#,
            "block-with-selector egress[0].to[0].ipBlock",
        ),
        (
            r#"{"ipBlock": {}}"#,
            "missing-field egress[0].to[0].ipBlock.cidr",
        ),
        (
            r#"{"ipBlock": {"cidr": "10.0.0.1"}}"#,
            "invalid-cidr egress[0].to[0].ipBlock.cidr",
        ),
        (
            r#"{"ipBlock": {"cidr": "10.0.0.0/8", "except": ["11.0.0.0/16"]}}"#,
            "except-outside-block egress[0].to[0].ipBlock.except",
        ),
        (
            r#"{"ipBlock": {"cidr": "10.0.0.0/8", "except": ["10.0.0.0/8"]}}"#,
            "except-outside-block egress[0].to[0].ipBlock.except",
        ),
    ] {
        assert_eq!(
            policy(&format!(r#"{{"egress": [{{"to": [{peer}]}}]}}"#)),
            [found]
        );
    }
}

#[test]
fn the_api_server_refuses_selectors_of_network_policies() {
    for (selector, found) in [
        (
            r#"{"matchLabels": {"a b": "x"}}"#,
            "invalid-label podSelector.matchLabels",
        ),
        (
            r#"{"matchLabels": {"a": "x y"}}"#,
            "invalid-format podSelector.matchLabels.a",
        ),
        (
            r#"{"matchExpressions": [{"key": "a", "operator": "Gt"}]}"#,
            "unsupported-value podSelector.matchExpressions[0].operator",
        ),
        (
            r#"{"matchExpressions": [{"key": "a", "operator": "In", "values": []}]}"#,
            "missing-values podSelector.matchExpressions[0].values",
        ),
        (
            r#"{"matchExpressions": [{"key": "a", "operator": "Exists", "values": ["x"]}]}"#,
            "values-without-use podSelector.matchExpressions[0].values",
        ),
        (
            r#"{"matchExpressions": [{"operator": "Exists"}]}"#,
            "missing-field podSelector.matchExpressions[0].key",
        ),
    ] {
        assert_eq!(
            policy(&format!(r#"{{"podSelector": {selector}}}"#)),
            [found]
        );
    }
}

#[test]
fn the_api_server_takes_network_policies() {
    assert_eq!(
        policy(r#"{"policyTypes": ["Both"]}"#),
        ["unsupported-value policyTypes[0]"]
    );
    assert_eq!(
        policy(
            r#"{"podSelector": {"matchLabels": {"example.org/app": ""}}, "policyTypes": ["Egress"],
            "egress": [{"to": [{"ipBlock": {"cidr": "10.0.0.0/8", "except": ["10.1.0.0/16"]}}],
            "ports": [{"port": 80, "endPort": 80}, {"port": "http", "protocol": "SCTP"}, {}]}]}"#
        ),
        [""; 0]
    );
}

/// Findings about a policy for the whole cluster with one rule of egress.
fn rule(kind: &str, to: &str, ports: &str) -> Vec<String> {
    let version = |minor| format!("policy.networking.k8s.io/v1alpha{minor}");
    let (api, head, list) = match kind {
        "ClusterNetworkPolicy" => (
            version(2),
            r#""tier": "Admin", "priority": 1,"#,
            "protocols",
        ),
        "AdminNetworkPolicy" => (version(1), r#""priority": 1,"#, "ports"),
        _ => (version(1), "", "ports"),
    };
    let rule = format!(r#"{{"action": "Deny", "to": [{to}], "{list}": [{ports}]}}"#);
    let spec = format!(r#"{{{head} "subject": {{"namespaces": {{}}}}, "egress": [{rule}]}}"#);
    of_spec(&api, kind, &spec)
}

const EVERYWHERE: &str = r#"{"namespaces": {}}"#;

/// The bounds and rules of the definitions of v1alpha1.
#[test]
fn the_definitions_refuse_admin_policies() {
    let admin = |to: &str, ports: &str| rule("AdminNetworkPolicy", to, ports);
    for (to, ports, found) in [
        (
            "{}",
            r#"{"namedPort": "x"}"#,
            "one-field-only egress[0].to[0]",
        ),
        (EVERYWHERE, "{}", "one-field-only egress[0].ports[0]"),
        (
            EVERYWHERE,
            r#"{"portNumber": {"port": 0}}"#,
            "out-of-range egress[0].ports[0].portNumber.port",
        ),
        (
            EVERYWHERE,
            r#"{"portRange": {"start": 9, "end": 9}}"#,
            "invalid-range egress[0].ports[0].portRange.end",
        ),
        (
            r#"{"networks": ["10.0.0.0/8"]}"#,
            r#"{"namedPort": "x"}"#,
            "named-port-without-pod egress[0].ports",
        ),
        (
            r#"{"networks": ["10.0.0.0"]}"#,
            r#"{"portNumber": {"port": 1}}"#,
            "invalid-cidr egress[0].to[0].networks[0]",
        ),
        (
            r#"{"domainNames": ["nodots"]}"#,
            r#"{"portNumber": {"port": 1}}"#,
            "invalid-format egress[0].to[0].domainNames[0]",
        ),
        (
            r#"{"pods": {"podSelector": {}}}"#,
            r#"{"portNumber": {"port": 1}}"#,
            "missing-field egress[0].to[0].pods.namespaceSelector",
        ),
    ] {
        assert_eq!(admin(to, ports), [found]);
    }
    let fine = r#"{"domainNames": ["*.example.org", "example.org."]}"#;
    assert_eq!(
        admin(fine, r#"{"portRange": {"start": 1, "end": 9}}"#),
        [""; 0]
    );
    assert_eq!(
        rule(
            "BaselineAdminNetworkPolicy",
            fine,
            r#"{"portNumber": {"port": 1}}"#
        ),
        [
            "one-field-only egress[0].to[0]",
            "unknown-field egress[0].to[0].domainNames"
        ]
    );
}

/// Those of v1alpha2.
#[test]
fn the_definitions_refuse_cluster_policies() {
    let cluster = |to: &str, ports: &str| rule("ClusterNetworkPolicy", to, ports);
    assert_eq!(
        cluster(EVERYWHERE, r#"{"tcp": {}}"#),
        ["one-field-only egress[0].protocols[0].tcp"]
    );
    assert_eq!(
        cluster(
            EVERYWHERE,
            r#"{"tcp": {"destinationPort": {"range": {"start": 2, "end": 1}}}}"#
        ),
        ["invalid-range egress[0].protocols[0].tcp.destinationPort.range.end"]
    );
    assert_eq!(
        cluster(
            r#"{"networks": ["x"]}"#,
            r#"{"tcp": {"destinationPort": {"number": 1}}}"#
        ),
        ["invalid-cidr egress[0].to[0].networks[0]"]
    );
}

#[test]
fn the_baseline_policy_has_one_name() {
    let document = r#"{"apiVersion": "policy.networking.k8s.io/v1alpha1",
        "kind": "BaselineAdminNetworkPolicy", "metadata": {"name": "mine"},
        "spec": {"subject": {"namespaces": {}}}}"#;
    assert_eq!(findings(document), ["singleton-name metadata.name"]);
}
