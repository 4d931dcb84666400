//! A session went down (RFC 7854 §4.9, RFC 9069 §5.3).
//!
//! ```text
//! +-----------------+------------+---------------------------------------+
//! | Per-peer header | Reason (1) | 1, 3: a NOTIFICATION; 2: an event (2) |
//! |                 |            | 6: Information TLVs                   |
//! +-----------------+------------+---------------------------------------+
//! ```

use core::fmt;

use super::InformationType;
use super::information::{read_tlvs, texts};
use super::peer::PeerHeader;
use crate::reader::Reader;
use crate::writer::Out;
use crate::{DecodeError, EncodeError, NotificationView, Tlvs};

/// Why a session ended, and with what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PeerDownReason<'a> {
    /// 1: the router ended it with this NOTIFICATION, header included.
    LocalNotification(&'a [u8]),
    /// 2: the router ended it without a word, for this event of RFC 4271 §8.1; 0 for none
    /// of them.
    LocalEvent(u16),
    /// 3: the peer ended it with this NOTIFICATION, header included.
    RemoteNotification(&'a [u8]),
    /// 4: the peer ended it, or the connection broke.
    RemoteClosed,
    /// 5: the session may go on, but is not monitored any more.
    Deconfigured,
    /// 6: a Loc-RIB is not monitored any more (RFC 9069 §5.3); types of the TLVs are
    /// [`InformationType`]s.
    Information(Tlvs<'a>),
    /// A reason that is not known, with what follows it.
    Other(u8, &'a [u8]),
}

impl<'a> PeerDownReason<'a> {
    /// The code on the wire.
    #[must_use]
    pub const fn code(&self) -> u8 {
        match self {
            Self::LocalNotification(_) => 1,
            Self::LocalEvent(_) => 2,
            Self::RemoteNotification(_) => 3,
            Self::RemoteClosed => 4,
            Self::Deconfigured => 5,
            Self::Information(_) => 6,
            Self::Other(code, _) => *code,
        }
    }

    /// The NOTIFICATION that ended the session; `None` where there was none.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn notification(&self) -> Option<Result<NotificationView<'a>, DecodeError>> {
        match self {
            Self::LocalNotification(message) | Self::RemoteNotification(message) => {
                Some(NotificationView::decode(message))
            }
            Self::LocalEvent(_)
            | Self::RemoteClosed
            | Self::Deconfigured
            | Self::Information(_)
            | Self::Other(..) => None,
        }
    }

    fn read(reader: &mut Reader<'a>) -> Option<Self> {
        Some(match reader.u8()? {
            1 => Self::LocalNotification(reader.take(reader.len())?),
            2 => Self::LocalEvent(reader.u16()?),
            3 => Self::RemoteNotification(reader.take(reader.len())?),
            4 => Self::RemoteClosed,
            5 => Self::Deconfigured,
            6 => Self::Information(read_tlvs(reader)?),
            other => Self::Other(other, reader.take(reader.len())?),
        })
    }

    fn emit(&self, out: &mut impl Out) -> Result<(), EncodeError> {
        out.u8(self.code())?;
        match self {
            Self::LocalNotification(octets)
            | Self::RemoteNotification(octets)
            | Self::Other(_, octets) => out.put(octets),
            Self::LocalEvent(event) => out.u16(*event),
            Self::RemoteClosed | Self::Deconfigured => Ok(()),
            Self::Information(tlvs) => out.put(tlvs.octets()),
        }
    }
}

impl fmt::Display for PeerDownReason<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let notification =
            |f: &mut fmt::Formatter<'_>, message: &[u8], who| match NotificationView::decode(
                message,
            ) {
                Ok(said) => write!(f, "{who} closed the session: {}", said.kind()),
                Err(_) => write!(f, "{who} closed the session"),
            };
        match self {
            Self::LocalNotification(message) => notification(f, message, "local system"),
            Self::LocalEvent(0) => f.write_str("local system closed the session"),
            Self::LocalEvent(event) => write!(f, "local system closed the session: event {event}"),
            Self::RemoteNotification(message) => notification(f, message, "remote system"),
            Self::RemoteClosed => f.write_str("remote system closed the session"),
            Self::Deconfigured => f.write_str("no longer monitored"),
            Self::Information(_) => f.write_str("local system closed the Loc-RIB"),
            Self::Other(code, _) => write!(f, "reason {code}"),
        }
    }
}

/// Peer Down: a session ended, and all its routes are gone with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PeerDown<'a> {
    /// The peer.
    pub peer: PeerHeader,
    /// Why.
    pub reason: PeerDownReason<'a>,
}

impl<'a> PeerDown<'a> {
    pub(super) fn read(peer: PeerHeader, reader: &mut Reader<'a>) -> Option<Self> {
        let reason = PeerDownReason::read(reader)?;
        Some(Self { peer, reason })
    }

    pub(super) fn emit(&self, out: &mut impl Out) -> Result<(), EncodeError> {
        self.peer.emit(out)?;
        self.reason.emit(out)
    }

    /// The name of the VRF or table of a Loc-RIB (RFC 9069 §5.3).
    #[must_use]
    pub fn table_name(&self) -> Option<&'a str> {
        let tlvs = match self.reason {
            PeerDownReason::Information(tlvs) => tlvs,
            PeerDownReason::LocalNotification(_)
            | PeerDownReason::LocalEvent(_)
            | PeerDownReason::RemoteNotification(_)
            | PeerDownReason::RemoteClosed
            | PeerDownReason::Deconfigured
            | PeerDownReason::Other(..) => return None,
        };
        texts(tlvs, InformationType::VRF_TABLE_NAME.0).next()
    }
}
