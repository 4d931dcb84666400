//! The speaker: what happens on a connection becomes routes, what happens to routes
//! becomes messages.

use std::collections::{BTreeMap, VecDeque};
use std::net::{IpAddr, SocketAddr};
use std::time::Instant;

use bgp_rib::{Changes, LocalRoute, Rib};
use bgp_session::{CloseCause, ConfigError, ConnId, Direction, Session, StopReason, Traffic};
use ipnet::IpNet;

use super::peering::Outcome;
use super::{Notice, Peering, Seen};
use crate::net::Security;
use crate::plan::{PeeringPlan, RangePlan, SpeakerPlan};
use crate::sim::Socket;

/// The longest BGP message (RFC 8654).
const LONGEST_MESSAGE: usize = 65_535;

/// What a speaker asks of whoever holds its sockets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Request {
    /// Open a connection for the peering of this number, under this name.
    Dial {
        /// The name of the connection.
        socket: Socket,
        /// The number of the peering.
        peering: usize,
        /// The source address, where one is given.
        local: Option<IpAddr>,
        /// Where to.
        remote: SocketAddr,
    },
    /// Close a connection; everything was written.
    Close {
        /// The connection.
        socket: Socket,
    },
}

/// Sessions and a RIB.
///
/// After every call that takes the time: carry out what [`Speaker::next_request`] gives,
/// write what [`Speaker::transmit`] gives, and sleep until [`Speaker::next_timeout`].
#[derive(Debug)]
pub struct Speaker {
    name: String,
    rib: Rib,
    peerings: Vec<Peering>,
    ranges: Vec<Range>,
    /// Where each connection belongs, and its name by where it belongs.
    sockets: BTreeMap<Socket, (usize, ConnId)>,
    names: BTreeMap<(usize, ConnId), Socket>,
    last_socket: u64,
    requests: VecDeque<Request>,
    notices: VecDeque<(Instant, Notice)>,
    /// A monitoring station is to know what happens.
    watched: bool,
    seen: VecDeque<(usize, Seen)>,
    scratch: Vec<u8>,
}

/// Peers that come from a range of addresses.
#[derive(Debug)]
struct Range {
    plan: RangePlan,
    /// The numbers of their peerings.
    members: Vec<usize>,
}

impl Range {
    const fn new(plan: RangePlan) -> Self {
        Self {
            plan,
            members: Vec::new(),
        }
    }
}

impl Speaker {
    /// A speaker that does nothing yet; its own routes are in the RIB.
    ///
    /// # Errors
    ///
    /// A session's configuration breaks a rule.
    pub fn new(plan: SpeakerPlan) -> Result<Self, ConfigError> {
        let mut rib = Rib::new(plan.rib);
        let mut peerings = Vec::new();
        for peering in plan.peerings {
            peerings.push(Peering::new(peering, &mut rib)?);
        }
        for route in plan.originate {
            let _own = rib.apply(bgp_rib::Event::Originate(route));
        }
        Ok(Self {
            name: plan.name,
            rib,
            peerings,
            ranges: plan.ranges.into_iter().map(Range::new).collect(),
            sockets: BTreeMap::new(),
            names: BTreeMap::new(),
            last_socket: 0,
            requests: VecDeque::new(),
            notices: VecDeque::new(),
            watched: false,
            seen: VecDeque::new(),
            scratch: vec![0; LONGEST_MESSAGE],
        })
    }

    /// The node's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The routes.
    #[must_use]
    pub const fn rib(&self) -> &Rib {
        &self.rib
    }

    /// The sessions, in the order of the plan.
    #[must_use]
    pub fn peerings(&self) -> &[Peering] {
        &self.peerings
    }

    /// What all sessions sent so far.
    #[must_use]
    pub fn sent(&self) -> Traffic {
        let mut sum = Traffic::default();
        for sent in self
            .peerings
            .iter()
            .map(|peering| peering.session.counters().sent)
        {
            sum.opens += sent.opens;
            sum.updates += sent.updates;
            sum.notifications += sent.notifications;
            sum.keepalives += sent.keepalives;
            sum.route_refreshes += sent.route_refreshes;
            sum.bytes += sent.bytes;
        }
        sum
    }

    /// What protects the connections with each peer, and with those of each range.
    pub fn security(&self) -> impl Iterator<Item = (IpNet, Security)> {
        let of = |plan: &PeeringPlan| plan.security.clone();
        let peers = self.peerings.iter().map(move |peering| {
            let peer = peering.plan.session.remote.ip();
            (peer.into(), of(&peering.plan))
        });
        let ranges = self.ranges.iter();
        peers.chain(ranges.map(move |range| (range.plan.range, of(&range.plan.peering))))
    }

    /// The names of the sessions with external peers that nobody said a policy for
    /// (RFC 8212).
    pub fn without_policy(&self) -> impl Iterator<Item = &str> {
        let peers = self.peerings.iter().map(|peering| &peering.plan);
        let ranges = self.ranges.iter().map(|range| &range.plan.peering);
        let plans = peers.chain(ranges).filter(|plan| plan.lacks_policy);
        plans.map(|plan| plan.name.as_str())
    }

