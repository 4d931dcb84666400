//! Prefixes that Calico lets be written as a bare address.
//!
//! serde adapters: `10.0.0.1` reads as `10.0.0.1/32`; host bits are kept,
//! since a node's `10.0.0.7/24` is an address and its subnet at once.

use std::net::IpAddr;

use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use serde::de::{self, Deserialize, Deserializer};
use serde::{Serialize, Serializer};

/// A prefix type that a bare address can stand for.
pub(crate) trait Prefix: Sized + Serialize {
    /// Reads `address/length` or `address`.
    fn read(text: &str) -> Option<Self>;
}

impl Prefix for IpNet {
    fn read(text: &str) -> Option<Self> {
        text.parse()
            .ok()
            .or_else(|| text.parse::<IpAddr>().ok().map(Self::from))
    }
}

impl Prefix for Ipv4Net {
    fn read(text: &str) -> Option<Self> {
        match IpNet::read(text)? {
            IpNet::V4(net) => Some(net),
            IpNet::V6(_) => None,
        }
    }
}

impl Prefix for Ipv6Net {
    fn read(text: &str) -> Option<Self> {
        match IpNet::read(text)? {
            IpNet::V4(_) => None,
            IpNet::V6(net) => Some(net),
        }
    }
}

fn read<N: Prefix, E: de::Error>(text: &str) -> Result<N, E> {
    N::read(text).ok_or_else(|| E::custom(format_args!("not a CIDR or an address: {text:?}")))
}

/// A prefix that must be there.
pub(crate) mod single {
    use super::{Deserialize, Deserializer, Prefix, Serializer, read};

    pub(crate) fn serialize<N: Prefix, S: Serializer>(
        net: &N,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        net.serialize(serializer)
    }

    pub(crate) fn deserialize<'de, N: Prefix, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<N, D::Error> {
        read(&String::deserialize(deserializer)?)
    }
}

/// `Option<prefix>`, absent when empty.
pub(crate) mod optional {
    use super::{Deserialize, Deserializer, Prefix, Serialize, Serializer, read};

    pub(crate) fn serialize<N: Prefix, S: Serializer>(
        net: &Option<N>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        net.serialize(serializer)
    }

    pub(crate) fn deserialize<'de, N: Prefix, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<N>, D::Error> {
        match Option::<String>::deserialize(deserializer)?.as_deref() {
            None | Some("") => Ok(None),
            Some(text) => read(text).map(Some),
        }
    }
}

/// An optional list of prefixes.
pub(crate) mod optional_list {
    use super::{Deserialize, Deserializer, Prefix, Serialize, Serializer, read};

    pub(crate) fn serialize<N: Prefix, S: Serializer>(
        nets: &Option<Vec<N>>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        nets.serialize(serializer)
    }

    pub(crate) fn deserialize<'de, N: Prefix, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Vec<N>>, D::Error> {
        let texts = Option::<Vec<String>>::deserialize(deserializer)?;
        texts
            .map(|texts| texts.iter().map(|text| read(text)).collect())
            .transpose()
    }
}

/// A list of prefixes.
pub(crate) mod list {
    use super::{Deserialize, Deserializer, Prefix, Serialize, Serializer, read};

    pub(crate) fn serialize<N: Prefix, S: Serializer>(
        nets: &[N],
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        nets.serialize(serializer)
    }

    pub(crate) fn deserialize<'de, N: Prefix, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Vec<N>, D::Error> {
        let texts = Vec::<String>::deserialize(deserializer)?;
        texts.iter().map(|text| read(text)).collect()
    }
}
