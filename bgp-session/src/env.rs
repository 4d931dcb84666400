//! What outlives a state: the configuration, the counters, and the things that
//! every state may ask of its session.
//!
//! The dial is in here and not in Connect: RFC 4271 §8.2.1.3 lets an outgoing
//! attempt go on after the peer's connection has come, so it may outlast the
//! state that asked for it. At most one is under way.
//!
//! INVARIANT: a connection leaves a machine only through [`Env::release`], which
//! notes why; `Core::settle` takes that note and turns it into news.

use std::time::{Duration, Instant};

use bgp_wire::{Notification, NotificationCode};

use crate::closing::Closing;
use crate::counters::Counters;
use crate::link::Link;
use crate::message::Reassembly;
use crate::outbox::Outbox;
use crate::state::{Idle, Machine, State};
use crate::timing::{Damping, Jitter};
use crate::{Config, ConnId, Direction, DownReason, open};

/// The surroundings of a state.
#[derive(Debug)]
pub(crate) struct Env {
    pub(crate) config: Config,
    pub(crate) counters: Counters,
    pub(crate) closing: Closing,
    pub(crate) damping: Damping,
    /// Why the last connection ended; taken by the session, which tells the
    /// embedder.
    pub(crate) ended: Option<DownReason>,
    /// Set until the session has been Established once: the R bit of
    /// RFC 4724 §4.1 may be sent.
    pub(crate) restarting: bool,
    jitter: Jitter,
    dial: Option<Dial>,
    next_conn: u64,
    last_incoming: Option<ConnId>,
}

/// An outgoing connection that is wanted or under way.
#[derive(Clone, Copy, Debug)]
struct Dial {
    conn: ConnId,
    /// Whether the embedder was told.
    requested: bool,
}

impl Env {
    pub(crate) fn new(config: Config) -> Self {
        Self {
            counters: Counters::default(),
            closing: Closing::default(),
            damping: Damping::default(),
            ended: None,
            restarting: config
                .graceful_restart
                .as_ref()
                .is_some_and(|gr| gr.restarting),
            jitter: Jitter::new(config.jitter_seed),
            dial: None,
            next_conn: 0,
            last_incoming: None,
            config,
        }
    }

    pub(crate) fn reconfigure(&mut self, config: Config) {
        if config.jitter_seed != self.config.jitter_seed {
            self.jitter = Jitter::new(config.jitter_seed);
        }
        self.config = config;
    }

    /// Makes a name.
    pub(crate) fn next_conn(&mut self, direction: Direction) -> ConnId {
        let number = self.next_conn;
        self.next_conn = self.next_conn.saturating_add(1);
        ConnId { number, direction }
    }

    /// Whether a connection may come up under this name: the dial that is
    /// under way, or a name for an accepted socket that is newer than all that
    /// were used. A late report can so never revive an old name.
    pub(crate) fn is_fresh(&self, conn: ConnId) -> bool {
        match conn.direction {
            Direction::Outgoing => self.is_dialing(conn),
            Direction::Incoming => {
                conn.number < self.next_conn && self.last_incoming.is_none_or(|last| conn > last)
            }
        }
    }

    /// This name is used now.
    pub(crate) fn used(&mut self, conn: ConnId) {
        match conn.direction {
            Direction::Outgoing => self.dial_ended(),
            Direction::Incoming => self.last_incoming = Some(conn),
        }
    }

    /// When a timer that starts now expires; `None` if never.
    pub(crate) fn timer(&mut self, now: Instant, value: Duration) -> Option<Instant> {
        now.checked_add(self.jitter.apply(value))
    }

    /// Starts the ConnectRetryTimer. A passive speaker never dials, so it has
    /// nothing to retry.
    pub(crate) fn connect_retry(&mut self, now: Instant) -> Option<Instant> {
        let value = self.config.connect_retry;
        if self.config.passive {
            None
        } else {
            self.timer(now, value)
        }
    }

    /// Asks the embedder for a connection, in place of one that is under way.
    pub(crate) fn dial(&mut self) {
        self.cancel_dial();
        let conn = self.next_conn(Direction::Outgoing);
        self.dial = Some(Dial {
            conn,
            requested: false,
        });
    }

