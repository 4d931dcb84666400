//! The owned UPDATE: one message, attribute by attribute, as it stands on the
//! wire. A route keeps [`PathAttributes`](crate::PathAttributes) instead.

use alloc::vec::Vec;
use core::net::Ipv4Addr;

use crate::attribute::{ListView, RawAttribute, WireItem, fixed, header_len, write_header};
use crate::frame::{HEADER, finish, start};
use crate::nlri::Prefixes;
use crate::writer::Writer;
use crate::{
    Aggregator, AsPath, AsPathView, Asn, AttributeFlags, AttributeType, Community, Context,
    EncodeError, EncodeNlri as _, ExtendedCommunity, Family, Ipv6ExtendedCommunity, LargeCommunity,
    MessageType, MpReachView, MpUnreachView, Nlri, NlriBuf, NlriIter, Origin, UpdateView,
};

/// An UPDATE message, owned, with the order and the flags of its attributes.
///
/// What [`Update::from`] takes from a scanned view without findings encodes to
/// the octets that were received, but for what carries no meaning: bits behind
/// a prefix length and the reserved octet of MP_REACH_NLRI become zero.
///
/// ```
/// use bgp_wire::{Context, PeerType, Update, UpdateView};
/// # let bytes = {
/// #     let mut bytes = vec![0xff; 16];
/// #     bytes.extend([0, 27, 2, 0, 4, 24, 203, 0, 113, 0, 0]);
/// #     bytes
/// # };
/// let context = Context::new(PeerType::External);
/// let update = Update::from(&UpdateView::scan(&bytes, &context)?);
/// let mut out = [0; 4096];
/// let length = update.encode(&context, &mut out).unwrap();
/// assert_eq!(out[..length], bytes);
/// # Ok::<(), bgp_wire::DecodeError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Update {
    /// IPv4 unicast routes that are withdrawn in the body.
    pub withdrawn: Vec<Nlri>,
    /// The attributes in wire order.
    pub attributes: Vec<Attribute>,
    /// IPv4 unicast routes that are announced in the body.
    pub nlri: Vec<Nlri>,
}

impl Update {
    /// Writes the whole message and returns its size.
    ///
    /// # Errors
    /// The message exceeds the session's limit or the buffer, or a route of the
    /// body is not IPv4 unicast.
    pub fn encode(&self, context: &Context, out: &mut [u8]) -> Result<usize, EncodeError> {
        let mut writer = Writer::new(out);
        start(&mut writer, MessageType::Update)?;
        sized(&mut writer, |writer| {
            write_prefixes(writer, &self.withdrawn, Family::IPV4_UNICAST, context)
        })?;
        sized(&mut writer, |writer| {
            self.attributes
                .iter()
                .try_for_each(|attribute| attribute.write(context, writer))
        })?;
        write_prefixes(&mut writer, &self.nlri, Family::IPV4_UNICAST, context)?;
        finish(&mut writer, context.send_limit)
    }

    /// Size of the whole message in octets, whatever the session's limit.
    #[must_use]
    pub fn encoded_len(&self, context: &Context) -> usize {
        let prefixes = |list: &[Nlri]| prefixes_len(list, Family::IPV4_UNICAST, context);
        self.attributes
            .iter()
            .fold(HEADER + 4, |sum, it| {
                sum.saturating_add(it.encoded_len(context))
            })
            .saturating_add(prefixes(&self.withdrawn))
            .saturating_add(prefixes(&self.nlri))
    }
}

fn prefixes_len(prefixes: &[Nlri], family: Family, context: &Context) -> usize {
    let add_path = context.add_path_send.contains(family);
    prefixes
        .iter()
        .fold(0, |sum, it| sum.saturating_add(it.encoded_len(add_path)))
}

