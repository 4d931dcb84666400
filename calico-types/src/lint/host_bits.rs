//! Networks with host bits, where those are taken and dropped.
//!
//! `10.0.0.5/24` is an address with its subnet, and where a network is meant it is
//! the whole subnet. Policies' `nets` refuse it; network sets and reservations do
//! not, and whoever meant one address gets 256.

use ipnet::IpNet;

use super::bundle::{Bundle, finding};
use crate::{Diagnostic, Resource, Severity};

pub(super) fn check(bundle: &Bundle<'_>, found: &mut Vec<Diagnostic>) {
    for at in bundle.all {
        let (field, nets) = networks(&at.resource);
        for (index, net) in nets
            .iter()
            .enumerate()
            .filter(|(_, net)| **net != net.trunc())
        {
            let message = format!("{net} stands for all of {}", net.trunc());
            let path = format!("{field}[{index}]");
            found.push(
                finding(at, Severity::Warning, "host-bits", &path, message)
                    .help(format!("for one address write {}", IpNet::from(net.addr())))
                    .suggest(format!("- {}", net.trunc())),
            );
        }
    }
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "three kinds out of all take networks with host bits"
)]
fn networks(resource: &Resource) -> (&'static str, &[IpNet]) {
    match resource {
        Resource::IPReservation(reservation) => {
            ("spec.reservedCIDRs", &reservation.spec.reserved_cidrs)
        }
        Resource::NetworkSet(set) => ("spec.nets", &set.spec.nets),
        Resource::GlobalNetworkSet(set) => ("spec.nets", &set.spec.nets),
        _ => ("", &[]),
    }
}
