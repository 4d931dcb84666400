//! `ObjectMeta`, and the fields that every kind has.

use super::{
    ANY, BOOLEAN, Field, INT64, INTEGER, Pattern, Schema, TEXT, TEXT_LIST, TEXT_MAP, TIME, field,
    list, object, required, words,
};

pub(super) const API_VERSION: Field = field("apiVersion", TEXT);
pub(super) const KIND: Field = field("kind", TEXT);

const OWNER: Schema = object(&[
    field("apiVersion", TEXT),
    field("kind", TEXT),
    field("name", TEXT),
    field("uid", TEXT),
    field("controller", BOOLEAN),
    field("blockOwnerDeletion", BOOLEAN),
]);

/// Kubernetes' `ObjectMeta`.
pub(super) const METADATA: Schema = object(&[
    field("name", TEXT),
    field("generateName", TEXT),
    field("namespace", TEXT),
    field("labels", TEXT_MAP),
    field("annotations", TEXT_MAP),
    field("uid", TEXT),
    field("resourceVersion", TEXT),
    field("generation", INTEGER),
    field("creationTimestamp", TEXT),
    field("deletionTimestamp", TEXT),
    field("deletionGracePeriodSeconds", INTEGER),
    field("finalizers", TEXT_LIST),
    field("ownerReferences", list(&OWNER)),
    field("managedFields", ANY),
    field("selfLink", TEXT),
]);

/// Kubernetes' `Condition`.
const CONDITION: Schema = object(&[
    required("lastTransitionTime", TIME),
    required("message", TEXT.max_length(32_768)),
    field("observedGeneration", INT64.at_least(0)),
    required(
        "reason",
        TEXT.min_length(1)
            .max_length(1024)
            .pattern(Pattern::ConditionReason),
    ),
    required("status", words(&["True", "False", "Unknown"])),
    required("type", TEXT.max_length(316).pattern(Pattern::ConditionType)),
]);

/// A list of conditions, one of each type.
pub(super) const CONDITION_LIST: Schema = list(&CONDITION).keyed_by(&["type"]);

/// A status that is a list of conditions.
pub(super) const CONDITIONS: Schema = object(&[field("conditions", CONDITION_LIST)]);
