//! What stands at the root or in the metadata and belongs elsewhere; names.

use super::spot::Spot;
use super::{Advice, peer};
use crate::edit::{Steps, entry, mapping, text};
use crate::tree::Value;
use crate::validate::is_name;

/// A field that the root of a document does not have.
pub(super) fn at_root(spot: &Spot<'_>) -> Option<Advice> {
    let key = spot.key();
    let field = |parent: &str| spot.kind.schema.field(parent)?.schema.field(key);
    let (parent, words) = if field("spec").is_some() {
        ("spec", "it belongs into the spec")
    } else if field("metadata").is_some() {
        ("metadata", "it belongs to the metadata")
    } else {
        return None;
    };
    let path = format!("{parent}.{key}");
    Some(Advice::help(words).moved(spot, Steps::parse(&path), &path))
}

/// A field that the metadata does not have: of the spec, as in Calico's first
/// API, or a label that lost its place.
pub(super) fn in_metadata(spot: &Spot<'_>) -> Option<Advice> {
    let key = spot.key();
    let node = spot.node?;
    if key == "scope" && spot.kind.kind == "BGPPeer" {
        return Some(peer::scope(spot, node));
    }
    if spot.kind.schema.field("spec")?.schema.field(key).is_some() {
        let path = format!("spec.{key}");
        let advice =
            Advice::help("that is Calico's API version 1; in version 3 it belongs into the spec");
        return Some(advice.moved(spot, Steps::parse(&path), &path));
    }
    if key == "app" || key.contains('/') && node.text().is_some() {
        let labels = mapping(vec![entry(key, node.clone())]);
        return Some(
            Advice::help("a label stands under `labels`").entries(&[entry("labels", labels)]),
        );
    }
    None
}

/// A name with letters that names do not have.
pub(super) fn name(spot: &Spot<'_>) -> Option<Advice> {
    let Some(Value::String(written)) = spot.node.map(|node| &node.value) else {
        let unnamed = spot.steps == Steps::parse("metadata.name");
        return unnamed.then(|| {
            Advice::help("every resource has one: metadata.name")
                .message("the resource has no name")
        });
    };
    if spot.steps != Steps::parse("metadata.name")
        && spot.schema?.form != crate::schema::Form::Plain
    {
        return None;
    }
    let lower = written.trim().to_ascii_lowercase().replace(['_', ' '], "-");
    if lower == written.as_str() || !is_name(&lower) {
        return None;
    }
    let advice = if spot.steps == Steps::parse("metadata.name") {
        Advice::help("what refers to it by its name has to change with it")
    } else {
        Advice::default()
    };
    Some(advice.value(spot, text(lower)))
}
