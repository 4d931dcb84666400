//! The oracle and our layer on the validation suite, whose verdicts are those of Calico's and
//! Kubernetes' own code: this proves the oracle.

use std::fs;

use serde_json::Value;
use testkit::shared;

use super::{Oracle, difference};
use crate::fields;

#[test]
fn oracle_and_layer_say_what_the_suite_says() {
    let Some((oracles, cases)) = shared_data() else {
        return;
    };
    let (mut judged, mut wrong) = (0, Vec::new());
    for case in cases {
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

/// A judge for each definition, and the cases of the suite; says so where they are not there.
pub(super) fn shared_data() -> Option<(Vec<Oracle>, Vec<Value>)> {
    let (Some(definitions), Some(cases)) = (
        fields::definitions(),
        shared::path("cases/validation.jsonl"),
    ) else {
        shared::skip_message();
        return None;
    };
    let oracles = definitions.into_iter().map(Oracle::new).collect();
    let text = fs::read_to_string(cases).unwrap();
    let cases = text.lines().map(|line| serde_json::from_str(line).unwrap());
    Some((oracles, cases.collect()))
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
