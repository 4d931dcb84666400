//! Programs: what is asked about one endpoint's packets in one direction, and its tree.

use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::FxHashMap;

use super::bitset::BitSet;
use super::line::{ConditionId, Conditions, Line, Outcome, condition, simplify};
use super::lower::{Lowered, Point, Residual};
use super::tree::{DeciderId, Field, NO_ICMP, Target, TreeBuilder, index_u32};
use crate::{Action, Direction, Side};

/// One step of a program: a rule and what it does, or the end of a tier.
#[derive(Clone, Copy, Debug)]
pub(super) enum Instruction<'a> {
    /// A rule; what it does when it matches.
    Rule(&'a Lowered, Outcome),
    /// Always.
    Always(Outcome),
    /// Here a tier ends.
    Boundary,
}

impl<'a> Instruction<'a> {
    /// A rule of a policy.
    pub(super) const fn rule(rule: &'a Lowered, decider: DeciderId) -> Self {
        let outcome = match rule.action {
            Action::Pass => Outcome::Pass,
            Action::Allow | Action::Deny | Action::Log => Outcome::Decide(decider),
        };
        Self::Rule(rule, outcome)
    }
}

/// The tree would become larger than the limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct TooLarge;

/// Builds the trees of programs.
pub(super) struct ProgramBuilder {
    pub(super) tree: TreeBuilder,
    conditions: Conditions,
    /// What became of lines, by the side that is asked first.
    known: FxHashMap<(Side, Vec<Line>), Target>,
    /// What became of lines with conditions about one side only.
    rows: FxHashMap<(Side, Vec<Line>), Target>,
    /// The decider of programs that come to their end.
    fallback: DeciderId,
    limit: usize,
}

type Program<'a> = Vec<Instruction<'a>>;

impl ProgramBuilder {
    /// `limit` is in cells of the tree.
    pub(super) fn new(conditions: Conditions, fallback: DeciderId, limit: usize) -> Self {
        Self {
            tree: TreeBuilder::default(),
            conditions,
            known: FxHashMap::default(),
            rows: FxHashMap::default(),
            fallback,
            limit,
        }
    }

