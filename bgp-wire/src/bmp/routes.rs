//! Routes and whole messages of peers (RFC 7854 §4.6, §4.7).
//!
//! ```text
//! Route Monitoring | Per-peer header | an UPDATE |
//! Route Mirroring  | Per-peer header | TLVs: type (2), length (2), value |
//! ```

use core::fmt;
use core::iter::FusedIterator;

use super::information::read_tlvs;
use super::peer::PeerHeader;
use super::session::PeerSession;
use crate::reader::Reader;
use crate::{Context, DecodeError, Tlvs, UpdateView};

/// Route Monitoring: routes of a table, as an UPDATE that the router made of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RouteMonitoring<'a> {
    /// Whose table.
    pub peer: PeerHeader,
    /// The UPDATE, header included, as it came: it may be damaged.
    pub update: &'a [u8],
    /// What stands behind the UPDATE: nothing, by RFC 7854. Some routers add TLVs of drafts,
    /// as the one that tells which paths are best.
    pub trailing: &'a [u8],
}

impl<'a> RouteMonitoring<'a> {
    pub(super) fn read(peer: PeerHeader, reader: &mut Reader<'a>) -> Option<Self> {
        // The length of its header says where the message ends, if that can be.
        let length = reader.rest().get(16..18).and_then(|field| {
            let length = usize::from(u16::from_be_bytes(field.try_into().ok()?));
            (length >= 19 && length <= reader.len()).then_some(length)
        });
        let update = reader.take(length.unwrap_or(reader.len()))?;
        let trailing = reader.take(reader.len())?;
        Some(Self {
            peer,
            update,
            trailing,
        })
    }

    /// How the UPDATE reads: by what the Peer Up of its peer said, or without one as one
    /// without path identifiers.
    #[must_use]
    pub fn context(&self, session: Option<&PeerSession>) -> Context {
        match session {
            Some(session) => session.context(&self.peer),
            None => super::session::unknown(&self.peer),
        }
    }

    /// Checks the UPDATE; [`RouteMonitoring::context`] is how it is read.
    ///
    /// # Errors
    /// As [`UpdateView::scan`].
    pub fn scan(&self, session: Option<&PeerSession>) -> Result<UpdateView<'a>, DecodeError> {
        UpdateView::scan(self.update, &self.context(session))
    }
}

/// What is said of mirrored messages (RFC 7854 §4.7).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct MirroringInformation(pub u16);

impl MirroringInformation {
    /// The message has an error and was treated as a withdrawal (RFC 7606).
    pub const ERRORED_PDU: Self = Self(0);
    /// Messages may be missing before it.
    pub const MESSAGES_LOST: Self = Self(1);
}

impl fmt::Display for MirroringInformation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match *self {
            Self::ERRORED_PDU => "Errored PDU",
            Self::MESSAGES_LOST => "Messages Lost",
            Self(other) => return write!(f, "information {other}"),
        })
    }
}

/// Types of the TLVs.
pub(crate) const MESSAGE: u16 = 0;
pub(crate) const INFORMATION: u16 = 1;

/// One TLV of a Route Mirroring.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Mirrored<'a> {
    /// A message of the peer, of any type, header included, as it came.
    Message(&'a [u8]),
    /// What is said of it, or of the row of messages.
    Information(MirroringInformation),
    /// A type that is not known, or information that is not two octets.
    Other(crate::Tlv<'a>),
}

/// Route Mirroring: messages of a peer, word for word.
///
/// ```
/// use bgp_wire::Asn;
/// use bgp_wire::bmp::{
///     Information, Mirrored, MirroringInformation, MonitoredRib, PeerHeader, RouteMirroring,
/// };
/// # let (address, identifier) = ([192, 0, 2, 1].into(), [192, 0, 2, 1].into());
/// let rib = MonitoredRib::AdjRibInPrePolicy;
/// let peer = PeerHeader::new(rib, address, Asn(64512), identifier);
/// let mut tlvs = Information::new();
/// let items = [
///     Mirrored::Information(MirroringInformation::ERRORED_PDU),
///     Mirrored::Message(&[0xff; 19]),
/// ];
/// for item in items {
///     item.push_to(&mut tlvs)?;
/// }
/// let mirror = RouteMirroring { peer, tlvs: tlvs.tlvs() };
/// assert!(mirror.iter().eq(items));
/// # Ok::<(), bgp_wire::EncodeError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RouteMirroring<'a> {
    /// Whose messages.
    pub peer: PeerHeader,
    /// The TLVs; [`RouteMirroring::iter`] says what they are.
    pub tlvs: Tlvs<'a>,
}

impl<'a> RouteMirroring<'a> {
    pub(super) fn read(peer: PeerHeader, reader: &mut Reader<'a>) -> Option<Self> {
        let tlvs = read_tlvs(reader)?;
        Some(Self { peer, tlvs })
    }

    /// What is mirrored, in order.
    #[must_use]
    pub const fn iter(&self) -> MirroredItems<'a> {
        MirroredItems { tlvs: self.tlvs }
    }
}

impl<'a> IntoIterator for &RouteMirroring<'a> {
    type Item = Mirrored<'a>;
    type IntoIter = MirroredItems<'a>;

    fn into_iter(self) -> MirroredItems<'a> {
        self.iter()
    }
}

/// What a Route Mirroring holds; see [`RouteMirroring::iter`].
#[derive(Clone, Copy, Debug)]
pub struct MirroredItems<'a> {
    tlvs: Tlvs<'a>,
}

impl<'a> Iterator for MirroredItems<'a> {
    type Item = Mirrored<'a>;

    fn next(&mut self) -> Option<Mirrored<'a>> {
        let tlv = self.tlvs.next()?;
        Some(match (tlv.code, tlv.value) {
            (MESSAGE, message) => Mirrored::Message(message),
            (INFORMATION, [high, low]) => {
                Mirrored::Information(MirroringInformation(u16::from_be_bytes([*high, *low])))
            }
            _ => Mirrored::Other(tlv),
        })
    }
}

impl FusedIterator for MirroredItems<'_> {}

impl Mirrored<'_> {
    /// Adds it to the TLVs of a Route Mirroring; a message has to be the last of them.
    ///
    /// # Errors
    /// [`EncodeError::ValueTooLong`](crate::EncodeError::ValueTooLong) for more than 65,535
    /// octets; nothing is added.
    pub fn push_to(&self, tlvs: &mut super::Information) -> Result<(), crate::EncodeError> {
        match self {
            Self::Message(message) => tlvs.push_octets(MESSAGE, message)?,
            Self::Information(code) => tlvs.push_octets(INFORMATION, &code.0.to_be_bytes())?,
            Self::Other(tlv) => tlvs.push_octets(tlv.code, tlv.value)?,
        };
        Ok(())
    }
}

impl fmt::Display for Mirrored<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Message(message) => write!(f, "message of {} octets", message.len()),
            Self::Information(code) => write!(f, "{code}"),
            Self::Other(tlv) => write!(f, "{tlv:?}"),
        }
    }
}
