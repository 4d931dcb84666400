//! What Calico's kinds look like: fields, types and constraints as data.
//!
//! One table serves every question about a document. Strict decoding asks
//! which fields exist and how their text is read ([`Form`]); pruning asks the
//! same; the API server's rules are the bounds, enumerations, patterns,
//! defaults and [`Rule`]s; Calico's own validation is the [`Tag`]s and
//! [`Check`]s. [`json_schema`](crate::json_schema) shows it as JSON.

mod bgp;
#[cfg(test)]
mod complete;
mod felix;
mod installation;
mod ipam;
mod kube_controllers;
mod kubernetes;
mod metadata;
mod nodes;
mod pattern;
mod policy;
mod pool;
mod registry;
pub(crate) mod releases;

pub(crate) use pattern::Pattern;
pub(crate) use registry::{KindSchema, V3, kinds, lookup};

use crate::validate::{Check, Rule, Tag};

/// One value's shape and constraints.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Schema {
    pub(crate) shape: Shape,
    /// How Calico's decoder reads it, where that is more than the shape.
    pub(crate) form: Form,
    pub(crate) one_of: &'static [&'static str],
    pub(crate) pattern: Option<Pattern>,
    pub(crate) format: Option<Format>,
    pub(crate) minimum: Option<i64>,
    pub(crate) maximum: Option<i64>,
    /// In characters, as `max_length`.
    pub(crate) min_length: Option<usize>,
    pub(crate) max_length: Option<usize>,
    pub(crate) min_items: Option<usize>,
    pub(crate) max_items: Option<usize>,
    /// At least one field must be present.
    pub(crate) some_field: bool,
    /// Exactly one field must be present.
    pub(crate) one_field: bool,
    /// The fields that tell the items of a list apart: no two may agree in
    /// all of them.
    pub(crate) keys: &'static [&'static str],
    /// Null is a value of its own, and is kept.
    pub(crate) nullable: bool,
    pub(crate) default: Option<Default>,
    /// Whether a default stands somewhere below.
    pub(crate) fills: bool,
    pub(crate) tags: &'static [Tag],
    pub(crate) rules: &'static [Rule],
    pub(crate) checks: &'static [Check],
}

/// The type of a value.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Shape {
    Object(&'static [Field]),
    /// Any keys, all values of one schema.
    Map(&'static Schema),
    List(&'static Schema),
    /// A list without repetitions.
    Set(&'static Schema),
    Text,
    Integer,
    Number,
    Boolean,
    IntOrText,
    /// Whatever there is: fields that this crate does not look into.
    Any,
}

/// A field of an object.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Field {
    pub(crate) name: &'static str,
    pub(crate) schema: Schema,
    /// The API server insists on it.
    pub(crate) required: bool,
    /// The API server's schema has it. What a later or an experimental schema
    /// has is known here and dropped there.
    pub(crate) stored: bool,
}

/// What a schema says of a value beside its type, in OpenAPI's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    /// `address/length`.
    Cidr,
    /// A time of RFC 3339.
    DateTime,
    /// Said of numbers that are wider in truth: Kubernetes minds it from 1.36.
    Int32,
    Int64,
}

/// Text that Calico's decoder reads into something narrower than its shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    Plain,
    Asn,
    Duration,
    Port,
    Protocol,
    Uint8,
    Uint16,
    Int32,
    /// An integer without a sign.
    Unsigned,
    /// An IP address, which other rules check.
    Address,
}

/// A value that the API server fills in.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Default {
    Text(&'static str),
    Bool(bool),
    Integer(i64),
}

const fn of(shape: Shape) -> Schema {
    Schema {
        shape,
        form: Form::Plain,
        one_of: &[],
        pattern: None,
        format: None,
        minimum: None,
        maximum: None,
        min_length: None,
        max_length: None,
        min_items: None,
        max_items: None,
        some_field: false,
        one_field: false,
        keys: &[],
        nullable: false,
        default: None,
        fills: false,
        tags: &[],
        rules: &[],
        checks: &[],
    }
}

const TEXT: Schema = of(Shape::Text);
const BOOLEAN: Schema = of(Shape::Boolean);
const INTEGER: Schema = of(Shape::Integer);
const INT32: Schema = INTEGER.form(Form::Int32).format(Format::Int32);
const INT64: Schema = INTEGER.format(Format::Int64);
const NUMBER: Schema = of(Shape::Number);
const ANY: Schema = of(Shape::Any);
/// The schema says int32, and means 32 bits without a sign.
const ASN: Schema = INTEGER.form(Form::Asn).format(Format::Int32);
const DURATION: Schema = TEXT.form(Form::Duration);
const TIME: Schema = TEXT.format(Format::DateTime);
/// Calico's numbers or texts have a pattern, which everything fits.
const INT_OR_TEXT: Schema = of(Shape::IntOrText).pattern(Pattern::Anything);
const PORT: Schema = INT_OR_TEXT.form(Form::Port).tag(&[Tag::Port]);
const PROTOCOL: Schema = INT_OR_TEXT.form(Form::Protocol).tag(&[Tag::Protocol]);
const TEXT_MAP: Schema = of(Shape::Map(&TEXT));
const TEXT_LIST: Schema = of(Shape::List(&TEXT));
const SWITCH: Schema = TEXT.one_of(&["Enabled", "Disabled"]);

const fn object(fields: &'static [Field]) -> Schema {
    let mut schema = of(Shape::Object(fields));
    let mut rest = fields;
    while let [field, others @ ..] = rest {
        schema.fills |= field.schema.fills || field.schema.default.is_some();
        rest = others;
    }
    schema
}

