//! One session of a speaker and what belongs to it.

use std::net::{IpAddr, SocketAddr};
use std::num::NonZeroU16;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bgp_rib::{Changes, PeerId, Rib};
use bgp_session::{
    ConfigError, ConnId, Event, Family, FamilySet, Negotiated, Session, State, UpdateView,
};

use super::{Notice, Seen};
use crate::plan::PeeringPlan;

/// How long a peer that has begun to send all its routes again may take (RFC 7313 §4).
const REFRESH: Duration = Duration::from_secs(600);

/// One session of a speaker.
#[derive(Debug)]
pub struct Peering {
    /// What it was made from.
    pub plan: PeeringPlan,
    pub(super) session: Session,
    pub(super) routes: PeerRoutes,
    /// Families in which the peer is being told everything again (RFC 7313 §4).
    refreshing: FamilySet,
    /// Until when news of routes waits for more of it.
    pub(super) held_until: Option<Instant>,
    /// The plan has it no longer: it has ended, or is about to.
    pub(super) retired: bool,
}

/// What a session is to the RIB.
#[derive(Debug)]
pub(super) struct PeerRoutes {
    pub(super) peer: PeerId,
    /// What the last session agreed on; it outlives the session.
    negotiated: Option<Arc<Negotiated>>,
    /// Until when routes of a session that was lost are kept (RFC 4724 §4.2).
    stale_until: Option<Instant>,
    /// Until when routes of a family are kept after that (RFC 9494 §4.3).
    long_stale_until: Vec<(Family, Instant)>,
    /// Families of which the peer has yet to send the end of its first routes; `None` before
    /// its first session.
    awaited: Option<FamilySet>,
}

/// What an event of a session asks for.
pub(super) enum Outcome {
    /// A connection.
    Dial(ConnId, SocketAddr),
    /// A connection less.
    Close(ConnId),
    /// Word for the one who watches, and what it changed in the RIB.
    Told(Option<Notice>, Changes),
    /// The same, with what a monitoring station is to know.
    Seen(Seen, Option<Notice>, Changes),
}

impl Peering {
    /// The session.
    #[must_use]
    pub const fn session(&self) -> &Session {
        &self.session
    }

    /// The peer in the RIB.
    #[must_use]
    pub const fn peer(&self) -> PeerId {
        self.routes.peer
    }

    pub(super) fn new(plan: PeeringPlan, rib: &mut Rib) -> Result<Self, ConfigError> {
        let session = Session::new(plan.session.clone())?;
        let routes = PeerRoutes::new(rib.add_peer(plan.peer.clone()));
        Ok(Self {
            plan,
            session,
            routes,
            refreshing: FamilySet::empty(),
            held_until: None,
            retired: false,
        })
    }

    /// Belongs to this RIB from now on.
    pub(super) fn join(&mut self, rib: &mut Rib) {
        self.routes = PeerRoutes::new(rib.add_peer(self.plan.peer.clone()));
    }

