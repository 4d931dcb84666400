//! BGP and BMP in captures: from packets to the messages of each connection.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use bgp_wire::bmp::{BmpFrame, DEFAULT_LIMIT};
use bgp_wire::dissect::{BmpDissector, Direction};
use etherparse::{EtherType, LaxNetSlice, LaxSlicedPacket, TcpSlice, TransportSlice};
use pcap_file::pcap::PcapReader;
use pcap_file::pcapng::{Block, PcapNgReader};
use pcap_file::{DataLink, PcapError, TsResolution};

use super::input::is_bmp;
use super::tcp::Stream;
use super::{Arguments, Report};

/// Why a capture cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum CaptureError {
    /// It is damaged, or cut off.
    #[error("capture: {0}")]
    Format(#[from] PcapError),
    /// Packets of a link that is not known here.
    #[error("capture: packets of link type {0:?} cannot be read")]
    Link(DataLink),
}

/// Whether octets begin as a capture of either format does.
pub(super) fn is_capture(octets: &[u8]) -> bool {
    matches!(
        octets.get(..4),
        Some(
            [0xd4, 0xc3, 0xb2, 0xa1]
                | [0xa1, 0xb2, 0xc3, 0xd4]
                | [0x4d, 0x3c, 0xb2, 0xa1]
                | [0xa1, 0xb2, 0x3c, 0x4d]
                | [0x0a, 0x0d, 0x0d, 0x0a]
        )
    )
}

/// Dissects what is on BGP's port, and what begins as BMP on others. A capture that is cut off gives what is before the cut.
///
/// # Errors
///
/// [`CaptureError`], after what could be read has been told.
pub(super) fn capture(
    octets: &[u8],
    arguments: &Arguments,
    report: &mut Report<'_>,
) -> Result<(), CaptureError> {
    let mut connections = Connections::default();
    let read = match octets.starts_with(&[0x0a, 0x0d, 0x0d, 0x0a]) {
        true => pcapng(octets, &mut connections),
        false => pcap(octets, &mut connections),
    };
    for connection in &connections.all {
        connection.tell(arguments, report);
    }
    read
}

/// Packets are taken as they are: captures of broken programs say odd lengths and times.
fn pcap(octets: &[u8], connections: &mut Connections) -> Result<(), CaptureError> {
    let mut reader = PcapReader::new(octets)?;
    let header = reader.header();
    while let Some(packet) = reader.next_raw_packet() {
        let packet = packet?;
        let fraction = match header.ts_resolution {
            TsResolution::MicroSecond => Duration::from_micros(packet.ts_frac.into()),
            TsResolution::NanoSecond => Duration::from_nanos(packet.ts_frac.into()),
        };
        let time = Duration::from_secs(packet.ts_sec.into()) + fraction;
        connections.packet(header.datalink, time, &packet.data)?;
    }
    Ok(())
}

fn pcapng(octets: &[u8], connections: &mut Connections) -> Result<(), CaptureError> {
    let mut reader = PcapNgReader::new(octets)?;
    while let Some(block) = reader.next_block() {
        let block = block?;
        let (interface, time, data) = if let Block::EnhancedPacket(packet) = block {
            (
                packet.interface_id,
                packet.timestamp,
                packet.data.into_owned(),
            )
        } else if let Block::SimplePacket(packet) = block {
            (0, Duration::ZERO, packet.data.into_owned())
        } else {
            continue;
        };
        let index = usize::try_from(interface).unwrap_or(usize::MAX);
        let link = reader.interfaces().get(index).map(|it| it.linktype);
        connections.packet(link.unwrap_or(DataLink::ETHERNET), time, &data)?;
    }
    Ok(())
}

const NULL: u32 = 0;
const ETHERNET: u32 = 1;
const PPP: u32 = 9;
const PPP_HDLC: u32 = 50;
const RAW: u32 = 101;
const C_HDLC: u32 = 104;
const LOOP: u32 = 108;
const LINUX_SLL: u32 = 113;
const IPV4: u32 = 228;
const IPV6: u32 = 229;
const LINUX_SLL2: u32 = 276;

