//! `ObjectMeta`, and the fields that every kind has.

use super::{
    ANY, BOOLEAN, Field, INTEGER, Schema, TEXT, TEXT_LIST, TEXT_MAP, field, list, object, words,
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

const CONDITION: Schema = object(&[
    field("type", TEXT),
    field("status", words(&["True", "False", "Unknown"])),
    field("reason", TEXT),
    field("message", TEXT),
    field("observedGeneration", INTEGER),
    field("lastTransitionTime", TEXT),
]);

/// A status that is a list of conditions.
pub(super) const CONDITIONS: Schema = object(&[field("conditions", list(&CONDITION))]);
