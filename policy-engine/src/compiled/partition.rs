//! The tree of a program read as a whole: who decides about which connections between two
//! classes.

use super::Target;
use super::class::ClassId;
use super::tree::{DeciderId, Field, NO_ICMP, Tree};
use crate::Protocol;
use crate::connectivity::{Intervals, Partition, Shape, Traffic, shape_bounds};

/// A tree between two classes.
pub(super) struct Between<'t> {
    pub(super) tree: &'t Tree,
    /// Of source and destination.
    pub(super) classes: [ClassId; 2],
}

impl Between<'_> {
    /// Who decides about each kind of connection. What depends on an HTTP request is taken as
    /// for packets that carry none. `None` would be a defect of the builder.
    pub(super) fn partition(&self, root: Target) -> Option<Partition<DeciderId>> {
        let mut parts = self.split(root, Field::Protocol)?;
        // Shapes change in the midst of intervals.
        let bounds: Vec<u32> = shape_bounds().collect();
        let targets: Vec<(u32, Target)> = bounds
            .into_iter()
            .filter_map(|bound| Some((bound, at(&parts, bound)?)))
            .collect();
        parts.extend(targets);
        parts.sort_by_key(|(low, _)| *low);
        parts.dedup_by_key(|(low, _)| *low);
        let traffic = parts.into_iter().map(|(low, target)| {
            let protocol = Protocol(u8::try_from(low).ok()?);
            Some((low, self.traffic(Shape::of(protocol), target)?))
        });
        collect(traffic.collect::<Option<Vec<_>>>()?).map(Partition)
    }

    fn traffic(&self, shape: Shape, target: Target) -> Option<Traffic<DeciderId>> {
        Some(match shape {
            Shape::Ports => {
                let ports = self.split(target, Field::DestinationPort)?;
                let by_port = ports
                    .into_iter()
                    .map(|(low, target)| Some((low, self.source_ports(target)?)));
                Traffic::Ports(collect(by_port.collect::<Option<Vec<_>>>()?)?)
            }
            Shape::Icmp => {
                let target = self.portless(target)?;
                let types = self.split(target, Field::Icmp)?;
                let types = types.into_iter().filter(|(low, _)| *low < NO_ICMP);
                let deciders = types.map(|(low, target)| Some((low, self.end(target)?)));
                Traffic::Icmp(collect(deciders.collect::<Option<Vec<_>>>()?)?)
            }
            Shape::Whole => {
                let target = self.portless(target)?;
                Traffic::Whole(self.end(self.at(target, Field::Icmp, NO_ICMP)?)?)
            }
        })
    }

    fn source_ports(&self, target: Target) -> Option<Intervals<DeciderId>> {
        let ports = self.split(target, Field::SourcePort)?;
        let deciders = ports.into_iter().map(|(low, target)| {
            let target = self.at(target, Field::Icmp, NO_ICMP)?;
            Some((low, self.end(target)?))
        });
        collect(deciders.collect::<Option<Vec<_>>>()?)
    }

    /// Where packets go that have no ports.
    fn portless(&self, target: Target) -> Option<Target> {
        let target = self.at(target, Field::DestinationPort, 0)?;
        self.at(target, Field::SourcePort, 0)
    }

    fn at(&self, target: Target, field: Field, value: u32) -> Option<Target> {
        at(&self.split(target, field)?, value)
    }

    fn split(&self, target: Target, field: Field) -> Option<Vec<(u32, Target)>> {
        self.tree.intervals(target, field, self.classes)
    }

    fn end(&self, target: Target) -> Option<DeciderId> {
        self.tree.settle(target, self.classes)?.decider()
    }
}

fn at(parts: &[(u32, Target)], value: u32) -> Option<Target> {
    let after = parts.partition_point(|(low, _)| *low <= value);
    let (_, target) = parts.get(after.checked_sub(1)?)?;
    Some(*target)
}

/// Ascending from 0.
fn collect<V: Clone + PartialEq>(parts: Vec<(u32, V)>) -> Option<Intervals<V>> {
    let mut parts = parts.into_iter();
    let (_, first) = parts.next()?;
    Some(Intervals::new(first, parts))
}
