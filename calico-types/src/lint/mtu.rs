//! MTUs that do not suit the encapsulation.
//!
//! An MTU that is set is used as it is, so the encapsulation's overhead has to be
//! taken off by whoever sets it. Of several overlays the most expensive counts,
//! since pods have one MTU. The nodes' own MTU is known only when the caller says
//! it ([`LintContext::nic_mtu`](super::LintContext::nic_mtu)).

use std::collections::BTreeSet;

use super::bundle::{Bundle, finding};
use crate::decode::Located;
use crate::mtu::{Fit, Overlay, PoolOverlay};
use crate::{Diagnostic, Severity};

/// Usual MTUs of network interfaces: a pod that has one of them, and is
/// encapsulated, has one that is too large.
const USUAL: [u32; 3] = [1500, 9000, 9001];

/// Bytes of each frame that may go unused before it is worth a word.
const TOLERATED: u32 = 500;

pub(super) fn check(bundle: &Bundle<'_>, found: &mut Vec<Diagnostic>) {
    let overlays = overlays(bundle);
    for setting in settings(bundle) {
        let overlay = match setting.only {
            Some(overlay) if overlays.contains(&overlay) => overlay,
            Some(_) => continue,
            None => Overlay::most_expensive(overlays.iter().copied()),
        };
        found.extend(judge(bundle, &setting, overlay));
    }
}

/// An MTU that somebody set.
struct Setting<'a> {
    at: &'a Located,
    path: String,
    mtu: u32,
    /// The overlay for which it is; `None` for pods and every tunnel.
    only: Option<Overlay>,
}

/// Every MTU that somebody wrote: the operator's for all, Felix' for each tunnel.
/// 0 asks Felix to find it out, and is not one.
fn settings<'a>(bundle: &Bundle<'a>) -> Vec<Setting<'a>> {
    let mut all = Vec::new();
    for installation in &bundle.installations {
        let network = installation.resource.spec.calico_network.as_ref();
        let pools = network.and_then(|network| network.ip_pools.as_deref());
        // Under a pool the field does nothing, as decoding says; what its
        // author had in mind is worth the same word.
        let misplaced = (0..pools.unwrap_or_default().len()).map(|index| {
            let path = format!("spec.calicoNetwork.ipPools[{index}].mtu");
            let mtu = installation.at.integer(&path);
            (path, mtu)
        });
        let own = network.and_then(|network| network.mtu).map(i64::from);
        let own = ("spec.calicoNetwork.mtu".to_owned(), own);
        all.extend(
            std::iter::once(own)
                .chain(misplaced)
                .filter_map(|(path, mtu)| {
                    Some(Setting {
                        at: installation.at,
                        path,
                        mtu: u32::try_from(mtu?).unwrap_or(0),
                        only: None,
                    })
                }),
        );
    }
    for felix in &bundle.felix {
        let spec = &felix.resource.spec;
        let fields = [
            ("spec.ipipMTU", spec.ipip_mtu, Overlay::IpIp),
            ("spec.vxlanMTU", spec.vxlan_mtu, Overlay::VxlanV4),
            ("spec.vxlanMTUV6", spec.vxlan_mtu_v6, Overlay::VxlanV6),
            (
                "spec.wireguardMTU",
                spec.wireguard_mtu,
                Overlay::WireguardV4,
            ),
            (
                "spec.wireguardMTUV6",
                spec.wireguard_mtu_v6,
                Overlay::WireguardV6,
            ),
        ];
        all.extend(fields.into_iter().filter_map(|(path, mtu, overlay)| {
            Some(Setting {
                at: felix.at,
                path: path.to_owned(),
                mtu: u32::try_from(mtu?).unwrap_or(0),
                only: Some(overlay),
            })
        }));
    }
    // 0 means: find it out.
    all.retain(|setting| setting.mtu > 0);
    all
}

/// Overlays in use: those of pools, and WireGuard when Felix has it on.
fn overlays(bundle: &Bundle<'_>) -> BTreeSet<Overlay> {
    let pools = bundle.pools.iter();
    let mut used: BTreeSet<Overlay> = pools
        .map(|pool| PoolOverlay::of_pool(&pool.resource.spec).overlay)
        .collect();
    for installation in &bundle.installations {
        let network = installation.resource.spec.calico_network.as_ref();
        let pools = network.and_then(|network| network.ip_pools.as_deref());
        let pools = pools.unwrap_or_default().iter();
        used.extend(pools.map(|pool| PoolOverlay::of_installation_pool(pool).overlay));
    }
    for felix in &bundle.felix {
        let spec = &felix.resource.spec;
        used.extend((spec.wireguard_enabled == Some(true)).then_some(Overlay::WireguardV4));
        used.extend((spec.wireguard_enabled_v6 == Some(true)).then_some(Overlay::WireguardV6));
    }
    used
}

/// An error only where the interfaces are known; a pod's MTU that is too small
/// costs throughput, and is mentioned from a difference that shows.
fn judge(bundle: &Bundle<'_>, setting: &Setting<'_>, overlay: Overlay) -> Option<Diagnostic> {
    let mtu = setting.mtu;
    let Some(nic) = bundle.context.nic_mtu else {
        return guess(setting, overlay);
    };
    let (severity, code, message) = match overlay.fit(mtu, nic) {
        Fit::Exact => return None,
        Fit::Room { unused } if unused < TOLERATED => return None,
        // An overlay that could not be read may need the room.
        Fit::Room { .. } if !bundle.unseen.none_of("IPPool") => return None,
        fit @ Fit::Room { .. } => (
            Severity::Info,
            "mtu-unused",
            format!("MTU {mtu} with {overlay} on interfaces of {nic}: {fit}"),
        ),
        fit @ Fit::TooLarge { .. } => (
            Severity::Error,
            "mtu-too-large",
            format!("MTU {mtu} with {overlay} on interfaces of {nic}: {fit}"),
        ),
    };
    let finding = finding(setting.at, severity, code, &setting.path, message)
        .help(format!("{overlay}: {}", overlay.headers()))
        .help("an MTU that is set is used as it is; without any, Felix finds it out");
    Some(match overlay.inner_mtu(nic) {
        Some(right) => finding.suggest(suggestion(setting, right)),
        None => finding,
    })
}

/// What can be said without knowing the interfaces.
fn guess(setting: &Setting<'_>, overlay: Overlay) -> Option<Diagnostic> {
    let mtu = setting.mtu;
    if overlay == Overlay::Plain || !USUAL.contains(&mtu) {
        return None;
    }
    let right = overlay.inner_mtu(mtu)?;
    let message = format!(
        "MTU {mtu} leaves no room for {overlay}: on interfaces of {mtu} its packets have {} bytes",
        mtu.saturating_add(overlay.overhead())
    );
    Some(
        finding(
            setting.at,
            Severity::Warning,
            "mtu-too-large",
            &setting.path,
            message,
        )
        .help("an MTU that is set is used as it is, nothing is subtracted")
        .help(format!("{overlay}: {}", overlay.headers()))
        .suggest(suggestion(setting, right)),
    )
}

/// The right number, where it belongs.
fn suggestion(setting: &Setting<'_>, mtu: u32) -> String {
    match setting.path.rsplit_once('.') {
        Some((parent, _)) if parent.ends_with(']') => format!("calicoNetwork:\n  mtu: {mtu}"),
        Some((_, field)) => format!("{field}: {mtu}"),
        None => format!("mtu: {mtu}"),
    }
}
