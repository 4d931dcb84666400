//! Endpoints, network sets, namespaces and nodes of a set of resources, with all
//! their labels.
//!
//! Labels are what Felix would see: those of pods with Calico's own over them,
//! then those of the profiles, in order. A namespace or service account that is
//! not among the resources may have any labels, and selectors that ask for those
//! are not judged ([`Inventory::can_judge`]).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::convert::{self, NAMESPACE_LABEL, NAMESPACE_LABEL_PREFIX, SERVICE_ACCOUNT_LABEL_PREFIX};
use crate::decode::Located;
use crate::resources::Profile;
use crate::scalar::Protocol;
use crate::selector::{Labels, Selector};
use crate::{Metadata, Resource, k8s};

type LabelMap = BTreeMap<String, String>;

/// Labels that many endpoints share are kept once: a namespace may have
/// thousands of pods.
type Profiles = BTreeMap<String, Arc<LabelMap>>;

/// What selectors can select.
#[derive(Default)]
pub(super) struct Inventory<'a> {
    /// Workload and host endpoints.
    pub(super) endpoints: Vec<Labelled<'a>>,
    /// Network sets of both kinds.
    pub(super) network_sets: Vec<Labelled<'a>>,
    /// Namespaces that are among the resources, as `namespaceSelector` sees them.
    pub(super) namespaces: Vec<Labelled<'a>>,
    /// Service accounts that are among the resources, as
    /// `serviceAccountSelector` sees them, with namespace and name.
    pub(super) accounts: Vec<(&'a str, &'a str, Labelled<'a>)>,
    /// Labels of the nodes, by name: Calico's where there are such, else those
    /// of Kubernetes.
    pub(super) nodes: BTreeMap<&'a str, &'a LabelMap>,
    /// Prefixes of labels of which endpoints inherit more than is known: of
    /// namespaces and service accounts that are not among the resources.
    unknown: BTreeSet<&'static str>,
}

/// Something with labels of its own and labels that it inherits.
pub(super) struct Labelled<'a> {
    /// The resource that it is; `None` for what stands for others.
    pub(super) at: Option<&'a Located>,
    /// The namespace that it is in.
    pub(super) namespace: Option<String>,
    /// Whether it is a host's.
    pub(super) is_host: bool,
    /// Names of its ports, with the numbers of their protocols.
    ports: Vec<(String, Option<u8>)>,
    own: LabelMap,
    inherited: Vec<Arc<LabelMap>>,
}

impl Labels for Labelled<'_> {
    fn value(&self, name: &str) -> Option<&str> {
        let inherited = self.inherited.iter().map(AsRef::as_ref);
        let mut all = std::iter::once(&self.own).chain(inherited);
        all.find_map(|labels| labels.value(name))
    }
}

impl Labelled<'_> {
    /// Only labels, of nothing in particular.
    fn of(own: LabelMap) -> Self {
        Self {
            at: None,
            namespace: None,
            is_host: false,
            ports: Vec::new(),
            own,
            inherited: Vec::new(),
        }
    }

    /// Whether it has a port of this name, for a protocol or for any.
    pub(super) fn has_port(&self, name: &str, protocol: Option<&Protocol>) -> bool {
        let wanted = protocol.map(Protocol::number);
        let mut ports = self.ports.iter();
        ports.any(|(known, of)| known == name && wanted.is_none_or(|wanted| wanted == *of))
    }
}

impl<'a> Inventory<'a> {
    /// Profiles first: an endpoint may stand before the namespace whose labels
    /// it inherits.
    pub(super) fn new(all: &'a [Located]) -> Self {
        let mut profiles = profiles(all.iter().map(|at| &at.resource));
        let mut inventory = Self::default();
        for at in all {
            inventory.add(at, &mut profiles);
            inventory.add_scope(&at.resource, &profiles);
        }
        inventory
    }

