//! The names of the suites and the function that judges each.

use std::fmt;
use std::str::FromStr;

use serde_json::Value;

use super::{
    Outcome, bgp_vectors, cve_vectors, http_match, policy, selector_eval, selector_parse,
    strict_decode, topology, validation,
};

/// A family of cases that are judged in one way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Suite {
    /// BGP messages, attributes, capabilities and NLRI from published vectors.
    BgpVectors,
    /// Hostile BGP messages, judged by the RFC 7606 action that they must cause.
    CveVectors,
    /// HTTP methods and paths against the HTTP match of a rule.
    HttpMatch,
    /// Flows against policies: the verdict of each direction.
    Policy,
    /// Selectors against labels.
    SelectorEval,
    /// Selectors' canonical form, unique id and label restrictions.
    SelectorParse,
    /// Unknown fields and what an API server would store.
    StrictDecode,
    /// The BGP sessions of one node.
    Topology,
    /// Calico's Go rules and the CRD schema's, each alone and together.
    Validation,
}

/// Judges one case.
pub(super) type Judge = fn(&Value) -> Outcome;

impl Suite {
    /// Every suite, in the order of their names.
    pub const ALL: [Self; 9] = [
        Self::BgpVectors,
        Self::CveVectors,
        Self::HttpMatch,
        Self::Policy,
        Self::SelectorEval,
        Self::SelectorParse,
        Self::StrictDecode,
        Self::Topology,
        Self::Validation,
    ];

    /// The name on the command line; with `.jsonl` added, the name of its case file.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::BgpVectors => "bgp-vectors",
            Self::CveVectors => "cve-vectors",
            Self::HttpMatch => "http-match",
            Self::Policy => "policy",
            Self::SelectorEval => "selector-eval",
            Self::SelectorParse => "selector-parse",
            Self::StrictDecode => "strict-decode",
            Self::Topology => "topology",
            Self::Validation => "validation",
        }
    }

    /// The function that judges a case of this suite.
    pub(super) const fn judge(self) -> Judge {
        match self {
            Self::BgpVectors => bgp_vectors::run,
            Self::CveVectors => cve_vectors::run,
            Self::HttpMatch => http_match::run,
            Self::Policy => policy::run,
            Self::SelectorEval => selector_eval::run,
            Self::SelectorParse => selector_parse::run,
            Self::StrictDecode => strict_decode::run,
            Self::Topology => topology::run,
            Self::Validation => validation::run,
        }
    }
}

impl fmt::Display for Suite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Suite {
    type Err = UnknownSuite;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|suite| suite.name() == name)
            .ok_or_else(|| UnknownSuite(name.to_owned()))
    }
}

/// A name that no suite has.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no suite is called {0:?}")]
pub struct UnknownSuite(pub String);
