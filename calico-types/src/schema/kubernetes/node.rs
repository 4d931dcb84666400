//! `Node` of Kubernetes: addresses and ranges in detail, the rest by name.

use super::super::{BOOLEAN, Schema, TEXT, TEXT_LIST, field, list, object};
use super::other;

pub(in crate::schema) const NODE: Schema = object(&[
    field("podCIDR", TEXT),
    field("podCIDRs", TEXT_LIST),
    field("unschedulable", BOOLEAN),
    other("configSource"),
    other("externalID"),
    other("podPreemptionPolicy"),
    other("providerID"),
    other("taints"),
]);

const ADDRESS: Schema = object(&[field("address", TEXT), field("type", TEXT)]);

pub(in crate::schema) const NODE_STATUS: Schema = object(&[
    field("addresses", list(&ADDRESS)),
    other("allocatable"),
    other("capacity"),
    other("conditions"),
    other("config"),
    other("daemonEndpoints"),
    other("declaredFeatures"),
    other("features"),
    other("images"),
    other("nodeInfo"),
    other("phase"),
    other("runtimeHandlers"),
    other("volumesAttached"),
    other("volumesInUse"),
]);
