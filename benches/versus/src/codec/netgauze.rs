use netgauze_bgp_pkt::BgpMessage;
use netgauze_bgp_pkt::path_attribute::{AsPath, MpReach, MpUnreach, PathAttributeValue};
use netgauze_bgp_pkt::wire::deserializer::BgpParsingContext;
use netgauze_parse_utils::WritablePdu;
use netgauze_parse_utils::reader::SliceReader;
use netgauze_parse_utils::traits::ParseFromWithOneInput;

use super::{Decode, Encode};
use crate::Digest;

/// `netgauze-bgp-pkt`.
#[derive(Clone, Copy, Debug)]
pub struct NetGauze;

impl Decode for NetGauze {
    const NAME: &'static str = "netgauze";

    fn digest(&self, message: &[u8]) -> Option<Digest> {
        let BgpMessage::Update(update) = self.decode(message)? else {
            return None;
        };
        let mut digest = Digest::default();
        for attribute in update.path_attributes() {
            value(attribute.value(), &mut digest);
        }
        for route in update.nlri() {
            let net = route.network().address();
            digest.announced_v4(net.addr(), net.prefix_len());
        }
        for route in update.withdraw_routes() {
            let net = route.network().address();
            digest.withdrawn_v4(net.addr(), net.prefix_len());
        }
        Some(digest)
    }
}

fn value(value: &PathAttributeValue, digest: &mut Digest) {
    match value {
        PathAttributeValue::Origin(origin) => digest.origin = *origin as u8,
        PathAttributeValue::AsPath(AsPath::As4PathSegments(segments)) => {
            for asn in segments.iter().flat_map(|segment| segment.as_numbers()) {
                digest.asn(*asn);
            }
        }
        PathAttributeValue::NextHop(next_hop) => digest.next_hop(next_hop.next_hop().into()),
        PathAttributeValue::MultiExitDiscriminator(med) => digest.med = med.metric(),
        PathAttributeValue::LocalPreference(preference) => {
            digest.local_pref = preference.metric();
        }
        PathAttributeValue::Communities(communities) => {
            for community in communities.communities() {
                digest.community(community.value());
            }
        }
        PathAttributeValue::MpReach(MpReach::Ipv6Unicast {
            next_hop_global,
            nlri,
            ..
        }) => {
            digest.next_hop((*next_hop_global).into());
            for route in nlri {
                let net = route.network().address();
                digest.announced(net.addr().into(), net.prefix_len());
            }
        }
        PathAttributeValue::MpUnreach(MpUnreach::Ipv6Unicast { nlri }) => {
            for route in nlri {
                let net = route.network().address();
                digest.withdrawn(net.addr().into(), net.prefix_len());
            }
        }
        _ => {}
    }
}

impl Encode for NetGauze {
    type Message = BgpMessage;

    fn decode(&self, message: &[u8]) -> Option<BgpMessage> {
        let mut context = BgpParsingContext::default();
        BgpMessage::parse(&mut SliceReader::new(message), &mut context).ok()
    }

    fn encode(&self, message: &BgpMessage, out: &mut Vec<u8>) -> Option<usize> {
        let mut writer = out.as_mut_slice();
        let room = writer.len();
        message.write(&mut writer).ok()?;
        Some(room - writer.len())
    }
}