/// Writes two octets of length and what they count.
fn sized(
    writer: &mut Writer<'_>,
    write: impl FnOnce(&mut Writer<'_>) -> Result<(), EncodeError>,
) -> Result<(), EncodeError> {
    let at = writer.position();
    writer.u16(0)?;
    write(writer)?;
    let length = writer.position().saturating_sub(at).saturating_sub(2);
    writer.patch_u16(at, length)
}

fn write_prefixes(
    writer: &mut Writer<'_>,
    prefixes: &[Nlri],
    family: Family,
    context: &Context,
) -> Result<(), EncodeError> {
    let add_path = context.add_path_send.contains(family);
    prefixes
        .iter()
        .try_for_each(|nlri| match nlri.fits(family) {
            true => nlri.write(writer, add_path),
            false => Err(EncodeError::WrongFamily),
        })
}

/// The message as it was received, before any outcome of RFC 7606: repeated and
/// malformed attributes are in, the latter as [`AttributeValue::Other`].
impl From<&UpdateView<'_>> for Update {
    fn from(view: &UpdateView<'_>) -> Self {
        let context = view.context();
        let prefixes = |octets| prefixes(octets, Family::IPV4_UNICAST, context);
        Self {
            withdrawn: prefixes(view.withdrawn_octets()),
            attributes: view
                .raw_attributes()
                .map(|raw| Attribute::decode(&raw, context))
                .collect(),
            nlri: prefixes(view.nlri_octets()),
        }
    }
}

fn prefixes(octets: &[u8], family: Family, context: &Context) -> Vec<Nlri> {
    let add_path = context.add_path_receive.contains(family);
    Prefixes::new(octets, family, add_path).collect()
}

/// One attribute with its flags.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Attribute {
    /// The flags octet. Extended Length is kept, and set where the value needs
    /// it.
    pub flags: AttributeFlags,
    /// Type and value.
    pub value: AttributeValue,
}

/// Type and value of an attribute.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum AttributeValue {
    /// ORIGIN.
    Origin(Origin),
    /// AS_PATH.
    AsPath(AsPath),
    /// NEXT_HOP.
    NextHop(Ipv4Addr),
    /// MULTI_EXIT_DISC.
    MultiExitDisc(u32),
    /// LOCAL_PREF.
    LocalPref(u32),
    /// ATOMIC_AGGREGATE.
    AtomicAggregate,
    /// AGGREGATOR.
    Aggregator(Aggregator),
    /// COMMUNITIES.
    Communities(Vec<Community>),
    /// ORIGINATOR_ID.
    OriginatorId(Ipv4Addr),
    /// CLUSTER_LIST.
    ClusterList(Vec<Ipv4Addr>),
    /// MP_REACH_NLRI.
    MpReach {
        /// The family of the NLRI.
        family: Family,
        /// The next-hop field.
        next_hop: Vec<u8>,
        /// The announced routes.
        nlri: NlriField,
    },
    /// MP_UNREACH_NLRI.
    MpUnreach {
        /// The family of the NLRI.
        family: Family,
        /// The withdrawn routes.
        nlri: NlriField,
    },
    /// EXTENDED COMMUNITIES.
    ExtendedCommunities(Vec<ExtendedCommunity>),
    /// AS4_PATH.
    As4Path(AsPath),
    /// AS4_AGGREGATOR.
    As4Aggregator(Aggregator),
    /// IPv6 Address Specific Extended Communities.
    Ipv6ExtendedCommunities(Vec<Ipv6ExtendedCommunity>),
    /// LARGE_COMMUNITY.
    LargeCommunities(Vec<LargeCommunity>),
    /// ONLY_TO_CUSTOMER.
    OnlyToCustomer(Asn),
    /// Any other, or one whose value is malformed.
    Other {
        /// Type code.
        attribute_type: AttributeType,
        /// The value.
        value: Vec<u8>,
    },
}

