//! Our speaker and BIRD 2 in one cluster: first BIRD reflects for us, then we reflect for
//! two BIRDs. IPv4 and IPv6, a session of each family, both ways.
//!
//! What is expected of the routes is RFC 4456 §8: the reflector names the originator by
//! its BGP Identifier, prepends its cluster id, and leaves the next hop alone (§10).

use std::io::Read;
use std::net::{IpAddr, Ipv4Addr};
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::time::Duration;

use ipnet::IpNet;
use serde_json::Value;
use testkit::netns::bird::{Bird, Config, Peer};
use testkit::netns::{self, Daemon, Lan, Scratch, wait_for};

const AS: u32 = 64512;
const CLUSTER_ID: Ipv4Addr = Ipv4Addr::new(244, 0, 0, 1);
const LIMIT: Duration = Duration::from_secs(60);

/// The last octet of a host's addresses, and of the blocks it announces.
type Host = u8;

const OURS: Host = 3;

#[test]
fn bird_reflects_for_our_speaker() {
    const REFLECTOR: Host = 1;
    const CLIENT: Host = 2;
    if !netns::ready(&["bird", "birdc"]) {
        return;
    }
    let lan = lan(&[("reflector", REFLECTOR), ("client", CLIENT), ("ours", OURS)]);
    let scratch = Scratch::new("bird-reflects").unwrap();
    let reflector = Bird::start(
        lan.host("reflector"),
        &scratch,
        "reflector",
        &Config {
            router_id: v4(REFLECTOR),
            asn: AS,
            announce: Vec::new(),
            peers: [
                peers("client", REFLECTOR, CLIENT),
                peers("ours", REFLECTOR, OURS),
            ]
            .concat()
            .into_iter()
            .map(|peer| Peer {
                cluster_id: Some(CLUSTER_ID),
                ..peer
            })
            .collect(),
        },
    )
    .unwrap();
    let client = client(&lan, &scratch, "client", CLIENT, REFLECTOR);
    let mut ours = Speaker::start(&lan, &scratch, &client_manifests(REFLECTOR), &blocks(OURS));

    for block in blocks(OURS) {
        let seen = client.wait(&format!("show route all {block}"), LIMIT, is_reflected);
        assert!(
            seen.contains(&format!("BGP.originator_id: {}", v4(OURS))),
            "{seen}"
        );
        assert!(
            seen.contains(&format!("BGP.next_hop: {}", address_like(block, OURS))),
            "{seen}"
        );
    }
    for block in blocks(CLIENT) {
        let route = ours.wait_for_route(block);
        assert_eq!(route["nextHop"], address_like(block, CLIENT).to_string());
        assert_eq!(route["originatorId"], v4(CLIENT).to_string());
        assert_eq!(route["clusterList"][0], CLUSTER_ID.to_string());
    }

    for (protocol, block) in ["static_ipv4", "static_ipv6"]
        .into_iter()
        .zip(blocks(CLIENT))
    {
        client.query(&format!("disable {protocol}")).unwrap();
        ours.wait_for_no_route(block);
        client.query(&format!("enable {protocol}")).unwrap();
        ours.wait_for_route(block);
    }

    ours.stop();
    for block in blocks(OURS) {
        client.wait(&format!("show route {block}"), LIMIT, is_absent);
    }
    wait_for_shutdown(&reflector, "ours_4");
    wait_for_shutdown(&reflector, "ours_6");
}

#[test]
fn our_speaker_reflects_between_two_birds() {
    const LEFT: Host = 1;
    const RIGHT: Host = 2;
    if !netns::ready(&["bird", "birdc"]) {
        return;
    }
    let lan = lan(&[("left", LEFT), ("right", RIGHT), ("ours", OURS)]);
    let scratch = Scratch::new("ours-reflects").unwrap();
    let mut ours = Speaker::start(&lan, &scratch, &reflector_manifests(&[LEFT, RIGHT]), &[]);
    let left = client(&lan, &scratch, "left", LEFT, OURS);
    let right = client(&lan, &scratch, "right", RIGHT, OURS);

    for (from, to) in [(LEFT, &right), (RIGHT, &left)] {
        for block in blocks(from) {
            let seen = to.wait(&format!("show route all {block}"), LIMIT, is_reflected);
            assert!(
                seen.contains(&format!("BGP.originator_id: {}", v4(from))),
                "{seen}"
            );
            assert!(
                seen.contains(&format!("BGP.next_hop: {}", address_like(block, from))),
                "{seen}"
            );
        }
    }

    for (protocol, block) in ["static_ipv4", "static_ipv6"].into_iter().zip(blocks(LEFT)) {
        let show = format!("show route {block}");
        left.query(&format!("disable {protocol}")).unwrap();
        right.wait(&show, LIMIT, is_absent);
        left.query(&format!("enable {protocol}")).unwrap();
        right.wait(&show, LIMIT, |answer| !is_absent(answer));
    }

    ours.stop();
    for bird in [&left, &right] {
        wait_for_shutdown(bird, "ours_4");
        wait_for_shutdown(bird, "ours_6");
    }
    for block in blocks(LEFT) {
        right.wait(&format!("show route {block}"), LIMIT, is_absent);
    }
}

