//! Another plan for a speaker that runs: what differs is done, and no session is reset that
//! need not be.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::time::Instant;

use bgp_rib::{Destination, Rib, RibConfig};
use bgp_session::{Applied, ConfigError, ResetReason, Session, StopReason};

use super::{LocalRoute, Peering, Range, Speaker};
use crate::plan::{PeeringPlan, RangePlan, SpeakerPlan};

impl Speaker {
    /// Takes another plan. Peers go by their addresses: who is new is dialled, who is missing is
    /// told Cease / Peer De-configured, and the session of who is in both goes on, unless its
    /// OPEN, its protection or its addresses would be others (then Cease / Other Configuration
    /// Change). Policies and timers hold at once. Another AS, identifier or cluster id of the speaker
    /// resets all sessions.
    ///
    /// Where the speaker listens is for whoever holds its sockets.
    ///
    /// # Errors
    ///
    /// A session's configuration breaks a rule. Nothing has changed then.
    pub fn reconfigure(&mut self, now: Instant, plan: SpeakerPlan) -> Result<(), ConfigError> {
        let plan = if self.restarted {
            plan.restarted()
        } else {
            plan
        };
        check(&plan)?;
        if *self.rib.config() != plan.rib {
            self.replace_rib(now, plan.rib.clone());
        }
        self.name.clone_from(&plan.name);
        if self.forwarding != plan.forwarding {
            let old = std::mem::replace(&mut self.forwarding, plan.forwarding.clone());
            let static_routes = old.reachable_by.into_keys();
            let static_routes = static_routes.chain(self.forwarding.reachable_by.keys().copied());
            let learned = self.rib.loc_rib();
            let learned = learned.filter_map(|route| route.destination.as_unicast());
            let all = static_routes.chain(learned);
            self.touched.extend(all.filter(|_| plan.rib.multipath));
        }
        self.retire_missing(now, &plan);
        self.replace_ranges(now, plan.ranges)?;
        for peering in plan.peerings {
            match self.position(peering.session.remote.ip()) {
                Some(index) => self.change(now, index, peering)?,
                None => self.add(now, peering)?,
            }
        }
        self.replace_routes(now, plan.originate);
        Ok(())
    }

    /// The session with the peer at this address.
    fn position(&self, remote: IpAddr) -> Option<usize> {
        let is_it =
            |peering: &Peering| !peering.retired && peering.plan.session.remote.ip() == remote;
        self.peerings.iter().position(is_it)
    }

    /// Ends the sessions with peers that the plan does not have.
    fn retire_missing(&mut self, now: Instant, plan: &SpeakerPlan) {
        let stays = |peering: &Peering| {
            let remote = peering.plan.session.remote.ip();
            let named = plan
                .peerings
                .iter()
                .any(|it| it.session.remote.ip() == remote);
            // A peer of a range stays with its range.
            let ranges = plan.ranges.iter().map(|range| range.range);
            let mut of_kept =
                ranges.filter(|range| self.ranges.iter().any(|it| it.plan.range == *range));
            named || of_kept.any(|range| range.contains(&remote))
        };
        let indices = (0..).zip(&self.peerings);
        let missing = indices.filter(|(_, peering)| !peering.retired && !stays(peering));
        let missing: Vec<usize> = missing.map(|(index, _)| index).collect();
        for index in missing {
            self.retire(now, index);
        }
    }

    /// Ends a session for good. Its place is taken by another once its connections are closed.
    fn retire(&mut self, now: Instant, index: usize) {
        self.with_session(index, now, |session| {
            session.stop(now, StopReason::PeerDeconfigured);
        });
        let Some(peering) = self.peerings.get_mut(index) else {
            return;
        };
        peering.retired = true;
        let peer = peering.peer();
        let changes = self.rib.remove_peer(peer);
        self.note(now, changes);
        for range in &mut self.ranges {
            range.members.retain(|member| *member != index);
        }
    }

