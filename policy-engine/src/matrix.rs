//! Connectivity matrices: who reaches whom, on which port, and who decided.

use std::fmt;

use crate::{Access, Evaluate, Family, Flow, FlowError, Peer, Protocol, Verdict};

/// A row or column of a matrix: a name for people, and one peer that stands for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Group<'a> {
    /// What it is called in the matrix.
    pub name: &'a str,
    /// The peer.
    pub peer: Peer<'a>,
}

impl<'a> Group<'a> {
    /// A group of a peer that stands for it.
    pub fn new(name: &'a str, peer: impl Into<Peer<'a>>) -> Self {
        Self {
            name,
            peer: peer.into(),
        }
    }
}

/// What is asked for: a protocol and a port.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PortService {
    /// The protocol.
    pub protocol: Protocol,
    /// The destination port; 0 where the protocol has none.
    pub port: u16,
}

impl PortService {
    /// A TCP port.
    #[must_use]
    pub const fn tcp(port: u16) -> Self {
        Self {
            protocol: Protocol::TCP,
            port,
        }
    }

    /// A UDP port.
    #[must_use]
    pub const fn udp(port: u16) -> Self {
        Self {
            protocol: Protocol::UDP,
            port,
        }
    }
}

/// `TCP 8080`.
impl fmt::Display for PortService {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.port {
            0 => self.protocol.fmt(f),
            port => write!(f, "{} {port}", self.protocol),
        }
    }
}

/// Who reaches whom on one port.
#[derive(Clone, Debug, PartialEq)]
pub struct Matrix<'e, 'g> {
    /// The groups, which are rows (sources) and columns (destinations).
    pub groups: Vec<Group<'g>>,
    /// What was asked for.
    pub service: PortService,
    /// The cells row by row.
    cells: Vec<Result<Verdict<'e>, FlowError>>,
}

impl<'e, 'g> Matrix<'e, 'g> {
    /// Asks an evaluator for every pair of groups, a group with itself included.
    ///
    /// Costs one verdict for each pair. A pair that cannot be judged (two addresses of
    /// different families, say) is an error in its cell.
    pub fn new<E: Evaluate + ?Sized>(
        evaluator: &'e E,
        groups: &[Group<'g>],
        service: PortService,
        family: Option<Family>,
    ) -> Self {
        let verdict = |source: &Group<'_>, destination: &Group<'_>| {
            let mut flow = Flow::new(source.peer, destination.peer, service.protocol);
            flow.destination_port = service.port;
            flow.family = family;
            evaluator.verdict(&flow)
        };
        let cells = groups
            .iter()
            .flat_map(|source| groups.iter().map(move |destination| (source, destination)))
            .map(|(source, destination)| verdict(source, destination))
            .collect();
        Self {
            groups: groups.to_vec(),
            service,
            cells,
        }
    }

    /// The verdict from one group to another, by their positions.
    pub fn cell(
        &self,
        source: usize,
        destination: usize,
    ) -> Option<&Result<Verdict<'e>, FlowError>> {
        if destination >= self.groups.len() {
            return None;
        }
        self.cells.get(
            source
                .checked_mul(self.groups.len())?
                .checked_add(destination)?,
        )
    }

    /// All cells, row by row: source, destination, verdict.
    pub fn iter(
        &self,
    ) -> impl Iterator<Item = (&Group<'g>, &Group<'g>, &Result<Verdict<'e>, FlowError>)> {
        let pairs = self.groups.iter().flat_map(|source| {
            self.groups
                .iter()
                .map(move |destination| (source, destination))
        });
        pairs
            .zip(&self.cells)
            .map(|((source, destination), cell)| (source, destination, cell))
    }
}

/// A table: `yes` where the flow arrives, `-` where it does not, `?` where it cannot be
/// judged. Sources are rows.
impl fmt::Display for Matrix<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let service = self.service.to_string();
        let first = self.groups.iter().map(|group| group.name.chars().count());
        let first = first.chain([service.len()]).max().unwrap_or_default();
        write!(f, "{service:first$}")?;
        for group in &self.groups {
            write!(f, "  {}", group.name)?;
        }
        for (row, source) in self.groups.iter().enumerate() {
            write!(f, "\n{:first$}", source.name)?;
            for (column, destination) in self.groups.iter().enumerate() {
                let sign = match self.cell(row, column) {
                    Some(Ok(verdict)) if verdict.overall() == Access::Allow => "yes",
                    Some(Ok(_)) => "-",
                    Some(Err(_)) | None => "?",
                };
                write!(
                    f,
                    "  {sign:width$}",
                    width = destination.name.chars().count()
                )?;
            }
        }
        writeln!(f)
    }
}
