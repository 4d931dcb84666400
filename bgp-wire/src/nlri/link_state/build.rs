//! Building link-state routes.

use alloc::vec::Vec;

use super::{LOCAL_NODE, LinkState, LinkStateKind, LinkStateProtocol, REMOTE_NODE};
use crate::nlri::RouteDistinguisher;

/// A link-state route in the making. Descriptors go in the order in which they
/// are added, which must be that of their types (RFC 9552 §5.1).
///
/// ```
/// use bgp_wire::{LinkStateBuilder, LinkStateKind, LinkStateProtocol};
/// let mut builder = LinkStateBuilder::new(LinkStateKind::IPV4_PREFIX, LinkStateProtocol::ISIS_L2, 7);
/// builder
///     .local_node(&[(515, &[0, 0, 0, 0, 0, 1])])
///     .tlv(265, &[24, 203, 0, 113]);
/// assert_eq!(
///     builder.as_link_state().to_string(),
///     "[type:prefix4][protocol:isis-l2][id:7][local:{router-id 0000.0000.0001}][prefix:203.0.113.0/24]",
/// );
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkStateBuilder {
    distinguisher: Option<RouteDistinguisher>,
    kind: LinkStateKind,
    value: Vec<u8>,
}

impl LinkStateBuilder {
    /// A route without descriptors.
    #[must_use]
    pub fn new(kind: LinkStateKind, protocol: LinkStateProtocol, identifier: u64) -> Self {
        let mut value = alloc::vec![protocol.0];
        value.extend(identifier.to_be_bytes());
        Self {
            distinguisher: None,
            kind,
            value,
        }
    }

    /// Makes it the link state of a VPN.
    pub const fn distinguisher(&mut self, rd: RouteDistinguisher) -> &mut Self {
        self.distinguisher = Some(rd);
        self
    }

    /// Adds the descriptors of the node, or of the link's local end.
    pub fn local_node(&mut self, descriptors: &[(u16, &[u8])]) -> &mut Self {
        self.node(LOCAL_NODE, descriptors)
    }

    /// Adds the descriptors of the link's remote end.
    pub fn remote_node(&mut self, descriptors: &[(u16, &[u8])]) -> &mut Self {
        self.node(REMOTE_NODE, descriptors)
    }

    fn node(&mut self, code: u16, descriptors: &[(u16, &[u8])]) -> &mut Self {
        let mut value = Vec::new();
        for (code, octets) in descriptors {
            put_tlv(&mut value, *code, octets);
        }
        self.tlv(code, &value)
    }

    /// Adds a descriptor; a value above 65,535 octets is cut off there.
    pub fn tlv(&mut self, code: u16, value: &[u8]) -> &mut Self {
        put_tlv(&mut self.value, code, value);
        self
    }

    /// The route as it is now.
    #[must_use]
    pub fn as_link_state(&self) -> LinkState<'_> {
        LinkState::from_parts(self.distinguisher, self.kind, &self.value)
    }
}

