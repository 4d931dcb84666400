//! The pages of `codes/`: each says what it is to say, its wrong manifest has the
//! mistake and nothing else to any layer, and its right one has none. And every code
//! that the crate can say has a page.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use calico_types::codes::{self, Explanation, Layer};
use calico_types::lint::{LintContext, lint_decoded};
use calico_types::validate::{Rules, Version};
use calico_types::{Diagnostic, Limits, Source, decode_within, diagnose, diagnose_with, render};

/// Codes of lints about what a validator refuses too.
const REFUSED_TOO: [&str; 2] = ["ignored-by-felix", "gateway-family"];

/// A code that no manifest has: what it says cannot come from resources alone.
const WITHOUT_MANIFEST: [&str; 1] = ["both-passive"];

#[test]
fn every_page_has_its_sections() {
    for page in codes::all() {
        let code = page.code;
        assert!(page.page.starts_with("# "), "{code}");
        let summary = page.summary();
        assert!(
            !summary.is_empty() && !summary.ends_with('.'),
            "{code}: {summary}"
        );
        let headings: Vec<&str> = page
            .page
            .lines()
            .filter_map(|line| line.strip_prefix("## "))
            .collect();
        assert_eq!(headings, ["What", "Why", "Wrong", "Right"], "{code}");
        for heading in headings {
            assert!(
                page.section(heading).is_some_and(|text| !text.is_empty()),
                "{code}"
            );
        }
        let long = page.page.lines().find(|line| line.chars().count() > 200);
        assert_eq!(long, None, "{code}");
    }
}

#[test]
fn what_is_wrong_has_this_mistake_and_no_other() {
    let mut faults = String::new();
    for page in codes::all() {
        let code = page.code.0;
        let found = match Example::of(page, "Wrong") {
            Some(example) => example.findings(page.layer),
            None => generated(code),
        };
        let codes: BTreeSet<&str> = found.iter().map(|d| d.code.0).collect();
        let expected = match WITHOUT_MANIFEST.contains(&code) {
            true => BTreeSet::new(),
            false => BTreeSet::from([code]),
        };
        if codes != expected {
            let _ = writeln!(faults, "{code}: found {codes:?}\n{}", shown(&found));
        }
    }
    assert!(faults.is_empty(), "{faults}");
}

#[test]
fn what_is_right_has_no_mistake() {
    let mut faults = String::new();
    for page in codes::all() {
        let example = Example::of(page, "Right").unwrap();
        let (mut found, linted) = example.all();
        found.extend(linted);
        if !found.is_empty() {
            let _ = writeln!(faults, "{}:\n{}", page.code, shown(&found));
        }
    }
    assert!(faults.is_empty(), "{faults}");
}

/// A finding is at most as bad as its page says.
#[test]
fn pages_say_how_bad_it_is_at_worst() {
    for page in codes::all() {
        let Some(example) = Example::of(page, "Wrong") else {
            continue;
        };
        for diagnostic in example.findings(page.layer) {
            // Errors come first in the order of severities.
            assert!(diagnostic.severity >= page.severity, "{}", page.code);
        }
    }
}

