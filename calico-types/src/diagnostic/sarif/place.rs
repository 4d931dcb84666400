//! Places as SARIF has them: URIs, lines, columns in UTF-16 code units.

use crate::source::{Source, Span};

/// A span without blank lines at its end, and within its source.
pub(super) fn trimmed(source: &Source, span: Span) -> Span {
    let start = span.start.min(source.bytes.len());
    let end = span.end.clamp(start, source.bytes.len());
    let marked = source.bytes.get(start..end).unwrap_or_default();
    Span {
        start,
        end: start + marked.trim_ascii_end().len(),
        ..span
    }
}

/// Line and column, from 1, of each offset; columns in UTF-16 code units.
pub(super) fn places(
    bytes: &[u8],
    mut offsets: Vec<usize>,
) -> impl Iterator<Item = (usize, (usize, usize))> {
    offsets.sort_unstable();
    offsets.dedup();
    let mut at = if bytes.starts_with("\u{feff}".as_bytes()) {
        3
    } else {
        0
    };
    let (mut line, mut column) = (1, 1);
    offsets.into_iter().map(move |offset| {
        while at < offset {
            match bytes.get(at) {
                Some(b'\n') => (line, column) = (line + 1, 1),
                // The bytes of a character after its first, and what is none.
                Some(0x80..=0xbf) | None => {}
                // Beyond 16 bits a character takes two units.
                Some(0xf0..) => column += 2,
                Some(_) => column += 1,
            }
            at += 1;
        }
        (offset, (line, column))
    })
}

/// The name of a source as a URI: a relative path stays one.
pub(super) fn uri(name: &str) -> String {
    let path = name.replace('\\', "/");
    let drive = matches!(path.as_bytes(), [letter, b':', b'/', ..] if letter.is_ascii_alphabetic());
    let mut out = String::new();
    if path.starts_with('/') {
        out.push_str("file://");
    } else if drive {
        out.push_str("file:///");
    }
    for (index, byte) in path.bytes().enumerate() {
        // A colon in the first segment would make it a scheme.
        let plain = byte.is_ascii_alphanumeric()
            || b"-._~/".contains(&byte)
            || (byte == b':' && drive && index == 1);
        if plain {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_uris() {
        for (name, expected) in [
            ("bgp/peer.yaml", "bgp/peer.yaml"),
            ("./a b.yaml", "./a%20b.yaml"),
            ("/srv/ü.yaml", "file:///srv/%C3%BC.yaml"),
            ("C:\\x\\y.yaml", "file:///C:/x/y.yaml"),
            ("<stdin>", "%3Cstdin%3E"),
            ("a:b", "a%3Ab"),
        ] {
            assert_eq!(uri(name), expected);
        }
    }

    #[test]
    fn columns_are_in_utf16() {
        // é has one unit, 😀 two; the byte order mark has no column.
        let text = "\u{feff}é😀x\r\ny";
        let found: Vec<_> = places(text.as_bytes(), vec![12, 3, 5, 9, 10]).collect();
        assert_eq!(
            found,
            [
                (3, (1, 1)),
                (5, (1, 2)),
                (9, (1, 4)),
                (10, (1, 5)),
                (12, (2, 1))
            ]
        );
    }
}
