//! A reflector: a full table that comes and goes, and what its clients are told.

use std::hint::black_box;
use std::time::Duration;

use benches::routes::{attributes, feed, prefix};
use bgp_rib::{
    Event, Fallback, Filter, FilterChain, Matcher, Operation, PeerConfig, PeerId, PrefixMatcher,
    PrefixOperator, Rib, RibConfig, RouteSource, RouteView, RpkiState, Rule,
};
use bgp_wire::{Asn, Context, Family, FamilySet, Nlri, PeerType, UpdatePacker, UpdateView};
use criterion::{BatchSize, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};

/// A full table.
const FULL: u32 = 1_000_000;
/// A table that many are told of.
const SHARED: u32 = 5_000;

/// A reflector with clients whose sessions are up; the first one feeds it.
fn reflector(clients: u16, context: &Context) -> (Rib, Vec<PeerId>) {
    let mut config = RibConfig::new(Asn(64_512), [10, 0, 0, 1].into());
    config.report_best = false;
    let mut rib = Rib::new(config);
    let ids = (0..clients).map(|number| {
        let [high, low] = number.to_be_bytes();
        let address = [10, 1, high, low];
        let mut config = PeerConfig::new(address.into()).local_address([10, 0, 0, 1].into());
        config.route_reflector_client = true;
        let peer = rib.add_peer(config);
        let identifier = address.into();
        let _ = rib.apply(Event::PeerUp {
            peer,
            identifier,
            context,
        });
        peer
    });
    let ids = ids.collect();
    (rib, ids)
}

/// Decodes and applies every message.
fn take_in(rib: &mut Rib, peer: PeerId, messages: &[Vec<u8>], context: &Context) {
    for bytes in messages {
        if let Ok(update) = UpdateView::scan(bytes, context) {
            let _ = black_box(rib.apply(Event::Update {
                peer,
                update: &update,
            }));
        }
    }
}

/// Everything for everybody; the bytes sent.
fn drain(rib: &mut Rib, peers: &[PeerId]) -> usize {
    let mut out = [0; 4096];
    let mut bytes = 0;
    for peer in peers {
        while let Some(length) = rib.poll_transmit(*peer, &mut out) {
            bytes += length;
        }
    }
    bytes
}

/// The messages that withdraw the first `count` prefixes.
#[expect(clippy::expect_used, reason = "a benchmark of nothing must not pass")]
fn withdrawals(context: &Context, count: u32) -> Vec<Vec<u8>> {
    let packer = UpdatePacker::new(context);
    let mut nlri = (0..count).map(prefix).peekable();
    let mut messages = Vec::new();
    while nlri.peek().is_some() {
        let mut message = vec![0; 4096];
        let length = packer.withdraw(Family::IPV4_UNICAST, &mut nlri, &mut message);
        message.truncate(length.expect("prefixes fit a message"));
        messages.push(message);
    }
    messages
}

#[expect(clippy::expect_used, reason = "a benchmark of nothing must not pass")]
fn full_table(criterion: &mut Criterion) {
    let context = Context::new(PeerType::Internal);
    let messages = feed(&context, FULL, [10, 1, 0, 0]).expect("the feed encodes");
    let gone = withdrawals(&context, FULL);
    let full = || {
        let (mut rib, peers) = reflector(2, &context);
        take_in(&mut rib, peers[0], &messages, &context);
        drain(&mut rib, &peers);
        (rib, peers)
    };
    let (rib, _) = full();
    let (memory, sizes) = (rib.memory(), rib.statistics());
    println!(
        "rib: {} bytes a route, {} an attribute set of {}, {} a route told",
        memory.table / sizes.routes,
        memory.attributes / sizes.attribute_sets,
        sizes.attribute_sets,
        memory.advertised / sizes.advertised,
    );
    drop(rib);
    let mut group = criterion.benchmark_group("rib");
    group
        .sample_size(10)
        .measurement_time(Duration::from_secs(8));
    group.throughput(Throughput::Elements(u64::from(FULL)));
    group.bench_function("apply-1m", |bencher| {
        bencher.iter_batched(
            || reflector(1, &context),
            |(mut rib, peers)| {
                take_in(&mut rib, peers[0], &messages, &context);
                rib
            },
            BatchSize::PerIteration,
        );
    });
    group.bench_function("withdraw-1m", |bencher| {
        bencher.iter_batched(
            full,
            |(mut rib, peers)| {
                take_in(&mut rib, peers[0], &gone, &context);
                assert!(drain(&mut rib, &peers) > 0);
                rib
            },
            BatchSize::PerIteration,
        );
    });
    group.bench_function("lose-the-peer-of-1m", |bencher| {
        bencher.iter_batched(
            full,
            |(mut rib, peers)| {
                let _ = black_box(rib.apply(Event::PeerDown {
                    peer: peers[0],
                    retain: FamilySet::empty(),
                }));
                assert!(drain(&mut rib, &peers) > 0);
                rib
            },
            BatchSize::PerIteration,
        );
    });
    group.finish();
}

