//! What must hold of octets that are taken for an archive, for what a router tells a station, or
//! for anything that is dissected.

use bgp_wire::bmp::{BmpFrame, BmpFrames, BmpMessage, BmpReader, PeerSession};
use bgp_wire::dissect::{BmpDissector, Direction, Dissector, Node, Outcome, dissect};
use bgp_wire::mrt::{Body, MrtReader, Record, Records};
use bgp_wire::{
    AttributeType, Context, EncodeError, FamilySet, MAX_EXTENDED_MESSAGE, PeerType, UpdateView,
};

use super::walk;

/// Holds octets, read as a stream of BMP, to these:
///
/// * A reader of streams gives what the walk over a slice gives.
/// * What decodes encodes in its size, and into no less, to what decodes the same.
/// * A walk over everything ends.
///
/// # Panics
///
/// When one is broken.
pub fn bmp_laws(octets: &[u8]) {
    let mut reader = BmpReader::new(octets);
    let mut session = None;
    let mut at = 0;
    for frame in BmpFrames::new(octets) {
        match frame {
            Ok(frame) => {
                assert_eq!(reader.next_frame().ok(), Some(Some(frame)));
                at += frame.bytes.len();
                bmp_message(&frame, &mut session);
            }
            Err(error) => {
                assert!(error.kind.ends_stream(), "{error}");
                assert!(error.offset >= at as u64 && error.offset <= octets.len() as u64);
                let theirs = reader.next_frame().map_err(|error| error.to_string());
                assert_eq!(theirs, Err(error.to_string()));
                return;
            }
        }
    }
    assert_eq!(reader.next_frame().ok(), Some(None));
    assert_eq!(at, octets.len());
}

fn bmp_message(frame: &BmpFrame<'_>, session: &mut Option<PeerSession>) {
    let message = match frame.decode() {
        Ok(message) => message,
        Err(error) => {
            assert!(!error.kind.ends_stream(), "{error}");
            assert!(error.offset <= frame.bytes.len() as u64, "{error}");
            return;
        }
    };
    let mut out = Vec::new();
    assert_eq!(message.encode_to(&mut out), Ok(()));
    assert_eq!(
        (out.len(), message.encoded_len()),
        (frame.bytes.len(), out.len())
    );
    let again = BmpFrames::new(&out).next().and_then(Result::ok);
    assert_eq!(again.map(|frame| frame.decode()), Some(Ok(message)));
    let mut exact = vec![0; out.len()];
    assert_eq!(message.encode(&mut exact), Ok(out.len()));
    assert_eq!(exact, out);
    exact.pop();
    assert_eq!(message.encode(&mut exact), Err(EncodeError::BufferTooSmall));
    bmp_walk(&message, session);
}

/// Everything that a message can be asked.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the enum may grow; the others have nothing to walk"
)]
fn bmp_walk(message: &BmpMessage<'_>, session: &mut Option<PeerSession>) {
    let _ = message.to_string();
    if let Some(peer) = message.peer() {
        let _ = (peer.time(), peer.key(), peer.is_filtered());
    }
    match message {
        BmpMessage::RouteMonitoring(routes) => {
            walk(routes.update, &routes.context(session.as_ref()));
            let _ = routes.scan(session.as_ref());
        }
        BmpMessage::StatisticsReport(report) => {
            assert_eq!(report.iter().count(), report.tlvs.count());
            report.iter().for_each(|it| drop(it.to_string()));
        }
        BmpMessage::PeerDown(down) => {
            let _ = (down.reason.to_string(), down.reason.notification());
            let _ = down.table_name();
        }
        BmpMessage::PeerUp(up) => {
            *session = up.session().ok();
            let _ = (
                up.table_name(),
                up.strings().count(),
                up.admin_labels().count(),
            );
        }
        BmpMessage::Initiation(hello) => {
            let _ = (hello.sys_name(), hello.sys_descr(), hello.strings().count());
        }
        BmpMessage::Termination(bye) => {
            let _ = (bye.reason(), bye.strings().count());
        }
        BmpMessage::RouteMirroring(mirror) => assert!(mirror.iter().count() <= 1 << 20),
        _ => {}
    }
}

/// Holds octets, read as an MRT archive, to these:
///
/// * A reader of streams gives what the walk over a slice gives, behind errors too.
/// * What decodes encodes in its size, to what decodes and encodes to the same octets: bits
///   without a meaning are zero.
/// * A walk over everything ends.
///
/// # Panics
///
/// When one is broken.
pub fn mrt_laws(octets: &[u8]) {
    let mut reader = MrtReader::new(octets);
    let mut records = Records::new(octets);
    loop {
        assert_eq!(reader.offset(), records.offset() as u64);
        match records.next() {
            None => {
                assert_eq!(reader.next_record().ok(), Some(None));
                return;
            }
            Some(Ok(record)) => {
                assert_eq!(reader.next_record().ok(), Some(Some(record)));
                let Ok(body) = record.decode() else { continue };
                mrt_body(&record, &body);
            }
            Some(Err(error)) => {
                let theirs = reader.next_record().map_err(|error| error.to_string());
                assert_eq!(theirs, Err(error.to_string()));
                let skipped = records.resync();
                assert_eq!(reader.resync().ok(), Some(skipped.map(|it| it as u64)));
                if skipped.is_none() {
                    return;
                }
            }
        }
    }
}

