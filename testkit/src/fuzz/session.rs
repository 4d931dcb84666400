//! One session with a hostile peer and an embedder that does as it is told.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};

use bgp_session::{Asn, CloseCause, Config, ConnId, Direction, Event, Session};
use bgp_wire::{Frame, MAX_EXTENDED_MESSAGE};

/// Events of one call, beyond which a session is taken to talk for ever. An input has far
/// fewer messages.
const MANY: usize = 10_000;

const OURS: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1)), 179);
const PEER: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::new(192, 0, 2, 2)), 179);

/// Reads the bytes as a script: what the peer and its network do, a step a byte, with the
/// octets that the peer sends between them.
///
/// What the session writes must be whole messages that begin with an OPEN or a
/// NOTIFICATION; Established and Down must alternate, with UPDATEs only between them; a
/// timer that fires must not leave a deadline behind that has passed.
///
/// # Panics
///
/// When one of these does not hold.
pub fn session(data: &[u8]) {
    let Some(mut embedder) = Embedder::new() else {
        return;
    };
    let mut script = data;
    while let Some((&step, rest)) = script.split_first() {
        script = embedder.step(step, rest);
        embedder.settle();
    }
}

struct Embedder {
    session: Session,
    now: Instant,
    dialling: Vec<ConnId>,
    /// Open connections, and what the session has written to each and we have not judged.
    open: BTreeMap<ConnId, Written>,
    established: bool,
}

#[derive(Default)]
struct Written {
    messages: usize,
    unread: Vec<u8>,
}

impl Embedder {
    #[expect(clippy::disallowed_methods, reason = "the base of the virtual time")]
    fn new() -> Option<Self> {
        let mut config = Config::new(Asn(64512), [192, 0, 2, 1].into(), PEER);
        config.peer_as = None;
        let mut embedder = Self {
            session: Session::new(config).ok()?,
            now: Instant::now(),
            dialling: Vec::new(),
            open: BTreeMap::new(),
            established: false,
        };
        embedder.session.start(embedder.now);
        embedder.settle();
        Some(embedder)
    }

    /// Does one step and returns the script behind it.
    fn step<'a>(&mut self, step: u8, rest: &'a [u8]) -> &'a [u8] {
        let newest = self.open.keys().next_back().copied();
        let oldest = self.open.keys().next().copied();
        match step {
            b't' => self.timeout(),
            b'a' => {
                let conn = self.session.next_conn();
                self.connected(conn, Direction::Incoming);
            }
            b'd' => {
                if let Some(conn) = self.dialling.pop() {
                    self.connected(conn, Direction::Outgoing);
                }
            }
            b'c' => {
                if let Some(conn) = newest {
                    self.open.remove(&conn);
                    let cause = CloseCause::EndOfStream;
                    self.session.handle_closed(self.now, conn, cause);
                }
            }
            b'>' | b'<' => {
                let (&length, rest) = rest.split_first().unwrap_or((&0, rest));
                let (octets, rest) = rest.split_at(usize::from(length).min(rest.len()));
                if let Some(conn) = if step == b'>' { newest } else { oldest } {
                    self.bytes(conn, octets);
                }
                return rest;
            }
            _ => {}
        }
        rest
    }

    fn timeout(&mut self) {
        let Some(deadline) = self.session.poll_timeout() else {
            return;
        };
        self.now = self.now.max(deadline);
        self.session.handle_timeout(self.now);
        self.settle();
        let next = self.session.poll_timeout();
        assert!(next.is_none_or(|next| next > self.now), "a deadline passed");
    }

    fn connected(&mut self, conn: ConnId, direction: Direction) {
        let taken = self
            .session
            .handle_connected(self.now, conn, direction, OURS, PEER);
        if taken.is_ok() {
            self.open.insert(conn, Written::default());
        }
    }

    fn bytes(&mut self, conn: ConnId, octets: &[u8]) {
        // The rest, if the session takes less, is what a peer loses whose connection ends.
        let _ = self.session.handle_bytes(self.now, conn, octets);
        self.now += Duration::from_millis(1);
    }

    /// What an embedder does after every call.
    fn settle(&mut self) {
        self.events();
        let conns: Vec<ConnId> = self.open.keys().copied().collect();
        for conn in conns {
            self.transmit(conn);
        }
        self.events();
    }

    fn events(&mut self) {
        for _ in 0..MANY {
            let Some(event) = self.session.poll_event(self.now) else {
                return;
            };
            match event {
                Event::Dial { conn, .. } => self.dialling.push(conn),
                Event::Close { conn } => {
                    self.open.remove(&conn);
                    self.dialling.retain(|&other| other != conn);
                }
                Event::Established(_) => {
                    assert!(!self.established, "established twice");
                    self.established = true;
                }
                Event::Down { .. } => {
                    assert!(self.established, "down twice");
                    self.established = false;
                }
                Event::Update(_) => assert!(self.established, "an UPDATE of no session"),
                Event::StateChanged { .. }
                | Event::AttemptFailed(_)
                | Event::EndOfRib(_)
                | Event::RouteRefresh(_)
                | Event::BeginOfRefresh(_)
                | Event::EndOfRefresh(_)
                | Event::PrefixLimit { .. }
                | _ => {}
            }
        }
        unreachable!("the events do not end");
    }

    fn transmit(&mut self, conn: ConnId) {
        while let Some(bytes) = self.session.poll_transmit(conn).map(<[u8]>::to_vec) {
            self.session.consume_transmit(self.now, conn, bytes.len());
            if let Some(written) = self.open.get_mut(&conn) {
                written.judge(&bytes);
            }
        }
    }
}

impl Written {
    fn judge(&mut self, bytes: &[u8]) {
        const OPEN: u8 = 1;
        const NOTIFICATION: u8 = 3;
        self.unread.extend_from_slice(bytes);
        while let Some(frame) = Frame::split(&self.unread, MAX_EXTENDED_MESSAGE)
            .unwrap_or_else(|error| unreachable!("{error} in {:02x?}", self.unread))
        {
            let code = frame.message_type.code();
            assert!(
                self.messages > 0 || [OPEN, NOTIFICATION].contains(&code),
                "first message of type {code}"
            );
            self.messages += 1;
            let length = frame.bytes.len();
            self.unread.drain(..length);
        }
    }
}
