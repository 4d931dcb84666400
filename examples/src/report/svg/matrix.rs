//! Who may talk to whom.

use super::canvas::{Anchor, Canvas};
use crate::report::Markup;

/// The answer for one pair.
#[derive(Clone, Debug)]
pub struct Cell {
    /// `None`: there is no such flow (an endpoint to itself).
    pub allowed: Option<bool>,
    /// What decided.
    pub tip: String,
}

/// Sources down, destinations across.
#[derive(Clone, Debug)]
pub struct Matrix {
    /// Title of the picture.
    pub title: String,
    /// Names of the destinations.
    pub columns: Vec<String>,
    /// Name of each source and its answers.
    pub rows: Vec<(String, Vec<Cell>)>,
}

const LEFT: f64 = 150.0;
const TOP: f64 = 78.0;
const ROW: f64 = 40.0;
const COLUMN: f64 = 110.0;

impl Matrix {
    /// Draws it.
    #[must_use]
    pub fn draw(&self) -> Markup {
        let count = |n: usize| f64::from(u32::try_from(n).unwrap_or(u32::MAX));
        let (width, height) = (
            LEFT + COLUMN * count(self.columns.len()) + 10.0,
            TOP + ROW * count(self.rows.len()) + 10.0,
        );
        let mut canvas = Canvas::new(
            width,
            height,
            &self.title,
            "a row for each source, a column for each destination",
        );
        for (i, column) in self.columns.iter().enumerate() {
            // Namespace, application and port each have a line, the last at the bottom.
            let (place, port) = column.split_once(' ').unwrap_or((column, ""));
            let parts = place
                .split('/')
                .chain([port])
                .filter(|part| !part.is_empty());
            let parts: Vec<&str> = parts.collect();
            for (line, part) in parts.iter().rev().enumerate() {
                let at = (
                    LEFT + COLUMN * (count(i) + 0.5),
                    TOP - 12.0 - 18.0 * count(line),
                );
                canvas.text("label", at, Anchor::Middle, part);
            }
        }
        for (i, (name, cells)) in self.rows.iter().enumerate() {
            let y = TOP + ROW * count(i);
            canvas.text("label", (LEFT - 10.0, y + 24.0), Anchor::End, name);
            for (j, cell) in cells.iter().enumerate() {
                Self::cell(&mut canvas, (LEFT + COLUMN * count(j), y), cell);
            }
        }
        canvas.finish()
    }

    fn cell(canvas: &mut Canvas, (x, y): (f64, f64), cell: &Cell) {
        let (class, word) = match cell.allowed {
            Some(true) => ("cell allowed", "✓ allowed"),
            Some(false) => ("cell denied", "✗ denied"),
            None => ("cell none", "·"),
        };
        canvas.rectangle(
            class,
            (x + 2.0, y + 2.0),
            (COLUMN - 4.0, ROW - 4.0),
            &cell.tip,
        );
        canvas.text(
            "on-cell",
            (x + COLUMN / 2.0, y + 25.0),
            Anchor::Middle,
            word,
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_in_words_what_it_colours() {
        let cell = |allowed| Cell {
            allowed,
            tip: String::new(),
        };
        let rows = vec![(
            "a".into(),
            vec![cell(Some(true)), cell(Some(false)), cell(None)],
        )];
        let columns = vec!["b TCP 80".into(), "c".into(), "a".into()];
        let svg = Matrix {
            title: "m".into(),
            columns,
            rows,
        }
        .draw()
        .into_string();
        assert!(
            svg.contains("✓ allowed") && svg.contains("✗ denied"),
            "{svg}"
        );
        assert_eq!(svg.matches("<rect").count(), 3);
    }
}
