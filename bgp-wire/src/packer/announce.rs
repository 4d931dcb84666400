//! Announcements: attributes once a message, then as many routes as fit.

use core::iter::Peekable;

use super::{FAMILY, FRAME, MP_HEADER, UpdatePacker, close_mp, open_mp};
use crate::frame::{finish, start};
use crate::writer::Writer;
use crate::{Afi, AttributeType, EncodeError, Family, MessageType, NextHop, Nlri, PathAttributes};

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
    /// * [`EncodeError::WrongFamily`], [`EncodeError::BufferTooSmall`].
    pub fn announce<I: Iterator<Item = Nlri>>(
        &self,
        attributes: &PathAttributes,
        family: Family,
        nlri: &mut Peekable<I>,
        out: &mut [u8],
    ) -> Result<usize, EncodeError> {
        if nlri.peek().is_none() {
            return Ok(0);
        }
        let next_hop = self.next_hop(attributes, family)?;
        let body = in_body(family, &next_hop);
        let fixed = attributes.encoded_len(&self.context, body);
        let mut writer = Writer::new(out);
        start(&mut writer, MessageType::Update)?;
        writer.u16(0)?;
        if body {
            writer.u16(u16::try_from(fixed).map_err(|_| EncodeError::MessageTooLong)?)?;
            attributes.write(&mut writer, &self.context, true)?;
            self.fill(&mut writer, family, nlri, 0)?;
        } else {
            writer.u16(0)?;
            let mp_at = writer.position();
            open_mp(&mut writer, AttributeType::MP_REACH_NLRI, family)?;
            let (field, length) = next_hop.field();
            writer.u8(length as u8)?;
            writer.put(field.get(..length).unwrap_or_default())?;
            writer.u8(0)?;
            self.fill(&mut writer, family, nlri, fixed)?;
            close_mp(&mut writer, mp_at)?;
            attributes.write(&mut writer, &self.context, false)?;
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
    pub fn announce_len(
        &self,
        attributes: &PathAttributes,
        family: Family,
        nlri: impl IntoIterator<Item = Nlri>,
    ) -> Result<usize, EncodeError> {
        let next_hop = self.next_hop(attributes, family)?;
        let body = in_body(family, &next_hop);
        let mp = if body {
            0
        } else {
            MP_HEADER + FAMILY + 2 + next_hop.field().1
        };
        let fixed = attributes.encoded_len(&self.context, body);
        Ok(FRAME
            .saturating_add(mp)
            .saturating_add(fixed)
            .saturating_add(self.sum(family, nlri)))
    }

    /// The next hop, where the family can carry it: an address of its own IP
    /// version, or of the other one where RFC 8950 is negotiated.
    fn next_hop(
        &self,
        attributes: &PathAttributes,
        family: Family,
    ) -> Result<NextHop, EncodeError> {
        let next_hop = attributes.next_hop.ok_or(EncodeError::NoNextHop)?;
        let fits = match (family.afi, &next_hop) {
            (Afi::IPV4, NextHop::V4(_)) => true,
            (Afi::IPV6, NextHop::V6 { .. }) => true,
            _ => self.context.extended_next_hop.contains(family),
        };
        if fits {
            Ok(next_hop)
        } else {
            Err(EncodeError::NoNextHop)
        }
    }
}

/// Whether the routes travel in the body of the UPDATE (RFC 4271 §4.3).
fn in_body(family: Family, next_hop: &NextHop) -> bool {
    family == Family::IPV4_UNICAST && matches!(next_hop, NextHop::V4(_))
}
