//! The attributes of a route as one run of octets: what a table keeps.
//!
//! ```text
//! +----------------------+----------+------------------------------------------+
//! | Length of next hop 1 | Next hop | attributes by type, AS numbers of 4 octets |
//! +----------------------+----------+------------------------------------------+
//! ```

mod pack;

use alloc::vec::Vec;
use core::net::Ipv4Addr;

use crate::attribute::{Aigp, ListView, RawAttribute, RawAttributes, WireItem};
use crate::reader::Reader;
use crate::{
    Aggregator, AsPathView, Asn, AttributeType, Community, Context, EncodeAttributes, EncodeError,
    ExtendedCommunity, Ipv6ExtendedCommunity, LargeCommunity, NextHop, Origin, OtherAttribute,
    PathAttributes, PeerType,
};

/// What [`PathAttributes`] say, in the one form that there is for it: two sets
/// are equal where their octets are, whatever order or flags they came with.
///
/// [`UpdateView::pack_attributes`](crate::UpdateView::pack_attributes) and
/// [`PathAttributes::pack`] make the octets; whoever holds them reads single attributes in place, has all of them
/// as [`PathAttributes`], or announces with them, which on a session with
/// 4-octet AS numbers is a copy. Nothing allocates but
/// [`to_path_attributes`](Self::to_path_attributes), and the encoding for
/// sessions with 2-octet AS numbers.
///
/// ```
/// use bgp_wire::{AsPath, Asn, NextHop, PackedAttributes, PathAttributes};
///
/// let attributes = PathAttributes {
///     as_path: AsPath::from_sequence([Asn(64512), Asn(64513)]),
///     local_pref: Some(200),
///     ..PathAttributes::new(NextHop::V4([192, 0, 2, 1].into()))
/// };
/// let mut octets = Vec::new();
/// attributes.pack(&mut octets)?;
/// let packed = PackedAttributes::new(&octets);
/// assert_eq!(packed.local_pref(), Some(200));
/// assert_eq!(packed.as_path().to_string(), "64512 64513");
/// assert_eq!(packed.to_path_attributes(), attributes);
/// assert!(octets.len() < 32);
/// # Ok::<(), bgp_wire::EncodeError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PackedAttributes<'a> {
    octets: &'a [u8],
}

impl<'a> PackedAttributes<'a> {
    /// Octets that `pack` or `pack_attributes` wrote. Others are no error: they
    /// are read as far as they can be, and say what they happen to say.
    #[must_use]
    pub const fn new(octets: &'a [u8]) -> Self {
        Self { octets }
    }

