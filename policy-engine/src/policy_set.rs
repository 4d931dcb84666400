//! The whole of what is to be enforced, put in order.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::net::IpAddr;

use calico_types::selector::Labels;
use smallvec::SmallVec;

use crate::{
    Direction, Endpoint, EndpointId, EndpointKind, Family, Flow, FlowError, LabelMap, NetworkSet,
    Peer, Policy, Profile, Resolved, Service, ServiceName, Stage, Tier, TierDefault,
};

/// What a [`PolicySet`] is made of, in any order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Parts {
    /// Tiers. The built-in ones ([`Tier::built_in`]) are added where missing.
    pub tiers: Vec<Tier>,
    /// Policies of all kinds. Of two with the same identity the later counts.
    pub policies: Vec<Policy>,
    /// Endpoints. Of two with the same name the later counts.
    pub endpoints: Vec<Endpoint>,
    /// Profiles. Of two with the same name the later counts.
    pub profiles: Vec<Profile>,
    /// Network sets.
    pub network_sets: Vec<NetworkSet>,
    /// Services. Several of one name are joined.
    pub services: Vec<Service>,
}

/// Tiers, policies, endpoints and what they refer to: ordered, with inherited labels
/// resolved. It does not change any more.
#[derive(Clone, Debug, Default)]
pub struct PolicySet {
    tiers: Vec<OrderedTier>,
    endpoints: Vec<Endpoint>,
    endpoint_labels: Vec<LabelMap>,
    by_name: HashMap<String, EndpointId>,
    by_address: HashMap<IpAddr, SmallVec<[EndpointId; 1]>>,
    profiles: BTreeMap<String, Profile>,
    network_sets: Vec<NetworkSet>,
    network_set_labels: Vec<LabelMap>,
    services: BTreeMap<ServiceName, Service>,
}

/// A tier with its policies in the order of evaluation.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct OrderedTier {
    /// The tier. One that no resource defines is after all others and denies at its end.
    pub tier: Tier,
    /// Whether a `Tier` resource (or a built-in one) defines it.
    pub defined: bool,
    /// The policies, staged ones among them.
    pub policies: Vec<Policy>,
}

impl PolicySet {
    /// Puts the parts in order.
    ///
    /// Tiers and policies are sorted into the order of evaluation; labels are inherited (an
    /// own label hides that of a profile, an earlier profile that of a later). Costs
    /// O(n log n) in the number of parts.
    #[must_use]
    pub fn new(parts: Parts) -> Self {
        let profiles: BTreeMap<_, _> = parts
            .profiles
            .into_iter()
            .map(|p| (p.name.clone(), p))
            .collect();
        let endpoints: Vec<_> = parts
            .endpoints
            .into_iter()
            .map(|e| (e.name.clone(), e))
            .collect::<BTreeMap<_, _>>()
            .into_values()
            .collect();
        let (by_name, by_address) = index(&endpoints);
        let endpoint_labels = endpoints
            .iter()
            .map(|e| inherit(&e.labels, e.profiles.iter(), &profiles))
            .collect();
        let network_set_labels = parts
            .network_sets
            .iter()
            .map(|s| inherit(&s.labels, s.profile.iter(), &profiles))
            .collect();
        Self {
            tiers: order(parts.tiers, parts.policies),
            endpoints,
            endpoint_labels,
            by_name,
            by_address,
            profiles,
            network_sets: parts.network_sets,
            network_set_labels,
            services: join(parts.services),
        }
    }

    /// The same set with other tiers and policies, in the order of evaluation.
    pub(crate) fn with_tiers(&self, tiers: Vec<OrderedTier>) -> Self {
        Self {
            tiers,
            ..self.clone()
        }
    }

    /// The same set with more endpoints.
    pub(crate) fn with_endpoints(&self, more: Vec<Endpoint>) -> Self {
        let mut set = self.clone();
        set.endpoints.extend(more);
        set.endpoints.sort_by(|a, b| a.name.cmp(&b.name));
        (set.by_name, set.by_address) = index(&set.endpoints);
        let labels = set.endpoints.iter();
        let labels = labels.map(|e| inherit(&e.labels, e.profiles.iter(), &set.profiles));
        set.endpoint_labels = labels.collect();
        set
    }

    /// The tiers in the order of evaluation, each with its policies. Those without policies
    /// are there too.
    #[must_use]
    pub fn tiers(&self) -> &[OrderedTier] {
        &self.tiers
    }

    /// All policies in the order of evaluation.
    pub fn policies(&self) -> impl Iterator<Item = &Policy> {
        self.tiers.iter().flat_map(|tier| &tier.policies)
    }

    /// The endpoints by name; their position is their [`EndpointId`].
    #[must_use]
    pub fn endpoints(&self) -> &[Endpoint] {
        &self.endpoints
    }

