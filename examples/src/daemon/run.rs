//! The task that owns the speaker.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::net::SocketAddr;
use std::time::{Duration, Instant, SystemTime};

use bgp_session::CloseCause;
use socket2::SockRef;
use tokio::net::TcpStream;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

use super::connection::Connection;
use super::listeners::Listeners;
use super::station::{self, Station};
use super::table::Table;
use super::{Order, Output, Question, Settings, status};
use crate::monitor;
use crate::net::{self, Keyring};
use crate::node::{Request, Speaker};
use crate::plan::SpeakerPlan;
use crate::sim::Socket;

/// How long peers get to read the NOTIFICATION after a stop.
const FAREWELL: Duration = Duration::from_secs(3);
/// Inputs that may wait; beyond that readers wait, and TCP with them.
const INPUTS: usize = 32;

/// What happens around the speaker.
#[derive(Debug)]
pub(super) enum Input {
    /// Somebody connected to a listener.
    Accepted(TcpStream),
    /// A connection that was asked for is open, or is not.
    Dialled(Socket, io::Result<TcpStream>),
    /// Bytes came.
    Bytes(Socket, Vec<u8>),
    /// The piece that a writer was given is written.
    Written(Socket),
    /// A connection ended.
    Closed(Socket, CloseCause),
    /// A monitoring station is connected.
    Station(Station),
    /// The kernel does not take a route.
    Refused(String),
    /// Somebody asks something.
    Asked(Question, oneshot::Sender<String>),
}

/// Runs a speaker until an order ends it, or nobody is left to give one, which is as
/// [`Order::Shutdown`].
///
/// # Errors
///
/// A listening socket cannot be had, or `output` cannot be written. What goes wrong with
/// a single connection is its session's matter.
pub async fn run<W: Write>(
    speaker: Speaker,
    settings: Settings,
    output: Output<W>,
    mut orders: mpsc::Receiver<Order>,
) -> io::Result<()> {
    let (inputs, mut waiting) = mpsc::channel(INPUTS);
    if let Some(path) = &settings.socket {
        tokio::spawn(status::serve(status::bind(path)?, inputs.clone()));
    }
    if let Some(address) = settings.monitor {
        tokio::spawn(station::connect(address, inputs.clone()));
    }
    let mut daemon = Daemon {
        speaker,
        connections: BTreeMap::new(),
        finishing: Vec::new(),
        listeners: Listeners::default(),
        keyring: Keyring::default(),
        table: Table::start(settings.kernel, inputs.clone())?,
        refused: Vec::new(),
        station: Station::default(),
        inputs,
        output,
    };
    daemon.listen(&settings.listen)?;
    daemon.speaker.start(now());
    let mut leaving = Leaving::No;
    loop {
        daemon.attend()?;
        let wake = daemon
            .speaker
            .next_timeout()
            .into_iter()
            .chain(leaving.until())
            .min();
        tokio::select! {
            Some(input) = waiting.recv() => {
                daemon.take(input);
                // What has come meanwhile is seen to at once, and answered together.
                for input in std::iter::from_fn(|| waiting.try_recv().ok()).take(INPUTS) {
                    daemon.take(input);
                }
            }
            () = sleep_until(wake) => daemon.speaker.timeout(now()),
            order = orders.recv(), if leaving.takes_orders() => match order {
                Some(Order::Restart) => {
                    daemon.table.leave(false, FAREWELL).await;
                    return daemon.output.event("left", daemon.speaker.name());
                }
                Some(Order::Reload(plan)) => daemon.reload(*plan)?,
                Some(Order::Shutdown) | None => {
                    leaving = daemon.leave(leaving, settings.drain)?;
                }
            }
        }
        if matches!(leaving, Leaving::Draining(until) if until <= now()) {
            leaving = daemon.leave(leaving, Duration::ZERO)?;
        }
        if let Leaving::Farewell(until) = leaving
            && (until <= now() || daemon.is_silent())
        {
            daemon.attend()?;
            std::mem::take(&mut daemon.table)
                .leave(true, FAREWELL)
                .await;
            // Nobody listens any more: a writer with news must not wait for that.
            drop(waiting);
            return daemon.farewell().await;
        }
    }
}

/// How far a speaker is on its way out.
#[derive(Clone, Copy)]
enum Leaving {
    /// It stays.
    No,
    /// Traffic is to take other ways, until then.
    Draining(Instant),
    /// The sessions have ended; peers may read why until then.
    Farewell(Instant),
}

