//! From a tree to a typed resource, as Calico's decoder reads it.
//!
//! Go's decoder takes keys in any case, nothing for null, and numbers and
//! booleans where text is wanted. [`Reader`] gives serde the tree with these
//! leniencies, without a copy of it; [`lenient`] is the copy, for validation.

use std::borrow::Cow;
use std::fmt;
use std::iter::Enumerate;

use serde::de::value::BorrowedStrDeserializer;
use serde::de::{
    self, DeserializeSeed, Deserializer, IntoDeserializer, MapAccess, SeqAccess, Visitor,
};
use serde::forward_to_deserialize_any;

use super::DOES_NOT_FIT;
use super::document::Document;
use crate::diagnostic::{Diagnostic, RefusedBy, Severity};
use crate::resources::Resource;
use crate::schema::{Field, Form, Format, Pattern, Schema, Shape};
use crate::source::Span;
use crate::tree::{Entry, Node, Text, Value, float32, without_point};

/// The typed form. `None` when a value does not fit its type; there is then an
/// error among `found`.
pub(super) fn resource(
    document: &Document,
    since: usize,
    found: &mut Vec<Diagnostic>,
) -> Option<Resource> {
    let kind = document.kind;
    let reader = Reader {
        node: &document.root,
        schema: &kind.schema,
        is_plain: document.is_plain,
    };
    match Resource::read(kind.api_version, kind.kind, reader)? {
        Ok(resource) => Some(resource),
        Err(error) => {
            if !explained(found.get(since..).unwrap_or_default()) {
                let span = error.span.unwrap_or(document.root.span);
                let message = format!("the value does not fit its type: {}", error.message);
                let diagnostic = Diagnostic::error(DOES_NOT_FIT, message)
                    .on(error.path)
                    .refused_by(RefusedBy::default());
                found.push(document.locate(diagnostic, span));
            }
            None
        }
    }
}

/// Whether an error stands there already.
fn explained(found: &[Diagnostic]) -> bool {
    found
        .iter()
        .any(|diagnostic| diagnostic.severity == Severity::Error)
}

/// The tree as Go's decoder sees it: keys in any case under their right names,
/// nulls gone, scalars where text is wanted turned into text. Of several keys
/// for one field the last in the order of the alphabet counts, since Go sorts
/// them. Empty text that stands for "not set" is gone too, since our types have
/// no empty value.
pub(crate) fn lenient(node: &Node, schema: &Schema) -> Node {
    copy(node, schema, is_unset)
}

/// The same of a document with empty text kept: Calico's own rules tell it from
/// no text. Nothing is copied where there is nothing to be lenient about.
pub(crate) fn as_decoded(document: &Document) -> Cow<'_, Node> {
    if document.is_plain {
        Cow::Borrowed(&document.root)
    } else {
        Cow::Owned(copy(&document.root, &document.kind.schema, |_, _| false))
    }
}

/// What an API server holds, without the nulls and empty texts that stand for "not set".
///
/// The same as [`lenient`] on values without places, for objects whose fields have their
/// right names and types already. Goes as deep as the table.
#[cfg(feature = "kube")]
pub(crate) fn settled(value: serde_json::Value, schema: &Schema) -> serde_json::Value {
    use serde_json::Value as Json;
    match (schema.shape, value) {
        (Shape::Object(_), Json::Object(fields)) => {
            let known = fields.into_iter().filter_map(|(key, value)| {
                let field = schema.field(&key)?;
                let unset = value.is_null()
                    || (value.as_str() == Some("") && has_no_empty_value(&field.schema));
                (!unset).then(|| (key, settled(value, &field.schema)))
            });
            Json::Object(known.collect())
        }
        (Shape::List(item) | Shape::Set(item), Json::Array(items)) => items
            .into_iter()
            .map(|value| settled(value, item))
            .collect(),
        (Shape::Map(item), Json::Object(fields)) => {
            let fields = fields.into_iter();
            Json::Object(
                fields
                    .map(|(key, value)| (key, settled(value, item)))
                    .collect(),
            )
        }
        (_, value) => value,
    }
}

/// Whether a value stands for "not set".
type Dropped = fn(&Node, &Schema) -> bool;

fn copy(node: &Node, schema: &Schema, dropped: Dropped) -> Node {
    let value = match (schema.shape, &node.value) {
        (Shape::Object(_), Value::Mapping(entries)) => Value::Mapping(
            fields(entries, schema, dropped)
                .map(|(field, entry)| Entry {
                    key: Text::new_static(field.name),
                    key_span: entry.key_span,
                    value: copy(&entry.value, &field.schema, dropped),
                })
                .collect(),
        ),
        (Shape::Map(item), Value::Mapping(entries)) => Value::Mapping(
            entries
                .iter()
                .map(|entry| Entry {
                    key: entry.key.clone(),
                    key_span: entry.key_span,
                    value: copy(&entry.value, item, dropped),
                })
                .collect(),
        ),
        (Shape::List(item) | Shape::Set(item), Value::Sequence(items)) => Value::Sequence(
            items
                .iter()
                .map(|value| copy(value, item, dropped))
                .collect(),
        ),
        (Shape::Text, _) if !schema.nullable => match as_text(&node.value) {
            Some(text) => Value::String(text),
            None => node.value.clone(),
        },
        (_, Value::Number(number)) => Value::Number(without_point(number)),
        _ => node.value.clone(),
    };
    Node::new(node.span, value)
}

