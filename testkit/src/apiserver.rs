//! A real Kubernetes API server on loopback, for one test.
//!
//! The server is one of version 1.20 that the shared data has (`lab/kube`); etcd behind it
//! is the host's. Old, but real: list and watch, resource versions, structural schemas,
//! pruning, defaults. It does not know CEL rules, and a Calico node or workload endpoint is no custom
//! resource.
//!
//! ```no_run
//! use testkit::apiserver::{self, ApiServer};
//!
//! if !apiserver::ready() {
//!     return;
//! }
//! let server = ApiServer::start().unwrap();
//! println!("{} with token {}", server.url(), apiserver::TOKEN);
//! ```
//!
//! Ports are free ones, so that several can run at a time. Dropping the value ends both
//! programs, each by its own process id.

use std::fs::{self, File};
use std::io;
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};

use crate::netns::{self, Scratch, wait_for};
use crate::shared;

/// The bearer token of a user who may do everything.
pub const TOKEN: &str = "test-token";

/// What is needed on `PATH`: etcd, what unpacks the server, what makes its key, and what
/// asks it whether it is ready.
const PROGRAMS: [&str; 4] = ["etcd", "xz", "openssl", "curl"];

/// The server among the shared data.
const PACKED: &str = "lab/kube/kube-apiserver.xz";

/// How long a server may take to be ready; six seconds are usual.
const PATIENCE: Duration = Duration::from_secs(120);

/// Why there is no server.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ApiServerError {
    /// Something that it needs is not here.
    #[error("{0} is missing")]
    Missing(String),
    /// A program could not be run, or a file not be made.
    #[error("{what}: {source}")]
    System {
        /// The program or file.
        what: String,
        /// What the operating system said.
        source: io::Error,
    },
    /// A directory for the test could not be made, or a request not be sent.
    #[error(transparent)]
    Scratch(#[from] netns::NetnsError),
}

/// A request to create an object.
#[derive(Clone, Debug)]
pub struct Create {
    /// The path of the collection, `/apis/GROUP/VERSION/…/PLURAL`.
    pub path: String,
    /// The object, as JSON.
    pub object: String,
}

/// A running API server and the etcd behind it.
#[derive(Debug)]
pub struct ApiServer {
    /// The server and etcd, in the order in which they end: nobody writes to what is gone.
    _programs: [Guarded; 2],
    port: u16,
    scratch: Scratch,
}

/// Whether a server can be started. Where it cannot, says so on standard output.
///
/// # Panics
///
/// Where the shared data has the server and a program is missing although the environment
/// variable `CALICO_INTEROP` is `required`.
#[must_use]
pub fn ready() -> bool {
    if shared::path(PACKED).is_none() {
        shared::skip_message();
        return false;
    }
    let Some(missing) = PROGRAMS
        .into_iter()
        .find(|program| !netns::installed(program))
    else {
        return true;
    };
    netns::skipped(&format!("{missing} is not installed"));
    false
}

/// Calico's custom resource definitions and that of `ClusterNetworkPolicy`, as this server
/// takes them. Empty without shared data.
///
/// A default that is an empty text is left out: this server holds it against the pattern of
/// its field.
///
/// # Errors
///
/// When a file is not YAML.
pub fn definitions() -> Result<Vec<Value>, ApiServerError> {
    let texts = shared::texts("data/crd", "yaml").unwrap_or_default();
    texts.iter().map(|text| definition(text)).collect()
}

fn definition(text: &str) -> Result<Value, ApiServerError> {
    let lines = text.lines().filter(|line| line.trim() != "default: \"\"");
    let lines: Vec<&str> = lines.collect();
    let mut definition: Value = serde_saphyr::from_str(&lines.join("\n"))
        .map_err(|error| system("a definition", io::Error::other(error.to_string())))?;
    if let Some(fields) = definition.as_object_mut() {
        fields.remove("status");
    }
    Ok(definition)
}

