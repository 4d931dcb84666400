//! Random lives of a reflector: whatever happens and however its peers read,
//! in the end each has been told exactly what the RFCs say, in no message too
//! many.
//!
//! The model on the other side keeps what the peers said and works everything
//! out anew, with the slow oracle and rules written down once more.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "each part of a world does its own steps, where they can be done"
)]

use crate::oracle;
use crate::speaker::*;
use bgp_rib::{
    Candidate, Event, Fallback, Filter, FilterChain, Matcher, Memory, PeerId, PrefixMatcher,
    PrefixOperator, Reachability, RibConfig, Rule, Statistics,
};
use bgp_wire::{Asn, Context, Family, FamilySet, NextHop, PathAttributes, PeerType};
use ipnet::IpNet;
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::net::Ipv4Addr;

const PEERS: usize = 6;
const OWN: Ipv4Addr = Ipv4Addr::new(10, 0, 0, 1);
const LOCAL_AS: u32 = 64_512;

#[derive(Debug, Clone)]
enum Step {
    Announce {
        peer: usize,
        prefix: usize,
        attributes: usize,
    },
    Withdraw {
        peer: usize,
        prefix: usize,
    },
    Read {
        peer: usize,
        messages: usize,
    },
    Down {
        peer: usize,
    },
    Up {
        peer: usize,
    },
    Refresh {
        peer: usize,
        ipv6: bool,
    },
    Export {
        peer: usize,
        filtered: bool,
    },
    Import {
        peer: usize,
        filtered: bool,
    },
    /// The session is lost, and its routes are kept (RFC 4724 §4.2).
    Lose {
        peer: usize,
    },
    /// All is sent again: between sessions, or between marks (RFC 7313).
    Begin {
        peer: usize,
        ipv6: bool,
    },
    End {
        peer: usize,
        ipv6: bool,
        refresh: bool,
    },
    Expire {
        peer: usize,
    },
    /// News of the next hop of a peer's routes.
    NextHop {
        peer: usize,
        ipv6: bool,
        reachable: Option<bool>,
    },
}

fn step() -> impl Strategy<Value = Step> {
    let peer = 0..PEERS;
    prop_oneof![
        10 => (peer.clone(), 0..12usize, 0..9usize)
            .prop_map(|(peer, prefix, attributes)| Step::Announce { peer, prefix, attributes }),
        5 => (peer.clone(), 0..12usize).prop_map(|(peer, prefix)| Step::Withdraw { peer, prefix }),
        6 => (peer.clone(), 1..4usize).prop_map(|(peer, messages)| Step::Read { peer, messages }),
        1 => peer.clone().prop_map(|peer| Step::Down { peer }),
        3 => peer.clone().prop_map(|peer| Step::Up { peer }),
        1 => (peer.clone(), any::<bool>()).prop_map(|(peer, ipv6)| Step::Refresh { peer, ipv6 }),
        1 => (peer.clone(), any::<bool>())
            .prop_map(|(peer, filtered)| Step::Export { peer, filtered }),
        1 => (peer.clone(), any::<bool>())
            .prop_map(|(peer, filtered)| Step::Import { peer, filtered }),
        1 => peer.clone().prop_map(|peer| Step::Lose { peer }),
        1 => (peer.clone(), any::<bool>()).prop_map(|(peer, ipv6)| Step::Begin { peer, ipv6 }),
        1 => (peer.clone(), any::<bool>(), any::<bool>())
            .prop_map(|(peer, ipv6, refresh)| Step::End { peer, ipv6, refresh }),
        1 => peer.clone().prop_map(|peer| Step::Expire { peer }),
        1 => (peer, any::<bool>(), any::<Option<bool>>())
            .prop_map(|(peer, ipv6, reachable)| Step::NextHop { peer, ipv6, reachable }),
    ]
}

fn prefix(number: usize) -> IpNet {
    match number {
        0..8 => net(&format!("192.0.2.{}/28", number * 16)),
        _ => net(&format!("2001:db8:{number}::/48")),
    }
}

/// Peers 0–2: internal, clients but the third; 3–5: external, AS 65003–65005.
fn is_internal(peer: usize) -> bool {
    peer < 3
}

fn is_client(peer: usize) -> bool {
    peer < 2
}

fn address(peer: usize) -> Ipv4Addr {
    addr(10 + u8::try_from(peer).unwrap())
}