/// The routes of an MP attribute.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum NlriField {
    /// Routes of a family of prefixes.
    Prefixes(Vec<Nlri>),
    /// Routes of another family that is known.
    Routes(Vec<NlriBuf>),
    /// The octets of a family that is not known, or that cannot be split into
    /// routes.
    Raw(Vec<u8>),
}

impl NlriField {
    /// The routes that a field of MP_REACH_NLRI announces.
    #[must_use]
    pub fn decode(octets: &[u8], family: Family, context: &Context) -> Self {
        Self::split(octets, family, context, NlriIter::new)
    }

    /// The routes that a field of MP_UNREACH_NLRI withdraws.
    #[must_use]
    pub fn decode_withdrawn(octets: &[u8], family: Family, context: &Context) -> Self {
        Self::split(octets, family, context, NlriIter::withdrawn)
    }

    fn split<'a>(
        octets: &'a [u8],
        family: Family,
        context: &Context,
        iter: impl FnOnce(&'a [u8], Family, &Context) -> NlriIter<'a>,
    ) -> Self {
        if family.is_prefix() {
            let list = prefixes(octets, family, context);
            let add_path = context.add_path_receive.contains(family);
            let read: usize = list.iter().map(|nlri| nlri.encoded_len(add_path)).sum();
            return match read == octets.len() {
                true => Self::Prefixes(list),
                false => Self::Raw(octets.into()),
            };
        }
        let mut nlri = iter(octets, family, context);
        let mut routes = Vec::new();
        while let Some(one) = nlri.read() {
            routes.push(NlriBuf::from(one));
        }
        match nlri.rest().is_empty() && family.is_known() {
            true => Self::Routes(routes),
            false => Self::Raw(octets.into()),
        }
    }

    fn write(
        &self,
        family: Family,
        context: &Context,
        writer: &mut Writer<'_>,
    ) -> Result<(), EncodeError> {
        let add_path = context.add_path_send.contains(family);
        match self {
            Self::Prefixes(list) => write_prefixes(writer, list, family, context),
            Self::Routes(list) => list
                .iter()
                .try_for_each(|nlri| match nlri.family() == family {
                    true => writer.fill(|out| nlri.encode_wire(out, add_path, false)),
                    false => Err(EncodeError::WrongFamily),
                }),
            Self::Raw(octets) => writer.put(octets),
        }
    }

    fn encoded_len(&self, family: Family, context: &Context) -> usize {
        let add_path = context.add_path_send.contains(family);
        match self {
            Self::Prefixes(list) => prefixes_len(list, family, context),
            Self::Routes(list) => list.iter().map(|nlri| nlri.wire_len(add_path, false)).sum(),
            Self::Raw(octets) => octets.len(),
        }
    }
}

impl Attribute {
    /// Types a raw attribute; one that does not decode stays
    /// [`AttributeValue::Other`].
    #[must_use]
    pub fn decode(raw: &RawAttribute<'_>, context: &Context) -> Self {
        let value = AttributeValue::decode(raw, context).unwrap_or_else(|| AttributeValue::Other {
            attribute_type: raw.attribute_type,
            value: raw.value.into(),
        });
        Self {
            flags: raw.flags,
            value,
        }
    }

    /// Writes the attribute for a session.
    pub(super) fn write(
        &self,
        context: &Context,
        writer: &mut Writer<'_>,
    ) -> Result<(), EncodeError> {
        let length = self.value.encoded_len(context);
        write_header(writer, self.flags, self.value.attribute_type(), length)?;
        self.value.write(context, writer)
    }

    /// Size on the wire in octets.
    #[must_use]
    pub fn encoded_len(&self, context: &Context) -> usize {
        let length = self.value.encoded_len(context);
        header_len(self.flags, length).saturating_add(length)
    }
}

