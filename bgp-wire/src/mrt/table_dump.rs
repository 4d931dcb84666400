//! TABLE_DUMP: the table of before 2008, a record a route (RFC 6396 §4.2).

use alloc::vec::Vec;
use core::net::IpAddr;

use super::net::{put_address, read_address};
use super::update::{self, UpdateBytes};
use crate::reader::Reader;
use crate::{Asn, Context, Family, RawAttributes};

/// One route of one peer.
///
/// ```text
/// +----------+--------------+----------------+-------------------+------------+---------------------+
/// | View (2) | Sequence (2) | Prefix (4, 16) | Prefix length (1) | Status (1) | Originated time (4) |
/// +----------+--------------+----------------+-------------------+------------+---------------------+
/// | Peer address (4, 16) | Peer AS (2) | Attribute length (2) | Attributes                            |
/// +----------------------+-------------+----------------------+---------------------------------------+
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TableDump<'a> {
    /// Which of several views; 0 as a rule.
    pub view: u16,
    /// The number of the record, which begins again after 65,535.
    pub sequence: u16,
    /// The prefix's address, as it was written.
    pub prefix: IpAddr,
    /// The prefix's length in bits.
    pub prefix_len: u8,
    /// 1: it means nothing.
    pub status: u8,
    /// When the route was heard, in seconds since 1970.
    pub originated: u32,
    /// Who told it; of the prefix's IP version.
    pub peer: IpAddr,
    /// The peer's AS number; 23456 stands for one that needs four octets.
    pub peer_as: Asn,
    /// Its path attributes, with AS numbers of two octets.
    pub attributes: &'a [u8],
}

impl<'a> TableDump<'a> {
    pub(super) fn read(reader: &mut Reader<'a>, ipv6: bool) -> Option<Self> {
        let view = reader.u16()?;
        let sequence = reader.u16()?;
        let prefix = read_address(reader, ipv6)?;
        let prefix_len = reader.u8()?;
        let status = reader.u8()?;
        let originated = reader.u32()?;
        let peer = read_address(reader, ipv6)?;
        let peer_as = Asn(reader.u16()?.into());
        let length = reader.u16()?;
        Some(Self {
            view,
            sequence,
            prefix,
            prefix_len,
            status,
            originated,
            peer,
            peer_as,
            attributes: reader.take(length.into())?,
        })
    }

    pub(super) const fn subtype(&self) -> u16 {
        if self.prefix.is_ipv6() { 2 } else { 1 }
    }

    pub(super) fn encode(&self, out: &mut Vec<u8>) {
        let most = usize::from(u16::MAX);
        let attributes = self.attributes.get(..most).unwrap_or(self.attributes);
        out.extend(self.view.to_be_bytes());
        out.extend(self.sequence.to_be_bytes());
        put_address(self.prefix, out);
        out.push(self.prefix_len);
        out.push(self.status);
        out.extend(self.originated.to_be_bytes());
        put_address(self.peer, out);
        out.extend(self.peer_as.two_octet().to_be_bytes());
        out.extend((attributes.len() as u16).to_be_bytes());
        out.extend(attributes);
    }

    /// The attributes as they stand there, none of them judged.
    #[must_use]
    pub const fn raw_attributes(&self) -> RawAttributes<'a> {
        RawAttributes::new(self.attributes)
    }

    /// The family of the prefix.
    #[must_use]
    pub const fn family(&self) -> Family {
        if self.prefix.is_ipv6() {
            Family::IPV6_UNICAST
        } else {
            Family::IPV4_UNICAST
        }
    }

    /// Makes the UPDATE that announces the route, as [`Rib::update`](super::Rib::update)
    /// does.
    #[must_use]
    pub fn update(&self, out: &mut Vec<u8>) -> Option<Context> {
        let mut nlri = alloc::vec![self.prefix_len];
        put_address(self.prefix, &mut nlri);
        let most = if self.prefix.is_ipv6() { 128 } else { 32 };
        if self.prefix_len > most {
            return None;
        }
        nlri.truncate(1 + usize::from(self.prefix_len).div_ceil(8));
        let bytes = UpdateBytes {
            family: self.family(),
            path_id: &[],
            nlri: &nlri,
            attributes: self.attributes,
        };
        update::build(&bytes, out)?;
        Some(update::context(self.family(), false, false))
    }
}
