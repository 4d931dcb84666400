//! Two speakers on the loopback interface, over the kernel's TCP.

use std::io::{self, Write};
use std::net::{Ipv4Addr, TcpListener};
use std::sync::mpsc;
use std::time::Duration;

use calico_types::Resource;
use serde_json::{Value, json};
use tokio::sync::mpsc as orders;

use super::{Order, Output, Settings, Style, run};
use crate::node::Speaker;
use crate::plan::ClusterPlan;

/// Two nodes on addresses of the loopback network that own a block each, in a mesh.
fn cluster(port: u16) -> Vec<Resource> {
    let node = |name: &str, address: &str| {
        json!({"apiVersion": "projectcalico.org/v3", "kind": "Node", "metadata": {"name": name},
               "spec": {"bgp": {"ipv4Address": address}}})
    };
    let block = |name: &str, cidr: &str| {
        json!({"apiVersion": "projectcalico.org/v3", "kind": "BlockAffinity", "metadata": {"name": name},
               "spec": {"cidr": cidr, "node": name, "state": "confirmed", "deleted": false}})
    };
    let documents = [
        json!({"apiVersion": "projectcalico.org/v3", "kind": "BGPConfiguration", "metadata": {"name": "default"},
               "spec": {"listenPort": port, "bindMode": "NodeIP"}}),
        node("one", "127.0.0.11/8"),
        node("two", "127.0.0.12/8"),
        block("one", "192.168.1.0/26"),
        block("two", "192.168.2.0/26"),
    ];
    let read = |value: &Value| {
        let text = |key: &str| value[key].as_str().unwrap();
        Resource::from_value(text("apiVersion"), text("kind"), value)
            .unwrap()
            .unwrap()
    };
    documents.iter().map(read).collect()
}

/// A port that nobody listens on.
fn free_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    listener.local_addr().unwrap().port()
}

/// Sends each line to a channel.
struct Lines(mpsc::Sender<String>);

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(bytes).into_owned();
        self.0.send(text).map_err(io::Error::other)?;
        Ok(bytes.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A daemon on a thread of its own.
struct Running {
    lines: mpsc::Receiver<String>,
    seen: String,
    orders: orders::Sender<Order>,
    thread: Option<std::thread::JoinHandle<io::Result<()>>>,
}

impl Running {
    fn start(node: &str, resources: &[Resource], style: Style) -> Self {
        let mut plan = ClusterPlan::new(resources).speaker(node).unwrap();
        let settings = Settings {
            listen: std::mem::take(&mut plan.listen),
            ..Settings::default()
        };
        let speaker = Speaker::new(plan).unwrap();
        let ((sender, lines), (orders, ordered)) = (mpsc::channel(), orders::channel(1));
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()?;
            runtime.block_on(run(
                speaker,
                settings,
                Output::new(style, Lines(sender)),
                ordered,
            ))
        });
        Self {
            lines,
            seen: String::new(),
            orders,
            thread: Some(thread),
        }
    }

    /// Waits until `text` was printed.
    fn wait_for(&mut self, text: &str) {
        while !self.seen.contains(text) {
            match self.lines.recv_timeout(Duration::from_secs(20)) {
                Ok(piece) => self.seen.push_str(&piece),
                Err(error) => panic!("{error} waiting for {text:?} in:\n{}", self.seen),
            }
        }
    }

    fn stop(&mut self) {
        self.orders.blocking_send(Order::Shutdown).unwrap();
        self.thread.take().unwrap().join().unwrap().unwrap();
    }
}

#[test]
fn speakers_meet_exchange_routes_and_part() {
    let resources = cluster(free_port());
    let mut one = Running::start("one", &resources, Style::Text);
    one.wait_for("listening 127.0.0.11:");
    let mut two = Running::start("two", &resources, Style::Json);
    one.wait_for("OpenConfirm -> Established");
    one.wait_for("route 192.168.2.0/26 via 127.0.0.12 from 127.0.0.12");
    two.wait_for("\"nextHop\":\"127.0.0.11\"");
    two.stop();
    one.wait_for("Administrative Shutdown");
    one.wait_for("route 192.168.2.0/26 withdrawn");
    one.stop();
}
