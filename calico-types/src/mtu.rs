//! Encapsulation and MTU: what overlays cost, what fits, and what a wrong
//! number does.
//!
//! All sizes are bytes of IP packets, Ethernet headers not counted, as `ip link`
//! shows them. The overheads are those of Felix (`int_dataplane.go`).
//!
//! | overlay | overhead | on 1500 | on 9000 |
//! |---|---|---|---|
//! | none | 0 | 1500 | 9000 |
//! | IPIP | 20 | 1480 | 8980 |
//! | VXLAN over IPv4, IPv6 | 50, 70 | 1450, 1430 | 8950, 8930 |
//! | WireGuard over IPv4, IPv6 | 60, 80 | 1440, 1420 | 8940, 8920 |
//!
//! Felix takes the smallest MTU among the host's interfaces and subtracts the
//! overhead of the most expensive overlay that is in use. An MTU that is
//! *set*, in the operator's `Installation` or in `FelixConfiguration`, is
//! written to pods and tunnels as it is, and nothing is subtracted.
//!
//! ```
//! use calico_types::mtu::{Fit, Overlay};
//!
//! // Jumbo frames on the wire, IP-in-IP between nodes.
//! assert_eq!(Overlay::IpIp.inner_mtu(9000), Some(8980));
//! let fit = Overlay::IpIp.fit(9000, 9000);
//! assert_eq!(fit, Fit::TooLarge { outer: 9020, excess: 20 });
//! ```

use std::fmt;

use ipnet::IpNet;
use serde::Serialize;

use crate::resources::{Encapsulation, EncapsulationMode, IPPoolSpec, InstallationIPPool};

/// The smallest MTU of an IPv4 path on which fragments need not be expected:
/// RFC 791 has every host take 576 bytes.
const MIN_IPV4: u32 = 576;

/// RFC 8200 §5: the smallest MTU of an IPv6 link.
const MIN_IPV6: u32 = 1280;

/// How packets between pods travel from node to node.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Overlay {
    /// As they are, routed by BGP.
    Plain,
    /// In IPv4 packets, RFC 2003.
    IpIp,
    /// In VXLAN over IPv4, RFC 7348.
    VxlanV4,
    /// In VXLAN over IPv6.
    VxlanV6,
    /// In WireGuard over IPv4.
    WireguardV4,
    /// In WireGuard over IPv6.
    WireguardV6,
}

impl Overlay {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Plain,
        Self::IpIp,
        Self::VxlanV4,
        Self::VxlanV6,
        Self::WireguardV4,
        Self::WireguardV6,
    ];

    /// Bytes that the overlay puts before (and, for WireGuard, behind) each
    /// packet; the numbers are Felix'.
    #[must_use]
    pub const fn overhead(self) -> u32 {
        match self {
            Self::Plain => 0,
            // The outer IPv4 header.
            Self::IpIp => 20,
            // Outer IP, UDP (8), VXLAN (8), inner Ethernet (14).
            Self::VxlanV4 => 20 + 8 + 8 + 14,
            Self::VxlanV6 => 40 + 8 + 8 + 14,
            // Outer IP, UDP (8), WireGuard's type, key, counter and tag (32).
            Self::WireguardV4 => 20 + 8 + 32,
            Self::WireguardV6 => 40 + 8 + 32,
        }
    }

    /// What makes up the overhead.
    #[must_use]
    pub const fn headers(self) -> &'static str {
        match self {
            Self::Plain => "nothing is added",
            Self::IpIp => "outer IPv4 header 20",
            Self::VxlanV4 => "outer IPv4 header 20, UDP 8, VXLAN 8, inner Ethernet 14",
            Self::VxlanV6 => "outer IPv6 header 40, UDP 8, VXLAN 8, inner Ethernet 14",
            Self::WireguardV4 => "outer IPv4 header 20, UDP 8, WireGuard 32",
            Self::WireguardV6 => "outer IPv6 header 40, UDP 8, WireGuard 32",
        }
    }

    /// The largest packet of a pod that fits a network interface of this MTU
    /// in one piece, in bytes. `None` when what would remain is too small for
    /// IP to work (576 bytes; 1280 with an IPv6 overlay).
    ///
    /// ```
    /// use calico_types::mtu::Overlay;
    ///
    /// assert_eq!(Overlay::VxlanV4.inner_mtu(1500), Some(1450));
    /// // 1340 - 70 leaves less than IPv6 needs.
    /// assert_eq!(Overlay::VxlanV6.inner_mtu(1340), None);
    /// ```
    #[must_use]
    pub const fn inner_mtu(self, nic_mtu: u32) -> Option<u32> {
        let smallest = match self {
            Self::Plain | Self::IpIp | Self::VxlanV4 | Self::WireguardV4 => MIN_IPV4,
            Self::VxlanV6 | Self::WireguardV6 => MIN_IPV6,
        };
        match nic_mtu.checked_sub(self.overhead()) {
            Some(inner) if inner >= smallest => Some(inner),
            Some(_) | None => None,
        }
    }

    /// What becomes of the largest packets of pods that have `mtu`, on a
    /// network interface that has `nic_mtu`.
    ///
    /// The arithmetic saturates: an absurd MTU is too large, not an overflow.
    #[must_use]
    pub const fn fit(self, mtu: u32, nic_mtu: u32) -> Fit {
        let outer = mtu.saturating_add(self.overhead());
        match outer.checked_sub(nic_mtu) {
            Some(0) => Fit::Exact,
            Some(excess) => Fit::TooLarge { outer, excess },
            None => Fit::Room {
                unused: nic_mtu - outer,
            },
        }
    }

    /// The most expensive of some overlays, for which an MTU must leave room.
    ///
    /// The MTU of pods is one for all of them, so it has to suit the worst of
    /// what pools and WireGuard do. Without any overlay it is
    /// [`Plain`](Self::Plain).
    ///
    /// ```
    /// use calico_types::mtu::Overlay;
    ///
    /// let used = [Overlay::IpIp, Overlay::WireguardV4];
    /// assert_eq!(Overlay::most_expensive(used).inner_mtu(9000), Some(8940));
    /// ```
    #[must_use]
    pub fn most_expensive(overlays: impl IntoIterator<Item = Self>) -> Self {
        overlays
            .into_iter()
            .max_by_key(|overlay| overlay.overhead())
            .unwrap_or(Self::Plain)
    }
}