    /// What is selected by policies.
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "a few kinds out of all have labels that policies select"
    )]
    fn add(&mut self, at: &'a Located, profiles: &mut Profiles) {
        match &at.resource {
            Resource::Pod(pod) => {
                if let Some(endpoint) = convert::pod(pod) {
                    let ports = endpoint.spec.ports.iter();
                    let ports = ports.filter_map(|p| Some((p.name.clone()?, p.protocol.as_ref())));
                    let ports = ports
                        .map(|(name, protocol)| (name, number(protocol)))
                        .collect();
                    let labels = endpoint.metadata.labels.clone();
                    self.workload(at, (labels, ports), &endpoint.spec.profiles, profiles);
                }
            }
            Resource::WorkloadEndpoint(endpoint) => {
                let mut labels = endpoint.metadata.labels.clone();
                let namespace = endpoint.metadata.namespace_or_default().to_owned();
                labels
                    .entry(NAMESPACE_LABEL.to_owned())
                    .or_insert(namespace);
                let ports = endpoint.spec.ports.iter();
                let ports = ports.filter_map(|p| Some((p.name.clone()?, p.protocol.as_ref())));
                let ports = ports
                    .map(|(name, protocol)| (name, number(protocol)))
                    .collect();
                self.workload(at, (labels, ports), &endpoint.spec.profiles, profiles);
            }
            Resource::HostEndpoint(endpoint) => {
                let inherited = self.inherited(&endpoint.spec.profiles, profiles);
                let ports = endpoint.spec.ports.iter();
                self.endpoints.push(Labelled {
                    at: Some(at),
                    is_host: true,
                    ports: ports
                        .map(|p| (p.name.clone(), p.protocol.number()))
                        .collect(),
                    inherited,
                    ..Labelled::of(endpoint.metadata.labels.clone())
                });
            }
            Resource::NetworkSet(set) => {
                let namespace = set.metadata.namespace_or_default();
                let mut own = set.metadata.labels.clone();
                own.insert(NAMESPACE_LABEL.to_owned(), namespace.to_owned());
                let inherited = profiles.get(&format!("kns.{namespace}")).cloned();
                self.network_sets.push(Labelled {
                    at: Some(at),
                    namespace: Some(namespace.to_owned()),
                    inherited: inherited.into_iter().collect(),
                    ..Labelled::of(own)
                });
            }
            Resource::GlobalNetworkSet(set) => self.network_sets.push(Labelled {
                at: Some(at),
                ..Labelled::of(set.metadata.labels.clone())
            }),
            _ => {}
        }
    }

    /// What endpoints are in: namespaces, service accounts, nodes.
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "a few kinds out of all are what endpoints are in"
    )]
    fn add_scope(&mut self, resource: &'a Resource, profiles: &Profiles) {
        match resource {
            Resource::Namespace(namespace) => {
                let name = &namespace.metadata.name;
                let own = [(NAMESPACE_LABEL.to_owned(), name.clone())].into();
                let inherited = profiles.get(&format!("kns.{name}")).cloned();
                self.namespaces.push(Labelled {
                    namespace: Some(name.clone()),
                    inherited: inherited.into_iter().collect(),
                    ..Labelled::of(own)
                });
            }
            Resource::ServiceAccount(account) => {
                let (namespace, name) = (
                    account.metadata.namespace_or_default(),
                    account.metadata.name.as_str(),
                );
                let inherited = profiles.get(&format!("ksa.{namespace}.{name}")).cloned();
                let labelled = Labelled {
                    inherited: inherited.into_iter().collect(),
                    ..Labelled::of(LabelMap::new())
                };
                self.accounts.push((namespace, name, labelled));
            }
            Resource::Node(node) => {
                self.nodes
                    .insert(&node.metadata.name, &node.metadata.labels);
            }
            Resource::KubernetesNode(node) => {
                let labels = &node.metadata.labels;
                self.nodes.entry(&node.metadata.name).or_insert(labels);
            }
            _ => {}
        }
    }

    fn workload(
        &mut self,
        at: &'a Located,
        (own, ports): (LabelMap, Vec<(String, Option<u8>)>),
        names: &[String],
        profiles: &mut Profiles,
    ) {
        let inherited = self.inherited(names, profiles);
        self.endpoints.push(Labelled {
            at: Some(at),
            namespace: own.get(NAMESPACE_LABEL).cloned(),
            ports,
            inherited,
            ..Labelled::of(own)
        });
    }

    /// What profiles lend. Where a profile is missing, what every namespace lends is
    /// known all the same.
    fn inherited(&mut self, names: &[String], profiles: &mut Profiles) -> Vec<Arc<LabelMap>> {
        let mut inherited = Vec::new();
        for name in names {
            if let Some(labels) = profiles.get(name) {
                inherited.push(Arc::clone(labels));
            } else if let Some(namespace) = name.strip_prefix("kns.") {
                self.unknown.insert(NAMESPACE_LABEL_PREFIX);
                let labels = Arc::new(always(namespace));
                profiles.insert(name.clone(), Arc::clone(&labels));
                inherited.push(labels);
            } else if name.starts_with("ksa.") {
                self.unknown.insert(SERVICE_ACCOUNT_LABEL_PREFIX);
            }
        }
        inherited
    }

    /// Whether the answer to a selector is known: not when it asks for labels
    /// of a namespace or service account that is not among the resources.
    pub(super) fn can_judge(&self, selector: &Selector) -> bool {
        let is_unknown = |label: &String| self.unknown.iter().any(|p| label.starts_with(p));
        self.unknown.is_empty() || !labels_of(selector).iter().any(is_unknown)
    }

    /// The endpoints that a selector selects.
    pub(super) fn selected<'s>(
        &'s self,
        selector: &'s Selector,
    ) -> impl Iterator<Item = &'s Labelled<'a>> {
        self.endpoints.iter().filter(move |e| selector.matches(*e))
    }
}

