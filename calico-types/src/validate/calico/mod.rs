//! Calico's own rules: the walk, and the rules that look at several fields.

mod bgp;
mod endpoint;
mod felix;
mod names;
mod policy;
mod pool;

pub(crate) use bgp::{communities, node_bgp, reachable_by};
pub(crate) use endpoint::{endpoint_port, workload_endpoint, workload_port};
pub(crate) use felix::{felix, health_timeout, route_table_range, route_table_ranges};
pub(crate) use names::metadata;
pub(crate) use policy::{http, policy, rule, staged_kubernetes_policy, staged_policy};
pub(crate) use pool::{block_affinity, ip_pool};

use super::findings::{Findings, Place};
use super::tags::{self, Tag};
use crate::path::Path;
use crate::schema::{Schema, Shape};
use crate::tree::{Node, Value};

/// Goes through a document as Calico's decoder has read it.
pub(super) fn walk(root: &Node, schema: &Schema, findings: &mut Findings<'_>) {
    value(root, root, schema, &Path::Root, findings);
}

fn value(root: &Node, node: &Node, schema: &Schema, path: &Path<'_>, findings: &mut Findings<'_>) {
    let place = Place { node, path, root };
    for &tag in schema.tags {
        tags::apply(tag, &place, findings);
    }
    match (schema.shape, &node.value) {
        (Shape::Object(fields), Value::Mapping(_)) => {
            for field in fields {
                match node.get(field.name) {
                    Some(below) => {
                        value(root, below, &field.schema, &path.key(field.name), findings)
                    }
                    None if field.schema.tags.contains(&Tag::Required) => {
                        let message = format!("`{}` is missing", field.name);
                        let below = path.key(field.name);
                        findings.refuse(
                            &Place {
                                path: &below,
                                ..place
                            },
                            "missing-field",
                            message,
                        );
                    }
                    None => {}
                }
            }
        }
        (Shape::List(item) | Shape::Set(item), Value::Sequence(items)) => {
            for (index, below) in items.iter().enumerate() {
                value(root, below, item, &path.index(index), findings);
            }
        }
        (Shape::Map(item), Value::Mapping(entries)) => {
            for entry in entries {
                value(root, &entry.value, item, &path.key(&entry.key), findings);
            }
        }
        _ => {}
    }
    for check in schema.checks {
        check(&place, findings);
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
