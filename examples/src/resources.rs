//! Resources from the manifests that a command line names.

use std::io;
use std::path::PathBuf;

use calico_types::{Resource, Severity, Source, decode, render};

use crate::paths::{self, ReadError};

/// The resources of what is at paths, and whether all of it could be read; what could not is
/// shown on standard error.
///
/// # Errors
///
/// [`ReadError`] when a path cannot be read, or nothing was found.
pub fn read(paths: &[PathBuf]) -> Result<(Vec<Resource>, bool), ReadError> {
    let inputs = paths::read(paths, &mut io::stdin())?;
    let sources: Vec<Source> = inputs.into_iter().map(|input| input.source).collect();
    let decoded = decode(&sources);
    let errors = decoded.diagnostics.iter();
    let errors: Vec<_> = errors.filter(|it| it.severity == Severity::Error).collect();
    for error in &errors {
        eprintln!("{}", render(error, &sources));
    }
    let resources = decoded.resources.into_iter().map(|at| at.resource);
    Ok((resources.collect(), errors.is_empty()))
}
