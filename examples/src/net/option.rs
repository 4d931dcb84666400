//! The two socket options that neither the standard library, tokio nor socket2 knows:
//! TCP-MD5 (RFC 2385) and the lowest TTL to accept (RFC 5082).
//!
//! Linux only; elsewhere both say [`io::ErrorKind::Unsupported`].

use std::io;
use std::net::IpAddr;

use ipnet::IpNet;
use socket2::SockRef;

/// The longest key that Linux takes (`TCP_MD5SIG_MAXKEYLEN`).
pub(super) const LONGEST_KEY: usize = 80;

/// Signs what is sent to `peer`, one or a range, with `key`, and drops what comes from there
/// without it.
#[cfg(target_os = "linux")]
pub(super) fn md5(socket: &SockRef<'_>, peer: IpNet, key: &[u8]) -> io::Result<()> {
    linux::md5(socket, peer, key)
}

/// Drops packets whose TTL or hop limit is below `lowest`.
#[cfg(target_os = "linux")]
pub(super) fn lowest_ttl(socket: &SockRef<'_>, peer: IpAddr, lowest: u8) -> io::Result<()> {
    linux::lowest_ttl(socket, peer, lowest)
}

/// Not available here.
#[cfg(not(target_os = "linux"))]
pub(super) fn md5(_: &SockRef<'_>, _: IpNet, _: &[u8]) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Not available here.
#[cfg(not(target_os = "linux"))]
pub(super) fn lowest_ttl(_: &SockRef<'_>, _: IpAddr, _: u8) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

#[cfg(target_os = "linux")]
mod linux {
    use std::io;
    use std::mem::size_of;
    use std::net::{IpAddr, SocketAddr};
    use std::os::fd::AsRawFd as _;

    use ipnet::IpNet;
    use socket2::{SockAddr, SockRef};

    use super::LONGEST_KEY;

    /// `IP_MINTTL` of linux/in.h.
    const IP_MINTTL: libc::c_int = 21;
    /// `IPV6_MINHOPCOUNT` of linux/in6.h.
    const IPV6_MINHOPCOUNT: libc::c_int = 73;
    /// `TCP_MD5SIG_EXT` of linux/tcp.h: as `TCP_MD5SIG`, and the flags count.
    const TCP_MD5SIG_EXT: libc::c_int = 32;
    /// `TCP_MD5SIG_FLAG_PREFIX` of linux/tcp.h: the prefix length counts.
    const FLAG_PREFIX: u8 = 1;

    /// `struct tcp_md5sig` of linux/tcp.h.
    #[repr(C)]
    struct Md5Signature {
        address: libc::sockaddr_storage,
        flags: u8,
        prefix_length: u8,
        key_length: u16,
        interface: libc::c_int,
        key: [u8; LONGEST_KEY],
    }

    pub(super) fn md5(socket: &SockRef<'_>, peer: IpNet, key: &[u8]) -> io::Result<()> {
        let mut signature = Md5Signature {
            address: storage(peer.addr()),
            flags: FLAG_PREFIX,
            prefix_length: peer.prefix_len(),
            key_length: 0,
            interface: 0,
            key: [0; LONGEST_KEY],
        };
        let room = signature
            .key
            .get_mut(..key.len())
            .ok_or(io::ErrorKind::InvalidInput)?;
        room.copy_from_slice(key);
        signature.key_length = u16::try_from(key.len()).map_err(|_| io::ErrorKind::InvalidInput)?;
        // A kernel without keys of ranges (before 4.13) has those of addresses.
        let name = if peer.prefix_len() == peer.max_prefix_len() {
            libc::TCP_MD5SIG
        } else {
            TCP_MD5SIG_EXT
        };
        set(socket, libc::IPPROTO_TCP, name, &signature)
    }

    pub(super) fn lowest_ttl(socket: &SockRef<'_>, peer: IpAddr, lowest: u8) -> io::Result<()> {
        let lowest = libc::c_int::from(lowest);
        match peer {
            IpAddr::V4(_) => set(socket, libc::IPPROTO_IP, IP_MINTTL, &lowest),
            IpAddr::V6(_) => set(socket, libc::IPPROTO_IPV6, IPV6_MINHOPCOUNT, &lowest),
        }
    }

    /// The address as the kernel wants it, with port 0.
    #[expect(
        unsafe_code,
        reason = "socket2 hands its storage out as libc's only by pointer"
    )]
    fn storage(peer: IpAddr) -> libc::sockaddr_storage {
        let address = SockAddr::from(SocketAddr::new(peer, 0));
        // SAFETY: a SockAddr holds a whole sockaddr_storage, which is plain data and
        // outlives the read.
        unsafe {
            address
                .as_ptr()
                .cast::<libc::sockaddr_storage>()
                .read_unaligned()
        }
    }

    /// `setsockopt(2)` with a value of the C type that the option wants.
    #[expect(unsafe_code, reason = "no safe crate offers these options")]
    fn set<T>(
        socket: &SockRef<'_>,
        level: libc::c_int,
        name: libc::c_int,
        value: &T,
    ) -> io::Result<()> {
        let length =
            libc::socklen_t::try_from(size_of::<T>()).map_err(|_| io::ErrorKind::InvalidInput)?;
        let pointer = std::ptr::from_ref(value).cast::<libc::c_void>();
        // SAFETY: the descriptor is open as long as the SockRef borrows it; the kernel
        // reads `length` bytes, which is the size of the value behind `pointer`.
        let result = unsafe { libc::setsockopt(socket.as_raw_fd(), level, name, pointer, length) };
        if result == 0 {
            Ok(())
        } else {
            Err(io::Error::last_os_error())
        }
    }
}
