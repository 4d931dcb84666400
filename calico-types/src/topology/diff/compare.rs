//! In which properties two sessions or two speakers differ.

use std::fmt::Display;

use super::super::{AdvertisedCommunities, ReachableByRoute, SessionSpec, Speaker};
use super::field::{Field, FieldChange};

/// Collects the properties in which two things differ.
struct Differences(Vec<FieldChange>);

impl Differences {
    fn add<T: PartialEq + ?Sized>(
        &mut self,
        field: Field,
        [old, new]: [&T; 2],
        text: fn(&T) -> String,
    ) {
        if old != new {
            self.0.push(FieldChange {
                field,
                old: text(old),
                new: text(new),
            });
        }
    }

    fn shown<T: PartialEq + Display>(&mut self, field: Field, old: &T, new: &T) {
        self.add(field, [old, new], T::to_string);
    }

    fn optional<T: PartialEq + Display>(&mut self, field: Field, old: &Option<T>, new: &Option<T>) {
        self.add(field, [old, new], |value| {
            value.as_ref().map_or_else(|| "-".to_owned(), T::to_string)
        });
    }

    fn flag(&mut self, field: Field, old: bool, new: bool) {
        self.add(field, [&old, &new], |value| {
            if *value { "yes" } else { "no" }.to_owned()
        });
    }

    fn names(&mut self, field: Field, old: &[String], new: &[String]) {
        self.add(field, [old, new], |names| joined(names, ", "));
    }
}

/// In which properties two sessions of one name differ.
///
/// The destructuring names every field, so that one that is added cannot be
/// forgotten here.
pub(super) fn of_sessions(old: &SessionSpec, new: &SessionSpec) -> Vec<FieldChange> {
    let SessionSpec {
        name,
        family: _,
        peer_address: _,
        peer_port,
        peer_as,
        local_as,
        source_address,
        route_reflector_client,
        cluster_id,
        passive,
        next_hop,
        ttl_security,
        multihop_hops,
        allow_local_as,
        keepalive_s,
        graceful_restart_s,
        password,
        import_filters,
        export_filters,
        origin,
        remote_node,
    } = old;
    let mut found = Differences(Vec::new());
    found.shown(Field::Name, name, &new.name);
    found.optional(Field::PeerPort, peer_port, &new.peer_port);
    found.shown(Field::PeerAs, peer_as, &new.peer_as);
    found.shown(Field::LocalAs, local_as, &new.local_as);
    found.optional(Field::SourceAddress, source_address, &new.source_address);
    found.flag(
        Field::RouteReflectorClient,
        *route_reflector_client,
        new.route_reflector_client,
    );
    found.optional(Field::ClusterId, cluster_id, &new.cluster_id);
    found.flag(Field::Passive, *passive, new.passive);
    found.shown(Field::NextHop, next_hop, &new.next_hop);
    found.flag(Field::TtlSecurity, *ttl_security, new.ttl_security);
    found.optional(Field::MultihopHops, multihop_hops, &new.multihop_hops);
    found.optional(Field::AllowLocalAs, allow_local_as, &new.allow_local_as);
    found.optional(Field::Keepalive, keepalive_s, &new.keepalive_s);
    found.optional(
        Field::GracefulRestart,
        graceful_restart_s,
        &new.graceful_restart_s,
    );
    found.add(Field::Password, [password, &new.password], |password| {
        password.as_ref().map_or("-", |_| "(hidden)").to_owned()
    });
    found.names(Field::ImportFilters, import_filters, &new.import_filters);
    found.names(Field::ExportFilters, export_filters, &new.export_filters);
    found.shown(Field::Origin, origin, &new.origin);
    found.optional(Field::RemoteNode, remote_node, &new.remote_node);
    found.0
}

/// In which properties two speakers of one name differ.
pub(super) fn of_speakers(old: &Speaker, new: &Speaker) -> Vec<FieldChange> {
    let Speaker {
        name: _,
        local_as,
        router_id,
        ipv4,
        ipv6,
        cluster_id,
        listen_port,
        listen_on_node_address,
        log_severity,
        ignored_interfaces,
        advertised_communities,
        normal_route_priority,
    } = old;
    let mut found = Differences(Vec::new());
    found.shown(Field::NodeAs, local_as, &new.local_as);
    found.optional(Field::RouterId, router_id, &new.router_id);
    found.optional(Field::NodeAddress, ipv4, &new.ipv4);
    found.optional(Field::NodeAddress, ipv6, &new.ipv6);
    found.optional(Field::NodeClusterId, cluster_id, &new.cluster_id);
    found.shown(Field::ListenPort, listen_port, &new.listen_port);
    found.flag(
        Field::ListenOnNodeAddress,
        *listen_on_node_address,
        new.listen_on_node_address,
    );
    found.shown(Field::LogSeverity, log_severity, &new.log_severity);
    found.names(
        Field::IgnoredInterfaces,
        ignored_interfaces,
        &new.ignored_interfaces,
    );
    found.add(
        Field::AdvertisedCommunities,
        [advertised_communities, &new.advertised_communities],
        |advertised| {
            let of_prefix = |advertised: &AdvertisedCommunities| {
                format!(
                    "{} {}",
                    advertised.cidr,
                    joined(&advertised.communities, " ")
                )
            };
            let texts: Vec<String> = advertised.iter().map(of_prefix).collect();
            joined(&texts, "; ")
        },
    );
    found.add(
        Field::NormalRoutePriority,
        [normal_route_priority, &new.normal_route_priority],
        |priority| format!("{}/{}", priority.ipv4, priority.ipv6),
    );
    found.0
}

/// Whether static routes differ.
pub(super) fn of_routes(old: &[ReachableByRoute], new: &[ReachableByRoute]) -> Option<FieldChange> {
    let text = |routes: &[ReachableByRoute]| {
        let route = |route: &ReachableByRoute| format!("{} via {}", route.peer, route.via);
        joined(&routes.iter().map(route).collect::<Vec<_>>(), ", ")
    };
    (old != new).then(|| FieldChange {
        field: Field::ReachableByRoutes,
        old: text(old),
        new: text(new),
    })
}

pub(super) fn joined<T: Display>(items: &[T], separator: &str) -> String {
    if items.is_empty() {
        return "-".to_owned();
    }
    let texts: Vec<String> = items.iter().map(T::to_string).collect();
    texts.join(separator)
}
