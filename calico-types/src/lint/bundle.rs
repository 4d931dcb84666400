//! The resources of a set, by kind, with their places.

use std::cell::OnceCell;
use std::net::IpAddr;

use super::LintContext;
use super::inventory::Inventory;
use super::policy::{self, PolicyView};
use crate::decode::Located;
use crate::resources::{
    BGPConfiguration, BGPFilter, BGPPeer, FelixConfiguration, HostEndpoint, IPPool, Installation,
    Kind, Node, Tier,
};
use crate::topology::{Problem, Topology, TopologyInput};
use crate::{Code, Diagnostic, Resource, Severity};

/// The number of nodes up to which a mesh is built to be looked at.
const LARGEST_MESH: usize = 300;

/// A resource and its place.
pub(super) struct Placed<'a, T> {
    pub(super) resource: &'a T,
    pub(super) at: &'a Located,
}

impl<T> Clone for Placed<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Placed<'_, T> {}

impl<T: Kind> Placed<'_, T> {
    pub(super) fn name(&self) -> &str {
        &self.resource.metadata().name
    }

    /// A finding about a field of the resource.
    pub(super) fn finding(
        &self,
        severity: Severity,
        code: &'static str,
        path: &str,
        message: impl Into<String>,
    ) -> Diagnostic {
        finding(self.at, severity, code, path, message)
    }
}

/// A finding about a field, put where the field stands, or else the nearest
/// thing around it that is there.
pub(super) fn finding(
    at: &Located,
    severity: Severity,
    code: &'static str,
    path: &str,
    message: impl Into<String>,
) -> Diagnostic {
    let mut around = path;
    let span = loop {
        if let Some(span) = at.field_span(around).filter(|_| !around.is_empty()) {
            break span;
        }
        match around.rfind(['.', '[']) {
            Some(end) => around = around.get(..end).unwrap_or_default(),
            None => break at.field_span("metadata.name").unwrap_or(at.span),
        }
    };
    Diagnostic::new(severity, Code(code), message)
        .at(at.source.clone(), span)
        .of(title(&at.resource))
        .on(path)
}

/// Kind and name: `NetworkPolicy shop/db`.
pub(super) fn title(resource: &Resource) -> String {
    let metadata = resource.metadata();
    let namespace = match &metadata.namespace {
        Some(namespace) if resource.namespaced() => format!("{namespace}/"),
        Some(_) | None => String::new(),
    };
    format!("{} {namespace}{}", resource.kind(), metadata.name)
}

/// Everything that lints ask for.
pub(super) struct Bundle<'a> {
    pub(super) all: &'a [Located],
    pub(super) context: LintContext,
    pub(super) nodes: Vec<Placed<'a, Node>>,
    pub(super) configurations: Vec<Placed<'a, BGPConfiguration>>,
    pub(super) peers: Vec<Placed<'a, BGPPeer>>,
    pub(super) filters: Vec<Placed<'a, BGPFilter>>,
    pub(super) pools: Vec<Placed<'a, IPPool>>,
    pub(super) installations: Vec<Placed<'a, Installation>>,
    pub(super) felix: Vec<Placed<'a, FelixConfiguration>>,
    pub(super) tiers: Vec<Placed<'a, Tier>>,
    pub(super) host_endpoints: Vec<Placed<'a, HostEndpoint>>,
    /// Enforced policies of every kind, in the order of evaluation.
    pub(super) policies: Vec<PolicyView<'a>>,
    pub(super) inventory: Inventory,
    topology: OnceCell<(Topology, Vec<Problem>)>,
}

/// The resources of one kind.
macro_rules! of_kind {
    ($all:expr, $kind:ident) => {
        $all.iter()
            .filter_map(|at| {
                if let Resource::$kind(resource) = &at.resource {
                    Some(Placed { resource, at })
                } else {
                    None
                }
            })
            .collect()
    };
}

impl<'a> Bundle<'a> {
    pub(super) fn new(all: &'a [Located], context: LintContext) -> Self {
        Self {
            all,
            context,
            nodes: of_kind!(all, Node),
            configurations: of_kind!(all, BGPConfiguration),
            peers: of_kind!(all, BGPPeer),
            filters: of_kind!(all, BGPFilter),
            pools: of_kind!(all, IPPool),
            installations: of_kind!(all, Installation),
            felix: of_kind!(all, FelixConfiguration),
            tiers: of_kind!(all, Tier),
            host_endpoints: of_kind!(all, HostEndpoint),
            policies: policy::views(all),
            inventory: Inventory::new(all.iter().map(|at| &at.resource)),
            topology: OnceCell::new(),
        }
    }

    /// The sessions that the resources mean, and what is odd about them.
    ///
    /// Without the mesh when that would be very many sessions: no lint has
    /// more to say about a mesh of a thousand nodes than about one of ten.
    pub(super) fn topology(&self) -> &(Topology, Vec<Problem>) {
        self.topology.get_or_init(|| {
            let resources = self.all.iter().map(|at| &at.resource);
            let mut input = TopologyInput::from_resources(resources);
            if input.nodes.len() > LARGEST_MESH {
                let default = input.configurations.entry("default".to_owned());
                default.or_default().spec.node_to_node_mesh_enabled = Some(false);
            }
            Topology::build(&input)
        })
    }

    /// Whether every node has a session with every other.
    pub(super) fn has_mesh(&self) -> bool {
        let configuration = self.default_configuration();
        configuration
            .and_then(|configuration| configuration.resource.spec.node_to_node_mesh_enabled)
            .unwrap_or(true)
    }

    /// The cluster's BGP configuration.
    pub(super) fn default_configuration(&self) -> Option<Placed<'a, BGPConfiguration>> {
        let mut all = self.configurations.iter().rev();
        all.find(|c| c.name() == "default").copied()
    }

    pub(super) fn peer(&self, name: &str) -> Option<Placed<'a, BGPPeer>> {
        self.peers.iter().rev().find(|p| p.name() == name).copied()
    }

    pub(super) fn filter(&self, name: &str) -> Option<Placed<'a, BGPFilter>> {
        self.filters
            .iter()
            .rev()
            .find(|f| f.name() == name)
            .copied()
    }

    /// Whether an address is a node's.
    pub(super) fn is_node(&self, address: IpAddr) -> bool {
        self.nodes.iter().any(|node| {
            node.resource.spec.bgp.as_ref().is_some_and(|bgp| {
                let own = match address {
                    IpAddr::V4(_) => bgp.ipv4_address.map(|net| IpAddr::V4(net.addr())),
                    IpAddr::V6(_) => bgp.ipv6_address.map(|net| IpAddr::V6(net.addr())),
                };
                own == Some(address)
            })
        })
    }

    /// How bad it is that something is missing: whether it is can only be
    /// known of a complete set.
    pub(super) fn missing(&self) -> Severity {
        if self.context.complete {
            Severity::Error
        } else {
            Severity::Warning
        }
    }
}
