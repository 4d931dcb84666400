//! Who reaches whom: policy as sets of connections instead of single verdicts.
//!
//! Endpoints with equal programs and addresses of equal classes are treated alike by every
//! rule, as peers and as those that are protected; they are one group. Between two groups the
//! two trees are read as wholes, which gives the set of all connections at once: no pair of
//! endpoints and no port is tried.

mod connections;
mod diff;
mod format;
mod group;
mod intervals;
mod redundant;
mod traffic;
mod unused;

pub use connections::{Connections, ConnectionsError};
pub use diff::{Change, ConnectivityDiff};
pub use group::{PeerGroup, UnknownWorkload};
pub(crate) use intervals::Intervals;
pub(crate) use traffic::{Partition, Shape, Traffic, shape_bounds};
pub use unused::{Unused, WhyUnused};

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::compiled::{ClassId, DeciderId, Program};
use crate::{
    CompileError, CompileOptions, Direction, Endpoint, EndpointId, EndpointKind, Evaluate, Family,
    PolicySet, Snapshot,
};

/// Who reaches whom in one address family, in groups of peers.
///
/// A connection is there when the policies of both ends let its first packet pass, as for
/// packets without an HTTP request. Of an endpoint with several addresses of the family, the
/// first one counts, as with [`PolicySet::resolve`]. Endpoints without an address of the family,
/// and host endpoints, are left out.
///
/// ```
/// use calico_types::Resource;
/// use policy_engine::{CompileOptions, Connectivity, Family, PolicySet, Snapshot};
///
/// let read = |kind: &str, value| Resource::from_value("projectcalico.org/v3", kind, &value).unwrap();
/// let endpoint = |name: &str, address: &str| serde_json::json!({
///     "metadata": {"name": name, "namespace": "shop", "labels": {"app": name}},
///     "spec": {"ipNetworks": [address], "profiles": ["open"]},
/// });
/// let open = serde_json::json!({
///     "metadata": {"name": "open"},
///     "spec": {"ingress": [{"action": "Allow"}], "egress": [{"action": "Allow"}]},
/// });
/// let policy = serde_json::json!({
///     "metadata": {"name": "database", "namespace": "shop"},
///     "spec": {
///         "selector": "app == 'db'",
///         "ingress": [{
///             "action": "Allow",
///             "protocol": "TCP",
///             "source": {"selector": "app == 'front'"},
///             "destination": {"ports": [3306]},
///         }],
///     },
/// });
/// let resources = [
///     read("WorkloadEndpoint", endpoint("front", "10.1.0.1/32"))?,
///     read("WorkloadEndpoint", endpoint("db", "10.1.0.2/32"))?,
///     read("Profile", open)?,
///     read("NetworkPolicy", policy)?,
/// ];
/// let snapshot = Snapshot::compile(PolicySet::from_resources(&resources).set, CompileOptions::new())?;
/// let connectivity = Connectivity::new(&snapshot, Family::V4)?;
/// let between = |from, to| connectivity.between(from, to).unwrap().to_string();
/// assert_eq!(between("shop/front", "shop/db"), "TCP 3306");
/// assert_eq!(between("shop/db", "shop/front"), "all");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Connectivity {
    family: Family,
    groups: Vec<PeerGroup>,
    /// Row by row; `None` where neither end is asked.
    cells: Vec<Option<Arc<Connections>>>,
    /// By the names that are shown.
    by_name: BTreeMap<String, usize>,
    /// By the names of endpoints whose pods' names are shown.
    by_other_name: BTreeMap<String, usize>,
    /// Addresses of endpoints: the group of the one that has it, if it is one and in a group.
    by_address: BTreeMap<IpAddr, Option<usize>>,
}

/// Why connectivity could not be worked out.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ConnectivityError {
    /// The policies of an endpoint make a tree beyond the limits, which is left to the
    /// interpreter: compile with higher [`Limits`](crate::Limits).
    #[error("the policies of {0} are too large to be read as a whole")]
    TooLarge(String),
    /// The policy set cannot be compiled.
    #[error(transparent)]
    Compile(#[from] CompileError),
}

