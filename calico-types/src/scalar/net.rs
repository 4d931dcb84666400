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
        cidr(text).or_else(|| address(text).map(Self::from))
    }
}

/// An address as Go's `net.ParseIP` reads it: an IPv4 address in IPv6 clothes
/// (`::ffff:10.0.0.1`) is IPv4.
pub(crate) fn address(text: &str) -> Option<IpAddr> {
    text.parse::<IpAddr>()
        .ok()
        .map(|address| address.to_canonical())
}

/// `address/length` as Go's `net.ParseCIDR` reads it: zeros may lead the
/// length, not the parts of an IPv4 address. Host bits are kept.
pub(crate) fn cidr(text: &str) -> Option<IpNet> {
    let (written, length) = text.split_once('/')?;
    let written: IpAddr = written.parse().ok()?;
    if length.is_empty() || !length.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let length: u8 = match length.trim_start_matches('0') {
        "" => 0,
        digits => digits.parse().ok()?,
    };
    let address = written.to_canonical();
    // A length that reaches beyond the IPv4 part leaves an IPv6 prefix.
    let (address, length) = match (written, address, length.checked_sub(96)) {
        (IpAddr::V6(_), IpAddr::V4(_), Some(inner)) => (address, inner),
        (IpAddr::V6(_), IpAddr::V4(_), None) => (written, length),
        _ => (address, length),
    };
    IpNet::new(address, length).ok()
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
    use crate::given::Given;

    pub(crate) fn serialize<N: Prefix, S: Serializer>(
        nets: &Given<Vec<N>>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        nets.serialize(serializer)
    }

    pub(crate) fn deserialize<'de, N: Prefix, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Given<Vec<N>>, D::Error> {
        match Option::<Vec<String>>::deserialize(deserializer)? {
            None => Ok(Given::default()),
            Some(texts) => texts.iter().map(|text| read(text)).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_addresses_as_go_does() {
        for (text, read) in [
            ("10.0.0.0/8", Some("10.0.0.0/8")),
            ("10.0.0.1", Some("10.0.0.1/32")),
            ("10.0.0.0/08", Some("10.0.0.0/8")),
            ("10.0.0.0/0008", Some("10.0.0.0/8")),
            ("10.0.0.0/00", Some("10.0.0.0/0")),
            ("::ffff:10.0.0.0/104", Some("10.0.0.0/8")),
            ("::ffff:10.0.0.1", Some("10.0.0.1/32")),
            ("fd00::/8", Some("fd00::/8")),
            ("0:0:0::/0", Some("::/0")),
            ("10.0.0.0/+8", None),
            ("10.0.0.0/", None),
            ("10.0.0.0/33", None),
            ("fd00::/129", None),
            ("010.0.0.0/8", None),
            ("10.0.0.0/8/8", None),
            ("fe80::1%eth0", None),
            ("fe80::%eth0/64", None),
            ("10.0.0", None),
            (" 10.0.0.0/8", None),
            ("", None),
        ] {
            let expected = read.map(|net| net.parse::<IpNet>().unwrap());
            assert_eq!(IpNet::read(text), expected, "{text}");
        }
    }
}
