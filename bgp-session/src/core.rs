//! One session without the UPDATEs that wait in it: up to two machines, the
//! decision between them, and what the embedder is told.
//!
//! INVARIANT: `main` is at least as far as `rival`, and `rival` has a
//! connection. [`Core::settle`] restores both after every event.

use std::mem;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Instant;

use bgp_wire::FamilySet;

use crate::collision::{Speaker, Survivor, survivor};
use crate::env::Env;
use crate::event::{Notice, Notices};
use crate::link::Link;
use crate::state::{Input, Machine, OpenSent};
use crate::{
    CloseCause, Config, ConnId, Direction, DownReason, Negotiated, Refused, ResetReason, State,
    StopReason,
};

/// The machines of a session.
#[derive(Debug)]
pub(crate) struct Core {
    pub(crate) env: Env,
    pub(crate) notices: Notices,
    main: Machine,
    rival: Option<Machine>,
    /// The session that the embedder was told to be Established.
    up: Option<Up>,
    published: State,
    /// Families that an UPDATE has disabled for the rest of the session.
    pub(crate) disabled: FamilySet,
    /// UPDATEs that wait belong to a session that is over.
    pub(crate) updates_are_stale: bool,
}

#[derive(Debug)]
struct Up {
    conn: ConnId,
    negotiated: Arc<Negotiated>,
}

impl Core {
    pub(crate) fn new(config: Config) -> Self {
        Self {
            env: Env::new(config),
            notices: Notices::new(),
            main: Machine::default(),
            rival: None,
            up: None,
            published: State::Idle,
            disabled: FamilySet::empty(),
            updates_are_stale: false,
        }
    }

    pub(crate) const fn state(&self) -> State {
        self.main.state()
    }

    /// What the Established session agreed on.
    pub(crate) fn established(&self) -> Option<&Arc<Negotiated>> {
        match &self.main {
            Machine::Established(state) => Some(&state.negotiated),
            Machine::Idle(_)
            | Machine::Connect(_)
            | Machine::Active(_)
            | Machine::OpenSent(_)
            | Machine::OpenConfirm(_) => None,
        }
    }

    fn machines(&self) -> impl Iterator<Item = &Machine> {
        std::iter::once(&self.main).chain(self.rival.as_ref())
    }

    /// The machine that owns a connection.
    pub(crate) fn machine(&self, conn: ConnId) -> Option<&Machine> {
        self.machines()
            .find(|machine| machine.link().is_some_and(|link| link.id == conn))
    }

    pub(crate) fn link(&self, conn: ConnId) -> Option<&Link> {
        self.machine(conn).and_then(Machine::link)
    }

    pub(crate) fn link_mut(&mut self, conn: ConnId) -> Option<&mut Link> {
        let mut links = std::iter::once(&mut self.main)
            .chain(&mut self.rival)
            .filter_map(Machine::link_mut);
        links.find(|link| link.id == conn)
    }

    /// The connection of the Established session.
    pub(crate) fn established_link(&self) -> Option<&Link> {
        self.established()?;
        self.main.link()
    }

    /// The same, to write to.
    pub(crate) fn established_link_mut(&mut self) -> Option<&mut Link> {
        self.established()?;
        self.main.link_mut()
    }

    /// Gives an event to the main machine.
    pub(crate) fn drive(&mut self, now: Instant, input: Input) {
        self.step_main(now, input);
        self.settle(now);
    }

    fn step_main(&mut self, now: Instant, input: Input) {
        self.main = mem::take(&mut self.main).step(input, now, &mut self.env);
    }

    fn step_rival(&mut self, now: Instant, input: Input) {
        self.rival = self
            .rival
            .take()
            .map(|rival| rival.step(input, now, &mut self.env));
    }

    /// Gives an event to the machine that owns a connection.
    pub(crate) fn deliver(&mut self, now: Instant, conn: ConnId, input: Input) {
        self.step(now, conn, input);
        self.settle(now);
    }

    fn step(&mut self, now: Instant, conn: ConnId, input: Input) {
        if self.main.link().is_some_and(|link| link.id == conn) {
            self.step_main(now, input);
        } else if self
            .rival
            .as_ref()
            .and_then(Machine::link)
            .is_some_and(|link| link.id == conn)
        {
            self.step_rival(now, input);
        }
    }

    /// Stops every machine for good.
    pub(crate) fn stop(&mut self, now: Instant, reason: StopReason) {
        self.step_rival(now, Input::ManualStop(reason.clone()));
        self.step_main(now, Input::ManualStop(reason));
        self.settle(now);
    }

