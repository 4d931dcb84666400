//! The finite state machine of RFC 4271 §8.2.2.
//!
//! Each of the six states is a type in a file of its own, which holds what
//! exists only in that state: its connection and its timers. A state takes an
//! [`Input`], one of the events of RFC 4271 §8.1, and becomes the next state;
//! what outlives it is in [`Env`]. As RFC 4271 §8.2.1.2 has it there is one
//! machine a connection; the session keeps two until a collision is decided.
//!
//! ```text
//!            start                   connected            OPEN          KEEPALIVE
//!   Idle ───────────► Connect ─────────────────► OpenSent ───► OpenConfirm ───► Established
//!    ▲ └─ passive ──►  Active ──────────────────►  │                │                │
//!    │                   ▲ └ ConnectRetry ► Connect│                │                │
//!    │                   └─── connection lost ─────┘                │                │
//!    └──────────── errors, NOTIFICATIONs, stop, reset ──────────────┴────────────────┘
//! ```
//!
//! A step consumes the old state and returns the next, so the data of a state
//! that was left cannot be used by mistake, and a forgotten timer cannot fire:
//! it is gone with its state. Every state answers every input explicitly; the
//! compiler finds the place that a new event has to be thought about.
//!
//! Where this machine knowingly differs from the letter of §8.2.2:
//! - a passive speaker never dials, so its ConnectRetryTimer never runs;
//! - a NOTIFICATION is never answered with a NOTIFICATION, although the text on
//!   OpenSent and event 25 says so;
//! - a bad message header in Established is answered as §6.1 wants (Message
//!   Header Error), not with a Finite State Machine Error.

mod active;
mod connect;
mod established;
mod idle;
mod open_confirm;
mod open_sent;
mod waiting;

use std::fmt;
use std::sync::Arc;
use std::time::Instant;

use bgp_wire::Notification;

pub(crate) use self::active::Active;
pub(crate) use self::connect::Connect;
pub(crate) use self::established::Established;
pub(crate) use self::idle::{Idle, Pause};
pub(crate) use self::open_confirm::OpenConfirm;
pub(crate) use self::open_sent::OpenSent;
use crate::env::Env;
use crate::link::Link;
use crate::{CloseCause, DownReason, Negotiated, ResetReason, StopReason};

/// The name of a state (RFC 4271 §8.2.2).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum State {
    /// Refuses connections; waits for a start or for the IdleHoldTimer.
    #[default]
    Idle,
    /// Waits for the TCP connection that it has asked for.
    Connect,
    /// Waits for the peer to connect.
    Active,
    /// Has sent its OPEN and waits for the peer's.
    OpenSent,
    /// Has both OPENs and waits for the peer's KEEPALIVE.
    OpenConfirm,
    /// Exchanges UPDATEs.
    Established,
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Idle => "Idle",
            Self::Connect => "Connect",
            Self::Active => "Active",
            Self::OpenSent => "OpenSent",
            Self::OpenConfirm => "OpenConfirm",
            Self::Established => "Established",
        })
    }
}

/// An event of RFC 4271 §8.1, with what it brings.
///
/// Events 14 and 15 belong to the embedder, who accepts connections.
#[derive(Debug)]
pub(crate) enum Input {
    /// Events 1 and 3–7: the configuration says whether it is passive.
    Start,
    /// Event 2.
    ManualStop(StopReason),
    /// Event 8.
    AutomaticStop(ResetReason),
    /// Event 9.
    ConnectRetryTimerExpires,
    /// Event 10.
    HoldTimerExpires,
    /// Event 11.
    KeepaliveTimerExpires,
    /// Event 12.
    DelayOpenTimerExpires,
    /// Event 13.
    IdleHoldTimerExpires,
    /// Events 16 and 17.
    TcpConnected(Box<Link>),
    /// Event 18.
    TcpConnectionFails(CloseCause),
    /// Events 19 and 20, with what both OPENs come to.
    Open(Arc<Negotiated>),
    /// Events 21, 22 and 28: a header, OPEN or UPDATE that is in error.
    MessageErr(DownReason),
    /// Event 23.
    OpenCollisionDump,
    /// Events 24 and 25.
    Notification(Notification),
    /// Event 26.
    Keepalive,
    /// Event 27, and ROUTE-REFRESH, by type code.
    Update(u8),
    /// Event 29 (RFC 9687 §3.2).
    SendHoldTimerExpires,
}

