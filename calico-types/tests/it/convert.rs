//! Kubernetes' kinds in Calico's model, statement by statement.
//!
//! What is expected is written out from the description of
//! `libcalico-go/lib/backend/k8s/conversion`, not from what our code prints.

use calico_types::convert::{self, Converted, Fault, PolicyOrigin};
use calico_types::k8s;
use calico_types::resources::{GlobalNetworkPolicy, NetworkPolicy, PolicyType, Rule};
use serde_json::Value;

fn read<T: serde::de::DeserializeOwned>(json: &str) -> T {
    serde_json::from_str(json).unwrap()
}

fn named<T: serde::de::DeserializeOwned>(spec: &str) -> T {
    read(&format!(
        r#"{{"metadata": {{"name": "p", "namespace": "ns", "uid": "u"}}, "spec": {spec}}}"#
    ))
}

/// A rule in one line: `Allow TCP 80,443 from SELECTOR of NAMESPACES in NETS`.
fn told(rule: &Rule) -> String {
    let mut line = format!("{:?}", rule.action);
    if let Some(protocol) = &rule.protocol {
        line += &format!(" {protocol}");
    }
    let ports = &rule.destination.ports;
    if !ports.is_empty() {
        let ports: Vec<_> = ports.iter().map(ToString::to_string).collect();
        line += &format!(" {}", ports.join(","));
    }
    for (word, side) in [("from", &rule.source), ("to", &rule.destination)] {
        if let Some(selector) = &side.selector {
            line += &format!(" {word} {selector}");
        }
        if let Some(namespaces) = &side.namespace_selector {
            line += &format!(" {word} namespaces {namespaces}");
        }
        let nets = side.nets.iter().map(|net| format!(" {word} {net}"));
        line.extend(nets);
        let except = side.not_nets.iter().map(|net| format!(" but {net}"));
        line.extend(except);
    }
    line
}

const PODS: &str = r#"projectcalico.org/orchestrator == "k8s""#;

mod network_policy {
    use super::*;

    fn converted(spec: &str) -> Converted<NetworkPolicy> {
        convert::network_policy(&named(spec)).unwrap()
    }

    fn ingress(spec: &str) -> Vec<String> {
        let rules = converted(spec).policy.spec.ingress.unwrap();
        rules.iter().map(told).collect()
    }

