//! Archives of collectors, through `bgp_wire::mrt`: as many records of each kind as another
//! reader found, each written as it was read, and routes as `bgpdump` prints them.

use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::path::Path;

use bgp_wire::mrt::{
    Body, MrtErrorKind, MrtReader, Peer, Record, RecordType, Records, Rib, RibEntry, RibForm,
};
use bgp_wire::{Context, NlriIter, PeerType, UpdateView};
use flate2::read::MultiGzDecoder;
use serde_json::Value;
use testkit::shared;

#[test]
fn archives_hold_what_another_reader_counted() {
    let Some(root) = shared::path("data/mrt") else {
        shared::skip_message();
        return;
    };
    let index: Value =
        serde_json::from_str(&fs::read_to_string(root.join("index.json")).unwrap()).unwrap();
    let (mut archives, mut records, mut odd) = (0, 0, 0);
    for entry in index.as_array().unwrap() {
        let (file, types) = (entry["file"].as_str().unwrap(), &entry["types"]);
        let is_archive = types.as_object().is_some_and(|types| !types.is_empty());
        // bzip2 is the one packing that has no reader here.
        if !is_archive || file.ends_with(".bz2") {
            continue;
        }
        let octets = unpacked(&root.join(file));
        let truncated = entry["err"] == "truncated";
        let counts = counted(file, &octets, truncated, &mut odd);
        for (kind, count) in types.as_object().unwrap() {
            // Kinds that are numbers are what the other reader made of octets behind a
            // record whose length lies.
            if !kind.starts_with(|first: char| first.is_ascii_digit()) {
                assert_eq!(counts.get(kind), count.as_u64().as_ref(), "{file}: {kind}");
            }
        }
        archives += 1;
        records += counts.values().sum::<u64>();
    }
    println!("{archives} archives, {records} records, {odd} odd");
    // Of 2000, without the addresses of the session's ends.
    assert_eq!(odd, 64);
    assert!(archives > 25 && records > 300_000);
}

/// Counts records by kind; each must encode to what it was read from, from memory and as a
/// stream.
fn counted(file: &str, octets: &[u8], truncated: bool, odd: &mut u64) -> BTreeMap<String, u64> {
    let mut counts = BTreeMap::new();
    let mut stream = MrtReader::new(octets);
    let mut out = Vec::new();
    for record in Records::new(octets) {
        let record = match record {
            Ok(record) => record,
            Err(error) => {
                assert!(truncated, "{file}: {error}");
                assert!(matches!(
                    error.kind,
                    MrtErrorKind::Torn | MrtErrorKind::Length
                ));
                assert!(stream.next_record().is_err(), "{file}");
                return counts;
            }
        };
        assert_eq!(stream.next_record().unwrap(), Some(record), "{file}");
        let Ok(body) = record.decode() else {
            *counts.entry(kind(&record, None)).or_default() += 1;
            *odd += 1;
            continue;
        };
        out.clear();
        body.encode(&mut out);
        assert_eq!(out, record.body, "{file}");
        out.clear();
        record.encode(&mut out);
        assert_eq!(out.len(), record.encoded_len());
        let written = Records::new(&out).next();
        assert_eq!(written, Some(Ok(record)), "{file}");
        *counts.entry(kind(&record, Some(&body))).or_default() += 1;
    }
    assert!(!truncated, "{file}: not torn");
    assert!(stream.next_record().unwrap().is_none(), "{file}");
    counts
}

/// What the index calls a record.
fn kind(record: &Record<'_>, body: Option<&Body<'_>>) -> String {
    let form = match body {
        Some(Body::TableDump(_)) => record.subtype.to_string(),
        Some(Body::PeerIndexTable(_)) => "PEER_INDEX".to_owned(),
        Some(Body::Rib(rib)) => match rib.form {
            RibForm::Generic | RibForm::GenericAddPath => "RIBG".to_owned(),
            RibForm::Specific | RibForm::SpecificAddPath => {
                let ip = if rib.family.afi.0 == 1 { 4 } else { 6 };
                let cast = if rib.family.safi.0 == 1 { "U" } else { "M" };
                let add_path = if rib.form == RibForm::SpecificAddPath {
                    "_AP"
                } else {
                    ""
                };
                format!("RIB{ip}{cast}{add_path}")
            }
        },
        Some(Body::StateChange(change)) if change.ends.four_octet_as => "STATE_AS4".to_owned(),
        Some(Body::StateChange(_)) => "STATE".to_owned(),
        Some(Body::Message(message)) => {
            let as4 = if message.ends.four_octet_as {
                "_AS4"
            } else {
                ""
            };
            let add_path = if message.add_path { "_AP" } else { "" };
            format!("MSG{as4}{add_path}")
        }
        None if record.record_type == RecordType::BGP4MP && record.subtype < 2 => {
            ["STATE", "MSG"][usize::from(record.subtype)].to_owned()
        }
        Some(Body::Other(_)) if record.record_type == RecordType::BGP4MP => "ENTRY".to_owned(),
        _ => record.subtype.to_string(),
    };
    match record.record_type {
        RecordType::BGP => format!("BGP(old)/{form}"),
        other => format!("{other}/{form}"),
    }
}