/// A machine in one of its states.
#[derive(Debug)]
pub(crate) enum Machine {
    Idle(Idle),
    Connect(Connect),
    Active(Active),
    OpenSent(OpenSent),
    OpenConfirm(OpenConfirm),
    Established(Established),
}

impl Default for Machine {
    fn default() -> Self {
        Self::Idle(Idle::default())
    }
}

impl Machine {
    /// Takes one event.
    pub(crate) fn step(self, input: Input, now: Instant, env: &mut Env) -> Self {
        match self {
            Self::Idle(state) => state.on(input, now, env),
            Self::Connect(state) => state.on(input, now, env),
            Self::Active(state) => state.on(input, now, env),
            Self::OpenSent(state) => state.on(input, now, env),
            Self::OpenConfirm(state) => state.on(input, now, env),
            Self::Established(state) => state.on(input, now, env),
        }
    }

    pub(crate) const fn state(&self) -> State {
        match self {
            Self::Idle(_) => State::Idle,
            Self::Connect(_) => State::Connect,
            Self::Active(_) => State::Active,
            Self::OpenSent(_) => State::OpenSent,
            Self::OpenConfirm(_) => State::OpenConfirm,
            Self::Established(_) => State::Established,
        }
    }

    /// The connection that this machine owns.
    pub(crate) fn link(&self) -> Option<&Link> {
        match self {
            Self::Idle(_) => None,
            Self::Connect(state) => state.waiting.link(),
            Self::Active(state) => state.waiting.link(),
            Self::OpenSent(state) => Some(&state.link),
            Self::OpenConfirm(state) => Some(&state.link),
            Self::Established(state) => Some(&state.link),
        }
    }

    pub(crate) fn link_mut(&mut self) -> Option<&mut Link> {
        match self {
            Self::Idle(_) => None,
            Self::Connect(state) => state.waiting.link_mut(),
            Self::Active(state) => state.waiting.link_mut(),
            Self::OpenSent(state) => Some(&mut state.link),
            Self::OpenConfirm(state) => Some(&mut state.link),
            Self::Established(state) => Some(&mut state.link),
        }
    }

    /// What both OPENs came to.
    pub(crate) const fn negotiated(&self) -> Option<&Arc<Negotiated>> {
        match self {
            Self::Idle(_) | Self::Connect(_) | Self::Active(_) | Self::OpenSent(_) => None,
            Self::OpenConfirm(state) => Some(&state.negotiated),
            Self::Established(state) => Some(&state.negotiated),
        }
    }

    fn timers(&self) -> Timers {
        match self {
            Self::Idle(state) => state.timers(),
            Self::Connect(state) => state.waiting.timers(),
            Self::Active(state) => state.waiting.timers(),
            Self::OpenSent(state) => state.timers(),
            Self::OpenConfirm(state) => state.timers(),
            Self::Established(state) => state.timers(),
        }
    }

    /// When the next timer expires.
    pub(crate) fn deadline(&self) -> Option<Instant> {
        self.timers().into_iter().filter_map(|timer| timer.at).min()
    }

    /// The expiry of the earliest timer, if it is due.
    pub(crate) fn expired(&self, now: Instant) -> Option<Input> {
        let due = |timer: &Timer| timer.at.is_some_and(|at| at <= now);
        let due = self
            .timers()
            .into_iter()
            .filter(due)
            .min_by_key(|timer| timer.at)?;
        Some((due.input)())
    }
}

/// One timer of a state and the event of its expiry.
#[derive(Clone, Copy, Debug)]
struct Timer {
    /// When it expires; `None` while it does not run.
    at: Option<Instant>,
    input: fn() -> Input,
}

/// No state has more than three.
type Timers = [Timer; 3];

impl Timer {
    const NONE: Self = Self::new(None, || Input::Start);

    const fn new(at: Option<Instant>, input: fn() -> Input) -> Self {
        Self { at, input }
    }
}
