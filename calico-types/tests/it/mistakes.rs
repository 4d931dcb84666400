//! Mistakes that people make, and the words they get: `mistakes/NAME.yaml` (or
//! `.json`) beside `NAME.txt`, which has the findings as text and what their
//! fixes change.
//!
//! `UPDATE_SNAPSHOTS=1 cargo test -p calico-types --all-features mistakes` writes
//! the texts anew; read what has changed.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use calico_types::fix::{self, Fix};
use calico_types::{Decoded, Diagnostic, Severity, Source, diagnose, render};
use proptest::prelude::*;

/// A manifest with something wrong in it.
struct Mistake {
    name: String,
    source: Source,
    /// Where the expected text is.
    snapshot: PathBuf,
}

fn directory() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/mistakes")
}

fn mistakes() -> Vec<Mistake> {
    let mut paths: Vec<PathBuf> = fs::read_dir(directory())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|ext| ext != "txt"))
        .collect();
    paths.sort();
    let mistake = |path: &PathBuf| {
        let file = path.file_name().unwrap().to_str().unwrap();
        Mistake {
            name: path.file_stem().unwrap().to_str().unwrap().to_owned(),
            source: Source::new(file, fs::read(path).unwrap()),
            snapshot: path.with_extension("txt"),
        }
    };
    paths.iter().map(mistake).collect()
}

fn found(source: &Source) -> Decoded {
    diagnose(std::slice::from_ref(source))
}

/// The findings as text, and what becomes of the document.
fn told(source: &Source) -> String {
    let sources = [source.clone()];
    let texts: Vec<String> = found(source)
        .diagnostics
        .iter()
        .map(|diagnostic| render(diagnostic, &sources))
        .collect();
    let mut told = texts.join("\n");
    let fixed = fixed(source);
    if fixed.bytes != source.bytes {
        told.push_str("\nfixed:\n");
        told.push_str(&difference(&text(source), &text(&fixed)));
    }
    told
}

fn text(source: &Source) -> String {
    String::from_utf8_lossy(&source.bytes).into_owned()
}

/// The source with every fix made, and those that come up then.
fn fixed(source: &Source) -> Source {
    let mut current = source.clone();
    for round in 0.. {
        assert!(round < 20, "the fixes of {} never end", source.name);
        let applied = fix::apply(&current, &found(&current).diagnostics);
        if applied.applied.is_empty() {
            break;
        }
        current.bytes = applied.bytes;
    }
    current
}

/// Lines that went and lines that came, by the longest common subsequence.
fn difference(before: &str, after: &str) -> String {
    let (old, new): (Vec<&str>, Vec<&str>) = (before.lines().collect(), after.lines().collect());
    let mut common = vec![vec![0_usize; new.len() + 1]; old.len() + 1];
    for i in (0..old.len()).rev() {
        for j in (0..new.len()).rev() {
            common[i][j] = if old[i] == new[j] {
                common[i + 1][j + 1] + 1
            } else {
                common[i + 1][j].max(common[i][j + 1])
            };
        }
    }
    let (mut i, mut j, mut out) = (0, 0, String::new());
    while i < old.len() || j < new.len() {
        if i < old.len() && j < new.len() && old[i] == new[j] {
            (i, j) = (i + 1, j + 1);
        } else if i < old.len() && (j == new.len() || common[i + 1][j] >= common[i][j + 1]) {
            out.push_str(&format!("-{}\n", old[i]));
            i += 1;
        } else {
            out.push_str(&format!("+{}\n", new[j]));
            j += 1;
        }
    }
    out
}

