//! Families beside IPv4 and IPv6 unicast.
//!
//! The reference is the table of unicast itself, which the other tests hold to the oracle: in a
//! twin world each destination is a prefix, and what a label says is a community.
#![expect(clippy::panic, reason = "a helper of a test may fail it")]

use crate::speaker::{Speaker, addr, asns, attributes, context, net};
use bgp_rib::{
    Changes, Destination, Event, Fallback, Filter, FilterChain, LocalOrigin, LocalRoute, Matcher,
    NextHopMode, PeerId, PrefixMatcher, PrefixOperator, RibConfig, Rule, Withheld,
};
use bgp_wire::{
    Afi, Asn, Community, Context, EncodeNlri, EvpnRoute, Family, FamilySet, NextHop, NlriBuf,
    PathAttributes, PeerType, Route, Safi, UpdatePacker, UpdateView,
};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

const VPN: Family = Family::new(Afi::IPV4, Safi::MPLS_VPN);
const VPN6: Family = Family::new(Afi::IPV6, Safi::MPLS_VPN);
const LABELED: Family = Family::new(Afi::IPV4, Safi::LABELED);
const EVPN: Family = Family::new(Afi::L2VPN, Safi::EVPN);
const FLOW: Family = Family::new(Afi::IPV4, Safi::FLOW_SPEC);
const MULTICAST: Family = Family::new(Afi::IPV4, Safi::MULTICAST);
const TARGETS: Family = Family::new(Afi::IPV4, Safi::ROUTE_TARGET);

/// What the sessions of these tests carry.
fn families() -> FamilySet {
    [
        Family::IPV4_UNICAST,
        VPN,
        VPN6,
        LABELED,
        EVPN,
        FLOW,
        MULTICAST,
        TARGETS,
    ]
    .into_iter()
    .collect()
}

fn session(peer_type: PeerType) -> Context {
    let mut context = context(peer_type);
    context.families = families();
    context
}

fn nlri(family: Family, text: &str) -> NlriBuf {
    NlriBuf::parse(family, text).unwrap()
}

/// One message that announces (`Some`) or withdraws.
fn message<N: EncodeNlri + Clone>(
    context: &Context,
    family: Family,
    attributes: Option<&PathAttributes>,
    nlri: N,
) -> Vec<u8> {
    let mut out = vec![0; 4096];
    let packer = UpdatePacker::new(context);
    let mut nlri = [nlri].into_iter().peekable();
    let length = match attributes {
        Some(attributes) => packer.announce(attributes, family, &mut nlri, &mut out),
        None => packer.withdraw(family, &mut nlri, &mut out),
    };
    out.truncate(length.unwrap());
    out
}

impl Speaker {
    fn say(
        &mut self,
        peer: PeerId,
        attributes: Option<&PathAttributes>,
        nlri: &NlriBuf,
    ) -> Changes {
        let context = self.context(peer);
        let sent = message(&context, nlri.family(), attributes, nlri);
        self.receive(peer, &sent)
    }

    /// What a peer hears: NLRI and, where they are announced, attributes.
    fn hears(&mut self, peer: PeerId) -> Vec<(NlriBuf, Option<PathAttributes>)> {
        let context = self.context(peer);
        let mut heard = Vec::new();
        for bytes in self.drain(peer) {
            let update = UpdateView::scan(&bytes, &context).unwrap();
            assert!(update.findings().is_empty(), "{:?}", update.findings());
            let gone = update.unreachable_nlri();
            heard.extend(gone.map(|nlri| (NlriBuf::from(nlri), None)));
            for nlri in update.reachable_nlri() {
                let attributes = update.path_attributes(nlri.family());
                heard.push((NlriBuf::from(nlri), Some(attributes)));
            }
        }
        heard
    }

    fn client(&mut self, last: u8) -> PeerId {
        self.peer(addr(last), session(PeerType::Internal), |config| {
            config.route_reflector_client = true;
        })
    }
}

