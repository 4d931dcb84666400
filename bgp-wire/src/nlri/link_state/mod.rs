//! Link-state routes: nodes, links and prefixes of an IGP (RFC 9552 §5.2, RFC
//! 9514 §6).
//!
//! ```text
//! +----------+------------+---------------------------+--------------+
//! | Type (2) | Length (2) | Route distinguisher (8),  | Protocol (1) |
//! |          |            | SAFI 72 only              |              |
//! +----------+------------+---------------------------+--------------+
//! | Identifier (8)        | Descriptors: TLVs                        |
//! +-----------------------+------------------------------------------+
//! ```

mod descriptor;
mod text;

#[cfg(feature = "alloc")]
mod build;

#[cfg(feature = "alloc")]
pub use build::LinkStateBuilder;
pub use descriptor::{LinkStateDescriptor, NodeDescriptor};

use crate::nlri::{Malformed, RouteDistinguisher};
use crate::reader::Reader;
use crate::tlv::{Tlv, Tlvs};
use crate::writer::Out;
use crate::{EncodeError, Family, Safi};

/// TLV of the local node's descriptors.
pub(crate) const LOCAL_NODE: u16 = 256;
/// TLV of the remote node's descriptors.
pub(crate) const REMOTE_NODE: u16 = 257;

/// What a link-state route is about, by its type code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct LinkStateKind(pub u16);

impl LinkStateKind {
    /// A node.
    pub const NODE: Self = Self(1);
    /// A half link: from one node to another.
    pub const LINK: Self = Self(2);
    /// An IPv4 prefix of a node.
    pub const IPV4_PREFIX: Self = Self(3);
    /// An IPv6 prefix of a node.
    pub const IPV6_PREFIX: Self = Self(4);
    /// An SR policy candidate path of a node.
    pub const SR_POLICY: Self = Self(5);
    /// An SRv6 SID of a node (RFC 9514 §6).
    pub const SRV6_SID: Self = Self(6);

    /// Whether a protocol, an identifier and descriptors follow. What stands in
    /// another is not known, and is passed on as it is (RFC 9552 §5.2).
    const fn is_known(self) -> bool {
        matches!(self.0, 1..=6)
    }
}

/// Where a node's information comes from (RFC 9552 §5.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct LinkStateProtocol(pub u8);

impl LinkStateProtocol {
    /// IS-IS level 1.
    pub const ISIS_L1: Self = Self(1);
    /// IS-IS level 2.
    pub const ISIS_L2: Self = Self(2);
    /// OSPFv2.
    pub const OSPF_V2: Self = Self(3);
    /// Local interfaces.
    pub const DIRECT: Self = Self(4);
    /// Configuration.
    pub const STATIC: Self = Self(5);
    /// OSPFv3.
    pub const OSPF_V3: Self = Self(6);
    /// BGP (RFC 9086 §4).
    pub const BGP: Self = Self(7);
}

/// A link-state route.
///
/// ```
/// use bgp_wire::{LinkStateBuilder, LinkStateKind, LinkStateProtocol};
/// let mut builder = LinkStateBuilder::new(LinkStateKind::NODE, LinkStateProtocol::OSPF_V2, 0);
/// builder.local_node(&[(512, &[0, 0, 0xfd, 0xe8]), (515, &[192, 0, 2, 1])]);
/// let route = builder.as_link_state();
/// assert_eq!(route.local_node().unwrap().asn().unwrap().0, 65000);
/// assert_eq!(
///     route.to_string(),
///     "[type:node][protocol:ospfv2][id:0][local:{as 65000, router-id 192.0.2.1}]",
/// );
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct LinkState<'a> {
    distinguisher: Option<RouteDistinguisher>,
    kind: LinkStateKind,
    value: &'a [u8],
}

impl<'a> LinkState<'a> {
    /// Reads a whole NLRI. One that breaks the syntax of RFC 9552 §8.2.2 (TLVs
    /// that do not fill it, or out of order) can be stepped over, and is
    /// discarded. Which TLVs there are and what lengths they have is for who
    /// uses the route, not for who passes it on.
    pub(crate) fn decode(octets: &'a [u8], family: Family) -> Result<Self, Malformed> {
        let mut reader = Reader::new(octets);
        let kind = reader.u16().map(LinkStateKind).ok_or(Malformed::Field)?;
        reader.u16().ok_or(Malformed::Field)?;
        let distinguisher = match family.safi {
            Safi::BGP_LS_VPN => Some(reader.distinguisher().ok_or(Malformed::Discard)?),
            _ => None,
        };
        let route = Self {
            distinguisher,
            kind,
            value: reader.rest(),
        };
        match !kind.is_known() || descriptor::check(route.value) {
            true => Ok(route),
            false => Err(Malformed::Discard),
        }
    }

