//! The messages, by their type.

use alloc::vec::Vec;
use core::fmt;

use super::error::{BmpError, BmpErrorKind};
use super::frame::{BmpMessageType, HEADER, VERSION};
use super::information::{Initiation, Termination, read_tlvs};
use super::peer::PeerHeader;
use super::peer_down::PeerDown;
use super::peer_up::PeerUp;
use super::routes::{RouteMirroring, RouteMonitoring};
use super::statistics::StatisticsReport;
use crate::EncodeError;
use crate::reader::Reader;
use crate::writer::{Count, Out, Writer};

/// A message of BMP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum BmpMessage<'a> {
    /// Routes (RFC 7854 §4.6).
    RouteMonitoring(RouteMonitoring<'a>),
    /// How many of what (RFC 7854 §4.8).
    StatisticsReport(StatisticsReport<'a>),
    /// A session ended (RFC 7854 §4.9).
    PeerDown(PeerDown<'a>),
    /// A session came up (RFC 7854 §4.10).
    PeerUp(PeerUp<'a>),
    /// The router begins (RFC 7854 §4.3).
    Initiation(Initiation<'a>),
    /// The router ends (RFC 7854 §4.5).
    Termination(Termination<'a>),
    /// Messages of a peer, word for word (RFC 7854 §4.7).
    RouteMirroring(RouteMirroring<'a>),
    /// Of a type that is not known; a station passes it over (RFC 7854 §4.1).
    Other(BmpMessageType, &'a [u8]),
}

impl<'a> BmpMessage<'a> {
    /// What the message is about.
    #[must_use]
    pub const fn message_type(&self) -> BmpMessageType {
        match self {
            Self::RouteMonitoring(_) => BmpMessageType::ROUTE_MONITORING,
            Self::StatisticsReport(_) => BmpMessageType::STATISTICS_REPORT,
            Self::PeerDown(_) => BmpMessageType::PEER_DOWN,
            Self::PeerUp(_) => BmpMessageType::PEER_UP,
            Self::Initiation(_) => BmpMessageType::INITIATION,
            Self::Termination(_) => BmpMessageType::TERMINATION,
            Self::RouteMirroring(_) => BmpMessageType::ROUTE_MIRRORING,
            Self::Other(message_type, _) => *message_type,
        }
    }

    /// The peer that the message is about; `None` where it is about the router.
    #[must_use]
    pub const fn peer(&self) -> Option<&PeerHeader> {
        match self {
            Self::RouteMonitoring(routes) => Some(&routes.peer),
            Self::StatisticsReport(report) => Some(&report.peer),
            Self::PeerDown(down) => Some(&down.peer),
            Self::PeerUp(up) => Some(&up.peer),
            Self::RouteMirroring(mirror) => Some(&mirror.peer),
            Self::Initiation(_) | Self::Termination(_) | Self::Other(..) => None,
        }
    }

    pub(super) fn read(message_type: BmpMessageType, body: &'a [u8]) -> Result<Self, BmpError> {
        let mut reader = Reader::new(body);
        let at = |reader: &Reader<'_>| {
            let read = body.len().saturating_sub(reader.len());
            read.saturating_add(HEADER) as u64
        };
        let peer = match message_type.has_peer() {
            Some(true) => Some(
                PeerHeader::read(&mut reader)
                    .ok_or_else(|| BmpError::new(BmpErrorKind::PeerHeader, at(&reader)))?,
            ),
            Some(false) | None => None,
        };
        let begin = at(&reader);
        let message = read(message_type, peer, &mut reader)
            .filter(|_| reader.is_empty())
            .ok_or_else(|| BmpError::new(BmpErrorKind::Body, at(&reader)))?;
        match message {
            Some(message) => Ok(message),
            None => Err(BmpError::new(BmpErrorKind::StatisticsCount, begin)),
        }
    }

    /// Octets on the wire, header included.
    #[must_use]
    pub fn encoded_len(&self) -> usize {
        Count::of(|out| self.emit_body(out)).saturating_add(HEADER)
    }

    /// Writes the message at the front of `out` and returns its size.
    ///
    /// # Errors
    /// [`EncodeError::BufferTooSmall`] for fewer octets than [`BmpMessage::encoded_len`],
    /// [`EncodeError::MessageTooLong`] for a message of 4 GiB.
    pub fn encode(&self, out: &mut [u8]) -> Result<usize, EncodeError> {
        let mut writer = Writer::new(out);
        self.emit(&mut writer)?;
        Ok(writer.position())
    }

    /// Appends the message.
    ///
    /// # Errors
    /// [`EncodeError::MessageTooLong`] for a message of 4 GiB; nothing is appended.
    pub fn encode_to(&self, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        self.emit(out)
    }

    fn emit(&self, out: &mut impl Out) -> Result<(), EncodeError> {
        let length = self.encoded_len();
        let length = u32::try_from(length).map_err(|_| EncodeError::MessageTooLong)?;
        out.u8(VERSION)?;
        out.u32(length)?;
        out.u8(self.message_type().0)?;
        self.emit_body(out)
    }

    fn emit_body(&self, out: &mut impl Out) -> Result<(), EncodeError> {
        match self {
            Self::RouteMonitoring(routes) => {
                routes.peer.emit(out)?;
                out.put(routes.update)?;
                out.put(routes.trailing)
            }
            Self::StatisticsReport(report) => {
                report.peer.emit(out)?;
                out.u32(u32::try_from(report.tlvs.count()).unwrap_or(u32::MAX))?;
                out.put(report.tlvs.octets())
            }
            Self::PeerDown(down) => down.emit(out),
            Self::PeerUp(up) => up.emit(out),
            Self::Initiation(hello) => out.put(hello.information.octets()),
            Self::Termination(bye) => out.put(bye.information.octets()),
            Self::RouteMirroring(mirror) => {
                mirror.peer.emit(out)?;
                out.put(mirror.tlvs.octets())
            }
            Self::Other(_, body) => out.put(body),
        }
    }
}

/// One line: the type, the peer, and what is said of it. An UPDATE is only counted: how it
/// reads, its session knows.
impl fmt::Display for BmpMessage<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.message_type())?;
        if let Some(peer) = self.peer() {
            write!(f, " {peer}")?;
        }
        match self {
            Self::RouteMonitoring(routes) => write!(f, ": {} octets", routes.update.len()),
            Self::StatisticsReport(report) => {
                for (at, statistic) in report.iter().enumerate() {
                    write!(f, "{}{statistic}", if at == 0 { ": " } else { ", " })?;
                }
                Ok(())
            }
            Self::PeerDown(down) => write!(f, ": {}", down.reason),
            Self::PeerUp(up) => write!(f, ": from {}", up.local_address),
            Self::Initiation(hello) => write!(f, " {hello}"),
            Self::Termination(bye) => write!(f, " {bye}"),
            Self::RouteMirroring(mirror) => {
                for (at, item) in mirror.iter().enumerate() {
                    write!(f, "{}{item}", if at == 0 { ": " } else { ", " })?;
                }
                Ok(())
            }
            Self::Other(_, body) => write!(f, " 0x{}", crate::nlri::Hex(body)),
        }
    }
}

/// `None` where the body has another form; `Some(None)` where the number of statistics is
/// another.
fn read<'a>(
    message_type: BmpMessageType,
    peer: Option<PeerHeader>,
    reader: &mut Reader<'a>,
) -> Option<Option<BmpMessage<'a>>> {
    Some(Some(match (message_type, peer) {
        (BmpMessageType::ROUTE_MONITORING, Some(peer)) => {
            BmpMessage::RouteMonitoring(RouteMonitoring::read(peer, reader)?)
        }
        (BmpMessageType::STATISTICS_REPORT, Some(peer)) => {
            let count = usize::try_from(reader.u32()?).ok()?;
            let tlvs = read_tlvs(reader)?;
            if tlvs.count() != count {
                return Some(None);
            }
            BmpMessage::StatisticsReport(StatisticsReport { peer, tlvs })
        }
        (BmpMessageType::PEER_DOWN, Some(peer)) => {
            BmpMessage::PeerDown(PeerDown::read(peer, reader)?)
        }
        (BmpMessageType::PEER_UP, Some(peer)) => BmpMessage::PeerUp(PeerUp::read(peer, reader)?),
        (BmpMessageType::ROUTE_MIRRORING, Some(peer)) => {
            BmpMessage::RouteMirroring(RouteMirroring::read(peer, reader)?)
        }
        (BmpMessageType::INITIATION, _) => BmpMessage::Initiation(Initiation {
            information: read_tlvs(reader)?,
        }),
        (BmpMessageType::TERMINATION, _) => BmpMessage::Termination(Termination {
            information: read_tlvs(reader)?,
        }),
        (other, _) => BmpMessage::Other(other, reader.take(reader.len())?),
    }))
}
