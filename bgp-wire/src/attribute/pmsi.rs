//! PMSI_TUNNEL: the tunnel of a multicast service (RFC 6514 §5, RFC 7432 §11.2).
//!
//! ```text
//! +-----------+-----------------+-----------+---------------------------+
//! | Flags (1) | Tunnel type (1) | Label (3) | Tunnel identifier, by type|
//! +-----------+-----------------+-----------+---------------------------+
//! ```

use core::fmt;
use core::net::IpAddr;

use super::syntax;
use crate::nlri::{Hex, put_address};
use crate::reader::Reader;
use crate::writer::{Count, Out, Writer};
use crate::{EncodeError, Label};

/// The tunnel of a multicast service.
///
/// ```
/// use bgp_wire::{Label, PmsiTunnel, PmsiTunnelId};
/// let tunnel = PmsiTunnel {
///     flags: 0,
///     label: Label::from_vni(10_100),
///     tunnel: PmsiTunnelId::IngressReplication([192, 0, 2, 1].into()),
/// };
/// let mut out = [0; 16];
/// let length = tunnel.encode(&mut out).unwrap();
/// assert_eq!(out[..length], [0, 6, 0, 0x27, 0x74, 192, 0, 2, 1]);
/// assert_eq!(PmsiTunnel::decode(&out[..length]), Some(tunnel));
/// assert_eq!(tunnel.to_string(), "ingress-replication 192.0.2.1 vni 10100");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PmsiTunnel<'a> {
    /// Flags; the lowest bit asks leaves to make themselves known.
    pub flags: u8,
    /// Label or VNI; zero for none.
    pub label: Label,
    /// Which tunnel.
    pub tunnel: PmsiTunnelId<'a>,
}

/// Which tunnel, by its type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PmsiTunnelId<'a> {
    /// Type 0: none is there.
    None,
    /// Type 1: an RSVP-TE point-to-multipoint LSP.
    RsvpTe {
        /// Extended tunnel identifier.
        extended_id: IpAddr,
        /// Tunnel identifier.
        tunnel_id: u16,
        /// P2MP identifier.
        p2mp_id: u32,
    },
    /// Type 2: a point-to-multipoint LSP of LDP, by its FEC element.
    MldpP2mp(&'a [u8]),
    /// Type 3: PIM-SSM.
    PimSsm {
        /// The root of the tree.
        root: IpAddr,
        /// The group.
        group: IpAddr,
    },
    /// Type 4: PIM-SM.
    PimSm {
        /// The sender.
        sender: IpAddr,
        /// The group.
        group: IpAddr,
    },
    /// Type 5: bidirectional PIM.
    PimBidir {
        /// The sender.
        sender: IpAddr,
        /// The group.
        group: IpAddr,
    },
    /// Type 6: copies in unicast tunnels to this endpoint.
    IngressReplication(IpAddr),
    /// Type 7: a multipoint-to-multipoint LSP of LDP, by its FEC element.
    MldpMp2mp(&'a [u8]),
    /// A type that was assigned later.
    Other {
        /// Tunnel type.
        kind: u8,
        /// Tunnel identifier.
        id: &'a [u8],
    },
}

impl<'a> PmsiTunnel<'a> {
    /// Asks leaves to make themselves known (RFC 6514 §5).
    pub const LEAF_INFORMATION_REQUIRED: u8 = 0x01;

    /// Reads the attribute's value; `None` where it is malformed.
    #[must_use]
    pub fn decode(value: &'a [u8]) -> Option<Self> {
        syntax::pmsi_tunnel(value).ok()?;
        let mut reader = Reader::new(value);
        let [flags, kind] = reader.array()?;
        Some(Self {
            flags,
            label: reader.label()?,
            tunnel: PmsiTunnelId::read(kind, reader.rest())?,
        })
    }

    /// Octets of the value.
    #[must_use]
    pub fn encoded_len(&self) -> usize {
        Count::of(|count| self.emit(count))
    }

    /// Writes the attribute's value and returns its size.
    ///
    /// # Errors
    /// [`EncodeError::BufferTooSmall`].
    pub fn encode(&self, out: &mut [u8]) -> Result<usize, EncodeError> {
        let mut writer = Writer::new(out);
        self.emit(&mut writer)?;
        Ok(writer.position())
    }

    pub(super) fn emit(&self, out: &mut impl Out) -> Result<(), EncodeError> {
        out.put(&[self.flags, self.tunnel.kind()])?;
        out.put(&self.label.octets())?;
        self.tunnel.emit(out)
    }
}

impl<'a> PmsiTunnelId<'a> {
    /// The tunnel type.
    #[must_use]
    pub const fn kind(&self) -> u8 {
        match self {
            Self::None => 0,
            Self::RsvpTe { .. } => 1,
            Self::MldpP2mp(_) => 2,
            Self::PimSsm { .. } => 3,
            Self::PimSm { .. } => 4,
            Self::PimBidir { .. } => 5,
            Self::IngressReplication(_) => 6,
            Self::MldpMp2mp(_) => 7,
            Self::Other { kind, .. } => *kind,
        }
    }

    fn read(kind: u8, id: &'a [u8]) -> Option<Self> {
        let mut reader = Reader::new(id);
        let half = id.len() / 2;
        Some(match kind {
            0 => Self::None,
            1 => Self::RsvpTe {
                extended_id: reader.address(id.len().checked_sub(8)?)?,
                tunnel_id: reader.u32()? as u16,
                p2mp_id: reader.u32()?,
            },
            2 => Self::MldpP2mp(id),
            3 => Self::PimSsm {
                root: reader.address(half)?,
                group: reader.address(half)?,
            },
            4 => Self::PimSm {
                sender: reader.address(half)?,
                group: reader.address(half)?,
            },
            5 => Self::PimBidir {
                sender: reader.address(half)?,
                group: reader.address(half)?,
            },
            6 => Self::IngressReplication(reader.address(id.len())?),
            7 => Self::MldpMp2mp(id),
            kind => Self::Other { kind, id },
        })
    }

    fn emit(&self, out: &mut impl Out) -> Result<(), EncodeError> {
        match *self {
            Self::None => Ok(()),
            Self::RsvpTe {
                extended_id,
                tunnel_id,
                p2mp_id,
            } => {
                put_address(out, extended_id)?;
                out.u32(tunnel_id.into())?;
                out.u32(p2mp_id)
            }
            Self::PimSsm {
                root: sender,
                group,
            }
            | Self::PimSm { sender, group }
            | Self::PimBidir { sender, group } => {
                put_address(out, sender)?;
                put_address(out, group)
            }
            Self::IngressReplication(endpoint) => put_address(out, endpoint),
            Self::MldpP2mp(id) | Self::MldpMp2mp(id) | Self::Other { id, .. } => out.put(id),
        }
    }
}

/// The tunnel, and the label as a number of 24 bits.
impl fmt::Display for PmsiTunnel<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.tunnel, f)?;
        if self.label != Label::default() {
            write!(f, " vni {}", self.label.vni())?;
        }
        match self.flags & Self::LEAF_INFORMATION_REQUIRED {
            0 => Ok(()),
            _ => f.write_str(" leaf-information-required"),
        }
    }
}

