//! BMP octet by octet, as the RFCs draw it; damage; and what a station makes of path identifiers.

use std::io::{self, Read};

use bgp_wire::bmp::{
    BmpError, BmpErrorKind, BmpFrame, BmpFrames, BmpMessage, BmpMessageType, BmpPeerType,
    BmpReadError, BmpReader, Information, InformationType, Initiation, Mirrored,
    MirroringInformation, MonitoredRib, PeerDown, PeerDownReason, PeerFlags, PeerHeader, PeerUp,
    RouteMirroring, RouteMonitoring, Statistic, StatisticType, StatisticValue, StatisticsReport,
    Termination, TerminationReason,
};
use bgp_wire::{Asn, EncodeError, Family, NotificationCode, RouteDistinguisher, Tlvs, UpdateView};
use proptest::prelude::*;
use testkit::alloc::count;
use testkit::wire::{bmp_laws, dissection_laws};

/// RFC 7854 §4.2, with what RFC 8671 §4 adds.
const PEER: [u8; 42] = [
    1,
    0b1101_0000, // RD instance; V, L, O
    0,
    0,
    0xfd,
    0xe8,
    0,
    0,
    0,
    100, // 65000:100
    0x20,
    0x01,
    0x0d,
    0xb8,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    1, // 2001:db8::1
    0xfa,
    0x56,
    0xea,
    0, // 4200000000
    192,
    0,
    2,
    1, //
    0x65,
    0x53,
    0xf1,
    0, // 1700000000
    0,
    3,
    0xd0,
    0x90, // 250000
];

fn peer() -> PeerHeader {
    PeerHeader {
        peer_type: BmpPeerType::RD_INSTANCE,
        flags: PeerFlags::IPV6 | PeerFlags::POST_POLICY | PeerFlags::ADJ_RIB_OUT,
        distinguisher: RouteDistinguisher::from_as(Asn(65000), 100),
        address: "2001:db8::1".parse().unwrap(),
        asn: Asn(4_200_000_000),
        identifier: [192, 0, 2, 1].into(),
        timestamp: 1_700_000_000,
        microseconds: 250_000,
    }
}

/// A message of BGP with a body.
fn bgp(code: u8, body: &[u8]) -> Vec<u8> {
    let mut message = vec![0xff; 16];
    message.extend(u16::try_from(19 + body.len()).unwrap().to_be_bytes());
    message.push(code);
    message.extend(body);
    message
}

/// An OPEN of an AS with these capabilities.
fn open(asn: u16, capabilities: &[u8]) -> Vec<u8> {
    let length = u8::try_from(capabilities.len()).unwrap();
    let mut body = vec![4];
    body.extend(asn.to_be_bytes());
    body.extend([0, 90, 192, 0, 2, 1, length + 2, 2, length]);
    body.extend(capabilities);
    bgp(1, &body)
}

/// ADD-PATH for IPv4 unicast: 1 to receive, 2 to send (RFC 7911 §4).
fn add_path(direction: u8) -> Vec<u8> {
    open(65001, &[1, 4, 0, 1, 0, 1, 69, 4, 0, 1, 1, direction])
}

/// Announces 203.0.113.0/24 with path identifier 7, if it is read so.
fn update_with_path_id() -> Vec<u8> {
    let mut body = vec![
        0, 0, 0, 20, 0x40, 1, 1, 0, 0x40, 2, 6, 2, 1, 0, 0, 0xfd, 0xe9,
    ];
    body.extend([0x40, 3, 4, 192, 0, 2, 1, 0, 0, 0, 7, 24, 203, 0, 113]);
    bgp(2, &body)
}

/// The message, checked to be written as these octets and read from them.
fn same(message: BmpMessage<'_>, code: u8, body: &[u8]) {
    let mut octets = vec![3];
    octets.extend(u32::try_from(6 + body.len()).unwrap().to_be_bytes());
    octets.push(code);
    octets.extend(body);
    let mut out = Vec::new();
    message.encode_to(&mut out).unwrap();
    assert_eq!(out, octets);
    let frame = BmpFrame::split(&octets, octets.len()).unwrap().unwrap();
    assert_eq!(frame.decode(), Ok(message));
    bmp_laws(&octets);
    dissection_laws(&octets);
}

