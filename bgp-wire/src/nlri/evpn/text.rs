//! EVPN routes as text: fields in brackets.

use core::fmt;
use core::str::FromStr;

use super::{EvpnRoute, MulticastFlags, MulticastFlow};
use crate::nlri::ParseError;
use crate::nlri::field::{Fields, Hex, OrAny, Vni};

/// The name of each type in text.
const fn name(route_type: u8) -> Option<&'static str> {
    Some(match route_type {
        1 => "ad",
        2 => "macadv",
        3 => "multicast",
        4 => "es",
        5 => "prefix",
        6 => "smet",
        7 => "report-synch",
        8 => "leave-synch",
        9 => "i-pmsi",
        10 => "s-pmsi",
        11 => "leaf",
        _ => return None,
    })
}

impl fmt::Display for EvpnRoute<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self, name(self.route_type())) {
            (Self::Unknown { route_type, .. }, _) => write!(f, "[type:{route_type}]")?,
            (_, name) => write!(f, "[type:{}]", name.unwrap_or_default())?,
        }
        if let Some(rd) = self.distinguisher() {
            write!(f, "[rd:{rd}]")?;
        }
        if let Some(esi) = self.esi() {
            write!(f, "[esi:{esi}]")?;
        }
        if let Some(tag) = self.ethernet_tag() {
            write!(f, "[etag:{tag}]")?;
        }
        self.fmt_rest(f)
    }
}

impl EvpnRoute<'_> {
    fn fmt_rest(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::EthernetAutoDiscovery { label, .. } => write!(f, "[vni:{}]", Vni(*label)),
            Self::MacIp {
                mac,
                ip,
                label1,
                label2,
                ..
            } => {
                write!(f, "[mac:{mac}]")?;
                if let Some(ip) = ip {
                    write!(f, "[ip:{ip}]")?;
                }
                write!(f, "[vni:{}]", Vni(*label1))?;
                label2.map_or(Ok(()), |label| write!(f, "[vni2:{}]", Vni(label)))
            }
            Self::InclusiveMulticast { originator, .. }
            | Self::EthernetSegment { originator, .. } => write!(f, "[ip:{originator}]"),
            Self::IpPrefix {
                prefix,
                gateway,
                label,
                ..
            } => {
                write!(f, "[prefix:{prefix}]")?;
                if !gateway.is_unspecified() {
                    write!(f, "[gw:{gateway}]")?;
                }
                write!(f, "[vni:{}]", Vni(*label))
            }
            Self::SelectiveMulticast { flow, flags, .. }
            | Self::ReportSynch { flow, flags, .. } => write!(f, "{flow}[flags:{}]", flags.0),
            Self::LeaveSynch {
                flow,
                max_response_time,
                flags,
                ..
            } => write!(f, "{flow}[mrt:{max_response_time}][flags:{}]", flags.0),
            Self::PerRegionPmsi { region, .. } => write!(f, "[region:0x{}]", Hex(region)),
            Self::SelectivePmsi { flow, .. } => fmt::Display::fmt(flow, f),
            Self::LeafAutoDiscovery {
                route_key,
                originator,
            } => write!(f, "[key:0x{}][ip:{originator}]", Hex(route_key)),
            Self::Unknown { value, .. } => write!(f, "[value:0x{}]", Hex(value)),
        }
    }
}

/// Source, group and originator in brackets.
impl fmt::Display for MulticastFlow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (source, group) = (OrAny(self.source), OrAny(self.group));
        let originator = self.originator;
        write!(
            f,
            "[source:{source}][group:{group}][originator:{originator}]"
        )
    }
}

impl FromStr for EvpnRoute<'static> {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        let (kind, fields) = Fields::parse(text)?;
        let route_type = (1..=10).find(|it| name(*it) == Some(kind));
        match route_type.ok_or(ParseError::Type)? {
            1 => parse_auto_discovery(fields),
            2 => parse_mac_ip(fields),
            3 => parse_inclusive_multicast(fields),
            4 => parse_segment(fields),
            5 => parse_ip_prefix(fields),
            6 => parse_selective_multicast(fields),
            7 => parse_report_synch(fields),
            8 => parse_leave_synch(fields),
            9 => parse_per_region(fields),
            _ => parse_selective_pmsi(fields),
        }
    }
}