    /// The endpoints with their numbers.
    pub fn endpoint_ids(&self) -> impl Iterator<Item = (EndpointId, &Endpoint)> {
        (0..).map(EndpointId).zip(&self.endpoints)
    }

    /// An endpoint by number.
    #[must_use]
    pub fn endpoint(&self, id: EndpointId) -> Option<&Endpoint> {
        self.endpoints.get(id.index())
    }

    /// The number of the endpoint with this name or alias.
    #[must_use]
    pub fn find_endpoint(&self, name: &str) -> Option<EndpointId> {
        self.by_name.get(name).copied()
    }

    /// The endpoints that have an address; several, where pods share the host's.
    #[must_use]
    pub fn endpoints_at(&self, address: IpAddr) -> &[EndpointId] {
        self.by_address
            .get(&address)
            .map_or(&[], SmallVec::as_slice)
    }

    /// The labels of an endpoint, inherited ones included.
    #[must_use]
    pub fn labels(&self, id: EndpointId) -> Option<&LabelMap> {
        self.endpoint_labels.get(id.index())
    }

    /// A profile by name.
    #[must_use]
    pub fn profile(&self, name: &str) -> Option<&Profile> {
        self.profiles.get(name)
    }

    /// All profiles, by name.
    pub fn profiles(&self) -> impl Iterator<Item = &Profile> {
        self.profiles.values()
    }

    /// The network sets, each with its labels, inherited ones included.
    pub fn network_sets(&self) -> impl Iterator<Item = (&NetworkSet, &LabelMap)> {
        self.network_sets.iter().zip(&self.network_set_labels)
    }

    /// A service by name.
    #[must_use]
    pub fn service(&self, name: &ServiceName) -> Option<&Service> {
        self.services.get(name)
    }

    /// The policies that are asked about an endpoint's packets in one direction, tier by
    /// tier, in the order of evaluation. A tier without one does not appear.
    ///
    /// Policies for the hooks of host endpoints are not among them, staged ones only when
    /// asked for. Costs one selector for each policy.
    pub fn policies_for(
        &self,
        id: EndpointId,
        direction: Direction,
        staged: Staged,
    ) -> impl Iterator<Item = (&OrderedTier, Vec<&Policy>)> {
        let labels = self.labels(id);
        self.tiers.iter().filter_map(move |tier| {
            let labels = labels?;
            let policies: Vec<_> = tier
                .policies
                .iter()
                .filter(|p| staged.includes(p) && p.applies(direction, labels))
                .collect();
            (!policies.is_empty()).then_some((tier, policies))
        })
    }

    /// The policies that isolate an endpoint in one direction, in the order of evaluation: those
    /// because of which a tier is asked that denies at its end. Without one, profiles decide
    /// about what no rule decided. A policy isolates even if all it does is to log.
    pub fn isolating(
        &self,
        id: EndpointId,
        direction: Direction,
        staged: Staged,
    ) -> impl Iterator<Item = &Policy> {
        let tiers = self.policies_for(id, direction, staged);
        let denying = tiers.filter(|(tier, _)| tier.tier.default_action == TierDefault::Deny);
        denying.flat_map(|(_, policies)| policies)
    }

    /// Finds the peers of a flow and the addresses it is between.
    ///
    /// # Errors
    ///
    /// See [`FlowError`].
    pub fn resolve<'a>(&self, flow: &Flow<'a>) -> Result<Resolved<'a>, FlowError> {
        let source = self.locate(flow.source)?;
        let destination = self.locate(flow.destination)?;
        let (from, to) = source
            .addresses()
            .iter()
            .filter(|a| flow.family.is_none_or(|family| family == Family::of(**a)))
            .find_map(|from| {
                let same = |to: &&IpAddr| Family::of(**to) == Family::of(*from);
                destination
                    .addresses()
                    .iter()
                    .find(same)
                    .map(|to| (*from, *to))
            })
            .ok_or(FlowError::NoCommonFamily)?;
        Ok(Resolved {
            source: source.id(),
            destination: destination.id(),
            packet: flow.packet(from, to),
        })
    }

    fn locate(&self, peer: Peer<'_>) -> Result<Located<'_>, FlowError> {
        let (id, address) = match peer {
            Peer::Name(name) => {
                let unknown = || FlowError::UnknownEndpoint(name.to_owned());
                (self.find_endpoint(name).ok_or_else(unknown)?, None)
            }
            Peer::Id(id) => (id, None),
            Peer::Address(address) => match self.endpoints_at(address) {
                [] => return Ok(Located::Outside([address])),
                [id] => (*id, Some(address)),
                [..] => return Err(FlowError::AmbiguousAddress(address)),
            },
        };
        let endpoint = self
            .endpoint(id)
            .ok_or(FlowError::UnknownEndpointId(id.0))?;
        match (endpoint.kind, address) {
            (EndpointKind::Host, _) => {
                Err(FlowError::UnsupportedHostEndpoint(endpoint.name.clone()))
            }
            (EndpointKind::Workload, Some(address)) => Ok(Located::Address(id, [address])),
            (EndpointKind::Workload, None) => Ok(Located::Endpoint(id, &endpoint.addresses)),
        }
    }
}

