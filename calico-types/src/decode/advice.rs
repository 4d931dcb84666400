//! What to write instead: known idioms of other APIs, then similar names.

use super::document::{printable, shown};
use super::similar;
use crate::diagnostic::{Code, Diagnostic, RefusedBy};
use crate::path::Path;
use crate::scalar::Protocol;
use crate::schema::{KindSchema, Schema, Shape};
use crate::tree::{Entry, Node, Value};

/// Help for an unknown field.
#[derive(Debug, Default)]
pub(super) struct Advice {
    pub(super) help: Vec<String>,
    pub(super) suggestion: Option<String>,
}

impl Advice {
    fn help(line: impl Into<String>) -> Self {
        Self {
            help: vec![line.into()],
            suggestion: None,
        }
    }

    fn write(mut self, yaml: impl Into<String>) -> Self {
        self.suggestion = Some(yaml.into());
        self
    }
}

/// Where a field would stand, in words.
pub(super) fn place(kind: &str, path: &Path<'_>) -> String {
    let what = match (path.last_key(), path) {
        (None, _) => return format!("a {kind}"),
        (Some("ingress" | "egress"), Path::Index(..)) => "a rule",
        (Some("importV4" | "importV6" | "exportV4" | "exportV6"), Path::Index(..)) => {
            "a filter rule"
        }
        (Some("spec"), _) => return format!("the spec of a {kind}"),
        _ => return format!("`{path}`"),
    };
    format!("{what} of a {kind}")
}

/// What to do about a field that `schema`, found at `path`, does not have.
pub(super) fn unknown_field(
    kind: &str,
    parent: &Node,
    entry: &Entry,
    schema: &Schema,
    path: &Path<'_>,
) -> Advice {
    if let Some(advice) = idiom(kind, parent, entry, path) {
        return advice;
    }
    let names = || schema.fields().iter().map(|field| field.name);
    if let Some(near) = similar::closest(&entry.key, names()) {
        return Advice::help(format!("did you mean `{near}`?"))
            .write(entry_yaml(near, &entry.value));
    }
    if let Some(home) = elsewhere(kind, &entry.key) {
        return Advice::help(format!("the field belongs to {home}"));
    }
    let mut names: Vec<&str> = names().collect();
    if names.is_empty() || names.len() > 24 {
        return Advice::default();
    }
    names.sort_unstable();
    Advice::help(format!("fields here: {}", names.join(", ")))
}

/// Mistakes with a known origin.
fn idiom(kind: &str, parent: &Node, entry: &Entry, path: &Path<'_>) -> Option<Advice> {
    let in_list = matches!(path, Path::Index(..));
    match path.last_key() {
        None => at_root(kind, entry),
        Some("ingress" | "egress") if in_list && is_policy(kind) => {
            rule(path.last_key()?, parent, entry)
        }
        Some("source" | "destination") if is_policy(kind) => entity(path.last_key()?, entry),
        Some("spec") if is_policy(kind) => policy(kind, entry),
        Some("spec") => spec(kind, entry),
        Some("ipPools") if in_list => installation_pool(entry),
        Some("importV4" | "importV6" | "exportV4" | "exportV6") if in_list => {
            filter_rule(path.last_key()?, entry)
        }
        Some(_) => None,
    }
}

fn is_policy(kind: &str) -> bool {
    kind.ends_with("NetworkPolicy")
        && !kind.contains("Kubernetes")
        && kind != "ClusterNetworkPolicy"
        || kind == "Profile"
}

fn at_root(kind: &str, entry: &Entry) -> Option<Advice> {
    let known = crate::schema::kinds().find(|known| known.kind == kind)?;
    let spec = known.schema.field("spec")?;
    spec.schema.field(&entry.key)?;
    Some(Advice::help("it belongs into the spec").write(format!(
        "spec:\n{}",
        indented(&entry_yaml(&entry.key, &entry.value))
    )))
}