fn mrt_body(record: &Record<'_>, body: &Body<'_>) {
    let mut out = Vec::new();
    body.encode(&mut out);
    if let Some((record_type, subtype)) = body.record_type() {
        assert_eq!(out.len(), record.body.len(), "{record:?}");
        let mut again = Vec::new();
        let body = Body::decode(record_type, subtype, &out);
        assert!(
            body.is_ok_and(|it| {
                it.encode(&mut again);
                true
            }),
            "{record:?}"
        );
        assert_eq!(again, out, "{record:?}");
    }
    let mut update = Vec::new();
    if let Body::Message(said) = body {
        walk(said.message, &said.context());
    } else if let Body::Rib(rib) = body {
        for entry in rib.entries.iter() {
            if let Some(context) = rib.update(&entry, &mut update) {
                walk(&update, &context);
            }
        }
    } else if let Body::TableDump(table) = body
        && let Some(context) = table.update(&mut update)
    {
        walk(&update, &context);
    }
}

/// Holds a dissection of any octets, as BGP and as BMP, to these:
///
/// * The leaves tile the octets, the children of a node tile it, and a finding lies within
///   the octets.
/// * The tree has no more nodes than a small multiple of the octets, and a dozen levels or so.
/// * It has findings where the codec has, and names each octet where it has none.
/// * A line of text for each node and each finding.
///
/// # Panics
///
/// When one is broken.
pub fn dissection_laws(octets: &[u8]) {
    let mut context = Context::new(PeerType::External);
    context.receive_limit = MAX_EXTENDED_MESSAGE;
    let tree = dissect(octets, &context);
    tiled(&tree, octets);
    if let Ok(update) = UpdateView::scan(octets, &context) {
        assert_eq!(tree.has_findings(), update.has_findings());
    }
    named(octets);
    let mut dissector = Dissector::new();
    tiled(&dissector.dissect(Direction::Forward, octets), octets);
    tiled(&dissector.dissect(Direction::Backward, octets), octets);

    let tree = BmpDissector::new().dissect(octets);
    tiled(&tree, octets);
    let broken = |frame: Result<BmpFrame<'_>, _>| frame.and_then(|it| it.decode()).is_err();
    if BmpFrames::new(octets).with_limit(usize::MAX).any(broken) {
        assert!(tree.outcome() >= Some(Outcome::Accept));
    }
}

/// What is right is named to the last octet, where the session has every family.
fn named(octets: &[u8]) {
    let mut context = Context::new(PeerType::Internal);
    context.families = FamilySet::all();
    context.receive_limit = MAX_EXTENDED_MESSAGE;
    let fine = |update: UpdateView<'_>| {
        // Without BGPsec negotiated its path is not looked at.
        let bgpsec = update.value(AttributeType::BGPSEC_PATH).is_some();
        !update.has_findings() && (!bgpsec || update.bgpsec_path().is_some())
    };
    if UpdateView::scan(octets, &context).is_ok_and(fine) {
        let tree = dissect(octets, &context);
        let unnamed = tree.leaves().into_iter().find(|leaf| leaf.name == "octets");
        assert_eq!(unnamed, None, "{}", tree.render(octets));
    }
}

fn tiled(tree: &Node, octets: &[u8]) {
    let mut count = Count::default();
    let end = place(tree, 0, 0, octets.len(), &mut count);
    assert_eq!(end, octets.len());
    assert!(count.nodes <= octets.len() * 8 + 8, "{} nodes", count.nodes);
    let lines = tree.render(octets).lines().count();
    assert_eq!(lines, count.nodes + count.findings);
}

#[derive(Default)]
struct Count {
    nodes: usize,
    findings: usize,
}

/// Where the node ends, which begins where it must.
fn place(node: &Node, begin: usize, depth: usize, length: usize, count: &mut Count) -> usize {
    assert!(depth < 24, "{}", node.name);
    assert_eq!(node.offset, begin, "{}", node.name);
    count.nodes += 1;
    count.findings += node.findings.len();
    for note in &node.findings {
        assert!(note.offset >= begin && note.offset <= length, "{note:?}");
    }
    let mut at = begin;
    for child in &node.children {
        at = place(child, at, depth + 1, length, count);
    }
    assert!(node.children.is_empty() || at == node.end, "{}", node.name);
    node.end
}
