//! Real UPDATEs, archived by route collectors, through the codec: none ends a session, and
//! each encodes to the octets that came over the wire.

use std::fs::File;
use std::io::Read;

use bgp_wire::mrt::{Body, Records};
use bgp_wire::{Context, Frame, MessageType, PeerType, Update, UpdateView};
use flate2::read::GzDecoder;
use testkit::shared;

/// What an archive holds.
#[derive(Debug, Default, PartialEq, Eq)]
struct Counts {
    updates: usize,
    announced: usize,
    withdrawn: usize,
    /// UPDATEs with a finding: real routers do send what RFC 7606 is about.
    faulty: usize,
}

#[test]
fn a_collector_s_quarter_of_an_hour() {
    walk("bgpdump/updates.20160811.1600.gz", |counts| {
        assert_eq!(counts.updates, 17_216);
        assert_eq!(counts.faulty, 0);
    });
}

#[test]
fn a_full_table_as_updates() {
    walk("bgpdump/updates.et-header.2015.gz", |counts| {
        // Of 577,737 announced prefixes four have AS 0 in their path, which withdraws
        // them; three more UPDATEs lose an AGGREGATOR with AS 0 (RFC 7607 §2).
        assert_eq!((counts.updates, counts.announced), (89_679, 577_733));
        assert_eq!((counts.withdrawn, counts.faulty), (3 + 4, 4));
    });
}

#[test]
fn two_octets_an_as_and_multicast() {
    walk("bgpdump/updates.20070211.0141.gz", |counts| {
        assert_eq!(counts.updates, 23_394);
        assert_eq!(counts.faulty, 0);
    });
}

/// Reads every UPDATE of an archive and holds it to what the codec promises.
fn walk(file: &str, judge: impl Fn(&Counts)) {
    let Some(path) = shared::path(format!("data/mrt/{file}")) else {
        shared::skip_message();
        return;
    };
    let mut octets = Vec::new();
    GzDecoder::new(File::open(path).unwrap())
        .read_to_end(&mut octets)
        .unwrap();
    let mut counts = Counts::default();
    for (message, four_octet_as) in messages(&octets) {
        add(&mut counts, message, &context(four_octet_as));
    }
    println!("{file}: {counts:?}");
    judge(&counts);
}

/// The archive does not tell what its sessions negotiated, but for the AS numbers.
fn context(four_octet_as: bool) -> Context {
    let mut context = Context::new(PeerType::Internal);
    context.families = bgp_wire::FamilySet::all();
    context.four_octet_as = four_octet_as;
    (context.receive_limit, context.send_limit) = (u16::MAX, u16::MAX);
    context
}

fn add(counts: &mut Counts, message: &[u8], context: &Context) {
    let view = UpdateView::scan(message, context).unwrap();
    counts.updates += 1;
    counts.announced += view.reachable().count();
    counts.withdrawn += view.unreachable().count();
    counts.faulty += usize::from(!view.findings().is_empty());
    let mut out = vec![0; message.len()];
    let length = Update::from(&view).encode(context, &mut out);
    assert_eq!(length, Ok(message.len()));
    assert_eq!(out, message);
}

/// The UPDATEs of an archive, and whether their AS numbers have four octets.
fn messages(octets: &[u8]) -> Vec<(&[u8], bool)> {
    let mut found = Vec::new();
    for record in Records::new(octets) {
        if let Body::Message(said) = record.unwrap().decode().unwrap()
            && let Ok(Some(frame)) = Frame::split(said.message, u16::MAX)
            && frame.message_type == MessageType::Update
        {
            found.push((frame.bytes, said.ends.four_octet_as));
        }
    }
    found
}