    fn with_ports(ports: &str) -> Vec<String> {
        ingress(&format!(r#"{{"ingress": [{{"ports": {ports}}}]}}"#))
    }

    fn with_peer(peer: &str) -> Vec<String> {
        ingress(&format!(r#"{{"ingress": [{{"from": [{peer}]}}]}}"#))
    }

    #[test]
    fn keeps_name_and_kind_at_order_1000() {
        let converted = converted(r#"{"podSelector": {}}"#);
        let metadata = &converted.policy.metadata;
        assert_eq!(
            (
                &*metadata.name,
                metadata.namespace.as_deref(),
                metadata.uid.as_deref()
            ),
            ("p", Some("ns"), Some("u"))
        );
        assert_eq!(converted.origin.as_str(), "KubernetesNetworkPolicy");
        assert_eq!(
            converted.origin.former_name("default", "p"),
            "knp.default.p"
        );
        let spec = converted.policy.spec;
        assert_eq!(
            (spec.tier.as_deref(), spec.order),
            (Some("default"), Some(1000.0))
        );
    }

    #[test]
    fn selects_pods_by_every_operator() {
        for (selector, expected) in [
            ("{}", PODS.to_owned()),
            (
                r#"{"matchLabels": {"b": "2", "a": "1"}}"#,
                format!(r#"({PODS} && a == "1" && b == "2")"#),
            ),
            (
                r#"{"matchExpressions": [{"key": "k", "operator": "In", "values": ["b", "a"]},
                    {"key": "l", "operator": "NotIn", "values": ["c"]},
                    {"key": "m", "operator": "Exists"}, {"key": "n", "operator": "DoesNotExist"}]}"#,
                format!(
                    r#"({PODS} && k in {{"a", "b"}} && l not in {{"c"}} && has(m) && !has(n))"#
                ),
            ),
        ] {
            let spec = converted(&format!(r#"{{"podSelector": {selector}}}"#))
                .policy
                .spec;
            assert_eq!(spec.selector, Some(expected));
        }
        let absent = converted("{}").policy.spec;
        assert_eq!(absent.selector.as_deref(), Some(PODS));
    }

    #[test]
    fn a_subject_that_cannot_be_read_is_no_policy() {
        let policy =
            named(r#"{"podSelector": {"matchExpressions": [{"key": "a", "operator": "Gt"}]}}"#);
        let fault = convert::network_policy(&policy).unwrap_err();
        assert_eq!(fault, Fault::Operator("Gt".into()));
    }

    #[test]
    fn types_are_those_given_and_else_ingress() {
        use PolicyType::{Egress, Ingress};
        for (spec, types) in [
            (r#"{"egress": [{}]}"#, vec![Ingress]),
            (r#"{"policyTypes": [], "egress": [{}]}"#, vec![Ingress]),
            (r#"{"policyTypes": ["Egress"]}"#, vec![Egress]),
            (
                r#"{"policyTypes": ["Ingress", "Egress"]}"#,
                vec![Ingress, Egress],
            ),
        ] {
            assert_eq!(converted(spec).policy.spec.types, Some(types));
        }
    }

    #[test]
    fn ports_are_grouped_by_protocol_and_joined() {
        for (ports, expected) in [
            ("[]", vec!["Allow"]),
            ("[{}]", vec!["Allow TCP"]),
            (
                r#"[{"port": 80}, {"port": 81}, {"port": 90}]"#,
                vec!["Allow TCP 80:81,90"],
            ),
            (r#"[{"port": 80}, {}]"#, vec!["Allow TCP"]),
            (r#"[{}, {"port": 80}]"#, vec!["Allow TCP"]),
            (
                r#"[{"port": 53, "protocol": "UDP"}, {"port": 53}, {"protocol": "SCTP"}]"#,
                vec!["Allow SCTP", "Allow TCP 53", "Allow UDP 53"],
            ),
            (
                r#"[{"port": "http"}, {"port": 1, "endPort": 3}, {"port": 3, "endPort": 5}]"#,
                vec!["Allow TCP 1:5,http"],
            ),
        ] {
            assert_eq!(with_ports(ports), expected, "{ports}");
        }
    }

    #[test]
    fn peers() {
        let in_namespace = format!("Allow from {PODS}");
        let everywhere = format!("Allow from {PODS} from namespaces all()");
        for (peer, expected) in [
            (r#"{"podSelector": {}}"#, &*in_namespace),
            (r#"{"namespaceSelector": {}}"#, &*everywhere),
            (
                r#"{"namespaceSelector": {"matchLabels": {"e": "x"}}, "podSelector": {"matchLabels": {"a": "y"}}}"#,
                &*format!(r#"Allow from ({PODS} && a == "y") from namespaces e == "x""#),
            ),
            (
                r#"{"ipBlock": {"cidr": "10.0.0.7/8", "except": ["10.1.0.0/16"]}, "podSelector": {}}"#,
                "Allow from 10.0.0.0/8 but 10.1.0.0/16",
            ),
        ] {
            assert_eq!(with_peer(peer), [expected]);
        }
        for nobody in [r#"{"ingress": [{}]}"#, r#"{"ingress": [{"from": []}]}"#] {
            assert_eq!(ingress(nobody), ["Allow"]);
        }
    }

    #[test]
    fn one_rule_for_each_protocol_and_peer() {
        let block = |net: &str| format!(r#"{{"ipBlock": {{"cidr": "{net}"}}}}"#);
        let spec = format!(
            r#"{{"ingress": [{{"from": [{}, {}],
                "ports": [{{"protocol": "UDP"}}, {{"port": 1}}]}}]}}"#,
            block("10.0.0.0/8"),
            block("fd00::/8")
        );
        assert_eq!(
            ingress(&spec),
            [
                "Allow TCP 1 from 10.0.0.0/8",
                "Allow TCP 1 from fd00::/8",
                "Allow UDP from 10.0.0.0/8",
                "Allow UDP from fd00::/8"
            ]
        );
    }

    #[test]
    fn what_fails_is_dropped_and_isolation_stays() {
        let converted = converted(
            r#"{"policyTypes": ["Ingress", "Egress"],
                "ingress": [{"ports": [{"port": "http", "endPort": 9}]}],
                "egress": [{"to": [{"podSelector": {"matchExpressions": [{"key": "a", "operator": "?"}]}}]}, {}]}"#,
        );
        let spec = converted.policy.spec;
        assert_eq!(spec.types.unwrap().len(), 2);
        assert_eq!(spec.ingress.unwrap(), []);
        assert_eq!(spec.egress.unwrap().len(), 1);
        let faults: Vec<_> = converted
            .faults
            .iter()
            .map(|f| (f.direction, f.index, f.denies))
            .collect();
        assert_eq!(
            faults,
            [
                (PolicyType::Ingress, 0, false),
                (PolicyType::Egress, 0, false)
            ]
        );
    }
}

mod cluster_policies {
    use super::*;

    const SUBJECT: &str = r#""subject": {"namespaces": {}}"#;

    fn cluster(spec: &str) -> Result<Converted<GlobalNetworkPolicy>, Fault> {
        convert::cluster_network_policy(&named(&format!(
            r#"{{"tier": "Admin", "priority": 7, {spec}}}"#
        )))
    }

    fn admin(spec: &str) -> Result<Converted<GlobalNetworkPolicy>, Fault> {
        convert::admin_network_policy(&named(&format!(r#"{{"priority": 7, {spec}}}"#)))
    }

    fn baseline(spec: &str) -> Result<Converted<GlobalNetworkPolicy>, Fault> {
        convert::baseline_admin_network_policy(&named(&format!("{{{spec}}}")))
    }

    fn egress(converted: Converted<GlobalNetworkPolicy>) -> Vec<String> {
        converted
            .policy
            .spec
            .egress
            .unwrap()
            .iter()
            .map(told)
            .collect()
    }

    fn ingress(converted: Converted<GlobalNetworkPolicy>) -> Vec<String> {
        converted
            .policy
            .spec
            .ingress
            .unwrap()
            .iter()
            .map(told)
            .collect()
    }

    #[test]
    fn tiers_orders_and_names() {
        let subject = SUBJECT;
        let late = format!(r#"{{"tier": "Baseline", "priority": 0, {subject}}}"#);
        for (converted, tier, order, kind, former) in [
            (
                cluster(subject),
                "kube-admin",
                7.0,
                "KubernetesClusterNetworkPolicy",
                "kcnp.kube-admin.p",
            ),
            (
                convert::cluster_network_policy(&named(&late)),
                "kube-baseline",
                0.0,
                "KubernetesClusterNetworkPolicy",
                "kcnp.kube-baseline.p",
            ),
            (
                admin(subject),
                "adminnetworkpolicy",
                7.0,
                "KubernetesAdminNetworkPolicy",
                "kanp.adminnetworkpolicy.p",
            ),
            (
                baseline(subject),
                "baselineadminnetworkpolicy",
                1000.0,
                "KubernetesBaselineAdminNetworkPolicy",
                "kbanp.baselineadminnetworkpolicy.p",
            ),
        ] {
            let Converted { policy, origin, .. } = converted.unwrap();
            assert_eq!(policy.spec.tier.as_deref(), Some(tier));
            assert_eq!(policy.spec.order, Some(order));
            assert_eq!((&*policy.metadata.name, origin.as_str()), ("p", kind));
            assert_eq!(policy.metadata.namespace, None);
            assert_eq!(origin.former_name(tier, "p"), former);
        }
    }

    #[test]
    fn subjects() {
        for convert in [cluster, admin, baseline] {
            let spec = |subject: &str| convert(&format!(r#""subject": {subject}"#));
            let all = spec(r#"{"namespaces": {}}"#).unwrap().policy.spec;
            assert_eq!(all.namespace_selector.as_deref(), Some("all()"));
            assert_eq!(all.selector.as_deref(), Some(PODS));
            let some = spec(
                r#"{"pods": {"namespaceSelector": {"matchLabels": {"e": "x"}},
                    "podSelector": {"matchLabels": {"a": "y"}}}}"#,
            );
            let some = some.unwrap().policy.spec;
            assert_eq!(some.namespace_selector.as_deref(), Some(r#"e == "x""#));
            assert_eq!(some.selector, Some(format!(r#"({PODS} && a == "y")"#)));
            assert_eq!(spec("{}").unwrap_err(), Fault::Subject);
            let both = r#"{"namespaces": {}, "pods": {"podSelector": {}}}"#;
            assert_eq!(spec(both).unwrap_err(), Fault::Subject);
        }
    }

    #[test]
    fn types_are_the_directions_with_rules() {
        let types = |spec: &str| {
            cluster(&format!("{SUBJECT}, {spec}"))
                .unwrap()
                .policy
                .spec
                .types
        };
        let peer = r#"[{"namespaces": {}}]"#;
        let rule = |list: &str, peers: &str| {
            format!(r#""{list}": [{{"action": "Accept", "{peers}": {peer}}}]"#)
        };
        assert_eq!(
            types(&rule("ingress", "from")),
            Some(vec![PolicyType::Ingress])
        );
        assert_eq!(types(&rule("egress", "to")), Some(vec![PolicyType::Egress]));
        assert_eq!(types(r#""ingress": []"#), Some(vec![]));
        // An acceptance that fails is gone, and its direction with it.
        let failed = r#""egress": [{"action": "Accept", "to": [{"nodes": {}}]}]"#;
        assert_eq!(types(failed), Some(vec![]));
    }

    #[test]
    fn actions_and_peers() {
        let rules = r#""egress": [
            {"action": "Accept", "to": [{"namespaces": {"matchLabels": {"e": "x"}}}]},
            {"action": "Deny", "name": "no", "to": [{"pods": {"podSelector": {}}}]},
            {"action": "Pass", "to": [{"networks": ["10.0.0.0/8", "fd00::/8"]}]}]"#;
        let converted = cluster(&format!("{SUBJECT}, {rules}")).unwrap();
        let names: Vec<_> = converted
            .policy
            .spec
            .egress
            .as_ref()
            .unwrap()
            .iter()
            .map(|rule| rule.metadata.as_ref().map(|m| &*m.annotations["name"]))
            .collect();
        assert_eq!(names, [None, Some("no"), None]);
        assert_eq!(
            egress(converted),
            [
                r#"Allow to namespaces e == "x""#,
                &*format!("Deny to {PODS} to namespaces all()"),
                "Pass to 10.0.0.0/8 to fd00::/8",
            ]
        );
        let old = rules.replace("Accept", "Allow");
        let old = egress(admin(&format!("{SUBJECT}, {old}")).unwrap());
        assert_eq!(old.len(), 3);
        assert_eq!(old[0], r#"Allow to namespaces e == "x""#);
    }

    #[test]
    fn protocols_of_the_new_api() {
        let ports = |protocols: &str| {
            let rule = format!(
                r#""ingress": [{{"action": "Deny", "from": [{{"namespaces": {{}}}}], "protocols": {protocols}}}]"#
            );
            let rules = ingress(cluster(&format!("{SUBJECT}, {rule}")).unwrap());
            let short = |rule: &String| rule.replace(" from namespaces all()", "");
            rules.iter().map(short).collect::<Vec<_>>()
        };
        assert_eq!(ports("null"), ["Deny"]);
        assert_eq!(ports("[]"), ["Deny"]);
        assert_eq!(
            ports(r#"[{"tcp": {"destinationPort": {"number": 1}}}, {}]"#),
            ["Deny"]
        );
        assert_eq!(ports(r#"[{"sctp": {}}]"#), ["Deny SCTP"]);
        assert_eq!(
            ports(
                r#"[{"udp": {"destinationPort": {"range": {"start": 3, "end": 9}}}},
                    {"tcp": {"destinationPort": {"number": 2}}},
                    {"tcp": {"destinationPort": {"number": 1}}},
                    {"destinationNamedPort": "web"}]"#
            ),
            ["Deny web", "Deny TCP 1:2", "Deny UDP 3:9"]
        );
    }

    #[test]
    fn ports_of_the_old_api() {
        let rule = r#""ingress": [{"action": "Allow", "from": [{"namespaces": {}}], "ports": [
            {"portNumber": {"port": 80}}, {"namedPort": "foo"},
            {"portRange": {"start": 20, "end": 30, "protocol": "UDP"}},
            {"portRange": {"start": 81, "end": 82}}]}]"#;
        for convert in [admin, baseline] {
            let rules = ingress(convert(&format!("{SUBJECT}, {rule}")).unwrap());
            assert_eq!(
                rules,
                [
                    "Allow foo from namespaces all()",
                    "Allow TCP 80:82 from namespaces all()",
                    "Allow UDP 20:30 from namespaces all()"
                ]
            );
        }
    }

    /// Each failing rule beside a good one: denials and passes become denial of everything.
    #[test]
    fn rules_fail_closed() {
        let good = r#"{"networks": ["10.0.0.0/8"]}"#;
        for (peer, ports, fault) in [
            (r#"{"nodes": {}}"#, "{}", Fault::Peer),
            (r#"{"domainNames": ["a.b"]}"#, "{}", Fault::Peer),
            ("{}", "{}", Fault::Peer),
            (
                r#"{"namespaces": {}, "networks": ["10.0.0.0/8"]}"#,
                "{}",
                Fault::Ambiguous,
            ),
            (
                r#"{"namespaces": {"matchExpressions": [{"key": "a", "operator": "Gt"}]}}"#,
                "{}",
                Fault::Operator("Gt".into()),
            ),
            (
                good,
                r#"{"portRange": {"start": 40, "end": 20}}"#,
                Fault::PortRange,
            ),
            (good, r#"{"portNumber": {"port": 0}}"#, Fault::PortNumber(0)),
            (
                good,
                r#"{"portNumber": {"port": 1}, "namedPort": "x"}"#,
                Fault::Ambiguous,
            ),
        ] {
            for (action, expected) in [
                ("Allow", vec!["Pass to 10.0.0.0/8"]),
                ("Deny", vec!["Deny", "Pass to 10.0.0.0/8"]),
                ("Pass", vec!["Deny", "Pass to 10.0.0.0/8"]),
            ] {
                let spec = format!(
                    r#"{SUBJECT}, "egress": [
                        {{"action": "{action}", "to": [{good}, {peer}], "ports": [{ports}]}},
                        {{"action": "Pass", "to": [{good}]}}]"#
                );
                let converted = admin(&spec).unwrap();
                assert_eq!(converted.faults.len(), 1);
                assert_eq!(converted.faults[0].fault, fault);
                assert_eq!(converted.faults[0].denies, action != "Allow");
                assert_eq!(egress(converted), expected);
            }
        }
    }
}

mod endpoints {
    use super::*;

    fn pod(json: &str) -> k8s::Pod {
        read(json)
    }

    /// The addresses of a scheduled pod with these annotations and this status.
    fn addresses(metadata: &str, status: &str) -> Vec<String> {
        let pod = pod(&format!(
            r#"{{"metadata": {metadata}, "spec": {{"nodeName": "n"}}, "status": {status}}}"#
        ));
        let endpoint = convert::pod(&pod).unwrap();
        endpoint
            .spec
            .ip_networks
            .iter()
            .map(ToString::to_string)
            .collect()
    }

    #[test]
    fn labels_profiles_and_names() {
        let pod = pod(
            r#"{"metadata": {"name": "web-1", "namespace": "shop", "labels": {"app": "web",
                "projectcalico.org/namespace": "x", "projectcalico.org/orchestrator": "x",
                "projectcalico.org/serviceaccount": "x"}},
                "spec": {"nodeName": "node-1", "serviceAccountName": "web"}}"#,
        );
        let endpoint = convert::pod(&pod).unwrap();
        let labels = serde_json::to_value(&endpoint.metadata.labels).unwrap();
        assert_eq!(
            labels,
            read::<Value>(
                r#"{"app": "web", "projectcalico.org/namespace": "shop",
                    "projectcalico.org/orchestrator": "k8s",
                    "projectcalico.org/serviceaccount": "web"}"#
            )
        );
        assert_eq!(endpoint.spec.profiles, ["kns.shop", "ksa.shop.web"]);
        assert_eq!(endpoint.metadata.name, "node--1-k8s-web--1-eth0");
    }

    #[test]
    fn the_interface_is_named_by_a_hash() {
        let pod = pod(
            r#"{"metadata": {"name": "db-0", "namespace": "shop"}, "spec": {"nodeName": "n"}}"#,
        );
        // The first 11 of: printf shop.db-0 | sha1sum
        let interface = convert::pod(&pod).unwrap().spec.interface_name;
        assert_eq!(interface.as_deref(), Some("cali43878a68a0a"));
    }

    #[test]
    fn accounts() {
        let with = |spec: &str| {
            let pod = pod(&format!(
                r#"{{"metadata": {{"name": "p"}}, "spec": {spec}}}"#
            ));
            let endpoint = convert::pod(&pod).unwrap();
            let label = endpoint
                .metadata
                .labels
                .get("projectcalico.org/serviceaccount");
            (label.cloned(), endpoint.spec.profiles.len())
        };
        let account = |length| {
            with(&format!(
                r#"{{"nodeName": "n", "serviceAccountName": "{}"}}"#,
                "a".repeat(length)
            ))
        };
        assert_eq!(account(62), (Some("a".repeat(62)), 2));
        assert_eq!(account(63), (None, 2));
        assert_eq!(with(r#"{"nodeName": "n"}"#), (None, 1));
        assert_eq!(
            with(r#"{"nodeName": "n", "serviceAccountName": ""}"#),
            (None, 1)
        );
        let old = with(r#"{"nodeName": "n", "serviceAccount": "old"}"#);
        assert_eq!(old, (Some("old".into()), 2));
    }

    #[test]
    fn pods_without_a_network_of_their_own_are_none() {
        for spec in [
            "{}",
            r#"{"nodeName": ""}"#,
            r#"{"nodeName": "n", "hostNetwork": true}"#,
        ] {
            assert_eq!(convert::pod(&pod(&format!(r#"{{"spec": {spec}}}"#))), None);
        }
    }

    #[test]
    fn addresses_have_several_sources_in_order() {
        let cni = r#""cni.projectcalico.org/podIPs": "10.0.0.3/32,fd00::3/128",
            "cni.projectcalico.org/podIP": "10.0.0.4/32", "vpc.amazonaws.com/pod-ips": "10.0.0.5""#;
        let annotated = format!(r#"{{"annotations": {{{cni}}}}}"#);
        let both = r#"{"podIPs": [{"ip": "10.0.0.1"}, {"ip": "fd00::1"}], "podIP": "10.0.0.2"}"#;
        assert_eq!(addresses(&annotated, both), ["10.0.0.1/32", "fd00::1/128"]);
        assert_eq!(
            addresses(&annotated, r#"{"podIP": "10.0.0.2"}"#),
            ["10.0.0.2/32"]
        );
        assert_eq!(addresses(&annotated, "{}"), ["10.0.0.3/32", "fd00::3/128"]);
        let one = r#"{"annotations": {"cni.projectcalico.org/podIP": "10.0.0.4/32"}}"#;
        assert_eq!(addresses(one, "{}"), ["10.0.0.4/32"]);
        let aws = r#"{"annotations": {"vpc.amazonaws.com/pod-ips": "10.0.0.5,10.0.0.6"}}"#;
        assert_eq!(addresses(aws, "{}"), ["10.0.0.5/32", "10.0.0.6/32"]);
        assert_eq!(addresses("{}", r#"{"podIP": "not an address"}"#), [""; 0]);
    }

    #[test]
    fn pods_that_have_ended_have_no_address() {
        for phase in ["Succeeded", "Failed", "Completed"] {
            let status = format!(r#"{{"phase": "{phase}", "podIP": "10.0.0.1"}}"#);
            assert_eq!(addresses("{}", &status), [""; 0]);
        }
        let status = r#"{"phase": "Running", "podIP": "10.0.0.1"}"#;
        let going = |annotations: &str| {
            let metadata = format!(
                r#"{{"deletionTimestamp": "2026-01-01T00:00:00Z", "annotations": {annotations}}}"#
            );
            addresses(&metadata, status).len()
        };
        assert_eq!(going("{}"), 1);
        assert_eq!(
            going(r#"{"cni.projectcalico.org/podIP": "10.0.0.1/32"}"#),
            1
        );
        assert_eq!(going(r#"{"cni.projectcalico.org/podIP": ""}"#), 0);
        assert_eq!(going(r#"{"vpc.amazonaws.com/pod-ips": ""}"#), 0);
        let staying = r#"{"annotations": {"cni.projectcalico.org/podIP": ""}}"#;
        assert_eq!(addresses(staying, status).len(), 1);
    }

    #[test]
    fn named_and_host_ports() {
        let pod = pod(r#"{"spec": {"nodeName": "n",
                "initContainers": [{"ports": [{"name": "init", "containerPort": 1}]}],
                "containers": [{"ports": [
                    {"name": "web", "containerPort": 80},
                    {"containerPort": 81},
                    {"containerPort": 82, "hostPort": 8082, "hostIP": "10.0.0.1", "protocol": "UDP"},
                    {"name": "zero", "containerPort": 0},
                    {"name": "odd", "containerPort": 83, "protocol": "icmp"}]}]}}"#);
        let ports = serde_json::to_value(convert::pod(&pod).unwrap().spec.ports).unwrap();
        assert_eq!(
            ports,
            read::<Value>(
                r#"[{"name": "web", "protocol": "TCP", "port": 80},
                    {"protocol": "UDP", "port": 82, "hostPort": 8082, "hostIP": "10.0.0.1"},
                    {"name": "init", "protocol": "TCP", "port": 1}]"#
            )
        );
    }

    #[test]
    fn annotations_of_the_cni_plugin() {
        let pod = pod(r#"{"metadata": {"annotations": {
                    "cni.projectcalico.org/containerID": "abc",
                    "cni.projectcalico.org/floatingIPs": "[\"192.0.2.1\", \"2001:db8::1\"]",
                    "cni.projectcalico.org/allowedSourcePrefixes": "[\"10.9.9.9/16\"]",
                    "k8s.v1.cni.cncf.io/network-status": "[]", "other": "x"}},
                "spec": {"nodeName": "n"}, "status": {"podIP": "10.0.0.1"}}"#);
        let endpoint = convert::pod(&pod).unwrap();
        let annotations: Vec<_> = endpoint.metadata.annotations.keys().collect();
        assert_eq!(annotations, ["k8s.v1.cni.cncf.io/network-status"]);
        let spec = serde_json::to_value(&endpoint.spec).unwrap();
        assert_eq!(spec["containerID"], "abc");
        assert_eq!(
            spec["allowSpoofedSourcePrefixes"],
            read::<Value>(r#"["10.9.0.0/16"]"#)
        );
        // There is no IPv6 address to which the other could lead.
        assert_eq!(
            spec["ipNATs"],
            read::<Value>(r#"[{"internalIP": "10.0.0.1", "externalIP": "192.0.2.1"}]"#)
        );
    }

    #[test]
    fn namespaces_and_accounts_are_profiles() {
        let namespace: k8s::Namespace =
            read(r#"{"metadata": {"name": "shop", "labels": {"env": "prod"}}}"#);
        let profile = serde_json::to_value(convert::namespace(&namespace)).unwrap();
        assert_eq!(profile["metadata"]["name"], "kns.shop");
        assert_eq!(
            profile["spec"]["labelsToApply"],
            read::<Value>(r#"{"pcns.env": "prod", "pcns.projectcalico.org/name": "shop"}"#)
        );
        for direction in ["ingress", "egress"] {
            assert_eq!(profile["spec"][direction][0]["action"], "Allow");
        }
        let account: k8s::ServiceAccount =
            read(r#"{"metadata": {"name": "web", "namespace": "shop", "labels": {"t": "1"}}}"#);
        let profile = serde_json::to_value(convert::service_account(&account)).unwrap();
        assert_eq!(profile["metadata"]["name"], "ksa.shop.web");
        assert_eq!(
            profile["spec"],
            read::<Value>(
                r#"{"labelsToApply": {"pcsa.t": "1", "pcsa.projectcalico.org/name": "web"}}"#
            )
        );
    }

    #[test]
    fn slices_are_members_of_their_service() {
        let slice = |addresses: &str, ports: &str| {
            let slice: k8s::EndpointSlice = read(&format!(
                r#"{{"metadata": {{"name": "s", "namespace": "ns",
                    "labels": {{"kubernetes.io/service-name": "svc"}}}},
                    "addressType": "IPv4", "endpoints": {addresses}, "ports": {ports}}}"#
            ));
            let members = convert::endpoint_slice(&slice).unwrap();
            assert_eq!((&*members.namespace, &*members.name), ("ns", "svc"));
            let ports: Vec<_> = members
                .ports
                .iter()
                .map(|(p, n)| format!("{p} {n}"))
                .collect();
            (members.addresses.len(), ports)
        };
        let unready = r#"[{"addresses": ["10.0.0.1"], "conditions": {"ready": false, "serving": false}},
            {"addresses": ["10.0.0.2", "not an address"]}]"#;
        let ports = r#"[{"port": 80}, {"port": 53, "protocol": "UDP"}, {"name": "any"}]"#;
        assert_eq!(
            slice(unready, ports),
            (2, vec!["TCP 80".into(), "UDP 53".into()])
        );
        assert_eq!(slice("[]", "[]"), (0, vec![]));
        let origin: k8s::EndpointSlice = read(r#"{"addressType": "IPv4"}"#);
        assert_eq!(convert::endpoint_slice(&origin), None);
    }

    #[test]
    fn staged_policies_of_kubernetes_infer_both_directions() {
        let staged = named(r#"{"egress": [{}]}"#);
        let converted = convert::staged_network_policy(&staged).unwrap();
        assert_eq!(
            converted.origin,
            PolicyOrigin::StagedKubernetesNetworkPolicy
        );
        assert_eq!(converted.policy.spec.policy.types.unwrap().len(), 2);
    }
}
