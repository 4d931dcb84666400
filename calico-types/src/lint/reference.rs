//! References to what is not there: services, namespaces, nodes.
//!
//! Whether something is there can only be known of a complete cluster, and of
//! kinds of which some are here: a directory without Services says nothing about
//! Services.

use std::collections::BTreeSet;

use super::bundle::Bundle;
use super::policy::{DIRECTIONS, PolicyView};
use crate::resources::{Kind as _, ServiceMatch};
use crate::{Diagnostic, Resource, Severity};

/// Namespaces that every cluster has.
const ALWAYS: [&str; 4] = ["default", "kube-system", "kube-public", "kube-node-lease"];

pub(super) fn check(bundle: &Bundle<'_>, found: &mut Vec<Diagnostic>) {
    let services = Services::new(bundle);
    let namespaces: BTreeSet<&str> = bundle
        .inventory
        .namespaces
        .iter()
        .filter_map(|namespace| namespace.namespace.as_deref())
        .collect();
    for policy in bundle.policies.iter().filter(|policy| policy.is_calicos()) {
        found.extend(missing_namespace(bundle, policy, &namespaces));
        found.extend(services.dangling(bundle, policy));
    }
    found.extend(nodes(bundle));
}

/// Services by namespace and name, by themselves or through their endpoints.
struct Services<'a> {
    known: BTreeSet<(&'a str, &'a str)>,
    namespaces: BTreeSet<&'a str>,
}

impl<'a> Services<'a> {
    fn new(bundle: &Bundle<'a>) -> Self {
        let known: BTreeSet<_> = bundle
            .all
            .iter()
            .filter_map(|at| service(&at.resource))
            .collect();
        let namespaces = known.iter().map(|(namespace, _)| *namespace).collect();
        Self { known, namespaces }
    }

    /// Rules that ask for a service that is not there: they never match.
    fn dangling(&self, bundle: &Bundle<'_>, policy: &PolicyView<'_>) -> Vec<Diagnostic> {
        let mut found = Vec::new();
        for (direction, list) in DIRECTIONS {
            for (index, rule) in policy.rules(direction).iter().enumerate() {
                let sides = [("source", &rule.source), ("destination", &rule.destination)];
                for (side, entity) in sides {
                    let path = format!("spec.{list}[{index}].{side}.services");
                    let service = entity.services.as_ref();
                    let missing = service.and_then(|service| self.missing(bundle, policy, service));
                    found.extend(missing.map(|(severity, message)| {
                        policy
                            .finding(severity, "dangling-service", &path, message)
                            .help("a rule about a service without endpoints matches nothing")
                    }));
                }
            }
        }
        found
    }

    /// Without the whole cluster only where other services of the namespace are
    /// here.
    fn missing(
        &self,
        bundle: &Bundle<'_>,
        policy: &PolicyView<'_>,
        service: &ServiceMatch,
    ) -> Option<(Severity, String)> {
        let given = service.namespace.as_deref().filter(|n| !n.is_empty());
        let namespace = given.or(policy.namespace)?;
        let name = service.name.as_str();
        let unseen = ["Service", "EndpointSlice"].iter().any(|kind| {
            bundle.unseen.may_be(kind, name) || !bundle.unseen.none_of("EndpointSlice")
        });
        let judged = bundle.is_complete() || self.namespaces.contains(namespace);
        if name.is_empty() || unseen || !judged || self.known.contains(&(namespace, name)) {
            return None;
        }
        let message = format!("no Service {name} in namespace {namespace}: the rule never matches");
        Some((bundle.missing(), message))
    }
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "two kinds out of all tell of services"
)]
fn service(resource: &Resource) -> Option<(&str, &str)> {
    match resource {
        Resource::Service(service) => {
            let metadata = service.metadata();
            Some((metadata.namespace_or_default(), &metadata.name))
        }
        Resource::EndpointSlice(slice) => {
            Some((slice.metadata.namespace_or_default(), slice.service_name()?))
        }
        _ => None,
    }
}

/// A policy in a namespace that is not there: an API server does not take it.
fn missing_namespace(
    bundle: &Bundle<'_>,
    policy: &PolicyView<'_>,
    known: &BTreeSet<&str>,
) -> Option<Diagnostic> {
    let name = policy.namespace.filter(|name| !ALWAYS.contains(name))?;
    let is_there = known.contains(name) || bundle.unseen.may_be("Namespace", name);
    if !bundle.is_complete() || known.is_empty() || is_there {
        return None;
    }
    let message = format!(
        "no Namespace {name}: {} cannot be created in it",
        policy.name
    );
    Some(
        policy
            .finding(
                Severity::Error,
                "missing-namespace",
                "metadata.namespace",
                message,
            )
            .help("an API server refuses what belongs to a namespace that it does not have"),
    )
}

/// What is for one node, by a name that no node has.
fn nodes(bundle: &Bundle<'_>) -> Vec<Diagnostic> {
    let known = &bundle.inventory.nodes;
    if !bundle.is_complete() || known.is_empty() {
        return Vec::new();
    }
    let is_missing = |name: &str| {
        !name.is_empty() && !known.contains_key(name) && !bundle.unseen.may_be("Node", name)
    };
    let mut found = Vec::new();
    for peer in &bundle.peers {
        let node = peer.resource.spec.node.as_deref();
        if let Some(node) = node.filter(|node| is_missing(node)) {
            let message = format!("no node {node}: BGPPeer {} makes no session", peer.name());
            found.push(peer.finding(Severity::Warning, "dangling-node", "spec.node", message));
        }
    }
    for host in &bundle.host_endpoints {
        let node = host.resource.spec.node.as_deref();
        if let Some(node) = node.filter(|node| is_missing(node)) {
            let message = format!(
                "no node {node}: host endpoint {} protects nothing",
                host.name()
            );
            found.push(host.finding(Severity::Warning, "dangling-node", "spec.node", message));
        }
    }
    let configurations = bundle.configurations.iter().map(|c| (c.at, c.name()));
    let felix = bundle.felix.iter().map(|felix| (felix.at, felix.name()));
    for (at, name) in configurations.chain(felix) {
        let node = name.strip_prefix("node.");
        if let Some(node) = node.filter(|node| is_missing(node)) {
            let message = format!("no node {node}: nothing reads {name}");
            let code = "dangling-node";
            found.push(super::bundle::finding(
                at,
                Severity::Warning,
                code,
                "metadata.name",
                message,
            ));
        }
    }
    found
}
