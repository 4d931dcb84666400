//! What is wrong with BGPFilters, beyond what validation says.
//!
//! Most of these pass the API server and then do something else than they say,
//! or make BIRD refuse its whole configuration, so that the node keeps the one
//! it had and nobody notices.

use ipnet::IpNet;
use std::fmt;

/// A finding about a BGPFilter that a peer uses.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct FilterDiagnostic {
    /// Name of the filter.
    pub filter: Box<str>,
    /// The rule, as `exportV4[2]`; `None`: the filter as a whole.
    pub rule: Option<Box<str>>,
    /// What is wrong.
    pub problem: FilterProblem,
}

/// What is wrong with a BGPFilter or one of its rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FilterProblem {
    /// A peer names the filter, and there is none. Calico skips the name.
    MissingFilter,
    /// BIRD compares a prefix with a set of prefixes: never equal, so the rule
    /// never matches.
    EqualWithPrefixLength,
    /// BIRD compares a prefix with a set of prefixes: always unequal, so the
    /// CIDR says nothing.
    NotEqualWithPrefixLength,
    /// `min` is longer than `max`, with `min` at least the CIDR's own length.
    /// BIRD refuses the whole configuration.
    EmptyRange {
        /// Shortest length.
        min: u8,
        /// Longest length.
        max: u8,
    },
    /// `min` is shorter than the CIDR; the CIDR's length takes its place.
    MinShorterThanCidr {
        /// What was asked for.
        min: u8,
    },
    /// Bits beyond the mask. BIRD 2 refuses the whole configuration; they are
    /// ignored here.
    HostBits {
        /// The CIDR.
        cidr: IpNet,
    },
    /// An IPv6 CIDR in an IPv4 rule or the reverse. BIRD refuses the whole
    /// configuration.
    WrongFamily {
        /// The CIDR.
        cidr: IpNet,
    },
    /// `cidr` without `matchOperator`.
    CidrWithoutOperator,
    /// `matchOperator` without `cidr`, which it compares with.
    OperatorWithoutCidr,
    /// `prefixLength` without `cidr`; Calico ignores it.
    PrefixLengthWithoutCidr,
    /// `operations` of a rule that rejects; they have no effect.
    OperationsWithReject,
    /// `communities.values` with more than one value; Calico reads the first.
    SeveralCommunities,
    /// An operation that sets no field or several; those set are applied in the
    /// order of the schema.
    NotOneOperation,
    /// A priority outside 1–2147483646.
    PriorityOutOfRange {
        /// What was asked for.
        priority: u32,
    },
}

impl FilterProblem {
    /// Whether the rule cannot be applied as written: it then matches nothing.
    #[must_use]
    pub const fn disables_rule(&self) -> bool {
        match self {
            Self::EqualWithPrefixLength
            | Self::EmptyRange { .. }
            | Self::WrongFamily { .. }
            | Self::CidrWithoutOperator
            | Self::OperatorWithoutCidr => true,
            Self::MissingFilter
            | Self::NotEqualWithPrefixLength
            | Self::MinShorterThanCidr { .. }
            | Self::HostBits { .. }
            | Self::PrefixLengthWithoutCidr
            | Self::OperationsWithReject
            | Self::SeveralCommunities
            | Self::NotOneOperation
            | Self::PriorityOutOfRange { .. } => false,
        }
    }

    /// Whether BIRD would refuse its whole configuration over this, so that the
    /// node keeps the one it had.
    #[must_use]
    pub const fn breaks_bird(&self) -> bool {
        matches!(
            self,
            Self::EmptyRange { .. }
                | Self::HostBits { .. }
                | Self::WrongFamily { .. }
                | Self::CidrWithoutOperator
        )
    }
}

impl fmt::Display for FilterProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MissingFilter => f.write_str("no such BGPFilter; the name is skipped"),
            Self::EqualWithPrefixLength => {
                f.write_str("matchOperator Equal with prefixLength never matches; use In")
            }
            Self::NotEqualWithPrefixLength => {
                f.write_str("matchOperator NotEqual with prefixLength always matches; use NotIn")
            }
            Self::EmptyRange { min, max } => {
                write!(
                    f,
                    "prefixLength {min} to {max} is empty; BIRD refuses its configuration"
                )
            }
            Self::MinShorterThanCidr { min } => {
                write!(
                    f,
                    "prefixLength min {min} is shorter than the cidr, whose length is used"
                )
            }
            Self::HostBits { cidr } => {
                write!(f, "cidr {cidr} has host bits; write {}", cidr.trunc())
            }
            Self::WrongFamily { cidr } => write!(f, "cidr {cidr} is of the other IP version"),
            Self::CidrWithoutOperator => {
                f.write_str("cidr without matchOperator; write In or Equal")
            }
            Self::OperatorWithoutCidr => f.write_str("matchOperator without cidr"),
            Self::PrefixLengthWithoutCidr => f.write_str("prefixLength without cidr has no effect"),
            Self::OperationsWithReject => f.write_str("operations of a Reject have no effect"),
            Self::SeveralCommunities => f.write_str("only the first community is compared"),
            Self::NotOneOperation => f.write_str("an operation sets exactly one field"),
            Self::PriorityOutOfRange { priority } => {
                write!(f, "priority {priority} is outside 1 to 2147483646")
            }
        }
    }
}

impl fmt::Display for FilterDiagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.rule {
            Some(rule) => write!(f, "BGPFilter {} {rule}: {}", self.filter, self.problem),
            None => write!(f, "BGPFilter {}: {}", self.filter, self.problem),
        }
    }
}
