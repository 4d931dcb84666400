//! Laws that hold for every order of calls: nothing panics, memory stays
//! bounded, no timer lies in the past, and what is told is consistent.

use std::io::ErrorKind;
use std::time::Duration;

use bgp_session::{
    CloseCause, Config, ConnId, Direction, Event, Family, ResetReason, Session, State, StopReason,
};
use proptest::prelude::*;
use testkit::alloc::count;

use crate::solo::{
    Solo, base, config, good_open, keepalive, local, message, messages, open, remote, update,
};

/// One call, of any kind, at any time.
#[derive(Clone, Debug)]
enum Call {
    Start,
    Stop,
    Reset,
    Connected(bool, usize),
    NextConn,
    /// A dial that was asked for succeeds.
    Dialed,
    /// The peer dials, and is accepted.
    Accept,
    /// OPEN and KEEPALIVE, as a peer that wants a session sends them.
    Greet(usize),
    Bytes(usize, Input),
    Closed(usize),
    Wait(u64),
    Poll(usize),
    Transmit(usize, usize),
    Send(u8),
    Refresh,
}

#[derive(Clone, Debug)]
enum Input {
    Open,
    OtherOpen(u16, u16),
    Keepalive,
    Update(u8),
    Notification(u8, u8),
    Refresh(u8),
    Garbage(Vec<u8>),
    Part(usize),
}

impl Input {
    fn bytes(&self) -> Vec<u8> {
        match self {
            Self::Open => good_open(),
            Self::OtherOpen(asn, hold) => open(*asn, *hold, [192, 0, 2, 9], &[]),
            Self::Keepalive => keepalive(),
            Self::Update(n) => update(*n).repeat(usize::from(*n)),
            Self::Notification(code, subcode) => message(3, &[*code, *subcode]),
            Self::Refresh(subtype) => message(5, &[0, 1, *subtype, 1]),
            Self::Garbage(bytes) => bytes.clone(),
            Self::Part(length) => good_open()[..*length].to_vec(),
        }
    }
}

fn input() -> impl Strategy<Value = Input> {
    prop_oneof![
        8 => Just(Input::Open),
        1 => (any::<u16>(), any::<u16>()).prop_map(|(asn, hold)| Input::OtherOpen(asn, hold)),
        8 => Just(Input::Keepalive),
        6 => any::<u8>().prop_map(Input::Update),
        1 => (0_u8..10, 0_u8..12).prop_map(|(code, subcode)| Input::Notification(code, subcode)),
        1 => any::<u8>().prop_map(Input::Refresh),
        1 => proptest::collection::vec(any::<u8>(), 0..64).prop_map(Input::Garbage),
        1 => (0_usize..40).prop_map(Input::Part),
    ]
}

/// Connections are chosen among the last few names.
fn call() -> impl Strategy<Value = Call> {
    prop_oneof![
        3 => Just(Call::Start),
        1 => Just(Call::Stop),
        1 => Just(Call::Reset),
        2 => (any::<bool>(), 0_usize..4).prop_map(|(out, conn)| Call::Connected(out, conn)),
        1 => Just(Call::NextConn),
        6 => Just(Call::Dialed),
        6 => Just(Call::Accept),
        8 => (0_usize..3).prop_map(Call::Greet),
        20 => (0_usize..4, input()).prop_map(|(conn, input)| Call::Bytes(conn, input)),
        2 => (0_usize..4).prop_map(Call::Closed),
        6 => (0_u64..100_000).prop_map(Call::Wait),
        6 => (0_usize..6).prop_map(Call::Poll),
        4 => (0_usize..4, 0_usize..200).prop_map(|(conn, count)| Call::Transmit(conn, count)),
        4 => any::<u8>().prop_map(Call::Send),
        1 => Just(Call::Refresh),
    ]
}

/// An embedder that makes calls in any order and checks what it hears.
struct Embedder {
    session: Session,
    now: std::time::Instant,
    conns: Vec<ConnId>,
    dialed: Vec<ConnId>,
    state: State,
    up: bool,
}

