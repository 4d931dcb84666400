//! What the fields mean, in the JSON Schemas: the first paragraph of each field's
//! documentation in the types. `src/json_schema/descriptions.txt` holds them, since a
//! program cannot read its own documentation.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::path::{Path, PathBuf};

use calico_types::{Resource, json_schema};
use serde_json::Value;

use super::{assert_same, list};

/// Set to 1, it writes the descriptions anew from the types.
const UPDATE: &str = "UPDATE_DESCRIPTIONS";

#[test]
fn descriptions_are_those_of_the_types() {
    let types = Types::read();
    let mut text = String::new();
    for (api_version, kind) in Resource::kinds() {
        let directory = if api_version.contains("calico") || api_version.contains("tigera") {
            "resources"
        } else {
            "k8s"
        };
        let schema = json_schema::open_api(api_version, kind).unwrap();
        text.push_str(&format!("# {api_version} {kind}\n"));
        list::fields(&schema, String::new(), &mut |path, _, _| {
            if let Some(description) = types.description(directory, kind, path) {
                text.push_str(&format!("{path}\t{description}\n"));
            }
        });
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/json_schema/descriptions.txt");
    if std::env::var(UPDATE).is_ok_and(|value| value == "1") {
        fs::write(path, &text).unwrap();
        return;
    }
    assert_same(
        &fs::read_to_string(path).unwrap(),
        &text,
        "descriptions.txt is not what the types say; write it anew with \
         UPDATE_DESCRIPTIONS=1 cargo test -p calico-types --test it descriptions",
    );
}

#[test]
fn schemas_carry_descriptions() {
    let schema = json_schema::of("projectcalico.org/v3", "NetworkPolicy").unwrap();
    let order = &schema["properties"]["spec"]["properties"]["order"]["description"];
    assert!(
        order.as_str().is_some_and(|text| text.contains("first")),
        "{order}"
    );
    let pods = json_schema::open_api("policy.networking.k8s.io/v1alpha2", "ClusterNetworkPolicy");
    let from = &pods.unwrap()["properties"]["spec"]["properties"]["ingress"]["items"];
    assert!(matches!(
        from["properties"]["from"]["description"],
        Value::String(_)
    ));
}

/// The structs of the crate by directory and name, as their source has them.
struct Types {
    structs: HashMap<(String, String), Struct>,
    /// Fields that have another name in JSON than Rust's in camel case.
    renamed: HashMap<String, String>,
}

#[derive(Default)]
struct Struct {
    fields: BTreeMap<String, Field>,
    /// Types whose fields stand here too.
    flattened: Vec<String>,
}

struct Field {
    documentation: String,
    /// The innermost type: of `Option<Vec<Rule>>`, `Rule`.
    of: String,
}

impl Types {
    fn read() -> Self {
        let (mut types, mut renamed) = (HashMap::new(), HashMap::new());
        for directory in ["resources", "k8s"] {
            let path = Path::new(env!("CARGO_MANIFEST_DIR"))
                .join("src")
                .join(directory);
            let files = fs::read_dir(path)
                .unwrap()
                .map(|entry| entry.unwrap().path());
            for file in files {
                for (name, found) in structs(&file, &mut renamed) {
                    types.insert((directory.to_owned(), name), found);
                }
            }
        }
        Self {
            structs: types,
            renamed,
        }
    }

    fn find(&self, directory: &str, name: &str) -> Option<(&str, &Struct)> {
        // Names of one directory are also used in the other.
        ["resources", "k8s"]
            .into_iter()
            .filter(|other| *other == directory)
            .chain(["resources", "k8s"])
            .find_map(|directory| {
                let key = (directory.to_owned(), name.to_owned());
                self.structs
                    .get_key_value(&key)
                    .map(|((at, _), found)| (at.as_str(), found))
            })
    }

    fn field(&self, directory: &str, name: &str, field: &str) -> Option<(&str, &Field)> {
        let (directory, found) = self.find(directory, name)?;
        match found.fields.get(field) {
            Some(field) => Some((directory, field)),
            None => found
                .flattened
                .iter()
                .find_map(|inner| self.field(directory, inner, field)),
        }
    }

    /// What a path of a kind means.
    fn description(&self, directory: &str, kind: &str, path: &str) -> Option<String> {
        let (mut directory, mut of, mut documentation) = (directory, kind, "");
        for step in path.split('.') {
            let name = step.trim_end_matches(['[', ']', '{', '}']);
            let (at, field) = self.field(directory, of, name)?;
            (directory, of, documentation) = (at, &field.of, &field.documentation);
        }
        // Of a list or mapping, the whole is described, not the items.
        let whole = !path.ends_with(['[', ']', '{', '}']);
        (whole && !documentation.is_empty()).then(|| plain(documentation, &self.renamed))
    }
}

/// The structs of a formatted source file.
fn structs(file: &PathBuf, renamed: &mut HashMap<String, String>) -> Vec<(String, Struct)> {
    let source = fs::read_to_string(file).unwrap();
    let mut found: Vec<(String, Struct)> = Vec::new();
    let (mut documentation, mut attributes) = (String::new(), String::new());
    let mut inside = false;
    for line in source.lines() {
        let text = line.trim();
        if let Some(doc) = text.strip_prefix("///") {
            documentation.push_str(doc);
            documentation.push('\n');
        } else if let Some(name) = text.strip_prefix("pub struct ") {
            inside = text.ends_with('{');
            let name = name.split([' ', '<', '(', ';']).next().unwrap();
            found.push((name.to_owned(), Struct::default()));
            (documentation, attributes) = Default::default();
        } else if line == "}" {
            inside = false;
            (documentation, attributes) = Default::default();
        } else if let Some(field) = text.strip_prefix("pub ").filter(|_| inside) {
            let (name, of) = field.split_once(": ").unwrap();
            let (_, into) = found.last_mut().unwrap();
            if let Some(other) = into.add(name, innermost(of), &documentation, &attributes) {
                renamed.insert(name.to_owned(), other);
            }
            (documentation, attributes) = Default::default();
        } else if inside {
            attributes.push_str(text);
        } else if text.starts_with("pub ") || text.starts_with("impl") || text.is_empty() {
            (documentation, attributes) = Default::default();
        }
    }
    found
}

impl Struct {
    /// Adds a field; its name in JSON, if that is a name of its own.
    fn add(
        &mut self,
        name: &str,
        of: &str,
        documentation: &str,
        attributes: &str,
    ) -> Option<String> {
        if attributes.contains("flatten") {
            self.flattened.push(of.to_owned());
            return None;
        }
        let renamed = attributes
            .split_once("rename = \"")
            .and_then(|(_, rest)| rest.split('"').next())
            .map(str::to_owned);
        let field = Field {
            documentation: documentation.to_owned(),
            of: of.to_owned(),
        };
        let name = camel(name.trim_start_matches("r#"));
        self.fields.insert(renamed.clone().unwrap_or(name), field);
        renamed
    }
}

fn innermost(of: &str) -> &str {
    let of = of.trim_end_matches([',', '>']);
    let of = of.rsplit(['<', ' ', ':']).next().unwrap_or(of);
    of.trim_end_matches('>')
}

fn camel(name: &str) -> String {
    let mut parts = name.split('_');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |camel, part| {
        let (head, tail) = part.split_at(1);
        format!("{camel}{}{tail}", head.to_uppercase())
    })
}

