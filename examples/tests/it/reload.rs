//! A running speaker takes another file or other manifests, and leaves alone what is the same.

use std::path::PathBuf;

use serde_json::Value;

use crate::speaker::{LIMIT, Speaker};
use crate::standalone::{directory, is_up, peer, session, start, wait_for_session, write};
use testkit::netns::wait_for;

const ASN: u32 = 64_512;

/// Two speakers with an internal session.
struct Pair {
    directory: PathBuf,
    port: u16,
    one: Speaker,
    two: Speaker,
}

impl Pair {
    fn start(name: &str) -> Self {
        let (directory, port) = directory(name);
        let internal = format!("as = {ASN}");
        let one = start(
            &directory,
            port,
            ASN,
            61,
            &(route(1) + &peer(port, 61, 62, &internal)),
        );
        // One end dials, so that no collision comes between.
        let waits = format!("{internal}\npassive = true");
        let two = start(&directory, port, ASN, 62, &peer(port, 62, 61, &waits));
        let pair = Self {
            directory,
            port,
            one,
            two,
        };
        pair.wait_for_session();
        pair.wait_for_routes(&[route_name(1)]);
        pair
    }

    /// Gives the first another file.
    fn reload(&self, rest: &str) {
        write(&self.directory, self.port, ASN, 61, rest);
        self.one.signal("HUP");
    }

    fn wait_for_session(&self) {
        wait_for_session(&self.two, "127.0.0.61", "the session", is_up);
        wait_for_session(&self.one, "127.0.0.62", "the session", is_up);
    }

    /// Waits until the second has just these routes.
    fn wait_for_routes(&self, expected: &[String]) {
        wait_for(&format!("{expected:?}"), LIMIT, || {
            let routes = prefixes(&self.two);
            match routes == expected {
                true => Ok(()),
                false => Err(format!("{routes:?}")),
            }
        });
    }

    /// How often the session has been Established.
    fn sessions(&self) -> u64 {
        session(&self.two, "127.0.0.61")["established"]
            .as_u64()
            .unwrap()
    }
}

fn prefixes(speaker: &Speaker) -> Vec<String> {
    let answer: Value = serde_json::from_str(&speaker.ask(&["routes", "--json"])).unwrap();
    let routes = answer["routes"].as_array().unwrap().iter();
    routes
        .map(|route| route["prefix"].as_str().unwrap().to_owned())
        .collect()
}

fn route_name(number: u8) -> String {
    format!("198.18.{number}.0/24")
}

fn route(number: u8) -> String {
    format!("[[announce]]\nprefix = \"{}\"\n", route_name(number))
}

#[test]
fn routes_and_policies_change_under_a_session() {
    let pair = Pair::start("reload-routes");
    let internal = format!("as = {ASN}");
    let with = |more: &str| peer(pair.port, 61, 62, &format!("{internal}\n{more}"));
    pair.reload(&(route(2) + &route(3) + &with("")));
    pair.wait_for_routes(&[route_name(2), route_name(3)]);
    pair.reload(&(route(2) + &route(3) + &with("export = \"reject\"")));
    pair.wait_for_routes(&[]);
    pair.reload(&(route(1) + &with("client = true")));
    pair.wait_for_routes(&[route_name(1)]);
    assert_eq!(pair.sessions(), 1, "never reset");
}

#[test]
fn a_file_with_a_mistake_changes_nothing() {
    let pair = Pair::start("reload-mistake");
    pair.reload("[[peer]]\naddress = \"127.0.0.62\"\nas = 0\n");
    pair.reload("[[peer]\n");
    let internal = format!("as = {ASN}");
    pair.reload(&(route(1) + &route(4) + &peer(pair.port, 61, 62, &internal)));
    pair.wait_for_routes(&[route_name(1), route_name(4)]);
    assert_eq!(pair.sessions(), 1);
}

#[test]
fn what_the_open_says_resets_the_session() {
    let pair = Pair::start("reload-open");
    let slow = format!("as = {ASN}\nhold-time = 30");
    pair.reload(&(route(1) + &peer(pair.port, 61, 62, &slow)));
    wait_for_session(&pair.two, "127.0.0.61", "a new hold time", |session| {
        is_up(session) && session["holdTime"] == 30
    });
    let session = session(&pair.two, "127.0.0.61");
    let last = session["lastError"].as_str().unwrap();
    assert!(last.contains("Other Configuration Change"), "{last}");
    pair.wait_for_routes(&[route_name(1)]);
}

#[test]
fn peers_come_and_go() {
    let pair = Pair::start("reload-peers");
    let internal = format!("as = {ASN}");
    let third = start(
        &pair.directory,
        pair.port,
        ASN,
        63,
        &peer(pair.port, 63, 61, &internal),
    );
    pair.reload(&(route(1) + &peer(pair.port, 61, 63, &internal)));
    wait_for_session(&pair.two, "127.0.0.61", "the end", |session| {
        let last = session["lastError"].as_str();
        last.is_some_and(|last| last.contains("Peer De-configured"))
    });
    pair.wait_for_routes(&[]);
    wait_for_session(&third, "127.0.0.61", "another peer", is_up);
    assert_eq!(
        session(&pair.one, "127.0.0.62"),
        Value::default(),
        "not shown"
    );

    let both = peer(pair.port, 61, 63, &internal) + &peer(pair.port, 61, 62, &internal);
    pair.reload(&(route(1) + &both));
    pair.wait_for_session();
    pair.wait_for_routes(&[route_name(1)]);
    assert_eq!(session(&third, "127.0.0.61")["established"], 1);
}