const fn list(item: &'static Schema) -> Schema {
    let mut schema = of(Shape::List(item));
    schema.fills = item.fills;
    schema
}

const fn set(item: &'static Schema) -> Schema {
    of(Shape::Set(item))
}

const fn words(one_of: &'static [&'static str]) -> Schema {
    TEXT.one_of(one_of)
}

/// A field that may be left out.
const fn field(name: &'static str, schema: Schema) -> Field {
    Field {
        name,
        schema,
        required: false,
        stored: true,
    }
}

/// A field that the API server insists on.
const fn required(name: &'static str, schema: Schema) -> Field {
    Field {
        name,
        schema,
        required: true,
        stored: true,
    }
}

/// A field of an experimental schema.
const fn experimental(name: &'static str, schema: Schema) -> Field {
    Field {
        name,
        schema,
        required: false,
        stored: false,
    }
}

impl Schema {
    /// Whatever there is.
    pub(crate) const ANY: Self = ANY;

    const fn form(mut self, form: Form) -> Self {
        self.form = form;
        self
    }

    const fn one_of(mut self, words: &'static [&'static str]) -> Self {
        self.one_of = words;
        self
    }

    const fn pattern(mut self, pattern: Pattern) -> Self {
        self.pattern = Some(pattern);
        self
    }

    const fn format(mut self, format: Format) -> Self {
        self.format = Some(format);
        self
    }

    const fn cidr(self) -> Self {
        self.format(Format::Cidr)
    }

    const fn range(mut self, minimum: i64, maximum: i64) -> Self {
        self.minimum = Some(minimum);
        self.maximum = Some(maximum);
        self
    }

    const fn at_least(mut self, minimum: i64) -> Self {
        self.minimum = Some(minimum);
        self
    }

    const fn min_length(mut self, length: usize) -> Self {
        self.min_length = Some(length);
        self
    }

    const fn max_length(mut self, length: usize) -> Self {
        self.max_length = Some(length);
        self
    }

    const fn items(mut self, min: usize, max: usize) -> Self {
        if min > 0 {
            self.min_items = Some(min);
        }
        self.max_items = Some(max);
        self
    }

    const fn some_field(mut self) -> Self {
        self.some_field = true;
        self
    }

    const fn keyed_by(mut self, keys: &'static [&'static str]) -> Self {
        self.keys = keys;
        self
    }

    const fn nullable(mut self) -> Self {
        self.nullable = true;
        self
    }

    const fn one_field(mut self) -> Self {
        self.one_field = true;
        self
    }

    const fn default(mut self, default: Default) -> Self {
        self.default = Some(default);
        self
    }

    const fn tag(mut self, tags: &'static [Tag]) -> Self {
        self.tags = tags;
        self
    }

    const fn rules(mut self, rules: &'static [Rule]) -> Self {
        self.rules = rules;
        self
    }

    const fn checks(mut self, checks: &'static [Check]) -> Self {
        self.checks = checks;
        self
    }

    /// The fields of an object; none for other shapes.
    pub(crate) const fn fields(&self) -> &'static [Field] {
        match self.shape {
            Shape::Object(fields) => fields,
            Shape::Map(_)
            | Shape::List(_)
            | Shape::Set(_)
            | Shape::Text
            | Shape::Integer
            | Shape::Number
            | Shape::Boolean
            | Shape::IntOrText
            | Shape::Any => &[],
        }
    }

    /// The field of exactly this name.
    pub(crate) fn field(&self, name: &str) -> Option<&'static Field> {
        self.fields().iter().find(|field| field.name == name)
    }

    /// The field of exactly this name, if an API server keeps it.
    pub(crate) fn stored_field(&self, name: &str) -> Option<&'static Field> {
        self.field(name).filter(|field| field.stored)
    }

    /// The fields that an API server keeps.
    pub(crate) fn stored_fields(&self) -> impl Iterator<Item = &'static Field> {
        self.fields().iter().filter(|field| field.stored)
    }

    /// Where the field of exactly this name stands in the table. The search
    /// begins at `from` and goes round: documents and tables are mostly in the
    /// same order.
    pub(crate) fn position(&self, name: &str, from: usize) -> Option<usize> {
        let (before, after) = self.fields().split_at_checked(from)?;
        let named = |field: &Field| field.name == name;
        after
            .iter()
            .position(named)
            .map(|index| from + index)
            .or_else(|| before.iter().position(named))
    }

    /// Where the field stands that Calico's decoder takes `name` for: of this
    /// name, or of one that differs in case only.
    pub(crate) fn position_ignoring_case(&self, name: &str) -> Option<usize> {
        self.position(name, 0).or_else(|| {
            self.fields()
                .iter()
                .position(|field| is_folded(field.name, name))
        })
    }

    /// The field that Calico's decoder takes `name` for.
    pub(crate) fn field_ignoring_case(&self, name: &str) -> Option<&'static Field> {
        self.fields().get(self.position_ignoring_case(name)?)
    }
}

/// Whether Go's `encoding/json` takes `name` for the field: letters in any
/// case, and the two letters beyond ASCII that Unicode folds into it, the long
/// s and the Kelvin sign.
fn is_folded(field: &str, name: &str) -> bool {
    let fold = |c: char| match c {
        '\u{17f}' => 's',
        '\u{212a}' => 'k',
        c => c.to_ascii_lowercase(),
    };
    field.chars().map(fold).eq(name.chars().map(fold))
}
