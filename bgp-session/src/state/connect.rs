//! Connect: a connection was asked for (RFC 4271 §8.2.2, "Connect State").
//!
//! | event | next state | what is done |
//! |---|---|---|
//! | connected (16, 17) | OpenSent; here with DelayOpen | OPEN is sent, or the DelayOpenTimer started |
//! | ConnectRetryTimer (9) | here | the dial under way is given up for a new one |
//! | DelayOpenTimer (12) | OpenSent | OPEN is sent |
//! | the dial fails (18) | Idle, pausing for ConnectRetryTime | – |
//! | a delayed connection fails (18) | Active | the peer may come back |
//! | OPEN before ours (20) | OpenConfirm | OPEN and KEEPALIVE are sent |
//! | stop (2), errors (8, 21, 22, 24, 25) | Idle | NOTIFICATION only if configured, see [`Waiting`] |

use std::time::Instant;

use super::waiting::Waiting;
use super::{Active, Idle, Input, Machine, Pause, State};
use crate::DownReason;
use crate::env::Env;
use crate::message::kind;

/// Connect: the dial itself is in [`Env`], because it may outlast the state
/// when the peer's connection comes first.
#[derive(Debug)]
pub(crate) struct Connect {
    pub(super) waiting: Waiting,
}

impl Connect {
    /// Dials and starts the ConnectRetryTimer.
    pub(super) fn dialing(now: Instant, env: &mut Env) -> Self {
        env.dial();
        Self {
            waiting: Waiting::listening(now, env),
        }
    }

    pub(super) fn on(self, input: Input, now: Instant, env: &mut Env) -> Machine {
        let stay = |waiting| Machine::Connect(Self { waiting });
        match input {
            Input::Start => Machine::Connect(self),
            Input::ManualStop(reason) => self.waiting.stop(DownReason::Stopped(reason), now, env),
            Input::ConnectRetryTimerExpires => Machine::Connect(Self::dialing(now, env)),
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
                .unexpected(State::Connect, kind::KEEPALIVE, now, env),
            Input::Update(message_type) => {
                self.waiting
                    .unexpected(State::Connect, message_type, now, env)
            }
            // Their timers do not run here.
            Input::HoldTimerExpires
            | Input::KeepaliveTimerExpires
            | Input::IdleHoldTimerExpires
            | Input::SendHoldTimerExpires => Machine::Connect(self),
        }
    }

    /// Event 18: with the DelayOpenTimer running there was a connection, and
    /// the peer may come back; without it the dial has failed.
    fn lost(self, reason: DownReason, now: Instant, env: &mut Env) -> Machine {
        match self.waiting {
            Waiting::Delayed { link, .. } => {
                env.release(now, link, reason, None);
                Machine::Active(Active::listening(now, env))
            }
            Waiting::Listening { .. } => Machine::Idle(Idle::pausing(Pause::Retry)),
        }
    }
}
