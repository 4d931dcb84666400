//! The changes that the kind of session asks for.
//!
//! | attribute | internal | confederation | external |
//! |---|---|---|---|
//! | AS_PATH | kept | member AS in front, as a confederation sequence | our AS in front, confederation segments gone |
//! | LOCAL_PREF | kept, else the default | kept, else the default | removed |
//! | MULTI_EXIT_DISC | kept | kept | removed, unless ours or set by policy |
//! | ORIGINATOR_ID, CLUSTER_LIST | completed on reflection | removed | removed |
//! | AIGP | kept | kept | removed |
//! | extended communities | kept | kept | the transitive ones |
//! | communities, AGGREGATOR, unknown transitive ones | kept | kept | kept |
//!
//! Before a session is shut down (RFC 8326 §4.2), LOCAL_PREF is 0 where there is one, and
//! external peers are told GRACEFUL_SHUTDOWN.

use super::{Exporter, Origin, Withheld};
use crate::RibConfig;
use crate::destination::has_no_next_hop;
use crate::filter::Outcome;
use crate::group::ExportKey;
use crate::routes::Route;
use bgp_wire::{Community, Family, PathAttributes, PeerType, Role};

impl Exporter<'_> {
    /// The attributes after policy and session.
    pub(super) fn rewrite(
        &self,
        key: &ExportKey,
        family: Family,
        route: &Route,
        origin: &Origin,
        outcome: &Outcome,
    ) -> Result<PathAttributes, Withheld> {
        let mut attributes = route.effective.to_path_attributes();
        key.export.apply(outcome, &mut attributes);
        attributes.next_hop = match has_no_next_hop(family) {
            true => None,
            false => Some(
                key.next_hop(family, attributes.next_hop, origin.peer_type)
                    .ok_or(Withheld::NoNextHop)?,
            ),
        };
        if key.graceful_shutdown {
            shut_down(key.context.peer_type, &mut attributes);
        }
        match key.context.peer_type {
            PeerType::Internal => self.to_internal(key, origin, &mut attributes),
            PeerType::ConfederationExternal => {
                to_confederation(self.config, key, &mut attributes);
            }
            PeerType::External => {
                let foreign_med = origin.peer_type.is_some() && !key.export.touches_med(outcome);
                to_external(self.config, key, foreign_med, &mut attributes);
                mark_for_customers(self.config, key, &mut attributes);
            }
        }
        if fits(key, &attributes) {
            Ok(attributes)
        } else {
            Err(Withheld::TooLarge)
        }
    }

    /// RFC 4271 §5.1.5: internal peers are told the degree of preference.
    /// RFC 4456 §8, §10: a reflected route takes on its originator and our
    /// cluster, and nothing else changes.
    fn to_internal(&self, key: &ExportKey, origin: &Origin, attributes: &mut PathAttributes) {
        attributes
            .local_pref
            .get_or_insert(self.config.default_local_pref);
        if origin.peer_type == Some(PeerType::Internal) {
            attributes.originator_id.get_or_insert(origin.identifier);
            // From the one cluster into the other, if there are two.
            for cluster in [origin.cluster, key.cluster].into_iter().flatten() {
                if attributes.cluster_list.first() != Some(&cluster) {
                    attributes.cluster_list.insert(0, cluster);
                }
            }
        }
    }
}

/// RFC 8326 §4.2: the route is to be the last resort of whoever hears of it.
fn shut_down(peer_type: PeerType, attributes: &mut PathAttributes) {
    attributes.local_pref = Some(0);
    let announced = &mut attributes.communities;
    if peer_type == PeerType::External && !announced.contains(&Community::GRACEFUL_SHUTDOWN) {
        announced.push(Community::GRACEFUL_SHUTDOWN);
    }
}

/// Octets of an UPDATE beside its attributes, at most: header and lengths 23,
/// MP_REACH_NLRI up to its NLRI 41, one NLRI with a path identifier 21.
const OVERHEAD: usize = 23 + 41 + 21;

/// RFC 4271 §9.2: attributes that leave no room for a single NLRI cannot be
/// announced.
fn fits(key: &ExportKey, attributes: &PathAttributes) -> bool {
    let room = usize::from(key.context.send_limit).saturating_sub(OVERHEAD);
    attributes.encoded_len(&key.context, false) <= room
}

/// RFC 5065 §4: the member AS goes in front in a confederation sequence;
/// LOCAL_PREF and MULTI_EXIT_DISC pass (RFC 5065 §5).
fn to_confederation(config: &RibConfig, key: &ExportKey, attributes: &mut PathAttributes) {
    attributes
        .local_pref
        .get_or_insert(config.default_local_pref);
    attributes.as_path.prepend_confederation(key.local_as);
    strip_reflection(attributes);
}

/// RFC 4271 §5.1.2 b), §5.1.4, §5.1.5; RFC 5065 §4; RFC 7311 §3.3; RFC 4360 §6:
/// our AS goes in front, and what is the business of one AS stays in it.
fn to_external(
    config: &RibConfig,
    key: &ExportKey,
    foreign_med: bool,
    attributes: &mut PathAttributes,
) {
    if config.confederation.is_some() {
        attributes.as_path.remove_confederation();
    }
    attributes.as_path.prepend(key.external_as(config), 1);
    attributes.local_pref = None;
    attributes.aigp = None;
    if foreign_med {
        attributes.med = None;
    }
    attributes
        .extended_communities
        .retain(|community| community.is_transitive());
    strip_reflection(attributes);
}

/// RFC 9234 §5: customers, lateral peers and clients of a route server pass it down at most.
fn mark_for_customers(config: &RibConfig, key: &ExportKey, attributes: &mut PathAttributes) {
    if let Some(Role::Provider | Role::Peer | Role::RouteServer) = key.role {
        let own = key.external_as(config);
        attributes.only_to_customer.get_or_insert(own);
    }
}

/// ORIGINATOR_ID and CLUSTER_LIST are non-transitive (RFC 4456 §8).
fn strip_reflection(attributes: &mut PathAttributes) {
    attributes.originator_id = None;
    attributes.cluster_list.clear();
}
