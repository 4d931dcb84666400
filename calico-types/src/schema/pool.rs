//! `IPPool` and `IPReservation`.

use super::bgp::SELECTOR;
use super::{BOOLEAN, Default, INTEGER, Schema, TEXT, field, object, required, set, words};
use crate::validate::{Tag, calico, crd};

const ALLOWED_USE: Schema = words(&["Workload", "Tunnel", "LoadBalancer"]);
const ENCAPSULATION: Schema = words(&["Never", "Always", "CrossSubnet"]);

pub(super) const POOL: Schema = object(&[
    field("allowedUses", set(&ALLOWED_USE).items(0, 10)),
    field(
        "assignmentMode",
        words(&["Automatic", "Manual"]).default(Default::Text("Automatic")),
    ),
    field("blockSize", INTEGER.range(0, 128)),
    required(
        "cidr",
        TEXT.max_length(48).cidr().tag(&[Tag::Required, Tag::Net]),
    ),
    field("disableBGPExport", BOOLEAN),
    field("disabled", BOOLEAN),
    field("ipipMode", ENCAPSULATION),
    field("namespaceSelector", SELECTOR),
    field("natOutgoing", BOOLEAN),
    field("nodeSelector", SELECTOR.default(Default::Text("all()"))),
    field("vxlanMode", ENCAPSULATION),
])
.rules(crd::IP_POOL)
.checks(&[calico::ip_pool]);

const RESERVED: Schema = TEXT.cidr().tag(&[Tag::Cidr]);

pub(super) const RESERVATION: Schema = object(&[field("reservedCIDRs", set(&RESERVED))]);
