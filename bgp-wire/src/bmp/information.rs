//! What a router says of itself, at the beginning and at the end (RFC 7854 §4.3–4.5).
//!
//! ```text
//! +----------+------------+-------+
//! | Type (2) | Length (2) | Value | again for each
//! +----------+------------+-------+
//! ```

use alloc::vec::Vec;
use core::fmt;

use crate::reader::Reader;
use crate::writer::Out;
use crate::{EncodeError, Tlv, Tlvs};

/// What an Information TLV holds, in an Initiation and a Peer Up, and, but for the first two, in
/// a Peer Down.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct InformationType(pub u16);

impl InformationType {
    /// Any text, in UTF-8 (RFC 7854 §4.4).
    pub const STRING: Self = Self(0);
    /// What the router is: sysDescr of MIB-II (RFC 7854 §4.4).
    pub const SYS_DESCR: Self = Self(1);
    /// The router's name: sysName of MIB-II (RFC 7854 §4.4).
    pub const SYS_NAME: Self = Self(2);
    /// The name of the VRF or table, 1 to 255 octets of UTF-8 (RFC 9069 §5.2.1).
    pub const VRF_TABLE_NAME: Self = Self(3);
    /// A label that the operator gave the peer, in UTF-8 (RFC 8671 §6.3.1).
    pub const ADMIN_LABEL: Self = Self(4);
}

impl fmt::Display for InformationType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match *self {
            Self::STRING => "String",
            Self::SYS_DESCR => "sysDescr",
            Self::SYS_NAME => "sysName",
            Self::VRF_TABLE_NAME => "VRF/Table Name",
            Self::ADMIN_LABEL => "Admin Label",
            Self(other) => return write!(f, "information {other}"),
        })
    }
}

/// The type of the TLV that has the reason of a Termination.
const REASON: u16 = 1;

/// TLVs that are put together to be sent.
///
/// ```
/// use bgp_wire::bmp::{Information, InformationType};
/// let mut information = Information::new();
/// information.push(InformationType::SYS_NAME, "node-1")?;
/// assert_eq!(information.tlvs().octets(), b"\0\x02\0\x06node-1");
/// # Ok::<(), bgp_wire::EncodeError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Information {
    octets: Vec<u8>,
}

impl Information {
    /// None yet.
    #[must_use]
    pub const fn new() -> Self {
        Self { octets: Vec::new() }
    }

    /// Adds a text.
    ///
    /// # Errors
    /// [`EncodeError::ValueTooLong`] for more than 65,535 octets; nothing is added.
    pub fn push(
        &mut self,
        information: InformationType,
        text: &str,
    ) -> Result<&mut Self, EncodeError> {
        self.push_octets(information.0, text.as_bytes())
    }

    /// Adds a TLV of any type and value: a statistic, a mirrored message.
    ///
    /// # Errors
    /// [`EncodeError::ValueTooLong`] for more than 65,535 octets; nothing is added.
    pub fn push_octets(&mut self, code: u16, value: &[u8]) -> Result<&mut Self, EncodeError> {
        let length = u16::try_from(value.len()).map_err(|_| EncodeError::ValueTooLong)?;
        self.octets.u16(code)?;
        self.octets.u16(length)?;
        self.octets.put(value)?;
        Ok(self)
    }

    /// The TLVs, as messages have them.
    #[must_use]
    pub fn tlvs(&self) -> Tlvs<'_> {
        Tlvs::new(&self.octets)
    }
}

/// All TLVs of the rest, if they fill it.
pub(super) fn read_tlvs<'a>(reader: &mut Reader<'a>) -> Option<Tlvs<'a>> {
    let octets = reader.take(reader.len())?;
    let tlvs = Tlvs::new(octets);
    tlvs.check(|_| true).then_some(tlvs)
}

/// The texts of a type, in order; those that are not UTF-8 are left out.
pub(super) fn texts(tlvs: Tlvs<'_>, code: u16) -> impl Iterator<Item = &str> + Clone {
    tlvs.filter(move |tlv| tlv.code == code)
        .filter_map(|Tlv { value, .. }| core::str::from_utf8(value).ok())
}

