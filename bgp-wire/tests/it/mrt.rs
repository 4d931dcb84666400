//! MRT archives: forms that real ones lack, damage, and what goes on behind it.

use std::io::{self, Read};

use bgp_wire::mrt::{
    Bgp4mp, Body, Ends, GeoPeer, GeoPeerTable, GeoPeers, GeoPlace, MrtError, MrtErrorKind,
    MrtReadError, MrtReader, Peer, PeerIndexTable, Peers, Record, RecordType, Records, Rib,
    RibEntries, RibEntry, RibForm, StateChange, TableDump,
};
use bgp_wire::{Afi, Asn, Family, Safi, UpdateView};
use proptest::prelude::*;

/// ORIGIN IGP, AS_PATH 65001 in four octets, NEXT_HOP 192.0.2.1.
const ATTRIBUTES: [u8; 20] = [
    0x40, 1, 1, 0, 0x40, 2, 6, 2, 1, 0, 0, 0xfd, 0xe9, 0x40, 3, 4, 192, 0, 2, 1,
];

const ENDS: Ends = Ends {
    peer_as: Asn(65001),
    local_as: Asn(65000),
    four_octet_as: false,
    interface: 7,
    peer: std::net::IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 1)),
    local: std::net::IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 2)),
};

fn written(body: &Body<'_>) -> Vec<u8> {
    let mut archive = Vec::new();
    body.encode_record(1_700_000_000, None, &mut archive);
    archive
}

fn body<'a>(archive: &'a [u8]) -> (RecordType, u16, Body<'a>) {
    let record = Records::new(archive).next().unwrap().unwrap();
    (record.record_type, record.subtype, record.decode().unwrap())
}

/// RFC 6396 §4.3.1, octet by octet.
#[test]
fn a_peer_index_table() {
    let peers = [
        Peer {
            identifier: [10, 0, 0, 1].into(),
            address: "192.0.2.1".parse().unwrap(),
            asn: Asn(65001),
            four_octet_as: false,
        },
        Peer {
            identifier: [10, 0, 0, 2].into(),
            address: "2001:db8::2".parse().unwrap(),
            asn: Asn(4_200_000_000),
            four_octet_as: true,
        },
    ];
    let table = Body::PeerIndexTable(PeerIndexTable {
        collector: [198, 51, 100, 1].into(),
        view_name: b"main",
        peers: Peers::Given(&peers),
    });
    let archive = written(&table);
    let mut wire = vec![198, 51, 100, 1, 0, 4];
    wire.extend(b"main");
    wire.extend([0, 2]);
    wire.extend([0, 10, 0, 0, 1, 192, 0, 2, 1, 0xfd, 0xe9]);
    wire.extend([3, 10, 0, 0, 2, 0x20, 0x01, 0x0d, 0xb8]);
    wire.extend([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0xfa, 0x56, 0xea, 0]);
    assert_eq!(archive[12..], wire);
    let (kind, subtype, Body::PeerIndexTable(read)) = body(&archive) else {
        panic!("another body");
    };
    assert_eq!((kind, subtype), (RecordType::TABLE_DUMP_V2, 1));
    assert!(read.peers.iter().eq(peers));
    assert_eq!((read.view_name, read.peers.len()), (b"main".as_slice(), 2));
}

