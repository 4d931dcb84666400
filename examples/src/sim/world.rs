//! Machines, the streams between them, and the loop that moves virtual time.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, Instant};

use super::pipe::{End, Pipe, Side};
use super::{Action, Agenda, Closed, Host, Latencies, Socket};

/// How long a request to a machine that is down waits for an answer.
const DIAL_PATIENCE: Duration = Duration::from_secs(20);
/// Bits a second of every interface.
const RATE: u64 = 10_000_000_000;
/// First port of the dialling side.
const EPHEMERAL: u16 = 32_768;

/// A machine, in the order in which it was added.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MachineId(pub u32);

/// What crossed the network so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Traffic {
    /// Bytes sent on all streams.
    pub bytes: u64,
    /// Streams opened.
    pub opened: u64,
    /// Requests refused or unanswered.
    pub failed: u64,
}

/// The simulation handled more events than it was allowed: something goes in circles.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("more than {limit} events before virtual time {at:?}")]
pub struct Runaway {
    /// The limit.
    pub limit: u64,
    /// The virtual time that was reached.
    pub at: Duration,
}

#[derive(Debug)]
struct Machine<H> {
    address: IpAddr,
    /// `None` while the machine is down.
    host: Option<H>,
    /// How often it was started.
    life: u32,
    /// The wake-up call that stands in the agenda.
    wake: Option<Duration>,
}

type PipeId = u64;

#[derive(Debug)]
enum Event {
    Wake(MachineId, u32),
    Request(PipeId),
    Answer(PipeId),
    Unanswered(PipeId),
    Bytes(PipeId, Side, Vec<u8>),
    End(PipeId, Side, Closed),
}

/// The simulated network.
///
/// Time stands still until one of the `run` methods is called; each event is handled
/// completely, with all that the host wants done after it, before the next begins.
#[derive(Debug)]
pub struct World<H> {
    base: Instant,
    now: Duration,
    latencies: Latencies,
    machines: Vec<Machine<H>>,
    pipes: BTreeMap<PipeId, Pipe>,
    sockets: BTreeMap<(MachineId, u32, Socket), (PipeId, Side)>,
    next_pipe: PipeId,
    agenda: Agenda<Event>,
    traffic: Traffic,
}

impl<H: Host> World<H> {
    /// An empty network at virtual time zero, which is the instant `base`.
    #[must_use]
    pub const fn new(base: Instant, latencies: Latencies) -> Self {
        Self {
            base,
            now: Duration::ZERO,
            latencies,
            machines: Vec::new(),
            pipes: BTreeMap::new(),
            sockets: BTreeMap::new(),
            next_pipe: 0,
            agenda: Agenda::new(),
            traffic: Traffic {
                bytes: 0,
                opened: 0,
                failed: 0,
            },
        }
    }

    /// Adds a machine that is down, in a zone of the latency model.
    pub fn add(&mut self, address: IpAddr, zone: &str) -> MachineId {
        let id = MachineId(u32::try_from(self.machines.len()).unwrap_or(u32::MAX));
        self.latencies.place(id, zone);
        self.machines.push(Machine {
            address,
            host: None,
            life: 0,
            wake: None,
        });
        id
    }

    /// Virtual time since the beginning.
    #[must_use]
    pub const fn now(&self) -> Duration {
        self.now
    }

    /// What crossed the network so far.
    #[must_use]
    pub const fn traffic(&self) -> Traffic {
        self.traffic
    }

    /// The program on a machine; `None` while it is down.
    #[must_use]
    pub fn host(&self, machine: MachineId) -> Option<&H> {
        self.machine(machine)?.host.as_ref()
    }

    /// All machines that are up.
    pub fn hosts(&self) -> impl Iterator<Item = (MachineId, &H)> {
        (0..)
            .map(MachineId)
            .zip(&self.machines)
            .filter_map(|(id, m)| Some((id, m.host.as_ref()?)))
    }

    /// Looks at all machines that are up, one after the other.
    pub fn each_host(&mut self, look: impl FnMut(&mut H)) {
        self.machines
            .iter_mut()
            .filter_map(|machine| machine.host.as_mut())
            .for_each(look);
    }

    /// The time of the next event; `None` when nothing will ever happen.
    #[must_use]
    pub fn next_time(&self) -> Option<Duration> {
        self.agenda.next_time()
    }

    /// Starts `host` on a machine, in the place of what may run there.
    pub fn boot(&mut self, machine: MachineId, host: H) {
        let now = self.instant();
        if let Some(place) = self.machine_mut(machine) {
            place.life += 1;
            place.wake = None;
            place.host.insert(host).start(now);
            self.attend(machine);
        }
    }

    /// Takes a machine down as a power cut does: no FIN, no reset, and whatever it had
    /// not sent is lost. What ran there is handed back.
    pub fn crash(&mut self, machine: MachineId) -> Option<H> {
        self.machine_mut(machine)?.host.take()
    }

