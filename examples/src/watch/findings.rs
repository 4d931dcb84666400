//! What is new among findings, and what is gone.

use std::collections::BTreeSet;

/// The findings that have been told.
#[derive(Debug, Default)]
pub(super) struct Findings {
    told: BTreeSet<String>,
}

impl Findings {
    /// The lines that tell the difference to what was told before: new findings as they are,
    /// gone ones by their first line.
    pub(super) fn changed(&mut self, now: impl Iterator<Item = String>) -> Vec<String> {
        let now: BTreeSet<String> = now.collect();
        let gone = self.told.difference(&now).map(|finding| {
            let first = finding.lines().next().unwrap_or_default();
            let place = finding
                .lines()
                .find_map(|line| line.trim().strip_prefix("= in: "));
            format!("settled: {first} ({})", place.unwrap_or_default())
        });
        let new = now.difference(&self.told).cloned();
        let lines = gone.chain(new).collect();
        self.told = now;
        lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_what_is_new_and_what_is_gone() {
        let mut findings = Findings::default();
        let all =
            |texts: &[&str]| -> Vec<String> { texts.iter().map(|t| (*t).to_owned()).collect() };
        let first = all(&["error[a]: x\n  = in: BGPPeer tor, spec", "warning[b]: y"]);
        assert_eq!(findings.changed(first.clone().into_iter()).len(), 2);
        assert_eq!(findings.changed(first.into_iter()), [""; 0]);
        assert_eq!(
            findings.changed(all(&["warning[b]: y"]).into_iter()),
            ["settled: error[a]: x (BGPPeer tor, spec)"]
        );
    }
}