#[test]
fn a_vpn_route_is_reflected_with_its_label_and_next_hop() {
    let mut speaker = Speaker::new(64_512, addr(1));
    let (sender, listener) = (speaker.client(11), speaker.client(12));
    let route = nlri(VPN, "64512:1:192.0.2.0/24 label 16");
    let said = attributes(addr(11), &[65_001]);
    let changes = speaker.say(sender, Some(&said), &route);
    let [change] = &changes.best[..] else {
        panic!("{changes:?}")
    };
    assert_eq!(change.destination.to_string(), "64512:1:192.0.2.0/24");
    assert_eq!(change.destination.prefix(), Some(net("192.0.2.0/24")));
    let best = change.new.as_ref().unwrap();
    assert_eq!(best.to_nlri().with_path_id(None), route);

    let [(heard, Some(told))] = &speaker.hears(listener)[..] else {
        panic!()
    };
    assert_eq!(*heard, route);
    assert_eq!(told.next_hop, Some(NextHop::V4(addr(11))));
    assert_eq!(told.originator_id, Some(addr(11)));
    assert_eq!(told.cluster_list, [addr(1)]);
    assert_eq!(speaker.hears(sender), []);

    // Another label alone is news; the same once more is none.
    let relabeled = nlri(VPN, "64512:1:192.0.2.0/24 label 17");
    let changes = speaker.say(sender, Some(&said), &relabeled);
    assert_eq!(changes.best.len(), 1);
    let [(heard, Some(_))] = &speaker.hears(listener)[..] else {
        panic!()
    };
    assert_eq!(*heard, relabeled);
    assert!(speaker.say(sender, Some(&said), &relabeled).is_empty());
    assert_eq!(speaker.hears(listener), []);
    let [out] = &speaker.rib.adj_rib_out(listener)[..] else {
        panic!()
    };
    assert_eq!(out.nlri.as_deref(), Some(&relabeled));

    // A withdrawal has no label to go by.
    let changes = speaker.say(sender, None, &route);
    assert_eq!(changes.best[0].new, None);
    let [(heard, None)] = &speaker.hears(listener)[..] else {
        panic!()
    };
    assert_eq!(heard.key(), route.key());
    assert_eq!(speaker.rib.statistics().destinations, 0);
}

#[test]
fn routes_of_one_prefix_in_several_families_are_strangers() {
    let mut speaker = Speaker::new(64_512, addr(1));
    let sender = speaker.client(11);
    let said = attributes(addr(11), &[65_001]);
    let routes = [
        nlri(Family::IPV4_UNICAST, "192.0.2.0/24"),
        nlri(MULTICAST, "192.0.2.0/24"),
        nlri(LABELED, "192.0.2.0/24 label 3"),
        nlri(VPN, "64512:1:192.0.2.0/24 label 16"),
        nlri(VPN, "64512:2:192.0.2.0/24 label 16"),
        nlri(
            EVPN,
            "[type:multicast][rd:192.0.2.1:10][etag:0][ip:192.0.2.1]",
        ),
        nlri(
            EVPN,
            "[type:multicast][rd:192.0.2.1:11][etag:0][ip:192.0.2.1]",
        ),
        nlri(TARGETS, "65001:rt:65000:100"),
    ];
    for route in &routes {
        assert_eq!(
            speaker.say(sender, Some(&said), route).best.len(),
            1,
            "{route}"
        );
    }
    let keys: BTreeSet<_> = speaker
        .rib
        .loc_rib()
        .map(|route| route.destination)
        .collect();
    assert_eq!(keys.len(), routes.len());
    let snapshot = speaker.rib.snapshot();
    assert_eq!(snapshot.len(), routes.len());
    let ordered: Vec<_> = snapshot.iter().map(|route| route.destination).collect();
    assert!(ordered.iter().eq(keys.iter()));
    for route in &routes {
        assert!(
            speaker.rib.best(route).is_some() && snapshot.best(route).is_some(),
            "{route}"
        );
    }
    // What covers an address is a matter of unicast.
    let found = snapshot.longest_match([192, 0, 2, 1].into()).unwrap();
    assert_eq!(found.destination.family(), Family::IPV4_UNICAST);
    assert_eq!(speaker.rib.route_count(sender, VPN), Some(2));
    let _ = speaker.rib.apply(Event::FamilyDown {
        peer: sender,
        family: VPN,
    });
    assert_eq!(speaker.rib.route_count(sender, VPN), Some(0));
    assert_eq!(
        speaker.rib.route_counts(sender),
        Some((routes.len() - 2, 0))
    );
}