    /// The octets.
    #[must_use]
    pub const fn octets(self) -> &'a [u8] {
        self.octets
    }

    /// The next hop, whichever attribute carried it.
    #[must_use]
    pub fn next_hop(self) -> Option<NextHop> {
        let mut reader = Reader::new(self.parts().0);
        if let Ok(address) = <[u8; 4]>::try_from(self.parts().0) {
            return Some(NextHop::V4(address.into()));
        }
        Some(NextHop::V6 {
            global: reader.array::<16>()?.into(),
            link_local: reader.array::<16>().map(Into::into),
        })
    }

    /// The attributes but for the next hop, by type.
    #[must_use]
    pub fn attributes(self) -> RawAttributes<'a> {
        RawAttributes::new(self.parts().1)
    }

    /// ORIGIN.
    #[must_use]
    pub fn origin(self) -> Origin {
        let value = self.value(AttributeType::ORIGIN);
        value
            .and_then(|value| Origin::decode(value).ok())
            .unwrap_or_default()
    }

    /// AS_PATH.
    #[must_use]
    pub fn as_path(self) -> AsPathView<'a> {
        AsPathView::new(self.value(AttributeType::AS_PATH).unwrap_or_default(), true)
    }

    /// MULTI_EXIT_DISC.
    #[must_use]
    pub fn med(self) -> Option<u32> {
        self.number(AttributeType::MULTI_EXIT_DISC)
    }

    /// LOCAL_PREF.
    #[must_use]
    pub fn local_pref(self) -> Option<u32> {
        self.number(AttributeType::LOCAL_PREF)
    }

    /// COMMUNITIES.
    #[must_use]
    pub fn communities(self) -> ListView<'a, Community> {
        self.list(AttributeType::COMMUNITIES)
    }

    /// EXTENDED COMMUNITIES.
    #[must_use]
    pub fn extended_communities(self) -> ListView<'a, ExtendedCommunity> {
        self.list(AttributeType::EXTENDED_COMMUNITIES)
    }

    /// LARGE_COMMUNITY.
    #[must_use]
    pub fn large_communities(self) -> ListView<'a, LargeCommunity> {
        self.list(AttributeType::LARGE_COMMUNITIES)
    }

    /// ORIGINATOR_ID.
    #[must_use]
    pub fn originator_id(self) -> Option<Ipv4Addr> {
        self.number(AttributeType::ORIGINATOR_ID)
            .map(Ipv4Addr::from)
    }

    /// CLUSTER_LIST.
    #[must_use]
    pub fn cluster_list(self) -> ListView<'a, Ipv4Addr> {
        self.list(AttributeType::CLUSTER_LIST)
    }

    /// The metric of AIGP.
    #[must_use]
    pub fn aigp(self) -> Option<u64> {
        Aigp::decode(self.value(AttributeType::AIGP)?)
            .ok()
            .flatten()
    }

    /// ONLY_TO_CUSTOMER.
    #[must_use]
    pub fn only_to_customer(self) -> Option<Asn> {
        self.number(AttributeType::ONLY_TO_CUSTOMER).map(Asn)
    }

    /// The fields, as they were before.
    #[must_use]
    pub fn to_path_attributes(self) -> PathAttributes {
        let mut fields = PathAttributes {
            next_hop: self.next_hop(),
            ..PathAttributes::default()
        };
        for attribute in self.attributes() {
            set(&mut fields, &attribute);
        }
        fields
    }

    /// The octets of the next hop, and those of the attributes.
    fn parts(self) -> (&'a [u8], &'a [u8]) {
        let Some((length, rest)) = self.octets.split_first() else {
            return (&[], &[]);
        };
        rest.split_at_checked(usize::from(*length))
            .unwrap_or_default()
    }

    /// An attribute's value. The types ascend, so the walk ends early.
    fn value(self, attribute_type: AttributeType) -> Option<&'a [u8]> {
        let mut later = self
            .attributes()
            .skip_while(|it| it.attribute_type < attribute_type);
        let found = later
            .next()
            .filter(|it| it.attribute_type == attribute_type)?;
        Some(found.value)
    }

    fn number(self, attribute_type: AttributeType) -> Option<u32> {
        let value = self.value(attribute_type)?;
        Some(u32::from_be_bytes(value.try_into().ok()?))
    }

    fn list<T: WireItem>(self, attribute_type: AttributeType) -> ListView<'a, T> {
        ListView::new(self.value(attribute_type).unwrap_or_default())
    }
}

/// Takes an attribute into its field.
fn set(fields: &mut PathAttributes, raw: &RawAttribute<'_>) {
    let number = || raw.value.try_into().ok().map(u32::from_be_bytes);
    match raw.attribute_type {
        AttributeType::ORIGIN => fields.origin = Origin::decode(raw.value).unwrap_or_default(),
        AttributeType::AS_PATH => fields.as_path = AsPathView::new(raw.value, true).into(),
        AttributeType::MULTI_EXIT_DISC => fields.med = number(),
        AttributeType::LOCAL_PREF => fields.local_pref = number(),
        AttributeType::ATOMIC_AGGREGATE => fields.atomic_aggregate = true,
        AttributeType::AGGREGATOR => fields.aggregator = Aggregator::decode(raw.value, true).ok(),
        AttributeType::COMMUNITIES => fields.communities = items(raw.value),
        AttributeType::ORIGINATOR_ID => fields.originator_id = number().map(Ipv4Addr::from),
        AttributeType::CLUSTER_LIST => fields.cluster_list = items(raw.value),
        AttributeType::EXTENDED_COMMUNITIES => fields.extended_communities = items(raw.value),
        AttributeType::IPV6_EXTENDED_COMMUNITIES => {
            fields.ipv6_extended_communities = items::<Ipv6ExtendedCommunity>(raw.value);
        }
        AttributeType::LARGE_COMMUNITIES => fields.large_communities = items(raw.value),
        AttributeType::AIGP => fields.aigp = Aigp::decode(raw.value).ok().flatten(),
        AttributeType::ONLY_TO_CUSTOMER => fields.only_to_customer = number().map(Asn),
        attribute_type => fields.others.push(OtherAttribute {
            flags: raw.flags,
            attribute_type,
            value: raw.value.into(),
        }),
    }
}