/// Both ends of a connection, the one with the lesser address first.
type Ends = [SocketAddr; 2];

#[derive(Debug, Default)]
struct Connections {
    all: Vec<Connection>,
    /// The one that is open between two ends.
    open: BTreeMap<Ends, usize>,
}

#[derive(Debug)]
struct Connection {
    ends: Ends,
    streams: [Stream; 2],
}

impl Connections {
    fn packet(&mut self, link: DataLink, time: Duration, data: &[u8]) -> Result<(), CaptureError> {
        // By the numbers of the registry of link types.
        let packet = match u32::from(link) {
            ETHERNET => LaxSlicedPacket::from_ethernet(data).ok(),
            12 | 14 | RAW | IPV4 | IPV6 => LaxSlicedPacket::from_ip(data).ok(),
            // Four octets say which protocol follows, in some byte order.
            NULL | LOOP => LaxSlicedPacket::from_ip(data.get(4..).unwrap_or_default()).ok(),
            PPP | PPP_HDLC => ppp(data),
            C_HDLC => cooked(data, 2, 4),
            LINUX_SLL => cooked(data, 14, 16),
            LINUX_SLL2 => cooked(data, 0, 20),
            _ => return Err(CaptureError::Link(link)),
        };
        let Some(packet) = packet else { return Ok(()) };
        if let (Some(net), Some(TransportSlice::Tcp(tcp))) = (&packet.net, &packet.transport)
            && let Some([from, to]) = addresses(net)
        {
            self.segment([from, to], tcp, time);
        }
        Ok(())
    }

    fn segment(&mut self, [from, to]: [IpAddr; 2], tcp: &TcpSlice<'_>, time: Duration) {
        let (source, target) = (tcp.source_port(), tcp.destination_port());
        let (from, to) = (SocketAddr::new(from, source), SocketAddr::new(to, target));
        let (ends, side) = match from <= to {
            true => ([from, to], 0),
            false => ([to, from], 1),
        };
        let opens = tcp.syn() && !tcp.ack();
        let known = self.open.get(&ends).copied();
        let index = match known.filter(|index| !(opens && self.has_data(*index))) {
            Some(index) => index,
            None => {
                self.all.push(Connection {
                    ends,
                    streams: Default::default(),
                });
                let index = self.all.len() - 1;
                self.open.insert(ends, index);
                index
            }
        };
        let stream = self
            .all
            .get_mut(index)
            .and_then(|it| it.streams.get_mut(side));
        if let Some(stream) = stream {
            stream.put(tcp.syn(), tcp.sequence_number(), time, tcp.payload());
        }
    }

    fn has_data(&self, index: usize) -> bool {
        let connection = self.all.get(index);
        connection.is_some_and(|it| it.streams.iter().any(|stream| !stream.is_empty()))
    }
}

/// PPP: address and control, which may be missing, and the protocol (RFC 1662 §3.1).
fn ppp(data: &[u8]) -> Option<LaxSlicedPacket<'_>> {
    match data.strip_prefix(&[0xff, 0x03]).unwrap_or(data) {
        [0x00, 0x21 | 0x57, packet @ ..] => LaxSlicedPacket::from_ip(packet).ok(),
        _ => None,
    }
}

/// A header with an EtherType within: Linux' cooked captures, and Cisco's HDLC.
fn cooked(data: &[u8], protocol: usize, header: usize) -> Option<LaxSlicedPacket<'_>> {
    let number = *data.get(protocol..)?.first_chunk::<2>()?;
    let ether_type = EtherType(u16::from_be_bytes(number));
    Some(LaxSlicedPacket::from_ether_type(
        ether_type,
        data.get(header..)?,
    ))
}