/// A code is a literal in the source, in kebab case. What looks like one has a page
/// or is known to be something else.
#[test]
fn every_code_in_the_source_has_a_page_and_the_other_way_round() {
    const NO_CODES: [&str; 24] = [
        "calico-kube-controllers",
        "can-reach",
        "cross-subnet",
        "default-ipv4-ippool",
        "default-ipv6-ippool",
        "first-found",
        "hold-time",
        "icmp-v6",
        "ipv6-icmp",
        "k8s-app",
        "kube-admin",
        "kube-baseline",
        "kube-dns",
        "kube-node-lease",
        "kube-public",
        "kube-system",
        "kubernetes-internal-ip",
        "nat-outgoing",
        "next-hop-self",
        "next-tier",
        "projectcalico-default-allow",
        "skip-interface",
        "udp-lite",
        "calico-system",
    ];
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut literals = BTreeSet::new();
    for part in [
        "decode",
        "diagnostic",
        "lint",
        "tree",
        "topology",
        "validate",
    ] {
        for file in rust_files(&source.join(part)) {
            let text = std::fs::read_to_string(file).unwrap();
            // A test module is the end of its file; other things may be for tests too.
            let tests = "#[cfg(test)]\nmod tests {";
            let code = text.split(tests).next().unwrap_or_default();
            let lines = code
                .lines()
                .filter(|line| !line.trim_start().starts_with("//"));
            literals.extend(lines.flat_map(kebab_literals).map(str::to_owned));
        }
    }
    assert!(
        literals.len() > 100,
        "the source is not where it is looked for"
    );
    let unknown: Vec<&String> = literals
        .iter()
        .filter(|literal| codes::find(literal).is_none() && !NO_CODES.contains(&literal.as_str()))
        .collect();
    assert_eq!(
        unknown, [""; 0],
        "codes without a page, or literals that are no codes"
    );
    let unused: Vec<&str> = codes::all()
        .map(|page| page.code.0)
        .filter(|code| !literals.contains(*code))
        .collect();
    assert_eq!(unused, [""; 0], "pages of codes that nothing says");
}

/// The table of lints is what somebody reads first.
#[test]
fn every_lint_is_in_the_table() {
    let source = include_str!("../../src/lint/mod.rs");
    for page in codes::all().filter(|page| page.layer == Layer::Lint) {
        let line = format!("//! | [`{}`](crate::codes::", page.code);
        assert!(source.contains(&line), "{}", page.code);
    }
}

/// Every page is a file, and every file a page.
#[test]
fn files_and_pages_agree() {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("codes");
    let files: BTreeSet<String> = std::fs::read_dir(directory)
        .unwrap()
        .map(|entry| {
            entry
                .unwrap()
                .path()
                .file_stem()
                .unwrap()
                .to_string_lossy()
                .into_owned()
        })
        .collect();
    let pages: BTreeSet<String> = codes::all().map(|page| page.code.to_string()).collect();
    assert_eq!(files, pages);
}

/// The conformance cases are mistakes of every kind that upstream thought of.
#[test]
fn whatever_the_cases_are_told_has_a_page() {
    let mut told = BTreeSet::new();
    let mut worse = BTreeSet::new();
    for suite in ["validation", "strict-decode", "topology"] {
        let Some(file) = testkit::shared::path(format!("cases/{suite}.jsonl")) else {
            testkit::shared::skip_message();
            return;
        };
        for line in std::fs::read_to_string(file).unwrap().lines() {
            let case: serde_json::Value = serde_json::from_str(line).unwrap();
            let texts = case["resources"].as_array().cloned().unwrap_or_default();
            let texts = texts
                .iter()
                .chain([&case["yaml"]])
                .filter_map(|text| text.as_str());
            let sources: Vec<Source> = texts.map(|text| Source::new("case", text)).collect();
            let decoded = diagnose(&sources);
            let context = LintContext::new().with_complete().with_nic_mtu(1500);
            let linted = lint_decoded(&decoded, &context);
            for diagnostic in decoded.diagnostics.iter().chain(&linted) {
                let code = diagnostic.code.0;
                told.insert(code);
                if codes::find(code).is_some_and(|page| diagnostic.severity < page.severity) {
                    worse.insert(code);
                }
            }
        }
    }
    let unknown: Vec<&str> = told
        .iter()
        .copied()
        .filter(|c| codes::find(c).is_none())
        .collect();
    assert_eq!(unknown, [""; 0]);
    assert!(worse.is_empty(), "worse than their pages say: {worse:?}");
    assert!(told.len() > 60, "{}", told.len());
}

