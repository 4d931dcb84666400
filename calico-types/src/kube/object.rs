//! The wrapper, and how it is read and written.

use std::borrow::Cow;
use std::fmt;

use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use kube_core::object::{HasSpec, HasStatus};
use kube_core::{DynamicResourceScope, Resource};
use serde::de::{self, Deserialize, Deserializer};
use serde::ser::{Error as _, SerializeStruct};
use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

use super::{KubeError, Served};
use crate::decode::settled;
use crate::schema::lookup;

/// The group and version under which Calico's kinds are served.
///
/// Kinds of other groups ([`Installation`](crate::resources::Installation), for one) have
/// one of their own, whatever this says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum ApiGroup {
    /// `projectcalico.org/v3`.
    #[default]
    ProjectCalico,
    /// `crd.projectcalico.org/v1`, in which Calico keeps its data.
    Crd,
}

impl ApiGroup {
    /// Group and version, as in `apiVersion`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ProjectCalico => "projectcalico.org/v3",
            Self::Crd => "crd.projectcalico.org/v1",
        }
    }
}

impl fmt::Display for ApiGroup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A resource as an API server holds it.
///
/// ```
/// use calico_types::kube::{ApiGroup, Kube};
/// use calico_types::resources::{GlobalNetworkPolicy, GlobalNetworkPolicySpec};
///
/// let policy: Kube<GlobalNetworkPolicy> = Kube::new("deny-all", GlobalNetworkPolicySpec::default());
/// assert_eq!(policy.metadata.name.as_deref(), Some("deny-all"));
/// let json = serde_json::to_value(&policy).unwrap();
/// assert_eq!(json["apiVersion"], "projectcalico.org/v3");
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Kube<T: Served> {
    /// From which group it was read, or to which it is to be written.
    pub group: ApiGroup,
    /// The server's metadata, whole. In the group [`Crd`](ApiGroup::Crd) labels and
    /// annotations of the resource are in an annotation of this.
    pub metadata: ObjectMeta,
    /// What is wanted.
    pub spec: T::Spec,
    /// What the cluster reports.
    pub status: Option<T::Status>,
}

impl<T: Served> Kube<T> {
    /// A new object of the default group. A namespace is to be set where the kind has one.
    #[must_use]
    pub fn new(name: impl Into<String>, spec: T::Spec) -> Self {
        let metadata = ObjectMeta {
            name: Some(name.into()),
            ..ObjectMeta::default()
        };
        Self {
            group: ApiGroup::default(),
            metadata,
            spec,
            status: None,
        }
    }

    /// The plain resource as an object of a group: the metadata goes where that group
    /// keeps it.
    ///
    /// In the group [`Crd`](ApiGroup::Crd) everything but name, namespace and version goes
    /// into the annotation, as in Calico; so do finalizers. Whoever only changes the spec of
    /// an object there should change it in the [`Kube`] that was read.
    ///
    /// # Errors
    /// [`KubeError::Metadata`] when a time in the metadata is none.
    pub fn of(resource: T, group: ApiGroup) -> Result<Self, KubeError> {
        let (metadata, spec, status) = resource.into_parts();
        Ok(Self {
            group,
            metadata: super::metadata::written::<T>(metadata, group)?,
            spec,
            status,
        })
    }

    /// The plain resource, with metadata as Calico shows it.
    ///
    /// # Errors
    /// [`KubeError::Annotation`] when the annotation in which the group
    /// [`Crd`](ApiGroup::Crd) keeps metadata cannot be read.
    pub fn into_resource(self) -> Result<T, KubeError> {
        let metadata = super::metadata::read::<T>(self.metadata, self.group)?;
        Ok(T::from_parts(metadata, self.spec, self.status))
    }

    fn read(mut object: Map<String, Value>) -> Result<Self, KubeError> {
        let group = Self::group_of(&object)?;
        let schema = lookup(T::API_VERSION, T::KIND).map(|known| &known.schema);
        let mut part = |name: &str| {
            let value = object.remove(name).filter(|value| !value.is_null());
            let field = schema.and_then(|schema| schema.field(name));
            value.map(|value| match field {
                Some(field) => settled(value, &field.schema),
                None => value,
            })
        };
        let mut spec = part("spec").unwrap_or_else(|| Map::new().into());
        let status = part("status").map(T::Status::deserialize).transpose();
        let metadata = object.remove("metadata");
        let metadata = metadata.unwrap_or_else(|| Map::new().into());
        if group == ApiGroup::Crd {
            from_backing::<T>(&mut spec);
        }
        Ok(Self {
            group,
            metadata: ObjectMeta::deserialize(metadata).map_err(KubeError::Metadata)?,
            spec: T::Spec::deserialize(spec).map_err(KubeError::Spec)?,
            status: status.map_err(KubeError::Status)?,
        })
    }

