//! Connections: which are taken, which are tracked, and which of two stays
//! (RFC 4271 §6.8).
//!
//! A new connection is
//!
//! - refused while the machine is in Idle and the pause is not one that the
//!   peer may end, while two are tracked, or while the embedder owes closes;
//! - the successor of an Established one if the peer restarts gracefully
//!   (RFC 4724 §5): a speaker that still had the old one would not dial;
//! - the connection of the machine that waits for one;
//! - else tracked beside the first until a collision is decided. It takes the
//!   place of an older incoming one that still owes its OPEN, so a peer that
//!   crashes in the middle of connecting does not lock itself out.

use std::mem;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Instant;

use super::Core;
use crate::collision::{Speaker, Survivor, survivor};
use crate::link::Link;
use crate::state::{Input, Machine, OpenSent};
use crate::{CloseCause, ConnId, Direction, Negotiated, Refused, State};

impl Core {
    /// Takes a new connection, or says why not.
    pub(crate) fn connected(
        &mut self,
        now: Instant,
        conn: ConnId,
        direction: Direction,
        local: SocketAddr,
        remote: SocketAddr,
    ) -> Result<(), Refused> {
        self.admit(conn, direction)?;
        let link = self.env.link(conn, direction, local, remote);
        self.env.used(conn);
        let restarted = self
            .established()
            .is_some_and(|it| it.peer_restarts_gracefully());
        if restarted {
            self.replace(now, link);
        } else if self.main.link().is_none() {
            self.step_main(now, Input::TcpConnected(link));
        } else {
            self.track(now, link);
        }
        self.settle(now);
        Ok(())
    }

    /// Gives up the Established connection of a peer that has restarted, for
    /// the one that it has opened since (RFC 4724 §4.2).
    fn replace(&mut self, now: Instant, link: Box<Link>) {
        if let Machine::Established(state) = mem::take(&mut self.main) {
            state.replaced(now, &mut self.env);
        }
        self.main = Machine::OpenSent(OpenSent::begin(link, now, &mut self.env));
    }

    /// Tracks a second connection. It takes the place of an older one from the
    /// peer that still owes its OPEN: the peer has given that one up.
    fn track(&mut self, now: Instant, link: Box<Link>) {
        self.step_rival(now, Input::OpenCollisionDump);
        self.rival = Some(Machine::OpenSent(OpenSent::begin(link, now, &mut self.env)));
    }

    fn admit(&self, conn: ConnId, direction: Direction) -> Result<(), Refused> {
        if conn.direction != direction || !self.env.is_fresh(conn) {
            return Err(Refused::UnknownConnection(conn));
        }
        if matches!(&self.main, Machine::Idle(idle) if !idle.welcomes(&self.env.config)) {
            return Err(Refused::Idle);
        }
        if self.env.closing.is_full() || !self.may_track(direction) {
            return Err(Refused::Busy);
        }
        Ok(())
    }

    /// Whether there is a place for one more connection.
    fn may_track(&self, direction: Direction) -> bool {
        let Some(rival) = &self.rival else {
            return true;
        };
        let replaceable = rival.state() == State::OpenSent
            && rival
                .link()
                .is_some_and(|link| link.direction == Direction::Incoming);
        replaceable && direction == Direction::Incoming
    }

    /// The transport has ended a connection or a dial.
    pub(crate) fn closed(&mut self, now: Instant, conn: ConnId, cause: CloseCause) {
        self.env.closing.forget(conn);
        if !self.env.is_dialing(conn) {
            return self.deliver(now, conn, Input::TcpConnectionFails(cause));
        }
        self.env.dial_ended();
        // With the peer's own connection at hand the failed dial is no loss.
        if self.main.state() == State::Connect && self.main.link().is_none() {
            self.drive(now, Input::TcpConnectionFails(cause));
        }
    }

    /// A valid OPEN has come: decides a collision, then goes on with the
    /// connection if it survives (RFC 4271 §6.8).
    pub(crate) fn opened(&mut self, now: Instant, conn: ConnId, negotiated: Arc<Negotiated>) {
        let input = match self.collision(conn, &negotiated) {
            Some((_, Survivor::Existing)) => {
                self.count_collision();
                Input::OpenCollisionDump
            }
            Some((loser, Survivor::New)) => {
                self.count_collision();
                self.step(now, loser, Input::OpenCollisionDump);
                Input::Open(negotiated)
            }
            None => Input::Open(negotiated),
        };
        self.deliver(now, conn, input);
    }

    fn count_collision(&mut self) {
        let collisions = &mut self.env.counters.collisions;
        *collisions = collisions.saturating_add(1);
    }

    /// The connection with which `conn` collides, and which of them stays.
    fn collision(&self, conn: ConnId, negotiated: &Negotiated) -> Option<(ConnId, Survivor)> {
        let new = self.link(conn)?;
        let (other, existing) = self
            .machines()
            .filter_map(|machine| Some((machine, machine.link()?)))
            .find(|(_, link)| link.id != conn)?;
        let config = &self.env.config;
        let survivor = match other.state() {
            State::Idle | State::Connect | State::Active | State::OpenSent => return None,
            State::Established if !config.collision_detect_established => Survivor::Existing,
            State::Established | State::OpenConfirm => survivor(
                Speaker {
                    identifier: config.local_identifier,
                    asn: config.local_as,
                },
                Speaker {
                    identifier: negotiated.peer.identifier,
                    asn: negotiated.context.peer_as,
                },
                existing.direction,
                new.direction,
            ),
        };
        Some((existing.id, survivor))
    }
}
