//! Calico's own rules: the walk, and the rules that look at several fields.

mod bgp;
mod endpoint;
mod felix;
mod names;
mod policy;
mod pool;
mod staged;

pub(crate) use bgp::{communities, node_bgp, reachable_by};
pub(crate) use endpoint::{endpoint_port, workload_endpoint, workload_port};
pub(crate) use felix::{felix, health_timeout, route_table_range, route_table_ranges};
pub(crate) use names::metadata;
pub(crate) use policy::{http, policy, rule};
pub(crate) use pool::{block_affinity, ip_pool};
pub(crate) use staged::{kubernetes_ports, staged_kubernetes_policy, staged_policy};

use super::findings::{Findings, Place};
use super::tags::{self, Empty, Tag};
use crate::path::Path;
use crate::schema::{Field, Schema, Shape};
use crate::tree::{Node, Value};

/// Goes through a document as Calico's decoder has read it.
pub(super) fn walk(root: &Node, schema: &Schema, findings: &mut Findings<'_>) {
    let place = Place {
        node: root,
        path: &Path::Root,
        root,
    };
    value(place, schema, Empty::PassedOver, findings);
}

fn value(place: Place<'_>, schema: &Schema, empty: Empty, findings: &mut Findings<'_>) {
    let Place { node, path, root } = place;
    for &tag in schema.tags {
        tags::apply(tag, &place, empty, findings);
    }
    match (schema.shape, &node.value) {
        (Shape::Object(fields), Value::Mapping(_)) => {
            for field in fields {
                self::field(place, field, findings);
            }
        }
        (Shape::List(item) | Shape::Set(item), Value::Sequence(items)) => {
            for (index, node) in items.iter().enumerate() {
                let path = &path.index(index);
                value(Place { node, path, root }, item, Empty::Judged, findings);
            }
        }
        (Shape::Map(item), Value::Mapping(entries)) => {
            for entry in entries {
                let (node, path) = (&entry.value, &path.key(&entry.key));
                value(Place { node, path, root }, item, Empty::Judged, findings);
            }
        }
        _ => {}
    }
    for check in schema.checks {
        check(&place, findings);
    }
}

fn field(place: Place<'_>, field: &Field, findings: &mut Findings<'_>) {
    let path = &place.path.key(field.name);
    let tags = field.schema.tags;
    match place.node.get(field.name) {
        Some(node) => {
            let empty = if tags.contains(&Tag::Pointer) {
                Empty::Judged
            } else {
                Empty::PassedOver
            };
            let below = Place {
                node,
                path,
                ..place
            };
            value(below, &field.schema, empty, findings);
        }
        None if tags.contains(&Tag::Required) || tags.contains(&Tag::Given) => {
            let message = format!("`{}` is missing", field.name);
            findings.refuse(&Place { path, ..place }, "missing-field", message);
        }
        None => {}
    }
}

/// `key: value` for the place's last key, or a list item.
pub(crate) fn assign(place: &Place<'_>, value: &str) -> String {
    crate::decode::assign(place.path, value)
}

/// Whether a text is there and not empty.
fn said(node: &Node, key: &str) -> bool {
    !node.text_of(key).is_empty()
}
