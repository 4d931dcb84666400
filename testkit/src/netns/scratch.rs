//! A directory for what a test writes.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process;
use std::sync::atomic::{AtomicU32, Ordering};

use super::NetnsError;

/// A new, empty directory below the system's temporary one, removed on drop.
#[derive(Debug)]
pub struct Scratch {
    path: PathBuf,
}

impl Scratch {
    /// Makes the directory; `label` becomes part of its name.
    ///
    /// # Errors
    ///
    /// When the directory cannot be made.
    pub fn new(label: &str) -> Result<Self, NetnsError> {
        static MADE: AtomicU32 = AtomicU32::new(0);
        let count = MADE.fetch_add(1, Ordering::Relaxed);
        let name = format!("testkit-{}-{count}-{label}", process::id());
        let path = env::temp_dir().join(name);
        fs::create_dir(&path).map_err(|source| file_error(&path, source))?;
        Ok(Self { path })
    }

    /// Where the directory is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Makes a directory in it, if there is none, and returns its path.
    ///
    /// # Errors
    ///
    /// When the directory cannot be made.
    pub fn directory(&self, name: &str) -> Result<PathBuf, NetnsError> {
        let path = self.path.join(name);
        fs::create_dir_all(&path).map_err(|source| file_error(&path, source))?;
        Ok(path)
    }

    /// Writes a file in it and returns the file's path.
    ///
    /// # Errors
    ///
    /// When the file cannot be written.
    pub fn write(&self, name: &str, content: &str) -> Result<PathBuf, NetnsError> {
        let path = self.path.join(name);
        fs::write(&path, content).map_err(|source| file_error(&path, source))?;
        Ok(path)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir_all(&self.path) {
            eprintln!("{}: {error}", self.path.display());
        }
    }
}

fn file_error(path: &Path, source: std::io::Error) -> NetnsError {
    NetnsError::File {
        path: path.display().to_string(),
        source,
    }
}
