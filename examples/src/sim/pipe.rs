//! One byte stream between two machines.

use std::net::SocketAddr;
use std::time::Duration;

use super::{MachineId, Socket};

/// Which end of a pipe: the one that dialled, or the one that was dialled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    Dialler,
    Listener,
}

impl Side {
    pub(super) const fn other(self) -> Self {
        match self {
            Self::Dialler => Self::Listener,
            Self::Listener => Self::Dialler,
        }
    }
}

/// One end of a pipe.
#[derive(Clone, Debug)]
pub(super) struct End {
    pub(super) machine: MachineId,
    /// Which life of the machine the end belongs to: a machine that came back knows
    /// nothing of the streams of the one that crashed.
    pub(super) life: u32,
    pub(super) address: SocketAddr,
    /// What the host calls it; `None` before it was accepted and after it was closed.
    pub(super) socket: Option<Socket>,
    /// When the last byte sent from here has left the interface.
    busy_until: Duration,
}

impl End {
    pub(super) const fn new(machine: MachineId, life: u32, address: SocketAddr) -> Self {
        Self {
            machine,
            life,
            address,
            socket: None,
            busy_until: Duration::ZERO,
        }
    }
}

/// A stream: two ends, a latency, a rate.
#[derive(Clone, Debug)]
pub(super) struct Pipe {
    dialler: End,
    listener: End,
    latency: Duration,
    /// Bits a second of the interface that the bytes leave by.
    rate: u64,
    /// The request was answered.
    pub(super) answered: bool,
}

impl Pipe {
    pub(super) const fn new(dialler: End, listener: End, latency: Duration, rate: u64) -> Self {
        Self {
            dialler,
            listener,
            latency,
            rate,
            answered: false,
        }
    }

    pub(super) const fn end(&self, side: Side) -> &End {
        match side {
            Side::Dialler => &self.dialler,
            Side::Listener => &self.listener,
        }
    }

    pub(super) const fn end_mut(&mut self, side: Side) -> &mut End {
        match side {
            Side::Dialler => &mut self.dialler,
            Side::Listener => &mut self.listener,
        }
    }

    /// Sends `length` bytes from `side` at `now`: the time of their arrival. What was
    /// sent before arrives before (first in, first out).
    pub(super) fn send(&mut self, side: Side, now: Duration, length: usize) -> Duration {
        let bits = u64::try_from(length).unwrap_or(u64::MAX).saturating_mul(8);
        let nanos = bits
            .saturating_mul(1_000_000_000)
            .checked_div(self.rate)
            .unwrap_or(0);
        let latency = self.latency;
        let end = self.end_mut(side);
        end.busy_until = end.busy_until.max(now) + Duration::from_nanos(nanos);
        end.busy_until + latency
    }

    /// Whether neither end is held by a host any more.
    pub(super) const fn is_forgotten(&self) -> bool {
        self.answered && self.dialler.socket.is_none() && self.listener.socket.is_none()
    }
}
