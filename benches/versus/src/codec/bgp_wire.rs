use bgp_wire::{Context, FamilySet, PeerType, Update, UpdateView};
use ipnet::IpNet;

use super::{Decode, Encode};
use crate::Digest;

/// Ours, with every fault classified as RFC 7606 asks.
#[derive(Clone, Copy, Debug)]
pub struct BgpWire(Context);

impl BgpWire {
    #[must_use]
    pub fn new() -> Self {
        let mut context = Context::new(PeerType::Internal);
        context.families = FamilySet::all();
        Self(context)
    }
}

impl Default for BgpWire {
    fn default() -> Self {
        Self::new()
    }
}

impl Decode for BgpWire {
    const NAME: &'static str = "bgp-wire";

    fn digest(&self, message: &[u8]) -> Option<Digest> {
        let update = UpdateView::scan(message, &self.0).ok()?;
        let mut digest = Digest::default();
        digest.origin = update.origin().map_or(0, |origin| origin.code());
        if let Some(path) = update.as_path() {
            path.iter_asns().for_each(|asn| digest.asn(asn.0));
        }
        digest.med = update.med().unwrap_or(0);
        digest.local_pref = update.local_pref().unwrap_or(0);
        if let Some(next_hop) = update.next_hop_attribute() {
            digest.next_hop(next_hop.into());
        }
        if let Some(next_hop) = update.mp_reach().and_then(|reach| reach.next_hop()) {
            digest.next_hop(next_hop.addr());
        }
        for community in update.communities() {
            digest.community(community.0);
        }
        update.reachable().for_each(|nlri| match nlri.prefix {
            IpNet::V4(net) => digest.announced_v4(net.addr(), net.prefix_len()),
            IpNet::V6(net) => digest.announced(net.addr().into(), net.prefix_len()),
        });
        update.unreachable().for_each(|nlri| match nlri.prefix {
            IpNet::V4(net) => digest.withdrawn_v4(net.addr(), net.prefix_len()),
            IpNet::V6(net) => digest.withdrawn(net.addr().into(), net.prefix_len()),
        });
        Some(digest)
    }
}

impl Encode for BgpWire {
    type Message = Update;

    fn decode(&self, message: &[u8]) -> Option<Update> {
        Some(Update::from(&UpdateView::scan(message, &self.0).ok()?))
    }

    fn encode(&self, message: &Update, out: &mut Vec<u8>) -> Option<usize> {
        message.encode(&self.0, out).ok()
    }
}
