use rustbgpd_wire::attribute::{AsPathSegment, PathAttribute};
use rustbgpd_wire::nlri::{NlriEntry, Prefix};
use rustbgpd_wire::update::UpdateMessage;

use super::Decode;
use crate::Digest;

const HEADER: usize = 19;

/// `rustbgpd-wire`, with the error handling of RFC 7606, as ours.
#[derive(Clone, Copy, Debug)]
pub struct Rustbgpd;

impl Decode for Rustbgpd {
    const NAME: &'static str = "rustbgpd";

    fn digest(&self, message: &[u8]) -> Option<Digest> {
        let mut body = message.get(HEADER..)?;
        let length = body.len();
        let update = UpdateMessage::decode(&mut body, length).ok()?;
        let update = update.parse_revised(true, true, false, &[]).ok()?.update;
        let mut digest = Digest::default();
        for attribute in &update.attributes {
            value(attribute, &mut digest);
        }
        for route in &update.announced {
            digest.announced_v4(route.prefix.addr, route.prefix.len);
        }
        for route in &update.withdrawn {
            digest.withdrawn_v4(route.prefix.addr, route.prefix.len);
        }
        Some(digest)
    }
}

fn value(attribute: &PathAttribute, digest: &mut Digest) {
    match attribute {
        PathAttribute::Origin(origin) => digest.origin = *origin as u8,
        PathAttribute::AsPath(path) => {
            for segment in &path.segments {
                let (AsPathSegment::AsSet(asns) | AsPathSegment::AsSequence(asns)) = segment;
                asns.iter().for_each(|asn| digest.asn(*asn));
            }
        }
        PathAttribute::NextHop(address) => digest.next_hop((*address).into()),
        PathAttribute::Med(med) => digest.med = *med,
        PathAttribute::LocalPref(preference) => digest.local_pref = *preference,
        PathAttribute::Communities(communities)
        | PathAttribute::CommunitiesPartial(communities) => {
            communities
                .iter()
                .for_each(|community| digest.community(*community));
        }
        PathAttribute::MpReachNlri(reach) => {
            digest.next_hop(reach.next_hop);
            each(&reach.announced, |address, length| {
                digest.announced(address, length)
            });
        }
        PathAttribute::MpUnreachNlri(unreach) => {
            each(&unreach.withdrawn, |address, length| {
                digest.withdrawn(address, length)
            });
        }
        _ => {}
    }
}

fn each(routes: &[NlriEntry], mut visit: impl FnMut(std::net::IpAddr, u8)) {
    for route in routes {
        match route.prefix {
            Prefix::V4(prefix) => visit(prefix.addr.into(), prefix.len),
            Prefix::V6(prefix) => visit(prefix.addr.into(), prefix.len),
        }
    }
}
