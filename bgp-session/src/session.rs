//! The session: what an embedder calls, and in which order.

mod input;
mod output;
mod poll;

use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Instant;

use bgp_wire::{Family, FamilySet};

pub use self::output::SendError;

use crate::core::Core;
use crate::queue::MessageQueue;
use crate::state::Input;
use crate::{
    CloseCause, Config, ConfigError, ConnId, Counters, Direction, Negotiated, ResetReason, State,
    StopReason,
};

/// One BGP session with one peer, without sockets and without a clock.
///
/// # Order of calls
///
/// Tell the session what happened, in any order and as often as you like:
///
/// - [`start`](Self::start), [`stop`](Self::stop), [`reset`](Self::reset): what
///   an operator wants;
/// - [`handle_connected`](Self::handle_connected),
///   [`handle_bytes`](Self::handle_bytes),
///   [`handle_closed`](Self::handle_closed): what sockets report;
/// - [`handle_timeout`](Self::handle_timeout): the time of
///   [`poll_timeout`](Self::poll_timeout) has come;
/// - [`send_update`](Self::send_update),
///   [`request_refresh`](Self::request_refresh) and their like: what routing
///   wants.
///
/// After *every* such call, and in this order:
///
/// 1. [`poll_event`](Self::poll_event) until it returns `None`;
/// 2. for each socket [`poll_transmit`](Self::poll_transmit) until it returns
///    `None` or the socket takes no more, each time followed by
///    [`consume_transmit`](Self::consume_transmit) with what it took, before
///    any other call; then [`poll_event`](Self::poll_event) again, because a
///    socket that has said its last word is closed by an event;
/// 3. [`poll_timeout`](Self::poll_timeout) and sleep until then at most.
///
/// A call that does not fit the state does nothing or returns a typed refusal;
/// none panics. `now` must not run backwards; if it does, timers only expire
/// later.
///
/// # The loop of an embedder
///
/// One function that is called after whatever happened is all that an embedder
/// needs; here with a socket that is a byte vector.
///
/// ```
/// use std::time::Instant;
/// use bgp_session::{Asn, Config, ConnId, Event, Session};
///
/// #[derive(Default)]
/// struct Wire {
///     dial: Option<ConnId>,
///     socket: Option<(ConnId, Vec<u8>)>,
/// }
///
/// /// Does what the session asks for; tells when to call `handle_timeout`.
/// fn drive(session: &mut Session, wire: &mut Wire, now: Instant) -> Option<Instant> {
///     loop {
///         while let Some(event) = session.poll_event(now) {
///             match event {
///                 Event::Dial { conn, remote: _ } => wire.dial = Some(conn),
///                 Event::Close { conn } => {
///                     wire.socket.take_if(|(open, _)| *open == conn);
///                 }
///                 Event::Update(update) => for nlri in update.reachable() {
///                     println!("{} via {:?}", nlri.prefix, update.next_hop(nlri.family));
///                 },
///                 // Give the RIB its PeerUp, PeerDown, EndOfRib, RouteRefresh …
///                 other => println!("{other:?}"),
///             }
///         }
///         let mut wrote = false;
///         if let Some((conn, out)) = &mut wire.socket {
///             while let Some(bytes) = session.poll_transmit(*conn) {
///                 let count = bytes.len(); // or what the socket took of it
///                 out.extend_from_slice(bytes);
///                 session.consume_transmit(now, *conn, count);
///                 wrote = true;
///             }
///         }
///         if !wrote {
///             return session.poll_timeout();
///         }
///     }
/// }
///
/// let peer = ([192, 0, 2, 2], 179).into();
/// let mut session = Session::new(Config::new(Asn(64512), [192, 0, 2, 1].into(), peer))?;
/// let (mut wire, now) = (Wire::default(), Instant::now());
/// session.start(now);
/// let deadline = drive(&mut session, &mut wire, now);
/// assert!(wire.dial.is_some() && deadline > Some(now));
/// # Ok::<(), bgp_session::ConfigError>(())
/// ```
///
/// # What is bounded
///
/// UPDATEs wait in two queues of [`Config::receive_buffer`] and
/// [`Config::send_buffer`] octets, each of which may allocate twice its size.
/// A full receive queue makes [`handle_bytes`](Self::handle_bytes) take fewer
/// bytes than it was given: keep the rest, stop reading the socket, poll events,
/// offer the rest again. A full send queue makes
/// [`send_update`](Self::send_update) return [`SendError::Full`](crate::SendError::Full).
/// KEEPALIVEs and NOTIFICATIONs pass by both queues. Whatever the peer does,
/// and whether or not the embedder polls, memory stays within these bounds.
///
/// # Costs
///
/// [`handle_bytes`](Self::handle_bytes) copies each UPDATE once and looks at
/// its header only; it is parsed when it is polled. Nothing is allocated per
/// message.
#[derive(Debug)]
pub struct Session {
    core: Core,
    /// UPDATEs and ROUTE-REFRESHes that came and were not polled.
    updates: MessageQueue,
    /// Families whose End-of-RIB has come.
    end_of_rib: FamilySet,
    /// Families of which the peer is sending its table again.
    refreshing: FamilySet,
}