/// Fields of a rule as other APIs have them.
fn rule(direction: &str, parent: &Node, entry: &Entry) -> Option<Advice> {
    let protocol = if parent.get("protocol").is_some() {
        ""
    } else {
        "protocol: TCP\n"
    };
    Some(match entry.key.as_str() {
        "port" | "ports" | "dstPort" | "destinationPort" | "destinationPorts" | "targetPort" => {
            let ports = ports_of(&entry.value);
            let protocol = protocol_of(&entry.value)
                .map_or(protocol.to_owned(), |name| format!("protocol: {name}\n"));
            Advice::help("ports belong to a side of the rule: destination.ports, a list").write(
                format!("{protocol}destination:\n  ports: [{}]", ports.join(", ")),
            )
        }
        "from" | "to" => {
            let side = if entry.key == "from" {
                "source"
            } else {
                "destination"
            };
            let advice = Advice::help(format!(
                "that is Kubernetes' NetworkPolicy; Calico's rule has `{side}` with a selector in Calico's language"
            ));
            match selectors(&entry.value) {
                Some(yaml) => advice.write(format!("{side}:\n{}", indented(&yaml))),
                None => advice,
            }
        }
        "selector" | "nets" | "notNets" | "notSelector" | "notPorts" | "namespaceSelector"
        | "serviceAccounts" | "services" => {
            let side = if direction == "ingress" {
                "source"
            } else {
                "destination"
            };
            Advice::help(format!("it belongs to a side of the rule: source or destination; for {direction} most often {side}"))
                .write(format!("{side}:\n{}", indented(&entry_yaml(&entry.key, &entry.value))))
        }
        "icmpType" | "icmpCode" => {
            let field = if entry.key == "icmpType" {
                "type"
            } else {
                "code"
            };
            Advice::help("ICMP types and codes stand under `icmp`")
                .write(format!("icmp:\n  {field}: {}", yaml(&entry.value)))
        }
        "cidr" | "net" | "ipBlock" => {
            let side = if direction == "ingress" {
                "source"
            } else {
                "destination"
            };
            Advice::help(format!(
                "networks belong to a side of the rule: {side}.nets, a list"
            ))
            .write(format!("{side}:\n  nets: [{}]", yaml(&entry.value)))
        }
        _ => return None,
    })
}

/// Fields of a source or destination as other APIs and older Calico have them.
fn entity(side: &str, entry: &Entry) -> Option<Advice> {
    Some(match entry.key.as_str() {
        "port" => Advice::help(format!("{side} has `ports`, a list"))
            .write(format!("ports: [{}]", ports_of(&entry.value).join(", "))),
        "net" | "cidr" | "cidrs" | "ipBlock" => {
            Advice::help(format!("{side} has `nets`, a list of CIDRs"))
                .write(format!("nets: {}", list_yaml(&entry.value)))
        }
        "notNet" => Advice::help(format!("{side} has `notNets`, a list of CIDRs"))
            .write(format!("notNets: {}", list_yaml(&entry.value))),
        "!selector" | "!nets" | "!net" | "!ports" | "tag" | "!tag" => Advice::help(
            "that is the syntax of Calico's API version 1; version 3 has notSelector, notNets, notPorts",
        ),
        "podSelector" | "labels" | "matchLabels" => {
            let advice = Advice::help("Calico's selectors are expressions: selector: app == 'web'");
            match selector_text(&entry.value) {
                Some(text) => advice.write(format!("selector: {text}")),
                None => advice,
            }
        }
        "serviceAccount" => Advice::help(format!(
            "{side} has `serviceAccounts`, with names or a selector"
        ))
        .write(format!(
            "serviceAccounts:\n  names: {}",
            list_yaml(&entry.value)
        )),
        "service" => Advice::help(format!("{side} has `services`, with name and namespace")),
        "namespace" => Advice::help("namespaces are selected by label").write(format!(
            "namespaceSelector: kubernetes.io/metadata.name == '{}'",
            yaml(&entry.value)
        )),
        _ => return None,
    })
}

/// Fields of a policy's spec as Kubernetes has them.
fn policy(kind: &str, entry: &Entry) -> Option<Advice> {
    Some(match entry.key.as_str() {
        "podSelector" | "endpointSelector" => {
            let advice = Advice::help("Calico's policies have `selector`, an expression");
            match selector_text(&entry.value) {
                Some(text) => advice.write(format!("selector: {text}")),
                None => advice,
            }
        }
        "policyTypes" => {
            Advice::help("Calico's policies have `types`").write(entry_yaml("types", &entry.value))
        }
        "priority" => Advice::help("Calico's policies have `order`: lower comes first")
            .write(entry_yaml("order", &entry.value)),
        "applyOnForward" | "preDNAT" | "doNotTrack" | "namespaceSelector"
            if kind.ends_with("NetworkPolicy") && !kind.contains("Global") =>
        {
            Advice::help(format!(
                "`{}` is a field of GlobalNetworkPolicy, not of {kind}",
                entry.key
            ))
        }
        "rules" => Advice::help("rules stand under `ingress` and `egress`"),
        "action" | "protocol" | "source" | "destination" => {
            Advice::help("it belongs to a rule: an item of ingress or egress")
        }
        _ => return None,
    })
}

