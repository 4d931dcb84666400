//! Real messages: archives of route collectors and captures of sessions, where the shared
//! data has them. Read here without the codec, which is what they test.

use std::collections::{BTreeMap, btree_map::Entry};
use std::fs::{self, File};
use std::io::Read as _;
use std::path::{Path, PathBuf};

use flate2::read::GzDecoder;

use super::mutate::mend_header;
use crate::shared;

/// One message as it was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Real {
    /// The whole message.
    pub octets: Vec<u8>,
    /// Whether the source says that AS numbers have four octets; `None` where only the
    /// session's OPENs would tell.
    pub four_octet_as: Option<bool>,
    /// Whether the source says that there are path identifiers.
    pub add_path: bool,
}

/// First octets of captures.
const LITTLE: &[u8] = &[0xd4, 0xc3, 0xb2, 0xa1];
const LITTLE_PRECISE: &[u8] = &[0x4d, 0x3c, 0xb2, 0xa1];
const NEXT_GENERATION: &[u8] = &[0x0a, 0x0d, 0x0d, 0x0a];

/// The port of BGP.
const BGP: u16 = 179;

/// The messages of every archive and capture in the shared data, by file; empty without it.
/// Files in which nothing was found are left out.
#[must_use]
pub fn real() -> Vec<(String, Vec<Real>)> {
    let Some(root) = shared::path("data/mrt") else {
        return Vec::new();
    };
    let mut files = Vec::new();
    collect(&root, &mut files);
    files.sort_unstable();
    let named = files.iter().map(|path| {
        let name = path.strip_prefix(&root).unwrap_or(path);
        (name.display().to_string(), messages(path))
    });
    named.filter(|(_, messages)| !messages.is_empty()).collect()
}

/// What routers tell stations by BMP in the captures of the shared data, by file: each
/// direction of a connection that begins with a message. Empty without the data.
#[must_use]
pub fn bmp_streams() -> Vec<(String, Vec<u8>)> {
    let Some(root) = shared::path("data/mrt/pcap-netgauze") else {
        return Vec::new();
    };
    let mut files = Vec::new();
    collect(&root, &mut files);
    files.sort_unstable();
    let mut streams = Vec::new();
    for path in files {
        let name = path
            .strip_prefix(&root)
            .unwrap_or(&path)
            .display()
            .to_string();
        let octets = read(&path).unwrap_or_default();
        let told = flows(&octets).into_iter().filter(|(ports, stream)| {
            !ports.contains(&BGP) && matches!(stream.get(..6), Some([3 | 4, 0, _, _, _, 0..=6]))
        });
        streams.extend(told.map(|(_, stream)| (name.clone(), stream)));
    }
    streams
}

fn collect(directory: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(directory).into_iter().flatten().flatten() {
        let path = entry.path();
        match path.is_dir() {
            // The texts of another program about the archives.
            true if path.ends_with("expect") => {}
            true => collect(&path, files),
            false => files.push(path),
        }
    }
}

fn messages(path: &Path) -> Vec<Real> {
    let Some(octets) = read(path) else {
        return Vec::new();
    };
    match octets.get(..4) {
        Some(LITTLE | LITTLE_PRECISE | NEXT_GENERATION) => flows(&octets)
            .iter()
            .filter(|(ports, _)| ports.contains(&BGP))
            .flat_map(|(_, stream)| split(stream))
            .collect(),
        _ => archive(&octets),
    }
}

fn read(path: &Path) -> Option<Vec<u8>> {
    let octets = fs::read(path).ok()?;
    if !octets.starts_with(&[0x1f, 0x8b]) {
        return Some(octets);
    }
    let mut unpacked = Vec::new();
    // An archive that was cut off gives what is before the cut.
    let _ = GzDecoder::new(File::open(path).ok()?).read_to_end(&mut unpacked);
    Some(unpacked)
}