/// What [`Session::reconfigure`] did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Applied {
    /// The new configuration holds; no connection was touched.
    InPlace,
    /// The session was reset and comes back with the new configuration.
    Reset(ResetCause),
}

/// Why a session cannot go on under another configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ResetCause {
    /// The peer is at another address.
    PeerAddress,
    /// Our OPEN would be another: AS number, identifier, hold time or capabilities.
    OwnOpen,
    /// The peer's OPEN would be refused, or come to something else.
    PeerOpen,
    /// A connection is being looked for where it is no longer to be, or by a speaker that is
    /// to wait, or is no longer to wait.
    Dial,
}

impl fmt::Display for ResetCause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::PeerAddress => "the peer is at another address",
            Self::OwnOpen => "our OPEN is another",
            Self::PeerOpen => "the peer's OPEN comes to something else",
            Self::Dial => "the connection is looked for otherwise",
        })
    }
}

/// Why the session does not take what the transport offers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refused {
    /// The session never made this name, or the connection is over. Close the
    /// socket.
    #[error("connection {0} is not known")]
    UnknownConnection(ConnId),
    /// The session is in Idle, which refuses connections (RFC 4271 §8.2.2).
    /// Close the socket.
    #[error("session is idle")]
    Idle,
    /// Two connections are tracked already, or too many closes are owed. Close
    /// the socket.
    #[error("no place for another connection")]
    Busy,
}

impl Session {
    /// A session in Idle, with every counter at zero. Nothing happens before
    /// [`Self::start`]. Buffers are allocated when they are needed.
    ///
    /// # Errors
    /// The first rule that the configuration breaks.
    pub fn new(config: Config) -> Result<Self, ConfigError> {
        config.check()?;
        Ok(Self {
            updates: MessageQueue::new(config.receive_buffer),
            core: Core::new(config),
            end_of_rib: FamilySet::empty(),
            refreshing: FamilySet::empty(),
        })
    }

    /// Starts the session: ManualStart, with or without
    /// PassiveTcpEstablishment (events 1 and 4 of RFC 4271 §8.1.2). In any
    /// state but Idle nothing happens; in Idle a pause after an error ends.
    pub fn start(&mut self, now: Instant) {
        self.core.drive(now, Input::Start);
    }

    /// Stops the session for good: ManualStop (event 2). The peer is told, on
    /// each connection that it knows of; only [`Self::start`] leaves Idle again.
    /// Where both speakers set the N bit the NOTIFICATION is a Hard Reset (RFC
    /// 8538 §5.1), so that the peer does not keep our routes.
    ///
    /// The sockets stay until [`Event::Close`](crate::Event::Close): write what
    /// [`Self::poll_transmit`] has for them. A peer that reads nothing delays
    /// the close by five seconds at most.
    pub fn stop(&mut self, now: Instant, reason: StopReason) {
        self.core.stop(now, reason);
    }

    /// Resets the session: AutomaticStop (event 8). The peer is told; the
    /// session comes back by itself, after an administrative reset or a
    /// configuration change without the damping that an error would earn.
    /// In Idle nothing happens.
    pub fn reset(&mut self, now: Instant, reason: ResetReason) {
        if self.state() != State::Idle {
            self.core.reset(now, reason);
        }
    }

    /// The peer's routes of a family are so many now. Above its limit in
    /// [`Config::prefix_limits`] the session ends with Cease / Maximum Number of Prefixes
    /// Reached (RFC 4486 §4), or the embedder is told, as the limit's
    /// [`action`](crate::PrefixLimit::action) says. Without a limit, and in any state but
    /// Established, nothing happens, so that it may be called after every UPDATE. O(limits).
    ///
    /// ```
    /// use std::time::Instant;
    /// use bgp_session::{Asn, Config, Family, PrefixLimit, PrefixLimitAction, Session};
    ///
    /// let mut config = Config::new(Asn(64512), [192, 0, 2, 1].into(), ([192, 0, 2, 2], 179).into());
    /// let mut limit = PrefixLimit::new(Family::IPV4_UNICAST, 1000);
    /// limit.action = PrefixLimitAction::Idle;
    /// config.prefix_limits.push(limit);
    /// let mut session = Session::new(config)?;
    /// // After each UPDATE, with what the RIB holds of the peer:
    /// session.handle_prefix_count(Instant::now(), Family::IPV4_UNICAST, 12);
    /// # Ok::<(), bgp_session::ConfigError>(())
    /// ```
    pub fn handle_prefix_count(&mut self, now: Instant, family: Family, count: u64) {
        self.core.prefix_count(now, family, count);
    }

