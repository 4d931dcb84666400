//! BGP peers that a test plays itself, beside a daemon in a namespace.
//!
//! A test cannot have sockets in two namespaces. It starts its own program once more in the
//! peers' namespace, with the name of the ignored "test" that plays them, and reads what that
//! prints.

use std::collections::BTreeMap;
use std::io::{Error, Read as _, Result, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use bgp_wire::{Asn, Capability, Context, Family, Open, PathAttributes, PeerType, UpdateView};
use ipnet::{IpNet, Ipv4Net};
use testkit::netns::{Lan, Namespace};

/// The daemon.
pub(crate) const DAEMON: Ipv4Addr = Ipv4Addr::new(10, 99, 0, 20);
pub(crate) const DAEMON_AS: u32 = 65_000;

/// A peer of the daemon.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Peer {
    pub(crate) address: Ipv4Addr,
    pub(crate) asn: u32,
    pub(crate) identifier: Ipv4Addr,
}

impl Peer {
    pub(crate) const fn is_internal(self) -> bool {
        self.asn == DAEMON_AS
    }

    pub(crate) const fn context(self) -> Context {
        Context::new(match self.is_internal() {
            true => PeerType::Internal,
            false => PeerType::External,
        })
    }
}

/// The daemon's host, `daemon`, and that of the peers, `peers`.
pub(crate) fn lan(peers: impl IntoIterator<Item = Peer>) -> Lan {
    let net = |address| IpNet::V4(Ipv4Net::new_assert(address, 16));
    let peers: Vec<IpNet> = peers.into_iter().map(|peer| net(peer.address)).collect();
    Lan::new(&[("daemon", &[net(DAEMON)]), ("peers", &peers)]).unwrap()
}

/// Runs the ignored test of that name in a namespace: what it printed.
pub(crate) fn play(namespace: &Namespace, name: &str) -> String {
    let program = std::env::current_exe().unwrap();
    let mut player = namespace.command(program.to_str().unwrap());
    player.args(["--exact", name, "--ignored", "--nocapture"]);
    let output = player.output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    String::from_utf8(output.stdout).unwrap()
}

/// Opens a session; the daemon may be starting.
#[expect(
    clippy::disallowed_methods,
    reason = "a test waits for other programs in real time"
)]
pub(crate) fn establish(peer: Peer) -> TcpStream {
    let start = Instant::now();
    loop {
        match attempt(peer) {
            Ok(stream) => return stream,
            Err(error) => assert!(
                start.elapsed() < Duration::from_secs(40),
                "{peer:?}: {error}"
            ),
        }
        std::thread::sleep(Duration::from_millis(300));
    }
}

fn attempt(peer: Peer) -> Result<TcpStream> {
    use socket2::{Domain, Socket, Type};
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None)?;
    socket.bind(&SocketAddr::from((peer.address, 0)).into())?;
    socket.connect_timeout(
        &SocketAddr::from((DAEMON, 179)).into(),
        Duration::from_secs(2),
    )?;
    let mut stream = TcpStream::from(socket);
    stream.set_read_timeout(Some(Duration::from_secs(5)))?;
    let open = Open {
        my_as: Asn(peer.asn),
        hold_time: 240,
        identifier: peer.identifier,
        capabilities: vec![
            Capability::MultiProtocol(Family::IPV4_UNICAST),
            Capability::FourOctetAs(Asn(peer.asn)),
        ],
    };
    let mut message = vec![0; open.encoded_len()];
    open.encode(&mut message).map_err(Error::other)?;
    stream.write_all(&message)?;
    loop {
        let (kind, _) = read_message(&mut stream)?;
        match kind {
            1 => {
                let mut message = [0; 19];
                bgp_wire::keepalive(&mut message).map_err(Error::other)?;
                stream.write_all(&message)?;
            }
            4 => return Ok(stream),
            _ => return Err(Error::other(format!("a message of type {kind}"))),
        }
    }
}

/// Type and octets of the next message.
fn read_message(stream: &mut TcpStream) -> Result<(u8, Vec<u8>)> {
    let mut message = vec![0; 19];
    stream.read_exact(&mut message)?;
    let length = usize::from(u16::from_be_bytes([message[16], message[17]]));
    message.resize(length, 0);
    stream.read_exact(&mut message[19..])?;
    Ok((message[18], message))
}

/// A session that listens.
pub(crate) struct Listener {
    stream: TcpStream,
    context: Context,
    pub(crate) heard: BTreeMap<IpNet, PathAttributes>,
}

impl Listener {
    pub(crate) fn new(peer: Peer) -> Self {
        Self {
            stream: establish(peer),
            context: peer.context(),
            heard: BTreeMap::new(),
        }
    }

    /// Reads until nothing has come for a while.
    pub(crate) fn until_quiet(&mut self) {
        let quiet = Some(Duration::from_millis(1500));
        self.stream.set_read_timeout(quiet).unwrap();
        while let Ok((kind, message)) = read_message(&mut self.stream) {
            assert_ne!(kind, 3, "a NOTIFICATION");
            if kind != 2 {
                continue;
            }
            let update = UpdateView::scan(&message, &self.context).unwrap();
            for nlri in update.unreachable() {
                self.heard.remove(&nlri.prefix);
            }
            let attributes = update.path_attributes(Family::IPV4_UNICAST);
            for nlri in update.reachable() {
                // The network between us may be told of too.
                if !nlri
                    .prefix
                    .contains(&IpNet::from(std::net::IpAddr::from(DAEMON)))
                {
                    self.heard.insert(nlri.prefix, attributes.clone());
                }
            }
        }
    }
}

/// A number that looks like chance, below `below`.
pub(crate) fn chance(seed: [u32; 3], below: u32) -> u32 {
    let mut mixed = 0x9e37_79b9_u64;
    for part in seed {
        mixed = (mixed ^ u64::from(part)).wrapping_mul(0xff51_afd7_ed55_8ccd);
        mixed ^= mixed >> 32;
    }
    u32::try_from(mixed % u64::from(below)).unwrap()
}
