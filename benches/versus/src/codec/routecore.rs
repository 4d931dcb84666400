use std::net::IpAddr;

use routecore::bgp::aspath::Hop;
use routecore::bgp::message::update::{SessionConfig, UpdateMessage};
use routecore::bgp::nlri::afisafi::{IsPrefix, Nlri};
use routecore::bgp::types::NextHop;

use super::Decode;
use crate::Digest;

/// `routecore`, by its lazy accessors.
#[derive(Debug)]
pub struct Routecore(SessionConfig);

impl Routecore {
    #[must_use]
    pub fn new() -> Self {
        Self(SessionConfig::modern())
    }
}

impl Default for Routecore {
    fn default() -> Self {
        Self::new()
    }
}

impl Decode for Routecore {
    const NAME: &'static str = "routecore";

    fn digest(&self, message: &[u8]) -> Option<Digest> {
        let update = UpdateMessage::from_octets(message, &self.0).ok()?;
        let mut digest = Digest::default();
        digest.origin = update.origin().ok()?.map_or(0, u8::from);
        if let Some(path) = update.aspath().ok()? {
            for hop in path.hops() {
                match hop {
                    Hop::Asn(asn) => digest.asn(asn.into_u32()),
                    Hop::Segment(segment) => {
                        segment.asns().for_each(|asn| digest.asn(asn.into_u32()));
                    }
                }
            }
        }
        digest.med = update.multi_exit_disc().ok()?.map_or(0, |med| med.0);
        digest.local_pref = update
            .local_pref()
            .ok()?
            .map_or(0, |preference| preference.0);
        for next_hop in [
            update.conventional_next_hop().ok()?,
            update.mp_next_hop().ok()?,
        ] {
            match next_hop {
                Some(NextHop::Unicast(address)) => digest.next_hop(address),
                Some(NextHop::Ipv6LL { global, .. }) => digest.next_hop(global.into()),
                _ => {}
            }
        }
        for community in update.communities().ok()?.into_iter().flatten() {
            digest.community(community.to_u32());
        }
        for nlri in update.announcements().ok()? {
            if let Some((address, length)) = prefix(&nlri.ok()?) {
                digest.announced(address, length);
            }
        }
        for nlri in update.withdrawals().ok()? {
            if let Some((address, length)) = prefix(&nlri.ok()?) {
                digest.withdrawn(address, length);
            }
        }
        Some(digest)
    }
}

fn prefix<O>(nlri: &Nlri<O>) -> Option<(IpAddr, u8)> {
    let prefix = match nlri {
        Nlri::Ipv4Unicast(nlri) => nlri.prefix(),
        Nlri::Ipv6Unicast(nlri) => nlri.prefix(),
        _ => return None,
    };
    Some((prefix.addr(), prefix.len()))
}
