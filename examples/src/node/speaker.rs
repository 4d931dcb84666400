//! The speaker: what happens on a connection becomes routes, what happens to routes
//! becomes messages.

mod connections;
mod reload;
mod transmit;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, Instant};

use bgp_rib::{Changes, Destination, LocalRoute, PeerId, Rib};
use bgp_session::{ConfigError, ConnId, FamilySet, SendError, Session, State, StopReason, Traffic};
use ipnet::IpNet;

use super::peering::Outcome;
use super::{Notice, Peering, Seen};
use crate::fib::{Forwarding, KernelRoute};
use crate::net::Security;
use crate::plan::{PeeringPlan, RangePlan, SpeakerPlan};
use crate::sim::Socket;

/// The longest BGP message (RFC 8654).
const LONGEST_MESSAGE: usize = 65_535;

/// Selection_Deferral_Timer (RFC 4724 §4.1): how long a speaker that has restarted waits for
/// the routes of its peers before it tells them its own.
const DEFERRAL: Duration = Duration::from_secs(60);

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

/// Why a peer is not asked for its routes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RefreshError {
    /// Nobody is called so.
    #[error("there is no such session")]
    Unknown,
    /// The session does not take the request.
    #[error(transparent)]
    Session(#[from] SendError),
}

/// Sessions and a RIB.
///
/// After calls that take the time, as many as there are to make: carry out what
/// [`Speaker::next_request`] gives, write what [`Speaker::transmit`] gives for each
/// [`Speaker::next_output`], and sleep until [`Speaker::next_timeout`].
#[derive(Debug)]
pub struct Speaker {
    name: String,
    rib: Rib,
    peerings: Vec<Peering>,
    ranges: Vec<Range>,
    /// What it originates.
    own: BTreeMap<Destination, LocalRoute>,
    /// Where each connection belongs, and its name by where it belongs.
    sockets: BTreeMap<Socket, (usize, ConnId)>,
    names: BTreeMap<usize, Vec<(ConnId, Socket)>>,
    last_socket: u64,
    /// Connections that may have something to write.
    ready: BTreeSet<Socket>,
    /// Something has happened to routes since peers were last told of them.
    unflushed: bool,
    /// Sessions that may have room for more.
    hungry: BTreeSet<usize>,
    forwarding: Forwarding,
    /// Destinations of which the kernel's table may want something else.
    touched: BTreeSet<IpNet>,
    /// It has restarted.
    restarted: bool,
    /// Until when it says nothing of routes, at the latest.
    deferred_until: Option<Instant>,
    /// It is about to leave (RFC 8326).
    draining: bool,
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
        let multipath = plan.rib.multipath;
        let mut rib = Rib::new(plan.rib);
        let mut peerings = Vec::new();
        for peering in plan.peerings {
            peerings.push(Peering::new(peering, &mut rib)?);
        }
        let mut own = BTreeMap::new();
        for route in plan.originate {
            let _own = rib.apply(bgp_rib::Event::Originate(route.clone()));
            own.insert(route.destination.clone(), route);
        }
        let own_prefixes = own.keys().filter_map(Destination::as_unicast);
        let static_routes = plan
            .forwarding
            .reachable_by
            .keys()
            .copied()
            .chain(own_prefixes);
        let touched = static_routes.filter(|_| multipath).collect();
        Ok(Self {
            name: plan.name,
            rib,
            peerings,
            ranges: plan.ranges.into_iter().map(Range::new).collect(),
            own,
            sockets: BTreeMap::new(),
            names: BTreeMap::new(),
            last_socket: 0,
            ready: BTreeSet::new(),
            unflushed: false,
            hungry: BTreeSet::new(),
            forwarding: plan.forwarding,
            touched,
            restarted: plan.restarted,
            deferred_until: None,
            draining: false,
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

    /// The sessions.
    pub fn peerings(&self) -> impl Iterator<Item = &Peering> + Clone {
        self.peerings.iter().filter(|peering| !peering.retired)
    }

    /// The session of this number.
    #[must_use]
    pub fn peering(&self, index: usize) -> Option<&Peering> {
        self.peerings.get(index)
    }

    /// What all sessions sent so far.
    #[must_use]
    pub fn sent(&self) -> Traffic {
        let mut sum = Traffic::default();
        for sent in self
            .peerings()
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
        let peers = self.peerings().map(move |peering| {
            let peer = peering.plan.session.remote.ip();
            (peer.into(), of(&peering.plan))
        });
        let ranges = self.ranges.iter();
        peers.chain(ranges.map(move |range| (range.plan.range, of(&range.plan.peering))))
    }

    /// The names of the sessions with external peers that nobody said a policy for
    /// (RFC 8212).
    pub fn without_policy(&self) -> impl Iterator<Item = &str> {
        let peers = self.peerings().map(|peering| &peering.plan);
        let ranges = self.ranges.iter().map(|range| &range.plan.peering);
        let plans = peers.chain(ranges).filter(|plan| plan.lacks_policy);
        plans.map(|plan| plan.name.as_str())
    }

    /// Starts every session. Of a speaker that has restarted ([`SpeakerPlan::restarted`]) the
    /// peers hear of no route before it has heard all of theirs, or a minute is over: it would
    /// replace what they keep by less (RFC 4724 §4.1).
    pub fn start(&mut self, now: Instant) {
        self.deferred_until = self.restarted.then(|| now + DEFERRAL);
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

    /// Prepares to [`Self::stop`] without loss (RFC 8326): everything that peers are told is
    /// marked, and what external ones send is used last, so that traffic takes other ways while
    /// these still work.
    pub fn drain(&mut self, now: Instant) {
        self.draining = true;
        let peers: Vec<PeerId> = self.peerings().map(Peering::peer).collect();
        for peer in peers {
            let changes = self.rib.set_graceful_shutdown(peer, true);
            self.note(now, changes);
        }
    }

    /// Asks a peer for all its routes again (RFC 2918): by the name of its session or its
    /// address. Returns the families that it is asked for.
    ///
    /// # Errors
    ///
    /// There is no such session, or it cannot be asked.
    pub fn refresh(&mut self, now: Instant, peer: &str) -> Result<FamilySet, RefreshError> {
        let address = peer.parse::<IpAddr>().ok();
        let is_meant = |peering: &Peering| {
            let is_named =
                peering.plan.name == peer || Some(peering.plan.session.remote.ip()) == address;
            is_named && !peering.retired
        };
        let index = self.peerings.iter().position(is_meant);
        let index = index.ok_or(RefreshError::Unknown)?;
        let asked = self.with_session(index, now, |session| -> Result<_, SendError> {
            let negotiated = session.negotiated().ok_or(SendError::NotEstablished)?;
            let families = negotiated.context.families;
            for family in families {
                session.request_refresh(family)?;
            }
            Ok(families)
        });
        Ok(asked.ok_or(RefreshError::Unknown)??)
    }

    /// Originates a route, or replaces it.
    pub fn originate(&mut self, now: Instant, route: LocalRoute) {
        let changes = self.rib.apply(bgp_rib::Event::Originate(route.clone()));
        self.own.insert(route.destination.clone(), route);
        self.note(now, changes);
    }

    /// Originates a route no longer.
    pub fn withdraw(&mut self, now: Instant, destination: impl Into<Destination>) {
        let destination = destination.into();
        self.own.remove(&destination);
        let changes = self.rib.apply(bgp_rib::Event::WithdrawLocal(destination));
        self.note(now, changes);
    }

    /// The time of [`Speaker::next_timeout`] has come.
    pub fn timeout(&mut self, now: Instant) {
        if self.deferred_until.is_some_and(|at| at <= now) {
            self.deferred_until = None;
            self.unflushed = true;
        }
        for index in 0..self.peerings.len() {
            let Some(peering) = self.peerings.get_mut(index) else {
                return;
            };
            if peering.deadline().is_none_or(|at| at > now) {
                continue;
            }
            if peering.held_until.is_some_and(|at| at <= now) {
                peering.held_until = None;
            }
            let down = peering.session.state() != State::Established;
            let changes = peering.routes.expire(now, down, &mut self.rib);
            self.note(now, changes);
            self.with_session(index, now, |session| session.handle_timeout(now));
        }
    }

    /// When to call [`Speaker::timeout`].
    #[must_use]
    pub fn next_timeout(&self) -> Option<Instant> {
        let deadlines = self.peerings.iter().filter_map(Peering::deadline);
        deadlines.chain(self.deferred_until).min()
    }

    /// The next thing that the speaker wants done.
    pub fn next_request(&mut self) -> Option<Request> {
        self.requests.pop_front()
    }

    /// The next thing worth telling, with its time.
    pub fn next_notice(&mut self) -> Option<(Instant, Notice)> {
        self.notices.pop_front()
    }

    /// The next destination whose routes changed, with what the kernel's table is to have now. Only of
    /// a plan whose RIB tells ([`RibConfig::multipath`](bgp_rib::RibConfig::multipath)).
    pub fn next_route(&mut self) -> Option<(IpNet, Option<KernelRoute>)> {
        let prefix = self.touched.pop_first()?;
        let best = self.rib.multipath(prefix);
        Some((prefix, self.forwarding.route(prefix, &best)))
    }

    /// Whether it waits for the routes of its peers after a restart.
    #[must_use]
    pub const fn is_waiting(&self) -> bool {
        self.deferred_until.is_some()
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

    /// Calls a session, then sees to all that follows.
    fn with_session<R>(
        &mut self,
        index: usize,
        now: Instant,
        call: impl FnOnce(&mut Session) -> R,
    ) -> Option<R> {
        let result = call(&mut self.peerings.get_mut(index)?.session);
        self.settle(index, now);
        Some(result)
    }

    /// Handles all events of a session.
    fn settle(&mut self, index: usize, now: Instant) {
        self.hungry.insert(index);
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
                    self.unflushed = true;
                    self.seen.push_back((index, seen));
                    self.notices.extend(notice.map(|notice| (now, notice)));
                    self.note(now, changes);
                }
                Outcome::Told(notice, changes) => {
                    self.unflushed = true;
                    self.notices.extend(notice.map(|notice| (now, notice)));
                    self.note(now, changes);
                }
            }
        }
        self.mark_ready(index);
    }

    fn note(&mut self, now: Instant, changes: Changes) {
        self.unflushed = true;
        let touched = changes.touched.iter();
        self.touched
            .extend(touched.filter_map(Destination::as_unicast));
        self.notices.extend(
            changes
                .best
                .into_iter()
                .map(|change| (now, Notice::Best(change))),
        );
    }
}