fn items<T: WireItem>(value: &[u8]) -> Vec<T> {
    ListView::new(value).into_iter().collect()
}

/// What everything that a route has is written for: a session that leaves
/// nothing out.
const EVERYTHING: Context = {
    let mut context = Context::new(PeerType::Internal);
    context.four_octet_as = true;
    context.aigp = true;
    context.bgpsec_send = true;
    context
};

impl PackedAttributes<'_> {
    /// Whether the octets are what a session is to be sent.
    fn suits(self, context: &Context) -> bool {
        let left_out = |it: RawAttribute<'_>| match it.attribute_type {
            AttributeType::AIGP => !context.aigp,
            AttributeType::BGPSEC_PATH => !context.bgpsec_send,
            _ => false,
        };
        context.four_octet_as
            && (context.aigp && context.bgpsec_send || !self.attributes().any(left_out))
    }

    /// How many octets stand before NEXT_HOP has its place.
    fn before_next_hop(self) -> usize {
        // Unknown types stand behind, however low they are.
        let mandatory = [AttributeType::ORIGIN, AttributeType::AS_PATH];
        let all = self.attributes();
        let before = all.take_while(|it| mandatory.contains(&it.attribute_type));
        before.map(|it| it.encoded_len()).sum()
    }
}

impl EncodeAttributes for PackedAttributes<'_> {
    fn next_hop(&self) -> Option<NextHop> {
        (*self).next_hop()
    }

    fn attributes_len(&self, context: &Context, body_next_hop: bool) -> Result<usize, EncodeError> {
        if !self.suits(context) {
            return self
                .to_path_attributes()
                .attributes_len(context, body_next_hop);
        }
        let length = self.parts().1.len();
        match (body_next_hop, self.parts().0.len()) {
            (false, _) => Ok(length),
            (true, 4) => Ok(length.saturating_add(NEXT_HOP.len())),
            (true, _) => Err(EncodeError::NoNextHop),
        }
    }

    fn encode_attributes(
        &self,
        context: &Context,
        body_next_hop: bool,
        out: &mut [u8],
    ) -> Result<usize, EncodeError> {
        if !self.suits(context) {
            return self
                .to_path_attributes()
                .encode_attributes(context, body_next_hop, out);
        }
        let (next_hop, octets) = self.parts();
        let mut writer = crate::writer::Writer::new(out);
        if !body_next_hop {
            writer.put(octets)?;
            return Ok(writer.position());
        }
        let Ok([a, b, c, d]) = <[u8; 4]>::try_from(next_hop) else {
            return Err(EncodeError::NoNextHop);
        };
        let (before, behind) = octets
            .split_at_checked(self.before_next_hop())
            .unwrap_or((octets, &[]));
        let [flags, code, length, ..] = NEXT_HOP;
        writer.put(before)?;
        writer.put(&[flags, code, length, a, b, c, d])?;
        writer.put(behind)?;
        Ok(writer.position())
    }
}

/// NEXT_HOP in the body of an UPDATE.
const NEXT_HOP: [u8; 7] = [0x40, 3, 4, 0, 0, 0, 0];
