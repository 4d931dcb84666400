//! Peer classes: addresses of which every predicate says the same.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, Ipv6Addr};

use ipnet::IpNet;
use rustc_hash::FxHashMap;

use super::CompileError;
use super::bitset::BitSet;
use super::labels::{LabelSetId, LabelSets};
use super::lookup::{Addresses, Bits, Prefix, Table};
use super::predicate::{Predicate, PredicateId, Predicates};
use super::tree::index_u32;
use crate::{EndpointId, PolicySet};

/// The number of a class.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct ClassId(pub(super) u32);

/// The classes of a policy set.
#[derive(Debug)]
pub(super) struct Classes {
    pub(super) addresses: Addresses,
    /// For each predicate, the classes that have it.
    pub(super) members: Vec<BitSet>,
    pub(super) count: usize,
}

/// What something with labels is, to classes.
pub(super) struct LabelSetsOf {
    pub(super) endpoints: Vec<LabelSetId>,
    pub(super) network_sets: Vec<LabelSetId>,
}

/// Predicates by prefix, of one family.
type Marks<B> = BTreeMap<Prefix<B>, Vec<PredicateId>>;

#[derive(Default)]
struct Marking {
    ipv4: Marks<u32>,
    ipv6: Marks<u128>,
}

impl Classes {
    pub(super) fn new(
        set: &PolicySet,
        predicates: &Predicates,
        labels: &LabelSets<'_>,
        of: &LabelSetsOf,
        limit: usize,
    ) -> Result<Self, CompileError> {
        let marking = Marking::new(set, predicates, labels, of);
        let mut names = Names::default();
        let everywhere = predicates
            .iter()
            .filter(|(_, predicate)| **predicate == Predicate::Ipv4)
            .map(|(id, _)| id)
            .collect();
        let mut addresses = Addresses {
            ipv4: names.table(marking.ipv4, everywhere),
            ipv6: names.table(marking.ipv6, Vec::new()),
        };
        names.renumber(set, &mut addresses);
        let count = names.ids.len();
        if count.saturating_mul(predicates.len()) > limit {
            let predicates = predicates.len();
            return Err(CompileError::TooManyClasses {
                classes: count,
                predicates,
            });
        }
        let mut members = vec![BitSet::empty(count); predicates.len()];
        for (predicates, class) in &names.ids {
            for predicate in predicates {
                if let Some(classes) = members.get_mut(predicate.0 as usize) {
                    classes.insert(class.0 as usize);
                }
            }
        }
        Ok(Self {
            addresses,
            members,
            count,
        })
    }
}

/// Gives numbers to sets of predicates.
#[derive(Default)]
struct Names {
    ids: FxHashMap<Vec<PredicateId>, ClassId>,
}

impl Names {
    fn class(&mut self, predicates: Vec<PredicateId>) -> ClassId {
        let next = ClassId(index_u32(self.ids.len()));
        *self.ids.entry(predicates).or_insert(next)
    }

    /// Numbers the classes in the order of the endpoints' names. Classes of a namespace are
    /// then neighbours, which rows and their chunks thank for by being alike.
    fn renumber(&mut self, set: &PolicySet, addresses: &mut Addresses) {
        let mut order: Vec<Option<ClassId>> = vec![None; self.ids.len()];
        let mut next = (0..).map(ClassId);
        let used = set
            .endpoints()
            .iter()
            .flat_map(|endpoint| &endpoint.addresses);
        for ClassId(old) in used.map(|address| addresses.class(*address)) {
            if let Some(new @ None) = order.get_mut(old as usize) {
                *new = next.next();
            }
        }
        let order: Vec<ClassId> = order
            .into_iter()
            .filter_map(|new| new.or_else(|| next.next()))
            .collect();
        let new = |ClassId(old): ClassId| order.get(old as usize).copied().unwrap_or(ClassId(old));
        addresses.ipv4.renumber(new);
        addresses.ipv6.renumber(new);
        self.ids.values_mut().for_each(|class| *class = new(*class));
    }

    /// The table of prefixes that inherit the predicates of the shorter ones around them.
    fn table<B: Bits>(&mut self, marks: Marks<B>, everywhere: Vec<PredicateId>) -> Table<B> {
        let default = self.class(everywhere.clone());
        let mut open: Vec<(B, Vec<PredicateId>)> = Vec::new();
        let mut classes = Vec::with_capacity(marks.len());
        for ((first, length), own) in marks {
            while open.pop_if(|(last, _)| *last < first).is_some() {}
            let mut all = open.last().map_or(&everywhere, |(_, outer)| outer).clone();
            all.extend(own);
            all.sort_unstable();
            all.dedup();
            classes.push(((first, length), self.class(all.clone())));
            if length < B::LENGTH {
                open.push((first.last(length), all));
            }
        }
        Table::new(classes.into_iter(), default)
    }
}