    /// Starts every session.
    pub fn start(&mut self, now: Instant) {
        for index in 0..self.peerings.len() {
            self.with_session(index, now, |session| session.start(now));
        }
    }

    /// Ends every session: the peers are told Cease / Administrative Shutdown, with
    /// `reason` as shutdown communication (RFC 9003).
    pub fn stop(&mut self, now: Instant, reason: &str) {
        for index in 0..self.peerings.len() {
            let reason = StopReason::AdministrativeShutdown(reason.to_owned());
            self.with_session(index, now, |session| session.stop(now, reason));
        }
    }

    /// Originates a route, or replaces it.
    pub fn originate(&mut self, now: Instant, route: LocalRoute) {
        let changes = self.rib.apply(bgp_rib::Event::Originate(route));
        self.note(now, changes);
        self.flush();
    }

    /// Originates a route no longer.
    pub fn withdraw(&mut self, now: Instant, prefix: IpNet) {
        let changes = self.rib.apply(bgp_rib::Event::WithdrawLocal(prefix));
        self.note(now, changes);
        self.flush();
    }

    /// A connection came from `remote` to `local`: its name from now on, or `None` when
    /// no session wants it.
    pub fn accept(
        &mut self,
        now: Instant,
        local: SocketAddr,
        remote: SocketAddr,
    ) -> Option<Socket> {
        let index = self
            .peerings
            .iter()
            .position(|peering| peering.expects(local.ip(), remote.ip()))
            .or_else(|| self.welcome(now, remote.ip()))?;
        let session = &mut self.peerings.get_mut(index)?.session;
        let conn = session.next_conn();
        session
            .handle_connected(now, conn, Direction::Incoming, local, remote)
            .ok()?;
        let socket = self.name_connection(index, conn);
        self.settle(index, now);
        self.flush();
        Some(socket)
    }

    /// A peering for a peer that connects from a range, where there is room for one more.
    /// The place of one whose peer has gone is taken before a new one.
    fn welcome(&mut self, now: Instant, remote: IpAddr) -> Option<usize> {
        let ranges = self.ranges.iter_mut();
        let range = ranges
            .filter(|range| range.plan.range.contains(&remote))
            .max_by_key(|range| range.plan.range.prefix_len())?;
        let (peerings, sockets) = (&self.peerings, &self.sockets);
        // A connection that is being closed still goes by its peering's number.
        let is_idle = |index: &usize| {
            peerings.get(*index).is_some_and(Peering::is_idle)
                && !sockets.values().any(|(owner, _)| owner == index)
        };
        let vacant = range.members.iter().copied().find(is_idle);
        if vacant.is_none() && range.members.len() >= range.plan.limit {
            return None;
        }
        let mut peering = Peering::new(range.plan.for_peer(remote), &mut self.rib).ok()?;
        peering.session.start(now);
        let Some((index, place)) =
            vacant.and_then(|index| Some((index, self.peerings.get_mut(index)?)))
        else {
            range.members.push(self.peerings.len());
            self.peerings.push(peering);
            return self.peerings.len().checked_sub(1);
        };
        let gone = std::mem::replace(place, peering);
        let changes = self.rib.remove_peer(gone.peer());
        self.note(now, changes);
        Some(index)
    }

    /// A connection that was asked for is open.
    pub fn connected(
        &mut self,
        now: Instant,
        socket: Socket,
        local: SocketAddr,
        remote: SocketAddr,
    ) {
        let Some((index, conn)) = self.sockets.get(&socket).copied() else {
            return self.requests.push_back(Request::Close { socket });
        };
        let direction = Direction::Outgoing;
        let taken = self.with_session(index, now, |session| {
            session
                .handle_connected(now, conn, direction, local, remote)
                .is_ok()
        });
        if taken != Some(true) {
            self.forget(index, conn);
            self.requests.push_back(Request::Close { socket });
        }
    }

    /// Bytes came on a connection.
    pub fn received(&mut self, now: Instant, socket: Socket, bytes: &[u8]) {
        let Some((index, conn)) = self.sockets.get(&socket).copied() else {
            return;
        };
        let (mut offset, mut refusals) = (0_usize, 0_u8);
        while let Some(rest @ [_, ..]) = bytes.get(offset..) {
            let Some(peering) = self.peerings.get_mut(index) else {
                return;
            };
            let Ok(taken) = peering.session.handle_bytes(now, conn, rest) else {
                self.forget(index, conn);
                return self.requests.push_back(Request::Close { socket });
            };
            // A full queue of UPDATEs takes nothing until they are polled, which
            // empties it: the next offer is taken.
            self.settle(index, now);
            refusals = if taken == 0 { refusals + 1 } else { 0 };
            if refusals > 1 {
                self.forget(index, conn);
                return self.requests.push_back(Request::Close { socket });
            }
            offset += taken;
        }
        self.flush();
    }

