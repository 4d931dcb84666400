//! The daemons, each set up to do the same: take everything, and pass it on.

use std::fmt::{self, Write as _};
use std::path::Path;
use std::str::FromStr;
use std::time::Duration;

use testkit::netns::{Daemon, Namespace, NetnsError, Scratch};

use crate::scenario::{SUBJECT, SUBJECT_AS, Scenario};

/// A daemon to be measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    Bird,
    Frr,
    OpenBgpd,
    GoBgp,
    Speaker,
}

impl Subject {
    pub const ALL: [Self; 5] = [
        Self::Bird,
        Self::Frr,
        Self::OpenBgpd,
        Self::GoBgp,
        Self::Speaker,
    ];

    /// What must be installed.
    pub const fn program(self) -> Option<&'static str> {
        match self {
            Self::Bird => Some("bird"),
            // There may be two of the name `bgpd`.
            Self::Frr => Some("/usr/lib/frr/bgpd"),
            Self::OpenBgpd => Some("/usr/sbin/bgpd"),
            Self::GoBgp => Some("gobgpd"),
            Self::Speaker => None,
        }
    }

    /// Starts it; it listens soon.
    pub fn start<'ns>(
        self,
        namespace: &'ns Namespace,
        scratch: &Scratch,
        scenario: &Scenario,
        speaker: &Path,
    ) -> Result<Daemon<'ns>, NetnsError> {
        let here = scratch.path().display().to_string();
        let text = match self {
            Self::Bird => bird(scenario),
            Self::Frr => frr(scenario),
            Self::OpenBgpd => openbgpd(scenario, &here),
            Self::GoBgp => gobgp(scenario),
            Self::Speaker => ours(scenario),
        };
        let config = scratch.write("config", &text)?;
        private(&config)?;
        let config = config.display().to_string();
        let (socket, pid) = (format!("{here}/socket"), format!("{here}/pid"));
        let speaker = speaker.display().to_string();
        let arguments: Vec<&str> = match self {
            Self::Bird => vec!["-f", "-c", &config, "-s", &socket],
            Self::Frr => vec![
                "-Z",
                "-n",
                "-S",
                "-P",
                "0",
                "-i",
                &pid,
                "--vty_socket",
                &here,
                "-f",
                &config,
                "--log",
                "stdout",
                "--log-level",
                "err",
            ],
            Self::OpenBgpd => vec!["-d", "-f", &config],
            Self::GoBgp => vec![
                "-f",
                &config,
                "--api-hosts",
                "127.0.0.1:50051",
                "--pprof-disable",
                "-l",
                "warn",
            ],
            Self::Speaker => vec!["run", "--config", &config, "--quiet"],
        };
        let program = self.program().unwrap_or(&speaker);
        let daemon = Daemon::start(namespace, scratch, "subject", program, &arguments)?;
        // Parents fork, and only then are counted with their children.
        std::thread::sleep(Duration::from_secs(2));
        Ok(daemon)
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Bird => "bird",
            Self::Frr => "frr",
            Self::OpenBgpd => "openbgpd",
            Self::GoBgp => "gobgp",
            Self::Speaker => "speaker",
        })
    }
}

impl FromStr for Subject {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        let known = Self::ALL.into_iter().find(|it| it.to_string() == name);
        known.ok_or_else(|| format!("no such subject: {name}"))
    }
}

/// OpenBGPD reads no configuration that others may read, and wants a place to be locked into.
fn private(config: &Path) -> Result<(), NetnsError> {
    use std::os::unix::fs::PermissionsExt as _;
    let path = config.display().to_string();
    let failed = |source| NetnsError::File {
        path: path.clone(),
        source,
    };
    let mode = std::fs::Permissions::from_mode(0o600);
    std::fs::set_permissions(config, mode).map_err(failed)?;
    std::fs::create_dir_all("/run/openbgpd").map_err(failed)
}

/// Text with one part for each peer.
fn text(
    head: &str,
    scenario: &Scenario,
    part: impl Fn(&mut String, &str, u32) -> fmt::Result,
) -> String {
    let mut text = head.to_owned();
    for peer in scenario.peers() {
        // A text takes whatever is written to it.
        let _ = part(&mut text, &peer.address.to_string(), peer.asn);
    }
    text
}

