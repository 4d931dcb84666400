//! A running speaker, asked from outside: two of them in a mesh on the loopback network.

use std::collections::HashMap;
use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, Shutdown, TcpListener, TcpStream};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use bgp_wire::bmp::{BmpMessage, BmpReader, PeerKey, PeerSession};
use serde_json::Value;
use testkit::netns::wait_for;

pub(crate) const LIMIT: Duration = Duration::from_secs(30);

/// Two nodes with a block each.
fn manifests(port: u16) -> String {
    let node = |name: &str, address: &str, block: &str| {
        format!(
            "---
apiVersion: projectcalico.org/v3
kind: Node
metadata: {{name: {name}}}
spec: {{bgp: {{ipv4Address: {address}/8}}}}
---
apiVersion: projectcalico.org/v3
kind: BlockAffinity
metadata: {{name: {name}}}
spec: {{cidr: {block}, node: {name}, state: confirmed, deleted: false}}
"
        )
    };
    format!(
        "apiVersion: projectcalico.org/v3
kind: BGPConfiguration
metadata: {{name: default}}
spec: {{listenPort: {port}, bindMode: NodeIP}}
{}{}",
        node("one", "127.0.0.21", "192.168.1.0/26"),
        node("two", "127.0.0.22", "192.168.2.0/26"),
    )
}

/// A speaker that is killed with the test.
pub(crate) struct Speaker {
    child: Child,
    socket: PathBuf,
}

impl Speaker {
    pub(crate) fn start(directory: &Path, name: &str) -> Self {
        Self::start_with(directory, name, &[])
    }

    /// One that the file of its name describes.
    pub(crate) fn configured_with(directory: &Path, name: &str, options: &[&str]) -> Self {
        let socket = directory.join(format!("{name}.sock"));
        let child = Self::command(&["run", "--config"])
            .arg(directory.join(format!("{name}.toml")))
            .args(options)
            .arg("--socket")
            .arg(&socket)
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        Self { child, socket }
    }

    /// The program with these arguments.
    pub(crate) fn command(arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_speaker"));
        command.args(arguments);
        command
    }

    /// Whether it can be asked.
    pub(crate) fn is_there(&self) -> bool {
        UnixStream::connect(&self.socket).is_ok()
    }

    fn start_with(directory: &Path, name: &str, options: &[&str]) -> Self {
        let socket = directory.join(format!("{name}.sock"));
        let child = Self::command(&["run", "--node", name])
            .args(options)
            .arg("--manifests")
            .arg(directory.join("manifests"))
            .arg("--socket")
            .arg(&socket)
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        Self { child, socket }
    }

    /// What the program prints when it asks.
    pub(crate) fn ask(&self, question: &[&str]) -> String {
        let output = Self::command(question)
            .arg("--socket")
            .arg(&self.socket)
            .output()
            .unwrap();
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{question:?}: {errors}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// What the socket says to these octets.
    pub(crate) fn say(&self, octets: &[u8]) -> String {
        let mut stream = UnixStream::connect(&self.socket).unwrap();
        stream.write_all(octets).unwrap();
        stream.shutdown(Shutdown::Write).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }
}

impl Speaker {
    /// Sends it a signal.
    pub(crate) fn signal(&self, signal: &str) {
        // The shell's own `kill`: no package is needed for it.
        let script = format!("kill -{signal} {}", self.child.id());
        let killed = Command::new("sh").args(["-c", &script]).status().unwrap();
        assert!(killed.success());
    }

