//! Packing of routes into UPDATEs: one attribute set, as many NLRI as fit.

mod announce;
mod attributes;

use core::iter::Peekable;

pub use attributes::EncodeAttributes;

use crate::attribute::{AttributeFlags, write_header};
use crate::frame::{HEADER, finish, start};
use crate::writer::Writer;
use crate::{AttributeType, Context, EncodeError, EncodeNlri, Family, MessageType};

/// Header and the two length fields of an UPDATE.
const FRAME: usize = HEADER + 4;
/// An MP attribute's own header, always with the extended length.
const MP_HEADER: usize = 4;
/// AFI and SAFI.
const FAMILY: usize = 3;

/// Encodes UPDATEs for one session into the caller's buffer.
///
/// Each call writes one whole message and takes from the iterator the NLRI
/// that went into it; call again until the iterator is empty. Nothing is
/// allocated. IPv4 unicast with an IPv4 next hop travels in the body, all else
/// in MP_REACH_NLRI, which stands first (RFC 7606 §5.1). NLRI of any family can
/// be sent, as [`Nlri`](crate::Nlri), [`NlriView`](crate::NlriView) or `NlriBuf`,
/// with attributes of one's own (`PathAttributes`) or as they were received
/// ([`AttributeBlock`](crate::AttributeBlock)).
///
/// ```
/// use bgp_wire::{Context, Family, NextHop, Nlri, PathAttributes, PeerType, UpdatePacker, UpdateView};
/// let context = Context::new(PeerType::Internal);
/// let packer = UpdatePacker::new(&context);
/// let attributes = PathAttributes::new(NextHop::V4([192, 0, 2, 1].into()));
/// let prefixes = (0..2000u32).map(|i| {
///     let net = ipnet::Ipv4Net::new((0x0a00_0000 + (i << 8)).into(), 24).unwrap();
///     Nlri::unicast(net)
/// });
/// let mut prefixes = prefixes.peekable();
/// let (mut messages, mut out) = (0, [0; 4096]);
/// while prefixes.peek().is_some() {
///     let length = packer.announce(&attributes, Family::IPV4_UNICAST, &mut prefixes, &mut out)?;
///     let update = UpdateView::scan(&out[..length], &context).unwrap();
///     assert!(update.findings().is_empty() && length <= 4096);
///     messages += 1;
/// }
/// assert_eq!(messages, 2);
/// # Ok::<(), bgp_wire::EncodeError>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct UpdatePacker {
    context: Context,
}

impl UpdatePacker {
    /// A packer for what the session negotiated.
    #[must_use]
    pub const fn new(context: &Context) -> Self {
        Self { context: *context }
    }

    /// Withdraws routes of a family. Returns the size of the message; 0, and
    /// nothing written, when there is no route.
    ///
    /// # Errors
    /// [`EncodeError::WrongFamily`], [`EncodeError::BufferTooSmall`].
    pub fn withdraw<N: EncodeNlri, I: Iterator<Item = N>>(
        &self,
        family: Family,
        nlri: &mut Peekable<I>,
        out: &mut [u8],
    ) -> Result<usize, EncodeError> {
        if nlri.peek().is_none() {
            return Ok(0);
        }
        let mut writer = Writer::new(out);
        start(&mut writer, MessageType::Update)?;
        writer.u16(0)?;
        if family == Family::IPV4_UNICAST {
            let at = writer.position();
            self.fill(&mut writer, family, nlri, Kind::Withdrawn, 2)?;
            let length = writer.position().saturating_sub(at);
            writer.patch_u16(at.saturating_sub(2), length)?;
            writer.u16(0)?;
        } else {
            writer.u16(0)?;
            let mp_at = writer.position();
            open_mp(&mut writer, AttributeType::MP_UNREACH_NLRI, family)?;
            self.fill(&mut writer, family, nlri, Kind::Withdrawn, 0)?;
            close_mp(&mut writer, mp_at)?;
            let length = writer.position().saturating_sub(mp_at);
            writer.patch_u16(mp_at.saturating_sub(2), length)?;
        }
        finish(&mut writer, self.context.send_limit)
    }