    /// Gives up an outgoing connection that is under way.
    pub(crate) fn cancel_dial(&mut self) {
        if let Some(Dial {
            conn,
            requested: true,
        }) = self.dial.take()
        {
            self.closing.add_bare(conn);
        }
    }

    /// The dial that the embedder does not know of yet.
    pub(crate) fn take_dial_request(&mut self) -> Option<ConnId> {
        let dial = self.dial.as_mut().filter(|dial| !dial.requested)?;
        dial.requested = true;
        Some(dial.conn)
    }

    pub(crate) fn is_dialing(&self, conn: ConnId) -> bool {
        self.dial
            .is_some_and(|dial| dial.requested && dial.conn == conn)
    }

    /// The dial has ended, well or not.
    pub(crate) fn dial_ended(&mut self) {
        self.dial = None;
    }

    pub(crate) fn link(
        &self,
        id: ConnId,
        direction: Direction,
        local: std::net::SocketAddr,
        remote: std::net::SocketAddr,
    ) -> Box<Link> {
        let outbox = Outbox::new(self.config.send_buffer);
        let reassembly = Reassembly::default();
        Box::new(Link {
            id,
            direction,
            local,
            remote,
            reassembly,
            outbox,
            input_refused: false,
        })
    }

    /// Queues our OPEN.
    pub(crate) fn send_open(&self, link: &mut Link) {
        if let Some(bytes) = open::encode(&self.config, self.restarting) {
            link.outbox.push_urgent(&bytes);
        }
    }

    /// Ends a connection after an error, which counts.
    pub(crate) fn fail(&mut self, now: Instant, link: Box<Link>, reason: DownReason) -> Machine {
        self.count_failure();
        self.end(now, link, reason)
    }

    /// Ends a connection over a message that its state has no use for.
    pub(crate) fn unexpected(
        &mut self,
        now: Instant,
        link: Box<Link>,
        state: State,
        message_type: u8,
    ) -> Machine {
        let reason = DownReason::UnexpectedMessage {
            state,
            message_type,
        };
        self.fail(now, link, reason)
    }

    /// Ends a connection whose peer sent a NOTIFICATION before the session was
    /// up. One about the version (event 24) is no failure to be counted.
    pub(crate) fn notified(
        &mut self,
        now: Instant,
        link: Box<Link>,
        received: Notification,
    ) -> Machine {
        let version = received.kind() == NotificationCode::UNSUPPORTED_VERSION;
        let reason = DownReason::Received(received);
        if version {
            return self.end(now, link, reason);
        }
        self.fail(now, link, reason)
    }

    /// Ends a connection on behalf of the operator.
    pub(crate) fn stop(&mut self, now: Instant, link: Box<Link>, reason: DownReason) -> Machine {
        self.counters.connect_retry_counter = 0;
        self.end(now, link, reason)
    }

    /// Ends a connection and tells the peer why.
    pub(crate) fn end(&mut self, now: Instant, link: Box<Link>, reason: DownReason) -> Machine {
        let idle = Idle::after(&reason, &self.config);
        let answer = reason.notification();
        self.release(now, link, reason, answer);
        Machine::Idle(idle)
    }

    /// Increments the ConnectRetryCounter.
    pub(crate) fn count_failure(&mut self) {
        let counter = &mut self.counters.connect_retry_counter;
        *counter = counter.saturating_add(1);
    }

    /// Lets go of a connection with `answer` as its last message.
    pub(crate) fn release(
        &mut self,
        now: Instant,
        mut link: Box<Link>,
        reason: DownReason,
        answer: Option<Notification>,
    ) {
        if let Some(answer) = answer {
            link.notify(&answer);
        } else {
            link.outbox.abandon_bulk();
        }
        if !matches!(reason, DownReason::Closed(_)) {
            self.closing.add(now, link);
        }
        if !reason.is_collision() {
            self.counters.last_error = Some((now, reason.clone()));
        }
        self.ended = Some(reason);
    }
}
