//! Attributes that a route keeps in their wire form: those that nobody here
//! decides by, and those that nobody here knows.

use alloc::vec::Vec;
use core::fmt;

use super::tunnel::{self, TunnelSubTlv, TunnelType};
use super::{
    AttrSet, AttributeFlags, AttributeType, BfdDiscriminator, BgpLs, BgpsecPath, PathAttributes,
    PeDistinguisherLabels, PmsiTunnel, PrefixSid, PrefixSidTlv, RawAttribute, Srv6Sid,
    TunnelEncapsulation,
};
use crate::update::flags_of;
use crate::writer::{Out, Writer};
use crate::{Asn, Context, EncodeError, PeerType};

/// An attribute in its wire form, with its flags.
///
/// Those with a type of their own are read through [`PathAttributes`], as
/// [`PathAttributes::pmsi_tunnel`], and made by the functions here.
///
/// ```
/// use bgp_wire::{Label, OtherAttribute, PathAttributes, PmsiTunnel, PmsiTunnelId};
/// let tunnel = PmsiTunnel {
///     flags: 0,
///     label: Label::from_vni(100),
///     tunnel: PmsiTunnelId::IngressReplication([192, 0, 2, 1].into()),
/// };
/// let mut attributes = PathAttributes::default();
/// attributes.set_other(OtherAttribute::pmsi_tunnel(&tunnel)?);
/// assert_eq!(attributes.pmsi_tunnel(), Some(tunnel));
/// # Ok::<(), bgp_wire::EncodeError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct OtherAttribute {
    /// The flags octet, Partial set where RFC 4271 §5 asks for it.
    pub flags: AttributeFlags,
    /// Type code.
    pub attribute_type: AttributeType,
    /// The value.
    pub value: Vec<u8>,
}

impl OtherAttribute {
    /// An attribute with the flags of its type; one of an unknown type is
    /// optional and transitive.
    #[must_use]
    pub fn new(attribute_type: AttributeType, value: Vec<u8>) -> Self {
        Self {
            flags: flags_of(attribute_type).unwrap_or(AttributeFlags::OPTIONAL_TRANSITIVE),
            attribute_type,
            value,
        }
    }

    /// PMSI_TUNNEL (RFC 6514 §5).
    ///
    /// # Errors
    /// None for now.
    pub fn pmsi_tunnel(tunnel: &PmsiTunnel<'_>) -> Result<Self, EncodeError> {
        Self::emitted(AttributeType::PMSI_TUNNEL, |out| tunnel.emit(out))
    }

