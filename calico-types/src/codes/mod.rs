//! Every kind of finding, explained.
//!
//! A [`Diagnostic`](crate::Diagnostic) carries a stable [`Code`]. Here is one page for
//! each: what the finding means, why it matters in a cluster, a manifest that has
//! it and the same manifest put right. The pages are the modules below, and the
//! same text at run time, for a command that explains itself:
//!
//! ```
//! use calico_types::codes;
//!
//! let explanation = codes::find("no-dns").unwrap();
//! assert_eq!(explanation.summary(), "Egress is restricted, and names cannot be looked up");
//! assert!(explanation.section("Right").unwrap().contains("ports: [53]"));
//!
//! // Somebody's typing error.
//! assert_eq!(codes::near("no-dsn"), ["no-dns"]);
//! ```
//!
//! How bad each is can be changed by whoever runs the check: see [`Levels`].
//!
//! # One page, one line
//!
//! A code is added by writing `codes/CODE.md` and one line in
//! `src/codes/catalogue.rs`. A page has a heading, and the sections *What*, *Why*,
//! *Wrong* and *Right*; tests look at the manifests of every page by every layer,
//! and look for codes in the source that have none.
//!
//! What else is to be known about a manifest stands behind `yaml` at its head:
//!
//! | word | |
//! |---|---|
//! | `complete` | it is all that the cluster has |
//! | `release-3.31` | the release of Calico; without the word, the one in the making |
//! | `nic-mtu-9000` | the MTU of the nodes' interfaces |
//! | `before` | this is what the cluster has, and the next manifest what it is to have |

mod catalogue;
mod levels;

pub use catalogue::*;
pub use levels::{Level, Levels, ParseLevelError, UnknownCode};

use crate::decode::distance;
use crate::diagnostic::{Code, Severity};

/// What one code means.
///
/// ```
/// use calico_types::codes::{self, Layer};
/// use calico_types::Severity;
///
/// let explanation = codes::find("wrong-case").unwrap();
/// assert_eq!((explanation.layer, explanation.severity), (Layer::Decoding, Severity::Error));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Explanation {
    /// The code.
    pub code: Code,
    /// Who says it.
    pub layer: Layer,
    /// How bad it is at worst, as long as nobody changes it: some findings are
    /// reported less severely where they may be meant.
    pub severity: Severity,
    /// The whole page, in Markdown.
    pub page: &'static str,
}

/// Which look at a document finds something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Layer {
    /// Reading: syntax, `apiVersion` and `kind`, fields and their types
    /// ([`decode`](crate::decode())). A code that validation has too counts here.
    Decoding,
    /// Calico's rules and the API server's, those of older releases too
    /// ([`validate`](crate::validate)). A code that the datastore has too counts here.
    Validation,
    /// What the operator has against an `Installation`
    /// ([`operator`](crate::validate::operator())).
    Operator,
    /// What the resources are beside each other to Calico's client
    /// ([`datastore`](crate::validate::datastore())).
    Datastore,
    /// What a resource was before ([`update`](crate::validate::update()),
    /// [`changes`](crate::validate::changes())).
    Update,
    /// What is valid and still not what was meant ([`lint`](mod@crate::lint)). Only
    /// these can be allowed by a resource's own annotation. A code that lints and the
    /// datastore have in common counts here.
    Lint,
}

impl Explanation {
    /// The page's heading: one line, without a full stop.
    #[must_use]
    pub fn summary(&self) -> &'static str {
        let heading = self.page.lines().next().unwrap_or_default();
        heading.trim_start_matches("# ")
    }

    /// The text under a heading of the second level: `What`, `Why`, `Wrong`,
    /// `Right`. `None` when the page does not have it.
    #[must_use]
    pub fn section(&self, heading: &str) -> Option<&'static str> {
        let mut sections = self.page.split("\n## ").skip(1);
        let section = sections.find_map(|section| {
            let (title, text) = section.split_once('\n')?;
            (title.trim() == heading).then_some(text)
        });
        section.map(str::trim)
    }
}

/// The explanation of a code; `None` when this crate has no such code.
///
/// Costs a binary search.
#[must_use]
pub fn find(code: &str) -> Option<&'static Explanation> {
    let index = CATALOGUE.binary_search_by(|known| known.code.0.cmp(code));
    CATALOGUE.get(index.ok()?)
}

/// Every code, in alphabetical order.
pub fn all() -> impl ExactSizeIterator<Item = &'static Explanation> {
    CATALOGUE.iter()
}

/// The codes that somebody may have meant, the nearest first; at most three.
///
/// Near is what takes few letters to change, and what has the word in it:
/// `reflector` finds `single-reflector`.
#[must_use]
pub fn near(code: &str) -> Vec<&'static str> {
    // Twice as long as any of them.
    if code.len() > 64 {
        return Vec::new();
    }
    let lower = code.to_ascii_lowercase().replace([' ', '_'], "-");
    let tolerated = lower.len() / 4 + 1;
    let mut near: Vec<(usize, bool, &str)> = all()
        .map(|known| known.code.0)
        .map(|known| (distance(&lower, known), known.contains(&lower), known))
        .filter(|(edits, within, _)| *edits <= tolerated || (*within && lower.len() > 2))
        .collect();
    near.sort_unstable();
    // What is much further away than the nearest was not meant.
    let best = near.first().map_or(0, |(edits, ..)| *edits);
    near.retain(|(edits, within, _)| *within || *edits <= best + 1);
    near.into_iter().map(|(.., known)| known).take(3).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_catalogue_is_sorted_so_that_it_can_be_searched() {
        assert!(CATALOGUE.is_sorted_by(|one, two| one.code < two.code));
        assert!(all().all(|known| find(known.code.0) == Some(known)));
        assert_eq!(find("nonsense"), None);
    }

    #[test]
    fn typing_errors_are_near() {
        assert_eq!(near("No DNS"), ["no-dns"]);
        assert_eq!(near("unknown-feild"), ["unknown-field"]);
        assert!(near("reflector").contains(&"single-reflector"));
        assert_eq!(near("xyzzy-plugh"), [""; 0]);
        assert_eq!(near(&"x".repeat(100_000)), [""; 0]);
    }
}
