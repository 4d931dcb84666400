use std::net::{IpAddr, Ipv4Addr};

use zettabgp::BgpSessionParams;
use zettabgp::prelude::{
    BgpASitem, BgpAddr, BgpAddrs, BgpAttrItem, BgpAttrOrigin, BgpMessage, BgpTransportMode,
    BgpUpdateMessage,
};

use super::{Decode, Encode};
use crate::Digest;

/// The header's octets, which the crate leaves to its caller.
const HEADER: usize = 19;

/// `zettabgp`.
#[derive(Debug)]
pub struct ZettaBgp(BgpSessionParams);

impl ZettaBgp {
    #[must_use]
    pub fn new() -> Self {
        let identifier = Ipv4Addr::new(192, 0, 2, 1);
        let mut session =
            BgpSessionParams::new(64512, 180, BgpTransportMode::IPv4, identifier, Vec::new());
        session.fuzzy_pathid = false;
        Self(session)
    }
}

impl Default for ZettaBgp {
    fn default() -> Self {
        Self::new()
    }
}

impl Decode for ZettaBgp {
    const NAME: &'static str = "zettabgp";

    fn digest(&self, message: &[u8]) -> Option<Digest> {
        let update = self.decode(message)?;
        let mut digest = Digest::default();
        for attribute in &update.attrs {
            value(attribute, &mut digest);
        }
        each(&update.updates, |address, length| {
            digest.announced(address, length)
        });
        each(&update.withdraws, |address, length| {
            digest.withdrawn(address, length)
        });
        Some(digest)
    }
}

fn value(attribute: &BgpAttrItem, digest: &mut Digest) {
    match attribute {
        BgpAttrItem::Origin(origin) => {
            digest.origin = match origin.value {
                BgpAttrOrigin::Igp => 0,
                BgpAttrOrigin::Egp => 1,
                BgpAttrOrigin::Incomplete => 2,
            }
        }
        BgpAttrItem::ASPath(path) => {
            for item in &path.value {
                match item {
                    BgpASitem::Seq(seq) => seq.value.iter().for_each(|asn| digest.asn(asn.value)),
                    BgpASitem::Set(set) => set.value.iter().for_each(|asn| digest.asn(asn.value)),
                }
            }
        }
        BgpAttrItem::NextHop(next_hop) => digest.next_hop(next_hop.value),
        BgpAttrItem::MED(med) => digest.med = med.value,
        BgpAttrItem::LocalPref(preference) => digest.local_pref = preference.value,
        BgpAttrItem::CommunityList(list) => {
            for community in &list.value {
                digest.community(community.value);
            }
        }
        BgpAttrItem::MPUpdates(updates) => {
            match &updates.nexthop {
                BgpAddr::V4(address) => digest.next_hop((*address).into()),
                BgpAddr::V6(address) => digest.next_hop((*address).into()),
                _ => {}
            }
            each(&updates.addrs, |address, length| {
                digest.announced(address, length)
            });
        }
        BgpAttrItem::MPWithdraws(withdraws) => {
            each(&withdraws.addrs, |address, length| {
                digest.withdrawn(address, length)
            });
        }
        _ => {}
    }
}

fn each(routes: &BgpAddrs, mut visit: impl FnMut(IpAddr, u8)) {
    match routes {
        BgpAddrs::IPV4U(nets) => {
            for net in nets {
                visit(net.addr.into(), net.prefixlen);
            }
        }
        BgpAddrs::IPV6U(nets) => {
            for net in nets {
                visit(net.addr.into(), net.prefixlen);
            }
        }
        _ => {}
    }
}

impl Encode for ZettaBgp {
    type Message = BgpUpdateMessage;

    fn decode(&self, message: &[u8]) -> Option<BgpUpdateMessage> {
        let mut update = BgpUpdateMessage::new();
        update.decode_from(&self.0, message.get(HEADER..)?).ok()?;
        Some(update)
    }

    fn encode(&self, message: &BgpUpdateMessage, out: &mut Vec<u8>) -> Option<usize> {
        let (header, body) = out.split_at_mut_checked(HEADER)?;
        let length = HEADER + message.encode_to(&self.0, body).ok()?;
        header[..16].fill(0xff);
        header[16..18].copy_from_slice(&u16::try_from(length).ok()?.to_be_bytes());
        header[18] = 2;
        Some(length)
    }
}
