//! The network against a host that only writes down what it is told.

use std::collections::VecDeque;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};

use super::{Action, Closed, Host, Latencies, MachineId, Runaway, Socket, World};

/// Writes down what happens, with the virtual time; accepts unless told otherwise.
#[derive(Debug)]
struct Recorder {
    base: Instant,
    log: Vec<(Duration, String)>,
    actions: VecDeque<Action>,
    wake: Option<Instant>,
    accepts: bool,
    sockets: u64,
}

impl Recorder {
    fn new(base: Instant) -> Self {
        Self {
            base,
            log: Vec::new(),
            actions: VecDeque::new(),
            wake: None,
            accepts: true,
            sockets: 100,
        }
    }

    fn note(&mut self, now: Instant, what: impl Into<String>) {
        self.log.push((now - self.base, what.into()));
    }

    fn words(&self) -> Vec<&str> {
        self.log.iter().map(|(_, what)| what.as_str()).collect()
    }
}

impl Host for Recorder {
    fn start(&mut self, now: Instant) {
        self.note(now, "start");
    }
    fn accept(&mut self, now: Instant, _: SocketAddr, _: SocketAddr) -> Option<Socket> {
        self.note(now, if self.accepts { "accept" } else { "refuse" });
        self.sockets += 1;
        self.accepts.then_some(Socket(self.sockets))
    }
    fn connected(&mut self, now: Instant, _: Socket, _: SocketAddr, _: SocketAddr) {
        self.note(now, "connected");
    }
    fn received(&mut self, now: Instant, _: Socket, bytes: &[u8]) {
        self.note(now, String::from_utf8_lossy(bytes).into_owned());
    }
    fn closed(&mut self, now: Instant, _: Socket, cause: Closed) {
        self.note(now, format!("{cause:?}"));
    }
    fn woken(&mut self, now: Instant) {
        self.note(now, "woken");
        self.wake = None;
    }
    fn next_wake(&self) -> Option<Instant> {
        self.wake
    }
    fn next_action(&mut self, _: Instant) -> Option<Action> {
        self.actions.pop_front()
    }
}

const LATENCY: Duration = Duration::from_micros(100);
const A: MachineId = MachineId(0);
const B: MachineId = MachineId(1);

fn address(machine: u8) -> IpAddr {
    Ipv4Addr::new(10, 0, 0, machine).into()
}

/// Two machines that are up, 100 µs apart.
#[expect(clippy::disallowed_methods, reason = "the base instant of a test")]
fn pair() -> (World<Recorder>, Instant) {
    let base = Instant::now();
    let link = LATENCY..LATENCY + Duration::from_micros(1);
    let mut world = World::new(base, Latencies::new(1, link.clone(), link));
    for (machine, octet) in [(A, 1), (B, 2)] {
        assert_eq!(world.add(address(octet), "rack"), machine);
        world.boot(machine, Recorder::new(base));
    }
    (world, base)
}

fn ask(world: &mut World<Recorder>, machine: MachineId, actions: impl IntoIterator<Item = Action>) {
    world
        .with_host(machine, |host, _| host.actions.extend(actions))
        .unwrap();
}

fn dial() -> Action {
    Action::Dial {
        socket: Socket(1),
        local: address(1),
        remote: SocketAddr::new(address(2), 179),
    }
}

fn send(text: &str) -> Action {
    Action::Send {
        socket: Socket(1),
        bytes: text.as_bytes().to_vec(),
    }
}

fn run(world: &mut World<Recorder>, seconds: u64) {
    let until = world.now() + Duration::from_secs(seconds);
    world.run_until(until, 10_000).unwrap();
}

#[test]
fn delivers_in_order_and_then_the_end() {
    let (mut world, _) = pair();
    ask(&mut world, A, [dial()]);
    run(&mut world, 1);
    ask(
        &mut world,
        A,
        [
            send("one"),
            send("two"),
            Action::Close { socket: Socket(1) },
        ],
    );
    run(&mut world, 1);
    assert_eq!(world.host(A).unwrap().words(), ["start", "connected"]);
    assert_eq!(
        world.host(B).unwrap().words(),
        ["start", "accept", "one", "two", "Finished"]
    );
    assert_eq!((world.traffic().bytes, world.traffic().opened), (6, 1));
}

