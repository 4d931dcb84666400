//! BIRD 2: a configuration written from data, the daemon, and its control program.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use ipnet::IpNet;

use super::{Daemon, Namespace, NetnsError, Scratch, run, wait_for};

/// What BIRD says first to whoever connects to its socket, behind its version.
const GREETING: &str = " ready.\n";

/// What one BIRD is configured to do. Its `Display` is the configuration file.
#[derive(Clone, Debug)]
pub struct Config {
    /// `router id`, by which ORIGINATOR_ID knows it.
    pub router_id: Ipv4Addr,
    /// The local AS.
    pub asn: u32,
    /// Prefixes that it announces, each by a static blackhole route.
    pub announce: Vec<IpNet>,
    /// Its BGP neighbours.
    pub peers: Vec<Peer>,
}

/// A BGP session of one family: that of the two addresses.
#[derive(Clone, Debug)]
pub struct Peer {
    /// The name of the BIRD protocol.
    pub name: String,
    /// Our address.
    pub local: IpAddr,
    /// The neighbour's address.
    pub remote: IpAddr,
    /// The neighbour's AS.
    pub asn: u32,
    /// The cluster id, when the neighbour is our route reflector client.
    pub cluster_id: Option<Ipv4Addr>,
}

impl fmt::Display for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "log stderr all;")?;
        writeln!(f, "router id {};", self.router_id)?;
        writeln!(f, "debug protocols {{ states }};")?;
        writeln!(f, "protocol device {{ scan time 10; }}")?;
        // Without the connected networks every next hop is unreachable to BIRD.
        writeln!(f, "protocol direct {{ ipv4; ipv6; }}")?;
        for family in ["ipv4", "ipv6"] {
            writeln!(f, "protocol static static_{family} {{\n  {family};")?;
            let of_family = |net: &&IpNet| channel(net.addr()) == family;
            for net in self.announce.iter().filter(of_family) {
                writeln!(f, "  route {net} blackhole;")?;
            }
            writeln!(f, "}}")?;
        }
        self.peers
            .iter()
            .try_for_each(|peer| peer.write(f, self.asn))
    }
}

impl Peer {
    fn write(&self, f: &mut fmt::Formatter<'_>, local_as: u32) -> fmt::Result {
        writeln!(f, "protocol bgp {} {{", self.name)?;
        writeln!(f, "  local {} as {local_as};", self.local)?;
        writeln!(f, "  neighbor {} as {};", self.remote, self.asn)?;
        if let Some(cluster_id) = self.cluster_id {
            writeln!(f, "  rr client;\n  rr cluster id {cluster_id};")?;
        }
        writeln!(f, "  connect delay time 1; connect retry time 2;")?;
        writeln!(f, "  error wait time 1, 3;")?;
        writeln!(
            f,
            "  {} {{ import all; export where source ~ [ RTS_STATIC, RTS_BGP ]; }};",
            channel(self.remote)
        )?;
        writeln!(f, "}}")
    }
}

const fn channel(address: IpAddr) -> &'static str {
    match address {
        IpAddr::V4(_) => "ipv4",
        IpAddr::V6(_) => "ipv6",
    }
}

/// A running BIRD.
#[derive(Debug)]
pub struct Bird<'ns> {
    socket: PathBuf,
    daemon: Daemon<'ns>,
}

impl<'ns> Bird<'ns> {
    /// Starts BIRD in `namespace` and waits until it answers. `name` distinguishes its
    /// files in `scratch`.
    ///
    /// # Errors
    ///
    /// When BIRD cannot be started.
    ///
    /// # Panics
    ///
    /// When BIRD does not answer within ten seconds.
    pub fn start(
        namespace: &'ns Namespace,
        scratch: &Scratch,
        name: &str,
        config: &Config,
    ) -> Result<Self, NetnsError> {
        Self::start_with(namespace, scratch, name, &config.to_string(), &[])
    }

    /// The same with any configuration, and more words on the command line (`-R`: it has restarted).
    ///
    /// # Errors
    ///
    /// As [`Self::start`].
    ///
    /// # Panics
    ///
    /// As [`Self::start`].
    pub fn start_with(
        namespace: &'ns Namespace,
        scratch: &Scratch,
        name: &str,
        config: &str,
        more: &[&str],
    ) -> Result<Self, NetnsError> {
        let file = scratch.write(&format!("{name}.conf"), config)?;
        let socket = scratch.path().join(format!("{name}.ctl"));
        let arguments = [
            "-f",
            "-c",
            &file.to_string_lossy(),
            "-s",
            &socket.to_string_lossy(),
        ];
        let arguments = [&arguments, more].concat();
        let daemon = Daemon::start(namespace, scratch, name, "bird", &arguments)?;
        let bird = Self { socket, daemon };
        wait_for("BIRD to answer", Duration::from_secs(10), || {
            bird.query("show status").map_err(|error| error.to_string())
        });
        Ok(bird)
    }

    /// The process.
    #[must_use]
    pub const fn daemon(&self) -> &Daemon<'ns> {
        &self.daemon
    }

    /// Everything that BIRD has logged: the errors it received among it, which
    /// `show protocols` forgets at the next attempt to connect.
    #[must_use]
    pub fn log(&self) -> String {
        self.daemon.log()
    }

    /// What BIRD answers to a command. "Network not found" and its like are answers, too,
    /// though `birdc` ends with a failure after them.
    ///
    /// # Errors
    ///
    /// When BIRD is not there to answer.
    pub fn query(&self, command: &str) -> Result<String, NetnsError> {
        let asked = run(Command::new("birdc")
            .arg("-s")
            .arg(&self.socket)
            .arg(command));
        match asked {
            Err(NetnsError::Failed { output, .. }) if output.contains(GREETING) => Ok(output),
            answered => answered,
        }
    }

    /// Waits until the answer to `command` satisfies `wanted`, and returns the answer.
    ///
    /// # Panics
    ///
    /// When that takes longer than `limit`, with the last answer.
    pub fn wait(&self, command: &str, limit: Duration, wanted: impl Fn(&str) -> bool) -> String {
        wait_for(command, limit, || {
            let answer = self.query(command).map_err(|error| error.to_string())?;
            if wanted(&answer) {
                Ok(answer)
            } else {
                Err(answer)
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_family_has_its_own_statics() {
        let config = Config {
            router_id: Ipv4Addr::new(10, 99, 0, 1),
            asn: 64512,
            announce: vec![
                "10.100.0.0/26".parse().unwrap(),
                "fd00:100::/122".parse().unwrap(),
            ],
            peers: Vec::new(),
        };
        let text = config.to_string();
        assert!(text.contains("static_ipv4 {\n  ipv4;\n  route 10.100.0.0/26 blackhole;\n}"));
        assert!(text.contains("static_ipv6 {\n  ipv6;\n  route fd00:100::/122 blackhole;\n}"));
    }
}
