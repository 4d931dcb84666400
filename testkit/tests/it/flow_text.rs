//! Flow specifications print as ExaBGP writes the same octets.

use bgp_wire::{Context, Family, FamilySet, PeerType, Safi, UpdateView};
use serde_json::Value;
use testkit::shared;

#[test]
fn flows_print_as_exabgp_writes_them() {
    let Some(cases) = shared::path("cases/bgp-vectors.jsonl") else {
        shared::skip_message();
        return;
    };
    let mut context = Context::new(PeerType::Internal);
    context.families = FamilySet::all();
    let mut compared = 0;
    for line in std::fs::read_to_string(cases).unwrap().lines() {
        let case: Value = serde_json::from_str(line).unwrap();
        let mut wanted = Vec::new();
        collect(&case["upstream_json"], &mut wanted);
        let bytes = octets(case["hex"].as_str().unwrap());
        let Some(view) = UpdateView::scan(&bytes, &context)
            .ok()
            .filter(|_| !wanted.is_empty())
        else {
            continue;
        };
        let nlri = view.reachable_nlri().chain(view.unreachable_nlri());
        let got: Vec<String> = nlri
            .filter(|it| is_flow(it.family()))
            .map(|it| it.to_string())
            .collect();
        compared += got.len();
        assert_eq!(got, wanted, "{}", case["id"]);
    }
    println!("{compared} flows");
    assert!(compared > 0);
}

fn is_flow(family: Family) -> bool {
    matches!(family.safi, Safi::FLOW_SPEC | Safi::FLOW_SPEC_VPN)
}

/// Every text of a flow within, without the words that we leave out.
fn collect(value: &Value, texts: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            let text = fields.get("string").and_then(Value::as_str);
            if let Some(flow) = text.and_then(|text| text.strip_prefix("flow ")) {
                texts.push(flow.replace("-ipv4 ", " ").replace("-ipv6 ", " "));
            }
            fields.values().for_each(|field| collect(field, texts));
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, texts)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn octets(hex: &str) -> Vec<u8> {
    let pair = |at: usize| u8::from_str_radix(&hex[at..at + 2], 16).unwrap();
    (0..hex.len()).step_by(2).map(pair).collect()
}
