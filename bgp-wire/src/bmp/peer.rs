//! The per-peer header: whose routes a message is about (RFC 7854 §4.2, RFC 8671 §4, RFC 9069 §4).

use core::fmt;
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use core::time::Duration;

use crate::reader::Reader;
use crate::writer::Out;
use crate::{Asn, EncodeError, RouteDistinguisher};

/// What kind of peer, as IANA assigns it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct BmpPeerType(pub u8);

impl BmpPeerType {
    /// A peer of the router's one instance of BGP, or of its main one.
    pub const GLOBAL_INSTANCE: Self = Self(0);
    /// A peer within a VRF that has a route distinguisher.
    pub const RD_INSTANCE: Self = Self(1);
    /// A peer within an instance that has another identifier.
    pub const LOCAL_INSTANCE: Self = Self(2);
    /// No peer: the routes that the router itself chose (RFC 9069 §4.1).
    pub const LOC_RIB_INSTANCE: Self = Self(3);
}

impl fmt::Display for BmpPeerType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match *self {
            Self::GLOBAL_INSTANCE => "Global Instance Peer",
            Self::RD_INSTANCE => "RD Instance Peer",
            Self::LOCAL_INSTANCE => "Local Instance Peer",
            Self::LOC_RIB_INSTANCE => "Loc-RIB Instance Peer",
            Self(other) => return write!(f, "peer type {other}"),
        })
    }
}

bitflags::bitflags! {
    /// The flags of the header. Bits without a name are kept, and mean nothing.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
    pub struct PeerFlags: u8 {
        /// V: the address is one of IPv6. Set as the address has it when a header is
        /// written. Not of a Loc-RIB.
        const IPV6 = 0x80;
        /// L: after the policy of the router, import policy or export policy.
        const POST_POLICY = 0x40;
        /// A: AS numbers in AS_PATH have two octets.
        const TWO_OCTET_AS = 0x20;
        /// O: what is sent to the peer instead of what comes from it (RFC 8671 §4).
        const ADJ_RIB_OUT = 0x10;
        /// F: only of a Loc-RIB: it is not told whole (RFC 9069 §4.2). The same bit as
        /// [`PeerFlags::IPV6`].
        const FILTERED = 0x80;
    }
}

/// The table that a message tells of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum MonitoredRib {
    /// As the peer sent it (RFC 7854 §5).
    AdjRibInPrePolicy,
    /// After import policy (RFC 7854 §5).
    AdjRibInPostPolicy,
    /// Before export policy (RFC 8671 §5.2).
    AdjRibOutPrePolicy,
    /// As it is sent to the peer (RFC 8671 §5.1).
    AdjRibOutPostPolicy,
    /// What the router chose (RFC 9069 §5).
    LocRib,
}

impl MonitoredRib {
    const fn flags(self) -> PeerFlags {
        match self {
            Self::AdjRibInPrePolicy | Self::LocRib => PeerFlags::empty(),
            Self::AdjRibInPostPolicy => PeerFlags::POST_POLICY,
            Self::AdjRibOutPrePolicy => PeerFlags::ADJ_RIB_OUT,
            Self::AdjRibOutPostPolicy => PeerFlags::ADJ_RIB_OUT.union(PeerFlags::POST_POLICY),
        }
    }
}

impl fmt::Display for MonitoredRib {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::AdjRibInPrePolicy => "Adj-RIB-In pre-policy",
            Self::AdjRibInPostPolicy => "Adj-RIB-In post-policy",
            Self::AdjRibOutPrePolicy => "Adj-RIB-Out pre-policy",
            Self::AdjRibOutPostPolicy => "Adj-RIB-Out post-policy",
            Self::LocRib => "Loc-RIB",
        })
    }
}

