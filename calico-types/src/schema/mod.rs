//! What Calico's kinds look like: fields, types and constraints as data.
//!
//! One table serves every question about a document. Strict decoding asks
//! which fields exist and how their text is read ([`Form`]); pruning asks the
//! same; the API server's rules are the bounds, enumerations, patterns,
//! defaults and [`Rule`]s; Calico's own validation is the [`Tag`]s and
//! [`Check`]s.

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
    /// Must be `address/length`.
    pub(crate) cidr: bool,
    pub(crate) minimum: Option<i64>,
    pub(crate) maximum: Option<i64>,
    pub(crate) max_length: Option<usize>,
    pub(crate) min_items: Option<usize>,
    pub(crate) max_items: Option<usize>,
    /// Exactly one field must be present.
    pub(crate) one_field: bool,
    pub(crate) default: Option<Default>,
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
        cidr: false,
        minimum: None,
        maximum: None,
        max_length: None,
        min_items: None,
        max_items: None,
        one_field: false,
        default: None,
        tags: &[],
        rules: &[],
        checks: &[],
    }
}

const TEXT: Schema = of(Shape::Text);
const BOOLEAN: Schema = of(Shape::Boolean);
const INTEGER: Schema = of(Shape::Integer);
const INT32: Schema = INTEGER.form(Form::Int32);
const NUMBER: Schema = of(Shape::Number);
const ANY: Schema = of(Shape::Any);
const ASN: Schema = INTEGER.form(Form::Asn);
const DURATION: Schema = TEXT.form(Form::Duration);
const PORT: Schema = of(Shape::IntOrText).form(Form::Port).tag(&[Tag::Port]);
const PROTOCOL: Schema = of(Shape::IntOrText)
    .form(Form::Protocol)
    .tag(&[Tag::Protocol]);
const TEXT_MAP: Schema = of(Shape::Map(&TEXT));
const TEXT_LIST: Schema = of(Shape::List(&TEXT));
const SWITCH: Schema = TEXT.one_of(&["Enabled", "Disabled"]);

const fn object(fields: &'static [Field]) -> Schema {
    of(Shape::Object(fields))
}

const fn list(item: &'static Schema) -> Schema {
    of(Shape::List(item))
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
    }
}

/// A field that the API server insists on.
const fn required(name: &'static str, schema: Schema) -> Field {
    Field {
        name,
        schema,
        required: true,
    }
}

impl Schema {
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

    const fn cidr(mut self) -> Self {
        self.cidr = true;
        self
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

    /// The field that Calico's decoder takes `name` for: of this name, or of
    /// one that differs in case only.
    pub(crate) fn field_ignoring_case(&self, name: &str) -> Option<&'static Field> {
        self.field(name).or_else(|| {
            self.fields()
                .iter()
                .find(|field| field.name.eq_ignore_ascii_case(name))
        })
    }
}
