//! Sessions under which the same octets read differently.

use bgp_wire::{
    AsSetPolicy, Asn, Context, FamilySet, MAX_EXTENDED_MESSAGE, MalformedNlriPolicy, PeerType,
};

/// What differs between the sessions of [`sessions`] is each thing that a decoder asks its
/// context for.
#[must_use]
pub fn sessions() -> [(&'static str, Context); 6] {
    let internal = Context::new(PeerType::Internal);
    [
        ("internal", internal),
        ("external", external()),
        ("every family", every_family(internal)),
        ("path identifiers", path_identifiers()),
        ("confederation", confederation()),
        ("two octets an AS", two_octets()),
    ]
}

/// An external peer that must stand first in its paths.
fn external() -> Context {
    let mut context = Context::new(PeerType::External);
    context.enforce_first_as = true;
    context.peer_as = Asn(65_001);
    context.local_as = Asn(65_000);
    context
}

/// Every family and messages of any length; a malformed family is disabled.
fn every_family(mut context: Context) -> Context {
    context.families = FamilySet::all();
    context.extended_next_hop = FamilySet::all();
    context.malformed_nlri = MalformedNlriPolicy::DisableFamily;
    context.enhanced_route_refresh = true;
    context.receive_limit = MAX_EXTENDED_MESSAGE;
    context.send_limit = MAX_EXTENDED_MESSAGE;
    context
}

/// Path identifiers and several labels before every prefix.
fn path_identifiers() -> Context {
    let mut context = every_family(Context::new(PeerType::External));
    context.add_path_receive = FamilySet::all();
    context.add_path_send = FamilySet::all();
    context.multiple_labels = FamilySet::all();
    context.malformed_nlri = MalformedNlriPolicy::SessionReset;
    context.as_set = AsSetPolicy::TreatAsWithdraw;
    context.aigp = true;
    context
}

fn confederation() -> Context {
    let mut context = every_family(Context::new(PeerType::ConfederationExternal));
    context.malformed_nlri = MalformedNlriPolicy::SessionReset;
    context
}

fn two_octets() -> Context {
    let mut context = every_family(Context::new(PeerType::Internal));
    context.four_octet_as = false;
    context.enhanced_route_refresh = false;
    context
}
