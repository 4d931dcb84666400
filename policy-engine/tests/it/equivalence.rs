//! The compiled form says what the literal interpreter says.

use policy_engine::{
    CompileOptions, Direction, Evaluate, Interpreter, Limits, Packet, PolicySet, Snapshot, Staged,
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

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

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
