//! Suite `bgp-vectors`: published messages and parts of messages.

use bgp_wire::{
    Asn, Capability, CapabilityView, Context, Family, FamilySet, MAX_EXTENDED_MESSAGE, Message,
    Open, OpenView, PeerType, Update, UpdateView,
};
use ipnet::IpNet;
use serde::Deserialize;
use serde_json::Value;

use super::Outcome;
use super::bgp::{message, octets, summary};
use crate::wire::laws;

#[derive(Deserialize)]
struct Case {
    kind: String,
    hex: String,
    context: Negotiated,
    expect: String,
    summary: Option<Value>,
}

#[derive(Deserialize)]
struct Negotiated {
    as4: bool,
    addpath: Vec<(u16, u8)>,
    extended: bool,
    family: Option<(u16, u8)>,
}

/// Judges one case.
pub(super) fn run(case: &Value) -> Outcome {
    let case = match Case::deserialize(case) {
        Ok(case) => case,
        Err(error) => return Outcome::fail("a readable case", error.to_string()),
    };
    let Some(bytes) = octets(&case.hex) else {
        return Outcome::fail("a readable case", "not hexadecimal");
    };
    let context = case.context.context();
    let verdict = match case.kind.as_str() {
        "message" | "fuzz" => judge_message(&bytes, &context, case.summary.as_ref()),
        "capability" => judge_capabilities(&bytes),
        "opt_params" => judge_message(&open(&bytes), &context, None),
        kind => match wrap(kind, &bytes, &case.context) {
            Some(update) => judge_message(&update, &context, case.summary.as_ref()),
            None => return Outcome::fail("a known kind of case", kind),
        },
    };
    match (case.expect.as_str(), verdict) {
        ("ok", Ok(())) | ("error", Err(Fault::Refused(_))) | ("unknown" | "no-panic", _) => {
            Outcome::Pass
        }
        ("ok", Err(fault)) => Outcome::fail("ok", format!("{fault:?}")),
        ("error", other) => Outcome::fail("an error", format!("{other:?}")),
        (expect, _) => Outcome::fail("a known expectation", expect),
    }
}

/// The message of a case of this suite or of `cve-vectors`; what is less than a message is
/// wrapped into one.
pub(crate) fn message_of(case: &Value) -> Option<Vec<u8>> {
    let bytes = octets(case.get("hex")?.as_str()?)?;
    let Ok(Case { kind, context, .. }) = Case::deserialize(case) else {
        return Some(bytes);
    };
    match kind.as_str() {
        "message" | "fuzz" => Some(bytes),
        "capability" => {
            let length = u8::try_from(bytes.len()).ok()?;
            Some(open(&[&[2, length], &bytes[..]].concat()))
        }
        "opt_params" => Some(open(&bytes)),
        kind => wrap(kind, &bytes, &context),
    }
}

impl Negotiated {
    /// An internal peer with every family negotiated.
    fn context(&self) -> Context {
        let mut context = Context::new(PeerType::Internal);
        context.four_octet_as = self.as4;
        context.families = FamilySet::all();
        context.extended_next_hop = FamilySet::all();
        context.add_path_receive = self.addpath.iter().map(|pair| family(*pair)).collect();
        context.add_path_send = context.add_path_receive;
        if self.extended {
            context.receive_limit = MAX_EXTENDED_MESSAGE;
            context.send_limit = MAX_EXTENDED_MESSAGE;
        }
        context
    }
}

fn family((afi, safi): (u16, u8)) -> Family {
    Family::new(bgp_wire::Afi(afi), bgp_wire::Safi(safi))
}

/// Why a case is not "ok".
#[derive(Debug)]
#[expect(dead_code, reason = "the texts are for whoever reads the report")]
enum Fault {
    /// The codec found an error.
    Refused(String),
    /// It found none, but what it read differs from the summary, or does not encode back.
    Differs(String),
}

