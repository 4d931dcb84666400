//! Aligned columns of text.

use std::fmt;

/// Which way a column is aligned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Align {
    /// Words.
    Left,
    /// Numbers.
    Right,
}

/// A table for a terminal: a head, a rule, rows; indented by two spaces.
///
/// ```
/// use examples::report::{Align, Table};
///
/// let mut table = Table::new([("node", Align::Left), ("sessions", Align::Right)]);
/// table.row(["worker-1", "3"]);
/// assert_eq!(
///     table.to_string(),
///     "  node      sessions\n  ────────  ────────\n  worker-1         3\n",
/// );
/// ```
#[derive(Clone, Debug)]
pub struct Table {
    columns: Vec<(String, Align)>,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// An empty table with these column heads.
    #[must_use]
    pub fn new<'a>(columns: impl IntoIterator<Item = (&'a str, Align)>) -> Self {
        let columns = columns
            .into_iter()
            .map(|(head, align)| (head.to_owned(), align))
            .collect();
        Self {
            columns,
            rows: Vec::new(),
        }
    }

    /// Adds a row; cells beyond the last column are not shown, missing ones are empty.
    pub fn row(&mut self, cells: impl IntoIterator<Item = impl Into<String>>) {
        self.rows.push(cells.into_iter().map(Into::into).collect());
    }

    pub(super) fn heads(&self) -> impl Iterator<Item = &str> {
        self.columns.iter().map(|(head, _)| head.as_str())
    }

    pub(super) fn aligns(&self) -> impl Iterator<Item = Align> {
        self.columns.iter().map(|(_, align)| *align)
    }

    pub(super) fn rows(&self) -> &[Vec<String>] {
        &self.rows
    }

    /// The width of each column in characters.
    fn widths(&self) -> Vec<usize> {
        let cell_width =
            |row: &Vec<String>, i: usize| row.get(i).map_or(0, |cell| cell.chars().count());
        self.columns
            .iter()
            .enumerate()
            .map(|(i, (head, _))| {
                let cells = self.rows.iter().map(|row| cell_width(row, i));
                cells.fold(head.chars().count(), usize::max)
            })
            .collect()
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let widths = self.widths();
        let heads: Vec<String> = self.columns.iter().map(|(head, _)| head.clone()).collect();
        let rule: Vec<String> = widths.iter().map(|width| "─".repeat(*width)).collect();
        for row in [&heads, &rule].into_iter().chain(&self.rows) {
            let mut line = String::new();
            for (i, ((_, align), width)) in self.columns.iter().zip(&widths).enumerate() {
                let cell = row.get(i).map_or("", String::as_str);
                match align {
                    Align::Left => line.push_str(&format!("  {cell:<width$}")),
                    Align::Right => line.push_str(&format!("  {cell:>width$}")),
                }
            }
            writeln!(f, "{}", line.trim_end())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grows_with_its_widest_cell_and_fills_missing_ones() {
        let mut table = Table::new([("a", Align::Right), ("b", Align::Left)]);
        table.row(["100", "é"]);
        table.row(["1"]);
        assert_eq!(table.to_string(), "    a  b\n  ───  ─\n  100  é\n    1\n");
    }
}
