//! Octets from hex digits, as people paste them.

/// Text that is not hex digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HexError {
    /// A character that is none.
    #[error("line {line}: {found:?} is no hex digit")]
    Digit {
        /// From 1.
        line: usize,
        /// What stands there.
        found: char,
    },
    /// An octet with one digit.
    #[error("line {line}: an odd number of hex digits")]
    Odd {
        /// From 1.
        line: usize,
    },
    /// No digit at all.
    #[error("no hex digits")]
    Empty,
}

/// The octets that hex digits stand for. White space, colons, commas, `0x`, `\\x` and lines
/// that begin with `#` mean nothing; the offsets and the text beside the digits, as `xxd`,
/// `hexdump -C` and `tcpdump -x` print them, are left out.
///
/// ```
/// use examples::dissect::octets;
/// assert_eq!(octets("ff:ff 0x00,13")?, [0xff, 0xff, 0, 0x13]);
/// assert_eq!(octets("00000000: ffff 0013  ....")?, [0xff, 0xff, 0, 0x13]);
/// assert_eq!(octets("00000000  ff ff 00 13   |....|")?, [0xff, 0xff, 0, 0x13]);
/// # Ok::<(), examples::dissect::HexError>(())
/// ```
///
/// # Errors
///
/// [`HexError`] with the first line that is no hex digits.
pub fn octets(text: &str) -> Result<Vec<u8>, HexError> {
    // Where lines have offsets, those without are what a program says in between.
    let dump = text.lines().any(|line| dumped(line).is_some());
    let mut octets = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let digits = match dumped(line) {
            Some(digits) => digits,
            None if dump || line.trim_start().starts_with('#') => continue,
            None => line,
        };
        put(digits, index + 1, &mut octets)?;
    }
    match octets.is_empty() {
        true => Err(HexError::Empty),
        false => Ok(octets),
    }
}

/// The digits of a line that begins with an offset.
fn dumped(line: &str) -> Option<&str> {
    let line = line.trim();
    let (first, rest) = line.split_once(char::is_whitespace)?;
    let offset = first.strip_suffix(':').unwrap_or(first);
    let offset = offset.strip_prefix("0x").unwrap_or(offset);
    let is_offset = offset.len() >= 4 && offset.chars().all(|c| c.is_ascii_hexdigit());
    if !is_offset {
        return None;
    }
    if let Some((digits, _)) = rest.split_once('|') {
        return Some(digits);
    }
    // Two spaces are before the text beside the digits, and nowhere within them.
    let rest = rest.trim_start();
    let digits = rest.split_once("  ").map_or(rest, |(digits, _)| digits);
    first.ends_with(':').then_some(digits)
}

fn put(text: &str, line: usize, octets: &mut Vec<u8>) -> Result<(), HexError> {
    let text = text
        .replace("0x", " ")
        .replace("0X", " ")
        .replace("\\x", " ");
    let mut high = None;
    for found in text.chars() {
        if found.is_whitespace() || matches!(found, ':' | ',' | '-' | '"' | ';') {
            continue;
        }
        let digit = found.to_digit(16).ok_or(HexError::Digit { line, found })?;
        let digit = u8::try_from(digit).unwrap_or_default();
        match high.take() {
            None => high = Some(digit),
            Some(high) => octets.push(high << 4 | digit),
        }
    }
    match high {
        None => Ok(()),
        Some(_) => Err(HexError::Odd { line }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_pasted_is_read() {
        let expected = [0xff_u8, 0xff, 0x00, 0x13, 0x04];
        for text in [
            "ffff001304",
            "FF FF 00 13 04\n",
            "# a keepalive\nff:ff:00:13:04",
            r"\xff\xff\x00\x13\x04",
            "0xff, 0xff, 0x00, 0x13, 0x04",
            "00000000: ffff 0013 04             .....",
            "00000000  ff ff 00 13 04                 |.....|\n00000005\n",
            "12:00:01.5 IP 10.0.0.1.179 > 10.0.0.2.4000: Flags [P.]\n\t0x0000:  ffff 0013 04",
        ] {
            assert_eq!(octets(text), Ok(expected.to_vec()), "{text}");
        }
    }

    #[test]
    fn what_is_none_is_named() {
        assert_eq!(
            octets("ff\nfg"),
            Err(HexError::Digit {
                line: 2,
                found: 'g'
            })
        );
        assert_eq!(octets("fff"), Err(HexError::Odd { line: 1 }));
        assert_eq!(octets(" \n"), Err(HexError::Empty));
    }
}
