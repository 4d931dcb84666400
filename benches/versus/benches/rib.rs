//! A table of a million prefixes in `bgp-rib` and in what others keep prefixes in.
//!
//! The others hold a number for each prefix. `bgp-rib` holds routes: what it takes in are UPDATEs,
//! with attributes, import policy and a decision each, and what it answers with is a route with its
//! attributes; how much of that a table alone would cost is what the others say.

use std::hint::black_box;
use std::time::Duration;

use benches::routes::{feed, prefix};
use bgp_rib::{Event, PeerConfig, Rib, RibConfig};
use bgp_wire::{Asn, Context, PeerType, UpdateView};
use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use inetnum::addr::Prefix;
use ipnet::{IpNet, Ipv4Net};
use prefix_trie::PrefixMap;
use rotonda_store::epoch;
use rotonda_store::match_options::{IncludeHistory, MatchOptions, MatchType};
use rotonda_store::prefix_record::{Record, RouteStatus};
use rotonda_store::rib::StarCastRib;
use rotonda_store::rib::config::MemoryOnlyConfig;
use rotonda_store::test_types::BeBytesAsn;
use rustc_hash::FxHashMap;

const PREFIXES: u32 = 1_000_000;

type Store = StarCastRib<BeBytesAsn, MemoryOnlyConfig>;

fn net(number: u32) -> IpNet {
    prefix(number).prefix
}

fn ipv4(number: u32) -> Ipv4Net {
    match net(number) {
        IpNet::V4(net) => net,
        IpNet::V6(_) => Ipv4Net::default(),
    }
}

fn rotonda(number: u32) -> Prefix {
    let net = net(number);
    Prefix::new(net.addr(), net.prefix_len()).expect("a prefix without host bits")
}

/// Prefixes in no order of the table.
fn pick(number: &mut u32) -> u32 {
    *number = (*number + 611_953) % PREFIXES;
    *number
}

fn hash_map() -> FxHashMap<IpNet, u32> {
    (0..PREFIXES).map(|number| (net(number), number)).collect()
}

fn trie() -> PrefixMap<Ipv4Net, u32> {
    (0..PREFIXES).map(|number| (ipv4(number), number)).collect()
}

fn store() -> Store {
    let store = Store::try_default().expect("a store in memory");
    for number in 0..PREFIXES {
        let value = BeBytesAsn(number.to_be_bytes());
        let record = Record::new(0, 0, RouteStatus::Active, value);
        store.insert(&rotonda(number), record, None).expect("room");
    }
    store
}

fn rib(messages: &[Vec<u8>], context: &Context) -> Rib {
    let mut config = RibConfig::new(Asn(64_512), [10, 0, 0, 1].into());
    config.report_best = false;
    let mut rib = Rib::new(config);
    let peer = rib.add_peer(PeerConfig::new([10, 0, 1, 0].into()));
    let up = Event::PeerUp {
        peer,
        identifier: [10, 0, 1, 0].into(),
        context,
    };
    let _ = rib.apply(up);
    for bytes in messages {
        let update = UpdateView::scan(bytes, context).expect("the feed decodes");
        let _ = rib.apply(Event::Update {
            peer,
            update: &update,
        });
    }
    rib
}

fn insert(criterion: &mut Criterion) {
    let context = Context::new(PeerType::Internal);
    let messages = feed(&context, PREFIXES, [10, 0, 1, 0]).expect("the feed encodes");
    let mut group = criterion.benchmark_group("rib/insert-1m");
    group
        .sample_size(10)
        .measurement_time(Duration::from_secs(8));
    group.throughput(Throughput::Elements(u64::from(PREFIXES)));
    let once = BatchSize::PerIteration;
    group.bench_function("hash-map", |bencher| {
        bencher.iter_batched(|| {}, |()| hash_map(), once);
    });
    group.bench_function("prefix-trie", |bencher| {
        bencher.iter_batched(|| {}, |()| trie(), once);
    });
    group.bench_function("rotonda-store", |bencher| {
        bencher.iter_batched(|| {}, |()| store(), once);
    });
    group.bench_function("bgp-rib", |bencher| {
        bencher.iter_batched(|| {}, |()| rib(&messages, &context), once);
    });
    group.finish();
}

fn options(match_type: MatchType) -> MatchOptions {
    MatchOptions {
        match_type,
        include_withdrawn: false,
        include_less_specifics: false,
        include_more_specifics: false,
        mui: None,
        include_history: IncludeHistory::None,
    }
}

fn lookups(criterion: &mut Criterion) {
    let context = Context::new(PeerType::Internal);
    let messages = feed(&context, PREFIXES, [10, 0, 1, 0]).expect("the feed encodes");
    let (hash_map, trie, store) = (hash_map(), trie(), store());
    let snapshot = rib(&messages, &context).snapshot();
    let mut group = criterion.benchmark_group("rib/exact-of-1m");
    let mut at = 0;
    group.bench_function("hash-map", |bencher| {
        bencher.iter(|| black_box(hash_map.get(&net(pick(&mut at)))).is_some());
    });
    group.bench_function("prefix-trie", |bencher| {
        bencher.iter(|| black_box(trie.get(&ipv4(pick(&mut at)))).is_some());
    });
    let find = |match_type, prefix: &Prefix| {
        let guard = &epoch::pin();
        let found = store.match_prefix(prefix, &options(match_type), guard);
        black_box(found).is_ok_and(|found| found.prefix.is_some())
    };
    group.bench_function("rotonda-store", |bencher| {
        bencher.iter(|| find(MatchType::ExactMatch, &rotonda(pick(&mut at))));
    });
    group.bench_function("bgp-rib", |bencher| {
        bencher.iter(|| black_box(snapshot.best(&net(pick(&mut at)))).is_some());
    });
    group.finish();
    let mut group = criterion.benchmark_group("rib/longest-match-of-1m");
    group.bench_function("prefix-trie", |bencher| {
        bencher.iter(|| {
            let host = Ipv4Net::new_assert(ipv4(pick(&mut at)).addr(), 32);
            black_box(trie.get_lpm(&host)).is_some()
        });
    });
    group.bench_function("rotonda-store", |bencher| {
        bencher.iter(|| {
            let host = Prefix::new(net(pick(&mut at)).addr(), 32).expect("a host");
            find(MatchType::LongestMatch, &host)
        });
    });
    group.bench_function("bgp-rib", |bencher| {
        bencher.iter(|| black_box(snapshot.longest_match(net(pick(&mut at)).addr())).is_some());
    });
    group.finish();
}

criterion_group!(tables, insert, lookups);
criterion_main!(tables);