impl Connectivity {
    /// The connectivity of all workloads, and of the addresses outside. O(groups²).
    ///
    /// # Errors
    /// See [`ConnectivityError`].
    pub fn new(snapshot: &Snapshot, family: Family) -> Result<Self, ConnectivityError> {
        Self::of(snapshot, family, |_| true)
    }

    /// The connectivity of the endpoints that `keep` says, among each other and with the
    /// addresses outside.
    ///
    /// # Errors
    /// See [`ConnectivityError`].
    pub fn of(
        snapshot: &Snapshot,
        family: Family,
        keep: impl Fn(&Endpoint) -> bool,
    ) -> Result<Self, ConnectivityError> {
        Self::worked_out(snapshot, family, &[], keep)
    }

    /// The same with workloads that might come: what policy lets in and out beside those that
    /// are there. Compiles a policy set of its own.
    ///
    /// # Errors
    /// See [`ConnectivityError`].
    pub fn with_unknown(
        set: &PolicySet,
        options: CompileOptions,
        family: Family,
        unknown: &[UnknownWorkload],
        keep: impl Fn(&Endpoint) -> bool,
    ) -> Result<Self, ConnectivityError> {
        let before = Snapshot::compile(set.clone(), options)?;
        let addresses = unnamed(&before, family, unknown.len());
        let workloads = unknown.iter().zip(addresses).enumerate();
        let endpoints = workloads.map(|(number, (workload, address))| Endpoint {
            name: placeholder(number),
            alias: None,
            kind: EndpointKind::Workload,
            labels: workload.labels.clone(),
            profiles: workload.profiles.clone(),
            addresses: vec![address],
            ports: Vec::new(),
            admin_up: true,
        });
        let set = set.with_endpoints(endpoints.collect());
        let snapshot = Snapshot::compile(set, options)?;
        Self::worked_out(&snapshot, family, unknown, keep)
    }

    fn worked_out(
        snapshot: &Snapshot,
        family: Family,
        unknown: &[UnknownWorkload],
        keep: impl Fn(&Endpoint) -> bool,
    ) -> Result<Self, ConnectivityError> {
        let mut parties = Parties::new(snapshot, family, unknown, keep);
        parties.add_outside(snapshot, family);
        let mut cells = Cells::new(snapshot);
        let mut all = Vec::with_capacity(parties.all.len().pow(2));
        for source in &parties.all {
            for destination in &parties.all {
                all.push(cells.between(source, destination)?);
            }
        }
        let groups = parties.all.into_iter().map(|party| party.group).collect();
        let mut merged = Self::merged(family, groups, all, &parties.taken);
        merged.by_other_name = parties
            .aliases
            .into_iter()
            .filter_map(|(name, shown)| Some((name, *merged.by_name.get(&shown)?)))
            .collect();
        let set = snapshot.policy_set();
        let taken = parties.taken.into_iter();
        merged.by_address = taken
            .map(|address| (address, merged.only_group_at(set, address)))
            .collect();
        Ok(merged)
    }

