//! Predicates: yes-or-no questions about one address that rules ask.
//!
//! Everything a rule says about an address comes down to predicates, each of which is asked
//! of an address once, when classes are made. Ports that have a name and ports of services
//! depend on address, protocol and port together; as the latter two are known where the tree
//! asks about addresses, there is one predicate for each pair that occurs.

use calico_types::selector::Selector;
use ipnet::IpNet;
use rustc_hash::FxHashMap;

use super::tree::index_u32;
use crate::{Protocol, ServiceName};

/// The number of a predicate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct PredicateId(pub(super) u32);

/// A question about an address.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Predicate {
    /// Is it an IPv4 address?
    Ipv4,
    /// Is it in one of the networks?
    Nets(Vec<IpNet>),
    /// Has something with this address these labels?
    Selector(Selector),
    /// Has an endpoint with this address such a named port?
    NamedPort {
        /// The name.
        name: String,
        /// The endpoint must be selected.
        selector: Option<Selector>,
        /// The protocol of the port.
        protocol: Protocol,
        /// The port.
        port: u16,
    },
    /// Does it belong to the service?
    Service(ServiceName),
    /// Does it belong to the service with this protocol and port?
    ServicePort(ServiceName, Protocol, u16),
}

/// The predicates of a policy set, each once.
#[derive(Debug, Default)]
pub(super) struct Predicates {
    all: Vec<Predicate>,
    ids: FxHashMap<Predicate, PredicateId>,
}

impl Predicates {
    pub(super) fn intern(&mut self, predicate: Predicate) -> PredicateId {
        if let Some(id) = self.ids.get(&predicate) {
            return *id;
        }
        let id = PredicateId(index_u32(self.all.len()));
        self.all.push(predicate.clone());
        self.ids.insert(predicate, id);
        id
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (PredicateId, &Predicate)> {
        (0..).map(PredicateId).zip(&self.all)
    }

    /// Those about named ports.
    pub(super) fn named_ports(&self) -> impl Iterator<Item = (PredicateId, &Predicate)> {
        self.iter()
            .filter(|(_, predicate)| matches!(predicate, Predicate::NamedPort { .. }))
    }

    pub(super) const fn len(&self) -> usize {
        self.all.len()
    }

    /// The selectors that predicates ask about.
    pub(super) fn selectors(&self) -> impl Iterator<Item = &Selector> {
        self.all.iter().filter_map(|predicate| match predicate {
            Predicate::Selector(selector) => Some(selector),
            Predicate::NamedPort { selector, .. } => selector.as_ref(),
            Predicate::Ipv4
            | Predicate::Nets(_)
            | Predicate::Service(_)
            | Predicate::ServicePort(..) => None,
        })
    }
}
