//! BGPFilter resources compiled to filter chains.
//!
//! Compiling never fails: a filter that is missing is skipped and a rule that
//! cannot be understood matches nothing, both with a diagnostic. Whether that
//! is good enough to be used is the embedder's to decide, by
//! [`FilterProblem::disables_rule`] and [`FilterProblem::breaks_bird`].

use super::diagnostic::{FilterDiagnostic, FilterProblem};
use super::rule;
use super::{ExportContext, NormalPriority};
use crate::filter::{Fallback, Filter, FilterChain};
use bgp_wire::Family;
use calico_types::resources::{BGPFilter, BGPFilterRule};
use std::sync::Arc;

/// A chain and what is wrong with its sources.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Compiled {
    /// The chain. Rules that cannot be understood match nothing in it.
    pub chain: FilterChain,
    /// Findings, in the order of the filters and their rules.
    pub diagnostics: Vec<FilterDiagnostic>,
}

/// The chain for routes from a peer: the BGPFilters that `spec.filters` names,
/// in that order, then Calico's default, which accepts.
///
/// `find` tells the filter of a name. One chain serves both families. For a
/// session of the mesh, give no names. O(rules).
///
/// ```
/// use std::collections::BTreeMap;
/// use bgp_rib::{FilterProblem, NormalPriority, import_chain};
/// use calico_types::resources::BGPFilter;
///
/// let filters: BTreeMap<String, BGPFilter> = BTreeMap::new(); // by name
/// let names = ["keep-data-centre-out"]; // `spec.filters` of the BGPPeer
/// let compiled = import_chain(names, |name| filters.get(name), NormalPriority::default());
/// assert_eq!(compiled.diagnostics[0].problem, FilterProblem::MissingFilter);
/// assert!(compiled.chain.filters().is_empty(), "Calico skips the name");
/// ```
#[must_use]
pub fn import_chain<'a>(
    names: impl IntoIterator<Item = &'a str>,
    find: impl Fn(&str) -> Option<&'a BGPFilter>,
    priority: NormalPriority,
) -> Compiled {
    let lists = |filter: &'a BGPFilter| {
        let spec = &filter.spec;
        [
            ("importV4", Family::IPV4_UNICAST, &spec.import_v4),
            ("importV6", Family::IPV6_UNICAST, &spec.import_v6),
        ]
    };
    chain(names, find, lists, Fallback::CalicoImport(priority))
}

/// The chain for routes to a peer: the BGPFilters that `spec.filters` names, in
/// that order, then Calico's built-in export rules. Sessions with equal names and
/// an equal context get equal chains and so share an update group. O(rules).
///
/// ```
/// # use bgp_rib::{ExportContext, export_chain};
/// // A session of the mesh: no filters, the built-in rules all the same.
/// let mesh = export_chain([], |_| None, ExportContext::default().into());
/// assert!(mesh.diagnostics.is_empty());
/// ```
#[must_use]
pub fn export_chain<'a>(
    names: impl IntoIterator<Item = &'a str>,
    find: impl Fn(&str) -> Option<&'a BGPFilter>,
    context: Arc<ExportContext>,
) -> Compiled {
    let lists = |filter: &'a BGPFilter| {
        let spec = &filter.spec;
        [
            ("exportV4", Family::IPV4_UNICAST, &spec.export_v4),
            ("exportV6", Family::IPV6_UNICAST, &spec.export_v6),
        ]
    };
    chain(names, find, lists, Fallback::CalicoExport(context))
}

type List<'a> = (&'static str, Family, &'a Option<Vec<BGPFilterRule>>);

fn chain<'a>(
    names: impl IntoIterator<Item = &'a str>,
    find: impl Fn(&str) -> Option<&'a BGPFilter>,
    lists: impl Fn(&'a BGPFilter) -> [List<'a>; 2],
    fallback: Fallback,
) -> Compiled {
    let mut diagnostics = Vec::new();
    let mut filters = Vec::new();
    for name in names {
        let mut report = |rule: Option<&str>, problem| {
            let rule = rule.map(Box::from);
            diagnostics.push(FilterDiagnostic {
                filter: name.into(),
                rule,
                problem,
            });
        };
        let Some(resource) = find(name) else {
            report(None, FilterProblem::MissingFilter);
            continue;
        };
        let mut rules = Vec::new();
        for (list, family, held) in lists(resource) {
            for (position, source) in held.iter().flatten().enumerate() {
                let label = format!("{list}[{position}]");
                let compiled = rule::compile(&label, family, source, |problem| {
                    report(Some(&label), problem);
                });
                rules.push(compiled);
            }
        }
        filters.push(Filter::new(name, rules));
    }
    Compiled {
        chain: FilterChain::new(filters, fallback),
        diagnostics,
    }
}
