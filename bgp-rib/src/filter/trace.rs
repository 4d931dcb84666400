//! What became of every rule that a route met.
//!
//! A trace holds positions, not names: it is small enough to be kept, and the
//! chain that was asked turns it into words.

use super::{Decider, FilterChain, Verdict};
use std::fmt;

/// A rule that was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct TracedRule {
    /// Position of the filter in the chain.
    pub filter: u16,
    /// Position of the rule in the filter.
    pub rule: u16,
    /// Position of the first matcher that did not hold; `None`: the rule matched.
    pub failed: Option<u16>,
}

/// The rules that were asked, in order, and the verdict.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Trace {
    /// The rules asked.
    pub rules: Vec<TracedRule>,
    /// The answer.
    pub verdict: Verdict,
}

impl Trace {
    /// The trace in words, one line a rule, then the verdict:
    ///
    /// ```text
    /// only-pods blocks: not prefix ~ 192.168.0.0/16{26,26}
    /// only-pods rest: matches
    /// rejected by only-pods rest
    /// ```
    ///
    /// `chain` is the chain that was asked; another one yields wrong names or
    /// none, and nothing worse.
    #[must_use]
    pub const fn display<'a>(&'a self, chain: &'a FilterChain) -> impl fmt::Display + 'a {
        TraceText { trace: self, chain }
    }

    /// The verdict alone in words: `rejected by keep-out importV4[0]`.
    #[must_use]
    pub const fn display_verdict<'a>(&'a self, chain: &'a FilterChain) -> impl fmt::Display + 'a {
        VerdictText(TraceText { trace: self, chain })
    }
}

struct VerdictText<'a>(TraceText<'a>);

#[derive(Clone, Copy)]
struct TraceText<'a> {
    trace: &'a Trace,
    chain: &'a FilterChain,
}

impl fmt::Display for TraceText<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for traced in &self.trace.rules {
            self.rule(f, *traced)?;
        }
        VerdictText(*self).fmt(f)
    }
}

impl fmt::Display for VerdictText<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let answer = if self.0.trace.verdict.accepted {
            "accepted"
        } else {
            "rejected"
        };
        match self.0.trace.verdict.decided_by {
            Decider::Rule { filter, rule } => {
                write!(f, "{answer} by ")?;
                self.0.name(f, filter, rule)
            }
            Decider::Fallback => write!(f, "{answer} by default"),
            Decider::BuiltIn(step) => write!(f, "{answer} by the built-in chain: {step}"),
        }
    }
}

impl TraceText<'_> {
    fn rule(&self, f: &mut fmt::Formatter<'_>, traced: TracedRule) -> fmt::Result {
        self.name(f, traced.filter, traced.rule)?;
        let Some(failed) = traced.failed else {
            return writeln!(f, ": matches");
        };
        let rule = self
            .chain
            .rule(usize::from(traced.filter), usize::from(traced.rule));
        match rule.and_then(|rule| rule.matchers.get(usize::from(failed))) {
            Some(matcher) => writeln!(f, ": not {matcher}"),
            None => writeln!(f, ": does not match"),
        }
    }

    fn name(&self, f: &mut fmt::Formatter<'_>, filter: u16, rule: u16) -> fmt::Result {
        let named = self.chain.filters().get(usize::from(filter));
        f.write_str(named.map_or("", |filter| &filter.name))?;
        let rule = named.and_then(|filter| filter.rules.get(usize::from(rule)));
        write!(f, " {}", rule.map_or("", |rule| &rule.name))
    }
}
