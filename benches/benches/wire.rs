//! Messages between bytes and types.

use std::hint::black_box;

use benches::updates;
use benches::walk::walk;
use bgp_wire::{
    AttributeBlockBuf, Context, Family, PeerType, Reflection, UpdatePacker, UpdateView,
};
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

/// A received UPDATE becomes one to a client: scanned and passed on, passed on out of what
/// is kept of it, and, to compare, decoded and encoded again.
#[expect(clippy::expect_used, reason = "a benchmark of nothing must not pass")]
fn reflect(criterion: &mut Criterion) {
    let context = Context::new(PeerType::Internal);
    let messages =
        updates::encode(&updates::routes(MESSAGES), &context).expect("the workload fits a session");
    let scanned: Vec<_> = messages
        .iter()
        .map(|message| UpdateView::scan(message, &context).expect("is well-formed"))
        .filter(|update| update.reachable().next().is_some())
        .collect();
    let packer = UpdatePacker::new(&context);
    let mut buffer = vec![0; usize::from(context.send_limit)];
    let mut group = criterion.benchmark_group("wire/reflect");
    group.throughput(Throughput::Elements(scanned.len() as u64));
    group.bench_function("scan and pass on", |bencher| {
        bencher.iter(|| {
            for update in &scanned {
                let update = UpdateView::scan(black_box(update.bytes()), &context);
                let update = update.expect("is well-formed");
                let family = family(&update);
                let block = update.attribute_block(family).reflected(REFLECTION);
                let mut nlri = update.reachable().peekable();
                let written = packer.announce(&block, family, &mut nlri, &mut buffer);
                assert!(written.is_ok());
            }
        });
    });
    let kept: Vec<_> = scanned
        .iter()
        .map(|update| {
            let family = family(update);
            let block = update.attribute_block(family).reflected(REFLECTION);
            let nlri: Vec<_> = update.reachable().collect();
            (family, AttributeBlockBuf::from(block), nlri)
        })
        .collect();
    group.bench_function("pass on what is kept", |bencher| {
        bencher.iter(|| {
            for (family, block, nlri) in &kept {
                let mut nlri = nlri.iter().copied().peekable();
                let written = packer.announce(black_box(block), *family, &mut nlri, &mut buffer);
                assert!(written.is_ok());
            }
        });
    });
    group.bench_function("decode and encode", |bencher| {
        bencher.iter(|| {
            for update in &scanned {
                let family = family(black_box(update));
                let mut attributes = update.path_attributes(family);
                attributes
                    .originator_id
                    .get_or_insert(REFLECTION.originator_id);
                attributes.cluster_list.insert(0, REFLECTION.cluster_id);
                let mut nlri = update.reachable().peekable();
                let written = packer.announce(&attributes, family, &mut nlri, &mut buffer);
                assert!(written.is_ok());
            }
        });
    });
    group.finish();
}

const REFLECTION: Reflection = Reflection {
    originator_id: std::net::Ipv4Addr::new(192, 0, 2, 7),
    cluster_id: std::net::Ipv4Addr::new(192, 0, 2, 254),
};

fn family(update: &UpdateView<'_>) -> Family {
    match update.mp_reach() {
        Some(reach) => reach.family,
        None => Family::IPV4_UNICAST,
    }
}

criterion_group!(wire, decode, encode, reflect);
criterion_main!(wire);