fn bird(scenario: &Scenario) -> String {
    let client = if scenario.reflector { "rr client;" } else { "" };
    let head = format!(
        "router id {SUBJECT};\nprotocol device {{ scan time 60; }}\n\
         protocol direct {{ ipv4; interface \"eth0\"; }}\n"
    );
    text(&head, scenario, |text, address, asn| {
        let name = address.replace('.', "_");
        writeln!(
            text,
            "protocol bgp p_{name} {{ local {SUBJECT} as {SUBJECT_AS}; neighbor {address} as {asn}; \
             passive; hold time 600; {client} \
             ipv4 {{ import all; export where source = RTS_BGP; }}; }}"
        )
    })
}

fn frr(scenario: &Scenario) -> String {
    let head = format!(
        "router bgp {SUBJECT_AS}\n bgp router-id {SUBJECT}\n no bgp ebgp-requires-policy\n \
         no bgp network import-check\n no bgp default ipv4-unicast\n"
    );
    let text_of_sessions = text(&head, scenario, |text, address, asn| {
        writeln!(
            text,
            " neighbor {address} remote-as {asn}\n neighbor {address} passive\n \
             neighbor {address} timers 200 600\n neighbor {address} timers connect 1\n \
             neighbor {address} advertisement-interval 0"
        )
    });
    let head = text_of_sessions + " address-family ipv4 unicast\n";
    let all = text(&head, scenario, |text, address, _| {
        writeln!(text, "  neighbor {address} activate")?;
        match scenario.reflector {
            true => writeln!(text, "  neighbor {address} route-reflector-client"),
            false => Ok(()),
        }
    });
    all + " exit-address-family\n"
}

fn openbgpd(scenario: &Scenario, here: &str) -> String {
    let head = format!(
        "AS {SUBJECT_AS}\nrouter-id {SUBJECT}\nfib-update no\nsocket \"{here}/socket\"\n\
         holdtime 600\nallow from any\nallow to any\n"
    );
    let kind = match scenario.reflector {
        true => format!("route-reflector {SUBJECT}"),
        false => "enforce neighbor-as yes".to_owned(),
    };
    text(&head, scenario, |text, address, asn| {
        writeln!(
            text,
            "neighbor {address} {{\n remote-as {asn}\n passive\n {kind}\n}}"
        )
    })
}

fn gobgp(scenario: &Scenario) -> String {
    let head = format!("[global.config]\nas = {SUBJECT_AS}\nrouter-id = \"{SUBJECT}\"\n");
    let client = match scenario.reflector {
        true => format!(
            "[neighbors.route-reflector.config]\nroute-reflector-client = true\n\
             route-reflector-cluster-id = \"{SUBJECT}\"\n"
        ),
        false => String::new(),
    };
    text(&head, scenario, |text, address, asn| {
        writeln!(
            text,
            "[[neighbors]]\n[neighbors.config]\nneighbor-address = \"{address}\"\npeer-as = {asn}\n\
             [neighbors.timers.config]\nhold-time = 600\n\
             [neighbors.transport.config]\npassive-mode = true\n{client}\
             [[neighbors.afi-safis]]\n[neighbors.afi-safis.config]\nafi-safi-name = \"ipv4-unicast\""
        )
    })
}

fn ours(scenario: &Scenario) -> String {
    let head = format!(
        "as = {SUBJECT_AS}\nrouter-id = \"{SUBJECT}\"\naddresses = [\"{SUBJECT}\"]\n\
         listen = [\"{SUBJECT}:179\"]\n"
    );
    let kind = match scenario.reflector {
        true => "client = true",
        false => "import = \"accept\"\nexport = \"accept\"",
    };
    text(&head, scenario, |text, address, asn| {
        writeln!(
            text,
            "[[peer]]\naddress = \"{address}\"\nas = {asn}\npassive = true\nhold-time = 600\n\
             local-address = \"{SUBJECT}\"\n{kind}"
        )
    })
}
