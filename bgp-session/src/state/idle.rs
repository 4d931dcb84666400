//! Idle: no connection, and none is welcome (RFC 4271 §8.2.2, "Idle state").
//!
//! | event | next state | what is done |
//! |---|---|---|
//! | start (1, 3–7) | Connect, or Active when passive | counters and damping are forgotten; a dial is asked for |
//! | IdleHoldTimer (13) | as start | the damping stays |
//! | the peer connects (17) | OpenSent, or Active with DelayOpen | only in a pause that the peer may end |
//! | anything else | Idle | nothing |
//!
//! How Idle was entered decides how it is left, see [`Pause`]. The timer is
//! armed by `Core::settle` and not on entry, because a state is made in places
//! that must not draw from the damping: a connection that lost a collision
//! passes through Idle and is forgotten there without having cost anything.

use std::time::{Duration, Instant};

use super::{Active, Connect, Input, Machine, Timer, Timers};
use crate::env::Env;
use crate::{Config, DownReason, PrefixLimit, PrefixLimitAction, ResetReason};

/// Why the machine is in Idle decides how it leaves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Pause {
    /// Until an operator starts it.
    #[default]
    Forever,
    /// The peer is away or reset on purpose. Tries again after ConnectRetryTime; a
    /// peer that connects meanwhile counts as AutomaticStart (event 5).
    Retry,
    /// As long as a limit on prefixes says. Refuses connections.
    Fixed(Duration),
    /// Something went wrong. Waits for the IdleHoldTimer and refuses
    /// connections, so that two broken peers do not oscillate.
    Damped,
}

impl Pause {
    /// After too many prefixes. An embedder that counts without a limit of the session's
    /// pauses as after an error.
    fn for_limit(limit: Option<&PrefixLimit>) -> Self {
        match limit.map(|limit| limit.action) {
            Some(PrefixLimitAction::Idle) => Self::Forever,
            Some(PrefixLimitAction::Restart(Some(after))) => Self::Fixed(after),
            Some(PrefixLimitAction::Restart(None) | PrefixLimitAction::Warn) | None => Self::Damped,
        }
    }
}

/// Idle and its one timer.
#[derive(Debug, Default)]
pub(crate) struct Idle {
    pause: Pause,
    armed: bool,
    /// The IdleHoldTimer.
    wake: Option<Instant>,
}

impl Idle {
    pub(crate) const fn pausing(pause: Pause) -> Self {
        Self {
            pause,
            armed: false,
            wake: None,
        }
    }

    /// Idle as the end of a connection leaves it.
    pub(crate) fn after(reason: &DownReason, config: &Config) -> Self {
        let pause = match reason {
            DownReason::Stopped(_) => Pause::Forever,
            DownReason::Closed(_)
            | DownReason::PeerRestarted
            | DownReason::Reset(
                ResetReason::Administrative { .. } | ResetReason::ConfigurationChange,
            ) => Pause::Retry,
            DownReason::Reset(ResetReason::MaximumPrefixes { family, .. }) => {
                Pause::for_limit(config.prefix_limit(*family))
            }
            DownReason::Reset(ResetReason::OutOfResources | ResetReason::BfdDown)
            | DownReason::Received(_)
            | DownReason::HoldTimerExpired
            | DownReason::SendHoldTimerExpired
            | DownReason::Malformed(_)
            | DownReason::Open(_)
            | DownReason::UnexpectedMessage { .. }
            | DownReason::Collision => Pause::Damped,
        };
        Self::pausing(pause)
    }

    /// Starts the IdleHoldTimer, once.
    pub(crate) fn arm(&mut self, now: Instant, env: &mut Env) {
        if self.armed || !env.config.idle_hold.restart {
            return;
        }
        self.armed = true;
        self.wake = match self.pause {
            Pause::Forever => None,
            Pause::Retry => env.timer(now, env.config.connect_retry),
            Pause::Fixed(value) => now.checked_add(value),
            Pause::Damped => {
                let value = env.damping.next(env.config.idle_hold);
                env.timer(now, value)
            }
        };
    }

    /// Whether a connection of the peer ends the pause. That is an automatic
    /// start, which the configuration may forbid.
    pub(crate) const fn welcomes(&self, config: &Config) -> bool {
        config.idle_hold.restart && matches!(self.pause, Pause::Retry)
    }

    pub(super) fn timers(&self) -> Timers {
        [
            Timer::new(self.wake, || Input::IdleHoldTimerExpires),
            Timer::NONE,
            Timer::NONE,
        ]
    }

    pub(super) fn on(self, input: Input, now: Instant, env: &mut Env) -> Machine {
        match input {
            Input::Start => {
                env.counters.connect_retry_counter = 0;
                env.damping.forget();
                start(now, env)
            }
            Input::IdleHoldTimerExpires => start(now, env),
            Input::TcpConnected(link) if self.welcomes(&env.config) => {
                Active::listening(now, env).on(Input::TcpConnected(link), now, env)
            }
            Input::TcpConnected(link) => {
                env.closing.add(now, link);
                Machine::Idle(self)
            }
            Input::ManualStop(_) => {
                env.counters.connect_retry_counter = 0;
                Machine::default()
            }
            Input::AutomaticStop(_)
            | Input::ConnectRetryTimerExpires
            | Input::HoldTimerExpires
            | Input::KeepaliveTimerExpires
            | Input::DelayOpenTimerExpires
            | Input::TcpConnectionFails(_)
            | Input::Open(_)
            | Input::MessageErr(_)
            | Input::OpenCollisionDump
            | Input::Notification(_)
            | Input::Keepalive
            | Input::Update(_)
            | Input::SendHoldTimerExpires => Machine::Idle(self),
        }
    }
}

/// Connect for a speaker that dials, Active for a passive one.
fn start(now: Instant, env: &mut Env) -> Machine {
    if env.config.passive {
        return Machine::Active(Active::listening(now, env));
    }
    Machine::Connect(Connect::dialing(now, env))
}