/// RFC 8050 §4.1: the path identifier is in the entry; §4.2: before the NLRI.
#[test]
fn path_identifiers_in_both_places() {
    let nlri = [24, 203, 0, 113];
    for (form, subtype, id, nlri) in [
        (RibForm::Specific, 2, None, nlri.to_vec()),
        (RibForm::SpecificAddPath, 8, Some(9), nlri.to_vec()),
        (RibForm::Generic, 6, None, nlri.to_vec()),
        (
            RibForm::GenericAddPath,
            12,
            None,
            [[0, 0, 0, 9], nlri].concat(),
        ),
    ] {
        let entries = [RibEntry {
            peer_index: 3,
            originated: 5,
            path_id: id,
            attributes: &ATTRIBUTES,
        }];
        let archive = written(&Body::Rib(Rib {
            sequence: 1,
            family: Family::IPV4_UNICAST,
            form,
            nlri: &nlri,
            entries: RibEntries::Given(&entries),
        }));
        let (_, read_subtype, Body::Rib(rib)) = body(&archive) else {
            panic!("another body");
        };
        assert_eq!(
            (read_subtype, rib.form, rib.nlri),
            (subtype, form, nlri.as_slice())
        );
        assert!(rib.entries.iter().eq(entries));
        let mut update = Vec::new();
        let context = rib.update(&entries[0], &mut update).unwrap();
        let view = UpdateView::scan(&update, &context).unwrap();
        assert!(view.findings().is_empty(), "{:?}", view.findings());
        let announced = view.reachable().next().unwrap();
        let with_id = matches!(form, RibForm::SpecificAddPath | RibForm::GenericAddPath);
        assert_eq!(announced.path_id, with_id.then_some(9), "{form:?}");
        assert_eq!(announced.prefix.to_string(), "203.0.113.0/24");
        assert_eq!(view.as_path().unwrap().to_string(), "65001");
    }
}

/// RFC 6396 §4.3.4: MP_REACH_NLRI of a table is a length and a next hop; some collectors
/// write the attribute of the wire.
#[test]
fn a_next_hop_in_both_forms() {
    let next_hop = [0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1];
    let short = [&[0x80, 14, 17, 16], next_hop.as_slice()].concat();
    let nlri = [32, 0x20, 1, 0xd, 0xb8];
    let whole = [
        &[0x90, 14, 0, 26, 0, 2, 1, 16],
        next_hop.as_slice(),
        &[0],
        nlri.as_slice(),
    ]
    .concat();
    for mp_reach in [short, whole] {
        let attributes = [&ATTRIBUTES[..13], &mp_reach].concat();
        let entry = RibEntry {
            peer_index: 0,
            originated: 0,
            path_id: None,
            attributes: &attributes,
        };
        let rib = Rib {
            sequence: 0,
            family: Family::IPV6_UNICAST,
            form: RibForm::Specific,
            nlri: &nlri,
            entries: RibEntries::Given(&[]),
        };
        let mut update = Vec::new();
        let context = rib.update(&entry, &mut update).unwrap();
        let view = UpdateView::scan(&update, &context).unwrap();
        assert!(view.findings().is_empty(), "{:?}", view.findings());
        let next_hop = view.next_hop(Family::IPV6_UNICAST).unwrap();
        assert_eq!(next_hop.addr().to_string(), "2001:db8::1");
        assert_eq!(
            view.reachable().next().unwrap().prefix.to_string(),
            "2001:db8::/32"
        );
    }
}

/// RFC 6397 §4.1.
#[test]
fn a_geo_peer_table() {
    let place = GeoPlace {
        latitude: 52.5,
        longitude: -13.25,
    };
    let peers = [GeoPeer {
        peer_type: 2,
        identifier: [10, 0, 0, 1].into(),
        place,
    }];
    let table = GeoPeerTable {
        collector: [198, 51, 100, 1].into(),
        place,
        peers: GeoPeers::Given(&peers),
    };
    let archive = written(&Body::GeoPeerTable(table));
    let place = [0x42, 0x52, 0, 0, 0xc1, 0x54, 0, 0];
    let wire = [
        &[198, 51, 100, 1][..],
        &place,
        &[0, 1, 2, 10, 0, 0, 1],
        &place,
    ];
    assert_eq!(archive[12..], wire.concat());
    let (_, 7, Body::GeoPeerTable(read)) = body(&archive) else {
        panic!("another body");
    };
    assert!(read.peers.iter().eq(peers));
}

