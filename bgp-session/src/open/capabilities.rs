//! What we offer and what an OPEN offers, capability by capability.
//!
//! Their order means nothing (RFC 5492 §4). One that comes twice counts as its
//! RFC says: the last graceful restart (RFC 4724 §3), every family of ADD-PATH,
//! all roles, so that a contradiction is seen (RFC 9234 §4.2).
//!
//! Our own OPEN is read back by the same [`Offer::read`]: both sides of a
//! negotiation are then the same type, and each rule is an intersection.

use bgp_wire::{
    AddPath, AddPathDirection, Afi, Capability, ExtendedNextHop, Family, FamilySet,
    GracefulRestartFamily, LongLivedFamily, MultipleLabels, Role,
};

use crate::negotiated::PeerRestart;
use crate::{Config, GracefulRestart};

/// The capabilities that a configuration asks for.
pub(super) fn ours(config: &Config, restarting: bool) -> Vec<Capability> {
    let mut list: Vec<_> = config
        .families
        .iter()
        .map(Capability::MultiProtocol)
        .collect();
    list.push(Capability::RouteRefresh);
    let next_hops = config.extended_next_hop.intersection(config.families);
    if !next_hops.is_empty() {
        let entry = |family| ExtendedNextHop {
            family,
            next_hop: Afi::IPV6,
        };
        list.push(Capability::ExtendedNextHop(
            next_hops.iter().map(entry).collect(),
        ));
    }
    if config.extended_message {
        list.push(Capability::ExtendedMessage);
    }
    list.extend(config.role.map(|policy| Capability::Role(policy.role)));
    if let Some(restart) = &config.graceful_restart {
        offer_restart(&mut list, restart, restarting);
    }
    list.push(Capability::FourOctetAs(config.local_as));
    let add_path: Vec<_> = config
        .families
        .iter()
        .filter_map(|family| add_path(config, family))
        .collect();
    if !add_path.is_empty() {
        list.push(Capability::AddPath(add_path));
    }
    if config.enhanced_route_refresh {
        list.push(Capability::EnhancedRouteRefresh);
    }
    list.extend(config.capabilities.iter().cloned());
    list
}

fn add_path(config: &Config, family: Family) -> Option<AddPath> {
    let receive = config.add_path.receive.contains(family);
    let send = config.add_path.send.contains(family);
    let direction = match (receive, send) {
        (true, true) => AddPathDirection::Both,
        (true, false) => AddPathDirection::Receive,
        (false, true) => AddPathDirection::Send,
        (false, false) => return None,
    };
    Some(AddPath { family, direction })
}

fn offer_restart(list: &mut Vec<Capability>, restart: &GracefulRestart, restarting: bool) {
    let forwarding_preserved = |family| restart.forwarding.contains(family);
    let entry = |family| GracefulRestartFamily {
        family,
        forwarding_preserved: forwarding_preserved(family),
    };
    list.push(Capability::GracefulRestart {
        restarted: restarting,
        notification: restart.notification,
        restart_time: restart.restart_time,
        families: restart.families.iter().map(entry).collect(),
    });
    if let Some(long_lived) = restart.long_lived {
        let entry = |family| LongLivedFamily {
            family,
            forwarding_preserved: forwarding_preserved(family),
            stale_time: long_lived.stale_time,
        };
        let families = long_lived.families.iter().map(entry).collect();
        list.push(Capability::LongLivedGracefulRestart(families));
    }
}

/// Capabilities by meaning.
#[derive(Clone, Debug, Default)]
pub(super) struct Offer {
    pub(super) families: FamilySet,
    pub(super) route_refresh: bool,
    pub(super) enhanced_route_refresh: bool,
    pub(super) extended_message: bool,
    pub(super) four_octet_as: bool,
    pub(super) extended_next_hop: FamilySet,
    pub(super) add_path_receive: FamilySet,
    pub(super) add_path_send: FamilySet,
    pub(super) roles: Vec<Role>,
    pub(super) restart: Option<PeerRestart>,
    /// The most labels before a prefix, of the first capability (RFC 8277 §2.1).
    pub(super) multiple_labels: Option<Vec<(Family, u8)>>,
    /// The most paths to a prefix.
    pub(super) paths_limit: Vec<(Family, u16)>,
    long_lived: Vec<(Family, u32)>,
    multi_protocol: bool,
}