    /// Tunnel Encapsulation (RFC 9012 §2): tunnels by their type and sub-TLVs.
    ///
    /// # Errors
    /// [`EncodeError::ValueTooLong`]: a sub-TLV or a tunnel exceeds its length.
    pub fn tunnel_encapsulation(
        tunnels: &[(TunnelType, &[TunnelSubTlv<'_>])],
    ) -> Result<Self, EncodeError> {
        Self::emitted(AttributeType::TUNNEL_ENCAPSULATION, |out| {
            tunnels
                .iter()
                .try_for_each(|(kind, sub_tlvs)| tunnel::emit(*kind, sub_tlvs, out))
        })
    }

    /// BGP-LS (RFC 9552 §5.3): TLVs, which should be in the order of their types.
    ///
    /// # Errors
    /// [`EncodeError::ValueTooLong`]: a TLV exceeds its length.
    pub fn bgp_ls(tlvs: &[(u16, &[u8])]) -> Result<Self, EncodeError> {
        Self::emitted(AttributeType::BGP_LS, |out| {
            tlvs.iter().try_for_each(|(code, value)| {
                out.u16(*code)?;
                out.u16(u16::try_from(value.len()).map_err(|_| EncodeError::ValueTooLong)?)?;
                out.put(value)
            })
        })
    }

    /// BFD Discriminator (RFC 9026 §3.1.6).
    ///
    /// # Errors
    /// None for now.
    pub fn bfd_discriminator(bfd: &BfdDiscriminator) -> Result<Self, EncodeError> {
        Self::emitted(AttributeType::BFD_DISCRIMINATOR, |out| bfd.emit(out))
    }

    /// Prefix-SID (RFC 8669 §3).
    ///
    /// # Errors
    /// [`EncodeError::ValueTooLong`]: a TLV exceeds its length.
    pub fn prefix_sid(tlvs: &[PrefixSidTlv<'_>]) -> Result<Self, EncodeError> {
        Self::emitted(AttributeType::PREFIX_SID, |out| {
            tlvs.iter().try_for_each(|tlv| tlv.emit(out))
        })
    }

    /// Prefix-SID with the SIDs of one SRv6 service (RFC 9252 §2).
    ///
    /// # Errors
    /// [`EncodeError::ValueTooLong`]: more SIDs than the TLV holds.
    pub fn srv6_service(layer_2: bool, sids: &[Srv6Sid]) -> Result<Self, EncodeError> {
        let mut octets = Vec::new();
        sids.iter().try_for_each(|sid| sid.emit(&mut octets))?;
        let service = super::Srv6Service::new(&octets);
        Self::prefix_sid(&[PrefixSidTlv::Srv6Service { layer_2, service }])
    }

    /// ATTR_SET (RFC 6368 §5) around the attributes of a route, NEXT_HOP and a
    /// set within left out.
    ///
    /// # Errors
    /// [`EncodeError::ValueTooLong`]: an attribute exceeds its length.
    pub fn attr_set(origin_as: Asn, attributes: &PathAttributes) -> Result<Self, EncodeError> {
        let mut inner = attributes.clone();
        inner
            .others
            .retain(|it| it.attribute_type != AttributeType::ATTR_SET);
        let context = Context::new(PeerType::Internal);
        let mut value = origin_as.0.to_be_bytes().to_vec();
        let at = value.len();
        value.resize(at.saturating_add(inner.encoded_len(&context, false)), 0);
        let mut writer = Writer::new(value.get_mut(at..).unwrap_or_default());
        inner.write(&mut writer, &context, false)?;
        Ok(Self::new(AttributeType::ATTR_SET, value))
    }

    fn emitted(
        attribute_type: AttributeType,
        emit: impl FnOnce(&mut Vec<u8>) -> Result<(), EncodeError>,
    ) -> Result<Self, EncodeError> {
        let mut value = Vec::new();
        emit(&mut value)?;
        Ok(Self::new(attribute_type, value))
    }

    pub(super) fn raw(&self) -> RawAttribute<'_> {
        RawAttribute {
            flags: self.flags,
            attribute_type: self.attribute_type,
            value: &self.value,
        }
    }
}

/// Name and value, the latter by what it means where that is known.
impl fmt::Display for OtherAttribute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.raw(), f)
    }
}

/// The attributes kept in their wire form, by what they mean.
impl PathAttributes {
    /// The value of an attribute in [`PathAttributes::others`].
    #[must_use]
    pub fn other(&self, attribute_type: AttributeType) -> Option<&[u8]> {
        let mut others = self.others.iter();
        let found = others.find(|it| it.attribute_type == attribute_type)?;
        Some(&found.value)
    }

    /// Adds an attribute, instead of one of the same type, in its place.
    pub fn set_other(&mut self, attribute: OtherAttribute) {
        let code = attribute.attribute_type;
        match self
            .others
            .binary_search_by_key(&code, |it| it.attribute_type)
        {
            Ok(at) => {
                if let Some(slot) = self.others.get_mut(at) {
                    *slot = attribute;
                }
            }
            Err(at) => self.others.insert(at, attribute),
        }
    }

