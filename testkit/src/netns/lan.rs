//! Namespaces, and an Ethernet between them.

use std::fmt;
use std::process::{self, Command};
use std::sync::atomic::{AtomicU32, Ordering};

use ipnet::IpNet;

use super::{NetnsError, run};

/// A network namespace, deleted on drop.
#[derive(Debug)]
pub struct Namespace {
    name: String,
}

impl Namespace {
    /// Makes a namespace whose loopback is up; `label` only helps a reader of
    /// `ip netns list`.
    ///
    /// # Errors
    ///
    /// What `ip` says when it refuses.
    pub fn new(label: &str) -> Result<Self, NetnsError> {
        static MADE: AtomicU32 = AtomicU32::new(0);
        let count = MADE.fetch_add(1, Ordering::Relaxed);
        let name = format!("testkit-{}-{count}-{label}", process::id());
        ip(["netns", "add", &name])?;
        let namespace = Self { name };
        namespace.run("ip", &["link", "set", "lo", "up"])?;
        Ok(namespace)
    }

    /// The name that `ip netns` knows it by.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// A command that will run `program` inside. The process keeps its id: `ip netns
    /// exec` becomes the program.
    #[must_use]
    pub fn command(&self, program: &str) -> Command {
        let mut command = Command::new("ip");
        command.args(["netns", "exec", &self.name, program]);
        command
    }

    /// Runs `program` inside, to its end; what it printed on standard output.
    ///
    /// # Errors
    ///
    /// When the program cannot be started or fails.
    pub fn run(&self, program: &str, arguments: &[&str]) -> Result<String, NetnsError> {
        run(self.command(program).args(arguments))
    }
}

impl Namespace {
    /// Sends a signal (`STOP`, `KILL`, …) to every process inside: a daemon may be several.
    ///
    /// # Errors
    ///
    /// When that is not possible.
    pub fn signal(&self, signal: &str) -> Result<(), NetnsError> {
        let pids = ip(["netns", "pids", &self.name])?;
        super::signal(
            signal,
            pids.split_whitespace().filter_map(|pid| pid.parse().ok()),
        )
    }
}

impl Drop for Namespace {
    fn drop(&mut self) {
        // What a daemon has started outlives it.
        let _ = self.signal("KILL");
        if let Err(error) = ip(["netns", "delete", &self.name]) {
            eprintln!("{error}");
        }
    }
}

impl fmt::Display for Namespace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

/// Hosts on one Ethernet: a namespace each, with one interface `eth0`, and a bridge
/// between them in a namespace of its own.
#[derive(Debug)]
pub struct Lan {
    hosts: Vec<(String, Namespace)>,
    // Dropped after the hosts.
    switch: Namespace,
}

impl Lan {
    /// Makes the hosts with their addresses. IPv6 addresses are usable at once (without
    /// duplicate address detection).
    ///
    /// # Errors
    ///
    /// What `ip` says when it refuses.
    pub fn new(hosts: &[(&str, &[IpNet])]) -> Result<Self, NetnsError> {
        let switch = Namespace::new("switch")?;
        switch.run("ip", &["link", "add", "bridge", "type", "bridge"])?;
        switch.run("ip", &["link", "set", "bridge", "up"])?;
        let hosts = hosts
            .iter()
            .enumerate()
            .map(|(port, (name, addresses))| {
                let host = Namespace::new(name)?;
                plug(&switch, port, &host)?;
                for address in *addresses {
                    add_address(&host, *address)?;
                }
                Ok(((*name).to_owned(), host))
            })
            .collect::<Result<_, NetnsError>>()?;
        Ok(Self { hosts, switch })
    }

    /// The host of that name.
    ///
    /// # Panics
    ///
    /// When the network was made without it.
    #[must_use]
    #[expect(clippy::panic, reason = "a test that misspells a host is wrong")]
    pub fn host(&self, name: &str) -> &Namespace {
        self.hosts
            .iter()
            .find_map(|(known, host)| (known == name).then_some(host))
            .unwrap_or_else(|| panic!("no host is called {name}"))
    }
}

impl Lan {
    /// Lets no frame pass between two hosts, nor between any two that are cut off so, or lets them
    /// pass again. Their interfaces stay up.
    ///
    /// # Errors
    ///
    /// What `ip` says when it refuses.
    ///
    /// # Panics
    ///
    /// When the network was made without one of the hosts.
    pub fn cut(&self, hosts: [&str; 2], cut: bool) -> Result<(), NetnsError> {
        let isolated = if cut { "on" } else { "off" };
        for host in hosts {
            let namespace = self.host(host);
            let is_it = |(_, known): &(String, Namespace)| known.name == namespace.name;
            let port = self.hosts.iter().position(is_it).unwrap_or_default();
            let port = format!("port{port}");
            let words = [
                "link",
                "set",
                "dev",
                &port,
                "type",
                "bridge_slave",
                "isolated",
                isolated,
            ];
            self.switch.run("ip", &words)?;
        }
        Ok(())
    }
}

fn plug(switch: &Namespace, port: usize, host: &Namespace) -> Result<(), NetnsError> {
    let port = format!("port{port}");
    ip([
        "link",
        "add",
        &port,
        "netns",
        &switch.name,
        "type",
        "veth",
        "peer",
        "name",
        "eth0",
        "netns",
        &host.name,
    ])?;
    switch.run("ip", &["link", "set", &port, "master", "bridge", "up"])?;
    host.run("ip", &["link", "set", "eth0", "up"])?;
    Ok(())
}

fn add_address(host: &Namespace, address: IpNet) -> Result<(), NetnsError> {
    let address_text = address.to_string();
    let mut arguments = vec!["address", "add", &address_text, "dev", "eth0"];
    if matches!(address, IpNet::V6(_)) {
        arguments.push("nodad");
    }
    host.run("ip", &arguments).map(drop)
}

fn ip<const N: usize>(arguments: [&str; N]) -> Result<String, NetnsError> {
    run(Command::new("ip").args(arguments))
}
