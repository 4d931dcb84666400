//! Decoding allocates nothing.

use bgp_wire::{Context, PeerType, UpdateView};
use testkit::alloc::count;
use testkit::shared;
use testkit::wire::{committed, real, sessions, walk};

use crate::bytes::{AS_PATH, MP_REACH, MP_UNREACH, NEXT_HOP, NLRI, ORIGIN, attribute, update};

#[test]
fn scanning_and_walking_an_update_allocates_nothing() {
    let communities = attribute(0xc0, 8, &[0, 1, 0, 2, 0, 3, 0, 4]);
    let parts: [&[u8]; 6] = [
        MP_REACH,
        MP_UNREACH,
        ORIGIN,
        AS_PATH,
        NEXT_HOP,
        &communities,
    ];
    let bytes = update(&[8, 10], &parts, NLRI);
    let context = Context::new(PeerType::Internal);
    let (walked, counts) = count(|| {
        let view = UpdateView::scan(&bytes, &context).unwrap();
        view.reachable().count()
            + view.unreachable().count()
            + view.communities().iter().count()
            + view.as_path().unwrap().length()
    });
    assert_eq!(walked, 2 + 2 + 2 + 1);
    assert_eq!(counts.allocations, 0);
}

#[test]
fn a_message_full_of_faults_allocates_nothing() {
    let junk = attribute(0xc0, 8, &[1]).repeat(50);
    let bytes = update(&[], &[ORIGIN, AS_PATH, NEXT_HOP, &junk], NLRI);
    let context = Context::new(PeerType::Internal);
    let (omitted, counts) = count(|| {
        let view = UpdateView::scan(&bytes, &context).unwrap();
        assert_eq!(view.findings().iter().count(), 12);
        view.findings().omitted()
    });
    assert_eq!(omitted, 50 - 12, "one malformed and 49 repeated");
    assert_eq!(counts.allocations, 0);
    // Whoever wants to see all of them is told.
    let mut offsets = Vec::new();
    let view = UpdateView::scan_with(&bytes, &context, |finding| offsets.push(finding.offset()));
    assert_eq!(view.unwrap().findings().total(), offsets.len());
    let first = 23 + ORIGIN.len() + AS_PATH.len() + NEXT_HOP.len();
    assert!(offsets.into_iter().eq((0..50).map(|at| first + at * 4)));
}

/// Every accessor, every item of every list and the text of every type, of every committed
/// message in every session.
#[test]
fn walking_over_everything_allocates_nothing() {
    let mut walked = 0;
    for (name, message) in committed() {
        for (session, context) in sessions() {
            let (seen, counts) = count(|| walk(&message, &context));
            assert_eq!(counts.allocations, 0, "{name}, {session}");
            walked += seen.items;
        }
    }
    assert!(walked > 10_000, "{walked} items");
}

#[test]
fn real_messages_allocate_nothing() {
    let files = real();
    if files.is_empty() {
        return shared::skip_message();
    }
    let [_, _, (_, wide), .., (_, narrow)] = sessions();
    let mut messages = 0_usize;
    for message in files.iter().flat_map(|(_, messages)| messages) {
        let context = if message.four_octet_as == Some(false) {
            narrow
        } else {
            wide
        };
        let (_, counts) = count(|| walk(&message.octets, &context));
        assert_eq!(counts.allocations, 0, "{:02x?}", message.octets);
        messages += 1;
    }
    println!("{messages} messages");
}
