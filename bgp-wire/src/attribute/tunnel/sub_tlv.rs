//! Sub-TLVs of a tunnel (RFC 9012 §3, RFC 9830 §2.4).

use core::fmt;
use core::net::{IpAddr, Ipv6Addr};

use super::SegmentList;
use crate::nlri::{Hex, put_address};
use crate::reader::Reader;
use crate::writer::{Count, Out};
use crate::{EncodeError, ExtendedCommunity, Label};

/// One fact about a tunnel.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum TunnelSubTlv<'a> {
    /// 1: fields of the tunnel's header, by tunnel type (RFC 9012 §3.2).
    Encapsulation(&'a [u8]),
    /// 2: the protocol of the payload, an Ethertype (RFC 9012 §3.4.1).
    ProtocolType(u16),
    /// 4: the color of traffic for the tunnel (RFC 9012 §3.4.2).
    Color(u32),
    /// 6: where the tunnel ends; the next hop for `None` (RFC 9012 §3.1).
    EgressEndpoint(Option<IpAddr>),
    /// 7: the DS field of the outer header (RFC 9012 §3.3.1).
    DsField(u8),
    /// 8: the UDP destination port (RFC 9012 §3.3.2).
    UdpPort(u16),
    /// 9: whether an embedded label stays (RFC 9012 §3.5.2).
    EmbeddedLabelHandling(u8),
    /// 10: labels to push, four octets each (RFC 9012 §3.6).
    MplsLabelStack(&'a [u8]),
    /// 12: preference of a candidate path (RFC 9830 §2.4.1).
    Preference(u32),
    /// 13: binding SID of a candidate path; none for `None` (RFC 9830 §2.4.2).
    BindingSid(Option<Label>),
    /// 20: SRv6 binding SID (RFC 9830 §2.4.3), what follows it left out.
    Srv6BindingSid(Ipv6Addr),
    /// 14: explicit NULL label policy (RFC 9830 §2.4.5).
    ExplicitNull(u8),
    /// 15: priority for recomputation (RFC 9830 §2.4.6).
    Priority(u8),
    /// 128: a list of segments (RFC 9830 §2.4.4).
    SegmentList(SegmentList<'a>),
    /// 129: name of the candidate path (RFC 9830 §2.4.7).
    CandidatePathName(&'a str),
    /// 130: name of the policy (RFC 9830 §2.4.8).
    PolicyName(&'a str),
    /// Any other, or one whose value has another form: a malformed one counts
    /// as unknown (RFC 9012 §13).
    Other {
        /// The type.
        code: u8,
        /// The value.
        value: &'a [u8],
    },
}

impl<'a> TunnelSubTlv<'a> {
    /// The type code.
    #[must_use]
    pub const fn code(&self) -> u8 {
        match self {
            Self::Encapsulation(_) => 1,
            Self::ProtocolType(_) => 2,
            Self::Color(_) => 4,
            Self::EgressEndpoint(_) => 6,
            Self::DsField(_) => 7,
            Self::UdpPort(_) => 8,
            Self::EmbeddedLabelHandling(_) => 9,
            Self::MplsLabelStack(_) => 10,
            Self::Preference(_) => 12,
            Self::BindingSid(_) => 13,
            Self::ExplicitNull(_) => 14,
            Self::Priority(_) => 15,
            Self::Srv6BindingSid(_) => 20,
            Self::SegmentList(_) => 128,
            Self::CandidatePathName(_) => 129,
            Self::PolicyName(_) => 130,
            Self::Other { code, .. } => *code,
        }
    }

    fn decode(code: u8, value: &'a [u8]) -> Self {
        let mut reader = Reader::new(value);
        typed(code, &mut reader)
            .filter(|_| reader.is_empty())
            .unwrap_or(Self::Other { code, value })
    }

    pub(super) fn emit(&self, out: &mut impl Out) -> Result<(), EncodeError> {
        let length = Count::of(|count| self.emit_value(count));
        out.u8(self.code())?;
        match self.code() {
            0..128 => out.u8(u8::try_from(length).map_err(|_| EncodeError::ValueTooLong)?)?,
            128.. => out.u16(u16::try_from(length).map_err(|_| EncodeError::ValueTooLong)?)?,
        }
        self.emit_value(out)
    }

    fn emit_value(&self, out: &mut impl Out) -> Result<(), EncodeError> {
        match *self {
            Self::Encapsulation(octets) | Self::MplsLabelStack(octets) => out.put(octets),
            Self::ProtocolType(number) | Self::UdpPort(number) => out.u16(number),
            Self::Color(color) => {
                out.put(&[0x03, 0x0b, 0, 0])?;
                out.u32(color)
            }
            Self::EgressEndpoint(endpoint) => {
                out.u32(0)?;
                out.u16(match endpoint {
                    None => 0,
                    Some(IpAddr::V4(_)) => 1,
                    Some(IpAddr::V6(_)) => 2,
                })?;
                endpoint.map_or(Ok(()), |endpoint| put_address(out, endpoint))
            }
            Self::DsField(octet) | Self::EmbeddedLabelHandling(octet) => out.u8(octet),
            Self::Preference(preference) => {
                out.u16(0)?;
                out.u32(preference)
            }
            Self::BindingSid(label) => {
                out.u16(0)?;
                label.map_or(Ok(()), |label| out.u32(label.value() << 12))
            }
            Self::Srv6BindingSid(sid) => {
                out.u16(0)?;
                out.put(&sid.octets())
            }
            Self::ExplicitNull(policy) => out.put(&[0, 0, policy]),
            Self::Priority(priority) => out.put(&[priority, 0]),
            Self::SegmentList(list) => {
                out.u8(0)?;
                out.put(list.octets())
            }
            Self::CandidatePathName(name) | Self::PolicyName(name) => {
                out.u8(0)?;
                out.put(name.as_bytes())
            }
            Self::Other { value, .. } => out.put(value),
        }
    }
}

/// The value of a type that is known, flags and reserved octets left out.
fn typed<'a>(code: u8, reader: &mut Reader<'a>) -> Option<TunnelSubTlv<'a>> {
    Some(match code {
        1 => TunnelSubTlv::Encapsulation(reader.take(reader.len())?),
        2 => TunnelSubTlv::ProtocolType(reader.u16()?),
        4 => {
            let community = ExtendedCommunity(reader.array()?);
            let [3, 0x0b, _, _, a, b, c, d] = community.0 else {
                return None;
            };
            TunnelSubTlv::Color(u32::from_be_bytes([a, b, c, d]))
        }
        6 => {
            reader.u32()?;
            let octets = match reader.u16()? {
                0 => return Some(TunnelSubTlv::EgressEndpoint(None)),
                1 => 4,
                2 => 16,
                _ => return None,
            };
            TunnelSubTlv::EgressEndpoint(Some(reader.address(octets)?))
        }
        7 => TunnelSubTlv::DsField(reader.u8()?),
        8 => TunnelSubTlv::UdpPort(reader.u16()?),
        9 => TunnelSubTlv::EmbeddedLabelHandling(reader.u8()?),
        10 => TunnelSubTlv::MplsLabelStack(reader.take(reader.len() & !3)?),
        _ => return sr_policy(code, reader),
    })
}

/// The types of SR policies.
fn sr_policy<'a>(code: u8, reader: &mut Reader<'a>) -> Option<TunnelSubTlv<'a>> {
    Some(match code {
        12 => {
            reader.u16()?;
            TunnelSubTlv::Preference(reader.u32()?)
        }
        13 => {
            reader.u16()?;
            match reader.is_empty() {
                true => TunnelSubTlv::BindingSid(None),
                false => TunnelSubTlv::BindingSid(Some(Label::new(reader.u32()? >> 12))),
            }
        }
        14 => {
            reader.u16()?;
            TunnelSubTlv::ExplicitNull(reader.u8()?)
        }
        15 => {
            let [priority, _] = reader.array()?;
            TunnelSubTlv::Priority(priority)
        }
        20 => {
            reader.u16()?;
            TunnelSubTlv::Srv6BindingSid(reader.array::<16>()?.into())
        }
        128 => {
            reader.u8()?;
            TunnelSubTlv::SegmentList(SegmentList::new(reader.take(reader.len())?))
        }
        129 | 130 => {
            reader.u8()?;
            let name = core::str::from_utf8(reader.take(reader.len())?).ok()?;
            match code {
                129 => TunnelSubTlv::CandidatePathName(name),
                _ => TunnelSubTlv::PolicyName(name),
            }
        }
        _ => return None,
    })
}

