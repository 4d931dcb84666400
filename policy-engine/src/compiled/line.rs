//! Lines: what is left of a program when everything but the two addresses is known.

use rustc_hash::FxHashMap;

use super::bitset::BitSet;
use super::lower::Clause;
use super::predicate::PredicateId;
use super::tree::{DeciderId, index_u32};
use crate::Side;

/// One line. A program is asked line by line from the first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Line {
    /// What to do when the conditions hold of the two addresses (and the HTTP request
    /// matches).
    When {
        conditions: [ConditionId; 2],
        http: Option<u32>,
        outcome: Outcome,
    },
    /// Here a tier ends, and Pass goes on.
    Boundary,
}

/// What a line does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Outcome {
    /// Decides.
    Decide(DeciderId),
    /// Goes on after the next boundary.
    Pass,
}

impl Line {
    /// A line without conditions.
    pub(super) const fn always(outcome: Outcome) -> Self {
        Self::When {
            conditions: [ConditionId::ALWAYS; 2],
            http: None,
            outcome,
        }
    }

    const fn is_always(&self) -> bool {
        matches!(
            self,
            Self::When {
                conditions: [ConditionId::ALWAYS, ConditionId::ALWAYS],
                http: None,
                ..
            }
        )
    }
}

/// Leaves out lines that cannot matter, so that programs that mean the same are the same:
/// those behind a line without conditions, a Pass that has nothing to skip, and boundaries
/// that nothing passes to.
pub(super) fn simplify(lines: impl IntoIterator<Item = Line>) -> Vec<Line> {
    let mut kept: Vec<Line> = Vec::new();
    let mut tier = Tier::default();
    for line in lines {
        match line {
            Line::Boundary => {
                tier.end(&mut kept);
                if tier.is_final() {
                    return kept;
                }
                tier = Tier {
                    first: kept.len(),
                    ..Tier::default()
                };
            }
            Line::When { outcome, .. } if !tier.closed => {
                tier.closed = line.is_always();
                tier.passes |= outcome == Outcome::Pass;
                kept.push(line);
            }
            Line::When { .. } => {}
        }
    }
    kept
}

/// The lines of one tier.
#[derive(Default)]
struct Tier {
    first: usize,
    /// A line without conditions was seen.
    closed: bool,
    /// A line passes.
    passes: bool,
}

impl Tier {
    fn end(&mut self, kept: &mut Vec<Line>) {
        while kept.len() > self.first
            && kept
                .pop_if(|line| {
                    matches!(
                        line,
                        Line::When {
                            outcome: Outcome::Pass,
                            ..
                        }
                    )
                })
                .is_some()
        {
            self.closed = false;
        }
        self.passes = kept.get(self.first..).is_some_and(|tier| {
            tier.iter().any(|line| {
                matches!(
                    line,
                    Line::When {
                        outcome: Outcome::Pass,
                        ..
                    }
                )
            })
        });
        if self.passes {
            kept.push(Line::Boundary);
        }
    }

    /// Whether nothing gets past this tier.
    const fn is_final(&self) -> bool {
        self.closed && !self.passes
    }
}

/// The number of a condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct ConditionId(u32);

impl ConditionId {
    /// The condition that always holds.
    pub(super) const ALWAYS: Self = Self(0);
}

/// Conditions: clauses of which all must hold of an address, and the classes of which they
/// do.
#[derive(Debug)]
pub(super) struct Conditions {
    ids: FxHashMap<Vec<Clause>, ConditionId>,
    classes: Vec<BitSet>,
    members: Vec<BitSet>,
    count: usize,
}

impl Conditions {
    /// For `count` classes, with the classes that have each predicate.
    pub(super) fn new(members: Vec<BitSet>, count: usize) -> Self {
        Self {
            ids: FxHashMap::from_iter([(Vec::new(), ConditionId::ALWAYS)]),
            classes: vec![BitSet::full(count)],
            members,
            count,
        }
    }

    pub(super) const fn class_count(&self) -> usize {
        self.count
    }

    pub(super) fn intern(&mut self, clauses: Vec<Clause>) -> ConditionId {
        if let Some(id) = self.ids.get(&clauses) {
            return *id;
        }
        let mut classes = BitSet::full(self.count);
        for clause in &clauses {
            let mut any = BitSet::empty(self.count);
            for PredicateId(id) in &clause.any_of {
                if let Some(members) = self.members.get(*id as usize) {
                    any.union(members);
                }
            }
            if clause.negated {
                classes.subtract(&any);
            } else {
                classes.intersect(&any);
            }
        }
        let id = ConditionId(index_u32(self.classes.len()));
        self.classes.push(classes);
        self.ids.insert(clauses, id);
        id
    }

    /// The classes of which a condition holds.
    pub(super) fn classes(&self, ConditionId(id): ConditionId) -> Option<&BitSet> {
        self.classes.get(id as usize)
    }
}

/// The condition of a line about one side.
pub(super) const fn condition(conditions: [ConditionId; 2], side: Side) -> ConditionId {
    let [source, destination] = conditions;
    match side {
        Side::Source => source,
        Side::Destination => destination,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DENY: Outcome = Outcome::Decide(DeciderId(0));
    const SOME: [ConditionId; 2] = [ConditionId(1), ConditionId::ALWAYS];

    fn when(outcome: Outcome) -> Line {
        Line::When {
            conditions: SOME,
            http: None,
            outcome,
        }
    }

    #[test]
    fn nothing_follows_what_always_decides() {
        let lines = [
            when(DENY),
            Line::always(DENY),
            when(DENY),
            Line::Boundary,
            Line::always(DENY),
        ];
        assert_eq!(simplify(lines), [when(DENY), Line::always(DENY)]);
    }

    #[test]
    fn a_pass_keeps_the_next_tier_alive() {
        let lines = [
            when(Outcome::Pass),
            Line::always(DENY),
            Line::Boundary,
            when(DENY),
            Line::Boundary,
            Line::always(DENY),
        ];
        let kept = [
            when(Outcome::Pass),
            Line::always(DENY),
            Line::Boundary,
            when(DENY),
            Line::always(DENY),
        ];
        assert_eq!(simplify(lines), kept);
    }

    #[test]
    fn a_pass_at_the_end_of_a_tier_says_nothing() {
        let lines = [
            when(DENY),
            when(Outcome::Pass),
            Line::always(Outcome::Pass),
            when(DENY),
            Line::Boundary,
            Line::always(DENY),
        ];
        assert_eq!(simplify(lines), [when(DENY), Line::always(DENY)]);
    }
}
