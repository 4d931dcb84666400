//! Why a connection or session ended, and what the peer was told.
//!
//! Every reason knows its consequence: the NOTIFICATION that the machine sends
//! ([`DownReason::notification`]), whether the routes of the peer are to be kept
//! as stale ([`Event::Down`](crate::Event::Down)), and how long Idle lasts.
//!
//! | reason | NOTIFICATION | routes kept | Idle |
//! |---|---|---|---|
//! | `Stopped` | Cease / Administrative Shutdown or Peer De-configured | never | until `start` |
//! | `Reset(Administrative, ConfigurationChange)` | Cease / its subcode | with N, unless hard | ConnectRetryTime |
//! | `Reset(MaximumPrefixes)` | Cease / Maximum Number of Prefixes Reached | never | as [`PrefixLimitAction`](crate::PrefixLimitAction) says, else damped |
//! | `Reset(OutOfResources, BfdDown)` | Cease / its subcode | with N | damped |
//! | `Closed`, `PeerRestarted` | none | yes | ConnectRetryTime |
//! | `Received` | none | with N, unless Hard Reset | damped |
//! | `HoldTimerExpired`, `SendHoldTimerExpired` | its code | with N | damped |
//! | `Malformed`, `Open`, `UnexpectedMessage` | as RFC 4271 §6 and RFC 6608 say | with N | damped |
//! | `Collision` | Cease / Connection Collision Resolution | with N | damped, if it was the last connection |
//!
//! "With N": if both speakers set the N bit of RFC 8538; "kept" always means
//! the families for which the peer offered graceful restart.

use std::fmt;
use std::net::Ipv4Addr;

use bgp_wire::{Asn, Capability, DecodeError, Notification, NotificationCode};

use crate::{CloseCause, Role, State};

/// Received bytes that no session can go on after, with their answer. The error
/// says what a decoder found and where; the answer quotes at most what a
/// NOTIFICATION of 4,096 octets holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Malformed {
    /// What was wrong, and where in the message.
    pub error: DecodeError,
    /// The NOTIFICATION that quotes the octets at fault.
    pub answer: Notification,
}

impl Malformed {
    /// Joins an error with the answer that quotes `message`.
    pub(crate) fn new(error: DecodeError, message: &[u8]) -> Self {
        Self {
            error,
            answer: error.notification(message).into(),
        }
    }
}

/// What makes an OPEN unacceptable although it can be read
/// (RFC 4271 §6.2, RFC 5492 §5, RFC 6286 §2.2, RFC 9234 §4.2).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// The peer's AS is not the configured one.
    #[error("peer is AS {got}, not AS {expected}")]
    BadPeerAs {
        /// What the OPEN says.
        got: Asn,
        /// [`Config::peer_as`](crate::Config::peer_as).
        expected: Asn,
    },
    /// Zero, or our own identifier from a peer of our own AS.
    #[error("BGP identifier {0} cannot be the peer's")]
    BadIdentifier(Ipv4Addr),
    /// One or two seconds, or less than
    /// [`Config::minimum_hold_time`](crate::Config::minimum_hold_time).
    #[error("hold time of {0} s is unacceptable")]
    UnacceptableHoldTime(u16),
    /// Capabilities without which
    /// [`Config::required`](crate::Config::required) lets no session be.
    #[error("{} required capabilities are missing", .0.len())]
    MissingCapabilities(Vec<Capability>),
    /// The roles do not belong together, the peer sent several that differ, or
    /// it sent none and the role is strict.
    #[error("role {local:?} does not match the role of the peer")]
    RoleMismatch {
        /// Our role.
        local: Role,
        /// The peer's, if it sent exactly one.
        remote: Option<Role>,
    },
}

impl OpenError {
    /// The NOTIFICATION that answers it.
    #[must_use]
    pub fn notification(&self) -> Notification {
        let (kind, data) = match self {
            Self::BadPeerAs { .. } => (NotificationCode::BAD_PEER_AS, Vec::new()),
            Self::BadIdentifier(_) => (NotificationCode::BAD_BGP_IDENTIFIER, Vec::new()),
            Self::UnacceptableHoldTime(_) => (NotificationCode::UNACCEPTABLE_HOLD_TIME, Vec::new()),
            Self::MissingCapabilities(missing) => (
                NotificationCode::UNSUPPORTED_CAPABILITY,
                crate::open::capability_bytes(missing),
            ),
            Self::RoleMismatch { .. } => (NotificationCode::ROLE_MISMATCH, Vec::new()),
        };
        Notification::new(kind, data)
    }
}