impl fmt::Display for TunnelSubTlv<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Encapsulation(octets) => write!(f, "encapsulation 0x{}", Hex(octets)),
            Self::ProtocolType(protocol) => write!(f, "protocol 0x{protocol:04x}"),
            Self::Color(color) => write!(f, "color {color}"),
            Self::EgressEndpoint(Some(endpoint)) => write!(f, "endpoint {endpoint}"),
            Self::EgressEndpoint(None) => f.write_str("endpoint next-hop"),
            Self::DsField(octet) => write!(f, "ds-field {octet}"),
            Self::UdpPort(port) => write!(f, "udp-port {port}"),
            Self::EmbeddedLabelHandling(octet) => write!(f, "embedded-label {octet}"),
            Self::MplsLabelStack(octets) => write!(f, "labels 0x{}", Hex(octets)),
            Self::Preference(preference) => write!(f, "preference {preference}"),
            Self::BindingSid(Some(label)) => write!(f, "binding-sid {label}"),
            Self::BindingSid(None) => f.write_str("binding-sid none"),
            Self::Srv6BindingSid(sid) => write!(f, "binding-sid {sid}"),
            Self::ExplicitNull(policy) => write!(f, "explicit-null {policy}"),
            Self::Priority(priority) => write!(f, "priority {priority}"),
            Self::SegmentList(list) => write!(f, "segments {{{list}}}"),
            Self::CandidatePathName(name) => write!(f, "path {name}"),
            Self::PolicyName(name) => write!(f, "policy {name}"),
            Self::Other { code, value } => write!(f, "{code} 0x{}", Hex(value)),
        }
    }
}

/// The sub-TLVs of a tunnel, decoded as they are walked.
#[derive(Clone, Copy, Debug)]
pub struct TunnelSubTlvs<'a> {
    reader: Reader<'a>,
}

impl<'a> TunnelSubTlvs<'a> {
    pub(super) const fn new(octets: &'a [u8]) -> Self {
        Self {
            reader: Reader::new(octets),
        }
    }
}

fn read<'a>(reader: &mut Reader<'a>) -> Option<TunnelSubTlv<'a>> {
    let code = reader.u8()?;
    let length = match code {
        0..128 => reader.u8()?.into(),
        128.. => reader.u16()?,
    };
    let value = reader.take(length.into())?;
    Some(TunnelSubTlv::decode(code, value))
}

impl<'a> Iterator for TunnelSubTlvs<'a> {
    type Item = TunnelSubTlv<'a>;

    fn next(&mut self) -> Option<TunnelSubTlv<'a>> {
        self.reader.item(read)
    }
}

impl core::iter::FusedIterator for TunnelSubTlvs<'_> {}
