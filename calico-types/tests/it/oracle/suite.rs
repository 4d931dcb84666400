//! The oracle and our layer on the validation suite, whose verdicts are those of Calico's and
//! Kubernetes' own code: this proves the oracle.

use std::fs;

use serde_json::Value;
use testkit::shared;

use super::{Oracle, difference};
use crate::fields;

#[test]
fn oracle_and_layer_say_what_the_suite_says() {
    let (Some(directory), Some(cases)) = (
        shared::path("data/crd"),
        shared::path("cases/validation.jsonl"),
    ) else {
        shared::skip_message();
        return;
    };
    let oracles = oracles(&directory);
    let (mut judged, mut wrong) = (0, Vec::new());
    for line in fs::read_to_string(cases).unwrap().lines() {
        let case: Value = serde_json::from_str(line).unwrap();
        let Some(expected) = case["crd_valid"].as_bool() else {
            continue;
        };
        let document = document(&case);
        let oracle = of(&oracles, &document).unwrap();
        let verdict = oracle.judge(&document);
        judged += 1;
        if verdict.refused() == expected {
            wrong.push(format!("{}: the oracle says {verdict:?}", case["id"]));
        }
        let differences = [
            difference(&verdict, &document),
            oracle.schema_difference(&document),
        ];
        for difference in differences.into_iter().flatten() {
            wrong.push(format!("{}: {difference}", case["id"]));
        }
    }
    assert!(judged > 400, "only {judged} cases");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A judge for each definition.
pub(super) fn oracles(directory: &std::path::Path) -> Vec<Oracle> {
    let definitions = fields::definitions(directory);
    definitions.into_iter().map(Oracle::new).collect()
}

pub(super) fn of<'a>(oracles: &'a [Oracle], document: &Value) -> Option<&'a Oracle> {
    oracles
        .iter()
        .find(|oracle| oracle.definition.describes(document))
}

/// The document of a case, read as Kubernetes' tools read YAML.
pub(super) fn document(case: &Value) -> Value {
    serde_saphyr::from_str(case["yaml"].as_str().unwrap()).unwrap()
}
