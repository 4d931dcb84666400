//! A client: a session that announces one route and counts what it is told.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Instant;

use bgp_session::{Asn, Config, ConnId, Direction, Event, Session, State};
use bgp_wire::{Context, Family, NextHop, Nlri, PathAttributes, UpdatePacker, UpdateView};
use ipnet::{IpNet, Ipv4Net};

/// The AS of all.
pub(crate) const ASN: u32 = 64_512;

/// One client.
pub(crate) struct Client {
    pub(crate) session: Session,
    pub(crate) conn: Option<ConnId>,
    address: Ipv4Addr,
    number: u32,
    /// How many routes it has.
    pub(crate) routes: usize,
    /// How many UPDATEs it took.
    pub(crate) updates: u64,
}

impl Client {
    /// The client of this number, which will connect to `reflector`.
    pub(crate) fn new(number: usize, reflector: SocketAddr) -> Self {
        let number = u32::try_from(number).expect("fewer clients");
        let address = Ipv4Addr::from_bits(Ipv4Addr::new(127, 1, 0, 1).to_bits() + number);
        let mut config = Config::new(Asn(ASN), address, reflector);
        config.peer_as = Some(Asn(ASN));
        let session = Session::new(config).expect("a sound configuration");
        Self {
            session,
            conn: None,
            address,
            number,
            routes: 0,
            updates: 0,
        }
    }

    /// Where it connects from.
    pub(crate) const fn address(&self) -> IpAddr {
        IpAddr::V4(self.address)
    }

    /// It is connected.
    pub(crate) fn connected(&mut self, now: Instant, local: SocketAddr, remote: SocketAddr) {
        self.session.start(now);
        self.see(now);
        let conn = self.conn.expect("the session dials at once");
        self.session
            .handle_connected(now, conn, Direction::Outgoing, local, remote)
            .expect("the session asked for it");
        self.see(now);
    }

    /// Octets came.
    pub(crate) fn received(&mut self, now: Instant, mut bytes: &[u8]) {
        let conn = self.conn.expect("connected");
        while !bytes.is_empty() {
            let taken = self
                .session
                .handle_bytes(now, conn, bytes)
                .expect("connected");
            self.see(now);
            bytes = bytes.get(taken..).unwrap_or_default();
        }
    }

    /// Announces its route.
    pub(crate) fn announce(&mut self) {
        let negotiated = self.session.negotiated().expect("Established");
        let message = announcement(&negotiated.context, self.address, self.number);
        self.session.send_update(&message).expect("room for it");
    }

    /// Takes what is to be written.
    pub(crate) fn transmit(&mut self, now: Instant) -> Option<Vec<u8>> {
        let conn = self.conn?;
        let bytes = self.session.poll_transmit(conn)?.to_vec();
        self.session.consume_transmit(now, conn, bytes.len());
        Some(bytes)
    }

    pub(crate) fn is_established(&self) -> bool {
        self.session.state() == State::Established
    }

    fn see(&mut self, now: Instant) {
        while let Some(event) = self.session.poll_event(now) {
            #[expect(
                clippy::wildcard_enum_match_arm,
                reason = "the enum may grow; the rest is of no interest here"
            )]
            match event {
                Event::Dial { conn, .. } => self.conn = Some(conn),
                Event::Update(update) => {
                    self.updates += 1;
                    self.routes += routes(&update);
                }
                Event::Down { reason, .. } | Event::AttemptFailed(reason) => {
                    panic!("client {}: {reason}", self.number)
                }
                _ => {}
            }
        }
    }
}

/// How many routes an UPDATE has; nobody withdraws any.
fn routes(update: &UpdateView<'_>) -> usize {
    let announcements = update.announcements();
    announcements
        .map(|announcement| announcement.routes.count())
        .sum()
}

/// A block of a node.
fn announcement(context: &Context, next_hop: Ipv4Addr, number: u32) -> Vec<u8> {
    let mut attributes = PathAttributes::new(NextHop::V4(next_hop));
    attributes.local_pref = Some(100);
    let block = Ipv4Addr::from_bits(Ipv4Addr::new(10, 0, 0, 0).to_bits() + (number << 6));
    let family = Family::IPV4_UNICAST;
    let nlri = Nlri {
        family,
        prefix: IpNet::V4(Ipv4Net::new(block, 26).expect("a length")),
        path_id: None,
    };
    let mut buffer = vec![0; usize::from(context.send_limit)];
    let length = UpdatePacker::new(context)
        .announce(
            &attributes,
            family,
            &mut [nlri].into_iter().peekable(),
            &mut buffer,
        )
        .expect("one route fits");
    buffer.truncate(length);
    buffer
}
