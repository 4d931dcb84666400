//! BGP UPDATEs, there and back.

use bgp_wire::{Family, NextHop, NlriBuf, Update, UpdatePacker, UpdateView};

use super::message::{context, framed};

/// Reads the bytes as an UPDATE. One without a fault must encode again, as a message and as
/// packed routes, and read back with the same meaning.
///
/// # Panics
///
/// When it does not.
pub fn roundtrip(data: &[u8]) {
    let Some(([choice, more], rest)) = data.split_first_chunk() else {
        return;
    };
    let context = context(*choice, *more);
    let bytes = framed(rest);
    let Ok(view) = UpdateView::scan(&bytes, &context) else {
        return;
    };
    if !view.findings().is_empty() {
        return;
    }
    same_message(&view);
    same_nlri(&view);
    for family in context.families.iter().filter(|family| family.is_prefix()) {
        same_routes(&view, family);
    }
}

/// The owned message encodes in the same number of octets, to an equal message.
fn same_message(view: &UpdateView<'_>) {
    let owned = Update::from(view);
    let mut out = vec![0; view.bytes().len()];
    let length = owned.encode(view.context(), &mut out);
    assert_eq!(length, Ok(out.len()), "{owned:?}");
    let again = UpdateView::scan(&out, view.context()).map(|view| Update::from(&view));
    assert_eq!(again, Ok(owned));
}

/// Each announced NLRI of any family, decoded and encoded, means the same; and packed
/// it reads back as it was.
fn same_nlri(view: &UpdateView<'_>) {
    let context = view.context();
    for nlri in view.reachable_nlri() {
        let built = NlriBuf::new(nlri.family(), nlri.path_id(), &nlri.route());
        let same = |it: &NlriBuf| it.key() == nlri.key() && it.to_string() == nlri.to_string();
        assert!(built.as_ref().is_ok_and(same), "{nlri:?} became {built:?}");
        let mut routes = [nlri].into_iter().peekable();
        let mut out = vec![0; usize::from(context.send_limit)];
        let packer = UpdatePacker::new(context);
        let Ok(length) = packer.withdraw(nlri.family(), &mut routes, &mut out) else {
            return;
        };
        let bytes = out.get(..length).unwrap_or_default();
        let gone = UpdateView::scan(bytes, context).map(|again| {
            let mut keys = again.unreachable_nlri().map(|it| it.key());
            keys.next() == Some(nlri.key()) && keys.next().is_none()
        });
        // A message is read with the path identifiers that it was written with.
        let same_session = context.add_path_send == context.add_path_receive;
        assert!(gone == Ok(true) || !same_session, "{nlri:?}: {gone:?}");
    }
}

/// The routes of one family pack into a message that says the same of them, where their
/// attributes leave room.
fn same_routes(view: &UpdateView<'_>, family: Family) {
    let context = view.context();
    let groups = view.announcements();
    for group in groups.filter(|group| group.family == family && fits_body(group.next_hop)) {
        let attributes = view.path_attributes_via(group.next_hop);
        let mut routes = group.routes.peekable();
        let mut out = vec![0; usize::from(context.send_limit)];
        let packer = UpdatePacker::new(context);
        let Ok(length) = packer.announce(&attributes, family, &mut routes, &mut out) else {
            return;
        };
        let bytes = out.get(..length).unwrap_or_default();
        let again = UpdateView::scan(bytes, context).map(|view| {
            let taken = view.reachable().count();
            assert!(view.reachable().eq(group.routes.take(taken)) && taken > 0);
            (view.disposition(), view.path_attributes(family))
        });
        assert_eq!(again, Ok((view.disposition(), attributes)));
    }
}

/// Whether NEXT_HOP can carry it: MP_REACH_NLRI is not asked for the address of a host,
/// but IPv4 unicast is packed into the body (RFC 4271 §6.3).
fn fits_body(next_hop: Option<NextHop>) -> bool {
    match next_hop {
        Some(NextHop::V4(address)) => (1..224).contains(&address.octets()[0]),
        Some(NextHop::V6 { .. }) | None => true,
    }
}
