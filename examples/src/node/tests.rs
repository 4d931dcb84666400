//! Speakers in virtual time: when they tell of routes.

use std::net::{IpAddr, Ipv4Addr};
use std::time::{Duration, Instant};

use bgp_rib::{LocalOrigin, LocalRoute};

use super::Speaker;
use crate::sim::{Latencies, MachineId, World};
use crate::standalone;

const SECOND: Duration = Duration::from_secs(1);

/// The last octet is one more than the number of the machine.
fn address(machine: u32) -> IpAddr {
    let octet = u8::try_from(machine + 1).unwrap();
    Ipv4Addr::new(10, 0, 0, octet).into()
}

/// A machine with an internal session with each of `peers`, to which `more` is said.
fn speaker(machine: u32, peers: &[u32], more: &str, restarted: bool) -> Speaker {
    let own = address(machine);
    let mut text = format!("as = 64512\nrouter-id = \"{own}\"\naddresses = [\"{own}\"]\n");
    for peer in peers {
        text += &format!(
            "[[peer]]\naddress = \"{}\"\nlocal-address = \"{own}\"\nas = 64512\n\
             passive = {}\n{more}\n",
            address(*peer),
            machine > *peer,
        );
    }
    let plan = standalone::plan(&text).unwrap();
    Speaker::new(if restarted { plan.restarted() } else { plan }).unwrap()
}

struct Network(World<Speaker>);

impl Network {
    #[expect(clippy::disallowed_methods, reason = "the base instant of a test")]
    fn new(machines: u32) -> Self {
        let delay = Duration::from_millis(1);
        let delays = delay..delay + Duration::from_micros(1);
        let mut world = World::new(Instant::now(), Latencies::new(1, delays.clone(), delays));
        for machine in 0..machines {
            assert_eq!(world.add(address(machine), "rack"), MachineId(machine));
        }
        Self(world)
    }

    fn run(&mut self, time: Duration) {
        let until = self.0.now() + time;
        self.0.run_until(until, 100_000).unwrap();
    }

    fn boot(&mut self, machine: u32, speaker: Speaker) {
        self.0.boot(MachineId(machine), speaker);
    }

    fn originate(&mut self, machine: u32, number: u8) {
        let call = |speaker: &mut Speaker, now| speaker.originate(now, route(number));
        self.0.with_host(MachineId(machine), call).unwrap();
    }

    fn withdraw(&mut self, machine: u32, number: u8) {
        let call = |speaker: &mut Speaker, now| speaker.withdraw(now, route(number).destination);
        self.0.with_host(MachineId(machine), call).unwrap();
    }

    fn speaker(&self, machine: u32) -> &Speaker {
        self.0.host(MachineId(machine)).unwrap()
    }

    /// How many UPDATEs it has sent.
    fn updates(&self, machine: u32) -> u64 {
        self.speaker(machine).sent().updates
    }

    /// How many routes it has.
    fn routes(&self, machine: u32) -> usize {
        self.speaker(machine).rib().loc_rib().count()
    }
}

fn route(number: u8) -> LocalRoute {
    let prefix = format!("198.18.{number}.0/24").parse().unwrap();
    LocalRoute::new(prefix, LocalOrigin::Static)
}

/// RFC 4271 §9.2.1.1: news within the interval is told together, and only what is left of it.
#[test]
fn an_interval_gathers_news() {
    let mut network = Network::new(2);
    network.boot(0, speaker(0, &[1], "advertisement-interval = 5", false));
    network.boot(1, speaker(1, &[0], "", false));
    network.run(10 * SECOND);
    network.originate(0, 0);
    network.run(SECOND);
    assert_eq!(network.routes(1), 1, "the first news goes at once");
    let before = network.updates(0);
    for flap in [true, true, false] {
        for number in [1, 2, 3] {
            network.originate(0, number);
        }
        network.run(SECOND);
        if flap {
            network.withdraw(0, 2);
            network.withdraw(0, 3);
        }
    }
    network.withdraw(0, 3);
    assert_eq!(network.updates(0), before);
    network.run(2 * SECOND);
    assert_eq!(network.routes(1), 3);
    let told = network.updates(0) - before;
    assert_eq!(
        told, 1,
        "all in one message, nothing of what has gone again"
    );
}

/// RFC 4724 §4.1: a reflector that has restarted tells no client of less than it is going to
/// have.
#[test]
fn a_restarted_speaker_tells_all_at_once() {
    let restart = "graceful-restart = { time = 60 }\nclient = true";
    let mut network = Network::new(3);
    network.boot(0, speaker(0, &[1, 2], restart, true));
    network.boot(1, speaker(1, &[0], "", false));
    network.originate(0, 0);
    network.originate(1, 1);
    network.run(20 * SECOND);
    assert_eq!(network.routes(0), 2, "the first client has sent its route");
    assert_eq!(network.updates(0), 0, "the second client is not here");
    network.boot(2, speaker(2, &[0], "", false));
    network.originate(2, 2);
    network.run(20 * SECOND);
    assert_eq!([1, 2].map(|machine| network.routes(machine)), [3, 3]);
}

