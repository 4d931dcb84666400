//! A cluster's Calico resources, watched through its API server and judged on each change.
//!
//! Every kind has a reflector, which keeps what the server holds. A change is told at once;
//! what it means for the whole is told after a moment of quiet, since changes come in
//! bursts: findings that are new, and findings that are gone.

mod findings;
mod shelf;

use std::time::Duration;

use calico_types::kube::ApiGroup;
use calico_types::lint::{LintContext, lint};
use calico_types::{Diagnostic, diagnose, render};
use kube::config::Config;
use tokio::sync::mpsc::{self, Receiver};
use tokio::time::timeout;

use findings::Findings;
use shelf::{Change, Shelves};

/// How long nothing must have changed before the whole is judged.
const QUIET: Duration = Duration::from_millis(300);

/// How many changes may wait to be told.
const WAITING: usize = 1024;

/// Which API server, and who we are to it.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Its address, `https://HOST:PORT`.
    pub server: String,
    /// A bearer token.
    pub token: String,
    /// Whether its certificate is taken as it is.
    pub insecure: bool,
    /// Under which group Calico's kinds are looked for.
    pub group: ApiGroup,
}

/// Why nothing can be watched.
#[derive(Debug, thiserror::Error)]
pub enum WatchError {
    /// The address is none.
    #[error("{server} is no address: {cause}")]
    Address {
        /// What was given.
        server: String,
        /// What is wrong with it.
        cause: Box<dyn std::error::Error + Send + Sync>,
    },
    /// There can be no client.
    #[error(transparent)]
    Client(#[from] kube::Error),
}

/// A client for the server.
///
/// # Errors
///
/// When the address is none, or TLS cannot be set up. The server is not asked yet.
pub fn client(settings: &Settings) -> Result<kube::Client, WatchError> {
    let address = settings
        .server
        .parse()
        .map_err(|cause| unreadable(settings, cause))?;
    let mut config = Config::new(address);
    config.accept_invalid_certs = settings.insecure;
    config.auth_info.token = Some(settings.token.clone().into());
    Ok(kube::Client::try_from(config)?)
}

fn unreadable<E: std::error::Error + Send + Sync + 'static>(
    settings: &Settings,
    cause: E,
) -> WatchError {
    WatchError::Address {
        server: settings.server.clone(),
        cause: Box::new(cause),
    }
}

/// Watches all of Calico's kinds for ever, and tells each line.
///
/// What cannot be listed, because the server does not know the kind or does not answer, is
/// told once and tried again.
///
/// # Errors
///
/// As [`client`].
pub async fn run(settings: &Settings, mut tell: impl FnMut(&str)) -> Result<(), WatchError> {
    let client = client(settings)?;
    let (sender, mut changes) = mpsc::channel(WAITING);
    let shelves = Shelves::fill(&client, settings.group, &sender);
    let mut findings = Findings::default();
    while let Some(change) = changes.recv().await {
        tell(&change.to_string());
        told_until_quiet(&mut changes, &mut tell).await;
        let (now, unfit) = judged(&shelves);
        for line in findings.changed(now.into_iter().chain(unfit)) {
            tell(&line);
        }
    }
    Ok(())
}

async fn told_until_quiet(changes: &mut Receiver<Change>, tell: &mut impl FnMut(&str)) {
    while let Ok(Some(change)) = timeout(QUIET, changes.recv()).await {
        tell(&change.to_string());
    }
}

/// Everything that is wrong with what the server holds now: rendered findings, and objects
/// that have no type.
fn judged(shelves: &Shelves) -> (Vec<String>, Vec<String>) {
    let (sources, unfit) = shelves.contents();
    let decoded = diagnose(&sources);
    let lints = lint(&decoded.resources, &LintContext::new());
    let show = |finding: &Diagnostic| render(finding, &sources);
    let shown = decoded.diagnostics.iter().chain(&lints).map(show);
    (shown.collect(), unfit)
}
