//! What Calico's BGPFilters do, against a running BIRD: random filters as resources, compiled by
//! `bgp-rib`; the same filters in BIRD's language, written here from the resources; random routes
//! through both; and what listeners hear.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write as _;
use std::net::Ipv4Addr;

use bgp_rib::{
    Event, ExportContext, Fallback, FilterChain, FilterDiagnostic, FilterProblem, NormalPriority,
    PeerConfig, Rib, RibConfig, export_chain, import_chain,
};
use bgp_wire::{
    AsPath, Asn, Community, Family, LargeCommunity, NextHop, Nlri, PathAttributes, UpdatePacker,
    UpdateView,
};
use calico_types::resources::BGPFilter;
use ipnet::{IpNet, Ipv4Net};
use serde_json::{Value, json};
use testkit::netns::bird::Bird;
use testkit::netns::{self, Scratch};

use crate::played::{DAEMON, DAEMON_AS, Listener, Peer, chance, establish, lan, play};

/// An external and an internal feeder, an internal listener that hears all that came in, and an
/// internal and an external one behind export filters.
const PEERS: [(u8, u32); 5] = [
    (1, 65_001),
    (2, DAEMON_AS),
    (3, DAEMON_AS),
    (4, DAEMON_AS),
    (5, 65_100),
];
const FEEDERS: [usize; 2] = [0, 1];
const LISTENERS: [usize; 3] = [2, 3, 4];
const ROUTES: u32 = 1_500;
/// Filters in each chain.
const FILTERS: u32 = 3;
/// LOCAL_PREF of priority 0.
const HIGHEST: u32 = 0x7fff_ffff;

fn peer(number: usize) -> Peer {
    let (last, asn) = PEERS[number];
    Peer {
        address: Ipv4Addr::new(10, 99, 1, last),
        asn,
        identifier: Ipv4Addr::new(10, 200, 0, last),
    }
}

/// Random rules of filter `filter` in the chain of a peer.
fn rules(number: usize, filter: u32) -> Vec<Value> {
    let chain = u32::try_from(number).unwrap();
    let count = 2 + chance([chain, filter, 9_000], 5);
    (0..count)
        .map(|rule| self::rule([chain, filter, rule]))
        .collect()
}

fn rule([chain, filter, number]: [u32; 3]) -> Value {
    let pick = |what, below| chance([chain, filter * 100 + number, what], below);
    let mut rule = json!({ "action": (["Accept", "Reject"])[pick(0, 2) as usize] });
    if pick(1, 4) > 0 {
        let nets = [
            "20.0.0.0/12",
            "20.1.0.0/16",
            "20.1.2.0/24",
            "20.2.0.0/15",
            "0.0.0.0/0",
        ];
        let operator = ["In", "In", "Equal", "NotIn", "NotEqual"][pick(3, 5) as usize];
        rule["cidr"] = nets[pick(2, 5) as usize].into();
        rule["matchOperator"] = operator.into();
        if ["In", "NotIn"].contains(&operator) && pick(4, 2) == 0 {
            rule["prefixLength"] = match pick(5, 3) {
                0 => json!({ "min": 24 + pick(6, 3) }),
                1 => json!({ "max": 24 + pick(6, 5) }),
                _ => json!({ "min": 20 + pick(6, 5), "max": 25 + pick(7, 4) }),
            };
        }
    }
    if pick(8, 4) == 0 {
        rule["source"] = "RemotePeers".into();
    }
    if pick(9, 4) == 0 {
        let value = ["64512:1", "64512:2", "1:2:3"][pick(10, 3) as usize];
        rule["communities"] = json!({ "values": [value] });
    }
    if pick(11, 4) == 0 {
        let paths = [json!([65_001]), json!([65_001, 66_000]), json!([66_000])];
        rule["asPathPrefix"] = paths[pick(12, 3) as usize].clone();
    }
    if pick(13, 5) == 0 {
        rule["priority"] = ([512, 1024])[pick(14, 2) as usize].into();
    }
    if pick(15, 5) == 0 {
        rule["peerType"] = (["iBGP", "eBGP"])[pick(16, 2) as usize].into();
    }
    // What refuses is narrow, or nothing would be left.
    let wide = [Value::Null, "NotIn".into(), "NotEqual".into()].contains(&rule["matchOperator"]);
    if rule["action"] == "Reject" && (wide || rule["cidr"] == "0.0.0.0/0") {
        rule["communities"] = json!({ "values": ["64512:3"] });
        rule["asPathPrefix"] = json!([65_001, 66_000]);
    }
    if rule["action"] == "Accept" {
        let operations = (0..pick(17, 4)).map(|at| match pick(18 + at, 4) {
            0 => json!({ "addCommunity": { "value": "64512:77" } }),
            1 => json!({ "addCommunity": { "value": "7:8:9" } }),
            2 => json!({ "prependASPath": { "prefix": [67_001, 67_002] } }),
            _ => json!({ "setPriority": { "value": 100 + at } }),
        });
        let operations: Vec<Value> = operations.collect();
        if !operations.is_empty() {
            rule["operations"] = operations.into();
        }
    }
    rule
}

