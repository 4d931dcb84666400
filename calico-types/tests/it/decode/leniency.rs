//! What `calicoctl` takes although it is not written so, and what it does not.
//!
//! The values were had from sigs.k8s.io/yaml 1.3.0 over go-yaml 2.4.0, strictly
//! reading into Go types like Calico's.

use calico_types::resources::{BGPConfiguration, BGPPeer, HostEndpoint};
use calico_types::{Resource, Source, decode};

use super::{codes, diagnosed};

fn peer(spec: &str) -> BGPPeer {
    let text = format!(
        "apiVersion: projectcalico.org/v3\nkind: BGPPeer\nmetadata: {{name: tor}}\nspec: {spec}\n"
    );
    let mut decoded = decode(&[Source::new("x.yaml", text)]);
    match decoded.resources.pop().map(|located| located.resource) {
        Some(Resource::BGPPeer(peer)) => peer,
        other => unreachable!("{spec}: {other:?} {:?}", decoded.diagnostics),
    }
}

#[test]
fn labels_become_text_as_in_go() {
    for (written, read) in [
        ("true", "true"),
        ("5", "5"),
        ("1.5", "1.5"),
        ("1.0", "1"),
        ("1e6", "1e+06"),
        ("~", ""),
        ("yes", "true"),
        ("010", "8"),
        ("0x10", "16"),
        ("1_000", "1000"),
        ("1234567.5", "1.2345675e+06"),
        ("0.00001", "1e-05"),
        ("100000.0", "100000"),
        ("12e3", "12000"),
        (".5", "0.5"),
        ("99999999999999999999", "1e+20"),
        ("2001-01-01", "2001-01-01"),
    ] {
        let text = format!(
            "apiVersion: projectcalico.org/v3\nkind: GlobalNetworkSet\nmetadata: {{name: x, labels: {{a: {written}}}}}\nspec: {{}}\n"
        );
        let decoded = decode(&[Source::new("x.yaml", text)]);
        let labels = &decoded.resources[0].resource.metadata().labels;
        assert_eq!(labels.get("a").map(String::as_str), Some(read), "{written}");
    }
}

#[test]
fn scalars_of_text_lists_become_text() {
    let text = "apiVersion: projectcalico.org/v3\nkind: HostEndpoint\nmetadata: {name: x}\nspec: {node: '5', interfaceName: eth0, profiles: [1, true, ~, x, 1.5]}\n";
    let (decoded, _) = diagnosed("x.yaml", text);
    let Resource::HostEndpoint(HostEndpoint { spec, .. }) = &decoded.resources[0].resource else {
        unreachable!()
    };
    assert_eq!(spec.node.as_deref(), Some("5"));
    assert_eq!(
        serde_json::json!(spec.profiles),
        serde_json::json!(["1", "true", "", "x", "1.5"])
    );
    // Who takes none of it is told for each.
    let refused = decoded
        .diagnostics
        .iter()
        .filter(|found| found.refused_by.api_server && !found.refused_by.decoder);
    let codes: Vec<&str> = refused.map(|found| found.code.0).collect();
    assert_eq!(
        codes,
        [
            "text-expected",
            "text-expected",
            "wrong-type",
            "text-expected"
        ]
    );
}

#[test]
fn whole_numbers_may_have_a_point() {
    for (written, read) in [("1.0", 1), ("1e3", 1_000), ("0o17", 15), ("1_790", 1_790)] {
        let text = format!(
            "apiVersion: projectcalico.org/v3\nkind: BGPConfiguration\nmetadata: {{name: default}}\nspec: {{listenPort: {written}}}\n"
        );
        let (decoded, _) = diagnosed("x.yaml", &text);
        let Some(Resource::BGPConfiguration(BGPConfiguration { spec, .. })) =
            decoded.resources.first().map(|located| &located.resource)
        else {
            panic!("{written}: {:?}", decoded.diagnostics)
        };
        assert_eq!(spec.listen_port, Some(read), "{written}");
        assert!(!decoded.has_errors(), "{written}");
    }
    for written in ["'5'", "true", "1.5", "9223372036854775808", "[5]", "1e400"] {
        let text = format!(
            "apiVersion: projectcalico.org/v3\nkind: BGPConfiguration\nmetadata: {{name: default}}\nspec: {{listenPort: {written}}}\n"
        );
        let (decoded, _) = diagnosed("x.yaml", &text);
        assert!(decoded.resources.is_empty(), "{written}");
        let found = &decoded.diagnostics[0];
        assert!(found.refused_by.decoder, "{written}: {found:?}");
    }
}