/// RFC 6396 §4.4, RFC 8050 §3: the subtype says who sent it and how it reads.
#[test]
fn every_subtype_of_a_message() {
    let message = [[0xff; 16].as_slice(), &[0, 19, 4]].concat();
    let mut subtypes = Vec::new();
    for four_octet_as in [false, true] {
        for (is_local, add_path) in [(false, false), (true, false), (false, true), (true, true)] {
            let said = Bgp4mp {
                ends: Ends {
                    four_octet_as,
                    ..ENDS
                },
                is_local,
                add_path,
                message: &message,
            };
            let archive = written(&Body::Message(said));
            let (_, subtype, read) = body(&archive);
            assert_eq!(read, Body::Message(said));
            let context = said.context();
            assert_eq!(context.four_octet_as, four_octet_as);
            assert_eq!(
                context.add_path_receive.contains(Family::IPV4_UNICAST),
                add_path
            );
            subtypes.push(subtype);
        }
    }
    assert_eq!(subtypes, [1, 6, 8, 10, 4, 7, 9, 11]);
    let change = StateChange {
        ends: ENDS,
        old: 5,
        new: 6,
    };
    let archive = written(&Body::StateChange(change));
    assert_eq!(
        body(&archive),
        (RecordType::BGP4MP, 0, Body::StateChange(change))
    );
    // What needs four octets gets them.
    let wide = Ends {
        local_as: Asn(70_000),
        ..ENDS
    };
    let archive = written(&Body::StateChange(StateChange {
        ends: wide,
        ..change
    }));
    assert_eq!(body(&archive).1, 5);
}

#[test]
fn an_old_table() {
    let attributes = [
        0x40, 1, 1, 0, 0x40, 2, 4, 2, 1, 0xfd, 0xe9, 0x40, 3, 4, 192, 0, 2, 1,
    ];
    let route = TableDump {
        view: 0,
        sequence: 65_535,
        prefix: "203.0.113.0".parse().unwrap(),
        prefix_len: 24,
        status: 1,
        originated: 9,
        peer: "192.0.2.1".parse().unwrap(),
        peer_as: Asn(65001),
        attributes: &attributes,
    };
    let archive = written(&Body::TableDump(route));
    assert_eq!(
        body(&archive),
        (RecordType::TABLE_DUMP, 1, Body::TableDump(route))
    );
    let mut update = Vec::new();
    let context = route.update(&mut update).unwrap();
    let view = UpdateView::scan(&update, &context).unwrap();
    assert_eq!(view.as_path().unwrap().to_string(), "65001");
    assert_eq!(
        view.reachable().next().unwrap().prefix.to_string(),
        "203.0.113.0/24"
    );
}

/// Of a family that nobody knows, the NLRI's end is not known either.
#[test]
fn an_unknown_family_stays_as_it_is() {
    let octets = [0, 0, 0, 1, 0, 99, 7, 1, 2, 3];
    let body = Body::decode(RecordType::TABLE_DUMP_V2, 6, &octets);
    assert_eq!(body, Ok(Body::Other(&octets)));
    let family = Family::new(Afi(99), Safi(7));
    assert_eq!(family.to_string(), "afi 99 safi 7");
}

fn archive(records: u32) -> Vec<u8> {
    let mut archive = Vec::new();
    for time in 0..records {
        let change = StateChange {
            ends: ENDS,
            old: 1,
            new: 2,
        };
        Body::StateChange(change).encode_record(1_700_000_000 + time, None, &mut archive);
    }
    archive
}

#[test]
fn a_torn_archive_loses_nothing_before_the_tear() {
    let whole = archive(3);
    let each = whole.len() / 3;
    for end in 0..whole.len() {
        let torn = &whole[..end];
        let (read, failed): (Vec<_>, Vec<_>) = Records::new(torn).partition(Result::is_ok);
        assert_eq!(read.len(), end / each);
        let failed: Vec<MrtError> = failed.into_iter().filter_map(Result::err).collect();
        let at = (end / each * each) as u64;
        match end % each {
            0 => assert_eq!(failed, []),
            _ => assert_eq!((failed[0].kind, failed[0].offset), (MrtErrorKind::Torn, at)),
        }
        let mut stream = MrtReader::new(OneByOne(torn));
        for record in &read {
            let record = record.unwrap();
            assert_eq!(stream.next_record().unwrap(), Some(record));
        }
        match (stream.next_record(), failed.first()) {
            (Ok(None), None) => {}
            (Err(MrtReadError::Mrt(error)), Some(expected)) => assert_eq!(error, *expected),
            (other, _) => panic!("{other:?}"),
        }
    }
}

