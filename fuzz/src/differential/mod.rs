//! UPDATEs as two independent codecs read them: `netgauze-bgp-pkt` and `bgpkit-parser`.
//!
//! What our scan takes without a finding they must take too, and read the same in it. What
//! we refuse they may take: neither classifies faults as RFC 7606 asks. Each difference that
//! remains is explained in [`explained`]; one that is not fails the target.

mod bgpkit;
mod explained;
mod facts;
mod netgauze;

use bgp_wire::{Context, PeerType, UpdateView};
use testkit::wire::mend_header;

pub use facts::Facts;

/// Why a peer gave no facts, in its own words.
#[derive(Debug)]
pub struct Refused(pub String);

/// Reads the bytes behind the first octet, which chooses the session, as an UPDATE, with all
/// three codecs.
///
/// # Panics
///
/// When one of the others differs and no reason is known.
pub fn differential(data: &[u8]) {
    let Some((choice, body)) = data.split_first() else {
        return;
    };
    let mut bytes = [
        &[0; 18][..],
        &[2],
        body.get(..4_077.min(body.len())).unwrap_or_default(),
    ]
    .concat();
    mend_header(&mut bytes);
    let context = context(*choice);
    let Ok(view) = UpdateView::scan(&bytes, &context) else {
        return;
    };
    if !view.findings().is_empty() {
        return;
    }
    let ours = Facts::of(&view);
    compare(
        "netgauze",
        &view,
        &ours,
        netgauze::read(&bytes, &context),
        explained::NETGAUZE,
    );
    compare(
        "bgpkit",
        &view,
        &ours,
        bgpkit::read(&bytes, &context),
        explained::BGPKIT,
    );
}

/// A session of which all three know every rule: unicast of both versions, AS numbers of two
/// or four octets, path identifiers or none, all attributes allowed.
fn context(choice: u8) -> Context {
    let mut context = Context::new(PeerType::Internal);
    context.four_octet_as = choice & 1 == 0;
    if choice & 2 == 2 {
        context.add_path_receive = context.families;
    }
    context
}

fn compare(
    name: &str,
    view: &UpdateView<'_>,
    ours: &Facts,
    theirs: Result<Facts, Refused>,
    reasons: &[explained::Reason],
) {
    if theirs.as_ref().is_ok_and(|theirs| theirs == ours) {
        return;
    }
    if reasons.iter().any(|reason| (reason.applies)(view)) {
        return;
    }
    let hex: String = view
        .bytes()
        .iter()
        .map(|octet| format!("{octet:02x}"))
        .collect();
    panic!("{name} differs\n{hex}\nours:   {ours:?}\ntheirs: {theirs:?}");
}
