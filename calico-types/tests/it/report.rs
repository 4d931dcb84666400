//! Findings for programs: JSON as documented, SARIF as its standard has it.

use std::fs;
use std::path::Path;

use calico_types::{Diagnostic, SarifRule, SarifTool, Severity, Source, diagnose, json, sarif};
use serde_json::{Value, json as object};

/// Every manifest of `mistakes/`.
fn sources() -> Vec<Source> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/mistakes");
    let mut paths: Vec<_> = fs::read_dir(directory)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension != "txt"))
        .collect();
    paths.sort();
    let name = |path: &Path| format!("mistakes/{}", path.file_name().unwrap().to_str().unwrap());
    let read = |path: &std::path::PathBuf| Source::new(name(path), fs::read(path).unwrap());
    paths.iter().map(read).collect()
}

#[test]
fn json_has_the_shape_that_is_documented() {
    let source = Source::new(
        "peer.json",
        r#"{"apiVersion":"projectcalico.org/v3","kind":"BGPPeer","metadata":{"name":"x"},"spec":{"peerIP":"10.0.0.1","asn":64512}}"#,
    );
    let span = object!({"start": 106, "end": 111, "line": 1, "column": 107});
    assert_eq!(
        json(&diagnose(&[source]).diagnostics),
        object!({
            "version": 1,
            "diagnostics": [{
                "code": "unknown-field",
                "severity": "error",
                "refused_by": {"decoder": true, "calico": false, "api_server": false},
                "source": "peer.json",
                "span": span,
                "resource": "BGPPeer x",
                "path": "spec.asn",
                "message": "unknown field `asn` in the spec of a BGPPeer",
                "stored": "{peerIP: 10.0.0.1}: a peering of every node with 10.0.0.1 in the node's own AS, without filters",
                "help": ["the peer's AS is `asNumber`"],
                "suggestion": "asNumber: 64512",
                "fix": {"edits": [{"span": span, "replacement": "\"asNumber\""}]},
            }],
            "summary": {"errors": 1, "warnings": 0, "infos": 0, "fixable": 1},
        })
    );
}

/// Fields that may be absent are absent, not null.
#[test]
fn json_leaves_out_what_is_not_known() {
    let found = [Diagnostic::info(
        calico_types::Code("not-compared"),
        "too many",
    )];
    let fields: Vec<String> = json(&found)["diagnostics"][0]
        .as_object()
        .unwrap()
        .keys()
        .cloned()
        .collect();
    assert_eq!(
        fields,
        ["code", "message", "path", "refused_by", "severity"]
    );
}

fn log() -> (Vec<Source>, Vec<Diagnostic>, Value) {
    let sources = sources();
    let found = diagnose(&sources).diagnostics;
    let tool = SarifTool::new("test", "1.0.0")
        .with_information_uri("https://example.org/lint")
        .with_rules(|code| {
            (code.0 == "unknown-field").then(|| SarifRule {
                summary: "A field that nobody knows".to_owned(),
                description: "# A field".to_owned(),
                help_uri: Some("https://example.org/unknown-field".to_owned()),
                severity: Severity::Error,
            })
        });
    let log = sarif(&found, &sources, &tool);
    (sources, found, log)
}

/// The fields that an object must have (SARIF 2.1.0), and none is of another type.
#[track_caller]
fn has(value: &Value, fields: &[&str]) {
    for field in fields {
        assert!(!value[field].is_null(), "no {field} in {value:#}");
    }
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map(Vec::as_slice).unwrap_or_default()
}

#[test]
fn sarif_has_what_the_standard_requires() {
    let (_, found, log) = log();
    // §3.13, §3.14, §3.18, §3.19.
    assert_eq!(log["version"], "2.1.0");
    let run = &log["runs"][0];
    let driver = &run["tool"]["driver"];
    has(driver, &["name", "version", "informationUri", "rules"]);
    // §3.14.17: which columns are meant.
    assert_eq!(run["columnKind"], "utf16CodeUnits");
    for rule in list(&driver["rules"]) {
        // §3.49, §3.12: messages have text.
        has(
            rule,
            &[
                "id",
                "shortDescription",
                "fullDescription",
                "defaultConfiguration",
            ],
        );
        has(&rule["shortDescription"], &["text"]);
        assert!(is_level(&rule["defaultConfiguration"]["level"]), "{rule:#}");
    }
    let ids: Vec<&Value> = list(&driver["rules"])
        .iter()
        .map(|rule| &rule["id"])
        .collect();
    assert!(
        ids.is_sorted_by_key(|id| id.to_string()),
        "each rule once: {ids:?}"
    );
    assert_eq!(list(&run["results"]).len(), found.len());
    for result in list(&run["results"]) {
        // §3.27.
        has(
            result,
            &["message", "ruleId", "ruleIndex", "partialFingerprints"],
        );
        let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(result["ruleId"], driver["rules"][index]["id"]);
        assert!(is_level(&result["level"]), "{result:#}");
        assert!(
            result["message"]["text"]
                .as_str()
                .is_some_and(|text| !text.is_empty())
        );
        for location in list(&result["locations"]) {
            place(&location["physicalLocation"], run);
        }
        for fix in list(&result["fixes"]) {
            // §3.55, §3.56, §3.57.
            has(fix, &["artifactChanges"]);
            for change in list(&fix["artifactChanges"]) {
                has(change, &["artifactLocation", "replacements"]);
                assert!(!list(&change["replacements"]).is_empty());
                for replacement in list(&change["replacements"]) {
                    region(&replacement["deletedRegion"]);
                    has(&replacement["insertedContent"], &["text"]);
                }
            }
        }
    }
}

