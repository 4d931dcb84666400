//! Address families (RFC 4760 §3): what kind of route an NLRI is.

use core::fmt;
use core::str::FromStr;

use crate::ParseError;

/// Address Family Identifier, as IANA assigns it (RFC 4760 §3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Afi(pub u16);

impl Afi {
    /// IP version 4.
    pub const IPV4: Self = Self(1);
    /// IP version 6.
    pub const IPV6: Self = Self(2);
    /// Layer 2 VPN information (RFC 4761, RFC 7432).
    pub const L2VPN: Self = Self(25);
    /// Link state (RFC 7752).
    pub const BGP_LS: Self = Self(16388);
}

/// Subsequent Address Family Identifier, as IANA assigns it (RFC 4760 §3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Safi(pub u8);

impl Safi {
    /// Unicast forwarding.
    pub const UNICAST: Self = Self(1);
    /// Multicast RPF lookups.
    pub const MULTICAST: Self = Self(2);
    /// NLRI with MPLS labels (RFC 8277).
    pub const LABELED: Self = Self(4);
    /// Multicast VPN (RFC 6514).
    pub const MVPN: Self = Self(5);
    /// Virtual private LAN service (RFC 4761).
    pub const VPLS: Self = Self(65);
    /// Ethernet VPN (RFC 7432).
    pub const EVPN: Self = Self(70);
    /// Link state (RFC 7752).
    pub const BGP_LS: Self = Self(71);
    /// Link state of a VPN (RFC 7752).
    pub const BGP_LS_VPN: Self = Self(72);
    /// Segment routing policy.
    pub const SR_POLICY: Self = Self(73);
    /// Mobile user plane.
    pub const MUP: Self = Self(85);
    /// MPLS-labeled VPN addresses (RFC 4364, RFC 4659).
    pub const MPLS_VPN: Self = Self(128);
    /// Multicast of MPLS VPNs (RFC 6514).
    pub const MULTICAST_VPN: Self = Self(129);
    /// Route target constraint (RFC 4684).
    pub const ROUTE_TARGET: Self = Self(132);
    /// Flow specification (RFC 8955).
    pub const FLOW_SPEC: Self = Self(133);
    /// Flow specification of a VPN (RFC 8955 §8).
    pub const FLOW_SPEC_VPN: Self = Self(134);
}

/// A pair of AFI and SAFI: one table of routes.
///
/// ```
/// use bgp_wire::{Afi, Family, Safi};
/// let family = Family::new(Afi::IPV6, Safi::UNICAST);
/// assert_eq!(family, Family::IPV6_UNICAST);
/// assert_eq!(family.to_string(), "ipv6 unicast");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Family {
    /// Which address family.
    pub afi: Afi,
    /// Which kind of route within it.
    pub safi: Safi,
}

impl Family {
    /// IPv4 unicast, the family of the UPDATE body (RFC 4271).
    pub const IPV4_UNICAST: Self = Self::new(Afi::IPV4, Safi::UNICAST);
    /// IPv6 unicast (RFC 2545).
    pub const IPV6_UNICAST: Self = Self::new(Afi::IPV6, Safi::UNICAST);
    /// IPv4 multicast.
    pub const IPV4_MULTICAST: Self = Self::new(Afi::IPV4, Safi::MULTICAST);
    /// IPv6 multicast.
    pub const IPV6_MULTICAST: Self = Self::new(Afi::IPV6, Safi::MULTICAST);

    /// Joins an AFI and a SAFI.
    #[must_use]
    pub const fn new(afi: Afi, safi: Safi) -> Self {
        Self { afi, safi }
    }

    /// Whether the NLRI are plain prefixes that [`Nlri`](crate::Nlri) holds:
    /// unicast and multicast of both IP versions.
    #[must_use]
    pub const fn is_prefix(self) -> bool {
        matches!(self.afi, Afi::IPV4 | Afi::IPV6)
            && matches!(self.safi, Safi::UNICAST | Safi::MULTICAST)
    }

    /// Whether the crate knows how the routes of the family are framed.
    #[must_use]
    pub const fn is_known(self) -> bool {
        self.bit().is_some()
    }

    /// Position in [`KNOWN`].
    const fn bit(self) -> Option<u32> {
        let mut at = 0;
        let mut rest: &[Self] = &KNOWN;
        while let [first, tail @ ..] = rest {
            if first.afi.0 == self.afi.0 && first.safi.0 == self.safi.0 {
                return Some(at);
            }
            at += 1;
            rest = tail;
        }
        None
    }
}