/// Fields of other specs.
fn spec(kind: &str, entry: &Entry) -> Option<Advice> {
    let key = entry.key.as_str();
    Some(match (kind, key) {
        (
            "BGPFilter",
            "importRules" | "exportRules" | "import" | "export" | "rules" | "importRule"
            | "exportRule",
        ) => filter_lists(key, &entry.value),
        ("IPPool", "encapsulation") => encapsulation(&entry.value),
        ("IPPool", "nat-outgoing" | "nat_outgoing" | "natOutGoing") => {
            Advice::help("version 3 has `natOutgoing`")
                .write(entry_yaml("natOutgoing", &entry.value))
        }
        ("IPPool", "ipip") => {
            Advice::help("that is Calico's API version 1; version 3 has `ipipMode`")
                .write("ipipMode: Always")
        }
        ("IPPool", "mtu") => Advice::help(
            "a pool has no MTU: it is set once, in Installation spec.calicoNetwork.mtu or FelixConfiguration",
        ),
        ("BGPConfiguration", "nodeToNodeMesh" | "nodeMesh" | "fullMesh" | "meshEnabled") => {
            Advice::help("did you mean `nodeToNodeMeshEnabled`?")
                .write(entry_yaml("nodeToNodeMeshEnabled", &entry.value))
        }
        ("BGPPeer", "peerAS" | "as" | "asn" | "remoteAS" | "peerASNumber" | "remoteAs") => {
            Advice::help("the peer's AS is `asNumber`").write(entry_yaml("asNumber", &entry.value))
        }
        ("BGPPeer", "ip" | "address" | "peerAddress" | "neighbor" | "peer") => {
            Advice::help("the peer's address is `peerIP`").write(entry_yaml("peerIP", &entry.value))
        }
        ("BGPPeer", "filter" | "importFilter" | "exportFilter" | "bgpFilter") => {
            Advice::help("`filters` is a list of BGPFilter names")
                .write(format!("filters: {}", list_yaml(&entry.value)))
        }
        ("BGPPeer", "routeReflectorClusterID") => {
            Advice::help("a route reflector is made on the Node: spec.bgp.routeReflectorClusterID")
        }
        ("Node", "asNumber" | "ipv4Address" | "ipv6Address" | "routeReflectorClusterID") => {
            Advice::help("it belongs to `bgp`").write(format!(
                "bgp:\n{}",
                indented(&entry_yaml(key, &entry.value))
            ))
        }
        (
            "Installation",
            "ipPools" | "mtu" | "bgp" | "nodeAddressAutodetectionV4" | "linuxDataplane",
        ) => Advice::help("it belongs to `calicoNetwork`").write(format!(
            "calicoNetwork:\n{}",
            indented(&entry_yaml(key, &entry.value))
        )),
        _ => return None,
    })
}

fn installation_pool(entry: &Entry) -> Option<Advice> {
    Some(match entry.key.as_str() {
        "mtu" => Advice::help("a pool has no MTU: it belongs to calicoNetwork, beside ipPools")
            .write(format!("calicoNetwork:\n  mtu: {}", yaml(&entry.value))),
        "ipipMode" | "vxlanMode" => Advice::help(
            "that is a field of IPPool; the operator has `encapsulation`: IPIP, IPIPCrossSubnet, VXLAN, VXLANCrossSubnet or None",
        ),
        _ => return None,
    })
}

