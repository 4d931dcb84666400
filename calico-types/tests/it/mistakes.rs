//! Mistakes that people make, and the words they get: `mistakes/NAME.yaml` (or
//! `.json`) beside `NAME.txt`, which has the findings as text and what their
//! fixes change.
//!
//! `UPDATE_SNAPSHOTS=1 cargo test -p calico-types --all-features mistakes` writes
//! the texts anew; read what has changed.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use calico_types::fix::{self, Fix};
use calico_types::{Decoded, Diagnostic, Severity, Source, diagnose, render};

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
    for _ in 0..20 {
        let applied = fix::apply(&current, &found(&current).diagnostics);
        if applied.applied.is_empty() {
            return current;
        }
        current.bytes = applied.bytes;
    }
    panic!("the fixes of {} never end", source.name);
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

/// What tells one way of being wrong from another.
fn way(diagnostic: &Diagnostic) -> String {
    format!("{} {}", diagnostic.code, diagnostic.message)
}

#[test]
fn mistakes_are_many_and_different() {
    let mut by_way: BTreeMap<Vec<String>, String> = BTreeMap::new();
    for Mistake { name, source, .. } in mistakes() {
        let ways: Vec<String> = found(&source).diagnostics.iter().map(way).collect();
        assert!(!ways.is_empty(), "{name} has nothing wrong in it");
        if let Some(other) = by_way.insert(ways, name.clone()) {
            panic!("{name} and {other} are the same mistake");
        }
    }
    assert!(by_way.len() >= 90, "{}", by_way.len());
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

#[test]
fn each_fix_mends_its_finding_and_nothing_else() {
    let mut fixes = 0;
    for Mistake { name, source, .. } in mistakes() {
        let before = errors(&source);
        for diagnostic in found(&source).diagnostics {
            let Some(fix) = &diagnostic.fix else { continue };
            fixes += 1;
            let bytes = fix.apply_to(&source.bytes).expect("edits that fit");
            let after = Source::new(source.name.clone(), bytes.clone());
            assert!(
                count(&after, &diagnostic) < count(&source, &diagnostic),
                "{name}: {} stays\n{}",
                way(&diagnostic),
                text(&after)
            );
            for (error, times) in errors(&after) {
                assert!(
                    before.get(&error).is_some_and(|known| *known >= times),
                    "{name}: the fix of {} brings {error}\n{}",
                    way(&diagnostic),
                    text(&after)
                );
            }
            let kept = untouched(&source.bytes, fix);
            assert!(is_subsequence(&kept, &bytes), "{name}: {}", text(&after));
        }
    }
    assert!(fixes >= 60, "{fixes}");
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

