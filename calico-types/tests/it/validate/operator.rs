//! The Tigera operator's rules about its `Installation`.

use calico_types::{RefusedBy, Source, decode, validate};

/// Code and path of what the operator has against a spec.
fn told(spec: &str) -> Vec<(String, String)> {
    let manifest = format!(
        "apiVersion: operator.tigera.io/v1\nkind: Installation\n\
         metadata: {{name: default}}\nspec: {spec}\n"
    );
    let decoded = decode(&[Source::new("installation.yaml", manifest)]);
    let found = validate::operator(&decoded);
    assert!(
        found
            .iter()
            .all(|found| found.refused_by == RefusedBy::OPERATOR)
    );
    found
        .into_iter()
        .map(|found| (found.code.0.to_owned(), found.path))
        .collect()
}

/// Specs of `calicoNetwork`, and what is against them.
#[track_caller]
fn network(table: &[(&str, &[(&str, &str)])]) {
    for (network, expected) in table {
        let found = told(&format!("{{calicoNetwork: {network}}}"));
        let expected: Vec<(String, String)> = expected
            .iter()
            .map(|(code, field)| ((*code).to_owned(), format!("spec.calicoNetwork.{field}")))
            .collect();
        assert_eq!(found, expected, "{network}");
    }
}

#[test]
fn pools_are_valid_and_there_once() {
    network(&[
        ("{}", &[]),
        ("{ipPools: []}", &[]),
        ("{ipPools: [{cidr: 10.0.0.0/16}]}", &[]),
        (
            "{ipPools: [{cidr: 10.0.0.0/16}, {cidr: 'fd00::/64', encapsulation: VXLAN}]}",
            &[],
        ),
        (
            "{ipPools: [{cidr: 10.0.0.0}]}",
            &[("invalid-cidr", "ipPools[0].cidr")],
        ),
        ("{ipPools: [{}]}", &[("invalid-cidr", "ipPools[0].cidr")]),
        (
            "{ipPools: [{cidr: 10.0.0.0/16}, {cidr: 10.0.0.0/16}]}",
            &[("duplicate-pool", "ipPools[1].cidr")],
        ),
        (
            "{ipPools: [{name: a, cidr: 10.0.0.0/16}, {name: a, cidr: 10.1.0.0/16}]}",
            &[("duplicate-pool", "ipPools[1].name")],
        ),
        (
            "{ipPools: [{name: a, cidr: 10.0.0.0/16}, {name: b, cidr: 10.1.0.0/16}]}",
            &[],
        ),
        // Names that are left out are made of the CIDR.
        ("{ipPools: [{cidr: 10.0.0.0/16}, {cidr: 10.1.0.0/16}]}", &[]),
        (
            "{ipPools: [{cidr: 10.0.0.0/16}, {name: 10.0.0.0-16, cidr: 10.1.0.0/16}]}",
            &[("duplicate-pool", "ipPools[1].name")],
        ),
    ]);
}

#[test]
fn blocks_fit_into_their_pools() {
    let size = ("invalid-block-size", "ipPools[0].blockSize");
    let small = ("pool-smaller-than-block", "ipPools[0].cidr");
    network(&[
        ("{ipPools: [{cidr: 10.0.0.0/16, blockSize: 20}]}", &[]),
        ("{ipPools: [{cidr: 10.0.0.0/16, blockSize: 32}]}", &[]),
        ("{ipPools: [{cidr: 10.0.0.0/16, blockSize: 19}]}", &[size]),
        ("{ipPools: [{cidr: 10.0.0.0/16, blockSize: 33}]}", &[size]),
        ("{ipPools: [{cidr: 10.0.0.0/26}]}", &[]),
        ("{ipPools: [{cidr: 10.0.0.0/27}]}", &[small]),
        ("{ipPools: [{cidr: 10.0.0.0/27, blockSize: 27}]}", &[]),
        (
            "{ipPools: [{cidr: 'fd00::/64', encapsulation: VXLAN, blockSize: 116}]}",
            &[],
        ),
        (
            "{ipPools: [{cidr: 'fd00::/64', encapsulation: VXLAN, blockSize: 115}]}",
            &[size],
        ),
        (
            "{ipPools: [{cidr: 'fd00::/123', encapsulation: VXLAN}]}",
            &[small],
        ),
    ]);
}