fn judge_message(bytes: &[u8], context: &Context, wanted: Option<&Value>) -> Result<(), Fault> {
    laws(bytes, context);
    let message =
        Message::decode(bytes, context).map_err(|error| Fault::Refused(error.to_string()))?;
    if let Message::Update(update) = &message
        && !update.findings().is_empty()
    {
        return Err(Fault::Refused(format!("{:?}", update.findings())));
    }
    if let Some(wanted) = wanted {
        compare(wanted, &summary::of(&message), "").map_err(Fault::Differs)?;
    }
    match &message {
        Message::Update(update) => encode_update(update, context),
        Message::Open(open) => encode_open(open),
        Message::Notification(notification) => {
            let mut out = vec![0; bytes.len()];
            same(bytes, notification.encode(&mut out).ok(), &out)
        }
        Message::Keepalive | Message::RouteRefresh(_) => Ok(()),
    }
}

/// Every field that `wanted` names must be equal in `got`; what `got` has besides does
/// not matter.
fn compare(wanted: &Value, got: &Value, path: &str) -> Result<(), String> {
    match (wanted, got) {
        (Value::Object(wanted), Value::Object(got)) => {
            wanted.iter().try_for_each(|(name, wanted)| {
                let path = format!("{path}/{name}");
                match got.get(name) {
                    Some(got) => compare(wanted, got, &path),
                    None => Err(format!("{path} is absent")),
                }
            })
        }
        (Value::Array(all), Value::Array(others)) if all.len() == others.len() => all
            .iter()
            .zip(others)
            .try_for_each(|(wanted, got)| compare(wanted, got, path)),
        _ if wanted == got || is_same_prefix(wanted, got) => Ok(()),
        _ => Err(format!("{path}: {wanted} against {got}")),
    }
}

/// Whether both are one prefix, whatever bits stand behind its length (RFC 4271 §4.3).
fn is_same_prefix(wanted: &Value, got: &Value) -> bool {
    let prefix = |value: &Value| value.as_str()?.parse::<IpNet>().ok().map(|net| net.trunc());
    prefix(wanted).is_some_and(|wanted| prefix(got) == Some(wanted))
}

/// The same octets again, unless bits that mean nothing are set in what was received.
fn encode_update(update: &UpdateView<'_>, context: &Context) -> Result<(), Fault> {
    let owned = Update::from(update);
    let mut out = vec![0; update.bytes().len()];
    let length = owned.encode(context, &mut out);
    if !is_canonical(update) {
        let again = UpdateView::scan(&out, context).map(|view| Update::from(&view));
        return match again.as_ref() == Ok(&owned) {
            true => Ok(()),
            false => Err(Fault::Differs(format!("{owned:?} became {again:?}"))),
        };
    }
    same(update.bytes(), length.ok(), &out)
}

fn same(bytes: &[u8], length: Option<usize>, out: &[u8]) -> Result<(), Fault> {
    if length == Some(bytes.len()) && out == bytes {
        return Ok(());
    }
    let (bytes, out) = (super::bgp::hex(bytes), super::bgp::hex(out));
    Err(Fault::Differs(format!(
        "{bytes} encodes as {out}, {length:?}"
    )))
}

/// Whether every bit of the message has a meaning: none is set behind a prefix length or
/// in MP_REACH_NLRI's reserved octet.
fn is_canonical(update: &UpdateView<'_>) -> bool {
    let context = update.context();
    let clean = |family: Family, field: &[u8]| {
        let add_path = context.add_path_receive.contains(family);
        !family.is_prefix() || !has_host_bits(field, add_path)
    };
    let body = Family::IPV4_UNICAST;
    let reach = update.mp_reach().is_none_or(|view| {
        let value = update
            .value(bgp_wire::AttributeType::MP_REACH_NLRI)
            .unwrap_or_default();
        let reserved = value.get(4 + view.next_hop_octets.len());
        reserved == Some(&0) && clean(view.family, view.nlri)
    });
    let unreach = update
        .mp_unreach()
        .is_none_or(|view| clean(view.family, view.nlri));
    reach && unreach && clean(body, update.withdrawn_octets()) && clean(body, update.nlri_octets())
}

fn has_host_bits(mut field: &[u8], add_path: bool) -> bool {
    while let Some((length, rest)) = field
        .get(if add_path { 4 } else { 0 }..)
        .and_then(<[u8]>::split_first)
    {
        let bits = usize::from(*length);
        let Some((prefix, rest)) = rest.split_at_checked(bits.div_ceil(8)) else {
            return false;
        };
        let spare = (8 - bits % 8) % 8;
        if prefix
            .last()
            .is_some_and(|last| u32::from(*last) & ((1 << spare) - 1) != 0)
        {
            return true;
        }
        field = rest;
    }
    false
}

