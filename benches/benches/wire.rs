//! Messages between bytes and types.

use std::hint::black_box;

use benches::updates;
use benches::walk::walk;
use bgp_wire::{Context, PeerType, UpdatePacker, UpdateView};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};

const MESSAGES: u32 = 1000;

/// Scans every UPDATE, which classifies its faults, and walks all that it carries.
#[expect(clippy::expect_used, reason = "a benchmark of nothing must not pass")]
fn decode(criterion: &mut Criterion) {
    let context = Context::new(PeerType::Internal);
    let messages =
        updates::encode(&updates::routes(MESSAGES), &context).expect("the workload fits a session");
    let mut group = criterion.benchmark_group("wire/decode");
    group.throughput(Throughput::Elements(u64::from(MESSAGES)));
    // What no decoder can go below: to see every octet once.
    group.bench_function("touch every octet", |bencher| {
        bencher.iter(|| {
            for message in &messages {
                let sum = black_box(message).iter().fold(0_u32, |sum, octet| {
                    sum.rotate_left(1).wrapping_add(u32::from(*octet))
                });
                black_box(sum);
            }
        });
    });
    group.bench_function("scan", |bencher| {
        bencher.iter(|| {
            for message in &messages {
                let update = UpdateView::scan(black_box(message), &context);
                assert!(update.is_ok_and(|update| update.findings().is_empty()));
            }
        });
    });
    group.bench_function("scan and walk", |bencher| {
        bencher.iter(|| {
            for message in &messages {
                walk(&UpdateView::scan(black_box(message), &context).expect("is well-formed"));
            }
        });
    });
    group.finish();
}

fn encode(criterion: &mut Criterion) {
    let context = Context::new(PeerType::Internal);
    let routes = updates::routes(MESSAGES);
    let packer = UpdatePacker::new(&context);
    let mut buffer = vec![0; usize::from(context.send_limit)];
    let mut group = criterion.benchmark_group("wire/encode");
    group.throughput(Throughput::Elements(u64::from(MESSAGES)));
    group.bench_function("updates", |bencher| {
        bencher.iter(|| {
            for route in &routes {
                let written = updates::encode_one(&packer, black_box(route), &mut buffer);
                assert!(written.is_ok());
            }
        });
    });
    group.finish();
}

criterion_group!(wire, decode, encode);
criterion_main!(wire);
