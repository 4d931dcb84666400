//! Our end: the program `speaker`, as its users run it.

use std::io::{Read as _, Write as _};
use std::net::{IpAddr, Shutdown};
use std::os::unix::net::UnixStream;
use std::path::PathBuf;

use ipnet::IpNet;
use serde_json::Value;
use testkit::netns::routers::Held;
use testkit::netns::{Daemon, Namespace, Scratch, wait_for};

use super::scene::LIMIT;

/// A running speaker.
pub(super) struct Ours<'ns> {
    daemon: Daemon<'ns>,
    socket: PathBuf,
}

impl<'ns> Ours<'ns> {
    /// Starts one that a file describes, with more words on its command line.
    pub(super) fn start(
        namespace: &'ns Namespace,
        scratch: &Scratch,
        name: &str,
        config: &str,
        more: &[&str],
    ) -> Self {
        let file = scratch.write(&format!("{name}.toml"), config).unwrap();
        let socket = scratch.path().join(format!("{name}.sock"));
        let arguments = [
            "run",
            "--config",
            &file.to_string_lossy(),
            "--socket",
            &socket.to_string_lossy(),
        ];
        let arguments = [&arguments, more].concat();
        let program = env!("CARGO_BIN_EXE_speaker");
        let daemon = Daemon::start(namespace, scratch, name, program, &arguments).unwrap();
        let ours = Self { daemon, socket };
        // By then it listens.
        wait_for("our speaker to answer", LIMIT, || ours.ask("status\n"));
        ours
    }

    /// Asks it to end, which it tells its peers.
    pub(super) fn stop(&self) {
        self.daemon.terminate().unwrap();
    }

    /// Asks it to end so that its peers keep its routes.
    pub(super) fn leave_for_a_restart(&self) {
        self.daemon.signal("USR1").unwrap();
    }

    /// What it has printed.
    pub(super) fn log(&self) -> String {
        self.daemon.log()
    }

    fn ask(&self, question: &str) -> Result<Value, String> {
        let text = self.answer(question)?;
        serde_json::from_str(&text).map_err(|error| format!("{error}: {text}"))
    }

    fn answer(&self, question: &str) -> Result<String, String> {
        let mut text = String::new();
        UnixStream::connect(&self.socket)
            .and_then(|mut socket| {
                socket.write_all(question.as_bytes())?;
                socket.shutdown(Shutdown::Write)?;
                socket.read_to_string(&mut text)
            })
            .map_err(|error| error.to_string())?;
        Ok(text)
    }

    /// Has it ask this peer for its routes again.
    pub(super) fn refresh(&self, peer: IpAddr) {
        let answer = self.ask(&format!("refresh {peer}\n")).unwrap();
        assert!(answer["error"].is_null(), "{answer}");
    }

    /// The sum of the counters whose line has this.
    pub(super) fn metric(&self, part: &str) -> u64 {
        let text = self.answer("metrics\n").unwrap();
        let lines = text.lines().filter(|line| line.contains(part));
        let values = lines.filter_map(|line| line.rsplit(' ').next()?.parse::<u64>().ok());
        values.sum()
    }

    /// How many messages it has counted, `received` or `sent`.
    pub(super) fn messages(&self, direction: &str, kind: &str) -> u64 {
        self.metric(&format!("direction=\"{direction}\",type=\"{kind}\""))
    }

    /// What it says of the session with this peer.
    pub(super) fn session(&self, peer: IpAddr) -> Result<Value, String> {
        let status = self.ask("status\n")?;
        let sessions = status["sessions"].as_array().ok_or("no sessions")?;
        let mut of_peer = sessions.iter().filter(|session| {
            let remote = session["remote"].as_str();
            remote.and_then(|it| it.parse().ok()).map(address) == Some(peer)
        });
        of_peer.next().cloned().ok_or_else(|| status.to_string())
    }

    /// Whether the session with this peer is Established.
    pub(super) fn is_established(&self, peer: IpAddr) -> Result<bool, String> {
        Ok(self.session(peer)?["state"] == "Established")
    }

    /// The paths to a destination that this peer has sent, each with whether it is stale.
    pub(super) fn held(&self, prefix: IpNet, peer: IpAddr) -> Result<Vec<(Held, bool)>, String> {
        let answer = self.ask(&format!("routes {prefix}\n"))?;
        let routes = answer["routes"].as_array().ok_or("no routes")?;
        let from = peer.to_string();
        let of_peer = routes.iter().filter(|it| it["from"] == from.as_str());
        Ok(of_peer
            .filter_map(|route| Some((path(route)?, route["stale"] == true)))
            .collect())
    }
}

fn address(socket: std::net::SocketAddr) -> IpAddr {
    socket.ip()
}

fn path(route: &Value) -> Option<Held> {
    let texts = |field: &str| {
        let texts = route[field].as_array().into_iter().flatten();
        texts
            .filter_map(|it| it.as_str().map(str::to_owned))
            .collect::<Vec<_>>()
    };
    let as_path = route["asPath"].as_str()?;
    Some(Held {
        next_hop: route["nextHop"].as_str()?.parse().ok()?,
        as_path: as_path
            .split_whitespace()
            .filter_map(|asn| asn.parse().ok())
            .collect(),
        communities: texts("communities"),
        large_communities: texts("largeCommunities"),
        extended_communities: texts("extendedCommunities"),
        originator: route["originatorId"]
            .as_str()
            .and_then(|id| id.parse().ok()),
        cluster_list: texts("clusterList")
            .iter()
            .filter_map(|id| id.parse().ok())
            .collect(),
    })
}
