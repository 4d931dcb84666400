//! Speakers from files: what the file says is what their sessions do.

use std::fs;
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};

use serde_json::Value;
use testkit::netns::wait_for;

use crate::speaker::{LIMIT, Speaker};

/// A directory, and a port that nobody listens on.
pub(crate) fn directory(name: &str) -> (PathBuf, u16) {
    let directory = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&directory);
    fs::create_dir_all(&directory).unwrap();
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    (directory, listener.local_addr().unwrap().port())
}

/// A speaker of this AS at `127.0.0.HOST`.
pub(crate) fn start(directory: &Path, port: u16, asn: u32, host: u8, rest: &str) -> Speaker {
    write(directory, port, asn, host, rest);
    Speaker::configured_with(directory, &format!("host{host}"), &[])
}

/// Its file.
pub(crate) fn write(directory: &Path, port: u16, asn: u32, host: u8, rest: &str) {
    let head = format!(
        "name = \"host{host}\"\nas = {asn}\nrouter-id = \"127.0.0.{host}\"\n\
         listen = [\"127.0.0.{host}:{port}\"]\naddresses = [\"127.0.0.{host}\"]\n"
    );
    fs::write(directory.join(format!("host{host}.toml")), head + rest).unwrap();
}

/// A peer table; its port is that of all.
pub(crate) fn peer(port: u16, from: u8, to: u8, rest: &str) -> String {
    format!(
        "[[peer]]\naddress = \"127.0.0.{to}\"\nport = {port}\nlocal-address = \"127.0.0.{from}\"\n{rest}\n"
    )
}

fn announce(count: u8) -> String {
    (0..count)
        .map(|n| format!("[[announce]]\nprefix = \"198.18.{n}.0/24\"\n"))
        .collect()
}

/// What the speaker says of its session with this address.
pub(crate) fn session(speaker: &Speaker, remote: &str) -> Value {
    let status: Value = serde_json::from_str(&speaker.ask(&["status", "--json"])).unwrap();
    let sessions = status["sessions"].as_array().unwrap();
    let of = sessions.iter().find(|it| {
        it["remote"]
            .as_str()
            .is_some_and(|it| it.starts_with(remote))
    });
    of.cloned().unwrap_or_default()
}

pub(crate) fn wait_for_session(
    speaker: &Speaker,
    remote: &str,
    what: &str,
    wanted: impl Fn(&Value) -> bool,
) -> Value {
    wait_for(what, LIMIT, || {
        if !speaker.is_there() {
            return Err("no socket yet".to_owned());
        }
        let session = session(speaker, remote);
        match wanted(&session) {
            true => Ok(session),
            false => Err(session.to_string()),
        }
    })
}

pub(crate) fn is_up(session: &Value) -> bool {
    session["state"] == "Established"
}

/// RFC 8212: both sides of an external session without a policy exchange nothing.
#[test]
fn external_peers_without_a_policy_exchange_nothing() {
    let (directory, port) = directory("policy");
    let one = announce(2)
        + &peer(port, 41, 42, "as = 64602")
        + &peer(
            port,
            41,
            43,
            "as = 64603\nimport = \"accept\"\nexport = \"accept\"",
        );
    let one = start(&directory, port, 64601, 41, &one);
    let accept = "as = 64601\nimport = \"accept\"\nexport = \"accept\"";
    let two = start(&directory, port, 64602, 42, &peer(port, 42, 41, accept));
    let three = start(&directory, port, 64603, 43, &peer(port, 43, 41, accept));
    wait_for_session(&three, "127.0.0.41", "the routes", |it| it["received"] == 2);
    // The same announcements went nowhere else.
    let other = wait_for_session(&two, "127.0.0.41", "the other session", is_up);
    assert_eq!(other["received"], 0);
    assert_eq!(session(&one, "127.0.0.42")["sent"], 0);
    for speaker in [one, two, three] {
        speaker.terminate();
    }
}

/// Peers of a range: as many as there may be, the next one when one has gone.
#[test]
fn a_range_takes_whoever_comes() {
    let (directory, port) = directory("range");
    let range = "[[peer]]\nname = \"clients\"\nrange = \"127.0.0.48/29\"\nas = 64512\nclient = true\nrange-limit = 2\n";
    let reflector = start(&directory, port, 64512, 47, &(announce(1) + range));
    let client = |host| {
        let rest = peer(port, host, 47, "as = 64512");
        start(&directory, port, 64512, host, &rest)
    };
    let (first, second) = (client(48), client(49));
    wait_for_session(&first, "127.0.0.47", "the first", |it| it["received"] == 1);
    wait_for_session(&second, "127.0.0.47", "the second", |it| {
        it["received"] == 1
    });
    let seen = session(&reflector, "127.0.0.48");
    assert_eq!(seen["name"], "clients-127.0.0.48");
    assert_eq!(seen["client"], true);

    let third = client(50);
    wait_for_session(&third, "127.0.0.47", "a refusal", |it| {
        it["state"].is_string() && !is_up(it)
    });
    first.terminate();
    wait_for_session(&third, "127.0.0.47", "its place", |it| it["received"] == 1);
    assert!(session(&reflector, "127.0.0.48").is_null());
    // One from outside of the range is nobody.
    let stranger = client(46);
    wait_for_session(&stranger, "127.0.0.47", "a refusal", |it| {
        it["lastError"].is_string()
    });
    assert!(session(&reflector, "127.0.0.46").is_null());
    for speaker in [reflector, second, third, stranger] {
        speaker.terminate();
    }
}

/// RFC 4486 §4: one too many, and the sender is told; within the limit all is well.
#[test]
fn too_many_prefixes_end_a_session() {
    let (directory, port) = directory("limit");
    let limit = "as = 64512\nprefix-limit = { maximum = 3, action = \"idle\" }";
    let rest = peer(port, 51, 52, limit) + &peer(port, 51, 53, limit);
    let one = start(&directory, port, 64512, 51, &rest);
    let sender = |host, count| {
        let rest = announce(count) + &peer(port, host, 51, "as = 64512");
        start(&directory, port, 64512, host, &rest)
    };
    let (few, many) = (sender(52, 3), sender(53, 4));
    wait_for_session(&one, "127.0.0.52", "three routes", |it| it["received"] == 3);
    let ended = wait_for_session(&many, "127.0.0.51", "the NOTIFICATION", |it| {
        it["lastError"].is_string()
    });
    let reason = ended["lastError"].as_str().unwrap();
    assert!(
        reason.contains("Maximum Number of Prefixes Reached"),
        "{reason}"
    );
    let idle = session(&one, "127.0.0.53");
    assert_eq!(
        (&idle["state"], &idle["received"]),
        (&"Idle".into(), &0.into())
    );
    for speaker in [one, few, many] {
        speaker.terminate();
    }
}

#[test]
fn a_file_with_a_mistake() {
    let (directory, _) = directory("mistake");
    let path = directory.join("speaker.toml");
    fs::write(&path, "as = 64512\nrouter-id = \"192.0.2.1\"\nrouter = 1\n").unwrap();
    let output = Speaker::command(&["run", "--config"])
        .arg(&path)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(
        errors.contains("speaker.toml: ") && errors.contains("line 3"),
        "{errors}"
    );
    let output = Speaker::command(&["--help-config"]).output().unwrap();
    assert!(String::from_utf8_lossy(&output.stdout).contains("[[peer]]"));
}
