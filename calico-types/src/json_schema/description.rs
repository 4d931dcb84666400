//! What fields mean, a line each.
//!
//! `descriptions.txt` has the words of the types' own documentation; a test
//! holds it to them.

use serde_json::Value;

/// A headline `# apiVersion kind` for each kind, then `path<TAB>words` for each
/// field.
const DESCRIPTIONS: &str = include_str!("descriptions.txt");

/// Adds a description to each field that has one.
pub(super) fn add(schema: &mut Value, api_version: &str, kind: &str) {
    let lines = DESCRIPTIONS
        .lines()
        .skip_while(|line| !is_headline(line, api_version, kind))
        .skip(1)
        .take_while(|line| !line.starts_with('#'));
    for (path, words) in lines.filter_map(|line| line.split_once('\t')) {
        if let Some(field) = field(schema, path).and_then(Value::as_object_mut) {
            field.insert("description".to_owned(), words.into());
        }
    }
}

fn is_headline(line: &str, api_version: &str, kind: &str) -> bool {
    let names = line
        .strip_prefix("# ")
        .and_then(|line| line.split_once(' '));
    names == Some((api_version, kind))
}

/// The schema of a field, by a path such as `spec.ingress[].action`.
fn field<'a>(schema: &'a mut Value, path: &str) -> Option<&'a mut Value> {
    let mut schema = schema;
    for step in path.split('.') {
        let name = step.trim_end_matches(['[', ']', '{', '}']);
        schema = schema.get_mut("properties")?.get_mut(name)?;
        for sign in step.get(name.len()..)?.as_bytes().chunks(2) {
            let word = if sign == b"[]" {
                "items"
            } else {
                "additionalProperties"
            };
            schema = schema.get_mut(word)?;
        }
    }
    Some(schema)
}