/// The first paragraph, as a reader of JSON wants it: without links, names as in JSON.
fn plain(documentation: &str, renamed: &HashMap<String, String>) -> String {
    let lines = documentation.lines().map(str::trim);
    let paragraph: Vec<&str> = lines.take_while(|line| !line.is_empty()).collect();
    let text = paragraph.join(" ");
    let mut out = String::new();
    for (number, part) in text.split('`').enumerate() {
        // Every second part stands between backquotes.
        if number % 2 == 1 {
            let name = part.rsplit("::").next().unwrap_or(part);
            let end = name.find(|c: char| !c.is_ascii_alphanumeric() && c != '_');
            let (name, rest) = name.split_at(end.unwrap_or(name.len()));
            let snake = name.contains('_') && !name.contains(|c: char| c.is_uppercase());
            out.push_str(&match renamed.get(name) {
                Some(name) => name.clone(),
                None if snake => camel(name),
                None => name.to_owned(),
            });
            out.push_str(rest);
        } else {
            out.push_str(part);
        }
    }
    without_links(&out)
}

/// `[text](target)` and `[text]` become `text`.
fn without_links(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('[') {
        out.push_str(before);
        let (inner, after) = after.split_once(']').unwrap_or((after, ""));
        out.push_str(inner);
        rest = match after.strip_prefix('(') {
            Some(target) => target.split_once(')').map_or("", |(_, after)| after),
            None => after,
        };
    }
    out + rest
}
