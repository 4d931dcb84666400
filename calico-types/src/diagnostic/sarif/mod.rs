//! Diagnostics as SARIF 2.1.0, which code hosts show beside the lines of a change.

mod place;

use std::collections::{BTreeMap, HashMap};

use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};

use super::fix::{Edit, Fix};
use super::{Code, Diagnostic, RefusedBy, Severity};
use crate::source::{Source, Span};
use place::{places, trimmed, uri};

/// The program that a log names as its author.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct SarifTool<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its version, such as `1.2.3`.
    pub version: &'a str,
    /// Where it is described.
    pub information_uri: Option<&'a str>,
    /// What is known about a kind of finding.
    pub rules: fn(Code) -> Option<SarifRule>,
}

/// What a log says about one kind of finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SarifRule {
    /// One line.
    pub summary: String,
    /// All there is to say, in Markdown.
    pub description: String,
    /// Where that can be read.
    pub help_uri: Option<String>,
    /// How bad it is, unless somebody has changed it.
    pub severity: Severity,
}

impl<'a> SarifTool<'a> {
    /// A program about whose findings nothing is known but their codes.
    #[must_use]
    pub fn new(name: &'a str, version: &'a str) -> Self {
        Self {
            name,
            version,
            information_uri: None,
            rules: |_| None,
        }
    }

    /// With a description of each kind of finding.
    #[must_use]
    pub const fn with_rules(self, rules: fn(Code) -> Option<SarifRule>) -> Self {
        Self { rules, ..self }
    }

    /// With the place where the program is described.
    #[must_use]
    pub const fn with_information_uri(self, uri: &'a str) -> Self {
        Self {
            information_uri: Some(uri),
            ..self
        }
    }
}

/// Findings as a SARIF 2.1.0 log of one run.
///
/// Sources are named by URIs: a relative path stays relative, to whatever the
/// reader takes for the root of the project. Columns are in UTF-16 code units, as
/// the log says. Each result has its resource and field as a logical location, the
/// [fix](Diagnostic::fix) if there is one, and a fingerprint of what it is about
/// (not of its line), so that a host can follow it from one change to the next.
///
/// Costs time in proportion to the sources and findings.
///
/// ```
/// use calico_types::{SarifTool, Source, diagnose, sarif};
///
/// let sources = [Source::new("bgp/peer.json", r#"{
///     "apiVersion": "projectcalico.org/v3", "kind": "BGPPeer",
///     "metadata": {"name": "tor"}, "spec": {"peerIp": "192.0.2.1"}
/// }"#)];
/// let found = diagnose(&sources).diagnostics;
/// let log = sarif(&found, &sources, &SarifTool::new("example", "1.0.0"));
/// let result = &log["runs"][0]["results"][0];
/// assert_eq!(result["ruleId"], "wrong-case");
/// let place = &result["locations"][0]["physicalLocation"];
/// assert_eq!(place["artifactLocation"]["uri"], "bgp/peer.json");
/// assert_eq!(place["region"]["startLine"], 3);
/// ```
#[must_use]
pub fn sarif(found: &[Diagnostic], sources: &[Source], tool: &SarifTool<'_>) -> Value {
    let log = Log::new(found, sources);
    let mut driver = Map::new();
    driver.insert("name".to_owned(), tool.name.into());
    driver.insert("version".to_owned(), tool.version.into());
    if let Some(uri) = tool.information_uri {
        driver.insert("informationUri".to_owned(), uri.into());
    }
    driver.insert("rules".to_owned(), log.rules(found, tool));
    let artifacts: Vec<Value> = sources
        .iter()
        .map(|source| json!({"location": {"uri": uri(&source.name)}}))
        .collect();
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": driver},
            "columnKind": "utf16CodeUnits",
            "artifacts": artifacts,
            "results": log.results(found),
        }],
    })
}

/// What results refer to.
struct Log<'a> {
    /// Sources by their names, with their place in the list of artifacts.
    sources: HashMap<&'a str, (usize, &'a Source)>,
    /// Codes with their place in the list of rules.
    rules: BTreeMap<Code, usize>,
    /// Lines and columns of every offset that is spoken of.
    places: HashMap<(&'a str, usize), (usize, usize)>,
}

