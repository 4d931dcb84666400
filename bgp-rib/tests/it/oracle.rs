//! The decision process of RFC 4271 §9.1.2 as the RFC words it, slowly.

use bgp_rib::Candidate;

/// "Remove from consideration all routes that are not tied for having the
/// smallest …"
fn smallest<K: Ord>(routes: Vec<Candidate>, key: impl Fn(&Candidate) -> K) -> Vec<Candidate> {
    let Some(least) = routes.iter().map(&key).min() else {
        return routes;
    };
    routes
        .into_iter()
        .filter(|route| key(route) == least)
        .collect()
}

/// The best route under the RFC profile.
pub(crate) fn best(routes: &[Candidate]) -> Option<Candidate> {
    let routes = routes.to_vec();
    // Local policy, then staleness (RFC 9494), then the degree of preference.
    let routes = smallest(routes, |route| u16::MAX - route.preference);
    let routes = smallest(routes, |route| route.stale);
    let routes = smallest(routes, |route| u32::MAX - route.local_pref);
    let routes = aigp(routes);
    // a) and b)
    let routes = smallest(routes, |route| route.path_length);
    let routes = smallest(routes, |route| route.origin);
    // c) the RFC's double loop
    let considered = routes.clone();
    let beaten = |m: &Candidate| {
        considered
            .iter()
            .any(|n| n.neighbor_as == m.neighbor_as && n.med < m.med)
    };
    let routes: Vec<_> = routes.into_iter().filter(|m| !beaten(m)).collect();
    // d)
    let routes = smallest(routes, |route| !route.external);
    // e)
    let routes = if routes.iter().any(|route| route.interior_cost.is_none()) {
        routes
    } else {
        smallest(routes, |route| route.interior_cost)
    };
    // f), RFC 4456 §9, g)
    let routes = smallest(routes, |route| route.identifier);
    let routes = smallest(routes, |route| route.cluster_list_length);
    let routes = smallest(routes, |route| route.peer_address);
    smallest(routes, |route| route.path_id).into_iter().next()
}

/// RFC 7311 §4.1.
fn aigp(routes: Vec<Candidate>) -> Vec<Candidate> {
    if routes.iter().all(|route| route.aigp.is_none()) {
        return routes;
    }
    let with: Vec<_> = routes
        .into_iter()
        .filter(|route| route.aigp.is_some())
        .collect();
    smallest(with, |route| {
        u128::from(route.aigp.unwrap_or(0)) + u128::from(route.interior_cost.unwrap_or(0))
    })
}
