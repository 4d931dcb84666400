//! OpenConfirm: both OPENs are known (RFC 4271 §8.2.2, "OpenConfirm State").
//!
//! | event | next state | what is done |
//! |---|---|---|
//! | KEEPALIVE (26) | Established | the hold timer starts anew |
//! | KeepaliveTimer (11) | here | KEEPALIVE is sent |
//! | HoldTimer (10) | Idle | Hold Timer Expired |
//! | a better connection (23) | Idle | Cease / Connection Collision Resolution |
//! | connection fails (18) | Idle, pausing for ConnectRetryTime | – |
//! | OPEN, UPDATE, ROUTE-REFRESH | Idle | Finite State Machine Error, subcode 2 (RFC 6608) |
//!
//! What was negotiated is fixed from here on: it lives in an
//! [`Arc`](std::sync::Arc) that the embedder is handed with
//! [`Event::Established`](crate::Event::Established). With a hold time of 0
//! neither timer runs and the state may last; the place is then freed by the
//! next connection of the peer, which wins the collision.

use std::sync::Arc;
use std::time::Instant;

use super::{Established, Input, Machine, State, Timer, Timers};
use crate::env::Env;
use crate::link::Link;
use crate::message::kind;
use crate::{DownReason, Negotiated};

/// OpenConfirm: waits for the first KEEPALIVE.
#[derive(Debug)]
pub(crate) struct OpenConfirm {
    pub(crate) link: Box<Link>,
    pub(crate) negotiated: Arc<Negotiated>,
    hold: Option<Instant>,
    keepalive: Option<Instant>,
}

impl OpenConfirm {
    /// Answers the peer's OPEN with a KEEPALIVE.
    pub(super) fn begin(
        mut link: Box<Link>,
        negotiated: Arc<Negotiated>,
        now: Instant,
        env: &mut Env,
    ) -> Self {
        link.keepalive();
        let hold = negotiated.hold_deadline(now);
        let keepalive = negotiated
            .keepalive_time()
            .and_then(|value| env.timer(now, value));
        Self {
            link,
            negotiated,
            hold,
            keepalive,
        }
    }

    pub(super) fn timers(&self) -> Timers {
        [
            Timer::new(self.hold, || Input::HoldTimerExpires),
            Timer::new(self.keepalive, || Input::KeepaliveTimerExpires),
            Timer::NONE,
        ]
    }

    pub(super) fn on(mut self, input: Input, now: Instant, env: &mut Env) -> Machine {
        match input {
            Input::Start => Machine::OpenConfirm(self),
            Input::ManualStop(reason) => env.stop(now, self.link, DownReason::Stopped(reason)),
            Input::AutomaticStop(reason) => env.fail(now, self.link, DownReason::Reset(reason)),
            Input::HoldTimerExpires => env.fail(now, self.link, DownReason::HoldTimerExpired),
            Input::KeepaliveTimerExpires => {
                self.link.keepalive();
                self.keepalive = self
                    .negotiated
                    .keepalive_time()
                    .and_then(|value| env.timer(now, value));
                Machine::OpenConfirm(self)
            }
            // The session tracks a second connection by a second machine.
            Input::TcpConnected(second) => {
                env.closing.add(now, second);
                Machine::OpenConfirm(self)
            }
            Input::TcpConnectionFails(cause) => env.fail(now, self.link, DownReason::Closed(cause)),
            Input::Open(_) => env.unexpected(now, self.link, State::OpenConfirm, kind::OPEN),
            Input::MessageErr(reason) => env.fail(now, self.link, reason),
            Input::OpenCollisionDump => env.fail(now, self.link, DownReason::Collision),
            Input::Notification(received) => env.notified(now, self.link, received),
            Input::Keepalive => {
                let Self {
                    link,
                    negotiated,
                    keepalive,
                    ..
                } = self;
                Machine::Established(Established::begin(link, negotiated, keepalive, now, env))
            }
            Input::Update(message_type) => {
                env.unexpected(now, self.link, State::OpenConfirm, message_type)
            }
            // Their timers do not run here.
            Input::ConnectRetryTimerExpires
            | Input::DelayOpenTimerExpires
            | Input::IdleHoldTimerExpires
            | Input::SendHoldTimerExpires => Machine::OpenConfirm(self),
        }
    }
}