impl Embedder {
    fn new(config: Config) -> Self {
        Self {
            session: Session::new(config).unwrap(),
            now: base(),
            conns: Vec::new(),
            dialed: Vec::new(),
            state: State::Idle,
            up: false,
        }
    }

    fn conn(&self, recent: usize) -> Option<ConnId> {
        self.conns.iter().rev().nth(recent).copied()
    }

    fn make(&mut self, call: &Call) {
        let now = self.now;
        match call {
            Call::Start => self.session.start(now),
            Call::Stop => self
                .session
                .stop(now, StopReason::AdministrativeShutdown("bye".into())),
            Call::Reset => self.session.reset(now, ResetReason::OutOfResources),
            Call::Connected(..) | Call::NextConn | Call::Dialed | Call::Accept => {
                self.connect(call)
            }
            Call::Greet(recent) => {
                self.make(&Call::Bytes(*recent, Input::Open));
                self.make(&Call::Bytes(*recent, Input::Keepalive));
            }
            Call::Bytes(recent, input) => {
                let Some(conn) = self.conn(*recent) else {
                    return;
                };
                let bytes = input.bytes();
                if let Ok(taken) = self.session.handle_bytes(now, conn, &bytes) {
                    assert!(taken <= bytes.len());
                }
            }
            Call::Closed(recent) => {
                let Some(conn) = self.conn(*recent) else {
                    return;
                };
                let cause = CloseCause::Error(ErrorKind::ConnectionReset);
                self.session.handle_closed(now, conn, cause);
            }
            Call::Wait(millis) => {
                self.now += Duration::from_millis(*millis);
                self.session.handle_timeout(self.now);
                let next = self.session.poll_timeout();
                assert!(
                    next.is_none_or(|next| next >= self.now),
                    "a timer in the past"
                );
            }
            Call::Poll(events) => {
                for _ in 0..*events {
                    self.poll();
                }
            }
            Call::Transmit(recent, octets) => {
                let Some(conn) = self.conn(*recent) else {
                    return;
                };
                if let Some(bytes) = self.session.poll_transmit(conn) {
                    assert!(!bytes.is_empty());
                    self.session.consume_transmit(now, conn, *octets);
                }
            }
            Call::Send(n) => drop(self.session.send_update(&update(*n))),
            Call::Refresh => drop(self.session.request_refresh(Family::IPV4_UNICAST)),
        }
    }

    fn connect(&mut self, call: &Call) {
        let now = self.now;
        match call {
            Call::Connected(out, recent) => {
                let Some(conn) = self.conn(*recent) else {
                    return;
                };
                let direction = if *out {
                    Direction::Outgoing
                } else {
                    Direction::Incoming
                };
                let _ = self
                    .session
                    .handle_connected(now, conn, direction, local(), remote());
            }
            Call::NextConn => self.conns.push(self.session.next_conn()),
            Call::Dialed => {
                self.poll();
                let Some(conn) = self.dialed.last().copied() else {
                    return;
                };
                let out = Direction::Outgoing;
                let _ = self
                    .session
                    .handle_connected(now, conn, out, local(), remote());
            }
            Call::Accept => {
                self.make(&Call::NextConn);
                self.make(&Call::Connected(false, 0));
            }
            _ => {}
        }
    }

    fn poll(&mut self) -> bool {
        let Some(event) = self.session.poll_event(self.now) else {
            return false;
        };
        match event {
            Event::Dial { conn, .. } => {
                assert!(!self.conns.contains(&conn) && !self.dialed.contains(&conn));
                self.dialed.push(conn);
                self.conns.push(conn);
            }
            Event::Close { conn } => assert!(self.conns.contains(&conn)),
            Event::StateChanged { from, to } => {
                assert_eq!(from, self.state, "a gap between states");
                self.state = to;
            }
            Event::Established(_) => {
                assert!(!self.up, "Established twice without Down");
                self.up = true;
            }
            Event::Down { .. } => {
                assert!(self.up, "Down without Established");
                self.up = false;
            }
            Event::Update(_) | Event::EndOfRib(_) | Event::RouteRefresh(_) => {
                assert!(self.up, "routes without a session");
            }
            _ => {}
        }
        true
    }

