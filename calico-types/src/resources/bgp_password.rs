//! References to BGP passwords kept in Kubernetes secrets.

use serde::{Deserialize, Serialize};

use crate::given::Given;

/// Where the TCP-MD5 password of a session is kept.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct BGPPassword {
    /// A key of a secret in calico-node's own namespace.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret_key_ref: Option<SecretKeyReference>,
}

/// One entry of a `Secret`.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SecretKeyReference {
    /// The secret's name.
    #[serde(default, skip_serializing_if = "Given::is_absent")]
    pub name: Given<String>,
    /// The entry in its data.
    #[serde(default)]
    pub key: String,
    /// Whether the secret or the key may be missing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub optional: Option<bool>,
}