/// Why the embedder stops a session for good: `ManualStop`, event 2 of
/// RFC 4271 §8.1.2.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum StopReason {
    /// An operator shuts the session down, with a text for the operator of the
    /// peer, which may be empty and is cut at 255 octets (RFC 9003 §2).
    AdministrativeShutdown(String),
    /// The peer is no longer configured (RFC 4486 §4).
    PeerDeconfigured,
}

/// Why the embedder resets a session that comes back by itself:
/// `AutomaticStop`, event 8 of RFC 4271 §8.1.2.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ResetReason {
    /// An operator asked for it.
    Administrative {
        /// For the operator of the peer (RFC 9003 §2); may be empty.
        text: String,
        /// Drop the routes even where graceful restart would keep them
        /// (RFC 8538 §5.1).
        hard: bool,
    },
    /// More prefixes came than the embedder accepts (RFC 4271 §6.7). The data
    /// names the family and the bound (RFC 4486 §4).
    MaximumPrefixes {
        /// The family that exceeded it.
        family: bgp_wire::Family,
        /// The bound.
        limit: u32,
    },
    /// The configuration changed in a way that needs a new OPEN.
    ConfigurationChange,
    /// The embedder lacks memory or the like.
    OutOfResources,
    /// BFD declared the path to the peer down (RFC 9384).
    BfdDown,
}

/// Why a session went down or an attempt to establish one failed.
///
/// ```
/// use bgp_session::{DownReason, ResetReason, State};
///
/// let reason = DownReason::UnexpectedMessage { state: State::OpenSent, message_type: 2 };
/// assert_eq!(reason.to_string(), "message of type 2 in state OpenSent");
/// let told = reason.notification().expect("the peer hears of it");
/// assert_eq!((told.code, told.subcode, told.data), (5, 1, vec![2]));
///
/// let reason = DownReason::Reset(ResetReason::BfdDown);
/// assert_eq!(reason.notification().map(|told| told.code), Some(6));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DownReason {
    /// [`Session::stop`](crate::Session::stop).
    Stopped(StopReason),
    /// [`Session::reset`](crate::Session::reset).
    Reset(ResetReason),
    /// The transport failed or the peer closed it.
    Closed(CloseCause),
    /// The peer sent a NOTIFICATION.
    Received(Notification),
    /// Nothing came for the hold time (RFC 4271 §6.5), or no OPEN in time.
    HoldTimerExpired,
    /// Nothing could be written for the send hold time (RFC 9687).
    SendHoldTimerExpired,
    /// A message without a sound header, or an OPEN, ROUTE-REFRESH or UPDATE
    /// that cannot be read (RFC 4271 §6.1–6.3, RFC 7606 §3).
    Malformed(Malformed),
    /// An OPEN that cannot be accepted.
    Open(OpenError),
    /// A message that the state does not expect (RFC 6608).
    UnexpectedMessage {
        /// The state that it met.
        state: State,
        /// Its type code.
        message_type: u8,
    },
    /// Another connection to the same peer was kept (RFC 4271 §6.8).
    Collision,
    /// The peer opened a new connection: it has restarted (RFC 4724 §4.2).
    PeerRestarted,
}

impl DownReason {
    /// Whether another connection to the same peer was kept, by us or by the peer: no
    /// failure of the session.
    pub(crate) fn is_collision(&self) -> bool {
        let theirs = |sent: &Notification| {
            let collision = NotificationCode::CONNECTION_COLLISION_RESOLUTION;
            (sent.code, sent.subcode) == (collision.code, collision.subcode)
        };
        matches!(self, Self::Collision) || matches!(self, Self::Received(sent) if theirs(sent))
    }

    /// What the machine tells the peer; `None` where there is nobody to tell
    /// or nothing may be said.
    #[must_use]
    pub fn notification(&self) -> Option<Notification> {
        let plain = |kind| Some(Notification::new(kind, Vec::new()));
        match self {
            Self::Stopped(StopReason::AdministrativeShutdown(text)) => {
                Some(Notification::administrative_shutdown(text))
            }
            Self::Stopped(StopReason::PeerDeconfigured) => {
                plain(NotificationCode::PEER_DECONFIGURED)
            }
            Self::Reset(reason) => Some(reason.notification()),
            Self::HoldTimerExpired => plain(NotificationCode::HOLD_TIMER_EXPIRED),
            Self::SendHoldTimerExpired => plain(NotificationCode::SEND_HOLD_TIMER_EXPIRED),
            Self::Malformed(malformed) => Some(malformed.answer.clone()),
            Self::Open(error) => Some(error.notification()),
            Self::UnexpectedMessage {
                state,
                message_type,
            } => Some(Notification::new(unexpected(*state), vec![*message_type])),
            Self::Collision => plain(NotificationCode::CONNECTION_COLLISION_RESOLUTION),
            Self::Closed(_) | Self::Received(_) | Self::PeerRestarted => None,
        }
    }