/// The number of a port's protocol; TCP is what pods get that name none.
fn number(protocol: Option<&Protocol>) -> Option<u8> {
    protocol.map_or(Some(6), Protocol::number)
}

/// Every label that a selector names.
fn labels_of(selector: &Selector) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let mut pending = vec![selector.root()];
    while let Some(node) = pending.pop() {
        names.extend(node.label().map(str::to_owned));
        pending.extend(node.operands());
    }
    names
}

/// Labels by profile name.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "three kinds out of all are profiles or become ones"
)]
fn profiles<'a>(resources: impl Iterator<Item = &'a Resource>) -> Profiles {
    let mut profiles = BTreeMap::new();
    for resource in resources {
        let profile: Profile = match resource {
            Resource::Profile(profile) => profile.clone(),
            Resource::Namespace(namespace) => {
                let mut profile = convert::namespace(namespace);
                let mut labels = always(&namespace.metadata.name);
                labels.append(&mut profile.spec.labels_to_apply);
                profile.spec.labels_to_apply = labels.into();
                profile
            }
            Resource::ServiceAccount(account) => convert::service_account(account),
            _ => continue,
        };
        let labels = Arc::new(profile.spec.labels_to_apply.into_inner());
        profiles.insert(profile.metadata.name, labels);
    }
    profiles
}

/// Labels that every endpoint of a namespace inherits in a real cluster: the
/// API server labels each namespace with its name.
pub(super) fn always(namespace: &str) -> LabelMap {
    let mut metadata = Metadata::named(namespace);
    let name = (
        "kubernetes.io/metadata.name".to_owned(),
        namespace.to_owned(),
    );
    metadata.labels.extend([name]);
    convert::namespace(&k8s::Namespace { metadata })
        .spec
        .labels_to_apply
        .into_inner()
}

/// A pod of `kube-system` that answers DNS queries, as every cluster has it.
///
/// CoreDNS and its predecessor both carry `k8s-app: kube-dns`, in kubeadm's
/// clusters as in those of the cloud providers.
pub(super) fn dns_pod() -> Labelled<'static> {
    let own = [
        (NAMESPACE_LABEL, "kube-system"),
        (convert::ORCHESTRATOR_LABEL, "k8s"),
        (convert::SERVICE_ACCOUNT_LABEL, "coredns"),
        ("k8s-app", "kube-dns"),
    ];
    Labelled {
        namespace: Some("kube-system".to_owned()),
        inherited: vec![Arc::new(always("kube-system"))],
        ..Labelled::of(own.map(|(k, v)| (k.to_owned(), v.to_owned())).into())
    }
}

/// A pod like any other, in the namespace that every cluster has.
pub(super) fn any_pod() -> Labelled<'static> {
    let own = [
        (NAMESPACE_LABEL, "default"),
        (convert::ORCHESTRATOR_LABEL, "k8s"),
    ];
    Labelled {
        namespace: Some("default".to_owned()),
        inherited: vec![Arc::new(always("default"))],
        ..Labelled::of(own.map(|(k, v)| (k.to_owned(), v.to_owned())).into())
    }
}

/// The host endpoint that calico-kube-controllers makes of a node.
///
/// It has the node's labels and one that says who made it.
pub(super) fn automatic_host(node: &LabelMap) -> Labelled<'static> {
    let mut own = node.clone();
    let made_by = ("projectcalico.org/created-by", "calico-kube-controllers");
    own.insert(made_by.0.to_owned(), made_by.1.to_owned());
    Labelled {
        is_host: true,
        ..Labelled::of(own)
    }
}
