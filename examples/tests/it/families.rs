//! Families beside unicast, through our speaker: GoBGP originates them, and another GoBGP has to
//! hold the same in the end.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::Duration;

use ipnet::IpNet;
use serde_json::Value;
use testkit::netns::{self, Daemon, Lan, Namespace, Scratch, wait_for};

const LIMIT: Duration = Duration::from_secs(60);
const PORT: &str = "50051";

/// What GoBGP calls each family in its configuration and at its command line, what we call it, and
/// a route of it in GoBGP's words.
const FAMILIES: [(&str, &str, &str, &str); 5] = [
    (
        "l3vpn-ipv4-unicast",
        "vpnv4",
        "ipv4 vpn",
        "198.51.100.0/24 label 100 rd 64512:1 rt 64512:1 nexthop 10.0.0.1",
    ),
    (
        "l3vpn-ipv6-unicast",
        "vpnv6",
        "ipv6 vpn",
        "2001:db8:1::/48 label 101 rd 64512:1 rt 64512:1 nexthop 2001:db8::1",
    ),
    (
        "ipv4-labelled-unicast",
        "ipv4-mpls",
        "ipv4 labeled-unicast",
        "198.51.100.0/24 102 nexthop 10.0.0.1",
    ),
    (
        "l2vpn-evpn",
        "evpn",
        "l2vpn evpn",
        "macadv 02:00:00:00:00:01 198.51.100.9 etag 0 label 103 rd 64512:1 rt 64512:1 encap vxlan nexthop 10.0.0.1",
    ),
    (
        "ipv4-flowspec",
        "ipv4-flowspec",
        "ipv4 flowspec",
        "match destination 198.51.100.0/24 protocol tcp destination-port '==80' then discard",
    ),
];

struct GoBgp<'ns> {
    namespace: &'ns Namespace,
    _daemon: Daemon<'ns>,
}

impl<'ns> GoBgp<'ns> {
    fn start(namespace: &'ns Namespace, scratch: &Scratch, host: u8) -> Self {
        let mut config = format!(
            "[global.config]\nas = 64512\nrouter-id = \"10.0.0.{host}\"\n\
             [[neighbors]]\n[neighbors.config]\nneighbor-address = \"10.0.0.3\"\npeer-as = 64512\n\
             [neighbors.timers.config]\nconnect-retry = 2\n"
        );
        for (name, ..) in FAMILIES {
            let _ = writeln!(
                config,
                "[[neighbors.afi-safis]]\n[neighbors.afi-safis.config]\nafi-safi-name = \"{name}\""
            );
        }
        let name = format!("gobgp{host}");
        let file = scratch.write(&format!("{name}.toml"), &config).unwrap();
        let api = format!("127.0.0.1:{PORT}");
        let file = file.to_string_lossy();
        let arguments = ["-f", &file, "--api-hosts", &api, "--pprof-disable", "-p"];
        let daemon = Daemon::start(namespace, scratch, &name, "gobgpd", &arguments).unwrap();
        let gobgp = Self {
            namespace,
            _daemon: daemon,
        };
        wait_for("GoBGP to answer", LIMIT, || gobgp.ask("global"));
        gobgp
    }

    fn ask(&self, words: &str) -> Result<String, String> {
        // The shell's quotes are in the words.
        let command = format!("gobgp -j -p {PORT} {words}");
        let answer = self.namespace.run("sh", &["-c", &command]);
        answer.map_err(|error| error.to_string())
    }

    /// The routes of a family: in GoBGP's own words with labels, and the next hop.
    fn routes(&self, family: &str, learned: bool) -> Result<BTreeMap<String, Value>, String> {
        let answer = self.ask(&format!("global rib -a {family}"))?;
        let table: Value = serde_json::from_str(&answer).map_err(|error| error.to_string())?;
        let mut routes = BTreeMap::new();
        for path in table
            .as_object()
            .into_iter()
            .flatten()
            .flat_map(|(_, paths)| paths.as_array().into_iter().flatten())
        {
            let from_peer = path["neighbor-ip"] == "10.0.0.3";
            if from_peer == learned {
                routes.insert(path["nlri"].to_string(), path["attrs"].clone());
            }
        }
        Ok(routes)
    }
}