    /// Whether both speakers keep each other's routes as stale after this end,
    /// given that the peer offered graceful restart. `notifications`: both set
    /// the N bit (RFC 4724 §4.2, RFC 8538 §4).
    pub(crate) fn keeps_routes(&self, notifications: bool) -> bool {
        match self {
            Self::Closed(_) | Self::PeerRestarted => true,
            Self::Received(notification) => {
                notifications && notification.kind() != NotificationCode::HARD_RESET
            }
            Self::Stopped(_) => false,
            Self::Reset(reason) => notifications && !reason.is_hard(),
            Self::HoldTimerExpired
            | Self::SendHoldTimerExpired
            | Self::Malformed(_)
            | Self::Open(_)
            | Self::UnexpectedMessage { .. }
            | Self::Collision => notifications,
        }
    }

    /// Whether a peer that understands it is told by a Hard Reset
    /// (RFC 8538 §5.1).
    pub(crate) fn is_hard(&self) -> bool {
        match self {
            Self::Stopped(_) => true,
            Self::Reset(reason) => reason.is_hard(),
            Self::Closed(_)
            | Self::Received(_)
            | Self::HoldTimerExpired
            | Self::SendHoldTimerExpired
            | Self::Malformed(_)
            | Self::Open(_)
            | Self::UnexpectedMessage { .. }
            | Self::Collision
            | Self::PeerRestarted => false,
        }
    }
}

impl ResetReason {
    fn notification(&self) -> Notification {
        let plain = |kind| Notification::new(kind, Vec::new());
        match self {
            Self::Administrative { text, .. } => Notification::administrative_reset(text),
            Self::MaximumPrefixes { family, limit } => {
                let mut data = family.afi.0.to_be_bytes().to_vec();
                data.push(family.safi.0);
                data.extend(limit.to_be_bytes());
                Notification::new(NotificationCode::MAXIMUM_PREFIXES_REACHED, data)
            }
            Self::ConfigurationChange => plain(NotificationCode::OTHER_CONFIGURATION_CHANGE),
            Self::OutOfResources => plain(NotificationCode::OUT_OF_RESOURCES),
            Self::BfdDown => plain(NotificationCode::BFD_DOWN),
        }
    }

    const fn is_hard(&self) -> bool {
        match self {
            Self::Administrative { hard, .. } => *hard,
            Self::MaximumPrefixes { .. } => true,
            Self::ConfigurationChange | Self::OutOfResources | Self::BfdDown => false,
        }
    }
}

/// The subcode of RFC 6608 §3 for a message that `state` does not expect.
const fn unexpected(state: State) -> NotificationCode {
    match state {
        State::OpenSent => NotificationCode::UNEXPECTED_IN_OPEN_SENT,
        State::OpenConfirm => NotificationCode::UNEXPECTED_IN_OPEN_CONFIRM,
        State::Established => NotificationCode::UNEXPECTED_IN_ESTABLISHED,
        State::Idle | State::Connect | State::Active => NotificationCode {
            code: 5,
            subcode: 0,
        },
    }
}

impl fmt::Display for DownReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Closed(cause) => write!(f, "connection ended: {cause}"),
            Self::Received(notification) => write!(f, "peer sent {notification}"),
            Self::Malformed(malformed) => write!(f, "{}", malformed.error),
            Self::Open(error) => write!(f, "{error}"),
            Self::UnexpectedMessage {
                state,
                message_type,
            } => {
                write!(f, "message of type {message_type} in state {state}")
            }
            Self::PeerRestarted => f.write_str("peer opened a new connection"),
            Self::Stopped(_)
            | Self::Reset(_)
            | Self::HoldTimerExpired
            | Self::SendHoldTimerExpired
            | Self::Collision => match self.notification() {
                Some(notification) => write!(f, "{notification}"),
                None => Ok(()),
            },
        }
    }
}
