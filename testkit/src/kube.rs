//! A real Kubernetes API server with Calico's custom resource definitions, in a network
//! namespace of its own.
//!
//! The server and its start script are shared data (`lab/kube`): version 1.20, which checks
//! and prunes by schemas, and runs no CEL rules.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};

use crate::netns::{self, Namespace, NetnsError, Scratch, wait_for};
use crate::shared;

/// What a test with a server needs besides `ip`.
const PROGRAMS: [&str; 5] = ["bash", "curl", "etcd", "openssl", "xz"];
const ADDRESS: &str = "https://127.0.0.1:36443";
const LIMIT: Duration = Duration::from_secs(60);

/// A running API server, ended on drop.
#[derive(Debug)]
pub struct ApiServer {
    namespace: Namespace,
    script: PathBuf,
    scratch: Scratch,
}

/// A request to create an object.
#[derive(Clone, Debug)]
pub struct Create {
    /// The path of the collection, `/apis/GROUP/VERSION/…/PLURAL`.
    pub path: String,
    /// The object, as JSON.
    pub object: String,
}

impl ApiServer {
    /// Starts a server, where the shared data, root and the programs are there. Says on
    /// standard output why it does not.
    ///
    /// # Panics
    ///
    /// When it cannot start although everything is there, and as [`netns::ready`].
    #[must_use]
    #[expect(
        clippy::panic,
        reason = "a test whose server does not start has failed"
    )]
    pub fn start() -> Option<Self> {
        let Some(script) = shared::path("lab/kube/kube.sh") else {
            shared::skip_message();
            return None;
        };
        if !netns::ready(&PROGRAMS) {
            return None;
        }
        Some(Self::run(script).unwrap_or_else(|error| panic!("no API server: {error}")))
    }

    fn run(script: PathBuf) -> Result<Self, NetnsError> {
        let server = Self {
            namespace: Namespace::new("kube")?,
            script,
            scratch: Scratch::new("kube")?,
        };
        netns::run(&mut server.script("up"))?;
        Ok(server)
    }

    fn script(&self, argument: &str) -> Command {
        let mut command = self.namespace.command("bash");
        command
            .arg(&self.script)
            .arg(argument)
            .env("KUBE_RUN", self.scratch.path())
            .stdin(Stdio::null());
        command
    }

    /// Loads custom resource definitions and waits until their resources are served.
    ///
    /// # Errors
    ///
    /// When the server refuses one, or cannot be asked.
    ///
    /// # Panics
    ///
    /// When their resources are not served in time.
    pub fn define(&self, definitions: &[Value]) -> Result<(), NetnsError> {
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
        wait_for("the definitions to be served", LIMIT, || {
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
    pub fn create(&self, requests: &[Create]) -> Result<Vec<(u16, Value)>, NetnsError> {
        let mut config = String::new();
        for (number, Create { path, object }) in requests.iter().enumerate() {
            let body = self.scratch.write(&format!("{number}.body"), object)?;
            let answer = self.scratch.path().join(format!("{number}.answer"));
            config.push_str(&format!(
                "next\nurl = \"{ADDRESS}{path}\"\ndata-binary = \"@{}\"\noutput = \"{}\"\n{HEADERS}\
                 write-out = \"%{{http_code}}\\n\"\n",
                body.display(),
                answer.display(),
            ));
        }
        let config = self.scratch.write("requests", &config)?;
        let mut curl = self.namespace.command("curl");
        let printed = netns::run(curl.arg("--config").arg(config))?;
        let answers = printed.lines().enumerate().map(|(number, status)| {
            let answer = self.scratch.path().join(format!("{number}.answer"));
            let text = fs::read_to_string(answer).unwrap_or_default();
            let status = status.parse().unwrap_or_default();
            (status, serde_json::from_str(&text).unwrap_or(json!(text)))
        });
        Ok(answers.collect())
    }

    fn get(&self, path: &str) -> Result<Value, NetnsError> {
        let config = format!("url = \"{ADDRESS}{path}\"\n{HEADERS}");
        let config = self.scratch.write("request", &config)?;
        let mut curl = self.namespace.command("curl");
        let printed = netns::run(curl.arg("--config").arg(config))?;
        Ok(serde_json::from_str(&printed).unwrap_or(Value::Null))
    }
}

/// The certificate is the server's own, and nobody's.
const HEADERS: &str = "silent\ninsecure\nheader = \"Authorization: Bearer tok\"\n\
                       header = \"Content-Type: application/json\"\n";

fn is_established(definition: &Value) -> bool {
    let conditions = definition["status"]["conditions"].as_array();
    conditions.is_some_and(|conditions| {
        conditions
            .iter()
            .any(|condition| condition["type"] == "Established" && condition["status"] == "True")
    })
}

impl Drop for ApiServer {
    fn drop(&mut self) {
        // The script ends both by their ids, which it wrote down, and does not wait.
        let ids: Vec<String> = ["api.pid", "etcd.pid"]
            .iter()
            .filter_map(|file| fs::read_to_string(self.scratch.path().join(file)).ok())
            .collect();
        if let Err(error) = netns::run(&mut self.script("down")) {
            eprintln!("{error}");
        }
        let running = |id: &String| fs::exists(format!("/proc/{}", id.trim())).unwrap_or(false);
        wait_for("the API server to end", LIMIT, || {
            let left = ids.iter().filter(|id| running(id)).count();
            if left == 0 {
                Ok(())
            } else {
                Err(format!("{left} running"))
            }
        });
    }
}
