//! The attribute block of an UPDATE, passed on as it was received: the fast
//! path of route reflectors (RFC 4456) and route servers (RFC 7947).
//!
//! Nothing is decoded and built again. What goes out is a copy of the octets
//! that came in, in runs as long as nothing has to change.

#[cfg(feature = "alloc")]
mod buf;
mod emit;

use core::iter::FusedIterator;
use core::net::Ipv4Addr;

#[cfg(feature = "alloc")]
pub use buf::AttributeBlockBuf;

#[cfg(feature = "alloc")]
use crate::attribute::RawAttributes;
use crate::attribute::{ListView, RawAttribute};
use crate::update::index;
use crate::update::iter::Attributes;
use crate::{AsPathView, Asn, AttributeFlags, AttributeType, Family, NextHop, UpdateView};

/// What a route reflector adds to a route that it passes on (RFC 4456 §8).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Reflection {
    /// The BGP identifier of the peer that sent the route. It becomes
    /// ORIGINATOR_ID where the route has none; one that is there stays.
    pub originator_id: Ipv4Addr,
    /// The identifier of our cluster, put in front of CLUSTER_LIST.
    pub cluster_id: Ipv4Addr,
}

/// The attributes of a received UPDATE, to be passed on octet for octet.
///
/// An [`UpdatePacker`](crate::UpdatePacker) announces with it as it does with
/// `PathAttributes`, and the size is known before in the same way. Order,
/// flags and extended lengths are kept. What changes, and only that:
///
/// * With [`reflected`](Self::reflected): ORIGINATOR_ID is added where there is
///   none, and the cluster is put in front of CLUSTER_LIST. New attributes stand
///   before the first of a higher type, so that an ordered block stays ordered.
/// * MP_REACH_NLRI and MP_UNREACH_NLRI are left out: the packer writes its own.
///   NEXT_HOP stands where the routes go into the body.
/// * What the scan discarded, repetitions and unknown attributes that are not
///   transitive are left out; unknown transitive ones become Partial (RFC 4271
///   §5).
/// * AS4_PATH and AS4_AGGREGATOR from a session with 4-octet AS numbers, or
///   stale ones, are left out (RFC 6793 §4.1, §4.2.3).
/// * AIGP is left out where either session has it disabled (RFC 7311 §3.3), and
///   BGPsec_PATH where the session sent on has no BGPsec (RFC 8205 §2).
/// * To an external peer LOCAL_PREF, ORIGINATOR_ID and CLUSTER_LIST are left
///   out (RFC 4271 §5.1.5, RFC 4456 §8); AS_PATH is as it was, as a route server
///   wants it (RFC 7947 §2.2.2).
///
/// Large communities that occur twice still do; a receiver removes them (RFC
/// 8092 §5). AS numbers are not converted: between sessions of 2 and of 4 octets
/// encoding fails with [`EncodeError::AsNumberWidth`](crate::EncodeError), and
/// `AttributeBlockBuf::with_as_numbers` makes the other form, once.
///
/// ```
/// use bgp_wire::{Context, Family, PeerType, Reflection, UpdatePacker, UpdateView};
/// # let bytes = [
/// #     0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
/// #     0xff, 0xff, 0, 54, 2, 0, 0, 0, 27, 0x40, 1, 1, 0, 0x40, 2, 6, 2, 1, 0, 0, 0xfd, 0xe9,
/// #     0x40, 3, 4, 192, 0, 2, 1, 0x40, 5, 4, 0, 0, 0, 100, 24, 203, 0, 113,
/// # ];
/// let context = Context::new(PeerType::Internal);
/// let update = UpdateView::scan(&bytes, &context)?;
/// let ours = [192, 0, 2, 254].into();
/// let family = Family::IPV4_UNICAST;
/// let block = update.attribute_block(family);
/// // RFC 4456 §8: a route that has been here before is ignored.
/// assert!(!block.cluster_list().iter().any(|it| it == ours) && block.originator_id() != Some(ours));
///
/// let block = block.reflected(Reflection { originator_id: [192, 0, 2, 7].into(), cluster_id: ours });
/// let mut out = [0; 4096];
/// let mut routes = update.reachable().peekable();
/// let length = UpdatePacker::new(&context).announce(&block, family, &mut routes, &mut out)?;
/// let sent = UpdateView::scan(&out[..length], &context)?;
/// assert_eq!(sent.originator_id(), Some([192, 0, 2, 7].into()));
/// assert!(sent.cluster_list().iter().eq([ours]));
/// assert_eq!(sent.local_pref(), Some(100));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct AttributeBlock<'a> {
    octets: &'a [u8],
    kept: Kept,
    four_octet_as: bool,
    /// Something in it depends on `four_octet_as`.
    as_numbers: bool,
    next_hop: Option<NextHop>,
    reflection: Option<Reflection>,
}

