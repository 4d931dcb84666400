//! Where sources come from that a command line names: files, directories, standard
//! input.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use calico_types::Source;

/// A directory or file could not be read.
#[derive(Debug, thiserror::Error)]
#[error("{}: {cause}", path.display())]
pub struct ReadError {
    /// What was to be read.
    pub path: PathBuf,
    /// What the system said.
    pub cause: io::Error,
}

/// A source, and the file that it came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Input {
    /// The bytes, under the name that the command line gave the file.
    pub source: Source,
    /// `None` for standard input.
    pub path: Option<PathBuf>,
}

/// What stands for standard input on a command line.
pub const STDIN: &str = "-";

/// Reads what a command line names: files of any name; the manifests in directories,
/// as [`manifests`] finds them; `-` for `stdin`. What is named twice is read once.
///
/// # Errors
///
/// [`ReadError`] when something cannot be read, or a directory has no manifests.
pub fn read(paths: &[PathBuf], stdin: &mut dyn Read) -> Result<Vec<Input>, ReadError> {
    let mut inputs = Vec::new();
    let mut seen = BTreeSet::new();
    for path in paths {
        if path.as_os_str() == STDIN {
            if seen.insert(path.clone()) {
                inputs.push(from_stdin(stdin)?);
            }
            continue;
        }
        let files = if path.is_dir() {
            manifests(path)?
        } else {
            vec![path.clone()]
        };
        for path in files {
            // What has no canonical path has an error that says why.
            if seen.insert(path.canonicalize().unwrap_or_else(|_| path.clone())) {
                inputs.push(from_file(path)?);
            }
        }
    }
    Ok(inputs)
}

fn from_stdin(stdin: &mut dyn Read) -> Result<Input, ReadError> {
    let mut bytes = Vec::new();
    stdin.read_to_end(&mut bytes).map_err(|cause| ReadError {
        path: STDIN.into(),
        cause,
    })?;
    Ok(Input {
        source: Source::new("<stdin>", bytes),
        path: None,
    })
}

fn from_file(path: PathBuf) -> Result<Input, ReadError> {
    match fs::read(&path) {
        Ok(bytes) => Ok(Input {
            source: Source::new(named(&path), bytes),
            path: Some(path),
        }),
        Err(cause) => Err(ReadError { path, cause }),
    }
}

/// What a file is called: its path, as it was reached.
fn named(path: &Path) -> String {
    path.strip_prefix(".").unwrap_or(path).display().to_string()
}

/// All `.yaml`, `.yml` and `.json` files of a directory and the directories in it, in
/// the order of their paths.
///
/// Hidden directories are passed over, and links to directories are not followed: what
/// they lead to is elsewhere, or above. A link to a file is a file.
///
/// # Errors
///
/// [`ReadError`] when a directory cannot be read, or nothing was found.
pub fn manifests(directory: &Path) -> Result<Vec<PathBuf>, ReadError> {
    let mut paths = Vec::new();
    // Directories that have not been looked into; a stack, since they nest as deep as
    // the file system allows.
    let mut open = vec![directory.to_owned()];
    while let Some(directory) = open.pop() {
        let failed = |cause| ReadError {
            path: directory.clone(),
            cause,
        };
        for entry in fs::read_dir(&directory).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            let path = entry.path();
            let kind = entry.file_type().map_err(failed)?;
            if kind.is_dir() {
                if !is_hidden(&path) {
                    open.push(path);
                }
            } else if is_manifest(&path) && !(kind.is_symlink() && path.is_dir()) {
                paths.push(path);
            }
        }
    }
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
    Ok(paths)
}

fn is_hidden(path: &Path) -> bool {
    path.file_name()
        .is_some_and(|name| name.as_encoded_bytes().starts_with(b"."))
}

fn is_manifest(path: &Path) -> bool {
    path.extension().is_some_and(|extension| {
        ["yaml", "yml", "json"]
            .iter()
            .any(|known| extension == *known)
    })
}
