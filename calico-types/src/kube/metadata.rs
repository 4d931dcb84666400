//! Metadata of the server and metadata of the resource.
//!
//! Under `projectcalico.org/v3` they are the same. Under `crd.projectcalico.org/v1` the
//! server's object is a vessel: labels, annotations and owners of the resource are in one of
//! its annotations, as JSON, and its unique id is another one, from which that of the
//! resource is computed (`libcalico-go/lib/backend/k8s/resources`).

use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use serde::Deserialize;

use super::object::ApiGroup;
use super::{KubeError, Served};
use crate::decode::METADATA_ANNOTATION;
use crate::metadata::{Metadata, OwnerReference};

const V3: &str = ApiGroup::ProjectCalico.as_str();
const V1: &str = ApiGroup::Crd.as_str();

/// The resource's metadata.
pub(super) fn read<T: Served>(object: ObjectMeta, group: ApiGroup) -> Result<Metadata, KubeError> {
    let json = serde_json::to_value(object).map_err(KubeError::Metadata)?;
    let object = Metadata::deserialize(json).map_err(KubeError::Metadata)?;
    match group {
        ApiGroup::Crd if T::API_VERSION == V3 => unpacked(object),
        ApiGroup::Crd | ApiGroup::ProjectCalico => Ok(object),
    }
}

/// The server's metadata.
pub(super) fn written<T: Served>(
    metadata: Metadata,
    group: ApiGroup,
) -> Result<ObjectMeta, KubeError> {
    let metadata = match group {
        ApiGroup::Crd if T::API_VERSION == V3 => packed(metadata, keeps_name(T::KIND))?,
        ApiGroup::Crd | ApiGroup::ProjectCalico => metadata,
    };
    let json = serde_json::to_value(metadata).map_err(KubeError::Metadata)?;
    ObjectMeta::deserialize(json).map_err(KubeError::Metadata)
}

/// Policies keep their name in the annotation: releases up to 3.31 store them under another,
/// with the tier before it.
fn keeps_name(kind: &str) -> bool {
    matches!(
        kind,
        "NetworkPolicy"
            | "GlobalNetworkPolicy"
            | "StagedNetworkPolicy"
            | "StagedGlobalNetworkPolicy"
    )
}

/// Takes the resource's metadata out of its vessel. What the vessel itself has of labels and
/// annotations stays, where the resource does not say otherwise.
fn unpacked(mut vessel: Metadata) -> Result<Metadata, KubeError> {
    let uid = vessel.uid.as_deref().map(mirrored);
    let Some(packed) = vessel.annotations.remove(METADATA_ANNOTATION) else {
        return Ok(Metadata { uid, ..vessel });
    };
    let mut inner: Metadata = serde_json::from_str(&packed).map_err(KubeError::Annotation)?;
    for owner in &mut inner.owner_references {
        if owner.api_version == V1 || owner.api_version == V3 {
            owner.api_version = V3.to_owned();
            owner.uid = mirrored(&owner.uid);
        }
    }
    let name = if inner.name.is_empty() {
        vessel.name
    } else {
        inner.name
    };
    vessel.labels.append(&mut inner.labels);
    vessel.annotations.append(&mut inner.annotations);
    Ok(Metadata {
        name,
        namespace: vessel.namespace,
        resource_version: vessel.resource_version,
        uid,
        labels: vessel.labels,
        annotations: vessel.annotations,
        creation_timestamp: inner.creation_timestamp.or(vessel.creation_timestamp),
        generation: inner.generation.or(vessel.generation),
        deletion_timestamp: inner.deletion_timestamp.or(vessel.deletion_timestamp),
        deletion_grace_period_seconds: inner
            .deletion_grace_period_seconds
            .or(vessel.deletion_grace_period_seconds),
        ..inner
    })
}

/// Puts the resource's metadata into a vessel. Labels and annotations of Calico's and the
/// operator's own stand on the vessel as well, for those who select by them.
fn packed(metadata: Metadata, keeps_name: bool) -> Result<Metadata, KubeError> {
    let ours =
        |key: &str| key.contains("projectcalico.org/") || key.contains("operator.tigera.io/");
    let mut labels = metadata.labels.clone();
    labels.retain(|key, _| ours(key));
    let mut annotations = metadata.annotations.clone();
    annotations.retain(|key, _| ours(key));
    let owner_references = metadata.owner_references.into_iter().map(|owner| {
        if owner.api_version == V3 {
            OwnerReference {
                api_version: V1.to_owned(),
                uid: mirrored(&owner.uid),
                ..owner
            }
        } else {
            owner
        }
    });
    let inner = Metadata {
        name: if keeps_name {
            metadata.name.clone()
        } else {
            String::new()
        },
        namespace: None,
        resource_version: None,
        uid: None,
        owner_references: owner_references.collect(),
        ..metadata
    };
    let json = serde_json::to_string(&inner).map_err(KubeError::Metadata)?;
    annotations.insert(METADATA_ANNOTATION.to_owned(), json);
    Ok(Metadata {
        name: metadata.name,
        namespace: metadata.namespace,
        resource_version: metadata.resource_version,
        uid: metadata.uid.as_deref().map(mirrored),
        labels,
        annotations,
        ..Metadata::default()
    })
}

/// The unique id of the other side: each byte with its bits in reverse, but for the two that
/// say what kind of id it is. Twice gives the first again. What is no such id stays.
fn mirrored(uid: &str) -> String {
    const KEPT: [usize; 2] = [6, 8];
    let digits: Vec<u8> = uid
        .bytes()
        .filter(|byte| *byte != b'-')
        .filter_map(|byte| u8::try_from(char::from(byte).to_digit(16)?).ok())
        .collect();
    let dashes = uid.bytes().filter(|byte| *byte == b'-').count();
    if digits.len() != 32 || digits.len() + dashes != uid.len() {
        return uid.to_owned();
    }
    let bytes = digits.chunks_exact(2).enumerate().map(|(index, pair)| {
        let byte = pair.iter().fold(0_u8, |byte, digit| (byte << 4) | digit);
        if KEPT.contains(&index) {
            byte
        } else {
            byte.reverse_bits()
        }
    });
    let mut mirrored = String::with_capacity(36);
    for (index, byte) in bytes.enumerate() {
        if matches!(index, 4 | 6 | 8 | 10) {
            mirrored.push('-');
        }
        mirrored.push_str(&format!("{byte:02x}"));
    }
    mirrored
}