    /// Addresses outside of which the same is true become one group.
    fn merged(
        family: Family,
        groups: Vec<PeerGroup>,
        cells: Vec<Option<Arc<Connections>>>,
        taken: &BTreeSet<IpAddr>,
    ) -> Self {
        let count = groups.len();
        let cell = |row: usize, column: usize| cells.get(row * count + column).cloned().flatten();
        let mut kept: Vec<(usize, PeerGroup)> = Vec::new();
        let mut known: FxHashMap<Vec<Option<Arc<Connections>>>, usize> = FxHashMap::default();
        for (number, group) in groups.into_iter().enumerate() {
            let PeerGroup::Outside(ranges) = group else {
                kept.push((number, group));
                continue;
            };
            let own = (0..count).flat_map(|other| [cell(number, other), cell(other, number)]);
            let place = *known.entry(own.collect()).or_insert(kept.len());
            match kept.get_mut(place) {
                Some((_, PeerGroup::Outside(held))) => held.extend(ranges),
                Some(_) => {}
                None => kept.push((number, PeerGroup::Outside(ranges))),
            }
        }
        let rows = kept.iter().map(|(row, _)| *row);
        let cells = rows.flat_map(|row| kept.iter().map(move |(column, _)| (row, *column)));
        let cells = cells.map(|(row, column)| cell(row, column)).collect();
        let groups: Vec<PeerGroup> = kept
            .into_iter()
            .map(|(_, group)| match group {
                PeerGroup::Outside(mut ranges) => {
                    ranges.sort_unstable();
                    PeerGroup::Outside(group::join(ranges, taken))
                }
                group @ (PeerGroup::Endpoints(_) | PeerGroup::Unknown(_)) => group,
            })
            .collect();
        let mut by_name = BTreeMap::new();
        for (number, group) in groups.iter().enumerate() {
            match group {
                PeerGroup::Endpoints(names) => {
                    by_name.extend(names.iter().map(|name| (name.clone(), number)));
                }
                PeerGroup::Unknown(workload) => {
                    by_name.insert(workload.name.clone(), number);
                }
                PeerGroup::Outside(_) => {}
            }
        }
        Self {
            family,
            groups,
            cells,
            by_name,
            by_other_name: BTreeMap::new(),
            by_address: BTreeMap::new(),
        }
    }

    /// The group of the endpoint that has an address; `None` if several have it.
    fn only_group_at(&self, set: &PolicySet, address: IpAddr) -> Option<usize> {
        let [id] = set.endpoints_at(address) else {
            return None;
        };
        self.group_of(&set.endpoint(*id)?.name)
            .or_else(|| self.group_of(&set.endpoint(*id)?.to_string()))
    }

    /// The address family.
    #[must_use]
    pub const fn family(&self) -> Family {
        self.family
    }

    /// The groups: endpoints in order of their first name, workloads that might come, then
    /// addresses outside.
    #[must_use]
    pub fn groups(&self) -> &[PeerGroup] {
        &self.groups
    }

    /// The connections from one group to another, by their positions; within a group, between
    /// two members of it. `None` for positions that are not there, and between two peers of
    /// which neither is known here, so that nobody is asked.
    #[must_use]
    pub fn cell(&self, source: usize, destination: usize) -> Option<&Connections> {
        let count = self.groups.len();
        if destination >= count {
            return None;
        }
        let at = source.checked_mul(count)?.checked_add(destination)?;
        self.cells.get(at)?.as_deref()
    }

    /// All cells that somebody is asked about, row by row.
    pub fn cells(&self) -> impl Iterator<Item = (&PeerGroup, &PeerGroup, &Connections)> {
        let pairs = self.groups.iter().flat_map(|source| {
            let destinations = self.groups.iter();
            destinations.map(move |destination| (source, destination))
        });
        pairs
            .zip(&self.cells)
            .filter_map(|((source, destination), cell)| {
                Some((source, destination, cell.as_deref()?))
            })
    }

    /// The position of the group that an endpoint, or a workload that might come, is in.
    #[must_use]
    pub fn group_of(&self, name: &str) -> Option<usize> {
        let found = self.by_name.get(name);
        found.or_else(|| self.by_other_name.get(name)).copied()
    }

    /// The position of the group that an address is in: outside, or of the endpoint that has it.
    /// `None` for an address of several endpoints, or of one that is left out.
    #[must_use]
    pub fn group_at(&self, address: IpAddr) -> Option<usize> {
        if let Some(group) = self.by_address.get(&address) {
            return *group;
        }
        self.groups.iter().position(|group| match group {
            PeerGroup::Outside(ranges) => {
                let holds = |(low, high): &(IpAddr, IpAddr)| (*low..=*high).contains(&address);
                ranges.iter().any(holds)
            }
            PeerGroup::Endpoints(_) | PeerGroup::Unknown(_) => false,
        })
    }

    /// The connections between two peers, each an endpoint's name or an address.
    #[must_use]
    pub fn between(&self, source: &str, destination: &str) -> Option<&Connections> {
        self.cell(self.find(source)?, self.find(destination)?)
    }

    fn find(&self, peer: &str) -> Option<usize> {
        let by_name = self.group_of(peer);
        by_name.or_else(|| self.group_at(peer.parse().ok()?))
    }