    /// The group that an object says it is of. Servers leave out of the items of some lists
    /// what they are.
    fn group_of(object: &Map<String, Value>) -> Result<ApiGroup, KubeError> {
        let text = |key: &str| object.get(key).and_then(Value::as_str);
        let (api_version, kind) = (text("apiVersion"), text("kind"));
        let known = [ApiGroup::ProjectCalico, ApiGroup::Crd]
            .into_iter()
            .find(|group| {
                api_version.is_none_or(|found| found == Self::api_version(group))
                    && kind.is_none_or(|found| found == Self::kind(group))
            });
        known.ok_or_else(|| KubeError::Kind {
            wanted: format!("{} of {}", T::KIND, T::API_VERSION),
            found: format!(
                "{} of {}",
                kind.unwrap_or("an object"),
                api_version.unwrap_or("no group")
            ),
        })
    }
}

/// Whether the two groups are about this kind.
fn is_calicos<T: Served>() -> bool {
    T::API_VERSION == ApiGroup::ProjectCalico.as_str()
}

impl<T: Served> Resource for Kube<T> {
    type DynamicType = ApiGroup;
    /// `Api::namespaced_with` and `Api::all_with` take the group; whether the kind has
    /// namespaces, [`Kind::NAMESPACED`](crate::resources::Kind::NAMESPACED) says.
    type Scope = DynamicResourceScope;

    fn kind(group: &ApiGroup) -> Cow<'_, str> {
        match (group, T::KIND) {
            (ApiGroup::Crd, "IPAMConfiguration") => "IPAMConfig",
            (ApiGroup::Crd | ApiGroup::ProjectCalico, kind) => kind,
        }
        .into()
    }

    fn group(group: &ApiGroup) -> Cow<'_, str> {
        split(Self::api_version_of(*group)).0.into()
    }

    fn version(group: &ApiGroup) -> Cow<'_, str> {
        split(Self::api_version_of(*group)).1.into()
    }

    fn plural(group: &ApiGroup) -> Cow<'_, str> {
        match (group, T::PLURAL) {
            (ApiGroup::Crd, "ipamconfigurations") => "ipamconfigs",
            (ApiGroup::Crd | ApiGroup::ProjectCalico, plural) => plural,
        }
        .into()
    }

    fn meta(&self) -> &ObjectMeta {
        &self.metadata
    }

    fn meta_mut(&mut self) -> &mut ObjectMeta {
        &mut self.metadata
    }
}

impl<T: Served> Kube<T> {
    fn api_version_of(group: ApiGroup) -> &'static str {
        if is_calicos::<T>() {
            group.as_str()
        } else {
            T::API_VERSION
        }
    }
}

/// Group and version; the core group has no name.
fn split(api_version: &'static str) -> (&'static str, &'static str) {
    api_version.split_once('/').unwrap_or(("", api_version))
}

impl<T: Served> HasSpec for Kube<T> {
    type Spec = T::Spec;

    fn spec(&self) -> &T::Spec {
        &self.spec
    }

    fn spec_mut(&mut self) -> &mut T::Spec {
        &mut self.spec
    }
}

impl<T: Served> HasStatus for Kube<T> {
    type Status = T::Status;

    fn status(&self) -> Option<&T::Status> {
        self.status.as_ref()
    }

    fn status_mut(&mut self) -> &mut Option<T::Status> {
        &mut self.status
    }
}

impl<T: Served> Serialize for Kube<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let fields = if self.status.is_some() { 5 } else { 4 };
        let mut object = serializer.serialize_struct("Kube", fields)?;
        object.serialize_field("apiVersion", Self::api_version_of(self.group))?;
        object.serialize_field("kind", &Self::kind(&self.group))?;
        object.serialize_field("metadata", &self.metadata)?;
        if self.group == ApiGroup::Crd {
            let mut spec = serde_json::to_value(&self.spec).map_err(S::Error::custom)?;
            to_backing::<T>(&mut spec);
            object.serialize_field("spec", &spec)?;
        } else {
            object.serialize_field("spec", &self.spec)?;
        }
        if let Some(status) = &self.status {
            object.serialize_field("status", status)?;
        }
        object.end()
    }
}

impl<'de, T: Served> Deserialize<'de> for Kube<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::read(Map::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}

/// `BlockAffinity` says in words whether it is deleted, in the group that Calico keeps for
/// itself.
fn to_backing<T: Served>(spec: &mut Value) {
    if T::KIND == "BlockAffinity"
        && let Some(deleted) = spec.get_mut("deleted")
        && let Some(is) = deleted.as_bool()
    {
        *deleted = is.to_string().into();
    }
}

fn from_backing<T: Served>(spec: &mut Value) {
    if T::KIND == "BlockAffinity"
        && let Some(deleted) = spec.get_mut("deleted")
        && let Some(word) = deleted.as_str()
    {
        *deleted = (word == "true").into();
    }
}
