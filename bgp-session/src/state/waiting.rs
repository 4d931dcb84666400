//! What Connect and Active have in common: the ConnectRetryTimer, and a
//! connection on which the OPEN is delayed (RFC 4271 §8.1.1, DelayOpen).
//!
//! INVARIANT: of the two timers exactly one runs, that of the variant: the
//! ConnectRetryTimer is stopped when a connection comes (RFC 4271 §8.2.2,
//! event 16), and a connection ends before it is started again.
//!
//! While the OPEN is delayed the peer knows nothing of us, so an error is
//! answered by a NOTIFICATION only under
//! [`Config::notification_without_open`](crate::Config::notification_without_open)
//! (SendNOTIFICATIONwithoutOPEN).

use std::sync::Arc;
use std::time::Instant;

use bgp_wire::{Notification, NotificationCode};

use super::{Idle, Input, Machine, OpenConfirm, OpenSent, State, Timer, Timers};
use crate::env::Env;
use crate::link::Link;
use crate::{DownReason, Negotiated};

/// Waiting for a connection, or on it for the moment to send the OPEN.
#[derive(Debug)]
pub(crate) enum Waiting {
    /// No connection yet; the ConnectRetryTimer runs, except on a passive
    /// speaker.
    Listening { connect_retry: Option<Instant> },
    /// Connected; the DelayOpenTimer runs.
    Delayed {
        link: Box<Link>,
        delay_open: Option<Instant>,
    },
}

impl Waiting {
    pub(super) fn listening(now: Instant, env: &mut Env) -> Self {
        Self::Listening {
            connect_retry: env.connect_retry(now),
        }
    }

    pub(super) fn link(&self) -> Option<&Link> {
        match self {
            Self::Listening { .. } => None,
            Self::Delayed { link, .. } => Some(link),
        }
    }

    pub(super) fn link_mut(&mut self) -> Option<&mut Link> {
        match self {
            Self::Listening { .. } => None,
            Self::Delayed { link, .. } => Some(link),
        }
    }

    pub(super) fn timers(&self) -> Timers {
        match self {
            Self::Listening { connect_retry } => [
                Timer::new(*connect_retry, || Input::ConnectRetryTimerExpires),
                Timer::NONE,
                Timer::NONE,
            ],
            Self::Delayed { delay_open, .. } => [
                Timer::new(*delay_open, || Input::DelayOpenTimerExpires),
                Timer::NONE,
                Timer::NONE,
            ],
        }
    }

    /// Events 16 and 17: sends the OPEN, or delays it.
    pub(super) fn connected(
        link: Box<Link>,
        now: Instant,
        env: &mut Env,
        stay: impl FnOnce(Self) -> Machine,
    ) -> Machine {
        match env.config.delay_open {
            Some(delay) => {
                let delay_open = now.checked_add(delay);
                stay(Self::Delayed { link, delay_open })
            }
            None => Machine::OpenSent(OpenSent::begin(link, now, env)),
        }
    }

    /// Event 12: the OPEN has waited long enough.
    pub(super) fn send_open(
        self,
        now: Instant,
        env: &mut Env,
        stay: impl FnOnce(Self) -> Machine,
    ) -> Machine {
        match self {
            Self::Listening { .. } => stay(self),
            Self::Delayed { link, .. } => Machine::OpenSent(OpenSent::begin(link, now, env)),
        }
    }

    /// Event 20: the peer's OPEN was faster.
    pub(super) fn open(
        self,
        negotiated: Arc<Negotiated>,
        now: Instant,
        env: &mut Env,
        stay: impl FnOnce(Self) -> Machine,
    ) -> Machine {
        match self {
            Self::Listening { .. } => stay(self),
            Self::Delayed { mut link, .. } => {
                env.send_open(&mut link);
                Machine::OpenConfirm(OpenConfirm::begin(link, negotiated, now, env))
            }
        }
    }

    /// Event 2.
    pub(super) fn stop(self, reason: DownReason, now: Instant, env: &mut Env) -> Machine {
        env.counters.connect_retry_counter = 0;
        self.end(reason, now, env)
    }

    /// Events 21, 22 and all that the state does not expect.
    pub(super) fn fail(self, reason: DownReason, now: Instant, env: &mut Env) -> Machine {
        env.count_failure();
        self.end(reason, now, env)
    }

    /// A message that may not come before an OPEN was answered.
    pub(super) fn unexpected(
        self,
        state: State,
        message_type: u8,
        now: Instant,
        env: &mut Env,
    ) -> Machine {
        let reason = DownReason::UnexpectedMessage {
            state,
            message_type,
        };
        self.fail(reason, now, env)
    }

    /// Events 24 and 25. A version error while the OPEN is delayed is the
    /// peer's way to negotiate (RFC 4271 §7) and counts for nothing.
    pub(super) fn notified(
        self,
        notification: Notification,
        now: Instant,
        env: &mut Env,
    ) -> Machine {
        if notification.kind() != NotificationCode::UNSUPPORTED_VERSION {
            return self.fail(DownReason::Received(notification), now, env);
        }
        self.end(DownReason::Received(notification), now, env)
    }

    /// The peer has not seen our OPEN: SendNOTIFICATIONwithoutOPEN decides
    /// whether it hears why.
    fn end(self, reason: DownReason, now: Instant, env: &mut Env) -> Machine {
        let idle = Idle::after(&reason, &env.config);
        if let Self::Delayed { link, .. } = self {
            let answer = reason
                .notification()
                .filter(|_| env.config.notification_without_open);
            env.release(now, link, reason, answer);
        }
        Machine::Idle(idle)
    }
}