fn attribute(attributes: &Value, code: u64) -> Option<&Value> {
    let mut all = attributes.as_array().into_iter().flatten();
    all.find(|attribute| attribute["type"] == code)
}

#[test]
fn gobgp_hears_from_gobgp_through_us() {
    if !netns::ready(&["gobgpd", "gobgp"]) {
        return;
    }
    let addresses: Vec<[IpNet; 2]> = (1..=3)
        .map(|host| {
            [format!("10.0.0.{host}/24"), format!("2001:db8::{host}/64")]
                .map(|text| text.parse().unwrap())
        })
        .collect();
    let [one, two, ours] = &addresses[..] else {
        unreachable!("three hosts")
    };
    let lan = Lan::new(&[("one", one), ("two", two), ("ours", ours)]).unwrap();
    let scratch = Scratch::new("families").unwrap();
    let _speaker = speaker(&lan, &scratch);
    let sender = GoBgp::start(lan.host("one"), &scratch, 1);
    let listener = GoBgp::start(lan.host("two"), &scratch, 2);

    for (_, family, _, route) in FAMILIES {
        sender
            .ask(&format!("global rib add -a {family} {route}"))
            .unwrap();
    }
    for (_, family, ..) in FAMILIES {
        let said = sender.routes(family, false).unwrap();
        assert_eq!(said.len(), 1, "{family}: {said:?}");
        wait_for(family, LIMIT, || arrived(&listener, family, &said));
    }

    // A VPN route under another label replaces the first.
    let relabeled = FAMILIES[0].3.replace("label 100", "label 200");
    sender
        .ask(&format!("global rib add -a vpnv4 {relabeled}"))
        .unwrap();
    let said = sender.routes("vpnv4", false).unwrap();
    assert!(said.keys().all(|nlri| nlri.contains("200")), "{said:?}");
    wait_for("the label", LIMIT, || arrived(&listener, "vpnv4", &said));

    for (_, family, _, route) in FAMILIES {
        sender
            .ask(&format!("global rib del -a {family} {route}"))
            .unwrap();
        wait_for(family, LIMIT, || {
            arrived(&listener, family, &BTreeMap::new())
        });
    }
}

/// Whether a listener has these routes of a family, reflected, and no others.
fn arrived(
    listener: &GoBgp<'_>,
    family: &str,
    said: &BTreeMap<String, Value>,
) -> Result<(), String> {
    let heard = listener.routes(family, true)?;
    if !heard.keys().eq(said.keys()) {
        return Err(format!("{family}: {said:?} arrives as {heard:?}"));
    }
    for (nlri, attributes) in &heard {
        let originator = attribute(attributes, 9).map(|it| it["value"].clone());
        if originator != Some("10.0.0.1".into()) {
            return Err(format!("{nlri}: ORIGINATOR_ID {originator:?}"));
        }
        // What GoBGP attaches to the route stays attached.
        let before = said.get(nlri).and_then(|held| attribute(held, 16));
        if attribute(attributes, 16) != before {
            return Err(format!("{nlri}: {attributes} was {before:?}"));
        }
    }
    Ok(())
}

/// Our speaker, which reflects between the two.
fn speaker<'ns>(lan: &'ns Lan, scratch: &Scratch) -> Daemon<'ns> {
    let families: Vec<String> = FAMILIES.map(|(_, _, ours, _)| format!("{ours:?}")).into();
    let mut config = "name = \"ours\"\nas = 64512\nrouter-id = \"10.0.0.3\"\n\
                      listen = [\"10.0.0.3:179\"]\n\
                      addresses = [\"10.0.0.3\", \"2001:db8::3\"]\n"
        .to_owned();
    for client in [1, 2] {
        let _ = writeln!(
            config,
            "[[peer]]\naddress = \"10.0.0.{client}\"\nlocal-address = \"10.0.0.3\"\n\
             as = 64512\nclient = true\nfamilies = [{}]",
            families.join(", ")
        );
    }
    let file = scratch.write("ours.toml", &config).unwrap();
    let socket = scratch.path().join("ours.sock");
    let arguments = [
        "run",
        "--config",
        &file.to_string_lossy(),
        "--socket",
        &socket.to_string_lossy(),
    ];
    let program = env!("CARGO_BIN_EXE_speaker");
    Daemon::start(lan.host("ours"), scratch, "ours", program, &arguments).unwrap()
}
