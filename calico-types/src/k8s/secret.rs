//! `v1` `Secret`, which holds BGP passwords.

use std::collections::BTreeMap;
use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

use crate::metadata::Metadata;
use crate::resources::Kind;

/// Values that are kept from casual eyes; [`Debug`](fmt::Debug) shows only keys.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Secret {
    /// Name, labels and annotations.
    #[serde(default)]
    pub metadata: Metadata,
    /// Values in base64.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub data: BTreeMap<String, String>,
    /// Values as they are; they win over `data`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub string_data: BTreeMap<String, String>,
}

impl Secret {
    /// The value of `key`; `None` where it is missing, not base64 or not UTF-8.
    #[must_use]
    pub fn text(&self, key: &str) -> Option<String> {
        self.string_data.get(key).cloned().or_else(|| {
            let bytes = STANDARD.decode(self.data.get(key)?).ok()?;
            String::from_utf8(bytes).ok()
        })
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let keys: Vec<_> = self.data.keys().chain(self.string_data.keys()).collect();
        f.debug_struct("Secret")
            .field("metadata", &self.metadata)
            .field("keys", &keys)
            .finish_non_exhaustive()
    }
}

impl Kind for Secret {
    const KIND: &'static str = "Secret";
    const API_VERSION: &'static str = "v1";
    const NAMESPACED: bool = true;

    fn metadata(&self) -> &Metadata {
        &self.metadata
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decodes_and_hides_values() {
        let secret: Secret = serde_json::from_str(
            r#"{"metadata":{"name":"bgp"},"data":{"rr":"c2VzYW1l"},"stringData":{"tor":"open"}}"#,
        )
        .unwrap();
        assert_eq!(secret.text("rr").as_deref(), Some("sesame"));
        assert_eq!(secret.text("tor").as_deref(), Some("open"));
        assert_eq!(secret.text("other"), None);
        assert!(!format!("{secret:?}").contains("c2VzYW1l"));
    }
}
