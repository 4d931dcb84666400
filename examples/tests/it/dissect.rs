//! `dissect`, run as a program.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;

use bgp_wire::mrt::{Bgp4mp, Body, Ends};
use bgp_wire::{Asn, keepalive};
use etherparse::PacketBuilder;
use pcap_file::DataLink;
use pcap_file::pcap::{PcapHeader, PcapPacket, PcapReader, PcapWriter};
use serde_json::Value;
use testkit::shared;

/// Exit status, standard output and standard error.
fn run(arguments: &[&str], input: &[u8]) -> (i32, String, String) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_dissect"))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A program that reads no input has closed it.
    let _ = child.stdin.take().unwrap().write_all(input);
    let output = child.wait_with_output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (
        output.status.code().unwrap(),
        text(output.stdout),
        text(output.stderr),
    )
}

fn file(name: &str, octets: &[u8]) -> String {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::write(&path, octets).unwrap();
    path.display().to_string()
}

fn message(kind: u8, body: &[u8]) -> Vec<u8> {
    let mut message = vec![0xff; 16];
    message.extend((19 + body.len() as u16).to_be_bytes());
    message.push(kind);
    message.extend(body);
    message
}

/// An OPEN of AS 65001, which offers four octets for AS numbers or does not.
fn open(four_octet_as: bool) -> Vec<u8> {
    let mut body = vec![4, 0xfd, 0xe9, 0, 90, 192, 0, 2, 1];
    match four_octet_as {
        true => body.extend([8, 2, 6, 65, 4, 0, 0, 0xfd, 0xe9]),
        false => body.push(0),
    }
    message(1, &body)
}

/// 203.0.113.0/24 with the path 65001 in octets as given.
fn update(path: &[u8], origin: u8) -> Vec<u8> {
    let attributes = [
        &[0x40, 1, 1, origin, 0x40, 2, path.len() as u8],
        path,
        &[0x40, 3, 4, 192, 0, 2, 1],
    ]
    .concat();
    let mut body = vec![0, 0, 0, attributes.len() as u8];
    body.extend(attributes);
    body.extend([24, 203, 0, 113]);
    message(2, &body)
}

const TWO: [u8; 4] = [2, 1, 0xfd, 0xe9];
const FOUR: [u8; 6] = [2, 1, 0, 0, 0xfd, 0xe9];

fn keepalive_octets() -> Vec<u8> {
    let mut octets = vec![0; 19];
    keepalive(&mut octets).unwrap();
    octets
}

/// A segment of a session: whether it comes from 10.0.0.1, sequence number and payload.
type Segment<'a> = (bool, u32, &'a [u8]);

