//! Hostile messages over TCP: each does to its session what RFC 7606 says, and to no other
//! session anything.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::time::Duration;

use bgp_wire::{Asn, Capability, Family, Frame, MAX_MESSAGE, MessageType, Open};
use ipnet::Ipv4Net;
use serde_json::Value;
use testkit::conformance::octets;
use testkit::netns::wait_for;
use testkit::shared;

use crate::speaker::{LIMIT, Speaker, cluster, wait_for_routes};

/// How long a peer listens before it asks the speaker what became of it.
const MOMENT: Duration = Duration::from_millis(20);

/// A peer for each case: its address and its case.
struct Peer {
    case: Value,
    listener: TcpListener,
    /// A route that says, behind the hostile message, that the session is still read.
    marker: Ipv4Net,
}

/// What became of a session.
#[derive(Debug, PartialEq, Eq)]
enum Fate {
    /// The NOTIFICATION's code and subcode.
    Reset(u8, u8),
    /// It goes on.
    Stays,
}

impl Peer {
    fn new(number: u8, case: Value) -> Self {
        let address = Ipv4Addr::new(127, 0, 1, number);
        Self {
            case,
            listener: TcpListener::bind((address, 0)).unwrap(),
            marker: Ipv4Net::new(Ipv4Addr::new(198, 18, number, 0), 24).unwrap(),
        }
    }

    fn name(&self) -> &str {
        self.case["id"].as_str().unwrap()
    }

    fn asn(&self) -> u32 {
        match self.case["peer"].as_str() {
            Some("ibgp") => 64512,
            _ => 65001,
        }
    }

