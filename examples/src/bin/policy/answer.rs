//! The answers: text, and whether it is yes.

use std::fmt::Write as _;

use policy_engine::{
    CompileOptions, Connectivity, ConnectivityDiff, Direction, Endpoint, EndpointKind, Evaluate,
    Family, Interpreter, PolicyId, PolicySet, Snapshot, UnknownWorkload, Unused,
};
use serde_json::{Value, json};

use crate::Failure;
use crate::arguments::{Arguments, Format, Question};

const REDUNDANT: &str = "without it the same would be connected";

type Answer = Result<(String, bool), Failure>;

/// Whether a flow is allowed.
pub(crate) fn eval(set: &PolicySet, arguments: &Arguments) -> Answer {
    let interpreter = Interpreter::new(set).with_staged(arguments.staged);
    let verdict = interpreter.verdict(&arguments.flow())?;
    let text = match arguments.format == Format::Json {
        true => line(&json!({
            "verdict": verdict.overall().to_string(),
            "egress": verdict.egress.map(|decision| decision.to_string()),
            "ingress": verdict.ingress.map(|decision| decision.to_string()),
        })),
        false => format!("{verdict}\n"),
    };
    Ok((text, verdict.is_allowed()))
}

/// The same with everything that was asked.
pub(crate) fn explain(set: &PolicySet, arguments: &Arguments) -> Answer {
    let interpreter = Interpreter::new(set).with_staged(arguments.staged);
    let explanation = interpreter.explain(&arguments.flow())?;
    let text = match arguments.format == Format::Json {
        true => line(&explanation.to_json()),
        false => explanation.to_string(),
    };
    Ok((text, explanation.verdict().is_allowed()))
}

/// The policies of an endpoint, in the order of evaluation, and which isolate it.
pub(crate) fn list(set: &PolicySet, arguments: &Arguments) -> Answer {
    let name = arguments.endpoint.as_deref().unwrap_or_default();
    let unknown = || Failure::Wrong(format!("no endpoint is called {name}"));
    let id = set.find_endpoint(name).ok_or_else(unknown)?;
    let (mut text, mut data) = (String::new(), Vec::new());
    for direction in Direction::BOTH {
        let _ = writeln!(text, "{direction}");
        let mut tiers = Vec::new();
        for (tier, policies) in set.policies_for(id, direction, arguments.staged) {
            let _ = writeln!(text, "  tier {}", tier.tier.name);
            for policy in &policies {
                let _ = writeln!(text, "    {} selects {}", policy.id, policy.selector);
            }
            let ids = policies.iter().map(|policy| policy.id.to_string());
            tiers.push(json!({"tier": tier.tier.name, "policies": ids.collect::<Vec<_>>()}));
        }
        let isolating = set.isolating(id, direction, arguments.staged);
        let isolating: Vec<String> = isolating.map(|policy| policy.id.to_string()).collect();
        let _ = match isolating.as_slice() {
            [] => writeln!(text, "  isolated by nothing"),
            by => writeln!(text, "  isolated by {}", by.join(", ")),
        };
        data.push(json!({
            "direction": direction.to_string(), "tiers": tiers, "isolatedBy": isolating,
        }));
    }
    let text = match arguments.format == Format::Json {
        true => line(&Value::from(data)),
        false => text,
    };
    Ok((text, true))
}

/// Who reaches whom.
pub(crate) fn matrix(set: &PolicySet, arguments: &Arguments) -> Answer {
    let mut text = String::new();
    let mut data = Vec::new();
    let families = families(set, arguments);
    for family in &families {
        let connectivity = connectivity(set, arguments, arguments.options(), *family)?;
        if arguments.format == Format::Text && families.len() > 1 {
            let _ = writeln!(text, "{family}");
        }
        text.push_str(&match arguments.format {
            Format::Text => connectivity.to_string(),
            Format::Csv => connectivity.to_csv(),
            Format::Markdown => connectivity.to_markdown(),
            Format::Dot => connectivity.to_dot(),
            Format::Svg => connectivity.to_svg(),
            Format::Json => {
                data.push(connectivity.to_json());
                String::new()
            }
        });
    }
    let text = match arguments.format == Format::Json {
        true => line(&Value::from(data)),
        false => text,
    };
    Ok((text, true))
}

/// Whether something is permitted or forbidden between two peers.
pub(crate) fn ask(set: &PolicySet, arguments: &Arguments) -> Answer {
    let (from, to) = arguments.peers();
    for family in families(set, arguments) {
        let connectivity = connectivity(set, arguments, arguments.options(), family)?;
        let Some(held) = connectivity.between(from, to) else {
            continue;
        };
        let yes = match &arguments.question {
            Some(Question::Permits(wanted)) => wanted.is_subset(held),
            Some(Question::Forbids(unwanted)) => unwanted.is_disjoint(held),
            None => false,
        };
        let word = if yes { "yes" } else { "no" };
        let text = match arguments.format == Format::Json {
            true => line(&json!({"answer": yes, "connections": held.to_string()})),
            false => format!("{word}: {from} -> {to}: {held}\n"),
        };
        return Ok((text, yes));
    }
    Err(Failure::Wrong(format!(
        "nobody is asked between {from} and {to}"
    )))
}