/// A capture on Ethernet, a packet a second.
fn captured(segments: &[Segment<'_>]) -> Vec<u8> {
    captured_on(179, segments)
}

/// The same on another port.
fn captured_on(port: u16, segments: &[Segment<'_>]) -> Vec<u8> {
    let mut writer = PcapWriter::new(Vec::new()).unwrap();
    for (index, (first, sequence, payload)) in segments.iter().enumerate() {
        let ([a, b], [source, target]) = match first {
            true => ([1, 2], [40_000, port]),
            false => ([2, 1], [port, 40_000]),
        };
        let builder = PacketBuilder::ethernet2([2, 0, 0, 0, 0, a], [2, 0, 0, 0, 0, b])
            .ipv4([10, 0, 0, a], [10, 0, 0, b], 64)
            .tcp(source, target, *sequence, 1000);
        let mut packet = Vec::new();
        builder.write(&mut packet, payload).unwrap();
        let time = Duration::from_secs(1_700_000_000 + index as u64);
        let length = packet.len() as u32;
        writer
            .write_packet(&PcapPacket::new(time, length, &packet))
            .unwrap();
    }
    writer.into_writer()
}

#[test]
fn hex_digits_from_anywhere() {
    let keepalive = "ff".repeat(16) + "001304";
    let (code, text, _) = run(&[&keepalive], b"");
    assert_eq!(code, 0, "{text}");
    assert!(
        text.contains("KEEPALIVE") && text.contains("Length: 19"),
        "{text}"
    );
    let (code, text, _) = run(&["-"], keepalive.as_bytes());
    assert_eq!((code, text.lines().count()), (0, 5), "{text}");
    let path = file("update.hex", b"# nothing\nff");
    let (code, text, _) = run(&["--summary", &path], b"");
    assert_eq!(code, 1, "{text}");
    let (code, _, errors) = run(&["-"], b"no digits");
    assert_eq!(code, 2);
    assert!(errors.contains("line 1: 'n' is no hex digit"), "{errors}");
    let (code, _, errors) = run(&["--filter", "hello", "-"], b"");
    assert_eq!(code, 2);
    assert!(errors.contains("no type of BGP or BMP"), "{errors}");
}

/// Initiation with a name, and Termination for want of resources (RFC 7854 §4.3, §4.5).
const HELLO: &[u8] = b"\x03\0\0\0\x0e\x04\0\x02\0\x04r1.x";
const BYE: &[u8] = b"\x03\0\0\0\x0c\x05\0\x01\0\x02\0\x02";

#[test]
fn monitoring_is_read_from_anywhere() {
    let stream = [HELLO, BYE].concat();
    let digits: String = stream.iter().map(|octet| format!("{octet:02x}")).collect();
    let raw = file("stream.bmp", &stream);
    // Whatever the port, in segments that are no messages, and one that comes late.
    let segments = [
        (true, 100, &stream[..9]),
        (true, 117, &stream[17..]),
        (true, 109, &stream[9..17]),
    ];
    let capture = file("bmp.pcap", &captured_on(11_019, &segments));
    for input in [&digits, &raw, &capture] {
        let (code, text, errors) = run(&[input], b"");
        assert_eq!(code, 0, "{errors}");
        for line in [
            "Initiation",
            "Text: r1.x",
            "Termination",
            "Reason: Out of resources",
        ] {
            assert!(text.contains(line), "{text}");
        }
        let (_, text, _) = run(&["--summary", "--filter", "termination", input], b"");
        assert_eq!(text.lines().count(), 1, "{text}");
    }
    // What is behind a gap cannot be read, and is said.
    let segments = [(true, 100, HELLO), (true, 120, &BYE[2..])];
    let path = file("bmp-gap.pcap", &captured_on(1790, &segments));
    let (code, text, _) = run(&["--summary", &path], b"");
    assert_eq!(code, 1);
    assert!(text.contains("6 octets are missing"), "{text}");
    assert!(text.contains("session reset"), "{text}");
    // Other protocols are passed over.
    let path = file(
        "http.pcap",
        &captured_on(80, &[(true, 1, b"GET / HTTP/1.1")]),
    );
    assert_eq!(run(&[&path], b""), (0, String::new(), String::new()));
}

/// The same capture on another link, whose packets begin with these octets instead of
/// Ethernet's fourteen.
fn on_link(octets: &[u8], datalink: DataLink, head: &[u8]) -> Vec<u8> {
    let header = PcapHeader {
        datalink,
        ..PcapHeader::default()
    };
    let mut writer = PcapWriter::with_header(Vec::new(), header).unwrap();
    let mut reader = PcapReader::new(octets).unwrap();
    while let Some(packet) = reader.next_packet() {
        let packet = packet.unwrap();
        let data = [head, &packet.data[14..]].concat();
        let length = data.len() as u32;
        let packet = PcapPacket::new(packet.timestamp, length, &data);
        writer.write_packet(&packet).unwrap();
    }
    writer.into_writer()
}

#[test]
fn links_of_every_kind() {
    let ethernet = captured(&[(true, 100, &keepalive_octets())]);
    for (name, link, head) in [
        ("ppp", 9, &[0xff, 0x03, 0x00, 0x21][..]),
        ("ppp-short", 9, &[0x00, 0x21]),
        ("hdlc", 104, &[0x0f, 0x00, 0x08, 0x00]),
        ("raw", 101, &[]),
        ("loopback", 0, &[2, 0, 0, 0]),
    ] {
        let octets = on_link(&ethernet, DataLink::from(link), head);
        let (code, text, errors) =
            run(&["--summary", &file(&format!("{name}.pcap"), &octets)], b"");
        assert_eq!(
            (code, text.lines().count()),
            (0, 1),
            "{name}: {text}{errors}"
        );
    }
    let octets = on_link(&ethernet, DataLink::from(147), &[]);
    let (code, _, errors) = run(&[&file("unknown.pcap", &octets)], b"");
    assert_eq!(code, 2);
    assert!(errors.contains("link type"), "{errors}");
}

#[test]
fn a_fault_is_shown_where_it_is() {
    let path = file(
        "origin.bin",
        &[update(&FOUR, 9), keepalive_octets()].concat(),
    );
    let (code, text, _) = run(&["--only-findings", &path], b"");
    assert_eq!(code, 1);
    assert!(
        text.contains("treat-as-withdraw") && !text.contains("KEEPALIVE"),
        "{text}"
    );
    let (code, text, _) = run(&["--format", "json", "--filter", "keepalive", &path], b"");
    assert_eq!(code, 1, "what is not shown counts");
    let messages: Vec<Value> = serde_json::from_str(&text).unwrap();
    assert_eq!(messages.len(), 1);
    assert_eq!(messages[0]["message"]["name"], "KEEPALIVE");
}

/// Segments out of order, twice and in part twice, both directions: AS numbers are read by
/// the two OPENs.
#[test]
fn a_capture_is_put_together() {
    for (four_octet_as, path) in [(true, FOUR.as_slice()), (false, TWO.as_slice())] {
        let (open, update) = (open(four_octet_as), update(path, 0));
        let begin = u32::MAX - 10;
        let end = begin.wrapping_add(open.len() as u32);
        let (head, tail) = update.split_at(20);
        let overlap = [&head[15..], tail].concat();
        let octets = captured(&[
            (true, begin, &open),
            (false, 500, &open),
            (true, end.wrapping_add(15), &overlap),
            (true, end, head),
            (true, end, head),
        ]);
        let path = file(&format!("session-{four_octet_as}.pcap"), &octets);
        let (code, text, errors) = run(&["--summary", &path], b"");
        assert_eq!(code, 0, "{text}{errors}");
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 3, "{text}");
        assert!(lines[0].starts_with("1700000000.000000  10.0.0.1:40000 > 10.0.0.2:179  OPEN"));
        assert!(
            lines[1].contains("10.0.0.2:179 > 10.0.0.1:40000  OPEN"),
            "{text}"
        );
        assert!(lines[2].contains("UPDATE"), "{text}");
        // Against what the OPENs say, the path has the wrong width.
        let option = if four_octet_as { "--as2" } else { "--as4" };
        let (code, text, _) = run(&["--summary", option, "--filter", "update", &path], b"");
        assert_eq!(
            (code, text.lines().count()),
            (0, 1),
            "the OPENs decide: {text}"
        );
        // Nothing of it is on another port.
        let (code, text, _) = run(&["--port", "1790", &path], b"");
        assert_eq!((code, text.as_str()), (0, ""));
    }
}

#[test]
fn a_gap_is_told_and_what_follows_is_read() {
    let keepalive = keepalive_octets();
    let octets = captured(&[(true, 100, &keepalive), (true, 100 + 19 + 50, &keepalive)]);
    let (code, text, _) = run(&["--summary", &file("gap.pcap", &octets)], b"");
    assert_eq!(code, 1);
    assert!(
        text.contains("! 10.0.0.1:40000 > 10.0.0.2:179: 50 octets are missing"),
        "{text}"
    );
    assert_eq!(text.matches("KEEPALIVE").count(), 2, "{text}");
    // A capture that is cut off gives what is before the cut.
    let (code, text, errors) = run(&["--summary", "-"], &octets[..octets.len() - 3]);
    assert_eq!(code, 2);
    assert_eq!(text.matches("KEEPALIVE").count(), 1, "{text}");
    assert!(errors.contains("capture"), "{errors}");
}

#[test]
fn an_archive_says_how_it_reads() {
    let mut archive = Vec::new();
    for four_octet_as in [false, true] {
        let path = if four_octet_as { FOUR.as_slice() } else { &TWO };
        let message = update(path, 0);
        let ends = Ends {
            peer_as: Asn(65001),
            local_as: Asn(65000),
            four_octet_as,
            interface: 0,
            peer: [192, 0, 2, 1].into(),
            local: [192, 0, 2, 2].into(),
        };
        let said = Bgp4mp {
            ends,
            is_local: false,
            add_path: false,
            message: &message,
        };
        Body::Message(said).encode_record(1_700_000_000, Some(5), &mut archive);
    }
    let (code, text, _) = run(&["--summary", &file("updates.mrt", &archive)], b"");
    assert_eq!(code, 0, "{text}");
    assert_eq!(
        text.matches("1700000000.000005  192.0.2.1 > 192.0.2.2  UPDATE")
            .count(),
        2
    );
    // Torn: what is before the tear is told.
    let (code, text, errors) = run(&["--summary", "-"], &archive[..archive.len() - 1]);
    assert_eq!((code, text.lines().count()), (2, 1), "{text}");
    assert!(
        errors.contains("the archive ends within a record"),
        "{errors}"
    );
}

/// As many messages of each type as another reader found, in captures of whole sessions;
/// broken captures are read without an accident.
#[test]
fn real_captures_hold_what_another_reader_counted() {
    let Some(root) = shared::path("data/mrt") else {
        shared::skip_message();
        return;
    };
    let index = fs::read_to_string(root.join("index.json")).unwrap();
    let index: Vec<Value> = serde_json::from_str(&index).unwrap();
    let (mut bgp, mut bmp) = (0, 0);
    for entry in &index {
        let file = entry["file"].as_str().unwrap();
        let (Some(messages), told) = (entry["bgp"].as_object(), entry["bmp"].as_object()) else {
            continue;
        };
        let path = root.join(file).display().to_string();
        let (code, text, errors) = run(&["--format", "json", &path], b"");
        assert!((0..=2).contains(&code), "{file}: {errors}");
        // The others are single packets, or broken on purpose.
        if !file.starts_with("pcap-netgauze/") {
            continue;
        }
        let ours = counted(&serde_json::from_str::<Vec<Value>>(&text).unwrap());
        let theirs = messages.iter().chain(told.into_iter().flatten());
        let theirs: BTreeMap<String, u64> = theirs
            .map(|(name, count)| (name.clone(), count.as_u64().unwrap()))
            .collect();
        assert_eq!(ours, theirs, "{file}");
        bgp += usize::from(!messages.is_empty());
        bmp += usize::from(told.is_some_and(|it| !it.is_empty()));
    }
    assert_eq!((bgp, bmp), (13, 24));
}

/// Messages by type, as the index calls them.
fn counted(messages: &[Value]) -> BTreeMap<String, u64> {
    let mut counts = BTreeMap::new();
    for message in messages {
        let message = &message["message"];
        let name = message["name"].as_str().unwrap();
        // The other reader counts the first octets of UPDATEs too.
        if name != "UPDATE" && message.to_string().contains("the message is cut off after") {
            continue;
        }
        let name = match name.strip_suffix(" of version 4").unwrap_or(name) {
            "Route Monitoring" => "route-monitoring",
            "Statistics Report" => "stats",
            "Peer Down Notification" => "peer-down",
            "Peer Up Notification" => "peer-up",
            "Initiation" => "initiation",
            name => name,
        };
        *counts.entry(name.to_owned()).or_insert(0) += 1;
    }
    counts
}
