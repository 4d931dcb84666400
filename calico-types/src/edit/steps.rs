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

    /// The value that this one is in.
    pub(crate) fn parent(&self) -> Self {
        let (_, parent) = self.0.split_last().unwrap_or((&Step::Index(0), &[]));
        Self(parent.to_vec())
    }

    /// The last key; the steps of lists are passed over.
    pub(crate) fn last_key(&self) -> &str {
        let mut keys = self.0.iter().rev().filter_map(|step| match step {
            Step::Key(key) => Some(key.as_str()),
            Step::Index(_) => None,
        });
        keys.next().unwrap_or_default()
    }

    /// Whether the value is an item of a list.
    pub(crate) fn is_item(&self) -> bool {
        matches!(self.0.last(), Some(Step::Index(_)))
    }

    /// The nearest item of a list that the value is or is in; else the root.
    pub(crate) fn up_to_item(&self) -> Self {
        let item = self
            .0
            .iter()
            .rposition(|step| matches!(step, Step::Index(_)));
        Self(
            self.0
                .iter()
                .take(item.map_or(0, |item| item + 1))
                .cloned()
                .collect(),
        )
    }

    /// The rule of a policy or a filter that the value is or is in.
    pub(crate) fn up_to_rule(&self) -> Option<Self> {
        const LISTS: [&str; 6] = [
            "ingress", "egress", "importV4", "importV6", "exportV4", "exportV6",
        ];
        let rule = self.0.windows(2).position(|pair| match pair {
            [Step::Key(list), Step::Index(_)] => LISTS.contains(&list.as_str()),
            _ => false,
        })?;
        Some(Self(self.0.iter().take(rule + 2).cloned().collect()))
    }

    /// What both ways have in common.
    pub(super) fn common(&self, other: &Self) -> Self {
        let pairs = self.0.iter().zip(&other.0);
        Self(
            pairs
                .take_while(|(one, two)| one == two)
                .map(|(one, _)| one.clone())
                .collect(),
        )
    }

    /// The way from a value that this one goes through.
    pub(super) fn from(&self, start: &Self) -> Option<Self> {
        let rest = self.0.strip_prefix(start.0.as_slice())?;
        Some(Self(rest.to_vec()))
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
