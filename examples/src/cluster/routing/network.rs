//! The cluster's speakers and the routers around it, on a simulated network.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::ops::Range;
use std::time::{Duration, Instant};

use bgp_rib::{LocalOrigin, LocalRoute};
use bgp_session::{DownReason, State, Traffic};
use ipnet::IpNet;

use super::RoutingError;
use super::router::Router;
use crate::node::{Notice, Speaker};
use crate::plan::{ClusterPlan, SpeakerPlan};
use crate::report::{Span, Step};
use crate::sim::{Latencies, MachineId, Random, World};

/// One-way latency inside a rack and between racks.
pub(super) const INSIDE: Range<Duration> = Duration::from_micros(40)..Duration::from_micros(90);
pub(super) const ACROSS: Range<Duration> = Duration::from_micros(120)..Duration::from_micros(260);
/// All machines are switched on within this time.
const POWER_ON: Range<Duration> = Duration::ZERO..Duration::from_secs(1);
/// The network is at rest when no best route changed for so long.
const REST: Duration = Duration::from_secs(10);
/// Events that a second of virtual time may take.
const LIMIT: u64 = 1_000_000;

/// Speakers on machines, and what was seen of them.
#[derive(Debug)]
pub(super) struct Network {
    world: World<Speaker>,
    machines: BTreeMap<String, MachineId>,
    plans: BTreeMap<String, SpeakerPlan>,
    /// Names of the routers, which are not nodes of the cluster.
    routers: BTreeSet<String>,
    /// Each pod block with the node that owns it.
    blocks: BTreeMap<IpNet, String>,
    /// Which node holds a best route to which block.
    held: BTreeSet<(String, IpNet)>,
    /// What speakers that crashed had sent.
    buried: Traffic,
    pub(super) watch: Watch,
}

/// What was seen since somebody looked last.
#[derive(Debug, Default)]
pub(super) struct Watch {
    /// How the number of held routes changed.
    pub(super) steps: Vec<Step>,
    /// When the last best route changed.
    pub(super) last_change: Duration,
    /// When the last session came up.
    pub(super) last_established: Duration,
    /// Sessions that ended because a hold timer expired, and those that ended otherwise.
    pub(super) hold_expired: usize,
    pub(super) other_downs: usize,
    /// When the first session went down.
    pub(super) first_down: Option<Duration>,
    /// The most routes between living nodes that were missing at any moment, once
    /// counting began.
    pub(super) missing: usize,
    counting: bool,
}

impl Network {
    /// All speakers of `plan` and the routers that they peer with, switched off.
    pub(super) fn new(
        plan: &ClusterPlan,
        routers: &[Router],
        seed: u64,
        base: Instant,
    ) -> Result<Self, RoutingError> {
        let mut network = Self {
            world: World::new(base, Latencies::new(seed, INSIDE, ACROSS)),
            machines: BTreeMap::new(),
            plans: BTreeMap::new(),
            routers: routers.iter().map(|router| router.name.clone()).collect(),
            blocks: plan
                .blocks()
                .map(|(block, owner)| (block, owner.to_owned()))
                .collect(),
            held: BTreeSet::new(),
            buried: Traffic::default(),
            watch: Watch::default(),
        };
        for node in plan.topology().speakers() {
            let Some(address) = node.ipv4.or(node.ipv6) else {
                continue;
            };
            network.place(
                &node.name,
                address,
                plan.zone(&node.name),
                plan.speaker(&node.name)?,
            );
        }
        for router in routers {
            network.place(&router.name, router.address, "edge", router.plan());
        }
        Ok(network)
    }

    fn place(&mut self, name: &str, address: IpAddr, zone: &str, plan: SpeakerPlan) {
        let machine = self.world.add(address, zone);
        self.machines.insert(name.to_owned(), machine);
        self.plans.insert(name.to_owned(), plan);
    }

    /// Switches everything on, each machine at its own moment, and runs to rest.
    pub(super) fn power_on(&mut self, seed: u64) -> Result<(), RoutingError> {
        let mut random = Random::new(seed);
        let names = self.plans.keys().cloned();
        let mut moments: Vec<(Duration, String)> = names
            .map(|name| (random.duration(&POWER_ON), name))
            .collect();
        moments.sort();
        for (moment, name) in moments {
            self.advance(moment)?;
            self.boot(&name)?;
        }
        self.rest(Duration::ZERO)
    }