    /// PMSI_TUNNEL.
    #[must_use]
    pub fn pmsi_tunnel(&self) -> Option<PmsiTunnel<'_>> {
        PmsiTunnel::decode(self.other(AttributeType::PMSI_TUNNEL)?)
    }

    /// Tunnel Encapsulation.
    #[must_use]
    pub fn tunnel_encapsulation(&self) -> Option<TunnelEncapsulation<'_>> {
        let value = self.other(AttributeType::TUNNEL_ENCAPSULATION)?;
        Some(TunnelEncapsulation::new(value))
    }

    /// PE Distinguisher Labels.
    #[must_use]
    pub fn pe_distinguisher_labels(&self) -> Option<PeDistinguisherLabels<'_>> {
        let value = self.other(AttributeType::PE_DISTINGUISHER_LABELS)?;
        Some(PeDistinguisherLabels::new(value))
    }

    /// BGP-LS.
    #[must_use]
    pub fn bgp_ls(&self) -> Option<BgpLs<'_>> {
        Some(BgpLs::new(self.other(AttributeType::BGP_LS)?))
    }

    /// BGPsec_PATH, where its syntax is right.
    #[must_use]
    pub fn bgpsec_path(&self) -> Option<BgpsecPath<'_>> {
        BgpsecPath::decode(self.other(AttributeType::BGPSEC_PATH)?)
    }

    /// BFD Discriminator.
    #[must_use]
    pub fn bfd_discriminator(&self) -> Option<BfdDiscriminator> {
        BfdDiscriminator::decode(self.other(AttributeType::BFD_DISCRIMINATOR)?)
    }

    /// Prefix-SID.
    #[must_use]
    pub fn prefix_sid(&self) -> Option<PrefixSid<'_>> {
        Some(PrefixSid::new(self.other(AttributeType::PREFIX_SID)?))
    }

    /// ATTR_SET.
    #[must_use]
    pub fn attr_set(&self) -> Option<AttrSet<'_>> {
        AttrSet::decode(self.other(AttributeType::ATTR_SET)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{AsPath, NextHop};
    use alloc::string::ToString;

    #[test]
    fn others_stay_in_the_order_of_their_types() {
        let mut attributes = PathAttributes::default();
        for (code, value) in [(40, 1), (22, 2), (99, 3), (22, 4)] {
            let value = alloc::vec![value];
            attributes.set_other(OtherAttribute::new(AttributeType(code), value));
        }
        let got: Vec<_> = attributes
            .others
            .iter()
            .map(|it| (it.attribute_type.0, it.value[0]))
            .collect();
        assert_eq!(got, [(22, 4), (40, 1), (99, 3)]);
    }

    #[test]
    fn a_set_holds_the_attributes_of_a_route() {
        let mut inner = PathAttributes::new(NextHop::V4([192, 0, 2, 1].into()));
        inner.as_path = AsPath::from_sequence([Asn(65_001)]);
        inner.local_pref = Some(50);
        let mut outer = PathAttributes::default();
        outer.set_other(OtherAttribute::attr_set(Asn(65_000), &inner).unwrap());
        // A set in the set is not allowed (RFC 6368 §5).
        outer.set_other(OtherAttribute::attr_set(Asn(65_000), &outer.clone()).unwrap());
        let set = outer.attr_set().unwrap();
        assert_eq!(set.attributes().count(), 2, "ORIGIN and AS_PATH");
        outer.set_other(OtherAttribute::attr_set(Asn(65_000), &inner).unwrap());
        let types: Vec<_> = outer
            .attr_set()
            .unwrap()
            .attributes()
            .map(|it| it.attribute_type.0)
            .collect();
        assert_eq!(types, [1, 2, 5], "no NEXT_HOP");
        assert_eq!(outer.attr_set().unwrap().decoded().len(), 3);
    }

    #[test]
    fn display_says_what_is_known() {
        let bfd = BfdDiscriminator {
            mode: 1,
            discriminator: 7,
            source: [192, 0, 2, 1].into(),
        };
        let attribute = OtherAttribute::bfd_discriminator(&bfd).unwrap();
        assert_eq!(BfdDiscriminator::decode(&attribute.value), Some(bfd));
        let text = "BFD Discriminator: mode 1 discriminator 7 source 192.0.2.1";
        assert_eq!(attribute.to_string(), text);
        let attribute = OtherAttribute::new(AttributeType(99), alloc::vec![1, 2]);
        assert_eq!(attribute.to_string(), "attribute 99: 0x0102");
        let attribute = OtherAttribute::bgp_ls(&[(1026, b"r1")]).unwrap();
        assert_eq!(attribute.to_string(), "BGP-LS: node-name r1");
        let attribute = OtherAttribute::srv6_service(true, &[]).unwrap();
        assert_eq!(attribute.to_string(), "Prefix-SID: srv6-l2");
    }
}
