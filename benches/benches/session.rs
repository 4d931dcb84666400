//! Sessions in memory: how fast two ends come up, what a KEEPALIVE costs, and what an idle
//! session holds.

#![expect(
    clippy::expect_used,
    clippy::disallowed_methods,
    reason = "a benchmark that does not start is of no use, and measures time"
)]

use std::hint::black_box;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use bgp_session::{Asn, Config, ConnId, Direction, Event, Session, State};
use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use testkit::alloc::{CountingAllocator, count};

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator;

/// Two ends of a session, and the connection between them.
struct Ends {
    sessions: [Session; 2],
    conns: [ConnId; 2],
}

fn address(last: u8) -> SocketAddr {
    ([192, 0, 2, last], 179).into()
}

fn configuration(own: u8, peer: u8) -> Config {
    Config::new(Asn(64512), [192, 0, 2, own].into(), address(peer))
}

/// The first end dials, the second waits.
fn idle() -> [Session; 2] {
    let mut waits = configuration(2, 1);
    waits.passive = true;
    [configuration(1, 2), waits].map(|config| Session::new(config).expect("a sound configuration"))
}

/// Brings both ends to Established.
fn establish([mut dials, mut waits]: [Session; 2], now: Instant) -> Ends {
    dials.start(now);
    waits.start(now);
    let dialled = loop {
        if let Some(Event::Dial { conn, .. }) = dials.poll_event(now) {
            break conn;
        }
    };
    let accepted = waits.next_conn();
    dials
        .handle_connected(now, dialled, Direction::Outgoing, address(1), address(2))
        .expect("the session asked for it");
    waits
        .handle_connected(now, accepted, Direction::Incoming, address(2), address(1))
        .expect("the session waits for it");
    let mut ends = Ends {
        sessions: [dials, waits],
        conns: [dialled, accepted],
    };
    while ends.carry(now) > 0 {}
    assert_eq!(ends.states(), [State::Established; 2]);
    ends
}

impl Ends {
    fn states(&self) -> [State; 2] {
        self.sessions.each_ref().map(Session::state)
    }

    /// Carries what each end has to write to the other, and how many octets that were.
    fn carry(&mut self, now: Instant) -> usize {
        let [a, b] = &mut self.sessions;
        let [from, to] = self.conns;
        let there = carry(a, from, b, to, now);
        let back = carry(b, to, a, from, now);
        for session in &mut self.sessions {
            while session.poll_event(now).is_some() {}
        }
        there + back
    }

    /// Lets the time go to when a KEEPALIVE is due.
    fn keepalive(&mut self) -> usize {
        let due = self.sessions.iter().filter_map(Session::poll_timeout).min();
        let now = due.expect("an Established session has a timer");
        for session in &mut self.sessions {
            session.handle_timeout(now);
        }
        self.carry(now)
    }
}

fn carry(a: &mut Session, from: ConnId, b: &mut Session, to: ConnId, now: Instant) -> usize {
    let mut carried = 0;
    while let Some(octets) = a.poll_transmit(from) {
        let Ok(taken @ 1..) = b.handle_bytes(now, to, octets) else {
            break;
        };
        a.consume_transmit(now, from, taken);
        carried += taken;
    }
    carried
}

fn set_up(criterion: &mut Criterion) {
    let now = Instant::now();
    let mut group = criterion.benchmark_group("session/establish");
    group.throughput(Throughput::Elements(1));
    group.bench_function("bgp-session", |bencher| {
        bencher.iter_batched(idle, |ends| establish(ends, now), BatchSize::SmallInput);
    });
    group.finish();
}

fn keepalive(criterion: &mut Criterion) {
    let mut ends = establish(idle(), Instant::now());
    let (octets, counts) = count(|| (0..1000).map(|_| ends.keepalive()).sum::<usize>());
    println!(
        "a thousand timers of a pair: {octets} octets carried, {} allocations, {} octets held",
        counts.allocations, counts.held
    );
    let mut group = criterion.benchmark_group("session/keepalive");
    group.throughput(Throughput::Elements(1));
    group.bench_function("bgp-session", |bencher| {
        bencher.iter(|| black_box(ends.keepalive()));
    });
    group.finish();
}

/// Not timed: what a thousand pairs hold once they are up and silent.
fn memory(_: &mut Criterion) {
    const PAIRS: usize = 1000;
    let now = Instant::now();
    let (pairs, counts) = count(|| {
        let pairs = (0..PAIRS).map(|_| {
            let mut ends = establish(idle(), now);
            for _ in 0..4 {
                ends.keepalive();
            }
            ends
        });
        pairs.collect::<Vec<_>>()
    });
    let each = counts.held / i64::try_from(2 * PAIRS).unwrap_or(i64::MAX);
    println!(
        "an idle Established session: {each} octets, of which {} are the struct",
        size_of::<Session>()
    );
    assert!(
        pairs
            .iter()
            .all(|ends| ends.states() == [State::Established; 2])
    );
}

fn configure() -> Criterion {
    Criterion::default().measurement_time(Duration::from_secs(3))
}

criterion_group! {
    name = benches;
    config = configure();
    targets = set_up, keepalive, memory
}
criterion_main!(benches);
