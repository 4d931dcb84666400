//! The key of a route: which of an NLRI's octets name it. The others (labels,
//! the segment of a MAC address, flags) are attributes that happen to travel
//! there, and change without making it another route.

use core::cmp::Ordering;
use core::fmt;
use core::hash::{Hash, Hasher};

use crate::nlri::framing::Framing;
use crate::nlri::labeled::count_labels;
use crate::nlri::{Hex, NlriView, evpn, flow_spec, mup, vpls};
use crate::{Family, Safi};

/// The octets that name a route, for comparing, ordering and hashing routes
/// without decoding them.
///
/// Routes are ordered by family, by type, by their octets (prefixes by address,
/// then by length), and by path identifier. Two NLRI have equal keys exactly
/// when one replaces or withdraws the other: whatever labels they carry, and
/// whatever bits stand behind a prefix length.
///
/// ```
/// use bgp_wire::{Afi, Context, Family, NlriIter, PeerType, Safi};
/// let family = Family::new(Afi::IPV4, Safi::LABELED);
/// let context = Context::new(PeerType::Internal);
/// let announced = NlriIter::new(&[48, 0, 1, 1, 203, 0, 113], family, &context).next().unwrap();
/// let withdrawn = [48, 0x80, 0, 0, 203, 0, 113];
/// let withdrawn = NlriIter::withdrawn(&withdrawn, family, &context).next().unwrap();
/// assert_eq!(announced.key(), withdrawn.key());
/// ```
#[derive(Clone, Copy)]
pub struct NlriKey<'a> {
    family: Family,
    /// The route type, in families that have some.
    kind: u16,
    /// The octets, in two pieces.
    pieces: [&'a [u8]; 2],
    /// Which bits of the last octet of the last piece count.
    mask: u8,
    /// Bits of a prefix, which its octets do not tell.
    bits: u8,
    path_id: Option<u32>,
}

impl<'a> NlriKey<'a> {
    pub(super) fn of(nlri: &NlriView<'a>) -> Self {
        let whole = Self {
            family: nlri.family,
            kind: 0,
            pieces: [nlri.octets, &[]],
            mask: 0xff,
            bits: 0,
            path_id: nlri.path_id,
        };
        whole.narrowed(nlri).unwrap_or(whole)
    }

    /// The key where not all octets are part of it.
    fn narrowed(self, nlri: &NlriView<'a>) -> Option<Self> {
        let octets = nlri.octets;
        match Framing::of(self.family) {
            Framing::Bits => self.prefix(nlri),
            Framing::Typed { before_length: 1 } => {
                let kind = (*octets.first()?).into();
                let key = Self { kind, ..self };
                let pieces = match self.family.safi {
                    Safi::EVPN => evpn::key(octets),
                    _ => None,
                };
                let all = [octets.get(2..)?, &[]];
                let key = Self {
                    pieces: pieces.unwrap_or(all),
                    ..key
                };
                Some(match (self.family.safi, kind) {
                    (Safi::EVPN, 5) => key.masked(octets.get(24).copied()?),
                    _ => key,
                })
            }
            Framing::Typed { .. } => {
                let kind = u16::from_be_bytes([*octets.get(1)?, *octets.get(2)?]);
                let key = Self { kind, ..self };
                let bits = octets.get(12).copied().unwrap_or_default();
                Some(match mup::key(octets) {
                    Some(pieces) => Self { pieces, ..key }.masked(bits),
                    None => key,
                })
            }
            Framing::Wide { before_length: 0 } => Some(Self {
                pieces: vpls::key(octets)?,
                ..self
            }),
            Framing::Wide { .. } => Some(Self {
                kind: u16::from_be_bytes([*octets.first()?, *octets.get(1)?]),
                ..self
            }),
            Framing::FlowSpec => Some(Self {
                pieces: [flow_spec::value(octets)?, &[]],
                ..self
            }),
            Framing::Opaque => None,
        }
    }

    /// A length in bits, then perhaps labels, then what counts.
    fn prefix(self, nlri: &NlriView<'a>) -> Option<Self> {
        let Family { afi, safi } = self.family;
        let (bits, rest) = nlri.octets.split_first()?;
        let labels = match safi {
            Safi::LABELED => count_labels(nlri.octets, afi, nlri.form, false)?,
            Safi::MPLS_VPN => count_labels(nlri.octets, afi, nlri.form, true)?,
            _ => 0,
        };
        let bits = bits.checked_sub(u8::try_from(labels.checked_mul(24)?).ok()?)?;
        let key = Self {
            pieces: [rest.get(labels.checked_mul(3)?..)?, &[]],
            bits,
            ..self
        };
        Some(key.masked(bits))
    }

    /// Without the bits of the last octet that stand behind `bits` bits.
    const fn masked(self, bits: u8) -> Self {
        let spare = (8 - bits % 8) % 8;
        Self {
            mask: 0xff << spare,
            ..self
        }
    }

    /// The family.
    #[must_use]
    pub const fn family(&self) -> Family {
        self.family
    }

    /// The path identifier, which is part of the key (RFC 7911 §3).
    #[must_use]
    pub const fn path_id(&self) -> Option<u32> {
        self.path_id
    }

    /// The same key whatever the path identifier: what several paths to one
    /// destination have in common.
    #[must_use]
    pub const fn without_path_id(self) -> Self {
        Self {
            path_id: None,
            ..self
        }
    }

