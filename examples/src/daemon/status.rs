//! The state of a speaker as JSON, on request over a local socket.

use std::path::Path;
use std::time::{Duration, Instant};

use bgp_rib::{RouteInfo, Standing};
use ipnet::IpNet;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::{mpsc, oneshot};

use super::Question;
use super::run::Input;
use crate::node::{Peering, Speaker};

/// Who sends nothing has asked for everything.
const PATIENCE: Duration = Duration::from_millis(200);
/// No question is longer.
const LONGEST: usize = 256;
/// Nobody is listened to for longer.
const MOST_READS: usize = 64;

/// A route with what operators look for.
pub(super) fn route(route: &RouteInfo) -> Value {
    let attributes = &route.attributes;
    json!({
        "prefix": route.destination.to_string(),
        "from": route.source.to_string(),
        "nextHop": attributes.next_hop.as_ref().map(|next_hop| next_hop.addr()),
        "asPath": attributes.as_path.to_string(),
        "origin": attributes.origin.to_string(),
        "localPref": attributes.local_pref,
        "med": attributes.med,
        "originatorId": attributes.originator_id,
        "clusterList": attributes.cluster_list,
        "communities": texts(&attributes.communities),
        "largeCommunities": texts(&attributes.large_communities),
        "extendedCommunities": texts(&attributes.extended_communities),
        "pathId": route.path_id,
        "stale": route.stale,
    })
}

fn texts<T: ToString>(values: &[T]) -> Vec<String> {
    values.iter().map(ToString::to_string).collect()
}

fn session(speaker: &Speaker, peering: &Peering, now: Instant) -> Value {
    let session = peering.session();
    let counters = session.counters();
    let (routes, stale) = speaker
        .rib()
        .route_counts(peering.peer())
        .unwrap_or_default();
    let since = |at: Instant| now.saturating_duration_since(at).as_secs();
    let negotiated = session.negotiated();
    json!({
        "name": peering.plan.name,
        "remote": peering.plan.session.remote,
        "peerAs": asn(peering),
        "state": session.state().to_string(),
        "uptime": counters.established_since.map(since),
        "holdTime": negotiated.map(|negotiated| negotiated.hold_time),
        "peerIdentifier": negotiated.map(|negotiated| negotiated.peer.identifier),
        "client": peering.plan.peer.route_reflector_client,
        "received": routes,
        "stale": stale,
        "sent": speaker.rib().adj_rib_out(peering.peer()).len(),
        "messagesIn": counters.received.messages(),
        "messagesOut": counters.sent.messages(),
        "established": counters.established,
        "lastError": counters.last_error.as_ref().map(|(_, reason)| reason.to_string()),
        "lastErrorAge": counters.last_error.as_ref().map(|(at, _)| since(*at)),
    })
}

/// The peer's AS number: as configured, else as it said.
pub(super) fn asn(peering: &Peering) -> Option<u32> {
    let said = || {
        let negotiated = peering.session().negotiated();
        negotiated.map(|negotiated| negotiated.context.peer_as)
    };
    peering.plan.session.peer_as.or_else(said).map(|asn| asn.0)
}

/// All sessions.
pub(super) fn sessions(speaker: &Speaker, now: Instant) -> Value {
    let sessions = speaker.peerings();
    let sessions: Vec<Value> = sessions
        .map(|peering| session(speaker, peering, now))
        .collect();
    json!({"node": speaker.name(), "sessions": sessions})
}

/// All best routes.
pub(super) fn routes(speaker: &Speaker) -> Value {
    let routes: Vec<Value> = speaker.rib().loc_rib().map(|info| route(&info)).collect();
    json!({"node": speaker.name(), "routes": routes})
}

/// Sessions and best routes.
pub(super) fn everything(speaker: &Speaker, now: Instant) -> Value {
    let mut document = sessions(speaker, now);
    if let (Some(all), Some(routes)) = (
        document.as_object_mut(),
        routes(speaker).get_mut("routes").map(Value::take),
    ) {
        all.insert("routes".to_owned(), routes);
    }
    document
}

/// Every route of a prefix, the best one marked.
pub(super) fn candidates(speaker: &Speaker, prefix: IpNet) -> Value {
    let explained = speaker.rib().explain(prefix);
    let routes = explained.routes.iter().map(|judged| {
        let mut value = route(&judged.route);
        if let Some(fields) = value.as_object_mut() {
            let best = matches!(judged.outcome, Ok(Standing::Best { .. }));
            fields.insert("best".to_owned(), best.into());
        }
        value
    });
    json!({"prefix": prefix, "routes": routes.collect::<Vec<_>>()})
}

/// Why the best route of a prefix is the best: a line for each route.
pub(super) fn explanation(speaker: &Speaker, prefix: IpNet) -> Value {
    let explained = speaker.rib().explain(prefix).to_string();
    json!({"prefix": prefix, "routes": explained.lines().collect::<Vec<_>>()})
}

/// Answers whoever connects, for ever.
pub(super) async fn serve(listener: UnixListener, inputs: mpsc::Sender<Input>) {
    while let Ok((stream, _)) = listener.accept().await {
        tokio::spawn(answer(stream, inputs.clone()));
    }
}

async fn answer(mut stream: UnixStream, inputs: mpsc::Sender<Input>) {
    let text = match asked(&mut stream).await.parse::<Question>() {
        Ok(question) => {
            let (reply, answer) = oneshot::channel();
            if inputs.send(Input::Asked(question, reply)).await.is_err() {
                return;
            }
            match answer.await {
                Ok(text) => text,
                Err(_) => return,
            }
        }
        Err(error) => format!("{:#}\n", json!({"error": error.to_string()})),
    };
    // A reader that went away is no failure.
    let _ = stream.write_all(text.as_bytes()).await;
}

/// The first line that comes, as far as it comes in time. What is too long for a question
/// is read all the same: a socket that is closed with octets unread breaks the answer off.
async fn asked(stream: &mut UnixStream) -> String {
    let mut line = Vec::new();
    let mut buffer = [0; 1024];
    for _ in 0..MOST_READS {
        let read = match tokio::time::timeout(PATIENCE, stream.read(&mut buffer)).await {
            Ok(Ok(count @ 1..)) => buffer.get(..count).unwrap_or_default(),
            Ok(Ok(0) | Err(_)) | Err(_) => break,
        };
        if line.len() < LONGEST {
            line.extend(read);
        }
        if read.contains(&b'\n') {
            break;
        }
    }
    let first = line.split(|octet| *octet == b'\n').next();
    String::from_utf8_lossy(first.unwrap_or_default()).into_owned()
}

/// Listens at `path`, in the place of a socket that an earlier run left there.
pub(super) fn bind(path: &Path) -> std::io::Result<UnixListener> {
    use std::os::unix::fs::FileTypeExt as _;
    let left = std::fs::symlink_metadata(path);
    if left.is_ok_and(|metadata| metadata.file_type().is_socket()) {
        std::fs::remove_file(path)?;
    }
    UnixListener::bind(path)
}
