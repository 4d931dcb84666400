//! How little is sent, and in what order.

use crate::speaker::*;
use bgp_rib::{Event, LocalOrigin, LocalRoute};
use bgp_wire::{Context, NextHop, PathAttributes, PeerType};
use ipnet::{IpNet, Ipv4Net};

fn prefixes(count: u32) -> Vec<(IpNet, Option<u32>)> {
    let prefix = |number: u32| Ipv4Net::new((0xac10_0000 + (number << 8)).into(), 24).unwrap();
    (0..count)
        .map(|number| (prefix(number).into(), None))
        .collect()
}

fn load(speaker: &mut Speaker, peer: bgp_rib::PeerId, sent: Option<&PathAttributes>, count: u32) {
    for bytes in messages(&speaker.context(peer), sent, &prefixes(count)) {
        let _ = speaker.receive(peer, &bytes);
    }
}

/// 4096 octets hold (4096 - 23 - attributes) / 4 prefixes of 24 bits, whatever
/// the sender's messages looked like.
#[test]
fn messages_are_full() {
    let mut speaker = Speaker::new(64_512, addr(1));
    let sender = speaker.external(addr(20));
    let listener = speaker.external(addr(21));
    load(
        &mut speaker,
        sender,
        Some(&attributes(addr(20), &[65_001])),
        3000,
    );
    let sent = speaker.drain(listener);
    // ORIGIN 4, AS_PATH 3 + 2 + 8, NEXT_HOP 7 octets.
    let full = (4096 - 23 - 24) / 4;
    assert_eq!(sent.len(), 3000usize.div_ceil(full) + 2);
    assert!(sent[0].len() > 4096 - 4 && sent[0].len() <= 4096);

    load(&mut speaker, sender, None, 3000);
    assert_eq!(
        speaker.drain(listener).len(),
        3000usize.div_ceil((4096 - 23) / 4)
    );
}

/// RFC 8654: where it was negotiated, up to 65,535 octets.
#[test]
fn extended_messages() {
    let mut speaker = Speaker::new(64_512, addr(1));
    let sender = speaker.external(addr(20));
    let mut context = Context::new(PeerType::External);
    context.send_limit = 65_535;
    context.receive_limit = 65_535;
    let listener = speaker.peer(addr(21), context, |_| {});
    load(
        &mut speaker,
        sender,
        Some(&attributes(addr(20), &[65_001])),
        3000,
    );
    assert_eq!(speaker.drain(listener).len(), 1 + 2);
}

#[test]
fn withdrawals_come_first() {
    let mut speaker = Speaker::new(64_512, addr(1));
    let sender = speaker.external(addr(20));
    let listener = speaker.external(addr(21));
    let route = attributes(addr(20), &[65_001]);
    let _ = speaker.announce(sender, &route, "192.0.2.0/24");
    let _ = speaker.told(listener);
    let _ = speaker.announce(sender, &route, "198.51.100.0/24");
    let _ = speaker.withdraw(sender, "192.0.2.0/24");
    let told = speaker.told(listener);
    assert_eq!(told[0], Told::Unreach(net("192.0.2.0/24"), None));
    assert_eq!(told[1].reach().unwrap().0, net("198.51.100.0/24"));
}

#[test]
fn only_the_last_action_is_sent_and_nothing_twice() {
    let mut speaker = Speaker::new(64_512, addr(1));
    let sender = speaker.external(addr(20));
    let listener = speaker.external(addr(21));
    let route = attributes(addr(20), &[65_001]);
    let prefix = "192.0.2.0/24";
    assert_eq!(speaker.told(listener), both_ends_of_rib());

    let _ = speaker.announce(sender, &route, prefix);
    let _ = speaker.withdraw(sender, prefix);
    assert_eq!(speaker.told(listener), [], "gone before anybody was told");

    for med in [1, 2, 3] {
        let _ = speaker.announce(
            sender,
            &PathAttributes {
                med: Some(med),
                ..route.clone()
            },
            prefix,
        );
    }
    assert_eq!(speaker.told(listener).len(), 1);

    let _ = speaker.announce(
        sender,
        &PathAttributes {
            med: Some(4),
            ..route.clone()
        },
        prefix,
    );
    assert_eq!(
        speaker.told(listener),
        [],
        "the MED of a neighbour stays here"
    );
    let _ = speaker.withdraw(sender, prefix);
    let _ = speaker.announce(sender, &route, prefix);
    assert_eq!(speaker.told(listener), [], "back before anybody was told");
}