impl ApiServer {
    /// Starts etcd and a server, and waits until the server is ready.
    ///
    /// # Errors
    ///
    /// When something is missing, or a program does not start.
    ///
    /// # Panics
    ///
    /// When the server is not ready after two minutes.
    pub fn start() -> Result<Self, ApiServerError> {
        let packed = shared::path(PACKED).ok_or_else(|| missing(PACKED))?;
        let scratch = Scratch::new("apiserver")?;
        let directory = scratch.path();
        let binary = unpack(&packed, directory)?;
        let key = directory.join("sa.key");
        let made = Command::new("openssl")
            .args(["genrsa", "-out"])
            .arg(&key)
            .arg("2048")
            .stderr(Stdio::null())
            .status();
        made.map_err(|source| system("openssl", source))?;
        let tokens = scratch.write("tokens.csv", &format!("{TOKEN},admin,1,system:masters\n"))?;
        let [client, peer, port] = free_ports()?;
        let etcd = etcd(directory, client, peer)?;
        let server = server(&binary, directory, &key, &tokens, client, port)?;
        let started = Self {
            _programs: [server, etcd],
            port,
            scratch,
        };
        wait_for("the API server", PATIENCE, || started.health());
        Ok(started)
    }

    /// Where the server is. Its certificate is its own: clients must not verify it.
    #[must_use]
    pub fn url(&self) -> String {
        format!("https://127.0.0.1:{}", self.port)
    }

    /// Loads custom resource definitions and waits until their resources are served.
    ///
    /// # Errors
    ///
    /// When the server cannot be asked.
    ///
    /// # Panics
    ///
    /// When it refuses one, or their resources are not served in time.
    pub fn define(&self, definitions: &[Value]) -> Result<(), ApiServerError> {
        let path = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
        let requests: Vec<Create> = definitions
            .iter()
            .map(|definition| Create {
                path: path.to_owned(),
                object: definition.to_string(),
            })
            .collect();
        for (status, answer) in self.create(&requests)? {
            assert_eq!(status, 201, "{answer}");
        }
        wait_for("the definitions to be served", PATIENCE, || {
            let list = self.get(path).map_err(|error| error.to_string())?;
            let items = list["items"].as_array().cloned().unwrap_or_default();
            let established = items.iter().filter(|item| is_established(item)).count();
            if established >= definitions.len() {
                Ok(())
            } else {
                Err(format!("{established} of {}", definitions.len()))
            }
        });
        Ok(())
    }

    /// Makes requests in a row: the status of each, and what the server says.
    ///
    /// # Errors
    ///
    /// When the server cannot be asked.
    pub fn create(&self, requests: &[Create]) -> Result<Vec<(u16, Value)>, ApiServerError> {
        let mut config = String::new();
        for (number, Create { path, object }) in requests.iter().enumerate() {
            let body = self.scratch.write(&format!("{number}.body"), object)?;
            let answer = self.answer(number);
            config.push_str(&format!(
                "next\nurl = \"{}{path}\"\ndata-binary = \"@{}\"\noutput = \"{}\"\n{}\
                 write-out = \"%{{http_code}}\\n\"\n",
                self.url(),
                body.display(),
                answer.display(),
                headers(),
            ));
        }
        let printed = self.curl(&config)?;
        let answers = printed.lines().enumerate().map(|(number, status)| {
            let text = fs::read_to_string(self.answer(number)).unwrap_or_default();
            let status = status.parse().unwrap_or_default();
            (status, serde_json::from_str(&text).unwrap_or(json!(text)))
        });
        Ok(answers.collect())
    }

    fn get(&self, path: &str) -> Result<Value, ApiServerError> {
        let printed = self.curl(&format!("url = \"{}{path}\"\n{}", self.url(), headers()))?;
        Ok(serde_json::from_str(&printed).unwrap_or(Value::Null))
    }

    fn answer(&self, number: usize) -> PathBuf {
        self.scratch.path().join(format!("{number}.answer"))
    }

    /// What curl prints that does what a configuration file says.
    fn curl(&self, config: &str) -> Result<String, ApiServerError> {
        let config = self.scratch.write("requests", config)?;
        Ok(netns::run(
            Command::new("curl").arg("--config").arg(config),
        )?)
    }

    /// Everything that the server has printed.
    #[must_use]
    pub fn log(&self) -> String {
        fs::read_to_string(self.scratch.path().join("server.log")).unwrap_or_default()
    }

    fn health(&self) -> Result<(), String> {
        let config = format!(
            "url = \"{}/readyz\"\nmax-time = 5\n{}",
            self.url(),
            headers()
        );
        let answer = match self.curl(&config) {
            Ok(answer) if answer == "ok" => return Ok(()),
            Ok(answer) => answer,
            Err(error) => error.to_string(),
        };
        let log = self.log();
        let last = log.lines().last().unwrap_or_default();
        Err(format!("it says {answer:?}; the last of its log: {last}"))
    }
}

/// What curl is told for each request. The certificate is the server's own, and nobody's.
fn headers() -> String {
    format!(
        "silent\ninsecure\nheader = \"Authorization: Bearer {TOKEN}\"\n\
         header = \"Content-Type: application/json\"\n"
    )
}

