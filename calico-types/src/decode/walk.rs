//! A document against its schema, as Calico's strict decoder goes through it.

use std::collections::HashSet;

use super::advice;
use super::document::{Document, printable, shown};
use super::typed::is_unset;
use crate::diagnostic::{Code, Diagnostic, RefusedBy};
use crate::path::Path;
use crate::scalar::{Asn, Duration, Port};
use crate::schema::{Form, Schema, Shape};
use crate::source::Span;
use crate::tree::{Entry, Node, Value};

/// Adds what the decoder and the types have against a document, and marks it
/// as plain where there is nothing to be lenient about.
pub(super) fn check(document: &mut Document, most: usize, found: &mut Vec<Diagnostic>) {
    document.most_findings = most;
    let mut walk = Walk {
        document,
        room: most,
        is_plain: true,
        found,
    };
    walk.value(&document.root, &document.kind.schema, &Path::Root);
    document.is_plain = walk.is_plain && walk.room > 0;
}

/// The same about a part of a document, or about what it might be instead.
pub(super) fn check_part(
    document: &Document,
    node: &Node,
    schema: &Schema,
    found: &mut Vec<Diagnostic>,
) {
    const MOST: usize = 1_000;
    let mut walk = Walk {
        document,
        room: MOST,
        is_plain: true,
        found,
    };
    walk.value(node, schema, &Path::Root);
}

/// Up to this length a list is searched; beyond it a table is built.
const FEW: usize = 16;

struct Walk<'a> {
    document: &'a Document,
    /// How many findings there is room for.
    room: usize,
    /// Whether all that has been seen is as the types have it.
    is_plain: bool,
    found: &'a mut Vec<Diagnostic>,
}

