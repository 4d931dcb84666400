//! Fields of BGPFilter as routing daemons and habit have them.

use super::spot::Spot;
use super::{Advice, as_list};
use crate::decode::document::printable;
use crate::edit::{entry, list, mapping, text};
use crate::tree::Node;

/// A field that the spec of a filter does not have.
pub(super) fn spec(spot: &Spot<'_>) -> Option<Advice> {
    let node = spot.node?;
    let key = spot.key();
    let lower = key.to_ascii_lowercase();
    if let Some(list) = named_list(&lower) {
        return Some(Advice::help(format!("the list is called `{list}`")).renamed(spot, list));
    }
    Some(match lower.as_str() {
        "importrules" | "exportrules" | "importrule" | "exportrule" | "import" | "export"
        | "rules" | "filters" => lists(&lower, node),
        "default" | "defaultaction" | "action" => Advice::help(
            "a filter has no default: routes that no rule matches are accepted; end each list with a rule that only says action: Reject",
        ),
        "peer" | "peers" | "bgppeer" | "bgppeers" => {
            Advice::help("a filter does not name peers: each BGPPeer names its `filters`")
        }
        _ => return None,
    })
}

/// The list that a key such as `import_v4` or `IPv4Import` means.
fn named_list(lower: &str) -> Option<&'static str> {
    let bare: String = lower.chars().filter(char::is_ascii_alphanumeric).collect();
    let bare = bare
        .replace("rules", "")
        .replace("rule", "")
        .replace("ip", "");
    Some(match bare.as_str() {
        "importv4" | "v4import" | "import4" => "importV4",
        "exportv4" | "v4export" | "export4" => "exportV4",
        "importv6" | "v6import" | "import6" => "importV6",
        "exportv6" | "v6export" | "export6" => "exportV6",
        _ => return None,
    })
}

/// A field that a rule of a filter does not have.
pub(super) fn rule(spot: &Spot<'_>) -> Option<Advice> {
    let node = spot.node?;
    let parent = spot.parent()?;
    let list_name = spot.parent_steps();
    let list_name = list_name.last_key();
    Some(match spot.key() {
        "prefix" | "net" | "network" | "ip" | "subnet" | "cidrs" | "prefixes" | "prefixList" => {
            prefix(spot, node, parent)
        }
        "operator" | "match" | "op" | "matchType" => {
            Advice::help("a filter rule has `matchOperator`").renamed(spot, "matchOperator")
        }
        "prefixLengthMin" | "minLength" | "minPrefixLength" | "ge" | "min" => {
            Advice::help(BOUNDS).fields(spot, vec![("prefixLength.min", node.clone())])
        }
        "prefixLengthMax" | "maxLength" | "maxPrefixLength" | "le" | "max" => {
            Advice::help(BOUNDS).fields(spot, vec![("prefixLength.max", node.clone())])
        }
        "ipv4" | "ipv6" | "ipVersion" | "family" => Advice::help(format!(
            "the family is in the name of the list: {list_name}"
        )),
        "community" => {
            Advice::help("communities to match stand under `communities.values`, a list of one")
                .fields(spot, vec![("communities.values", list(vec![node.clone()]))])
        }
        "asPath" | "asPathRegex" | "as_path" => Advice::help(
            "a filter matches the beginning of the AS path: `asPathPrefix`, a list of AS numbers",
        ),
        "addCommunity" => operation(spot, "addCommunity", "value", node.clone()),
        "setPriority" => operation(spot, "setPriority", "value", node.clone()),
        "prependASPath" | "prepend" | "asPathPrepend" => {
            operation(spot, "prependASPath", "prefix", as_list(node))
        }
        "localPref" | "localPreference" | "med" | "metric" | "nextHop" | "weight" => {
            Advice::help(format!(
                "a filter cannot set or match it; `operations` can {}",
                "addCommunity, prependASPath and setPriority, the kernel's metric"
            ))
        }
        "name" | "description" | "comment" => {
            Advice::help("a filter rule has no name: use a comment")
        }
        "from" | "protocol" => Advice::help(
            "where a route comes from is `source: RemotePeers`, or `peerType` eBGP or iBGP",
        ),
        _ => return None,
    })
}