fn of_peer(body: &[u8]) -> Vec<u8> {
    [&PEER[..], body].concat()
}

#[test]
fn a_per_peer_header() {
    let update = update_with_path_id();
    let routes = RouteMonitoring {
        peer: peer(),
        update: &update,
        trailing: &[],
    };
    same(BmpMessage::RouteMonitoring(routes), 0, &of_peer(&update));
    assert_eq!(peer().rib(), MonitoredRib::AdjRibOutPostPolicy);
    assert_eq!(peer().time().unwrap().as_micros(), 1_700_000_000_250_000);
    assert!(peer().four_octet_as());
    assert_eq!(
        peer().to_string(),
        "2001:db8::1 AS 4200000000 Adj-RIB-Out post-policy of 65000:100"
    );
}

/// IPv4 in the last four octets; flags of each table; bits that are reserved.
#[test]
fn flags_of_each_table() {
    let of = |rib| PeerHeader::new(rib, [192, 0, 2, 1].into(), Asn(1), [10, 0, 0, 1].into());
    for (rib, flags) in [
        (MonitoredRib::AdjRibInPrePolicy, 0),
        (MonitoredRib::AdjRibInPostPolicy, 0x40),
        (MonitoredRib::AdjRibOutPrePolicy, 0x10),
        (MonitoredRib::AdjRibOutPostPolicy, 0x50),
        (MonitoredRib::LocRib, 0),
    ] {
        let mut out = Vec::new();
        let down = PeerDown {
            peer: of(rib),
            reason: PeerDownReason::RemoteClosed,
        };
        BmpMessage::PeerDown(down).encode_to(&mut out).unwrap();
        assert_eq!(out[7], flags, "{rib}");
        let address = match rib == MonitoredRib::LocRib {
            true => [0; 16],
            false => [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 192, 0, 2, 1],
        };
        assert_eq!(out[16..32], address, "{rib}");
        assert_eq!(of(rib).rib(), rib);
        // RFC 7854 §4.2: ignored on receipt.
        out[7] |= 0x0f;
        let Ok(BmpMessage::PeerDown(down)) = BmpFrames::new(&out).next().unwrap().unwrap().decode()
        else {
            panic!("{rib}");
        };
        assert_eq!(down.peer.rib(), rib);
    }
    let filtered = PeerHeader {
        flags: PeerFlags::FILTERED,
        ..of(MonitoredRib::LocRib)
    };
    assert!(filtered.is_filtered() && !peer().is_filtered());
    assert!(filtered.address.is_unspecified());
}

/// RFC 7854 §4.3, §4.5.
#[test]
fn the_first_and_the_last_message() {
    let mut information = Information::new();
    information
        .push(InformationType::SYS_DESCR, "BIRD")
        .and_then(|it| it.push(InformationType::SYS_NAME, "r1"))
        .and_then(|it| it.push(InformationType::STRING, "a"))
        .and_then(|it| it.push(InformationType::STRING, "b"))
        .unwrap();
    let hello = Initiation {
        information: information.tlvs(),
    };
    same(
        BmpMessage::Initiation(hello),
        4,
        b"\0\x01\0\x04BIRD\0\x02\0\x02r1\0\0\0\x01a\0\0\0\x01b",
    );
    assert_eq!(
        (hello.sys_descr(), hello.sys_name()),
        (Some("BIRD"), Some("r1"))
    );
    assert!(hello.strings().eq(["a", "b"]));

    let mut information = Information::new();
    Termination::push_reason(TerminationReason::PERMANENTLY_CLOSED, &mut information);
    information.push(InformationType::STRING, "bye").unwrap();
    let bye = Termination {
        information: information.tlvs(),
    };
    same(
        BmpMessage::Termination(bye),
        5,
        b"\0\x01\0\x02\0\x04\0\0\0\x03bye",
    );
    assert_eq!(bye.reason(), Some(TerminationReason::PERMANENTLY_CLOSED));
    assert_eq!(
        BmpMessage::Initiation(hello).to_string(),
        "Initiation r1: BIRD"
    );
    assert_eq!(
        BmpMessage::Termination(bye).to_string(),
        "Termination Session permanently administratively closed \"bye\""
    );
    assert!(bye.strings().eq(["bye"]));
}