/// Which of the attributes in the octets belong to a block.
#[derive(Clone, Copy, Debug)]
enum Kept {
    /// All of them, Partial where it must be.
    #[cfg(feature = "alloc")]
    All(Ready),
    /// Known ones that are said; unknown ones that are transitive.
    Some(index::Kept),
}

/// What is known of octets that a block owns, so that they need no walk.
#[cfg(feature = "alloc")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Ready {
    /// Where NEXT_HOP begins and ends, or belongs.
    next_hop: (usize, usize),
    /// Something is not for external peers.
    internal: bool,
    /// AIGP is there.
    aigp: bool,
    /// BGPsec_PATH is there.
    bgpsec: bool,
}

impl<'a> UpdateView<'a> {
    /// The attributes as they were received, to be passed on with routes of the
    /// family. Meaningful where [`reachable`](Self::reachable) or
    /// [`reachable_nlri`](Self::reachable_nlri) has routes. Constant time.
    #[must_use]
    pub fn attribute_block(&self, family: Family) -> AttributeBlock<'a> {
        self.attribute_block_via(self.next_hop(family))
    }

    /// As [`attribute_block`](Self::attribute_block), for the next hop of an
    /// [`Announcement`](crate::Announcement).
    #[must_use]
    pub fn attribute_block_via(&self, next_hop: Option<NextHop>) -> AttributeBlock<'a> {
        let mut kept = self.index.kept();
        kept.remove(AttributeType::MP_REACH_NLRI);
        kept.remove(AttributeType::MP_UNREACH_NLRI);
        let stale = self.as4_is_stale();
        if stale || self.as4_path().is_some() && !self.as4_path_fits() {
            kept.remove(AttributeType::AS4_PATH);
        }
        if stale || self.aggregator().is_none() {
            kept.remove(AttributeType::AS4_AGGREGATOR);
        }
        if !self.context.aigp {
            kept.remove(AttributeType::AIGP);
        }
        let as_path = self.value(AttributeType::AS_PATH);
        AttributeBlock {
            octets: self.attribute_octets(),
            kept: Kept::Some(kept),
            four_octet_as: self.context.four_octet_as,
            as_numbers: as_path.is_some_and(|path| !path.is_empty())
                || kept.contains(AttributeType::AGGREGATOR),
            next_hop,
            reflection: None,
        }
    }

    /// Whether AGGREGATOR tells that AS4_PATH and AS4_AGGREGATOR are stale: a
    /// speaker that knows neither has aggregated since (RFC 6793 §4.2.3). With
    /// 4-octet AS numbers they mean nothing at all.
    pub(super) fn as4_is_stale(&self) -> bool {
        self.context.four_octet_as
            || self.as4_aggregator().is_some()
                && self.aggregator().is_some_and(|it| it.asn != Asn::TRANS)
    }

    /// RFC 6793 §4.2.3: an AS4_PATH longer than AS_PATH is ignored.
    fn as4_path_fits(&self) -> bool {
        match (self.as_path(), self.as4_path()) {
            (Some(path), Some(as4_path)) => as4_path.length() <= path.length(),
            (Some(_) | None, _) => false,
        }
    }
}

impl<'a> AttributeBlock<'a> {
    /// The block as a route reflector passes it on: to clients, and to others
    /// of its AS where it came from a client (RFC 4456 §6).
    #[must_use]
    pub const fn reflected(self, reflection: Reflection) -> Self {
        Self {
            reflection: Some(reflection),
            ..self
        }
    }

    /// The block with another next hop, such as our own address. A reflector
    /// keeps the one that is there (RFC 4456 §10).
    #[must_use]
    pub const fn with_next_hop(self, next_hop: NextHop) -> Self {
        Self {
            next_hop: Some(next_hop),
            ..self
        }
    }

