//! JSON (RFC 8259) with places: one or more values in a row.

use super::{Entry, Limits, Node, Parsed, Value, without_point};
use crate::diagnostic::{Code, Diagnostic, RefusedBy};
use crate::source::Span;

/// Reads all values of `text`. What follows the first error is not read.
pub(crate) fn parse(text: &str, limits: &Limits) -> Parsed {
    let mut parsed = Parsed::default();
    let mut reader = Reader {
        text,
        offset: 0,
        line: 1,
        column: 1,
        depth: limits.depth,
    };
    loop {
        reader.skip_space();
        if reader.rest().is_empty() {
            return parsed;
        }
        match reader.value() {
            Ok(node) => parsed.documents.push(node),
            Err(Failure {
                message,
                code,
                span,
            }) => {
                let diagnostic = Diagnostic {
                    span: Some(span),
                    ..Diagnostic::error(code, message).refused_by(RefusedBy::EVERYONE)
                };
                parsed.diagnostics.push(diagnostic);
                return parsed;
            }
        }
    }
}

struct Failure {
    message: String,
    code: Code,
    span: Span,
}

/// A cursor; `line` and `column` follow it, so that places cost nothing.
struct Reader<'a> {
    text: &'a str,
    offset: usize,
    line: usize,
    column: usize,
    depth: usize,
}

impl<'a> Reader<'a> {
    fn rest(&self) -> &'a str {
        self.text.get(self.offset..).unwrap_or_default()
    }

    fn peek(&self) -> Option<u8> {
        self.rest().bytes().next()
    }

    /// Moves over `length` bytes, counting lines and characters.
    fn advance(&mut self, length: usize) {
        for c in self.rest().get(..length).unwrap_or_default().chars() {
            if c == '\n' {
                self.line += 1;
                self.column = 1;
            } else {
                self.column += 1;
            }
        }
        self.offset = self.offset.saturating_add(length).min(self.text.len());
    }

    fn skip_space(&mut self) {
        let rest = self.rest();
        let space = rest.trim_start_matches([' ', '\t', '\n', '\r']);
        self.advance(rest.len() - space.len());
    }

    /// The place of the next `length` bytes.
    fn here(&self, length: usize) -> Span {
        Span {
            start: self.offset,
            end: self.offset.saturating_add(length).min(self.text.len()),
            line: self.line,
            column: self.column,
        }
    }

    fn fail<T>(&self, message: impl Into<String>) -> Result<T, Failure> {
        Err(Failure {
            message: message.into(),
            code: Code("json-syntax"),
            span: self.here(1),
        })
    }

    fn value(&mut self) -> Result<Node, Failure> {
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
        read: impl FnOnce(&mut Self) -> Result<Node, Failure>,
    ) -> Result<Node, Failure> {
        let Some(depth) = self.depth.checked_sub(1) else {
            return Err(Failure {
                message: "the document is nested too deeply".to_owned(),
                code: Code("too-deep"),
                span: self.here(1),
            });
        };
        self.depth = depth;
        let node = read(self);
        self.depth += 1;
        node
    }

    fn mapping(&mut self) -> Result<Node, Failure> {
        let start = self.here(1);
        let mut entries = Vec::new();
        self.advance(1);
        self.skip_space();
        while self.peek() != Some(b'}') {
            if self.peek() != Some(b'"') {
                return self.fail("expected a key in double quotes, or }");
            }
            let (key, key_span) = self.string()?;
            self.skip_space();
            if self.peek() != Some(b':') {
                return self.fail("expected : after the key");
            }
            self.advance(1);
            self.skip_space();
            let value = self.value()?;
            entries.push(Entry {
                key,
                key_span,
                value,
            });
            self.separator(b'}')?;
        }
        self.advance(1);
        Ok(Node::new(
            Span {
                end: self.offset,
                ..start
            },
            Value::Mapping(entries),
        ))
    }

    fn sequence(&mut self) -> Result<Node, Failure> {
        let start = self.here(1);
        let mut items = Vec::new();
        self.advance(1);
        self.skip_space();
        while self.peek() != Some(b']') {
            items.push(self.value()?);
            self.separator(b']')?;
        }
        self.advance(1);
        Ok(Node::new(
            Span {
                end: self.offset,
                ..start
            },
            Value::Sequence(items),
        ))
    }

    /// A comma and a further element, or nothing before `close`.
    fn separator(&mut self, close: u8) -> Result<(), Failure> {
        self.skip_space();
        match self.peek() {
            Some(b',') => {
                self.advance(1);
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

    fn string(&mut self) -> Result<(String, Span), Failure> {
        let rest = self.rest();
        let mut escaped = false;
        let end = rest.bytes().skip(1).position(|b| {
            let closes = b == b'"' && !escaped;
            escaped = b == b'\\' && !escaped;
            closes
        });
        let Some(length) = end.map(|end| end + 2) else {
            return self.fail("the text has no end");
        };
        let span = self.here(length);
        let Ok(text) = serde_json::from_str(rest.get(..length).unwrap_or_default()) else {
            return self.fail("the text has a control character or a wrong escape");
        };
        self.advance(length);
        Ok((text, span))
    }

    /// A number, `true`, `false` or `null`.
    fn word(&mut self) -> Result<Node, Failure> {
        let rest = self.rest();
        let ends =
            |c: char| c.is_whitespace() || matches!(c, ',' | ':' | '{' | '}' | '[' | ']' | '"');
        let length = rest.find(ends).unwrap_or(rest.len()).max(1);
        let span = self.here(length);
        let value = match rest.get(..length) {
            Some("null") => Value::Null,
            Some("true") => Value::Bool(true),
            Some("false") => Value::Bool(false),
            Some(word) => match serde_json::from_str(word) {
                Ok(number) => Value::Number(without_point(&number)),
                Err(_) => return self.fail("expected a value"),
            },
            None => return self.fail("expected a value"),
        };
        self.advance(length);
        Ok(Node::new(span, value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(text: &str) -> Node {
        let mut parsed = parse(text, &Limits::default());
        assert_eq!(parsed.diagnostics, []);
        assert_eq!(parsed.documents.len(), 1);
        parsed.documents.remove(0)
    }

    fn error(text: &str) -> (Code, usize, usize) {
        let parsed = parse(text, &Limits::default());
        let span = parsed.diagnostics[0].span.unwrap();
        (parsed.diagnostics[0].code, span.line, span.column)
    }

    #[test]
    fn agrees_with_serde_json() {
        let text =
            r#" {"a": [1, -2.5e-3, "x\n\u00e9\ud83d\ude00", null], "b": {"c": true}, "d": []} "#;
        let value: serde_json::Value = serde_json::from_str(text).unwrap();
        assert_eq!(one(text).to_json(), value);
    }

    #[test]
    fn whole_numbers_have_no_point() {
        for (text, value) in [("1.0", "1"), ("-2.5e1", "-25"), ("2e3", "2000")] {
            assert_eq!(one(text).to_json().to_string(), value, "{text}");
        }
        assert_eq!(one("1e20").to_json(), serde_json::json!(1e20));
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
        assert_eq!(parse("{}\n{}\n[]", &Limits::default()).documents.len(), 3);
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
