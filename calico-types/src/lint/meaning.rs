//! Rules in words.
//!
//! For whoever has to see at a glance what a rule opens: its author, when pruning
//! has left less of it than was written, and a reviewer, when two versions of a
//! policy differ.

use std::fmt::Write as _;

use crate::resources::{Action, EntityRule, HttpMatch, IcmpFields, Rule};
use crate::scalar::{IpVersion, Port, Protocol};

/// What a rule does, in words: `allows all 65,535 TCP ports from app == 'backend'`.
///
/// Ports, protocols and peers are in the order of a firewall's log: what, from
/// where, to where. Selectors are quoted as they stand in the rule, not scoped: in
/// a namespaced policy `app == 'backend'` means pods of its own namespace.
///
/// The sentence has no subject and no full stop. It names everything that the
/// rule says, so what it does not name the rule leaves open.
///
/// ```
/// use calico_types::lint::meaning_of_rule;
/// use calico_types::resources::Rule;
///
/// let rule: Rule = serde_json::from_str(
///     r#"{"action": "Allow", "protocol": "TCP", "source": {"selector": "app == 'backend'"}}"#,
/// ).unwrap();
/// assert_eq!(meaning_of_rule(&rule), "allows all 65,535 TCP ports from app == 'backend'");
/// ```
#[must_use]
pub fn meaning_of_rule(rule: &Rule) -> String {
    let mut out = String::from(verb(rule.action));
    let traffic = traffic(rule);
    // Writing to a String cannot fail.
    let _ = write!(out, " {traffic}");
    for (preposition, side) in [("from", &rule.source), ("to", &rule.destination)] {
        if let Some(peer) = peer(side) {
            let _ = write!(out, " {preposition} {peer}");
        }
    }
    if peer(&rule.source).is_none() && peer(&rule.destination).is_none() {
        out.push_str(" from and to anywhere");
    }
    if !rule.source.ports.is_empty() {
        let _ = write!(out, ", source port {}", ports(&rule.source.ports));
    }
    if !rule.source.not_ports.is_empty() {
        let _ = write!(out, ", source port not {}", ports(&rule.source.not_ports));
    }
    if let Some(http) = &rule.http {
        let _ = write!(out, ", {}", requests(http));
    }
    out
}

fn verb(action: Action) -> &'static str {
    match action {
        Action::Allow => "allows",
        Action::Deny => "denies",
        Action::Log => "logs",
        Action::Pass => "passes on to the next tier",
    }
}

/// Protocol and destination ports.
///
/// Source ports are named last, by [`meaning_of_rule`]: they are seldom meant.
fn traffic(rule: &Rule) -> String {
    let version = match rule.ip_version {
        Some(IpVersion::V4) => "IPv4 ",
        Some(IpVersion::V6) => "IPv6 ",
        None => "",
    };
    let base = match (&rule.protocol, &rule.not_protocol) {
        (Some(protocol), _) => of_protocol(protocol, &rule.destination, rule.icmp),
        (None, Some(not)) => format!("everything but {}", name(not)),
        (None, None) if rule.destination.ports.is_empty() => "everything".to_owned(),
        (None, None) => format!("port {}", ports(&rule.destination.ports)),
    };
    let mut out = format!("{version}{base}");
    if !rule.destination.not_ports.is_empty() && !has_all_ports(rule) {
        let _ = write!(out, " except port {}", ports(&rule.destination.not_ports));
    }
    if let Some(not) = rule.not_icmp {
        let _ = write!(out, " except {}", icmp(not));
    }
    out
}

fn has_all_ports(rule: &Rule) -> bool {
    rule.protocol.as_ref().is_some_and(Protocol::has_ports) && rule.destination.ports.is_empty()
}

/// `all 65,535 TCP ports` rather than `TCP`: that nothing is said about ports is
/// what readers overlook.
fn of_protocol(protocol: &Protocol, side: &EntityRule, fields: Option<IcmpFields>) -> String {
    let name = name(protocol);
    if let Some(fields) = fields {
        return format!("{name} {}", icmp(fields));
    }
    match (protocol.has_ports(), &side.ports[..], &side.not_ports[..]) {
        // A service brings its own ports.
        (true, [], []) if side.services.is_some() => name,
        (true, [], []) => format!("all 65,535 {name} ports"),
        (true, [], not) => format!("all {name} ports except {}", ports(not)),
        (true, listed, _) => format!("{name} port {}", ports(listed)),
        (false, _, _) => name,
    }
}

fn name(protocol: &Protocol) -> String {
    match protocol {
        Protocol::Name(name) => name.clone(),
        Protocol::Number(number) => Protocol::names()
            .find(|name| Protocol::Name((*name).to_owned()).number() == Some(*number))
            .map_or_else(|| format!("protocol {number}"), str::to_owned),
    }
}

