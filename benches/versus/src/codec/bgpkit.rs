use bgpkit_parser::models::{
    AsPathSegment, AsnLength, AttributeValue, Attributes, BgpMessage, Community, NextHopAddress,
    Origin,
};
use bgpkit_parser::parser::bgp::messages::parse_bgp_message;
use bytes::Bytes;

use super::{Decode, Encode};
use crate::Digest;

/// `bgpkit-parser`.
#[derive(Clone, Copy, Debug)]
pub struct Bgpkit;

impl Decode for Bgpkit {
    const NAME: &'static str = "bgpkit";

    fn digest(&self, message: &[u8]) -> Option<Digest> {
        let BgpMessage::Update(update) = self.decode(message)? else {
            return None;
        };
        let mut digest = Digest::default();
        values(&update.attributes, &mut digest);
        for net in &update.announced_prefixes {
            digest.announced(net.prefix.addr(), net.prefix.prefix_len());
        }
        for net in &update.withdrawn_prefixes {
            digest.withdrawn(net.prefix.addr(), net.prefix.prefix_len());
        }
        Some(digest)
    }
}

fn values(attributes: &Attributes, digest: &mut Digest) {
    for value in attributes.iter() {
        match value {
            AttributeValue::Origin(origin) => digest.origin = code(*origin),
            AttributeValue::AsPath(path) => {
                for segment in &path.segments {
                    let (AsPathSegment::AsSequence(asns)
                    | AsPathSegment::AsSet(asns)
                    | AsPathSegment::ConfedSequence(asns)
                    | AsPathSegment::ConfedSet(asns)) = segment;
                    asns.iter().for_each(|asn| digest.asn(asn.to_u32()));
                }
            }
            AttributeValue::NextHop(address) => digest.next_hop(*address),
            AttributeValue::MultiExitDiscriminator(med) => digest.med = *med,
            AttributeValue::LocalPreference(preference) => digest.local_pref = *preference,
            AttributeValue::Communities(communities) => {
                for community in communities {
                    digest.community(octets(*community));
                }
            }
            AttributeValue::MpReachNlri(nlri) => {
                match nlri.next_hop {
                    Some(NextHopAddress::Ipv4(address)) => digest.next_hop(address.into()),
                    Some(
                        NextHopAddress::Ipv6(address) | NextHopAddress::Ipv6LinkLocal(address, _),
                    ) => digest.next_hop(address.into()),
                    _ => {}
                }
                for net in &nlri.prefixes {
                    digest.announced(net.prefix.addr(), net.prefix.prefix_len());
                }
            }
            AttributeValue::MpUnreachNlri(nlri) => {
                for net in &nlri.prefixes {
                    digest.withdrawn(net.prefix.addr(), net.prefix.prefix_len());
                }
            }
            _ => {}
        }
    }
}

fn octets(community: Community) -> u32 {
    match community {
        Community::NoExport => 0xffff_ff01,
        Community::NoAdvertise => 0xffff_ff02,
        Community::NoExportSubConfed => 0xffff_ff03,
        Community::Custom(asn, value) => asn.to_u32() << 16 | u32::from(value),
    }
}

fn code(origin: Origin) -> u8 {
    match origin {
        Origin::IGP => 0,
        Origin::EGP => 1,
        Origin::INCOMPLETE => 2,
    }
}

impl Encode for Bgpkit {
    type Message = BgpMessage;

    fn decode(&self, message: &[u8]) -> Option<BgpMessage> {
        // It takes ownership of a buffer; a copy is the least that a reader of a socket pays.
        let mut bytes = Bytes::copy_from_slice(message);
        parse_bgp_message(&mut bytes, false, &AsnLength::Bits32).ok()
    }

    fn encode(&self, message: &BgpMessage, out: &mut Vec<u8>) -> Option<usize> {
        let bytes = message.encode(AsnLength::Bits32).ok()?;
        out.get_mut(..bytes.len())?.copy_from_slice(&bytes);
        Some(bytes.len())
    }
}