/// RFC 7854 §4.10.
#[test]
fn a_peer_that_comes_up() {
    let (sent, received) = (add_path(1), add_path(2));
    let mut information = Information::new();
    information
        .push(InformationType::VRF_TABLE_NAME, "red")
        .and_then(|it| it.push(InformationType::ADMIN_LABEL, "type=client"))
        .unwrap();
    let up = PeerUp {
        peer: peer(),
        local_address: "2001:db8::2".parse().unwrap(),
        local_port: 179,
        remote_port: 40_000,
        sent_open: &sent,
        received_open: &received,
        information: information.tlvs(),
    };
    let mut body = of_peer(&[0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2]);
    body.extend([0, 179, 0x9c, 0x40]);
    body.extend([sent.clone(), received.clone()].concat());
    body.extend(b"\0\x03\0\x03red\0\x04\0\x0btype=client");
    same(BmpMessage::PeerUp(up), 3, &body);
    assert_eq!(up.table_name(), Some("red"));
    assert!(up.admin_labels().eq(["type=client"]));
}

/// RFC 7854 §4.9, RFC 9069 §5.3.
#[test]
fn every_reason_to_go_down() {
    let cease = bgp(3, &[6, 2]);
    let name = b"\0\x03\0\x06global";
    for (reason, octets, text) in [
        (
            PeerDownReason::LocalNotification(&cease),
            [&[1][..], &cease].concat(),
            "local system closed the session: Cease / Administrative Shutdown",
        ),
        (
            PeerDownReason::LocalEvent(10),
            vec![2, 0, 10],
            "local system closed the session: event 10",
        ),
        (
            PeerDownReason::RemoteNotification(&cease),
            [&[3][..], &cease].concat(),
            "remote system closed the session: Cease / Administrative Shutdown",
        ),
        (
            PeerDownReason::RemoteClosed,
            vec![4],
            "remote system closed the session",
        ),
        (PeerDownReason::Deconfigured, vec![5], "no longer monitored"),
        (
            PeerDownReason::Information(Tlvs::new(name)),
            [&[6][..], name].concat(),
            "local system closed the Loc-RIB",
        ),
        (PeerDownReason::Other(9, &[1]), vec![9, 1], "reason 9"),
    ] {
        let down = PeerDown {
            peer: peer(),
            reason,
        };
        same(BmpMessage::PeerDown(down), 2, &of_peer(&octets));
        assert_eq!(reason.to_string(), text);
        let said = reason.notification().map(|it| it.unwrap().kind());
        assert_eq!(said.is_some(), matches!(reason.code(), 1 | 3), "{reason:?}");
        assert!(said.is_none_or(|kind| kind == NotificationCode::ADMINISTRATIVE_SHUTDOWN));
        assert_eq!(down.table_name(), (reason.code() == 6).then_some("global"));
    }
}

