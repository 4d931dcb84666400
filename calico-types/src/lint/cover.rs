//! Which packets a rule matches, as far as rules can be compared.
//!
//! [`covers`] is only ever said where it is certain: selectors are compared by what
//! they are joined of, services and HTTP conditions by being the same. What cannot
//! be told stays uncompared.
//!
//! The meaning of the fields is Felix': a list of networks matches packets of its
//! families only, `notNets` too; an absent `ipVersion` with the *name* of ICMP is
//! that of the name; in a namespaced policy a selector alone is of the policy's own
//! namespace, and no selector at all is anybody.

use std::collections::BTreeSet;

use ipnet::IpNet;

use crate::resources::{EntityRule, IcmpFields, Rule};
use crate::scalar::{IpVersion, Port, Protocol};
use crate::selector::{Expr, Selector};

/// A rule with its selectors read.
pub(super) struct Match<'a> {
    rule: &'a Rule,
    source: Side<'a>,
    destination: Side<'a>,
}

/// One side of a rule.
struct Side<'a> {
    rule: &'a EntityRule,
    selector: Option<Terms>,
    not_selector: Option<Terms>,
    namespaces: Option<Terms>,
    accounts: Option<Terms>,
    /// Whether a selector of it cannot be read.
    unreadable: bool,
}

/// A selector as what is joined by `&&`, in canonical form.
type Terms = BTreeSet<String>;

impl<'a> Match<'a> {
    pub(super) fn new(rule: &'a Rule) -> Self {
        Self {
            rule,
            source: Side::new(&rule.source),
            destination: Side::new(&rule.destination),
        }
    }

    /// The rule itself.
    pub(super) fn rule(&self) -> &'a Rule {
        self.rule
    }

    /// Whether this matches every packet that the other matches.
    pub(super) fn covers(&self, other: &Self) -> bool {
        let (one, two) = (self.rule, other.rule);
        self.covers_protocol(other)
            && one
                .icmp
                .is_none_or(|wide| two.icmp.is_some_and(|narrow| narrower(narrow, wide)))
            && (one.not_icmp.is_none() || one.not_icmp == two.not_icmp)
            && (one.http.is_none() || one.http == two.http)
            && self.source.covers(&other.source)
            && self.destination.covers(&other.destination)
    }

    fn covers_protocol(&self, other: &Self) -> bool {
        let (one, two) = (self.rule, other.rule);
        let version = version(one).is_none_or(|wanted| version(two) == Some(wanted));
        let protocol = one
            .protocol
            .as_ref()
            .is_none_or(|wanted| two.protocol.as_ref().is_some_and(|p| same(p, wanted)));
        let not = one.not_protocol.as_ref().is_none_or(|excluded| {
            let excludes = two.not_protocol.as_ref().is_some_and(|p| same(p, excluded));
            let differs = two.protocol.as_ref().is_some_and(|p| differ(p, excluded));
            excludes || differs
        });
        version && protocol && not
    }

    /// Whether no packet can match.
    pub(super) fn contradiction(&self) -> Option<Contradiction> {
        let rule = self.rule;
        if let (Some(protocol), Some(not)) = (&rule.protocol, &rule.not_protocol)
            && same(protocol, not)
        {
            return Some(Contradiction::new("notProtocol", "protocol"));
        }
        if let (Some(icmp), Some(not)) = (rule.icmp, rule.not_icmp)
            && narrower(icmp, not)
        {
            return Some(Contradiction::new("notICMP", "icmp"));
        }
        let sides = [("source", &self.source), ("destination", &self.destination)];
        sides.into_iter().find_map(|(name, side)| {
            let (not, positive) = side.contradiction()?;
            Some(Contradiction::new(
                format!("{name}.{not}"),
                format!("{name}.{positive}"),
            ))
        })
    }
}

/// Two fields that exclude each other.
pub(super) struct Contradiction {
    /// The one that takes everything away.
    pub(super) field: String,
    /// From this one.
    pub(super) from: String,
}

impl Contradiction {
    fn new(field: impl Into<String>, from: impl Into<String>) -> Self {
        Self {
            field: field.into(),
            from: from.into(),
        }
    }
}

