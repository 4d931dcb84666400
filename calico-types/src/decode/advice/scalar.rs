//! Scalars of the wrong type: text without quotes, numbers in quotes,
//! durations without a unit.

use super::Advice;
use super::spot::Spot;
use super::words::meant;
use crate::decode::document::{Document, shown};
use crate::diagnostic::Code;
use crate::diagnostic::fix::{Edit, Fix};
use crate::edit::{made, text as made_text};
use crate::scalar::{Asn, Duration};
use crate::schema::{Form, Shape};
use crate::source::Span;
use crate::tree::{Node, Value};

/// Whether a finding is about how a scalar is written, and knows it by its
/// place alone.
pub(super) fn is_about_text(code: Code) -> bool {
    matches!(code.0, "yaml-boolean" | "yaml-octal" | "yaml-tag")
}

/// A scalar that is read as something else than text, or is, and surprises.
pub(super) fn text(document: &Document, spot: &Spot<'_>, code: Code) -> Option<Advice> {
    let (node, schema) = (spot.node?, spot.schema?);
    let written = document
        .text
        .get(node.span.start..node.span.end)
        .filter(|written| !written.is_empty() && !written.contains('\n'))?;
    match (schema.shape, &node.value) {
        (Shape::Boolean, Value::Bool(value)) => {
            let help = format!("write {value}: YAML 1.2 and most people read {written} as text");
            Some(Advice::help(help).value(spot, made(Value::Bool(*value))))
        }
        (Shape::Text, Value::Bool(_) | Value::Number(_)) => {
            if let Some(word) = meant(written, schema.one_of) {
                let advice = Advice::help(format!("did you mean {word}?"));
                let advice = if code.0 == "text-expected" {
                    advice.message(unquoted(node, written))
                } else {
                    advice
                };
                return Some(advice.value(spot, made_text(word)));
            }
            let advice = if code.0 == "text-expected" {
                Advice::help(
                    "in quotes it is text: calicoctl takes it as it is, an API server does not",
                )
                .message(unquoted(node, written))
            } else {
                Advice::help("in quotes it is text")
            };
            match schema.pattern.filter(|pattern| !pattern.matches(written)) {
                // Quotes alone would not do.
                Some(pattern) => {
                    let expected = Advice::help(format!("here it takes {}", pattern.expected()));
                    Some(expected.message(unquoted(node, written)))
                }
                None => Some(advice.value(spot, made_text(written))),
            }
        }
        (Shape::Integer | Shape::Number | Shape::IntOrText, Value::Number(_)) => {
            let decimal = written.trim_start_matches('0');
            let decimal: i64 = decimal.parse().ok()?;
            let help =
                format!("the leading zero makes it octal: write {decimal} if that was meant");
            Some(Advice::help(help).like(spot, &made(Value::Number(decimal.into()))))
        }
        _ => None,
    }
}

/// That a scalar is not text, and why it is not, where that surprises.
fn unquoted(node: &Node, written: &str) -> String {
    let value = shown(node);
    if value == written {
        format!("{value} is {}, where text is wanted", node.type_name())
    } else {
        let kind = node.type_name().trim_start_matches("a ");
        format!("`{written}` without quotes is the {kind} {value}, where text is wanted")
    }
}

/// A text that begins with `!` and has no quotes: what follows it up to the end
/// of the line is the text.
pub(super) fn tag(document: &Document, spot: &Spot<'_>) -> Option<Advice> {
    let (entry, node) = (spot.entry?, spot.node?);
    let from = entry.key_span.end;
    let between = document.text.get(from..node.span.end)?;
    let start = from + between.find('!')?;
    let written = document.text.get(start..node.span.end)?;
    let plain = written.trim_end();
    if plain.contains(['\n', '#', '"', '{', '[']) || between.get(..start - from)?.trim() != ":" {
        return None;
    }
    let span = Span {
        start,
        end: start + plain.len(),
        line: entry.key_span.line,
        column: entry.key_span.column
            + document
                .text
                .get(entry.key_span.start..start)?
                .chars()
                .count(),
    };
    let replacement = format!("\"{plain}\"");
    let advice = Advice::help("a text that begins with ! stands in quotes")
        .write(format!("{}: {replacement}", entry.key));
    Some(Advice {
        span: Some(span),
        fix: Some(Fix::new(vec![Edit { span, replacement }])),
        ..advice
    })
}

/// Text where a number is wanted.
pub(super) fn number(spot: &Spot<'_>) -> Option<Advice> {
    let asn: Asn = spot.text()?.trim().parse().ok()?;
    let value = made(Value::Number(u32::from(asn).into()));
    let advice = Advice::help("calicoctl takes AS numbers as text too; an API server does not");
    Some(advice.value(spot, value))
}

/// A duration that Go does not read.
pub(super) fn duration(spot: &Spot<'_>) -> Option<Advice> {
    let written = spot.text()?.trim();
    let advice = Advice::help("a duration has a unit: ms, s, m or h, as in 90s or 1h30m");
    match in_units(written) {
        Some(right) => Some(advice.value(spot, made_text(right))),
        None => Some(advice),
    }
}

/// A duration with the units that Go has.
pub(super) fn in_units(written: &str) -> Option<String> {
    let digits = written.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = written.split_at_checked(digits)?;
    let number: u64 = number.parse().ok()?;
    let right = match unit.trim().to_ascii_lowercase().as_str() {
        "" | "s" | "sec" | "secs" | "second" | "seconds" => format!("{number}s"),
        "m" | "min" | "mins" | "minute" | "minutes" => format!("{number}m"),
        "h" | "hr" | "hrs" | "hour" | "hours" => format!("{number}h"),
        "ms" | "msec" | "millis" | "milliseconds" => format!("{number}ms"),
        "d" | "day" | "days" => format!("{}h", number.checked_mul(24)?),
        _ => return None,
    };
    right.parse::<Duration>().is_ok().then_some(right)
}

/// The same value in the type that is wanted, where that is plain.
pub(super) fn retyped(spot: &Spot<'_>, node: &Node) -> Option<Advice> {
    let schema = spot.schema?;
    match (schema.shape, &node.value) {
        (Shape::Boolean, Value::String(said)) => {
            let on = meant(said, &["Enabled", "Disabled"])? == "Enabled";
            let advice = Advice::help("true or false, without quotes");
            Some(advice.value(spot, made(Value::Bool(on))))
        }
        (Shape::Integer | Shape::Number, Value::String(said)) => {
            let number: i64 = said.trim().parse().ok()?;
            let advice = Advice::help("a number stands without quotes");
            Some(advice.value(spot, made(Value::Number(number.into()))))
        }
        (Shape::Text, Value::Number(number)) if schema.form == Form::Duration => {
            let advice = Advice::help("a duration has a unit: ms, s, m or h, as in 90s or 1h30m");
            Some(advice.value(spot, made_text(in_units(&number.to_string())?)))
        }
        _ => None,
    }
}

/// A number that is out of its bounds.
pub(super) fn range(spot: &Spot<'_>) -> Option<Advice> {
    let node = spot.node?;
    match (spot.kind.kind, spot.key(), node.integer()?) {
        ("IPPool", "blockSize", size) if size > 128 => Some(Advice::help(
            "it is the length of a block's prefix, not its number of addresses: 26 makes blocks of 64 addresses",
        )),
        (_, "order", _) => None,
        (_, "port" | "ports" | "notPorts", _) => Some(Advice::help("ports are 1 to 65535")),
        _ => None,
    }
}
