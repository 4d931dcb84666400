//! OPENs and capabilities as text: a phrase for each capability.

use core::fmt;
use core::str::FromStr;

use super::{
    AddPath, AddPathDirection, BgpsecCapability, CapabilityView, ExtendedNextHop,
    GracefulRestartFamily, LongLivedFamily, MultipleLabels, OpenView, OrfFamilyView, OrfType,
    PathsLimit, Role,
};
use crate::ParseError;
use crate::nlri::Hex;

impl fmt::Display for OpenView<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (asn, id, hold) = (self.my_as(), self.identifier(), self.hold_time());
        write!(f, "OPEN AS{asn} id {id} hold {hold}")?;
        commas(f, ": ", self.capabilities())
    }
}

/// Writes what comes first only where there is something.
fn commas<T: fmt::Display>(
    f: &mut fmt::Formatter<'_>,
    first: &str,
    items: impl IntoIterator<Item = T>,
) -> fmt::Result {
    for (at, item) in items.into_iter().enumerate() {
        write!(f, "{}{item}", if at == 0 { first } else { ", " })?;
    }
    Ok(())
}

impl fmt::Display for CapabilityView<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MultiProtocol(family) => write!(f, "multiprotocol {family}"),
            Self::RouteRefresh => f.write_str("route-refresh"),
            Self::OutboundRouteFiltering(families) => {
                f.write_str("outbound-route-filtering")?;
                commas(f, " ", *families)
            }
            Self::ExtendedNextHop(list) => {
                f.write_str("extended-next-hop")?;
                commas(f, " ", *list)
            }
            Self::ExtendedMessage => f.write_str("extended-message"),
            Self::Bgpsec(bgpsec) => write!(f, "bgpsec {bgpsec}"),
            Self::MultipleLabels(list) => {
                f.write_str("multiple-labels")?;
                commas(f, " ", *list)
            }
            Self::Role(role) => write!(f, "role {role}"),
            Self::GracefulRestart {
                restarted,
                notification,
                restart_time,
                families,
            } => {
                write!(f, "graceful-restart {restart_time}s")?;
                f.write_str(if *restarted { " restarted" } else { "" })?;
                f.write_str(if *notification { " notification" } else { "" })?;
                commas(f, " ", *families)
            }
            Self::FourOctetAs(asn) => write!(f, "four-octet-as {asn}"),
            Self::AddPath(list) => {
                f.write_str("add-path")?;
                commas(f, " ", *list)
            }
            Self::EnhancedRouteRefresh => f.write_str("enhanced-route-refresh"),
            Self::LongLivedGracefulRestart(list) => {
                f.write_str("long-lived-graceful-restart")?;
                commas(f, " ", *list)
            }
            Self::Fqdn { hostname, domain } => {
                let dot = if domain.is_empty() { "" } else { "." };
                write!(f, "fqdn {}", Quoted(&[hostname, dot, domain]))
            }
            Self::SoftwareVersion(version) => {
                write!(f, "software-version {}", Quoted(&[version]))
            }
            Self::PathsLimit(list) => {
                f.write_str("paths-limit")?;
                commas(f, " ", *list)
            }
            Self::LinkLocalNextHop => f.write_str("link-local-next-hop"),
            Self::Unknown { code, value: [] } => write!(f, "capability {code}"),
            Self::Unknown { code, value } => write!(f, "capability {code} 0x{}", Hex(value)),
        }
    }
}

/// A peer's text in quotes, with what is not printable escaped: it may end up on
/// a terminal.
struct Quoted<'a>(&'a [&'a str]);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("\"")?;
        for part in self.0 {
            write!(f, "{}", part.escape_debug())?;
        }
        f.write_str("\"")
    }
}

impl fmt::Display for ExtendedNextHop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} via {}", self.family, self.next_hop)
    }
}

impl fmt::Display for AddPathDirection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Receive => "receive",
            Self::Send => "send",
            Self::Both => "both",
        })
    }
}

impl fmt::Display for AddPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.family, self.direction)
    }
}

impl fmt::Display for GracefulRestartFamily {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.family, preserved(self.forwarding_preserved))
    }
}

impl fmt::Display for LongLivedFamily {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let preserved = preserved(self.forwarding_preserved);
        write!(f, "{} {}s{preserved}", self.family, self.stale_time)
    }
}

const fn preserved(forwarding: bool) -> &'static str {
    match forwarding {
        true => " (preserved)",
        false => "",
    }
}

impl fmt::Display for MultipleLabels {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.family, self.count)
    }
}

impl fmt::Display for PathsLimit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.family, self.limit)
    }
}

impl fmt::Display for BgpsecCapability {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let way = if self.send { "send" } else { "receive" };
        write!(f, "version {} {way} {}", self.version, self.afi)
    }
}

impl fmt::Display for OrfType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.code {
            Self::ADDRESS_PREFIX => f.write_str("address-prefix ")?,
            code => write!(f, "type {code} ")?,
        }
        match self.direction {
            1 => f.write_str("receive"),
            2 => f.write_str("send"),
            3 => f.write_str("both"),
            other => write!(f, "direction {other}"),
        }
    }
}

impl fmt::Display for OrfFamilyView<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.family)?;
        commas(f, " ", self.types)
    }
}

/// The roles that have a name, with the words of configurations.
const ROLES: [(Role, &str); 5] = [
    (Role::Provider, "provider"),
    (Role::RouteServer, "rs"),
    (Role::RouteServerClient, "rs-client"),
    (Role::Customer, "customer"),
    (Role::Peer, "peer"),
];

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match ROLES.iter().find(|(role, _)| role == self) {
            Some((_, name)) => f.write_str(name),
            None => write!(f, "role {}", self.code()),
        }
    }
}

/// Reads "provider", "rs", "rs-client", "customer" and "peer".
impl FromStr for Role {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        let role = ROLES.iter().find(|(_, name)| *name == text);
        role.map(|(role, _)| *role)
            .ok_or(ParseError::Invalid("role"))
    }
}

#[cfg(feature = "alloc")]
mod owned {
    use core::fmt;

    use super::commas;
    use crate::writer::Writer;
    use crate::{Capability, CapabilityView, Open, OrfFamily};

    impl fmt::Display for Open {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            let (asn, id, hold) = (self.my_as, self.identifier, self.hold_time);
            write!(f, "OPEN AS{asn} id {id} hold {hold}")?;
            commas(f, ": ", &self.capabilities)
        }
    }

    /// As it will read on the other side.
    impl fmt::Display for Capability {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            let mut octets = [0; 255];
            let mut writer = Writer::new(&mut octets);
            let written = self.write_value(&mut writer).map(|()| writer.position());
            let value = octets.get(..written.unwrap_or(0)).unwrap_or_default();
            let code = self.code();
            match CapabilityView::decode(code, value) {
                Ok(view) if written.is_ok() => fmt::Display::fmt(&view, f),
                Ok(_) | Err(_) => fmt::Display::fmt(&CapabilityView::Unknown { code, value }, f),
            }
        }
    }

    impl fmt::Display for OrfFamily {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            write!(f, "{}", self.family)?;
            commas(f, " ", &self.types)
        }
    }
}
