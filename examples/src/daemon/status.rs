//! The state of a speaker as JSON, on request over a local socket: connect, and read
//! until the end.

use std::path::Path;

use bgp_rib::RouteInfo;
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt as _;
use tokio::net::UnixListener;
use tokio::sync::{mpsc, oneshot};

use super::run::Input;
use crate::node::{Peering, Speaker};

/// A route with what operators look for.
pub(super) fn route(route: &RouteInfo) -> Value {
    let attributes = &route.attributes;
    json!({
        "prefix": route.prefix,
        "from": route.source.to_string(),
        "nextHop": attributes.next_hop.as_ref().map(|next_hop| next_hop.addr()),
        "asPath": attributes.as_path.to_string(),
        "origin": attributes.origin.to_string(),
        "localPref": attributes.local_pref,
        "med": attributes.med,
        "originatorId": attributes.originator_id,
        "clusterList": attributes.cluster_list,
        "communities": attributes.communities.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "pathId": route.path_id,
        "stale": route.stale,
    })
}

fn session(speaker: &Speaker, peering: &Peering) -> Value {
    let session = peering.session();
    let counters = session.counters();
    let (routes, stale) = speaker
        .rib()
        .route_counts(peering.peer())
        .unwrap_or_default();
    json!({
        "name": peering.plan.name,
        "remote": peering.plan.session.remote,
        "state": session.state().to_string(),
        "holdTime": session.negotiated().map(|negotiated| negotiated.hold_time),
        "peerIdentifier": session.negotiated().map(|negotiated| negotiated.peer.identifier),
        "client": peering.plan.peer.route_reflector_client,
        "received": routes,
        "stale": stale,
        "messagesIn": counters.received.messages(),
        "messagesOut": counters.sent.messages(),
        "lastError": counters.last_error.as_ref().map(|(_, reason)| reason.to_string()),
    })
}

/// Sessions and best routes.
pub(super) fn document(speaker: &Speaker) -> String {
    let sessions: Vec<Value> = speaker
        .peerings()
        .iter()
        .map(|peering| session(speaker, peering))
        .collect();
    let routes: Vec<Value> = speaker.rib().loc_rib().map(|info| route(&info)).collect();
    format!(
        "{:#}\n",
        json!({"node": speaker.name(), "sessions": sessions, "routes": routes})
    )
}

/// Answers whoever connects, for ever.
pub(super) async fn serve(listener: UnixListener, inputs: mpsc::Sender<Input>) {
    while let Ok((mut stream, _)) = listener.accept().await {
        let inputs = inputs.clone();
        tokio::spawn(async move {
            let (reply, document) = oneshot::channel();
            if inputs.send(Input::Status(reply)).await.is_ok()
                && let Ok(document) = document.await
            {
                // A reader that went away is no failure.
                let _ = stream.write_all(document.as_bytes()).await;
            }
        });
    }
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
