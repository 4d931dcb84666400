//! Routes originated here, and news of next hops.
//!
//! A route originated here without a next hop depends on the entry `OWN`, which
//! is reachable at cost 0. With one, as third-party routes of the kernel have
//! it, it is eligible only while that next hop is.

use super::Rib;
use super::event::ChangeLog;
use crate::next_hop::NextHopId;
use crate::route::Status;
use crate::routes::{More, Route};
use crate::table::{Place, PrefixId};
use crate::{LocalRoute, Reachability};
use bgp_wire::PathAttributes;
use std::net::IpAddr;
use std::sync::Arc;

impl Rib {
    pub(super) fn originate(&mut self, local: LocalRoute, log: &mut ChangeLog) {
        let held = self.next_hops.hold(local.attributes.next_hop);
        let (attributes, status) = match self.store.intern(&local.attributes) {
            Ok(attributes) => (attributes, Status::Usable),
            // Explained, at least.
            Err(_) => match self.store.intern(&PathAttributes::default()) {
                Ok(attributes) => (attributes, Status::TooLarge),
                Err(_) => return,
            },
        };
        let view = local.destination.view().truncated();
        let Some(id) = self.table.place(view) else {
            return;
        };
        let nlri = view.to_nlri();
        let route = Route {
            peer: None,
            path_id: 0,
            local_path_id: 0,
            next_hop: held.unwrap_or(NextHopId::OWN),
            effective: attributes.clone(),
            more: Some(Arc::new(More {
                received: attributes,
                origin: Some(Arc::new(local.origin)),
                preference: local.preference,
                nlri,
            })),
            status,
            parity: false,
        };
        self.put(id, route, log);
        if let Some(next_hop) = held {
            self.next_hops.release(next_hop);
        }
    }

    /// Decides anew about every destination that depends on the next hop. Its
    /// interface may matter to export filters, so all of them are judged anew.
    pub(super) fn next_hop_news(
        &mut self,
        address: IpAddr,
        reachability: Option<Reachability>,
        log: &mut ChangeLog,
    ) {
        let mut dependent = self.next_hops.report(address, reachability);
        // The reverse index is a superset: some of these places may be free.
        let is_in_use = |id: &PrefixId| self.table.get(*id).is_some_and(Place::is_in_use);
        dependent.retain(is_in_use);
        self.reimport_by_interface(&dependent, log);
        for id in dependent {
            self.change(id, log, |_| {});
            self.mark(id, true);
        }
    }
}