/// Another AS of the speaker is another speaker.
#[test]
fn another_identifier_resets_everything() {
    let pair = Pair::start("reload-identifier");
    let path = pair.directory.join("host61.toml");
    let text = std::fs::read_to_string(&path).unwrap();
    let text = text.replace("router-id = \"127.0.0.61\"", "router-id = \"127.0.0.161\"");
    std::fs::write(&path, text + &route(5)).unwrap();
    pair.one.signal("HUP");
    wait_for_session(&pair.two, "127.0.0.61", "another identifier", |session| {
        is_up(session) && session["peerIdentifier"] == "127.0.0.161"
    });
    pair.wait_for_routes(&[route_name(1), route_name(5)]);
}

/// Members of a range stay while the range does.
#[test]
fn ranges_change_under_their_members() {
    let (directory, port) = directory("reload-range");
    let range = |more: &str| {
        format!("[[peer]]\nname = \"all\"\nrange = \"127.0.0.64/30\"\nas = {ASN}\n{more}\n")
    };
    let one = start(&directory, port, ASN, 61, &(route(1) + &range("")));
    let internal = format!("as = {ASN}");
    let member = start(&directory, port, ASN, 65, &peer(port, 65, 61, &internal));
    wait_for_session(&member, "127.0.0.61", "the session", is_up);
    let has = |expected: &[String]| {
        wait_for(&format!("{expected:?}"), LIMIT, || {
            let routes = prefixes(&member);
            match routes == expected {
                true => Ok(()),
                false => Err(format!("{routes:?}")),
            }
        });
    };
    has(&[route_name(1)]);
    write(
        &directory,
        port,
        ASN,
        61,
        &(route(1) + &range("export = \"reject\"")),
    );
    one.signal("HUP");
    has(&[]);
    assert_eq!(session(&member, "127.0.0.61")["established"], 1);
    write(&directory, port, ASN, 61, &route(1));
    one.signal("HUP");
    wait_for_session(&member, "127.0.0.61", "the end", |session| {
        let last = session["lastError"].as_str();
        last.is_some_and(|last| last.contains("Peer De-configured"))
    });
}

/// SIGTERM with `--drain`: first all routes are marked, then the session ends (RFC 8326).
#[test]
fn a_speaker_drains_before_it_leaves() {
    let (directory, port) = directory("drain");
    let accept = |asn: u32| format!("as = {asn}\nimport = \"accept\"\nexport = \"accept\"");
    write(
        &directory,
        port,
        64_513,
        71,
        &(route(1) + &peer(port, 71, 72, &accept(64_514))),
    );
    let leaving = Speaker::configured_with(&directory, "host71", &["--drain", "600"]);
    let stays = start(
        &directory,
        port,
        64_514,
        72,
        &peer(port, 72, 71, &accept(64_513)),
    );
    wait_for_session(&stays, "127.0.0.71", "the session", is_up);
    let communities = || {
        let answer = stays.ask(&["routes", &route_name(1), "--json"]);
        let answer: Value = serde_json::from_str(&answer).unwrap();
        let route = &answer["routes"][0];
        (
            route["communities"][0].as_str().map(str::to_owned),
            route["localPref"].as_u64(),
        )
    };
    wait_for("the route", LIMIT, || match communities() {
        (None, None) if prefixes(&stays).len() == 1 => Ok(()),
        other => Err(format!("{other:?}")),
    });
    leaving.signal("TERM");
    wait_for("the mark", LIMIT, || match communities() {
        (Some(community), Some(0)) if community == "graceful-shutdown" => Ok(()),
        other => Err(format!("{other:?}")),
    });
    assert!(is_up(&session(&stays, "127.0.0.71")));
    // A second signal ends the waiting.
    leaving.terminate();
    wait_for_session(&stays, "127.0.0.71", "the end", |session| !is_up(session));
}

/// `speaker refresh` asks by address or name, and says what is wrong.
#[test]
fn refreshes_are_asked_for() {
    let pair = Pair::start("refresh");
    let shown = pair.two.ask(&["refresh", "127.0.0.61"]);
    assert_eq!(
        shown,
        "127.0.0.61 is asked for its routes of ipv4 unicast\n"
    );
    let shown = pair.two.ask(&["refresh", "127.0.0.99"]);
    assert_eq!(shown, "127.0.0.99: there is no such session\n");
    wait_for("the request", LIMIT, || {
        let metrics = pair.one.ask(&["metrics"]);
        let received = |line: &&str| {
            line.contains("direction=\"received\",type=\"route-refresh\"") && line.ends_with(" 1")
        };
        match metrics.lines().find(received) {
            Some(_) => Ok(()),
            None => Err(metrics),
        }
    });
}