/// A rule in BIRD's language; nothing, where it is for the other kind of session.
fn bird_rule(rule: &Value, internal: bool) -> Option<String> {
    if let Some(kind) = rule["peerType"].as_str()
        && (kind == "iBGP") != internal
    {
        return None;
    }
    let mut conditions = vec!["true".to_owned()];
    if let Some(cidr) = rule["cidr"].as_str() {
        let net: Ipv4Net = cidr.parse().unwrap();
        let bound = |which: &str, default: u8| {
            let given = rule["prefixLength"][which].as_u64();
            given.map_or(default, |given| u8::try_from(given).unwrap())
        };
        let (least, most) = (
            bound("min", net.prefix_len()).max(net.prefix_len()),
            bound("max", 32),
        );
        let inside = format!("net ~ [ {cidr}{{{least},{most}}} ]");
        conditions.push(match rule["matchOperator"].as_str().unwrap() {
            "Equal" => format!("net = {cidr}"),
            "NotEqual" => format!("net != {cidr}"),
            "In" => inside,
            _ => format!("!({inside})"),
        });
    }
    if rule["source"].is_string() {
        conditions.push("source = RTS_BGP".to_owned());
    }
    if let Some(value) = rule["communities"]["values"][0].as_str() {
        conditions.push(format!(
            "({}) ~ {}",
            value.replace(':', ","),
            attribute_of(value)
        ));
    }
    if let Some(path) = rule["asPathPrefix"].as_array() {
        let path: Vec<String> = path.iter().map(ToString::to_string).collect();
        conditions.push(format!("bgp_path ~ [= {} * =]", path.join(" ")));
    }
    if let Some(priority) = rule["priority"].as_u64() {
        let preference = u64::from(HIGHEST) - priority;
        conditions.push(format!("bgp_local_pref = {preference}"));
    }
    let mut text = format!("if ({}) then {{ ", conditions.join(") && ("));
    for operation in rule["operations"].as_array().into_iter().flatten() {
        if let Some(value) = operation["addCommunity"]["value"].as_str() {
            let _ = write!(
                text,
                "{}.add(({})); ",
                attribute_of(value),
                value.replace(':', ",")
            );
        }
        // Each goes in front of the one before.
        for asn in operation["prependASPath"]["prefix"]
            .as_array()
            .into_iter()
            .flatten()
            .rev()
        {
            let _ = write!(text, "bgp_path.prepend({asn}); ");
        }
        if let Some(priority) = operation["setPriority"]["value"].as_u64() {
            let _ = write!(text, "bgp_local_pref = {}; ", u64::from(HIGHEST) - priority);
        }
    }
    let _ = write!(
        text,
        "{}; }}",
        rule["action"].as_str().unwrap().to_lowercase()
    );
    Some(text)
}

fn attribute_of(community: &str) -> &'static str {
    match community.matches(':').count() {
        1 => "bgp_community",
        _ => "bgp_large_community",
    }
}

/// The chain of a peer as a filter of BIRD, with what happens in the end.
fn bird_filter(number: usize, end: &str) -> String {
    let internal = peer(number).is_internal();
    let rules = (0..FILTERS).flat_map(|filter| rules(number, filter));
    let lines: Vec<String> = rules
        .filter_map(|rule| bird_rule(&rule, internal))
        .collect();
    format!(
        "filter chain{number} {{\n  {}\n  {end};\n}}\n",
        lines.join("\n  ")
    )
}