impl<'a> Side<'a> {
    fn new(rule: &'a EntityRule) -> Self {
        let mut unreadable = false;
        let mut read = |text: Option<&String>| {
            let text = text.filter(|text| !text.trim().is_empty())?;
            let terms = terms(text);
            unreadable |= terms.is_none();
            terms
        };
        let accounts = rule.service_accounts.as_ref();
        Self {
            rule,
            selector: read(rule.selector.as_ref()),
            not_selector: read(rule.not_selector.as_ref()),
            namespaces: read(rule.namespace_selector.as_ref()),
            accounts: read(accounts.and_then(|accounts| accounts.selector.as_ref())),
            unreadable,
        }
    }

    /// Whether it asks for labels. Not to ask is not the same as `all()`: only
    /// endpoints and network sets have labels.
    fn asks_for_labels(&self) -> bool {
        self.selector.is_some() || self.namespaces.is_some() || self.rule.service_accounts.is_some()
    }

    fn covers(&self, other: &Self) -> bool {
        !self.unreadable
            && !other.unreadable
            && self.covers_labels(other)
            && (self.rule.services.is_none() || self.rule.services == other.rule.services)
            && covers_nets(self.rule, other.rule)
            && covers_ports(self.rule, other.rule)
    }

    /// Where labels are asked for, the namespaces have to be the same: without
    /// `namespaceSelector` they are the policy's own or all of them.
    fn covers_labels(&self, other: &Self) -> bool {
        let not = self.not_selector.is_none()
            || (self.not_selector == other.not_selector
                && self.asks_for_labels() == other.asks_for_labels());
        if !self.asks_for_labels() {
            return not;
        }
        not && other.asks_for_labels()
            && self.namespaces == other.namespaces
            && narrows(other.selector.as_ref(), self.selector.as_ref())
            && self.covers_accounts(other)
    }

    fn covers_accounts(&self, other: &Self) -> bool {
        let Some(wide) = &self.rule.service_accounts else {
            return true;
        };
        let Some(narrow) = &other.rule.service_accounts else {
            return false;
        };
        let names = wide.names.is_empty()
            || (!narrow.names.is_empty()
                && narrow.names.iter().all(|name| wide.names.contains(name)));
        names && narrows(other.accounts.as_ref(), self.accounts.as_ref())
    }

    /// A field that takes away all that another asks for.
    fn contradiction(&self) -> Option<(&'static str, &'static str)> {
        let EntityRule {
            nets,
            not_nets,
            ports,
            not_ports,
            ..
        } = self.rule;
        if !nets.is_empty() && nets.iter().all(|net| within_any(net, not_nets)) {
            return Some(("notNets", "nets"));
        }
        if !ports.is_empty() && ports.iter().all(|port| port_within_any(port, not_ports)) {
            return Some(("notPorts", "ports"));
        }
        let excluded = self.selector.is_some() && self.selector == self.not_selector;
        excluded.then_some(("notSelector", "selector"))
    }
}

/// What a selector is joined of; `None` when it cannot be read.
fn terms(text: &str) -> Option<Terms> {
    let selector = Selector::parse(text).ok()?;
    let root = selector.root();
    let operands = match &root.expr {
        Expr::And(operands) => operands.as_slice(),
        Expr::All
        | Expr::Global
        | Expr::Has(_)
        | Expr::Compare { .. }
        | Expr::In { .. }
        | Expr::Not(_)
        | Expr::Or(_) => std::slice::from_ref(root),
    };
    let canonical =
        |node: &crate::selector::Node| Some(Selector::from_node(node.clone()).ok()?.to_string());
    operands.iter().map(canonical).collect()
}

/// Whether a selector demands all that the other demands, of the same things.
fn narrows(narrow: Option<&Terms>, wide: Option<&Terms>) -> bool {
    match (narrow, wide) {
        (_, None) => true,
        (None, Some(wide)) => is_all(wide),
        (Some(narrow), Some(wide)) => is_all(wide) || wide.is_subset(narrow),
    }
}

/// `all()`, of things that have labels.
fn is_all(terms: &Terms) -> bool {
    terms.iter().all(|term| term == "all()")
}

/// The version that a rule asks for, also by the name of ICMP.
fn version(rule: &Rule) -> Option<IpVersion> {
    rule.ip_version.or_else(|| match rule.protocol.as_ref()? {
        Protocol::Name(name) if name.eq_ignore_ascii_case("ICMP") => Some(IpVersion::V4),
        Protocol::Name(name) if name.eq_ignore_ascii_case("ICMPv6") => Some(IpVersion::V6),
        Protocol::Name(_) | Protocol::Number(_) => None,
    })
}

