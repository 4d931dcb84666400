//! The feature `schemars`: the schemas in other people's, and with our own types.

use calico_types::resources::{IPPool, IPPoolSpec, NetworkPolicy};
use calico_types::{Resource, k8s};
use jsonschema::Validator;
use schemars::{JsonSchema, schema_for};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Somebody's settings.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
struct Settings {
    pool: IPPoolSpec,
    policies: Vec<NetworkPolicy>,
    kubernetes: Option<k8s::NetworkPolicy>,
}

#[test]
fn schemas_stand_in_those_of_others() {
    let schema: Value = schema_for!(Settings).into();
    let names: Vec<&String> = schema["$defs"].as_object().unwrap().keys().collect();
    assert_eq!(
        names,
        ["IPPoolSpec", "KubernetesNetworkPolicy", "NetworkPolicy"]
    );

    let validator = jsonschema::validator_for(&schema).unwrap();
    let settings = |block_size: i32, action: &str| {
        json!({
            "pool": {"cidr": "10.0.0.0/16", "blockSize": block_size},
            "policies": [{"metadata": {"name": "x"}, "spec": {"ingress": [{"action": action}]}}],
            "kubernetes": null,
        })
    };
    assert_eq!(faults(&validator, &settings(26, "Allow")), [""; 0]);
    assert_eq!(
        faults(&validator, &settings(129, "Drop")),
        ["/policies/0/spec/ingress/0/action", "/pool/blockSize"]
    );
    let read: Settings = serde_json::from_value(settings(26, "Allow")).unwrap();
    assert_eq!(read.pool.block_size, Some(26));
}

#[test]
fn what_the_types_print_fits_their_schema() {
    let any = jsonschema::validator_for(&schema_for!(Resource).into()).unwrap();
    let pool = jsonschema::validator_for(&schema_for!(IPPool).into()).unwrap();
    for line in include_str!("oracle/documents.jsonl").lines() {
        let document: Value = serde_json::from_str(line).unwrap();
        let text = |key: &str| document[key].as_str().unwrap();
        let resource = Resource::from_value(text("apiVersion"), text("kind"), &document)
            .unwrap()
            .unwrap();
        let printed = serde_json::to_value(&resource).unwrap();
        assert_eq!(faults(&any, &printed), [""; 0], "{printed}");
        if let Resource::IPPool(resource) = &resource {
            let printed = serde_json::to_value(resource).unwrap();
            assert_eq!(faults(&pool, &printed), [""; 0], "{printed}");
        }
    }
    let unknown = json!({"apiVersion": "projectcalico.org/v3", "kind": "Pool", "spec": {}});
    assert!(!any.is_valid(&unknown));
}

#[test]
fn every_kind_has_a_schema() {
    let schema: Value = schema_for!(Resource).into();
    let kinds = schema["oneOf"].as_array().unwrap();
    assert_eq!(kinds.len(), Resource::kinds().count());
}

/// Where a document is at fault.
fn faults(validator: &Validator, document: &Value) -> Vec<String> {
    let errors = validator.iter_errors(document);
    let mut faults: Vec<String> = errors
        .map(|error| error.instance_path().to_string())
        .collect();
    faults.sort_unstable();
    faults
}
