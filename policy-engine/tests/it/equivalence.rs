//! The compiled form says what the literal interpreter says.

use policy_engine::{
    Action, CompileOptions, Decision, Direction, Evaluate, HitKind, Interpreter, Limits, Packet,
    PolicySet, Reason, SideTrace, Snapshot, Staged,
};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use crate::generate;

fn check(set: &PolicySet, options: CompileOptions, packets: &[Packet<'_>]) {
    let interpreter = Interpreter::new(set).with_staged(options.staged);
    let snapshot = Snapshot::compile(set.clone(), options).expect("a small set compiles");
    for packet in packets {
        for (id, endpoint) in set.endpoint_ids() {
            for direction in Direction::BOTH {
                let expected = interpreter.decide(id, direction, packet);
                let decision = snapshot.decide(id, direction, packet);
                told_as_decided(
                    &interpreter.trace(id, direction, packet).unwrap(),
                    &expected,
                );
                assert_eq!(
                    decision,
                    expected,
                    "{direction} of {endpoint}: {packet}\n{}",
                    interpreter.trace(id, direction, packet).unwrap()
                );
            }
        }
    }
}

/// The explanation says what was decided, and its last hit is who did.
fn told_as_decided(trace: &SideTrace<'_>, decision: &Decision<'_>) {
    assert_eq!(trace.decision, *decision);
    let hits = trace.policy_hits();
    let Some((last, before)) = hits.split_last() else {
        assert!(!decision.is_allowed(), "{decision}");
        return;
    };
    assert!(
        before.iter().all(|hit| hit.action == Action::Pass),
        "{hits:?}"
    );
    assert_eq!(
        last.action == Action::Allow,
        decision.is_allowed(),
        "{hits:?}"
    );
    let (name, rule, kind) = (last.name, last.rule_index, last.kind);
    match decision.reason {
        Reason::Rule {
            tier,
            policy,
            rule: index,
        } => {
            assert_eq!((name, rule, last.tier), (&*policy.name, Some(index), tier));
            assert_eq!(kind, HitKind::Policy(policy.kind));
        }
        Reason::EndOfTier { tier, policy } => {
            assert_eq!((name, rule, kind), (tier, None, HitKind::EndOfTier));
            assert_eq!(last.trigger, Some(policy));
        }
        Reason::Profile {
            profile,
            rule: index,
        } => {
            assert_eq!((name, rule, kind), (profile, Some(index), HitKind::Profile));
        }
        Reason::UnknownProfile { .. }
        | Reason::NoProfileMatch
        | Reason::AdminDown
        | Reason::HostEndpoint
        | Reason::UnknownEndpoint
        | _ => assert_eq!((rule, kind), (None, HitKind::Profile)),
    }
}

/// How many worlds are tried; more with `POLICY_WORLDS`.
fn worlds(usual: u32) -> ProptestConfig {
    let wanted = std::env::var("POLICY_WORLDS").ok();
    let wanted = wanted.and_then(|text| text.parse().ok());
    ProptestConfig::with_cases(wanted.unwrap_or(usual))
}

proptest! {
    #![proptest_config(worlds(400))]

    #[test]
    fn compiled_decisions_are_the_literal_ones(
        parts in generate::parts(),
        packets in vec(generate::packet(), 24),
        staged in select(vec![Staged::Ignored, Staged::Enforced]),
    ) {
        let options = CompileOptions::new().with_staged(staged);
        check(&PolicySet::new(parts), options, &packets);
    }

    #[test]
    fn programs_beyond_the_limit_are_interpreted(
        parts in generate::parts(),
        packets in vec(generate::packet(), 8),
        cells in 0_usize..200,
    ) {
        let mut limits = Limits::new();
        limits.cells = cells;
        check(&PolicySet::new(parts), CompileOptions::new().with_limits(limits), &packets);
    }
}