impl AttributeValue {
    /// The type code.
    #[must_use]
    pub const fn attribute_type(&self) -> AttributeType {
        match self {
            Self::Origin(_) => AttributeType::ORIGIN,
            Self::AsPath(_) => AttributeType::AS_PATH,
            Self::NextHop(_) => AttributeType::NEXT_HOP,
            Self::MultiExitDisc(_) => AttributeType::MULTI_EXIT_DISC,
            Self::LocalPref(_) => AttributeType::LOCAL_PREF,
            Self::AtomicAggregate => AttributeType::ATOMIC_AGGREGATE,
            Self::Aggregator(_) => AttributeType::AGGREGATOR,
            Self::Communities(_) => AttributeType::COMMUNITIES,
            Self::OriginatorId(_) => AttributeType::ORIGINATOR_ID,
            Self::ClusterList(_) => AttributeType::CLUSTER_LIST,
            Self::MpReach { .. } => AttributeType::MP_REACH_NLRI,
            Self::MpUnreach { .. } => AttributeType::MP_UNREACH_NLRI,
            Self::ExtendedCommunities(_) => AttributeType::EXTENDED_COMMUNITIES,
            Self::As4Path(_) => AttributeType::AS4_PATH,
            Self::As4Aggregator(_) => AttributeType::AS4_AGGREGATOR,
            Self::Ipv6ExtendedCommunities(_) => AttributeType::IPV6_EXTENDED_COMMUNITIES,
            Self::LargeCommunities(_) => AttributeType::LARGE_COMMUNITIES,
            Self::OnlyToCustomer(_) => AttributeType::ONLY_TO_CUSTOMER,
            Self::Other { attribute_type, .. } => *attribute_type,
        }
    }

    fn decode(raw: &RawAttribute<'_>, context: &Context) -> Option<Self> {
        let value = raw.value;
        let number = || fixed(value).ok().map(u32::from_be_bytes);
        Some(match raw.attribute_type {
            AttributeType::ORIGIN => Self::Origin(Origin::decode(value).ok()?),
            AttributeType::AS_PATH => Self::AsPath(AsPath::whole(AsPathView::new(
                value,
                context.four_octet_as,
            ))?),
            AttributeType::NEXT_HOP => Self::NextHop(number()?.into()),
            AttributeType::MULTI_EXIT_DISC => Self::MultiExitDisc(number()?),
            AttributeType::LOCAL_PREF => Self::LocalPref(number()?),
            AttributeType::ATOMIC_AGGREGATE if value.is_empty() => Self::AtomicAggregate,
            AttributeType::AGGREGATOR => {
                Self::Aggregator(Aggregator::decode(value, context.four_octet_as).ok()?)
            }
            AttributeType::COMMUNITIES => Self::Communities(list(value)?),
            AttributeType::ORIGINATOR_ID => Self::OriginatorId(number()?.into()),
            AttributeType::CLUSTER_LIST => Self::ClusterList(list(value)?),
            AttributeType::MP_REACH_NLRI => {
                let view = MpReachView::decode(value).ok()?;
                let nlri = NlriField::decode(view.nlri, view.family, context);
                Self::MpReach {
                    family: view.family,
                    next_hop: view.next_hop_octets.into(),
                    nlri,
                }
            }
            AttributeType::MP_UNREACH_NLRI => {
                let view = MpUnreachView::decode(value).ok()?;
                let nlri = NlriField::decode_withdrawn(view.nlri, view.family, context);
                Self::MpUnreach {
                    family: view.family,
                    nlri,
                }
            }
            AttributeType::EXTENDED_COMMUNITIES => Self::ExtendedCommunities(list(value)?),
            AttributeType::AS4_PATH => Self::As4Path(AsPath::whole(AsPathView::new(value, true))?),
            AttributeType::AS4_AGGREGATOR => {
                Self::As4Aggregator(Aggregator::decode(value, true).ok()?)
            }
            AttributeType::IPV6_EXTENDED_COMMUNITIES => Self::Ipv6ExtendedCommunities(list(value)?),
            AttributeType::LARGE_COMMUNITIES => Self::LargeCommunities(list(value)?),
            AttributeType::ONLY_TO_CUSTOMER => Self::OnlyToCustomer(Asn(number()?)),
            _ => return None,
        })
    }

