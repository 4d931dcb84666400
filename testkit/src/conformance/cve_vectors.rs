//! Suite `cve-vectors`: hostile messages and the action that each must cause.

use std::collections::BTreeSet;

use bgp_wire::{
    Context, DecodeError, Disposition, Family, FamilySet, Frame, Message, PeerType, UpdateView,
};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::Outcome;
use super::bgp::octets;
use crate::wire::{damage, walk};

#[derive(Deserialize)]
struct Case {
    hex: String,
    as4: bool,
    peer: String,
    ctx: Map<String, Value>,
    expect: Expect,
}

#[derive(Deserialize)]
struct Expect {
    #[serde(flatten)]
    action: Action,
    #[serde(default)]
    also_conformant: Vec<Action>,
    if_unsupported: Option<Action>,
}

#[derive(Debug, Deserialize)]
struct Action {
    action: String,
    code: Option<u8>,
    subcode: Option<u8>,
    attr: Option<u8>,
    prefixes: Option<BTreeSet<String>>,
}

/// Judges one case: the action, and that no truncation and no flipped bit panics.
pub(super) fn run(case: &Value) -> Outcome {
    let case = match Case::deserialize(case) {
        Ok(case) => case,
        Err(error) => return Outcome::fail("a readable case", error.to_string()),
    };
    let Some(bytes) = octets(&case.hex) else {
        return Outcome::fail("a readable case", "not hexadecimal");
    };
    let context = case.context();
    damage(&bytes, |damaged| {
        walk(damaged, &context);
    });
    let answer = Answer::of(&bytes, &context);
    let expect = &case.expect;
    let unsupported = expect.if_unsupported.iter().filter(|_| answer.is_opaque());
    let mut right = std::iter::once(&expect.action)
        .chain(&expect.also_conformant)
        .chain(unsupported);
    if right.any(|action| answer.fits(action)) {
        Outcome::Pass
    } else {
        Outcome::fail(format!("{:?}", expect.action), format!("{answer:?}"))
    }
}

impl Case {
    fn context(&self) -> Context {
        let peer = match self.peer.as_str() {
            "ibgp" => PeerType::Internal,
            _ => PeerType::External,
        };
        let is_set = |name: &str| self.ctx.get(name).is_some_and(|value| value == true);
        let mut context = Context::new(peer);
        context.four_octet_as = self.as4;
        context.enhanced_route_refresh = is_set("enhanced_route_refresh");
        let receives: FamilySet = [
            ("addpath_ipv4_rx", Family::IPV4_UNICAST),
            ("addpath_ipv6_rx", Family::IPV6_UNICAST),
        ]
        .into_iter()
        .filter(|(name, _)| is_set(name))
        .map(|(_, family)| family)
        .collect();
        context.add_path_receive = receives;
        context
    }
}

/// What the codec makes of a message.
#[derive(Debug)]
enum Answer<'a> {
    Reset(DecodeError),
    Update(Box<UpdateView<'a>>),
    Other,
}

impl<'a> Answer<'a> {
    fn of(bytes: &'a [u8], context: &Context) -> Self {
        if let Err(error) = Frame::split(bytes, context.receive_limit) {
            return Self::Reset(error);
        }
        match Message::decode(bytes, context) {
            Err(error) => Self::Reset(error),
            Ok(Message::Update(update)) => Self::Update(Box::new(update)),
            Ok(_) => Self::Other,
        }
    }

    /// Whether the message is of a family that is not decoded: then the case allows an
    /// answer of its own. All attributes of the cases are known to the codec.
    fn is_opaque(&self) -> bool {
        match self {
            Self::Update(update) => update
                .mp_reach()
                .is_some_and(|view| !update.context().families.contains(view.family)),
            Self::Reset(_) | Self::Other => false,
        }
    }

    fn fits(&self, action: &Action) -> bool {
        match (self, action.action.as_str()) {
            (Self::Reset(error), "session_reset") => {
                let code = error.code();
                action.code.is_none_or(|it| it == code.code)
                    && action.subcode.is_none_or(|it| it == code.subcode)
            }
            (Self::Update(update), action_name) => fits_update(update, action_name, action),
            (Self::Other, "accept") => true,
            (Self::Reset(_) | Self::Other, _) => false,
        }
    }
}

fn fits_update(update: &UpdateView<'_>, name: &str, action: &Action) -> bool {
    let prefixes = |routes: bgp_wire::Routes<'_>| {
        let found: BTreeSet<String> = routes.map(|nlri| nlri.to_string()).collect();
        action
            .prefixes
            .as_ref()
            .is_none_or(|wanted| *wanted == found)
    };
    match (update.disposition(), name) {
        (Disposition::Accept, "accept") => prefixes(update.reachable()),
        (Disposition::AttributeDiscard, "attribute_discard") => {
            let dropped = update
                .findings()
                .iter()
                .filter(|finding| finding.disposition() == Disposition::AttributeDiscard)
                .filter_map(|finding| finding.attribute())
                .any(|attribute| action.attr.is_none_or(|it| it == attribute.0));
            dropped && prefixes(update.reachable())
        }
        (Disposition::TreatAsWithdraw, "treat_as_withdraw") => {
            update.reachable().next().is_none() && prefixes(update.unreachable())
        }
        (Disposition::AfiSafiDisable, "afi_safi_disable") => true,
        _ => false,
    }
}