    /// Lets `act` change the program on a machine, then does what it wants done.
    pub fn with_host<R>(
        &mut self,
        machine: MachineId,
        act: impl FnOnce(&mut H, Instant) -> R,
    ) -> Option<R> {
        let now = self.instant();
        let result = act(self.machine_mut(machine)?.host.as_mut()?, now);
        self.attend(machine);
        Some(result)
    }

    /// Runs until the virtual time `until`, then stands there.
    ///
    /// # Errors
    ///
    /// [`Runaway`] after `limit` events.
    pub fn run_until(&mut self, until: Duration, limit: u64) -> Result<(), Runaway> {
        let mut handled = 0;
        while self.agenda.next_time().is_some_and(|at| at <= until) {
            if handled == limit {
                return Err(Runaway {
                    limit,
                    at: self.now,
                });
            }
            handled += 1;
            self.step();
        }
        self.now = self.now.max(until);
        Ok(())
    }

    /// Handles the next event; `false` when there is none.
    pub fn step(&mut self) -> bool {
        let Some((at, event)) = self.agenda.take_next() else {
            return false;
        };
        self.now = at;
        match event {
            Event::Wake(machine, life) => self.wake(machine, life),
            Event::Request(pipe) => self.request(pipe),
            Event::Answer(pipe) => self.answer(pipe),
            Event::Unanswered(pipe) => self.unanswered(pipe),
            Event::Bytes(pipe, to, bytes) => self.deliver(pipe, to, &bytes),
            Event::End(pipe, to, cause) => self.end(pipe, to, cause),
        }
        true
    }

    fn instant(&self) -> Instant {
        self.base + self.now
    }

    fn machine(&self, id: MachineId) -> Option<&Machine<H>> {
        self.machines.get(usize::try_from(id.0).ok()?)
    }

    fn machine_mut(&mut self, id: MachineId) -> Option<&mut Machine<H>> {
        self.machines.get_mut(usize::try_from(id.0).ok()?)
    }

    /// The host that holds this end, if the machine still lives the life that opened it.
    fn holder(&mut self, end: &End) -> Option<&mut H> {
        let machine = self.machine_mut(end.machine)?;
        if machine.life == end.life {
            machine.host.as_mut()
        } else {
            None
        }
    }

    /// Does all that a host wants done, and notes when it wants to be woken.
    fn attend(&mut self, id: MachineId) {
        let now = self.instant();
        while let Some(machine) = self.machine_mut(id)
            && let Some(action) = machine.host.as_mut().and_then(|host| host.next_action(now))
        {
            let life = machine.life;
            match action {
                Action::Dial {
                    socket,
                    local,
                    remote,
                } => self.dial((id, life, socket), local, remote),
                Action::Send { socket, bytes } => self.send((id, life, socket), bytes),
                Action::Close { socket } => self.close((id, life, socket)),
            }
        }
        self.note_wake(id);
    }

    fn note_wake(&mut self, id: MachineId) {
        let (base, now) = (self.base, self.now);
        let Some(machine) = self.machine_mut(id) else {
            return;
        };
        let wanted = machine.host.as_ref().and_then(Host::next_wake);
        let at = wanted.map(|instant| instant.saturating_duration_since(base).max(now));
        if at != machine.wake {
            machine.wake = at;
            let life = machine.life;
            if let Some(at) = at {
                self.agenda.enter(at, Event::Wake(id, life));
            }
        }
    }

    fn wake(&mut self, id: MachineId, life: u32) {
        let (instant, now) = (self.instant(), self.now);
        let Some(machine) = self.machine_mut(id) else {
            return;
        };
        // A call that was put off or belongs to an earlier life is not for this host.
        if machine.life != life || machine.wake != Some(now) {
            return;
        }
        machine.wake = None;
        if let Some(host) = &mut machine.host {
            host.woken(instant);
            self.attend(id);
        }
    }

    fn dial(&mut self, from: (MachineId, u32, Socket), local: IpAddr, remote: SocketAddr) {
        let (machine, life, socket) = from;
        let id = self.next_pipe;
        self.next_pipe += 1;
        let port = EPHEMERAL + u16::try_from(id % u64::from(u16::MAX - EPHEMERAL)).unwrap_or(0);
        let own = self
            .machine(machine)
            .map_or(local, |machine| machine.address);
        let local = if local.is_unspecified() { own } else { local };
        let mut dialler = End::new(machine, life, SocketAddr::new(local, port));
        dialler.socket = Some(socket);
        let target = (0..)
            .map(MachineId)
            .zip(&self.machines)
            .find(|(_, m)| m.address == remote.ip());
        // Nobody has the address: the request goes nowhere, as one to a dead machine.
        let to = target.map_or(machine, |(id, _)| id);
        let reachable = target.is_some_and(|(_, m)| m.host.is_some());
        let listener = End::new(to, target.map_or(0, |(_, m)| m.life), remote);
        let mut pipe = Pipe::new(dialler, listener, self.latencies.between(machine, to), RATE);
        if reachable {
            let at = pipe.send(Side::Dialler, self.now, 0);
            self.agenda.enter(at, Event::Request(id));
        }
        self.agenda
            .enter(self.now + DIAL_PATIENCE, Event::Unanswered(id));
        self.pipes.insert(id, pipe);
        self.sockets.insert(from, (id, Side::Dialler));
    }