    /// Polls until silence, which must come, and agree with the accessors.
    fn settle(&mut self) {
        let mut polls = 0;
        while self.poll() {
            polls += 1;
            // The queue holds at most so many UPDATEs of the shortest kind.
            assert!(polls < 20_000, "events without end");
        }
        assert_eq!(self.state, self.session.state());
        assert_eq!(self.up, self.session.negotiated().is_some());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_order_of_calls(
        calls in proptest::collection::vec(call(), 1..120),
        passive in any::<bool>(),
        delay in any::<bool>(),
        collide in any::<bool>(),
        seed in proptest::option::of(any::<u64>()),
    ) {
        let mut config = config();
        config.passive = passive;
        config.delay_open = delay.then_some(Duration::from_secs(2));
        config.collision_detect_established = collide;
        config.jitter_seed = seed;
        let mut embedder = Embedder::new(config);
        embedder.session.start(embedder.now);
        embedder.poll();
        for call in &calls {
            embedder.make(call);
        }
        embedder.settle();
    }

    #[test]
    fn what_is_sent_is_always_whole(
        calls in proptest::collection::vec(call(), 1..80),
        step in 1_usize..60,
    ) {
        let solo = Solo::in_state(State::Established, config());
        let conn = solo.conn.unwrap();
        let mut embedder = Embedder::new(config());
        embedder.session = solo.session;
        embedder.now = solo.now;
        embedder.conns = vec![conn];
        embedder.up = true;
        embedder.state = State::Established;
        let mut stream = Vec::new();
        let mut write = |session: &mut Session, now, most: usize| {
            let Some(bytes) = session.poll_transmit(conn) else { return false };
            let count = bytes.len().min(most);
            stream.extend_from_slice(&bytes[..count]);
            session.consume_transmit(now, conn, count);
            true
        };
        for call in &calls {
            if !matches!(call, Call::Transmit(..)) {
                embedder.make(call);
            }
            write(&mut embedder.session, embedder.now, step);
        }
        while write(&mut embedder.session, embedder.now, usize::MAX) {}
        // Cut off only where the session gave the connection up.
        let whole = embedder.session.negotiated().is_some_and(|it| it.conn == conn);
        if whole {
            prop_assert_eq!(messages(&stream).concat(), stream);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    /// An embedder that never polls and a peer that never reads: the same calls
    /// hundreds of times.
    #[test]
    fn memory_stays_bounded(calls in proptest::collection::vec(call(), 1..40)) {
        let mut config = config();
        config.passive = true;
        let mut embedder = Embedder::new(config);
        let calls: Vec<_> = calls
            .into_iter()
            .filter(|call| !matches!(call, Call::Poll(_) | Call::Dialed))
            .collect();
        let (_, counts) = count(|| {
            for _ in 0..300 {
                for call in &calls {
                    embedder.make(call);
                }
                let old = embedder.conns.len().saturating_sub(4);
                embedder.conns.drain(..old);
            }
        });
        // Input and output of 256 KiB each, allocated twice at most and grown
        // by doubling, on one Established connection and four that linger.
        prop_assert!(counts.held < 4 << 20, "{counts:?}");
    }
}

/// Receiving, polling and sending UPDATEs allocates nothing once the buffers
/// have their size.
#[test]
fn steady_state_allocates_nothing() {
    let mut solo = Solo::in_state(State::Established, config());
    let conn = solo.conn.unwrap();
    let stream: Vec<u8> = (0..100).flat_map(update).collect();
    let one = update(1);
    let round = |session: &mut Session| {
        let mut updates = 0;
        assert_eq!(
            session.handle_bytes(solo.now, conn, &stream),
            Ok(stream.len())
        );
        while let Some(event) = session.poll_event(solo.now) {
            updates += usize::from(matches!(event, Event::Update(_)));
        }
        session.send_update(&one).unwrap();
        session.consume_transmit(solo.now, conn, usize::MAX);
        updates
    };
    round(&mut solo.session);
    let (updates, counts) = count(|| round(&mut solo.session));
    assert_eq!((updates, counts.allocations), (100, 0));
}