/// Whose routes a message is about.
///
/// ```text
/// +---------------+-----------+------------------------+-------------------+
/// | Peer type (1) | Flags (1) | Peer distinguisher (8) | Peer address (16) |
/// +---------------+-----------+------------------------+-------------------+
/// | Peer AS (4)   | Peer BGP identifier (4)                                |
/// +---------------+--------------------------------------------------------+
/// | Seconds (4)   | Microseconds (4)                                       |
/// +---------------+--------------------------------------------------------+
/// ```
///
/// ```
/// use bgp_wire::Asn;
/// use bgp_wire::bmp::{MonitoredRib, PeerHeader};
/// let (address, identifier) = ([192, 0, 2, 1].into(), [192, 0, 2, 1].into());
/// let rib = MonitoredRib::AdjRibInPostPolicy;
/// let peer = PeerHeader::new(rib, address, Asn(64512), identifier);
/// assert_eq!(peer.rib(), rib);
/// assert_eq!(peer.to_string(), "192.0.2.1 AS 64512 Adj-RIB-In post-policy");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PeerHeader {
    /// What kind of peer.
    pub peer_type: BmpPeerType,
    /// Which of its tables, and how it is told.
    pub flags: PeerFlags,
    /// The instance: 0 for the global one, the route distinguisher of an RD instance, any
    /// other eight octets for a local one.
    pub distinguisher: RouteDistinguisher,
    /// The peer's address; 0.0.0.0 for a Loc-RIB, where none is read or written.
    pub address: IpAddr,
    /// The peer's AS number; the router's own for a Loc-RIB.
    pub asn: Asn,
    /// The peer's BGP Identifier; the router's own for a Loc-RIB.
    pub identifier: Ipv4Addr,
    /// When the routes were received, sent or chosen, in seconds since 1970; 0 where that
    /// is not known.
    pub timestamp: u32,
    /// Microseconds of the second.
    pub microseconds: u32,
}

impl PeerHeader {
    /// Octets of the header.
    pub const LEN: usize = 42;

    /// A peer of the global instance, at a time that is not known; AS numbers have four
    /// octets. For [`MonitoredRib::LocRib`] the AS number and the identifier are the
    /// router's, and the address does not count.
    #[must_use]
    pub const fn new(rib: MonitoredRib, address: IpAddr, asn: Asn, identifier: Ipv4Addr) -> Self {
        let (peer_type, address) = match rib {
            MonitoredRib::LocRib => (
                BmpPeerType::LOC_RIB_INSTANCE,
                IpAddr::V4(Ipv4Addr::UNSPECIFIED),
            ),
            MonitoredRib::AdjRibInPrePolicy
            | MonitoredRib::AdjRibInPostPolicy
            | MonitoredRib::AdjRibOutPrePolicy
            | MonitoredRib::AdjRibOutPostPolicy => (BmpPeerType::GLOBAL_INSTANCE, address),
        };
        let family = match (peer_type, address) {
            (BmpPeerType::LOC_RIB_INSTANCE, _) | (_, IpAddr::V4(_)) => PeerFlags::empty(),
            (_, IpAddr::V6(_)) => PeerFlags::IPV6,
        };
        Self {
            peer_type,
            flags: rib.flags().union(family),
            distinguisher: RouteDistinguisher([0; 8]),
            address,
            asn,
            identifier,
            timestamp: 0,
            microseconds: 0,
        }
    }

    /// The same at a time since 1970; what does not fit the field is its largest.
    #[must_use]
    pub fn at(mut self, time: Duration) -> Self {
        self.timestamp = u32::try_from(time.as_secs()).unwrap_or(u32::MAX);
        self.microseconds = time.subsec_micros();
        self
    }

    /// When it happened, since 1970; `None` where that is not known.
    #[must_use]
    pub fn time(&self) -> Option<Duration> {
        if (self.timestamp, self.microseconds) == (0, 0) {
            return None;
        }
        let micros = Duration::from_micros(self.microseconds.into());
        Some(Duration::from_secs(self.timestamp.into()).saturating_add(micros))
    }

    /// Whether the message is about the routes that the router itself chose.
    #[must_use]
    pub fn is_loc_rib(&self) -> bool {
        self.peer_type == BmpPeerType::LOC_RIB_INSTANCE
    }

    /// The table that the message tells of. Says nothing in a Peer Up, a Peer Down or a
    /// Statistics Report (RFC 8671 §6).
    #[must_use]
    pub fn rib(&self) -> MonitoredRib {
        if self.is_loc_rib() {
            return MonitoredRib::LocRib;
        }
        let out = self.flags.contains(PeerFlags::ADJ_RIB_OUT);
        match (out, self.flags.contains(PeerFlags::POST_POLICY)) {
            (false, false) => MonitoredRib::AdjRibInPrePolicy,
            (false, true) => MonitoredRib::AdjRibInPostPolicy,
            (true, false) => MonitoredRib::AdjRibOutPrePolicy,
            (true, true) => MonitoredRib::AdjRibOutPostPolicy,
        }
    }

