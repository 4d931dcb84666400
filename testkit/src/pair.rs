//! Two sessions and a network between them, in virtual time.
//!
//! [`Pair`] owns both sessions, carries their bytes with a latency and in
//! chunks of a given size, holds each direction of a connection to a window as
//! TCP does, and can refuse dials, cut connections, lose everything, or stop
//! one reader. Nothing is random and no clock is read: the same calls give the
//! same run.

use std::collections::{BTreeMap, VecDeque};
use std::io::ErrorKind;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bgp_session::{
    CloseCause, ConnId, Direction, DownReason, Event, Family, FamilySet, Negotiated, Session, State,
};

/// One of the two ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Side {
    /// The first session.
    A,
    /// The second session.
    B,
}

impl Side {
    /// The other end.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::A => Self::B,
            Self::B => Self::A,
        }
    }
}

/// An [`Event`] without what it lends.
#[derive(Clone, Debug)]
pub enum Seen {
    /// [`Event::Dial`].
    Dial(ConnId),
    /// [`Event::Close`].
    Close(ConnId),
    /// [`Event::StateChanged`].
    StateChanged(State, State),
    /// [`Event::Established`].
    Established(Arc<Negotiated>),
    /// [`Event::Down`].
    Down(DownReason, FamilySet),
    /// [`Event::AttemptFailed`].
    AttemptFailed(DownReason),
    /// [`Event::Update`]: prefixes that became reachable, and unreachable.
    Update(Vec<String>, Vec<String>),
    /// [`Event::EndOfRib`].
    EndOfRib(Family),
    /// [`Event::RouteRefresh`].
    RouteRefresh(Family),
    /// [`Event::BeginOfRefresh`].
    BeginOfRefresh(Family),
    /// [`Event::EndOfRefresh`].
    EndOfRefresh(Family),
    /// [`Event::PrefixLimit`]: the family and the number.
    PrefixLimit(Family, u64),
    /// An event that this simulator does not know.
    Other,
}

/// How the network behaves.
#[derive(Clone, Copy, Debug)]
pub struct Network {
    /// One way, for bytes and for the signals of TCP.
    pub latency: Duration,
    /// Octets that are delivered at a time.
    pub chunk: usize,
    /// Octets that may be under way or unread in one direction.
    pub window: usize,
}

impl Default for Network {
    fn default() -> Self {
        Self {
            latency: Duration::from_millis(1),
            chunk: 1500,
            window: 65_536,
        }
    }
}

/// One end and what it saw.
#[derive(Debug)]
pub struct End {
    /// The session itself; after calling into it, call [`Pair::pump`].
    pub session: Session,
    /// Where it is.
    pub address: SocketAddr,
    /// Everything that happened, with the time since the beginning.
    pub seen: Vec<(Duration, Seen)>,
    /// Every octet that it sent, by connection.
    pub sent: BTreeMap<ConnId, Vec<u8>>,
    /// Whether it takes bytes from its sockets.
    pub reads: bool,
    /// Whether it polls UPDATEs and other events.
    pub polls: bool,
    /// Whether something listens at its address.
    pub listens: bool,
}

#[derive(Debug)]
struct Conn {
    names: BTreeMap<Side, ConnId>,
    /// Bytes that wait at a side to be taken by its session.
    unread: BTreeMap<Side, VecDeque<u8>>,
    /// Octets on their way to a side.
    flying: BTreeMap<Side, usize>,
}

#[derive(Debug)]
enum Signal {
    Syn {
        from: Side,
        name: ConnId,
    },
    Accepted {
        at: Side,
        conn: usize,
    },
    Refused {
        at: Side,
        name: ConnId,
    },
    Bytes {
        at: Side,
        conn: usize,
        bytes: Vec<u8>,
    },
    End {
        at: Side,
        conn: usize,
        cause: CloseCause,
    },
}

