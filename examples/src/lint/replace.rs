//! Replacing a file in one step.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process;

/// A file could not be replaced; it is as it was.
#[derive(Debug, thiserror::Error)]
pub enum ReplaceError {
    /// The system refused.
    #[error("{}: {cause}", path.display())]
    System {
        /// The file.
        path: PathBuf,
        /// What the system said.
        cause: io::Error,
    },
    /// Somebody has changed the file since it was read.
    #[error("{}: the file has changed since it was read", path.display())]
    Changed {
        /// The file.
        path: PathBuf,
    },
}

/// Replaces what is in a file: another file, with the same permissions, is written
/// beside it and takes its name. Whoever reads the file sees the old bytes or the new
/// ones. A link stays, and what it leads to is replaced.
///
/// # Errors
///
/// [`ReplaceError`]; the file is then untouched, and nothing is left beside it.
pub fn replace(path: &Path, before: &[u8], after: &[u8]) -> Result<(), ReplaceError> {
    let failed = |cause| ReplaceError::System {
        path: path.to_owned(),
        cause,
    };
    let target = path.canonicalize().map_err(failed)?;
    if fs::read(&target).map_err(failed)? != before {
        return Err(ReplaceError::Changed {
            path: path.to_owned(),
        });
    }
    let temporary = beside(&target);
    let written = write(&temporary, &target, after).and_then(|()| fs::rename(&temporary, &target));
    written.map_err(|cause| {
        // What cannot be removed cannot be helped; the first error says more.
        let _ = fs::remove_file(&temporary);
        failed(cause)
    })
}

/// A name in the same directory, so that renaming needs no copying.
fn beside(target: &Path) -> PathBuf {
    let name = target.file_name().unwrap_or_default().to_string_lossy();
    target.with_file_name(format!(".{name}.{}.tmp", process::id()))
}

fn write(temporary: &Path, target: &Path, bytes: &[u8]) -> io::Result<()> {
    let permissions = fs::metadata(target)?.permissions();
    let mut file: File = OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(temporary)?;
    file.write_all(bytes)?;
    fs::set_permissions(temporary, permissions)?;
    file.sync_all()
}