/// "ipv4", "l2vpn"; a number where there is no name.
impl fmt::Display for Afi {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match AFI_NAMES.iter().find(|(afi, _)| afi == self) {
            Some((_, name)) => f.write_str(name),
            None => write!(f, "afi {}", self.0),
        }
    }
}

/// "unicast", "evpn"; a number where there is no name.
impl fmt::Display for Safi {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match SAFI_NAMES.iter().find(|(safi, _)| safi == self) {
            Some((_, name)) => f.write_str(name),
            None => write!(f, "safi {}", self.0),
        }
    }
}

impl fmt::Display for Family {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.afi, self.safi)
    }
}

/// Reads what a family prints as, "ipv6 unicast" or "afi 99 safi 7", and the two
/// numbers "2/1".
impl FromStr for Family {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        parse(text).ok_or(ParseError::Invalid("family"))
    }
}

fn parse(text: &str) -> Option<Family> {
    if let Some((afi, safi)) = text.split_once('/') {
        return Some(Family::new(
            Afi(afi.parse().ok()?),
            Safi(safi.parse().ok()?),
        ));
    }
    let (afi, rest) = match text.strip_prefix("afi ") {
        Some(rest) => {
            let (number, rest) = rest.split_once(' ')?;
            (Afi(number.parse().ok()?), rest)
        }
        None => {
            let (name, rest) = text.split_once(' ')?;
            (AFI_NAMES.iter().find(|(_, it)| *it == name)?.0, rest)
        }
    };
    let safi = match rest.strip_prefix("safi ") {
        Some(number) => Safi(number.parse().ok()?),
        None => SAFI_NAMES.iter().find(|(_, it)| *it == rest)?.0,
    };
    Some(Family::new(afi, safi))
}

const AFI_NAMES: [(Afi, &str); 4] = [
    (Afi::IPV4, "ipv4"),
    (Afi::IPV6, "ipv6"),
    (Afi::L2VPN, "l2vpn"),
    (Afi::BGP_LS, "link-state"),
];

const SAFI_NAMES: [(Safi, &str); 15] = [
    (Safi::UNICAST, "unicast"),
    (Safi::MULTICAST, "multicast"),
    (Safi::LABELED, "labeled-unicast"),
    (Safi::MVPN, "mvpn"),
    (Safi::VPLS, "vpls"),
    (Safi::EVPN, "evpn"),
    (Safi::BGP_LS, "ls"),
    (Safi::BGP_LS_VPN, "ls-vpn"),
    (Safi::SR_POLICY, "sr-policy"),
    (Safi::MUP, "mup"),
    (Safi::MPLS_VPN, "vpn"),
    (Safi::MULTICAST_VPN, "multicast-vpn"),
    (Safi::ROUTE_TARGET, "route-target"),
    (Safi::FLOW_SPEC, "flowspec"),
    (Safi::FLOW_SPEC_VPN, "flowspec-vpn"),
];

/// The families that a [`FamilySet`] can hold, the most used first.
const KNOWN: [Family; 28] = {
    const fn of(afi: Afi, safi: Safi) -> Family {
        Family::new(afi, safi)
    }
    [
        Family::IPV4_UNICAST,
        Family::IPV6_UNICAST,
        Family::IPV4_MULTICAST,
        Family::IPV6_MULTICAST,
        of(Afi::IPV4, Safi::LABELED),
        of(Afi::IPV6, Safi::LABELED),
        of(Afi::IPV4, Safi::MPLS_VPN),
        of(Afi::IPV6, Safi::MPLS_VPN),
        of(Afi::L2VPN, Safi::EVPN),
        of(Afi::L2VPN, Safi::VPLS),
        of(Afi::IPV4, Safi::ROUTE_TARGET),
        of(Afi::IPV6, Safi::ROUTE_TARGET),
        of(Afi::IPV4, Safi::FLOW_SPEC),
        of(Afi::IPV6, Safi::FLOW_SPEC),
        of(Afi::IPV4, Safi::FLOW_SPEC_VPN),
        of(Afi::IPV6, Safi::FLOW_SPEC_VPN),
        of(Afi::L2VPN, Safi::FLOW_SPEC_VPN),
        of(Afi::BGP_LS, Safi::BGP_LS),
        of(Afi::BGP_LS, Safi::BGP_LS_VPN),
        of(Afi::IPV4, Safi::MVPN),
        of(Afi::IPV6, Safi::MVPN),
        of(Afi::IPV4, Safi::MULTICAST_VPN),
        of(Afi::IPV6, Safi::MULTICAST_VPN),
        of(Afi::IPV4, Safi::SR_POLICY),
        of(Afi::IPV6, Safi::SR_POLICY),
        of(Afi::IPV4, Safi::MUP),
        of(Afi::IPV6, Safi::MUP),
        of(Afi::L2VPN, Safi::FLOW_SPEC),
    ]
};