/// What stands for each field of an object, in the order of the table.
fn fields<'a>(
    entries: &'a [Entry],
    schema: &Schema,
    dropped: Dropped,
) -> impl Iterator<Item = (&'static Field, &'a Entry)> + use<'a> {
    let table = schema.fields();
    let mut chosen: Vec<Option<&Entry>> = vec![None; table.len()];
    for entry in entries {
        let index = schema.position_ignoring_case(&entry.key);
        if let Some(place) = index.and_then(|index| chosen.get_mut(index))
            && place.is_none_or(|other| other.key <= entry.key)
        {
            *place = Some(entry);
        }
    }
    table.iter().zip(chosen).filter_map(move |(field, entry)| {
        let entry = entry?;
        let is_null = entry.value.is_null() && !field.schema.nullable;
        let is_set = !is_null && !dropped(&entry.value, &field.schema);
        is_set.then_some((field, entry))
    })
}

/// Empty text in a field whose type has no empty value.
pub(super) fn is_unset(node: &Node, schema: &Schema) -> bool {
    node.text() == Some("") && has_no_empty_value(schema)
}

fn has_no_empty_value(schema: &Schema) -> bool {
    !schema.one_of.is_empty() && !schema.one_of.contains(&"")
        || schema.form != Form::Plain
        || !schema.tags.is_empty()
        || schema.format == Some(Format::Cidr)
        || matches!(
            schema.pattern,
            Some(Pattern::AnyCase(_) | Pattern::Affinity)
        )
}

/// A scalar where text is wanted.
fn as_text(value: &Value) -> Option<Text> {
    Some(match value {
        Value::Null => Text::default(),
        Value::Bool(true) => Text::new_static("true"),
        Value::Bool(false) => Text::new_static("false"),
        Value::Number(number) => float32(number).into(),
        Value::String(_) | Value::Sequence(_) | Value::Mapping(_) => return None,
    })
}

/// A node as a serde deserializer.
#[derive(Clone, Copy)]
struct Reader<'a> {
    node: &'a Node,
    schema: &'a Schema,
    /// Whether there is nothing in the document to be lenient about.
    is_plain: bool,
}

impl<'a> Reader<'a> {
    const fn at(self, node: &'a Node, schema: &'a Schema) -> Self {
        Self {
            node,
            schema,
            ..self
        }
    }

    /// Numbers, as serde tells them apart.
    fn number<'de, V: Visitor<'de>>(
        number: &serde_json::Number,
        visitor: V,
    ) -> Result<V::Value, Mismatch> {
        let number = without_point(number);
        if let Some(number) = number.as_u64() {
            visitor.visit_u64(number)
        } else if let Some(number) = number.as_i64() {
            visitor.visit_i64(number)
        } else {
            visitor.visit_f64(number.as_f64().unwrap_or_default())
        }
    }
}

/// Why a tree does not fit a type, and where.
#[derive(Debug)]
struct Mismatch {
    message: String,
    /// The innermost value that does not fit; serde makes errors that know no place.
    span: Option<Span>,
    path: String,
}

impl Mismatch {
    fn new(message: String) -> Self {
        Self {
            message,
            span: None,
            path: String::new(),
        }
    }

    /// Says what is one step further out.
    fn within(mut self, span: Span, step: &str) -> Self {
        self.span.get_or_insert(span);
        let dot = match self.path.as_bytes().first() {
            None | Some(b'[') => "",
            Some(_) => ".",
        };
        self.path = format!("{step}{dot}{}", self.path);
        self
    }
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Mismatch {}

impl de::Error for Mismatch {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self::new(message.to_string())
    }
}

/// What a value without a schema is read by.
static ANY: Schema = Schema::ANY;

