//! One session without the UPDATEs that wait in it: up to two machines, the
//! decision between them, and what the embedder is told.
//!
//! RFC 4271 §8.2.1 wants one machine a connection, and one more that waits for
//! a connection. Two places are enough for both: a session tracks at most two
//! connections, and the machine without one is `main` in Idle, Connect or
//! Active. Which of two connections stays is decided when the OPEN of the peer
//! has come on both, or as soon as one of them is Established.
//!
//! INVARIANT: `main` is at least as far as `rival`, and `rival` has a
//! connection. `settle` restores both after every event.
//!
//! INVARIANT: every event is followed by one `settle`, the only place that
//! tells the embedder anything. What a state did on the way (a machine that
//! fell to Idle and was replaced in the same call) is therefore never seen.

mod connections;
mod settle;

use std::mem;
use std::sync::Arc;
use std::time::Instant;

use bgp_wire::{Family, FamilySet};

use crate::env::Env;
use crate::event::{Notice, Notices};
use crate::link::Link;
use crate::open;
use crate::prefix_limit::{Verdict, Warned};
use crate::state::{Input, Machine};
use crate::{Config, ConnId, Negotiated, ResetCause, ResetReason, State, StopReason};

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
    /// Which limits on prefixes have been warned of.
    warned: Warned,
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
            warned: Warned::new(),
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

    /// Why what runs now could not have come about under `config`.
    pub(crate) fn reset_cause(&self, config: &Config) -> Option<ResetCause> {
        let old = &self.env.config;
        let dials_elsewhere = old.remote != config.remote || old.passive != config.passive;
        match (self.main.link(), self.main.negotiated()) {
            (Some(_), _) if old.remote.ip() != config.remote.ip() => Some(ResetCause::PeerAddress),
            (Some(_), _) if !open::is_same(old, config) => Some(ResetCause::OwnOpen),
            (Some(link), Some(negotiated)) if !open::confirms(config, link, negotiated) => {
                Some(ResetCause::PeerOpen)
            }
            (Some(_), _) => None,
            (None, _) => dials_elsewhere.then_some(ResetCause::Dial),
        }
    }

    /// Resets every machine.
    pub(crate) fn reset(&mut self, now: Instant, reason: ResetReason) {
        self.step_rival(now, Input::AutomaticStop(reason.clone()));
        self.step_main(now, Input::AutomaticStop(reason));
        self.settle(now);
    }

    /// Compares a number of prefixes with its limit.
    pub(crate) fn prefix_count(&mut self, now: Instant, family: Family, count: u64) {
        let Some(limit) = self.env.config.prefix_limit(family).copied() else {
            return;
        };
        if self.established().is_none() {
            return;
        }
        let maximum = limit.maximum;
        match self.warned.judge(&limit, count) {
            Verdict::Nothing => {}
            Verdict::Warn => self.notices.push(Notice::PrefixLimit {
                family,
                count,
                maximum,
            }),
            Verdict::End => self.reset(
                now,
                ResetReason::MaximumPrefixes {
                    family,
                    limit: maximum,
                },
            ),
        }
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

    /// The embedder has polled a message, so there is room again for one that
    /// was turned away. The silence of the peer counts from now on: whatever it
    /// sent meanwhile may lie in the message that has begun to come in, so the
    /// embedder need not have anything left to offer.
    pub(crate) fn has_room(&mut self, now: Instant) {
        if let Machine::Established(state) = &mut self.main {
            state.has_room(now);
        }
    }

    /// Whole messages have left on a connection.
    pub(crate) fn sent(&mut self, now: Instant, conn: ConnId, alive: bool) {
        if let Machine::Established(state) = &mut self.main
            && state.link.id == conn
        {
            state.sent(alive, now, &mut self.env);
        }
    }
}