#[test]
fn tables_hold_the_routes_that_bgpdump_prints() {
    let Some(root) = shared::path("data/mrt/bgpdump") else {
        shared::skip_message();
        return;
    };
    for (file, least) in [
        ("bview.64k_stream_overflow.gz", 20),
        ("bview.ipv4_unicast_add_path.gz", 30),
        ("bview.ipv6_unicast_add_path.gz", 30),
    ] {
        let theirs = unpacked(&root.join(format!("expect/{file}.bgp.gz")));
        let theirs: Vec<String> = String::from_utf8(theirs)
            .unwrap()
            .lines()
            .filter_map(told)
            .collect();
        let ours = routes(&unpacked(&root.join(file)));
        assert!(ours.len() >= least, "{file}: {}", ours.len());
        assert_eq!(ours, theirs, "{file}");
    }
}

/// What `bgpdump` prints where an entry has none.
const NO_NEXT_HOP: &str = "255.255.255.255";

/// Peer, AS, prefix, path identifier (where the table has them), path, origin, next hop, MED
/// and communities of a line of `bgpdump -m`, which prints 0 for a MED that is absent. `None`
/// for an entry without attributes.
fn told(line: &str) -> Option<String> {
    let mut fields: Vec<&str> = line.split('|').collect();
    let id = match fields[0] {
        "TABLE_DUMP2_AP" => fields.remove(6),
        _ => "",
    };
    let [peer, asn, prefix, path, origin, next_hop, med, communities] =
        [3, 4, 5, 6, 7, 8, 10, 11].map(|field| fields[field]);
    let known = !path.is_empty();
    known.then(|| {
        [
            peer,
            asn,
            prefix,
            id,
            path,
            origin,
            next_hop,
            med,
            communities,
        ]
        .join("|")
    })
}

fn routes(archive: &[u8]) -> Vec<String> {
    let mut peers: Vec<Peer> = Vec::new();
    let (mut routes, mut update) = (Vec::new(), Vec::new());
    for record in Records::new(archive) {
        let body = record.unwrap().decode().unwrap();
        if let Body::PeerIndexTable(table) = body {
            peers = table.peers.iter().collect();
            continue;
        }
        let Body::Rib(rib) = body else {
            unreachable!("{body:?}");
        };
        // One collector wrote entries without any attribute.
        for entry in rib.entries.iter().filter(|it| !it.attributes.is_empty()) {
            let context = rib.update(&entry, &mut update).unwrap();
            let view = UpdateView::scan(&update, &context).unwrap();
            let peer = &peers[usize::from(entry.peer_index)];
            routes.push(route(&rib, &entry, &view, peer));
        }
    }
    routes
}

fn route(rib: &Rib<'_>, entry: &RibEntry<'_>, view: &UpdateView<'_>, peer: &Peer) -> String {
    let communities: Vec<String> = view
        .communities()
        .iter()
        .map(|community| {
            let [high, low] = [community.0 >> 16, community.0 & 0xffff];
            match community.0 {
                0xffff_ff01 => "no-export".to_owned(),
                _ => format!("{high}:{low}"),
            }
        })
        .collect();
    format!(
        "{}|{}|{}|{}|{}|{}|{}|{}|{}",
        peer.address,
        peer.asn,
        NlriIter::new(rib.nlri, rib.family, &Context::new(PeerType::Internal))
            .next()
            .unwrap(),
        entry.path_id.map(|id| id.to_string()).unwrap_or_default(),
        view.as_path().unwrap(),
        view.origin().unwrap().to_string().to_uppercase(),
        view.next_hop(rib.family)
            .map_or_else(|| NO_NEXT_HOP.to_owned(), |it| it.addr().to_string()),
        view.med().unwrap_or(0),
        communities.join(" "),
    )
}

fn unpacked(path: &Path) -> Vec<u8> {
    let octets = fs::read(path).unwrap();
    if !octets.starts_with(&[0x1f, 0x8b]) {
        return octets;
    }
    let mut unpacked = Vec::new();
    MultiGzDecoder::new(octets.as_slice())
        .read_to_end(&mut unpacked)
        .unwrap();
    unpacked
}