    /// The next event of the session, seen to as far as the RIB is concerned.
    ///
    /// `watched`: a monitoring station is to know.
    pub(super) fn next_outcome(
        &mut self,
        now: Instant,
        rib: &mut Rib,
        watched: bool,
    ) -> Option<Outcome> {
        let event = self.session.poll_event(now)?;
        let name = || self.plan.name.clone();
        if let Some(notice) = notice(&self.plan.name, &event) {
            return Some(Outcome::told(notice));
        }
        #[expect(
            clippy::wildcard_enum_match_arm,
            reason = "the enum may grow; what is not known here changes nothing"
        )]
        let changes = match event {
            Event::Dial { conn, remote } => return Some(Outcome::Dial(conn, remote)),
            Event::Close { conn } => return Some(Outcome::Close(conn)),
            Event::Down { reason, retain } => {
                let seen = self.routes.seen_by(watched);
                let seen = seen.map(|negotiated| Seen::Down(negotiated, reason.clone()));
                let notice = Some(Notice::Down {
                    peering: name(),
                    reason,
                });
                return Some(Outcome::of(
                    seen,
                    notice,
                    self.routes.down(now, retain, rib),
                ));
            }
            Event::Established(negotiated) => {
                self.held_until = None;
                self.refreshing = FamilySet::empty();
                let seen = watched.then(|| Seen::Up(Arc::clone(&negotiated)));
                return Some(Outcome::of(
                    seen,
                    None,
                    self.routes.up(now, negotiated, rib),
                ));
            }
            Event::Update(update) => {
                let seen = self.routes.seen_by(watched);
                let seen = seen.map(|negotiated| Seen::Update(negotiated, update.bytes().to_vec()));
                let changes = self.routes.update(&update, rib);
                self.count(now, rib);
                return Some(Outcome::of(seen, None, changes));
            }
            Event::EndOfRib(family) => {
                let seen = self.routes.seen_by(watched);
                let seen = seen.map(|negotiated| Seen::EndOfRib(negotiated, family));
                self.routes.heard_all_of(family);
                let event = bgp_rib::Event::EndOfRib {
                    peer: self.routes.peer,
                    family,
                };
                return Some(Outcome::of(seen, None, rib.apply(event)));
            }
            Event::RouteRefresh(family) => {
                // Where the peer does not know marks, or the queue is full, it goes without.
                if self.session.begin_refresh(family).is_ok() {
                    self.refreshing.insert(family);
                }
                rib.apply(bgp_rib::Event::RouteRefresh {
                    peer: self.routes.peer,
                    family,
                })
            }
            Event::BeginOfRefresh(family) => self.routes.begin_of_refresh(now, family, rib),
            Event::EndOfRefresh(family) => rib.apply(bgp_rib::Event::EndOfRefresh {
                peer: self.routes.peer,
                family,
            }),
            _ => Changes::default(),
        };
        Some(Outcome::Told(None, changes))
    }

    /// Tells the session how many routes its peer has now.
    fn count(&mut self, now: Instant, rib: &Rib) {
        for index in 0..self.plan.session.prefix_limits.len() {
            let Some(limit) = self.plan.session.prefix_limits.get(index) else {
                return;
            };
            let count = rib.route_count(self.routes.peer, limit.family).unwrap_or(0);
            let count = u64::try_from(count).unwrap_or(u64::MAX);
            self.session.handle_prefix_count(now, limit.family, count);
        }
    }

    /// Everything that was asked for again is told: says so. Whether it said anything.
    pub(super) fn end_refreshes(&mut self) -> bool {
        let mut said = false;
        for family in self.refreshing {
            // A mark that has no room now is due all the same.
            if self.session.end_refresh(family).is_ok() {
                self.refreshing.remove(family);
                said = true;
            }
        }
        said
    }

    /// What it was told now is all there was: what comes next waits for the interval to pass
    /// (RFC 4271 §9.2.1.1).
    pub(super) fn hold(&mut self, now: Instant) {
        let interval = self.plan.advertisement_interval;
        self.held_until = (!interval.is_zero()).then(|| now + interval);
    }

    /// Whether nothing would be lost with it: no connection, and no route that is kept.
    pub(super) fn is_idle(&self) -> bool {
        let unconnected = self.session.state() <= State::Active;
        unconnected && self.routes.deadline().is_none()
    }

    /// Whether a connection between these addresses belongs to it.
    pub(super) fn expects(&self, local: IpAddr, remote: IpAddr) -> bool {
        !self.retired
            && self.plan.session.remote.ip() == remote
            && self.plan.local.is_none_or(|own| own == local)
    }

    /// When the session or its stale routes want attention.
    pub(super) fn deadline(&self) -> Option<Instant> {
        self.session
            .poll_timeout()
            .into_iter()
            .chain(self.routes.deadline())
            .chain(self.held_until)
            .min()
    }
}

/// What the one who watches is to know of an event that concerns no route.
fn notice(name: &str, event: &Event<'_>) -> Option<Notice> {
    let peering = || name.to_owned();
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "the enum may grow; what is not known here is not told"
    )]
    Some(match *event {
        Event::StateChanged { from, to } => Notice::State {
            peering: peering(),
            from,
            to,
        },
        Event::AttemptFailed(ref reason) => Notice::Failed {
            peering: peering(),
            reason: reason.clone(),
        },
        Event::PrefixLimit {
            family,
            count,
            maximum,
        } => Notice::PrefixLimit {
            peering: peering(),
            family,
            count,
            maximum,
        },
        _ => return None,
    })
}

/// Families in which the peer has forwarded during its restart: what it had there is good
/// until it has sent it again (RFC 4724 §4.2).
fn forwarded(negotiated: &Negotiated) -> FamilySet {
    let restart = negotiated.graceful_restart.as_ref();
    restart.map_or(FamilySet::empty(), |restart| restart.forwarding)
}

impl Outcome {
    fn of(seen: Option<Seen>, notice: Option<Notice>, changes: Changes) -> Self {
        match seen {
            Some(seen) => Self::Seen(seen, notice, changes),
            None => Self::Told(notice, changes),
        }
    }

    fn told(notice: Notice) -> Self {
        Self::Told(Some(notice), Changes::default())
    }
}

impl PeerRoutes {
    const fn new(peer: PeerId) -> Self {
        Self {
            peer,
            negotiated: None,
            stale_until: None,
            long_stale_until: Vec::new(),
            awaited: None,
        }
    }

