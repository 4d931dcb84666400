//! Origin validation of the routes that are here (RFC 6811, RFC 8893).

use super::Rib;
use super::event::ChangeLog;
use crate::group::GroupId;
use crate::rpki::{self, RpkiState, Vrp, VrpTable};
use crate::table::PrefixId;
use crate::{DestinationView, FilterChain, PeerId, PrefixList, PrefixMatcher, PrefixOperator};
use bgp_wire::{Asn, PathAttributes};

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
        destination: &DestinationView<'_>,
        attributes: &PathAttributes,
        own: Asn,
    ) -> RpkiState {
        // Origin validation is about unicast (RFC 6811 §2).
        match destination.unicast().filter(|_| chain.asks_rpki()) {
            Some(prefix) => {
                (self.vrps).validate(&prefix, rpki::origin_of(&attributes.as_path, own))
            }
            None => RpkiState::NotFound,
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
        let is_covered = |id: &PrefixId| {
            let prefix = self.table.view(*id).and_then(|view| view.unicast());
            prefix.is_some_and(|prefix| changed.contains(&prefix))
        };
        let all = self.table.iter().map(|(id, _)| id);
        let covered: Vec<PrefixId> = all.filter(is_covered).collect();
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
