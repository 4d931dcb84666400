//! The compiled form of a policy set.
//!
//! ```text
//! labels      distinct label sets, of the labels that selectors name
//! predicates  each thing that rules ask about an address, once
//! classes     addresses of which all predicates say the same; found by longest prefix
//! programs    endpoint and direction -> tree, shared by all with the same policies
//! tree        protocol -> ports -> ICMP -> own class -> peer class -> decider
//! ```
//!
//! A decision costs two address lookups and a walk of some steps, whatever the number of
//! policies. What it says is what [`Interpreter`](crate::Interpreter) says, the deciding rule
//! included.
//!
//! Everything that rules can say is compiled. HTTP requests are compared at the end of a
//! walk, as the interpreter compares them. A program whose tree would pass [`Limits`] (rules
//! that cut up source ports and destination ports against each other can be made to) is left
//! to the interpreter: slower, and right.

mod bitset;
mod class;
mod compiler;
mod decider;
mod labels;
mod line;
mod lookup;
mod lower;
mod partition;
mod predicate;
mod program;
mod tree;

use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;

use crate::connectivity::Partition;
use crate::{
    Access, Decision, Direction, EndpointId, Evaluate, Explanation, Family, Flow, FlowError,
    Interpreter, Packet, PolicySet, Reason, Staged, Verdict,
};
pub(crate) use class::ClassId;
use compiler::Compiler;
use decider::Deciders;
use lookup::Addresses;
use partition::Between;
pub(crate) use tree::DeciderId;
use tree::{Key, NO_ICMP, Target, Tree};

/// How a policy set is compiled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CompileOptions {
    /// Whether staged policies take part.
    pub staged: Staged,
    /// Bounds on memory.
    pub limits: Limits,
}

impl CompileOptions {
    /// What is enforced, within the default limits.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            staged: Staged::Ignored,
            limits: Limits::new(),
        }
    }

    /// The same options with staged policies left out or asked like enforced ones.
    #[must_use]
    pub const fn with_staged(mut self, staged: Staged) -> Self {
        self.staged = staged;
        self
    }

    /// The same options with other limits.
    #[must_use]
    pub const fn with_limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }
}

impl Default for CompileOptions {
    fn default() -> Self {
        Self::new()
    }
}

/// Bounds on the memory of a snapshot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// Cells of all trees, of 4 to 12 bytes. Programs that would pass it are left to the
    /// interpreter. At most 2^29.
    pub cells: usize,
    /// Classes times predicates, in bits; a compilation that would pass it fails.
    pub class_bits: usize,
}

impl Limits {
    /// 2^26 cells (some hundred MiB) and 2^33 bits (1 GiB).
    #[must_use]
    pub const fn new() -> Self {
        Self {
            cells: 1 << 26,
            class_bits: 1 << 33,
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self::new()
    }
}

/// Why a policy set could not be compiled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CompileError {
    /// Classes times predicates pass the limit.
    #[error("{classes} classes times {predicates} predicates pass the limit")]
    TooManyClasses {
        /// The number of classes.
        classes: usize,
        /// The number of predicates.
        predicates: usize,
    },
}

/// A compiled policy set. It does not change any more; clones of its `Arc` are how it is
/// shared.
pub struct Snapshot {
    set: Arc<PolicySet>,
    staged: Staged,
    addresses: Addresses,
    tree: Tree,
    deciders: Deciders,
    /// For each endpoint its egress and ingress program.
    programs: Vec<[Program; 2]>,
    statistics: Statistics,
}

/// Where the decision about an endpoint's packets in one direction is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Program {
    /// In a tree.
    Tree(Target),
    /// Its tree would be too large.
    Interpreted,
}

/// What a compilation made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Statistics {
    /// Distinct label sets of endpoints and network sets.
    pub label_sets: usize,
    /// Questions that rules ask about addresses.
    pub predicates: usize,
    /// Peer classes.
    pub classes: usize,
    /// Distinct programs.
    pub programs: usize,
    /// Distinct programs that are left to the interpreter.
    pub interpreted_programs: usize,
    /// Nodes of all trees.
    pub nodes: usize,
    /// Bytes that lookups read, apart from the endpoints' program table.
    pub bytes: usize,
}

impl Snapshot {
    /// Compiles a policy set.
    ///
    /// Costs, roughly: distinct label sets times selectors, plus addresses, plus distinct
    /// programs times the intervals that their rules make of the ports.
    ///
    /// # Errors
    ///
    /// When a limit would be passed.
    pub fn compile(
        set: impl Into<Arc<PolicySet>>,
        options: CompileOptions,
    ) -> Result<Self, CompileError> {
        let set = set.into();
        let compiled = Compiler::new(&set, options)?.finish();
        Ok(Self {
            staged: options.staged,
            addresses: compiled.addresses,
            tree: compiled.tree,
            deciders: compiled.deciders,
            programs: compiled.programs,
            statistics: compiled.statistics,
            set,
        })
    }