/// RFC 7854 §4.8, RFC 8671 §6.2; one of no known type, and one with more than it should have.
#[test]
fn statistics_of_each_form() {
    use StatisticValue::{Counter, FamilyGauge, Gauge, Other};
    let statistics = [
        (0, Counter(1), "1 prefixes rejected by inbound policy"),
        (
            13,
            Counter(u32::MAX),
            "4294967295 duplicate update messages",
        ),
        (7, Gauge(1 << 40), "1099511627776 routes in Adj-RIB-In"),
        (
            17,
            FamilyGauge(Family::IPV6_UNICAST, 3),
            "3 (ipv6 unicast) routes in per-AFI/SAFI post-policy Adj-RIB-Out",
        ),
        (99, Other(&[1, 2]), "0x0102 statistic 99"),
        (
            1,
            Other(&[0, 0, 0, 1, 9]),
            "0x0000000109 duplicate prefix advertisements",
        ),
    ];
    let mut tlvs = Information::new();
    for (code, value, text) in statistics {
        let statistic = Statistic {
            statistic_type: StatisticType(code),
            value,
        };
        statistic.push_to(&mut tlvs).unwrap();
        assert_eq!(statistic.to_string(), text);
    }
    let report = StatisticsReport {
        peer: peer(),
        tlvs: tlvs.tlvs(),
    };
    let body: &[&[u8]] = &[
        &[0, 0, 0, 6],
        &[0, 0, 0, 4, 0, 0, 0, 1],
        &[0, 13, 0, 4, 255, 255, 255, 255],
        &[0, 7, 0, 8, 0, 0, 1, 0, 0, 0, 0, 0],
        &[0, 17, 0, 11, 0, 2, 1, 0, 0, 0, 0, 0, 0, 0, 3],
        &[0, 99, 0, 2, 1, 2],
        &[0, 1, 0, 5, 0, 0, 0, 1, 9],
    ];
    same(
        BmpMessage::StatisticsReport(report),
        1,
        &of_peer(&body.concat()),
    );
    let text = BmpMessage::StatisticsReport(report).to_string();
    assert!(
        text.starts_with("Statistics Report 2001:db8::1 AS 4200000000"),
        "{text}"
    );
    assert!(
        text.contains(": 1 prefixes rejected by inbound policy, 4294967295"),
        "{text}"
    );
    let values = report.iter().map(|it| (it.statistic_type.0, it.value));
    assert!(values.eq(statistics.map(|(code, value, _)| (code, value))));
}

/// RFC 7854 §4.7.
#[test]
fn mirrored_messages() {
    let keepalive = bgp(4, &[]);
    let items = [
        Mirrored::Information(MirroringInformation::MESSAGES_LOST),
        Mirrored::Message(&keepalive),
    ];
    let mut tlvs = Information::new();
    items
        .iter()
        .for_each(|item| item.push_to(&mut tlvs).unwrap());
    let mirror = RouteMirroring {
        peer: peer(),
        tlvs: tlvs.tlvs(),
    };
    let body = [&[0, 1, 0, 2, 0, 1, 0, 0, 0, 19][..], &keepalive].concat();
    same(BmpMessage::RouteMirroring(mirror), 6, &of_peer(&body));
    assert!(mirror.into_iter().eq(items));
    let text = BmpMessage::RouteMirroring(mirror).to_string();
    assert!(
        text.ends_with(": Messages Lost, message of 19 octets"),
        "{text}"
    );
}

/// RFC 7911 §4, RFC 8671 §4, RFC 9069 §5.2: who sends path identifiers in which table.
#[test]
fn path_identifiers_of_each_table() {
    let update = update_with_path_id();
    // The router receives them, and the peer sends.
    let (sent, received) = (add_path(1), add_path(2));
    let up = PeerUp {
        peer: peer(),
        local_address: "2001:db8::2".parse().unwrap(),
        local_port: 179,
        remote_port: 179,
        sent_open: &sent,
        received_open: &received,
        information: Tlvs::new(&[]),
    };
    let session = up.session().unwrap();
    for (rib, has_path_ids) in [
        (MonitoredRib::AdjRibInPrePolicy, true),
        (MonitoredRib::AdjRibInPostPolicy, true),
        (MonitoredRib::AdjRibOutPrePolicy, false),
        (MonitoredRib::AdjRibOutPostPolicy, false),
        (MonitoredRib::LocRib, true),
    ] {
        let routes = RouteMonitoring {
            peer: PeerHeader::new(
                rib,
                [192, 0, 2, 1].into(),
                Asn(65001),
                [192, 0, 2, 1].into(),
            ),
            update: &update,
            trailing: &[],
        };
        let paths = |scanned: UpdateView<'_>| {
            let routes = scanned.reachable_nlri();
            routes.map(|nlri| nlri.path_id()).collect::<Vec<_>>()
        };
        let expected = match has_path_ids {
            true => vec![Some(7)],
            // Four octets that are 0.0.0.0/0 and more.
            false => vec![None; 5],
        };
        match routes.scan(Some(&session)) {
            Ok(scanned) => assert_eq!(paths(scanned), expected, "{rib}"),
            Err(error) => assert!(!has_path_ids, "{rib}: {error}"),
        }
    }
}