impl<'a> Log<'a> {
    fn new(found: &'a [Diagnostic], sources: &'a [Source]) -> Self {
        let mut log = Self {
            sources: HashMap::new(),
            rules: BTreeMap::new(),
            places: HashMap::new(),
        };
        for (index, source) in sources.iter().enumerate() {
            log.sources.entry(&source.name).or_insert((index, source));
        }
        let mut offsets: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for diagnostic in found {
            log.rules.insert(diagnostic.code, 0);
            let Some((_, source)) = diagnostic
                .source
                .as_deref()
                .and_then(|name| log.sources.get(name))
            else {
                continue;
            };
            let edits = diagnostic.fix.iter().flat_map(|fix| &fix.edits);
            let spans = edits
                .map(|edit| edit.span)
                .chain(diagnostic.span.map(|span| trimmed(source, span)));
            let offsets = offsets.entry(&source.name).or_default();
            offsets.extend(spans.flat_map(|span| [span.start, span.end]));
        }
        for (index, position) in log.rules.values_mut().enumerate() {
            *position = index;
        }
        for (name, offsets) in offsets {
            if let Some((_, source)) = log.sources.get(name) {
                let places = places(&source.bytes, offsets);
                log.places
                    .extend(places.map(|(offset, place)| ((name, offset), place)));
            }
        }
        log
    }

    fn rules(&self, found: &[Diagnostic], tool: &SarifTool<'_>) -> Value {
        let rule = |code: &Code| {
            let worst = found
                .iter()
                .filter(|found| found.code == *code)
                .map(|found| found.severity)
                .min();
            let rule = (tool.rules)(*code).unwrap_or_else(|| SarifRule {
                summary: in_words(*code),
                description: in_words(*code),
                help_uri: None,
                severity: worst.unwrap_or(Severity::Warning),
            });
            let mut object = json!({
                "id": code,
                "shortDescription": {"text": rule.summary},
                "fullDescription": {"text": rule.summary},
                "help": {"text": rule.description, "markdown": rule.description},
                "defaultConfiguration": {"level": level(rule.severity)},
            });
            if let (Some(uri), Some(fields)) = (rule.help_uri, object.as_object_mut()) {
                fields.insert("helpUri".to_owned(), uri.into());
            }
            object
        };
        self.rules.keys().map(rule).collect()
    }

    fn results(&self, found: &[Diagnostic]) -> Value {
        let mut alike: HashMap<String, usize> = HashMap::new();
        let results = found.iter().map(|diagnostic| {
            let print = self.fingerprint(diagnostic);
            let number = alike.entry(print.clone()).or_default();
            *number += 1;
            let mut result = json!({
                "ruleId": diagnostic.code,
                "ruleIndex": self.rules.get(&diagnostic.code),
                "level": level(diagnostic.severity),
                "message": {"text": message(diagnostic)},
                "locations": self.locations(diagnostic),
                "partialFingerprints": {"calicoFinding/v1": format!("{print}:{number}")},
                "properties": {"refusedBy": refusers(diagnostic.refused_by)},
            });
            if let (Some(fix), Some(fields)) = (self.fix(diagnostic), result.as_object_mut()) {
                fields.insert("fixes".to_owned(), json!([fix]));
            }
            result
        });
        results.collect()
    }

    fn locations(&self, diagnostic: &Diagnostic) -> Vec<Value> {
        let mut location = Map::new();
        if let Some(name) = &diagnostic.source {
            let mut physical = Map::new();
            physical.insert("artifactLocation".to_owned(), self.artifact(name));
            let source = self.sources.get(name.as_str());
            if let (Some(span), Some((_, source))) = (diagnostic.span, source)
                && let Some(region) = self.region(name, trimmed(source, span))
            {
                physical.insert("region".to_owned(), region);
            }
            location.insert("physicalLocation".to_owned(), physical.into());
        }
        if let Some(resource) = &diagnostic.resource {
            let kind = if diagnostic.path.is_empty() {
                "object"
            } else {
                "property"
            };
            let name = if diagnostic.path.is_empty() {
                resource
            } else {
                &diagnostic.path
            };
            let full = format!("{resource} {}", diagnostic.path);
            location.insert(
                "logicalLocations".to_owned(),
                json!([{"name": name, "fullyQualifiedName": full.trim_end(), "kind": kind}]),
            );
        }
        if location.is_empty() {
            Vec::new()
        } else {
            vec![location.into()]
        }
    }

    fn artifact(&self, name: &str) -> Value {
        match self.sources.get(name) {
            Some((index, _)) => json!({"uri": uri(name), "index": index}),
            None => json!({"uri": uri(name)}),
        }
    }