    /// Whether AS numbers of AS_PATH and AGGREGATOR have four octets. A Loc-RIB has no
    /// others (RFC 9069 §5.4.1).
    #[must_use]
    pub fn four_octet_as(&self) -> bool {
        self.is_loc_rib() || !self.flags.contains(PeerFlags::TWO_OCTET_AS)
    }

    /// Whether a Loc-RIB is not told whole (RFC 9069 §4.2).
    #[must_use]
    pub fn is_filtered(&self) -> bool {
        self.is_loc_rib() && self.flags.contains(PeerFlags::FILTERED)
    }

    /// What tells the peer from all others of the router, whichever of its tables is told;
    /// the key of a map of peers.
    ///
    /// RFC 7854 §4.2 identifies a peer by its type, distinguisher and address; a Loc-RIB
    /// has its identifier instead of an address (RFC 9069 §6.1.1).
    #[must_use]
    pub fn key(&self) -> PeerKey {
        PeerKey {
            peer_type: self.peer_type,
            distinguisher: self.distinguisher,
            address: match self.is_loc_rib() {
                true => IpAddr::V4(self.identifier),
                false => self.address,
            },
        }
    }

    fn is_ipv6(&self) -> bool {
        !self.is_loc_rib() && self.flags.contains(PeerFlags::IPV6)
    }

    pub(crate) fn read(reader: &mut Reader<'_>) -> Option<Self> {
        let mut header = Self {
            peer_type: BmpPeerType(reader.u8()?),
            flags: PeerFlags::from_bits_retain(reader.u8()?),
            distinguisher: RouteDistinguisher(reader.array()?),
            address: Ipv4Addr::UNSPECIFIED.into(),
            asn: Asn::ZERO,
            identifier: Ipv4Addr::UNSPECIFIED,
            timestamp: 0,
            microseconds: 0,
        };
        let address = reader.array()?;
        if !header.is_loc_rib() {
            header.address = read_address(address, header.is_ipv6());
        }
        header.asn = Asn(reader.u32()?);
        header.identifier = reader.array::<4>()?.into();
        header.timestamp = reader.u32()?;
        header.microseconds = reader.u32()?;
        Some(header)
    }

    pub(super) fn emit(&self, out: &mut impl Out) -> Result<(), EncodeError> {
        let mut flags = self.flags;
        if !self.is_loc_rib() {
            flags.set(PeerFlags::IPV6, self.address.is_ipv6());
        }
        out.put(&[self.peer_type.0, flags.bits()])?;
        out.put(&self.distinguisher.octets())?;
        match self.is_loc_rib() {
            true => out.put(&[0; 16])?,
            false => emit_address(self.address, out)?,
        }
        out.u32(self.asn.0)?;
        out.put(&self.identifier.octets())?;
        out.u32(self.timestamp)?;
        out.u32(self.microseconds)
    }

    /// An address of the session, of the peer's IP version.
    pub(super) fn read_local(&self, octets: [u8; 16]) -> IpAddr {
        read_address(octets, self.is_ipv6())
    }
}

impl fmt::Display for PeerHeader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rib = self.rib();
        match self.is_loc_rib() {
            true => write!(f, "{} AS {} {rib}", self.identifier, self.asn)?,
            false => write!(f, "{} AS {} {rib}", self.address, self.asn)?,
        }
        match self.distinguisher.octets() == [0; 8] {
            true => Ok(()),
            false => write!(f, " of {}", self.distinguisher),
        }
    }
}

/// What tells a monitored peer from others; see [`PeerHeader::key`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PeerKey {
    peer_type: BmpPeerType,
    distinguisher: RouteDistinguisher,
    address: IpAddr,
}

/// IPv4 addresses stand in the last four octets.
fn read_address(octets: [u8; 16], ipv6: bool) -> IpAddr {
    let [.., a, b, c, d] = octets;
    match ipv6 {
        true => Ipv6Addr::from(octets).into(),
        false => Ipv4Addr::new(a, b, c, d).into(),
    }
}

pub(super) fn emit_address(address: IpAddr, out: &mut impl Out) -> Result<(), EncodeError> {
    match address {
        IpAddr::V4(address) => {
            out.put(&[0; 12])?;
            out.put(&address.octets())
        }
        IpAddr::V6(address) => out.put(&address.octets()),
    }
}