    /// Starts the speaker of a machine afresh.
    pub(super) fn boot(&mut self, name: &str) -> Result<(), RoutingError> {
        let (Some(machine), Some(plan)) = (self.machines.get(name).copied(), self.plans.get(name))
        else {
            return Ok(());
        };
        let own = plan.originate.iter();
        let own: Vec<IpNet> = own
            .filter_map(|route| route.destination.as_unicast())
            .collect();
        let speaker = Speaker::new(plan.clone())?;
        for prefix in own {
            self.hold(name, prefix, true);
        }
        self.world.boot(machine, speaker);
        self.observe();
        Ok(())
    }

    /// Takes a machine down without a word.
    pub(super) fn crash(&mut self, name: &str) {
        let Some(machine) = self.machines.get(name) else {
            return;
        };
        if let Some(speaker) = self.world.crash(*machine) {
            self.buried = sum(self.buried, speaker.sent());
        }
        self.held.retain(|(node, _)| node != name);
        self.note_step();
    }

    /// Has a node withdraw one of its blocks, and announce it again: how long until
    /// every node knows, and how many UPDATEs both took.
    pub(super) fn flap(
        &mut self,
        name: &str,
        block: IpNet,
    ) -> Result<(Duration, Duration, u64), RoutingError> {
        let before = self.sent().updates;
        let withdrawn = self.change(name, |speaker, now| speaker.withdraw(now, block))?;
        let route = LocalRoute::new(block, LocalOrigin::OwnBlock);
        let announced = self.change(name, |speaker, now| speaker.originate(now, route))?;
        Ok((withdrawn, announced, self.sent().updates - before))
    }

    /// Changes something on a node: the time until the network is at rest with it.
    fn change(
        &mut self,
        name: &str,
        act: impl FnOnce(&mut Speaker, Instant),
    ) -> Result<Duration, RoutingError> {
        let begun = self.now();
        self.watch = Watch {
            last_change: begun,
            ..Watch::default()
        };
        if let Some(machine) = self.machines.get(name) {
            self.world.with_host(*machine, act);
        }
        self.observe();
        self.rest(Duration::ZERO)?;
        Ok(self.watch.last_change - begun)
    }

    /// Begins a new observation, in which routes between living nodes are missed.
    pub(super) fn watch_anew(&mut self) {
        self.watch = Watch {
            last_change: self.now(),
            counting: true,
            ..Watch::default()
        };
        self.note_step();
    }

    /// Runs until nothing changed for a while, at least for `least`.
    pub(super) fn rest(&mut self, least: Duration) -> Result<(), RoutingError> {
        let begun = self.now();
        loop {
            self.advance(self.now() + Duration::from_secs(1))?;
            if self.now()
                >= (begun + least)
                    .max(self.watch.last_change.max(self.watch.last_established) + REST)
            {
                return Ok(());
            }
        }
    }

    fn advance(&mut self, until: Duration) -> Result<(), RoutingError> {
        let mut handled = 0;
        while self.world.next_time().is_some_and(|at| at <= until) {
            if handled == LIMIT {
                return Err(RoutingError::Runaway { at: self.now() });
            }
            handled += 1;
            self.world.step();
            self.observe();
        }
        self.world
            .run_until(until, 0)
            .map_err(|_| RoutingError::Runaway { at: until })
    }

    /// Takes note of what the speakers have to tell.
    fn observe(&mut self) {
        let mut told = Vec::new();
        self.world.each_host(|speaker| {
            while let Some((_, notice)) = speaker.next_notice() {
                told.push((speaker.name().to_owned(), notice));
            }
        });
        for (node, notice) in told {
            match notice {
                Notice::PrefixLimit { .. } => {}
                Notice::State {
                    to: State::Established,
                    ..
                } => self.watch.last_established = self.now(),
                Notice::Down { reason, .. } => {
                    let expired = reason == DownReason::HoldTimerExpired;
                    self.watch.hold_expired += usize::from(expired);
                    self.watch.other_downs += usize::from(!expired);
                    self.watch.first_down.get_or_insert(self.world.now());
                }
                Notice::Best(change) => {
                    self.watch.last_change = self.now();
                    if let Some(prefix) = change.destination.as_unicast() {
                        self.hold(&node, prefix, change.new.is_some());
                    }
                }
                Notice::State { .. } | Notice::Failed { .. } => {}
            }
        }
    }

