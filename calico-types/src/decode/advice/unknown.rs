//! Fields that nobody knows: known idioms first, then similar names.

use super::spot::Spot;
use super::{Advice, endpoint, entity, filter, kubernetes, metadata, peer, policy, pool, rule};
use crate::decode::similar;
use crate::path::Path;
use crate::schema::{Schema, Shape};

/// Where a field would stand, in words.
pub(in crate::decode) fn place(kind: &str, path: &Path<'_>) -> String {
    let what = match (path.last_key(), path) {
        (None, _) => return with_article(kind),
        (Some("ingress" | "egress"), Path::Index(..)) => "a rule",
        (Some("importV4" | "importV6" | "exportV4" | "exportV6"), Path::Index(..)) => {
            "a filter rule"
        }
        (Some("spec"), _) => "the spec",
        (Some("metadata"), _) => "the metadata",
        _ => return format!("`{path}`"),
    };
    format!("{what} of {}", with_article(kind))
}

fn with_article(kind: &str) -> String {
    let vowel = kind.starts_with(['A', 'E', 'I', 'O']);
    format!("{} {kind}", if vowel { "an" } else { "a" })
}

/// What to do about a field that is in no schema.
pub(super) fn advice(spot: &Spot<'_>) -> Advice {
    idiom(spot)
        .or_else(|| similar_name(spot))
        .or_else(|| elsewhere(spot))
        .unwrap_or_else(|| known_names(spot))
}

/// A field whose name differs in case only.
pub(super) fn wrong_case(spot: &Spot<'_>) -> Option<Advice> {
    let (_, schema) = spot.around.last()?;
    let field = (*schema)?.field_ignoring_case(spot.key())?;
    let advice = Advice::help("calicoctl reads it as meant; an API server drops it without a word");
    Some(advice.renamed(spot, field.name))
}

/// Mistakes with a known origin.
fn idiom(spot: &Spot<'_>) -> Option<Advice> {
    let kind = spot.kind.kind;
    let parent = spot.parent_steps();
    let (list, in_list) = (parent.last_key(), parent.is_item());
    if parent == crate::edit::Steps::default() {
        return metadata::at_root(spot);
    }
    if list == "metadata" {
        return metadata::in_metadata(spot);
    }
    if spot.kind.is_kubernetes() || kind == "StagedKubernetesNetworkPolicy" {
        return kubernetes::advice(spot);
    }
    match list {
        "ingress" | "egress" if in_list && is_policy(kind) => rule::advice(spot),
        "source" | "destination" if is_policy(kind) => entity::advice(spot),
        "serviceAccounts" | "services" | "icmp" | "http" if is_policy(kind) => entity::nested(spot),
        "spec" if is_policy(kind) => policy::advice(spot),
        "importV4" | "importV6" | "exportV4" | "exportV6" if in_list => filter::rule(spot),
        "prefixLength" => filter::prefix_length(spot),
        "spec" if kind == "BGPFilter" => filter::spec(spot),
        "spec" if kind == "BGPPeer" => peer::peer(spot),
        "spec" if kind == "BGPConfiguration" => peer::configuration(spot),
        "spec" if kind == "IPPool" => pool::spec(spot),
        "spec" | "calicoNetwork" if kind == "Installation" => pool::installation(spot),
        "ipPools" if in_list => pool::installation_pool(spot),
        "spec" | "bgp" => endpoint::advice(spot),
        _ => None,
    }
}

/// Whether a kind's rules are Calico's.
pub(super) fn is_policy(kind: &str) -> bool {
    kind.ends_with("NetworkPolicy")
        && !kind.contains("Kubernetes")
        && kind != "ClusterNetworkPolicy"
        || kind == "Profile"
}

fn similar_name(spot: &Spot<'_>) -> Option<Advice> {
    let (_, schema) = spot.around.last()?;
    let names = || {
        schema
            .map(Schema::fields)
            .unwrap_or_default()
            .iter()
            .map(|field| field.name)
    };
    let near = similar::closest(spot.key(), names())?;
    let advice = Advice::help(format!("did you mean `{near}`?")).renamed(spot, near);
    Some(advice.certain_if(similar::is_certain(spot.key(), near, names())))
}

/// Another kind whose spec has the field.
fn elsewhere(spot: &Spot<'_>) -> Option<Advice> {
    let mut homes = crate::schema::kinds()
        .filter(|known| known.kind != spot.kind.kind)
        .filter(|known| {
            known
                .schema
                .field("spec")
                .is_some_and(|spec| spec.schema.field(spot.key()).is_some())
        })
        .map(|known| known.kind);
    let first = homes.next()?;
    // A field that half of the kinds have says nothing.
    homes
        .next()
        .is_none()
        .then(|| Advice::help(format!("the field belongs to the spec of {first}")))
}

fn known_names(spot: &Spot<'_>) -> Advice {
    let schema = spot.around.last().and_then(|(_, schema)| *schema);
    let fields = match schema.map(|schema| schema.shape) {
        Some(Shape::Object(fields)) => fields,
        _ => &[],
    };
    let mut names: Vec<&str> = fields.iter().map(|field| field.name).collect();
    if names.is_empty() || names.len() > 24 {
        return Advice::default();
    }
    names.sort_unstable();
    Advice::help(format!("fields here: {}", names.join(", ")))
}
