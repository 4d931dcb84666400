//! Reading a selector, asking it about a pod, and what else is made of it; and how often
//! each asks for memory.

use std::hint::black_box;

use benches::selectors::{TEXTS, labels};
use calico_types::selector::Selector;
use criterion::{Criterion, criterion_group, criterion_main};
use testkit::alloc::{CountingAllocator, count};

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator;

fn parse(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("selector/parse");
    for (name, text) in TEXTS {
        allocations("parse", name, || Selector::parse(text));
        group.bench_function(name, |bencher| {
            bencher.iter(|| Selector::parse(black_box(text)));
        });
    }
    group.finish();
}

fn matches(criterion: &mut Criterion) {
    let labels = labels();
    let pairs: Vec<(&str, &str)> = labels.iter().map(|(k, v)| (&**k, &**v)).collect();
    let mut group = criterion.benchmark_group("selector/matches");
    for (name, text) in TEXTS {
        let selector = parsed(text);
        allocations("matches", name, || selector.matches(&labels));
        group.bench_function(name, |bencher| {
            bencher.iter(|| selector.matches(black_box(&labels)));
        });
        group.bench_function(format!("{name}, labels as a list"), |bencher| {
            bencher.iter(|| selector.matches(black_box(&*pairs)));
        });
    }
    group.finish();
}

/// Canonical form and id, for those who name IP sets as Felix does.
fn forms(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("selector/forms");
    for (name, text) in TEXTS {
        let selector = parsed(text);
        group.bench_function(format!("{name}, canonical"), |bencher| {
            bencher.iter(|| black_box(&selector).to_string());
        });
        group.bench_function(format!("{name}, id"), |bencher| {
            bencher.iter(|| black_box(&selector).unique_id());
        });
    }
    group.finish();
}

#[expect(clippy::expect_used, reason = "a benchmark of nothing must not pass")]
fn parsed(text: &str) -> Selector {
    Selector::parse(text).expect("the workload's selectors are right")
}

#[expect(clippy::print_stdout, reason = "a figure beside those of criterion")]
fn allocations<T>(what: &str, name: &str, work: impl FnOnce() -> T) {
    let (_, counts) = count(work);
    println!("selector/{what}/{name}: {} allocations", counts.allocations);
}

criterion_group!(selector, parse, matches, forms);
criterion_main!(selector);
