//! Test data beside the workspace, which is larger than the workspace wants to carry:
//! conformance cases, RFC texts, real routing tables.
//!
//! No test may need it to pass. A test that can use it asks [`path`] and, when told
//! `None`, says [`skip_message`] and returns:
//!
//! ```
//! let Some(cases) = testkit::shared::path("cases") else {
//!     testkit::shared::skip_message();
//!     return;
//! };
//! assert!(cases.exists());
//! ```

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

/// The environment variable that names the directory of shared data.
pub const VARIABLE: &str = "CALICO_SHARED";

/// What a test without its data prints.
pub const SKIPPED: &str = "skipped: no shared data";

/// The path of `rel` in the shared data, or `None` when there is no such file or
/// directory.
///
/// The data is looked for in the directory that [`VARIABLE`] names. Without the
/// variable it is looked for in `shared` beside the workspace, first beside the
/// workspace this crate was compiled in, then beside the current directory and each of
/// its ancestors (a binary may have been moved).
#[must_use]
pub fn path(rel: impl AsRef<Path>) -> Option<PathBuf> {
    let found = root()?.join(rel);
    found.exists().then_some(found)
}

/// The texts of all files of an extension in a directory of the shared data, by name of the
/// file. `None` when there is no such directory, or one of them cannot be read.
#[must_use]
pub fn texts(rel: impl AsRef<Path>, extension: &str) -> Option<Vec<String>> {
    let entries = fs::read_dir(path(rel)?).ok()?;
    let mut paths: Vec<PathBuf> = entries
        .map(|entry| Some(entry.ok()?.path()))
        .collect::<Option<_>>()?;
    paths.retain(|path| path.extension().is_some_and(|found| found == extension));
    paths.sort_unstable();
    paths
        .iter()
        .map(|path| fs::read_to_string(path).ok())
        .collect()
}

/// Prints [`SKIPPED`] on standard output.
pub fn skip_message() {
    println!("{SKIPPED}");
}

fn root() -> Option<PathBuf> {
    if let Some(named) = env::var_os(VARIABLE) {
        return Some(PathBuf::from(named));
    }
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).parent();
    let current = env::current_dir().ok();
    let ancestors = current.iter().flat_map(|dir| dir.ancestors());
    workspace
        .into_iter()
        .chain(ancestors)
        .filter_map(|dir| Some(dir.parent()?.join("shared")))
        .find(|candidate| candidate.is_dir())
}