fn configuration() -> String {
    let mut text = format!(
        "router id {DAEMON};\nprotocol device {{ }}\nprotocol direct {{ ipv4; interface \"eth0\"; }}\n"
    );
    for number in FEEDERS {
        text += &bird_filter(number, "accept");
    }
    text += &bird_filter(3, "accept");
    text += &bird_filter(4, "reject");
    for number in 0..PEERS.len() {
        let Peer { address, asn, .. } = peer(number);
        let client = if asn == DAEMON_AS { "rr client;" } else { "" };
        let (import, export) = match number {
            0 | 1 => (format!("filter chain{number}"), "none".to_owned()),
            2 => ("none".to_owned(), "where source = RTS_BGP".to_owned()),
            _ => ("none".to_owned(), format!("filter chain{number}")),
        };
        let _ = writeln!(
            text,
            "protocol bgp p{number} {{ local {DAEMON} as {DAEMON_AS}; neighbor {address} as {asn}; \
             passive; {client} ipv4 {{ import {import}; export {export}; }}; }}"
        );
    }
    text
}

/// The chain of a peer, compiled from the resources.
fn chain(number: usize) -> FilterChain {
    let list = match FEEDERS.contains(&number) {
        true => "importV4",
        false => "exportV4",
    };
    let filter = |filter: u32| -> BGPFilter {
        let spec = json!({ list: rules(number, filter) });
        let name = format!("f{filter}");
        serde_json::from_value(json!({ "metadata": { "name": name }, "spec": spec })).unwrap()
    };
    let filters: BTreeMap<String, BGPFilter> = (0..FILTERS)
        .map(|at| (format!("f{at}"), filter(at)))
        .collect();
    let names = || filters.keys().map(String::as_str);
    let find = |name: &str| filters.get(name);
    let compiled = match FEEDERS.contains(&number) {
        true => import_chain(names(), find, NormalPriority::default()),
        false => export_chain(names(), find, ExportContext::default().into()),
    };
    // A bound shorter than the prefix is taken to be as long, by Calico and by us.
    let harmless =
        |it: &FilterDiagnostic| matches!(it.problem, FilterProblem::MinShorterThanCidr { .. });
    assert!(compiled.diagnostics.iter().all(harmless));
    // Calico's built-in rules have tests of their own; here the rules in front of them.
    match number {
        3 => FilterChain::new(compiled.chain.filters().to_vec(), Fallback::Accept),
        4 => FilterChain::new(compiled.chain.filters().to_vec(), Fallback::Reject),
        _ => compiled.chain,
    }
}

/// What a feeder announces: destinations that only it has.
fn routes(number: usize) -> Vec<(IpNet, PathAttributes)> {
    let feeder = u32::try_from(number).unwrap();
    let route = |at: u32| {
        let pick = |what, below| chance([feeder + 50, at, what], below);
        let length = u8::try_from(16 + pick(0, 13)).unwrap();
        let second = u8::try_from(pick(1, 4)).unwrap();
        let third = [2, 2, 130, 200, 7][pick(2, 5) as usize];
        // The two feeders differ in a bit that every length has.
        let first = 20 + u8::try_from(feeder).unwrap() * 64 * u8::from(pick(3, 2) == 0);
        let address = Ipv4Addr::new(first, second, third, u8::try_from(pick(4, 256)).unwrap());
        let prefix = IpNet::from(Ipv4Net::new_assert(address, length)).trunc();
        (prefix, attributes(number, [feeder + 50, at, 0]))
    };
    let mut routes: BTreeMap<IpNet, PathAttributes> = (0..ROUTES).map(route).collect();
    if number == FEEDERS[1] {
        for (prefix, _) in self::routes(FEEDERS[0]) {
            routes.remove(&prefix);
        }
    }
    routes.into_iter().collect()
}

fn attributes(number: usize, [feeder, at, _]: [u32; 3]) -> PathAttributes {
    let pick = |what, below| chance([feeder, at, 100 + what], below);
    let peer = peer(number);
    let first = [65_001, 65_001, 66_000][pick(0, 3) as usize];
    let first = if peer.is_internal() { first } else { peer.asn };
    let behind = [66_000, 66_010].into_iter().take(pick(1, 3) as usize);
    let mut attributes = PathAttributes::new(NextHop::V4(peer.address));
    attributes.as_path = AsPath::from_sequence([first].into_iter().chain(behind).map(Asn));
    for value in [1, 2, 3] {
        if pick(1 + u32::from(value), 2) == 0 {
            attributes.communities.push(Community::new(64_512, value));
        }
    }
    if pick(5, 2) == 0 {
        attributes
            .large_communities
            .push(LargeCommunity::new(1, 2, 3));
    }
    if peer.is_internal() {
        let preference = [100, HIGHEST - 512, HIGHEST - 1024][pick(6, 3) as usize];
        attributes.local_pref = Some(preference);
    }
    attributes
}