/// RFC 4271 §9.2: a route whose attributes leave no room for a prefix is not
/// announced; what was announced before is withdrawn.
#[test]
fn attributes_that_fill_a_message() {
    let mut speaker = Speaker::new(64_512, addr(1));
    let mut context = Context::new(PeerType::External);
    context.receive_limit = 65_535;
    context.send_limit = 65_535;
    let sender = speaker.peer(addr(20), context, |_| {});
    let listener = speaker.external(addr(21));
    let route = attributes(addr(20), &[65_001]);
    let _ = speaker.announce(sender, &route, "192.0.2.0/24");
    assert_eq!(speaker.told(listener).len(), 3);
    let huge = PathAttributes {
        communities: (0..2000).map(bgp_wire::Community).collect(),
        ..route
    };
    let _ = speaker.announce(sender, &huge, "192.0.2.0/24");
    assert_eq!(
        speaker.told(listener),
        [Told::Unreach(net("192.0.2.0/24"), None)]
    );
    assert_eq!(
        speaker.rib.advertisement(listener, net("192.0.2.0/24")),
        Err(bgp_rib::Withheld::TooLarge)
    );
    assert_eq!(speaker.rib.adj_rib_out(listener), []);
}

/// Equal peers share one group, policy and encoding; the slow one of them goes
/// on alone and comes back.
#[test]
fn a_slow_reader_holds_up_nobody() {
    let mut config = bgp_rib::RibConfig::new(bgp_wire::Asn(64_512), addr(1));
    config.group_backlog = 8192;
    let mut speaker = Speaker::with(config);
    let sender = speaker.external(addr(20));
    let listeners = [
        speaker.internal(addr(10), false),
        speaker.internal(addr(11), false),
    ];
    assert_eq!(speaker.rib.statistics().update_groups, 2);
    for (number, (prefix, _)) in prefixes(400).into_iter().enumerate() {
        let route = PathAttributes {
            med: Some(u32::try_from(number).unwrap()),
            ..attributes(addr(20), &[65_001])
        };
        let _ = speaker.announce(sender, &route, &prefix.to_string());
    }
    assert_eq!(speaker.drain(listeners[0]).len(), 402);
    assert_eq!(speaker.rib.statistics().update_groups, 3);
    assert_eq!(speaker.drain(listeners[1]).len(), 402);
    assert_eq!(speaker.rib.statistics().update_groups, 2);
    let route = attributes(addr(20), &[65_001]);
    let _ = speaker.announce(sender, &route, "192.0.2.0/24");
    for listener in listeners {
        assert_eq!(speaker.told(listener).len(), 1);
    }
}

/// The same events give the same bytes.
#[test]
fn deterministic() {
    let run = || {
        let mut speaker = Speaker::new(64_512, addr(1));
        let sender = speaker.external(addr(20));
        let listener = speaker.external(addr(21));
        for number in 0..200u32 {
            let path = [65_001 + number % 7, 65_100 + number % 3];
            let prefix = format!("10.{}.0.0/16", number % 100);
            let _ = speaker.announce(sender, &attributes(addr(20), &path), &prefix);
        }
        speaker.drain(listener)
    };
    assert_eq!(run(), run());
}

/// A short buffer loses nothing.
#[test]
fn a_short_buffer_gets_nothing_and_loses_nothing() {
    let mut speaker = Speaker::new(64_512, addr(1));
    let listener = speaker.internal(addr(10), false);
    let mut route = LocalRoute::new(net("192.0.2.0/24"), LocalOrigin::Static);
    route.attributes.next_hop = Some(NextHop::V4(addr(77)));
    let _ = speaker.rib.apply(Event::Originate(route));
    assert_eq!(speaker.rib.poll_transmit(listener, &mut [0; 22]), None);
    assert_eq!(speaker.rib.pending().collect::<Vec<_>>(), [listener]);
    assert_eq!(speaker.told(listener).len(), 3);
    assert_eq!(speaker.rib.pending().count(), 0);
}

/// Messages that nobody of a group reads are gone at once: they hold up nobody, and one who is
/// told of nothing is told all of it in one go.
#[test]
fn messages_for_nobody_do_not_pile_up() {
    let mut speaker = Speaker::new(64_512, addr(1));
    let alone = speaker.external(addr(10));
    for number in 0..10_000_u32 {
        let route = PathAttributes {
            med: Some(number),
            ..attributes(addr(10), &[65_001, 65_100 + number])
        };
        let prefix = format!("20.{}.{}.0/24", number >> 8, number & 0xff);
        let _ = speaker.announce(alone, &route, &prefix);
    }
    assert_eq!(speaker.told(alone), both_ends_of_rib());
    assert!(!speaker.rib.has_pending(alone));
    assert_eq!(speaker.rib.pending().count(), 0);
    // What is for it comes through.
    let other = speaker.external(addr(11));
    let _ = speaker.announce(other, &attributes(addr(11), &[65_002]), "192.0.2.0/24");
    assert!(
        speaker
            .told(alone)
            .iter()
            .any(|told| told.reach().is_some())
    );
}