#[test]
fn booleans_are_no_texts_and_texts_no_booleans() {
    assert_eq!(
        peer("{keepOriginalNextHop: on}")
            .spec
            .keep_original_next_hop,
        Some(true)
    );
    for written in ["'true'", "1", "Y3s"] {
        let text = format!(
            "apiVersion: projectcalico.org/v3\nkind: BGPPeer\nmetadata: {{name: x}}\nspec: {{peerIP: 192.0.2.1, asNumber: 1, keepOriginalNextHop: {written}}}\n"
        );
        assert_eq!(codes(&text), ["wrong-type"], "{written}");
    }
}

#[test]
fn as_numbers_may_be_text() {
    for (written, read) in [("'64512'", 64_512), ("'1.10'", 65_546), ("64512.0", 64_512)] {
        let number = peer(&format!("{{asNumber: {written}}}")).spec.as_number;
        assert_eq!(number.map(u32::from), Some(read), "{written}");
    }
    // Without quotes it is a number that is not whole.
    let text = "apiVersion: projectcalico.org/v3\nkind: BGPPeer\nmetadata: {name: x}\nspec: {peerIP: 192.0.2.1, asNumber: 1.10}\n";
    assert_eq!(codes(text), ["wrong-type"]);
}

/// Go folds two letters beyond ASCII: the long s and the Kelvin sign.
#[test]
fn keys_in_any_case_are_meant() {
    for (key, expected) in [
        ("PEERIP", "wrong-case"),
        ("peerip", "wrong-case"),
        ("peer-IP", "unknown-field"),
    ] {
        let text = format!(
            "apiVersion: projectcalico.org/v3\nkind: BGPPeer\nmetadata: {{name: x}}\nspec: {{{key}: 192.0.2.1, asNumber: 65000}}\n"
        );
        assert_eq!(codes(&text)[0], expected, "{key}");
    }
    assert_eq!(
        peer("{reachableBy: 192.0.2.1, \u{17f}ourceAddress: None}")
            .spec
            .source_address
            .map(|source| serde_json::json!(source)),
        Some(serde_json::json!("None"))
    );
    assert_eq!(
        peer("{\u{212a}eepOriginalNextHop: true}")
            .spec
            .keep_original_next_hop,
        Some(true)
    );
}

/// Go's JSON has its keys in the order of the alphabet, and the last one wins.
#[test]
fn of_two_cases_the_last_in_the_alphabet_counts() {
    let address = |spec| serde_json::json!(peer(spec).spec.peer_ip);
    assert_eq!(
        address("{peerIP: 192.0.2.1, PeerIP: 192.0.2.2}"),
        "192.0.2.1"
    );
    assert_eq!(
        address("{peerip: 192.0.2.2, peerIP: 192.0.2.1}"),
        "192.0.2.2"
    );
}

#[test]
fn repeated_keys_have_the_last_value() {
    let text = "apiVersion: projectcalico.org/v3\nkind: BGPPeer\nmetadata: {name: x}\nspec: {asNumber: 1, asNumber: 2, peerIP: 192.0.2.1}\n";
    let (decoded, _) = diagnosed("x.yaml", text);
    let found: Vec<&str> = decoded
        .diagnostics
        .iter()
        .map(|found| found.code.0)
        .collect();
    assert_eq!(found, ["duplicate-key"]);
    assert_eq!(
        peer("{asNumber: 1, asNumber: 2}")
            .spec
            .as_number
            .map(u32::from),
        Some(2)
    );
}

#[test]
fn nulls_are_as_good_as_nothing() {
    let text = "apiVersion: projectcalico.org/v3\nkind: BGPPeer\nmetadata: {name: x, labels: ~, annotations: null}\nspec: {peerIP: 192.0.2.1, asNumber: 65000, filters: Null, password: NULL, node: }\n";
    let (decoded, _) = diagnosed("x.yaml", text);
    assert_eq!(decoded.diagnostics, []);
    assert_eq!(decoded.resources.len(), 1);
}