    /// The ranges of the plan, with the peers that are here already.
    fn replace_ranges(&mut self, now: Instant, plans: Vec<RangePlan>) -> Result<(), ConfigError> {
        let old = std::mem::take(&mut self.ranges);
        for plan in plans {
            let known = old.iter().find(|range| range.plan.range == plan.range);
            let members = known.map(|range| range.members.clone()).unwrap_or_default();
            for index in &members {
                let remote = self
                    .peerings
                    .get(*index)
                    .map(|it| it.plan.session.remote.ip());
                if let Some(remote) = remote {
                    self.change(now, *index, plan.for_peer(remote))?;
                }
            }
            self.ranges.push(Range { plan, members });
        }
        Ok(())
    }

    fn add(&mut self, now: Instant, mut plan: PeeringPlan) -> Result<(), ConfigError> {
        plan.peer.graceful_shutdown = self.draining;
        let mut peering = Peering::new(plan, &mut self.rib)?;
        peering.session.start(now);
        let vacant = (0..self.peerings.len()).find(|index| self.is_vacant(*index));
        let index = vacant.unwrap_or(self.peerings.len());
        match self.peerings.get_mut(index) {
            Some(place) => *place = peering,
            None => self.peerings.push(peering),
        }
        self.settle(index, now);
        Ok(())
    }

    /// Whether a place has no peer any more, and no connection that is being closed.
    fn is_vacant(&self, index: usize) -> bool {
        self.peerings
            .get(index)
            .is_some_and(|peering| peering.retired)
            && self.names.get(&index).is_none_or(Vec::is_empty)
    }

    fn change(&mut self, now: Instant, index: usize, plan: PeeringPlan) -> Result<(), ConfigError> {
        let Some(peering) = self.peerings.get_mut(index) else {
            return Ok(());
        };
        let old = std::mem::replace(&mut peering.plan, plan.clone());
        let peer = peering.peer();
        // Policy first: a session that is reset comes back under it.
        let mut config = plan.peer;
        config.graceful_shutdown = self.draining;
        let changes = self.rib.reconfigure_peer(peer, config);
        self.note(now, changes);
        let below = old.security != plan.security || old.local != plan.local;
        let applied = self.with_session(index, now, |session| {
            let applied = session.reconfigure(now, plan.session)?;
            if below && applied == Applied::InPlace {
                session.reset(now, ResetReason::ConfigurationChange);
            }
            Ok(())
        });
        applied.unwrap_or(Ok(()))
    }

    /// Starts again from no routes: what the RIB is for has changed.
    fn replace_rib(&mut self, now: Instant, config: RibConfig) {
        for index in 0..self.peerings.len() {
            self.with_session(index, now, |session| {
                session.reset(now, ResetReason::ConfigurationChange);
            });
        }
        let gone = self.rib.loc_rib();
        let gone = gone.filter_map(|route| route.destination.as_unicast());
        self.touched.extend(gone.filter(|_| config.multipath));
        self.rib = Rib::new(config);
        self.own.clear();
        for peering in self.peerings.iter_mut().filter(|peering| !peering.retired) {
            peering.join(&mut self.rib);
        }
    }

    /// Originates what the plan has, and nothing else.
    fn replace_routes(&mut self, now: Instant, routes: Vec<LocalRoute>) {
        let wanted: BTreeMap<Destination, LocalRoute> = routes
            .into_iter()
            .map(|route| (route.destination.clone(), route))
            .collect();
        let gone = self
            .own
            .keys()
            .filter(|destination| !wanted.contains_key(destination));
        for destination in gone.cloned().collect::<Vec<_>>() {
            self.withdraw(now, destination);
        }
        for (destination, route) in wanted {
            if self.own.get(&destination) != Some(&route) {
                self.originate(now, route);
            }
        }
    }
}

/// Whether all sessions could be made.
fn check(plan: &SpeakerPlan) -> Result<(), ConfigError> {
    let ranges = plan.ranges.iter().map(|range| &range.peering);
    for peering in plan.peerings.iter().chain(ranges) {
        let _fits = Session::new(peering.session.clone())?;
    }
    Ok(())
}
