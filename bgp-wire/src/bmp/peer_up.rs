//! A session came up (RFC 7854 §4.10, RFC 9069 §5.2).

use core::net::IpAddr;

use super::InformationType;
use super::information::{read_tlvs, texts};
use super::peer::{PeerHeader, emit_address};
use super::session::PeerSession;
use crate::reader::Reader;
use crate::writer::Out;
use crate::{DecodeError, EncodeError, OpenView, Tlvs};

/// Peer Up: a session of the router was established, or was when the station came.
///
/// ```text
/// +-----------------+--------------------+----------------+-----------------+
/// | Per-peer header | Local address (16) | Local port (2) | Remote port (2) |
/// +-----------------+--------------------+----------------+-----------------+
/// | OPEN that was sent | OPEN that was received | Information TLVs          |
/// +--------------------+------------------------+---------------------------+
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PeerUp<'a> {
    /// The peer.
    pub peer: PeerHeader,
    /// The router's address on the session, of the IP version of the peer's;
    /// 0.0.0.0 for a Loc-RIB.
    pub local_address: IpAddr,
    /// The router's port; 0 where there is no connection.
    pub local_port: u16,
    /// The peer's port; 0 where there is no connection.
    pub remote_port: u16,
    /// The OPEN that the router sent, header included, as it was.
    pub sent_open: &'a [u8],
    /// The OPEN that the peer sent, header included, as it was.
    pub received_open: &'a [u8],
    /// What else is said; types are [`InformationType`]s.
    pub information: Tlvs<'a>,
}

impl<'a> PeerUp<'a> {
    pub(super) fn read(peer: PeerHeader, reader: &mut Reader<'a>) -> Option<Self> {
        Some(Self {
            peer,
            local_address: peer.read_local(reader.array()?),
            local_port: reader.u16()?,
            remote_port: reader.u16()?,
            sent_open: read_open(reader)?,
            received_open: read_open(reader)?,
            information: read_tlvs(reader)?,
        })
    }

    pub(super) fn emit(&self, out: &mut impl Out) -> Result<(), EncodeError> {
        self.peer.emit(out)?;
        emit_address(self.local_address, out)?;
        out.u16(self.local_port)?;
        out.u16(self.remote_port)?;
        out.put(self.sent_open)?;
        out.put(self.received_open)?;
        out.put(self.information.octets())
    }

    /// The OPEN that the router sent; one that it made up need not be fit for a session.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn sent(&self) -> Result<OpenView<'a>, DecodeError> {
        OpenView::decode_watched(self.sent_open)
    }

    /// The OPEN that the peer sent.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn received(&self) -> Result<OpenView<'a>, DecodeError> {
        OpenView::decode_watched(self.received_open)
    }

    /// How the UPDATEs of the peer are to be read from here on.
    ///
    /// # Errors
    /// One of the OPENs cannot be read.
    pub fn session(&self) -> Result<PeerSession, DecodeError> {
        Ok(PeerSession::new(&self.sent()?, &self.received()?))
    }

    /// The name of the VRF or table (RFC 9069 §5.2.1); the first, where there are several.
    #[must_use]
    pub fn table_name(&self) -> Option<&'a str> {
        texts(self.information, InformationType::VRF_TABLE_NAME.0).next()
    }

    /// The labels that the operator gave the peer, in their order (RFC 8671 §6.3.1).
    pub fn admin_labels(&self) -> impl Iterator<Item = &'a str> + Clone + use<'a> {
        texts(self.information, InformationType::ADMIN_LABEL.0)
    }

    /// What else is said, in its order.
    pub fn strings(&self) -> impl Iterator<Item = &'a str> + Clone + use<'a> {
        texts(self.information, InformationType::STRING.0)
    }
}

/// The octets that the length in a header of BGP claims.
fn read_open<'a>(reader: &mut Reader<'a>) -> Option<&'a [u8]> {
    let [.., high, low, _] = *reader.rest().first_chunk::<19>()?;
    let length = u16::from_be_bytes([high, low]);
    (length >= 19).then(|| reader.take(length.into()))?
}