    fn up(&mut self, now: Instant, negotiated: Arc<Negotiated>, rib: &mut Rib) -> Changes {
        // Who has restarted too waits for us, and who knows no markers sends none
        // (RFC 4724 §4.1).
        let restart = negotiated.graceful_restart.as_ref();
        let ends = restart.is_some_and(|restart| !restart.restarting);
        let families = negotiated.context.families;
        self.awaited = Some(if ends { families } else { FamilySet::empty() });
        let long_lived = restart.is_some_and(|restart| !restart.long_lived.is_empty());
        rib.set_long_lived(self.peer, long_lived);
        for family in families {
            let wanted = negotiated.paths_limit.iter().find(|(of, _)| *of == family);
            let wanted = wanted.and_then(|(_, limit)| NonZeroU16::new(*limit));
            rib.set_paths_limit(self.peer, family, wanted);
        }
        let event = bgp_rib::Event::PeerUp {
            peer: self.peer,
            identifier: negotiated.peer.identifier,
            context: &negotiated.context,
        };
        let mut changes = rib.apply(event);
        for family in families.difference(forwarded(&negotiated)) {
            self.drop_stale(family, rib, &mut changes);
        }
        self.negotiated = Some(negotiated);
        // What is still stale has as long again to be confirmed.
        self.stale_until = self.deadline().map(|_| now + self.restart_time());
        self.long_stale_until.clear();
        changes
    }

    /// What the peer does not send again by its own mark, or in time, goes.
    fn begin_of_refresh(&mut self, now: Instant, family: Family, rib: &mut Rib) -> Changes {
        self.stale_until.get_or_insert(now + REFRESH);
        rib.apply(bgp_rib::Event::BeginOfRefresh {
            peer: self.peer,
            family,
        })
    }

    fn down(&mut self, now: Instant, retain: FamilySet, rib: &mut Rib) -> Changes {
        self.stale_until = (!retain.is_empty()).then(|| now + self.restart_time());
        self.long_stale_until.clear();
        self.awaited = self.awaited.map(|_| FamilySet::empty());
        rib.apply(bgp_rib::Event::PeerDown {
            peer: self.peer,
            retain,
        })
    }

    fn update(&self, update: &UpdateView<'_>, rib: &mut Rib) -> Changes {
        rib.apply(bgp_rib::Event::Update {
            peer: self.peer,
            update,
        })
    }

    fn heard_all_of(&mut self, family: Family) {
        if let Some(awaited) = &mut self.awaited {
            awaited.remove(family);
        }
    }

    /// Whether the peer has said all that it has to say, or has come and gone.
    pub(super) fn has_heard_all(&self) -> bool {
        self.awaited.is_some_and(|awaited| awaited.is_empty())
    }

    /// Drops what was kept for too long. `down`: there is no session.
    pub(super) fn expire(&mut self, now: Instant, down: bool, rib: &mut Rib) -> Changes {
        let mut changes = Changes::default();
        if self.stale_until.is_some_and(|at| at <= now) {
            self.stale_until = None;
            match down {
                true => self.keep_for_long(now, rib, &mut changes),
                false => changes = rib.apply(bgp_rib::Event::StaleExpired { peer: self.peer }),
            }
        }
        let due = |(_, until): &(Family, Instant)| *until <= now;
        let over: Vec<_> = self.long_stale_until.iter().copied().filter(due).collect();
        self.long_stale_until.retain(|entry| !due(entry));
        for (family, _) in over {
            self.drop_stale(family, rib, &mut changes);
        }
        changes
    }

    /// The Restart Time is over: families in which the peer asked for more are kept for longer
    /// (RFC 9494 §4.3), the others not.
    fn keep_for_long(&mut self, now: Instant, rib: &mut Rib, changes: &mut Changes) {
        let Some(negotiated) = self.negotiated.clone() else {
            return;
        };
        let restart = negotiated.graceful_restart.as_ref();
        let long_lived = restart.map_or(&[][..], |restart| &restart.long_lived);
        for family in negotiated.context.families {
            let entry = long_lived.iter().find(|(held, _)| *held == family);
            match entry {
                Some((_, seconds @ 1..)) => {
                    let until = now + Duration::from_secs((*seconds).into());
                    self.long_stale_until.push((family, until));
                    let peer = self.peer;
                    let kept = rib.apply(bgp_rib::Event::LongLivedStale { peer, family });
                    join(changes, kept);
                }
                Some((_, 0)) | None => self.drop_stale(family, rib, changes),
            }
        }
    }

    fn drop_stale(&self, family: Family, rib: &mut Rib, changes: &mut Changes) {
        let peer = self.peer;
        join(
            changes,
            rib.apply(bgp_rib::Event::EndOfRib { peer, family }),
        );
    }

    /// When something is kept for too long.
    fn deadline(&self) -> Option<Instant> {
        let long = self.long_stale_until.iter().map(|(_, until)| *until);
        long.chain(self.stale_until).min()
    }

    /// What the session agreed on, for a station that is to know of it.
    fn seen_by(&self, watched: bool) -> Option<Arc<Negotiated>> {
        self.negotiated.clone().filter(|_| watched)
    }

    /// For how long the peer asked its routes to be kept.
    fn restart_time(&self) -> Duration {
        let restart = self
            .negotiated
            .as_ref()
            .and_then(|negotiated| negotiated.graceful_restart.as_ref());
        Duration::from_secs(restart.map_or(0, |restart| restart.restart_time.into()))
    }
}

/// Changes one after the other.
fn join(changes: &mut Changes, more: Changes) {
    changes.best.extend(more.best);
    changes.touched.extend(more.touched);
}
