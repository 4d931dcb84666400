//! Dissection: each octet is in one leaf, whatever the octets are; faults stand where they
//! are; and what was negotiated is learnt.

use bgp_wire::dissect::{Direction, Dissector, Node, Outcome, dissect};
use bgp_wire::{Context, PeerType, UpdateView};
use proptest::prelude::*;
use testkit::wire;

fn context() -> Context {
    Context::new(PeerType::External)
}

/// The leaves tile the input, and children tile their parent.
fn check(tree: &Node, input: &[u8]) {
    let mut at = 0;
    for leaf in tree.leaves() {
        assert_eq!(leaf.offset, at, "{}", tree.render(input));
        at = leaf.end;
    }
    assert_eq!(at, input.len(), "{}", tree.render(input));
    check_children(tree, 0);
}

fn check_children(node: &Node, depth: usize) {
    assert!(depth < 16, "{}", node.name);
    if let (Some(first), Some(last)) = (node.children.first(), node.children.last()) {
        assert_eq!(
            (first.offset, last.end),
            (node.offset, node.end),
            "{}",
            node.name
        );
    }
    for note in &node.findings {
        assert!(note.offset >= node.offset, "{}: {note:?}", node.name);
    }
    node.children
        .iter()
        .for_each(|child| check_children(child, depth + 1));
}

fn find<'n>(node: &'n Node, name: &str) -> Option<&'n Node> {
    if node.name == name {
        return Some(node);
    }
    node.children.iter().find_map(|child| find(child, name))
}

#[test]
fn every_message_at_hand_is_tiled() {
    let mut count = 0;
    for (name, message) in wire::committed() {
        for (_, context) in wire::sessions() {
            let tree = dissect(&message, &context);
            check(&tree, &message);
            // A scan that finds faults is not passed over in silence.
            if let Ok(update) = UpdateView::scan(&message, &context) {
                assert_eq!(tree.has_findings(), !update.findings().is_empty(), "{name}");
            }
        }
        let mut dissector = Dissector::new();
        check(&dissector.dissect(Direction::Forward, &message), &message);
        count += 1;
    }
    assert!(count > 400);
}

#[test]
fn damaged_messages_are_tiled() {
    // Every tenth: all of them take a minute.
    for (_, message) in wire::committed().step_by(10) {
        wire::damage(&message, |damaged| {
            check(&dissect(damaged, &context()), damaged)
        });
    }
}

/// ORIGIN has no value 9 (RFC 7606 §7.1): the routes are withdrawn, and the tree says so at
/// the attribute.
#[test]
fn a_fault_stands_where_it_is() {
    let mut message = vec![0xff; 16];
    message.extend([0, 47, 2, 0, 0, 0, 20, 0x40, 1, 1, 9]);
    message.extend([0x40, 2, 6, 2, 1, 0, 0, 0xfd, 0xe9, 0x40, 3, 4, 192, 0, 2, 1]);
    message.extend([24, 203, 0, 113]);
    let tree = dissect(&message, &context());
    assert_eq!(tree.outcome(), Some(Outcome::TreatAsWithdraw));
    let origin = tree
        .leaves()
        .into_iter()
        .find(|leaf| leaf.offset == 26)
        .unwrap();
    assert_eq!(origin.end, 27);
    let text = tree.render(&message);
    assert!(
        text.contains("203.0.113.0/24") && text.contains("65001"),
        "{text}"
    );
    let line = text.lines().find(|line| line.contains("ORIGIN")).unwrap();
    assert!(line.starts_with("0017"), "{text}");
}

#[test]
fn garbage_is_shown_and_what_follows_is_read() {
    let mut input = b"garbage".to_vec();
    input.extend([0xff; 16]);
    input.extend([0, 19, 4]);
    // A second one, cut off.
    input.extend([0xff; 16]);
    input.extend([0, 19]);
    let tree = dissect(&input, &context());
    check(&tree, &input);
    assert_eq!(tree.children[0].name, "octets");
    assert_eq!(tree.children[1].name, "KEEPALIVE");
    assert_eq!(tree.children.len(), 3);
    assert!(dissect(&[], &context()).children.is_empty());
}

/// AS_PATH 65001 in two octets, then in four: an OPEN tells which, and without one the
/// reading that fits.
#[test]
fn as_numbers_are_read_by_the_opens_or_as_they_fit() {
    let update = |path: &[u8]| {
        let attributes = [
            &[0x40, 1, 1, 0, 0x40, 2, path.len() as u8],
            path,
            &[0x40, 3, 4, 192, 0, 2, 1],
        ]
        .concat();
        let mut message = vec![0xff; 16];
        message.extend([
            0,
            27 + attributes.len() as u8,
            2,
            0,
            0,
            0,
            attributes.len() as u8,
        ]);
        message.extend(attributes);
        message.extend([24, 203, 0, 113]);
        message
    };
    let (two, four) = (
        update(&[2, 1, 0xfd, 0xe9]),
        update(&[2, 1, 0, 0, 0xfd, 0xe9]),
    );
    for message in [&two, &four] {
        let tree = Dissector::new().dissect(Direction::Forward, message);
        assert!(!tree.has_findings(), "{}", tree.render(message));
        assert!(tree.render(message).contains("65001"));
    }
    // An OPEN without the capability for four octets.
    let mut open = vec![0xff; 16];
    open.extend([0, 29, 1, 4, 0xfd, 0xe9, 0, 90, 192, 0, 2, 1, 0]);
    let mut dissector = Dissector::new();
    let tree = dissector.dissect(Direction::Forward, &open);
    assert!(find(&tree, "OPEN").is_some(), "{}", tree.render(&open));
    assert!(
        !dissector
            .context(Direction::Backward)
            .unwrap()
            .four_octet_as
    );
    let tree = dissector.dissect(Direction::Backward, &four);
    assert!(tree.has_findings(), "{}", tree.render(&four));
}

proptest! {
    #[test]
    fn any_octets_are_tiled(
        head in prop::bool::ANY,
        kind in 0_u8..7,
        octets in prop::collection::vec(any::<u8>(), 0..200),
    ) {
        let mut input = Vec::new();
        if head {
            input.extend([0xff; 16]);
            input.extend((19 + octets.len() as u16).to_be_bytes());
            input.push(kind);
        }
        input.extend(octets);
        check(&dissect(&input, &context()), &input);
        check(&Dissector::new().dissect(Direction::Backward, &input), &input);
    }
}
