//! A difference as text, for people.

use std::fmt::{self, Display, Formatter};

use super::super::SessionSpec;
use super::node::{Change, NodeDiff, Presence, SessionChange};
use super::{Diff, DiffSummary, Effect};

/// Nodes that are listed, and changes of one that are.
const MOST_NODES: usize = 50;
const MOST_CHANGES: usize = 20;

/// The summary, then node by node what changes, as far as 50 nodes and 20 changes
/// of each; how many more there are is said.
///
/// `+` is a session that comes, `-` one that goes, `~` one that changes, `=` one
/// that goes on under another name.
impl Display for Diff<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let summary = self.summary();
        write!(f, "{summary}")?;
        for node in self.nodes().take(MOST_NODES) {
            write!(f, "\n{node}")?;
        }
        match summary.nodes_changed.saturating_sub(MOST_NODES) {
            0 => Ok(()),
            more => writeln!(f, "\n... and {more} more nodes change"),
        }
    }
}

impl Display for DiffSummary {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let (before, after) = (self.before, self.after);
        writeln!(
            f,
            "sessions: {} -> {} (IPv4 {} -> {}, IPv6 {} -> {})",
            before.total(),
            after.total(),
            before.ipv4,
            after.ipv4,
            before.ipv6,
            after.ipv6
        )?;
        if self.nodes_changed == 0 {
            return writeln!(f, "nothing changes");
        }
        writeln!(
            f,
            "{} change; session ends: {} added, {} removed, {} renamed, {} reset",
            Plural(self.nodes_changed, "node"),
            self.ends_added,
            self.ends_removed,
            self.ends_renamed,
            self.ends_reset
        )?;
        for (what, names) in [
            ("nodes added", &self.nodes_added),
            ("nodes removed", &self.nodes_removed),
            ("without any session meanwhile", &self.cut_off),
            ("restart calico-node on", &self.restart),
        ] {
            if !names.is_empty() {
                writeln!(f, "{what}: {}", Names(names))?;
            }
        }
        if self.mesh_goes_too_early {
            writeln!(
                f,
                "the mesh goes before other sessions are up: apply everything else first, wait \
                 until those are established, then set nodeToNodeMeshEnabled: false"
            )?;
        }
        Ok(())
    }
}

impl Display for NodeDiff {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let presence = match self.presence {
            Presence::Added => " (added)",
            Presence::Removed => " (removed)",
            Presence::Kept if self.counts.is_cut_off() => " (without any session meanwhile)",
            Presence::Kept => "",
        };
        let counts = &self.counts;
        writeln!(
            f,
            "{}{presence}: {} -> {}",
            self.node,
            counts.before,
            Plural(counts.after, "session")
        )?;
        for change in &self.speaker {
            writeln!(f, "  {change}")?;
        }
        if self.speaker_effect > Effect::None {
            writeln!(f, "  each session of the node: {}", self.speaker_effect)?;
        }
        for change in self.sessions.iter().take(MOST_CHANGES) {
            writeln!(f, "  {change}")?;
        }
        match self.sessions.len().saturating_sub(MOST_CHANGES) {
            0 => Ok(()),
            more => writeln!(f, "  ... and {more} more"),
        }
    }
}

impl Display for SessionChange {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let name = &self.name;
        match &self.change {
            Change::Added { session } => write!(f, "+ {name} {}", Peer(session)),
            Change::Removed { session } => write!(f, "- {name} {}", Peer(session)),
            Change::Renamed { fields } => {
                write!(f, "= {name}: ")?;
                list(f, fields)?;
                write!(f, " (resets)")
            }
            Change::Changed { fields, effect } => {
                write!(f, "~ {name}: ")?;
                list(f, fields)?;
                write!(f, " ({effect})")
            }
        }
    }
}

fn list<T: Display>(f: &mut Formatter<'_>, items: &[T]) -> fmt::Result {
    for (position, item) in items.iter().enumerate() {
        if position > 0 {
            f.write_str(", ")?;
        }
        write!(f, "{item}")?;
    }
    Ok(())
}

/// Whom a session is with, and why.
struct Peer<'a>(&'a SessionSpec);

impl Display for Peer<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let session = self.0;
        match &session.remote_node {
            Some(node) => write!(f, "to {node}")?,
            None => write!(f, "to {} AS {}", session.peer_address, session.peer_as)?,
        }
        write!(f, " ({})", session.origin)
    }
}

/// `1 node`, `2 nodes`.
struct Plural(usize, &'static str);

impl Display for Plural {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self(count, noun) = self;
        write!(f, "{count} {noun}{}", if *count == 1 { "" } else { "s" })
    }
}

/// The first names, and how many more there are.
struct Names<'a>(&'a [String]);

impl Display for Names<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        const MOST: usize = 5;
        let shown = self.0.get(..MOST).unwrap_or(self.0);
        f.write_str(&shown.join(", "))?;
        match self.0.len().saturating_sub(shown.len()) {
            0 => Ok(()),
            more => write!(f, " and {more} more"),
        }
    }
}
