//! Endpoints and network sets of a set of resources, with all their labels.
//!
//! Labels are what Felix would see: those of pods with Calico's own over them,
//! then those of the profiles, in order. A namespace or service account that is
//! not among the resources may have any labels, and selectors that ask for those
//! are not judged ([`Inventory::can_judge`]).

use std::collections::{BTreeMap, BTreeSet};

use crate::convert::{self, NAMESPACE_LABEL, NAMESPACE_LABEL_PREFIX, SERVICE_ACCOUNT_LABEL_PREFIX};
use crate::resources::Profile;
use crate::selector::{Labels, Selector};
use crate::{Metadata, Resource, k8s};

type LabelMap = BTreeMap<String, String>;

/// What selectors can select.
#[derive(Default)]
pub(super) struct Inventory {
    /// Workload and host endpoints.
    pub(super) endpoints: Vec<Labelled>,
    /// Network sets of both kinds.
    pub(super) network_sets: Vec<Labelled>,
    /// Prefixes of labels of which endpoints inherit more than is known: of
    /// namespaces and service accounts that are not among the resources.
    unknown: BTreeSet<&'static str>,
}

/// Something with labels of its own and labels that it inherits.
pub(super) struct Labelled {
    own: LabelMap,
    inherited: Vec<LabelMap>,
}

impl Labels for Labelled {
    fn value(&self, name: &str) -> Option<&str> {
        let mut all = std::iter::once(&self.own).chain(&self.inherited);
        all.find_map(|labels| labels.value(name))
    }
}

impl Inventory {
    /// Profiles first: an endpoint may stand before the namespace whose labels
    /// it inherits.
    pub(super) fn new<'a>(resources: impl Iterator<Item = &'a Resource> + Clone) -> Self {
        let profiles = profiles(resources.clone());
        let mut inventory = Self::default();
        for resource in resources {
            inventory.add(resource, &profiles);
        }
        inventory
    }

    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "a few kinds out of all have labels that policies select"
    )]
    fn add(&mut self, resource: &Resource, profiles: &BTreeMap<String, LabelMap>) {
        match resource {
            Resource::Pod(pod) => {
                if let Some(endpoint) = convert::pod(pod) {
                    self.endpoint(&endpoint.metadata, &endpoint.spec.profiles, profiles);
                }
            }
            Resource::WorkloadEndpoint(endpoint) => {
                let mut metadata = endpoint.metadata.clone();
                let namespace = metadata.namespace_or_default().to_owned();
                metadata
                    .labels
                    .entry(NAMESPACE_LABEL.to_owned())
                    .or_insert(namespace);
                self.endpoint(&metadata, &endpoint.spec.profiles, profiles);
            }
            Resource::HostEndpoint(endpoint) => {
                self.endpoint(&endpoint.metadata, &endpoint.spec.profiles, profiles);
            }
            Resource::NetworkSet(set) => {
                let namespace = set.metadata.namespace_or_default();
                let mut own = set.metadata.labels.clone();
                own.insert(NAMESPACE_LABEL.to_owned(), namespace.to_owned());
                let inherited = profiles.get(&format!("kns.{namespace}")).cloned();
                self.network_sets.push(Labelled {
                    own,
                    inherited: inherited.into_iter().collect(),
                });
            }
            Resource::GlobalNetworkSet(set) => self.network_sets.push(Labelled {
                own: set.metadata.labels.clone(),
                inherited: Vec::new(),
            }),
            _ => {}
        }
    }

    /// An endpoint with what its profiles lend it. Where a profile is missing, what
    /// every namespace lends is known all the same.
    fn endpoint(
        &mut self,
        metadata: &Metadata,
        names: &[String],
        profiles: &BTreeMap<String, LabelMap>,
    ) {
        let mut inherited = Vec::new();
        for name in names {
            if let Some(labels) = profiles.get(name) {
                inherited.push(labels.clone());
            } else if let Some(namespace) = name.strip_prefix("kns.") {
                self.unknown.insert(NAMESPACE_LABEL_PREFIX);
                inherited.push(always(namespace));
            } else if name.starts_with("ksa.") {
                self.unknown.insert(SERVICE_ACCOUNT_LABEL_PREFIX);
            }
        }
        self.endpoints.push(Labelled {
            own: metadata.labels.clone(),
            inherited,
        });
    }

    /// Whether there is anything to compare with.
    pub(super) fn is_empty(&self) -> bool {
        self.endpoints.is_empty()
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
    ) -> impl Iterator<Item = &'s Labelled> {
        self.endpoints.iter().filter(move |e| selector.matches(*e))
    }
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
fn profiles<'a>(resources: impl Iterator<Item = &'a Resource>) -> BTreeMap<String, LabelMap> {
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
        let labels = profile.spec.labels_to_apply.into_inner();
        profiles.insert(profile.metadata.name, labels);
    }
    profiles
}

/// Labels that every endpoint of a namespace inherits in a real cluster: the
/// API server labels each namespace with its name.
fn always(namespace: &str) -> LabelMap {
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
pub(super) fn dns_pod() -> Labelled {
    let own = [
        (NAMESPACE_LABEL, "kube-system"),
        (convert::ORCHESTRATOR_LABEL, "k8s"),
        (convert::SERVICE_ACCOUNT_LABEL, "coredns"),
        ("k8s-app", "kube-dns"),
    ];
    Labelled {
        own: own.map(|(k, v)| (k.to_owned(), v.to_owned())).into(),
        inherited: vec![always("kube-system")],
    }
}