/// Nobody waits for ever for who does not come.
#[test]
fn a_restarted_speaker_waits_for_a_minute() {
    let restart = "graceful-restart = { time = 60 }\nclient = true";
    let mut network = Network::new(3);
    network.boot(0, speaker(0, &[1, 2], restart, true));
    network.boot(1, speaker(1, &[0], "", false));
    network.originate(0, 0);
    network.run(59 * SECOND);
    assert_eq!(network.routes(1), 0);
    network.run(2 * SECOND);
    assert_eq!(network.routes(1), 1);
}

/// RFC 7313 §4: who is asked for its routes marks where they begin and end.
#[test]
fn refreshes_are_marked() {
    let mut network = Network::new(2);
    network.boot(0, speaker(0, &[1], "", false));
    network.boot(1, speaker(1, &[0], "", false));
    for number in 0..10 {
        network.originate(0, number);
    }
    network.run(20 * SECOND);
    let before = network.updates(0);
    let ask = |speaker: &mut Speaker, now| speaker.refresh(now, "10.0.0.1").unwrap();
    network.0.with_host(MachineId(1), ask).unwrap();
    network.run(SECOND);
    assert_eq!(network.speaker(1).sent().route_refreshes, 1);
    assert_eq!(
        network.speaker(0).sent().route_refreshes,
        2,
        "begin and end"
    );
    assert!(network.updates(0) > before);
    assert_eq!(network.routes(1), 10);
    let stale = |peering: &super::Peering| {
        let counts = network.speaker(1).rib().route_counts(peering.peer());
        counts.unwrap().1
    };
    assert_eq!(network.speaker(1).peerings().map(stale).sum::<usize>(), 0);
}

/// RFC 9494 §4.3: when the Restart Time is over, routes of a peer that asked for more are the last
/// resort of those who know such routes, and withdrawn from the others.
#[test]
fn long_lived_routes_are_the_last_resort() {
    let hold = "hold-time = 3\n";
    let long = "graceful-restart = { time = 10, long-lived = 100, notification = true }";
    let mut network = Network::new(4);
    let client = format!("{hold}client = true\n{long}");
    network.boot(0, speaker(0, &[1, 2, 3], &client, false));
    network.boot(1, speaker(1, &[0], &format!("{hold}{long}"), false));
    network.boot(2, speaker(2, &[0], &format!("{hold}{long}"), false));
    network.boot(3, speaker(3, &[0], hold, false));
    network.originate(1, 1);
    network.run(20 * SECOND);
    let routes = |network: &Network| [0, 2, 3].map(|machine| network.routes(machine));
    assert_eq!(routes(&network), [1, 1, 1]);
    network.0.crash(MachineId(1));
    network.run(8 * SECOND);
    assert_eq!(routes(&network), [1, 1, 1], "stale, as good as before");
    network.run(12 * SECOND);
    assert_eq!(routes(&network), [1, 1, 0], "long-lived");
    let held = network
        .speaker(2)
        .rib()
        .best(&route(1).destination)
        .unwrap();
    let communities = &held.attributes.communities;
    assert!(communities.contains(&bgp_wire::Community::LLGR_STALE));
    // A route of somebody who is there wins.
    network.originate(3, 1);
    network.run(SECOND);
    let best = network
        .speaker(0)
        .rib()
        .best(&route(1).destination)
        .unwrap();
    assert_eq!(best.source.to_string(), address(3).to_string());
    network.withdraw(3, 1);
    network.run(100 * SECOND);
    assert_eq!(routes(&network), [0, 0, 0], "over");
}

/// RFC 5065: members see how a route went through the confederation, others one AS.
#[test]
fn a_confederation_is_one_as_to_others() {
    let speaker = |machine: u32, asn: u32, more: &str| {
        let own = address(machine);
        let head = format!("as = {asn}\nrouter-id = \"{own}\"\naddresses = [\"{own}\"]\n");
        let plan = standalone::plan(&(head + more)).unwrap();
        Speaker::new(plan).unwrap()
    };
    let peer = |machine: u32, asn: u32, more: &str| {
        let remote = address(machine);
        format!(
            "[[peer]]\naddress = \"{remote}\"\nas = {asn}\nimport = \"accept\"\nexport = \"accept\"\n{more}\n"
        )
    };
    let member = "confederation = true";
    let inside = "confederation = 65000\n";
    let mut network = Network::new(3);
    let first = peer(1, 64_513, member);
    let second = peer(0, 64_512, member) + &peer(2, 65_099, "");
    network.boot(0, speaker(0, 64_512, &(inside.to_owned() + &first)));
    network.boot(1, speaker(1, 64_513, &(inside.to_owned() + &second)));
    network.boot(2, speaker(2, 65_099, &peer(1, 65_000, "")));
    network.originate(0, 0);
    network.originate(2, 2);
    network.run(20 * SECOND);
    let path = |machine: u32, number: u8| {
        let best = network
            .speaker(machine)
            .rib()
            .best(&route(number).destination);
        best.map(|best| best.attributes.as_path.to_string())
    };
    assert_eq!(path(1, 0).as_deref(), Some("(64512)"));
    assert_eq!(path(2, 0).as_deref(), Some("65000"));
    assert_eq!(path(0, 2).as_deref(), Some("(64513) 65099"));
}
