//! Active: the peer may connect (RFC 4271 §8.2.2, "Active State").
//!
//! The state of a passive session that waits, and of any session whose
//! connection ended before an OPEN of the peer had come. It differs from
//! Connect in that no dial is under way:
//!
//! | event | next state | what is done |
//! |---|---|---|
//! | connected (16, 17) | OpenSent; here with DelayOpen | OPEN is sent, or the DelayOpenTimer started |
//! | ConnectRetryTimer (9) | Connect | a dial is asked for; never runs on a passive session |
//! | a delayed connection fails (18) | Idle, pausing for ConnectRetryTime | the failure is counted |
//! | everything else | as in Connect | |

use std::time::Instant;

use super::waiting::Waiting;
use super::{Connect, Idle, Input, Machine, Pause, State};
use crate::DownReason;
use crate::env::Env;
use crate::message::kind;

/// Active: listens, and dials when the ConnectRetryTimer expires.
#[derive(Debug)]
pub(crate) struct Active {
    pub(super) waiting: Waiting,
}

impl Active {
    pub(super) fn listening(now: Instant, env: &mut Env) -> Self {
        Self {
            waiting: Waiting::listening(now, env),
        }
    }

    pub(super) fn on(self, input: Input, now: Instant, env: &mut Env) -> Machine {
        let stay = |waiting| Machine::Active(Self { waiting });
        match input {
            Input::Start => Machine::Active(self),
            Input::ManualStop(reason) => self.waiting.stop(DownReason::Stopped(reason), now, env),
            Input::ConnectRetryTimerExpires => Machine::Connect(Connect::dialing(now, env)),
            Input::DelayOpenTimerExpires => self.waiting.send_open(now, env, stay),
            Input::TcpConnected(link) => Waiting::connected(link, now, env, stay),
            Input::TcpConnectionFails(cause) => self.lost(DownReason::Closed(cause), now, env),
            Input::Open(negotiated) => self.waiting.open(negotiated, now, env, stay),
            Input::MessageErr(reason) => self.waiting.fail(reason, now, env),
            Input::Notification(received) => self.waiting.notified(received, now, env),
            Input::AutomaticStop(reason) => self.waiting.fail(DownReason::Reset(reason), now, env),
            Input::OpenCollisionDump => self.waiting.fail(DownReason::Collision, now, env),
            Input::Keepalive => self
                .waiting
                .unexpected(State::Active, kind::KEEPALIVE, now, env),
            Input::Update(message_type) => {
                self.waiting
                    .unexpected(State::Active, message_type, now, env)
            }
            // Their timers do not run here.
            Input::HoldTimerExpires
            | Input::KeepaliveTimerExpires
            | Input::IdleHoldTimerExpires
            | Input::SendHoldTimerExpires => Machine::Active(self),
        }
    }

    /// Event 18. Nothing was exchanged, so the pause lets the peer come back.
    fn lost(self, reason: DownReason, now: Instant, env: &mut Env) -> Machine {
        env.count_failure();
        if let Waiting::Delayed { link, .. } = self.waiting {
            env.release(now, link, reason, None);
        }
        Machine::Idle(Idle::pausing(Pause::Retry))
    }
}
