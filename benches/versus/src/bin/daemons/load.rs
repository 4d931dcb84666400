//! The other side of a daemon: sessions that feed routes, and sessions that count them.
//!
//! This runs as a process of its own, in the namespace of the load. A session is as simple as
//! the daemons allow: OPEN, KEEPALIVE, and from then on octets.

use std::collections::HashMap;
use std::error::Error;
use std::ffi::OsString;
use std::io::{self, Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use bgp_wire::{Asn, Capability, Family, Open};

use crate::routes::{self, Route};
use crate::scenario::{Load, Measured, Peer, SUBJECT, Scenario};
use crate::usage::Processes;

/// The first word of this process's command line.
pub const WORD: &str = "load";

const KEEPALIVE: [u8; 19] = {
    let mut message = [0xff; 19];
    (message[16], message[17], message[18]) = (0, 19, 4);
    message
};
const HEADER: usize = 19;
/// Seconds.
const HOLD_TIME: u16 = 600;
const UPDATE: u8 = 2;
const NOTIFICATION: u8 = 3;

/// Loads the daemon of a process and prints what it came to.
pub fn main(line: Vec<OsString>) -> Result<(), Box<dyn Error>> {
    let words: Vec<String> = line
        .into_iter()
        .map(OsString::into_string)
        .collect::<Result<_, _>>()
        .map_err(|_| "no text")?;
    let (pid, rest) = words.split_first().ok_or("no process")?;
    let load = Load::parse(rest).ok_or("no such load")?;
    let processes = Processes::of(pid.parse()?);
    println!("{}", run(&load, &processes)?.line());
    Ok(())
}

fn run(load: &Load, processes: &Processes) -> Result<Measured, Box<dyn Error>> {
    let scenario = load.scenario;
    let all = routes::routes(load.routes.as_deref(), scenario.total())?;
    let index: HashMap<u64, u32, Fast> = (0..)
        .zip(&all)
        .map(|(number, route)| (key_of(route), number))
        .collect();
    let index = Arc::new(index);
    let streams = (0..scenario.feeders).map(|number| {
        let feeder = scenario.feeder(number);
        let peer_as = (!scenario.reflector).then_some(feeder.asn);
        routes::stream(share(scenario, &all, number), feeder.address, peer_as)
    });
    let streams: Vec<(Vec<u8>, Vec<u8>)> = streams.collect::<Result<_, _>>()?;
    let total = all.len();
    drop(all);
    let limit = Instant::now() + load.limit;
    let sinks = (0..scenario.sinks).map(|number| {
        let stream = establish(scenario.sink(number), limit)?;
        Sink::start(stream, Arc::clone(&index), total)
    });
    let sinks: Vec<Arc<Sink>> = sinks.collect::<io::Result<_>>()?;
    let feeders = (0..scenario.feeders).map(|number| establish(scenario.feeder(number), limit));
    let feeders: Vec<TcpStream> = feeders.collect::<io::Result<_>>()?;
    for feeder in &feeders {
        discard(feeder.try_clone()?);
    }
    thread::sleep(Duration::from_secs(1));

    let (announcements, withdrawals): (Vec<_>, Vec<_>) = streams.into_iter().unzip();
    let mut measured = Measured::default();
    (measured.converged, measured.cpu) = phase(&feeders, announcements, processes, || {
        wait(&sinks, load.limit, |sink| sink.count() == total)
    })?;
    measured.peak = processes.peak();
    measured.messages = sinks
        .first()
        .map_or(0, |sink| sink.updates.load(Ordering::Relaxed));
    (measured.withdrawn, measured.cpu_withdrawing) =
        phase(&feeders, withdrawals, processes, || {
            wait(&sinks, load.limit, |sink| sink.count() == 0)
        })?;
    Ok(measured)
}

/// What a feeder announces.
fn share<'a>(scenario: &Scenario, all: &'a [Route], number: u8) -> &'a [Route] {
    if scenario.overlap {
        return all;
    }
    let first = usize::from(number) * scenario.prefixes;
    all.get(first..first + scenario.prefixes)
        .unwrap_or_default()
}