fn icmp(fields: IcmpFields) -> String {
    match (fields.r#type, fields.code) {
        (Some(kind), Some(code)) => format!("type {kind} code {code}"),
        (Some(kind), None) => format!("type {kind}"),
        (None, _) => "of any type".to_owned(),
    }
}

fn ports(ports: &[Port]) -> String {
    let texts: Vec<String> = ports.iter().map(ToString::to_string).collect();
    texts.join(", ")
}

/// One side, in words; `None` for anywhere.
///
/// In the order in which they narrow: labels, namespaces, accounts, service,
/// addresses. All of them have to hold.
fn peer(side: &EntityRule) -> Option<String> {
    let mut parts = Vec::new();
    let said = |text: &Option<String>| text.clone().filter(|text| !text.trim().is_empty());
    parts.extend(said(&side.selector));
    if let Some(not) = said(&side.not_selector) {
        parts.push(format!("not ({not})"));
    }
    let labelled = said(&side.namespace_selector).is_some() || side.service_accounts.is_some();
    if parts.is_empty() && labelled {
        parts.push("endpoints".to_owned());
    }
    if let Some(namespaces) = said(&side.namespace_selector) {
        parts.push(match namespaces.as_str() {
            "global()" => "outside of namespaces".to_owned(),
            "all()" => "in any namespace".to_owned(),
            _ => format!("in namespaces with {namespaces}"),
        });
    }
    if let Some(accounts) = &side.service_accounts {
        if !accounts.names.is_empty() {
            parts.push(format!("of service account {}", accounts.names.join(", ")));
        }
        if let Some(selector) = said(&accounts.selector) {
            parts.push(format!("of service accounts with {selector}"));
        }
    }
    if let Some(service) = &side.services {
        let namespace = service.namespace.as_deref().map(|n| format!("{n}/"));
        parts.push(format!(
            "service {}{}",
            namespace.unwrap_or_default(),
            service.name
        ));
    }
    let list = |nets: &[ipnet::IpNet]| {
        let texts: Vec<String> = nets.iter().map(ToString::to_string).collect();
        texts.join(", ")
    };
    if !side.nets.is_empty() {
        parts.push(list(&side.nets));
    }
    if !side.not_nets.is_empty() {
        parts.push(format!("not {}", list(&side.not_nets)));
    }
    (!parts.is_empty()).then(|| parts.join(" "))
}

fn requests(http: &HttpMatch) -> String {
    let mut parts = Vec::new();
    if !http.methods.is_empty() {
        parts.push(format!("HTTP {}", http.methods.join(", ")));
    }
    let paths = http.paths.iter().filter_map(|path| {
        let prefix = path.prefix.as_ref().map(|prefix| format!("{prefix}…"));
        path.exact.clone().or(prefix)
    });
    let paths: Vec<String> = paths.collect();
    if !paths.is_empty() {
        parts.push(format!("path {}", paths.join(", ")));
    }
    if parts.is_empty() {
        parts.push("any HTTP request".to_owned());
    }
    parts.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(json: &str, meaning: &str) {
        let rule: Rule = serde_json::from_str(json).unwrap();
        assert_eq!(meaning_of_rule(&rule), meaning);
    }

    #[test]
    fn what_is_not_said_is_open() {
        check(
            r#"{"action": "Allow", "protocol": "TCP"}"#,
            "allows all 65,535 TCP ports from and to anywhere",
        );
        check(
            r#"{"action": "Deny"}"#,
            "denies everything from and to anywhere",
        );
        check(
            r#"{"action": "Allow", "protocol": 17, "destination": {"notPorts": [53]}}"#,
            "allows all UDP ports except 53 from and to anywhere",
        );
    }

    #[test]
    fn what_is_said_is_named() {
        check(
            r#"{"action": "Allow", "protocol": "TCP", "source": {"selector": "app == 'a'"},
                "destination": {"ports": [80, "8000:8080", "http"]}}"#,
            "allows TCP port 80, 8000:8080, http from app == 'a'",
        );
        check(
            r#"{"action": "Pass", "ipVersion": 6, "protocol": "ICMPv6", "icmp": {"type": 128},
                "source": {"nets": ["fd00::/8"]}, "destination": {"namespaceSelector": "all()"}}"#,
            "passes on to the next tier IPv6 ICMPv6 type 128 from fd00::/8 to endpoints in any namespace",
        );
        check(
            r#"{"action": "Allow", "protocol": "TCP",
                "destination": {"services": {"name": "db", "namespace": "shop"}}}"#,
            "allows TCP to service shop/db",
        );
        check(
            r#"{"action": "Allow", "http": {"methods": ["GET"], "paths": [{"prefix": "/api"}]},
                "source": {"serviceAccounts": {"names": ["web"]}}}"#,
            "allows everything from endpoints of service account web, HTTP GET path /api…",
        );
    }
}