/// The same meaning again; the same octets where all capabilities stood in one parameter.
fn encode_open(view: &OpenView<'_>) -> Result<(), Fault> {
    let open = Open::from(view);
    let mut out = vec![0; 4096];
    let length = open
        .encode(&mut out)
        .map_err(|error| Fault::Differs(error.to_string()))?;
    out.truncate(length);
    match OpenView::decode(&out).map(|again| Open::from(&again)) {
        Ok(again) if again == open => Ok(()),
        again => Err(Fault::Differs(format!("{open:?} became {again:?}"))),
    }
}

/// Capabilities, one behind the other, each judged and encoded back.
fn judge_capabilities(mut bytes: &[u8]) -> Result<(), Fault> {
    while !bytes.is_empty() {
        let cut = || Fault::Refused("a capability is cut off".to_owned());
        let ([code, length], rest) = bytes.split_first_chunk().ok_or_else(cut)?;
        let (value, rest) = rest
            .split_at_checked(usize::from(*length))
            .ok_or_else(cut)?;
        let view = CapabilityView::decode(*code, value)
            .map_err(|kind| Fault::Refused(kind.to_string()))?;
        encode_capability(&view)?;
        bytes = rest;
    }
    Ok(())
}

fn encode_capability(view: &CapabilityView<'_>) -> Result<(), Fault> {
    let capability = Capability::from(*view);
    let open = Open {
        my_as: Asn(1),
        hold_time: 90,
        identifier: [192, 0, 2, 1].into(),
        capabilities: vec![capability.clone()],
    };
    let mut out = vec![0; 4096];
    let length = open
        .encode(&mut out)
        .map_err(|error| Fault::Differs(error.to_string()))?;
    out.truncate(length);
    match OpenView::decode(&out).map(|again| Open::from(&again)) {
        // The 4-octet AS of the capability is the sender's.
        Ok(again) if again.capabilities == [capability] => Ok(()),
        again => Err(Fault::Differs(format!("{view:?} became {again:?}"))),
    }
}

/// An OPEN around optional parameters.
fn open(parameters: &[u8]) -> Vec<u8> {
    let mut body = vec![4, 0, 1, 0, 90, 192, 0, 2, 1];
    body.push(u8::try_from(parameters.len()).unwrap_or(u8::MAX));
    body.extend(parameters);
    message(1, &body)
}

/// An UPDATE around a part of one.
fn wrap(kind: &str, bytes: &[u8], negotiated: &Negotiated) -> Option<Vec<u8>> {
    const ORIGIN_AND_PATH: [u8; 7] = [0x40, 1, 1, 0, 0x40, 2, 0];
    let mut attributes = Vec::new();
    match kind {
        // A route needs more than its NLRI; any other attribute stands for itself.
        "attribute" if bytes.get(1) == Some(&14) => attributes.extend(ORIGIN_AND_PATH),
        "attribute" => {}
        "aspath2" => attributes.extend(header(0x50, 2, bytes.len())),
        "ecommunity" => attributes.extend(header(0xd0, 16, bytes.len())),
        "nlri" => {
            let (afi, safi) = negotiated.family?;
            let next_hop = match (afi, safi) {
                (1 | 2, 128) => 24,
                (1, _) => 4,
                _ => 16,
            };
            attributes.extend(ORIGIN_AND_PATH);
            attributes.extend(header(0x90, 14, 5 + next_hop + bytes.len()));
            attributes.extend(afi.to_be_bytes());
            attributes.extend([safi, u8::try_from(next_hop).ok()?]);
            attributes.extend(vec![1; next_hop]);
            attributes.push(0);
        }
        _ => return None,
    }
    attributes.extend(bytes);
    let mut body = vec![0, 0];
    body.extend(u16::try_from(attributes.len()).ok()?.to_be_bytes());
    body.extend(attributes);
    Some(message(2, &body))
}

/// The header of an attribute with extended length.
fn header(flags: u8, code: u8, length: usize) -> [u8; 4] {
    let [high, low] = u16::try_from(length).unwrap_or(u16::MAX).to_be_bytes();
    [flags, code, high, low]
}