fn same(one: &Protocol, two: &Protocol) -> bool {
    one == two || (one.number().is_some() && one.number() == two.number())
}

fn differ(one: &Protocol, two: &Protocol) -> bool {
    matches!((one.number(), two.number()), (Some(one), Some(two)) if one != two)
}

/// An absent type is any type, an absent code any code.
fn narrower(narrow: IcmpFields, wide: IcmpFields) -> bool {
    let kind = wide.r#type.is_none() || wide.r#type == narrow.r#type;
    let code = wide.code.is_none() || wide.code == narrow.code;
    kind && code
}

/// A list of excluded networks asks for their families too, so it is only as wide
/// as another rule that has networks of its own, or the same exclusions.
fn covers_nets(one: &EntityRule, two: &EntityRule) -> bool {
    let nets = one.nets.is_empty()
        || (!two.nets.is_empty() && two.nets.iter().all(|net| within_any(net, &one.nets)));
    let is_apart = |net: &IpNet| {
        one.not_nets.iter().all(|not| {
            let families = net.addr().is_ipv4() == not.addr().is_ipv4();
            families && !not.contains(&net.network()) && !net.contains(&not.network())
        })
    };
    let excluded = |not: &IpNet| within_any(not, &two.not_nets);
    let same_families = || {
        let v4 = |nets: &[IpNet]| nets.iter().any(|net| net.addr().is_ipv4());
        let v6 = |nets: &[IpNet]| nets.iter().any(|net| net.addr().is_ipv6());
        (v4(&one.not_nets) || !v4(&two.not_nets)) && (v6(&one.not_nets) || !v6(&two.not_nets))
    };
    let not_nets = one.not_nets.is_empty()
        || (!two.nets.is_empty() && two.nets.iter().all(is_apart))
        || (!two.not_nets.is_empty() && same_families() && one.not_nets.iter().all(excluded));
    nets && not_nets
}

/// Host bits do not count: Felix masks them.
fn within_any(net: &IpNet, nets: &[IpNet]) -> bool {
    nets.iter().any(|wide| wide.trunc().contains(&net.trunc()))
}

fn covers_ports(one: &EntityRule, two: &EntityRule) -> bool {
    let ports = one.ports.is_empty()
        || (!two.ports.is_empty()
            && two
                .ports
                .iter()
                .all(|port| port_within_any(port, &one.ports)));
    let apart = |port: &Port| {
        port.bounds().is_some_and(|(low, high)| {
            one.not_ports.iter().all(|not| {
                not.bounds()
                    .is_some_and(|(first, last)| high < first || last < low)
            })
        })
    };
    let excluded = |not: &Port| not.name().is_none() && port_within_any(not, &two.not_ports);
    let not_ports = one.not_ports.is_empty()
        || (!two.ports.is_empty() && two.ports.iter().all(apart))
        || one.not_ports.iter().all(excluded)
        // Which ports a name excludes depends on the selector beside it.
        || one == two;
    ports && not_ports
}