/// The messages of BGP4MP and BGP4MP_ET records (RFC 6396 §4.2–4.4, RFC 8050 §3) and the
/// UPDATEs of the BGP records that came before them (RFC 6396 appendix B.2).
fn archive(mut octets: &[u8]) -> Vec<Real> {
    let mut found = Vec::new();
    while let Some((head, rest)) = octets.split_first_chunk::<12>() {
        let [_, _, _, _, kind @ .., l0, l1, l2, l3] = head;
        let length = u32::from_be_bytes([*l0, *l1, *l2, *l3]) as usize;
        let Some((record, rest)) = rest.split_at_checked(length) else {
            break;
        };
        octets = rest;
        let real = match kind {
            [0, 16, 0, subtype] => bgp4mp(record, *subtype),
            [0, 17, 0, subtype] => record.get(4..).and_then(|it| bgp4mp(it, *subtype)),
            [0, 5, 0, 1] => old_update(record),
            _ => None,
        };
        found.extend(real);
    }
    found
}

fn bgp4mp(record: &[u8], subtype: u8) -> Option<Real> {
    let (four_octet_as, add_path) = match subtype {
        1 | 6 => (false, false),
        4 | 7 => (true, false),
        8 | 10 => (false, true),
        9 | 11 => (true, true),
        _ => return None,
    };
    // Two AS numbers, the interface, the address family, two addresses.
    let fixed = if four_octet_as { 8 } else { 4 } + 2;
    let address = if record.get(fixed + 1)? == &1 { 4 } else { 16 };
    let octets = record.get(fixed + 2 + 2 * address..)?;
    is_message(octets).then(|| Real {
        octets: octets.to_vec(),
        four_octet_as: Some(four_octet_as),
        add_path,
    })
}

/// Two AS numbers and IPv4 addresses of two octets and four, then the body of an UPDATE.
fn old_update(record: &[u8]) -> Option<Real> {
    let mut octets = vec![0xff; 18];
    octets.push(2);
    octets.extend(record.get(12..)?);
    mend_header(&mut octets);
    is_message(&octets).then_some(Real {
        octets,
        four_octet_as: Some(false),
        add_path: false,
    })
}

/// Whether the octets are one message with a header that fits.
fn is_message(octets: &[u8]) -> bool {
    let length = octets
        .get(16..18)
        .map(|it| it.iter().fold(0, |all, it| all << 8 | usize::from(*it)));
    octets.starts_with(&[0xff; 16]) && octets.len() >= 19 && length == Some(octets.len())
}

/// The frames of a capture in the little-endian form.
fn pcap(octets: &[u8]) -> Vec<(u32, &[u8])> {
    let word = |at: usize| word(octets, at);
    let Some(link) = word(20) else {
        return Vec::new();
    };
    let mut frames = Vec::new();
    let mut at = 24;
    while let Some(length) = word(at + 8) {
        frames.extend(
            octets
                .get(at + 16..at + 16 + length)
                .map(|frame| (link as u32, frame)),
        );
        at += 16 + length;
    }
    frames
}

/// The enhanced packets of a little-endian capture, all of the first interface's kind.
fn pcapng(octets: &[u8]) -> Vec<(u32, &[u8])> {
    let word = |at: usize| word(octets, at);
    let (mut at, mut link, mut frames) = (0, 1, Vec::new());
    while let (Some(kind), Some(length)) = (word(at), word(at + 4)) {
        match kind {
            1 => link = word(at + 8).unwrap_or_default() & 0xffff,
            6 => {
                let captured = word(at + 20).unwrap_or_default();
                frames.extend(
                    octets
                        .get(at + 28..at + 28 + captured)
                        .map(|it| (link as u32, it)),
                );
            }
            _ => {}
        }
        at += length.max(12);
    }
    frames
}

fn word(octets: &[u8], at: usize) -> Option<usize> {
    let (word, _) = octets.get(at..)?.split_first_chunk()?;
    Some(u32::from_le_bytes(*word) as usize)
}

