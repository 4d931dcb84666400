//! A long-running program as a child process, and waiting for what it does.

use std::fs::{self, File};
use std::marker::PhantomData;
use std::path::PathBuf;
use std::process::{Child, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use super::{Namespace, NetnsError, Scratch};

/// How long a look at a daemon may be old.
const POLL: Duration = Duration::from_millis(50);

/// How many lines of its log a daemon shows when the test fails.
const SHOWN: usize = 60;

/// A running program, killed on drop. It borrows the namespace it runs in, which
/// therefore outlives it.
///
/// When a test fails, the end of what the program printed is shown.
#[derive(Debug)]
pub struct Daemon<'ns> {
    child: Child,
    name: String,
    log: PathBuf,
    namespace: PhantomData<&'ns Namespace>,
}

impl<'ns> Daemon<'ns> {
    /// Starts `program` in `namespace`; both of its streams go to a file in `scratch`.
    ///
    /// # Errors
    ///
    /// When the program cannot be started.
    pub fn start(
        namespace: &'ns Namespace,
        scratch: &Scratch,
        name: &str,
        program: &str,
        arguments: &[&str],
    ) -> Result<Self, NetnsError> {
        let log = scratch.write(&format!("{name}.log"), "")?;
        let failed = |source| NetnsError::Start {
            program: program.to_owned(),
            source,
        };
        let output = File::options().append(true).open(&log).map_err(failed)?;
        let errors = output.try_clone().map_err(failed)?;
        let child = namespace
            .command(program)
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(output)
            .stderr(errors)
            .spawn()
            .map_err(failed)?;
        Ok(Self {
            child,
            name: name.to_owned(),
            log,
            namespace: PhantomData,
        })
    }

    /// Everything that the program has printed.
    #[must_use]
    pub fn log(&self) -> String {
        fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// The number of the process.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Asks the program to end (SIGTERM).
    ///
    /// # Errors
    ///
    /// When the signal cannot be sent.
    pub fn terminate(&self) -> Result<(), NetnsError> {
        self.signal("TERM")
    }

    /// Sends the program a signal (`HUP`, `USR1`, …).
    ///
    /// # Errors
    ///
    /// When the signal cannot be sent.
    pub fn signal(&self, signal: &str) -> Result<(), NetnsError> {
        super::signal(signal, [self.child.id()])
    }

    /// The exit status, once the program has ended.
    pub fn ended(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().ok().flatten()
    }
}

impl Drop for Daemon<'_> {
    fn drop(&mut self) {
        // An error means that the program has ended by itself, which is as well.
        let _ = self.child.kill();
        let _ = self.child.wait();
        if thread::panicking() {
            let log = self.log();
            let lines: Vec<_> = log.lines().collect();
            let shown = lines.get(lines.len().saturating_sub(SHOWN)..);
            eprintln!(
                "---- the end of {}'s log:\n{}",
                self.name,
                shown.unwrap_or_default().join("\n")
            );
        }
    }
}

/// Looks again and again until `look` finds something, and returns it.
///
/// # Panics
///
/// When `limit` has passed, with `what` and the reason that `look` last gave.
#[expect(
    clippy::disallowed_methods,
    reason = "a test waits for other programs in real time"
)]
pub fn wait_for<T>(what: &str, limit: Duration, mut look: impl FnMut() -> Result<T, String>) -> T {
    let start = Instant::now();
    loop {
        match look() {
            Ok(found) => return found,
            Err(reason) => {
                let waited = start.elapsed();
                assert!(waited < limit, "waited {waited:?} for {what}: {reason}");
            }
        }
        thread::sleep(POLL);
    }
}