    /// Takes a new configuration. The session is reset only if it must be: if
    /// our OPEN would not be the same, if the OPEN of the peer would be refused
    /// or come to something else, or if the peer is at another address.
    /// Everything else holds at once: timers from their next start, the policy
    /// on AS_SETs and first ASes from the next UPDATE, the send buffer from the
    /// next connection.
    ///
    /// # Errors
    /// The configuration breaks a rule; the old one stays.
    pub fn reconfigure(&mut self, now: Instant, config: Config) -> Result<Applied, ConfigError> {
        let cause = self.would_reset(&config)?;
        self.updates.set_limit(config.receive_buffer);
        self.core.env.reconfigure(config);
        let Some(cause) = cause else {
            return Ok(Applied::InPlace);
        };
        self.core.reset(now, ResetReason::ConfigurationChange);
        Ok(Applied::Reset(cause))
    }

    /// What [`Self::reconfigure`] would reset the session for; `None` if it would not, as in
    /// Idle. Nothing changes.
    ///
    /// ```
    /// use bgp_session::{Asn, Config, Session};
    /// let config = Config::new(Asn(64512), [192, 0, 2, 1].into(), ([192, 0, 2, 2], 179).into());
    /// let session = Session::new(config.clone())?;
    /// assert_eq!(session.would_reset(&config)?, None);
    /// # Ok::<(), bgp_session::ConfigError>(())
    /// ```
    ///
    /// # Errors
    /// The configuration breaks a rule.
    pub fn would_reset(&self, config: &Config) -> Result<Option<ResetCause>, ConfigError> {
        config.check()?;
        match self.state() {
            State::Idle => Ok(None),
            State::Connect
            | State::Active
            | State::OpenSent
            | State::OpenConfirm
            | State::Established => Ok(self.core.reset_cause(config)),
        }
    }

    /// A name for a socket that the embedder has accepted from this peer, to
    /// be given to [`Self::handle_connected`]. Names are to be used in the order
    /// in which they were made; one that was passed over is dead.
    ///
    /// Which session an accepted socket belongs to is the embedder's to find
    /// out, by the address it comes from; the session does not compare it.
    pub fn next_conn(&mut self) -> ConnId {
        self.core.env.next_conn(Direction::Incoming)
    }

    /// A connection is established: one that [`Event::Dial`](crate::Event::Dial)
    /// asked for, or one that was accepted under a name of [`Self::next_conn`].
    ///
    /// `local` and `remote` are the ends of the connection; they are reported in
    /// [`Negotiated`] and decide nothing.
    ///
    /// # Errors
    /// The session does not want it: close the socket. No event follows.
    pub fn handle_connected(
        &mut self,
        now: Instant,
        conn: ConnId,
        direction: Direction,
        local: SocketAddr,
        remote: SocketAddr,
    ) -> Result<(), Refused> {
        self.core.connected(now, conn, direction, local, remote)
    }

    /// A connection has ended, or a dial has failed. The session does not name
    /// it again; close the socket if it is still open. An unknown name is
    /// ignored, so both halves of a transport may report the same end.
    pub fn handle_closed(&mut self, now: Instant, conn: ConnId, cause: CloseCause) {
        self.core.closed(now, conn, cause);
    }

    /// Time has passed: fires every timer that is due, the earliest first. Too
    /// early a call does nothing; too late a one fires each timer once, not as
    /// often as it was missed.
    pub fn handle_timeout(&mut self, now: Instant) {
        self.core.timeout(now);
    }

    /// When to call [`Self::handle_timeout`]; `None` while no timer runs. May
    /// change with every call on the session. O(1).
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Instant> {
        self.core.deadline()
    }

    /// The state of the machine, or of the one that is farther while two
    /// connections compete.
    #[must_use]
    pub const fn state(&self) -> State {
        self.core.state()
    }

    /// What the session agreed on, while it is Established.
    #[must_use]
    pub fn negotiated(&self) -> Option<&Arc<Negotiated>> {
        self.core.established()
    }

    /// The configuration.
    #[must_use]
    pub const fn config(&self) -> &Config {
        &self.core.env.config
    }

    /// What the session has counted.
    #[must_use]
    pub const fn counters(&self) -> &Counters {
        &self.core.env.counters
    }

    /// Forgets what waits from a session that is over.
    fn drop_stale_updates(&mut self) {
        if self.core.updates_are_stale {
            self.core.updates_are_stale = false;
            self.updates.clear();
            self.end_of_rib = FamilySet::empty();
            self.refreshing = FamilySet::empty();
        }
    }
}
