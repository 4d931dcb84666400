//! Nodes and the sessions between them.

use std::collections::BTreeMap;
use std::f64::consts::TAU;

use super::canvas::{Anchor, Canvas};
use crate::report::Markup;

/// What a node of the picture is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Role {
    /// A router outside the cluster.
    External,
    /// A route reflector.
    Reflector,
    /// A node that reflects nothing.
    Node,
}

impl Role {
    const fn class(self) -> &'static str {
        match self {
            Self::External => "external",
            Self::Reflector => "reflector",
            Self::Node => "node",
        }
    }
}

/// A node of the picture.
#[derive(Clone, Debug)]
pub struct Place {
    /// Its name, unique in the picture.
    pub name: String,
    /// What it is.
    pub role: Role,
}

/// What a session is to route reflection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub enum LinkKind {
    /// Between two ordinary iBGP peers.
    Peer,
    /// Between a reflector and its client.
    Client,
    /// To another autonomous system.
    External,
}

impl LinkKind {
    const fn class(self) -> &'static str {
        match self {
            Self::Peer => "peer",
            Self::Client => "client",
            Self::External => "external",
        }
    }
}

/// A session of the picture.
#[derive(Clone, Debug)]
pub struct Link {
    /// Name of one end.
    pub from: String,
    /// Name of the other.
    pub to: String,
    /// What it is to reflection.
    pub kind: LinkKind,
}

/// A picture of nodes and sessions: in a circle without reflectors, in rows with them.
#[derive(Clone, Debug)]
pub struct Graph {
    /// Title of the picture.
    pub title: String,
    /// The nodes, in the order in which they are laid out.
    pub places: Vec<Place>,
    /// The sessions.
    pub links: Vec<Link>,
}

const WIDTH: f64 = 760.0;

impl Graph {
    /// Draws it.
    #[must_use]
    pub fn draw(&self) -> Markup {
        let reflectors = self
            .places
            .iter()
            .any(|place| place.role == Role::Reflector);
        let (height, at) = if reflectors {
            self.rows()
        } else {
            self.circle()
        };
        let description = format!("{} nodes, {} sessions", self.places.len(), self.links.len());
        let mut canvas = Canvas::new(WIDTH, height, &self.title, &description);
        for link in &self.links {
            if let (Some(from), Some(to)) = (at.get(&link.from), at.get(&link.to)) {
                canvas.line(&format!("link {}", link.kind.class()), *from, *to);
            }
        }
        for place in &self.places {
            let Some(point) = at.get(&place.name) else {
                continue;
            };
            let ends = self
                .links
                .iter()
                .filter(|link| link.from == place.name || link.to == place.name);
            let tip = format!("{}: {} sessions", place.name, ends.count());
            canvas.disc(&format!("place {}", place.role.class()), *point, 9.0, &tip);
            let (at, anchor) = self.label(*point, height, reflectors);
            canvas.text("label", at, anchor, &place.name);
        }
        canvas.finish()
    }

    /// Where the name of a node goes: outward from a circle, below in rows.
    fn label(&self, (x, y): (f64, f64), height: f64, rows: bool) -> ((f64, f64), Anchor) {
        if rows || self.places.len() < 3 {
            return ((x, y + 24.0), Anchor::Middle);
        }
        let (dx, dy) = (x - WIDTH / 2.0, y - height / 2.0);
        let length = dx.hypot(dy).max(1.0);
        let anchor = match dx / length {
            side if side > 0.3 => Anchor::Start,
            side if side < -0.3 => Anchor::End,
            _ => Anchor::Middle,
        };
        (
            (x + dx / length * 16.0, y + dy / length * 18.0 + 4.0),
            anchor,
        )
    }

    fn circle(&self) -> (f64, BTreeMap<String, (f64, f64)>) {
        let (height, radius) = (460.0, 180.0);
        let count = f64::from(u32::try_from(self.places.len().max(1)).unwrap_or(u32::MAX));
        let mut at = BTreeMap::new();
        for (i, place) in (0_u32..).zip(&self.places) {
            let angle = TAU * (f64::from(i) / count - 0.25);
            at.insert(
                place.name.clone(),
                (
                    WIDTH / 2.0 + radius * angle.cos(),
                    height / 2.0 + radius * angle.sin(),
                ),
            );
        }
        (height, at)
    }

    fn rows(&self) -> (f64, BTreeMap<String, (f64, f64)>) {
        let mut at = BTreeMap::new();
        for (role, y) in [
            (Role::External, 30.0),
            (Role::Reflector, 130.0),
            (Role::Node, 290.0),
        ] {
            let row: Vec<&Place> = self
                .places
                .iter()
                .filter(|place| place.role == role)
                .collect();
            let count = f64::from(u32::try_from(row.len().max(1)).unwrap_or(u32::MAX));
            for (i, place) in (0_u32..).zip(row) {
                let step = WIDTH / count;
                // Neighbours in a row would hide the session between every second two:
                // an arch keeps them apart.
                let centred = (f64::from(i) + 0.5) / count - 0.5;
                let arch = if role == Role::Reflector {
                    -40.0 * (0.25 - centred * centred)
                } else {
                    0.0
                };
                at.insert(place.name.clone(), (step * (f64::from(i) + 0.5), y + arch));
            }
        }
        (340.0, at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn graph(roles: &[Role], links: &[(usize, usize)]) -> Graph {
        let name = |i: usize| format!("n{i}");
        Graph {
            title: "sessions".into(),
            places: roles
                .iter()
                .enumerate()
                .map(|(i, role)| Place {
                    name: name(i),
                    role: *role,
                })
                .collect(),
            links: links
                .iter()
                .map(|(a, b)| Link {
                    from: name(*a),
                    to: name(*b),
                    kind: LinkKind::Peer,
                })
                .collect(),
        }
    }

    #[test]
    fn draws_every_node_and_every_session_once() {
        for first in [Role::Node, Role::Reflector] {
            let svg = graph(&[first, Role::Node, Role::External], &[(0, 1), (0, 2)])
                .draw()
                .into_string();
            assert_eq!(svg.matches("<circle").count(), 3);
            assert_eq!(svg.matches("<line").count(), 2);
            assert!(svg.contains("n0: 2 sessions"), "{svg}");
        }
    }

    #[test]
    fn leaves_out_a_session_to_nowhere() {
        assert_eq!(
            graph(&[Role::Node], &[(0, 7)])
                .draw()
                .into_string()
                .matches("<line")
                .count(),
            0
        );
    }
}
