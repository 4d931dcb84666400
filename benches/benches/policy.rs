//! A verdict (egress of the source and ingress of the destination, with the deciding rule),
//! by the compiled form and by the literal interpreter; and what compiling costs.

use std::hint::black_box;

use benches::policies::{Question, SIZES};
use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use policy_engine::{CompileOptions, Evaluate, Interpreter, Snapshot};

/// Flows of one round: more than the caches of a core hold.
const RANDOM: usize = 65_536;
/// Flows that stay in the caches.
const HOT: usize = 256;

fn ask(evaluator: &impl Evaluate, questions: &[Question]) -> usize {
    questions
        .iter()
        .filter(|question| black_box(question).ask(evaluator).is_allowed())
        .count()
}

#[expect(clippy::expect_used, reason = "a benchmark of nothing must not pass")]
fn verdict(criterion: &mut Criterion) {
    for size in SIZES {
        let set = size.policy_set();
        let questions = size.flows(&set, RANDOM);
        let hot = questions
            .get(..HOT)
            .expect("there are more flows than that");
        let snapshot = Snapshot::compile(set.clone(), CompileOptions::new()).expect("compiles");
        println!("{}: {:?}", size.name, snapshot.statistics());

        let mut group = criterion.benchmark_group(format!("policy/verdict/{}", size.name));
        group.throughput(Throughput::Elements(RANDOM as u64));
        group.bench_function("compiled, random", |b| {
            b.iter(|| ask(&snapshot, &questions))
        });
        group.throughput(Throughput::Elements(HOT as u64));
        group.bench_function("compiled, hot", |b| b.iter(|| ask(&snapshot, hot)));
        let interpreter = Interpreter::new(&set);
        let few = hot.get(..16).expect("there are more flows than that");
        group.throughput(Throughput::Elements(16));
        group.bench_function("interpreted", |b| b.iter(|| ask(&interpreter, few)));
        group.finish();
    }
}

fn compile(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("policy/compile");
    group.sample_size(10);
    for size in SIZES {
        let set = size.policy_set();
        group.bench_function(size.name, |b| {
            b.iter_batched(
                || set.clone(),
                |set| Snapshot::compile(set, CompileOptions::new()),
                BatchSize::LargeInput,
            );
        });
    }
    group.finish();
}

criterion_group!(policy, verdict, compile);
criterion_main!(policy);
