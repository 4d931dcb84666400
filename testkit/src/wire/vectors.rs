//! Messages that others published, and hostile ones.

use serde_json::Value;

use crate::conformance::octets;
use crate::shared;

/// The messages of `vectors/messages.txt`: published ones, those of CVE records and of the
/// rules of RFC 7606.
const COMMITTED: &str = include_str!("../../vectors/messages.txt");

/// The messages that are in the repository: name and octets.
pub fn committed() -> impl Iterator<Item = (&'static str, Vec<u8>)> {
    COMMITTED
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split_once(' '))
        .filter_map(|(name, hex)| Some((name, octets(hex)?)))
}

/// The messages of both suites of conformance cases, where the shared data is present; what
/// is less than a message is wrapped into one.
#[must_use]
pub fn shared() -> Vec<(String, Vec<u8>)> {
    let suites = ["cases/bgp-vectors.jsonl", "cases/cve-vectors.jsonl"];
    let texts = suites.iter().filter_map(shared::path);
    let texts = texts.filter_map(|path| std::fs::read_to_string(path).ok());
    let mut found = Vec::new();
    for text in texts {
        let cases = text
            .lines()
            .filter_map(|line| serde_json::from_str(line).ok());
        found.extend(cases.filter_map(|case: Value| {
            let name = case.get("id")?.as_str()?.to_owned();
            Some((name, crate::conformance::message_of(&case)?))
        }));
    }
    found
}