fn addresses(net: &LaxNetSlice<'_>) -> Option<[IpAddr; 2]> {
    match net {
        LaxNetSlice::Ipv4(packet) => {
            let header = packet.header();
            Some([
                header.source_addr().into(),
                header.destination_addr().into(),
            ])
        }
        LaxNetSlice::Ipv6(packet) => {
            let header = packet.header();
            Some([
                header.source_addr().into(),
                header.destination_addr().into(),
            ])
        }
        LaxNetSlice::Arp(_) => None,
    }
}

/// A message, or what stands between two.
struct Part {
    time: Duration,
    direction: Direction,
    octets: Vec<u8>,
    missing: u64,
}

impl Connection {
    /// Dissects the messages of both directions in the order of their times, so that OPENs
    /// are read before what depends on them.
    fn tell(&self, arguments: &Arguments, report: &mut Report<'_>) {
        if self.ends.iter().all(|end| end.port() != arguments.port) {
            return self.tell_bmp(report);
        }
        let [forward, backward] = &self.streams;
        let mut parts = parts(forward, Direction::Forward);
        parts.extend(self::parts(backward, Direction::Backward));
        parts.sort_by_key(|part| part.time);
        let mut dissector = arguments.dissector(None);
        for part in parts {
            let session = self.session(part.direction);
            if part.missing > 0 {
                report.gap(&session, part.missing);
            }
            let tree = dissector.dissect(part.direction, &part.octets);
            report.tree(&session, Some(part.time), &tree, &part.octets);
        }
    }

    fn session(&self, direction: Direction) -> String {
        let [one, other] = self.ends;
        match direction {
            Direction::Forward => format!("{one} > {other}"),
            Direction::Backward => format!("{other} > {one}"),
        }
    }

    /// Dissects a direction that begins with a message of BMP. What follows a gap is read if it
    /// begins so too: nothing marks where a message begins.
    fn tell_bmp(&self, report: &mut Report<'_>) {
        let directions = [Direction::Forward, Direction::Backward];
        for (stream, direction) in self.streams.iter().zip(directions) {
            let pieces = stream.pieces();
            if !pieces.first().is_some_and(|piece| is_bmp(&piece.octets)) {
                continue;
            }
            let session = self.session(direction);
            let mut dissector = BmpDissector::new();
            for piece in pieces {
                if piece.missing > 0 {
                    report.gap(&session, piece.missing);
                }
                let mut at = 0;
                while let Some(rest) = piece.octets.get(at..).filter(|rest| !rest.is_empty()) {
                    let message = match BmpFrame::split(rest, DEFAULT_LIMIT) {
                        Ok(Some(frame)) => frame.bytes,
                        Ok(None) | Err(_) => rest,
                    };
                    let tree = dissector.dissect(message);
                    report.tree(&session, Some(piece.time(at)), &tree, message);
                    at += message.len();
                }
            }
        }
    }
}

fn parts(stream: &Stream, direction: Direction) -> Vec<Part> {
    let mut parts = Vec::new();
    for piece in stream.pieces() {
        let mut at = 0;
        while let Some(rest) = piece.octets.get(at..).filter(|rest| !rest.is_empty()) {
            let length = part_len(rest);
            parts.push(Part {
                time: piece.time(at),
                direction,
                octets: rest.get(..length).unwrap_or(rest).to_vec(),
                missing: if at == 0 { piece.missing } else { 0 },
            });
            at += length;
        }
    }
    parts
}

/// How long the message at the front is, or what stands before the next marker.
fn part_len(octets: &[u8]) -> usize {
    const MARKER: [u8; 16] = [0xff; 16];
    let next = |from: usize| {
        let rest = octets.get(from..).unwrap_or_default();
        let at = rest
            .windows(MARKER.len())
            .position(|window| window == MARKER);
        at.map_or(octets.len(), |at| from + at)
    };
    match octets.strip_prefix(&MARKER).and_then(<[u8]>::first_chunk) {
        Some(length) => match usize::from(u16::from_be_bytes(*length)) {
            length @ 19.. => length.min(octets.len()),
            _ => next(MARKER.len()),
        },
        None => next(0),
    }
}