/// RFC 8955 §4: there is no next hop to resolve, and none to tell.
#[test]
fn flow_specifications_go_without_next_hop() {
    let mut config = RibConfig::new(Asn(64_512), addr(1));
    config.assume_reachable = false;
    let mut speaker = Speaker::with(config);
    let (sender, listener) = (speaker.client(11), speaker.client(12));
    let outside = speaker.peer(addr(13), session(PeerType::External), |_| {});
    let flow = nlri(FLOW, "destination 192.0.2.0/24 protocol [ =17 ]");
    let said = PathAttributes {
        as_path: asns(&[65_001]),
        ..PathAttributes::default()
    };
    let _ = speaker.say(sender, Some(&said), &flow);
    for peer in [listener, outside] {
        let [(heard, Some(told))] = &speaker.hears(peer)[..] else {
            panic!()
        };
        assert_eq!((heard, told.next_hop), (&flow, None));
    }
    // A prefix is only as good as its next hop.
    let prefix = nlri(VPN, "64512:1:192.0.2.0/24 label 16");
    let changes = speaker.say(sender, Some(&attributes(addr(11), &[65_001])), &prefix);
    assert!(changes.is_empty());
    assert_eq!(
        speaker.rib.advertisement(listener, &prefix),
        Err(Withheld::NoRoute)
    );
}

/// RFC 8277 §2.4: who changes the next hop has to change the label.
#[test]
fn beside_a_label_the_next_hop_stays() {
    let mut speaker = Speaker::new(64_512, addr(1));
    let sender = speaker.client(11);
    let outside = speaker.peer(addr(13), session(PeerType::External), |_| {});
    let own = speaker.peer(addr(14), session(PeerType::External), |config| {
        config.next_hop = NextHopMode::SelfNextHop;
    });
    let said = attributes(addr(11), &[65_001]);
    let cases = [
        (
            nlri(VPN, "64512:1:192.0.2.0/24 label 16"),
            addr(11),
            addr(1),
        ),
        (nlri(LABELED, "192.0.2.0/24 label 16"), addr(11), addr(1)),
        (
            nlri(
                EVPN,
                "[type:multicast][rd:192.0.2.1:10][etag:0][ip:192.0.2.1]",
            ),
            addr(11),
            addr(1),
        ),
        (nlri(MULTICAST, "192.0.2.0/24"), addr(1), addr(1)),
    ];
    for (route, kept, ours) in cases {
        let _ = speaker.say(sender, Some(&said), &route);
        for (peer, expected) in [(outside, kept), (own, ours)] {
            let [(_, Some(told))] = &speaker.hears(peer)[..] else {
                panic!("{route}")
            };
            assert_eq!(told.next_hop, Some(NextHop::V4(expected)), "{route}");
        }
    }
}

#[test]
fn routes_of_any_family_are_originated() {
    let mut speaker = Speaker::new(64_512, addr(1));
    let listener = speaker.client(12);
    let here = nlri(
        EVPN,
        "[type:multicast][rd:192.0.2.1:10][etag:0][ip:192.0.2.1]",
    );
    let route = LocalRoute::from_nlri(here.clone(), LocalOrigin::Static);
    let _ = speaker.rib.apply(Event::Originate(route.clone()));
    let [(heard, Some(told))] = &speaker.hears(listener)[..] else {
        panic!()
    };
    assert_eq!((heard, told.next_hop), (&here, Some(NextHop::V4(addr(1)))));
    let text = speaker.rib.explain(&here).to_string();
    assert_eq!(text, format!("{here} from here (static): best, no rival\n"));
    let _ = speaker.rib.apply(Event::WithdrawLocal(route.destination));
    let [(_, None)] = &speaker.hears(listener)[..] else {
        panic!()
    };
}

