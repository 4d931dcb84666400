//! BGP4MP: what was said on a session, and what became of it (RFC 6396 §4.4, RFC 8050 §3).

use alloc::vec::Vec;
use core::net::IpAddr;

use super::net::{put_address, read_address, read_asn};
use super::update;
use crate::reader::Reader;
use crate::{Asn, Context, Family, FamilySet};

/// The two ends of a session.
///
/// ```text
/// +----------------+-----------------+---------------------+--------------------+
/// | Peer AS (2, 4) | Local AS (2, 4) | Interface index (2) | Address family (2) |
/// +----------------+-----------------+---------------------+--------------------+
/// | Peer address (4, 16) | Local address (4, 16)                                |
/// +----------------------+------------------------------------------------------+
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ends {
    /// The peer's AS number.
    pub peer_as: Asn,
    /// The collector's AS number.
    pub local_as: Asn,
    /// Whether AS numbers take four octets in the record.
    pub four_octet_as: bool,
    /// The interface of the collector that the session uses; 0 if not said.
    pub interface: u16,
    /// The peer's address.
    pub peer: IpAddr,
    /// The collector's address, of the same IP version.
    pub local: IpAddr,
}

impl Ends {
    fn read(reader: &mut Reader<'_>, four_octet_as: bool) -> Option<Self> {
        let peer_as = read_asn(reader, four_octet_as)?;
        let local_as = read_asn(reader, four_octet_as)?;
        let interface = reader.u16()?;
        let ipv6 = match reader.u16()? {
            1 => false,
            2 => true,
            _ => return None,
        };
        Some(Self {
            peer_as,
            local_as,
            four_octet_as,
            interface,
            peer: read_address(reader, ipv6)?,
            local: read_address(reader, ipv6)?,
        })
    }

    /// What does not fit two octets takes four.
    const fn is_wide(&self) -> bool {
        self.four_octet_as || self.peer_as.0 > 0xffff || self.local_as.0 > 0xffff
    }

    fn encode(&self, out: &mut Vec<u8>) {
        for asn in [self.peer_as, self.local_as] {
            match self.is_wide() {
                true => out.extend(asn.0.to_be_bytes()),
                false => out.extend((asn.0 as u16).to_be_bytes()),
            }
        }
        out.extend(self.interface.to_be_bytes());
        out.extend(if self.peer.is_ipv6() { [0, 2] } else { [0, 1] });
        put_address(self.peer, out);
        put_address(self.local, out);
    }
}

/// A session went from one state to another. States are those of RFC 4271 §8.2.2 from 1,
/// Idle, to 6, Established; collectors have written others, 7 and 8 among them.
///
/// Behind the ends stand the old (2) and the new state (2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StateChange {
    /// The session.
    pub ends: Ends,
    /// The state that it left.
    pub old: u16,
    /// The state that it entered.
    pub new: u16,
}

impl StateChange {
    pub(super) fn read(reader: &mut Reader<'_>, four_octet_as: bool) -> Option<Self> {
        Some(Self {
            ends: Ends::read(reader, four_octet_as)?,
            old: reader.u16()?,
            new: reader.u16()?,
        })
    }

    pub(super) const fn subtype(&self) -> u16 {
        if self.ends.is_wide() { 5 } else { 0 }
    }

    pub(super) fn encode(&self, out: &mut Vec<u8>) {
        self.ends.encode(out);
        out.extend(self.old.to_be_bytes());
        out.extend(self.new.to_be_bytes());
    }
}

/// A BGP message on a session; the whole message stands behind the ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bgp4mp<'a> {
    /// The session. Whether AS numbers take four octets holds for the message too.
    pub ends: Ends,
    /// Whether the collector sent the message, instead of the peer.
    pub is_local: bool,
    /// Whether NLRI have path identifiers (RFC 8050 §3).
    pub add_path: bool,
    /// The message, header included, as it came: it may be damaged.
    pub message: &'a [u8],
}

/// Subtype, four-octet AS numbers, sent by the collector, path identifiers.
const SUBTYPES: [(u16, bool, bool, bool); 8] = [
    (1, false, false, false),
    (4, true, false, false),
    (6, false, true, false),
    (7, true, true, false),
    (8, false, false, true),
    (9, true, false, true),
    (10, false, true, true),
    (11, true, true, true),
];

impl<'a> Bgp4mp<'a> {
    pub(super) fn read(reader: &mut Reader<'a>, subtype: u16) -> Option<Self> {
        let (_, four_octet_as, is_local, add_path) =
            SUBTYPES.into_iter().find(|(code, ..)| *code == subtype)?;
        Some(Self {
            ends: Ends::read(reader, four_octet_as)?,
            is_local,
            add_path,
            message: reader.take(reader.len())?,
        })
    }

    pub(super) fn subtype(&self) -> u16 {
        let form = (self.ends.is_wide(), self.is_local, self.add_path);
        SUBTYPES
            .iter()
            .find(|(_, wide, local, add_path)| (*wide, *local, *add_path) == form)
            .map_or(1, |(code, ..)| *code)
    }

    pub(super) fn encode(&self, out: &mut Vec<u8>) {
        self.ends.encode(out);
        out.extend(self.message);
    }

    /// What it takes to read the message: AS numbers and path identifiers as the record
    /// says, every family, messages of any size. The peer counts as internal, so that
    /// nothing is discarded for who sent it.
    #[must_use]
    pub fn context(&self) -> Context {
        let mut context = update::context(Family::IPV4_UNICAST, self.add_path, self.ends.is_wide());
        context.families = FamilySet::all();
        if self.add_path {
            context.add_path_receive = FamilySet::all();
        }
        context.peer_as = self.ends.peer_as;
        context.local_as = self.ends.local_as;
        context
    }
}
