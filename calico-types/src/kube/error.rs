//! Why an object is no resource, or a resource no object.

/// Why an object is no resource, or a resource no object.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KubeError {
    /// An object of another kind or group.
    #[error("{found} is not {wanted}")]
    Kind {
        /// What was asked for.
        wanted: String,
        /// What was there.
        found: String,
    },
    /// `metadata` that is no `ObjectMeta`, such as one with a time that is none.
    #[error("metadata: {0}")]
    Metadata(#[source] serde_json::Error),
    /// The annotation `projectcalico.org/metadata` cannot be read.
    #[error("annotation projectcalico.org/metadata: {0}")]
    Annotation(#[source] serde_json::Error),
    /// A value of `spec` that does not fit its type.
    #[error("spec: {0}")]
    Spec(#[source] serde_json::Error),
    /// A value of `status` that does not fit its type.
    #[error("status: {0}")]
    Status(#[source] serde_json::Error),
}