/// Two peers have the same routes, and one after the other has the better one.
#[expect(clippy::expect_used, reason = "a benchmark of nothing must not pass")]
fn churn(criterion: &mut Criterion) {
    let context = Context::new(PeerType::Internal);
    let messages = feed(&context, 100_000, [10, 1, 0, 0]).expect("the feed encodes");
    let (mut rib, peers) = reflector(3, &context);
    take_in(&mut rib, peers[0], &messages, &context);
    take_in(&mut rib, peers[1], &messages, &context);
    drain(&mut rib, &peers);
    let better = |preference| {
        let mut better = attributes(0, [10, 1, 0, 0]);
        better.local_pref = Some(preference);
        let mut nlri = (0..4).map(prefix).peekable();
        let mut out = vec![0; 4096];
        let packer = UpdatePacker::new(&context);
        let length = packer.announce(&better, Family::IPV4_UNICAST, &mut nlri, &mut out);
        out.truncate(length.expect("four prefixes fit"));
        out
    };
    let (high, low) = (better(200), better(100));
    let mut group = criterion.benchmark_group("rib");
    group.throughput(Throughput::Elements(4));
    group.bench_function("best-path-churn", |bencher| {
        let mut turn = false;
        bencher.iter(|| {
            turn = !turn;
            let bytes = std::slice::from_ref(if turn { &high } else { &low });
            take_in(&mut rib, peers[1], bytes, &context);
            drain(&mut rib, &peers)
        });
    });
    group.finish();
}

#[expect(clippy::expect_used, reason = "a benchmark of nothing must not pass")]
fn reflection(criterion: &mut Criterion) {
    let context = Context::new(PeerType::Internal);
    let messages = feed(&context, SHARED, [10, 1, 0, 0]).expect("the feed encodes");
    let mut group = criterion.benchmark_group("rib/reflect-5k-to-clients");
    group.sample_size(10);
    for clients in [1, 20, 200, 2_000] {
        let id = BenchmarkId::from_parameter(clients);
        group.throughput(Throughput::Elements(u64::from(SHARED) * u64::from(clients)));
        group.bench_function(id, |bencher| {
            bencher.iter_batched(
                || reflector(clients + 1, &context),
                |(mut rib, peers)| {
                    take_in(&mut rib, peers[0], &messages, &context);
                    assert!(drain(&mut rib, &peers) > 0);
                    rib
                },
                BatchSize::PerIteration,
            );
        });
    }
    group.finish();
}

/// Chains of rules on prefixes, asked about prefixes of which half are in one of them.
fn filters(criterion: &mut Criterion) {
    let route = attributes(1, [10, 1, 0, 0]);
    let asked: Vec<Nlri> = (0..1024).map(|number| prefix(number * 37)).collect();
    let mut group = criterion.benchmark_group("rib/filter-rules");
    group.throughput(Throughput::Elements(asked.len() as u64));
    for rules in [10_u32, 1_000, 10_000] {
        let rule = |number: u32| {
            let inside = PrefixMatcher::new(prefix(number * 2).prefix, PrefixOperator::In);
            Rule::accept("rule", vec![Matcher::Prefix(inside)])
                .with_operations(vec![Operation::SetLocalPref(number)])
        };
        let filter = Filter::new("rules", (0..rules).map(rule).collect());
        let chain = FilterChain::new(vec![filter], Fallback::Reject);
        group.bench_function(BenchmarkId::from_parameter(rules), |bencher| {
            bencher.iter(|| {
                let view = |nlri: &&Nlri| {
                    let view = RouteView {
                        destination: nlri.prefix.into(),
                        attributes: &route,
                        source: RouteSource::Peer(PeerType::Internal),
                        interface: None,
                        session: PeerType::Internal,
                        rpki: RpkiState::NotFound,
                    };
                    chain.evaluate(&view).accepted
                };
                asked.iter().filter(view).count()
            });
        });
    }
    group.finish();
}

#[expect(clippy::expect_used, reason = "a benchmark of nothing must not pass")]
fn readers(criterion: &mut Criterion) {
    let context = Context::new(PeerType::Internal);
    let messages = feed(&context, FULL, [10, 1, 0, 0]).expect("the feed encodes");
    let (mut rib, peers) = reflector(1, &context);
    take_in(&mut rib, peers[0], &messages, &context);
    let reader = rib.reader();
    let other = feed(&context, 4, [10, 1, 0, 9]).expect("the feed encodes");
    let mut group = criterion.benchmark_group("rib");
    group.bench_function("publish-a-change-of-1m", |bencher| {
        let mut turn = false;
        bencher.iter(|| {
            turn = !turn;
            let bytes = if turn { &other[..1] } else { &messages[..1] };
            take_in(&mut rib, peers[0], bytes, &context);
            rib.publish();
            black_box(reader.snapshot().version())
        });
    });
    let snapshot = rib.snapshot();
    let mut number = 0;
    let mut next = || {
        number = (number + 611_953) % FULL;
        prefix(number).prefix
    };
    group.bench_function("exact-of-1m", |bencher| {
        bencher.iter(|| black_box(snapshot.best(next())).is_some());
    });
    group.bench_function("longest-match-of-1m", |bencher| {
        bencher.iter(|| black_box(snapshot.longest_match(next().addr())).is_some());
    });
    group.finish();
}

criterion_group!(rib, full_table, churn, reflection, filters, readers);
criterion_main!(rib);
