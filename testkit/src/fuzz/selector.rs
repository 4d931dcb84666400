//! Selector texts.

use std::collections::BTreeMap;

use calico_types::selector::{Selector, SelectorError};

/// Reads the bytes as a selector. One that parses must print in a form that parses, means
/// the same, and prints the same from then on.
///
/// The first form need not be the last: `!(!(a))` prints as `!!a`, as it does in Calico,
/// and a run of `!` counts by parity when it is read.
///
/// # Panics
///
/// When the printed form is not such.
pub fn selector(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let Ok(selector) = Selector::parse(&text) else {
        return;
    };
    if let Err(error) = check(&selector) {
        unreachable!("{selector} does not parse: {error}");
    }
}

fn check(selector: &Selector) -> Result<(), SelectorError> {
    let printed = selector.to_string();
    let again = Selector::parse(&printed)?;
    let settled = again.to_string();
    assert_eq!(Selector::parse(&settled)?.to_string(), settled);
    for labels in label_sets(&printed) {
        assert_eq!(
            again.matches(&labels),
            selector.matches(&labels),
            "{printed} on {labels:?}"
        );
    }
    Ok(())
}

/// Label sets that the selector has something to say about: no label, and each of its
/// words with each of its strings for a value.
fn label_sets(printed: &str) -> impl Iterator<Item = BTreeMap<&str, &str>> {
    let strings: Vec<&str> = printed.split('"').skip(1).step_by(2).take(4).collect();
    let words: Vec<&str> = printed
        .split(|c: char| !c.is_ascii_alphanumeric() && !"_./-".contains(c))
        .filter(|word| !word.is_empty())
        .take(16)
        .collect();
    let with_value = move |value| words.iter().map(|&word| (word, value)).collect();
    [BTreeMap::new()]
        .into_iter()
        .chain(strings.into_iter().map(with_value))
}
