//! Ten thousand policies from bytes to resources, with every check of single documents,
//! beside plain serde over the same bytes into the same types.
//!
//! Plain serde keeps no places, ignores unknown fields and checks nothing: the ratio is what
//! the diagnostics cost.

use std::hint::black_box;
use std::time::Duration;

use benches::manifests;
use calico_types::resources::NetworkPolicy;
use calico_types::{Source, decode, diagnose};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use serde::Deserialize;

const POLICIES: u32 = 10_000;

#[derive(Deserialize)]
struct List {
    items: Vec<NetworkPolicy>,
}

fn json(criterion: &mut Criterion) {
    let text = manifests::json(POLICIES);
    let sources = [Source::new("policies.json", text.as_bytes())];
    assert_eq!(diagnose(&sources).diagnostics, []);

    let mut group = criterion.benchmark_group("decode/json");
    group.throughput(Throughput::Elements(u64::from(POLICIES)));
    group.bench_function("serde_json", |bencher| {
        bencher.iter(|| {
            serde_json::from_slice::<List>(black_box(text.as_bytes()))
                .map(|list| list.items.len())
                .ok()
        });
    });
    group.bench_function("decode", |bencher| {
        bencher.iter(|| decode(black_box(&sources)).resources.len());
    });
    group.bench_function("diagnose", |bencher| {
        bencher.iter(|| diagnose(black_box(&sources)).resources.len());
    });
    group.finish();
}

fn yaml(criterion: &mut Criterion) {
    let text = manifests::yaml(POLICIES);
    let sources = [Source::new("policies.yaml", text.as_bytes())];
    assert_eq!(diagnose(&sources).diagnostics, []);

    let mut group = criterion.benchmark_group("decode/yaml");
    group.throughput(Throughput::Elements(u64::from(POLICIES)));
    group.bench_function("serde-saphyr", |bencher| {
        bencher.iter(|| {
            serde_saphyr::from_multiple_with_options::<NetworkPolicy>(
                black_box(&text),
                serde_saphyr::options! { budget: None },
            )
            .map(|policies| policies.len())
            .ok()
        });
    });
    group.bench_function("decode", |bencher| {
        bencher.iter(|| decode(black_box(&sources)).resources.len());
    });
    group.bench_function("diagnose", |bencher| {
        bencher.iter(|| diagnose(black_box(&sources)).resources.len());
    });
    group.finish();
}

/// Every rule wrong in five ways: what a finding costs.
fn mistakes(criterion: &mut Criterion) {
    let text = manifests::mistaken_yaml(POLICIES);
    let sources = [Source::new("policies.yaml", text.as_bytes())];

    let mut group = criterion.benchmark_group("decode/mistakes");
    group.throughput(Throughput::Elements(u64::from(POLICIES)));
    group.bench_function("diagnose", |bencher| {
        bencher.iter(|| diagnose(black_box(&sources)).diagnostics.len());
    });
    group.finish();
}

criterion_group! {
    name = benches;
    config = Criterion::default()
        .sample_size(10)
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(3));
    targets = json, yaml, mistakes
}
criterion_main!(benches);
