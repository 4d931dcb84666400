//! Connection collision detection (RFC 4271 §6.8, RFC 6286 §2.3).
//!
//! Both speakers dial, both dials succeed, and one connection has to go. The
//! rule is a pure function of what both speakers know, so that both keep the
//! same one without another word: the connection that the speaker with the
//! higher BGP Identifier has opened. Identifiers are compared as unsigned
//! numbers in network byte order; equal ones, which RFC 6286 allows between
//! ASes, are decided by the four-octet AS number.

use std::net::Ipv4Addr;

use bgp_wire::Asn;

use crate::Direction;

/// One speaker, as far as a collision looks at it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Speaker {
    pub(crate) identifier: Ipv4Addr,
    pub(crate) asn: Asn,
}

/// Which of two connections to the same peer stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Survivor {
    /// The one that was there before.
    Existing,
    /// The one on which an OPEN has just come.
    New,
}

/// Decides between two connections on both of which the peer's OPEN is known.
///
/// The one that the speaker with the higher identifier has initiated stays;
/// equal identifiers (of external peers) are decided by the higher AS number.
/// Two connections of one initiator mean that it gave up the older one.
pub(crate) fn survivor(
    local: Speaker,
    remote: Speaker,
    existing: Direction,
    new: Direction,
) -> Survivor {
    if existing == new {
        return Survivor::New;
    }
    let ours = (local.identifier, local.asn) > (remote.identifier, remote.asn);
    let keep = if ours {
        Direction::Outgoing
    } else {
        Direction::Incoming
    };
    if keep == new {
        Survivor::New
    } else {
        Survivor::Existing
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Direction::{Incoming, Outgoing};

    fn speaker(last: u8, asn: u32) -> Speaker {
        Speaker {
            identifier: Ipv4Addr::new(192, 0, 2, last),
            asn: Asn(asn),
        }
    }

    #[test]
    fn both_speakers_keep_the_same_connection() {
        // What is outgoing to one is incoming to the other.
        for (local, remote) in [(1, 2), (2, 1)] {
            let keep = survivor(speaker(local, 1), speaker(remote, 1), Outgoing, Incoming);
            let peer = survivor(speaker(remote, 1), speaker(local, 1), Incoming, Outgoing);
            assert_eq!(keep, peer);
            let expected = if local > remote {
                Survivor::Existing
            } else {
                Survivor::New
            };
            assert_eq!(
                keep, expected,
                "the higher identifier's own connection stays"
            );
        }
    }

    #[test]
    fn equal_identifiers_are_decided_by_the_as_number() {
        let (low, high) = (speaker(1, 64512), speaker(1, 4_200_000_000));
        assert_eq!(survivor(low, high, Outgoing, Incoming), Survivor::New);
        assert_eq!(survivor(high, low, Outgoing, Incoming), Survivor::Existing);
    }

    #[test]
    fn a_second_connection_of_the_peer_replaces_its_first() {
        assert_eq!(
            survivor(speaker(9, 1), speaker(1, 1), Incoming, Incoming),
            Survivor::New
        );
    }
}