    #[cfg(feature = "alloc")]
    pub(crate) const fn from_parts(
        distinguisher: Option<RouteDistinguisher>,
        kind: LinkStateKind,
        value: &'a [u8],
    ) -> Self {
        Self {
            distinguisher,
            kind,
            value,
        }
    }

    /// What the route is about.
    #[must_use]
    pub const fn kind(&self) -> LinkStateKind {
        self.kind
    }

    /// The route distinguisher of a VPN's link state.
    #[must_use]
    pub const fn distinguisher(&self) -> Option<RouteDistinguisher> {
        self.distinguisher
    }

    /// What stands behind type, length and distinguisher.
    #[must_use]
    pub const fn value(&self) -> &'a [u8] {
        self.value
    }

    /// The protocol, for the kinds that are known.
    #[must_use]
    pub fn protocol(&self) -> Option<LinkStateProtocol> {
        Some(self.parts()?.0)
    }

    /// The instance of the protocol, for the kinds that are known.
    #[must_use]
    pub fn identifier(&self) -> Option<u64> {
        Some(self.parts()?.1)
    }

    /// All descriptors; none for a kind that is not known.
    #[must_use]
    pub fn tlvs(&self) -> Tlvs<'a> {
        self.parts().map_or(Tlvs::new(&[]), |parts| parts.2)
    }

    /// The node itself, or the local end of a link.
    #[must_use]
    pub fn local_node(&self) -> Option<NodeDescriptor<'a>> {
        self.tlvs().find(LOCAL_NODE).map(NodeDescriptor::new)
    }

    /// The remote end of a link.
    #[must_use]
    pub fn remote_node(&self) -> Option<NodeDescriptor<'a>> {
        self.tlvs().find(REMOTE_NODE).map(NodeDescriptor::new)
    }

    /// The descriptors of the link or prefix, those of the nodes left out.
    #[must_use]
    pub fn descriptors(&self) -> LinkStateDescriptors<'a> {
        LinkStateDescriptors {
            kind: self.kind,
            tlvs: self.tlvs(),
        }
    }

    fn parts(&self) -> Option<(LinkStateProtocol, u64, Tlvs<'a>)> {
        if !self.kind.is_known() {
            return None;
        }
        let mut reader = Reader::new(self.value);
        let protocol = reader.u8().map(LinkStateProtocol)?;
        let identifier = reader.array().map(u64::from_be_bytes)?;
        Some((protocol, identifier, Tlvs::new(reader.rest())))
    }

    pub(crate) fn emit(&self, out: &mut impl Out) -> Result<(), EncodeError> {
        let distinguisher = self.distinguisher.map_or(0, |_| 8);
        let length = self.value.len().saturating_add(distinguisher);
        out.u16(self.kind.0)?;
        out.u16(u16::try_from(length).map_err(|_| EncodeError::ValueTooLong)?)?;
        if let Some(rd) = self.distinguisher {
            out.put(&rd.octets())?;
        }
        out.put(self.value)
    }
}

/// The descriptors of a link or of a prefix.
#[derive(Clone, Copy, Debug)]
pub struct LinkStateDescriptors<'a> {
    kind: LinkStateKind,
    tlvs: Tlvs<'a>,
}

impl<'a> Iterator for LinkStateDescriptors<'a> {
    type Item = LinkStateDescriptor<'a>;

    fn next(&mut self) -> Option<LinkStateDescriptor<'a>> {
        let is_own = |tlv: &Tlv<'_>| !matches!(tlv.code, LOCAL_NODE | REMOTE_NODE);
        let tlv = Iterator::find(&mut self.tlvs, is_own)?;
        Some(LinkStateDescriptor::decode(self.kind, tlv))
    }
}

impl core::iter::FusedIterator for LinkStateDescriptors<'_> {}

/// Whether TLVs stand in the order of their types, those of one type in that of
/// their lengths and then of their values, and with `once` no type twice (RFC
/// 9552 §5.1, §5.2.1.4).
fn in_order<'a>(last: &mut Option<Tlv<'a>>, tlv: Tlv<'a>, once: bool) -> bool {
    let place = |tlv: Tlv<'a>| (tlv.code, tlv.value.len(), tlv.value);
    let fits = last.is_none_or(|last| match once {
        true => last.code < tlv.code,
        false => place(last) <= place(tlv),
    });
    *last = Some(tlv);
    fits
}
