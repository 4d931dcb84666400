//! Readers on other threads.

use crate::speaker::*;
use bgp_wire::PathAttributes;

#[test]
fn a_snapshot_is_whole_and_stands_still() {
    let mut speaker = Speaker::new(64_512, addr(1));
    let peer = speaker.external(addr(20));
    let route = attributes(addr(20), &[65_001]);
    let _ = speaker.announce(peer, &route, "10.0.0.0/8");
    let reader = speaker.rib.reader();
    let first = reader.snapshot();
    assert_eq!(first.len(), 1);
    let _ = speaker.announce(peer, &route, "10.1.0.0/16");
    let _ = speaker.originate("2001:db8::/32");
    let _ = speaker.withdraw(peer, "10.0.0.0/8");
    assert_eq!(
        reader.snapshot().version(),
        first.version(),
        "not published yet"
    );
    speaker.rib.publish();
    let second = reader.snapshot();
    let prefixes: Vec<_> = second
        .iter()
        .map(|route| route.destination.to_string())
        .collect();
    assert_eq!(prefixes, ["10.1.0.0/16", "2001:db8::/32"]);
    assert_eq!(
        second
            .longest_match([10, 1, 2, 3].into())
            .unwrap()
            .destination,
        net("10.1.0.0/16")
    );
    assert_eq!(second.longest_match([10, 2, 0, 0].into()), None);
    assert!(
        first.best(net("10.0.0.0/8")).is_some(),
        "the old one stands still"
    );
    speaker.rib.publish();
    assert_eq!(
        reader.snapshot().version(),
        second.version(),
        "nothing changed"
    );
}

/// Pairs of prefixes change together; no reader ever sees them differ.
#[test]
fn readers_see_no_half_of_a_change() {
    let mut speaker = Speaker::new(64_512, addr(1));
    let peer = speaker.external(addr(20));
    let reader = speaker.rib.reader();
    let watch = std::thread::spawn(move || {
        let mut seen = 0;
        loop {
            let snapshot = reader.snapshot();
            let med = |prefix: &str| {
                snapshot
                    .best(net(prefix))
                    .and_then(|route| route.attributes.med)
            };
            let (one, two) = (med("10.0.0.0/8"), med("172.16.0.0/12"));
            assert_eq!(one, two);
            seen = seen.max(one.unwrap_or(0));
            if seen == 2000 {
                return;
            }
        }
    });
    for med in 1..=2000 {
        let route = PathAttributes {
            med: Some(med),
            ..attributes(addr(20), &[65_001])
        };
        let _ = speaker.announce(peer, &route, "10.0.0.0/8");
        let _ = speaker.announce(peer, &route, "172.16.0.0/12");
        speaker.rib.publish();
    }
    watch.join().unwrap();
}

/// What lies in a prefix, and what it lies in.
#[test]
fn ranges_of_prefixes() {
    let mut speaker = Speaker::new(64_512, addr(1));
    let sender = speaker.external(addr(10));
    let all = [
        "0.0.0.0/0",
        "10.0.0.0/8",
        "10.1.0.0/16",
        "10.1.2.0/24",
        "10.2.0.0/16",
        "11.0.0.0/8",
    ];
    for prefix in all {
        let _ = speaker.announce(sender, &attributes(addr(10), &[65_010]), prefix);
    }
    let snapshot = speaker.rib.snapshot();
    let found = |routes: Vec<bgp_rib::RouteInfo>| -> Vec<String> {
        routes
            .iter()
            .map(|route| route.destination.to_string())
            .collect()
    };
    let covered = |prefix| found(snapshot.covered(&net(prefix)).collect());
    assert_eq!(covered("10.0.0.0/8"), all[1..5]);
    assert_eq!(covered("10.1.0.0/15"), all[2..4]);
    assert_eq!(covered("0.0.0.0/0"), all);
    assert_eq!(covered("12.0.0.0/8"), <[&str; 0]>::default());
    let covering = |prefix| found(snapshot.covering(&net(prefix)).collect());
    assert_eq!(covering("10.1.2.0/24"), all[..4]);
    assert_eq!(covering("10.3.0.0/16"), all[..2]);
    assert_eq!(covering("::/0"), <[&str; 0]>::default());
}