    /// Says that the initial table of a family is complete (RFC 4724 §2).
    ///
    /// # Errors
    /// The buffer is too small.
    pub fn end_of_rib(&self, family: Family, out: &mut [u8]) -> Result<usize, EncodeError> {
        let mut writer = Writer::new(out);
        start(&mut writer, MessageType::Update)?;
        writer.u16(0)?;
        if family == Family::IPV4_UNICAST {
            writer.u16(0)?;
        } else {
            let flags = AttributeFlags::OPTIONAL;
            writer.u16((MP_HEADER - 1 + FAMILY) as u16)?;
            write_header(&mut writer, flags, AttributeType::MP_UNREACH_NLRI, FAMILY)?;
            write_family(&mut writer, family)?;
        }
        finish(&mut writer, self.context.send_limit)
    }

    /// Size of the message that withdraws these NLRI in one piece, whatever
    /// the session's limit.
    #[must_use]
    pub fn withdraw_len<N: EncodeNlri>(
        &self,
        family: Family,
        nlri: impl IntoIterator<Item = N>,
    ) -> usize {
        let mp = if family == Family::IPV4_UNICAST {
            0
        } else {
            MP_HEADER + FAMILY
        };
        FRAME
            .saturating_add(mp)
            .saturating_add(self.sum(family, nlri, true))
    }

    fn sum<N: EncodeNlri>(
        &self,
        family: Family,
        nlri: impl IntoIterator<Item = N>,
        withdraw: bool,
    ) -> usize {
        let add_path = self.context.add_path_send.contains(family);
        nlri.into_iter().fold(0, |sum, it| {
            sum.saturating_add(it.wire_len(add_path, withdraw))
        })
    }

    /// Writes NLRI while they and the `reserved` octets that follow fit the
    /// limit and the buffer; at least one.
    fn fill<N: EncodeNlri, I: Iterator<Item = N>>(
        &self,
        writer: &mut Writer<'_>,
        family: Family,
        nlri: &mut Peekable<I>,
        kind: Kind,
        reserved: usize,
    ) -> Result<(), EncodeError> {
        let add_path = self.context.add_path_send.contains(family);
        let withdraw = kind == Kind::Withdrawn;
        let limit = usize::from(self.context.send_limit);
        let room = limit.min(writer.capacity());
        let mut empty = true;
        while let Some(next) = nlri.peek() {
            if !next.belongs_to(family) {
                return Err(EncodeError::WrongFamily);
            }
            let length = next.wire_len(add_path, withdraw);
            let end = writer.position().saturating_add(length);
            if end.saturating_add(reserved) > room {
                break;
            }
            writer.fill(|out| next.encode_wire(out, add_path, withdraw))?;
            nlri.next();
            empty = false;
        }
        match empty {
            false => Ok(()),
            true if room < limit => Err(EncodeError::BufferTooSmall),
            true => Err(EncodeError::MessageTooLong),
        }
    }
}

/// What NLRI are written for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Announced,
    Withdrawn,
}

/// Begins an MP attribute whose length is not known yet.
fn open_mp(
    writer: &mut Writer<'_>,
    attribute: AttributeType,
    family: Family,
) -> Result<(), EncodeError> {
    let flags = AttributeFlags::OPTIONAL.union(AttributeFlags::EXTENDED_LENGTH);
    write_header(writer, flags, attribute, 0)?;
    write_family(writer, family)
}

/// Writes the length of the MP attribute that began at `at` and ends here.
fn close_mp(writer: &mut Writer<'_>, at: usize) -> Result<(), EncodeError> {
    let length = writer
        .position()
        .saturating_sub(at)
        .saturating_sub(MP_HEADER);
    writer.patch_u16(at.saturating_add(2), length)
}

fn write_family(writer: &mut Writer<'_>, family: Family) -> Result<(), EncodeError> {
    writer.u16(family.afi.0)?;
    writer.u8(family.safi.0)
}
