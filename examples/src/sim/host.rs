//! What runs on a machine of the simulated network.

use std::net::{IpAddr, SocketAddr};
use std::time::Instant;

/// One end of a stream, as the host at that end names it. A host never gives the same
/// name twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Socket(pub u64);

/// What a host asks of the network.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Open a stream from the host's address `local` to `remote`. The answer is
    /// [`Host::connected`] or [`Host::closed`].
    Dial {
        /// The name of this end from now on.
        socket: Socket,
        /// The source address.
        local: IpAddr,
        /// Where to.
        remote: SocketAddr,
    },
    /// Send bytes down a stream.
    Send {
        /// The stream.
        socket: Socket,
        /// What to send.
        bytes: Vec<u8>,
    },
    /// Close a stream after what was sent; nothing more is delivered from it.
    Close {
        /// The stream.
        socket: Socket,
    },
}

/// Why a stream ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Closed {
    /// Nobody listens there, or the listener does not want this peer.
    Refused,
    /// The other end did not answer the request.
    TimedOut,
    /// The other end closed.
    Finished,
    /// The other end does not know the stream (it was restarted).
    Reset,
}

/// A program in the simulated network: it is told what happened, then asked what it
/// wants until it wants nothing more.
pub trait Host {
    /// The machine is up.
    fn start(&mut self, now: Instant);
    /// A request from `remote` to `local`: the name of the new end, or `None` to
    /// refuse.
    fn accept(&mut self, now: Instant, local: SocketAddr, remote: SocketAddr) -> Option<Socket>;
    /// A stream that was asked for is open.
    fn connected(&mut self, now: Instant, socket: Socket, local: SocketAddr, remote: SocketAddr);
    /// Bytes arrived.
    fn received(&mut self, now: Instant, socket: Socket, bytes: &[u8]);
    /// A stream ended, not by this host's own [`Action::Close`].
    fn closed(&mut self, now: Instant, socket: Socket, cause: Closed);
    /// The time of [`Host::next_wake`] has come.
    fn woken(&mut self, now: Instant);
    /// When the host wants to be woken.
    fn next_wake(&self) -> Option<Instant>;
    /// The next thing that the host wants done.
    fn next_action(&mut self, now: Instant) -> Option<Action>;
}