/// Attribute set `number` as `peer` sends it in the family of `prefix`.
fn sent(peer: usize, prefix: &IpNet, number: usize) -> PathAttributes {
    let first = if is_internal(peer) {
        65_001
    } else {
        65_000 + u32::try_from(peer).unwrap()
    };
    let global = mapped(address(peer));
    let next_hop = match prefix {
        IpNet::V4(_) => NextHop::V4(address(peer)),
        IpNet::V6(_) => NextHop::V6 {
            global,
            link_local: None,
        },
    };
    let mut attributes = attributes(address(peer), &[first]);
    attributes.next_hop = Some(next_hop);
    if is_internal(peer) {
        attributes.local_pref = Some(100);
    }
    match number {
        0 => {}
        1 => attributes.med = Some(1),
        2 => attributes.med = Some(2),
        3 => attributes.as_path = asns(&[first, 65_100]),
        4 => attributes.as_path = asns(&[first, LOCAL_AS]),
        5 if is_internal(peer) => attributes.local_pref = Some(200),
        // Reflected before: by another cluster, by ours, from our clients.
        6 if is_internal(peer) => {
            attributes.originator_id = Some(addr(99));
            attributes.cluster_list = vec![addr(98)];
        }
        7 if is_internal(peer) => {
            attributes.originator_id = Some(addr(99));
            attributes.cluster_list = vec![addr(98), OWN];
        }
        8 if is_internal(peer) => {
            attributes.originator_id = Some(address((peer + 1) % 3));
            attributes.cluster_list = vec![addr(98)];
        }
        _ => attributes.as_path = asns(&[first, 65_100, 65_101]),
    }
    attributes
}

/// Lets everything out but the first prefixes of each family.
fn filtered_chain() -> FilterChain {
    let some = |text| PrefixMatcher::new(net(text), PrefixOperator::In);
    let list = vec![some("192.0.2.0/26"), some("2001:db8:8::/45")];
    let rule = Rule::reject("0", vec![Matcher::AnyPrefix(list.into_iter().collect())]);
    FilterChain::new(vec![Filter::new("some", vec![rule])], Fallback::Accept)
}

const fn is_ipv6(prefix: &IpNet) -> bool {
    matches!(prefix, IpNet::V6(_))
}

const fn family_of(ipv6: bool) -> Family {
    match ipv6 {
        true => Family::IPV6_UNICAST,
        false => Family::IPV4_UNICAST,
    }
}

fn is_filtered(prefix: &IpNet) -> bool {
    let inside = |text: &str| net(text).contains(prefix);
    inside("192.0.2.0/26") || inside("2001:db8:8::/45")
}

/// What everybody said, and what everybody has heard.
#[derive(Default)]
struct Model {
    said: BTreeMap<(IpNet, usize), PathAttributes>,
    heard: [BTreeMap<IpNet, PathAttributes>; PEERS],
    up: [bool; PEERS],
    filtered: [bool; PEERS],
    import_filtered: [bool; PEERS],
    /// Routes that go unless they come again.
    stale: BTreeSet<(IpNet, usize)>,
    /// Next hops that cannot be resolved, by peer and family.
    unreachable: BTreeSet<(usize, bool)>,
    refreshed: [bool; PEERS],
}

impl Model {
    fn candidate(peer: usize, route: &PathAttributes) -> Candidate {
        let path = route.as_path.view();
        Candidate {
            local_pref: route.local_pref.unwrap_or(100),
            path_length: u32::try_from(path.length()).unwrap(),
            med: route.med.unwrap_or(0),
            neighbor_as: path.first_as().unwrap(),
            external: !is_internal(peer),
            identifier: route.originator_id.unwrap_or(address(peer)),
            peer_identifier: address(peer),
            cluster_list_length: u32::try_from(route.cluster_list.len()).unwrap(),
            peer_address: address(peer).into(),
            ..Candidate::default()
        }
    }

    fn best(&self, prefix: &IpNet) -> Option<(usize, &PathAttributes)> {
        let loops = |route: &PathAttributes| {
            route.as_path.view().contains(Asn(LOCAL_AS))
                || route.cluster_list.contains(&OWN)
                || route.originator_id == Some(OWN)
        };
        let of_prefix = self.said.iter().filter(|((held, _), _)| held == prefix);
        let eligible: Vec<_> = of_prefix
            .filter(|((_, peer), route)| {
                let refused = self.import_filtered[*peer] && is_filtered(prefix);
                let lost = self.unreachable.contains(&(*peer, is_ipv6(prefix)));
                !loops(route) && !refused && !lost
            })
            .map(|((_, peer), route)| (*peer, route))
            .collect();
        let candidates: Vec<_> = eligible
            .iter()
            .map(|(peer, route)| Self::candidate(*peer, route))
            .collect();
        let best = oracle::best(&candidates)?;
        eligible
            .into_iter()
            .zip(candidates)
            .find(|(_, one)| *one == best)
            .map(|(route, _)| route)
    }

