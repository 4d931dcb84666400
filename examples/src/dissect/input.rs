//! What the input is, and its way to the report.

use std::borrow::Cow;
use std::str;
use std::time::Duration;

use bgp_wire::bmp::{BmpFrame, DEFAULT_LIMIT};
use bgp_wire::dissect::{BmpDissector, Direction, Dissector, dissect as tree};
use bgp_wire::mrt::{Body, Peer, Record, RecordType, Records};

use super::capture::{capture, is_capture};
use super::{Arguments, CaptureError, HexError, Report, octets};

/// Why an input cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum InputError {
    /// A capture that is not as it should be.
    #[error(transparent)]
    Capture(#[from] CaptureError),
    /// Text that is not hex digits.
    #[error(transparent)]
    Hex(#[from] HexError),
    /// An archive that is not as it should be.
    #[error("archive: {0}")]
    Archive(#[from] bgp_wire::mrt::MrtError),
    /// Compressed.
    #[error("the input is compressed: unpack it first, as in `zcat FILE | dissect -`")]
    Compressed,
    /// None of what is known.
    #[error("neither a capture, an archive, messages nor hex digits")]
    Unknown,
}

/// Dissects an input of any kind.
///
/// # Errors
///
/// [`InputError`], after what could be read has been told.
pub fn dissect(
    input: &[u8],
    arguments: &Arguments,
    report: &mut Report<'_>,
) -> Result<(), InputError> {
    if is_capture(input) {
        return Ok(capture(input, arguments, report)?);
    }
    if is_archive(input) {
        return archive(input, arguments, report);
    }
    if input.starts_with(&[0x1f, 0x8b]) || input.starts_with(b"BZh") {
        return Err(InputError::Compressed);
    }
    let messages = match input.starts_with(&[0xff; 16]) || is_bmp(input) {
        true => Cow::Borrowed(input),
        false => Cow::Owned(octets(
            str::from_utf8(input).map_err(|_| InputError::Unknown)?,
        )?),
    };
    let tree = match is_bmp(&messages) {
        true => BmpDissector::new().dissect(&messages),
        false => arguments
            .dissector(None)
            .dissect(Direction::Forward, &messages),
    };
    report.tree("", None, &tree, &messages);
    Ok(())
}

/// Whether octets begin with a message of BMP, in a version and of a type that there is.
pub(super) fn is_bmp(octets: &[u8]) -> bool {
    let Ok(Some(frame)) = BmpFrame::split(octets, DEFAULT_LIMIT) else {
        return false;
    };
    matches!(frame.version, 3 | 4) && frame.message_type.has_peer().is_some()
}

/// Whether an archive begins with a record of BGP's.
fn is_archive(input: &[u8]) -> bool {
    let Some(Ok(record)) = Records::new(input).next() else {
        return false;
    };
    let known = [
        RecordType::TABLE_DUMP,
        RecordType::TABLE_DUMP_V2,
        RecordType::BGP4MP,
        RecordType::BGP4MP_ET,
    ];
    known.contains(&record.record_type) && record.decode().is_ok()
}

/// A record that cannot be read is told, and those behind it are read.
fn archive(input: &[u8], arguments: &Arguments, report: &mut Report<'_>) -> Result<(), InputError> {
    let mut peers: Vec<Peer> = Vec::new();
    let mut records = Records::new(input);
    while let Some(record) = records.next() {
        let record = match record {
            Ok(record) => record,
            Err(error) => {
                if records.resync().is_none() {
                    return Err(error.into());
                }
                report.fault(&format!("archive: {error}"));
                continue;
            }
        };
        match record.decode() {
            Ok(Body::PeerIndexTable(table)) => peers = table.peers.iter().collect(),
            Ok(body) => tell(&record, &body, &peers, arguments, report),
            Err(error) => report.fault(&format!(
                "{} of subtype {}: {error}",
                record.record_type, record.subtype
            )),
        }
    }
    Ok(())
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the enum may grow; what is no route and no message has no octets of BGP"
)]
fn tell(
    record: &Record<'_>,
    body: &Body<'_>,
    peers: &[Peer],
    arguments: &Arguments,
    report: &mut Report<'_>,
) {
    let micros = record.microseconds.unwrap_or_default();
    let time = Duration::from_secs(record.timestamp.into()) + Duration::from_micros(micros.into());
    match body {
        Body::Message(said) => {
            let (peer, local) = (said.ends.peer, said.ends.local);
            let session = match said.is_local {
                false => format!("{peer} > {local}"),
                true => format!("{local} > {peer}"),
            };
            let context = arguments
                .context(Some(said.context()))
                .unwrap_or_else(|| said.context());
            let tree = Dissector::with_context(context).dissect(Direction::Forward, said.message);
            report.tree(&session, Some(time), &tree, said.message);
        }
        Body::Rib(rib) => {
            let mut update = Vec::new();
            for entry in rib.entries.iter() {
                let peer = peers.get(usize::from(entry.peer_index));
                let session = peer.map_or("unknown peer".to_owned(), |it| it.address.to_string());
                match rib.update(&entry, &mut update) {
                    Some(context) => {
                        let context = arguments.context(Some(context)).unwrap_or(context);
                        let tree = tree(&update, &context);
                        report.tree(&session, Some(time), &tree, &update);
                    }
                    None => report.fault(&format!("{session}: attributes that cannot be walked")),
                }
            }
        }
        Body::TableDump(route) => {
            let mut update = Vec::new();
            match route.update(&mut update) {
                Some(context) => {
                    let context = arguments.context(Some(context)).unwrap_or(context);
                    let tree = tree(&update, &context);
                    report.tree(&route.peer.to_string(), Some(time), &tree, &update);
                }
                None => report.fault("TABLE_DUMP: attributes that cannot be walked"),
            }
        }
        _ => {}
    }
}
