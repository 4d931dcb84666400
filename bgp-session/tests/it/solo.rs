//! One session whose peer is the test, octet by octet.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use bgp_session::{
    Asn, Config, ConnId, Direction, DownReason, Event, Family, FamilySet, Session, State,
};

/// The peer of every [`Solo`]: AS 64513, identifier 192.0.2.2.
pub(crate) const PEER_AS: u16 = 64513;
pub(crate) const PEER_ID: [u8; 4] = [192, 0, 2, 2];

/// A session, its clock and the connection in use.
pub(crate) struct Solo {
    pub(crate) session: Session,
    pub(crate) now: Instant,
    pub(crate) conn: Option<ConnId>,
    /// What happened, UPDATEs by their reachable prefixes.
    pub(crate) seen: Vec<String>,
    pub(crate) failures: Vec<DownReason>,
    pub(crate) dialed: Vec<ConnId>,
    pub(crate) closed: Vec<ConnId>,
}

/// AS 64512, identifier 192.0.2.1, hold time 90, IPv4 and IPv6 unicast.
pub(crate) fn config() -> Config {
    let mut config = Config::new(Asn(64512), [192, 0, 2, 1].into(), remote());
    config.families = both();
    config
}

pub(crate) fn both() -> FamilySet {
    [Family::IPV4_UNICAST, Family::IPV6_UNICAST]
        .into_iter()
        .collect()
}

pub(crate) fn local() -> SocketAddr {
    ([192, 0, 2, 1], 179).into()
}

pub(crate) fn remote() -> SocketAddr {
    ([192, 0, 2, 2], 179).into()
}

#[expect(
    clippy::disallowed_methods,
    reason = "one base instant; the rest is arithmetic"
)]
pub(crate) fn base() -> Instant {
    Instant::now()
}

/// A whole message of this type.
pub(crate) fn message(message_type: u8, body: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0xff; 16];
    bytes.extend(u16::try_from(19 + body.len()).unwrap().to_be_bytes());
    bytes.push(message_type);
    bytes.extend(body);
    bytes
}

/// An OPEN whose optional parameters are one list of capabilities.
pub(crate) fn open(asn: u16, hold_time: u16, identifier: [u8; 4], capabilities: &[u8]) -> Vec<u8> {
    let mut body = vec![4];
    body.extend(asn.to_be_bytes());
    body.extend(hold_time.to_be_bytes());
    body.extend(identifier);
    if capabilities.is_empty() {
        body.push(0);
    } else {
        let length = u8::try_from(capabilities.len()).unwrap();
        body.extend([length + 2, 2, length]);
        body.extend(capabilities);
    }
    message(1, &body)
}

/// Capabilities: IPv4 and IPv6 unicast, route refresh, AS 64513 in four octets.
pub(crate) const CAPABILITIES: [u8; 20] = [
    1, 4, 0, 1, 0, 1, 1, 4, 0, 2, 0, 1, 2, 0, 65, 4, 0, 0, 0xfc, 0x01,
];

/// The OPEN of a peer that wants what [`config`] wants.
pub(crate) fn good_open() -> Vec<u8> {
    open(PEER_AS, 90, PEER_ID, &CAPABILITIES)
}

pub(crate) fn keepalive() -> Vec<u8> {
    message(4, &[])
}

/// Prefix 10.0.n.0/24 with origin IGP, AS path 64513, next hop 192.0.2.2.
pub(crate) fn update(n: u8) -> Vec<u8> {
    let attributes = [
        0x40, 1, 1, 0, // ORIGIN IGP
        0x40, 2, 6, 2, 1, 0, 0, 0xfc, 0x01, // AS_PATH 64513
        0x40, 3, 4, 192, 0, 2, 2, // NEXT_HOP
    ];
    let mut body = vec![0, 0, 0, u8::try_from(attributes.len()).unwrap()];
    body.extend(attributes);
    body.extend([24, 10, 0, n]);
    message(2, &body)
}

impl Solo {
    pub(crate) fn new(config: Config) -> Self {
        Self {
            session: Session::new(config).unwrap(),
            now: base(),
            conn: None,
            seen: Vec::new(),
            failures: Vec::new(),
            dialed: Vec::new(),
            closed: Vec::new(),
        }
    }

    /// A session that has just come into this state.
    pub(crate) fn in_state(state: State, config: Config) -> Self {
        let mut solo = Self::new(config);
        if state > State::Idle {
            solo.session.start(solo.now);
            solo.poll();
        }
        match state {
            State::Active => solo.lose_connection(),
            State::OpenSent | State::OpenConfirm | State::Established => solo.connect(),
            State::Idle | State::Connect => {}
        }
        if state > State::OpenSent {
            solo.receive(&good_open());
        }
        if state > State::OpenConfirm {
            solo.receive(&keepalive());
        }
        solo.poll();
        solo.sent();
        assert_eq!(solo.session.state(), state);
        solo
    }