impl fmt::Display for Overlay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Plain => "no encapsulation",
            Self::IpIp => "IPIP",
            Self::VxlanV4 => "VXLAN over IPv4",
            Self::VxlanV6 => "VXLAN over IPv6",
            Self::WireguardV4 => "WireGuard over IPv4",
            Self::WireguardV6 => "WireGuard over IPv6",
        })
    }
}

/// What becomes of packets of the largest size.
///
/// [`Display`](fmt::Display) says it in a sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "fit")]
pub enum Fit {
    /// They fit to the byte.
    Exact,
    /// They fit, and larger ones would.
    Room {
        /// Bytes of each packet that stay unused.
        unused: u32,
    },
    /// They do not fit.
    TooLarge {
        /// Size of the packet on the wire, in bytes.
        outer: u32,
        /// Bytes too many.
        excess: u32,
    },
}

impl Fit {
    /// Whether packets of the largest size get through in one piece.
    #[must_use]
    pub const fn fits(self) -> bool {
        match self {
            Self::Exact | Self::Room { .. } => true,
            Self::TooLarge { .. } => false,
        }
    }
}

impl fmt::Display for Fit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exact => f.write_str("fits exactly"),
            Self::Room { unused } => write!(f, "fits, {unused} bytes of each frame unused"),
            Self::TooLarge { outer, excess } => write!(
                f,
                "{outer} bytes on the wire, {excess} too many: dropped where fragmentation \
                 is not allowed (all of TCP), cut in two elsewhere; small packets pass, so \
                 connections open and then hang"
            ),
        }
    }
}

/// When an overlay is used.
///
/// `CrossSubnet` leaves packets plain between nodes of one subnet; the MTU has to
/// leave room all the same, since a pod has one MTU for both ways.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PoolOverlay {
    /// The overlay.
    pub overlay: Overlay,
    /// Between all nodes, not only between those of different subnets.
    pub always: bool,
}

impl PoolOverlay {
    /// What a pool uses; IP-in-IP wins over VXLAN, which validation keeps
    /// from meeting.
    #[must_use]
    pub fn of_pool(pool: &IPPoolSpec) -> Self {
        let used = |mode: Option<EncapsulationMode>| mode.unwrap_or_default();
        match (used(pool.ipip_mode), used(pool.vxlan_mode)) {
            (EncapsulationMode::Never, EncapsulationMode::Never) => Self::PLAIN,
            (EncapsulationMode::Never, mode) => Self {
                overlay: vxlan(Some(pool.cidr)),
                always: mode == EncapsulationMode::Always,
            },
            (mode, _) => Self {
                overlay: Overlay::IpIp,
                always: mode == EncapsulationMode::Always,
            },
        }
    }