impl Offer {
    pub(super) fn read(capabilities: &[Capability]) -> Self {
        let mut offer = Self::default();
        for capability in capabilities {
            offer.add(capability);
        }
        if !offer.multi_protocol {
            // A speaker of RFC 4271 alone.
            offer.families.insert(Family::IPV4_UNICAST);
        }
        if let Some(restart) = &mut offer.restart {
            // RFC 9494 §4.1: without graceful restart it means nothing.
            restart.long_lived.append(&mut offer.long_lived);
        }
        offer
    }

    fn add(&mut self, capability: &Capability) {
        match capability {
            Capability::MultiProtocol(family) => {
                self.multi_protocol = true;
                self.families.insert(*family);
            }
            Capability::RouteRefresh => self.route_refresh = true,
            Capability::EnhancedRouteRefresh => self.enhanced_route_refresh = true,
            Capability::ExtendedMessage => self.extended_message = true,
            Capability::FourOctetAs(_) => self.four_octet_as = true,
            Capability::ExtendedNextHop(entries) => {
                let ipv6 = entries.iter().filter(|entry| entry.next_hop == Afi::IPV6);
                self.extended_next_hop = ipv6.map(|entry| entry.family).collect();
            }
            Capability::AddPath(entries) => self.add_path(entries),
            Capability::Role(role) => self.roles.push(*role),
            Capability::GracefulRestart {
                restarted,
                notification,
                restart_time,
                families,
            } => {
                // RFC 4724 §3: the last instance counts.
                let forwarding = families.iter().filter(|entry| entry.forwarding_preserved);
                self.restart = Some(PeerRestart {
                    restarting: *restarted,
                    notification: *notification,
                    restart_time: *restart_time,
                    families: families.iter().map(|entry| entry.family).collect(),
                    forwarding: forwarding.map(|entry| entry.family).collect(),
                    long_lived: Vec::new(),
                });
            }
            Capability::LongLivedGracefulRestart(families) => {
                self.long_lived = families
                    .iter()
                    .map(|entry| (entry.family, entry.stale_time))
                    .collect();
            }
            Capability::MultipleLabels(entries) => self.multiple_labels(entries),
            Capability::PathsLimit(entries) => {
                for entry in entries.iter().filter(|entry| entry.limit > 0) {
                    first(&mut self.paths_limit, entry.family, entry.limit);
                }
            }
            // These are for the embedder to read in `Negotiated::peer`, and a
            // capability of a newer codec is not one that we have offered.
            Capability::OutboundRouteFiltering(_)
            | Capability::Bgpsec(_)
            | Capability::LinkLocalNextHop
            | Capability::Fqdn { .. }
            | Capability::SoftwareVersion(_)
            | Capability::Unknown { .. }
            | _ => {}
        }
    }

    /// RFC 8277 §2.1: the first capability counts, and in it the first entry of
    /// a family; a count of 0 or 1 is ignored.
    fn multiple_labels(&mut self, entries: &[MultipleLabels]) {
        if self.multiple_labels.is_none() {
            let list = self.multiple_labels.insert(Vec::new());
            for entry in entries.iter().filter(|entry| entry.count > 1) {
                first(list, entry.family, entry.count);
            }
        }
    }

    /// The most labels before a prefix of the family, if more than one.
    pub(super) fn labels(&self, family: Family) -> Option<u8> {
        let list = self.multiple_labels.as_deref().unwrap_or_default();
        let entry = list.iter().find(|(other, _)| *other == family)?;
        Some(entry.1)
    }

    fn add_path(&mut self, entries: &[AddPath]) {
        for AddPath { family, direction } in entries {
            if direction.receives() {
                self.add_path_receive.insert(*family);
            }
            if direction.sends() {
                self.add_path_send.insert(*family);
            }
        }
    }
}

/// Notes what is said of a family, unless something was.
fn first<T>(list: &mut Vec<(Family, T)>, family: Family, value: T) {
    if list.iter().all(|(other, _)| *other != family) {
        list.push((family, value));
    }
}
