//! Reading a selector, and asking it about a pod.

use std::hint::black_box;

use benches::selectors::{TEXTS, labels};
use calico_types::selector::Selector;
use criterion::{Criterion, criterion_group, criterion_main};

fn parse(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("selector/parse");
    for (name, text) in TEXTS {
        group.bench_function(name, |bencher| {
            bencher.iter(|| Selector::parse(black_box(text)));
        });
    }
    group.finish();
}

#[expect(clippy::expect_used, reason = "a benchmark of nothing must not pass")]
fn matches(criterion: &mut Criterion) {
    let labels = labels();
    let mut group = criterion.benchmark_group("selector/matches");
    for (name, text) in TEXTS {
        let selector = Selector::parse(text).expect("the workload's selectors are right");
        group.bench_function(name, |bencher| {
            bencher.iter(|| selector.matches(black_box(&labels)));
        });
    }
    group.finish();
}

criterion_group!(selector, parse, matches);
criterion_main!(selector);