#[test]
fn filters_see_the_family_and_the_prefix() {
    let pods = PrefixMatcher::new(net("10.0.0.0/8"), PrefixOperator::In);
    let rules = vec![
        Rule::reject("pods", vec![Matcher::Prefix(pods)]),
        Rule::reject("targets", vec![Matcher::Family(TARGETS)]),
    ];
    let chain = FilterChain::new(vec![Filter::new("some", rules)], Fallback::Accept);
    let mut speaker = Speaker::new(64_512, addr(1));
    let sender = speaker.peer(addr(11), session(PeerType::Internal), |config| {
        config.import = chain;
    });
    let said = attributes(addr(11), &[65_001]);
    for (family, text, passes) in [
        (VPN, "64512:1:10.1.0.0/16 label 16", false),
        (VPN, "64512:1:192.0.2.0/24 label 16", true),
        (LABELED, "10.1.0.0/16 label 16", false),
        (MULTICAST, "10.1.0.0/16", false),
        (Family::IPV4_UNICAST, "10.1.0.0/16", false),
        (TARGETS, "65001:rt:65000:100", false),
        (
            EVPN,
            "[type:multicast][rd:192.0.2.1:10][etag:0][ip:10.0.0.1]",
            true,
        ),
    ] {
        let route = nlri(family, text);
        let _ = speaker.say(sender, Some(&said), &route);
        assert_eq!(speaker.rib.best(&route).is_some(), passes, "{text}");
    }
}

/// The peer says it in a family that the session does not have.
#[test]
fn what_was_not_negotiated_is_passed_over() {
    let mut speaker = Speaker::new(64_512, addr(1));
    let mut narrow = session(PeerType::Internal);
    narrow.families.remove(VPN);
    let sender = speaker.peer(addr(11), narrow, |_| {});
    let route = nlri(VPN, "64512:1:192.0.2.0/24 label 16");
    let bytes = message(&narrow, VPN, Some(&attributes(addr(11), &[65_001])), &route);
    let update = UpdateView::scan(&bytes, &narrow).unwrap();
    let changes = speaker.rib.apply(Event::Update {
        peer: sender,
        update: &update,
    });
    assert!(changes.is_empty());
    assert_eq!(speaker.rib.statistics().destinations, 0);
}

const PEERS: usize = 5;
const DESTINATIONS: usize = 8;

#[derive(Debug, Clone)]
enum Step {
    Announce {
        peer: usize,
        to: usize,
        path_id: u32,
        attributes: usize,
        label: u32,
    },
    Withdraw {
        peer: usize,
        to: usize,
        path_id: u32,
    },
    Read {
        peer: usize,
    },
    Down {
        peer: usize,
        retain: bool,
    },
    Up {
        peer: usize,
    },
    Refresh {
        peer: usize,
    },
    Begin {
        peer: usize,
    },
    End {
        peer: usize,
    },
    LongLived {
        peer: usize,
    },
    Expire {
        peer: usize,
    },
    Import {
        peer: usize,
        med: Option<u32>,
    },
}

fn step() -> impl Strategy<Value = Step> {
    let peer = 0..PEERS;
    let to = 0..DESTINATIONS;
    prop_oneof![
        12 => (peer.clone(), to.clone(), 1..3u32, 0..4usize, 16..18u32).prop_map(
            |(peer, to, path_id, attributes, label)| Step::Announce { peer, to, path_id, attributes, label }),
        5 => (peer.clone(), to, 1..3u32)
            .prop_map(|(peer, to, path_id)| Step::Withdraw { peer, to, path_id }),
        5 => peer.clone().prop_map(|peer| Step::Read { peer }),
        1 => (peer.clone(), any::<bool>()).prop_map(|(peer, retain)| Step::Down { peer, retain }),
        3 => peer.clone().prop_map(|peer| Step::Up { peer }),
        1 => peer.clone().prop_map(|peer| Step::Refresh { peer }),
        1 => peer.clone().prop_map(|peer| Step::Begin { peer }),
        1 => peer.clone().prop_map(|peer| Step::End { peer }),
        1 => peer.clone().prop_map(|peer| Step::LongLived { peer }),
        1 => peer.clone().prop_map(|peer| Step::Expire { peer }),
        1 => (peer, any::<Option<u32>>()).prop_map(|(peer, med)| Step::Import { peer, med }),
    ]
}