fn filter_rule(list: &str, entry: &Entry) -> Option<Advice> {
    Some(match entry.key.as_str() {
        "prefix" | "net" | "network" => {
            Advice::help("a filter rule has `cidr` and `matchOperator`")
                .write(format!("cidr: {}\nmatchOperator: In", yaml(&entry.value)))
        }
        "operator" | "match" => Advice::help("a filter rule has `matchOperator`")
            .write(entry_yaml("matchOperator", &entry.value)),
        "prefixLengthMin" | "prefixLengthMax" | "minLength" | "maxLength" => {
            let field = if entry.key.to_ascii_lowercase().contains("min") {
                "min"
            } else {
                "max"
            };
            Advice::help("bounds stand under `prefixLength`")
                .write(format!("prefixLength:\n  {field}: {}", yaml(&entry.value)))
        }
        "ipv4" | "ipv6" => Advice::help(format!("the family is in the name of the list: {list}")),
        _ => return None,
    })
}

/// Rules of a filter under a list that names no family: by the CIDRs of the
/// rules, or for IPv4 where there is none.
fn filter_lists(key: &str, value: &Node) -> Advice {
    let direction = if key.starts_with("export") {
        "export"
    } else {
        "import"
    };
    let mut v4 = String::new();
    let mut v6 = String::new();
    for rule in value.items() {
        let cidr = rule.text_of("cidr");
        let action = match rule.text_of("action") {
            "Deny" | "deny" | "Drop" | "reject" => "Reject",
            "Allow" | "allow" | "Permit" | "accept" => "Accept",
            "" => "Reject",
            other => other,
        };
        let lists: &mut [&mut String] = match (cidr.is_empty(), cidr.contains(':')) {
            (true, _) => &mut [&mut v4, &mut v6],
            (false, true) => &mut [&mut v6],
            (false, false) => &mut [&mut v4],
        };
        for list in lists {
            list.push_str(&format!("- action: {}\n", printable(action)));
            if !cidr.is_empty() {
                let operator = match rule.text_of("matchOperator") {
                    "" => "In",
                    operator => operator,
                };
                list.push_str(&format!(
                    "  cidr: {}\n  matchOperator: {}\n",
                    printable(cidr),
                    printable(operator)
                ));
            }
        }
    }
    let advice = Advice::help(format!(
        "a BGPFilter has one list a family: {direction}V4 and {direction}V6"
    ));
    if v4.is_empty() {
        return advice
            .write(format!("{direction}V4:\n{v6}{direction}V6:\n{v6}").replace(":\n\n", ": []\n"));
    }
    let v6 = if v6.is_empty() {
        "- action: Reject\n".to_owned()
    } else {
        v6
    };
    advice.write(format!("{direction}V4:\n{v4}{direction}V6:\n{v6}"))
}

fn encapsulation(value: &Node) -> Advice {
    let advice = Advice::help("that is the operator's word; an IPPool has ipipMode and vxlanMode");
    match value.text() {
        Some("IPIP") => advice.write("ipipMode: Always"),
        Some("IPIPCrossSubnet") => advice.write("ipipMode: CrossSubnet"),
        Some("VXLAN") => advice.write("vxlanMode: Always"),
        Some("VXLANCrossSubnet") => advice.write("vxlanMode: CrossSubnet"),
        Some("None") => advice.write("ipipMode: Never\nvxlanMode: Never"),
        _ => advice,
    }
}

/// Another kind whose spec has the field.
fn elsewhere(kind: &str, key: &str) -> Option<String> {
    let mut homes = crate::schema::kinds()
        .filter(|known| known.kind != kind)
        .filter(|known| {
            known
                .schema
                .field("spec")
                .is_some_and(|spec| spec.schema.field(key).is_some())
        })
        .map(|known| known.kind);
    let first = homes.next()?;
    // A field that half of the kinds have says nothing.
    homes
        .next()
        .is_none()
        .then(|| format!("the spec of {first}"))
}

