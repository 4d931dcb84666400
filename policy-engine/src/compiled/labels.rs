//! Label sets: the distinct combinations of labels that selectors can tell apart.
//!
//! Labels that no selector names are left out first (`pod-template-hash` goes this way), so
//! that thousands of endpoints have some hundred label sets, and each selector is evaluated
//! once for each set instead of once for each endpoint.

use std::collections::{BTreeMap, BTreeSet};

use calico_types::selector::{Node, Selector};
use rustc_hash::FxHashMap;

use super::tree::index_u32;
use crate::LabelMap;

/// The number of a label set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct LabelSetId(pub(super) u32);

/// The labels that selectors name.
#[derive(Debug, Default)]
pub(super) struct LabelNames<'a>(BTreeSet<&'a str>);

impl<'a> LabelNames<'a> {
    /// Adds the labels that a selector names. The depth of selectors is bounded.
    pub(super) fn add(&mut self, selector: &'a Selector) {
        self.add_node(selector.root());
    }

    fn add_node(&mut self, node: &'a Node) {
        self.0.extend(node.label());
        for operand in node.operands() {
            self.add_node(operand);
        }
    }
}

/// All label sets.
#[derive(Debug, Default)]
pub(super) struct LabelSets<'a> {
    ids: FxHashMap<Vec<(&'a str, &'a str)>, LabelSetId>,
    all: Vec<BTreeMap<&'a str, &'a str>>,
}

impl<'a> LabelSets<'a> {
    /// The label set of something with these labels.
    pub(super) fn intern(&mut self, names: &LabelNames<'_>, labels: &'a LabelMap) -> LabelSetId {
        let named: Vec<(&str, &str)> = labels
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .filter(|(name, _)| names.0.contains(name))
            .collect();
        if let Some(id) = self.ids.get(&named) {
            return *id;
        }
        let id = LabelSetId(index_u32(self.all.len()));
        self.all.push(named.iter().copied().collect());
        self.ids.insert(named, id);
        id
    }

    /// For each label set, whether a selector selects it.
    pub(super) fn evaluate(&self, selector: &Selector) -> Vec<bool> {
        self.all
            .iter()
            .map(|labels| selector.matches(labels))
            .collect()
    }

    /// Whether a selector selects one label set.
    pub(super) fn matches(&self, id: LabelSetId, selector: &Selector) -> bool {
        self.all
            .get(id.0 as usize)
            .is_some_and(|labels| selector.matches(labels))
    }

    pub(super) const fn len(&self) -> usize {
        self.all.len()
    }
}