const BOUNDS: &str = "bounds of the prefix's length stand under `prefixLength`: min and max";

/// Bounds in the words of others.
pub(super) fn prefix_length(spot: &Spot<'_>) -> Option<Advice> {
    Some(match spot.key() {
        "ge" | "minimum" | "from" | "start" => Advice::help(BOUNDS).renamed(spot, "min"),
        "le" | "maximum" | "to" | "end" => Advice::help(BOUNDS).renamed(spot, "max"),
        _ => return None,
    })
}

fn prefix(spot: &Spot<'_>, node: &Node, parent: &Node) -> Advice {
    let advice = Advice::help("a filter rule has `cidr` and `matchOperator`");
    if parent.get("matchOperator").is_some() {
        return advice.renamed(spot, "cidr");
    }
    if !node.items().is_empty() {
        return advice.and("one prefix a rule: write a rule for each");
    }
    advice
        .and(super::relation::OPERATORS)
        .propose(vec![("cidr", node.clone()), ("matchOperator", text("In"))])
}

fn operation(spot: &Spot<'_>, name: &str, field: &str, value: Node) -> Advice {
    let operation = mapping(vec![entry(name, mapping(vec![entry(field, value)]))]);
    Advice::help("what a rule changes stands under `operations`, one item each")
        .fields(spot, vec![("operations", list(vec![operation]))])
}

/// Rules of a filter under a list that names no family: by the CIDRs of the
/// rules, or for both where there is none.
fn lists(key: &str, value: &Node) -> Advice {
    let direction = if key.starts_with("export") {
        "export"
    } else {
        "import"
    };
    let (mut v4, mut v6) = (Vec::new(), Vec::new());
    for rule in value.items().iter().take(MOST) {
        let cidr = rule.text_of("cidr");
        let rule = corrected(rule);
        if cidr.is_empty() || cidr.contains(':') {
            v6.push(rule.clone());
        }
        if !cidr.contains(':') {
            v4.push(rule);
        }
    }
    let advice = Advice::help(format!(
        "a BGPFilter has one list a family: {direction}V4 and {direction}V6"
    ));
    let families = [("V4", v4), ("V6", v6)];
    let missing = families.iter().find(|(_, rules)| rules.is_empty());
    let advice = match missing {
        Some((family, _)) => advice.and(format!(
            "routes of the other family pass: add {direction}{family}, where the cluster has it"
        )),
        None => advice,
    };
    let entries: Vec<_> = families
        .into_iter()
        .filter(|(_, rules)| !rules.is_empty())
        .map(|(family, rules)| entry(&format!("{direction}{family}"), list(rules)))
        .collect();
    if entries.is_empty() {
        return advice;
    }
    advice.entries(&entries)
}

/// How many rules a suggestion has.
const MOST: usize = 16;

/// A rule with the words that a filter has, and an operator where one is needed.
fn corrected(rule: &Node) -> Node {
    let mut entries = Vec::new();
    let action = super::words::meant(rule.text_of("action"), &["Accept", "Reject"]);
    entries.push(entry("action", text(action.unwrap_or("Reject"))));
    let cidr = rule.text_of("cidr");
    if !cidr.is_empty() {
        let operator = match rule.text_of("matchOperator") {
            "" => "In",
            operator => operator,
        };
        entries.push(entry("cidr", text(printable(cidr))));
        entries.push(entry("matchOperator", text(printable(operator))));
    }
    for other in rule.entries() {
        if matches!(
            other.key.as_str(),
            "prefixLength" | "interface" | "source" | "peerType"
        ) {
            entries.push(entry(&other.key, other.value.clone()));
        }
    }
    mapping(entries)
}