    /// What a pool of the operator's `Installation` uses.
    ///
    /// The operator encapsulates by default, in IPIP, unlike a pool that is
    /// written by hand.
    #[must_use]
    pub fn of_installation_pool(pool: &InstallationIPPool) -> Self {
        let (overlay, always) = match pool.encapsulation.unwrap_or_default() {
            Encapsulation::None => return Self::PLAIN,
            Encapsulation::IPIP => (Overlay::IpIp, true),
            Encapsulation::IPIPCrossSubnet => (Overlay::IpIp, false),
            Encapsulation::VXLAN => (vxlan(pool.cidr), true),
            Encapsulation::VXLANCrossSubnet => (vxlan(pool.cidr), false),
        };
        Self { overlay, always }
    }

    const PLAIN: Self = Self {
        overlay: Overlay::Plain,
        always: false,
    };
}

/// Pods of a family travel between node addresses of the same.
fn vxlan(cidr: Option<IpNet>) -> Overlay {
    match cidr {
        Some(IpNet::V6(_)) => Overlay::VxlanV6,
        Some(IpNet::V4(_)) | None => Overlay::VxlanV4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn overheads_are_felixs() {
        let overheads = Overlay::ALL.map(Overlay::overhead);
        assert_eq!(overheads, [0, 20, 50, 70, 60, 80]);
    }

    #[test]
    fn the_right_mtu_fits_exactly() {
        for nic in [1500, 9000, 9001] {
            for overlay in Overlay::ALL {
                let mtu = overlay.inner_mtu(nic).unwrap();
                assert_eq!(overlay.fit(mtu, nic), Fit::Exact);
                assert!(!overlay.fit(mtu + 1, nic).fits());
                assert_eq!(overlay.fit(mtu - 1, nic), Fit::Room { unused: 1 });
            }
        }
        assert_eq!(Overlay::VxlanV4.inner_mtu(1500), Some(1450));
        assert_eq!(Overlay::WireguardV4.inner_mtu(1500), Some(1440));
    }

    #[test]
    fn nothing_is_left_of_a_tiny_interface() {
        assert_eq!(Overlay::IpIp.inner_mtu(595), None);
        assert_eq!(Overlay::IpIp.inner_mtu(596), Some(576));
        assert_eq!(Overlay::VxlanV6.inner_mtu(1349), None);
        assert_eq!(Overlay::WireguardV6.inner_mtu(0), None);
        assert!(!Overlay::IpIp.fit(u32::MAX, 1500).fits());
    }

    #[test]
    fn a_packet_too_large_says_what_happens() {
        let text = Overlay::IpIp.fit(9000, 9000).to_string();
        assert!(
            text.starts_with("9020 bytes on the wire, 20 too many: dropped"),
            "{text}"
        );
    }

    #[test]
    fn pools_say_what_they_use() {
        let pool = |json: &str| -> IPPoolSpec { serde_json::from_str(json).unwrap() };
        let of = |json| PoolOverlay::of_pool(&pool(json));
        assert_eq!(of(r#"{"cidr": "10.0.0.0/16"}"#), PoolOverlay::PLAIN);
        let cross =
            of(r#"{"cidr": "10.0.0.0/16", "ipipMode": "CrossSubnet", "vxlanMode": "Never"}"#);
        assert_eq!((cross.overlay, cross.always), (Overlay::IpIp, false));
        let six = of(r#"{"cidr": "fd00::/48", "vxlanMode": "Always"}"#);
        assert_eq!((six.overlay, six.always), (Overlay::VxlanV6, true));

        // The operator encapsulates unless told otherwise.
        let default = PoolOverlay::of_installation_pool(&InstallationIPPool::default());
        assert_eq!((default.overlay, default.always), (Overlay::IpIp, true));
    }

    #[test]
    fn the_most_expensive_overlay_counts() {
        let used = [Overlay::IpIp, Overlay::WireguardV4, Overlay::VxlanV4];
        assert_eq!(Overlay::most_expensive(used), Overlay::WireguardV4);
        assert_eq!(Overlay::most_expensive([]), Overlay::Plain);
    }
}
