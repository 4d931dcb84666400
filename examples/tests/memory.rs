//! Memory comes back: a session that ended leaves nothing behind, whatever was said in it.
#![expect(
    clippy::unwrap_used,
    reason = "a test's helper functions may fail the test"
)]

use std::net::SocketAddr;
use std::time::Instant;

use bgp_session::{CloseCause, State};
use bgp_wire::{Asn, Capability, Family, MessageType, Open};
use examples::node::Speaker;
use examples::standalone;
use testkit::alloc::{CountingAllocator, count};
use testkit::wire::committed;

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator;

const KEEPALIVE: &[u8] =
    b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x00\x13\x04";

/// What the peer says first.
fn open() -> Vec<u8> {
    let open = Open {
        my_as: Asn(64_513),
        hold_time: 90,
        identifier: [192, 0, 2, 2].into(),
        capabilities: vec![
            Capability::MultiProtocol(Family::IPV4_UNICAST),
            Capability::MultiProtocol(Family::IPV6_UNICAST),
            Capability::FourOctetAs(Asn(64_513)),
        ],
    };
    let mut bytes = vec![0; 4096];
    let length = open.encode(&mut bytes).unwrap();
    bytes.truncate(length);
    bytes
}

/// A peer connects, brings the session up, says this, and is gone.
fn visit(speaker: &mut Speaker, now: Instant, message: &[u8]) {
    let local: SocketAddr = ([192, 0, 2, 1], 179).into();
    let remote: SocketAddr = ([192, 0, 2, 2], 40_000).into();
    let socket = speaker.accept(now, local, remote).unwrap();
    speaker.received(now, socket, &open());
    speaker.received(now, socket, KEEPALIVE);
    let session = speaker.peerings().next().unwrap().session();
    assert_eq!(session.state(), State::Established);
    speaker.received(now, socket, message);
    while let Some(socket) = speaker.next_output(now) {
        let count = speaker.transmit(socket).unwrap().len();
        speaker.transmitted(now, socket, count);
    }
    speaker.closed(now, socket, CloseCause::EndOfStream);
    while speaker.next_notice().is_some() || speaker.next_request().is_some() {}
}

/// Every message, and what is left of it when it is cut off or broken.
fn round(speaker: &mut Speaker, now: &mut Instant) {
    for (_, message) in committed().filter(|(_, message)| !is_open(message)) {
        let mut broken = message.clone();
        if let Some(octet) = broken.get_mut(25) {
            *octet ^= 0x40;
        }
        for message in [&message[..], &message[..message.len() / 2], &broken] {
            // Whoever has failed is not listened to for a while.
            *now += std::time::Duration::from_secs(3600);
            speaker.timeout(*now);
            visit(speaker, *now, message);
        }
    }
}

fn is_open(message: &[u8]) -> bool {
    message.get(18) == Some(&MessageType::Open.code())
}

#[test]
#[expect(clippy::disallowed_methods, reason = "the base instant of a test")]
fn sessions_that_ended_leave_nothing() {
    let text = "as = 64512\nrouter-id = \"192.0.2.1\"\naddresses = [\"192.0.2.1\"]\n[[peer]]\n\
                address = \"192.0.2.2\"\nas = 64513\npassive = true\nimport = \"accept\"\n\
                export = \"accept\"\nfamilies = [\"ipv4 unicast\", \"ipv6 unicast\"]\n";
    let plan = standalone::plan(text).unwrap();
    let mut now = Instant::now();
    let mut speaker = Speaker::new(plan).unwrap();
    speaker.start(now);
    // Tables grow to the size that one round needs.
    round(&mut speaker, &mut now);
    round(&mut speaker, &mut now);
    let ((), counts) = count(|| {
        for _ in 0..3 {
            round(&mut speaker, &mut now);
        }
    });
    assert!(counts.allocations > 1000);
    assert_eq!(counts.held, 0, "{counts:?}");
}
