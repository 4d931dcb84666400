//! BGP identifiers of nodes, RFC 4271 §1.1 and RFC 6286.

use std::net::Ipv4Addr;
use std::str::FromStr;

use sha2::{Digest, Sha256};

/// Where nodes take their BGP identifier from: calico-node's environment
/// variable `CALICO_ROUTER_ID`.
///
/// The identifier decides ties between routes (RFC 4271 §9.1.2.2) and collisions
/// of connections (§6.8), and has to be unique within an AS (RFC 6286 §2.1).
///
/// ```
/// use calico_types::topology::RouterId;
///
/// let chosen: RouterId = "hash".parse()?;
/// assert_eq!(chosen.of("kube-master", None).unwrap().to_string(), "25.79.212.8");
/// # Ok::<(), calico_types::topology::ParseRouterIdError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum RouterId {
    /// The node's IPv4 address; not set.
    #[default]
    NodeAddress,
    /// Made from the node's name, for nodes without IPv4: `hash`.
    Hash,
    /// This one. It is the same on every node, so it is of use for one only.
    Fixed(Ipv4Addr),
}

/// Text that `CALICO_ROUTER_ID` does not take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("router id is neither an IPv4 address nor hash")]
pub struct ParseRouterIdError;

impl FromStr for RouterId {
    type Err = ParseRouterIdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "" => Ok(Self::NodeAddress),
            "hash" => Ok(Self::Hash),
            _ => text
                .parse()
                .map(Self::Fixed)
                .map_err(|_| ParseRouterIdError),
        }
    }
}

impl RouterId {
    /// The identifier of a node.
    ///
    /// `None` only for a node without IPv4 address where nothing else was
    /// chosen; such a node cannot open a session.
    #[must_use]
    pub fn of(self, node: &str, address: Option<Ipv4Addr>) -> Option<Ipv4Addr> {
        match self {
            Self::NodeAddress => address,
            Self::Hash => Some(hashed(node)),
            Self::Fixed(id) => Some(id),
        }
    }
}

/// The first four bytes of the name's SHA-256, moved out of the multicast and
/// reserved ranges.
fn hashed(node: &str) -> Ipv4Addr {
    let digest: [u8; 32] = Sha256::digest(node).into();
    let [first, second, third, fourth, ..] = digest;
    let first = if first > 223 { first - 32 } else { first };
    Ipv4Addr::new(first, second, third, fourth)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_as_calico_node_does() {
        let id = RouterId::Hash.of("kube-master", None);
        assert_eq!(id, Some(Ipv4Addr::new(25, 79, 212, 8)));
    }

    #[test]
    fn an_address_overrides_everything() {
        let own = Some(Ipv4Addr::new(10, 0, 0, 1));
        assert_eq!(RouterId::default().of("n", own), own);
        let fixed: RouterId = "192.0.2.1".parse().unwrap();
        assert_eq!(fixed.of("n", own), Some(Ipv4Addr::new(192, 0, 2, 1)));
        assert_eq!("Hash".parse::<RouterId>(), Err(ParseRouterIdError));
    }
}