/// Initiation: the first message of a router (RFC 7854 §4.3).
///
/// ```
/// use bgp_wire::bmp::{BmpMessage, Information, InformationType, Initiation};
/// let mut information = Information::new();
/// information.push(InformationType::SYS_DESCR, "a route reflector")?;
/// information.push(InformationType::SYS_NAME, "node-1")?;
/// let hello = Initiation { information: information.tlvs() };
/// assert_eq!(hello.sys_name(), Some("node-1"));
/// let mut out = Vec::new();
/// BmpMessage::Initiation(hello).encode_to(&mut out)?;
/// assert_eq!(out[..6], [3, 0, 0, 0, 37, 4]);
/// # Ok::<(), bgp_wire::EncodeError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Initiation<'a> {
    /// The TLVs, whose types are [`InformationType`]s; sysDescr and sysName have to be
    /// among them.
    pub information: Tlvs<'a>,
}

impl<'a> Initiation<'a> {
    /// What the router is; `None` where that is not said, or is not UTF-8.
    #[must_use]
    pub fn sys_descr(&self) -> Option<&'a str> {
        texts(self.information, InformationType::SYS_DESCR.0).next()
    }

    /// The router's name; `None` where that is not said, or is not UTF-8.
    #[must_use]
    pub fn sys_name(&self) -> Option<&'a str> {
        texts(self.information, InformationType::SYS_NAME.0).next()
    }

    /// What else it says, in its order.
    pub fn strings(&self) -> impl Iterator<Item = &'a str> + Clone + use<'a> {
        texts(self.information, InformationType::STRING.0)
    }
}

/// `r1: a route reflector`, as far as that is said.
impl fmt::Display for Initiation<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.sys_name().unwrap_or("unnamed");
        write!(f, "{}", name.escape_debug())?;
        match self.sys_descr() {
            Some(description) => write!(f, ": {}", description.escape_debug()),
            None => Ok(()),
        }
    }
}

/// Why a router ends the connection (RFC 7854 §4.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct TerminationReason(pub u16);

impl TerminationReason {
    /// Closed by an operator; it may come back.
    pub const ADMINISTRATIVELY_CLOSED: Self = Self(0);
    /// No reason is given.
    pub const UNSPECIFIED: Self = Self(1);
    /// The router has nothing left for it.
    pub const OUT_OF_RESOURCES: Self = Self(2);
    /// Another connection does the same.
    pub const REDUNDANT_CONNECTION: Self = Self(3);
    /// Closed by an operator for good; the station should not come back soon.
    pub const PERMANENTLY_CLOSED: Self = Self(4);
}

impl fmt::Display for TerminationReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match *self {
            Self::ADMINISTRATIVELY_CLOSED => "Session administratively closed",
            Self::UNSPECIFIED => "Unspecified reason",
            Self::OUT_OF_RESOURCES => "Out of resources",
            Self::REDUNDANT_CONNECTION => "Redundant connection",
            Self::PERMANENTLY_CLOSED => "Session permanently administratively closed",
            Self(other) => return write!(f, "reason {other}"),
        })
    }
}

/// Termination: the last message of a router (RFC 7854 §4.5).
///
/// ```
/// use bgp_wire::bmp::{Information, Termination, TerminationReason};
/// let mut information = Information::new();
/// Termination::push_reason(TerminationReason::OUT_OF_RESOURCES, &mut information);
/// let bye = Termination { information: information.tlvs() };
/// assert_eq!(bye.reason(), Some(TerminationReason::OUT_OF_RESOURCES));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Termination<'a> {
    /// The TLVs: 0 is a text, 1 the reason, which has to be there.
    pub information: Tlvs<'a>,
}

impl<'a> Termination<'a> {
    /// Adds a reason to what is sent.
    pub fn push_reason(reason: TerminationReason, information: &mut Information) {
        // Two octets are not too many.
        let _ = information.push_octets(REASON, &reason.0.to_be_bytes());
    }

    /// The reason; `None` where it is missing or not two octets.
    #[must_use]
    pub fn reason(&self) -> Option<TerminationReason> {
        let value = self.information.find(REASON)?;
        Some(TerminationReason(u16::from_be_bytes(
            value.try_into().ok()?,
        )))
    }

    /// What else it says, in its order.
    pub fn strings(&self) -> impl Iterator<Item = &'a str> + Clone + use<'a> {
        texts(self.information, InformationType::STRING.0)
    }
}

/// The reason, and texts in quotes.
impl fmt::Display for Termination<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.reason() {
            Some(reason) => write!(f, "{reason}")?,
            None => f.write_str("no reason")?,
        }
        for text in self.strings() {
            write!(f, " \"{}\"", text.escape_debug())?;
        }
        Ok(())
    }
}
