//! What the session decides: path identifiers, and how many labels there are.

use bgp_wire::{
    Afi, Family, FamilySet, NlriBuf, NlriIter, NlriView, Route, Safi, Update, UpdateView,
};
use testkit::alloc::count;

use super::vectors::{self, Vector};
use super::{context, reach, unreach};

#[test]
fn each_vector_reads_prints_and_encodes() {
    let context = context();
    for Vector {
        family,
        octets,
        text,
    } in vectors::all()
    {
        let bytes = reach(family, &octets);
        let view = UpdateView::scan(&bytes, &context).unwrap();
        assert!(view.findings().is_empty(), "{text}: {:?}", view.findings());
        let all: Vec<NlriView<'_>> = view.reachable_nlri().collect();
        assert_eq!(all.len(), 1, "{text}");
        assert_eq!(all[0].to_string(), text);
        assert_eq!(all[0].octets(), octets);
        assert!(!matches!(all[0].route(), Route::Opaque(_)), "{text}");

        let built = NlriBuf::new(family, None, &all[0].route()).unwrap();
        assert_eq!(built.octets(), octets, "{text}");
        if let Ok(parsed) = NlriBuf::parse(family, text) {
            assert_eq!(parsed.octets(), octets, "{text}");
        } else {
            let unparsed = text.starts_with("[type:leaf]") || family.safi == Safi::BGP_LS;
            assert!(unparsed, "{text}");
        }

        let mut again = vec![0; bytes.len()];
        let length = Update::from(&view).encode(&context, &mut again);
        assert_eq!(length, Ok(bytes.len()));
        assert_eq!(again, bytes, "{text}");
    }
}

#[test]
fn path_identifiers_stand_before_each_nlri() {
    let mut context = context();
    context.add_path_receive = FamilySet::all();
    context.add_path_send = FamilySet::all();
    for Vector { family, octets, .. } in vectors::all() {
        let field = [&[0, 0, 0, 7][..], &octets, &[0, 0, 0, 8], &octets].concat();
        let bytes = reach(family, &field);
        let view = UpdateView::scan(&bytes, &context).unwrap();
        let ids = view.reachable_nlri().map(|it| it.path_id());
        assert!(ids.eq([Some(7), Some(8)]), "{family}");
        let mut keys = view.reachable_nlri().map(|it| it.key());
        let (first, second) = (keys.next().unwrap(), keys.next().unwrap());
        assert!(first < second, "{family}");
        assert_eq!(first.without_path_id(), second.without_path_id());
        let mut again = vec![0; bytes.len()];
        let length = Update::from(&view).encode(&context, &mut again);
        assert_eq!((length, again), (Ok(bytes.len()), bytes), "{family}");
    }
}

#[test]
fn reading_a_route_allocates_nothing() {
    let context = context();
    for Vector {
        family,
        octets,
        text,
    } in vectors::all()
    {
        let (there, gone) = (reach(family, &octets), unreach(family, &octets));
        let (routes, counts) = count(|| {
            let there = UpdateView::scan(&there, &context).unwrap();
            let gone = UpdateView::scan(&gone, &context).unwrap();
            let all = there.reachable_nlri().chain(gone.unreachable_nlri());
            all.filter(|it| !matches!(it.route(), Route::Opaque(_)) && it.key() == it.key())
                .count()
        });
        assert_eq!((routes, counts.allocations), (2, 0), "{text}");
    }
}

/// RFC 8277 §2.2–2.4.
#[test]
fn the_session_decides_how_labels_read() {
    let vpn = Family::new(Afi::IPV4, Safi::MPLS_VPN);
    let mut rd = [0; 8];
    rd[7] = 1;
    let field = [
        &[24 + 24 + 64 + 8, 0, 6, 0x40, 0, 0xc, 0x81][..],
        &rd,
        &[10],
    ]
    .concat();
    let mut context = context();
    context.multiple_labels.insert(vpn);
    let bytes = reach(vpn, &field);
    let view = UpdateView::scan(&bytes, &context).unwrap();
    let nlri = view.reachable_nlri().next().unwrap();
    assert_eq!(nlri.to_string(), "0:1:10.0.0.0/8 label 100/200");

    // Its withdrawal has three octets that mean nothing.
    let withdrawn = [&[24 + 64 + 8, 0x80, 0, 0][..], &rd, &[10]].concat();
    let bytes = unreach(vpn, &withdrawn);
    let view = UpdateView::scan(&bytes, &context).unwrap();
    let gone = view.unreachable_nlri().next().unwrap();
    assert_eq!(gone.key(), nlri.key());
    assert_eq!(gone.to_string(), "0:1:10.0.0.0/8");
}

#[test]
fn iterators_are_fused_and_copied() {
    let context = context();
    let family = Family::new(Afi::L2VPN, Safi::EVPN);
    // One whole route, then one that is cut off.
    let field = [200, 1, 9, 3, 17, 0];
    let mut nlri = NlriIter::new(&field, family, &context);
    let copy = nlri;
    assert!(nlri.next().is_some() && nlri.next().is_none() && nlri.next().is_none());
    assert_eq!(copy.count(), 1);
}