impl fmt::Display for PmsiTunnelId<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => f.write_str("none"),
            Self::RsvpTe {
                extended_id,
                tunnel_id,
                p2mp_id,
            } => write!(f, "rsvp-te {extended_id} tunnel {tunnel_id} p2mp {p2mp_id}"),
            Self::MldpP2mp(id) => write!(f, "mldp-p2mp 0x{}", Hex(id)),
            Self::PimSsm { root, group } => write!(f, "pim-ssm {root} {group}"),
            Self::PimSm { sender, group } => write!(f, "pim-sm {sender} {group}"),
            Self::PimBidir { sender, group } => write!(f, "pim-bidir {sender} {group}"),
            Self::IngressReplication(endpoint) => write!(f, "ingress-replication {endpoint}"),
            Self::MldpMp2mp(id) => write!(f, "mldp-mp2mp 0x{}", Hex(id)),
            Self::Other { kind, id } => write!(f, "type {kind} 0x{}", Hex(id)),
        }
    }
}

#[cfg(all(test, feature = "alloc"))]
mod tests {
    use super::*;
    use alloc::string::ToString;
    use alloc::vec::Vec;

    #[test]
    fn every_type_reads_writes_and_prints() {
        let fec: &[u8] = &[6, 0, 1, 4, 192, 0, 2, 1, 0, 1, 7];
        for (kind, id, text) in [
            (0, &[][..], "none"),
            (
                1,
                &[192, 0, 2, 1, 0, 0, 0, 9, 0, 0, 0, 5],
                "rsvp-te 192.0.2.1 tunnel 9 p2mp 5",
            ),
            (2, fec, "mldp-p2mp 0x06000104c0000201000107"),
            (
                3,
                &[192, 0, 2, 1, 232, 0, 0, 1],
                "pim-ssm 192.0.2.1 232.0.0.1",
            ),
            (
                4,
                &[192, 0, 2, 1, 233, 252, 0, 1],
                "pim-sm 192.0.2.1 233.252.0.1",
            ),
            (
                5,
                &[192, 0, 2, 1, 233, 252, 0, 1],
                "pim-bidir 192.0.2.1 233.252.0.1",
            ),
            (6, &[192, 0, 2, 1], "ingress-replication 192.0.2.1"),
            (11, &[1, 2], "type 11 0x0102"),
        ] {
            let octets: Vec<u8> = [&[1, kind, 0, 0, 0x11][..], id].concat();
            let tunnel = PmsiTunnel::decode(&octets).unwrap();
            let whole = alloc::format!("{text} vni 17 leaf-information-required");
            assert_eq!(tunnel.to_string(), whole);
            let mut out = Vec::new();
            tunnel.emit(&mut out).unwrap();
            assert_eq!(out, octets);
            assert_eq!(tunnel.encoded_len(), octets.len());
        }
        assert_eq!(PmsiTunnel::decode(&[0, 6, 0, 0, 0, 1]), None);
    }
}