/// Names are only within themselves: which number an endpoint gives them is not
/// known.
fn port_within_any(port: &Port, ports: &[Port]) -> bool {
    ports
        .iter()
        .any(|wide| match (port.bounds(), wide.bounds()) {
            (Some((low, high)), Some((first, last))) => first <= low && high <= last,
            (None, None) => port == wide,
            (Some(_), None) | (None, Some(_)) => false,
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(json: &str) -> Rule {
        let comma = if json.is_empty() { "" } else { "," };
        serde_json::from_str(&format!("{{\"action\": \"Allow\"{comma} {json}}}")).unwrap()
    }

    #[track_caller]
    fn check(one: &str, two: &str, expected: bool) {
        let (first, second) = (rule(one), rule(two));
        let got = Match::new(&first).covers(&Match::new(&second));
        assert_eq!(got, expected, "{one} covers {two}");
    }

    /// `narrow` is within `wide`, and not the other way round.
    #[track_caller]
    fn within(narrow: &str, wide: &str) {
        check(wide, narrow, true);
        check(narrow, wide, false);
        check(narrow, narrow, true);
        check(wide, wide, true);
    }

    #[test]
    fn a_rule_without_conditions_covers_everything() {
        for narrow in [
            r#""protocol": "TCP""#,
            r#""notProtocol": "TCP""#,
            r#""ipVersion": 4"#,
            r#""protocol": "ICMP", "icmp": {"type": 8}"#,
            r#""protocol": "ICMP", "notICMP": {"type": 8}"#,
            r#""source": {"nets": ["10.0.0.0/8"]}"#,
            r#""source": {"notNets": ["10.0.0.0/8"]}"#,
            r#""source": {"selector": "all()"}"#,
            r#""source": {"notSelector": "has(a)"}"#,
            r#""source": {"namespaceSelector": "all()"}"#,
            r#""source": {"serviceAccounts": {"names": ["a"]}}"#,
            r#""destination": {"services": {"name": "a"}}"#,
            r#""protocol": "TCP", "destination": {"ports": [80]}"#,
            r#""protocol": "TCP", "destination": {"notPorts": [80]}"#,
            r#""http": {"methods": ["GET"]}"#,
        ] {
            within(narrow, "");
        }
    }

    #[test]
    fn protocols_by_name_and_number() {
        check(r#""protocol": "TCP""#, r#""protocol": 6"#, true);
        check(r#""protocol": "TCP""#, r#""protocol": "UDP""#, false);
        within(r#""protocol": "UDP""#, r#""notProtocol": "TCP""#);
        check(r#""notProtocol": "TCP""#, r#""protocol": 6"#, false);
        check(r#""notProtocol": "TCP""#, r#""protocol": "odd""#, false);
        within(
            r#""protocol": 1, "icmp": {"type": 3, "code": 1}"#,
            r#""protocol": 1, "icmp": {"type": 3}"#,
        );
    }

    /// The name of ICMP means a version, its number does not.
    #[test]
    fn versions_that_names_imply() {
        within(r#""protocol": "ICMP""#, r#""protocol": 1"#);
        within(r#""protocol": "ICMPv6""#, r#""ipVersion": 6"#);
        check(r#""ipVersion": 4"#, r#""protocol": "ICMPv6""#, false);
    }

    #[test]
    fn networks() {
        within(
            r#""source": {"nets": ["10.1.0.0/16", "10.2.0.0/16"]}"#,
            r#""source": {"nets": ["10.0.0.0/8"]}"#,
        );
        check(
            r#""source": {"nets": ["10.0.0.0/8"]}"#,
            r#""source": {"nets": ["10.1.0.0/16", "192.0.2.0/24"]}"#,
            false,
        );
        within(
            r#""source": {"nets": ["192.0.2.0/24"]}"#,
            r#""source": {"notNets": ["10.0.0.0/8"]}"#,
        );
        check(
            r#""source": {"notNets": ["10.0.0.0/8"]}"#,
            r#""source": {"nets": ["10.1.0.0/16"]}"#,
            false,
        );
        within(
            r#""source": {"notNets": ["10.0.0.0/8"]}"#,
            r#""source": {"notNets": ["10.1.0.0/16"]}"#,
        );
        // No IPv6 packet satisfies an IPv4 exclusion.
        check(
            r#""source": {"notNets": ["10.0.0.0/8"]}"#,
            r#""source": {"nets": ["fd00::/8"]}"#,
            false,
        );
        check(
            r#""source": {"notNets": ["10.0.0.0/8"]}"#,
            r#""source": {"notNets": ["10.0.0.0/8", "fd00::/8"]}"#,
            false,
        );
        check(
            r#""source": {"nets": ["10.0.0.0/8"]}"#,
            r#""destination": {"nets": ["10.0.0.0/8"]}"#,
            false,
        );
    }

    #[test]
    fn ports() {
        let tcp = |ports: &str| format!(r#""protocol": "TCP", "destination": {{{ports}}}"#);
        within(
            &tcp(r#""ports": [80, "8000:8010"]"#),
            &tcp(r#""ports": ["1:100", "8000:9000"]"#),
        );
        check(
            &tcp(r#""ports": ["http"]"#),
            &tcp(r#""ports": ["http"]"#),
            true,
        );
        check(
            &tcp(r#""ports": ["1:65535"]"#),
            &tcp(r#""ports": ["http"]"#),
            false,
        );
        within(&tcp(r#""ports": [80]"#), &tcp(r#""notPorts": [443]"#));
        check(
            &tcp(r#""notPorts": [443]"#),
            &tcp(r#""ports": ["https"]"#),
            false,
        );
        check(
            &tcp(r#""notPorts": ["https"]"#),
            &tcp(r#""ports": [80]"#),
            false,
        );
        check(
            &tcp(r#""notPorts": ["https"]"#),
            &tcp(r#""notPorts": ["https", 80]"#),
            false,
        );
        check(
            &tcp(r#""notPorts": ["https"]"#),
            &tcp(r#""notPorts": ["https"]"#),
            true,
        );
        within(
            &tcp(r#""notPorts": ["1:1000"]"#),
            &tcp(r#""notPorts": [443]"#),
        );
    }

    #[test]
    fn selectors_by_what_they_are_joined_of() {
        let source = |fields: &str| format!(r#""source": {{{fields}}}"#);
        within(
            &source(r#""selector": "a == 'x' && has(b)""#),
            &source(r#""selector": "has(b)""#),
        );
        within(
            &source(r#""selector": "has(b)""#),
            &source(r#""selector": "all()""#),
        );
        check(
            &source(r#""selector": "a=='x'""#),
            &source(r#""selector": "a == \"x\"""#),
            true,
        );
        check(
            &source(r#""selector": "a in {'x', 'y'}""#),
            &source(r#""selector": "a == 'x'""#),
            false,
        );
        // Of the own namespace, and of others.
        check(
            &source(r#""selector": "has(b)""#),
            &source(r#""selector": "has(b)", "namespaceSelector": "all()""#),
            false,
        );
        check(
            &source(r#""selector": "has(b)", "namespaceSelector": "all()""#),
            &source(r#""selector": "has(b)""#),
            false,
        );
        within(
            &source(r#""selector": "has(b)", "namespaceSelector": "has(n)""#),
            &source(r#""namespaceSelector": "has(n)""#),
        );
        // Addresses outside have no labels.
        check(&source(r#""selector": "all()""#), "", false);
        check(
            &source(r#""selector": "all()""#),
            &source(r#""nets": ["10.0.0.0/8"]"#),
            false,
        );
        check(
            &source(r#""selector": "app = 'x'""#),
            &source(r#""selector": "app = 'x'""#),
            false,
        );
    }

    #[test]
    fn exclusions_accounts_and_services_are_the_same_or_not_compared() {
        let source = |fields: &str| format!(r#""source": {{{fields}}}"#);
        within(
            &source(r#""selector": "has(b)", "notSelector": "has(c)""#),
            &source(r#""selector": "has(b)""#),
        );
        // Alone it is an exclusion of addresses, beside a selector one of endpoints.
        check(
            &source(r#""notSelector": "has(c)""#),
            &source(r#""selector": "has(b)", "notSelector": "has(c)""#),
            false,
        );
        within(
            &source(r#""serviceAccounts": {"names": ["a"]}"#),
            &source(r#""serviceAccounts": {"names": ["a", "b"]}"#),
        );
        within(
            &source(r#""serviceAccounts": {"names": ["a"]}"#),
            &source(r#""serviceAccounts": {}"#),
        );
        let service =
            |name: &str| format!(r#""destination": {{"services": {{"name": "{name}"}}}}"#);
        check(&service("a"), &service("a"), true);
        check(&service("a"), &service("b"), false);
    }

    #[test]
    fn contradictions() {
        let field = |json: &str| {
            let rule = rule(json);
            Match::new(&rule).contradiction().map(|found| found.field)
        };
        for (json, expected) in [
            (
                r#""protocol": "TCP", "notProtocol": 6"#,
                Some("notProtocol"),
            ),
            (r#""protocol": "TCP", "notProtocol": "UDP""#, None),
            (
                r#""protocol": "ICMP", "icmp": {"type": 8}, "notICMP": {"type": 8}"#,
                Some("notICMP"),
            ),
            (
                r#""protocol": "ICMP", "icmp": {"type": 3}, "notICMP": {"type": 3, "code": 1}"#,
                None,
            ),
            (
                r#""source": {"nets": ["10.1.0.0/16"], "notNets": ["10.0.0.0/8"]}"#,
                Some("source.notNets"),
            ),
            (
                r#""source": {"nets": ["10.0.0.0/8"], "notNets": ["10.1.0.0/16"]}"#,
                None,
            ),
            (
                r#""protocol": "TCP", "destination": {"ports": [80], "notPorts": ["1:100"]}"#,
                Some("destination.notPorts"),
            ),
            (
                r#""source": {"selector": "has(a)", "notSelector": "has( a )"}"#,
                Some("source.notSelector"),
            ),
            (r#""source": {"notSelector": "has(a)"}"#, None),
        ] {
            assert_eq!(field(json).as_deref(), expected, "{json}");
        }
    }
}
