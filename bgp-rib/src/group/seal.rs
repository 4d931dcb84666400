//! From changed destinations to buckets: policy, comparison, sorting.
//!
//! For each destination, what members should have heard now is compared with
//! what they were told, path identifier by path identifier:
//!
//! | told before | now | the group hears | single members hear |
//! |---|---|---|---|
//! | yes | no | a withdrawal, but for those who never heard it | – |
//! | no | yes | an announcement, but for those it is kept from | – |
//! | yes | other attributes | an announcement, likewise | a withdrawal, if the new one is kept from them |
//! | yes | the same from another source | nothing | the announcement, if the old one was kept from them; a withdrawal, if the new one is |
//!
//! The last line is why a sender is part of what was told: two reflected routes
//! may look alike, and yet the sender of one may hear of the other.

use super::adj_rib_out::ToldRoutes;
use super::audience::Few;
use super::{Audience, Group, Told};
use crate::export::{Exporter, Withheld, family_of};
use crate::routes::Route;
use crate::table::{Destination, PrefixId, Table};
use bgp_wire::Nlri;
use ipnet::IpNet;

/// Most destinations taken from the queue at a time: bounds the work of one
/// call, and is large enough to fill messages.
const BATCH: usize = 4096;

/// What sealing needs of the RIB.
pub(crate) struct SealContext<'a> {
    pub(crate) table: &'a mut Table,
    pub(crate) exporter: Exporter<'a>,
}

impl Group {
    /// Sorts the next waiting destinations into buckets.
    pub(crate) fn seal(&mut self, context: &mut SealContext<'_>) {
        self.pristine = false;
        for _ in 0..BATCH {
            let Some(id) = self.dirty.pop() else { return };
            let resend = self.resend.remove(id);
            if let Some(destination) = context.table.get(id) {
                let routes = self.routes_to_tell(destination, &mut context.exporter);
                let prefix = destination.prefix;
                self.tell(id, prefix, routes, resend);
            }
            context.table.unreference(id);
        }
    }

    /// The best route, or several with ADD-PATH, as members of this group hear of them.
    fn routes_to_tell(
        &mut self,
        destination: &Destination,
        exporter: &mut Exporter<'_>,
    ) -> ToldRoutes {
        let family = family_of(&destination.prefix);
        let (routes, best) = (&*destination.routes, destination.best_route());
        let mut told = ToldRoutes::new();
        if let Some(most) = self.key.most_paths(family) {
            for at in exporter.judge().choose_several(routes, best, most) {
                if let Some(route) = routes.get(at)
                    && let Ok(one) = self.tell_of(destination, route, route.local_path_id, exporter)
                {
                    told.push(one);
                }
            }
            return told;
        }
        let Some(best) = best else { return told };
        match self.tell_of(destination, best, 0, exporter) {
            Ok(one) => told.push(one),
            Err(Withheld::NotReflected) if self.key.best_external => {
                let external = exporter.judge().choose_external(routes, Some(best));
                let external = external.and_then(|at| routes.get(at));
                let one = external.map(|route| self.tell_of(destination, route, 0, exporter));
                told.extend(one.and_then(Result::ok));
            }
            Err(_) => {}
        }
        told
    }

    fn tell_of(
        &mut self,
        destination: &Destination,
        route: &Route,
        path_id: u32,
        exporter: &mut Exporter<'_>,
    ) -> Result<Told, Withheld> {
        let made = exporter.export(&self.key, &mut self.memo, &destination.prefix, route);
        made.map(|attributes| Told {
            attributes,
            peer: route.peer,
            path_id,
        })
    }

    /// Replaces what was told of a destination and puts the differences into
    /// buckets.
    fn tell(&mut self, id: PrefixId, prefix: IpNet, routes: ToldRoutes, resend: bool) {
        let before = self.told.replace(id, &routes);
        let mut nlri = Nlri::unicast(prefix);
        let family = family_of(&prefix);
        let add_path = self.key.context.add_path_send.contains(family);
        let Self {
            members, buckets, ..
        } = self;
        for old in &before {
            if routes.iter().all(|new| new.path_id != old.path_id) {
                nlri.path_id = add_path.then_some(old.path_id);
                buckets.withdraw(nlri, Audience::Except(members.excluded(old)));
            }
        }
        for new in &routes {
            nlri.path_id = add_path.then_some(new.path_id);
            let old = before.iter().find(|old| old.path_id == new.path_id);
            if !resend && old.is_some_and(|old| old.same(new)) {
                continue;
            }
            let excluded = members.excluded(new);
            let heard_before = old.map(|old| members.excluded(old));
            let unchanged = old.is_some_and(|old| old.attributes == new.attributes);
            // A member that heard the old route and must not hear the new one.
            for peer in missing(&excluded, heard_before.as_ref()) {
                buckets.withdraw(nlri, Audience::Only(peer));
            }
            if resend || !unchanged {
                buckets.announce(nlri, &new.attributes, Audience::Except(excluded));
            } else {
                // Only who could not hear the old route hears anything new.
                for peer in heard_before
                    .into_iter()
                    .flatten()
                    .filter(|peer| !excluded.contains(peer))
                {
                    buckets.announce(nlri, &new.attributes, Audience::Only(peer));
                }
            }
        }
    }
}

/// Those of `excluded` who were not excluded `before` (`None`: nobody had heard
/// anything, so nobody has to unlearn it).
fn missing<'a>(
    excluded: &'a Few,
    before: Option<&'a Few>,
) -> impl Iterator<Item = crate::PeerId> + 'a {
    let had = before.map(|before| excluded.iter().filter(|peer| !before.contains(peer)));
    had.into_iter().flatten().copied()
}