impl Marking {
    fn new(
        set: &PolicySet,
        predicates: &Predicates,
        labels: &LabelSets<'_>,
        of: &LabelSetsOf,
    ) -> Self {
        let mut marking = Self::default();
        let selectors = SelectorPredicates::new(predicates, labels);
        for ((id, endpoint), label_set) in set.endpoint_ids().zip(&of.endpoints) {
            for address in &endpoint.addresses {
                marking.mark((*address).into(), selectors.of(*label_set));
            }
            marking.named_ports(set, id, predicates, labels, *label_set);
        }
        for ((network_set, _), label_set) in set.network_sets().zip(&of.network_sets) {
            for net in &network_set.nets {
                marking.mark(*net, selectors.of(*label_set));
            }
        }
        for (id, predicate) in predicates.iter() {
            marking.address_predicate(set, id, predicate);
        }
        marking
    }

    fn mark(&mut self, net: IpNet, predicates: &[PredicateId]) {
        match net.trunc() {
            IpNet::V4(net) => {
                let prefix = (Ipv4Addr::to_bits(net.addr()), net.prefix_len());
                self.ipv4.entry(prefix).or_default().extend(predicates);
            }
            IpNet::V6(net) => {
                let prefix = (Ipv6Addr::to_bits(net.addr()), net.prefix_len());
                self.ipv6.entry(prefix).or_default().extend(predicates);
            }
        }
    }

    fn address_predicate(&mut self, set: &PolicySet, id: PredicateId, predicate: &Predicate) {
        let members = |name| {
            set.service(name)
                .map(|s| s.members.as_slice())
                .unwrap_or_default()
        };
        match predicate {
            Predicate::Nets(nets) => nets.iter().for_each(|net| self.mark(*net, &[id])),
            Predicate::Service(name) => {
                for member in members(name) {
                    self.mark(member.address.into(), &[id]);
                }
            }
            Predicate::ServicePort(name, protocol, port) => {
                let wanted = Some((*protocol, *port));
                for member in members(name).iter().filter(|member| member.port == wanted) {
                    self.mark(member.address.into(), &[id]);
                }
            }
            Predicate::Ipv4 | Predicate::Selector(_) | Predicate::NamedPort { .. } => {}
        }
    }

    fn named_ports(
        &mut self,
        set: &PolicySet,
        id: EndpointId,
        predicates: &Predicates,
        labels: &LabelSets<'_>,
        label_set: LabelSetId,
    ) {
        let Some(endpoint) = set
            .endpoint(id)
            .filter(|endpoint| !endpoint.ports.is_empty())
        else {
            return;
        };
        let has = |predicate: &Predicate| match predicate {
            Predicate::NamedPort {
                name,
                selector,
                protocol,
                port,
            } => {
                endpoint
                    .ports
                    .iter()
                    .any(|p| p.name == *name && p.protocol == *protocol && p.port == *port)
                    && selector
                        .as_ref()
                        .is_none_or(|s| labels.matches(label_set, s))
            }
            Predicate::Ipv4
            | Predicate::Nets(_)
            | Predicate::Selector(_)
            | Predicate::Service(_)
            | Predicate::ServicePort(..) => false,
        };
        let ids: Vec<_> = predicates
            .named_ports()
            .filter(|(_, predicate)| has(predicate))
            .map(|(id, _)| id)
            .collect();
        for address in &endpoint.addresses {
            self.mark(IpNet::from(*address), &ids);
        }
    }
}

/// For each label set, the selector predicates that select it.
struct SelectorPredicates(Vec<Vec<PredicateId>>);

impl SelectorPredicates {
    fn new(predicates: &Predicates, labels: &LabelSets<'_>) -> Self {
        let mut selected = vec![Vec::new(); labels.len()];
        for (id, predicate) in predicates.iter() {
            if let Predicate::Selector(selector) = predicate {
                for LabelSetId(label_set) in labels.selected(selector) {
                    if let Some(ids) = selected.get_mut(label_set as usize) {
                        ids.push(id);
                    }
                }
            }
        }
        Self(selected)
    }

    fn of(&self, LabelSetId(id): LabelSetId) -> &[PredicateId] {
        self.0
            .get(id as usize)
            .map(Vec::as_slice)
            .unwrap_or_default()
    }
}