/// Feeds octets and waits for what they bring: how long it took, and how much CPU.
fn phase(
    feeders: &[TcpStream],
    streams: Vec<Vec<u8>>,
    processes: &Processes,
    arrived: impl FnOnce() -> Result<Instant, String>,
) -> Result<(f64, f64), Box<dyn Error>> {
    let before = processes.cpu();
    let start = Instant::now();
    let mut writers = Vec::new();
    for (feeder, octets) in feeders.iter().zip(streams) {
        let mut feeder = feeder.try_clone()?;
        writers.push(thread::spawn(move || feeder.write_all(&octets)));
    }
    let end = arrived()?;
    for writer in writers {
        writer.join().map_err(|_| "a feeder panicked")??;
    }
    // What the daemon does after the last octet is its work too.
    thread::sleep(Duration::from_millis(500));
    Ok((
        end.duration_since(start).as_secs_f64(),
        processes.cpu() - before,
    ))
}

/// When the last sink was `done`.
fn wait(
    sinks: &[Arc<Sink>],
    limit: Duration,
    done: impl Fn(&Sink) -> bool,
) -> Result<Instant, String> {
    let start = Instant::now();
    loop {
        if sinks.iter().all(|sink| done(sink)) {
            return Ok(Instant::now());
        }
        if let Some(sink) = sinks.iter().find(|sink| sink.ended.load(Ordering::Relaxed)) {
            return Err(format!("a session ended, with {} prefixes", sink.count()));
        }
        if start.elapsed() > limit {
            let least = sinks.iter().map(|sink| sink.count()).min();
            return Err(format!(
                "not within {} s: {least:?} prefixes",
                limit.as_secs()
            ));
        }
        thread::sleep(Duration::from_millis(2));
    }
}

/// Opens a session.
fn establish(peer: Peer, limit: Instant) -> io::Result<TcpStream> {
    loop {
        match attempt(peer) {
            Ok(stream) => return Ok(stream),
            Err(error) if Instant::now() > limit => return Err(error),
            Err(_) => thread::sleep(Duration::from_millis(300)),
        }
    }
}

fn attempt(peer: Peer) -> io::Result<TcpStream> {
    use socket2::{Domain, Socket, Type};
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None)?;
    socket.bind(&SocketAddr::from((peer.address, 0)).into())?;
    socket.connect_timeout(
        &SocketAddr::from((SUBJECT, 179)).into(),
        Duration::from_secs(2),
    )?;
    let mut stream = TcpStream::from(socket);
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(Duration::from_secs(5)))?;
    stream.write_all(&open(peer)?)?;
    let mut seen_open = false;
    loop {
        let mut header = [0; HEADER];
        stream.read_exact(&mut header)?;
        let length = usize::from(u16::from_be_bytes([header[16], header[17]]));
        let mut body = vec![0; length.saturating_sub(HEADER)];
        stream.read_exact(&mut body)?;
        match header[18] {
            1 => {
                stream.write_all(&KEEPALIVE)?;
                seen_open = true;
            }
            4 if seen_open => break,
            _ => {
                return Err(io::Error::other(format!(
                    "a message of type {}",
                    header[18]
                )));
            }
        }
    }
    stream.set_read_timeout(None)?;
    Ok(stream)
}

fn open(peer: Peer) -> io::Result<Vec<u8>> {
    let open = Open {
        my_as: Asn(peer.asn),
        // Longer than a run, so that nobody has to say that he is alive.
        hold_time: HOLD_TIME,
        identifier: peer.address,
        capabilities: vec![
            Capability::MultiProtocol(Family::IPV4_UNICAST),
            Capability::RouteRefresh,
            Capability::FourOctetAs(Asn(peer.asn)),
        ],
    };
    let mut message = vec![0; open.encoded_len()];
    open.encode(&mut message).map_err(io::Error::other)?;
    Ok(message)
}

/// Reads what a feeder is told, and forgets it.
fn discard(mut stream: TcpStream) {
    thread::spawn(move || {
        let mut buffer = vec![0; 1 << 16];
        while stream.read(&mut buffer).is_ok_and(|count| count > 0) {}
    });
}

