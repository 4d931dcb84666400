//! Announcements: attributes once a message, then as many routes as fit.

use core::iter::Peekable;

use super::{FAMILY, FRAME, Kind, MP_HEADER, UpdatePacker, close_mp, open_mp};
use crate::frame::{finish, start};
use crate::writer::Writer;
use crate::{
    Afi, AttributeType, EncodeAttributes, EncodeError, EncodeNlri, Family, MessageType, NextHop,
    Safi,
};

impl UpdatePacker {
    /// Announces routes of a family that share their attributes. Returns the
    /// size of the message; 0, and nothing written, when there is no route.
    ///
    /// # Errors
    /// * [`EncodeError::MessageTooLong`]: the attributes leave no room for the
    ///   next NLRI. It is still in the iterator, and its route should be
    ///   withdrawn (RFC 8654 §4).
    /// * [`EncodeError::NoNextHop`]: no next hop, or one that the family cannot
    ///   carry on this session (RFC 8950 §4).
    /// * [`EncodeError::AsNumberWidth`], from a block alone: it came from a
    ///   session with AS numbers of another width.
    /// * [`EncodeError::WrongFamily`], [`EncodeError::BufferTooSmall`].
    pub fn announce<N: EncodeNlri, I: Iterator<Item = N>>(
        &self,
        attributes: &impl EncodeAttributes,
        family: Family,
        nlri: &mut Peekable<I>,
        out: &mut [u8],
    ) -> Result<usize, EncodeError> {
        if nlri.peek().is_none() {
            return Ok(0);
        }
        let next_hop = self.next_hop(attributes, family)?;
        let body = in_body(family, next_hop);
        let mut writer = Writer::new(out);
        start(&mut writer, MessageType::Update)?;
        writer.u16(0)?;
        if body {
            let at = writer.position();
            writer.u16(0)?;
            writer.fill(|out| attributes.encode_attributes(&self.context, true, out))?;
            let length = writer.position().saturating_sub(at).saturating_sub(2);
            writer.patch_u16(at, length)?;
            self.fill(&mut writer, family, nlri, Kind::Announced, 0)?;
        } else {
            let fixed = attributes.attributes_len(&self.context, false)?;
            writer.u16(0)?;
            let mp_at = writer.position();
            open_mp(&mut writer, AttributeType::MP_REACH_NLRI, family)?;
            let (field, length) = NextHop::field(next_hop, family);
            writer.u8(length as u8)?;
            writer.put(field.get(..length).unwrap_or_default())?;
            writer.u8(0)?;
            self.fill(&mut writer, family, nlri, Kind::Announced, fixed)?;
            close_mp(&mut writer, mp_at)?;
            writer.fill(|out| attributes.encode_attributes(&self.context, false, out))?;
            let length = writer.position().saturating_sub(mp_at);
            writer.patch_u16(mp_at.saturating_sub(2), length)?;
        }
        finish(&mut writer, self.context.send_limit)
    }

    /// Size of the message that announces these NLRI in one piece, whatever
    /// the session's limit.
    ///
    /// # Errors
    /// As [`UpdatePacker::announce`], but for sizes.
    pub fn announce_len<N: EncodeNlri>(
        &self,
        attributes: &impl EncodeAttributes,
        family: Family,
        nlri: impl IntoIterator<Item = N>,
    ) -> Result<usize, EncodeError> {
        let next_hop = self.next_hop(attributes, family)?;
        let body = in_body(family, next_hop);
        let mp = if body {
            0
        } else {
            MP_HEADER + FAMILY + 2 + NextHop::field(next_hop, family).1
        };
        let fixed = attributes.attributes_len(&self.context, body)?;
        Ok(FRAME
            .saturating_add(mp)
            .saturating_add(fixed)
            .saturating_add(self.sum(family, nlri, false)))
    }

    /// The next hop, where the family can carry it. Families that forward IP
    /// need an address of their own version, or RFC 8950; IPv6 behind labels
    /// takes an IPv4 address in its mapped form (RFC 4798 §2, RFC 4659
    /// §3.2.1.2). A flow specification needs none (RFC 8955 §4).
    fn next_hop(
        &self,
        attributes: &impl EncodeAttributes,
        family: Family,
    ) -> Result<Option<NextHop>, EncodeError> {
        if matches!(family.safi, Safi::FLOW_SPEC | Safi::FLOW_SPEC_VPN) {
            return Ok(None);
        }
        let next_hop = attributes.next_hop().ok_or(EncodeError::NoNextHop)?;
        let is_v4 = matches!(next_hop, NextHop::V4(_));
        let fits = match (family.afi, family.safi) {
            (_, Safi::MVPN | Safi::ROUTE_TARGET | Safi::SR_POLICY | Safi::MUP) => true,
            (Afi::IPV6, Safi::LABELED | Safi::MPLS_VPN) => true,
            (Afi::IPV4, _) => is_v4 || self.context.extended_next_hop.contains(family),
            (Afi::IPV6, _) => !is_v4 || self.context.extended_next_hop.contains(family),
            _ => true,
        };
        match fits {
            true => Ok(Some(next_hop)),
            false => Err(EncodeError::NoNextHop),
        }
    }
}

/// Whether the routes travel in the body of the UPDATE (RFC 4271 §4.3).
fn in_body(family: Family, next_hop: Option<NextHop>) -> bool {
    family == Family::IPV4_UNICAST && matches!(next_hop, Some(NextHop::V4(_)))
}
