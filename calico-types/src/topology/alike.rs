//! Which nodes are one dot in a drawing, and what is said of them.

use std::collections::BTreeSet;
use std::fmt::{self, Display};
use std::net::{IpAddr, Ipv4Addr};

use super::Speaker;
use super::picture::{Dot, Number, Role, one_line};
use crate::scalar::Asn;

/// Characters of the first and last name of several nodes up to which they are
/// shown.
const LONGEST_RANGE: usize = 40;

/// How coarse a drawing is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Grain {
    /// Every node.
    Node,
    /// Reflectors and routers one by one; other nodes by whom they have sessions
    /// with.
    Wiring,
    /// Reflectors by cluster id, other nodes by the clusters that serve them,
    /// routers by AS.
    Cluster,
    /// By role and, for nodes, AS.
    Role,
}

/// What a dot stands for: those of one key are one dot.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key {
    pub(super) role: Role,
    /// The first node of a dot of its own.
    pub(super) node: Option<usize>,
    pub(super) asn: Option<Asn>,
    pub(super) cluster: Option<Ipv4Addr>,
    /// The clusters of which it is a client.
    pub(super) serving: BTreeSet<Ipv4Addr>,
    /// The dots with which it has sessions.
    pub(super) wired: BTreeSet<usize>,
    pub(super) router: Option<(IpAddr, Option<u16>)>,
}

impl Key {
    pub(super) fn of(role: Role) -> Self {
        Self {
            role,
            node: None,
            asn: None,
            cluster: None,
            serving: BTreeSet::new(),
            wired: BTreeSet::new(),
            router: None,
        }
    }
}

impl Dot {
    pub(super) fn add(&mut self, speaker: &Speaker, grain: Grain, serving: &BTreeSet<Ipv4Addr>) {
        self.count += 1;
        if self.count > 1 {
            speaker.name.clone_into(&mut self.last);
            return;
        }
        self.label = one_line(&speaker.name);
        let mut details = vec![format!("AS {}", speaker.local_as)];
        match (grain, speaker.cluster_id) {
            (Grain::Node | Grain::Wiring | Grain::Cluster, Some(cluster)) => {
                details.push(format!("cluster {cluster}"));
            }
            (Grain::Cluster, None) if !serving.is_empty() => {
                details.push(format!("clients of {}", Clusters(serving)));
            }
            (Grain::Node | Grain::Wiring | Grain::Cluster, None) | (Grain::Role, _) => {}
        }
        self.details = details;
    }

    /// The label of several instead of the first's.
    pub(super) fn finished(mut self) -> Self {
        if self.count > 1 {
            let noun = match self.role {
                Role::Node => "nodes",
                Role::Reflector => "reflectors",
                Role::External => "routers",
            };
            let range = format!("{} … {}", self.label, one_line(&self.last));
            if range.chars().count() <= LONGEST_RANGE {
                self.details.push(range);
            }
            self.label = format!("{} {noun}", Number(self.count));
        }
        match self.inner {
            0 => {}
            1 => self.details.push("1 session between them".to_owned()),
            more => self
                .details
                .push(format!("{} sessions among them", Number(more))),
        }
        self
    }
}

pub(super) fn role(speaker: &Speaker) -> Role {
    if speaker.is_route_reflector() {
        Role::Reflector
    } else {
        Role::Node
    }
}

/// The first clusters, and how many more there are.
struct Clusters<'a>(&'a BTreeSet<Ipv4Addr>);

impl Display for Clusters<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown: Vec<String> = self.0.iter().take(2).map(ToString::to_string).collect();
        f.write_str(&shown.join(", "))?;
        match self.0.len().saturating_sub(shown.len()) {
            0 => Ok(()),
            more => write!(f, " and {more} more"),
        }
    }
}