    /// Ends it as an init system would.
    pub(crate) fn terminate(mut self) {
        self.signal("TERM");
        assert!(self.child.wait().unwrap().success());
    }
}

impl Drop for Speaker {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn words(line: &str) -> Vec<&str> {
    line.split_whitespace().collect()
}

/// A directory with the manifests of a mesh on a free port.
pub(crate) fn cluster(name: &str) -> PathBuf {
    let directory = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&directory);
    fs::create_dir_all(directory.join("manifests")).unwrap();
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    fs::write(directory.join("manifests/cluster.yaml"), manifests(port)).unwrap();
    directory
}

/// Waits until each has the other's route.
pub(crate) fn wait_for_routes(speakers: [&Speaker; 2]) {
    wait_for("both to have both routes", LIMIT, || {
        for speaker in speakers {
            if !speaker.socket.exists() {
                return Err("no socket yet".to_owned());
            }
            let text = speaker.ask(&["routes"]);
            if text.lines().count() != 3 {
                return Err(text);
            }
        }
        Ok(())
    });
}

#[test]
fn a_running_speaker_answers() {
    let directory = cluster("speaker");
    let (one, two) = (
        Speaker::start(&directory, "one"),
        Speaker::start(&directory, "two"),
    );
    wait_for_routes([&one, &two]);
    let text = one.ask(&["status"]);
    let session = words(text.lines().nth(1).unwrap());
    assert_eq!(
        session[..3],
        ["127.0.0.22", "64512", "Established"],
        "{text}"
    );
    assert_eq!(session[4..6], ["1", "1"], "{text}");

    let text = one.ask(&["routes", "192.168.2.7"]);
    let route = words(text.lines().nth(1).unwrap());
    assert_eq!(
        route[..4],
        ["*", "192.168.2.0/26", "127.0.0.22", "127.0.0.22"],
        "{text}"
    );
    let explained = one.ask(&["explain", "192.168.2.0/26"]);
    assert_eq!(
        explained,
        "192.168.2.0/26 from 127.0.0.22: best, no rival\n"
    );
    assert_eq!(
        one.ask(&["explain", "203.0.113.0/24"]),
        "there is no route\n"
    );

    counters(&one);

    let json: Value = serde_json::from_str(&one.ask(&["status", "--json"])).unwrap();
    assert_eq!(json["sessions"][0]["sent"], 1);
    // Whoever says nothing is told everything, and nonsense is no accident.
    let all: Value = serde_json::from_str(&one.say(b"")).unwrap();
    assert_eq!(all["routes"].as_array().unwrap().len(), 2);
    for nonsense in [
        &b"tea\n"[..],
        b"explain\n",
        b"routes 1.2.3\n",
        &[0xff; 4096],
    ] {
        let answer: Value = serde_json::from_str(&one.say(nonsense)).unwrap();
        assert!(answer["error"].as_str().unwrap().starts_with("expected"));
    }

    drop(two);
    wait_for("one to say why the session ended", LIMIT, || {
        let text = one.ask(&["status"]);
        match text.lines().count() {
            3 => Ok(()),
            _ => Err(text),
        }
    });
}

/// In the text format of Prometheus.
fn counters(one: &Speaker) {
    let metrics = one.ask(&["metrics"]);
    let has = |line: &str| metrics.lines().any(|it| it == line);
    let labels = metrics
        .lines()
        .find_map(|it| it.strip_prefix("bgp_session_up{"));
    let labels = labels.and_then(|it| it.strip_suffix("} 1")).unwrap();
    assert!(
        labels.ends_with("peer=\"127.0.0.22\",asn=\"64512\""),
        "{labels}"
    );
    assert!(has("bgp_loc_rib_routes 2"), "{metrics}");
    assert!(
        has(&format!("bgp_session_received_routes{{{labels}}} 1")),
        "{metrics}"
    );
    assert!(has("# TYPE bgp_session_flaps_total counter"), "{metrics}");
}

/// RFC 7854 §3.3: what a station is told that was there from the beginning, and one that
/// comes when the session is up.
#[test]
fn a_station_is_told_everything() {
    let directory = cluster("monitored");
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let one = Speaker::start_with(&directory, "one", &["--bmp", &address]);
    let (early, _) = listener.accept().unwrap();
    early.set_read_timeout(Some(LIMIT)).unwrap();
    let mut early = Station::new(early);
    early.expect("Initiation one: speaker");
    let two = Speaker::start(&directory, "two");
    wait_for_routes([&one, &two]);
    let peer = "127.0.0.22 AS 64512 Adj-RIB-In pre-policy";
    early.expect(&format!("Peer Up Notification {peer}: from 127.0.0.21"));
    early.expect("announces 192.168.2.0/26");
    early.expect("End-of-RIB ipv4 unicast");
    // The connection breaks, and the speaker makes another.
    drop(early);
    let (late, _) = listener.accept().unwrap();
    late.set_read_timeout(Some(LIMIT)).unwrap();
    let mut late = Station::new(late);
    late.expect("Initiation one: speaker");
    late.expect(&format!("Peer Up Notification {peer}: from 127.0.0.21"));
    late.expect("announces 192.168.2.0/26");
    late.expect("End-of-RIB ipv4 unicast");
    two.terminate();
    late.expect("Peer Down Notification");
    one.terminate();
    late.expect("Termination Session administratively closed");
    assert!(
        late.reader.next_frame().unwrap().is_none(),
        "closed behind it"
    );
}

/// A monitoring station.
struct Station {
    reader: BmpReader<TcpStream>,
    sessions: HashMap<PeerKey, PeerSession>,
    told: Vec<String>,
}

impl Station {
    fn new(stream: TcpStream) -> Self {
        Self {
            reader: BmpReader::new(stream),
            sessions: HashMap::new(),
            told: Vec::new(),
        }
    }

    /// Reads up to a message that begins with this text.
    fn expect(&mut self, beginning: &str) {
        loop {
            let frame = self.reader.next_frame();
            assert!(
                matches!(frame, Ok(Some(_))),
                "no {beginning:?}, but {:?}: {frame:?}",
                self.told
            );
            let frame = frame.unwrap().unwrap();
            let text = say(&frame.decode().unwrap(), &mut self.sessions);
            self.told.push(text.clone());
            if text.starts_with(beginning) {
                return;
            }
        }
    }
}

fn say(message: &BmpMessage<'_>, sessions: &mut HashMap<PeerKey, PeerSession>) -> String {
    if let BmpMessage::PeerUp(up) = message {
        sessions.insert(up.peer.key(), up.session().unwrap());
    } else if let BmpMessage::RouteMonitoring(routes) = message {
        let update = routes.scan(sessions.get(&routes.peer.key())).unwrap();
        assert!(!update.has_findings(), "{:?}", update.findings());
        if let Some(family) = update.end_of_rib() {
            return format!("End-of-RIB {family}");
        }
        let prefixes = update.reachable().map(|nlri| nlri.to_string());
        return format!("announces {}", prefixes.collect::<Vec<_>>().join(" "));
    }
    message.to_string()
}

#[test]
fn a_question_that_cannot_be_asked() {
    for (arguments, error) in [
        (&["status"][..], "--socket SOCKET is missing"),
        (&["tea", "--socket", "x"], "expected run, status"),
        (&["explain", "--socket", "x"], "expected status, routes"),
        (
            &["routes", "1.2.3", "--socket", "x"],
            "a prefix or an address",
        ),
        (
            &["status", "--socket", "/nowhere/x"],
            "/nowhere/x: No such file",
        ),
        (&[], "a command is missing"),
    ] {
        let output = Speaker::command(arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(text.contains(error), "{arguments:?}: {text}");
    }
}
