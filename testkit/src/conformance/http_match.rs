//! Suite `http-match`: HTTP requests against methods and paths, and paths in normal form.

use policy_engine::{HttpMatch, PathMatch, normalize_path};
use serde::Deserialize;
use serde_json::Value;

use super::Outcome;

#[derive(Deserialize)]
struct Case {
    request_path: Option<String>,
    request_method: Option<String>,
    #[serde(default)]
    paths: Option<Vec<Path>>,
    #[serde(default)]
    methods: Option<Vec<String>>,
    expected: Option<bool>,
    normalized: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Path {
    Exact(String),
    Prefix(String),
}

/// Judges one case.
pub(super) fn run(case: &Value) -> Outcome {
    // A `normalized` that is null (the path is refused) is not one that is absent.
    let normalizes = case.get("normalized").is_some();
    let case = match Case::deserialize(case) {
        Ok(case) => case,
        Err(error) => return Outcome::fail("a readable case", error.to_string()),
    };
    if normalizes {
        let path = case.request_path.as_deref().unwrap_or_default();
        return Outcome::equal(&case.normalized, &normalize_path(path));
    }
    let rule = HttpMatch {
        methods: case.methods.unwrap_or_default(),
        paths: case
            .paths
            .unwrap_or_default()
            .into_iter()
            .map(Into::into)
            .collect(),
    };
    let path = case
        .request_path
        .is_none_or(|path| rule.matches_path(&path));
    let method = case
        .request_method
        .is_none_or(|method| rule.matches_method(&method));
    Outcome::equal(&case.expected, &Some(path && method))
}

impl From<Path> for PathMatch {
    fn from(path: Path) -> Self {
        match path {
            Path::Exact(path) => Self::Exact(path),
            Path::Prefix(path) => Self::Prefix(path),
        }
    }
}