    /// A connection ended, or could not be opened.
    pub fn closed(&mut self, now: Instant, socket: Socket, cause: CloseCause) {
        let Some((index, conn)) = self.sockets.get(&socket).copied() else {
            return;
        };
        self.forget(index, conn);
        self.with_session(index, now, |session| {
            session.handle_closed(now, conn, cause)
        });
    }

    /// The time of [`Speaker::next_timeout`] has come.
    pub fn timeout(&mut self, now: Instant) {
        for index in 0..self.peerings.len() {
            let Some(peering) = self.peerings.get_mut(index) else {
                return;
            };
            let changes = peering.routes.expire(now, &mut self.rib);
            self.note(now, changes);
            self.with_session(index, now, |session| session.handle_timeout(now));
        }
    }

    /// When to call [`Speaker::timeout`].
    #[must_use]
    pub fn next_timeout(&self) -> Option<Instant> {
        self.peerings.iter().filter_map(Peering::deadline).min()
    }

    /// The next thing that the speaker wants done.
    pub fn next_request(&mut self) -> Option<Request> {
        self.requests.pop_front()
    }

    /// The next thing worth telling, with its time.
    pub fn next_notice(&mut self) -> Option<(Instant, Notice)> {
        self.notices.pop_front()
    }

    /// Whether [`Speaker::next_seen`] has something to tell from now on.
    pub fn watch(&mut self, watched: bool) {
        self.watched = watched;
        if !watched {
            self.seen.clear();
        }
    }

    /// What a monitoring station is to know next, with the number of the peering.
    pub fn next_seen(&mut self) -> Option<(usize, Seen)> {
        self.seen.pop_front()
    }

    /// The connections that have something to write.
    pub fn with_output(&self) -> impl Iterator<Item = Socket> {
        self.sockets
            .keys()
            .copied()
            .filter(|socket| self.transmit(*socket).is_some())
    }

    /// What to write to a connection next.
    #[must_use]
    pub fn transmit(&self, socket: Socket) -> Option<&[u8]> {
        let (index, conn) = self.sockets.get(&socket)?;
        self.peerings.get(*index)?.session.poll_transmit(*conn)
    }

    /// So many bytes of [`Speaker::transmit`] were written.
    pub fn transmitted(&mut self, now: Instant, socket: Socket, count: usize) {
        if let Some((index, conn)) = self.sockets.get(&socket).copied() {
            self.with_session(index, now, |session| {
                session.consume_transmit(now, conn, count)
            });
        }
    }

    /// Calls a session, then sees to all that follows.
    fn with_session<R>(
        &mut self,
        index: usize,
        now: Instant,
        call: impl FnOnce(&mut Session) -> R,
    ) -> Option<R> {
        let result = call(&mut self.peerings.get_mut(index)?.session);
        self.settle(index, now);
        self.flush();
        Some(result)
    }

    /// Handles all events of a session.
    fn settle(&mut self, index: usize, now: Instant) {
        while let Some(peering) = self.peerings.get_mut(index)
            && let Some(outcome) = peering.next_outcome(now, &mut self.rib, self.watched)
        {
            let local = peering.plan.local;
            match outcome {
                Outcome::Dial(conn, remote) => {
                    let socket = self.name_connection(index, conn);
                    self.requests.push_back(Request::Dial {
                        socket,
                        peering: index,
                        local,
                        remote,
                    });
                }
                Outcome::Close(conn) => {
                    if let Some(socket) = self.forget(index, conn) {
                        self.requests.push_back(Request::Close { socket });
                    }
                }
                Outcome::Seen(seen, notice, changes) => {
                    self.seen.push_back((index, seen));
                    self.notices.extend(notice.map(|notice| (now, notice)));
                    self.note(now, changes);
                }
                Outcome::Told(notice, changes) => {
                    self.notices.extend(notice.map(|notice| (now, notice)));
                    self.note(now, changes);
                }
            }
        }
    }

    /// Hands the RIB's messages to the sessions as far as these have room.
    fn flush(&mut self) {
        for peering in &mut self.peerings {
            while peering.session.send_capacity() >= LONGEST_MESSAGE {
                let Some(length) = self.rib.poll_transmit(peering.peer(), &mut self.scratch) else {
                    break;
                };
                let Some(message) = self.scratch.get(..length) else {
                    break;
                };
                if peering.session.send_update(message).is_err() {
                    break;
                }
            }
        }
    }

    fn note(&mut self, now: Instant, changes: Changes) {
        self.notices.extend(
            changes
                .best
                .into_iter()
                .map(|change| (now, Notice::Best(change))),
        );
    }

    fn name_connection(&mut self, index: usize, conn: ConnId) -> Socket {
        self.last_socket += 1;
        let socket = Socket(self.last_socket);
        self.sockets.insert(socket, (index, conn));
        self.names.insert((index, conn), socket);
        socket
    }

    fn forget(&mut self, index: usize, conn: ConnId) -> Option<Socket> {
        let socket = self.names.remove(&(index, conn))?;
        self.sockets.remove(&socket);
        Some(socket)
    }
}
