//! Where manifests come from: the two sets compiled into the program, or a directory.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use calico_types::Source;

/// Manifests that belong together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ManifestSet {
    /// What the set is called in the report.
    pub name: String,
    /// The files, in the order of their names.
    pub sources: Vec<Source>,
}

/// A directory or file could not be read.
#[derive(Debug, thiserror::Error)]
#[error("{}: {cause}", path.display())]
pub struct ReadError {
    /// What was to be read.
    pub path: PathBuf,
    /// What the system said.
    pub cause: io::Error,
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

    /// All `.yaml`, `.yml` and `.json` files of a directory and the directories in it,
    /// in the order of their paths. Symbolic links to directories are not followed.
    ///
    /// # Errors
    ///
    /// [`ReadError`] when something cannot be read, or nothing was found.
    pub fn read(directory: &Path) -> Result<Self, ReadError> {
        let mut paths = Vec::new();
        collect(directory, &mut paths)?;
        paths.sort();
        if paths.is_empty() {
            let cause = io::Error::new(
                io::ErrorKind::NotFound,
                "no .yaml, .yml or .json file in it",
            );
            return Err(ReadError {
                path: directory.to_owned(),
                cause,
            });
        }
        let read = |path: PathBuf| match fs::read(&path) {
            Ok(bytes) => Ok(Source::new(path.display().to_string(), bytes)),
            Err(cause) => Err(ReadError { path, cause }),
        };
        let sources = paths.into_iter().map(read).collect::<Result<_, _>>()?;
        Ok(Self {
            name: directory.display().to_string(),
            sources,
        })
    }
}

fn collect(directory: &Path, paths: &mut Vec<PathBuf>) -> Result<(), ReadError> {
    let failed = |cause| ReadError {
        path: directory.to_owned(),
        cause,
    };
    for entry in fs::read_dir(directory).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let path = entry.path();
        if entry.file_type().map_err(failed)?.is_dir() {
            collect(&path, paths)?;
        } else if is_manifest(&path) {
            paths.push(path);
        }
    }
    Ok(())
}

fn is_manifest(path: &Path) -> bool {
    path.extension().is_some_and(|extension| {
        ["yaml", "yml", "json"]
            .iter()
            .any(|known| extension == *known)
    })
}

#[cfg(test)]
mod tests {
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
