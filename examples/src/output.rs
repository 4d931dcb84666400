//! What the programs print.

use std::io::{self, Write};

/// Standard output or standard error cannot be written to.
#[derive(Debug, thiserror::Error)]
#[error("cannot print: {0}")]
pub struct PrintError(#[source] io::Error);

/// Prints all of a text; a reader that has seen enough is no failure.
///
/// # Errors
///
/// [`PrintError`] with what the system says.
pub fn print(mut to: impl Write, bytes: &[u8]) -> Result<(), PrintError> {
    printed(to.write_all(bytes).and_then(|()| to.flush())).map(|_| ())
}

/// What printing came to; `None` where the reader had seen enough, which is no failure.
///
/// # Errors
///
/// [`PrintError`] with what the system says.
pub fn printed<T>(done: io::Result<T>) -> Result<Option<T>, PrintError> {
    match done {
        Ok(value) => Ok(Some(value)),
        Err(cause) if cause.kind() == io::ErrorKind::BrokenPipe => Ok(None),
        Err(cause) => Err(PrintError(cause)),
    }
}