    /// What `listener` has to know of `prefix`.
    fn expected(&self, listener: usize, prefix: &IpNet) -> Option<PathAttributes> {
        let (sender, route) = self.best(prefix)?;
        let reflected = is_internal(sender) && is_internal(listener);
        let originated = route.originator_id == Some(address(listener));
        if sender == listener
            || (self.filtered[listener] && is_filtered(prefix))
            || (reflected && !is_client(sender) && !is_client(listener))
            || (reflected && originated)
        {
            return None;
        }
        let mut route = route.clone();
        if is_internal(listener) {
            route.local_pref.get_or_insert(100);
            if reflected {
                route.originator_id.get_or_insert(address(sender));
                route.cluster_list.insert(0, OWN);
            }
        } else {
            route.local_pref = None;
            route.med = None;
            route.originator_id = None;
            route.cluster_list.clear();
            route.as_path.prepend(Asn(LOCAL_AS), 1);
            route.next_hop = Some(match prefix {
                IpNet::V4(_) => NextHop::V4(OWN),
                IpNet::V6(_) => NextHop::V6 {
                    global: mapped(OWN),
                    link_local: None,
                },
            });
        }
        Some(route)
    }

    /// The stale routes of a peer go, in one family or in both.
    fn sweep(&mut self, peer: usize, ipv6: Option<bool>) {
        let goes = |(prefix, held): &(IpNet, usize)| {
            *held == peer && ipv6.is_none_or(|ipv6| is_ipv6(prefix) == ipv6)
        };
        let gone: Vec<_> = self.stale.iter().filter(|it| goes(it)).copied().collect();
        for route in gone {
            self.stale.remove(&route);
            self.said.remove(&route);
        }
    }

    /// What a peer has said becomes stale.
    fn grow_stale(&mut self, peer: usize, ipv6: Option<bool>) {
        let of_peer = self.said.keys().filter(|(prefix, held)| {
            *held == peer && ipv6.is_none_or(|ipv6| is_ipv6(prefix) == ipv6)
        });
        self.stale.extend(of_peer.copied());
    }

    fn hear(&mut self, peer: usize, told: Told) {
        let heard = &mut self.heard[peer];
        match told {
            Told::Reach(prefix, _, attributes) => {
                let before = heard.insert(prefix, *attributes.clone());
                assert!(
                    self.refreshed[peer] || before.as_ref() != Some(&*attributes),
                    "said twice: {prefix}"
                );
            }
            Told::Unreach(prefix, _) => {
                assert!(heard.remove(&prefix).is_some(), "withdrawn twice: {prefix}");
            }
            Told::EndOfRib(_) => {}
        }
    }
}

struct World {
    /// Every octet that was sent.
    sent: Vec<u8>,
    speaker: Speaker,
    peers: Vec<PeerId>,
    model: Model,
}

impl World {
    fn new(backlog: usize, publish_peers: bool) -> Self {
        let mut config = RibConfig::new(Asn(LOCAL_AS), OWN);
        config.group_backlog = backlog;
        config.publish_peers = publish_peers;
        let mut speaker = Speaker::with(config);
        let peers = (0..PEERS).map(|peer| {
            let peer_type = if is_internal(peer) {
                PeerType::Internal
            } else {
                PeerType::External
            };
            speaker.peer(address(peer), Context::new(peer_type), |config| {
                config.route_reflector_client = is_client(peer);
            })
        });
        let peers = peers.collect();
        let model = Model {
            up: [true; PEERS],
            ..Model::default()
        };
        Self {
            sent: Vec::new(),
            speaker,
            peers,
            model,
        }
    }

    fn step(&mut self, step: Step) {
        match step {
            Step::Announce { .. } | Step::Withdraw { .. } => self.say(step),
            Step::Read { peer, messages } => self.read(peer, messages),
            Step::Down { .. } | Step::Up { .. } | Step::Lose { .. } => self.session(step),
            Step::Refresh { .. } | Step::Export { .. } | Step::Import { .. } => self.policy(step),
            Step::Begin { .. } | Step::End { .. } | Step::Expire { .. } => self.repeat(step),
            Step::NextHop {
                peer,
                ipv6,
                reachable,
            } => self.next_hop(peer, ipv6, reachable),
        }
    }

