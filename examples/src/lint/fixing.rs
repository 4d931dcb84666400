//! Correcting what is certain, until nothing is left to correct.

use std::collections::BTreeMap;

use calico_types::lint::LintContext;
use calico_types::{Diagnostic, Severity, Source, check, fix as fixes};

/// Sources that were corrected.
#[derive(Debug)]
pub struct Fixed {
    /// The sources with the corrections made.
    pub sources: Vec<Source>,
    /// What is left.
    pub found: Vec<Diagnostic>,
    /// What was corrected, with its place at the time.
    pub fixed: Vec<Diagnostic>,
}

/// How often the sources are gone through: one correction may make room for another.
const ROUNDS: usize = 32;

/// Makes every fix, and those that come up then.
///
/// A source that would have more errors for its fixes stays as it was: that is a defect
/// of the fix, and not to be paid for by whoever runs this unattended.
#[must_use]
pub fn fix(mut sources: Vec<Source>, context: &LintContext) -> Fixed {
    let mut found = check(&sources, context).diagnostics;
    let mut fixed = Vec::new();
    let mut given_up: Vec<String> = Vec::new();
    for _ in 0..ROUNDS {
        let mut changed = sources.clone();
        let mut made: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for source in &mut changed {
            if given_up.contains(&source.name) {
                continue;
            }
            let applied = fixes::apply(source, &found);
            source.bytes = applied.bytes;
            if !applied.applied.is_empty() {
                made.insert(source.name.clone(), applied.applied);
            }
        }
        if made.is_empty() {
            break;
        }
        let mut after = check(&changed, context).diagnostics;
        let worse: Vec<&String> = made
            .keys()
            .filter(|name| errors(&after, name) > errors(&found, name))
            .collect();
        if !worse.is_empty() {
            for (source, old) in changed.iter_mut().zip(&sources) {
                if worse.contains(&&source.name) {
                    source.bytes.clone_from(&old.bytes);
                }
            }
            after = check(&changed, context).diagnostics;
            given_up.extend(worse.into_iter().cloned());
        }
        let kept = made.iter().filter(|(name, _)| !given_up.contains(name));
        let indices = kept.flat_map(|(_, indices)| indices);
        fixed.extend(indices.filter_map(|index| found.get(*index).cloned()));
        (sources, found) = (changed, after);
    }
    Fixed {
        sources,
        found,
        fixed,
    }
}

fn errors(found: &[Diagnostic], source: &str) -> usize {
    let errors = found.iter().filter(|found| {
        found.severity == Severity::Error && found.source.as_deref() == Some(source)
    });
    errors.count()
}