    fn region(&self, source: &str, span: Span) -> Option<Value> {
        let place = |offset: usize| self.places.get(&(source, offset));
        let (start, end) = (place(span.start)?, place(span.end)?);
        Some(json!({
            "startLine": start.0,
            "startColumn": start.1,
            "endLine": end.0,
            "endColumn": end.1,
        }))
    }

    fn fix(&self, diagnostic: &Diagnostic) -> Option<Value> {
        let (Some(name), Some(Fix { edits, .. })) = (&diagnostic.source, &diagnostic.fix) else {
            return None;
        };
        let replacement = |edit: &Edit| {
            Some(json!({
                "deletedRegion": self.region(name, edit.span)?,
                "insertedContent": {"text": edit.replacement},
            }))
        };
        let replacements: Vec<Value> = edits.iter().map(replacement).collect::<Option<_>>()?;
        let description = diagnostic.help.first().unwrap_or(&diagnostic.message);
        Some(json!({
            "description": {"text": description},
            "artifactChanges": [{
                "artifactLocation": self.artifact(name),
                "replacements": replacements,
            }],
        }))
    }

    /// What a finding is about, whatever line it is on and however many rules
    /// stand before it.
    fn fingerprint(&self, diagnostic: &Diagnostic) -> String {
        const LONGEST: usize = 200;
        let path: String = diagnostic
            .path
            .chars()
            .filter(|c| !c.is_ascii_digit())
            .collect();
        let name = diagnostic.source.as_deref().unwrap_or_default();
        let marked = match (self.sources.get(name), diagnostic.span) {
            (Some((_, source)), Some(span)) => {
                let end = span.end.min(span.start.saturating_add(LONGEST));
                source.bytes.get(span.start..end).unwrap_or_default()
            }
            _ => &[],
        };
        let mut hash = Sha256::new();
        for part in [
            diagnostic.code.0.as_bytes(),
            diagnostic
                .resource
                .as_deref()
                .unwrap_or_default()
                .as_bytes(),
            path.as_bytes(),
            marked.trim_ascii_end(),
        ] {
            hash.update(part);
            hash.update([0]);
        }
        let digest = hash.finalize();
        digest
            .iter()
            .take(8)
            .map(|byte| format!("{byte:02x}"))
            .collect()
    }
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "note",
    }
}

/// A code as a sentence: `unknown-field` as `Unknown field`.
fn in_words(code: Code) -> String {
    let words = code.0.replace('-', " ");
    let mut letters = words.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => words,
    }
}

/// All that a finding says, in plain text.
fn message(diagnostic: &Diagnostic) -> String {
    let mut text = diagnostic.message.clone();
    if let Some(stored) = &diagnostic.stored {
        text.push_str(&format!("\nStored: {stored}"));
    }
    for line in &diagnostic.help {
        text.push_str(&format!("\nHelp: {line}"));
    }
    if let Some(suggestion) = &diagnostic.suggestion {
        text.push_str(&format!("\nWrite:\n{suggestion}"));
    }
    text
}

fn refusers(by: RefusedBy) -> Vec<&'static str> {
    [
        (by.decoder, "decoder"),
        (by.calico, "calico"),
        (by.api_server, "apiServer"),
    ]
    .into_iter()
    .filter_map(|(refuses, who)| refuses.then_some(who))
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fingerprints_follow_what_they_are_about() {
        let found = |path: &str, start: usize| Diagnostic {
            path: path.to_owned(),
            ..Diagnostic::error(Code("x"), "m").at(
                "a",
                Span {
                    start,
                    end: start + 4,
                    line: 1,
                    column: 1,
                },
            )
        };
        let source = [Source::new("a", "port port part")];
        let prints = |found: &[Diagnostic]| -> Vec<String> {
            let log = sarif(found, &source, &SarifTool::new("t", "1"));
            let results = log["runs"][0]["results"].as_array().unwrap().clone();
            let print =
                |result: &Value| result["partialFingerprints"]["calicoFinding/v1"].to_string();
            results.iter().map(print).collect()
        };
        let [one] = &prints(&[found("spec.ingress[0].port", 0)])[..] else {
            unreachable!()
        };
        let later = prints(&[
            found("spec.ingress[7].port", 5),
            found("spec.ingress[8].port", 0),
        ]);
        assert_eq!(&later[0], one);
        // The second of its kind, not the first again.
        assert_ne!(&later[1], one);
        assert_ne!(&prints(&[found("spec.ingress[0].port", 10)])[0], one);
    }
}
