//! Every field of Calico's custom resource definitions: the tables and the types have each
//! of them, and no more.
//!
//! `crd_fields.txt` says what the definitions say, a line a field. It is held to them where
//! they are at hand, and the tables and types are held to it everywhere.

mod descriptions;
pub(crate) mod list;
pub(crate) mod roundtrip;

use std::fs;
use std::path::{Path, PathBuf};

use calico_types::json_schema;
use serde_json::Value;
use testkit::shared;

pub(crate) use list::Definition;

/// Set to 1, it writes the list anew from the definitions.
const UPDATE: &str = "UPDATE_FIELDS";

const LIST: &str = include_str!("crd_fields.txt");

#[test]
fn the_list_says_what_the_definitions_say() {
    let Some(definitions) = definitions() else {
        shared::skip_message();
        return;
    };
    assert!(definitions.len() > 20);
    let mut text = String::new();
    for definition in &definitions {
        text.push_str(&list::of(definition));
    }
    if std::env::var(UPDATE).is_ok_and(|value| value == "1") {
        fs::write(list_path(), &text).unwrap();
        return;
    }
    assert_same(
        LIST,
        &text,
        "crd_fields.txt is not what the definitions say; write it anew with \
         UPDATE_FIELDS=1 cargo test -p calico-types --test it fields",
    );
}

#[test]
fn the_tables_say_what_the_list_says() {
    let mut text = String::new();
    for (api_version, kind) in list::kinds(LIST) {
        let schema = json_schema::open_api(api_version, kind).unwrap_or_default();
        text.push_str(&list::of(&Definition {
            api_version: api_version.to_owned(),
            kind: kind.to_owned(),
            schema,
        }));
    }
    assert_same(
        LIST,
        &text,
        "the tables of src/schema differ from the definitions",
    );
}

/// Calico's definitions, where the shared data is.
pub(crate) fn definitions() -> Option<Vec<Definition>> {
    let texts = shared::texts("data/crd", "yaml")?;
    Some(texts.iter().map(|text| definition(text)).collect())
}

fn definition(text: &str) -> Definition {
    let definition: Value = serde_saphyr::from_str(text).unwrap();
    let spec = &definition["spec"];
    let versions = spec["versions"].as_array().unwrap();
    assert_eq!(versions.len(), 1, "{}", spec["names"]["kind"]);
    let name = |value: &Value| value.as_str().unwrap().to_owned();
    Definition {
        api_version: format!("{}/{}", name(&spec["group"]), name(&versions[0]["name"])),
        kind: name(&spec["names"]["kind"]),
        schema: versions[0]["schema"]["openAPIV3Schema"].clone(),
    }
}

fn list_path() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/fields/crd_fields.txt")
}

/// Two texts line by line: the lines that only one of them has.
#[track_caller]
fn assert_same(expected: &str, found: &str, what: &str) {
    let only = |these: &str, those: &str, sign: char| -> Vec<String> {
        let those: std::collections::HashSet<&str> = those.lines().collect();
        these
            .lines()
            .filter(|line| !those.contains(line))
            .map(|line| format!("{sign} {line}"))
            .collect()
    };
    let mut differences = only(expected, found, '-');
    differences.extend(only(found, expected, '+'));
    assert!(differences.is_empty(), "{what}\n{}", differences.join("\n"));
    assert_eq!(expected, found, "{what}: the order differs");
}
