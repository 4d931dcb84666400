//! Established: routes are exchanged (RFC 4271 §8.2.2, "Established State").
//!
//! Three timers run, none of them with a hold time of 0:
//!
//! | timer | starts again when | expiry |
//! |---|---|---|
//! | HoldTimer | a KEEPALIVE, UPDATE or ROUTE-REFRESH came in whole | Hold Timer Expired; put off while *we* refuse input |
//! | KeepaliveTimer | an UPDATE or KEEPALIVE has left whole | KEEPALIVE, at most one waiting |
//! | SendHoldTimer | any message has left whole | Send Hold Timer Expired (RFC 9687) |
//!
//! "Has left" means that the transport took the last octet
//! ([`Session::consume_transmit`](crate::Session::consume_transmit)): what only
//! waits in our queue tells the peer nothing.
//!
//! INVARIANT: while `link.input_refused` is set the peer is not silent, we do
//! not listen; it is cleared, and the HoldTimer started, as soon as a message
//! is polled, so a peer that dies meanwhile is still found out.

use std::sync::Arc;
use std::time::{Duration, Instant};

use bgp_wire::Notification;

use super::{Idle, Input, Machine, State, Timer, Timers};
use crate::env::Env;
use crate::link::Link;
use crate::message::kind;
use crate::timing::is_stable;
use crate::{DownReason, Negotiated};

/// Established, with its three timers.
#[derive(Debug)]
pub(crate) struct Established {
    pub(crate) link: Box<Link>,
    pub(crate) negotiated: Arc<Negotiated>,
    hold: Option<Instant>,
    keepalive: Option<Instant>,
    send_hold: Option<Instant>,
    since: Instant,
}

/// The least SendHoldTime of RFC 9687 §3.1.
const SEND_HOLD: Duration = Duration::from_secs(8 * 60);

impl Established {
    pub(super) fn begin(
        link: Box<Link>,
        negotiated: Arc<Negotiated>,
        keepalive: Option<Instant>,
        now: Instant,
        env: &Env,
    ) -> Self {
        let hold = negotiated.hold_deadline(now);
        let mut state = Self {
            link,
            negotiated,
            hold,
            keepalive,
            send_hold: None,
            since: now,
        };
        state.restart_send_hold(now, env);
        state
    }

    pub(super) fn timers(&self) -> Timers {
        [
            Timer::new(self.hold, || Input::HoldTimerExpires),
            Timer::new(self.keepalive, || Input::KeepaliveTimerExpires),
            Timer::new(self.send_hold, || Input::SendHoldTimerExpires),
        ]
    }

    /// Takes note that whole messages have left: the SendHoldTimer starts
    /// again, and after an UPDATE or KEEPALIVE the KeepaliveTimer.
    pub(crate) fn sent(&mut self, alive: bool, now: Instant, env: &mut Env) {
        self.restart_send_hold(now, env);
        if alive {
            self.restart_keepalive(now, env);
        }
    }

    /// Input is welcome again: from here on it is the peer's turn.
    pub(crate) fn has_room(&mut self, now: Instant) {
        if self.link.input_refused {
            self.link.input_refused = false;
            self.hold = self.negotiated.hold_deadline(now);
        }
    }

    fn restart_send_hold(&mut self, now: Instant, env: &Env) {
        let hold = self
            .negotiated
            .hold_deadline(now)
            .map(|_| self.negotiated.hold_duration());
        self.send_hold = hold.and_then(|hold| {
            let default = SEND_HOLD.max(hold.saturating_mul(2));
            // Below the hold time a session with nothing to say but KEEPALIVEs
            // would end for their being rare.
            let value = env.config.send_hold_time.unwrap_or(default);
            now.checked_add(value.max(hold))
        });
    }

    fn restart_keepalive(&mut self, now: Instant, env: &mut Env) {
        self.keepalive = self
            .negotiated
            .keepalive_time()
            .and_then(|value| env.timer(now, value));
    }

    pub(super) fn on(mut self, input: Input, now: Instant, env: &mut Env) -> Machine {
        match input {
            Input::Start => Machine::Established(self),
            Input::ManualStop(reason) => {
                env.counters.connect_retry_counter = 0;
                self.end(DownReason::Stopped(reason), now, env)
            }
            Input::AutomaticStop(reason) => self.fail(DownReason::Reset(reason), now, env),
            Input::HoldTimerExpires if self.link.input_refused => {
                self.hold = self.negotiated.hold_deadline(now);
                Machine::Established(self)
            }
            Input::HoldTimerExpires => self.fail(DownReason::HoldTimerExpired, now, env),
            Input::KeepaliveTimerExpires => {
                self.link.keepalive();
                self.restart_keepalive(now, env);
                Machine::Established(self)
            }
            Input::SendHoldTimerExpires => self.fail(DownReason::SendHoldTimerExpired, now, env),
            // The session tracks a second connection by a second machine.
            Input::TcpConnected(second) => {
                env.closing.add(now, second);
                Machine::Established(self)
            }
            Input::TcpConnectionFails(cause) => self.fail(DownReason::Closed(cause), now, env),
            Input::Open(_) => self.unexpected(kind::OPEN, now, env),
            Input::MessageErr(reason) => self.fail(reason, now, env),
            Input::OpenCollisionDump => self.fail(DownReason::Collision, now, env),
            Input::Notification(received) => self.fail(DownReason::Received(received), now, env),
            Input::Keepalive | Input::Update(_) => {
                self.hold = self.negotiated.hold_deadline(now);
                Machine::Established(self)
            }
            // Their timers do not run here.
            Input::ConnectRetryTimerExpires
            | Input::DelayOpenTimerExpires
            | Input::IdleHoldTimerExpires => Machine::Established(self),
        }
    }

    fn unexpected(self, message_type: u8, now: Instant, env: &mut Env) -> Machine {
        let state = State::Established;
        self.fail(
            DownReason::UnexpectedMessage {
                state,
                message_type,
            },
            now,
            env,
        )
    }

    fn fail(self, reason: DownReason, now: Instant, env: &mut Env) -> Machine {
        env.count_failure();
        self.end(reason, now, env)
    }

    fn end(self, reason: DownReason, now: Instant, env: &mut Env) -> Machine {
        if is_stable(&env.config, self.since, now) {
            env.damping.forget();
        }
        let idle = Idle::after(&reason, &env.config);
        let hard = reason.is_hard() && self.negotiated.graceful_notification();
        let answer = reason.notification();
        let answer = if hard {
            answer.map(Notification::into_hard_reset)
        } else {
            answer
        };
        env.release(now, self.link, reason, answer);
        Machine::Idle(idle)
    }

    /// RFC 4724 §5: the peer has opened a new connection, so this one is dead.
    pub(crate) fn replaced(self, now: Instant, env: &mut Env) {
        env.counters.connect_retry_counter = 0;
        env.release(now, self.link, DownReason::PeerRestarted, None);
    }
}