    /// Notes whether a node of the cluster holds a route to a pod block.
    fn hold(&mut self, node: &str, prefix: IpNet, holds: bool) {
        if self.routers.contains(node) || !self.blocks.contains_key(&prefix) {
            return;
        }
        let key = (node.to_owned(), prefix);
        let changed = if holds {
            self.held.insert(key)
        } else {
            self.held.remove(&key)
        };
        if changed {
            self.note_step();
        }
    }

    fn note_step(&mut self) {
        let step = Step {
            at: Span(self.now()),
            routes: self.held.len(),
        };
        // Of many changes in one moment the first and the last are enough.
        match self.watch.steps.as_mut_slice() {
            [.., before, last] if before.at == step.at && last.at == step.at => *last = step,
            _ => self.watch.steps.push(step),
        }
        if self.watch.counting {
            let missing = self.missing().len();
            self.watch.missing = self.watch.missing.max(missing);
        }
    }

    /// Routes of living nodes to blocks of living nodes that are not there.
    pub(super) fn missing(&self) -> Vec<(String, IpNet)> {
        let living: Vec<&str> = self.living().map(Speaker::name).collect();
        let blocks = self
            .blocks
            .iter()
            .filter(|(_, owner)| living.contains(&owner.as_str()));
        let pairs = blocks
            .flat_map(|(block, _)| living.iter().map(move |node| ((*node).to_owned(), *block)));
        pairs.filter(|pair| !self.held.contains(pair)).collect()
    }

    /// Routes of anybody to blocks of a node.
    pub(super) fn holders_of_blocks_of(&self, owner: &str) -> usize {
        let blocks: Vec<&IpNet> = self.blocks_of(owner).collect();
        let speakers = self.world.hosts().map(|(_, speaker)| speaker);
        speakers
            .map(|speaker| {
                blocks
                    .iter()
                    .filter(|block| speaker.rib().best(**block).is_some())
                    .count()
            })
            .sum()
    }

    /// The blocks of a node.
    pub(super) fn blocks_of<'a>(&'a self, owner: &'a str) -> impl Iterator<Item = &'a IpNet> {
        self.blocks
            .iter()
            .filter(move |(_, name)| *name == owner)
            .map(|(block, _)| block)
    }

    /// Each block and its owner.
    pub(super) const fn blocks(&self) -> &BTreeMap<IpNet, String> {
        &self.blocks
    }

    /// The speakers of living nodes of the cluster, in the order in which they were added.
    pub(super) fn living(&self) -> impl Iterator<Item = &Speaker> {
        self.world
            .hosts()
            .map(|(_, speaker)| speaker)
            .filter(|speaker| !self.routers.contains(speaker.name()))
    }

    /// The speaker of a machine that is up.
    pub(super) fn speaker(&self, name: &str) -> Option<&Speaker> {
        self.world.host(*self.machines.get(name)?)
    }

    /// Best routes that living nodes hold to pod blocks.
    pub(super) fn held(&self) -> usize {
        self.held.len()
    }

    /// Sessions that are configured, and of those the ones Established; each counted
    /// once, by both ends.
    pub(super) fn sessions(&self) -> (usize, usize) {
        let ends = self
            .plans
            .values()
            .map(|plan| plan.peerings.len())
            .sum::<usize>();
        let up = self
            .world
            .hosts()
            .flat_map(|(_, speaker)| speaker.peerings());
        let established = up
            .filter(|peering| peering.session().state() == State::Established)
            .count();
        (ends / 2, established / 2)
    }

    /// What all speakers sent so far, the dead included.
    pub(super) fn sent(&self) -> Traffic {
        self.world.hosts().fold(self.buried, |total, (_, speaker)| {
            sum(total, speaker.sent())
        })
    }

    /// Virtual time since the beginning.
    pub(super) const fn now(&self) -> Duration {
        self.world.now()
    }
}

fn sum(one: Traffic, other: Traffic) -> Traffic {
    Traffic {
        opens: one.opens + other.opens,
        updates: one.updates + other.updates,
        notifications: one.notifications + other.notifications,
        keepalives: one.keepalives + other.keepalives,
        route_refreshes: one.route_refreshes + other.route_refreshes,
        bytes: one.bytes + other.bytes,
    }
}