    /// The tree of a program.
    pub(super) fn build(
        &mut self,
        program: &[Instruction<'_>],
        direction: Direction,
    ) -> Result<Target, TooLarge> {
        let own = match direction {
            Direction::Ingress => Side::Destination,
            Direction::Egress => Side::Source,
        };
        let mut bounds = BTreeSet::from([0]);
        rules(program).for_each(|rule| rule.protocol_bounds(&mut bounds));
        self.split(Field::Protocol, bounds, |this, value| {
            let protocol = u8::try_from(value).unwrap_or(u8::MAX);
            let program = keep(program, |rule| rule.accepts_protocol(protocol));
            let point = Point {
                protocol,
                ..Point::default()
            };
            this.destination_port(&program, point, own)
        })
    }

    fn destination_port(
        &mut self,
        program: &[Instruction<'_>],
        point: Point,
        own: Side,
    ) -> Result<Target, TooLarge> {
        let bounds = port_bounds(program, Side::Destination, point.protocol);
        self.split(Field::DestinationPort, bounds, |this, value| {
            let destination_port = u16::try_from(value).unwrap_or(u16::MAX);
            let program = keep(program, |rule| {
                rule.accepts_port(Side::Destination, point.protocol, destination_port)
            });
            this.source_port(
                &program,
                Point {
                    destination_port,
                    ..point
                },
                own,
            )
        })
    }

    fn source_port(
        &mut self,
        program: &[Instruction<'_>],
        point: Point,
        own: Side,
    ) -> Result<Target, TooLarge> {
        let bounds = port_bounds(program, Side::Source, point.protocol);
        self.split(Field::SourcePort, bounds, |this, value| {
            let source_port = u16::try_from(value).unwrap_or(u16::MAX);
            let program = keep(program, |rule| {
                rule.accepts_port(Side::Source, point.protocol, source_port)
            });
            this.icmp(
                &program,
                Point {
                    source_port,
                    ..point
                },
                own,
            )
        })
    }

    fn icmp(
        &mut self,
        program: &[Instruction<'_>],
        point: Point,
        own: Side,
    ) -> Result<Target, TooLarge> {
        let mut bounds = BTreeSet::from([0]);
        rules(program).for_each(|rule| rule.icmp_bounds(&mut bounds));
        bounds.retain(|bound| *bound <= NO_ICMP);
        self.split(Field::Icmp, bounds, |this, icmp| {
            let lines = this.lines(program, Point { icmp, ..point });
            this.addresses(lines, own)
        })
    }

    /// A split of a field at its bounds, each interval judged at its lowest value.
    fn split(
        &mut self,
        field: Field,
        bounds: BTreeSet<u32>,
        mut judge: impl FnMut(&mut Self, u32) -> Result<Target, TooLarge>,
    ) -> Result<Target, TooLarge> {
        let highest = match field {
            Field::Protocol => u32::from(u8::MAX),
            Field::DestinationPort | Field::SourcePort => u32::from(u16::MAX),
            Field::Icmp => NO_ICMP,
        };
        let mut entries = Vec::with_capacity(bounds.len());
        for low in bounds.into_iter().filter(|low| *low <= highest) {
            entries.push((low, judge(self, low)?));
            if self.tree.size().saturating_add(entries.len()) > self.limit {
                return Err(TooLarge);
            }
        }
        self.tree.split(field, &entries).ok_or(TooLarge)
    }

    /// What is left of a program at a point.
    fn lines(&mut self, program: &[Instruction<'_>], point: Point) -> Vec<Line> {
        let mut lines = Vec::with_capacity(program.len());
        for instruction in program {
            match *instruction {
                Instruction::Always(outcome) => lines.push(Line::always(outcome)),
                Instruction::Boundary => lines.push(Line::Boundary),
                Instruction::Rule(rule, outcome) => {
                    if let Some(conditions) = self.conditions_at(rule, point) {
                        let http = rule.http.as_ref().map(|http| self.tree.http(http));
                        lines.push(Line::When {
                            conditions,
                            http,
                            outcome,
                        });
                    }
                }
            }
        }
        simplify(lines)
    }

    /// The conditions that remain of a rule at a point; `None` when it cannot match there.
    fn conditions_at(&mut self, rule: &Lowered, point: Point) -> Option<[ConditionId; 2]> {
        if let Some(conditions) = rule.conditions {
            return rule.accepts(point).then_some(conditions);
        }
        match rule.at(point) {
            Residual::Never => None,
            Residual::When(clauses) => Some(clauses.map(|clauses| self.conditions.intern(clauses))),
        }
    }

    /// The tree of lines: the own address first, if anything depends on it, then the peer's.
    fn addresses(&mut self, lines: Vec<Line>, own: Side) -> Result<Target, TooLarge> {
        let key = (own, lines);
        if let Some(known) = self.known.get(&key) {
            return Ok(*known);
        }
        let target = self.own_class(&key.1, own)?;
        self.known.insert(key, target);
        Ok(target)
    }

    fn own_class(&mut self, lines: &[Line], own: Side) -> Result<Target, TooLarge> {
        let asks = |line: &Line| match line {
            Line::When { conditions, .. } => condition(*conditions, own) != ConditionId::ALWAYS,
            Line::Boundary => false,
        };
        if !lines.iter().any(asks) {
            return self.row(lines.to_vec(), other(own));
        }
        let (blocks, block_of) = self.blocks(lines, own);
        let mut targets = Vec::with_capacity(blocks.len());
        for class in blocks {
            let lines = self.known_side(lines, own, class);
            targets.push(self.row(lines, other(own))?);
        }
        let targets: Vec<_> = block_of
            .iter()
            .filter_map(|block| targets.get(*block as usize).copied())
            .collect();
        self.tree.classes(own, &targets).ok_or(TooLarge)
    }

    /// Parts the classes by what the conditions about one side say of them: one class of each
    /// part, and the part of each class.
    fn blocks(&self, lines: &[Line], side: Side) -> (Vec<usize>, Vec<u32>) {
        let count = self.conditions.class_count();
        let mut block_of = vec![0_u32; count];
        let mut blocks = vec![0];
        let conditions: BTreeMap<_, _> = lines
            .iter()
            .filter_map(|line| match line {
                Line::When { conditions, .. } => {
                    let id = condition(*conditions, side);
                    self.conditions.classes(id).map(|classes| (id, classes))
                }
                Line::Boundary => None,
            })
            .collect();
        for holds in conditions.into_values() {
            let mut ids: FxHashMap<(u32, bool), u32> = FxHashMap::default();
            blocks.clear();
            for (class, block) in block_of.iter_mut().enumerate() {
                *block = *ids
                    .entry((*block, holds.contains(class)))
                    .or_insert_with(|| {
                        blocks.push(class);
                        index_u32(blocks.len() - 1)
                    });
            }
        }
        (blocks, block_of)
    }

    /// The lines for a class of one side: its conditions hold or do not.
    fn known_side(&self, lines: &[Line], side: Side, class: usize) -> Vec<Line> {
        let holds = |id| {
            self.conditions
                .classes(id)
                .is_some_and(|c| c.contains(class))
        };
        simplify(lines.iter().filter_map(|line| match *line {
            Line::Boundary => Some(Line::Boundary),
            Line::When {
                conditions: [source, destination],
                http,
                outcome,
            } => {
                let (asked, conditions) = match side {
                    Side::Source => (source, [ConditionId::ALWAYS, destination]),
                    Side::Destination => (destination, [source, ConditionId::ALWAYS]),
                };
                holds(asked).then_some(Line::When {
                    conditions,
                    http,
                    outcome,
                })
            }
        }))
    }

    /// The row of lines whose conditions are about one side only.
    fn row(&mut self, lines: Vec<Line>, side: Side) -> Result<Target, TooLarge> {
        let key = (side, lines);
        if let Some(known) = self.rows.get(&key) {
            return Ok(*known);
        }
        // A line about HTTP leads either to its outcome or to the lines after it. Built from
        // the last, the rows that it leads to are there when it needs them.
        let mut suffixes: FxHashMap<usize, Target> = FxHashMap::default();
        for start in starts(&key.1).into_iter().rev() {
            let target = self.suffix(&key.1, start, side, &suffixes)?;
            suffixes.insert(start, target);
        }
        let target = suffixes.get(&0).copied().ok_or(TooLarge)?;
        self.rows.insert(key, target);
        Ok(target)
    }

    /// The row of the lines from `start`.
    fn suffix(
        &mut self,
        lines: &[Line],
        start: usize,
        side: Side,
        suffixes: &FxHashMap<usize, Target>,
    ) -> Result<Target, TooLarge> {
        let count = self.conditions.class_count();
        let fallback = Target::decided(self.fallback);
        let mut targets = vec![fallback; count];
        let mut asking = BitSet::full(count);
        let mut passed = BitSet::empty(count);
        for (index, line) in lines.iter().enumerate().skip(start) {
            let Line::When {
                conditions,
                http,
                outcome,
            } = *line
            else {
                asking.union(&passed);
                passed = BitSet::empty(count);
                continue;
            };
            let mut hits = asking.clone();
            if let Some(classes) = self.conditions.classes(condition(conditions, side)) {
                hits.intersect(classes);
            }
            asking.subtract(&hits);
            let target = match (http, outcome) {
                (None, Outcome::Decide(decider)) => Target::decided(decider),
                (None, Outcome::Pass) => {
                    passed.union(&hits);
                    continue;
                }
                (Some(matcher), outcome) => {
                    let after = |at: usize| suffixes.get(&at).copied().unwrap_or(fallback);
                    let yes = match outcome {
                        Outcome::Decide(decider) => Target::decided(decider),
                        Outcome::Pass => after(after_boundary(lines, index)),
                    };
                    self.tree.branch(matcher, yes, after(index + 1))
                }
            };
            hits.iter().for_each(|class| {
                if let Some(cell) = targets.get_mut(class) {
                    *cell = target;
                }
            });
        }
        if self.tree.size().saturating_add(count) > self.limit {
            return Err(TooLarge);
        }
        self.tree.classes(side, &targets).ok_or(TooLarge)
    }
}

/// Where rows begin that lines about HTTP lead to; the whole begins at 0.
fn starts(lines: &[Line]) -> BTreeSet<usize> {
    let mut starts = BTreeSet::from([0]);
    for (index, line) in lines.iter().enumerate() {
        if let Line::When {
            http: Some(_),
            outcome,
            ..
        } = line
        {
            starts.insert(index + 1);
            if *outcome == Outcome::Pass {
                starts.insert(after_boundary(lines, index));
            }
        }
    }
    starts
}

/// The index after the next boundary.
fn after_boundary(lines: &[Line], index: usize) -> usize {
    let rest = lines.iter().enumerate().skip(index);
    rest.filter(|(_, line)| **line == Line::Boundary)
        .map(|(boundary, _)| boundary + 1)
        .next()
        .unwrap_or(lines.len())
}

fn rules<'a>(program: &'a [Instruction<'_>]) -> impl Iterator<Item = &'a Lowered> {
    program.iter().filter_map(|instruction| match instruction {
        Instruction::Rule(rule, _) => Some(*rule),
        Instruction::Always(_) | Instruction::Boundary => None,
    })
}

/// The program without the rules that cannot match.
fn keep<'a>(program: &[Instruction<'a>], mut matches: impl FnMut(&Lowered) -> bool) -> Program<'a> {
    let kept = program.iter().filter(|instruction| match instruction {
        Instruction::Rule(rule, _) => matches(rule),
        Instruction::Always(_) | Instruction::Boundary => true,
    });
    kept.copied().collect()
}

fn port_bounds(program: &[Instruction<'_>], side: Side, protocol: u8) -> BTreeSet<u32> {
    let mut bounds = BTreeSet::from([0]);
    rules(program).for_each(|rule| rule.port_bounds(side, protocol, &mut bounds));
    bounds
}

const fn other(side: Side) -> Side {
    match side {
        Side::Source => Side::Destination,
        Side::Destination => Side::Source,
    }
}