    /// Resets every machine.
    pub(crate) fn reset(&mut self, now: Instant, reason: ResetReason) {
        self.step_rival(now, Input::AutomaticStop(reason.clone()));
        self.step_main(now, Input::AutomaticStop(reason));
        self.settle(now);
    }

    /// Takes a new connection, or says why not.
    pub(crate) fn connected(
        &mut self,
        now: Instant,
        conn: ConnId,
        direction: Direction,
        local: SocketAddr,
        remote: SocketAddr,
    ) -> Result<(), Refused> {
        self.admit(conn, direction)?;
        let link = self.env.link(conn, direction, local, remote);
        if direction == Direction::Outgoing {
            self.env.dial_ended();
        }
        let restarted = self
            .established()
            .is_some_and(|it| it.peer_restarts_gracefully());
        if restarted {
            self.replace(now, link);
        } else if self.main.link().is_none() {
            self.step_main(now, Input::TcpConnected(link));
        } else {
            self.track(now, link);
        }
        self.settle(now);
        Ok(())
    }

    /// Gives up the Established connection of a peer that has restarted, for
    /// the one that it has opened since (RFC 4724 §4.2).
    fn replace(&mut self, now: Instant, link: Box<Link>) {
        if let Machine::Established(state) = mem::take(&mut self.main) {
            state.replaced(now, &mut self.env);
        }
        self.main = Machine::OpenSent(OpenSent::begin(link, now, &mut self.env));
    }

    /// Tracks a second connection. It takes the place of an older one from the
    /// peer that still owes its OPEN: the peer has given that one up.
    fn track(&mut self, now: Instant, link: Box<Link>) {
        self.step_rival(now, Input::OpenCollisionDump);
        self.rival = Some(Machine::OpenSent(OpenSent::begin(link, now, &mut self.env)));
    }

    fn admit(&self, conn: ConnId, direction: Direction) -> Result<(), Refused> {
        let expected = match direction {
            Direction::Outgoing => self.env.is_dialing(conn),
            Direction::Incoming => self.env.knows(conn) && !self.env.is_dialing(conn),
        };
        if !expected || self.link(conn).is_some() || self.env.closing.contains(conn) {
            return Err(Refused::UnknownConnection(conn));
        }
        if matches!(&self.main, Machine::Idle(idle) if !idle.welcomes()) {
            return Err(Refused::Idle);
        }
        if self.env.closing.is_full() || !self.may_track(direction) {
            return Err(Refused::Busy);
        }
        Ok(())
    }

    /// Whether there is a place for one more connection.
    fn may_track(&self, direction: Direction) -> bool {
        let Some(rival) = &self.rival else {
            return true;
        };
        let replaceable = rival.state() == State::OpenSent
            && rival
                .link()
                .is_some_and(|link| link.direction == Direction::Incoming);
        replaceable && direction == Direction::Incoming
    }

    /// The transport has ended a connection or a dial.
    pub(crate) fn closed(&mut self, now: Instant, conn: ConnId, cause: CloseCause) {
        self.env.closing.forget(conn);
        if !self.env.is_dialing(conn) {
            return self.deliver(now, conn, Input::TcpConnectionFails(cause));
        }
        self.env.dial_ended();
        // With the peer's own connection at hand the failed dial is no loss.
        if self.main.state() == State::Connect && self.main.link().is_none() {
            self.drive(now, Input::TcpConnectionFails(cause));
        }
    }

    /// A valid OPEN has come: decides a collision, then goes on with the
    /// connection if it survives (RFC 4271 §6.8).
    pub(crate) fn opened(&mut self, now: Instant, conn: ConnId, negotiated: Arc<Negotiated>) {
        let input = match self.collision(conn, &negotiated) {
            Some((_, Survivor::Existing)) => {
                self.count_collision();
                Input::OpenCollisionDump
            }
            Some((loser, Survivor::New)) => {
                self.count_collision();
                self.step(now, loser, Input::OpenCollisionDump);
                Input::Open(negotiated)
            }
            None => Input::Open(negotiated),
        };
        self.deliver(now, conn, input);
    }

    fn count_collision(&mut self) {
        let collisions = &mut self.env.counters.collisions;
        *collisions = collisions.saturating_add(1);
    }

    /// The connection with which `conn` collides, and which of them stays.
    fn collision(&self, conn: ConnId, negotiated: &Negotiated) -> Option<(ConnId, Survivor)> {
        let new = self.link(conn)?;
        let (other, existing) = self
            .machines()
            .filter_map(|machine| Some((machine, machine.link()?)))
            .find(|(_, link)| link.id != conn)?;
        let config = &self.env.config;
        let survivor = match other.state() {
            State::Idle | State::Connect | State::Active | State::OpenSent => return None,
            State::Established if !config.collision_detect_established => Survivor::Existing,
            State::Established | State::OpenConfirm => survivor(
                Speaker {
                    identifier: config.local_identifier,
                    asn: config.local_as,
                },
                Speaker {
                    identifier: negotiated.peer.identifier,
                    asn: negotiated.context.peer_as,
                },
                existing.direction,
                new.direction,
            ),
        };
        Some((existing.id, survivor))
    }