    /// The snapshot of nothing.
    pub(crate) fn empty(options: CompileOptions) -> Self {
        Self {
            set: Arc::default(),
            staged: options.staged,
            addresses: Addresses::default(),
            tree: Tree::default(),
            deciders: Deciders::default(),
            programs: Vec::new(),
            statistics: Statistics::default(),
        }
    }

    /// What the compilation made.
    #[must_use]
    pub const fn statistics(&self) -> &Statistics {
        &self.statistics
    }

    /// What becomes of a flow, and why; see [`Interpreter::explain`].
    ///
    /// # Errors
    ///
    /// When a peer cannot be found or judged; see [`FlowError`].
    pub fn explain<'f>(&self, flow: &Flow<'f>) -> Result<Explanation<'_, 'f>, FlowError> {
        self.interpreter().explain(flow)
    }

    /// The literal interpreter of the same policy set.
    #[must_use]
    pub fn interpreter(&self) -> Interpreter<'_> {
        Interpreter::new(&self.set).with_staged(self.staged)
    }

    fn decide_between(
        &self,
        endpoint: EndpointId,
        direction: Direction,
        packet: &Packet<'_>,
        classes: [ClassId; 2],
    ) -> Decision<'_> {
        let Some([egress, ingress]) = self.programs.get(endpoint.index()) else {
            return REFUSAL;
        };
        let program = match direction {
            Direction::Egress => egress,
            Direction::Ingress => ingress,
        };
        let Program::Tree(root) = *program else {
            return self.interpret(endpoint, direction, packet);
        };
        let [source, destination] = classes;
        let key = Key {
            protocol: packet.protocol.0,
            source_port: packet.source_port,
            destination_port: packet.destination_port,
            icmp: packet
                .icmp
                .map_or(NO_ICMP, |(t, c)| u32::from(t) << 8 | u32::from(c)),
            source,
            destination,
            http: packet.http,
        };
        self.tree
            .walk(root, &key)
            .and_then(|decider| self.deciders.decision(&self.set, decider))
            .unwrap_or(REFUSAL)
    }

    /// Addresses of a family, ascending, in ranges of which rules say the same.
    pub(crate) fn ranges(&self, family: Family) -> Vec<(IpAddr, IpAddr, ClassId)> {
        self.addresses.ranges(family)
    }

    pub(crate) fn class(&self, address: IpAddr) -> ClassId {
        self.addresses.class(address)
    }

    /// The policy of an endpoint in a direction: equal for endpoints that are treated alike.
    pub(crate) fn program(&self, id: EndpointId, direction: Direction) -> Option<Program> {
        let [egress, ingress] = self.programs.get(id.index())?;
        Some(match direction {
            Direction::Egress => *egress,
            Direction::Ingress => *ingress,
        })
    }

    /// Who decides about each kind of connection between addresses of two classes (of source
    /// and destination); `None` when the program is left to the interpreter.
    pub(crate) fn partition(
        &self,
        program: Program,
        classes: [ClassId; 2],
    ) -> Option<Partition<DeciderId>> {
        let Program::Tree(root) = program else {
            return None;
        };
        let tree = &self.tree;
        Between { tree, classes }.partition(root)
    }

    /// What a decider says.
    pub(crate) fn decision(&self, decider: DeciderId) -> Decision<'_> {
        let known = self.deciders.decision(&self.set, decider);
        known.unwrap_or(REFUSAL)
    }

    fn interpret(
        &self,
        endpoint: EndpointId,
        direction: Direction,
        packet: &Packet<'_>,
    ) -> Decision<'_> {
        self.interpreter().ask(endpoint, direction, packet)
    }

    fn classes(&self, packet: &Packet<'_>) -> [ClassId; 2] {
        [packet.source, packet.destination].map(|address| self.addresses.class(address))
    }
}

/// What is said of endpoints that are not there.
const REFUSAL: Decision<'static> = Decision {
    access: Access::Deny,
    reason: Reason::UnknownEndpoint,
};

impl Evaluate for Snapshot {
    fn policy_set(&self) -> &PolicySet {
        &self.set
    }

    #[inline]
    fn decide(
        &self,
        endpoint: EndpointId,
        direction: Direction,
        packet: &Packet<'_>,
    ) -> Decision<'_> {
        self.decide_between(endpoint, direction, packet, self.classes(packet))
    }

    #[inline]
    fn judge(
        &self,
        source: Option<EndpointId>,
        destination: Option<EndpointId>,
        packet: &Packet<'_>,
    ) -> Verdict<'_> {
        let classes = self.classes(packet);
        let ask = |id: Option<EndpointId>, direction| {
            id.map(|id| self.decide_between(id, direction, packet, classes))
        };
        Verdict {
            egress: ask(source, Direction::Egress),
            ingress: ask(destination, Direction::Ingress),
        }
    }
}

impl fmt::Debug for Snapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Snapshot")
            .field("statistics", &self.statistics)
            .finish_non_exhaustive()
    }
}