impl<'de> Deserializer<'de> for Reader<'de> {
    type Error = Mismatch;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        match (self.schema.shape, &self.node.value) {
            (_, Value::String(text)) => visitor.visit_borrowed_str(text),
            (Shape::Text, Value::Null | Value::Bool(_) | Value::Number(_)) => {
                visitor.visit_str(&as_text(&self.node.value).unwrap_or_default())
            }
            (_, Value::Null) => visitor.visit_unit(),
            (_, Value::Bool(value)) => visitor.visit_bool(*value),
            (_, Value::Number(number)) => Self::number(number, visitor),
            (Shape::List(item) | Shape::Set(item), Value::Sequence(items)) => {
                visitor.visit_seq(Items(self.at(self.node, item), items.iter().enumerate()))
            }
            (_, Value::Sequence(items)) => {
                visitor.visit_seq(Items(self.at(self.node, &ANY), items.iter().enumerate()))
            }
            (Shape::Object(_), Value::Mapping(entries)) if self.is_plain => {
                visitor.visit_map(Fields {
                    reader: self,
                    fields: plain_fields(entries, self.schema),
                    value: None,
                })
            }
            (Shape::Object(_), Value::Mapping(entries)) => visitor.visit_map(Fields {
                reader: self,
                fields: fields(entries, self.schema, is_unset),
                value: None,
            }),
            (Shape::Map(item), Value::Mapping(entries)) => visitor.visit_map(Keys {
                reader: self.at(self.node, item),
                entries: entries.iter(),
                value: None,
            }),
            (_, Value::Mapping(entries)) => visitor.visit_map(Keys {
                reader: self.at(self.node, &ANY),
                entries: entries.iter(),
                value: None,
            }),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        if self.node.is_null() {
            visitor.visit_none()
        } else {
            visitor.visit_some(self)
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Mismatch> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Mismatch> {
        if let Some(text) = self.node.text() {
            let word: BorrowedStrDeserializer<'de, Mismatch> = BorrowedStrDeserializer::new(text);
            return visitor.visit_enum(word);
        }
        match as_text(&self.node.value) {
            Some(text) => visitor.visit_enum(text.as_str().into_deserializer()),
            None => {
                let found = self.node.type_name();
                Err(Mismatch::new(format!("expected a word, found {found}")))
            }
        }
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        visitor.visit_unit()
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit
        unit_struct seq tuple tuple_struct map struct identifier
    }
}

/// The items of a list.
struct Items<'a>(Reader<'a>, Enumerate<std::slice::Iter<'a, Node>>);

impl<'de> SeqAccess<'de> for Items<'de> {
    type Error = Mismatch;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Mismatch> {
        let reader = self.0;
        let item = self.1.next();
        item.map(|(index, item)| {
            seed.deserialize(reader.at(item, reader.schema))
                .map_err(|error| error.within(item.span, &format!("[{index}]")))
        })
        .transpose()
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.1.len())
    }
}

/// The fields of an object in a document that has nothing to be lenient about:
/// each name as the table has it, and once.
fn plain_fields<'a>(
    entries: &'a [Entry],
    schema: &'a Schema,
) -> impl Iterator<Item = (&'static Field, &'a Entry)> {
    let mut next = 0;
    entries.iter().filter_map(move |entry| {
        let index = schema.position(&entry.key, next)?;
        next = index + 1;
        Some((schema.fields().get(index)?, entry))
    })
}

struct Fields<'a, F> {
    reader: Reader<'a>,
    fields: F,
    value: Option<(&'a str, Reader<'a>)>,
}

impl<'de, F: Iterator<Item = (&'static Field, &'de Entry)>> MapAccess<'de> for Fields<'de, F> {
    type Error = Mismatch;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Mismatch> {
        let Some((field, entry)) = self.fields.next() else {
            return Ok(None);
        };
        self.value = Some((field.name, self.reader.at(&entry.value, &field.schema)));
        let name: BorrowedStrDeserializer<'_, Mismatch> = BorrowedStrDeserializer::new(field.name);
        seed.deserialize(name).map(Some)
    }

    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<T::Value, Mismatch> {
        value(self.value.take(), seed)
    }
}

/// The entries of a mapping with any keys.
struct Keys<'a> {
    reader: Reader<'a>,
    entries: std::slice::Iter<'a, Entry>,
    value: Option<(&'a str, Reader<'a>)>,
}

impl<'de> MapAccess<'de> for Keys<'de> {
    type Error = Mismatch;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Mismatch> {
        let Some(entry) = self.entries.next() else {
            return Ok(None);
        };
        self.value = Some((&entry.key, self.reader.at(&entry.value, self.reader.schema)));
        let name: BorrowedStrDeserializer<'_, Mismatch> = BorrowedStrDeserializer::new(&entry.key);
        seed.deserialize(name).map(Some)
    }

    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<T::Value, Mismatch> {
        value(self.value.take(), seed)
    }
}

/// serde asks for a value only after a key.
fn value<'de, T: DeserializeSeed<'de>>(
    value: Option<(&str, Reader<'de>)>,
    seed: T,
) -> Result<T::Value, Mismatch> {
    match value {
        Some((key, reader)) => seed
            .deserialize(reader)
            .map_err(|error| error.within(reader.node.span, key)),
        None => Err(Mismatch::new("a value without a key".to_owned())),
    }
}
