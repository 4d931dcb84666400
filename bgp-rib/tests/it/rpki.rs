//! Origin validation: the states of RFC 6811 §2, and routes that follow them.

use crate::speaker::*;
use bgp_rib::{Event, Fallback, Filter, FilterChain, Matcher, RpkiState, Rule, Vrp, VrpTable};
use bgp_wire::{AsPath, Asn, PathAttributes, SegmentType};

fn vrp(prefix: &str, max_length: u8, asn: u32) -> Vrp {
    Vrp {
        prefix: net(prefix),
        max_length,
        asn: Asn(asn),
    }
}

#[test]
fn the_three_states() {
    let mut table = VrpTable::default();
    let payloads = [
        vrp("10.0.0.0/8", 16, 1),
        vrp("10.0.0.0/8", 8, 2),
        vrp("10.1.0.0/16", 24, 3),
        vrp("192.0.2.0/24", 32, 0),
        vrp("2001:db8::/32", 48, 1),
    ];
    for payload in payloads {
        assert!(table.insert(payload));
        assert!(!table.insert(payload));
    }
    use RpkiState::{Invalid, NotFound, Valid};
    for (prefix, origin, expected) in [
        ("10.0.0.0/8", Some(1), Valid),
        ("10.0.0.0/8", Some(2), Valid),
        ("10.0.0.0/8", Some(3), Invalid),
        ("10.2.0.0/16", Some(1), Valid),
        ("10.2.0.0/16", Some(2), Invalid),
        ("10.2.0.0/17", Some(1), Invalid),
        ("10.1.2.0/24", Some(3), Valid),
        ("10.1.2.0/24", Some(1), Invalid),
        ("10.1.0.0/16", None, Invalid),
        ("0.0.0.0/0", Some(1), NotFound),
        ("11.0.0.0/8", None, NotFound),
        // AS 0 says that nobody may, AS 0 included.
        ("192.0.2.0/24", Some(0), Invalid),
        ("2001:db8:1::/48", Some(1), Valid),
        ("2001:db8:1::/49", Some(1), Invalid),
    ] {
        let state = table.validate(&net(prefix), origin.map(Asn));
        assert_eq!(state, expected, "{prefix} {origin:?}");
    }
    assert_eq!(table.len(), payloads.len());
    for payload in payloads {
        assert!(table.remove(&payload));
        assert!(!table.remove(&payload));
    }
    assert_eq!(table, VrpTable::default());
    // Equal is what holds the same, whatever it held before.
    let mut other = VrpTable::default();
    for payload in payloads.iter().rev() {
        other.insert(*payload);
    }
    for payload in &payloads[1..] {
        other.remove(payload);
    }
    table.insert(payloads[0]);
    assert_eq!(table, other);
}

fn refuses_invalid() -> FilterChain {
    let rule = Rule::reject("invalid", vec![Matcher::Rpki(RpkiState::Invalid)]);
    FilterChain::new(vec![Filter::new("rpki", vec![rule])], Fallback::Accept)
}

/// Payloads that come and go take routes out and bring them back, on the way in and on the way
/// out (RFC 8893), and others are left alone.
#[test]
fn routes_follow_the_payloads() {
    const P: &str = "192.0.2.0/24";
    let mut speaker = Speaker::new(64_512, addr(1));
    let strict = speaker.peer(addr(10), context(bgp_wire::PeerType::External), |config| {
        config.import = refuses_invalid();
    });
    let lax = speaker.external(addr(11));
    let careful = speaker.peer(addr(12), context(bgp_wire::PeerType::External), |config| {
        config.export = refuses_invalid();
    });
    let _ = speaker.announce(strict, &attributes(addr(10), &[65_010]), P);
    let _ = speaker.announce(lax, &attributes(addr(11), &[65_011, 65_001]), P);
    let best = |speaker: &Speaker| {
        let best = speaker.rib.best(net(P));
        best.map(|route| route.attributes.as_path.to_string())
    };
    let path = |speaker: &mut Speaker| {
        let _ = speaker.told(careful);
        let told = speaker.rib.adj_rib_out(careful);
        told.first().map(|it| it.attributes.as_path.to_string())
    };
    assert_eq!(best(&speaker).as_deref(), Some("65010"));
    assert_eq!(path(&mut speaker).as_deref(), Some("64512 65010"));

    let payload = vrp("192.0.0.0/16", 24, 65_001);
    let changes = speaker.rib.apply(Event::Rpki {
        added: &[payload],
        removed: &[],
    });
    assert_eq!(changes.best.len(), 1);
    assert_eq!(best(&speaker).as_deref(), Some("65011 65001"));
    assert_eq!(path(&mut speaker).as_deref(), Some("64512 65011 65001"));
    assert!(
        speaker
            .rib
            .explain(net(P))
            .to_string()
            .contains("rejected by rpki invalid")
    );

    let other = vrp("192.0.0.0/16", 24, 65_010);
    let _ = speaker.rib.apply(Event::Rpki {
        added: &[other],
        removed: &[payload],
    });
    assert_eq!(best(&speaker).as_deref(), Some("65010"));
    let _ = speaker.rib.apply(Event::Rpki {
        added: &[payload],
        removed: &[other],
    });
    let _ = speaker.withdraw(lax, P);
    assert_eq!((best(&speaker), path(&mut speaker)), (None, None));
    let changes = speaker.rib.apply(Event::Rpki {
        added: &[],
        removed: &[payload],
    });
    assert_eq!(changes.best.len(), 1);
    assert_eq!(path(&mut speaker).as_deref(), Some("64512 65010"));
    assert!(speaker.rib.vrps().is_empty());
    let again = speaker.rib.apply(Event::Rpki {
        added: &[],
        removed: &[payload],
    });
    assert!(again.is_empty());
}

/// RFC 6811 §2: behind an AS_SET there is no origin; RFC 8893: an own route has ours.
#[test]
fn the_origin_of_odd_paths() {
    let mut speaker = Speaker::new(64_512, addr(1));
    let strict = speaker.peer(addr(10), context(bgp_wire::PeerType::External), |config| {
        config.import = refuses_invalid();
        config.export = refuses_invalid();
    });
    let payloads = [
        vrp("192.0.2.0/24", 24, 65_002),
        vrp("198.51.100.0/24", 24, 64_512),
    ];
    let _ = speaker.rib.apply(Event::Rpki {
        added: &payloads,
        removed: &[],
    });
    let mut as_path = AsPath::from_sequence([Asn(65_010)]);
    as_path.push(SegmentType::Set, &[Asn(65_002)]);
    let set = PathAttributes {
        as_path,
        ..attributes(addr(10), &[])
    };
    let _ = speaker.announce(strict, &set, "192.0.2.0/24");
    assert_eq!(speaker.rib.best(net("192.0.2.0/24")), None);
    for prefix in ["192.0.2.0/24", "198.51.100.0/24"] {
        let route = bgp_rib::LocalRoute::new(net(prefix), bgp_rib::LocalOrigin::Static);
        let _ = speaker.rib.apply(Event::Originate(route));
    }
    let _ = speaker.told(strict);
    let told = speaker.rib.adj_rib_out(strict);
    let told: Vec<_> = told.iter().map(|it| it.destination.clone()).collect();
    assert_eq!(told, [net("198.51.100.0/24")]);
}
