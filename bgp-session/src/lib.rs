#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]
#![warn(clippy::indexing_slicing)]

mod closing;
mod collision;
mod config;
mod conn;
mod core;
mod counters;
mod env;
mod event;
mod link;
mod message;
mod negotiated;
mod open;
mod outbox;
mod prefix_limit;
mod queue;
mod reason;
mod session;
mod state;
mod timing;

pub use bgp_wire::{
    AsSetPolicy, Asn, Capability, Context, Family, FamilySet, Notification, NotificationCode, Open,
    Role, UpdateView,
};

pub use crate::config::{
    AddPath, Config, ConfigError, GracefulRestart, IdleHold, LongLived, Required, RolePolicy,
};
pub use crate::conn::{CloseCause, ConnId, Direction};
pub use crate::counters::{Counters, Traffic};
pub use crate::event::Event;
pub use crate::negotiated::{Negotiated, PeerRestart};
pub use crate::prefix_limit::{PrefixLimit, PrefixLimitAction};
pub use crate::reason::{DownReason, Malformed, OpenError, ResetReason, StopReason};
pub use crate::session::{Applied, Refused, ResetCause, SendError, Session};
pub use crate::state::State;