/// A direction of a connection: addresses and ports.
type Flow = (Vec<u8>, [u16; 2]);

/// Every direction of every connection of a capture: its ports, and its octets put together
/// in order. What comes after a gap follows what stands before it.
fn flows(octets: &[u8]) -> Vec<([u16; 2], Vec<u8>)> {
    let frames = match octets.get(..4) {
        Some(NEXT_GENERATION) => pcapng(octets),
        _ => pcap(octets),
    };
    let mut flows: BTreeMap<Flow, (u32, Vec<u8>)> = BTreeMap::new();
    for (flow, sequence, payload) in frames.into_iter().filter_map(segment) {
        match flows.entry(flow) {
            Entry::Vacant(entry) => drop(entry.insert((sequence, payload.to_vec()))),
            Entry::Occupied(mut entry) => {
                let (start, stream) = entry.get_mut();
                let expected = start.wrapping_add(stream.len() as u32);
                let known = expected.wrapping_sub(sequence) as usize;
                match payload.get(known..) {
                    Some(new) => stream.extend(new),
                    // A gap; a retransmission would be known as a whole.
                    None if known > 1 << 31 => {
                        *start = sequence.wrapping_sub(stream.len() as u32);
                        stream.extend(payload);
                    }
                    None => {}
                }
            }
        }
    }
    flows
        .into_iter()
        .map(|((_, ports), (_, stream))| (ports, stream))
        .collect()
}

/// The messages in a stream.
fn split(mut stream: &[u8]) -> Vec<Real> {
    let mut found = Vec::new();
    while stream.len() >= 19 {
        let length = stream
            .get(16..18)
            .map_or(0, |it| usize::from(it[0]) << 8 | usize::from(it[1]));
        let message = stream.get(..length).filter(|it| is_message(it));
        found.extend(message.map(|message| Real {
            octets: message.to_vec(),
            four_octet_as: None,
            add_path: false,
        }));
        stream = stream
            .get(message.map_or(1, <[u8]>::len)..)
            .unwrap_or_default();
    }
    found
}

/// Flow, sequence number and payload of a frame that carries TCP.
fn segment((link, frame): (u32, &[u8])) -> Option<(Flow, u32, &[u8])> {
    let mut packet = match link {
        1 => frame.get(12..)?,
        113 => frame.get(14..)?,
        101 => return internet(frame),
        _ => return None,
    };
    // VLAN tags stand before the protocol.
    while packet.starts_with(&[0x81, 0]) {
        packet = packet.get(4..)?;
    }
    match packet.split_first_chunk()? {
        ([0x08, 0x00] | [0x86, 0xdd], packet) => internet(packet),
        _ => None,
    }
}

fn internet(packet: &[u8]) -> Option<(Flow, u32, &[u8])> {
    let (addresses, protocol, from, to) = match packet.first()? >> 4 {
        4 => {
            let total = usize::from(*packet.get(2)?) << 8 | usize::from(*packet.get(3)?);
            (
                12..20,
                *packet.get(9)?,
                usize::from(packet.first()? & 15) * 4,
                total,
            )
        }
        6 => {
            let length = usize::from(*packet.get(4)?) << 8 | usize::from(*packet.get(5)?);
            (8..40, *packet.get(6)?, 40, 40 + length)
        }
        _ => return None,
    };
    let tcp = packet
        .get(from..to.min(packet.len()))
        .filter(|_| protocol == 6)?;
    let [a, b, c, d] = *tcp.first_chunk()?;
    let ports = [u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d])];
    let (sequence, _) = tcp.get(4..)?.split_first_chunk()?;
    let payload = tcp.get(usize::from(tcp.get(12)? >> 4) * 4..)?;
    let flow = (packet.get(addresses)?.to_vec(), ports);
    (!payload.is_empty()).then_some((flow, u32::from_be_bytes(*sequence), payload))
}
