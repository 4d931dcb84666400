//! Real daemons in network namespaces: a small Ethernet of hosts, each with its own
//! addresses and nothing else, inside one machine.
//!
//! ```no_run
//! use testkit::netns::{self, Lan};
//!
//! if !netns::ready(&["bird", "birdc"]) {
//!     return Ok(()); // has said why
//! }
//! let lan = Lan::new(&[
//!     ("left", &["10.99.0.1/24".parse()?]),
//!     ("right", &["10.99.0.2/24".parse()?]),
//! ])?;
//! let right = lan.host("right").run("ping", &["-c1", "10.99.0.1"])?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Everything made here carries the process id in its name and is removed when its value
//! is dropped, a panicking test included. Only a killed process leaves namespaces behind;
//! `ip netns list` shows them as `testkit-PID-…`.

pub mod bird;
mod daemon;
mod lan;
pub mod routers;
mod scratch;

pub use daemon::{Daemon, wait_for};
pub use lan::{Lan, Namespace};
pub use scratch::Scratch;

use std::env;
use std::fs;
use std::io;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::os::unix::fs::MetadataExt;
use std::process::{Command, Output};

use ipnet::{IpNet, Ipv4Net, Ipv6Net};

/// The environment variable that turns a skipped interoperability test into a failure,
/// when it is set to `required`.
pub const VARIABLE: &str = "CALICO_INTEROP";

/// Addresses of both families, to see whether a host can have them.
const PROBE: [IpNet; 2] = [
    IpNet::V4(Ipv4Net::new_assert(Ipv4Addr::new(10, 99, 0, 1), 24)),
    IpNet::V6(Ipv6Net::new_assert(
        Ipv6Addr::new(0xfd99, 0, 0, 0, 0, 0, 0, 1),
        64,
    )),
];

/// Why something in a namespace did not work.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NetnsError {
    /// A program could not be started at all.
    #[error("cannot run {program}: {source}")]
    Start {
        /// The program.
        program: String,
        /// What the operating system said.
        source: io::Error,
    },
    /// A program ended with a failure.
    #[error("{command} failed: {output}")]
    Failed {
        /// The program with its arguments.
        command: String,
        /// What it printed on both streams.
        output: String,
    },
    /// A file of the test could not be made.
    #[error("{path}: {source}")]
    File {
        /// The file or directory.
        path: String,
        /// What the operating system said.
        source: io::Error,
    },
}

/// Why namespaces and daemons cannot be used here.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NotReady {
    /// Only root may make a network namespace.
    #[error("not root")]
    NotRoot,
    /// A program is not on `PATH`.
    #[error("{0} is not installed")]
    Missing(String),
    /// The kernel, or the container around us, refuses.
    #[error("no virtual network here: {0}")]
    Refused(#[from] NetnsError),
}

/// Whether the test can run: as root, with `ip` and all of `programs` installed, where
/// the kernel makes namespaces and networks between them. Where it cannot, says so on standard output.
///
/// # Panics
///
/// Where the test cannot run although the environment variable `CALICO_INTEROP` is
/// `required`: whoever sets it wants a missing daemon to be a failure.
#[must_use]
pub fn ready(programs: &[&str]) -> bool {
    let Err(reason) = check(programs) else {
        return true;
    };
    skipped(&reason.to_string());
    false
}

/// Says that a test is skipped; fails where that must not be.
pub(crate) fn skipped(reason: &str) {
    let required = env::var(VARIABLE).is_ok_and(|value| value == "required");
    assert!(
        !required,
        "{VARIABLE}=required, but the test cannot run: {reason}"
    );
    println!("skipped: {reason}");
}

/// [`ready`], with the reason as a value.
///
/// # Errors
///
/// The first thing found missing.
pub fn check(programs: &[&str]) -> Result<(), NotReady> {
    let root = fs::metadata("/proc/self").is_ok_and(|process| process.uid() == 0);
    if !root {
        return Err(NotReady::NotRoot);
    }
    for &program in ["ip"].iter().chain(programs) {
        if !installed(program) {
            return Err(NotReady::Missing(program.to_owned()));
        }
    }
    // A kernel may lack bridges, virtual Ethernet or IPv6 as well as namespaces.
    Lan::new(&[("probe", &PROBE)])?;
    Ok(())
}

/// Whether a program is on `PATH`.
pub(crate) fn installed(program: &str) -> bool {
    let path = env::var_os("PATH").unwrap_or_default();
    // An absolute path is itself wherever it is joined to.
    env::split_paths(&path).any(|directory| directory.join(program).is_file())
}

/// Runs a command to its end; its standard output, when it succeeded.
pub(crate) fn run(command: &mut Command) -> Result<String, NetnsError> {
    let output = command.output().map_err(|source| NetnsError::Start {
        program: command.get_program().to_string_lossy().into_owned(),
        source,
    })?;
    succeeded(command, &output)
}

/// Sends a signal to processes, some of which may have ended by themselves.
fn signal(signal: &str, pids: impl IntoIterator<Item = u32>) -> Result<(), NetnsError> {
    let pids = pids.into_iter().map(|pid| pid.to_string());
    let pids: Vec<String> = pids.collect();
    if pids.is_empty() {
        return Ok(());
    }
    // The shell's own `kill`: no package is needed for it, and no unsafe code.
    let script = format!("kill -{signal} {} 2>/dev/null; true", pids.join(" "));
    run(Command::new("sh").args(["-c", &script])).map(drop)
}

fn succeeded(command: &Command, output: &Output) -> Result<String, NetnsError> {
    let printed = String::from_utf8_lossy(&output.stdout);
    if output.status.success() {
        return Ok(printed.into_owned());
    }
    Err(NetnsError::Failed {
        command: format!("{command:?}"),
        output: format!("{printed}{}", String::from_utf8_lossy(&output.stderr)),
    })
}
