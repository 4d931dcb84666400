//! Names for TCP connections: the session never holds a socket.
//!
//! Names instead of sockets are what keeps transports out of the machine, and
//! what makes a simulation exact. They carry a number that only grows, so the
//! session can tell a late report about a connection that is over (which it
//! ignores) from one about its successor.

use std::fmt;
use std::io;

/// The name of one TCP connection of one session.
///
/// The session makes every name: [`Event::Dial`](crate::Event::Dial) carries
/// the name of the connection to open, and
/// [`Session::next_conn`](crate::Session::next_conn) hands one out for a socket
/// that the embedder accepted. A name is never used twice, so a late report
/// about a closed socket cannot hit its successor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConnId {
    /// Counts all names of the session.
    pub(crate) number: u64,
    /// What the name was made for.
    pub(crate) direction: Direction,
}

impl fmt::Display for ConnId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{}", self.number)
    }
}

/// Which speaker opened a TCP connection. Collision detection compares the
/// initiators (RFC 4271 §6.8).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Direction {
    /// This speaker dialled: `Tcp_CR_Acked`, event 16 of RFC 4271 §8.1.4.
    Outgoing,
    /// The peer dialled and the embedder accepted: `TcpConnectionConfirmed`,
    /// event 17.
    Incoming,
}

/// Why the transport says that a connection has ended, or never came to be:
/// `TcpConnectionFails`, event 18 of RFC 4271 §8.1.4.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CloseCause {
    /// The peer closed its side in order.
    EndOfStream,
    /// The operating system reported an error: refused, reset, timed out,
    /// unreachable.
    Error(io::ErrorKind),
}

impl fmt::Display for CloseCause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::EndOfStream => f.write_str("end of stream"),
            Self::Error(kind) => write!(f, "{kind}"),
        }
    }
}
