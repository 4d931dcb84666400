//! The daemon on a socket, and a connection for each client.

use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use bgp_rib::{FilterChain, PeerConfig, RibConfig};
use bgp_session::{Asn, Config};
use examples::daemon::{self, Order, Output, Settings, Style};
use examples::fib::Forwarding;
use examples::net::{self, Security};
use examples::node::Speaker;
use examples::plan::{PeeringPlan, RangePlan, SpeakerPlan};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::{Barrier, mpsc};

use super::Figures;
use super::client::{ASN, Client};

/// Both ends of a connection are here, and some files besides.
const FILES_PER_CLIENT: usize = 2;
const OTHER_FILES: usize = 64;

/// A reflector for so many clients of a range.
pub(crate) fn reflector(clients: usize, at: SocketAddr) -> SpeakerPlan {
    let range = "127.1.0.0/16".parse().expect("a range");
    let identifier = Ipv4Addr::new(127, 0, 0, 1);
    let mut session = Config::new(Asn(ASN), identifier, at);
    session.peer_as = Some(Asn(ASN));
    session.passive = true;
    let mut peer = PeerConfig::new(at.ip()).local_address(at.ip());
    peer.route_reflector_client = true;
    peer.import = FilterChain::accept_all();
    SpeakerPlan {
        name: "reflector".to_owned(),
        rib: RibConfig::new(Asn(ASN), identifier),
        peerings: Vec::new(),
        ranges: vec![RangePlan {
            range,
            limit: clients,
            peering: PeeringPlan {
                name: "clients".to_owned(),
                session,
                peer,
                local: None,
                security: Security::default(),
                advertisement_interval: Duration::ZERO,
                remote_node: None,
                lacks_policy: false,
            },
        }],
        originate: Vec::new(),
        listen: vec![at],
        forwarding: Forwarding::default(),
        restarted: false,
    }
}

pub(crate) fn run(wanted: usize) -> Figures {
    let clients = wanted.min(most_clients());
    if clients < wanted {
        println!("{clients} clients over loopback: there are files for no more");
    }
    let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
        .and_then(|listener| listener.local_addr())
        .expect("a free port")
        .port();
    let at = SocketAddr::new(Ipv4Addr::LOCALHOST.into(), port);
    let (orders, ordered) = mpsc::channel(1);
    let daemon = thread::spawn(move || runtime().block_on(serve(clients, at, ordered)));
    let figures = runtime().block_on(measure(clients, at));
    orders.blocking_send(Order::Restart).expect("it runs");
    daemon.join().expect("no panic").expect("no failure");
    figures
}

/// As many as there are files for.
fn most_clients() -> usize {
    let limits = std::fs::read_to_string("/proc/self/limits").unwrap_or_default();
    let line = limits
        .lines()
        .find_map(|line| line.strip_prefix("Max open files"));
    let soft = line.and_then(|line| line.split_whitespace().next()?.parse::<usize>().ok());
    soft.unwrap_or(1024).saturating_sub(OTHER_FILES) / FILES_PER_CLIENT
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime")
}

async fn serve(clients: usize, at: SocketAddr, orders: mpsc::Receiver<Order>) -> io::Result<()> {
    let mut plan = reflector(clients, at);
    let settings = Settings {
        listen: std::mem::take(&mut plan.listen),
        ..Settings::default()
    };
    let speaker = Speaker::new(plan).expect("a sound plan");
    daemon::run(
        speaker,
        settings,
        Output::new(Style::Text, io::sink()),
        orders,
    )
    .await
}

/// What all clients have in common.
struct Run {
    clients: usize,
    at: SocketAddr,
    /// How many have their sessions, and how many all routes.
    established: AtomicUsize,
    converged: AtomicUsize,
    updates: AtomicUsize,
    /// When the last of them did.
    times: Mutex<[Option<Instant>; 2]>,
    barrier: Barrier,
}

impl Run {
    fn count(&self, which: usize, counter: &AtomicUsize) {
        if counter.fetch_add(1, Ordering::Relaxed) + 1 == self.clients
            && let Ok(mut times) = self.times.lock()
            && let Some(time) = times.get_mut(which)
        {
            *time = Some(Instant::now());
        }
    }
}

async fn measure(clients: usize, at: SocketAddr) -> Figures {
    let run = Arc::new(Run {
        clients,
        at,
        established: AtomicUsize::new(0),
        converged: AtomicUsize::new(0),
        updates: AtomicUsize::new(0),
        times: Mutex::new([None; 2]),
        barrier: Barrier::new(clients + 1),
    });
    // The daemon may not listen yet.
    while TcpStream::connect(at).await.is_err() {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let start = Instant::now();
    let tasks: Vec<_> = (0..clients)
        .map(|number| tokio::spawn(play(number, Arc::clone(&run))))
        .collect();
    run.barrier.wait().await;
    let announced = Instant::now();
    run.barrier.wait().await;
    for task in tasks {
        task.await.expect("no panic").expect("no failure");
    }
    let times = run.times.lock().expect("nobody panicked");
    let [established, converged] = times.map(|time| time.expect("all were counted"));
    Figures {
        clients,
        established: established - start,
        converged: converged - announced,
        held: None,
        updates: run.updates.load(Ordering::Relaxed) as u64,
    }
}

/// One client: connects, waits until all are Established, announces, reads until it has all.
async fn play(number: usize, run: Arc<Run>) -> io::Result<()> {
    let mut client = Client::new(number, run.at);
    let mut stream = dial(client.address(), run.at).await?;
    let (local, remote) = (stream.local_addr()?, stream.peer_addr()?);
    client.connected(Instant::now(), local, remote);
    exchange(&mut client, &mut stream, Client::is_established).await?;
    run.count(0, &run.established);
    run.barrier.wait().await;
    client.announce();
    exchange(&mut client, &mut stream, |client| {
        client.routes + 1 == run.clients
    })
    .await?;
    run.count(1, &run.converged);
    let updates = usize::try_from(client.updates).unwrap_or_default();
    run.updates.fetch_add(updates, Ordering::Relaxed);
    // Nobody leaves before all have heard all.
    run.barrier.wait().await;
    Ok(())
}

async fn dial(from: IpAddr, to: SocketAddr) -> io::Result<TcpStream> {
    let security = Security::default();
    loop {
        match net::dial(Some(from), to, &security).await {
            // The queue of the listener was full.
            Err(error) if error.kind() == io::ErrorKind::ConnectionReset => {}
            result => return result,
        }
    }
}

async fn exchange(
    client: &mut Client,
    stream: &mut TcpStream,
    is_done: impl Fn(&Client) -> bool,
) -> io::Result<()> {
    let mut buffer = vec![0; 16 * 1024];
    loop {
        while let Some(bytes) = client.transmit(Instant::now()) {
            stream.write_all(&bytes).await?;
        }
        if is_done(client) {
            return Ok(());
        }
        let read = stream.read(&mut buffer).await?;
        if read == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        client.received(Instant::now(), buffer.get(..read).unwrap_or_default());
    }
}