    /// Fires every timer that is due.
    pub(crate) fn timeout(&mut self, now: Instant) {
        self.env.closing.expire(now);
        // A state has three timers and a restart brings one more; the bound
        // only matters to a clock that jumps.
        for _ in 0..8 {
            let Some(input) = self.main.expired(now) else {
                break;
            };
            self.drive(now, input);
        }
        for _ in 0..8 {
            let Some(input) = self.rival.as_ref().and_then(|rival| rival.expired(now)) else {
                break;
            };
            self.step_rival(now, input);
            self.settle(now);
        }
    }

    pub(crate) fn deadline(&self) -> Option<Instant> {
        self.machines()
            .filter_map(Machine::deadline)
            .chain(self.env.closing.deadline())
            .min()
    }

    /// Whole messages have left on a connection.
    pub(crate) fn sent(&mut self, now: Instant, conn: ConnId, alive: bool) {
        if let Machine::Established(state) = &mut self.main
            && state.link.id == conn
        {
            state.sent(alive, now, &mut self.env);
        }
    }

    /// Restores the invariants after an event and tells what has changed.
    fn settle(&mut self, now: Instant) {
        self.promote();
        if self.is_newly_established() && !self.env.config.collision_detect_established {
            self.step_rival(now, Input::OpenCollisionDump);
            self.promote();
        }
        match self.main.state() {
            State::Connect | State::OpenSent => {}
            State::Idle | State::Active | State::OpenConfirm | State::Established => {
                self.env.cancel_dial();
            }
        }
        if let Machine::Idle(idle) = &mut self.main {
            idle.arm(now, &mut self.env);
        }
        self.publish(now);
    }

    /// Whether the embedder has yet to hear of this Established connection.
    /// A rival from before has lost then; one that comes later is tracked until
    /// it sends its OPEN (RFC 4271 §8.2.2).
    fn is_newly_established(&self) -> bool {
        let current = self.established_link().map(|link| link.id);
        current.is_some() && current != self.up.as_ref().map(|up| up.conn)
    }

    /// Puts the machine that is farther into the first place and forgets one
    /// that has lost its connection.
    fn promote(&mut self) {
        if let Some(rival) = &mut self.rival {
            let ahead = rival.link().is_some() && rival.state() > self.main.state();
            if ahead || (self.main.link().is_none() && rival.link().is_some()) {
                mem::swap(rival, &mut self.main);
            }
        }
        self.rival = self.rival.take().filter(|rival| rival.link().is_some());
    }

    fn publish(&mut self, now: Instant) {
        let mut ended = self.env.ended.take();
        let current = self.established_link().zip(self.established());
        let current = current.map(|(link, negotiated)| (link.id, Arc::clone(negotiated)));
        let same = self.up.as_ref().map(|up| up.conn) == current.as_ref().map(|(conn, _)| *conn);
        if !same && let Some(up) = self.up.take() {
            self.publish_down(&up, ended.take().unwrap_or(DownReason::Collision));
        }
        match ended {
            Some(DownReason::Collision | DownReason::Stopped(_)) | None => {}
            Some(reason) => self.notices.push(Notice::AttemptFailed(reason)),
        }
        if self.published != self.main.state() {
            self.published = self.main.state();
            self.notices.push(Notice::State(self.published));
        }
        if !same && let Some((conn, negotiated)) = current {
            self.publish_established(now, Up { conn, negotiated });
        }
    }

    fn publish_down(&mut self, up: &Up, reason: DownReason) {
        let counters = &mut self.env.counters;
        counters.flaps = counters.flaps.saturating_add(1);
        counters.established_since = None;
        self.updates_are_stale = true;
        let retain = if reason.keeps_routes(up.negotiated.graceful_notification()) {
            up.negotiated.retained_families()
        } else {
            FamilySet::empty()
        };
        self.notices.push(Notice::Down { reason, retain });
    }

    fn publish_established(&mut self, now: Instant, up: Up) {
        let counters = &mut self.env.counters;
        counters.established = counters.established.saturating_add(1);
        counters.established_since = Some(now);
        self.env.restarting = false;
        self.disabled = FamilySet::empty();
        self.updates_are_stale = true;
        self.notices
            .push(Notice::Established(Arc::clone(&up.negotiated)));
        self.up = Some(up);
    }
}
