//! A speaker on a machine of the simulated network.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::time::Instant;

use bgp_session::CloseCause;

use super::{Request, Speaker};
use crate::sim::{Action, Closed, Host, Socket};

impl Host for Speaker {
    fn start(&mut self, now: Instant) {
        Self::start(self, now);
    }

    fn accept(&mut self, now: Instant, local: SocketAddr, remote: SocketAddr) -> Option<Socket> {
        Self::accept(self, now, local, remote)
    }

    fn connected(&mut self, now: Instant, socket: Socket, local: SocketAddr, remote: SocketAddr) {
        Self::connected(self, now, socket, local, remote);
    }

    fn received(&mut self, now: Instant, socket: Socket, bytes: &[u8]) {
        Self::received(self, now, socket, bytes);
    }

    fn closed(&mut self, now: Instant, socket: Socket, cause: Closed) {
        let cause = match cause {
            Closed::Finished => CloseCause::EndOfStream,
            Closed::Refused => CloseCause::Error(io::ErrorKind::ConnectionRefused),
            Closed::TimedOut => CloseCause::Error(io::ErrorKind::TimedOut),
            Closed::Reset => CloseCause::Error(io::ErrorKind::ConnectionReset),
        };
        Self::closed(self, now, socket, cause);
    }

    fn woken(&mut self, now: Instant) {
        self.timeout(now);
    }

    fn next_wake(&self) -> Option<Instant> {
        self.next_timeout()
    }

    /// Requests first; then everything that waits on some connection, which the network
    /// takes whole.
    fn next_action(&mut self, now: Instant) -> Option<Action> {
        match self.next_request() {
            Some(Request::Dial {
                socket,
                local,
                remote,
                ..
            }) => {
                let local = local.unwrap_or_else(|| unspecified(remote));
                return Some(Action::Dial {
                    socket,
                    local,
                    remote,
                });
            }
            Some(Request::Close { socket }) => return Some(Action::Close { socket }),
            None => {}
        }
        let socket = self.next_output(now)?;
        let bytes = self.transmit(socket)?.to_vec();
        self.transmitted(now, socket, bytes.len());
        Some(Action::Send { socket, bytes })
    }
}

const fn unspecified(remote: SocketAddr) -> IpAddr {
    match remote {
        SocketAddr::V4(_) => IpAddr::V4(std::net::Ipv4Addr::UNSPECIFIED),
        SocketAddr::V6(_) => IpAddr::V6(std::net::Ipv6Addr::UNSPECIFIED),
    }
}