/// How a world names its destinations.
trait Naming {
    const FAMILY: Family;

    fn nlri(to: usize, label: u32) -> NlriBuf;

    /// The label in words that every world understands.
    fn label(nlri: &NlriBuf, attributes: &mut PathAttributes) -> u32;
}

/// Label in a community: the mark is taken off again when it is read.
struct Unicast;

impl Naming for Unicast {
    const FAMILY: Family = Family::IPV4_UNICAST;

    fn nlri(to: usize, _: u32) -> NlriBuf {
        nlri(Self::FAMILY, &format!("192.0.2.{}/28", to * 16))
    }

    fn label(_: &NlriBuf, attributes: &mut PathAttributes) -> u32 {
        attributes.communities.remove(0).0
    }
}

struct Vpn;

impl Naming for Vpn {
    const FAMILY: Family = VPN;

    fn nlri(to: usize, label: u32) -> NlriBuf {
        // Two prefixes behind each of several distinguishers.
        let text = format!("64512:{}:192.0.2.{}/28 label {label}", to / 2, to % 2 * 16);
        nlri(VPN, &text)
    }

    fn label(nlri: &NlriBuf, _: &mut PathAttributes) -> u32 {
        let Route::Vpn(route) = nlri.view().route() else {
            panic!()
        };
        route.labels.labels()[0].value()
    }
}

/// A MAC route: its label is no part of its name either (RFC 7432 §7.2).
struct Mac;

impl Naming for Mac {
    const FAMILY: Family = EVPN;

    fn nlri(to: usize, label: u32) -> NlriBuf {
        let text = format!(
            "[type:macadv][rd:192.0.2.1:10][esi:0][etag:0][mac:02:00:00:00:00:0{to}][vni:{label}]"
        );
        nlri(EVPN, &text)
    }

    fn label(nlri: &NlriBuf, _: &mut PathAttributes) -> u32 {
        let Route::Evpn(EvpnRoute::MacIp { label1, .. }) = nlri.view().route() else {
            panic!()
        };
        label1.vni()
    }
}

struct World<N> {
    speaker: Speaker,
    peers: Vec<PeerId>,
    up: [bool; PEERS],
    heard: [BTreeMap<(usize, Option<u32>), Heard>; PEERS],
    naming: std::marker::PhantomData<N>,
}

/// Label and attributes.
type Heard = (u32, PathAttributes);

impl<N: Naming> World<N> {
    fn new() -> Self {
        let mut config = RibConfig::new(Asn(64_512), addr(1));
        config.publish_peers = true;
        let mut world = Self {
            speaker: Speaker::with(config),
            peers: Vec::new(),
            up: [true; PEERS],
            heard: Default::default(),
            naming: std::marker::PhantomData,
        };
        for number in 0..PEERS {
            let peer = world
                .speaker
                .peer(address(number), Self::context(number), |config| {
                    config.route_reflector_client = number < 2;
                    config.best_external = number == 2;
                    config.next_hop = NextHopMode::Keep;
                });
            world.speaker.rib.set_long_lived(peer, number != 1);
            world.peers.push(peer);
        }
        world
    }

    /// The second and the fourth peer have ADD-PATH; the last two are external.
    fn context(number: usize) -> Context {
        let mut context = context(match number {
            0..3 => PeerType::Internal,
            _ => PeerType::External,
        });
        context.families = FamilySet::empty().with(N::FAMILY);
        if number % 2 == 1 {
            context.add_path_receive = context.families;
            context.add_path_send = context.families;
        }
        context.peer_as = Asn(65_000);
        context
    }

