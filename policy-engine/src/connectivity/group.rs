//! Peers that policy cannot tell apart.

use std::collections::BTreeSet;
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::{IpNet, Ipv4Subnets, Ipv6Subnets};

use crate::LabelMap;

/// Peers that policy cannot tell apart: of each member the same is true.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PeerGroup {
    /// Endpoints by name, ascending.
    Endpoints(Vec<String>),
    /// A workload that is not there; see [`UnknownWorkload`].
    Unknown(UnknownWorkload),
    /// Addresses that no endpoint has, as ranges, ascending. Endpoints' own addresses in the
    /// midst of a range do not break it.
    Outside(Vec<(IpAddr, IpAddr)>),
}

impl PeerGroup {
    /// Whether it is addresses that no endpoint has.
    #[must_use]
    pub const fn is_outside(&self) -> bool {
        matches!(self, Self::Outside(_))
    }

    /// The addresses outside as the fewest networks; none of endpoints.
    #[must_use]
    pub fn nets(&self) -> Vec<IpNet> {
        let Self::Outside(ranges) = self else {
            return Vec::new();
        };
        let nets = ranges.iter().flat_map(|range| -> Vec<IpNet> {
            match *range {
                (IpAddr::V4(low), IpAddr::V4(high)) => {
                    Ipv4Subnets::new(low, high, 0).map(IpNet::V4).collect()
                }
                (IpAddr::V6(low), IpAddr::V6(high)) => {
                    Ipv6Subnets::new(low, high, 0).map(IpNet::V6).collect()
                }
                (IpAddr::V4(_), IpAddr::V6(_)) | (IpAddr::V6(_), IpAddr::V4(_)) => Vec::new(),
            }
        });
        nets.collect()
    }

    /// The addresses of the family that are not in the group, as the fewest networks; none
    /// for endpoints.
    fn other_nets(&self) -> Vec<IpNet> {
        let Self::Outside(ranges) = self else {
            return Vec::new();
        };
        let Some((first, _)) = ranges.first() else {
            return Vec::new();
        };
        let (lowest, highest) = match first {
            IpAddr::V4(_) => (Ipv4Addr::UNSPECIFIED.into(), Ipv4Addr::BROADCAST.into()),
            IpAddr::V6(_) => (
                Ipv6Addr::UNSPECIFIED.into(),
                Ipv6Addr::from_bits(u128::MAX).into(),
            ),
        };
        let mut others: Vec<(IpAddr, IpAddr)> = Vec::new();
        let mut next: Option<IpAddr> = Some(lowest);
        for (low, high) in ranges {
            if let (Some(from), Some(last)) = (next.filter(|from| from < low), predecessor(*low)) {
                others.push((from, last));
            }
            next = successor(*high);
        }
        others.extend(next.map(|from| (from, highest)));
        Self::Outside(others).nets()
    }

    /// The members in words, at most `most` of them.
    #[must_use]
    pub fn display(&self, most: usize) -> impl fmt::Display + '_ {
        Words { group: self, most }
    }
}

/// All members.
impl fmt::Display for PeerGroup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.display(usize::MAX).fmt(f)
    }
}

struct Words<'g> {
    group: &'g PeerGroup,
    most: usize,
}

impl fmt::Display for Words<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.group {
            PeerGroup::Endpoints(names) => list(f, names, self.most),
            PeerGroup::Unknown(workload) => workload.fmt(f),
            PeerGroup::Outside(ranges) if is_everywhere(ranges) => f.write_str("outside"),
            PeerGroup::Outside(_) => {
                let (nets, others) = (self.group.nets(), self.group.other_nets());
                let (word, nets) = match others.len() < nets.len() {
                    true => ("outside but ", others),
                    false => ("outside: ", nets),
                };
                f.write_str(word)?;
                list(f, &nets, self.most)
            }
        }
    }
}

fn list<T: fmt::Display>(f: &mut fmt::Formatter<'_>, all: &[T], most: usize) -> fmt::Result {
    for (at, one) in all.iter().take(most).enumerate() {
        write!(f, "{}{one}", if at > 0 { ", " } else { "" })?;
    }
    match all.len().checked_sub(most) {
        Some(more @ 1..) => write!(f, ", {more} more"),
        Some(_) | None => Ok(()),
    }
}

/// Whether nothing but single addresses is missing, which endpoints have.
fn is_everywhere(ranges: &[(IpAddr, IpAddr)]) -> bool {
    let [(low, high)] = ranges else { return false };
    let ends: [(IpAddr, IpAddr); 2] = [
        (Ipv4Addr::UNSPECIFIED.into(), Ipv4Addr::BROADCAST.into()),
        (
            Ipv6Addr::UNSPECIFIED.into(),
            Ipv6Addr::from_bits(u128::MAX).into(),
        ),
    ];
    ends.contains(&(*low, *high))
}

/// A workload that might come, and that nothing is known of but its labels: to ask what a
/// policy lets in beside the workloads that are there.
///
/// Its address is one that no rule and no network set names. Nobody asks its own policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownWorkload {
    /// What it is called in the answer.
    pub name: String,
    /// Its labels, those of its namespace (`pcns.…`, `projectcalico.org/namespace`) among them.
    pub labels: LabelMap,
    /// Profiles that give it further labels: `kns.NAMESPACE` of a namespace that is there.
    pub profiles: Vec<String>,
}

impl UnknownWorkload {
    /// A Kubernetes pod without labels of its own, in a namespace that is not there either.
    #[must_use]
    pub fn any() -> Self {
        Self::pod("a new namespace", LabelMap::new())
    }

    /// A pod with these labels in a namespace.
    #[must_use]
    pub fn pod(namespace: &str, mut labels: LabelMap) -> Self {
        labels.insert(
            "projectcalico.org/namespace".to_owned(),
            namespace.to_owned(),
        );
        labels.insert(
            "projectcalico.org/orchestrator".to_owned(),
            "k8s".to_owned(),
        );
        Self {
            name: format!("unknown workload of {namespace}"),
            labels,
            profiles: vec![format!("kns.{namespace}")],
        }
    }
}

impl fmt::Display for UnknownWorkload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

/// Ranges of one kind, joined where they touch, also across addresses that `skipped` has.
pub(super) fn join(
    ranges: impl IntoIterator<Item = (IpAddr, IpAddr)>,
    skipped: &BTreeSet<IpAddr>,
) -> Vec<(IpAddr, IpAddr)> {
    let mut joined: Vec<(IpAddr, IpAddr)> = Vec::new();
    for (low, high) in ranges {
        match joined.last_mut() {
            Some((_, last)) if touches(*last, low, skipped) => *last = high,
            Some(_) | None => joined.push((low, high)),
        }
    }
    joined
}

/// Whether nothing is between two addresses but what is skipped.
fn touches(last: IpAddr, low: IpAddr, skipped: &BTreeSet<IpAddr>) -> bool {
    let mut next = successor(last);
    while let Some(at) = next.filter(|at| *at < low) {
        if !skipped.contains(&at) {
            return false;
        }
        next = successor(at);
    }
    next == Some(low)
}

fn predecessor(address: IpAddr) -> Option<IpAddr> {
    Some(match address {
        IpAddr::V4(address) => Ipv4Addr::from_bits(address.to_bits().checked_sub(1)?).into(),
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits().checked_sub(1)?).into(),
    })
}

pub(super) fn successor(address: IpAddr) -> Option<IpAddr> {
    Some(match address {
        IpAddr::V4(address) => Ipv4Addr::from_bits(address.to_bits().checked_add(1)?).into(),
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits().checked_add(1)?).into(),
    })
}