    /// Whether every one of these connections can be made from one peer to the other.
    #[must_use]
    pub fn permits(&self, source: &str, destination: &str, wanted: &Connections) -> Option<bool> {
        Some(wanted.is_subset(self.between(source, destination)?))
    }

    /// Whether none of these connections can be made from one peer to the other.
    #[must_use]
    pub fn forbids(&self, source: &str, destination: &str, unwanted: &Connections) -> Option<bool> {
        Some(unwanted.is_disjoint(self.between(source, destination)?))
    }
}

/// A group, and what is asked about it.
struct Party {
    group: PeerGroup,
    class: ClassId,
    /// An address of a member.
    address: IpAddr,
    /// Egress and ingress; `None` when nobody is asked.
    programs: Option<[Program; 2]>,
}

impl Party {
    /// A member that is an endpoint.
    fn example(&self, set: &PolicySet) -> Option<EndpointId> {
        match &self.group {
            PeerGroup::Endpoints(names) => set.find_endpoint(names.first()?),
            PeerGroup::Unknown(_) | PeerGroup::Outside(_) => None,
        }
    }
}

struct Parties {
    all: Vec<Party>,
    /// The addresses of endpoints.
    taken: BTreeSet<IpAddr>,
    /// Names of endpoints that are shown under another: name, shown name.
    aliases: Vec<(String, String)>,
}

impl Parties {
    fn new(
        snapshot: &Snapshot,
        family: Family,
        unknown: &[UnknownWorkload],
        keep: impl Fn(&Endpoint) -> bool,
    ) -> Self {
        let set = snapshot.policy_set();
        let mut parties = Self {
            all: Vec::new(),
            taken: BTreeSet::new(),
            aliases: Vec::new(),
        };
        let mut known: FxHashMap<(ClassId, [Program; 2]), usize> = FxHashMap::default();
        for (id, endpoint) in set.endpoint_ids() {
            parties.taken.extend(&endpoint.addresses);
            let mut addresses = endpoint.addresses.iter();
            let address = addresses.find(|address| Family::of(**address) == family);
            let programs = programs(snapshot, id);
            let (Some(address), Some(programs)) = (address, programs) else {
                continue;
            };
            let class = snapshot.class(*address);
            let workload = (0..).map(placeholder).zip(unknown);
            let workload = workload
                .into_iter()
                .find(|(name, _)| *name == endpoint.name);
            if let Some((_, workload)) = workload {
                parties.all.push(Party {
                    group: PeerGroup::Unknown(workload.clone()),
                    class,
                    address: *address,
                    programs: None,
                });
                continue;
            }
            if endpoint.kind == EndpointKind::Host || !keep(endpoint) {
                continue;
            }
            if endpoint.alias.is_some() {
                let alias = (endpoint.name.clone(), endpoint.to_string());
                parties.aliases.push(alias);
            }
            let place = *known.entry((class, programs)).or_insert(parties.all.len());
            match parties.all.get_mut(place) {
                Some(Party {
                    group: PeerGroup::Endpoints(names),
                    ..
                }) => names.push(endpoint.to_string()),
                Some(_) => {}
                None => parties.all.push(Party {
                    group: PeerGroup::Endpoints(vec![endpoint.to_string()]),
                    class,
                    address: *address,
                    programs: Some(programs),
                }),
            }
        }
        for party in &mut parties.all {
            if let PeerGroup::Endpoints(names) = &mut party.group {
                names.sort_unstable();
            }
        }
        // Those that might come are behind those that are there.
        parties.all.sort_by_key(|party| match &party.group {
            PeerGroup::Endpoints(names) => (false, names.first().cloned()),
            PeerGroup::Unknown(_) | PeerGroup::Outside(_) => (true, None),
        });
        parties
    }

    fn add_outside(&mut self, snapshot: &Snapshot, family: Family) {
        let mut classes: BTreeMap<ClassId, Vec<(IpAddr, IpAddr)>> = BTreeMap::new();
        for (low, high, class) in snapshot.ranges(family) {
            if low != high || !self.taken.contains(&low) {
                classes.entry(class).or_default().push((low, high));
            }
        }
        for (class, ranges) in classes {
            // No class is without a range.
            let Some((address, _)) = ranges.first().copied() else {
                continue;
            };
            self.all.push(Party {
                group: PeerGroup::Outside(group::join(ranges, &self.taken)),
                class,
                address,
                programs: None,
            });
        }
    }
}

