//! Part 4: what fits into the packets of this network, and what was set up.

use calico_types::Resource;
use calico_types::mtu::{Fit, Overlay, PoolOverlay};

use crate::report::{Checks, Choice, Configured, Encapsulation, Trial};

/// Judges the pools and the MTU of `resources` on links of `link` bytes, and tries
/// pods with the MTU of the link itself.
pub(super) fn encapsulation(
    resources: &[Resource],
    link: u32,
    strict: bool,
    checks: &mut Checks,
) -> Encapsulation {
    let pools = pools(resources);
    let overlay = Overlay::most_expensive(pools.iter().map(|(_, used)| used.overlay));
    let configured = configured(&pools, overlay, set_mtu(resources), link);
    if strict {
        let fits = configured
            .mtu
            .is_none_or(|mtu| overlay.fit(mtu, link) == Fit::Exact);
        checks.claim(
            "the MTU that is set is the right one",
            fits,
            configured.verdict.clone(),
        );
    }
    let trial = trial(overlay, link);
    let too_long = overlay.overhead() > 0;
    checks.claim(
        format!(
            "pods with MTU {link} {} over {overlay}",
            if too_long { "do not fit" } else { "fit" }
        ),
        (trial.excess > 0) == too_long,
        format!("{} bytes on the wire", trial.on_the_wire),
    );
    Encapsulation {
        link_mtu: link,
        choices: choices(link, &pools),
        configured,
        trial,
    }
}

/// Each pool, by the Installation and by itself, with its overlay.
fn pools(resources: &[Resource]) -> Vec<(String, PoolOverlay)> {
    let mut pools = Vec::new();
    for resource in resources {
        #[expect(
            clippy::wildcard_enum_match_arm,
            reason = "two kinds out of all set up encapsulation"
        )]
        match resource {
            Resource::IPPool(pool) => {
                let name = format!("IPPool {}", pool.metadata.name);
                pools.push((name, PoolOverlay::of_pool(&pool.spec)));
            }
            Resource::Installation(installation) => {
                let network = installation.spec.calico_network.as_ref();
                let listed = network.and_then(|network| network.ip_pools.as_ref());
                for pool in listed.into_iter().flatten() {
                    let name = pool.name.as_deref().unwrap_or("without a name");
                    let name = format!("{name} of the Installation");
                    pools.push((name, PoolOverlay::of_installation_pool(pool)));
                }
            }
            _ => {}
        }
    }
    pools
}

/// The MTU that the Installation sets.
fn set_mtu(resources: &[Resource]) -> Option<u32> {
    resources.iter().find_map(|resource| {
        let Resource::Installation(installation) = resource else {
            return None;
        };
        let mtu = installation.spec.calico_network.as_ref()?.mtu?;
        u32::try_from(mtu).ok().filter(|mtu| *mtu > 0)
    })
}

fn choices(link: u32, pools: &[(String, PoolOverlay)]) -> Vec<Choice> {
    let choice = |overlay: Overlay| {
        Some(Choice {
            name: overlay.to_string(),
            overhead: overlay.overhead(),
            headers: overlay.headers().to_owned(),
            mtu: overlay.inner_mtu(link)?,
            in_use: pools.iter().any(|(_, used)| used.overlay == overlay),
        })
    };
    Overlay::ALL.into_iter().filter_map(choice).collect()
}

fn configured(
    pools: &[(String, PoolOverlay)],
    overlay: Overlay,
    mtu: Option<u32>,
    link: u32,
) -> Configured {
    let describe = |(name, used): &(String, PoolOverlay)| {
        let when = match (used.overlay, used.always) {
            (Overlay::Plain, _) => "",
            (_, true) => " between all nodes",
            (_, false) => " between nodes of different subnets",
        };
        format!("{name}: {}{when}", used.overlay)
    };
    let right = overlay.inner_mtu(link);
    let wanted = right.map_or_else(|| "none fits".to_owned(), |right| right.to_string());
    let verdict = match mtu {
        None => format!("MTU: not set; Felix finds it out, which gives {wanted} with {overlay}"),
        Some(mtu) => format!(
            "MTU {mtu} is set; with {overlay} on {link} it {}",
            says(overlay.fit(mtu, link), &wanted)
        ),
    };
    Configured {
        pools: pools.iter().map(describe).collect(),
        mtu,
        right,
        verdict,
    }
}

fn says(fit: Fit, wanted: &str) -> String {
    match fit {
        Fit::Exact => fit.to_string(),
        Fit::Room { .. } => format!("{fit}; {wanted} would fill them"),
        Fit::TooLarge { .. } => format!("does not fit: {fit}; {wanted} would"),
    }
}

fn trial(overlay: Overlay, mtu: u32) -> Trial {
    let fit = overlay.fit(mtu, mtu);
    let excess = match fit {
        Fit::TooLarge { excess, .. } => excess,
        Fit::Exact | Fit::Room { .. } => 0,
    };
    Trial {
        mtu,
        on_the_wire: mtu.saturating_add(overlay.overhead()),
        excess,
        verdict: format!("MTU {mtu} for pods, with {overlay} on links of {mtu}: {fit}"),
    }
}
