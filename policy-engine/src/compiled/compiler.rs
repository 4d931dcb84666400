//! From a policy set to programs.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use super::class::{Classes, LabelSetsOf};
use super::decider::{Decider, DeciderNames, Deciders};
use super::labels::{LabelNames, LabelSetId, LabelSets};
use super::line::{Conditions, Outcome};
use super::lookup::Addresses;
use super::lower::{Lowered, Lowering};
use super::program::{Instruction, ProgramBuilder};
use super::tree::{MOST_CELLS, Target, Tree};
use super::{CompileError, CompileOptions, Program, Statistics};
use crate::{
    Access, Action, Direction, Endpoint, EndpointKind, PolicySet, Rule, Stage, Staged, TierDefault,
};

/// What the compiler makes.
pub(super) struct Compiled {
    pub(super) addresses: Addresses,
    pub(super) tree: Tree,
    pub(super) deciders: Deciders,
    pub(super) programs: Vec<[Program; 2]>,
    pub(super) statistics: Statistics,
}

/// A policy by the indices of its tier and itself.
type PolicyIndex = (u32, u32);

/// What makes two programs the same: direction, policies in order, profiles in order.
type ProgramKey<'a> = (Direction, Vec<PolicyIndex>, &'a [String]);

/// The rules of one policy or profile in one direction, each with its index.
type LoweredRules = Vec<(u32, Lowered)>;

/// The compiler of one policy set.
pub(super) struct Compiler<'a> {
    set: &'a PolicySet,
    options: CompileOptions,
    rules: AllRules<'a>,
    labels: LabelSets<'a>,
    label_sets: Vec<LabelSetId>,
    addresses: Addresses,
    deciders: DeciderNames,
    builder: ProgramBuilder,
    statistics: Statistics,
}

/// All rules, lowered.
struct AllRules<'a> {
    policies: FxHashMap<(PolicyIndex, Direction), LoweredRules>,
    profiles: BTreeMap<&'a str, [LoweredRules; 2]>,
}

impl<'a> Compiler<'a> {
    pub(super) fn new(set: &'a PolicySet, options: CompileOptions) -> Result<Self, CompileError> {
        let mut lowering = Lowering::new(set);
        let mut rules = AllRules::new(set, &mut lowering);
        let predicates = lowering.predicates;
        let mut names = LabelNames::default();
        set.policies()
            .for_each(|policy| names.add(&policy.selector));
        predicates
            .selectors()
            .for_each(|selector| names.add(selector));
        let mut labels = LabelSets::default();
        let of = LabelSetsOf {
            endpoints: set
                .endpoint_ids()
                .filter_map(|(id, _)| set.labels(id))
                .map(|own| labels.intern(&names, own))
                .collect(),
            network_sets: set
                .network_sets()
                .map(|(_, own)| labels.intern(&names, own))
                .collect(),
        };
        let classes = Classes::new(set, &predicates, &labels, &of, options.limits.class_bits)?;
        let mut deciders = DeciderNames::default();
        let fallback = deciders.intern(Decider::NoProfileMatch);
        let statistics = Statistics {
            label_sets: labels.len(),
            predicates: predicates.len(),
            classes: classes.count,
            ..Statistics::default()
        };
        let mut conditions = Conditions::new(classes.members, classes.count);
        rules.prepare(&mut conditions);
        Ok(Self {
            set,
            options,
            rules,
            labels,
            label_sets: of.endpoints,
            addresses: classes.addresses,
            deciders,
            builder: ProgramBuilder::new(
                conditions,
                fallback,
                options.limits.cells.min(MOST_CELLS),
            ),
            statistics,
        })
    }

    pub(super) fn finish(mut self) -> Compiled {
        let applicable = Direction::BOTH.map(|direction| self.applicable(direction));
        let mut known: FxHashMap<ProgramKey<'a>, Program> = FxHashMap::default();
        let set = self.set;
        let mut programs = Vec::with_capacity(set.endpoints().len());
        for (endpoint, LabelSetId(labels)) in set.endpoints().iter().zip(self.label_sets.clone()) {
            let mut both = [Program::Interpreted; 2];
            for (cell, (direction, applicable)) in both
                .iter_mut()
                .zip(Direction::BOTH.into_iter().zip(&applicable))
            {
                let policies = applicable
                    .get(labels as usize)
                    .map(Vec::as_slice)
                    .unwrap_or_default();
                *cell = self.program(endpoint, direction, policies, &mut known);
            }
            programs.push(both);
        }
        self.statistics.programs = known.len();
        self.statistics.interpreted_programs = known
            .values()
            .filter(|program| **program == Program::Interpreted)
            .count();
        let tree = self.builder.tree.finish();
        self.statistics.nodes = tree.nodes();
        self.statistics.bytes = tree.bytes() + self.addresses.bytes();
        Compiled {
            addresses: self.addresses,
            tree,
            deciders: self.deciders.finish(),
            programs,
            statistics: self.statistics,
        }
    }

    /// For each label set, the policies that are asked about endpoints with it.
    fn applicable(&self, direction: Direction) -> Vec<Vec<PolicyIndex>> {
        let mut applicable = vec![Vec::new(); self.labels.len()];
        for (tier_index, tier) in (0..).zip(self.set.tiers()) {
            for (policy_index, policy) in (0..).zip(&tier.policies) {
                let staged = policy.id.kind.is_staged() && self.options.staged == Staged::Ignored;
                let other = policy.stage != Stage::Normal || policy.rules(direction).is_none();
                if staged || other {
                    continue;
                }
                for LabelSetId(label_set) in self.labels.selected(&policy.selector) {
                    if let Some(policies) = applicable.get_mut(label_set as usize) {
                        policies.push((tier_index, policy_index));
                    }
                }
            }
        }
        applicable
    }

