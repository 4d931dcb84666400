//! Where manifests come from: the two sets compiled into the program, or a directory.

use std::io;
use std::path::Path;

use calico_types::Source;

use crate::paths::{self, ReadError};

/// Manifests that belong together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ManifestSet {
    /// What the set is called in the report.
    pub name: String,
    /// The files, in the order of their names.
    pub sources: Vec<Source>,
}

/// The files of one directory under `manifests/`, compiled in.
macro_rules! compiled_in {
    ($set:literal: $($file:literal)*) => {
        ManifestSet {
            name: $set.to_owned(),
            sources: vec![$(Source::new(
                concat!($set, "/", $file),
                include_str!(concat!("../manifests/", $set, "/", $file)),
            )),*],
        }
    };
}

impl ManifestSet {
    /// The reference cluster, correct and complete.
    #[must_use]
    pub fn ecommerce() -> Self {
        compiled_in! { "ecommerce":
            "bgp-filters.yaml" "bgp.yaml" "block-affinities.yaml" "ip-pool.yaml" "isolation.yaml"
            "namespaces.yaml" "nodes.yaml" "pods.yaml" "policies.yaml"
        }
    }

    /// The same intent with the mistakes that are copied from page to page.
    #[must_use]
    pub fn as_published() -> Self {
        compiled_in! { "as-published":
            "bgp-filters.yaml" "bgp.yaml" "block-affinities.yaml" "installation.yaml" "ip-pool.yaml"
            "kubernetes-policy.yaml" "nodes.yaml" "policies.yaml" "workloads.yaml"
        }
    }

    /// The manifests of a directory and the directories in it, as
    /// [`paths::manifests`] finds them.
    ///
    /// # Errors
    ///
    /// [`ReadError`] when something cannot be read, or nothing was found.
    pub fn read(directory: &Path) -> Result<Self, ReadError> {
        let inputs = paths::read(&[directory.to_owned()], &mut io::empty())?;
        Ok(Self {
            name: directory.display().to_string(),
            sources: inputs.into_iter().map(|input| input.source).collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    /// Every file under `manifests/` is compiled in, none twice.
    #[test]
    fn compiles_in_what_the_directories_hold() {
        for set in [ManifestSet::ecommerce(), ManifestSet::as_published()] {
            let directory = Path::new(env!("CARGO_MANIFEST_DIR"))
                .join("manifests")
                .join(&set.name);
            let read = ManifestSet::read(&directory).unwrap();
            let files = |set: &ManifestSet| -> Vec<(PathBuf, Vec<u8>)> {
                let file = |name: &str| Path::new(name).file_name().unwrap().into();
                set.sources
                    .iter()
                    .map(|source| (file(&source.name), source.bytes.clone()))
                    .collect()
            };
            assert_eq!(files(&set), files(&read), "{}", set.name);
        }
    }

    #[test]
    fn says_which_path_cannot_be_read() {
        let error = ManifestSet::read(Path::new("/nonexistent/manifests")).unwrap_err();
        assert!(
            error.to_string().starts_with("/nonexistent/manifests: "),
            "{error}"
        );
    }
}