    fn manifest(&self) -> String {
        format!(
            "---
apiVersion: projectcalico.org/v3
kind: BGPPeer
metadata: {{name: {}}}
spec: {{node: one, peerIP: \"{}\", asNumber: {}}}
",
            self.name(),
            self.listener.local_addr().unwrap(),
            self.asn(),
        )
    }

    /// The prefixes of IPv4 that the message is about.
    fn touched(&self) -> Vec<Ipv4Net> {
        let prefixes = self.case["expect"]["prefixes"].as_array();
        let prefixes = prefixes.into_iter().flatten();
        prefixes
            .filter_map(|prefix| prefix.as_str()?.parse().ok())
            .collect()
    }

    /// An announcement of nothing but good.
    fn announcement(&self, prefix: Ipv4Net) -> Vec<u8> {
        let attributes = match self.asn() {
            64512 => "400101004002004003047f00010140050400000064",
            _ => "40010100400206020100 00fde9 4003047f000101",
        };
        let mut body = vec![0, 0, 0];
        let attributes = octets(&attributes.replace(' ', "")).unwrap();
        body.push(attributes.len().try_into().unwrap());
        body.extend(attributes);
        body.push(prefix.prefix_len());
        body.extend(&prefix.addr().octets()[..usize::from(prefix.prefix_len().div_ceil(8))]);
        let length = u16::try_from(19 + body.len()).unwrap();
        [&[0xff; 16][..], &length.to_be_bytes(), &[2], &body].concat()
    }

    /// Brings a session up, says what is hostile, and returns what is wrong with what comes
    /// of it.
    fn attack(&self, speaker: &Speaker) -> Option<String> {
        let (stream, _) = self.listener.accept().unwrap();
        let mut talk = Talk::new(stream);
        self.provoke(&mut talk, speaker);
        let fate = self.fate(&mut talk, speaker);
        // While the connection is open: with it all routes go.
        self.judge(&fate, speaker)
    }

    fn provoke(&self, talk: &mut Talk, speaker: &Speaker) {
        let hostile = octets(self.case["hex"].as_str().unwrap()).unwrap();
        talk.expect(MessageType::Open);
        if hostile.get(18) == Some(&MessageType::Open.code()) {
            talk.say(&hostile);
            return;
        }
        talk.say(&self.open());
        talk.say(KEEPALIVE);
        talk.expect(MessageType::Keepalive);
        if self.case["expect"]["action"] == "treat_as_withdraw" {
            for prefix in self.touched() {
                talk.say(&self.announcement(prefix));
                wait_for("the route before", LIMIT, || {
                    match self.has(speaker, prefix) {
                        true => Ok(()),
                        false => Err(prefix.to_string()),
                    }
                });
            }
        }
        talk.say(&hostile);
        talk.say(&self.announcement(self.marker));
    }

    fn open(&self) -> Vec<u8> {
        let open = Open {
            my_as: Asn(self.asn()),
            hold_time: 180,
            identifier: self.marker.addr(),
            capabilities: vec![
                Capability::MultiProtocol(Family::IPV4_UNICAST),
                Capability::FourOctetAs(Asn(self.asn())),
            ],
        };
        let mut message = vec![0; open.encoded_len()];
        open.encode(&mut message).unwrap();
        message
    }

    fn fate(&self, talk: &mut Talk, speaker: &Speaker) -> Fate {
        wait_for(self.name(), LIMIT, || {
            if let Some([code, subcode]) = talk.notification() {
                return Ok(Fate::Reset(code, subcode));
            }
            match self.has(speaker, self.marker) {
                true => Ok(Fate::Stays),
                false => Err("neither reset nor read on".to_owned()),
            }
        })
    }

    /// Whether the speaker has a route of this peer.
    fn has(&self, speaker: &Speaker, prefix: Ipv4Net) -> bool {
        let answer = speaker.say(format!("routes {prefix}\n").as_bytes());
        let answer: Value = serde_json::from_str(&answer).unwrap();
        let routes = answer["routes"].as_array().unwrap();
        let address = self.listener.local_addr().unwrap().ip().to_string();
        routes.iter().any(|route| route["from"] == address.as_str())
    }

    /// What is not as the case says.
    fn judge(&self, fate: &Fate, speaker: &Speaker) -> Option<String> {
        let expect = &self.case["expect"];
        let others = expect["also_conformant"].as_array().into_iter().flatten();
        let mut right = std::iter::once(expect)
            .chain(others)
            .chain(expect.get("if_unsupported"));
        let fits = right.any(|action| match (action["action"].as_str(), fate) {
            (Some("session_reset"), Fate::Reset(code, subcode)) => {
                action["code"] == *code && action["subcode"] == *subcode
            }
            (Some("treat_as_withdraw"), Fate::Stays) => {
                !self.touched().iter().any(|it| self.has(speaker, *it))
            }
            (Some("accept"), Fate::Stays) => self.touched().iter().all(|it| self.has(speaker, *it)),
            (Some(action), Fate::Stays) => action != "session_reset",
            _ => false,
        });
        (!fits).then(|| format!("{}: {fate:?}, but {expect}", self.name()))
    }
}

const KEEPALIVE: &[u8] = &[
    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
    0, 19, 4,
];

/// The peer's end of a connection.
struct Talk {
    stream: TcpStream,
    read: Vec<u8>,
}

impl Talk {
    fn new(stream: TcpStream) -> Self {
        stream.set_read_timeout(Some(MOMENT)).unwrap();
        Self {
            stream,
            read: Vec::new(),
        }
    }

    /// Says it to a speaker that may have hung up.
    fn say(&mut self, octets: &[u8]) {
        let _ = self.stream.write_all(octets);
    }

    /// The next message, if one comes within a moment.
    fn next(&mut self) -> Option<Vec<u8>> {
        loop {
            if let Some(frame) = Frame::split(&self.read, MAX_MESSAGE).unwrap() {
                let length = frame.bytes.len();
                return Some(self.read.drain(..length).collect());
            }
            let mut octets = [0; 4096];
            match self.stream.read(&mut octets) {
                Ok(length @ 1..) => self.read.extend(&octets[..length]),
                // Nothing more for now, or for ever.
                Ok(0) | Err(_) => return None,
            }
        }
    }

    fn expect(&mut self, kind: MessageType) {
        wait_for("the peer's message", LIMIT, || match self.next() {
            Some(message) if message[18] == kind.code() => Ok(()),
            other => Err(format!("no {kind} but {other:?}")),
        });
    }

    /// Code and subcode of a NOTIFICATION, if one comes within a moment.
    fn notification(&mut self) -> Option<[u8; 2]> {
        while let Some(message) = self.next() {
            if message[18] == MessageType::Notification.code() {
                return Some([message[19], message[20]]);
            }
        }
        None
    }
}

/// The cases of suite `cve-vectors`, less those of ADD-PATH, which no Calico session has.
fn cases() -> Option<Vec<Value>> {
    let text = fs::read_to_string(shared::path("cases/cve-vectors.jsonl")?).ok()?;
    let cases = text.lines().map(|line| serde_json::from_str(line).unwrap());
    let mut cases: Vec<Value> = cases.collect();
    cases.retain(|case| case["ctx"]["addpath_ipv4_rx"] != true);
    Some(cases)
}

#[test]
fn hostile_messages_end_at_most_their_session() {
    let Some(cases) = cases() else {
        shared::skip_message();
        return;
    };
    let peers = (1..)
        .zip(cases)
        .map(|(number, case)| Peer::new(number, case));
    let peers: Vec<Peer> = peers.collect();
    let directory = cluster("hostile");
    let manifests: String = peers.iter().map(Peer::manifest).collect();
    fs::write(directory.join("manifests/peers.yaml"), manifests).unwrap();
    let one = Speaker::start(&directory, "one");
    let two = Speaker::start(&directory, "two");
    wait_for_routes([&one, &two]);

    let wrong: Vec<String> = peers.iter().filter_map(|peer| peer.attack(&one)).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));

    // All are gone: nothing of theirs stays, and the session beside them never fell.
    drop(peers);
    wait_for_routes([&one, &two]);
    let status: Value = serde_json::from_str(&one.ask(&["status", "--json"])).unwrap();
    let sessions = status["sessions"].as_array().unwrap();
    let mesh = sessions.iter().find(|it| it["name"] == "Mesh_127_0_0_22");
    let mesh = mesh.unwrap();
    assert_eq!(mesh["state"], "Established");
    assert_eq!(mesh["established"], 1);
    one.terminate();
    two.terminate();
}
