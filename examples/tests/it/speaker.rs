//! A running speaker, asked from outside: two of them in a mesh on the loopback network.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, Shutdown, TcpListener};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::Value;
use testkit::netns::wait_for;

const LIMIT: Duration = Duration::from_secs(30);

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
struct Speaker {
    child: Child,
    socket: PathBuf,
}

impl Speaker {
    fn start(directory: &Path, name: &str) -> Self {
        let socket = directory.join(format!("{name}.sock"));
        let child = Command::new(env!("CARGO_BIN_EXE_speaker"))
            .args(["run", "--node", name, "--manifests"])
            .arg(directory.join("manifests"))
            .arg("--socket")
            .arg(&socket)
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        Self { child, socket }
    }

    /// What the program prints when it asks.
    fn ask(&self, question: &[&str]) -> String {
        let output = Command::new(env!("CARGO_BIN_EXE_speaker"))
            .args(question)
            .arg("--socket")
            .arg(&self.socket)
            .output()
            .unwrap();
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{question:?}: {errors}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// What the socket says to these octets.
    fn say(&self, octets: &[u8]) -> String {
        let mut stream = UnixStream::connect(&self.socket).unwrap();
        stream.write_all(octets).unwrap();
        stream.shutdown(Shutdown::Write).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
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

/// Both speakers, once each has the other's route.
fn mesh(name: &str) -> (Speaker, Speaker) {
    let directory = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&directory);
    fs::create_dir_all(directory.join("manifests")).unwrap();
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    fs::write(directory.join("manifests/cluster.yaml"), manifests(port)).unwrap();
    let (one, two) = (
        Speaker::start(&directory, "one"),
        Speaker::start(&directory, "two"),
    );
    wait_for("both to have both routes", LIMIT, || {
        for speaker in [&one, &two] {
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
    (one, two)
}

#[test]
fn a_running_speaker_answers() {
    let (one, two) = mesh("speaker");
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
        let output = Command::new(env!("CARGO_BIN_EXE_speaker"))
            .args(arguments)
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(text.contains(error), "{arguments:?}: {text}");
    }
}