/// A source that gives an octet at a time, and is interrupted in between.
struct OneByOne<'a>(&'a [u8]);

impl Read for OneByOne<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        match (self.0.split_first(), out.first_mut()) {
            (Some((first, rest)), Some(out)) => {
                *out = *first;
                self.0 = rest;
                Ok(1)
            }
            _ => Ok(0),
        }
    }
}

#[test]
fn reading_goes_on_behind_a_length_that_lies() {
    let mut octets = archive(5);
    let each = octets.len() / 5;
    // The second record claims four gigabytes.
    octets[each + 8..each + 12].fill(0xff);
    let mut records = Records::new(&octets);
    let mut stream = MrtReader::new(octets.as_slice());
    assert_eq!(
        records.next().unwrap().unwrap(),
        stream.next_record().unwrap().unwrap()
    );
    let error = records.next().unwrap().unwrap_err();
    assert_eq!(
        (error.kind, error.offset),
        (MrtErrorKind::Length, each as u64)
    );
    assert!(matches!(stream.next_record(), Err(MrtReadError::Mrt(it)) if it == error));
    assert_eq!(records.resync(), Some(each));
    assert_eq!(stream.resync().unwrap(), Some(each as u64));
    let rest: Vec<Record<'_>> = records.map(Result::unwrap).collect();
    assert_eq!(rest.len(), 3);
    for record in rest {
        assert_eq!(stream.next_record().unwrap(), Some(record));
    }
    assert_eq!(stream.next_record().unwrap(), None);
    assert_eq!(stream.offset(), octets.len() as u64);
}

#[test]
fn nothing_to_go_on_with_is_said() {
    let mut octets = archive(2);
    octets.truncate(octets.len() - 1);
    let mut records = Records::new(&octets);
    records.next().unwrap().unwrap();
    records.next().unwrap().unwrap_err();
    assert_eq!(records.resync(), None);
    assert!(records.next().is_none());
}

proptest! {
    /// No octets make a body panic, and what is read is written as it was.
    #[test]
    fn any_octets_are_read_or_refused(
        record_type in prop::sample::select(vec![12_u16, 13, 16, 17]),
        subtype in 0_u16..13,
        octets in prop::collection::vec(prop_oneof![3 => 0_u8..4, 1 => any::<u8>()], 0..80),
    ) {
        if let Ok(body) = Body::decode(RecordType(record_type), subtype, &octets) {
            let mut out = Vec::new();
            body.encode(&mut out);
            prop_assert_eq!(&out, &octets);
            if let Body::Rib(rib) = body {
                for entry in rib.entries.iter() {
                    if let Some(context) = rib.update(&entry, &mut out) {
                        let _ = UpdateView::scan(&out, &context);
                    }
                }
            }
        }
    }

    /// A walk over any octets ends, and both ways to walk see the same.
    #[test]
    fn both_readers_see_the_same(
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..4),
    ) {
        let mut octets = archive(6);
        for (at, octet) in damage {
            let at = at.index(octets.len());
            octets[at] = octet;
        }
        let mut records = Records::new(&octets);
        let mut stream = MrtReader::new(octets.as_slice());
        for _ in 0..octets.len() {
            match (records.next(), stream.next_record()) {
                (None, Ok(None)) => break,
                (Some(Ok(ours)), Ok(Some(theirs))) => prop_assert_eq!(ours, theirs),
                (Some(Err(ours)), Err(MrtReadError::Mrt(theirs))) => {
                    prop_assert_eq!(ours, theirs);
                    let skipped = records.resync().map(|it| it as u64);
                    prop_assert_eq!(skipped, stream.resync().unwrap());
                    if skipped.is_none() {
                        break;
                    }
                }
                (ours, theirs) => prop_assert!(false, "{ours:?} {theirs:?}"),
            }
        }
    }
}
