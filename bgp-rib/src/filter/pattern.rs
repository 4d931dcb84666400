//! Interface name patterns, as BIRD matches them: `*` is any run of
//! characters, `?` any one character.
//!
//! Matching goes back to the last `*` only: what an earlier one took need never
//! be taken back, since a later one can take anything. So no pattern, however
//! hostile, costs more than the product of both lengths.

use std::fmt;

/// A shell-like pattern over interface names.
///
/// ```
/// use bgp_rib::InterfacePattern;
/// assert!(InterfacePattern::new("*.cali").matches("vxlan.cali"));
/// assert!(!InterfacePattern::new("tunl?").matches("tunl10"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct InterfacePattern(Box<str>);

impl InterfacePattern {
    /// The pattern as written.
    #[must_use]
    pub fn new(pattern: &str) -> Self {
        Self(pattern.into())
    }

    /// Whether the whole of `name` fits. Linear in practice, at worst the
    /// product of both lengths; no recursion.
    #[must_use]
    pub fn matches(&self, name: &str) -> bool {
        let mut pattern = self.0.chars();
        let mut rest = name.chars();
        // Where to resume when the characters after the last `*` do not fit:
        // that `*` then takes one more character of the name.
        let mut resume: Option<(std::str::Chars<'_>, std::str::Chars<'_>)> = None;
        loop {
            let mut next = rest.clone();
            match (pattern.next(), next.next()) {
                (Some('*'), _) => {
                    resume = Some((pattern.clone(), rest.clone()));
                    continue;
                }
                (Some('?'), Some(_)) => {
                    rest = next;
                    continue;
                }
                (Some(expected), Some(character)) if expected == character => {
                    rest = next;
                    continue;
                }
                (None, None) => return true,
                (Some(_) | None, _) => {}
            }
            let Some((after_star, mut taken)) = resume.take() else {
                return false;
            };
            if taken.next().is_none() {
                return false;
            }
            pattern = after_star.clone();
            rest = taken.clone();
            resume = Some((after_star, taken));
        }
    }
}

impl fmt::Display for InterfacePattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns() {
        for (pattern, name, expected) in [
            ("*", "", true),
            ("*", "eth0", true),
            ("eth0", "eth0", true),
            ("eth0", "eth01", false),
            ("eth0", "eth", false),
            ("eth*", "eth", true),
            ("*.calico", "vxlan.calico", true),
            ("*.cali", "vxlan.calico", false),
            ("bpf*.cali", "bpfin.cali", true),
            ("*a*b", "xaxxab", true),
            ("*a*b", "xaxxac", false),
            ("?*", "", false),
            ("", "", true),
            ("", "x", false),
        ] {
            assert_eq!(
                InterfacePattern::new(pattern).matches(name),
                expected,
                "{pattern} {name}"
            );
        }
    }
}
