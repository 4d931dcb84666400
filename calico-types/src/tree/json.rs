//! JSON (RFC 8259) with places: one or more values in a row.

use serde_json::Number;

use super::split::Chunk;
use super::{Entry, Node, Parsed, Spending, Text, Value, syntax, unknown_escape, words};
use crate::diagnostic::{Code, Diagnostic, RefusedBy};
use crate::source::Span;

/// Reads all values of a chunk. After an error, reading goes on with the next
/// line that begins with a list or mapping, so that one broken value of a stream
/// hides no other. That line may be within the broken value; each is tried at
/// most as often as lists and mappings may nest.
pub(super) fn parse(chunk: &Chunk<'_>, spending: &mut Spending, parsed: &mut Parsed) {
    let mut reader = Reader::new(chunk, spending);
    for number in 0_usize.. {
        reader.skip_space();
        if reader.peek().is_none() {
            return;
        }
        if number > 0 {
            parsed.unseparated(reader.here(1));
        }
        let start = reader.place;
        let counted = reader.spending.budget.document();
        let read = counted
            .map_err(|exceeded| Box::new(exceeded.to_diagnostic(reader.here(1))))
            .and_then(|()| reader.value());
        match read {
            Ok(node) => {
                parsed.documents.push(node);
                parsed.diagnostics.extend(reader.escape.take());
            }
            Err(diagnostic) => {
                parsed.diagnostics.push(*diagnostic);
                reader.place = start;
                if reader.spending.budget.is_spent() || !reader.skip_to_value() {
                    return;
                }
            }
        }
    }
}

/// Boxed: what is read far more often than not is no failure.
type Failure = Box<Diagnostic>;

/// How far reading has come. Line breaks stand only between tokens, so that
/// `line` follows the white space and places cost nothing.
#[derive(Clone, Copy)]
struct Place {
    offset: usize,
    line: usize,
    line_start: usize,
    /// Bytes of this line, before `offset`, that begin no character.
    wide: usize,
}

struct Reader<'a> {
    text: &'a str,
    bytes: &'a [u8],
    place: Place,
    /// What all offsets are less by than those of the source.
    base: usize,
    depth: usize,
    spending: &'a mut Spending,
    escape: Option<Diagnostic>,
    /// Items and entries of the lists and mappings that are not complete.
    items: Vec<Node>,
    entries: Vec<Entry>,
}