    /// Does a step; how many best routes changed.
    fn do_step(&mut self, step: &Step) -> usize {
        match *step {
            Step::Announce {
                peer,
                to,
                path_id,
                attributes,
                label,
            } => {
                let mut said = sent(peer, attributes);
                if N::FAMILY == Family::IPV4_UNICAST {
                    said.communities.push(Community(label));
                }
                self.say(peer, Some(&said), N::nlri(to, label), path_id)
            }
            Step::Withdraw { peer, to, path_id } => self.say(peer, None, N::nlri(to, 16), path_id),
            Step::Read { peer } => {
                self.read(peer);
                0
            }
            Step::Import { peer, med } => {
                let rules = med.map(|med| {
                    Rule::accept("med", vec![])
                        .with_operations(vec![bgp_rib::Operation::SetMed(med % 3)])
                });
                let filter = Filter::new("import", rules.into_iter().collect());
                let chain = FilterChain::new(vec![filter], Fallback::Accept);
                let changes = self.speaker.rib.set_import(self.peers[peer], chain);
                changes.best.len()
            }
            Step::Up { peer } if self.up[peer] => 0,
            Step::Up { peer } => {
                self.up[peer] = true;
                let context = Self::context(peer);
                self.happens(Event::PeerUp {
                    peer: self.peers[peer],
                    identifier: address(peer),
                    context: &context,
                })
            }
            Step::Down { .. }
            | Step::Refresh { .. }
            | Step::Begin { .. }
            | Step::End { .. }
            | Step::LongLived { .. }
            | Step::Expire { .. } => self.do_event(step),
        }
    }

    fn happens(&mut self, event: Event<'_>) -> usize {
        self.speaker.rib.apply(event).best.len()
    }

    /// Steps that are an event.
    #[expect(clippy::wildcard_enum_match_arm, reason = "the others are done before")]
    fn do_event(&mut self, step: &Step) -> usize {
        let family = N::FAMILY;
        let of = |peer: usize| self.peers[peer];
        let event = match *step {
            Step::Down { peer, retain } => {
                let event = Event::PeerDown {
                    peer: of(peer),
                    retain: match retain {
                        true => FamilySet::empty().with(family),
                        false => FamilySet::empty(),
                    },
                };
                self.up[peer] = false;
                self.heard[peer].clear();
                event
            }
            Step::Refresh { peer } => {
                let peer = of(peer);
                Event::RouteRefresh { peer, family }
            }
            Step::Begin { peer } => {
                let peer = of(peer);
                Event::BeginOfRefresh { peer, family }
            }
            Step::End { peer } => {
                let peer = of(peer);
                Event::EndOfRib { peer, family }
            }
            Step::LongLived { peer } => {
                let peer = of(peer);
                Event::LongLivedStale { peer, family }
            }
            Step::Expire { peer } => Event::StaleExpired { peer: of(peer) },
            _ => return 0,
        };
        self.happens(event)
    }

    fn say(
        &mut self,
        peer: usize,
        attributes: Option<&PathAttributes>,
        nlri: NlriBuf,
        path_id: u32,
    ) -> usize {
        if !self.up[peer] {
            return 0;
        }
        let adds = Self::context(peer).add_path_send.contains(N::FAMILY);
        let nlri = nlri.with_path_id(adds.then_some(path_id));
        self.speaker
            .say(self.peers[peer], attributes, &nlri)
            .best
            .len()
    }

    fn read(&mut self, peer: usize) {
        if !self.up[peer] {
            return;
        }
        for (nlri, attributes) in self.speaker.hears(self.peers[peer]) {
            let key = (number::<N>(&nlri), nlri.path_id());
            match attributes {
                Some(mut attributes) => {
                    let label = N::label(&nlri, &mut attributes);
                    self.heard[peer].insert(key, (label, attributes));
                }
                None => assert!(self.heard[peer].remove(&key).is_some(), "withdrawn twice"),
            }
        }
    }

