//! Fields that need, exclude or repeat each other.

use super::Advice;
use super::spot::Spot;
use crate::diagnostic::Diagnostic;
use crate::edit::{Steps, made, text};
use crate::tree::{Node, Value};

/// What `matchOperator` decides, for whoever has to choose.
pub(super) const OPERATORS: &str = "In: the prefix and all within it; Equal: that prefix alone";

/// What to do about a rule between fields that a document breaks.
pub(super) fn advice(code: &str, spot: &Spot<'_>) -> Option<Advice> {
    let parent = spot.parent();
    Some(match code {
        "cidr-without-match-operator" => match_operator(spot, parent?),
        "needs-apply-on-forward" => apply_on_forward(spot),
        "empty-bgp" => Advice::default().removed(spot),
        "icmp-needs-protocol" => icmp(spot, parent?),
        "icmp-code-without-type" => Advice::help("a code is one of its type: give the type too"),
        "ports-without-protocol" => protocol(spot)?,
        "mixed-families" => Advice::help("write one rule for IPv4 and one for IPv6"),
        "missing-field" => missing(spot)?,
        "conflicting-fields" => conflict(spot, parent?)?,
        "pre-dnat-egress" => Advice::help(
            "before DNAT there is only what comes in: put the egress rules into a policy of their own",
        ),
        "misplaced-global" => Advice::help(
            "to select what is in no namespace, write namespaceSelector: global() on a side of a rule",
        ),
        "service-with-selector" => {
            Advice::help("a service says itself which endpoints it means: leave the others out")
        }
        "misplaced-service" => Advice::help(
            "a service is the other end of the traffic; the policy's own pods are its selector",
        ),
        "matches-nothing" => Advice::help("leave notNets out, or write what is to be excepted"),
        "http-on-egress" => Advice::help("match destinations by selector, nets and ports"),
        "unused-communities" => {
            Advice::help("name them under prefixAdvertisements, with a cidr each")
        }
        "mesh-setting-without-mesh" => {
            Advice::help("leave it out, or turn nodeToNodeMeshEnabled on")
        }
        "ipip-on-ipv6" => Advice::help(
            "for IPv6 there is VXLAN: vxlanMode: Always or CrossSubnet, and ipipMode: Never",
        ),
        "pool-smaller-than-block" => smaller(spot, parent?),
        "invalid-block-size" => Advice::help(
            "it is the length of a block's prefix: 26 makes blocks of 64 addresses, and is the default",
        ),
        "link-local-pool" => {
            Advice::help("take a private network: 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16")
        }
        "prefix-length-without-cidr" => {
            let (cidr, operator) = (text(any(spot)), text("In"));
            Advice::help("for prefixes of any address that is the whole range")
                .propose(vec![("cidr", cidr), ("matchOperator", operator)])
        }
        "built-in-tier" => Advice::help(
            "Calico's own tiers keep their order and defaultAction; a tier of your own has another name",
        ),
        "invalid-path" => path(spot)?,
        _ => return None,
    })
}

/// How many values of one key are compared.
const MOST: usize = 8;

/// An entry or item that is there before.
pub(super) fn repeated(spot: &Spot<'_>, diagnostic: &Diagnostic) -> Option<Advice> {
    let parent = spot.parent()?;
    if spot.steps.is_item() {
        let node = spot.node?;
        let same = |other: &&Node| other.text().is_some() && other.text() == node.text();
        let twice = parent.items().iter().filter(same).count() > 1;
        return twice.then(|| Advice::default().removed(spot));
    }
    if diagnostic.code.0 != "duplicate-key" {
        return None;
    }
    let key = spot.key();
    let values: Vec<&Node> = parent
        .entries()
        .iter()
        .filter(|entry| entry.key == key)
        .map(|entry| &entry.value)
        .take(MOST)
        .collect();
    let (first, others) = values.split_first()?;
    let first = first.to_json();
    let same = values.len() < MOST && others.iter().all(|other| other.to_json() == first);
    let header = matches!(key, "apiVersion" | "kind" | "metadata" | "spec");
    if header && spot.parent_steps() == Steps::default() {
        // To remove one would make one document of two.
        let advice = Advice::help("two documents need a line --- between them");
        return Some(if key == "apiVersion" {
            advice.write("---\napiVersion: …")
        } else {
            advice
        });
    }
    Some(if same {
        Advice::help("both say the same: remove one").removed(spot)
    } else {
        Advice::help("they say different things: keep the one that was meant")
    })
}

/// A CIDR without an operator, where a full-length prefix or a bound on lengths
/// leaves one choice.
fn match_operator(spot: &Spot<'_>, rule: &Node) -> Advice {
    let cidr = rule.text_of("cidr");
    if cidr.is_empty() {
        return Advice::help("which prefixes it compares with is the rule's `cidr`");
    }
    let single = cidr
        .parse::<ipnet::IpNet>()
        .is_ok_and(|net| net.prefix_len() == net.max_prefix_len());
    let certain = single || rule.get("prefixLength").is_some();
    Advice::help(OPERATORS)
        .with(&spot.parent_steps(), "matchOperator", text("In"))
        .certain_if(certain)
}

fn apply_on_forward(spot: &Spot<'_>) -> Advice {
    let spec = Steps::parse("spec");
    let cause = spot.parent().and_then(|spec| {
        let entries = spec.entries().iter();
        entries
            .rev()
            .find(|entry| matches!(entry.key.as_str(), "doNotTrack" | "preDNAT"))
    });
    let advice = Advice::help("such a policy works on what is forwarded too, and has to say so")
        .with(&spec, "applyOnForward", made(Value::Bool(true)));
    Advice {
        span: cause.map(|entry| entry.key_span),
        ..advice
    }
}

