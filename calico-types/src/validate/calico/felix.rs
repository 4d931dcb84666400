//! Rules about FelixConfiguration and KubeControllersConfiguration.

use super::super::findings::{Findings, Place};
use super::super::lexical::{ip, is_label};
use super::said;
use crate::decode::{printable, shown};
use crate::scalar::{Duration, Port};
use crate::tree::Node;

/// What an OpenStack region's name shares its 63 letters with.
const REGION_PREFIX: &str = "openstack-region-";
/// How many routing tables Felix may have.
const MAX_TABLES: i64 = 65_535;

pub(crate) fn felix(place: &Place<'_>, findings: &mut Findings<'_>) {
    // The family is a CEL rule only.
    for key in [
        "natOutgoingAddress",
        "deviceRouteSourceAddress",
        "deviceRouteSourceAddressIPv6",
    ] {
        let text = place.node.text_of(key);
        if !text.is_empty() && ip(text).is_none() {
            findings.refuse_field(
                place,
                key,
                "invalid-address",
                format!("{key} is an IP address"),
            );
        }
    }
    let items = |key: &str| place.node.get(key).map(Node::items).unwrap_or_default();
    for (index, range) in items("kubeNodePortRanges").iter().enumerate() {
        if range
            .text()
            .is_some_and(|text| matches!(text.parse(), Ok(Port::Name(_))))
        {
            let message = format!(
                "{} is a name: node ports are numbers or ranges",
                shown(range)
            );
            findings.refuse_field(
                place,
                &format!("kubeNodePortRanges[{index}]"),
                "invalid-port",
                message,
            );
        }
    }
    if items("kubeNodePortRanges").len() > 7 {
        findings.refuse_field(
            place,
            "kubeNodePortRanges",
            "too-many-items",
            "at most seven ranges of node ports",
        );
    }
    for (index, node) in items("externalNodesList").iter().enumerate() {
        let text = node.text().unwrap_or_default();
        if !super::super::lexical::net(text).is_some_and(|net| net.addr().is_ipv4()) {
            let message = format!("{} is not an IPv4 CIDR", shown(node));
            findings.refuse_field(
                place,
                &format!("externalNodesList[{index}]"),
                "invalid-cidr",
                message,
            );
        }
    }
    region(place, findings);
    tables(place, findings);
}

fn region(place: &Place<'_>, findings: &mut Findings<'_>) {
    let region = place.node.text_of("openstackRegion");
    if region.len() > 63 - REGION_PREFIX.len() {
        findings.refuse_field(
            place,
            "openstackRegion",
            "too-long",
            "a region has at most 46 letters",
        );
    } else if !region.is_empty() && !is_label(region) {
        let message = format!("{} is no region: a-z, 0-9 and - only", printable(region));
        findings.refuse_field(place, "openstackRegion", "invalid-name", message);
    }
}

fn range(node: &Node) -> Option<(i64, i64)> {
    Some((node.get("min")?.integer()?, node.get("max")?.integer()?))
}

fn tables(place: &Place<'_>, findings: &mut Findings<'_>) {
    let ranges = place
        .node
        .get("routeTableRanges")
        .map(Node::items)
        .unwrap_or_default();
    let tables = ranges
        .iter()
        .filter_map(range)
        .fold(0_i64, |sum, (min, max)| {
            sum.saturating_add(max.saturating_sub(min).saturating_add(1))
        });
    if tables > MAX_TABLES {
        findings.refuse_field(
            place,
            "routeTableRanges",
            "too-many-items",
            "the ranges have more than 65535 tables",
        );
    }
}

pub(crate) fn route_table_range(place: &Place<'_>, findings: &mut Findings<'_>) {
    if range(place.node).is_some_and(|(min, max)| min < 1 || max < min || max > 250) {
        findings.refuse(
            place,
            "invalid-range",
            "route tables of this range are within 1..250",
        );
    }
}

pub(crate) fn route_table_ranges(place: &Place<'_>, findings: &mut Findings<'_>) {
    match range(place.node) {
        Some((min, _)) if min < 1 => {
            findings.refuse(place, "invalid-range", "route tables begin at 1")
        }
        Some((min, max)) if min > max => {
            findings.refuse(place, "invalid-range", "the range ends before it begins")
        }
        Some((_, max)) if max > i64::from(u32::MAX) => {
            findings.refuse(place, "invalid-range", "route tables end at 4294967295");
        }
        _ => {}
    }
}

pub(crate) fn health_timeout(place: &Place<'_>, findings: &mut Findings<'_>) {
    if place
        .node
        .text_of("timeout")
        .parse::<Duration>()
        .is_ok_and(|timeout| timeout.as_nanos() < 0)
    {
        findings.refuse_field(
            place,
            "timeout",
            "out-of-range",
            "a timeout is not negative",
        );
    }
    if !said(place.node, "name") {
        findings.refuse_field(place, "name", "missing-field", "`name` is missing");
    }
}
