//! Selector texts.

use calico_types::selector::Selector;

/// Reads the bytes as a selector. One that parses must print in a form that parses to an
/// equal selector and prints the same again.
///
/// # Panics
///
/// When the canonical form is not one.
pub fn selector(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let Ok(selector) = Selector::parse(&text) else {
        return;
    };
    let canonical = selector.to_string();
    let again = Selector::parse(&canonical);
    assert_eq!(again.as_ref(), Ok(&selector), "{canonical}");
    let printed_again = again.map(|again| again.to_string());
    assert_eq!(printed_again.as_deref(), Ok(canonical.as_str()));
}