/// Two sessions and their network.
#[derive(Debug)]
pub struct Pair {
    /// The first end.
    pub a: End,
    /// The second end.
    pub b: End,
    /// How the network behaves from now on.
    pub network: Network,
    /// Everything that is sent from now on is lost, without a sign.
    pub partitioned: bool,
    start: Instant,
    now: Instant,
    conns: BTreeMap<usize, Conn>,
    signals: BTreeMap<(Instant, u64), Signal>,
    sequence: u64,
}

impl Pair {
    /// Two ends that know each other's address and have not started.
    #[must_use]
    pub fn new(base: Instant, a: Session, b: Session, network: Network) -> Self {
        let end = |session: Session, address| End {
            session,
            address,
            seen: Vec::new(),
            sent: BTreeMap::new(),
            reads: true,
            polls: true,
            listens: true,
        };
        let (address_a, address_b) = (b.config().remote, a.config().remote);
        Self {
            a: end(a, address_a),
            b: end(b, address_b),
            network,
            partitioned: false,
            start: base,
            now: base,
            conns: BTreeMap::new(),
            signals: BTreeMap::new(),
            sequence: 0,
        }
    }

    /// The present.
    #[must_use]
    pub const fn now(&self) -> Instant {
        self.now
    }

    /// Time since the beginning.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        self.now.saturating_duration_since(self.start)
    }

    /// One end.
    #[must_use]
    pub const fn end(&self, side: Side) -> &End {
        match side {
            Side::A => &self.a,
            Side::B => &self.b,
        }
    }

    /// One end, to act on.
    pub const fn end_mut(&mut self, side: Side) -> &mut End {
        match side {
            Side::A => &mut self.a,
            Side::B => &mut self.b,
        }
    }

    /// Starts both sessions at this moment.
    pub fn start(&mut self) {
        for side in [Side::A, Side::B] {
            let now = self.now;
            self.end_mut(side).session.start(now);
            self.pump(side);
        }
    }

    /// Whether both sessions are Established.
    #[must_use]
    pub fn is_established(&self) -> bool {
        [&self.a, &self.b]
            .into_iter()
            .all(|end| end.session.state() == State::Established)
    }

    /// Runs for a time.
    pub fn run_for(&mut self, time: Duration) {
        let end = self.now + time;
        self.run_until(end, |_| false);
    }

    /// Runs until `done` holds, or `end` has come; says whether `done` held.
    pub fn run_until(&mut self, end: Instant, done: impl Fn(&Self) -> bool) -> bool {
        while !done(self) {
            let next = self.next_time().filter(|next| *next <= end);
            let Some(next) = next else {
                self.now = end;
                return done(self);
            };
            self.now = self.now.max(next);
            self.step();
        }
        true
    }

    /// Runs until both are Established, for a minute at most.
    pub fn establish(&mut self) -> bool {
        let end = self.now + Duration::from_secs(60);
        self.run_until(end, Self::is_established)
    }

    fn next_time(&self) -> Option<Instant> {
        let timers = [&self.a, &self.b]
            .into_iter()
            .filter_map(|end| end.session.poll_timeout());
        timers
            .chain(self.signals.keys().next().map(|(at, _)| *at))
            .min()
    }

    fn step(&mut self) {
        while let Some(entry) = self.signals.first_entry() {
            if entry.key().0 > self.now {
                break;
            }
            let signal = entry.remove();
            self.receive(signal);
        }
        for side in [Side::A, Side::B] {
            let now = self.now;
            let session = &mut self.end_mut(side).session;
            if session.poll_timeout().is_some_and(|at| at <= now) {
                session.handle_timeout(now);
                self.pump(side);
            }
        }
    }

    fn send(&mut self, signal: Signal) {
        if !self.partitioned {
            self.sequence += 1;
            self.signals
                .insert((self.now + self.network.latency, self.sequence), signal);
        }
    }

    fn receive(&mut self, signal: Signal) {
        let now = self.now;
        match signal {
            Signal::Syn { from, name } => self.accept(from, name),
            Signal::Accepted { at, conn } => {
                let Some(name) = self.name(conn, at) else {
                    return;
                };
                let (local, remote) = (self.end(at).address, self.end(at.other()).address);
                let session = &mut self.end_mut(at).session;
                if session
                    .handle_connected(now, name, Direction::Outgoing, local, remote)
                    .is_err()
                {
                    self.hang_up(at, name);
                }
                self.pump(at);
            }
            Signal::Refused { at, name } => {
                let cause = CloseCause::Error(ErrorKind::ConnectionRefused);
                self.end_mut(at).session.handle_closed(now, name, cause);
                self.pump(at);
            }
            Signal::Bytes { at, conn, bytes } => {
                let Some(state) = self.conns.get_mut(&conn) else {
                    return;
                };
                *state.flying.entry(at).or_default() -= bytes.len();
                state.unread.entry(at).or_default().extend(bytes);
                self.pump(at);
                self.pump(at.other());
            }
            Signal::End { at, conn, cause } => {
                let Some(state) = self.conns.get_mut(&conn) else {
                    return;
                };
                let Some(name) = state.names.remove(&at) else {
                    return;
                };
                self.end_mut(at).session.handle_closed(now, name, cause);
                self.pump(at);
            }
        }
    }

    fn accept(&mut self, from: Side, dialer: ConnId) {
        let at = from.other();
        let now = self.now;
        let (local, remote) = (self.end(at).address, self.end(from).address);
        let end = self.end_mut(at);
        let name = end.session.next_conn();
        let taken = end.listens
            && end
                .session
                .handle_connected(now, name, Direction::Incoming, local, remote)
                .is_ok();
        if !taken {
            self.send(Signal::Refused {
                at: from,
                name: dialer,
            });
            return;
        }
        let conn = self.conns.len();
        let names = BTreeMap::from([(from, dialer), (at, name)]);
        self.conns.insert(
            conn,
            Conn {
                names,
                unread: BTreeMap::new(),
                flying: BTreeMap::new(),
            },
        );
        self.send(Signal::Accepted { at: from, conn });
        self.pump(at);
    }

    fn name(&self, conn: usize, side: Side) -> Option<ConnId> {
        self.conns.get(&conn)?.names.get(&side).copied()
    }

    fn find(&self, side: Side, name: ConnId) -> Option<usize> {
        self.conns
            .iter()
            .find(|(_, conn)| conn.names.get(&side) == Some(&name))
            .map(|(at, _)| *at)
    }

    /// One side closes its socket.
    fn hang_up(&mut self, side: Side, name: ConnId) {
        if let Some(conn) = self.find(side, name) {
            if let Some(state) = self.conns.get_mut(&conn) {
                state.names.remove(&side);
            }
            let cause = CloseCause::EndOfStream;
            self.send(Signal::End {
                at: side.other(),
                conn,
                cause,
            });
        }
    }

    /// Resets every connection, at both ends and at once.
    pub fn cut(&mut self) {
        let cause = CloseCause::Error(ErrorKind::ConnectionReset);
        for conn in self.conns.keys().copied().collect::<Vec<_>>() {
            for at in [Side::A, Side::B] {
                self.receive(Signal::End { at, conn, cause });
            }
        }
    }

    /// One end forgets its connections without a word, as a machine does that
    /// loses power: the other end believes them to be open.
    pub fn forget(&mut self, side: Side, session: Session) {
        for conn in self.conns.values_mut() {
            conn.names.remove(&side);
        }
        self.end_mut(side).session = session;
    }

    /// Does for one end what an embedder does after every call: polls events,
    /// moves bytes, until nothing moves any more.
    pub fn pump(&mut self, side: Side) {
        loop {
            let events = self.poll_events(side);
            let written = self.write(side);
            let read = self.read(side);
            if !events && !written && !read {
                break;
            }
        }
    }

    fn poll_events(&mut self, side: Side) -> bool {
        let (now, elapsed) = (self.now, self.elapsed());
        let mut any = false;
        while self.end(side).polls {
            let end = self.end_mut(side);
            let Some(event) = end.session.poll_event(now) else {
                break;
            };
            let seen = record(event);
            end.seen.push((elapsed, seen.clone()));
            any = true;
            match seen {
                Seen::Dial(name) => self.send(Signal::Syn { from: side, name }),
                Seen::Close(name) => self.hang_up(side, name),
                Seen::StateChanged(..)
                | Seen::Established(_)
                | Seen::Down(..)
                | Seen::AttemptFailed(_)
                | Seen::Update(..)
                | Seen::EndOfRib(_)
                | Seen::RouteRefresh(_)
                | Seen::BeginOfRefresh(_)
                | Seen::EndOfRefresh(_)
                | Seen::PrefixLimit(..)
                | Seen::Other => {}
            }
        }
        any
    }

    fn write(&mut self, side: Side) -> bool {
        let mut any = false;
        for conn in self.conns.keys().copied().collect::<Vec<_>>() {
            while let Some(name) = self.name(conn, side) {
                let room = self.room(conn, side.other());
                let (now, chunk) = (self.now, self.network.chunk);
                let end = self.end_mut(side);
                let Some(bytes) = end.session.poll_transmit(name) else {
                    break;
                };
                let count = bytes.len().min(room).min(chunk);
                let bytes = bytes.get(..count).unwrap_or_default().to_vec();
                if bytes.is_empty() {
                    break;
                }
                end.session.consume_transmit(now, name, count);
                end.sent.entry(name).or_default().extend(&bytes);
                any = true;
                if let Some(state) = self.conns.get_mut(&conn) {
                    *state.flying.entry(side.other()).or_default() += count;
                }
                self.send(Signal::Bytes {
                    at: side.other(),
                    conn,
                    bytes,
                });
            }
        }
        any
    }

    fn room(&self, conn: usize, to: Side) -> usize {
        let Some(state) = self.conns.get(&conn) else {
            return 0;
        };
        let flying = state.flying.get(&to).copied().unwrap_or(0);
        let unread = state.unread.get(&to).map_or(0, VecDeque::len);
        self.network.window.saturating_sub(flying + unread)
    }

    fn read(&mut self, side: Side) -> bool {
        let now = self.now;
        let mut any = false;
        for conn in self.conns.keys().copied().collect::<Vec<_>>() {
            let Some(name) = self.name(conn, side).filter(|_| self.end(side).reads) else {
                continue;
            };
            let Some(state) = self.conns.get_mut(&conn) else {
                continue;
            };
            let waiting = state.unread.entry(side).or_default();
            let bytes = waiting.make_contiguous().to_vec();
            if bytes.is_empty() {
                continue;
            }
            let taken = self.end_mut(side).session.handle_bytes(now, name, &bytes);
            let taken = taken.unwrap_or(bytes.len());
            any |= taken > 0;
            if let Some(state) = self.conns.get_mut(&conn) {
                state.unread.entry(side).or_default().drain(..taken);
            }
        }
        any
    }
}

fn record(event: Event<'_>) -> Seen {
    match event {
        Event::Dial { conn, .. } => Seen::Dial(conn),
        Event::Close { conn } => Seen::Close(conn),
        Event::StateChanged { from, to } => Seen::StateChanged(from, to),
        Event::Established(negotiated) => Seen::Established(negotiated),
        Event::Down { reason, retain } => Seen::Down(reason, retain),
        Event::AttemptFailed(reason) => Seen::AttemptFailed(reason),
        Event::Update(view) => Seen::Update(
            view.reachable()
                .map(|nlri| nlri.prefix.to_string())
                .collect(),
            view.unreachable()
                .map(|nlri| nlri.prefix.to_string())
                .collect(),
        ),
        Event::EndOfRib(family) => Seen::EndOfRib(family),
        Event::RouteRefresh(family) => Seen::RouteRefresh(family),
        Event::BeginOfRefresh(family) => Seen::BeginOfRefresh(family),
        Event::EndOfRefresh(family) => Seen::EndOfRefresh(family),
        Event::PrefixLimit { family, count, .. } => Seen::PrefixLimit(family, count),
        _ => Seen::Other,
    }
}
