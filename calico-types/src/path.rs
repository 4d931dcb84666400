//! Where in a document: `spec.ingress[0].port`.

use std::fmt;

/// A place below the root, as a chain of borrowed steps: walking costs no
/// allocation, printing does.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Path<'a> {
    Root,
    Key(&'a Self, &'a str),
    Index(&'a Self, usize),
}

impl<'a> Path<'a> {
    pub(crate) const fn key(&'a self, name: &'a str) -> Self {
        Self::Key(self, name)
    }

    pub(crate) const fn index(&'a self, index: usize) -> Self {
        Path::Index(self, index)
    }

    /// The place that this one is in.
    pub(crate) const fn parent(&self) -> Option<&'a Self> {
        match self {
            Path::Root => None,
            Path::Key(parent, _) | Path::Index(parent, _) => Some(parent),
        }
    }

    /// The last key; the steps of lists are passed over.
    pub(crate) fn last_key(&self) -> Option<&'a str> {
        match self {
            Path::Root => None,
            Path::Key(_, name) => Some(name),
            Path::Index(parent, _) => parent.last_key(),
        }
    }
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Path::Root => Ok(()),
            Path::Key(Path::Root, name) => f.write_str(name),
            Path::Key(parent, name) => write!(f, "{parent}.{name}"),
            Path::Index(parent, index) => write!(f, "{parent}[{index}]"),
        }
    }
}
