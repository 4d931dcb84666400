//! A reflector: taking in a table, and telling it to its clients.

use std::hint::black_box;
use std::time::Duration;

use benches::routes::feed;
use bgp_rib::{Event, PeerConfig, PeerId, Rib, RibConfig};
use bgp_wire::{Asn, Context, FamilySet, PeerType, UpdateView};
use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};

const PREFIXES: u32 = 100_000;
const CLIENTS: u8 = 20;

/// A reflector with clients whose sessions are up; the first one feeds it.
fn reflector(clients: u8, context: &Context) -> (Rib, Vec<PeerId>) {
    let mut rib = Rib::new(RibConfig::new(Asn(64_512), [10, 0, 0, 1].into()));
    let ids = (0..clients).map(|number| {
        let address = [10, 0, 1, number];
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

#[expect(clippy::expect_used, reason = "a benchmark of nothing must not pass")]
fn tables(criterion: &mut Criterion) {
    let context = Context::new(PeerType::Internal);
    let messages = feed(&context, PREFIXES, [10, 0, 1, 0]).expect("the feed encodes");
    let mut group = criterion.benchmark_group("rib");
    group
        .sample_size(10)
        .measurement_time(Duration::from_secs(8));
    group.throughput(Throughput::Elements(u64::from(PREFIXES)));
    group.bench_function("take in 100k from one peer", |bencher| {
        bencher.iter_batched(
            || reflector(1, &context),
            |(mut rib, peers)| {
                take_in(&mut rib, peers[0], &messages, &context);
                rib
            },
            BatchSize::PerIteration,
        );
    });
    group.bench_function("tell 100k to 20 clients", |bencher| {
        bencher.iter_batched(
            || {
                let (mut rib, peers) = reflector(CLIENTS, &context);
                take_in(&mut rib, peers[0], &messages, &context);
                (rib, peers)
            },
            |(mut rib, peers)| {
                assert!(drain(&mut rib, &peers) > 0);
                rib
            },
            BatchSize::PerIteration,
        );
    });
    group.bench_function("lose the peer of 100k, 20 clients", |bencher| {
        bencher.iter_batched(
            || {
                let (mut rib, peers) = reflector(CLIENTS, &context);
                take_in(&mut rib, peers[0], &messages, &context);
                drain(&mut rib, &peers);
                (rib, peers)
            },
            |(mut rib, peers)| {
                let down = Event::PeerDown {
                    peer: peers[0],
                    retain: FamilySet::empty(),
                };
                let _ = black_box(rib.apply(down));
                assert!(drain(&mut rib, &peers) > 0);
                rib
            },
            BatchSize::PerIteration,
        );
    });
    group.finish();
}

#[expect(clippy::expect_used, reason = "a benchmark of nothing must not pass")]
fn publication(criterion: &mut Criterion) {
    let context = Context::new(PeerType::Internal);
    let messages = feed(&context, PREFIXES, [10, 0, 1, 0]).expect("the feed encodes");
    criterion.bench_function("rib/replace a route of 100k and publish", |bencher| {
        let (mut rib, peers) = reflector(1, &context);
        take_in(&mut rib, peers[0], &messages, &context);
        let reader = rib.reader();
        let update = UpdateView::scan(&messages[0], &context).expect("the feed decodes");
        let other = feed(&context, 4, [10, 0, 1, 9]).expect("the feed encodes");
        let other = UpdateView::scan(&other[0], &context).expect("the feed decodes");
        let mut turn = false;
        bencher.iter(|| {
            turn = !turn;
            let update = if turn { &other } else { &update };
            let _ = rib.apply(Event::Update {
                peer: peers[0],
                update,
            });
            rib.publish();
            black_box(reader.snapshot().version())
        });
    });
}

criterion_group!(rib, tables, publication);
criterion_main!(rib);
