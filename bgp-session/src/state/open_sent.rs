//! OpenSent: our OPEN is out (RFC 4271 §8.2.2, "OpenSent").
//!
//! | event | next state | what is done |
//! |---|---|---|
//! | OPEN (19) | OpenConfirm | KEEPALIVE is sent; hold and keepalive timers start with the negotiated time |
//! | HoldTimer (10) | Idle | Hold Timer Expired, after [`Config::open_hold_time`](crate::Config::open_hold_time) |
//! | connection fails (18) | Active | the peer may come back at once |
//! | KEEPALIVE, UPDATE (26, 27) | Idle | Finite State Machine Error, subcode 1 (RFC 6608) |
//! | stop, reset, malformed or refused OPEN | Idle | the NOTIFICATION of the reason |
//! | NOTIFICATION (24, 25) | Idle | nothing is answered; a version error counts for nothing |
//!
//! The only timer is the HoldTimer with its large value, so a peer that
//! connects and says nothing holds a place for four minutes at most.

use std::time::Instant;

use super::{Active, Input, Machine, OpenConfirm, State, Timer, Timers};
use crate::DownReason;
use crate::env::Env;
use crate::link::Link;
use crate::message::kind;

/// OpenSent: waits for the OPEN of the peer, but not for ever.
#[derive(Debug)]
pub(crate) struct OpenSent {
    pub(crate) link: Box<Link>,
    /// The HoldTimer with its large value.
    hold: Option<Instant>,
}

impl OpenSent {
    /// Sends the OPEN.
    pub(crate) fn begin(mut link: Box<Link>, now: Instant, env: &mut Env) -> Self {
        env.send_open(&mut link);
        Self {
            link,
            hold: now.checked_add(env.config.open_hold_time),
        }
    }

    pub(super) fn timers(&self) -> Timers {
        [
            Timer::new(self.hold, || Input::HoldTimerExpires),
            Timer::NONE,
            Timer::NONE,
        ]
    }

    pub(super) fn on(self, input: Input, now: Instant, env: &mut Env) -> Machine {
        match input {
            Input::Start => Machine::OpenSent(self),
            Input::ManualStop(reason) => env.stop(now, self.link, DownReason::Stopped(reason)),
            Input::AutomaticStop(reason) => env.fail(now, self.link, DownReason::Reset(reason)),
            Input::HoldTimerExpires => env.fail(now, self.link, DownReason::HoldTimerExpired),
            // The session tracks a second connection by a second machine.
            Input::TcpConnected(second) => {
                env.closing.add(now, second);
                Machine::OpenSent(self)
            }
            Input::TcpConnectionFails(cause) => {
                env.release(now, self.link, DownReason::Closed(cause), None);
                Machine::Active(Active::listening(now, env))
            }
            Input::Open(negotiated) => {
                Machine::OpenConfirm(OpenConfirm::begin(self.link, negotiated, now, env))
            }
            Input::MessageErr(reason) => env.fail(now, self.link, reason),
            Input::OpenCollisionDump => env.fail(now, self.link, DownReason::Collision),
            Input::Notification(received) => env.notified(now, self.link, received),
            Input::Keepalive => env.unexpected(now, self.link, State::OpenSent, kind::KEEPALIVE),
            Input::Update(message_type) => {
                env.unexpected(now, self.link, State::OpenSent, message_type)
            }
            // Their timers do not run here.
            Input::ConnectRetryTimerExpires
            | Input::KeepaliveTimerExpires
            | Input::DelayOpenTimerExpires
            | Input::IdleHoldTimerExpires
            | Input::SendHoldTimerExpires => Machine::OpenSent(self),
        }
    }
}