#[test]
fn takes_a_round_trip_to_connect_and_a_transmission_time_to_send() {
    let (mut world, _) = pair();
    ask(&mut world, A, [dial()]);
    run(&mut world, 1);
    assert_eq!(
        world.host(A).unwrap().log[1],
        (2 * LATENCY, "connected".to_owned())
    );
    // 1,250,000 bytes leave a 10 Gbit/s interface in a millisecond.
    ask(
        &mut world,
        A,
        [Action::Send {
            socket: Socket(1),
            bytes: vec![b'x'; 1_250_000],
        }],
    );
    run(&mut world, 1);
    let arrived = world.host(B).unwrap().log.last().unwrap().0;
    assert_eq!(arrived, Duration::from_millis(1001) + LATENCY);
}

#[test]
fn refuses_when_the_listener_does() {
    let (mut world, _) = pair();
    world.with_host(B, |host, _| host.accepts = false).unwrap();
    ask(&mut world, A, [dial()]);
    run(&mut world, 1);
    assert_eq!(world.host(A).unwrap().words(), ["start", "Refused"]);
    assert_eq!(world.traffic().failed, 1);
}

#[test]
fn leaves_a_request_to_a_dead_machine_without_answer() {
    let (mut world, _) = pair();
    world.crash(B);
    ask(&mut world, A, [dial()]);
    run(&mut world, 1);
    assert_eq!(world.host(A).unwrap().words(), ["start"]);
    run(&mut world, 60);
    assert_eq!(world.host(A).unwrap().words(), ["start", "TimedOut"]);
}

#[test]
fn falls_silent_in_a_crash_and_resets_after_the_return() {
    let (mut world, base) = pair();
    ask(&mut world, A, [dial()]);
    run(&mut world, 1);
    world.crash(B);
    ask(&mut world, A, [send("lost")]);
    run(&mut world, 1);
    assert_eq!(world.host(A).unwrap().words(), ["start", "connected"]);
    world.boot(B, Recorder::new(base));
    ask(&mut world, A, [send("unknown")]);
    run(&mut world, 1);
    assert_eq!(
        world.host(A).unwrap().words(),
        ["start", "connected", "Reset"]
    );
    assert_eq!(world.host(B).unwrap().words(), ["start"]);
}

#[test]
fn wakes_at_the_time_last_asked_for() {
    let (mut world, base) = pair();
    for seconds in [5, 3, 7] {
        world
            .with_host(A, |host, _| {
                host.wake = Some(base + Duration::from_secs(seconds))
            })
            .unwrap();
    }
    run(&mut world, 60);
    assert_eq!(
        world.host(A).unwrap().log[1..],
        [(Duration::from_secs(7), "woken".to_owned())]
    );
}

#[test]
fn stops_a_run_that_does_not_end() {
    /// Wants to be woken at once, for ever.
    #[derive(Debug)]
    struct Restless(Instant);
    impl Host for Restless {
        fn start(&mut self, _: Instant) {}
        fn accept(&mut self, _: Instant, _: SocketAddr, _: SocketAddr) -> Option<Socket> {
            None
        }
        fn connected(&mut self, _: Instant, _: Socket, _: SocketAddr, _: SocketAddr) {}
        fn received(&mut self, _: Instant, _: Socket, _: &[u8]) {}
        fn closed(&mut self, _: Instant, _: Socket, _: Closed) {}
        fn woken(&mut self, _: Instant) {}
        fn next_wake(&self) -> Option<Instant> {
            Some(self.0)
        }
        fn next_action(&mut self, _: Instant) -> Option<Action> {
            None
        }
    }
    let (_, base) = pair();
    let mut world = World::new(base, Latencies::new(1, LATENCY..LATENCY, LATENCY..LATENCY));
    let machine = world.add(address(1), "rack");
    world.boot(machine, Restless(base));
    let stopped = world.run_until(Duration::from_secs(1), 50);
    assert_eq!(
        stopped,
        Err(Runaway {
            limit: 50,
            at: Duration::ZERO
        })
    );
}
