//! Addresses and networks that are none: host bits, BIRD's prefix patterns,
//! netmasks, ranges, names.

use std::net::{IpAddr, Ipv4Addr};

use ipnet::IpNet;

use super::Advice;
use super::spot::Spot;
use crate::edit::{Change, made, text};
use crate::tree::Value;
use crate::validate::{Tag, is_masked, net};

/// A network that is none, or not where it stands.
pub(super) fn cidr(spot: &Spot<'_>) -> Option<Advice> {
    let written = spot.text()?;
    let trimmed = written.trim();
    if let Some((base, pattern)) = bird(trimmed) {
        return Some(bird_pattern(spot, base, pattern));
    }
    if let Some(several) = several(trimmed) {
        let advice = Advice::help("several networks are several items of the list");
        let values: Vec<_> = several.into_iter().map(text).collect();
        if !spot.steps.is_item() {
            return Some(advice);
        }
        let lines: Vec<String> = values
            .iter()
            .map(|value| format!("- {}", super::yaml(value)))
            .collect();
        let mut advice = advice.write(lines.join("\n"));
        advice.changes = vec![Change::Split {
            at: spot.steps.clone(),
            values,
        }];
        return Some(advice);
    }
    if matches!(trimmed, "0.0.0.0" | "::") {
        let all = if trimmed == "::" { "::/0" } else { "0.0.0.0/0" };
        return Some(
            Advice::help("the prefix length is missing: /0 is every address, and the same as no networks at all")
                .like(spot, &text(all)),
        );
    }
    if spot.kind.kind == "IPPool"
        && let Ok(address) = trimmed.parse::<IpAddr>()
    {
        let length = if address.is_ipv4() { 24 } else { 64 };
        let help = format!("a pool is a network with its length, such as {trimmed}/{length}");
        return Some(Advice::help(help));
    }
    if let Some((advice, right)) = corrected(trimmed) {
        return Some(advice.value(spot, text(right)));
    }
    family(spot, trimmed).or_else(|| hopeless(trimmed))
}

/// One network, and why another spelling is right.
fn corrected(written: &str) -> Option<(Advice, String)> {
    if let Ok(net) = written.parse::<IpNet>() {
        if is_masked(&net) {
            return None;
        }
        let right = net.trunc().to_string();
        let help = format!(
            "{} is an address within {right}: the network has no bits behind its prefix",
            net.addr()
        );
        return Some((Advice::help(help), right));
    }
    if let Ok(address) = written.parse::<IpAddr>() {
        let right = IpNet::from(address).to_string();
        return Some((
            Advice::help("one address is a network too, with its full length"),
            right,
        ));
    }
    let (address, mask) = written.split_once('/')?;
    let address: Ipv4Addr = address.trim().parse().ok()?;
    let right = match mask.trim().parse::<Ipv4Addr>() {
        Ok(mask) => {
            let net = IpNet::with_netmask(address.into(), mask.into()).ok()?;
            net.trunc().to_string()
        }
        Err(_) => {
            let net = IpNet::new(address.into(), mask.trim().parse().ok()?).ok()?;
            net.trunc().to_string()
        }
    };
    Some((Advice::help("a network is address/length"), right))
}

/// Networks in one text with commas or blanks.
pub(super) fn several(written: &str) -> Option<Vec<String>> {
    let parts: Vec<&str> = written
        .split([',', ' ', ';'])
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .collect();
    let all = parts.len() > 1 && parts.iter().all(|part| net(part).is_some());
    all.then(|| parts.iter().map(|part| (*part).to_owned()).collect())
}

/// A network of the other family than its list.
fn family(spot: &Spot<'_>, written: &str) -> Option<Advice> {
    let net = net(written)?;
    let schema = spot.schema?;
    let parent = spot.parent_steps();
    let wants = |tags: [Tag; 3]| schema.tags.iter().any(|tag| tags.contains(tag));
    let v4 = wants([Tag::NetV4, Tag::CidrV4, Tag::IpV4]);
    let v6 = wants([Tag::NetV6, Tag::CidrV6, Tag::IpV6]);
    let is_v4 = net.addr().is_ipv4();
    if (v4 && !is_v4) || (v6 && is_v4) {
        let list = parent.last_key();
        let other = if is_v4 {
            list.replace("V6", "V4")
        } else {
            list.replace("V4", "V6")
        };
        if spot.kind.kind == "BGPFilter" {
            return Some(Advice::help(format!("the rule belongs to `{other}`")));
        }
        let family = if v4 { "IPv4" } else { "IPv6" };
        return Some(Advice::help(format!("here it takes {family} only")));
    }
    None
}