    fn encoded_len(&self, context: &Context) -> usize {
        match self {
            Self::AtomicAggregate => 0,
            Self::Origin(_) => 1,
            Self::NextHop(_)
            | Self::MultiExitDisc(_)
            | Self::LocalPref(_)
            | Self::OriginatorId(_)
            | Self::OnlyToCustomer(_) => 4,
            Self::AsPath(path) => path.encoded_len(context.four_octet_as),
            Self::As4Path(path) => path.encoded_len(true),
            Self::Aggregator(_) => {
                if context.four_octet_as {
                    8
                } else {
                    6
                }
            }
            Self::As4Aggregator(_) => 8,
            Self::Communities(list) => list.len().saturating_mul(4),
            Self::ClusterList(list) => list.len().saturating_mul(4),
            Self::ExtendedCommunities(list) => list.len().saturating_mul(8),
            Self::Ipv6ExtendedCommunities(list) => list.len().saturating_mul(20),
            Self::LargeCommunities(list) => list.len().saturating_mul(12),
            Self::MpReach {
                family,
                next_hop,
                nlri,
            } => nlri
                .encoded_len(*family, context)
                .saturating_add(next_hop.len())
                .saturating_add(5),
            Self::MpUnreach { family, nlri } => {
                nlri.encoded_len(*family, context).saturating_add(3)
            }
            Self::Other { value, .. } => value.len(),
        }
    }

    fn write(&self, context: &Context, writer: &mut Writer<'_>) -> Result<(), EncodeError> {
        match self {
            Self::AtomicAggregate => Ok(()),
            Self::Origin(origin) => writer.u8(origin.code()),
            Self::NextHop(addr) | Self::OriginatorId(addr) => writer.put(&addr.octets()),
            Self::MultiExitDisc(number)
            | Self::LocalPref(number)
            | Self::OnlyToCustomer(Asn(number)) => writer.u32(*number),
            Self::AsPath(path) => path.write(context.four_octet_as, writer),
            Self::As4Path(path) => path.write(true, writer),
            Self::Aggregator(it) if !context.four_octet_as => writer.put(&it.octets_two()),
            Self::Aggregator(it) | Self::As4Aggregator(it) => writer.put(&it.octets()),
            Self::Communities(list) => list.iter().try_for_each(|it| writer.u32(it.0)),
            Self::ClusterList(list) => list.iter().try_for_each(|it| writer.put(&it.octets())),
            Self::ExtendedCommunities(list) => list.iter().try_for_each(|it| writer.put(&it.0)),
            Self::Ipv6ExtendedCommunities(list) => list.iter().try_for_each(|it| writer.put(&it.0)),
            Self::LargeCommunities(list) => list.iter().try_for_each(|it| writer.put(&it.octets())),
            Self::MpReach {
                family,
                next_hop,
                nlri,
            } => {
                write_family(*family, writer)?;
                writer.u8(u8::try_from(next_hop.len()).map_err(|_| EncodeError::ValueTooLong)?)?;
                writer.put(next_hop)?;
                writer.u8(0)?;
                nlri.write(*family, context, writer)
            }
            Self::MpUnreach { family, nlri } => {
                write_family(*family, writer)?;
                nlri.write(*family, context, writer)
            }
            Self::Other { value, .. } => writer.put(value),
        }
    }
}

fn write_family(family: Family, writer: &mut Writer<'_>) -> Result<(), EncodeError> {
    writer.u16(family.afi.0)?;
    writer.u8(family.safi.0)
}

/// The items of a list that has only whole ones.
fn list<T: WireItem>(value: &[u8]) -> Option<Vec<T>> {
    crate::attribute::list_check::<T>(value).ok()?;
    Some(ListView::new(value).into_iter().collect())
}