impl<'a> Reader<'a> {
    fn new(chunk: &Chunk<'a>, spending: &'a mut Spending) -> Self {
        Self {
            text: chunk.text,
            bytes: chunk.text.as_bytes(),
            place: Place {
                offset: 0,
                line: chunk.lines + 1,
                line_start: 0,
                wide: 0,
            },
            base: chunk.offset,
            depth: spending.depth,
            spending,
            escape: None,
            items: Vec::new(),
            entries: Vec::new(),
        }
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.place.offset).copied()
    }

    fn skip_space(&mut self) {
        while let Some(&byte) = self.bytes.get(self.place.offset) {
            match byte {
                b'\n' => {
                    self.next_line();
                    self.place.offset += words::spaces(self.rest());
                }
                b' ' | b'\t' | b'\r' => self.place.offset += 1,
                _ => return,
            }
        }
    }

    fn rest(&self) -> &'a [u8] {
        self.bytes.get(self.place.offset..).unwrap_or_default()
    }

    /// Moves over a line break.
    const fn next_line(&mut self) {
        self.place.offset += 1;
        self.place.line += 1;
        self.place.line_start = self.place.offset;
        self.place.wide = 0;
    }

    /// Moves behind the next line break after which a list or mapping begins.
    /// False where there is none.
    fn skip_to_value(&mut self) -> bool {
        while let Some(byte) = self.peek() {
            if byte != b'\n' {
                self.place.offset += 1;
                continue;
            }
            self.next_line();
            if matches!(self.peek(), Some(b'{' | b'[')) {
                self.items.clear();
                self.entries.clear();
                return true;
            }
        }
        false
    }

    /// The place of the next `length` bytes.
    fn here(&self, length: usize) -> Span {
        let end = self
            .place
            .offset
            .saturating_add(length)
            .min(self.bytes.len());
        Span {
            start: self.base + self.place.offset,
            end: self.base + end,
            line: self.place.line,
            column: (self.place.offset - self.place.line_start).saturating_sub(self.place.wide) + 1,
        }
    }

    fn fail<T>(&self, message: impl Into<String>) -> Result<T, Failure> {
        Err(self.failure("json-syntax", message))
    }

    fn failure(&self, code: &'static str, message: impl Into<String>) -> Failure {
        Box::new(syntax(code, message, self.here(1)))
    }

    fn value(&mut self) -> Result<Node, Failure> {
        if let Err(exceeded) = self.spending.budget.value() {
            return Err(Box::new(exceeded.to_diagnostic(self.here(1))));
        }
        match self.peek() {
            Some(b'{') => self.nested(Self::mapping),
            Some(b'[') => self.nested(Self::sequence),
            Some(b'"') => {
                let (text, span) = self.string()?;
                Ok(Node::new(span, Value::String(text)))
            }
            Some(_) => self.word(),
            None => self.fail("the document ends where a value is needed"),
        }
    }

    fn nested(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<Value, Failure>,
    ) -> Result<Node, Failure> {
        let start = self.here(1);
        let Some(depth) = self.depth.checked_sub(1) else {
            return Err(self.failure("too-deep", "the document is nested too deeply"));
        };
        self.depth = depth;
        self.place.offset += 1;
        self.skip_space();
        let value = read(self);
        self.depth += 1;
        let value = value?;
        self.place.offset += 1;
        let span = Span {
            end: self.base + self.place.offset,
            ..start
        };
        Ok(Node::new(span, value))
    }

    fn mapping(&mut self) -> Result<Value, Failure> {
        let first = self.entries.len();
        while self.peek() != Some(b'}') {
            if self.peek() != Some(b'"') {
                return self.fail("expected a key in double quotes, or }");
            }
            let (key, key_span) = self.string()?;
            self.skip_space();
            if self.peek() != Some(b':') {
                return self.fail("expected : after the key");
            }
            self.place.offset += 1;
            self.skip_space();
            let value = self.value()?;
            self.entries.push(Entry {
                key,
                key_span,
                value,
            });
            self.separator(b'}')?;
        }
        Ok(Value::Mapping(self.entries.drain(first..).collect()))
    }

    fn sequence(&mut self) -> Result<Value, Failure> {
        let first = self.items.len();
        while self.peek() != Some(b']') {
            let item = self.value()?;
            self.items.push(item);
            self.separator(b']')?;
        }
        Ok(Value::Sequence(self.items.drain(first..).collect()))
    }

    /// A comma and a further element, or nothing before `close`.
    fn separator(&mut self, close: u8) -> Result<(), Failure> {
        self.skip_space();
        match self.peek() {
            Some(b',') => {
                self.place.offset += 1;
                self.skip_space();
                if self.peek() == Some(close) {
                    return self.fail("JSON takes no comma before the end");
                }
                Ok(())
            }
            Some(found) if found == close => Ok(()),
            _ => self.fail(format!("expected a comma or {}", char::from(close))),
        }
    }

    fn string(&mut self) -> Result<(Text, Span), Failure> {
        let start = self.place.offset + 1;
        let (mut end, mut escaped, mut wide) = (start, false, 0);
        loop {
            end += words::plain(self.bytes.get(end..).unwrap_or_default());
            match self.bytes.get(end) {
                Some(b'"') => break,
                Some(b'\\') => {
                    escaped = true;
                    end += 2;
                }
                Some(0..=0x1f) => {
                    return self.fail("a control character in a text must be escaped");
                }
                Some(byte) => {
                    // The bytes of UTF-8 that continue a character.
                    wide += usize::from(byte & 0xc0 == 0x80);
                    end += 1;
                }
                None => return self.fail("the text has no end"),
            }
        }
        let span = self.here(end + 1 - self.place.offset);
        let inner = self.text.get(start..end).unwrap_or_default();
        let text = if escaped {
            let quoted = self.text.get(self.place.offset..=end).unwrap_or_default();
            self.escapes(quoted, span);
            match serde_json::from_str::<String>(quoted) {
                Ok(text) => Text::from(text),
                Err(_) => return self.fail("the text has a wrong escape"),
            }
        } else {
            Text::new(inner)
        };
        self.place.offset = end + 1;
        self.place.wide += wide;
        Ok((text, span))
    }

    /// Tells of the first escape that calicoctl, which reads JSON as YAML, does
    /// not know.
    fn escapes(&mut self, quoted: &str, span: Span) {
        if self.escape.is_none()
            && let Some(escape) = unknown_escape(quoted)
        {
            let message = format!("calicoctl, which reads JSON as YAML, does not know `{escape}`");
            self.escape = Some(Diagnostic {
                span: Some(span),
                ..Diagnostic::error(Code("unknown-escape"), message)
                    .refused_by(RefusedBy::DECODER)
                    .help("write the character itself")
            });
        }
    }

    /// A number, `true`, `false` or `null`.
    fn word(&mut self) -> Result<Node, Failure> {
        let rest = self.rest();
        let continues = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'+' | b'.');
        let length = rest.iter().take_while(|b| continues(b)).count();
        let word = self
            .text
            .get(self.place.offset..self.place.offset + length)
            .unwrap_or_default();
        let value = match word {
            "null" => Value::Null,
            "true" => Value::Bool(true),
            "false" => Value::Bool(false),
            _ => match number(word) {
                Ok(number) => Value::Number(number),
                Err(_) if word.starts_with(|c: char| c == '-' || c.is_ascii_digit()) => {
                    return self.fail("not a number of JSON, or one too large");
                }
                Err(_) => return self.fail("expected a value"),
            },
        };
        let span = self.here(length);
        self.place.offset += length;
        Ok(Node::new(span, value))
    }
}