fn icmp(spot: &Spot<'_>, rule: &Node) -> Advice {
    let v6 = rule
        .get("ipVersion")
        .and_then(Node::integer)
        .map(|version| version == 6);
    let protocol = if v6 == Some(true) { "ICMPv6" } else { "ICMP" };
    Advice::help("types and codes are those of ICMP (IPv4) or ICMPv6")
        .with(&spot.parent_steps(), "protocol", text(protocol))
        .certain_if(v6.is_some() && rule.get("protocol").is_none())
}

/// A protocol for ports that have none: which one, only the author knows.
fn protocol(spot: &Spot<'_>) -> Option<Advice> {
    let rule = spot.around.iter().rev().nth(1)?.0;
    if rule.get("protocol").is_some() {
        return Some(Advice::help("ports are of TCP, UDP or SCTP"));
    }
    let dns = spot
        .node?
        .items()
        .iter()
        .any(|port| port.integer() == Some(53));
    let advice = if dns {
        Advice::help("DNS is UDP and TCP: write one rule for each")
    } else {
        Advice::help("most often it is TCP")
    };
    Some(advice.write(if dns {
        "protocol: UDP"
    } else {
        "protocol: TCP"
    }))
}

/// A field that is not there and must be.
fn missing(spot: &Spot<'_>) -> Option<Advice> {
    let parent = spot.parent_steps();
    if spot.node.is_some() {
        return None;
    }
    match (spot.kind.kind, parent.last_key(), spot.key()) {
        ("BGPFilter", _, "action") => Some(Advice::help("it is one of Accept, Reject")),
        (_, "ingress" | "egress", "action") if parent.is_item() => {
            let empty = spot.parent().is_some_and(|rule| rule.entries().is_empty());
            let advice = Advice::help("it is one of Allow, Deny, Log, Pass");
            Some(if empty {
                advice
                    .and("in Kubernetes' NetworkPolicy an empty rule allows everything; in Calico's that is the action alone")
                    .write("- action: Allow")
            } else {
                advice.write("action: Allow")
            })
        }
        (_, "", "metadata") => Some(
            Advice::help("every resource has metadata, and a name in them")
                .write("metadata:\n  name: …"),
        ),
        (_, "", "spec") => Some(Advice::help("what the resource says stands in its spec")),
        (_, "services", "namespace") => None,
        ("IPPool", "spec", "cidr") => {
            Some(Advice::help("the addresses that the pool gives out").write("cidr: 10.244.0.0/16"))
        }
        ("HostEndpoint", "spec", "node") => Some(Advice::help(
            "the name of the node that the interface is on",
        )),
        ("BGPPeer", "spec", "asNumber") => Some(Advice::help("the AS of the workloads that peer")),
        _ => None,
    }
}

/// Two fields of which one must go, where it is plain which.
fn conflict(spot: &Spot<'_>, spec: &Node) -> Option<Advice> {
    let is = |key: &str, value: &str| spec.text_of(key) == value;
    match (spot.kind.kind, spot.key()) {
        ("BGPPeer", "keepOriginalNextHop") => Some(
            Advice::help("keepOriginalNextHop: true is nextHopMode: Keep")
                .and("leave keepOriginalNextHop out")
                .removed(spot)
                .certain_if(is("nextHopMode", "Keep")),
        ),
        ("BGPPeer", "nodeSelector") => Some(Advice::help(
            "`node` is one node by its name, `nodeSelector` nodes by their labels: keep one",
        )),
        ("BGPPeer", "peerSelector") => Some(Advice::help(
            "`peerIP` is one address, `peerSelector` nodes by their labels: keep one",
        )),
        ("IPPool", "vxlanMode") => Some(Advice::help(
            "a pool has one encapsulation: set the other to Never",
        )),
        ("FelixConfiguration", "routeTableRanges") => Some(Advice::help(
            "keep routeTableRanges: it replaces routeTableRange",
        )),
        _ => None,
    }
}

fn smaller(spot: &Spot<'_>, spec: &Node) -> Advice {
    let length = spot
        .text()
        .and_then(|cidr| cidr.parse::<ipnet::IpNet>().ok());
    let advice = Advice::help(
        "a block is what a node gets at a time: 64 addresses of IPv4, unless blockSize says otherwise",
    );
    match (length, spec.get("blockSize")) {
        (Some(net), None) => advice.write(format!("blockSize: {}", net.prefix_len().max(20))),
        _ => advice,
    }
}

/// The range of everything, in the family of a rule's list.
fn any(spot: &Spot<'_>) -> &'static str {
    if spot.parent_steps().last_key().ends_with("V6") {
        "::/0"
    } else {
        "0.0.0.0/0"
    }
}

/// A path of HTTP without its slash.
fn path(spot: &Spot<'_>) -> Option<Advice> {
    let node = spot.node?;
    let key = ["exact", "prefix"]
        .into_iter()
        .find(|key| !node.text_of(key).is_empty())?;
    let written = node.text_of(key);
    if written.starts_with('/') || written.contains(['?', '#', ' ']) {
        return Some(Advice::help(
            "what follows ? or # is not part of a path, and is not matched",
        ));
    }
    let right = text(format!("/{written}"));
    let mut advice = Advice::help("a path begins with /").propose(vec![(key, right.clone())]);
    advice.changes = vec![crate::edit::Change::Replace {
        at: spot.steps.clone().key(key),
        value: right,
    }];
    Some(advice)
}
