//! `IPAMBlock`, `BlockAffinity`, `IPAMHandle`, `IPAMConfiguration`.

use super::{
    BOOLEAN, Default, INT32, INT64, INTEGER, Pattern, SWITCH, Schema, Shape, TEXT, TEXT_MAP, TIME,
    field, list, object, of, required, words,
};
use crate::validate::{Tag, calico};

const INTEGERS: Schema = of(Shape::Map(&INTEGER));
const SEQUENCE_NUMBERS: Schema = of(Shape::Map(&INT64));
/// An index, or null for a free address.
const ALLOCATION: Schema = INTEGER.nullable();

const ATTRIBUTE: Schema = object(&[
    field("alternateOwnerAttrs", TEXT_MAP),
    field("handle_id", TEXT),
    field("releasedAt", TIME),
    field("secondary", TEXT_MAP),
]);

pub(super) const BLOCK: Schema = object(&[
    field("affinity", TEXT.pattern(Pattern::Affinity)),
    field("affinityClaimTime", TIME),
    required("allocations", list(&ALLOCATION)),
    required("attributes", list(&ATTRIBUTE)),
    required("cidr", TEXT.cidr()),
    field("deleted", BOOLEAN),
    field("sequenceNumber", INT64.default(Default::Integer(0))),
    field("sequenceNumberForAllocation", SEQUENCE_NUMBERS),
    required("strictAffinity", BOOLEAN),
    required("unallocated", list(&INTEGER)),
]);

pub(super) const AFFINITY: Schema = object(&[
    required("cidr", TEXT.cidr()),
    required("deleted", BOOLEAN.default(Default::Bool(false))),
    required("node", TEXT),
    required(
        "state",
        words(&["", "confirmed", "pending", "pendingDeletion"]),
    ),
    field("type", TEXT),
])
.checks(&[calico::block_affinity]);

pub(super) const HANDLE: Schema = object(&[
    required("block", INTEGERS),
    field("deleted", BOOLEAN),
    required("handleID", TEXT),
]);

pub(super) const CONFIGURATION: Schema = object(&[
    required("autoAllocateBlocks", BOOLEAN.default(Default::Bool(true))),
    field("ipCooldownSeconds", INT32.range(0, 1200)),
    field("kubeVirtVMAddressPersistence", SWITCH),
    field(
        "maxBlocksPerHost",
        INT32
            .range(0, 1_000_000)
            .default(Default::Integer(0))
            .tag(&[Tag::AtLeast(0)]),
    ),
    required("strictAffinity", BOOLEAN.default(Default::Bool(false))),
]);
