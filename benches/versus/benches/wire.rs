//! UPDATEs between octets and types, by every crate that reads them.

use std::hint::black_box;
use std::net::Ipv4Addr;

use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion, Throughput, criterion_group, criterion_main};
use testkit::alloc::{CountingAllocator, count};
use versus::codec::{
    BgpWire, Bgpkit, Decode, Encode, Floor, NetGauze, Routecore, Rustbgpd, Sketch, ZettaBgp,
};
use versus::corpus::{Corpus, corpora};

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator;

/// Messages that everybody reads alike.
struct Agreed {
    name: String,
    messages: Vec<Vec<u8>>,
}

/// Leaves out what somebody reads otherwise than we do, and says how much that is.
fn agreed(corpus: Corpus) -> Agreed {
    let ours = BgpWire::new();
    let Corpus { name, mut messages } = corpus;
    let all = messages.len();
    let mut differ = Vec::new();
    let keep: Vec<bool> = {
        let mut keep = vec![true; all];
        let mut hold = |name: &'static str, alike: Vec<bool>| {
            let others = alike.iter().filter(|alike| !**alike).count();
            differ.push(format!("{name} {others}"));
            keep.iter_mut()
                .zip(alike)
                .for_each(|(keep, alike)| *keep &= alike);
        };
        hold(Sketch::NAME, alike(&messages, &ours, &Sketch));
        hold(NetGauze::NAME, alike(&messages, &ours, &NetGauze));
        hold(ZettaBgp::NAME, alike(&messages, &ours, &ZettaBgp::new()));
        hold(Bgpkit::NAME, alike(&messages, &ours, &Bgpkit));
        hold(Routecore::NAME, alike(&messages, &ours, &Routecore::new()));
        hold(Rustbgpd::NAME, alike(&messages, &ours, &Rustbgpd));
        keep
    };
    let mut kept = keep.into_iter();
    messages.retain(|_| kept.next().unwrap_or(false));
    println!(
        "{name}: {} of {all} UPDATEs are read alike by all; otherwise than by us: {}",
        messages.len(),
        differ.join(", "),
    );
    assert!(!messages.is_empty(), "nothing to measure");
    Agreed { name, messages }
}

fn alike(messages: &[Vec<u8>], ours: &BgpWire, theirs: &impl Decode) -> Vec<bool> {
    messages
        .iter()
        .map(|message| {
            let digest = ours.digest(message);
            digest.is_some() && digest == theirs.digest(message)
        })
        .collect()
}

fn decode(criterion: &mut Criterion) {
    for corpus in corpora().expect("the corpus can be read") {
        let Agreed { name, messages } = agreed(corpus);
        let mut group = criterion.benchmark_group(format!("wire/decode-{name}"));
        group.throughput(Throughput::Elements(messages.len() as u64));
        time_all(&mut group, &messages);
        group.finish();

        let mut group = criterion.benchmark_group(format!("wire/encode-{name}"));
        group.throughput(Throughput::Elements(messages.len() as u64));
        time_encode(&mut group, &messages, &BgpWire::new());
        time_encode(&mut group, &messages, &NetGauze);
        time_encode(&mut group, &messages, &ZettaBgp::new());
        time_encode(&mut group, &messages, &Bgpkit);
        group.finish();
    }
}

/// Everybody who decodes.
fn time_all(group: &mut BenchmarkGroup<'_, WallTime>, messages: &[Vec<u8>]) {
    time_decode(group, messages, &Floor);
    time_decode(group, messages, &Sketch);
    time_decode(group, messages, &BgpWire::new());
    time_decode(group, messages, &NetGauze);
    time_decode(group, messages, &ZettaBgp::new());
    time_decode(group, messages, &Bgpkit);
    time_decode(group, messages, &Routecore::new());
    time_decode(group, messages, &Rustbgpd);
}

fn time_decode<C: Decode>(
    group: &mut BenchmarkGroup<'_, WallTime>,
    messages: &[Vec<u8>],
    codec: &C,
) {
    let (_, counts) = count(|| run(messages, codec));
    allocations(C::NAME, counts.allocations, messages);
    group.bench_function(C::NAME, |bencher| bencher.iter(|| run(messages, codec)));
}

fn run<C: Decode>(messages: &[Vec<u8>], codec: &C) {
    for message in messages {
        black_box(codec.digest(black_box(message)));
    }
}

fn time_encode<C: Encode>(
    group: &mut BenchmarkGroup<'_, WallTime>,
    messages: &[Vec<u8>],
    codec: &C,
) {
    let decoded: Vec<C::Message> = messages
        .iter()
        .filter_map(|message| codec.decode(message))
        .collect();
    assert_eq!(decoded.len(), messages.len(), "{}", C::NAME);
    let mut out = vec![0; 4096];
    let same = decoded
        .iter()
        .zip(messages)
        .filter(|(decoded, message)| {
            let length = codec.encode(decoded, &mut out);
            length.and_then(|length| out.get(..length)) == Some(message.as_slice())
        })
        .count();
    println!(
        "{}: {same} of {} written as they were read",
        C::NAME,
        messages.len()
    );
    let run = |out: &mut Vec<u8>| {
        for message in &decoded {
            black_box(codec.encode(black_box(message), out));
        }
    };
    let (_, counts) = count(|| run(&mut out));
    allocations(C::NAME, counts.allocations, messages);
    group.bench_function(C::NAME, |bencher| bencher.iter(|| run(&mut out)));
}

#[expect(clippy::cast_precision_loss, reason = "figures to be read")]
fn allocations(name: &str, allocations: u64, messages: &[Vec<u8>]) {
    let each = allocations as f64 / messages.len() as f64;
    println!("{name}: {each:.1} allocations a message");
}

/// One message that is full of prefixes: what each costs.
fn prefixes(criterion: &mut Criterion) {
    const PREFIXES: u32 = 900;
    let message = full_of_prefixes(PREFIXES);
    let messages = [message];
    let mut group = criterion.benchmark_group("wire/prefixes");
    group.throughput(Throughput::Elements(u64::from(PREFIXES)));
    time_all(&mut group, &messages);
    group.finish();
}

fn full_of_prefixes(count: u32) -> Vec<u8> {
    use bgp_wire::{Context, Family, NextHop, Nlri, PathAttributes, PeerType, UpdatePacker};
    let attributes = PathAttributes::new(NextHop::V4(Ipv4Addr::new(192, 0, 2, 1)));
    let mut routes = (0..count)
        .filter_map(|i| ipnet::Ipv4Net::new((0x0a00_0000 + (i << 8)).into(), 24).ok())
        .map(Nlri::unicast)
        .peekable();
    let mut out = vec![0; 4096];
    let length = UpdatePacker::new(&Context::new(PeerType::Internal))
        .announce(&attributes, Family::IPV4_UNICAST, &mut routes, &mut out)
        .expect("a message has room");
    assert!(routes.peek().is_none(), "all prefixes are in one message");
    out.truncate(length);
    out
}

criterion_group!(wire, decode, prefixes);
criterion_main!(wire);