fn programs(snapshot: &Snapshot, id: EndpointId) -> Option<[Program; 2]> {
    let of = |direction| snapshot.program(id, direction);
    Some([of(Direction::Egress)?, of(Direction::Ingress)?])
}

/// The name under which a workload that might come takes part.
fn placeholder(number: usize) -> String {
    // No name of a resource has a space.
    format!("unknown workload {number}")
}

/// Addresses that no rule, no network set and no endpoint names, as far as there are such.
fn unnamed(snapshot: &Snapshot, family: Family, count: usize) -> Vec<IpAddr> {
    let ranges = snapshot.ranges(family);
    let default = ranges.iter().max_by_key(|(low, high, _)| size(*low, *high));
    let default = default.map(|(_, _, class)| *class);
    let free = ranges
        .into_iter()
        .filter(|(.., class)| Some(*class) == default);
    let each = free.flat_map(|(low, high, _)| {
        let next = move |at: &IpAddr| group::successor(*at).filter(|next| *next <= high);
        std::iter::successors(Some(low), next)
    });
    let set = snapshot.policy_set();
    // Not the first one: the ends of all addresses are to be outside.
    each.filter(|address| set.endpoints_at(*address).is_empty())
        .skip(1)
        .take(count)
        .collect()
}

fn size(low: IpAddr, high: IpAddr) -> u128 {
    let bits = |address| match address {
        IpAddr::V4(address) => u128::from(std::net::Ipv4Addr::to_bits(address)),
        IpAddr::V6(address) => std::net::Ipv6Addr::to_bits(address),
    };
    bits(high).saturating_sub(bits(low))
}

type Asked = (Program, [ClassId; 2]);

/// Works out cells, each thing once.
struct Cells<'s> {
    snapshot: &'s Snapshot,
    known: FxHashMap<Asked, Arc<Connections>>,
    shared: FxHashMap<Connections, Arc<Connections>>,
}

impl<'s> Cells<'s> {
    fn new(snapshot: &'s Snapshot) -> Self {
        Self {
            snapshot,
            known: FxHashMap::default(),
            shared: FxHashMap::default(),
        }
    }

    fn between(
        &mut self,
        source: &Party,
        destination: &Party,
    ) -> Result<Option<Arc<Connections>>, ConnectivityError> {
        let classes = [source.class, destination.class];
        let egress = source.programs.map(|[egress, _]| (egress, &source.group));
        let ingress = destination
            .programs
            .map(|[_, ingress]| (ingress, &destination.group));
        let mut both: Option<Arc<Connections>> = None;
        for (program, group) in [egress, ingress].into_iter().flatten() {
            let one = self.allowed((program, classes), group)?;
            both = Some(match both {
                Some(other) if other == one => one,
                Some(other) => self.share(other.intersection(&one)),
                None => one,
            });
        }
        Ok(both)
    }

    fn allowed(
        &mut self,
        asked: Asked,
        group: &PeerGroup,
    ) -> Result<Arc<Connections>, ConnectivityError> {
        if let Some(known) = self.known.get(&asked) {
            return Ok(Arc::clone(known));
        }
        let (program, classes) = asked;
        let deciders = self.snapshot.partition(program, classes);
        let deciders = deciders.ok_or_else(|| ConnectivityError::TooLarge(group.to_string()))?;
        let allows = |decider: &DeciderId| self.snapshot.decision(*decider).is_allowed();
        let allowed = Connections(deciders.map(allows));
        let allowed = self.share(allowed);
        self.known.insert(asked, Arc::clone(&allowed));
        Ok(allowed)
    }

    fn share(&mut self, connections: Connections) -> Arc<Connections> {
        let shared = self.shared.entry(connections);
        let made = Arc::new(shared.key().clone());
        Arc::clone(shared.or_insert(made))
    }
}
