//! The way from a document's root to a value.

use std::fmt;

use crate::path::Path;

/// One step down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    Key(String),
    Index(usize),
}

/// Steps from the root.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Steps(pub(super) Vec<Step>);

impl Steps {
    /// Reads `spec.ingress[0].port`, whose keys have no dots of their own.
    pub(crate) fn parse(path: &str) -> Self {
        Self::default().join(path)
    }

    /// Goes on by a path that is written out.
    pub(crate) fn join(mut self, path: &str) -> Self {
        for part in path.split('.').filter(|part| !part.is_empty()) {
            let mut parts = part.split('[');
            let key = parts.next().unwrap_or_default();
            if !key.is_empty() {
                self.0.push(Step::Key(key.to_owned()));
            }
            for index in parts {
                let index = index.trim_end_matches(']').parse();
                self.0.push(Step::Index(index.unwrap_or(usize::MAX)));
            }
        }
        self
    }

    /// One step further.
    pub(crate) fn key(mut self, key: &str) -> Self {
        self.0.push(Step::Key(key.to_owned()));
        self
    }

    /// The value that this one is in, and the step from there.
    pub(super) fn split_last(&self) -> Option<(Self, &Step)> {
        let (last, parent) = self.0.split_last()?;
        Some((Self(parent.to_vec()), last))
    }
}

impl From<&Path<'_>> for Steps {
    fn from(path: &Path<'_>) -> Self {
        let mut steps = Vec::new();
        let mut at = Some(path);
        while let Some(path) = at {
            match path {
                Path::Root => {}
                Path::Key(_, name) => steps.push(Step::Key((*name).to_owned())),
                Path::Index(_, index) => steps.push(Step::Index(*index)),
            }
            at = path.parent();
        }
        steps.reverse();
        Self(steps)
    }
}

impl fmt::Display for Steps {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, step) in self.0.iter().enumerate() {
            match step {
                Step::Key(key) if position == 0 => f.write_str(key)?,
                Step::Key(key) => write!(f, ".{key}")?,
                Step::Index(index) => write!(f, "[{index}]")?,
            }
        }
        Ok(())
    }
}