    /// Best routes, each in words that every world understands.
    fn best(&mut self) -> Vec<(usize, Option<PeerId>, bool, Heard)> {
        let routes: Vec<_> = self.speaker.rib.loc_rib().collect();
        let snapshot = self.speaker.rib.snapshot();
        assert_eq!(snapshot.iter().collect::<Vec<_>>(), routes);
        for peer in &self.peers {
            let rib = &self.speaker.rib;
            assert!(snapshot.adj_rib_in(*peer).eq(rib.adj_rib_in(*peer)));
            assert!(snapshot.adj_rib_out(*peer).eq(rib.adj_rib_out(*peer)));
        }
        let routes = routes.into_iter().map(|route| {
            let mut attributes = (*route.attributes).clone();
            let nlri = route.to_nlri();
            let label = N::label(&nlri, &mut attributes);
            let source = route.source.peer();
            (number::<N>(&nlri), source, route.stale, (label, attributes))
        });
        routes.collect()
    }

    /// What the table says that a peer has heard.
    fn advertised(&self, peer: usize) -> BTreeMap<(usize, Option<u32>), Heard> {
        let adds = Self::context(peer).add_path_send.contains(N::FAMILY);
        let out = self.speaker.rib.adj_rib_out(self.peers[peer]);
        let out = out.into_iter().map(|route| {
            let mut attributes = (*route.attributes).clone();
            let nlri = match (&route.nlri, &route.destination) {
                (Some(nlri), _) | (None, Destination::Nlri(nlri)) => NlriBuf::clone(nlri),
                (None, Destination::Prefix(prefix)) => bgp_wire::Nlri::unicast(*prefix).into(),
            };
            let label = N::label(&nlri, &mut attributes);
            (
                (number::<N>(&nlri), adds.then_some(route.path_id)),
                (label, attributes),
            )
        });
        out.collect()
    }
}

fn number<N: Naming>(nlri: &NlriBuf) -> usize {
    let same =
        |to: &usize| N::nlri(*to, 16).key().without_path_id() == nlri.key().without_path_id();
    (0..DESTINATIONS).find(same).unwrap()
}

fn address(peer: usize) -> std::net::Ipv4Addr {
    addr(10 + u8::try_from(peer).unwrap())
}

fn sent(peer: usize, number: usize) -> PathAttributes {
    let mut said = attributes(address(peer), &[65_000]);
    if peer < 3 {
        said.local_pref = Some(100);
    }
    match number {
        0 => {}
        1 => said.med = Some(1),
        2 => said.as_path = asns(&[65_000, 65_100]),
        _ => said.as_path = asns(&[65_000, 64_512]),
    }
    said
}

fn same_lives<N: Naming>(steps: &[Step]) {
    let (mut one, mut other) = (World::<Unicast>::new(), World::<N>::new());
    for step in steps {
        assert_eq!(one.do_step(step), other.do_step(step), "{step:?}");
        assert_eq!(one.best(), other.best(), "{step:?}");
    }
    for peer in 0..PEERS {
        one.read(peer);
        other.read(peer);
    }
    for peer in 0..PEERS {
        one.read(peer);
        other.read(peer);
        assert_eq!(one.heard[peer], other.heard[peer], "peer {peer}");
        assert_eq!(other.heard[peer], other.advertised(peer), "peer {peer}");
    }
    let (mut sizes, expected) = (other.speaker.rib.statistics(), one.speaker.rib.statistics());
    // The community is in the set, and the label is not.
    sizes.attribute_sets = expected.attribute_sets;
    assert_eq!(sizes, expected);
    for peer in other.peers {
        let _ = other.speaker.rib.remove_peer(peer);
    }
    other.speaker.rib.publish();
    let left = other.speaker.rib.memory();
    assert_eq!((left.table, left.attributes, left.advertised), (0, 0, 0));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn vpn_routes_live_as_prefixes_do(steps in prop::collection::vec(step(), 1..120)) {
        same_lives::<Vpn>(&steps);
    }

    #[test]
    fn mac_routes_live_as_prefixes_do(steps in prop::collection::vec(step(), 1..120)) {
        same_lives::<Mac>(&steps);
    }
}
