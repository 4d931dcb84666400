//! Bytes looked at eight at a time.

/// One in each byte.
const ONES: u64 = 0x0101_0101_0101_0101;
/// The highest bit of each byte.
const HIGHS: u64 = 0x8080_8080_8080_8080;

/// How many of the first bytes are ASCII that a text of JSON may hold as it is.
/// May stop short by up to seven: the rest is for whoever looks at single bytes.
pub(super) fn plain(bytes: &[u8]) -> usize {
    let mut length = 0;
    for chunk in bytes.chunks_exact(8) {
        let word = word(chunk);
        let control = word.wrapping_sub(ONES * 0x20) & !word & HIGHS;
        let stop = is(word, b'"') | is(word, b'\\') | control | (word & HIGHS);
        if stop != 0 {
            return length + stop.trailing_zeros() as usize / 8;
        }
        length += 8;
    }
    length
}

/// How many of the first bytes are spaces; may stop short by up to seven.
pub(super) fn spaces(bytes: &[u8]) -> usize {
    let all = ONES * u64::from(b' ');
    8 * bytes
        .chunks_exact(8)
        .take_while(|chunk| word(chunk) == all)
        .count()
}

/// Eight bytes, the first of them the lowest.
fn word(chunk: &[u8]) -> u64 {
    chunk
        .first_chunk()
        .map_or(0, |bytes| u64::from_le_bytes(*bytes))
}

/// The highest bit of each byte that is the wanted one, and perhaps of some
/// behind such a one: the first is right.
const fn is(word: u64, wanted: u8) -> u64 {
    let zero = word ^ (ONES * wanted as u64);
    zero.wrapping_sub(ONES) & !zero & HIGHS
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each byte at each place of a word, against the definition.
    #[test]
    fn stops_at_what_is_not_plain() {
        for byte in 0..=u8::MAX {
            for place in 0..24 {
                let mut bytes = [b'a'; 24];
                bytes[place] = byte;
                let is_plain = (0x20..0x80).contains(&byte) && byte != b'"' && byte != b'\\';
                let expected = if is_plain { 24 } else { place };
                assert_eq!(plain(&bytes), expected, "{byte:#x} at {place}");
            }
        }
        assert_eq!(plain(b"abc"), 0);
    }

    #[test]
    fn counts_spaces() {
        assert_eq!(spaces(b"                   x"), 16);
        assert_eq!(spaces(b"       x"), 0);
        assert_eq!(spaces(b""), 0);
    }
}