#[test]
fn encapsulation_goes_with_family_and_bgp() {
    let needs = ("encapsulation-needs-bgp", "ipPools[0].encapsulation");

    network(&[
        (
            "{ipPools: [{cidr: 'fd00::/64', encapsulation: IPIP}]}",
            &[("ipip-on-ipv6", "ipPools[0].encapsulation")],
        ),
        (
            "{ipPools: [{cidr: 'fd00::/64', encapsulation: IPIPCrossSubnet}]}",
            &[("ipip-on-ipv6", "ipPools[0].encapsulation")],
        ),
        ("{ipPools: [{cidr: 'fd00::/64'}]}", &[]),
        (
            "{bgp: Disabled, ipPools: [{cidr: 10.0.0.0/16, encapsulation: IPIP}]}",
            &[needs],
        ),
        (
            "{bgp: Disabled, ipPools: [{cidr: 10.0.0.0/16, encapsulation: IPIPCrossSubnet}]}",
            &[needs],
        ),
        (
            "{bgp: Disabled, ipPools: [{cidr: 10.0.0.0/16, encapsulation: None}]}",
            &[needs],
        ),
        ("{bgp: Disabled, ipPools: [{cidr: 10.0.0.0/16}]}", &[needs]),
        (
            "{bgp: Disabled, ipPools: [{cidr: 10.0.0.0/16, encapsulation: VXLAN}]}",
            &[],
        ),
        (
            "{bgp: Disabled, ipPools: [{cidr: 10.0.0.0/16, encapsulation: VXLANCrossSubnet}]}",
            &[],
        ),
        (
            "{bgp: Enabled, ipPools: [{cidr: 10.0.0.0/16, encapsulation: None}]}",
            &[],
        ),
        // Felix programs the routes instead.
        (
            "{bgp: Disabled, clusterRoutingMode: Felix, ipPools: [{cidr: 10.0.0.0/16}]}",
            &[],
        ),
    ]);
}

#[test]
fn pools_for_load_balancers() {
    let wrong = |field: &'static str| ("load-balancer-pool", field);
    let of = |rest: &str| {
        format!("{{ipPools: [{{cidr: 10.0.0.0/16, allowedUses: [LoadBalancer], {rest}}}]}}")
    };
    network(&[
        (&of("encapsulation: None, nodeSelector: all()"), &[]),
        (&of("encapsulation: None"), &[]),
        (
            &of("encapsulation: VXLAN"),
            &[wrong("ipPools[0].encapsulation")],
        ),
        (&of("name: a"), &[wrong("ipPools[0].encapsulation")]),
        (
            &of("encapsulation: None, disableBGPExport: true"),
            &[wrong("ipPools[0].disableBGPExport")],
        ),
        (
            &of("encapsulation: None, nodeSelector: has(a)"),
            &[wrong("ipPools[0].nodeSelector")],
        ),
        (
            "{ipPools: [{cidr: 10.0.0.0/16, encapsulation: None, allowedUses: [LoadBalancer, Tunnel]}]}",
            &[wrong("ipPools[0].allowedUses")],
        ),
    ]);
}

#[test]
fn plugins_that_are_not_calico_s() {
    let foreign = |spec: &str| {
        told(&format!(
            "{{cni: {{type: AzureVNET}}, calicoNetwork: {spec}}}"
        ))
        .into_iter()
        .map(|(code, path)| {
            assert_eq!(code, "foreign-cni");
            path.trim_start_matches("spec.calicoNetwork.").to_owned()
        })
        .collect::<Vec<_>>()
    };
    assert_eq!(foreign("{ipPools: [{cidr: 10.0.0.0/16}]}"), [""; 0]);
    assert_eq!(
        foreign("{ipPools: [{cidr: 10.0.0.0/16, encapsulation: VXLAN}]}"),
        ["ipPools[0].encapsulation"]
    );
    assert_eq!(
        foreign("{ipPools: [{cidr: 10.0.0.0/16, nodeSelector: has(a)}]}"),
        ["ipPools[0].nodeSelector"]
    );
    assert_eq!(foreign("{bgp: Enabled}"), ["bgp"]);
    assert_eq!(foreign("{bgp: Disabled}"), [""; 0]);

    let host_local = told(
        "{cni: {type: Calico, ipam: {type: HostLocal}}, \
          calicoNetwork: {ipPools: [{cidr: 10.0.0.0/16, encapsulation: VXLAN}]}}",
    );
    assert_eq!(host_local[0].0, "foreign-ipam");
}

#[test]
fn nodes_addresses_are_found_in_one_way() {
    network(&[
        ("{mtu: 1400}", &[]),
        ("{mtu: -1}", &[("out-of-range", "mtu")]),
        ("{nodeAddressAutodetectionV4: {firstFound: true}}", &[]),
        (
            "{nodeAddressAutodetectionV4: {firstFound: false, interface: eth0}}",
            &[],
        ),
        (
            "{nodeAddressAutodetectionV4: {firstFound: true, interface: eth0}}",
            &[("conflicting-fields", "nodeAddressAutodetectionV4")],
        ),
        (
            "{nodeAddressAutodetectionV6: {cidrs: ['fd00::/64', x]}}",
            &[("invalid-cidr", "nodeAddressAutodetectionV6.cidrs[1]")],
        ),
    ]);
}
