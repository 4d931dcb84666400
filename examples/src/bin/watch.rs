//! Watches Calico's resources in a cluster, and says what is wrong with them as they change.

use std::io::{self, Write};
use std::process::ExitCode;

use calico_types::kube::ApiGroup;
use examples::watch::{self, Settings, WatchError};

const HELP: &str = "\
Watches the Calico resources of a cluster and tells each change, and what it does to the
whole: findings that are new, findings that are gone.

Usage: watch --server URL --token TOKEN [OPTIONS]

  --server URL     the Kubernetes API server, https://HOST:PORT
  --token TOKEN    a bearer token, as `kubectl create token` prints one
  --insecure       do not verify the server's certificate
  --group GROUP    where Calico's kinds are: v3 (projectcalico.org/v3, the default) or
                   crd (crd.projectcalico.org/v1)
  -h, --help       print this

It runs until it is stopped. Exit status: 2 when it cannot begin.
";

#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error("{0}\nTry --help.")]
    Usage(#[from] lexopt::Error),
    #[error("{0} is missing\nTry --help.")]
    Missing(&'static str),
    #[error(transparent)]
    Watch(#[from] WatchError),
    #[error(transparent)]
    System(#[from] io::Error),
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("{failure}");
            ExitCode::from(2)
        }
    }
}

fn run() -> Result<(), Failure> {
    let Some(settings) = arguments()? else {
        print!("{HELP}");
        return Ok(());
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(watch::run(&settings, |line| {
        let mut out = io::stdout().lock();
        // Whoever reads may have gone; then there is nobody to tell.
        let _ = writeln!(out, "{line}").and_then(|()| out.flush());
    }))?;
    Ok(())
}

fn arguments() -> Result<Option<Settings>, Failure> {
    use lexopt::prelude::*;

    let (mut server, mut token) = (None, None);
    let (mut insecure, mut group) = (false, ApiGroup::default());
    let mut parser = lexopt::Parser::from_env();
    while let Some(argument) = parser.next()? {
        match argument {
            Long("server") => server = Some(parser.value()?.string()?),
            Long("token") => token = Some(parser.value()?.string()?),
            Long("insecure") => insecure = true,
            Long("group") => group = parser.value()?.parse_with(group_of)?,
            Short('h') | Long("help") => return Ok(None),
            Short(_) | Long(_) | Value(_) => return Err(argument.unexpected().into()),
        }
    }
    Ok(Some(Settings {
        server: server.ok_or(Failure::Missing("--server"))?,
        token: token.ok_or(Failure::Missing("--token"))?,
        insecure,
        group,
    }))
}

#[derive(Debug, thiserror::Error)]
#[error("expected v3 or crd")]
struct NoGroup;

fn group_of(word: &str) -> Result<ApiGroup, NoGroup> {
    match word {
        "v3" => Ok(ApiGroup::ProjectCalico),
        "crd" => Ok(ApiGroup::Crd),
        _ => Err(NoGroup),
    }
}