/// RFC 8671 §5.2: a next hop of zero, an empty one, and none, which a session refuses.
#[test]
fn routes_of_the_router_s_own() {
    let peer = PeerHeader::new(
        MonitoredRib::LocRib,
        [0, 0, 0, 0].into(),
        Asn(65001),
        [192, 0, 2, 1].into(),
    );
    let next_hops: [&[u8]; 3] = [&[0x40, 3, 4, 0, 0, 0, 0], &[0x40, 3, 0], &[]];
    for next_hop in next_hops {
        let attributes = [&[0x40, 1, 1, 0, 0x40, 2, 0][..], next_hop].concat();
        let length = u8::try_from(attributes.len()).unwrap();
        let body = [&[0, 0, 0, length][..], &attributes, &[24, 203, 0, 113]].concat();
        let update = bgp(2, &body);
        let routes = RouteMonitoring {
            peer,
            update: &update,
            trailing: &[],
        };
        let scanned = routes.scan(None).unwrap();
        assert!(scanned.findings().is_empty(), "{:?}", scanned.findings());
        assert_eq!(scanned.reachable_nlri().count(), 1);
        let mut strict = routes.context(None);
        strict.watched = false;
        let scanned = UpdateView::scan(&update, &strict).unwrap();
        assert_eq!(scanned.reachable_nlri().count(), 0, "{next_hop:?}");
    }
}

/// A Loc-RIB's OPENs are made up (RFC 9069 §5.2): some have AS 0.
#[test]
fn an_open_that_no_speaker_would_take() {
    let open = open(0, &[1, 4, 0, 1, 0, 1]);
    let up = PeerUp {
        peer: peer(),
        local_address: "::".parse().unwrap(),
        local_port: 0,
        remote_port: 0,
        sent_open: &open,
        received_open: &open,
        information: Tlvs::new(&[]),
    };
    assert!(up.session().is_ok());
    assert!(bgp_wire::OpenView::decode(&open).is_err());
}

/// Where each goes wrong, and that the next message is found all the same.
#[test]
fn what_is_wrong_is_said_where_it_is() {
    let mut stats = of_peer(&[0, 0, 0, 2]);
    stats.extend([0, 0, 0, 4, 0, 0, 0, 1]);
    let cases: [(u8, u8, Vec<u8>, BmpErrorKind, u64); 6] = [
        (4, 4, vec![], BmpErrorKind::Version(4), 0),
        (3, 0, PEER[..41].to_vec(), BmpErrorKind::PeerHeader, 44),
        (3, 1, stats, BmpErrorKind::StatisticsCount, 48),
        (3, 2, of_peer(&[2, 0]), BmpErrorKind::Body, 49),
        (3, 2, of_peer(&[4, 0]), BmpErrorKind::Body, 49),
        (3, 4, vec![0, 1, 0, 9, 1], BmpErrorKind::Body, 11),
    ];
    for (version, code, body, kind, offset) in cases {
        let mut octets = vec![version];
        octets.extend(u32::try_from(6 + body.len()).unwrap().to_be_bytes());
        octets.push(code);
        octets.extend(&body);
        octets.extend([3, 0, 0, 0, 6, 4]);
        let mut frames = BmpFrames::new(&octets);
        let error = frames.next().unwrap().unwrap().decode().unwrap_err();
        assert_eq!(error, BmpError { kind, offset });
        let next = frames.next().unwrap().unwrap();
        assert_eq!(next.message_type, BmpMessageType::INITIATION);
        assert!(next.decode().is_ok());
        bmp_laws(&octets);
        dissection_laws(&octets);
    }
}

/// RFC 7854 §4.1.
#[test]
fn a_type_that_is_not_known_is_passed_over() {
    same(
        BmpMessage::Other(BmpMessageType(200), b"what"),
        200,
        b"what",
    );
}