/// A number; short whole ones, which most are, by the short way.
fn number(word: &str) -> serde_json::Result<Number> {
    let digits = word.as_bytes();
    if matches!(digits, [b'1'..=b'9', ..])
        && digits.len() < 19
        && digits.iter().all(u8::is_ascii_digit)
        && let Ok(number) = word.parse::<u64>()
    {
        return Ok(number.into());
    }
    serde_json::from_str(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    use crate::tree::{Limits, parse};

    fn read(text: &str) -> Parsed {
        parse(text, 0, true, &Limits::default())
    }

    fn one(text: &str) -> Node {
        let mut parsed = read(text);
        assert_eq!(parsed.diagnostics, []);
        assert_eq!(parsed.documents.len(), 1);
        parsed.documents.remove(0)
    }

    fn error(text: &str) -> (Code, usize, usize) {
        let parsed = read(text);
        let span = parsed.diagnostics[0].span.unwrap();
        (parsed.diagnostics[0].code, span.line, span.column)
    }

    #[test]
    fn agrees_with_serde_json() {
        let text = r#" {"a": [1, -2.5e-3, "x\n\u00e9😀", null], "b": {"c": true}, "d": []} "#;
        let value: serde_json::Value = serde_json::from_str(text).unwrap();
        assert_eq!(one(text).to_json(), value);
    }

    #[test]
    fn whole_numbers_have_no_point() {
        for (text, value) in [
            ("1.0", "1"),
            ("-2.5e1", "-25"),
            ("2e3", "2000"),
            ("-0.0", "0"),
        ] {
            assert_eq!(one(text).to_json().to_string(), value, "{text}");
        }
        assert_eq!(one("1e20").to_json(), serde_json::json!(1e20));
    }

    #[test]
    fn tells_of_escapes_that_calicoctl_does_not_know() {
        for (text, value) in [
            (r#"["\ud83d\ude00"]"#, "😀"),
            (r#"["10.0.0.0\/8"]"#, "10.0.0.0/8"),
        ] {
            let parsed = read(text);
            assert_eq!(parsed.documents[0].items()[0].text(), Some(value));
            assert_eq!(parsed.diagnostics[0].code, Code("unknown-escape"));
        }
        assert_eq!(read(r#"["\\/", "\\ud83d", "\u00d8"]"#).diagnostics, []);
        assert_eq!(error(r#"["\ud83d"]"#), (Code("json-syntax"), 1, 2));
    }

    #[test]
    fn knows_where_values_stand() {
        let node = one("{\n  \"é\": 10,\n  \"b\": \"x\"\n}");
        let span = node.get("b").unwrap().span;
        assert_eq!((span.line, span.column), (3, 8));
        assert_eq!(node.span.end, 26);
    }

    #[test]
    fn reads_values_in_a_row() {
        assert_eq!(read("{}\n{}\n[]").documents.len(), 3);
    }

    #[test]
    fn says_where_reading_stopped() {
        assert_eq!(error("{\"a\": 1,\n \"b\" 2}"), (Code("json-syntax"), 2, 6));
        assert_eq!(error("{\"a\": 1,}"), (Code("json-syntax"), 1, 9));
        assert_eq!(error("[1 2]"), (Code("json-syntax"), 1, 4));
        assert_eq!(error("{\"a"), (Code("json-syntax"), 1, 2));
        assert_eq!(error(&"[".repeat(1000)), (Code("too-deep"), 1, 65));
    }
}
