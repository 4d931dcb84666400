//! Rules as written to rules of the model.

use calico_types::resources as written;
use calico_types::scalar;

use super::Builder;
use super::issue::{Effect, Issue, Problem, ResourceRef};
use super::scope::{Namespace, SideSelectors, given};
use crate::{
    Action, Direction, Family, Fault, HttpMatch, IcmpMatch, PathMatch, PeerMatch, PortMatch,
    Protocol, Rule, ServiceName,
};

impl Builder {
    /// The rules of one direction. One that cannot be read stays in its place, marked.
    pub(super) fn rules(
        &mut self,
        resource: &ResourceRef,
        direction: Direction,
        rules: &[written::Rule],
        namespace: Namespace<'_>,
    ) -> Vec<Rule> {
        rules
            .iter()
            .enumerate()
            .map(|(index, written)| {
                let action = action(written.action);
                rule(written, namespace).unwrap_or_else(|fault| {
                    self.issues.push(Issue {
                        resource: resource.clone(),
                        problem: Problem::Rule {
                            direction,
                            rule: index,
                            fault: fault.clone(),
                        },
                        effect: effect(action),
                    });
                    Rule {
                        fault: Some(fault),
                        ..Rule::any(action)
                    }
                })
            })
            .collect()
    }
}

const fn effect(action: Action) -> Effect {
    match action {
        Action::Allow | Action::Log => Effect::RuleMatchesNothing,
        Action::Deny | Action::Pass => Effect::RuleDeniesAll,
    }
}

fn rule(written: &written::Rule, namespace: Namespace<'_>) -> Result<Rule, Fault> {
    let protocol = written.protocol.as_ref();
    Ok(Rule {
        family: family(written.ip_version, protocol),
        protocol: protocol.map(number).transpose()?,
        not_protocol: written.not_protocol.as_ref().map(number).transpose()?,
        icmp: icmp(written.icmp)?,
        not_icmp: icmp(written.not_icmp)?,
        source: side(&written.source, namespace)?,
        destination: side(&written.destination, namespace)?,
        http: written.http.as_ref().map(http).transpose()?,
        name: written
            .metadata
            .as_ref()
            .and_then(|m| m.annotations.get("name"))
            .cloned(),
        ..Rule::any(action(written.action))
    })
}

const fn action(written: written::Action) -> Action {
    match written {
        written::Action::Allow => Action::Allow,
        written::Action::Deny => Action::Deny,
        written::Action::Log => Action::Log,
        written::Action::Pass => Action::Pass,
    }
}

/// The family that is given, or implied by a protocol's name. A number implies none.
fn family(
    version: Option<scalar::IpVersion>,
    protocol: Option<&scalar::Protocol>,
) -> Option<Family> {
    let given = version.map(|version| match version {
        scalar::IpVersion::V4 => Family::V4,
        scalar::IpVersion::V6 => Family::V6,
    });
    given.or_else(|| match protocol? {
        scalar::Protocol::Name(name) if name.eq_ignore_ascii_case("ICMP") => Some(Family::V4),
        scalar::Protocol::Name(name) if name.eq_ignore_ascii_case("ICMPv6") => Some(Family::V6),
        scalar::Protocol::Name(_) | scalar::Protocol::Number(_) => None,
    })
}

/// The number of a protocol.
pub(super) fn number(protocol: &scalar::Protocol) -> Result<Protocol, Fault> {
    let number = protocol.number().map(Protocol);
    number.ok_or_else(|| Fault::Protocol(protocol.to_string()))
}

fn icmp(written: Option<written::IcmpFields>) -> Result<Option<IcmpMatch>, Fault> {
    let Some(written) = written else {
        return Ok(None);
    };
    match (written.r#type, written.code) {
        (Some(icmp_type), code) => Ok(Some(IcmpMatch { icmp_type, code })),
        (None, Some(_)) => Err(Fault::IcmpCodeAlone),
        (None, None) => Ok(None),
    }
}

fn side(written: &written::EntityRule, namespace: Namespace<'_>) -> Result<PeerMatch, Fault> {
    let selectors = SideSelectors::resolve(written, namespace)?;
    let service = written
        .services
        .as_ref()
        .map(|s| service(s, namespace))
        .transpose()?;
    Ok(PeerMatch {
        nets: written.nets.iter().map(ipnet::IpNet::trunc).collect(),
        not_nets: written.not_nets.iter().map(ipnet::IpNet::trunc).collect(),
        selector: selectors.selector,
        not_selector: selectors.not_selector,
        ports: written.ports.iter().map(port).collect(),
        not_ports: written.not_ports.iter().map(port).collect(),
        service,
    })
}

fn port(written: &scalar::Port) -> PortMatch {
    match written {
        scalar::Port::Number(port) => PortMatch::Range(*port, *port),
        scalar::Port::Range { min, max } => PortMatch::Range(*min, *max),
        scalar::Port::Name(name) => PortMatch::Named(name.clone()),
    }
}

fn service(
    written: &written::ServiceMatch,
    namespace: Namespace<'_>,
) -> Result<ServiceName, Fault> {
    let namespace = given(written.namespace.as_ref())
        .or(namespace)
        .ok_or_else(|| Fault::ServiceNamespace(written.name.to_string()))?;
    Ok(ServiceName {
        namespace: namespace.to_owned(),
        name: written.name.to_string(),
    })
}

fn http(written: &written::HttpMatch) -> Result<HttpMatch, Fault> {
    let path = |path: &written::HttpPath| match (&path.exact, &path.prefix) {
        (Some(exact), None) => Ok(PathMatch::Exact(exact.clone())),
        (None, Some(prefix)) => Ok(PathMatch::Prefix(prefix.clone())),
        (None, None) | (Some(_), Some(_)) => Err(Fault::HttpPath),
    };
    Ok(HttpMatch {
        methods: written.methods.to_vec(),
        paths: written.paths.iter().map(path).collect::<Result<_, _>>()?,
    })
}