    /// OpenSent that loses its connection is Active.
    fn lose_connection(&mut self) {
        if self.session.config().passive {
            return;
        }
        self.connect();
        let conn = self.conn.unwrap();
        self.session
            .handle_closed(self.now, conn, bgp_session::CloseCause::EndOfStream);
        self.conn = None;
        self.poll();
    }

    /// The dial succeeds; a passive session is dialled instead.
    pub(crate) fn connect(&mut self) {
        match self
            .dialed
            .last()
            .copied()
            .filter(|_| !self.session.config().passive)
        {
            Some(conn) => {
                self.session
                    .handle_connected(self.now, conn, Direction::Outgoing, local(), remote())
                    .unwrap();
                self.conn = Some(conn);
            }
            None => self.conn = Some(self.accept().unwrap()),
        }
        self.poll();
    }

    /// The peer dials.
    pub(crate) fn accept(&mut self) -> Result<ConnId, bgp_session::Refused> {
        let conn = self.session.next_conn();
        let result =
            self.session
                .handle_connected(self.now, conn, Direction::Incoming, local(), remote());
        self.poll();
        result.map(|()| conn)
    }

    pub(crate) fn receive(&mut self, bytes: &[u8]) {
        self.receive_on(self.conn.unwrap(), bytes);
    }

    pub(crate) fn receive_on(&mut self, conn: ConnId, bytes: &[u8]) {
        let taken = self.session.handle_bytes(self.now, conn, bytes);
        assert_eq!(taken, Ok(bytes.len()));
        self.poll();
    }

    /// Lets time pass, firing every timer at its time.
    pub(crate) fn advance(&mut self, time: Duration) {
        let end = self.now + time;
        while let Some(at) = self.session.poll_timeout().filter(|at| *at <= end) {
            self.now = self.now.max(at);
            self.session.handle_timeout(self.now);
            self.poll();
        }
        self.now = end;
    }

    /// Polls every event.
    pub(crate) fn poll(&mut self) {
        while let Some(event) = self.session.poll_event(self.now) {
            let text = match event {
                Event::Dial { conn, .. } => {
                    self.dialed.push(conn);
                    "dial".to_owned()
                }
                Event::Close { conn } => {
                    self.closed.push(conn);
                    "close".to_owned()
                }
                Event::StateChanged { to, .. } => to.to_string(),
                Event::Established(_) => "established".to_owned(),
                Event::Down { reason, retain } => {
                    let text = format!("down, retain {}", retain.len());
                    self.failures.push(reason);
                    text
                }
                Event::AttemptFailed(reason) => {
                    self.failures.push(reason);
                    "failed".to_owned()
                }
                Event::Update(view) => {
                    let routes: Vec<_> = view
                        .reachable()
                        .map(|nlri| nlri.prefix.to_string())
                        .collect();
                    let gone: Vec<_> = view
                        .unreachable()
                        .map(|nlri| nlri.prefix.to_string())
                        .collect();
                    format!("update +{routes:?} -{gone:?}")
                }
                Event::EndOfRib(family) => format!("end of rib {family}"),
                Event::RouteRefresh(family) => format!("refresh {family}"),
                Event::BeginOfRefresh(family) => format!("begin {family}"),
                Event::EndOfRefresh(family) => format!("end {family}"),
                Event::PrefixLimit {
                    family,
                    count,
                    maximum,
                } => format!("{count} of {maximum} {family}"),
                other => panic!("unknown event {other:?}"),
            };
            self.seen.push(text);
        }
    }

    /// Takes all output of the present connection, as names of messages.
    pub(crate) fn sent(&mut self) -> Vec<String> {
        match self.conn {
            Some(conn) => names(&self.sent_on(conn)),
            None => Vec::new(),
        }
    }

    /// Takes all output of a connection.
    pub(crate) fn sent_on(&mut self, conn: ConnId) -> Vec<u8> {
        let mut bytes = Vec::new();
        while let Some(more) = self.session.poll_transmit(conn) {
            let count = more.len();
            bytes.extend_from_slice(more);
            self.session.consume_transmit(self.now, conn, count);
        }
        self.poll();
        bytes
    }
}

/// Splits a byte stream into messages.
pub(crate) fn messages(mut bytes: &[u8]) -> Vec<&[u8]> {
    let mut all = Vec::new();
    while !bytes.is_empty() {
        let length = usize::from(u16::from_be_bytes([bytes[16], bytes[17]]));
        let (message, rest) = bytes.split_at(length);
        all.push(message);
        bytes = rest;
    }
    all
}

/// "OPEN", "NOTIFICATION 6/2"…
pub(crate) fn names(bytes: &[u8]) -> Vec<String> {
    messages(bytes)
        .into_iter()
        .map(|message| match message[18] {
            1 => "OPEN".to_owned(),
            2 => "UPDATE".to_owned(),
            3 => format!("NOTIFICATION {}/{}", message[19], message[20]),
            4 => "KEEPALIVE".to_owned(),
            5 => "ROUTE-REFRESH".to_owned(),
            other => format!("type {other}"),
        })
        .collect()
}