type Parsed = Result<EvpnRoute<'static>, ParseError>;

fn parse_auto_discovery(fields: Fields<'_>) -> Parsed {
    let fields = fields.only(&["rd", "esi", "etag", "vni"])?;
    Ok(EvpnRoute::EthernetAutoDiscovery {
        rd: fields.need("rd")?,
        esi: fields.need("esi")?,
        tag: fields.need("etag")?,
        label: fields.need::<Vni>("vni")?.0,
    })
}

fn parse_mac_ip(fields: Fields<'_>) -> Parsed {
    let fields = fields.only(&["rd", "esi", "etag", "mac", "ip", "vni", "vni2"])?;
    Ok(EvpnRoute::MacIp {
        rd: fields.need("rd")?,
        esi: fields.optional("esi")?.unwrap_or_default(),
        tag: fields.need("etag")?,
        mac: fields.need("mac")?,
        ip: fields.optional("ip")?,
        label1: fields.need::<Vni>("vni")?.0,
        label2: fields.optional::<Vni>("vni2")?.map(|it| it.0),
    })
}

fn parse_inclusive_multicast(fields: Fields<'_>) -> Parsed {
    let fields = fields.only(&["rd", "etag", "ip"])?;
    Ok(EvpnRoute::InclusiveMulticast {
        rd: fields.need("rd")?,
        tag: fields.need("etag")?,
        originator: fields.need("ip")?,
    })
}

fn parse_segment(fields: Fields<'_>) -> Parsed {
    let fields = fields.only(&["rd", "esi", "ip"])?;
    Ok(EvpnRoute::EthernetSegment {
        rd: fields.need("rd")?,
        esi: fields.need("esi")?,
        originator: fields.need("ip")?,
    })
}

fn parse_ip_prefix(fields: Fields<'_>) -> Parsed {
    use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};
    let fields = fields.only(&["rd", "esi", "etag", "prefix", "gw", "vni"])?;
    let prefix: ipnet::IpNet = fields.need("prefix")?;
    let none = match prefix {
        ipnet::IpNet::V4(_) => IpAddr::V4(Ipv4Addr::UNSPECIFIED),
        ipnet::IpNet::V6(_) => IpAddr::V6(Ipv6Addr::UNSPECIFIED),
    };
    let gateway: IpAddr = fields.optional("gw")?.unwrap_or(none);
    if gateway.is_ipv4() != none.is_ipv4() {
        return Err(ParseError::Invalid("gw"));
    }
    Ok(EvpnRoute::IpPrefix {
        rd: fields.need("rd")?,
        esi: fields.optional("esi")?.unwrap_or_default(),
        tag: fields.need("etag")?,
        prefix: prefix.trunc(),
        gateway,
        label: fields.need::<Vni>("vni")?.0,
    })
}

fn parse_flow(fields: Fields<'_>) -> Result<MulticastFlow, ParseError> {
    Ok(MulticastFlow {
        source: fields.need::<OrAny>("source")?.0,
        group: fields.need::<OrAny>("group")?.0,
        originator: fields.need("originator")?,
    })
}

const FLOW: [&str; 8] = [
    "rd",
    "etag",
    "source",
    "group",
    "originator",
    "flags",
    "esi",
    "mrt",
];

fn parse_selective_multicast(fields: Fields<'_>) -> Parsed {
    let fields = fields.only(FLOW.get(..6).unwrap_or_default())?;
    Ok(EvpnRoute::SelectiveMulticast {
        rd: fields.need("rd")?,
        tag: fields.need("etag")?,
        flow: parse_flow(fields)?,
        flags: MulticastFlags(fields.need("flags")?),
    })
}

fn parse_report_synch(fields: Fields<'_>) -> Parsed {
    let fields = fields.only(FLOW.get(..7).unwrap_or_default())?;
    Ok(EvpnRoute::ReportSynch {
        rd: fields.need("rd")?,
        esi: fields.need("esi")?,
        tag: fields.need("etag")?,
        flow: parse_flow(fields)?,
        flags: MulticastFlags(fields.need("flags")?),
    })
}