    fn send(&mut self, from: (MachineId, u32, Socket), bytes: Vec<u8>) {
        let Some((id, side)) = self.sockets.get(&from).copied() else {
            return;
        };
        let Some(pipe) = self.pipes.get_mut(&id) else {
            return;
        };
        self.traffic.bytes += u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        let at = pipe.send(side, self.now, bytes.len());
        self.agenda.enter(at, Event::Bytes(id, side.other(), bytes));
    }

    fn close(&mut self, from: (MachineId, u32, Socket)) {
        let Some((id, side)) = self.sockets.remove(&from) else {
            return;
        };
        let Some(pipe) = self.pipes.get_mut(&id) else {
            return;
        };
        pipe.end_mut(side).socket = None;
        let at = pipe.send(side, self.now, 0);
        self.agenda
            .enter(at, Event::End(id, side.other(), Closed::Finished));
    }

    fn request(&mut self, id: PipeId) {
        let now = self.instant();
        let Some(pipe) = self.pipes.get(&id) else {
            return;
        };
        let (dialler, listener) = (
            pipe.end(Side::Dialler).clone(),
            pipe.end(Side::Listener).clone(),
        );
        // Down since the request left: nobody answers.
        let Some(host) = self.holder(&listener) else {
            return;
        };
        let accepted = host.accept(now, listener.address, dialler.address);
        let virtual_now = self.now;
        let Some(pipe) = self.pipes.get_mut(&id) else {
            return;
        };
        let at = pipe.send(Side::Listener, virtual_now, 0);
        match accepted {
            Some(socket) => {
                pipe.end_mut(Side::Listener).socket = Some(socket);
                self.sockets.insert(
                    (listener.machine, listener.life, socket),
                    (id, Side::Listener),
                );
                self.agenda.enter(at, Event::Answer(id));
            }
            None => self
                .agenda
                .enter(at, Event::End(id, Side::Dialler, Closed::Refused)),
        }
        self.attend(listener.machine);
    }

    fn answer(&mut self, id: PipeId) {
        let now = self.instant();
        let Some(pipe) = self.pipes.get_mut(&id) else {
            return;
        };
        pipe.answered = true;
        let (dialler, listener) = (
            pipe.end(Side::Dialler).clone(),
            pipe.end(Side::Listener).clone(),
        );
        if let Some(socket) = dialler.socket
            && let Some(host) = self.holder(&dialler)
        {
            host.connected(now, socket, dialler.address, listener.address);
            self.traffic.opened += 1;
            self.attend(dialler.machine);
        }
        self.forget_if_done(id);
    }

    fn unanswered(&mut self, id: PipeId) {
        if self.pipes.get(&id).is_some_and(|pipe| !pipe.answered) {
            self.end(id, Side::Dialler, Closed::TimedOut);
        }
    }

    fn deliver(&mut self, id: PipeId, to: Side, bytes: &[u8]) {
        let now = self.instant();
        let Some(pipe) = self.pipes.get_mut(&id) else {
            return;
        };
        let end = pipe.end(to).clone();
        let back = pipe.send(to, self.now, 0);
        let Some(host) = self.holder(&end) else {
            // Up again, but in another life: the stream is unknown here.
            if self
                .machine(end.machine)
                .is_some_and(|machine| machine.host.is_some())
            {
                self.agenda
                    .enter(back, Event::End(id, to.other(), Closed::Reset));
            }
            return;
        };
        if let Some(socket) = end.socket {
            host.received(now, socket, bytes);
            self.attend(end.machine);
        }
    }

    fn end(&mut self, id: PipeId, to: Side, cause: Closed) {
        let now = self.instant();
        let Some(pipe) = self.pipes.get_mut(&id) else {
            return;
        };
        pipe.answered = true;
        let end = pipe.end(to).clone();
        pipe.end_mut(to).socket = None;
        if matches!(cause, Closed::Refused | Closed::TimedOut) {
            self.traffic.failed += 1;
        }
        if let Some(socket) = end.socket {
            self.sockets.remove(&(end.machine, end.life, socket));
            if let Some(host) = self.holder(&end) {
                host.closed(now, socket, cause);
                self.attend(end.machine);
            }
        }
        self.forget_if_done(id);
    }

    fn forget_if_done(&mut self, id: PipeId) {
        if self.pipes.get(&id).is_some_and(Pipe::is_forgotten) {
            self.pipes.remove(&id);
        }
    }
}
