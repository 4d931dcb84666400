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

use super::adj_rib_out::{self, ToldRoutes};
use super::audience::Few;
use super::bucket::Queued;
use super::{Audience, Group, Told};
use crate::DestinationView;
use crate::export::{Exporter, Withheld};
use crate::routes::Route;
use crate::table::{Place, PrefixId, Table};
use bgp_wire::{FamilySet, Nlri, NlriBuf};
use std::sync::Arc;

/// Most destinations taken from the queue at a time: bounds the work of one
/// call, and is large enough to fill messages.
const BATCH: usize = 4096;

/// What sealing needs of the RIB.
pub(crate) struct SealContext<'a> {
    pub(crate) table: &'a mut Table,
    pub(crate) exporter: Exporter<'a>,
}

/// What members of a group should have heard of a destination.
#[derive(Default)]
struct Chosen {
    told: ToldRoutes,
    /// The NLRI of these, by path identifier; none where the prefix is all of them.
    nlri: Vec<(u32, Arc<NlriBuf>)>,
}

impl Group {
    /// Sorts the next waiting destinations into buckets.
    pub(crate) fn seal(&mut self, context: &mut SealContext<'_>) {
        self.pristine = false;
        for _ in 0..BATCH {
            let Some(id) = self.dirty.pop() else { return };
            let resend = self.resend.remove(id);
            if let Some(place) = context.table.get(id)
                && let Some(view) = context.table.view(id)
            {
                let Chosen { told, nlri } =
                    self.routes_to_tell(place, &view, &mut context.exporter);
                match view {
                    DestinationView::Prefix(prefix) => {
                        let wording = PrefixWording(Nlri::unicast(prefix));
                        self.tell(id, &wording, &told, resend);
                    }
                    DestinationView::Nlri(_) => {
                        let before = self.told.replace_nlri(id, nlri.clone());
                        let wording = NlriWording { now: nlri, before };
                        self.tell(id, &wording, &told, resend);
                    }
                }
            }
            if let Some(readers) = &mut self.readers {
                readers.mark(id, context.table);
            }
            context.table.unreference(id);
        }
    }

    /// The best route, or several with ADD-PATH, as members of this group hear of them.
    fn routes_to_tell(
        &mut self,
        place: &Place,
        view: &DestinationView<'_>,
        exporter: &mut Exporter<'_>,
    ) -> Chosen {
        let (routes, best) = (&*place.routes, place.best_route());
        let mut chosen = Chosen::default();
        if let Some(most) = self.key.most_paths(place.family()) {
            for at in exporter.judge().choose_several(routes, best, most) {
                if let Some(route) = routes.get(at) {
                    let _ = self.choose(&mut chosen, view, route, route.local_path_id, exporter);
                }
            }
            return chosen;
        }
        let Some(best) = best else { return chosen };
        let refused = self.choose(&mut chosen, view, best, 0, exporter);
        if refused == Err(Withheld::NotReflected) && self.key.best_external {
            let external = exporter.judge().choose_external(routes, Some(best));
            if let Some(route) = external.and_then(|at| routes.get(at)) {
                let _ = self.choose(&mut chosen, view, route, 0, exporter);
            }
        }
        chosen
    }

    /// Adds a route to what is told, if it may be.
    fn choose(
        &mut self,
        chosen: &mut Chosen,
        view: &DestinationView<'_>,
        route: &Route,
        path_id: u32,
        exporter: &mut Exporter<'_>,
    ) -> Result<(), Withheld> {
        let attributes = exporter.export(&self.key, &mut self.memo, view, route)?;
        chosen.told.push(Told {
            attributes,
            peer: route.peer,
            path_id,
        });
        let nlri = route.nlri().map(|nlri| (path_id, Arc::clone(nlri)));
        chosen.nlri.extend(nlri);
        Ok(())
    }

    /// Replaces what was told of a destination and puts the differences into
    /// buckets.
    fn tell<W: Wording>(&mut self, id: PrefixId, wording: &W, routes: &ToldRoutes, resend: bool) {
        let before = self.told.replace(id, routes);
        let add_path = self.key.context.add_path_send;
        let Self {
            members, buckets, ..
        } = self;
        for old in &before {
            if routes.iter().all(|new| new.path_id != old.path_id)
                && let Some(nlri) = wording.before(old.path_id, add_path)
            {
                buckets.withdraw(nlri, Audience::Except(members.excluded(old)));
            }
        }
        for new in routes {
            let Some(nlri) = wording.now(new.path_id, add_path) else {
                continue;
            };
            let reworded = wording.differs(new.path_id);
            let old = before.iter().find(|old| old.path_id == new.path_id);
            if !resend && !reworded && old.is_some_and(|old| old.same(new)) {
                continue;
            }
            let excluded = members.excluded(new);
            let heard_before = old.map(|old| members.excluded(old));
            let unchanged = !reworded && old.is_some_and(|old| old.attributes == new.attributes);
            // A member that heard the old route and must not hear the new one.
            for peer in missing(&excluded, heard_before.as_ref()) {
                buckets.withdraw(nlri.clone(), Audience::Only(peer));
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
                    buckets.announce(nlri.clone(), &new.attributes, Audience::Only(peer));
                }
            }
        }
    }
}

/// How the routes to a destination are named on the wire, by path identifier.
trait Wording {
    type Nlri: Queued + Clone;

    /// The NLRI to announce.
    fn now(&self, path_id: u32, add_path: FamilySet) -> Option<Self::Nlri>;

    /// The NLRI that was announced.
    fn before(&self, path_id: u32, add_path: FamilySet) -> Option<Self::Nlri>;

    /// Whether a route has another NLRI than before: another label, say.
    fn differs(&self, path_id: u32) -> bool;
}

/// Of a prefix all routes have one.
struct PrefixWording(Nlri);

impl Wording for PrefixWording {
    type Nlri = Nlri;

    fn now(&self, path_id: u32, add_path: FamilySet) -> Option<Nlri> {
        let path_id = add_path.contains(self.0.family).then_some(path_id);
        Some(Nlri { path_id, ..self.0 })
    }

    fn before(&self, path_id: u32, add_path: FamilySet) -> Option<Nlri> {
        self.now(path_id, add_path)
    }

    fn differs(&self, _: u32) -> bool {
        false
    }
}

/// Of another destination each has its own.
struct NlriWording {
    now: Vec<(u32, Arc<NlriBuf>)>,
    before: Vec<(u32, Arc<NlriBuf>)>,
}

impl Wording for NlriWording {
    type Nlri = NlriBuf;

    fn now(&self, path_id: u32, add_path: FamilySet) -> Option<NlriBuf> {
        with_path_id(adj_rib_out::find(&self.now, path_id)?, path_id, add_path)
    }

    fn before(&self, path_id: u32, add_path: FamilySet) -> Option<NlriBuf> {
        with_path_id(adj_rib_out::find(&self.before, path_id)?, path_id, add_path)
    }

    fn differs(&self, path_id: u32) -> bool {
        adj_rib_out::find(&self.now, path_id) != adj_rib_out::find(&self.before, path_id)
    }
}

fn with_path_id(nlri: &NlriBuf, path_id: u32, add_path: FamilySet) -> Option<NlriBuf> {
    let path_id = add_path.contains(nlri.family()).then_some(path_id);
    Some(nlri.clone().with_path_id(path_id))
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
