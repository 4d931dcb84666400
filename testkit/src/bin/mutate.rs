//! Damages BGP messages and holds the codec to its promises: `mutate [COUNT [SEED]]`.
//!
//! First every message of the repository, and of the shared cases where they are, whole, cut
//! at every octet and with each bit flipped, in every session of `testkit::wire::sessions`;
//! then COUNT mutations (a million without an argument) of those and of the real messages of
//! the shared data. The same COUNT and SEED make the same mutations of the same messages,
//! whatever the number of processors.
//!
//! Exit code 0: everything held; 1: something did not, and the message is printed; 2: an
//! argument is no number.

#![expect(
    clippy::disallowed_methods,
    reason = "a program that says how long it took"
)]

use std::env;
use std::panic::{self, AssertUnwindSafe};
use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use bgp_wire::{Context, Family, Message, Notification, Open, OrfRequest, Update};
use testkit::alloc::{CountingAllocator, count};
use testkit::wire::{Mutator, committed, damage, laws, real, sessions, shared, walk};

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator;

/// Mutations that one thread makes at a time, of one seed.
const CHUNK: u64 = 10_000;
/// Of a file of real messages, at most so many are mutated: the first ones of each length.
const EACH_FILE: usize = 2_000;

fn main() -> ExitCode {
    let mut numbers = env::args()
        .skip(1)
        .map(|it| it.replace('_', "").parse::<u64>());
    let (Ok(mutations), Ok(seed)) = (
        numbers.next().unwrap_or(Ok(1_000_000)),
        numbers.next().unwrap_or(Ok(1)),
    ) else {
        eprintln!("usage: mutate [COUNT [SEED]]");
        return ExitCode::from(2);
    };
    let state = State::default();
    let vectors = vectors();
    println!("{} messages of cases", vectors.len());
    let start = Instant::now();
    state.all(vectors.len(), |at| {
        let message = vectors.get(at).map_or(&[][..], Vec::as_slice);
        damage(message, |bytes| state.judge_everywhere(bytes));
    });
    state.report("damaged", start.elapsed());

    let seeds = [vectors, sample()].concat();
    println!("{} messages to mutate, seed {seed}", seeds.len());
    let start = Instant::now();
    let chunks = usize::try_from(mutations.div_ceil(CHUNK)).unwrap_or(usize::MAX);
    state.all(chunks, |chunk| {
        let before = chunk as u64 * CHUNK;
        let mut mutator = Mutator::new(&seeds, seed.wrapping_mul(0x9e37_79b9).wrapping_add(before));
        for _ in 0..CHUNK.min(mutations - before) {
            let mutant = mutator.mutant();
            state.judge_in(mutator.random().below(usize::MAX), &mutant);
        }
    });
    state.report("mutated", start.elapsed());
    ExitCode::from(u8::from(state.broken.load(Ordering::Relaxed) > 0))
}

/// The messages of the repository and of the shared cases, each once.
fn vectors() -> Vec<Vec<u8>> {
    let mut all: Vec<_> = committed().map(|(_, octets)| octets).collect();
    all.extend(shared().into_iter().map(|(_, octets)| octets));
    all.sort_unstable();
    all.dedup();
    all
}

/// Some real messages of every file.
fn sample() -> Vec<Vec<u8>> {
    let mut all = Vec::new();
    for (_, messages) in real() {
        let mut some: Vec<_> = messages.into_iter().map(|it| it.octets).collect();
        // Of many that are alike, those of different lengths differ most.
        let step = some.len().div_ceil(EACH_FILE).max(1);
        some.sort_by_key(Vec::len);
        all.extend(some.into_iter().step_by(step));
    }
    all
}

/// What the threads share.
#[derive(Default)]
struct State {
    judged: AtomicU64,
    /// Those that were accepted, and of these the ones with findings.
    accepted: AtomicU64,
    faulty: AtomicU64,
    broken: AtomicU64,
    /// The most nanoseconds that one message took, and the most octets of memory that its
    /// owned form asked for, for each of its own.
    slowest: AtomicU64,
    greediest: AtomicU64,
}