    /// A peer announces or withdraws.
    fn say(&mut self, step: Step) {
        match step {
            Step::Announce {
                peer,
                prefix: number,
                attributes,
            } if self.model.up[peer] => {
                let prefix = prefix(number);
                let route = sent(peer, &prefix, attributes);
                let _ = self
                    .speaker
                    .announce(self.peers[peer], &route, &prefix.to_string());
                self.model.said.insert((prefix, peer), route);
                self.model.stale.remove(&(prefix, peer));
            }
            Step::Withdraw {
                peer,
                prefix: number,
            } if self.model.up[peer] => {
                let prefix = prefix(number);
                let _ = self.speaker.withdraw(self.peers[peer], &prefix.to_string());
                self.model.said.remove(&(prefix, peer));
                self.model.stale.remove(&(prefix, peer));
            }
            _ => {}
        }
    }

    /// A session comes or goes.
    fn session(&mut self, step: Step) {
        match step {
            Step::Down { peer } => {
                let event = Event::PeerDown {
                    peer: self.peers[peer],
                    retain: FamilySet::empty(),
                };
                let _ = self.speaker.rib.apply(event);
                self.model.up[peer] = false;
                self.model.said.retain(|(_, held), _| *held != peer);
                self.model.stale.retain(|(_, held)| *held != peer);
                self.model.heard[peer].clear();
            }
            Step::Up { peer } if !self.model.up[peer] => {
                let id = self.peers[peer];
                let context = self.speaker.context(id);
                let up = Event::PeerUp {
                    peer: id,
                    identifier: address(peer),
                    context: &context,
                };
                let _ = self.speaker.rib.apply(up);
                self.model.up[peer] = true;
            }
            Step::Lose { peer } if self.model.up[peer] => {
                let _ = self.speaker.rib.apply(Event::PeerDown {
                    peer: self.peers[peer],
                    retain: FamilySet::all(),
                });
                self.model.up[peer] = false;
                self.model.heard[peer].clear();
                // Two generations never mix.
                self.model.sweep(peer, None);
                self.model.grow_stale(peer, None);
            }
            _ => {}
        }
    }

    /// A peer wants all again, or something else is to pass.
    fn policy(&mut self, step: Step) {
        match step {
            Step::Refresh { peer, ipv6 } => {
                let event = Event::RouteRefresh {
                    peer: self.peers[peer],
                    family: family_of(ipv6),
                };
                let _ = self.speaker.rib.apply(event);
                self.model.refreshed[peer] = true;
            }
            Step::Export { peer, filtered } => {
                let chain = if filtered {
                    filtered_chain()
                } else {
                    FilterChain::accept_all()
                };
                self.speaker.rib.set_export(self.peers[peer], chain);
                self.model.filtered[peer] = filtered;
            }
            Step::Import { peer, filtered } => {
                let chain = match filtered {
                    true => filtered_chain(),
                    false => FilterChain::accept_all(),
                };
                let _ = self.speaker.rib.set_import(self.peers[peer], chain);
                self.model.import_filtered[peer] = filtered;
            }
            _ => {}
        }
    }

    /// A peer sends all again, or has had the time for it.
    fn repeat(&mut self, step: Step) {
        match step {
            Step::Begin { peer, ipv6 } if self.model.up[peer] => {
                let _ = self.speaker.rib.apply(Event::BeginOfRefresh {
                    peer: self.peers[peer],
                    family: family_of(ipv6),
                });
                self.model.grow_stale(peer, Some(ipv6));
            }
            Step::End {
                peer,
                ipv6,
                refresh,
            } if self.model.up[peer] => {
                let (peer_id, family) = (self.peers[peer], family_of(ipv6));
                let _ = self.speaker.rib.apply(match refresh {
                    true => Event::EndOfRefresh {
                        peer: peer_id,
                        family,
                    },
                    false => Event::EndOfRib {
                        peer: peer_id,
                        family,
                    },
                });
                self.model.sweep(peer, Some(ipv6));
            }
            Step::Expire { peer } => {
                let peer_id = self.peers[peer];
                let _ = (self.speaker.rib).apply(Event::StaleExpired { peer: peer_id });
                self.model.sweep(peer, None);
            }
            _ => {}
        }
    }

