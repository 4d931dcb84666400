//! Dissection: each octet is in one leaf, whatever the octets are; faults stand where they
//! are; and what was negotiated is learnt.

use bgp_wire::dissect::{Direction, Dissector, Node, Outcome, dissect};
use bgp_wire::{Context, FamilySet, PeerType, UpdateView};
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

/// What the decoder finds nothing wrong with is said to the last octet.
#[test]
fn what_is_right_is_named_whole() {
    let mut count = 0;
    for (name, message) in wire::committed() {
        for (_, context) in wire::sessions() {
            let fine = UpdateView::scan(&message, &context).is_ok_and(|it| !it.has_findings());
            // Of families that it does not have, a session finds nothing.
            if !fine || context.families != FamilySet::all() {
                continue;
            }
            let tree = dissect(&message, &context);
            let leaves = tree.leaves();
            let unnamed = leaves.iter().find(|leaf| leaf.name == "octets");
            assert!(unnamed.is_none(), "{name}: {}", tree.render(&message));
            count += 1;
        }
    }
    assert!(count > 400, "{count}");
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

/// A message of a type.
fn framed(code: u8, body: &[u8]) -> Vec<u8> {
    let mut message = vec![0xff; 16];
    message.extend(u16::try_from(19 + body.len()).unwrap().to_be_bytes());
    message.push(code);
    message.extend(body);
    message
}

/// The tree has these lines in this order, whatever stands between them.
fn says(message: &[u8], lines: &[&str]) {
    let mut context = context();
    context.families = FamilySet::all();
    let tree = dissect(message, &context);
    check(&tree, message);
    let text = tree.render(message);
    let mut found = text.lines().map(|line| {
        let line = line.get(6..).unwrap_or_default();
        line.rsplit_once("  [")
            .map_or(line, |(line, _)| line)
            .trim()
    });
    for line in lines {
        assert!(
            found.any(|it| it == *line),
            "no {line:?} in its place in\n{text}"
        );
    }
}

/// An UPDATE with one attribute, optional and transitive.
fn with_attribute(code: u8, value: &[u8]) -> Vec<u8> {
    let mut body = vec![0, 0, 0, u8::try_from(value.len() + 3).unwrap(), 0xc0, code];
    body.push(u8::try_from(value.len()).unwrap());
    body.extend(value);
    framed(2, &body)
}

/// An UPDATE that announces one NLRI of a family via 192.0.2.1.
fn announcing(afi: u16, safi: u8, nlri: &[u8]) -> Vec<u8> {
    let mut value = afi.to_be_bytes().to_vec();
    value.extend([safi, 4, 192, 0, 2, 1, 0]);
    value.extend(nlri);
    let mut message = with_attribute(14, &value);
    message[23] = 0x80;
    message
}

/// RFC 4724 §3, RFC 7911 §4, and the host name of draft-walton-bgp-hostname-capability.
#[test]
fn capabilities_field_by_field() {
    let capabilities = [
        &[64, 6, 0xc0, 120, 0, 1, 1, 0x80][..],
        &[69, 4, 0, 2, 1, 3],
        &[73, 5, 2, b'r', b'1', 1, b'x'],
        &[9, 1, 3],
    ]
    .concat();
    let length = u8::try_from(capabilities.len()).unwrap();
    let mut body = vec![4, 0xfd, 0xe9, 0, 90, 192, 0, 2, 1, length + 2, 2, length];
    body.extend(capabilities);
    says(
        &framed(1, &body),
        &[
            "Capability: graceful-restart 120s restarted notification ipv4 unicast (preserved)",
            "Flags and Restart Time: restarted, notification, 120 s",
            "AFI: 1 (ipv4)",
            "SAFI: 1 (unicast)",
            "Flags: forwarding state preserved",
            "Capability: add-path ipv6 unicast both",
            "Send/Receive: 3 (both)",
            "Hostname: r1",
            "Domain: x",
            "Role: 3 (customer)",
        ],
    );
}

/// RFC 8538 §3.1 around RFC 9003 §2; RFC 4486 §4; RFC 5492 §5.
#[test]
fn what_a_notification_brings() {
    let mut body = vec![6, 9, 6, 2, 3];
    body.extend(b"bye");
    says(
        &framed(3, &body),
        &[
            "Error Subcode: 9",
            "Data",
            "Error Subcode: 2",
            "Data",
            "Shutdown Communication: bye",
        ],
    );
    says(
        &framed(3, &[6, 1, 0, 1, 1, 0, 0, 0, 100]),
        &["AFI: 1 (ipv4)", "Maximum Prefixes: 100"],
    );
    says(
        &framed(3, &[2, 7, 65, 4, 0, 0, 0xfd, 0xe9]),
        &["Capability: four-octet-as 65001", "AS Number: 65001"],
    );
}

/// RFC 9252 §2, §3.1, §3.2.1.
#[test]
fn an_srv6_service() {
    let mut sid = vec![
        0, 0x20, 1, 0xd, 0xb8, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x3e, 0,
    ];
    sid.extend([1, 0, 6, 40, 24, 16, 0, 16, 64]);
    let mut value = vec![5, 0, u8::try_from(sid.len() + 4).unwrap(), 0];
    value.extend([1, 0, u8::try_from(sid.len()).unwrap()]);
    value.extend(sid);
    says(
        &with_attribute(40, &value),
        &[
            "SRv6 L3 Service",
            "SRv6 SID Information",
            "SRv6 SID: 2001:db8:0:1::",
            "Endpoint Behavior: 003e",
            "SRv6 SID Structure",
            "Locator Block Length: 40",
            "Transposition Offset: 64",
        ],
    );
}

/// RFC 6514 §5; RFC 9012 §2 with RFC 9830 §2.4; RFC 9552 §5.3; RFC 7311 §3; RFC 8205 §3.
#[test]
fn attributes_with_parts() {
    says(
        &with_attribute(22, &[1, 6, 0, 1, 1, 192, 0, 2, 1]),
        &[
            "Flags: 0x01, leaf information required",
            "Tunnel Type: 6 (ingress replication)",
            "MPLS Label: 16, traffic class 0, bottom of stack; as a VNI 257",
            "Tunnel Endpoint: 192.0.2.1",
        ],
    );
    let mut policy = vec![12, 6, 0, 0, 0, 0, 0, 200];
    policy.extend([
        128,
        0,
        9 + 8,
        0,
        9,
        6,
        0,
        0,
        0,
        0,
        0,
        1,
        1,
        6,
        0,
        0,
        0x03,
        0xe8,
        0,
        64,
    ]);
    let mut value = vec![0, 15, 0, u8::try_from(policy.len()).unwrap()];
    value.extend(policy);
    says(
        &with_attribute(23, &value),
        &[
            "Tunnel sr-policy",
            "Preference: 200",
            "Segment List",
            "Weight: 1",
            "Segment Type A",
            "Label: 16000, traffic class 0, TTL 64",
        ],
    );
    says(
        &with_attribute(29, &[4, 2, 0, 2, b'r', b'1', 4, 71, 0, 3, 0, 0, 10]),
        &["Node Name", "Value: r1", "IGP Metric", "Value: 10"],
    );
    says(
        &with_attribute(26, &[1, 0, 11, 0, 0, 0, 0, 0, 0, 0, 100]),
        &["AIGP TLV", "Accumulated IGP Metric: 100"],
    );
    let mut value = vec![0, 8, 2, 0, 0, 0, 0xfd, 0xe8, 0, 27, 1];
    value.extend([7; 20]);
    value.extend([0, 2, 1, 2]);
    says(
        &with_attribute(33, &value),
        &[
            "Secure_Path",
            "pCount: 2",
            "AS: 65000",
            "Signature_Block",
            "Signature: 0102",
        ],
    );
    says(
        &with_attribute(16, &[0, 2, 0xfd, 0xe8, 0, 0, 0, 1]),
        &["Item: rt:65000:1", "Type: 0x00, transitive", "Subtype: 02"],
    );
}

/// RFC 8277 §2.2, RFC 4364 §4.3.4, RFC 7432 §7.2, RFC 8955 §4, RFC 4684 §4, RFC 4761 §3.2.2.
#[test]
fn routes_field_by_field() {
    let rd = [0, 0, 0xfd, 0xe8, 0, 0, 0, 7];
    let vpn = [&[112, 0, 1, 1][..], &rd, &[203, 0, 113]].concat();
    let mut vpn = announcing(1, 128, &vpn);
    // The next hop of a VPN has a distinguisher: RFC 4364 §4.3.2.
    let at = vpn.len() - 15 - 6;
    vpn.splice(at..at + 1, [12, 0, 0, 0, 0, 0, 0, 0, 0]);
    for at in [17, 22, 25] {
        vpn[at] += 8;
    }
    says(
        &vpn,
        &[
            "Route: 65000:7:203.0.113.0/24 label 16",
            "Length: 112",
            "Label: 16, traffic class 0, bottom of stack; as a VNI 257",
            "Route Distinguisher: 65000:7",
            "Prefix: 203.0.113.0/24",
        ],
    );
    let mut mac = vec![2, 33];
    mac.extend(rd);
    mac.extend([0; 10]);
    mac.extend([0, 0, 0, 5, 48, 2, 0, 0, 0, 0, 1, 0, 0, 1, 1]);
    says(
        &announcing(25, 70, &mac),
        &[
            "Route Type: 2 (MAC/IP Advertisement)",
            "Ethernet Tag ID: 5",
            "MAC Address: 02:00:00:00:00:01",
            "IP Address Length: 0",
            "Label 1: 16, traffic class 0, bottom of stack; as a VNI 257",
        ],
    );
    says(
        &announcing(1, 133, &[10, 1, 24, 203, 0, 113, 5, 0x03, 80, 0xc5, 90]),
        &[
            "Destination Prefix",
            "Prefix: 203.0.113.0/24",
            "Destination Port",
            "Test: >= 80",
            "Test: and <= 90",
        ],
    );
    says(
        &announcing(
            1,
            132,
            &[96, 0, 0, 0xfd, 0xe8, 0, 2, 0xfd, 0xe8, 0, 0, 0, 1],
        ),
        &["Origin AS: 65000", "Route Target: 0002fde800000001"],
    );
    let block = [&[0, 17][..], &rd, &[0, 5, 0, 1, 0, 8, 0, 1, 1]].concat();
    says(
        &announcing(25, 65, &block),
        &["VE ID: 5", "VE Block Offset: 1", "VE Block Size: 8"],
    );
}