fn hopeless(written: &str) -> Option<Advice> {
    let looks = |c: char| c.is_ascii_hexdigit() || ".:/*-x".contains(c);
    if written.contains('-') && written.chars().all(looks) && written.contains('.') {
        return Some(Advice::help(
            "there are no ranges of addresses: write the networks that cover it",
        ));
    }
    if written.contains('*') {
        return Some(Advice::help(
            "there are no wildcards: 10.0.*.* is 10.0.0.0/16",
        ));
    }
    if matches!(
        written.to_ascii_lowercase().as_str(),
        "any" | "all" | "world" | "internet"
    ) {
        return Some(Advice::help(
            "for every address leave the list out; 0.0.0.0/0 is every IPv4 address",
        ));
    }
    let letters = written.chars().any(|c| c.is_ascii_alphabetic());
    (letters && !written.contains(':') && written.contains('.')).then(|| {
        Advice::help("names are not looked up: write networks, or label a NetworkSet and select it")
    })
}

/// A pattern of BIRD's behind a prefix: `+`, `-`, `{16,24}`.
enum Pattern {
    /// The prefix and what is within it.
    Longer,
    /// The prefix and what it is within.
    Shorter,
    Lengths(i64, i64),
}

fn bird(written: &str) -> Option<(&str, Pattern)> {
    let (base, pattern) = if let Some(base) = written.strip_suffix('+') {
        (base, Pattern::Longer)
    } else if let Some(base) = written.strip_suffix('-') {
        (base, Pattern::Shorter)
    } else {
        let (base, bounds) = written.strip_suffix('}')?.split_once('{')?;
        let (min, max) = bounds.split_once(',')?;
        let (min, max) = (min.trim().parse().ok()?, max.trim().parse().ok()?);
        (base, Pattern::Lengths(min, max))
    };
    base.trim().parse::<IpNet>().ok()?;
    Some((base.trim(), pattern))
}

fn bird_pattern(spot: &Spot<'_>, base: &str, pattern: Pattern) -> Advice {
    if spot.kind.kind != "BGPFilter" {
        return Advice::help("that is BIRD's syntax; here a network is address/length")
            .like(spot, &text(base));
    }
    let operator = spot
        .parent()
        .map(|rule| rule.text_of("matchOperator"))
        .unwrap_or_default();
    let lengths = spot
        .parent()
        .is_some_and(|rule| rule.get("prefixLength").is_some());
    let number = |number: i64| made(Value::Number(number.into()));
    let mut fields = vec![("cidr", text(base)), ("matchOperator", text("In"))];
    let advice = match pattern {
        Pattern::Shorter => {
            return Advice::help(
                "that is BIRD's pattern for a prefix and all that it lies in, which Calico cannot say: write a rule for each length, with matchOperator: Equal",
            );
        }
        Pattern::Longer => Advice::help(
            "that is BIRD's pattern for a prefix and all within it: Calico says so by matchOperator: In",
        ),
        Pattern::Lengths(min, max) => {
            fields.push(("prefixLength.min", number(min)));
            fields.push(("prefixLength.max", number(max)));
            Advice::help(
                "that is BIRD's pattern for prefixes by their length: Calico has matchOperator and prefixLength",
            )
        }
    };
    let mut changes = vec![Change::Replace {
        at: spot.steps.clone(),
        value: text(base),
    }];
    let parent = spot.parent_steps();
    changes.extend(
        fields
            .iter()
            .skip(1)
            .filter(|(path, _)| *path != "matchOperator" || operator.is_empty())
            .map(|(path, value)| Change::Set {
                at: parent.clone().join(path),
                value: value.clone(),
            }),
    );
    let mut advice = advice.propose(fields);
    if matches!(operator, "" | "In") && !lengths {
        advice.changes = changes;
    }
    advice
}

/// An address that is none.
pub(super) fn address(spot: &Spot<'_>) -> Option<Advice> {
    let written = spot.text()?.trim();
    if let Ok(net) = written.parse::<IpNet>() {
        let address = net.addr().to_string();
        return Some(
            Advice::help("an address, without the length of its network")
                .value(spot, text(address)),
        );
    }
    let bare = written
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'));
    if let Some(bare) = bare.filter(|bare| bare.parse::<IpAddr>().is_ok()) {
        return Some(
            Advice::help("brackets are for an IPv6 address with a port").value(spot, text(bare)),
        );
    }
    if let Ok(address) = written.parse::<IpAddr>() {
        // An IPv4 address within IPv6 is IPv4 to Go and to CEL.
        let wanted = if address.to_canonical().is_ipv4() {
            "IPv6"
        } else {
            "IPv4"
        };
        return Some(Advice::help(format!("here it takes an {wanted} address")));
    }
    if let Ok(number) = written.parse::<u32>() {
        let dotted = Ipv4Addr::from(number).to_string();
        return Some(Advice::help("it is written like an IPv4 address").like(spot, &text(dotted)));
    }
    let name = written.chars().any(|c| c.is_ascii_alphabetic()) && !written.contains(':');
    name.then(|| Advice::help("names are not looked up: write the address"))
}