fn is_established(definition: &Value) -> bool {
    let conditions = definition["status"]["conditions"].as_array();
    conditions.is_some_and(|conditions| {
        conditions
            .iter()
            .any(|condition| condition["type"] == "Established" && condition["status"] == "True")
    })
}

/// A child process that ends with this value.
#[derive(Debug)]
struct Guarded(Child);

impl Drop for Guarded {
    fn drop(&mut self) {
        // An error means that the program has ended by itself, which is as well.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn etcd(directory: &Path, client: u16, peer: u16) -> Result<Guarded, ApiServerError> {
    let client = format!("http://127.0.0.1:{client}");
    let peer = format!("http://127.0.0.1:{peer}");
    let mut command = Command::new("etcd");
    command
        .arg("--data-dir")
        .arg(directory.join("etcd"))
        .args(["--listen-client-urls", &client])
        .args(["--advertise-client-urls", &client])
        .args(["--listen-peer-urls", &peer])
        .args(["--initial-advertise-peer-urls", &peer])
        .args(["--initial-cluster", &format!("default={peer}")]);
    spawn(command, &directory.join("etcd.log"))
}

fn server(
    binary: &Path,
    directory: &Path,
    key: &Path,
    tokens: &Path,
    etcd: u16,
    port: u16,
) -> Result<Guarded, ApiServerError> {
    let option = |name: &str, path: &Path| format!("--{name}={}", path.display());
    let mut command = Command::new(binary);
    command
        .arg(format!("--etcd-servers=http://127.0.0.1:{etcd}"))
        .arg(option("cert-dir", &directory.join("certs")))
        .arg(format!("--secure-port={port}"))
        .args(["--bind-address=127.0.0.1", "--advertise-address=127.0.0.1"])
        .arg("--service-account-issuer=https://kubernetes.default.svc")
        .arg(option("service-account-signing-key-file", key))
        .arg(option("service-account-key-file", key))
        .arg(option("token-auth-file", tokens))
        .arg("--authorization-mode=AlwaysAllow")
        .arg("--service-cluster-ip-range=10.96.0.0/16")
        .arg("--disable-admission-plugins=ServiceAccount");
    spawn(command, &directory.join("server.log"))
}

fn spawn(mut command: Command, log: &Path) -> Result<Guarded, ApiServerError> {
    let output = File::create(log).map_err(|source| system(log, source))?;
    let errors = output.try_clone().map_err(|source| system(log, source))?;
    let program = command.get_program().to_string_lossy().into_owned();
    let child = command.stdin(Stdio::null()).stdout(output).stderr(errors);
    let child = child.spawn().map_err(|source| system(program, source))?;
    Ok(Guarded(child))
}

/// The server's program, unpacked and executable.
fn unpack(packed: &Path, directory: &Path) -> Result<PathBuf, ApiServerError> {
    use std::os::unix::fs::PermissionsExt;

    let binary = directory.join("kube-apiserver");
    let output = File::create(&binary).map_err(|source| system(&binary, source))?;
    let unpacked = Command::new("xz")
        .args(["--decompress", "--stdout"])
        .arg(packed)
        .stdout(output)
        .status()
        .map_err(|source| system("xz", source))?;
    if !unpacked.success() {
        return Err(missing(PACKED));
    }
    let permissions = fs::Permissions::from_mode(0o755);
    fs::set_permissions(&binary, permissions).map_err(|source| system(&binary, source))?;
    Ok(binary)
}

/// Ports that nobody has at this moment.
fn free_ports() -> Result<[u16; 3], ApiServerError> {
    let listen = || TcpListener::bind((Ipv4Addr::LOCALHOST, 0));
    let port = |listener: &io::Result<TcpListener>| {
        let listener = listener.as_ref().ok()?;
        Some(listener.local_addr().ok()?.port())
    };
    // All are held until all are known, so that none is given twice.
    let held = [listen(), listen(), listen()];
    match [port(&held[0]), port(&held[1]), port(&held[2])] {
        [Some(a), Some(b), Some(c)] => Ok([a, b, c]),
        _ => Err(missing("a free port")),
    }
}

fn missing(what: &str) -> ApiServerError {
    ApiServerError::Missing(what.to_owned())
}

fn system(what: impl AsRef<Path>, source: io::Error) -> ApiServerError {
    ApiServerError::System {
        what: what.as_ref().display().to_string(),
        source,
    }
}