/// A manifest of a page, and what is to be known beside it.
struct Example<'a> {
    name: &'static str,
    text: &'a str,
    /// What the cluster had: the manifest before it.
    before: Option<&'a str>,
    context: LintContext,
    rules: Rules,
}

impl<'a> Example<'a> {
    /// The fenced text of a section: the manifest, after one of the word `before`
    /// if there is such. The other words are those of `codes`' documentation.
    fn of(page: &'a Explanation, section: &str) -> Option<Self> {
        let text = page.section(section)?;
        let mut before = None;
        // Fences come in pairs.
        for fenced in text.split("```").skip(1).step_by(2) {
            let (info, text) = fenced.split_once('\n')?;
            if info == "yaml,before" {
                before = Some(text);
                continue;
            }
            return Some(Self::read(page.code.0, info, text).after(before));
        }
        assert_eq!(before, None, "{}", page.code);
        None
    }

    fn read(code: &str, info: &str, text: &'a str) -> Self {
        let mut words = info.split(',');
        let name = match words.next() {
            Some("json") => "page.json",
            language => {
                assert_eq!(language, Some("yaml"), "{code}");
                "page.yaml"
            }
        };
        let mut example = Self {
            name,
            text,
            before: None,
            context: LintContext::new(),
            rules: Rules::default(),
        };
        for word in words {
            let (context, rules) = (example.context, example.rules);
            (example.context, example.rules) = match word.rsplit_once('-') {
                None => {
                    assert_eq!(word, "complete", "{code}");
                    (context.with_complete(), rules.whole_cluster())
                }
                Some(("nic-mtu", mtu)) => (context.with_nic_mtu(mtu.parse().unwrap()), rules),
                Some((what, release)) => {
                    assert_eq!(what, "release", "{code}");
                    let version: Version = release.parse().unwrap();
                    (
                        context.with_release(version.major(), version.minor()),
                        Rules::for_version(version),
                    )
                }
            };
        }
        example
    }

    fn after(self, before: Option<&'a str>) -> Self {
        Self { before, ..self }
    }

    /// What is said about the documents and about going over to them, and what
    /// lints say.
    fn all(&self) -> (Vec<Diagnostic>, Vec<Diagnostic>) {
        let decoded = diagnose_with(&[Source::new(self.name, self.text)], &self.rules);
        let linted = lint_decoded(&decoded, &self.context);
        let mut found = decoded.diagnostics;
        let Some(before) = self.before else {
            return (found, linted);
        };
        let old = diagnose_with(&[Source::new("before.yaml", before)], &self.rules);
        found.extend(old.diagnostics);
        found.extend(self.rules.changes(&old.resources, &decoded.resources));
        // One in the place of one: also when it has another name.
        if let ([old], [new]) = (&old.resources[..], &decoded.resources[..]) {
            found.extend(self.rules.update(&old.resource, &new.resource));
        }
        (found, linted)
    }

    /// What a page of a layer is about. A lint's manifest is valid.
    fn findings(&self, layer: Layer) -> Vec<Diagnostic> {
        let (mut found, linted) = self.all();
        let refused_too = linted.iter().any(|d| REFUSED_TOO.contains(&d.code.0));
        if layer == Layer::Lint {
            if refused_too {
                found.clear();
            }
            found.extend(linted);
        }
        found
    }
}

fn shown(found: &[Diagnostic]) -> String {
    found
        .iter()
        .map(|diagnostic| render(diagnostic, &[]))
        .collect()
}

