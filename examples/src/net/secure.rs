//! What protects a session below BGP.

use std::collections::BTreeMap;
use std::io;
use std::net::IpAddr;

use ipnet::IpNet;
use socket2::SockRef;

use super::option;

/// Protection of one session's TCP connections.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Security {
    /// Key of the TCP MD5 signature (RFC 2385).
    pub password: Option<String>,
    /// Hops that the peer may be away, with TTL security on (RFC 5082).
    pub hops: Option<u8>,
    /// The TTL or hop limit of packets to the peer, where there is no TTL security; `None`
    /// leaves it to the system. 1 keeps a session on the link.
    pub ttl: Option<u8>,
}

impl std::fmt::Debug for Security {
    /// Without the key.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let password = self.password.as_ref().map(|_| "…");
        f.debug_struct("Security")
            .field("password", &password)
            .field("hops", &self.hops)
            .field("ttl", &self.ttl)
            .finish()
    }
}

/// What protects the connections with each peer, and with those of each range.
#[derive(Clone, Debug, Default)]
pub struct Keyring(BTreeMap<IpNet, Security>);

impl Keyring {
    /// What protects the connections with this peer: what its own address has, else the
    /// longest range with it. `None` for somebody who is no peer.
    #[must_use]
    pub fn of(&self, peer: IpAddr) -> Option<&Security> {
        let of_range = || {
            let ranges = self.0.iter().filter(|(range, _)| range.contains(&peer));
            ranges.max_by_key(|(range, _)| range.prefix_len())
        };
        let own = self.0.get(&IpNet::from(peer));
        own.or_else(|| of_range().map(|(_, security)| security))
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = (IpNet, &Security)> {
        self.0.iter().map(|(peers, security)| (*peers, security))
    }
}

impl Keyring {
    /// Gives a listening socket these keys of the peers that are `concerned`, in place of those
    /// of `before`.
    ///
    /// # Errors
    ///
    /// As [`dial`](super::dial).
    pub fn replace(
        &self,
        before: &Self,
        socket: &SockRef<'_>,
        concerned: impl Fn(IpNet) -> bool,
    ) -> io::Result<()> {
        let key = |keys: &Self, peer: &IpNet| keys.0.get(peer)?.password.clone();
        for peer in before.0.keys().filter(|peer| concerned(**peer)) {
            if key(before, peer).is_some() && key(self, peer).is_none() {
                // No key is a key of no length.
                option::md5(socket, *peer, &[])?;
            }
        }
        for (peer, security) in self.0.iter().filter(|(peer, _)| concerned(**peer)) {
            if key(before, peer) != security.password {
                security.sign(socket, *peer).map_err(io::Error::other)?;
            }
        }
        Ok(())
    }
}

impl FromIterator<(IpNet, Security)> for Keyring {
    fn from_iter<I: IntoIterator<Item = (IpNet, Security)>>(keys: I) -> Self {
        Self(keys.into_iter().collect())
    }
}

/// A session cannot be protected as the topology asks for.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SecureError {
    /// The key is longer than the kernel takes.
    #[error("the password for {peer} is longer than {} bytes", option::LONGEST_KEY)]
    PasswordTooLong {
        /// The peer.
        peer: IpNet,
    },
    /// No TCP MD5 signatures on this system, or not allowed.
    #[error("no TCP MD5 signature for {peer}: {cause}")]
    Md5 {
        /// The peer.
        peer: IpNet,
        /// What the system said.
        cause: io::Error,
    },
    /// No TTL security on this system.
    #[error("no TTL security for {peer}: {cause}")]
    Ttl {
        /// The peer.
        peer: IpAddr,
        /// What the system said.
        cause: io::Error,
    },
}

impl Security {
    /// Sets the key for `peer`, one or a range; on a listening socket it holds for what it accepts
    /// from that peer, beside the keys of other peers.
    ///
    /// # Errors
    ///
    /// [`SecureError`] when there is a key and it cannot be set: a session without the
    /// protection that was asked for must not come up.
    pub(super) fn sign(&self, socket: &SockRef<'_>, peer: IpNet) -> Result<(), SecureError> {
        let Some(password) = &self.password else {
            return Ok(());
        };
        if password.len() > option::LONGEST_KEY {
            return Err(SecureError::PasswordTooLong { peer });
        }
        option::md5(socket, peer, password.as_bytes())
            .map_err(|cause| SecureError::Md5 { peer, cause })
    }

    /// Sends with TTL 255 and takes only what has come at most so many hops; or sends with the
    /// TTL that was asked for.
    ///
    /// # Errors
    ///
    /// [`SecureError::Ttl`].
    pub fn limit_hops(&self, socket: &SockRef<'_>, peer: IpAddr) -> Result<(), SecureError> {
        let set = |ttl: u32| match peer {
            IpAddr::V4(_) => socket.set_ttl_v4(ttl),
            IpAddr::V6(_) => socket.set_unicast_hops_v6(ttl),
        };
        let Some(hops) = self.hops else {
            let ttl = self.ttl.map_or(Ok(()), |ttl| set(ttl.into()));
            return ttl.map_err(|cause| SecureError::Ttl { peer, cause });
        };
        set(255)
            // One hop away is TTL 255 as it arrives.
            .and_then(|()| option::lowest_ttl(socket, peer, 255 - hops.saturating_sub(1)))
            .map_err(|cause| SecureError::Ttl { peer, cause })
    }
}