/// A network whose hosts have the addresses `10.99.0.N` and `fd99::N`.
fn lan(hosts: &[(&str, Host)]) -> Lan {
    let addresses: Vec<_> = hosts
        .iter()
        .map(|&(name, host)| {
            let nets: [IpNet; 2] = [
                net(&format!("{}/24", v4(host))),
                net(&format!("fd99::{host}/64")),
            ];
            (name, nets)
        })
        .collect();
    let hosts: Vec<(&str, &[IpNet])> = addresses
        .iter()
        .map(|(name, nets)| (*name, nets.as_slice()))
        .collect();
    Lan::new(&hosts).unwrap()
}

/// The pod blocks of a host, one of each family.
fn blocks(host: Host) -> [IpNet; 2] {
    [
        net(&format!("10.100.{host}.0/26")),
        net(&format!("fd00:100:{host}::/122")),
    ]
}

const fn v4(host: Host) -> Ipv4Addr {
    Ipv4Addr::new(10, 99, 0, host)
}

/// The address of `host` in the family of `net`.
fn address_like(net: IpNet, host: Host) -> IpAddr {
    match net {
        IpNet::V4(_) => v4(host).into(),
        IpNet::V6(_) => format!("fd99::{host}").parse().unwrap(),
    }
}

fn net(text: &str) -> IpNet {
    text.parse().unwrap()
}

/// A session of each family, `NAME_4` and `NAME_6`.
fn peers(name: &str, local: Host, remote: Host) -> Vec<Peer> {
    blocks(remote)
        .into_iter()
        .zip([4, 6])
        .map(|(family, suffix)| Peer {
            name: format!("{name}_{suffix}"),
            local: address_like(family, local),
            remote: address_like(family, remote),
            asn: AS,
            cluster_id: None,
        })
        .collect()
}

/// A BIRD that is a reflector's client and announces its own blocks.
fn client<'ns>(
    lan: &'ns Lan,
    scratch: &Scratch,
    name: &str,
    host: Host,
    reflector: Host,
) -> Bird<'ns> {
    let reflector_name = if reflector == OURS {
        "ours"
    } else {
        "reflector"
    };
    let config = Config {
        router_id: v4(host),
        asn: AS,
        announce: blocks(host).to_vec(),
        peers: peers(reflector_name, host, reflector),
    };
    Bird::start(lan.host(name), scratch, name, &config).unwrap()
}

fn is_reflected(answer: &str) -> bool {
    answer.contains(&format!("BGP.cluster_list: {CLUSTER_ID}\n"))
}

fn is_absent(answer: &str) -> bool {
    answer.contains("Network not found")
}

/// The peer said why it closed the session: RFC 4486 §3, subcode 2.
fn wait_for_shutdown(bird: &Bird<'_>, protocol: &str) {
    let expected = format!("{protocol}: Received: Administrative shutdown");
    wait_for(&expected, LIMIT, || {
        let log = bird.log();
        if log.contains(&expected) {
            Ok(())
        } else {
            Err(log)
        }
    });
}

/// One autonomous system without a mesh, and the pools that the blocks lie in: Calico's
/// own export rules pass no other route.
const CLUSTER: &str = "
apiVersion: projectcalico.org/v3
kind: BGPConfiguration
metadata: {name: default}
spec: {asNumber: 64512, nodeToNodeMeshEnabled: false}
---
apiVersion: projectcalico.org/v3
kind: IPPool
metadata: {name: pods4}
spec: {cidr: 10.100.0.0/16}
---
apiVersion: projectcalico.org/v3
kind: IPPool
metadata: {name: pods6}
spec: {cidr: 'fd00:100::/32', blockSize: 122}
";

