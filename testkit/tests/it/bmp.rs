//! What real routers told real stations (Cisco, Huawei, 6WIND with FRR), through
//! `bgp_wire::bmp`: as many messages of each type as another reader found, each written as it
//! was read, and the UPDATEs in them readable by what their Peer Ups say.

use std::collections::{BTreeMap, HashMap};
use std::fs;

use bgp_wire::bmp::{
    BmpErrorKind, BmpFrame, BmpFrames, BmpMessage, BmpMessageType, PeerKey, PeerSession,
};
use bgp_wire::{Context, FamilySet, UpdateView};
use serde_json::Value;
use testkit::shared;
use testkit::wire::{bmp_laws, bmp_streams, dissection_laws};

/// What became of the messages.
#[derive(Debug, Default)]
struct Counts {
    messages: usize,
    identical: usize,
    updates: usize,
    /// UPDATEs with path identifiers, of a peer whose Peer Up was not captured.
    path_ids: usize,
    /// UPDATEs in which something is wrong.
    odd: usize,
    /// Of the version that is a draft.
    version_4: usize,
}

#[test]
fn captures_hold_what_another_reader_counted() {
    let Some(root) = shared::path("data/mrt") else {
        return shared::skip_message();
    };
    let index = fs::read_to_string(root.join("index.json")).unwrap();
    let index: Vec<Value> = serde_json::from_str(&index).unwrap();
    let mut theirs: BTreeMap<&str, &Value> = BTreeMap::new();
    for entry in &index {
        if let Some(file) = entry["file"]
            .as_str()
            .unwrap()
            .strip_prefix("pcap-netgauze/")
        {
            theirs.insert(file, &entry["bmp"]);
        }
    }
    let mut ours: BTreeMap<String, BTreeMap<&str, u64>> = BTreeMap::new();
    let mut counts = Counts::default();
    for (file, stream) in bmp_streams() {
        let types = ours.entry(file.clone()).or_default();
        let mut sessions = HashMap::new();
        for frame in BmpFrames::new(&stream) {
            let frame = match frame {
                Ok(frame) => frame,
                // Captures end where they end.
                Err(error) => {
                    assert_eq!(error.kind, BmpErrorKind::Torn, "{file}");
                    println!("{file}: {error} of {}", stream.len());
                    break;
                }
            };
            *types.entry(name(frame.message_type)).or_default() += 1;
            judge(&file, &frame, &mut sessions, &mut counts);
        }
        bmp_laws(&stream);
        dissection_laws(&stream);
    }
    println!("{} captures, {counts:?}", ours.len());
    for (file, types) in &ours {
        assert_eq!(
            serde_json::to_value(types).unwrap(),
            *theirs[file.as_str()],
            "{file}"
        );
    }
    assert_eq!(ours.len(), 24);
    assert_eq!(
        (counts.messages, counts.identical, counts.version_4),
        (14_916, 14_866, 50)
    );
    // Without a Peer Up nothing says that there are path identifiers. What else is wrong: 38
    // IPv6 next hops without the distinguisher of their family, 7 AS_PATHs of two octets
    // where the flags say four, 2 prefixes with bits set behind their length.
    assert_eq!(
        (counts.updates, counts.path_ids, counts.odd),
        (10_477, 196, 47)
    );
}

fn judge(
    file: &str,
    frame: &BmpFrame<'_>,
    sessions: &mut HashMap<PeerKey, PeerSession>,
    counts: &mut Counts,
) {
    counts.messages += 1;
    let message = match frame.decode() {
        Ok(message) => message,
        Err(error) => {
            assert_eq!(error.kind, BmpErrorKind::Version(4), "{file}: {error}");
            counts.version_4 += 1;
            return;
        }
    };
    let mut out = Vec::new();
    message.encode_to(&mut out).unwrap();
    assert_eq!(out, frame.bytes, "{file}: {message:?}");
    counts.identical += 1;
    if let BmpMessage::PeerUp(up) = message {
        sessions.insert(up.peer.key(), up.session().unwrap());
    } else if let BmpMessage::RouteMonitoring(routes) = message {
        counts.updates += 1;
        let session = sessions.get(&routes.peer.key());
        let mut context = routes.context(session);
        let is_fine = |context: Context| {
            let update = UpdateView::scan(routes.update, &context);
            update.is_ok_and(|update| update.findings().is_empty())
        };
        if is_fine(context) {
            return;
        }
        context.add_path_receive = FamilySet::all();
        match session.is_none() && is_fine(context) {
            true => counts.path_ids += 1,
            false => counts.odd += 1,
        }
    }
}

/// As the index calls it.
fn name(message_type: BmpMessageType) -> &'static str {
    match message_type {
        BmpMessageType::ROUTE_MONITORING => "route-monitoring",
        BmpMessageType::STATISTICS_REPORT => "stats",
        BmpMessageType::PEER_DOWN => "peer-down",
        BmpMessageType::PEER_UP => "peer-up",
        BmpMessageType::INITIATION => "initiation",
        _ => "other",
    }
}