impl Leaving {
    const fn until(self) -> Option<Instant> {
        match self {
            Self::No => None,
            Self::Draining(until) | Self::Farewell(until) => Some(until),
        }
    }

    const fn takes_orders(self) -> bool {
        !matches!(self, Self::Farewell(_))
    }
}

/// The clock.
#[expect(
    clippy::disallowed_methods,
    reason = "this module is the embedder that has the clock"
)]
fn now() -> Instant {
    Instant::now()
}

/// The time of day, for what is told to a station.
#[expect(
    clippy::disallowed_methods,
    reason = "this module is the embedder that has the clock"
)]
fn since_1970() -> Duration {
    SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap_or_default()
}

async fn sleep_until(wake: Option<Instant>) {
    match wake {
        Some(at) => tokio::time::sleep_until(at.into()).await,
        None => std::future::pending().await,
    }
}

/// A speaker, its connections and its output.
struct Daemon<W> {
    speaker: Speaker,
    connections: BTreeMap<Socket, Connection>,
    /// Writers of closed connections with a last piece to write.
    finishing: Vec<JoinHandle<()>>,
    listeners: Listeners,
    keyring: Keyring,
    table: Table,
    /// What the kernel has not taken, to be told.
    refused: Vec<String>,
    station: Station,
    inputs: mpsc::Sender<Input>,
    output: Output<W>,
}

impl<W: Write> Daemon<W> {
    /// The next step on the way out; the first one may take `drain`.
    fn leave(&mut self, leaving: Leaving, drain: Duration) -> io::Result<Leaving> {
        if matches!(leaving, Leaving::No) && !drain.is_zero() {
            self.speaker.drain(now());
            self.output.event("draining", self.speaker.name())?;
            return Ok(Leaving::Draining(now() + drain));
        }
        self.table.before_farewell();
        self.speaker.stop(now(), "the speaker was stopped");
        Ok(Leaving::Farewell(now() + FAREWELL))
    }

    /// Listens here, for the peers that the speaker has.
    fn listen(&mut self, addresses: &[SocketAddr]) -> io::Result<()> {
        for name in self.speaker.without_policy() {
            self.output.event("no policy (RFC 8212) for", name)?;
        }
        let keyring: Keyring = self.speaker.security().collect();
        let before = std::mem::replace(&mut self.keyring, keyring);
        let new = self
            .listeners
            .set(addresses, &before, &self.keyring, &self.inputs)?;
        for address in new {
            self.output.event("listening", &address.to_string())?;
        }
        Ok(())
    }

    /// Carries out another plan.
    fn reload(&mut self, mut plan: SpeakerPlan) -> io::Result<()> {
        let listen = std::mem::take(&mut plan.listen);
        if let Err(error) = self.speaker.reconfigure(now(), plan) {
            return self.output.event("not reloaded:", &error.to_string());
        }
        if let Err(error) = self.listen(&listen) {
            self.output.event("not listening:", &error.to_string())?;
        }
        self.output.event("reloaded", self.speaker.name())
    }

    fn take(&mut self, input: Input) {
        let now = now();
        match input {
            Input::Accepted(stream) => self.accepted(now, stream),
            Input::Dialled(socket, Ok(stream)) => self.dialled(now, socket, stream),
            Input::Dialled(socket, Err(error)) => {
                self.speaker
                    .closed(now, socket, CloseCause::Error(error.kind()));
            }
            Input::Bytes(socket, bytes) => self.speaker.received(now, socket, &bytes),
            Input::Written(socket) => {
                if let Some(connection) = self.connections.get_mut(&socket) {
                    connection.writing = false;
                    self.hand_over(socket);
                }
            }
            Input::Closed(socket, cause) => {
                if self.close(socket) {
                    self.speaker.closed(now, socket, cause);
                }
            }
            Input::Station(station) => {
                self.station = station;
                self.speaker.watch(true);
                self.station
                    .begin(monitor::dump(&self.speaker, since_1970()));
            }
            Input::Refused(refusal) => self.refused.push(refusal),
            Input::Asked(question, reply) => {
                // Whoever asked may have gone.
                let _ = reply.send(question.answer(&mut self.speaker, now));
            }
        }
    }

    fn accepted(&mut self, now: Instant, stream: TcpStream) {
        let (Ok(local), Ok(remote)) = (stream.local_addr(), stream.peer_addr()) else {
            return;
        };
        let Some(security) = self.keyring.of(remote.ip()) else {
            return;
        };
        if security
            .limit_hops(&SockRef::from(&stream), remote.ip())
            .is_err()
            || stream.set_nodelay(true).is_err()
        {
            return;
        }
        if let Some(socket) = self.speaker.accept(now, local, remote) {
            self.connections
                .insert(socket, Connection::new(socket, stream, self.inputs.clone()));
        }
    }