fn parse_leave_synch(fields: Fields<'_>) -> Parsed {
    let fields = fields.only(&FLOW)?;
    Ok(EvpnRoute::LeaveSynch {
        rd: fields.need("rd")?,
        esi: fields.need("esi")?,
        tag: fields.need("etag")?,
        flow: parse_flow(fields)?,
        max_response_time: fields.need("mrt")?,
        flags: MulticastFlags(fields.need("flags")?),
    })
}

fn parse_per_region(fields: Fields<'_>) -> Parsed {
    let fields = fields.only(&["rd", "etag", "region"])?;
    let region: Region = fields.need("region")?;
    Ok(EvpnRoute::PerRegionPmsi {
        rd: fields.need("rd")?,
        tag: fields.need("etag")?,
        region: region.0,
    })
}

fn parse_selective_pmsi(fields: Fields<'_>) -> Parsed {
    let fields = fields.only(FLOW.get(..5).unwrap_or_default())?;
    Ok(EvpnRoute::SelectivePmsi {
        rd: fields.need("rd")?,
        tag: fields.need("etag")?,
        flow: parse_flow(fields)?,
    })
}

/// A region's eight octets behind "0x".
struct Region([u8; 8]);

impl FromStr for Region {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        let digits = text.strip_prefix("0x").filter(|it| it.len() == 16);
        let region = digits.and_then(|it| u64::from_str_radix(it, 16).ok());
        region
            .map(|it| Self(it.to_be_bytes()))
            .ok_or(ParseError::Invalid("region"))
    }
}

#[cfg(all(test, feature = "alloc"))]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn every_type_prints_and_parses() {
        for text in [
            "[type:ad][rd:65000:1][esi:00:01:02:03:04:05:06:07:08:09][etag:4294967295][vni:0]",
            "[type:macadv][rd:65000:1][esi:0][etag:7][mac:00:00:5e:00:53:01][vni:100]",
            "[type:macadv][rd:65000:1][esi:0][etag:7][mac:00:00:5e:00:53:01][ip:2001:db8::1][vni:100][vni2:200]",
            "[type:multicast][rd:192.0.2.1:1][etag:0][ip:192.0.2.1]",
            "[type:es][rd:192.0.2.1:0][esi:00:01:02:03:04:05:06:07:08:09][ip:192.0.2.1]",
            "[type:prefix][rd:65000:1][esi:0][etag:0][prefix:203.0.113.0/24][vni:100]",
            "[type:prefix][rd:65000:1][esi:0][etag:0][prefix:2001:db8::/32][gw:2001:db8::1][vni:0]",
            "[type:smet][rd:65000:1][etag:0][source:*][group:233.252.0.1][originator:192.0.2.1][flags:2]",
            "[type:report-synch][rd:65000:1][esi:0][etag:0][source:192.0.2.9][group:*][originator:192.0.2.1][flags:2]",
            "[type:leave-synch][rd:65000:1][esi:0][etag:0][source:*][group:ff0e::1][originator:::1][mrt:10][flags:2]",
            "[type:i-pmsi][rd:65000:1][etag:0][region:0x0002fde800000001]",
            "[type:s-pmsi][rd:65000:1][etag:0][source:*][group:*][originator:192.0.2.1]",
        ] {
            let route: EvpnRoute<'_> = text.parse().unwrap();
            assert_eq!(route.to_string(), text);
        }
    }

    #[test]
    fn what_is_wrong_is_said() {
        for (text, error) in [
            ("type:es", ParseError::Form),
            ("[rd:65000:1]", ParseError::Missing("type")),
            ("[type:leaf]", ParseError::Type),
            ("[type:es][rd:65000:1]", ParseError::Missing("esi")),
            ("[type:es][rd:65000:1][esi:1]", ParseError::Invalid("esi")),
            ("[type:es][vni:1]", ParseError::Unexpected),
        ] {
            assert_eq!(text.parse::<EvpnRoute<'_>>(), Err(error), "{text}");
        }
    }
}
