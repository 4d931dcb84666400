//! The program `lint` as a pipeline runs it: arguments in, exit code and text out.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;

/// A directory of a test's own, gone when the test is over.
struct Directory(PathBuf);

impl Directory {
    fn new(test: &str) -> Self {
        let path = std::env::temp_dir().join(format!("lint-{}-{test}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.0.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        path
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lint"));
    command.args(arguments);
    command
}

/// Runs the program in a directory.
fn lint(directory: &Directory, arguments: &[&str]) -> Output {
    command(arguments)
        .current_dir(&directory.0)
        .output()
        .unwrap()
}

/// Runs the program with something on its standard input.
fn piped(arguments: &[&str], input: &str) -> Output {
    let mut child = command(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(input.as_bytes())
        .unwrap();
    child.wait_with_output().unwrap()
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

#[track_caller]
fn exits(output: &Output, code: i32) {
    let error = String::from_utf8_lossy(&output.stderr);
    assert_eq!(
        output.status.code(),
        Some(code),
        "{}\n{error}",
        stdout(output)
    );
}

const CLEAN: &str = "\
apiVersion: projectcalico.org/v3
kind: Tier
metadata: {name: ops}
spec: {order: 100, defaultAction: Pass}
";

/// One error that can be fixed and one that cannot.
const WRONG: &str = "\
apiVersion: projectcalico.org/v3
kind: BGPPeer
metadata: {name: tor}
spec:
  peerIp: 192.0.2.1  # the top of the rack
  asNumber: 64512
  node: a
  nodeSelector: all()
";

/// Errors that can all be fixed.
const FIXABLE: &str = "\
# The database.
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata: {name: db, namespace: shop}
spec:
  order: 10
  selector: app = 'database'
  types: [Ingress]
  ingress:
  - action: allow
    protocol: tcp
    source: {selector: app == 'backend'}
    port: 3306  # MySQL
";

const FIXED: &str = "\
# The database.
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata: {name: db, namespace: shop}
spec:
  order: 10
  selector: app == 'database'
  types: [Ingress]
  ingress:
  - action: Allow
    protocol: TCP
    source: {selector: app == 'backend'}
    destination:
      ports: [3306]  # MySQL
";

/// Valid, and seldom meant.
const SUSPICIOUS: &str = "\
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata: {name: db, namespace: shop}
spec:
  order: 10
  types: [Ingress]
  ingress:
  - {action: Allow, protocol: TCP, source: {selector: app == 'backend'}}
";

#[test]
fn clean_manifests_are_clean() {
    let directory = Directory::new("clean");
    directory.write("tier.yaml", CLEAN);
    let output = lint(&directory, &["--deny", "warnings", "."]);
    exits(&output, 0);
    assert_eq!(stdout(&output), "nothing found in 1 file\n");
    let reference = Path::new(env!("CARGO_MANIFEST_DIR")).join("manifests/ecommerce");
    let output = lint(
        &directory,
        &[
            "--deny",
            "warnings",
            "--complete",
            reference.to_str().unwrap(),
        ],
    );
    exits(&output, 0);
}

#[test]
fn mistakes_are_errors_and_are_counted() {
    let directory = Directory::new("wrong");
    directory.write("bgp/peer.yaml", WRONG);
    directory.write("tier.yaml", CLEAN);
    let output = lint(&directory, &["."]);
    exits(&output, 1);
    let text = stdout(&output);
    assert!(
        text.starts_with(
            "error[wrong-case]: `peerIp` is written `peerIP`\n --> bgp/peer.yaml:5:3\n"
        ),
        "{text}"
    );
    assert!(
        text.ends_with("2 errors in 2 files; 1 can be fixed: --fix\n"),
        "{text}"
    );
}

#[test]
fn warnings_count_where_they_are_denied() {
    let directory = Directory::new("warnings");
    let path = directory.write("policy.yaml", SUSPICIOUS);
    let path = path.to_str().unwrap();
    let output = lint(&directory, &[path]);
    exits(&output, 0);
    assert!(
        stdout(&output).contains("warning[all-ports]"),
        "{}",
        stdout(&output)
    );
    exits(&lint(&directory, &["--deny", "warnings", path]), 1);
}

#[test]
fn what_cannot_be_read_or_understood_is_neither() {
    let directory = Directory::new("usage");
    directory.write("empty/README", "no manifest");
    for arguments in [
        &["nowhere.yaml"][..],
        &["empty"],
        &[],
        &["--format", "xml", "."],
        &["--deny", "everything", "."],
        &["--nic-mtu", "big", "."],
        &["--unknown", "."],
    ] {
        let output = lint(&directory, arguments);
        exits(&output, 2);
        assert!(
            stdout(&output).is_empty() && !output.stderr.is_empty(),
            "{arguments:?}"
        );
    }
    let output = lint(&directory, &["--help"]);
    exits(&output, 0);
    assert!(stdout(&output).contains("Usage: lint"));
}

#[test]
fn programs_read_what_is_printed() {
    let directory = Directory::new("formats");
    directory.write("peer.yaml", WRONG);
    let output = lint(&directory, &["--format", "json", "peer.yaml"]);
    exits(&output, 1);
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["version"], 1);
    assert_eq!(report["summary"]["errors"], 2);
    assert_eq!(report["diagnostics"][0]["code"], "wrong-case");

    let output = lint(&directory, &["--format", "sarif", "peer.yaml"]);
    exits(&output, 1);
    let log: Value = serde_json::from_slice(&output.stdout).unwrap();
    let result = &log["runs"][0]["results"][0];
    assert_eq!(log["version"], "2.1.0");
    assert_eq!(result["ruleId"], "wrong-case");
    let place = &result["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "peer.yaml");
    assert_eq!(place["region"]["startLine"], 5);
    assert_eq!(
        result["fixes"][0]["artifactChanges"][0]["replacements"][0]["insertedContent"]["text"],
        "peerIP"
    );
}

#[test]
fn what_is_certain_is_corrected_in_the_file() {
    let directory = Directory::new("fix");
    let path = directory.write("policy.yaml", FIXABLE);
    fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
    let output = lint(&directory, &["--fix", "policy.yaml"]);
    exits(&output, 0);
    assert_eq!(fs::read_to_string(&path).unwrap(), FIXED);
    assert_eq!(
        fs::metadata(&path).unwrap().permissions().mode() & 0o777,
        0o640
    );
    let text = stdout(&output);
    assert!(text.contains("fixed: policy.yaml:13:5: unknown-field: unknown field `port` in a rule of a NetworkPolicy\n"), "{text}");
    assert!(
        text.ends_with("nothing found in 1 file; 4 fixed\n"),
        "{text}"
    );
    // Nothing is left beside the file, and nothing is left to do.
    assert_eq!(fs::read_dir(&directory.0).unwrap().count(), 1);
    let before = fs::metadata(&path).unwrap().modified().unwrap();
    let output = lint(&directory, &["--fix", "policy.yaml"]);
    exits(&output, 0);
    assert_eq!(stdout(&output), "nothing found in 1 file\n");
    assert_eq!(fs::metadata(&path).unwrap().modified().unwrap(), before);
}

#[test]
fn what_is_not_certain_remains() {
    let directory = Directory::new("remains");
    let path = directory.write("peer.yaml", WRONG);
    let output = lint(&directory, &["--fix", "--format", "json", "peer.yaml"]);
    exits(&output, 1);
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["diagnostics"][0]["code"], "conflicting-fields");
    assert_eq!(report["fixed"][0]["code"], "wrong-case");
    let text = fs::read_to_string(path).unwrap();
    assert_eq!(text, WRONG.replace("peerIp", "peerIP"));
}

#[test]
fn standard_input_goes_through() {
    let output = piped(&["-"], FIXABLE);
    exits(&output, 1);
    assert!(
        stdout(&output).contains(" --> <stdin>:"),
        "{}",
        stdout(&output)
    );
    let output = piped(&["--fix", "-"], FIXABLE);
    exits(&output, 0);
    assert_eq!(stdout(&output), FIXED);
    let report = String::from_utf8(output.stderr).unwrap();
    assert!(
        report.ends_with("nothing found in 1 file; 4 fixed\n"),
        "{report}"
    );
    // What needs no correction comes out all the same.
    let output = piped(&["--fix", "-"], CLEAN);
    exits(&output, 0);
    assert_eq!(stdout(&output), CLEAN);
}

#[test]
fn links_neither_loop_nor_break() {
    let directory = Directory::new("links");
    directory.write("real/policy.yaml", FIXABLE);
    symlink("..", directory.0.join("real/up")).unwrap();
    symlink("real", directory.0.join("also.yaml")).unwrap();
    symlink("real/policy.yaml", directory.0.join("link.yaml")).unwrap();
    directory.write(".hidden/other.yaml", WRONG);
    // The file is found by two names and read once.
    let output = lint(&directory, &["--format", "json", ".", "real/policy.yaml"]);
    exits(&output, 1);
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["summary"]["errors"], 4);
    // What the link leads to is corrected, and the link stays.
    exits(&lint(&directory, &["--fix", "link.yaml"]), 0);
    assert!(directory.0.join("link.yaml").is_symlink());
    assert_eq!(
        fs::read_to_string(directory.0.join("real/policy.yaml")).unwrap(),
        FIXED
    );
}

#[test]
fn files_are_judged_together() {
    let directory = Directory::new("together");
    directory.write(
        "peer.yaml",
        "\
apiVersion: projectcalico.org/v3
kind: BGPPeer
metadata: {name: tor}
spec: {peerIP: 192.0.2.1, asNumber: 64512, filters: [edge]}
",
    );
    let output = lint(&directory, &["."]);
    exits(&output, 0);
    assert!(
        stdout(&output).contains("warning[dangling-filter]"),
        "{}",
        stdout(&output)
    );
    // Of a complete cluster it is an error.
    exits(&lint(&directory, &["--complete", "."]), 1);
    directory.write(
        "filter.yaml",
        "\
apiVersion: projectcalico.org/v3
kind: BGPFilter
metadata: {name: edge}
spec:
  importV4: [{action: Reject}]
  importV6: [{action: Reject}]
  exportV4: [{action: Reject}]
  exportV6: [{action: Reject}]
",
    );
    let output = lint(&directory, &["--complete", "."]);
    assert!(
        !stdout(&output).contains("dangling-filter"),
        "{}",
        stdout(&output)
    );
}