    fn dialled(&mut self, now: Instant, socket: Socket, stream: TcpStream) {
        match (stream.local_addr(), stream.peer_addr()) {
            (Ok(local), Ok(remote)) => {
                self.connections
                    .insert(socket, Connection::new(socket, stream, self.inputs.clone()));
                self.speaker.connected(now, socket, local, remote);
            }
            (Err(error), _) | (_, Err(error)) => {
                self.speaker
                    .closed(now, socket, CloseCause::Error(error.kind()));
            }
        }
    }

    /// Does all that the speaker wants done, and tells what it has to tell.
    fn attend(&mut self) -> io::Result<()> {
        loop {
            while let Some(request) = self.speaker.next_request() {
                self.carry_out(request);
            }
            // One whose writer is busy is looked at when that has finished.
            let Some(socket) = self.speaker.next_output(now()) else {
                break;
            };
            if self.connections.get(&socket).is_some_and(|it| !it.writing) {
                self.hand_over(socket);
            }
        }
        self.tell_station();
        self.table.tell(&mut self.speaker);
        for refusal in std::mem::take(&mut self.refused) {
            self.output.event("not in the kernel:", &refusal)?;
        }
        while let Some((_, notice)) = self.speaker.next_notice() {
            self.output.notice(&notice)?;
        }
        Ok(())
    }

    /// Tells the station what it is to know.
    fn tell_station(&mut self) {
        while let Some((index, seen)) = self.speaker.next_seen() {
            if let Some(peering) = self.speaker.peering(index) {
                let message = monitor::told(peering, &seen, since_1970());
                self.station.tell(message);
            }
        }
        if !self.station.is_connected() {
            self.speaker.watch(false);
        }
    }

    /// Gives a connection's writer its next piece. The session counts it as sent at once: by
    /// the time it is written the session may have put other bytes in front of the queue, a
    /// KEEPALIVE or a last NOTIFICATION, and would strike out those.
    fn hand_over(&mut self, socket: Socket) {
        let piece = self.speaker.transmit(socket).map(<[u8]>::to_vec);
        let (Some(piece), Some(connection)) = (piece, self.connections.get_mut(&socket)) else {
            return;
        };
        let count = piece.len();
        connection.write(piece);
        if connection.writing {
            self.speaker.transmitted(now(), socket, count);
        } else {
            // The writer is gone; its reader will say why.
            self.connections.remove(&socket);
            let cause = CloseCause::Error(io::ErrorKind::BrokenPipe);
            self.speaker.closed(now(), socket, cause);
        }
    }

    /// Closes a connection; `false` when there is none.
    fn close(&mut self, socket: Socket) -> bool {
        self.finishing.retain(|writer| !writer.is_finished());
        let Some(connection) = self.connections.remove(&socket) else {
            return false;
        };
        self.finishing.push(connection.close());
        true
    }

    fn carry_out(&mut self, request: Request) {
        match request {
            Request::Dial {
                socket,
                local,
                remote,
                ..
            } => {
                let security = self.keyring.of(remote.ip()).cloned().unwrap_or_default();
                let inputs = self.inputs.clone();
                tokio::spawn(async move {
                    let result = net::dial(local, remote, &security).await;
                    // The speaker may have stopped meanwhile.
                    let _ = inputs.send(Input::Dialled(socket, result)).await;
                });
            }
            Request::Close { socket } => {
                // One that never opened has nothing to close.
                let _ = self.close(socket);
            }
        }
    }

    /// Whether no session has anything left to say.
    fn is_silent(&self) -> bool {
        self.connections.is_empty()
    }

    /// Lets the writers finish, but waits for no peer longer than [`FAREWELL`].
    async fn farewell(mut self) -> io::Result<()> {
        self.connections.clear();
        let writers = std::mem::take(&mut self.finishing);
        let station = std::mem::take(&mut self.station);
        let written = async {
            for writer in writers {
                // A writer that failed has told its reader.
                let _ = writer.await;
            }
            station.finish(monitor::termination()).await;
        };
        // Whoever has not read by now goes without the last message.
        let _ = tokio::time::timeout(FAREWELL, written).await;
        self.output.event("stopped", self.speaker.name())
    }
}