fn is_level(level: &Value) -> bool {
    matches!(level.as_str(), Some("error" | "warning" | "note" | "none"))
}

/// §3.29, §3.4: a URI reference without blanks, and its place in the artifacts.
fn place(physical: &Value, run: &Value) {
    let artifact = &physical["artifactLocation"];
    let uri = artifact["uri"].as_str().unwrap();
    assert!(!uri.contains([' ', '\\']), "{uri}");
    let index = usize::try_from(artifact["index"].as_u64().unwrap()).unwrap();
    assert_eq!(run["artifacts"][index]["location"]["uri"], uri);
    region(&physical["region"]);
}

/// §3.30: lines and columns from 1, the end not before the start.
fn region(region: &Value) {
    let number = |field: &str| region[field].as_u64().unwrap_or_default();
    let start = (number("startLine"), number("startColumn"));
    let end = (number("endLine"), number("endColumn"));
    assert!(start.0 >= 1 && start.1 >= 1 && start <= end, "{region:#}");
}

#[test]
fn sarif_says_what_it_knows_of_a_rule() {
    let (_, _, log) = log();
    let rules = list(&log["runs"][0]["tool"]["driver"]["rules"]);
    let rule = |id: &str| rules.iter().find(|rule| rule["id"] == id).unwrap();
    let known = rule("unknown-field");
    assert_eq!(
        known["shortDescription"]["text"],
        "A field that nobody knows"
    );
    assert_eq!(known["helpUri"], "https://example.org/unknown-field");
    let other = rule("yaml-boolean");
    assert_eq!(other["shortDescription"]["text"], "Yaml boolean");
    assert_eq!(other["defaultConfiguration"]["level"], "warning");
}

/// Whoever applies a fix from the log, by lines and columns, gets what the library
/// gets by bytes.
#[test]
fn sarif_fixes_are_the_librarys() {
    let (sources, found, log) = log();
    let results = list(&log["runs"][0]["results"]);
    let mut compared = 0;
    for (diagnostic, result) in found.iter().zip(results) {
        let Some(fix) = &diagnostic.fix else {
            assert!(result["fixes"].is_null());
            continue;
        };
        let name = diagnostic.source.as_deref().unwrap();
        let source = sources.iter().find(|source| source.name == name).unwrap();
        let text = String::from_utf8(source.bytes.clone()).unwrap();
        let mut edited: Vec<u16> = text.encode_utf16().collect();
        let changes = list(&result["fixes"][0]["artifactChanges"][0]["replacements"]);
        for change in changes.iter().rev() {
            let region = &change["deletedRegion"];
            let start = offset(&text, &region["startLine"], &region["startColumn"]);
            let end = offset(&text, &region["endLine"], &region["endColumn"]);
            let inserted = change["insertedContent"]["text"].as_str().unwrap();
            edited.splice(start..end, inserted.encode_utf16());
        }
        let expected = fix.apply_to(&source.bytes).unwrap();
        assert_eq!(
            String::from_utf16(&edited).unwrap().as_bytes(),
            expected,
            "{name}"
        );
        compared += 1;
    }
    assert!(compared > 100, "{compared}");
}

/// An offset in UTF-16 code units.
fn offset(text: &str, line: &Value, column: &Value) -> usize {
    let number = |value: &Value| usize::try_from(value.as_u64().unwrap()).unwrap();
    let lines = text.split_inclusive('\n').take(number(line) - 1);
    lines.map(|line| line.encode_utf16().count()).sum::<usize>() + number(column) - 1
}