fn put_tlv(out: &mut Vec<u8>, code: u16, value: &[u8]) {
    let length = u16::try_from(value.len()).unwrap_or(u16::MAX);
    let value = value.get(..length.into()).unwrap_or_default();
    out.extend(code.to_be_bytes());
    out.extend(length.to_be_bytes());
    out.extend(value);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nlri::Malformed;
    use crate::{Afi, Family, Safi};
    use alloc::string::ToString;

    const LS: Family = Family::new(Afi::BGP_LS, Safi::BGP_LS);
    const VPN: Family = Family::new(Afi::BGP_LS, Safi::BGP_LS_VPN);

    fn octets(builder: &LinkStateBuilder) -> Vec<u8> {
        let mut out = Vec::new();
        builder.as_link_state().emit(&mut out).unwrap();
        out
    }

    fn link() -> LinkStateBuilder {
        let mut builder = LinkStateBuilder::new(LinkStateKind::LINK, LinkStateProtocol::OSPF_V2, 1);
        builder
            .local_node(&[
                (512, &[0, 0, 0xfd, 0xe8]),
                (514, &[0; 4]),
                (515, &[192, 0, 2, 1]),
            ])
            .remote_node(&[(515, &[192, 0, 2, 2, 198, 51, 100, 1])])
            .tlv(259, &[198, 51, 100, 1])
            .tlv(260, &[198, 51, 100, 2]);
        builder
    }

    #[test]
    fn a_link_reads_back() {
        let octets = octets(&link());
        let route = LinkState::decode(&octets, LS).unwrap();
        assert_eq!(route, link().as_link_state());
        assert_eq!(
            route.to_string(),
            "[type:link][protocol:ospfv2][id:1]\
             [local:{as 65000, area 0.0.0.0, router-id 192.0.2.1}]\
             [remote:{router-id 192.0.2.2:198.51.100.1}]\
             [interface:198.51.100.1][neighbor:198.51.100.2]",
        );
    }

    #[test]
    fn a_vpn_has_a_distinguisher() {
        let mut builder = link();
        builder.distinguisher("65000:1".parse().unwrap());
        let octets = octets(&builder);
        let route = LinkState::decode(&octets, VPN).unwrap();
        assert_eq!(route.distinguisher(), "65000:1".parse().ok());
        assert_eq!(route, builder.as_link_state());
    }

    /// RFC 9552 §8.2.2.
    #[test]
    fn syntax_faults_discard_the_route() {
        let node = |descriptors: &[(u16, &[u8])]| {
            let mut builder = LinkStateBuilder::new(LinkStateKind::NODE, LinkStateProtocol::BGP, 0);
            builder.local_node(descriptors);
            octets(&builder)
        };
        let mut cut = octets(&link());
        let last = cut.len() - 1;
        cut.truncate(last);
        let mut swapped = LinkStateBuilder::new(LinkStateKind::LINK, LinkStateProtocol::BGP, 0);
        swapped.remote_node(&[]).local_node(&[]);
        let twice = |first: &[u8], second: &[u8]| {
            let mut builder = LinkStateBuilder::new(LinkStateKind::LINK, LinkStateProtocol::BGP, 0);
            builder.local_node(&[]).tlv(9000, first).tlv(9000, second);
            builder
        };
        let (longer, higher) = (twice(&[1, 1], &[9]), twice(&[2], &[1]));
        let mut reach =
            LinkStateBuilder::new(LinkStateKind::IPV4_PREFIX, LinkStateProtocol::BGP, 0);
        reach.local_node(&[]).tlv(265, &[33, 1, 1, 1, 1, 1]);
        for (octets, why) in [
            (cut, "cut off"),
            (
                node(&[(515, &[1; 4]), (512, &[1; 4])]),
                "sub-TLVs out of order",
            ),
            (node(&[(515, &[1; 4]), (515, &[2; 4])]), "sub-TLV twice"),
            (octets(&swapped), "TLVs out of order"),
            (octets(&longer), "of one type, the longer first"),
            (octets(&higher), "of one type, the higher first"),
            (
                alloc::vec![0, 1, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0],
                "no identifier",
            ),
        ] {
            assert_eq!(
                LinkState::decode(&octets, LS),
                Err(Malformed::Discard),
                "{why}"
            );
        }
        // What only who uses the route may judge.
        for (octets, why) in [
            (node(&[(512, &[1; 3])]), "AS of three octets"),
            (octets(&reach), "33 bits"),
            (
                alloc::vec![0, 1, 0, 9, 1, 0, 0, 0, 0, 0, 0, 0, 0],
                "no node",
            ),
        ] {
            assert!(LinkState::decode(&octets, LS).is_ok(), "{why}");
        }
        let unknown = [0, 99, 0, 1, 7];
        assert_eq!(
            LinkState::decode(&unknown, LS).unwrap().to_string(),
            "[type:99][value:0x07]"
        );
    }
}
