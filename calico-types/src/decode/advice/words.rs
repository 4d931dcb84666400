//! Words outside of an enumeration.

use super::Advice;
use super::spot::Spot;
use super::write::assign;
use crate::decode::document::shown;
use crate::decode::similar;
use crate::diagnostic::{Code, Diagnostic, RefusedBy};
use crate::edit::{Steps, text};
use crate::path::Path;
use crate::scalar::Protocol;
use crate::schema::KindSchema;
use crate::tree::{Node, Value};

/// A word outside of the list that the schema gives.
pub(in crate::decode) fn unsupported(
    kind: &KindSchema,
    node: &Node,
    words: &[&'static str],
    path: &Path<'_>,
) -> Diagnostic {
    let message = format!("{} is not one of {}", shown(node), words.join(", "));
    let mut diagnostic = Diagnostic::error(Code("unsupported-value"), message);
    if kind.stored {
        diagnostic = diagnostic.refused_by(RefusedBy::API_SERVER);
    }
    if let Some(word) = meant(node.text().unwrap_or_default(), words) {
        diagnostic = diagnostic
            .help(format!("did you mean {word}?"))
            .suggest(assign(path, word));
    }
    diagnostic
}

/// What was meant by a word, and what a field would take.
pub(super) fn advice(spot: &Spot<'_>) -> Option<Advice> {
    let (node, schema) = (spot.node?, spot.schema?);
    let words = if schema.one_of.is_empty() {
        schema.tags.iter().find_map(|tag| {
            let crate::validate::Tag::OneOf(words) = tag else {
                return None;
            };
            Some(*words)
        })?
    } else {
        schema.one_of
    };
    if let Some(advice) = with_a_story(spot, node) {
        return Some(advice);
    }
    let said = match &node.value {
        Value::String(said) => said.to_string(),
        Value::Bool(said) => said.to_string(),
        Value::Null | Value::Number(_) | Value::Sequence(_) | Value::Mapping(_) => return None,
    };
    let word = meant(&said, words)?;
    let advice = Advice::help(format!("did you mean {word}?")).value(spot, text(word));
    Some(advice.certain_if(is_certain(&said, word, words)))
}

/// Values that need more than another word.
fn with_a_story(spot: &Spot<'_>, node: &Node) -> Option<Advice> {
    let kind = spot.kind.kind;
    let word = node.text().unwrap_or_default().to_ascii_lowercase();
    match (kind, spot.key(), word.as_str()) {
        ("Tier", "defaultAction", "allow" | "accept") => Some(Advice::help(
            "a tier ends by denying or by passing on: Pass lets the next tier decide, and the endpoint's profiles after the last",
        ).like(spot, &text("Pass"))),
        ("BGPFilter", "source", _) => Some(
            Advice::help("the only source to match is RemotePeers: routes that other nodes have learned by BGP")
                .value(spot, text("RemotePeers"))
                .certain_if(word.replace(['-', '_', ' '], "").starts_with("remotepeer")),
        ),
        ("Installation", "encapsulation", "crosssubnet" | "cross-subnet") => Some(Advice::help(
            "it says of which encapsulation: IPIPCrossSubnet or VXLANCrossSubnet",
        )),
        ("IPPool", "ipipMode" | "vxlanMode", "enabled" | "true" | "on") => Some(
            Advice::help("within a subnet too, or only between subnets: Always or CrossSubnet")
                .like(spot, &text("CrossSubnet")),
        ),
        (_, "action", "next" | "next-tier" | "nexttier" | "continue" | "skip") => Some(
            Advice::help("what leaves the decision to the next tier is Pass")
                .value(spot, text("Pass"))
                .certain_if(kind != "BGPFilter"),
        ),
        _ => None,
    }
}

/// Words for the same in other languages and other fields of Calico.
const SYNONYMS: &[(&str, &[&str])] = &[
    ("Reject", &["deny", "drop", "block", "refuse", "discard"]),
    ("Deny", &["drop", "reject", "block", "refuse", "discard"]),
    ("Accept", &["allow", "permit"]),
    ("Allow", &["accept", "permit"]),
    ("Enabled", &["true", "yes", "on", "enable"]),
    ("Disabled", &["false", "no", "off", "disable"]),
    ("UseNodeIP", &["nodeip"]),
    ("Never", &["off", "none", "false", "disabled", "no"]),
    ("None", &["off", "never", "false", "disabled", "no"]),
    ("In", &["within", "contains", "subset"]),
    ("NotIn", &["outside"]),
    ("Equal", &["=", "==", "eq", "equals", "exact"]),
    ("NotEqual", &["!=", "ne", "notequals"]),
    ("Ingress", &["inbound"]),
    ("Egress", &["outbound"]),
    ("NFT", &["nftables"]),
    ("IPIP", &["ipinip"]),
    ("eBGP", &["external"]),
    ("iBGP", &["internal"]),
];

/// The word of the list that `said` stands for elsewhere.
pub(crate) fn meant(said: &str, words: &[&'static str]) -> Option<&'static str> {
    let exact = words.iter().find(|word| similar::same_word(word, said));
    let near = || similar::closest(said, words.iter().copied());
    exact
        .copied()
        .or_else(|| synonym(said, words))
        .or_else(near)
}

fn synonym(said: &str, words: &[&'static str]) -> Option<&'static str> {
    let lower = said.to_ascii_lowercase();
    let found = words.iter().find(|word| {
        SYNONYMS
            .iter()
            .any(|(meant, said)| meant == *word && said.contains(&lower.as_str()))
    });
    found.copied()
}

/// Whether a word can have meant nothing else.
fn is_certain(said: &str, word: &str, words: &[&'static str]) -> bool {
    similar::same_word(word, said)
        || synonym(said, words) == Some(word)
        || similar::is_certain(said, word, words.iter().copied())
}

/// The protocol that a misspelt name means.
pub(crate) fn protocol(name: &str) -> Option<&'static str> {
    let bare = name.trim();
    let synonym = match bare.to_ascii_lowercase().as_str() {
        "icmp6" | "ipv6-icmp" | "icmp-v6" => Some("ICMPv6"),
        "udp-lite" => Some("UDPLite"),
        _ => None,
    };
    Protocol::names()
        .find(|known| known.eq_ignore_ascii_case(bare))
        .or(synonym)
}

/// A protocol that is none.
pub(super) fn protocol_advice(spot: &Spot<'_>) -> Option<Advice> {
    let name = spot.text()?;
    if let Some(known) = protocol(name) {
        return Some(Advice::help(format!("did you mean {known}?")).value(spot, text(known)));
    }
    let (known, port) = match name.to_ascii_lowercase().as_str() {
        "any" | "all" | "*" | "ip" | "ipv4" => {
            return Some(
                Advice::help("a rule for every protocol has none: leave it out").removed(spot),
            );
        }
        "http" => ("TCP", Some(80)),
        "https" | "tls" => ("TCP", Some(443)),
        "dns" => ("UDP", Some(53)),
        "ssh" => ("TCP", Some(22)),
        "grpc" => ("TCP", None),
        "ntp" => ("UDP", Some(123)),
        "ping" => ("ICMP", None),
        _ => return None,
    };
    let advice = Advice::help(format!(
        "{name} is not a protocol of IP: it goes over {known}"
    ));
    let mut fields = vec![("protocol", text(known))];
    if let Some(port) = port {
        let ports = crate::edit::list(vec![crate::edit::made(Value::Number(port.into()))]);
        fields.push(("destination.ports", ports));
    }
    // Its field may be notProtocol, and ports may be there already.
    let advice = if spot.key() == "protocol" && spot.parent_steps() != Steps::default() {
        advice.propose(fields)
    } else {
        advice
    };
    Some(advice)
}
