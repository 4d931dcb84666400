//! Why the best route is best.
//!
//! The explanation asks the same code that decides: the same steps over the
//! same values, import policy once more with a trace. It can therefore not
//! disagree with the decision, and costs nothing until it is asked for.

use super::Rib;
use crate::DestinationView;
use crate::decision::{Explanation, Judged, Standing, Step, judge};
use crate::filter::{RouteSource, RouteView};
use crate::route::{Ineligible, Rejection, RouteInfo, Status};
use crate::routes::Route;
use bgp_wire::PeerType;

impl Rib {
    /// The best route to a destination and those that are as good as it in all that routing is about,
    /// each with another next hop: traffic may be spread over them. Equal are routes that nothing
    /// before the tie-breaks of RFC 4271 §9.1.2.2 f), g) and RFC 4456 §9 tells apart, as with BIRD's
    /// `merge paths`. The best one comes first, the others in order of peer and path identifier;
    /// none: there is no route. O(routes to it).
    ///
    /// With [`RibConfig::multipath`](crate::RibConfig::multipath) changes of all of them are told.
    #[must_use]
    pub fn multipath<'a>(&self, destination: impl Into<DestinationView<'a>>) -> Vec<RouteInfo> {
        let explained = self.explain(destination);
        let Some(best) = explained.best() else {
            return Vec::new();
        };
        let mut equal = vec![best.route.clone()];
        for judged in &explained.routes {
            let known =
                |held: &RouteInfo| held.attributes.next_hop == judged.route.attributes.next_hop;
            let same_path = judged.route.attributes.as_path == best.route.attributes.as_path;
            let equal_path = same_path || self.config.multipath_relax;
            if equal_path && is_tied(&judged.outcome) && !equal.iter().any(known) {
                equal.push(judged.route.clone());
            }
        }
        equal
    }

    /// Every route to exactly this destination and its fate. Computed on demand; nothing
    /// is stored for it. O(routes · steps).
    ///
    /// ```
    /// use bgp_rib::{Event, LocalOrigin, LocalRoute, Rib, RibConfig};
    /// use bgp_wire::Asn;
    ///
    /// let mut rib = Rib::new(RibConfig::new(Asn(64512), [10, 0, 0, 1].into()));
    /// let block: ipnet::IpNet = "192.168.0.0/26".parse()?;
    /// let _ = rib.apply(Event::Originate(LocalRoute::new(block, LocalOrigin::OwnBlock)));
    /// let explanation = rib.explain(&block);
    /// assert_eq!(explanation.decided_by(), None);
    /// assert_eq!(explanation.to_string(), "192.168.0.0/26 from here (own block): best, no rival\n");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn explain<'a>(&self, destination: impl Into<DestinationView<'a>>) -> Explanation {
        let view = destination.into();
        let place = self.table.find(&view).and_then(|id| self.table.get(id));
        let held = place.map_or(&[][..], |place| &*place.routes);
        let best = place.and_then(|place| place.best_route());
        let mut routes: Vec<&Route> = held.iter().collect();
        routes.sort_by_key(|route| (route.peer, route.path_id));
        let reasons: Vec<Option<Ineligible>> = routes
            .iter()
            .map(|route| self.ineligible(&view, route))
            .collect();
        let eligible: Vec<usize> = (0..routes.len())
            .filter(|position| matches!(reasons.get(*position), Some(None)))
            .collect();
        let candidates: Vec<_> = eligible
            .iter()
            .filter_map(|position| routes.get(*position))
            .map(|route| {
                let current = best.is_some_and(|best| best.is(route.peer, route.path_id));
                self.judge().candidate(route, current)
            })
            .collect();
        let mut standings = judge(&candidates, self.config.profile.steps()).into_iter();
        let judged = routes.iter().zip(reasons).filter_map(|(route, reason)| {
            let outcome = match reason {
                Some(reason) => Err(reason),
                None => Ok(placed(standings.next()?, &eligible)),
            };
            Some(Judged {
                route: self.info(view.to_destination(), route),
                outcome,
            })
        });
        Explanation {
            destination: view.to_destination(),
            routes: judged.collect(),
        }
    }

    fn ineligible(&self, view: &DestinationView<'_>, route: &Route) -> Option<Ineligible> {
        match route.status {
            Status::AsLoop => Some(Ineligible::AsLoop),
            Status::OriginatorLoop => Some(Ineligible::OriginatorLoop),
            Status::ClusterLoop => Some(Ineligible::ClusterLoop),
            Status::OwnNextHop => Some(Ineligible::OwnNextHop),
            Status::RouteLeak => Some(Ineligible::RouteLeak),
            Status::TooLarge => Some(Ineligible::TooLarge),
            Status::Rejected => self.rejection(view, route),
            Status::Usable if self.judge().is_eligible(route) => None,
            Status::Usable => Some(Ineligible::Unresolvable {
                next_hop: self.next_hops.address(route.next_hop),
            }),
        }
    }

    /// Asks the import chain once more, this time taking notes.
    fn rejection(&self, destination: &DestinationView<'_>, route: &Route) -> Option<Ineligible> {
        let peer = self.peers.get(route.peer?)?;
        let peer_type: PeerType = peer.peer_type;
        let received = route.received().to_path_attributes();
        let view = RouteView {
            destination: *destination,
            attributes: &received,
            source: RouteSource::Peer(peer_type),
            interface: self.next_hops.interface(route.next_hop),
            session: peer_type,
            rpki: self.rpki_state(
                &peer.config.import,
                destination,
                &received,
                self.config.local_as,
            ),
        };
        let chain = peer.config.import.clone();
        Some(Ineligible::Rejected(Box::new(Rejection {
            trace: chain.trace(&view),
            chain,
        })))
    }
}

/// The standing with positions among all routes instead of the eligible ones.
fn placed(standing: Standing, eligible: &[usize]) -> Standing {
    let place = |position: usize| eligible.get(position).copied().unwrap_or(position);
    match standing {
        Standing::Best { decided_by } => Standing::Best { decided_by },
        Standing::Lost { step, against } => Standing::Lost {
            step,
            against: place(against),
        },
        Standing::Tied { against } => Standing::Tied {
            against: place(against),
        },
    }
}

/// Whether a route lost by a tie-break only.
const fn is_tied(outcome: &Result<Standing, Ineligible>) -> bool {
    match outcome {
        Ok(Standing::Lost { step, .. }) => match step {
            Step::ClusterListLength
            | Step::Current
            | Step::Identifier
            | Step::PeerIdentifier
            | Step::PeerAddress
            | Step::PathId => true,
            Step::Preference
            | Step::Fresh
            | Step::LocalPref
            | Step::Local
            | Step::Aigp
            | Step::PathLength
            | Step::Origin
            | Step::Med
            | Step::External
            | Step::InteriorCost => false,
        },
        Ok(Standing::Tied { .. }) => true,
        Ok(Standing::Best { .. }) | Err(_) => false,
    }
}