/// A Node; with a cluster id, a route reflector.
fn node(name: &str, host: Host, cluster_id: Option<Ipv4Addr>) -> String {
    let reflector = cluster_id.map_or_else(String::new, |id| {
        format!("    routeReflectorClusterID: {id}\n")
    });
    format!(
        "---
apiVersion: projectcalico.org/v3
kind: Node
metadata:
  name: {name}
  labels: {{reflector: '{}'}}
spec:
  bgp:
    ipv4Address: {}/24
    ipv6Address: fd99::{host}/64
{reflector}",
        cluster_id.is_some(),
        v4(host)
    )
}

/// We are a client: the reflector is no Calico node, so it is named by its addresses.
fn client_manifests(reflector: Host) -> String {
    let peers = blocks(reflector).map(|family| {
        let address = address_like(family, reflector);
        let version = if address.is_ipv4() { 4 } else { 6 };
        format!(
            "---
apiVersion: projectcalico.org/v3
kind: BGPPeer
metadata: {{name: reflector{version}}}
spec: {{peerIP: '{address}', asNumber: {AS}}}
"
        )
    });
    [CLUSTER, &node("ours", OURS, None), &peers.concat()].concat()
}

/// We are the reflector of the other nodes.
fn reflector_manifests(clients: &[Host]) -> String {
    let clients: String = clients
        .iter()
        .map(|&host| node(&format!("client{host}"), host, None))
        .collect();
    let peering = "---
apiVersion: projectcalico.org/v3
kind: BGPPeer
metadata: {name: clients-to-reflector}
spec: {nodeSelector: reflector == 'false', peerSelector: reflector == 'true'}
";
    let ours = node("ours", OURS, Some(CLUSTER_ID));
    [CLUSTER, &ours, &clients, peering].concat()
}

/// Our speaker, as the process that a user runs.
struct Speaker<'ns> {
    daemon: Daemon<'ns>,
    status: PathBuf,
}

impl<'ns> Speaker<'ns> {
    /// Starts the speaker on the host `ours` for the node of that name.
    fn start(lan: &'ns Lan, scratch: &Scratch, manifests: &str, announce: &[IpNet]) -> Self {
        let directory = scratch.path().join("manifests");
        std::fs::create_dir(&directory).unwrap();
        scratch.write("manifests/cluster.yaml", manifests).unwrap();
        let status = scratch.path().join("speaker.sock");
        let directory = directory.to_string_lossy();
        let socket = status.to_string_lossy();
        let mut arguments = vec![
            "run",
            "--manifests",
            &directory,
            "--node",
            "ours",
            "--socket",
            &socket,
        ];
        let announced: Vec<_> = announce
            .iter()
            .map(|&block| format!("{block},{}", address_like(block, OURS)))
            .collect();
        for route in &announced {
            arguments.extend(["--announce", route]);
        }
        let program = env!("CARGO_BIN_EXE_speaker");
        let daemon =
            Daemon::start(lan.host("ours"), scratch, "speaker", program, &arguments).unwrap();
        Self { daemon, status }
    }

    /// What the status socket says about the route to `prefix`.
    fn route(&self, prefix: IpNet) -> Result<Option<Value>, String> {
        let mut text = String::new();
        UnixStream::connect(&self.status)
            .and_then(|mut socket| socket.read_to_string(&mut text))
            .map_err(|error| error.to_string())?;
        let status: Value =
            serde_json::from_str(&text).map_err(|error| format!("{error}: {text}"))?;
        let routes = status["routes"]
            .as_array()
            .ok_or("no routes in the status")?;
        let wanted = prefix.to_string();
        Ok(routes
            .iter()
            .find(|route| route["prefix"] == *wanted)
            .cloned())
    }

    fn wait_for_route(&self, prefix: IpNet) -> Value {
        wait_for(&format!("a route to {prefix}"), LIMIT, || {
            self.route(prefix)?.ok_or_else(|| "none".to_owned())
        })
    }

    fn wait_for_no_route(&self, prefix: IpNet) {
        wait_for(&format!("no route to {prefix}"), LIMIT, || {
            match self.route(prefix)? {
                None => Ok(()),
                Some(route) => Err(route.to_string()),
            }
        });
    }

    /// Ends it as an init system would, and waits until it has.
    fn stop(&mut self) {
        self.daemon.terminate().unwrap();
        let status = wait_for("the speaker to end", LIMIT, || {
            self.daemon
                .ended()
                .ok_or_else(|| "still running".to_owned())
        });
        assert!(status.success(), "the speaker ended with {status}");
    }
}
