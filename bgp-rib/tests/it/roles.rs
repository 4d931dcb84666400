//! Roles of external sessions, by which no route leaks (RFC 9234 §5).

use bgp_rib::{Ineligible, PeerId, Withheld};
use bgp_wire::{Asn, PeerType, Role};

use crate::speaker::{Speaker, addr, attributes, context, net};

const P: &str = "192.0.2.0/24";
const OURS: u32 = 65_000;
const THEIRS: u32 = 65_001;
const OTHERS: u32 = 65_099;

/// An external peer of this AS to which we have this role.
fn peer(speaker: &mut Speaker, last: u8, asn: u32, role: Option<Role>) -> PeerId {
    let mut context = context(PeerType::External);
    context.peer_as = Asn(asn);
    speaker.peer(addr(last), context, |config| config.role = role)
}

/// What a route that comes with this mark has here: `Err`: it is not used.
fn taken(role: Option<Role>, mark: Option<u32>) -> Result<Option<u32>, Ineligible> {
    let mut speaker = Speaker::new(OURS, addr(1));
    let from = peer(&mut speaker, 20, THEIRS, role);
    let mut route = attributes(addr(20), &[THEIRS]);
    route.only_to_customer = mark.map(Asn);
    let _ = speaker.announce(from, &route, P);
    let explained = speaker.rib.explain(net(P));
    let judged = explained.routes.into_iter().next().unwrap();
    judged.outcome?;
    Ok(judged.route.attributes.only_to_customer.map(|asn| asn.0))
}

/// The three rules for what comes in, by what *we* are to the peer.
#[test]
fn what_comes_in() {
    let leak = || Err(Ineligible::RouteLeak);
    // Our role; then without a mark, marked by the peer, marked by another.
    let rows = [
        (Role::Provider, Ok(None), leak(), leak()),
        (Role::RouteServer, Ok(None), leak(), leak()),
        (Role::Peer, Ok(Some(THEIRS)), Ok(Some(THEIRS)), leak()),
        (
            Role::Customer,
            Ok(Some(THEIRS)),
            Ok(Some(THEIRS)),
            Ok(Some(OTHERS)),
        ),
        (
            Role::RouteServerClient,
            Ok(Some(THEIRS)),
            Ok(Some(THEIRS)),
            Ok(Some(OTHERS)),
        ),
    ];
    for (role, unmarked, theirs, others) in rows {
        assert_eq!(taken(Some(role), None), unmarked, "{role:?}");
        assert_eq!(taken(Some(role), Some(THEIRS)), theirs, "{role:?}");
        assert_eq!(taken(Some(role), Some(OTHERS)), others, "{role:?}");
    }
    assert_eq!(taken(None, None), Ok(None));
    assert_eq!(
        taken(None, Some(OTHERS)),
        Ok(Some(OTHERS)),
        "no role, no rule"
    );
}

/// What a peer to which we have this role is told of a route that is marked so.
fn told(role: Option<Role>, mark: Option<u32>) -> Result<Option<u32>, Withheld> {
    let mut speaker = Speaker::new(OURS, addr(1));
    let from = peer(&mut speaker, 20, THEIRS, None);
    let to = peer(&mut speaker, 21, OTHERS, role);
    let mut route = attributes(addr(20), &[THEIRS]);
    route.only_to_customer = mark.map(Asn);
    let _ = speaker.announce(from, &route, P);
    let told = speaker.rib.advertisement(to, net(P))?;
    Ok(told.only_to_customer.map(|asn| asn.0))
}

/// The two rules for what goes out.
#[test]
fn what_goes_out() {
    let withheld = || Err(Withheld::OnlyToCustomer);
    // Our role; then of a route without a mark, and of one with it.
    let rows = [
        (Some(Role::Provider), Ok(Some(OURS)), Ok(Some(THEIRS))),
        (Some(Role::RouteServer), Ok(Some(OURS)), Ok(Some(THEIRS))),
        (Some(Role::Peer), Ok(Some(OURS)), withheld()),
        (Some(Role::Customer), Ok(None), withheld()),
        (Some(Role::RouteServerClient), Ok(None), withheld()),
        (None, Ok(None), Ok(Some(THEIRS))),
    ];
    for (role, unmarked, marked) in rows {
        assert_eq!(told(role, None), unmarked, "{role:?}");
        assert_eq!(told(role, Some(THEIRS)), marked, "{role:?}");
    }
}

/// The classic leak: a customer of two providers tells neither of the other's routes, and a
/// provider that it tells all the same does not listen.
#[test]
fn a_customer_of_two_providers_leaks_nothing() {
    let mut speaker = Speaker::new(OURS, addr(1));
    let one = peer(&mut speaker, 20, THEIRS, Some(Role::Customer));
    let two = peer(&mut speaker, 21, OTHERS, Some(Role::Customer));
    let customer = peer(&mut speaker, 22, 65_077, Some(Role::Provider));
    let _ = speaker.announce(one, &attributes(addr(20), &[THEIRS]), P);
    let _ = speaker.announce(
        customer,
        &attributes(addr(22), &[65_077]),
        "198.51.100.0/24",
    );
    let reached = |speaker: &mut Speaker, peer| {
        let told = speaker.told(peer);
        let routes = told.iter().filter_map(|told| told.reach());
        routes
            .map(|(prefix, _)| prefix.to_string())
            .collect::<Vec<_>>()
    };
    assert_eq!(reached(&mut speaker, two), ["198.51.100.0/24"]);
    assert_eq!(reached(&mut speaker, one), ["198.51.100.0/24"]);
    assert_eq!(reached(&mut speaker, customer), [P]);
}

/// Internal sessions have no roles, whatever is configured.
#[test]
fn roles_are_for_external_sessions() {
    let mut speaker = Speaker::new(OURS, addr(1));
    let inside = speaker.peer(addr(20), context(PeerType::Internal), |config| {
        config.role = Some(Role::Provider);
        config.route_reflector_client = true;
    });
    let mut route = attributes(addr(20), &[]);
    route.only_to_customer = Some(Asn(THEIRS));
    let _ = speaker.announce(inside, &route, P);
    assert!(speaker.rib.best(net(P)).is_some());
}