/// A session that counts the prefixes that it has been told of.
#[derive(Debug, Default)]
struct Sink {
    count: AtomicUsize,
    updates: AtomicU64,
    ended: AtomicBool,
}

impl Sink {
    fn start(stream: TcpStream, index: Index, total: usize) -> io::Result<Arc<Self>> {
        let sink = Arc::new(Self::default());
        let shared = Arc::clone(&sink);
        thread::Builder::new().stack_size(1 << 16).spawn(move || {
            let mut held = Held {
                bits: vec![0; total.div_ceil(64)],
                count: 0,
                index,
            };
            // Whatever it is, the session is over.
            let _ = shared.read(stream, &mut held);
            shared.ended.store(true, Ordering::Relaxed);
        })?;
        Ok(sink)
    }

    fn count(&self) -> usize {
        self.count.load(Ordering::Relaxed)
    }

    fn read(&self, mut stream: TcpStream, held: &mut Held) -> Option<()> {
        let mut buffer = vec![0; 1 << 18];
        let mut filled = 0;
        loop {
            let count = stream
                .read(buffer.get_mut(filled..)?)
                .ok()
                .filter(|count| *count > 0)?;
            filled += count;
            let mut start = 0;
            while let Some([high, low, kind]) = buffer
                .get(start + 16..start + HEADER)
                .filter(|_| start + HEADER <= filled)
            {
                let length = usize::from(u16::from_be_bytes([*high, *low]));
                if start + length > filled {
                    break;
                }
                match *kind {
                    UPDATE => {
                        self.updates.fetch_add(1, Ordering::Relaxed);
                        held.update(buffer.get(start + HEADER..start + length)?)?;
                    }
                    NOTIFICATION => return None,
                    _ => {}
                }
                start += length;
            }
            buffer.copy_within(start..filled, 0);
            filled -= start;
            self.count.store(held.count, Ordering::Relaxed);
        }
    }
}

type Index = Arc<HashMap<u64, u32, Fast>>;
type Fast = std::hash::BuildHasherDefault<rustc_hash::FxHasher>;

/// What a session has been told of.
struct Held {
    bits: Vec<u64>,
    count: usize,
    index: Index,
}

impl Held {
    /// The body of an UPDATE of IPv4 (RFC 4271 §4.3).
    fn update(&mut self, body: &[u8]) -> Option<()> {
        let (withdrawn, rest) = counted(body)?;
        let (_, announced) = counted(rest)?;
        self.each(withdrawn, false)?;
        self.each(announced, true)
    }

    fn each(&mut self, mut octets: &[u8], there: bool) -> Option<()> {
        while let Some((length, rest)) = octets.split_first() {
            let (given, rest) = rest.split_at_checked(usize::from(*length).div_ceil(8))?;
            let mut address = [0; 4];
            address.get_mut(..given.len())?.copy_from_slice(given);
            self.set(key(Ipv4Addr::from(address), *length), there)?;
            octets = rest;
        }
        Some(())
    }

    fn set(&mut self, key: u64, there: bool) -> Option<()> {
        // The network between the two may be told of too.
        let Some(number) = self.index.get(&key) else {
            return Some(());
        };
        let word = self.bits.get_mut(*number as usize / 64)?;
        let bit = 1 << (number % 64);
        match (there, *word & bit != 0) {
            (true, false) => self.count += 1,
            (false, true) => self.count -= 1,
            _ => return Some(()),
        }
        *word ^= bit;
        Some(())
    }
}

/// What a length of two octets in front covers, and the rest.
fn counted(octets: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = octets.split_first_chunk::<2>()?;
    rest.split_at_checked(usize::from(u16::from_be_bytes(*length)))
}

fn key_of(route: &Route) -> u64 {
    key(route.prefix.network(), route.prefix.prefix_len())
}

fn key(address: Ipv4Addr, length: u8) -> u64 {
    u64::from(u32::from(address)) << 8 | u64::from(length)
}