/// A set of the families known to this crate, in four bytes.
///
/// A family outside the known ones cannot be inserted; [`FamilySet::insert`]
/// says so.
///
/// ```
/// use bgp_wire::{Family, FamilySet};
/// let both: FamilySet = [Family::IPV4_UNICAST, Family::IPV6_UNICAST].into_iter().collect();
/// assert!(both.contains(Family::IPV6_UNICAST));
/// assert_eq!(both.iter().count(), 2);
/// ```
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct FamilySet(u32);

impl FamilySet {
    /// The set of no family.
    #[must_use]
    pub const fn empty() -> Self {
        Self(0)
    }

    /// Every family known to this crate.
    #[must_use]
    pub const fn all() -> Self {
        Self((1 << KNOWN.len()) - 1)
    }

    /// Adds a family; `false` when the crate does not know it and nothing changed.
    pub const fn insert(&mut self, family: Family) -> bool {
        match family.bit() {
            Some(bit) => {
                self.0 |= 1 << bit;
                true
            }
            None => false,
        }
    }

    /// The set with `family` added, for constants and builders.
    #[must_use]
    pub const fn with(mut self, family: Family) -> Self {
        self.insert(family);
        self
    }

    /// Takes a family out.
    pub const fn remove(&mut self, family: Family) {
        if let Some(bit) = family.bit() {
            self.0 &= !(1 << bit);
        }
    }

    /// Whether the family is in the set.
    #[must_use]
    pub const fn contains(self, family: Family) -> bool {
        match family.bit() {
            Some(bit) => self.0 & (1 << bit) != 0,
            None => false,
        }
    }

    /// Whether no family is in the set.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// How many families are in the set.
    #[must_use]
    pub const fn len(self) -> usize {
        self.0.count_ones() as usize
    }

    /// The families in both sets.
    #[must_use]
    pub const fn intersection(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// The families in either set.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// The families in this set and not in the other.
    #[must_use]
    pub const fn difference(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// The families, the most used first.
    #[must_use]
    pub const fn iter(self) -> Families {
        Families(self.0)
    }
}

/// The families of a [`FamilySet`], the most used first.
#[derive(Clone, Copy, Debug)]
pub struct Families(u32);

impl Iterator for Families {
    type Item = Family;

    fn next(&mut self) -> Option<Family> {
        let at = self.0.trailing_zeros();
        // Clears the lowest bit; of no bit none.
        self.0 &= self.0.wrapping_sub(1);
        KNOWN.get(at as usize).copied()
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let count = self.0.count_ones() as usize;
        (count, Some(count))
    }
}

impl ExactSizeIterator for Families {}

impl core::iter::FusedIterator for Families {}

impl IntoIterator for FamilySet {
    type Item = Family;
    type IntoIter = Families;

    fn into_iter(self) -> Families {
        self.iter()
    }
}

/// The families, with commas between.
impl fmt::Display for FamilySet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, family) in self.iter().enumerate() {
            write!(f, "{}{family}", if at == 0 { "" } else { ", " })?;
        }
        Ok(())
    }
}

impl fmt::Debug for FamilySet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter().map(Text)).finish()
    }
}

/// Debug output of a family in its short form.
struct Text(Family);

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl FromIterator<Family> for FamilySet {
    fn from_iter<I: IntoIterator<Item = Family>>(families: I) -> Self {
        families.into_iter().fold(Self::empty(), Self::with)
    }
}

impl Extend<Family> for FamilySet {
    fn extend<I: IntoIterator<Item = Family>>(&mut self, families: I) {
        for family in families {
            self.insert(family);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_known_family_has_its_own_bit() {
        for (at, family) in KNOWN.into_iter().enumerate() {
            assert_eq!(family.bit(), Some(at as u32), "{family} is listed twice");
        }
        assert_eq!(FamilySet::all().len(), KNOWN.len());
    }

    #[test]
    fn unknown_families_are_refused() {
        let mut set = FamilySet::empty();
        assert!(!set.insert(Family::new(Afi(256), Safi(7))));
        assert!(set.is_empty());
    }

    #[test]
    fn set_operations() {
        let both = FamilySet::empty()
            .with(Family::IPV4_UNICAST)
            .with(Family::IPV6_UNICAST);
        let v6 = FamilySet::empty().with(Family::IPV6_UNICAST);
        assert_eq!(both.intersection(v6), v6);
        assert_eq!(
            both.difference(v6),
            FamilySet::empty().with(Family::IPV4_UNICAST)
        );
        assert_eq!(v6.union(both), both);
    }
}
