//! After every event: which machine is in front, and what the embedder hears.
//!
//! In this order, because each step relies on the one before:
//!
//! 1. the machine that is farther comes to the front, one without a connection
//!    behind it is forgotten;
//! 2. a rival of a newly Established connection is dumped (RFC 4271 §6.8),
//!    unless collisions are detected in Established too;
//! 3. a dial that nobody needs any more is given up;
//! 4. Idle starts its timer, once;
//! 5. news: Down of the old connection, then the change of state, then
//!    Established of the new one. The embedder thus never holds two sessions.

use std::mem;
use std::sync::Arc;
use std::time::Instant;

use bgp_wire::FamilySet;

use super::{Core, Up};
use crate::event::Notice;
use crate::prefix_limit::Warned;
use crate::state::{Input, Machine};
use crate::{DownReason, State};

impl Core {
    /// Restores the invariants after an event and tells what has changed.
    pub(super) fn settle(&mut self, now: Instant) {
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
        self.warned = Warned::new();
        self.updates_are_stale = true;
        self.notices
            .push(Notice::Established(Arc::clone(&up.negotiated)));
        self.up = Some(up);
    }
}