#[test]
fn lengths_that_lie_end_the_stream() {
    for length in [0_u32, 5, 1 << 30, u32::MAX] {
        let mut octets = vec![3];
        octets.extend(length.to_be_bytes());
        octets.extend([4, 0, 0, 0, 0]);
        let error = BmpFrames::new(&octets).next().unwrap().unwrap_err();
        assert_eq!(error.kind, BmpErrorKind::Length, "{length}");
        let mut reader = BmpReader::new(&octets[..]);
        for _ in 0..2 {
            let Err(BmpReadError::Bmp(error)) = reader.next_frame() else {
                panic!("{length}");
            };
            assert_eq!(error.kind, BmpErrorKind::Length);
        }
        dissection_laws(&octets);
    }
    let torn = [3, 0, 0, 0, 7, 4];
    assert!(BmpReader::new(&torn[..]).next_frame().is_err());
    assert_eq!(BmpFrame::split(&torn, 100), Ok(None));
    assert!(BmpReader::new(&[][..]).next_frame().unwrap().is_none());
}

/// A source that gives few octets at a time, and is interrupted in between.
struct Drops<'a>(&'a [u8], bool);

impl Read for Drops<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.1 = !self.1;
        if self.1 {
            return Err(io::ErrorKind::Interrupted.into());
        }
        let count = self.0.len().min(5).min(buffer.len());
        buffer[..count].copy_from_slice(&self.0[..count]);
        self.0 = &self.0[count..];
        Ok(count)
    }
}

#[test]
fn a_slow_source_gives_the_same() {
    let mut stream = Vec::new();
    let update = update_with_path_id();
    for _ in 0..20 {
        let routes = RouteMonitoring {
            peer: peer(),
            update: &update,
            trailing: &[],
        };
        BmpMessage::RouteMonitoring(routes)
            .encode_to(&mut stream)
            .unwrap();
    }
    let mut reader = BmpReader::new(Drops(&stream, false));
    for frame in BmpFrames::new(&stream) {
        assert_eq!(reader.next_frame().unwrap(), Some(frame.unwrap()));
    }
    assert!(reader.next_frame().unwrap().is_none());
    assert_eq!(reader.offset(), stream.len() as u64);
}

/// Decoding lends and never allocates.
#[test]
fn a_stream_is_read_without_an_allocation() {
    // The table is what is sent to the peer.
    let (sent, received) = (add_path(2), add_path(1));
    let update = update_with_path_id();
    let up = PeerUp {
        peer: peer(),
        local_address: "2001:db8::2".parse().unwrap(),
        local_port: 179,
        remote_port: 179,
        sent_open: &sent,
        received_open: &received,
        information: Tlvs::new(&[]),
    };
    let routes = RouteMonitoring {
        peer: peer(),
        update: &update,
        trailing: &[],
    };
    let mut stream = Vec::new();
    BmpMessage::PeerUp(up).encode_to(&mut stream).unwrap();
    BmpMessage::RouteMonitoring(routes)
        .encode_to(&mut stream)
        .unwrap();
    let ((), counts) = count(|| {
        let mut session = None;
        for frame in BmpFrames::new(&stream) {
            let message = frame.unwrap().decode().unwrap();
            if let BmpMessage::PeerUp(up) = message {
                session = up.session().ok();
            } else if let BmpMessage::RouteMonitoring(routes) = message {
                let _ = routes.scan(session.as_ref()).unwrap().reachable().count();
            }
        }
    });
    assert_eq!(counts.allocations, 0);
}

#[test]
fn a_text_too_long_adds_nothing() {
    let mut information = Information::new();
    let text = "x".repeat(65_536);
    let refused = information.push(InformationType::STRING, &text).err();
    assert_eq!(refused, Some(EncodeError::ValueTooLong));
    assert!(information.tlvs().octets().is_empty());
}

proptest! {
    /// Octets that are nothing, and octets with the header of each message before them.
    #[test]
    fn any_octets(code in 0_u8..8, body in proptest::collection::vec(any::<u8>(), 0..200), peer in any::<bool>()) {
        bmp_laws(&body);
        let body = match peer {
            true => of_peer(&body),
            false => body,
        };
        let mut octets = vec![3];
        octets.extend(u32::try_from(6 + body.len()).unwrap().to_be_bytes());
        octets.push(code);
        octets.extend(&body);
        bmp_laws(&octets);
        dissection_laws(&octets);
        dissection_laws(&body);
    }
}