    /// The octets of the key.
    #[must_use]
    pub const fn octets(&self) -> KeyOctets<'a> {
        let [head, tail] = self.pieces;
        KeyOctets {
            head,
            tail,
            mask: self.mask,
        }
    }
}

/// The octets of a key.
#[derive(Clone, Copy, Debug)]
pub struct KeyOctets<'a> {
    head: &'a [u8],
    tail: &'a [u8],
    /// Which bits of the last octet count.
    mask: u8,
}

impl Iterator for KeyOctets<'_> {
    type Item = u8;

    #[inline]
    fn next(&mut self) -> Option<u8> {
        if self.head.is_empty() {
            (self.head, self.tail) = (self.tail, &[]);
        }
        let (octet, rest) = self.head.split_first()?;
        self.head = rest;
        match rest.is_empty() && self.tail.is_empty() {
            true => Some(octet & self.mask),
            false => Some(*octet),
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let count = self.head.len().saturating_add(self.tail.len());
        (count, Some(count))
    }
}

impl ExactSizeIterator for KeyOctets<'_> {}

impl core::iter::FusedIterator for KeyOctets<'_> {}

impl PartialEq for NlriKey<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for NlriKey<'_> {}

impl PartialOrd for NlriKey<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for NlriKey<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        (self.family, self.kind)
            .cmp(&(other.family, other.kind))
            .then_with(|| self.octets().cmp(other.octets()))
            .then_with(|| (self.bits, self.path_id).cmp(&(other.bits, other.path_id)))
    }
}

impl Hash for NlriKey<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (self.family, self.kind, self.bits, self.path_id).hash(state);
        let [head, tail] = self.pieces;
        let (all, last, before) = match tail.split_last() {
            Some((last, before)) => (head, *last, before),
            None => match head.split_last() {
                Some((last, before)) => (before, *last, tail),
                None => (head, 0, tail),
            },
        };
        state.write(all);
        state.write(before);
        state.write_u8(last & self.mask);
    }
}

impl fmt::Debug for NlriKey<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [head, tail] = self.pieces;
        write!(
            f,
            "{} type {} 0x{}{}",
            self.family,
            self.kind,
            Hex(head),
            Hex(tail)
        )?;
        self.path_id.map_or(Ok(()), |id| write!(f, " id={id}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Afi, Context, NlriIter, PeerType};

    fn key<'a>(family: Family, octets: &'a [u8]) -> NlriKey<'a> {
        let context = Context::new(PeerType::Internal);
        NlriIter::new(octets, family, &context)
            .next()
            .unwrap()
            .key()
    }

    #[test]
    fn prefixes_are_ordered_by_address_then_length() {
        let unicast = Family::IPV4_UNICAST;
        let mut keys = [
            key(unicast, &[24, 10, 1, 0]),
            key(unicast, &[8, 10]),
            key(unicast, &[9, 10, 0x80]),
            key(unicast, &[16, 10, 0]),
            key(unicast, &[0]),
        ];
        keys.sort();
        assert!(keys.iter().map(|key| key.bits).eq([0, 8, 16, 24, 9]));
        assert_eq!(key(unicast, &[9, 10, 0xff]), key(unicast, &[9, 10, 0x80]));
    }

    #[test]
    fn labels_are_no_part_of_a_vpn_route() {
        let vpn = Family::new(Afi::IPV4, Safi::MPLS_VPN);
        let route = |label, tail| [96, 0, 0, label, 0, 0, 0, 1, 0, 0, 0, 2, tail];
        assert_eq!(key(vpn, &route(1, 10)), key(vpn, &route(0x11, 10)));
        assert_ne!(key(vpn, &route(1, 10)), key(vpn, &route(1, 11)));
    }

    /// RFC 7432 §7.2: ESI and labels are attributes of a MAC route.
    #[test]
    fn segment_and_label_are_no_part_of_a_mac_route() {
        let evpn = Family::new(Afi::L2VPN, Safi::EVPN);
        let mut route = [0; 35];
        route[..2].copy_from_slice(&[2, 33]);
        route[24] = 48;
        let plain = route;
        route[10..20].fill(9);
        route[32..].fill(7);
        assert_eq!(key(evpn, &plain), key(evpn, &route));
        let mut other = plain;
        other[30] = 1;
        assert_ne!(key(evpn, &plain), key(evpn, &other), "MAC address");
        let mut other = plain;
        other[23] = 1;
        assert_ne!(key(evpn, &plain), key(evpn, &other), "tag");
    }

    #[test]
    fn an_evpn_prefix_counts_to_its_length() {
        let evpn = Family::new(Afi::L2VPN, Safi::EVPN);
        let mut route = [0; 36];
        route[..2].copy_from_slice(&[5, 34]);
        route[24] = 9;
        let mut other = route;
        other[26..].fill(0x7f);
        assert_eq!(key(evpn, &route), key(evpn, &other), "bits behind it");
        other[26] = 0x80;
        assert_ne!(key(evpn, &route), key(evpn, &other));
    }

    #[test]
    fn a_flow_is_named_by_what_stands_behind_its_length() {
        let flow = Family::new(Afi::IPV4, Safi::FLOW_SPEC);
        let long = [0xf0, 3, 1, 8, 10];
        assert_eq!(key(flow, &[3, 1, 8, 10]), key(flow, &long));
    }
}
