//! What a daemon is to do.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use crate::fib::KernelSettings;
use crate::plan::SpeakerPlan;

/// What the one who runs a speaker wants of it.
#[derive(Clone, Debug)]
pub enum Order {
    /// End all sessions and return: peers are told Cease / Administrative Shutdown. Where
    /// [`Settings::drain`] gives time, traffic is moved to others first; a second order ends
    /// that.
    Shutdown,
    /// Return without a word, to be back soon: peers that take part in graceful restart keep
    /// the routes (RFC 4724).
    Restart,
    /// Be this from now on: see [`Speaker::reconfigure`](crate::node::Speaker::reconfigure). A plan that cannot be carried out
    /// is told of in the output.
    Reload(Box<SpeakerPlan>),
}

/// Where a speaker listens, and how it ends.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// Addresses for BGP.
    pub listen: Vec<SocketAddr>,
    /// A local socket that answers [`Question`](super::Question)s.
    pub socket: Option<PathBuf>,
    /// A station that is told all by BMP.
    pub monitor: Option<SocketAddr>,
    /// The kernel's table, where routes are to go there. The plan's
    /// [`RibConfig::multipath`](bgp_rib::RibConfig::multipath) must be on.
    pub kernel: Option<KernelSettings>,
    /// How long peers have to find other ways before their sessions end (RFC 8326).
    pub drain: Duration,
}