    fn program(
        &mut self,
        endpoint: &'a Endpoint,
        direction: Direction,
        policies: &[PolicyIndex],
        known: &mut FxHashMap<ProgramKey<'a>, Program>,
    ) -> Program {
        let constant = match (endpoint.kind, endpoint.admin_up) {
            (EndpointKind::Host, _) => Some(Decider::HostEndpoint),
            (EndpointKind::Workload, false) => Some(Decider::AdminDown),
            (EndpointKind::Workload, true) => None,
        };
        if let Some(decider) = constant {
            return Program::Tree(Target::decided(self.deciders.intern(decider)));
        }
        let key = (direction, policies.to_vec(), endpoint.profiles.as_slice());
        if let Some(program) = known.get(&key) {
            return *program;
        }
        let mut instructions = Vec::new();
        self.rules.tiers(
            self.set,
            direction,
            policies,
            &mut self.deciders,
            &mut instructions,
        );
        self.rules.profiles(
            direction,
            &endpoint.profiles,
            &mut self.deciders,
            &mut instructions,
        );
        let program = self
            .builder
            .build(&instructions, direction)
            .map_or(Program::Interpreted, Program::Tree);
        known.insert(key, program);
        program
    }
}

impl<'a> AllRules<'a> {
    fn new(set: &'a PolicySet, lowering: &mut Lowering<'a>) -> Self {
        let mut lower = |rules: &[Rule]| -> LoweredRules {
            (0..)
                .zip(rules)
                .filter_map(|(index, rule)| lowering.rule(rule).map(|rule| (index, rule)))
                .collect()
        };
        let mut all = Self {
            policies: FxHashMap::default(),
            profiles: BTreeMap::new(),
        };
        for (tier_index, tier) in (0..).zip(set.tiers()) {
            for (policy_index, policy) in (0..).zip(&tier.policies) {
                for direction in Direction::BOTH {
                    if let Some(rules) = policy.rules(direction) {
                        let key = ((tier_index, policy_index), direction);
                        all.policies.insert(key, lower(rules));
                    }
                }
            }
        }
        for profile in set.profiles() {
            let rules = Direction::BOTH.map(|direction| lower(profile.rules(direction)));
            all.profiles.insert(profile.name.as_str(), rules);
        }
        all
    }

    /// Looks up the conditions of all rules, once there are classes.
    fn prepare(&mut self, conditions: &mut Conditions) {
        let policies = self.policies.values_mut();
        let profiles = self.profiles.values_mut().flatten();
        for (_, rule) in policies.chain(profiles).flatten() {
            rule.prepare(conditions);
        }
    }

    /// The instructions of the tiers that have a policy.
    fn tiers<'r>(
        &'r self,
        set: &PolicySet,
        direction: Direction,
        policies: &[PolicyIndex],
        deciders: &mut DeciderNames,
        instructions: &mut Vec<Instruction<'r>>,
    ) {
        for policies in policies.chunk_by(|(a, _), (b, _)| a == b) {
            for (tier, policy) in policies {
                let rules = self.policies.get(&((*tier, *policy), direction));
                for (rule, lowered) in rules.into_iter().flatten() {
                    let access = access(lowered.action);
                    let (tier, policy, rule) = (*tier, *policy, *rule);
                    let decider = deciders.intern(Decider::Rule {
                        access,
                        tier,
                        policy,
                        rule,
                    });
                    instructions.push(Instruction::rule(lowered, decider));
                }
            }
            let Some((tier, policy)) = policies.first().copied() else {
                continue;
            };
            let default = set
                .tiers()
                .get(tier as usize)
                .map(|tier| tier.tier.default_action);
            if default != Some(TierDefault::Pass) {
                let end = deciders.intern(Decider::EndOfTier { tier, policy });
                instructions.push(Instruction::Always(Outcome::Decide(end)));
            }
            instructions.push(Instruction::Boundary);
        }
    }

    /// The instructions of profiles. Pass denies here.
    fn profiles<'r>(
        &'r self,
        direction: Direction,
        profiles: &[String],
        deciders: &mut DeciderNames,
        instructions: &mut Vec<Instruction<'r>>,
    ) {
        for name in profiles {
            let profile = deciders.profile(name);
            let Some([egress, ingress]) = self.profiles.get(name.as_str()) else {
                let unknown = deciders.intern(Decider::UnknownProfile { profile });
                instructions.push(Instruction::Always(Outcome::Decide(unknown)));
                return;
            };
            let rules = match direction {
                Direction::Egress => egress,
                Direction::Ingress => ingress,
            };
            for (rule, lowered) in rules {
                let access = access(lowered.action);
                let rule = *rule;
                let decider = deciders.intern(Decider::Profile {
                    access,
                    profile,
                    rule,
                });
                instructions.push(Instruction::Rule(lowered, Outcome::Decide(decider)));
            }
        }
        let nobody = deciders.intern(Decider::NoProfileMatch);
        instructions.push(Instruction::Always(Outcome::Decide(nobody)));
    }
}

/// What a rule grants when it decides.
const fn access(action: Action) -> Access {
    match action {
        Action::Allow => Access::Allow,
        Action::Deny | Action::Pass | Action::Log => Access::Deny,
    }
}