fn updates(number: usize) -> Vec<Vec<u8>> {
    let context = peer(number).context();
    let packer = UpdatePacker::new(&context);
    let update = |(prefix, attributes)| {
        let mut nlri = [Nlri::unicast(prefix)].into_iter().peekable();
        let mut out = vec![0; 4096];
        let length = packer.announce(&attributes, Family::IPV4_UNICAST, &mut nlri, &mut out);
        out.truncate(length.unwrap());
        out
    };
    routes(number).into_iter().map(update).collect()
}

/// What filters can change, in one form for both.
fn digest(attributes: &PathAttributes) -> String {
    let mut communities = attributes.communities.clone();
    communities.sort_unstable();
    let mut large = attributes.large_communities.clone();
    large.sort_unstable();
    format!(
        "{} {communities:?} {large:?} {:?}",
        attributes.as_path, attributes.local_pref
    )
}

type Heard = BTreeMap<(usize, IpNet), String>;

/// What our RIB tells the listeners.
fn ours() -> Heard {
    let mut rib = Rib::new(RibConfig::new(Asn(DAEMON_AS), DAEMON));
    let ids: Vec<_> = (0..PEERS.len())
        .map(|number| {
            let peer = peer(number);
            let mut config = PeerConfig::new(peer.address.into()).local_address(DAEMON.into());
            config.route_reflector_client = peer.is_internal();
            match number {
                0 | 1 => config.import = chain(number),
                2 => {}
                _ => config.export = chain(number),
            }
            let id = rib.add_peer(config);
            let _ = rib.apply(Event::PeerUp {
                peer: id,
                identifier: peer.identifier,
                context: &peer.context(),
            });
            id
        })
        .collect();
    for number in FEEDERS {
        for bytes in updates(number) {
            let update = UpdateView::scan(&bytes, &peer(number).context()).unwrap();
            let _ = rib.apply(Event::Update {
                peer: ids[number],
                update: &update,
            });
        }
    }
    let mut heard = Heard::new();
    for number in LISTENERS {
        let mut out = [0; 4096];
        while rib.poll_transmit(ids[number], &mut out).is_some() {}
        for told in rib.adj_rib_out(ids[number]) {
            let prefix = told.destination.as_unicast().unwrap();
            heard.insert((number, prefix), digest(&told.attributes));
        }
    }
    heard
}

#[test]
fn bird_filters_alike() {
    if !netns::ready(&["bird", "birdc"]) {
        return;
    }
    let lan = lan((0..PEERS.len()).map(peer));
    let scratch = Scratch::new("calico-filters").unwrap();
    let _bird =
        Bird::start_with(lan.host("daemon"), &scratch, "bird", &configuration(), &[]).unwrap();
    let printed = play(lan.host("peers"), "calico_filters::player");
    let line = |line: &str| {
        let (number, rest) = line.strip_prefix("heard ")?.split_once(' ')?;
        let (prefix, digest) = rest.split_once(' ')?;
        Some((
            (number.parse().ok()?, prefix.parse().ok()?),
            digest.to_owned(),
        ))
    };
    let theirs: Heard = printed.lines().filter_map(line).collect();
    let ours = ours();
    for number in LISTENERS {
        let heard = ours.keys().filter(|(held, _)| *held == number).count();
        println!("listener {number}: {heard} routes");
        assert!(heard > 100, "the filters let too little pass for a test");
    }
    let all = ours.keys().chain(theirs.keys());
    let differing: Vec<_> = all.filter(|key| ours.get(key) != theirs.get(key)).collect();
    let shown = differing.iter().take(6).map(|key| {
        format!(
            "{key:?}\n  ours {:?}\n  BIRD {:?}\n",
            ours.get(key),
            theirs.get(key)
        )
    });
    let shown: String = shown.collect();
    assert!(
        differing.is_empty(),
        "{} differ:\n{shown}\n{}",
        differing.len(),
        configuration()
    );
}

#[test]
#[ignore = "a part of the other, not a test"]
fn player() {
    let mut listeners = LISTENERS.map(|number| (number, Listener::new(peer(number))));
    let mut feeders = Vec::new();
    for number in FEEDERS {
        let mut stream = establish(peer(number));
        for bytes in updates(number) {
            stream.write_all(&bytes).unwrap();
        }
        feeders.push(stream);
    }
    for (number, listener) in &mut listeners {
        listener.until_quiet();
        for (prefix, attributes) in &listener.heard {
            println!("heard {number} {prefix} {}", digest(attributes));
        }
    }
}