impl State {
    /// Calls `work` with every number below `jobs`, on all processors.
    fn all(&self, jobs: usize, work: impl Fn(usize) + Sync) {
        let next = AtomicUsize::new(0);
        let run = || loop {
            let job = next.fetch_add(1, Ordering::Relaxed);
            if job >= jobs {
                return;
            }
            work(job);
        };
        let threads = thread::available_parallelism().map_or(1, usize::from);
        thread::scope(|scope| {
            for _ in 0..threads {
                scope.spawn(run);
            }
        });
    }

    fn judge_everywhere(&self, bytes: &[u8]) {
        for session in 0..sessions().len() {
            self.judge_in(session, bytes);
        }
    }

    /// Holds the bytes to every promise in one of the sessions.
    fn judge_in(&self, session: usize, bytes: &[u8]) {
        let sessions = sessions();
        let Some((name, context)) = sessions.get(session % sessions.len()) else {
            return;
        };
        self.judged.fetch_add(1, Ordering::Relaxed);
        let start = Instant::now();
        let held = panic::catch_unwind(AssertUnwindSafe(|| self.judge(bytes, context)));
        let spent = u64::try_from(start.elapsed().as_nanos()).unwrap_or(u64::MAX);
        self.slowest.fetch_max(spent, Ordering::Relaxed);
        if held.is_err() && self.broken.fetch_add(1, Ordering::Relaxed) < 10 {
            let hex: String = bytes.iter().map(|octet| format!("{octet:02x}")).collect();
            println!("BROKEN in the session {name}: {hex}");
        }
    }

    fn judge(&self, bytes: &[u8], context: &Context) {
        let (_, counts) = count(|| walk(bytes, context));
        assert_eq!(counts.allocations, 0, "decoding or walking allocates");
        let ((), counts) = count(|| own(bytes, context));
        let asked = counts.bytes / (bytes.len() as u64 + 64);
        self.greediest.fetch_max(asked, Ordering::Relaxed);
        assert!(
            asked <= 400,
            "{asked} octets of memory for each of the message"
        );
        match Message::decode(bytes, context) {
            Ok(Message::Update(update)) if !update.findings().is_empty() => {
                self.faulty.fetch_add(1, Ordering::Relaxed);
                self.accepted.fetch_add(1, Ordering::Relaxed);
            }
            Ok(_) => drop(self.accepted.fetch_add(1, Ordering::Relaxed)),
            Err(_) => {}
        }
        laws(bytes, context);
    }

    fn report(&self, what: &str, spent: Duration) {
        let judged = self.judged.swap(0, Ordering::Relaxed);
        println!(
            "{what}: {judged} in {:.1} s, {:.0} a second; {} accepted, {} of them with findings; \
             {} broken; slowest {:.1} ms, at most {} octets of memory for each of a message",
            spent.as_secs_f64(),
            judged as f64 / spent.as_secs_f64(),
            self.accepted.swap(0, Ordering::Relaxed),
            self.faulty.swap(0, Ordering::Relaxed),
            self.broken.load(Ordering::Relaxed),
            self.slowest.load(Ordering::Relaxed) as f64 / 1e6,
            self.greediest.load(Ordering::Relaxed),
        );
    }
}

/// Makes the owned forms of a message.
fn own(bytes: &[u8], context: &Context) {
    match Message::decode(bytes, context) {
        Ok(Message::Open(open)) => drop(Open::from(&open)),
        Ok(Message::Update(update)) => {
            drop(Update::from(&update));
            drop(update.path_attributes(Family::IPV4_UNICAST));
        }
        Ok(Message::Notification(notification)) => drop(Notification::from(notification)),
        Ok(Message::Keepalive) | Err(_) => {}
        Ok(Message::RouteRefresh(refresh)) => drop(OrfRequest::from_view(&refresh)),
    }
}
