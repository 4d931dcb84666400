//! The file as it is written: a table for the speaker, one for each peer.

use std::fmt::Display;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::num::{NonZeroU8, NonZeroU32};
use std::str::FromStr;

use bgp_wire::{Community, ExtendedCommunity, Family, LargeCommunity, Origin, Role};
use ipnet::IpNet;
use serde::de::{Deserialize, Deserializer, Error as _};
use toml::Spanned;

/// What has a text form of its own, as that text.
#[derive(Clone, Copy, Debug)]
pub(super) struct Text<T>(pub(super) T);

impl<'de, T: FromStr<Err: Display>> Deserialize<'de> for Text<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map(Self).map_err(D::Error::custom)
    }
}

#[derive(Debug, serde::Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct Document {
    pub(super) name: Option<String>,
    #[serde(rename = "as")]
    pub(super) asn: NonZeroU32,
    /// The AS that others see: `asn` is a member of it (RFC 5065).
    pub(super) confederation: Option<NonZeroU32>,
    pub(super) router_id: Ipv4Addr,
    pub(super) cluster_id: Option<Ipv4Addr>,
    pub(super) listen: Option<Vec<SocketAddr>>,
    /// What own routes have as next hop, one of each family.
    #[serde(default)]
    pub(super) addresses: Vec<IpAddr>,
    #[serde(default)]
    pub(super) announce: Vec<Announcement>,
    #[serde(default, rename = "peer")]
    pub(super) peers: Vec<Spanned<Peer>>,
}

#[derive(Debug, serde::Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct Announcement {
    pub(super) prefix: IpNet,
    pub(super) next_hop: Option<IpAddr>,
    pub(super) origin: Option<Text<Origin>>,
    pub(super) med: Option<u32>,
    pub(super) local_pref: Option<u32>,
    #[serde(default)]
    pub(super) communities: Vec<Text<Community>>,
    #[serde(default)]
    pub(super) large_communities: Vec<Text<LargeCommunity>>,
    #[serde(default)]
    pub(super) extended_communities: Vec<Text<ExtendedCommunity>>,
}

#[derive(Debug, serde::Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct Peer {
    pub(super) name: Option<String>,
    pub(super) address: Option<IpAddr>,
    pub(super) range: Option<IpNet>,
    pub(super) range_limit: Option<usize>,
    pub(super) port: Option<u16>,
    #[serde(rename = "as")]
    pub(super) asn: Option<NonZeroU32>,
    pub(super) local_as: Option<NonZeroU32>,
    /// It is in our confederation.
    #[serde(default)]
    pub(super) confederation: bool,
    pub(super) local_address: Option<IpAddr>,
    pub(super) families: Option<Vec<Text<Family>>>,
    #[serde(default)]
    pub(super) client: bool,
    #[serde(default)]
    pub(super) passive: bool,
    #[serde(default)]
    pub(super) next_hop: NextHopMode,
    pub(super) hold_time: Option<u16>,
    /// Seconds.
    #[serde(default)]
    pub(super) advertisement_interval: u16,
    pub(super) add_path: Option<AddPath>,
    #[serde(default)]
    pub(super) extended_next_hop: bool,
    pub(super) role: Option<Text<Role>>,
    #[serde(default)]
    pub(super) strict_role: bool,
    pub(super) password: Option<String>,
    pub(super) ttl_security: Option<u8>,
    pub(super) ttl: Option<NonZeroU8>,
    pub(super) allow_local_as: Option<u8>,
    pub(super) import: Option<Policy>,
    pub(super) export: Option<Policy>,
    pub(super) prefix_limit: Option<PrefixLimit>,
    pub(super) graceful_restart: Option<GracefulRestart>,
}

#[derive(Clone, Copy, Debug, Default, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum NextHopMode {
    #[default]
    Auto,
    #[serde(rename = "self")]
    Own,
    Keep,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum AddPath {
    Receive,
    Send,
    Both,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Policy {
    Accept,
    Reject,
}

#[derive(Clone, Copy, Debug, serde::Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct PrefixLimit {
    pub(super) maximum: u32,
    pub(super) warning_percent: Option<u8>,
    #[serde(default)]
    pub(super) action: LimitAction,
    /// Seconds.
    pub(super) restart_after: Option<u32>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum LimitAction {
    Warn,
    #[default]
    Restart,
    Idle,
}

#[derive(Clone, Copy, Debug, serde::Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct GracefulRestart {
    /// Seconds.
    pub(super) time: Option<u16>,
    #[serde(default)]
    pub(super) notification: bool,
    /// Seconds.
    pub(super) long_lived: Option<u32>,
}
