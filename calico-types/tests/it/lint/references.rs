//! What is referred to and not there, and what is there twice.

use calico_types::Severity;
use calico_types::lint::LintContext;

use super::{SHOP, check, check_with, cluster, complete, findings, shop};

#[test]
fn services_that_are_not_there() {
    let to = |service: &str| {
        shop(
            "destination: {selector: app == 'db', ports: [3306]}",
            &format!("destination: {{services: {{{service}}}}}"),
        )
    };
    let service = "---\napiVersion: v1\nkind: Service\nmetadata: {name: db, namespace: shop}\nspec: {ports: [{port: 3306}]}\n";
    let line = "- {action: Allow, protocol: TCP, destination: {services: {name: db}}}";
    check(&to("name: db"), &[("dangling-service", line)]);
    check(&format!("{}{service}", to("name: db")), &[]);
    let slice = "---\napiVersion: discovery.k8s.io/v1\nkind: EndpointSlice\nmetadata: {name: db-x, namespace: shop, labels: {kubernetes.io/service-name: db}}\naddressType: IPv4\n";
    check(&format!("{}{slice}", to("name: db")), &[]);
    // Of a part only where services of the namespace are in it.
    check_with(LintContext::new(), &to("name: db"), &[]);
    let other = service.replace("name: db", "name: cache");
    let (found, _) = findings(LintContext::new(), &format!("{}{other}", to("name: db")));
    assert_eq!(
        (found[0].code.0, found[0].severity),
        ("dangling-service", Severity::Warning)
    );
    let line =
        "- {action: Allow, protocol: TCP, destination: {services: {name: db, namespace: data}}}";
    check(
        &format!("{}{service}", to("name: db, namespace: data")),
        &[("dangling-service", line)],
    );
}

#[test]
fn namespaces_that_are_not_there() {
    let elsewhere = SHOP.replace(
        "metadata: {name: db, namespace: shop}\nspec:\n  order",
        "metadata: {name: db, namespace: shops}\nspec:\n  order",
    );
    let line = "metadata: {name: db, namespace: shops}";
    check(&elsewhere, &[("missing-namespace", line)]);
    check_with(LintContext::new(), &elsewhere, &[]);
}

#[test]
fn nodes_that_are_not_there() {
    let peer = cluster(
        "{nodeSelector: has(rr), peerIP: 192.0.2.1,",
        "{node: rr-3, peerIP: 192.0.2.1,",
    );
    let line = "spec: {node: rr-3, peerIP: 192.0.2.1, asNumber: 65000, nextHopMode: Keep, filters: [edge, pods]}";
    check(&peer, &[("dangling-node", line)]);
    for document in [
        "kind: HostEndpoint\nmetadata: {name: x}\nspec: {node: rr-3, interfaceName: eth0}\n",
        "kind: FelixConfiguration\nmetadata: {name: node.rr-3}\nspec: {}\n",
        "kind: BGPConfiguration\nmetadata: {name: node.rr-3}\nspec: {}\n",
    ] {
        let set = format!("{}---\n{document}", super::CLUSTER);
        let (found, _) = findings(complete(), &set);
        let codes: Vec<_> = found.iter().map(|d| d.code.0).collect();
        assert_eq!(codes, ["dangling-node"], "{document}");
        check(&set.replace("rr-3", "rr-2"), &[]);
        check_with(LintContext::new(), &set, &[]);
    }
}

#[test]
fn one_name_twice() {
    let one = "kind: Tier\nmetadata: {name: platform}\nspec: {order: 100}\n";
    let other = one.replace("100", "200");
    let line = "metadata: {name: platform}";
    let (found, _) = findings(complete(), &format!("{one}---\n{other}"));
    assert_eq!(
        (found[0].code.0, found[0].severity),
        ("duplicate-resource", Severity::Warning)
    );
    assert_eq!(found[0].span.unwrap().line, 8);
    assert!(
        found[0].message.contains("set.yaml:1"),
        "{}",
        found[0].message
    );
    let (found, _) = findings(complete(), &format!("{one}---\n{one}"));
    assert_eq!(
        (found[0].code.0, found[0].severity),
        ("duplicate-resource", Severity::Info)
    );
    check(
        &format!("{one}---\n{}", one.replace("platform", "tenants")),
        &[],
    );
    // Names are unique within a namespace.
    let set = |namespace: &str| {
        format!(
            "kind: NetworkSet\nmetadata: {{name: x, namespace: {namespace}}}\nspec: {{nets: [10.0.0.0/8]}}\n"
        )
    };
    check(&format!("{}---\n{}", set("a"), set("b")), &[]);
    check(&format!("{one}---\n{one}"), &[("duplicate-resource", line)]);
}

#[test]
fn one_policy_under_two_names() {
    let one = "kind: NetworkPolicy\nmetadata: {name: a, namespace: shop}\nspec: {order: 1, selector: app == 'db', types: [Ingress]}\n";
    let two = format!("{one}---\n{}", one.replace("name: a", "name: b"));
    let line = "spec: {order: 1, selector: app == 'db', types: [Ingress]}";
    check(&two, &[("duplicate-policy", line)]);
    check(
        &two.replace("name: b, namespace: shop", "name: b, namespace: other"),
        &[],
    );
    check(
        &format!(
            "{one}---\n{}",
            one.replace("name: a", "name: b")
                .replace("order: 1", "order: 2")
        ),
        &[],
    );
}