/// What is connected otherwise.
pub(crate) fn diff(before: &PolicySet, then: &PolicySet, arguments: &Arguments) -> Answer {
    let mut text = String::new();
    let mut data = Vec::new();
    let mut same = true;
    for family in families(then, arguments) {
        let enforced = CompileOptions::new();
        let old = connectivity(before, arguments, enforced, family)?;
        let new = connectivity(then, arguments, arguments.options(), family)?;
        let diff = ConnectivityDiff::new(&old, &new);
        same &= diff.is_empty();
        let _ = write!(text, "{diff}");
        let changes = diff.changes.iter().map(|change| {
            json!({
                "from": change.source.to_string(),
                "to": change.destination.to_string(),
                "added": change.added.to_string(),
                "removed": change.removed.to_string(),
            })
        });
        data.push(json!({
            "family": family.to_string(),
            "changes": changes.collect::<Vec<_>>(),
            "appeared": diff.appeared,
            "gone": diff.gone,
        }));
    }
    let text = match arguments.format == Format::Json {
        true => line(&Value::from(data)),
        false if same => "nothing changes\n".to_owned(),
        false => text,
    };
    Ok((text, same))
}

/// What decides nothing.
pub(crate) fn lint(set: &PolicySet, arguments: &Arguments) -> Answer {
    let unused = Unused::all(set, arguments.options())?;
    let redundant = match arguments.redundant {
        true => set.redundant_policies(arguments.options())?,
        false => Vec::new(),
    };
    // Policies that select nothing have been told.
    let whole = |id: &PolicyId| {
        unused
            .iter()
            .any(|it| it.rule.is_none() && it.policy == *id)
    };
    let redundant: Vec<&PolicyId> = redundant.into_iter().filter(|id| !whole(id)).collect();
    let text = match arguments.format == Format::Json {
        true => {
            let all = unused.iter().map(|unused| {
                json!({
                    "policy": unused.policy.to_string(),
                    "direction": unused.rule.map(|(direction, _)| direction.to_string()),
                    "rule": unused.rule.map(|(_, index)| index),
                    "message": unused.to_string(),
                })
            });
            let redundant = redundant.iter().map(|policy| {
                json!({
                    "policy": policy.to_string(),
                    "message": format!("{policy}: {REDUNDANT}"),
                })
            });
            line(&Value::from(all.chain(redundant).collect::<Vec<_>>()))
        }
        false => {
            let mut text = String::new();
            for unused in &unused {
                let _ = writeln!(text, "{unused}");
            }
            for policy in &redundant {
                let _ = writeln!(text, "{policy}: {REDUNDANT}");
            }
            text
        }
    };
    Ok((text, unused.is_empty() && redundant.is_empty()))
}

/// The families to look at: the one asked for, else those of workloads, else IPv4.
fn families(set: &PolicySet, arguments: &Arguments) -> Vec<Family> {
    if let Some(family) = arguments.family {
        return vec![family];
    }
    let workloads = set
        .endpoints()
        .iter()
        .filter(|it| it.kind == EndpointKind::Workload);
    let addresses: Vec<Family> = workloads
        .flat_map(|endpoint| &endpoint.addresses)
        .map(|address| Family::of(*address))
        .collect();
    let mut families = vec![Family::V4, Family::V6];
    families.retain(|family| addresses.contains(family));
    match families.is_empty() {
        true => vec![Family::V4],
        false => families,
    }
}

fn connectivity(
    set: &PolicySet,
    arguments: &Arguments,
    options: CompileOptions,
    family: Family,
) -> Result<Connectivity, Failure> {
    let keep = |endpoint: &Endpoint| {
        let namespace = endpoint
            .name
            .split_once('/')
            .map(|(namespace, _)| namespace);
        let id = set.find_endpoint(&endpoint.name);
        let labels = id.and_then(|id| set.labels(id));
        let called =
            |name: &String| endpoint.name == *name || endpoint.alias.as_ref() == Some(name);
        (arguments.namespaces.is_empty()
            || namespace.is_some_and(|it| arguments.namespaces.iter().any(|name| name == it)))
            && arguments.endpoint.as_ref().is_none_or(called)
            && (arguments.selector.as_ref())
                .is_none_or(|selector| labels.is_some_and(|labels| selector.matches(labels)))
    };
    Ok(match arguments.unknown {
        true => {
            let unknown = [UnknownWorkload::any()];
            Connectivity::with_unknown(set, options, family, &unknown, keep)?
        }
        false => {
            let snapshot = Snapshot::compile(set.clone(), options)?;
            Connectivity::of(&snapshot, family, keep)?
        }
    })
}

fn line(value: &Value) -> String {
    format!("{value:#}\n")
}
