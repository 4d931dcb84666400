//! Origin validation of the routes that are here (RFC 6811, RFC 8893).

use super::Rib;
use super::event::ChangeLog;
use crate::group::GroupId;
use crate::rpki::{self, RpkiState, Vrp, VrpTable};
use crate::table::PrefixId;
use crate::{FilterChain, PeerId, PrefixList, PrefixMatcher, PrefixOperator};
use bgp_wire::{Asn, PathAttributes};
use ipnet::IpNet;

impl Rib {
    /// The payloads that [`Event::Rpki`](crate::Event::Rpki) brought.
    #[must_use]
    pub const fn vrps(&self) -> &VrpTable {
        &self.vrps
    }

    /// The state of a route, for a chain that asks.
    pub(super) fn rpki_state(
        &self,
        chain: &FilterChain,
        prefix: &IpNet,
        attributes: &PathAttributes,
        own: Asn,
    ) -> RpkiState {
        match chain.asks_rpki() {
            true => (self.vrps).validate(prefix, rpki::origin_of(&attributes.as_path, own)),
            false => RpkiState::NotFound,
        }
    }

    pub(super) fn rpki_changed(&mut self, added: &[Vrp], removed: &[Vrp], log: &mut ChangeLog) {
        let gone: Vec<&Vrp> = removed.iter().filter(|vrp| self.vrps.remove(vrp)).collect();
        let new: Vec<&Vrp> = added.iter().filter(|vrp| self.vrps.insert(**vrp)).collect();
        let changed = gone.into_iter().chain(new);
        let changed: PrefixList = changed
            .map(|vrp| PrefixMatcher::new(vrp.prefix, PrefixOperator::In))
            .collect();
        if changed.entries().is_empty() {
            return;
        }
        let all = self.table.iter();
        let covered = all.filter(|(_, destination)| changed.contains(&destination.prefix));
        let covered: Vec<PrefixId> = covered.map(|(id, _)| id).collect();
        let asking = self.peers.iter();
        let asking = asking.filter(|(_, peer)| peer.config.import.asks_rpki());
        for peer in asking.map(|(id, _)| id).collect::<Vec<PeerId>>() {
            self.reimport_at(peer, &covered, log);
        }
        let groups = self.groups.iter();
        let asking = groups.filter(|(_, group)| group.key.export.asks_rpki());
        for id in asking.map(|(id, _)| id).collect::<Vec<GroupId>>() {
            self.mark_these(id, &covered, false);
        }
    }
}
