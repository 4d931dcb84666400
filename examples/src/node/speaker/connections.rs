//! Connections: which session each belongs to, and what comes in on it.

use std::net::{IpAddr, SocketAddr};
use std::time::Instant;

use bgp_session::{CloseCause, ConnId, Direction};

use super::{Peering, Request, Speaker};
use crate::sim::Socket;

impl Speaker {
    /// A connection came from `remote` to `local`: its name from now on, or `None` when
    /// no session wants it.
    pub fn accept(
        &mut self,
        now: Instant,
        local: SocketAddr,
        remote: SocketAddr,
    ) -> Option<Socket> {
        let index = self
            .peerings
            .iter()
            .position(|peering| peering.expects(local.ip(), remote.ip()))
            .or_else(|| self.welcome(now, remote.ip()))?;
        let session = &mut self.peerings.get_mut(index)?.session;
        let conn = session.next_conn();
        session
            .handle_connected(now, conn, Direction::Incoming, local, remote)
            .ok()?;
        let socket = self.name_connection(index, conn);
        self.settle(index, now);
        Some(socket)
    }

    /// A peering for a peer that connects from a range, where there is room for one more.
    /// The place of one whose peer has gone is taken before a new one.
    fn welcome(&mut self, now: Instant, remote: IpAddr) -> Option<usize> {
        let ranges = self.ranges.iter_mut();
        let range = ranges
            .filter(|range| range.plan.range.contains(&remote))
            .max_by_key(|range| range.plan.range.prefix_len())?;
        let (peerings, sockets) = (&self.peerings, &self.sockets);
        // A connection that is being closed still goes by its peering's number.
        let is_idle = |index: &usize| {
            peerings.get(*index).is_some_and(Peering::is_idle)
                && !sockets.values().any(|(owner, _)| owner == index)
        };
        let vacant = range.members.iter().copied().find(is_idle);
        if vacant.is_none() && range.members.len() >= range.plan.limit {
            return None;
        }
        let mut plan = range.plan.for_peer(remote);
        plan.peer.graceful_shutdown = self.draining;
        let mut peering = Peering::new(plan, &mut self.rib).ok()?;
        peering.session.start(now);
        let Some((index, place)) =
            vacant.and_then(|index| Some((index, self.peerings.get_mut(index)?)))
        else {
            range.members.push(self.peerings.len());
            self.peerings.push(peering);
            return self.peerings.len().checked_sub(1);
        };
        let gone = std::mem::replace(place, peering);
        let changes = self.rib.remove_peer(gone.peer());
        self.note(now, changes);
        Some(index)
    }

    /// A connection that was asked for is open.
    pub fn connected(
        &mut self,
        now: Instant,
        socket: Socket,
        local: SocketAddr,
        remote: SocketAddr,
    ) {
        let Some((index, conn)) = self.sockets.get(&socket).copied() else {
            return self.requests.push_back(Request::Close { socket });
        };
        let direction = Direction::Outgoing;
        let taken = self.with_session(index, now, |session| {
            session
                .handle_connected(now, conn, direction, local, remote)
                .is_ok()
        });
        if taken != Some(true) {
            self.forget(index, conn);
            self.requests.push_back(Request::Close { socket });
        }
    }

    /// Bytes came on a connection.
    pub fn received(&mut self, now: Instant, socket: Socket, bytes: &[u8]) {
        let Some((index, conn)) = self.sockets.get(&socket).copied() else {
            return;
        };
        let (mut offset, mut refusals) = (0_usize, 0_u8);
        while let Some(rest @ [_, ..]) = bytes.get(offset..) {
            let Some(peering) = self.peerings.get_mut(index) else {
                return;
            };
            let Ok(taken) = peering.session.handle_bytes(now, conn, rest) else {
                self.forget(index, conn);
                return self.requests.push_back(Request::Close { socket });
            };
            // A full queue of UPDATEs takes nothing until they are polled, which
            // empties it: the next offer is taken.
            self.settle(index, now);
            refusals = if taken == 0 { refusals + 1 } else { 0 };
            if refusals > 1 {
                self.forget(index, conn);
                return self.requests.push_back(Request::Close { socket });
            }
            offset += taken;
        }
    }

    /// A connection ended, or could not be opened.
    pub fn closed(&mut self, now: Instant, socket: Socket, cause: CloseCause) {
        let Some((index, conn)) = self.sockets.get(&socket).copied() else {
            return;
        };
        self.forget(index, conn);
        self.with_session(index, now, |session| {
            session.handle_closed(now, conn, cause)
        });
    }

    pub(super) fn name_connection(&mut self, index: usize, conn: ConnId) -> Socket {
        self.last_socket += 1;
        let socket = Socket(self.last_socket);
        self.sockets.insert(socket, (index, conn));
        self.names.entry(index).or_default().push((conn, socket));
        socket
    }

    pub(super) fn forget(&mut self, index: usize, conn: ConnId) -> Option<Socket> {
        let names = self.names.get_mut(&index)?;
        let position = names.iter().position(|(known, _)| *known == conn)?;
        let (_, socket) = names.swap_remove(position);
        self.sockets.remove(&socket);
        Some(socket)
    }
}