/// A word outside of the list that the schema gives.
pub(super) fn unsupported(
    kind: &KindSchema,
    node: &Node,
    words: &[&'static str],
    path: &Path<'_>,
) -> Diagnostic {
    let text = node.text().unwrap_or_default();
    let message = format!("{} is not one of {}", shown(node), words.join(", "));
    let mut diagnostic = Diagnostic::error(Code("unsupported-value"), message);
    if kind.stored {
        diagnostic = diagnostic.refused_by(RefusedBy::API_SERVER);
    }
    if let Some(word) = meant(text, words) {
        diagnostic = diagnostic
            .help(format!("did you mean {word}?"))
            .suggest(assign(path, word));
    }
    diagnostic
}

/// The word of the list that `text` stands for elsewhere.
pub(crate) fn meant(text: &str, words: &[&'static str]) -> Option<&'static str> {
    const SYNONYMS: &[(&str, &[&str])] = &[
        ("Reject", &["deny", "drop", "block", "refuse"]),
        ("Deny", &["drop", "reject", "block", "refuse"]),
        ("Accept", &["allow", "permit", "pass"]),
        ("Allow", &["accept", "permit"]),
        ("Pass", &["next", "continue", "skip"]),
        ("Enabled", &["true", "yes", "on", "enable"]),
        ("Disabled", &["false", "no", "off", "disable"]),
        ("UseNodeIP", &["nodeip"]),
        ("Never", &["off", "none", "false", "disabled"]),
        ("Always", &["on", "true", "enabled", "ipip", "vxlan"]),
        ("In", &["within", "contains", "match"]),
        ("Equal", &["=", "==", "eq", "equals"]),
        ("NotEqual", &["!=", "ne"]),
    ];
    let lower = text.to_ascii_lowercase();
    let exact = words.iter().find(|word| word.eq_ignore_ascii_case(text));
    let synonym = || {
        words.iter().find(|word| {
            SYNONYMS
                .iter()
                .any(|(meant, said)| meant == *word && said.contains(&lower.as_str()))
        })
    };
    let near = || similar::closest(text, words.iter().copied());
    exact.or_else(synonym).copied().or_else(near)
}

/// The protocol that a misspelt name means.
pub(crate) fn protocol(name: &str) -> Option<&'static str> {
    Protocol::names().find(|known| known.eq_ignore_ascii_case(name))
}

/// What a text that is no port was meant to be.
pub(super) fn port(text: &str) -> Option<(String, String)> {
    let inner = text.trim_matches(['[', ']', ' ']);
    let parts: Vec<&str> = inner
        .split([',', ' '])
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .collect();
    let ports = parts
        .iter()
        .all(|part| part.parse::<crate::scalar::Port>().is_ok());
    if parts.len() > 1 && ports {
        let yaml: Vec<String> = parts.iter().map(|part| format!("- {part}")).collect();
        return Some((
            "several ports are several items of the list".to_owned(),
            yaml.join("\n"),
        ));
    }
    None
}

/// What a schema wants, in words.
pub(super) fn type_name(schema: &Schema) -> &'static str {
    match schema.shape {
        Shape::Object(_) | Shape::Map(_) => "a mapping",
        Shape::List(_) | Shape::Set(_) => "a list",
        Shape::Text => "text",
        Shape::Integer => "an integer",
        Shape::Number => "a number",
        Shape::Boolean => "true or false",
        Shape::IntOrText => "a number or text",
        Shape::Any => "anything",
    }
}

/// The same value in the type that is wanted, where that is plain.
pub(super) fn retyped(node: &Node, schema: &Schema, path: &Path<'_>) -> Option<String> {
    match (schema.shape, &node.value) {
        (Shape::List(_) | Shape::Set(_), Value::String(_) | Value::Number(_) | Value::Bool(_)) => {
            Some(assign(path, &format!("[{}]", yaml(node))))
        }
        (Shape::Boolean, Value::String(text)) => {
            let word = meant(text, &["Enabled", "Disabled"])?;
            Some(assign(
                path,
                if word == "Enabled" { "true" } else { "false" },
            ))
        }
        (Shape::Integer | Shape::Number, Value::String(text)) => {
            let number: i64 = text.trim().parse().ok()?;
            Some(assign(path, &number.to_string()))
        }
        (Shape::Text, Value::Number(number)) => Some(assign(path, &format!("{number}s"))),
        _ => None,
    }
}

/// `key: value` for the last key of a path, or an item of its list.
pub(super) fn assign(path: &Path<'_>, value: &str) -> String {
    match path {
        Path::Index(..) => format!("- {value}"),
        _ => format!("{}: {value}", path.last_key().unwrap_or_default()),
    }
}

/// A scalar as YAML; other values in flow style.
pub(super) fn yaml(node: &Node) -> String {
    match &node.value {
        Value::String(text) => quoted(text),
        Value::Null | Value::Bool(_) | Value::Number(_) => shown(node),
        Value::Sequence(_) | Value::Mapping(_) => node.to_json().to_string(),
    }
}

/// Text as YAML, in quotes only where it needs them.
fn quoted(text: &str) -> String {
    let plain = !text.is_empty()
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "./:-_=() '".contains(c))
        && text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '/')
        && !text.ends_with(':')
        && !text.contains(": ")
        && !text.contains(" #");
    if plain || text.parse::<ipnet::IpNet>().is_ok() {
        text.to_owned()
    } else {
        serde_json::Value::from(text).to_string()
    }
}

