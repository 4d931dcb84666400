//! Kubernetes' ClusterNetworkPolicy.

use super::super::findings::Rule;
use super::super::formats::cel_cidr;
use super::{integer, rule};

pub(crate) const PORT_RANGE: &[Rule] = &[rule(
    "invalid-range",
    "end",
    |range| match (integer(range, "start"), integer(range, "end")) {
        (Some(start), Some(end)) => start < end,
        _ => true,
    },
    "a range of ports ends above its start",
)
.help("a single port is `number`")];

pub(crate) const NETWORK: &[Rule] = &[rule(
    "invalid-cidr",
    "",
    |network| network.text().is_none_or(|text| cel_cidr(text).is_some()),
    "a network is address/length, without IPv4 within IPv6",
)];
