//! Label sets: the distinct combinations of labels that selectors can tell apart.
//!
//! Labels that no selector names are left out first (`pod-template-hash` goes this way), so
//! that thousands of endpoints have some hundred label sets, and each selector is evaluated
//! once for each set instead of once for each endpoint. Not even that: what a selector demands
//! of single labels tells the sets that it can select, by an index of labels and values.

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
    by_name: FxHashMap<&'a str, Postings<'a>>,
}

/// The label sets that have a label.
#[derive(Debug, Default)]
struct Postings<'a> {
    all: Vec<LabelSetId>,
    by_value: FxHashMap<&'a str, Vec<LabelSetId>>,
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
        for (name, value) in &named {
            let postings = self.by_name.entry(name).or_default();
            postings.all.push(id);
            postings.by_value.entry(value).or_default().push(id);
        }
        self.ids.insert(named, id);
        id
    }

    /// The label sets that a selector selects, each once, in no particular order.
    pub(super) fn selected(&self, selector: &Selector) -> Vec<LabelSetId> {
        match self.candidates(selector) {
            Some(lists) => {
                let candidates = lists.into_iter().flatten().copied();
                candidates
                    .filter(|id| self.matches(*id, selector))
                    .collect()
            }
            None => {
                let ids = (0..).map(LabelSetId).zip(&self.all);
                ids.filter(|(_, labels)| selector.matches(*labels))
                    .map(|(id, _)| id)
                    .collect()
            }
        }
    }

    /// Disjoint lists of the label sets that a selector can select, by the label of which it
    /// leaves the fewest; `None` when it can select any.
    fn candidates(&self, selector: &Selector) -> Option<Vec<&[LabelSetId]>> {
        selector
            .label_restrictions()
            .iter()
            .filter_map(|(name, restriction)| {
                let postings = self.by_name.get(&**name);
                match &restriction.must_have_one_of_values {
                    Some(values) => Some(postings.map_or_else(Vec::new, |p| p.with_one_of(values))),
                    None if restriction.must_be_present => {
                        Some(postings.map(|p| p.all.as_slice()).into_iter().collect())
                    }
                    None => None,
                }
            })
            .min_by_key(|lists| lists.iter().map(|list| list.len()).sum::<usize>())
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

impl Postings<'_> {
    fn with_one_of(&self, values: &BTreeSet<Box<str>>) -> Vec<&[LabelSetId]> {
        let lists = values
            .iter()
            .filter_map(|value| self.by_value.get(&**value));
        lists.map(Vec::as_slice).collect()
    }
}
