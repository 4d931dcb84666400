//! `topology`, run as a program.

use std::fs;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use serde_json::Value;

const CLUSTER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/manifests/ecommerce");
const PUBLISHED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/manifests/as-published");

/// Exit status, standard output and standard error.
fn run(arguments: &[&str]) -> (i32, String, String) {
    with_input(arguments, "")
}

fn with_input(arguments: &[&str], input: &str) -> (i32, String, String) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_topology"))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A program that reads no input has closed it.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    let output = child.wait_with_output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    let code = output.status.code().unwrap();
    (code, text(output.stdout), text(output.stderr))
}

/// A file of the test's own.
fn file(name: &str, content: &str) -> PathBuf {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::write(&path, content).unwrap();
    path
}

/// Three nodes; the mesh as it is said.
fn three(mesh: bool) -> String {
    let mut text = format!(
        "apiVersion: projectcalico.org/v3\nkind: BGPConfiguration\nmetadata: {{name: default}}\n\
         spec: {{nodeToNodeMeshEnabled: {mesh}}}\n"
    );
    for i in 1..=3 {
        text += &format!(
            "---\napiVersion: projectcalico.org/v3\nkind: Node\nmetadata: {{name: n{i}}}\n\
             spec: {{bgp: {{ipv4Address: 10.0.0.{i}/24}}}}\n"
        );
    }
    text
}

const LINE: &str = "---\napiVersion: projectcalico.org/v3\nkind: BGPPeer\n\
    metadata: {name: line}\nspec: {nodeSelector: all(), peerIP: 10.0.0.2, asNumber: 64512}\n";

#[test]
fn the_reference_cluster_is_sound() {
    let (code, text, errors) = run(&[CLUSTER]);
    assert_eq!((code, errors.as_str()), (0, ""));
    assert!(
        text.starts_with("12 nodes, 33 sessions (33 IPv4, 0 IPv6)\n"),
        "{text}"
    );
    assert!(text.contains("\ncontrol-1\n"), "{text}");
}

#[test]
fn one_node_has_everything() {
    let (code, text, _) = run(&[CLUSTER, "--node", "worker-1"]);
    assert_eq!(code, 0);
    assert!(text.starts_with("worker-1: AS 64512, router id 10.20.1.21, 10.20.1.21, listens"));
    assert!(text.contains("3 sessions\n"), "{text}");
    let (_, json, _) = run(&[CLUSTER, "--node", "worker-1", "--format", "json"]);
    let json: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["name"], "worker-1");
    assert_eq!(json["sessions"][0]["remote_node"], "control-1");
    let (code, _, errors) = run(&[CLUSTER, "--node", "nobody"]);
    assert_eq!(
        (code, errors.as_str()),
        (2, "topology: no Node nobody among the resources\n")
    );
}

#[test]
fn formats_are_what_they_say() {
    for (format, start) in [
        ("dot", "graph bgp {"),
        ("mermaid", "flowchart LR"),
        ("svg", "<svg xmlns="),
        ("json", "{"),
    ] {
        for node in [&[][..], &["--node", "control-1"]] {
            let arguments = [&[CLUSTER, "--format", format], node].concat();
            let (code, text, _) = run(&arguments);
            assert_eq!(code, 0, "{format}");
            assert!(text.starts_with(start), "{format}: {text}");
        }
    }
    let (_, json, _) = run(&[CLUSTER, "--format", "json"]);
    let json: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["topology"]["sessions"]["ipv4"], 33);
    assert_eq!(json["topology"]["nodes"].as_array().unwrap().len(), 12);
    assert_eq!(json["problems"].as_array().unwrap().len(), 0);
}

#[test]
fn what_is_wrong_is_said_and_is_the_exit_status() {
    // A line of iBGP sessions: the ends never hear of each other.
    let (code, text, _) = with_input(&["-"], &(three(false) + LINE));
    assert_eq!(code, 1);
    assert!(
        text.ends_with("\nroutes that do not get there\n  IPv4: those of n1, n3, to each other\n"),
        "{text}"
    );
    let manual = LINE.replace("asNumber", "reversePeering: Manual, asNumber");
    let (code, text, _) = with_input(&["-"], &(three(false) + &manual));
    assert_eq!(code, 1);
    assert!(
        text.contains("\nproblems\n  node n1 has a IPv4 session to n2"),
        "{text}"
    );
}

#[test]
fn what_cannot_be_read_is_shown_and_the_rest_counts() {
    let (code, text, errors) = run(&[PUBLISHED]);
    assert_eq!(code, 1);
    assert!(errors.contains("unknown field `importRules`"), "{errors}");
    assert!(text.contains(" nodes, "), "{text}");
    let broken = three(true) + "---\napiVersion: projectcalico.org/v3\nkind: BGPPeer\nspec: [\n";
    let (code, text, errors) = with_input(&["-"], &broken);
    assert_eq!(code, 1);
    assert!(text.starts_with("3 nodes, 3 sessions"), "{text}");
    assert!(errors.contains("--> <stdin>:"), "{errors}");
}

#[test]
fn a_difference_says_who_is_cut_off() {
    let old = file("mesh.yaml", &three(true));
    let new = file("line.yaml", &(three(false) + LINE));
    let (old, new) = (old.to_str().unwrap(), new.to_str().unwrap());
    let (code, text, _) = run(&[old, "--diff", new]);
    assert_eq!(code, 1);
    assert!(
        text.starts_with("sessions: 3 -> 2 (IPv4 3 -> 2, IPv6 0 -> 0)\n"),
        "{text}"
    );
    assert!(
        text.contains("without any session meanwhile: n1, n2, n3\n"),
        "{text}"
    );
    let (code, text, _) = run(&[old, "--diff", old]);
    assert_eq!(code, 0);
    assert!(text.ends_with("nothing changes\n"), "{text}");
    let (_, json, _) = run(&[old, "--diff", new, "--format", "json"]);
    let json: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["diff"]["summary"]["cut_off"][2], "n3");
    let (code, text, _) = run(&[old, "--diff", new, "--node", "n3"]);
    assert_eq!(code, 1);
    assert!(
        text.starts_with("n3 (without any session meanwhile): 2 -> 1 session\n"),
        "{text}"
    );
}

#[test]
fn a_wrong_command_line_is_neither() {
    for arguments in [
        &[][..],
        &["/nonexistent"],
        &[CLUSTER, "--format", "png"],
        &[CLUSTER, "--diff"],
        &[CLUSTER, "--diff", CLUSTER, "--format", "svg"],
        &[CLUSTER, "--bird", "3"],
        &[CLUSTER, "--unknown"],
    ] {
        let (code, text, errors) = run(arguments);
        assert_eq!((code, text.as_str()), (2, ""), "{arguments:?}");
        assert!(errors.starts_with("topology: "), "{errors}");
    }
    let (code, text, _) = run(&["--help"]);
    assert_eq!(code, 0);
    assert!(text.contains("Usage: topology PATH..."));
}