/// What is done with staged policies.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Staged {
    /// They are left out, as in enforcement. A tier of nothing but staged policies is then
    /// as if it were not there.
    #[default]
    Ignored,
    /// They are asked like the enforced ones: the pending verdict, a preview of what their
    /// enforcement would do.
    Enforced,
}

impl Staged {
    const fn includes(self, policy: &Policy) -> bool {
        matches!(self, Self::Enforced) || !policy.id.kind.is_staged()
    }
}

impl Policy {
    /// Whether the policy is asked about a workload endpoint with these labels.
    pub(crate) fn applies(&self, direction: Direction, labels: &impl Labels) -> bool {
        self.stage == Stage::Normal
            && self.rules(direction).is_some()
            && self.selector.matches(labels)
    }
}

/// Where a peer of a flow is.
enum Located<'a> {
    /// An address that no endpoint has.
    Outside([IpAddr; 1]),
    /// An endpoint at one of its addresses.
    Address(EndpointId, [IpAddr; 1]),
    /// An endpoint at any of its addresses.
    Endpoint(EndpointId, &'a [IpAddr]),
}

impl Located<'_> {
    fn addresses(&self) -> &[IpAddr] {
        match self {
            Self::Outside(address) | Self::Address(_, address) => address,
            Self::Endpoint(_, addresses) => addresses,
        }
    }

    const fn id(&self) -> Option<EndpointId> {
        match self {
            Self::Outside(_) => None,
            Self::Address(id, _) | Self::Endpoint(id, _) => Some(*id),
        }
    }
}

fn order(tiers: Vec<Tier>, policies: Vec<Policy>) -> Vec<OrderedTier> {
    let mut defined: BTreeMap<String, Tier> = Tier::built_in()
        .into_iter()
        .map(|t| (t.name.clone(), t))
        .collect();
    defined.extend(tiers.into_iter().map(|t| (t.name.clone(), t)));
    let policies: BTreeMap<_, _> = policies.into_iter().map(|p| (p.id.clone(), p)).collect();
    let mut members: BTreeMap<String, Vec<Policy>> = BTreeMap::new();
    for policy in policies.into_values() {
        members.entry(policy.tier.clone()).or_default().push(policy);
    }
    let names: BTreeSet<String> = defined.keys().chain(members.keys()).cloned().collect();
    let mut ordered: Vec<_> = names
        .into_iter()
        .map(|name| {
            let mut policies = members.remove(&name).unwrap_or_default();
            policies.sort_by(Policy::evaluation_order);
            let tier = defined.remove(&name);
            OrderedTier {
                defined: tier.is_some(),
                tier: tier.unwrap_or(Tier {
                    name,
                    order: None,
                    default_action: TierDefault::Deny,
                }),
                policies,
            }
        })
        .collect();
    ordered.sort_by(|a, b| {
        b.defined
            .cmp(&a.defined)
            .then_with(|| a.tier.evaluation_order(&b.tier))
    });
    ordered
}

type Names = HashMap<String, EndpointId>;
type Addresses = HashMap<IpAddr, SmallVec<[EndpointId; 1]>>;

fn index(endpoints: &[Endpoint]) -> (Names, Addresses) {
    let mut names = Names::with_capacity(endpoints.len());
    let mut addresses = Addresses::with_capacity(endpoints.len());
    for (id, endpoint) in (0..).map(EndpointId).zip(endpoints) {
        names.insert(endpoint.name.clone(), id);
        for address in &endpoint.addresses {
            let owners = addresses.entry(*address).or_default();
            if owners.last() != Some(&id) {
                owners.push(id);
            }
        }
    }
    // An alias never hides a name.
    for (id, endpoint) in (0..).map(EndpointId).zip(endpoints) {
        if let Some(alias) = &endpoint.alias {
            names.entry(alias.clone()).or_insert(id);
        }
    }
    (names, addresses)
}

fn inherit<'a>(
    own: &LabelMap,
    profiles: impl DoubleEndedIterator<Item = &'a String>,
    known: &BTreeMap<String, Profile>,
) -> LabelMap {
    let mut labels = LabelMap::new();
    for profile in profiles.rev().filter_map(|name| known.get(name)) {
        labels.extend(profile.labels.clone());
    }
    labels.extend(own.clone());
    labels
}

fn join(services: Vec<Service>) -> BTreeMap<ServiceName, Service> {
    let mut joined: BTreeMap<ServiceName, Service> = BTreeMap::new();
    for service in services {
        joined
            .entry(service.name.clone())
            .and_modify(|s| s.members.extend(service.members.iter().cloned()))
            .or_insert(service);
    }
    joined
}