impl Walk<'_> {
    fn report(&mut self, diagnostic: Diagnostic, path: &Path<'_>, span: Span) {
        let diagnostic = diagnostic.on(path.to_string());
        self.found.push(self.document.locate(diagnostic, span));
        self.room = self.room.saturating_sub(1);
        if self.room == 0 {
            let rest =
                Diagnostic::info(Code("too-many-findings"), "further findings are not listed");
            self.found.push(self.document.locate(rest, span));
        }
    }

    fn value(&mut self, node: &Node, schema: &Schema, path: &Path<'_>) {
        if self.room == 0 {
            return;
        }
        match (schema.shape, &node.value) {
            (_, Value::Null) => self.is_plain = false,
            (Shape::Any, _) | (Shape::Boolean, Value::Bool(_)) => {}
            (Shape::Object(_), Value::Mapping(entries)) => self.object(entries, schema, path),
            (Shape::Map(item), Value::Mapping(entries)) => {
                self.duplicates(entries, path);
                for Entry { key, value, .. } in entries {
                    self.value(value, item, &path.key(key));
                }
            }
            (Shape::List(item) | Shape::Set(item), Value::Sequence(items)) => {
                for (index, value) in items.iter().enumerate() {
                    if value.is_null() && !item.nullable && !matches!(item.shape, Shape::Any) {
                        self.null_item(value, item, path, index);
                    }
                    self.value(value, item, &path.index(index));
                }
            }
            (Shape::Text, Value::String(text)) => self.text(node, text, schema, path),
            (Shape::Text, Value::Bool(_) | Value::Number(_)) if schema.form == Form::Plain => {
                self.unquoted(node, path);
            }
            (Shape::Integer | Shape::Number | Shape::IntOrText, Value::Number(_)) => {
                self.number(node, schema, path)
            }
            (Shape::Integer, Value::String(text)) if schema.form == Form::Asn => {
                self.asn_text(node, text, path);
            }
            (Shape::IntOrText, Value::String(text)) => self.word(node, text, schema, path),
            _ => self.wrong_type(node, schema, path),
        }
    }

    fn object(&mut self, entries: &[Entry], schema: &Schema, path: &Path<'_>) {
        let (mut seen, mut next, mut repeats) = (Seen::default(), 0, false);
        for entry in entries {
            if self.room == 0 {
                return;
            }
            let below = path.key(&entry.key);
            let exact = schema.position(&entry.key, next);
            let index = exact.or_else(|| schema.position_ignoring_case(&entry.key));
            let Some((index, field)) =
                index.and_then(|index| Some((index, schema.fields().get(index)?)))
            else {
                repeats = true;
                self.is_plain = false;
                self.unknown(entry, path);
                continue;
            };
            next = index + 1;
            repeats |= seen.again(index);
            self.is_plain &= field.stored;
            if exact.is_none() {
                self.is_plain = false;
                self.wrong_case(entry, field.name, &below);
            }
            self.value(&entry.value, &field.schema, &below);
        }
        if repeats {
            self.is_plain = false;
            self.duplicates(entries, path);
        }
    }

    fn duplicates(&mut self, entries: &[Entry], path: &Path<'_>) {
        let mut table: HashSet<&str> = HashSet::new();
        for (index, Entry { key, key_span, .. }) in entries.iter().enumerate() {
            let is_new = if entries.len() <= FEW {
                !entries.iter().take(index).any(|other| other.key == *key)
            } else {
                table.insert(key)
            };
            if is_new || self.room == 0 {
                continue;
            }
            self.is_plain = false;
            let message = format!("`{}` is given twice", printable(key));
            let diagnostic = Diagnostic::error(Code("duplicate-key"), message)
                .refused_by(RefusedBy::DECODER)
                .stored("with the last of them")
                .help("remove one");
            self.report(diagnostic, &path.key(key), *key_span);
        }
    }

    /// Calico's decoder makes an empty item of null.
    fn null_item(&mut self, item: &Node, schema: &Schema, list: &Path<'_>, index: usize) {
        let wanted = advice::type_name(schema);
        let message = format!("this is null, where {wanted} is wanted");
        let refused_by = RefusedBy {
            api_server: self.document.kind.stored,
            ..RefusedBy::default()
        };
        let diagnostic = Diagnostic::error(Code("wrong-type"), message)
            .refused_by(refused_by)
            .help("calicoctl reads an empty item; an API server refuses it")
            .help("remove the line, or write what it stands for");
        self.report(diagnostic, &list.index(index), item.span);
    }

    fn wrong_case(&mut self, entry: &Entry, name: &str, path: &Path<'_>) {
        let message = format!("`{}` is written `{name}`", printable(&entry.key));
        let diagnostic = Diagnostic::error(Code("wrong-case"), message);
        self.report(diagnostic, path, entry.key_span);
    }

    fn unknown(&mut self, entry: &Entry, path: &Path<'_>) {
        let place = advice::place(self.document.kind.kind, path);
        let message = format!("unknown field `{}` in {place}", printable(&entry.key));
        let diagnostic =
            Diagnostic::error(Code("unknown-field"), message).refused_by(RefusedBy::DECODER);
        self.report(diagnostic, &path.key(&entry.key), entry.key_span);
    }

    /// Text of a field whose values may be limited to some words.
    fn text(&mut self, node: &Node, text: &str, schema: &Schema, path: &Path<'_>) {
        self.is_plain &= !is_unset(node, schema);
        if schema.form == Form::Duration
            && let Err(error) = text.parse::<Duration>()
        {
            let message = format!("{} is {error}", shown(node))
                .replace(" is a duration needs", ": a duration needs");
            let mut diagnostic =
                Diagnostic::error(Code("invalid-duration"), message).refused_by(RefusedBy::DECODER);
            if text.bytes().all(|b| b.is_ascii_digit()) {
                diagnostic = diagnostic.suggest(advice::assign(path, &format!("{text}s")));
            }
            self.report(diagnostic, path, node.span);
        }
        if !schema.one_of.is_empty() && !text.is_empty() && !schema.one_of.contains(&text) {
            let diagnostic = advice::unsupported(self.document.kind, node, schema.one_of, path);
            self.report(diagnostic, path, node.span);
        }
    }

    /// A number or boolean where text is wanted: Calico's decoder takes it.
    fn unquoted(&mut self, node: &Node, path: &Path<'_>) {
        self.is_plain = false;
        let value = shown(node);
        let message = format!("{value} is {}, where text is wanted", node.type_name());
        let stored = self.document.kind.stored;
        let diagnostic = if stored {
            Diagnostic::error(Code("text-expected"), message).refused_by(RefusedBy::API_SERVER)
        } else {
            Diagnostic::warning(Code("text-expected"), message)
        };
        let diagnostic = diagnostic
            .help(if self.document.kind.validated {
                "calicoctl takes it for text; an API server does not"
            } else {
                "an API server does not take it for text"
            })
            .suggest(advice::assign(path, &format!("\"{value}\"")));
        self.report(diagnostic, path, node.span);
    }

    fn number(&mut self, node: &Node, schema: &Schema, path: &Path<'_>) {
        if matches!(schema.shape, Shape::Number) {
            return;
        }
        let bounds = match schema.form {
            Form::Uint8 | Form::Protocol => (0, 255),
            Form::Uint16 | Form::Port => (0, 65_535),
            Form::Asn => (0, i64::from(u32::MAX)),
            Form::Int32 => (i64::from(i32::MIN), i64::from(i32::MAX)),
            Form::Unsigned => (0, i64::from(u32::MAX)),
            Form::Plain | Form::Duration | Form::Address => (i64::MIN, i64::MAX),
        };
        if node.is_float() {
            self.is_plain = false;
        }
        match node.integer() {
            Some(number) if (bounds.0..=bounds.1).contains(&number) => {}
            Some(number) => {
                let message = format!("{number} is not within {}..{}", bounds.0, bounds.1);
                let diagnostic =
                    Diagnostic::error(Code("out-of-range"), message).refused_by(RefusedBy::DECODER);
                self.report(diagnostic, path, node.span);
            }
            None => self.wrong_type(node, schema, path),
        }
    }

    fn asn_text(&mut self, node: &Node, text: &str, path: &Path<'_>) {
        self.is_plain = false;
        let diagnostic = match text.parse::<Asn>() {
            Ok(asn) => Diagnostic::error(
                Code("number-expected"),
                format!(
                    "{} is text, where the API server wants a number",
                    shown(node)
                ),
            )
            .refused_by(RefusedBy::API_SERVER)
            .help("calicoctl takes AS numbers as text too; an API server does not")
            .suggest(advice::assign(path, &asn.to_string())),
            Err(error) => Diagnostic::error(
                Code("invalid-as-number"),
                format!("{} is {error}", shown(node)),
            )
            .refused_by(RefusedBy::DECODER.or(RefusedBy::API_SERVER)),
        };
        let diagnostic = if self.document.kind.stored {
            diagnostic
        } else {
            // No API server sees it under a schema of Calico's.
            Diagnostic {
                refused_by: RefusedBy {
                    api_server: false,
                    ..diagnostic.refused_by
                },
                ..diagnostic
            }
        };
        if diagnostic.refused_by.any() {
            self.report(diagnostic, path, node.span);
        }
    }

    /// Text where a number would do as well.
    fn word(&mut self, node: &Node, text: &str, schema: &Schema, path: &Path<'_>) {
        self.is_plain &= !is_unset(node, schema);
        if schema.form == Form::Port
            && let Err(error) = text.parse::<Port>()
        {
            let diagnostic =
                Diagnostic::error(Code("invalid-port"), format!("{}: {error}", shown(node)))
                    .refused_by(RefusedBy::DECODER);
            self.report(diagnostic, path, node.span);
        }
    }

    fn wrong_type(&mut self, node: &Node, schema: &Schema, path: &Path<'_>) {
        self.is_plain = false;
        let wanted = advice::type_name(schema);
        let message = format!(
            "{} is {}, where {wanted} is wanted",
            shown(node),
            node.type_name()
        );
        let message = message
            .replace("a mapping is a mapping", "this is a mapping")
            .replace("null is null", "this is null");
        let diagnostic = Diagnostic::error(Code("wrong-type"), message)
            .refused_by(RefusedBy::DECODER.or(RefusedBy::API_SERVER));
        self.report(diagnostic, path, node.span);
    }
}

/// Which fields of an object have been seen.
#[derive(Default)]
struct Seen {
    bits: [u128; 2],
}

impl Seen {
    /// Whether the field has been here before. A field beyond what fits counts
    /// as one that has.
    fn again(&mut self, index: usize) -> bool {
        let Some(bits) = self.bits.get_mut(index / 128) else {
            return true;
        };
        let bit = 1 << (index % 128);
        let again = *bits & bit != 0;
        *bits |= bit;
        again
    }
}