    /// Where the routes lead: as received, or as
    /// [`with_next_hop`](Self::with_next_hop) says.
    #[must_use]
    pub const fn next_hop(&self) -> Option<NextHop> {
        self.next_hop
    }

    /// Whether AS_PATH and AGGREGATOR have AS numbers of four octets.
    #[must_use]
    pub const fn four_octet_as(&self) -> bool {
        self.four_octet_as
    }

    /// The attributes that go on, as they were received.
    #[must_use]
    pub fn attributes(&self) -> BlockAttributes<'a> {
        BlockAttributes(self.entries())
    }

    /// The value of an attribute as it was received. A walk over the block.
    #[must_use]
    pub fn value(&self, attribute: AttributeType) -> Option<&'a [u8]> {
        self.attributes()
            .find(|raw| raw.attribute_type == attribute)
            .map(|raw| raw.value)
    }

    /// AS_PATH as it was received.
    #[must_use]
    pub fn as_path(&self) -> Option<AsPathView<'a>> {
        let value = self.value(AttributeType::AS_PATH)?;
        Some(AsPathView::new(value, self.four_octet_as))
    }

    /// ORIGINATOR_ID as it was received. A route whose originator we are is
    /// ignored (RFC 4456 §8).
    #[must_use]
    pub fn originator_id(&self) -> Option<Ipv4Addr> {
        let value = self.value(AttributeType::ORIGINATOR_ID)?;
        <[u8; 4]>::try_from(value).ok().map(Ipv4Addr::from)
    }

    /// CLUSTER_LIST as it was received, empty when absent. A route with our
    /// cluster in it is ignored (RFC 4456 §8).
    #[must_use]
    pub fn cluster_list(&self) -> ListView<'a, Ipv4Addr> {
        ListView::new(self.value(AttributeType::CLUSTER_LIST).unwrap_or_default())
    }

    /// The attributes that belong to the block, with their places.
    fn entries(&self) -> Entries<'a> {
        let length = self.octets.len();
        let walk = match self.kept {
            #[cfg(feature = "alloc")]
            Kept::All(_) => Walk::All(RawAttributes::new(self.octets)),
            Kept::Some(kept) => Walk::Some(Attributes::new(self.octets, kept)),
        };
        Entries { walk, length }
    }
}

/// The attributes of a block, as they were received.
#[derive(Clone, Copy, Debug)]
pub struct BlockAttributes<'a>(Entries<'a>);

impl<'a> Iterator for BlockAttributes<'a> {
    type Item = RawAttribute<'a>;

    fn next(&mut self) -> Option<RawAttribute<'a>> {
        self.0.next().map(|entry| entry.raw)
    }
}

impl FusedIterator for BlockAttributes<'_> {}

/// A walk over a block.
#[derive(Clone, Copy, Debug)]
struct Entries<'a> {
    walk: Walk<'a>,
    length: usize,
}

#[derive(Clone, Copy, Debug)]
enum Walk<'a> {
    #[cfg(feature = "alloc")]
    All(RawAttributes<'a>),
    Some(Attributes<'a>),
}

impl<'a> Iterator for Entries<'a> {
    type Item = Entry<'a>;

    #[inline]
    fn next(&mut self) -> Option<Entry<'a>> {
        let (raw, before, behind) = match &mut self.walk {
            #[cfg(feature = "alloc")]
            Walk::All(all) => {
                let before = all.remaining();
                (all.next()?, before, all.remaining())
            }
            Walk::Some(attributes) => attributes.next_placed()?,
        };
        Some(Entry {
            start: self.length.saturating_sub(before),
            end: self.length.saturating_sub(behind),
            raw,
        })
    }
}

/// An attribute and its place in the octets of the block.
#[derive(Clone, Copy)]
struct Entry<'a> {
    start: usize,
    end: usize,
    raw: RawAttribute<'a>,
}

impl Entry<'_> {
    /// Whether an unknown attribute still needs its Partial bit.
    #[inline]
    fn needs_partial(&self) -> bool {
        !self.raw.flags.contains(AttributeFlags::PARTIAL)
            && index::slot(self.raw.attribute_type).is_none()
    }
}
