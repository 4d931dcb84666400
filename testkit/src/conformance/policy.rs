//! Suite `policy`: flows against policies. Each case is judged twice, by the literal
//! interpreter and by the compiled form.

use std::net::IpAddr;

use calico_types::Resource;
use policy_engine::{
    Access, CompileOptions, Direction, Evaluate, Family, Flow, Interpreter, Packet, Peer,
    PolicySet, Protocol, Snapshot, Staged,
};
use serde::Deserialize;
use serde_json::Value;

use super::Outcome;

#[derive(Deserialize)]
struct Case {
    resources: Vec<String>,
    flow: FlowSpec,
    expected: Expected,
    #[serde(default)]
    staged_as_enforced: bool,
}

#[derive(Deserialize)]
struct FlowSpec {
    at: Option<At>,
    src: PeerSpec,
    dst: PeerSpec,
    protocol: ProtocolSpec,
    #[serde(default)]
    src_port: u16,
    #[serde(default)]
    dst_port: u16,
    icmp_type: Option<u8>,
    icmp_code: Option<u8>,
    ip_version: Option<u8>,
}

/// Just this endpoint and direction are asked.
#[derive(Deserialize)]
struct At {
    endpoint: String,
    direction: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum PeerSpec {
    Endpoint(String),
    Ip(IpAddr),
}

#[derive(Deserialize)]
#[serde(untagged)]
enum ProtocolSpec {
    Number(u8),
    Name(String),
}

/// What each direction says, where the case names it.
#[derive(Debug, PartialEq, Deserialize)]
struct Expected {
    egress: Option<String>,
    ingress: Option<String>,
    overall: Option<String>,
}

/// Judges one case.
pub(super) fn run(case: &Value) -> Outcome {
    let case = match Case::deserialize(case) {
        Ok(case) => case,
        Err(error) => return Outcome::fail("a readable case", error.to_string()),
    };
    let staged = if case.staged_as_enforced {
        Staged::Enforced
    } else {
        Staged::Ignored
    };
    let set = match policy_set(&case.resources) {
        Ok(set) => set,
        Err(reason) => return Outcome::fail("readable resources", reason),
    };
    let interpreter = Interpreter::new(&set).with_staged(staged);
    judge(&case, &interpreter).named("interpreted:").and(|| {
        let options = CompileOptions::new().with_staged(staged);
        match Snapshot::compile(set.clone(), options) {
            Ok(snapshot) => judge(&case, &snapshot).named("compiled:"),
            Err(error) => Outcome::fail("a snapshot", error.to_string()),
        }
    })
}

fn judge(case: &Case, evaluator: &impl Evaluate) -> Outcome {
    match answer(case, evaluator) {
        Ok(answer) => Outcome::equal(&case.expected, &answer),
        Err(reason) => Outcome::fail("a verdict", reason),
    }
}

/// What the evaluator says of the directions that the case names.
fn answer(case: &Case, evaluator: &impl Evaluate) -> Result<Expected, String> {
    let (egress, ingress, overall) = match &case.flow.at {
        Some(at) => decision(&case.flow, at, evaluator)?,
        None => verdict(&case.flow, evaluator)?,
    };
    let named = |expected: &Option<String>, access: Option<Access>| {
        expected
            .is_some()
            .then(|| access.map_or("none".to_owned(), |access| access.to_string()))
    };
    Ok(Expected {
        egress: named(&case.expected.egress, egress),
        ingress: named(&case.expected.ingress, ingress),
        overall: named(&case.expected.overall, overall),
    })
}

/// Egress, ingress and both together.
type Answer = (Option<Access>, Option<Access>, Option<Access>);

fn verdict(spec: &FlowSpec, evaluator: &impl Evaluate) -> Result<Answer, String> {
    let mut flow = Flow::new(spec.src.peer(), spec.dst.peer(), spec.protocol()?)
        .from_port(spec.src_port)
        .to_port(spec.dst_port);
    flow.icmp = spec.icmp();
    flow.family = spec
        .ip_version
        .map(|version| if version == 6 { Family::V6 } else { Family::V4 });
    let verdict = evaluator
        .verdict(&flow)
        .map_err(|error| error.to_string())?;
    // A side that nobody asks lets everything through.
    let access = |side: Option<policy_engine::Decision<'_>>| {
        Some(side.map_or(Access::Allow, |decision| decision.access))
    };
    Ok((
        access(verdict.egress),
        access(verdict.ingress),
        Some(verdict.overall()),
    ))
}

fn decision(spec: &FlowSpec, at: &At, evaluator: &impl Evaluate) -> Result<Answer, String> {
    let set = evaluator.policy_set();
    let id = set.find_endpoint(&at.endpoint).ok_or("no such endpoint")?;
    let mut packet = Packet::new(
        spec.src.address(set)?,
        spec.dst.address(set)?,
        spec.protocol()?,
    )
    .from_port(spec.src_port)
    .to_port(spec.dst_port);
    packet.icmp = spec.icmp();
    let ask = |direction| Some(evaluator.decide(id, direction, &packet).access);
    match at.direction.as_str() {
        "ingress" => Ok((None, ask(Direction::Ingress), ask(Direction::Ingress))),
        "egress" => Ok((ask(Direction::Egress), None, ask(Direction::Egress))),
        other => Err(format!("{other} is no direction")),
    }
}

impl FlowSpec {
    fn protocol(&self) -> Result<Protocol, String> {
        match &self.protocol {
            ProtocolSpec::Number(number) => Ok(Protocol(*number)),
            ProtocolSpec::Name(name) => {
                Protocol::named(name).ok_or_else(|| format!("{name} is no protocol"))
            }
        }
    }

    fn icmp(&self) -> Option<(u8, u8)> {
        Some((self.icmp_type?, self.icmp_code.unwrap_or_default()))
    }
}

impl PeerSpec {
    fn peer(&self) -> Peer<'_> {
        match self {
            Self::Endpoint(name) => Peer::Name(name),
            Self::Ip(address) => Peer::Address(*address),
        }
    }

    fn address(&self, set: &PolicySet) -> Result<IpAddr, String> {
        match self {
            Self::Ip(address) => Ok(*address),
            Self::Endpoint(name) => set
                .find_endpoint(name)
                .and_then(|id| set.endpoint(id)?.addresses.first().copied())
                .ok_or_else(|| format!("{name} has no address")),
        }
    }
}

fn policy_set(texts: &[String]) -> Result<PolicySet, String> {
    let resources = texts
        .iter()
        .map(|text| resource(text))
        .collect::<Result<Vec<_>, _>>()?;
    let build = PolicySet::from_resources(&resources);
    match build.issues.first() {
        Some(issue) => Err(issue.to_string()),
        None => Ok(build.set),
    }
}

/// Reads one manifest as the cases' author did: a label's bare `y` is a text.
fn resource(text: &str) -> Result<Resource, String> {
    let options = serde_saphyr::options! { strict_booleans: true };
    let value: Value =
        serde_saphyr::from_str_with_options(text, options).map_err(|error| error.to_string())?;
    let word = |name: &str| value[name].as_str().unwrap_or_default();
    Resource::from_value(word("apiVersion"), word("kind"), &value)
        .ok_or_else(|| format!("unknown kind {}", word("kind")))?
        .map_err(|error| format!("{}: {error}", word("kind")))
}