#[test]
fn mistakes_are_told_in_these_words() {
    let update = std::env::var_os("UPDATE_SNAPSHOTS").is_some();
    let mut wrong = Vec::new();
    for mistake in mistakes() {
        let told = told(&mistake.source);
        if update {
            fs::write(&mistake.snapshot, &told).unwrap();
        } else if fs::read_to_string(&mistake.snapshot).unwrap_or_default() != told {
            wrong.push(format!("{}:\n{told}", mistake.name));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

/// What tells one finding from another.
fn way(diagnostic: &Diagnostic) -> String {
    format!("{} {}", diagnostic.code, diagnostic.message)
}

/// What tells one mistake from another.
fn ways(source: &Source) -> Vec<String> {
    let found = found(source).diagnostics;
    let keys = |yaml: &str| -> Vec<String> {
        let key = |line: &str| line.split(':').next().unwrap_or_default().to_owned();
        yaml.lines().map(key).collect()
    };
    let advice = |found: &Diagnostic| {
        let write = keys(found.suggestion.as_deref().unwrap_or_default());
        format!(
            "{} {:?} {write:?} {}",
            way(found),
            found.help,
            found.fix.is_some()
        )
    };
    found.iter().map(advice).collect()
}

#[test]
fn mistakes_are_many_and_different() {
    let mut different = BTreeSet::new();
    for Mistake { name, source, .. } in mistakes() {
        let ways = ways(&source);
        assert!(!ways.is_empty(), "{name} has nothing wrong in it");
        different.insert(ways);
    }
    assert!(different.len() >= 140, "{}", different.len());
}

/// Errors of a source, with how often each is there.
fn errors(source: &Source) -> BTreeMap<String, usize> {
    let mut errors = BTreeMap::new();
    for diagnostic in found(source).diagnostics {
        if diagnostic.severity == Severity::Error {
            *errors.entry(way(&diagnostic)).or_default() += 1;
        }
    }
    errors
}

/// How often a finding is made.
fn count(source: &Source, diagnostic: &Diagnostic) -> usize {
    let same = |other: &&Diagnostic| way(other) == way(diagnostic) && other.path == diagnostic.path;
    found(source).diagnostics.iter().filter(same).count()
}

/// Bytes outside of the edits, in order.
fn untouched(bytes: &[u8], fix: &Fix) -> Vec<u8> {
    let mut out = Vec::new();
    let mut at = 0;
    for edit in &fix.edits {
        out.extend(&bytes[at..edit.span.start]);
        at = edit.span.end;
    }
    out.extend(&bytes[at..]);
    out
}

/// Makes each fix of a source alone, and looks at what comes out. How many there
/// are.
fn check_fixes(name: &str, source: &Source) -> usize {
    let before = errors(source);
    let mut fixes = 0;
    for diagnostic in found(source).diagnostics {
        let Some(fix) = &diagnostic.fix else { continue };
        fixes += 1;
        let bytes = fix.apply_to(&source.bytes).unwrap();
        let after = Source::new(source.name.clone(), bytes.clone());
        let what = way(&diagnostic);
        assert!(
            count(&after, &diagnostic) < count(source, &diagnostic),
            "{name}: {what} stays\n{}",
            text(&after)
        );
        for (error, times) in errors(&after) {
            let known = before.get(&error).copied().unwrap_or_default();
            assert!(
                known >= times,
                "{name}: {what}: the fix brings {error}\n{}",
                text(&after)
            );
        }
        let kept = untouched(&source.bytes, fix);
        assert!(is_subsequence(&kept, &bytes), "{name}: {}", text(&after));
    }
    fixes
}

#[test]
fn each_fix_mends_its_finding_and_nothing_else() {
    let fixes: usize = mistakes()
        .iter()
        .map(|mistake| check_fixes(&mistake.name, &mistake.source))
        .sum();
    assert!(fixes >= 120, "{fixes}");
}

/// The same of manifests that were not written for it: Calico's own cases.
#[test]
fn fixes_hold_for_calicos_cases() {
    let mut fixes = 0;
    for suite in ["validation", "strict-decode"] {
        let Some(file) = testkit::shared::path(format!("cases/{suite}.jsonl")) else {
            testkit::shared::skip_message();
            return;
        };
        for line in fs::read_to_string(file).unwrap().lines() {
            let case: serde_json::Value = serde_json::from_str(line).unwrap();
            let (id, yaml) = (case["id"].as_str().unwrap(), case["yaml"].as_str().unwrap());
            let source = Source::new(id, yaml);
            fixes += check_fixes(id, &source);
            let again = fixed(&source);
            assert_eq!(fixed(&again).bytes, again.bytes, "{id}");
        }
    }
    assert!(fixes > 40, "{fixes}");
}

fn is_subsequence(part: &[u8], whole: &[u8]) -> bool {
    let mut whole = whole.iter();
    part.iter().all(|byte| whole.any(|other| other == byte))
}

#[test]
fn fixing_again_changes_nothing() {
    for Mistake { name, source, .. } in mistakes() {
        let once = fixed(&source);
        let found = found(&once).diagnostics;
        let fixable = found.iter().find(|diagnostic| diagnostic.fix.is_some());
        assert!(fixable.is_none(), "{name}: {fixable:?}");
        assert_eq!(fixed(&once).bytes, once.bytes, "{name}");
    }
}

/// The same mistakes in JSON are mended to the same resources.
#[test]
fn fixes_are_the_same_in_json() {
    let mut same = 0;
    for Mistake { name, source, .. } in mistakes() {
        // What is not YAML cannot be JSON, and what surprises in YAML is plain there.
        let Ok(value) = serde_saphyr::from_slice::<serde_json::Value>(&source.bytes) else {
            continue;
        };
        for text in [value.to_string(), format!("{value:#}")] {
            let json = Source::new(format!("{name}.json"), text);
            check_fixes(&name, &json);
            let resources = |source: &Source| {
                let all = found(source).resources.into_iter();
                all.map(|located| located.resource).collect::<Vec<_>>()
            };
            // JSON no longer knows how a scalar was written.
            let scalars = ["text-expected", "yaml-boolean", "yaml-octal", "yaml-tag"];
            let mut found = found(&source).diagnostics.into_iter();
            if found.any(|found| scalars.contains(&found.code.0)) {
                continue;
            }
            let (ours, theirs) = (fixed(&source), fixed(&json));
            if errors(&ours).is_empty() && errors(&theirs).is_empty() {
                assert_eq!(resources(&theirs), resources(&ours), "{name}");
                same += 1;
            }
        }
    }
    assert!(same >= 100, "{same}");
}

/// A document with some of its lines gone, twice, elsewhere, or bent.
fn damaged(text: &str, damage: &[(u8, usize, usize)]) -> String {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    for &(kind, one, two) in damage {
        if lines.is_empty() {
            break;
        }
        let (one, two) = (one % lines.len(), two % lines.len());
        match kind % 6 {
            0 => drop(lines.remove(one)),
            1 => lines.insert(one, lines[two].clone()),
            2 => lines.swap(one, two),
            3 => lines[one].insert_str(0, "  "),
            4 => lines[one].push_str("  # note"),
            _ => {
                let line = lines[one].clone();
                lines[one] = line.strip_prefix("  ").unwrap_or(&line).to_owned();
            }
        }
    }
    lines.iter().map(|line| format!("{line}\n")).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    /// What is promised of a fix holds in documents that nobody thought of.
    #[test]
    fn fixes_hold_in_damaged_documents(
        which in any::<usize>(),
        damage in prop::collection::vec((any::<u8>(), any::<usize>(), any::<usize>()), 1..6),
    ) {
        let all = mistakes();
        let mistake = &all[which % all.len()];
        let damaged = damaged(&text(&mistake.source), &damage);
        let source = Source::new(mistake.source.name.clone(), damaged);
        check_fixes(&mistake.name, &source);
        fixed(&source);
    }
}