    /// News of the next hop of what a peer sends.
    fn next_hop(&mut self, peer: usize, ipv6: bool, reachable: Option<bool>) {
        let address = match ipv6 {
            true => mapped(address(peer)).into(),
            false => address(peer).into(),
        };
        let reachability = reachable.map(|reachable| match reachable {
            true => Reachability::Reachable {
                cost: None,
                interface: None,
            },
            false => Reachability::Unreachable,
        });
        let _ = self.speaker.rib.apply(Event::NextHop {
            address,
            reachability,
        });
        match reachable {
            Some(false) => self.model.unreachable.insert((peer, ipv6)),
            Some(true) | None => self.model.unreachable.remove(&(peer, ipv6)),
        };
    }

    fn read(&mut self, peer: usize, messages: usize) {
        let id = self.peers[peer];
        let context = self.speaker.context(id);
        let mut buffer = [0; 4096];
        for _ in 0..messages {
            let Some(length) = self.speaker.rib.poll_transmit(id, &mut buffer) else {
                return;
            };
            self.sent.extend(&buffer[..length]);
            for told in read(&buffer[..length], &context) {
                self.model.hear(peer, told);
            }
        }
    }

    fn settle(&mut self) {
        for peer in 0..PEERS {
            self.read(peer, usize::MAX);
        }
        assert_eq!(self.speaker.rib.pending().count(), 0);
    }

    fn check(&self) {
        for number in 0..12 {
            let prefix = prefix(number);
            let best = self
                .speaker
                .rib
                .best(prefix)
                .and_then(|best| best.source.peer());
            let expected = self.model.best(&prefix).map(|(peer, _)| self.peers[peer]);
            assert_eq!(best, expected, "best route to {prefix}");
            for peer in (0..PEERS).filter(|peer| self.model.up[*peer]) {
                let heard = self.model.heard[peer].get(&prefix).cloned();
                assert_eq!(
                    heard,
                    self.model.expected(peer, &prefix),
                    "{prefix} at peer {peer}"
                );
            }
        }
        for (peer, heard) in self.model.heard.iter().enumerate() {
            let out = self.speaker.rib.adj_rib_out(self.peers[peer]);
            let out: BTreeMap<_, _> = out
                .into_iter()
                .map(|it| {
                    (
                        it.destination.as_unicast().unwrap(),
                        (*it.attributes).clone(),
                    )
                })
                .collect();
            assert_eq!(out, *heard);
        }
    }

    /// Readers see what there is.
    fn check_readers(&mut self) {
        let rib = &mut self.speaker.rib;
        let snapshot = rib.snapshot();
        assert!(snapshot.iter().eq(rib.loc_rib()));
        for peer in &self.peers {
            assert!(snapshot.adj_rib_in(*peer).eq(rib.adj_rib_in(*peer)), "said");
            assert!(
                snapshot.adj_rib_out(*peer).eq(rib.adj_rib_out(*peer)),
                "told"
            );
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn everybody_hears_what_the_rfcs_say(
        steps in prop::collection::vec(step(), 1..150),
        // From "everybody is slow" to "nobody is".
        backlog in prop_oneof![Just(0usize), Just(200), Just(1 << 20)],
    ) {
        // Two of them, whose hash tables are in different orders; and one that is read from
        // another thread as well, which may change the order of routes in a message.
        let mut world = World::new(backlog, false);
        let mut twin = World::new(backlog, false);
        let mut read = World::new(backlog, true);
        for (number, step) in steps.into_iter().enumerate() {
            world.step(step.clone());
            twin.step(step.clone());
            read.step(step);
            if number % 5 == 0 {
                read.check_readers();
            }
        }
        read.settle();
        read.check();
        world.settle();
        twin.settle();
        world.check();
        prop_assert_eq!(&world.sent, &twin.sent, "the same events, other octets");
        // With nothing left to say, equal peers are back in common groups: by
        // kind of session, and by filter.
        world.settle();
        prop_assert!(world.speaker.rib.statistics().update_groups <= 5);
        for peer in 0..PEERS {
            world.step(Step::Down { peer });
        }
        prop_assert_eq!(world.speaker.rib.statistics(), Statistics::default());
        prop_assert_eq!(world.speaker.rib.memory(), Memory::default());
        for peer in 0..PEERS {
            read.step(Step::Down { peer });
        }
        read.check_readers();
        prop_assert_eq!(read.speaker.rib.memory(), Memory::default());
    }
}