/// Mistakes that are too large for a page, or no text.
fn generated(code: &str) -> Vec<Diagnostic> {
    let yaml = |bytes: Vec<u8>| diagnose(&[Source::new("page.yaml", bytes)]).diagnostics;
    match code {
        "not-utf8" => yaml(b"# f\xfcr\n".to_vec()),
        "utf-16" => yaml(vec![0xff, 0xfe, b'a', 0]),
        "yaml-line-separator" => {
            let text = "apiVersion: v1\nkind: Namespace\nmetadata: {name: a}\n# one\u{2028}\n";
            yaml(text.into())
        }
        "too-many-documents" => {
            let limits = Limits {
                documents: 0,
                ..Limits::default()
            };
            decode_within(&[Source::new("page.yaml", "a: 10")], &limits).diagnostics
        }
        "too-many-values" => {
            let limits = Limits {
                values: 2,
                ..Limits::default()
            };
            decode_within(&[Source::new("page.yaml", "[0, 0, 0]")], &limits).diagnostics
        }
        "too-large" => {
            let limits = Limits {
                bytes: 4,
                ..Limits::default()
            };
            decode_within(&[Source::new("page.yaml", "a: 10")], &limits).diagnostics
        }
        "too-deep" => yaml(format!("{}{}", "[".repeat(100), "]".repeat(100)).into_bytes()),
        "too-many-aliases" => {
            let mut text = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
            for level in 1..9 {
                let before = format!("*a{}", level - 1);
                let _ = writeln!(
                    text,
                    "a{level}: &a{level} [{}]",
                    vec![before; 10].join(", ")
                );
            }
            yaml(text.into_bytes())
        }
        "too-many-findings" => {
            let rules =
                "  - {action: Allow, protocol: TCP, destination: {ports: [80]}, port: 80}\n";
            let text = format!(
                "apiVersion: projectcalico.org/v3\nkind: NetworkPolicy\nmetadata: {{name: a}}\nspec:\n  ingress:\n{}",
                rules.repeat(1_001)
            );
            let mut found = yaml(text.into_bytes());
            found.retain(|diagnostic| diagnostic.code.0 != "unknown-field");
            found
        }
        "not-compared" => {
            let one = |i| {
                format!(
                    "{{\"apiVersion\":\"projectcalico.org/v3\",\"kind\":\"NetworkPolicy\",\"metadata\":{{\"name\":\"p{i}\"}},\"spec\":{{\"order\":{i},\"types\":[\"Ingress\"]}}}}\n"
                )
            };
            let text: String = (0..7_100).map(one).collect();
            let decoded = diagnose(&[Source::new("page.json", text)]);
            lint_decoded(&decoded, &LintContext::new())
        }
        // The tests are built with every format.
        "unsupported-format" => vec![Diagnostic::error(codes::find(code).unwrap().code, "")],
        _ => Vec::new(),
    }
}

fn rust_files(directory: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else {
            files.push(path);
        }
    }
    files
}

/// Literals such as `"no-dns"`.
fn kebab_literals(line: &str) -> impl Iterator<Item = &str> {
    let is_kebab = |text: &&str| {
        let mut words = text.split('-');
        text.contains('-')
            && text.starts_with(|c: char| c.is_ascii_lowercase())
            && words.all(|word| {
                !word.is_empty()
                    && word
                        .bytes()
                        .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
            })
    };
    line.split('"').skip(1).step_by(2).filter(is_kebab)
}

/// Manifests with a line missing, as an editor leaves them half-way: whatever is left
/// is looked at, and nothing but codes with pages is said.
#[test]
fn whatever_is_left_of_a_manifest_can_be_looked_at() {
    let mut told = BTreeSet::new();
    for page in codes::all() {
        let Some(example) = Example::of(page, "Wrong") else {
            continue;
        };
        let lines: Vec<&str> = example.text.lines().collect();
        for missing in 0..lines.len() {
            let (before, after) = lines.split_at(missing);
            let text = [before, &after[1..]].concat().join("\n");
            let decoded = diagnose_with(&[Source::new(example.name, text)], &example.rules);
            let context = example.context.with_complete();
            let linted = lint_decoded(&decoded, &context);
            told.extend(decoded.diagnostics.iter().chain(&linted).map(|d| d.code.0));
        }
    }
    assert!(told.iter().all(|code| codes::find(code).is_some()));
}
