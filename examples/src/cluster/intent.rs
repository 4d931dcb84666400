//! What the operator of the reference cluster wants of its policies.

use crate::report::{Checks, Row, plural};

/// These flows and no other between applications of the cluster and into it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Intent {
    /// Source and destination with port, as in the matrix.
    pub(super) allowed: &'static [(&'static str, &'static str)],
    /// Beginnings of names between which the operator does not restrict traffic.
    pub(super) spared: &'static [&'static str],
    /// Flows to explain: a title, a source and a destination.
    pub(super) stories: &'static [(&'static str, &'static str, &'static str)],
}

/// Front end to back end to database, names through CoreDNS, nothing else.
pub(super) const SHOP: Intent = Intent {
    allowed: &[
        ("outside", "shop/frontend TCP 80"),
        ("shop/frontend", "shop/backend TCP 8080"),
        ("shop/backend", "shop/database TCP 3306"),
        ("shop/frontend", "kube-system/kube-dns UDP 53"),
        ("shop/frontend", "kube-system/kube-dns TCP 53"),
        ("shop/backend", "kube-system/kube-dns UDP 53"),
        ("shop/backend", "kube-system/kube-dns TCP 53"),
        ("shop/database", "kube-system/kube-dns UDP 53"),
        ("shop/database", "kube-system/kube-dns TCP 53"),
    ],
    spared: &["outside", "kube-system"],
    stories: &[
        (
            "The attack: a front-end pod goes for the database",
            "shop/frontend",
            "shop/database TCP 3306",
        ),
        (
            "Another namespace goes for the database",
            "reports/report-builder",
            "shop/database TCP 3306",
        ),
        (
            "The way that must work",
            "shop/backend",
            "shop/database TCP 3306",
        ),
    ],
};

impl Intent {
    /// Compares a matrix with what is wanted, cell by cell.
    pub(super) fn compare(&self, rows: &[Row], columns: &[String], checks: &mut Checks) {
        let mut wrong = Vec::new();
        let mut compared = 0_usize;
        for row in rows {
            for (column, answer) in columns.iter().zip(&row.answers) {
                let Some(answer) = answer else { continue };
                let wanted = self
                    .allowed
                    .contains(&(row.source.as_str(), column.as_str()));
                if !wanted && self.spares(&row.source) && self.spares(column) {
                    continue;
                }
                compared += 1;
                if answer.allowed != wanted {
                    let seen = if answer.allowed { "allowed" } else { "denied" };
                    wrong.push(format!("{} to {column} is {seen}", row.source));
                }
            }
        }
        let compared = format!("{} compared", plural(compared, "flow"));
        let claim = "what is meant to be allowed is allowed, everything else denied";
        checks.none(claim, &wrong, &compared);
    }

    /// Claims that a matrix has every flow that is to be allowed: one that is not
    /// there is not allowed either.
    pub(super) fn covered(&self, rows: &[Row], columns: &[String], checks: &mut Checks) {
        let there = |(source, destination): &&(&str, &str)| {
            rows.iter().any(|row| row.source == *source)
                && columns.iter().any(|name| name == destination)
        };
        let found = self.allowed.iter().filter(there).count();
        checks.all(
            "flows to be allowed that the matrix has",
            found,
            self.allowed.len(),
        );
    }

    fn spares(&self, name: &str) -> bool {
        self.spared.iter().any(|spared| name.starts_with(spared))
    }
}