fn list_yaml(node: &Node) -> String {
    match &node.value {
        Value::Sequence(items) => format!(
            "[{}]",
            items.iter().map(yaml).collect::<Vec<_>>().join(", ")
        ),
        _ => format!("[{}]", yaml(node)),
    }
}

/// `key: value`, nested values in block style.
pub(super) fn entry_yaml(key: &str, value: &Node) -> String {
    let mut out = String::new();
    block(&mut out, key, value, 0);
    out.trim_end().to_owned()
}

fn block(out: &mut String, key: &str, value: &Node, depth: usize) {
    let pad = "  ".repeat(depth);
    match &value.value {
        Value::Mapping(entries) if !entries.is_empty() => {
            out.push_str(&format!("{pad}{key}:\n"));
            for entry in entries {
                block(out, &printable(&entry.key), &entry.value, depth + 1);
            }
        }
        Value::Sequence(items)
            if items
                .iter()
                .any(|item| matches!(item.value, Value::Mapping(_))) =>
        {
            out.push_str(&format!("{pad}{key}:\n"));
            for item in items {
                let mut inner = String::new();
                for entry in item.entries() {
                    block(&mut inner, &printable(&entry.key), &entry.value, depth + 1);
                }
                // The first line of an item carries its dash.
                out.push_str(&inner.replacen(&"  ".repeat(depth + 1), &format!("{pad}- "), 1));
            }
        }
        Value::Sequence(_) => out.push_str(&format!("{pad}{key}: {}\n", list_yaml(value))),
        _ => out.push_str(&format!("{pad}{key}: {}\n", yaml(value))),
    }
}

fn indented(yaml: &str) -> String {
    yaml.lines()
        .map(|line| format!("  {line}"))
        .collect::<Vec<_>>()
        .join("\n")
}

/// Ports in whatever form they were written.
fn ports_of(value: &Node) -> Vec<String> {
    let one = |node: &Node| match &node.value {
        Value::Mapping(_) => node.get("port").map(yaml),
        _ => Some(yaml(node)),
    };
    match &value.value {
        Value::Sequence(items) => items.iter().filter_map(one).collect(),
        _ => one(value).into_iter().collect(),
    }
}

/// The protocol that Kubernetes has beside each port.
fn protocol_of(value: &Node) -> Option<&'static str> {
    let first = value.items().first()?;
    protocol(first.text_of("protocol"))
}

/// Kubernetes' peers as fields of a Calico entity.
fn selectors(value: &Node) -> Option<String> {
    let [peer] = value.items() else {
        return None;
    };
    let mut lines = Vec::new();
    for (key, name) in [
        ("podSelector", "selector"),
        ("namespaceSelector", "namespaceSelector"),
    ] {
        if let Some(selector) = peer.get(key) {
            lines.push(format!("{name}: {}", selector_text(selector)?));
        }
    }
    if let Some(block) = peer.get("ipBlock") {
        lines.push(format!("nets: [{}]", printable(block.text_of("cidr"))));
    }
    (!lines.is_empty()).then(|| lines.join("\n"))
}

/// A Kubernetes label selector as an expression; `None` where it has more than
/// labels to match.
fn selector_text(node: &Node) -> Option<String> {
    let labels = match node.get("matchLabels") {
        Some(labels) if node.entries().len() == 1 => labels,
        Some(_) => return None,
        None if node.get("matchExpressions").is_some() => return None,
        None => node,
    };
    if labels.entries().is_empty() {
        return matches!(labels.value, Value::Mapping(_)).then(|| "all()".to_owned());
    }
    let terms: Option<Vec<String>> = labels
        .entries()
        .iter()
        .map(|entry| {
            Some(format!(
                "{} == '{}'",
                printable(&entry.key),
                printable(entry.value.text()?)
            ))
        })
        .collect();
    terms.map(|terms| terms.join(" && "))
}
