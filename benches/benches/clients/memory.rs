//! No sockets: what one end writes, the other end reads.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Instant;

use examples::node::Speaker;
use examples::sim::Socket;
use testkit::alloc::count;

use super::Figures;
use super::client::Client;
use super::loopback::reflector;

struct Network {
    reflector: Speaker,
    clients: Vec<Client>,
    owners: BTreeMap<Socket, usize>,
    sockets: Vec<Socket>,
    /// Octets that the reflector holds.
    held: i64,
}

pub(crate) fn run(count_of: usize) -> Figures {
    let at: SocketAddr = ([127, 0, 0, 1], 179).into();
    let now = Instant::now();
    let (speaker, counts) = count(|| {
        let mut speaker = Speaker::new(reflector(count_of, at)).expect("a sound plan");
        speaker.start(now);
        speaker
    });
    let mut network = Network {
        reflector: speaker,
        clients: (0..count_of)
            .map(|number| Client::new(number, at))
            .collect(),
        owners: BTreeMap::new(),
        sockets: Vec::new(),
        held: counts.held,
    };
    let start = Instant::now();
    network.connect(now, at);
    network.settle(now);
    let established = start.elapsed();
    assert!(network.clients.iter().all(Client::is_established));

    let start = Instant::now();
    for client in &mut network.clients {
        client.announce();
    }
    network.settle(now);
    let converged = start.elapsed();
    assert!(
        network
            .clients
            .iter()
            .all(|client| client.routes + 1 == count_of)
    );
    Figures {
        clients: count_of,
        established,
        converged,
        held: Some(network.held),
        updates: network.clients.iter().map(|client| client.updates).sum(),
    }
}

impl Network {
    /// Calls the reflector, and counts what it keeps.
    fn reflect<R>(&mut self, call: impl FnOnce(&mut Speaker) -> R) -> R {
        let reflector = &mut self.reflector;
        let (result, counts) = count(|| call(reflector));
        self.held += counts.held;
        result
    }

    fn connect(&mut self, now: Instant, at: SocketAddr) {
        for index in 0..self.clients.len() {
            let Some(client) = self.clients.get_mut(index) else {
                return;
            };
            let from = SocketAddr::new(client.address(), 40_000);
            client.connected(now, from, at);
            let socket = self.reflect(|reflector| reflector.accept(now, at, from));
            let socket = socket.expect("in the range");
            self.owners.insert(socket, index);
            self.sockets.push(socket);
        }
    }

    /// Carries octets until nobody has any.
    fn settle(&mut self, now: Instant) {
        loop {
            let inward = self.carry_in(now);
            let outward = self.carry_out(now);
            if !inward && !outward {
                return;
            }
        }
    }

    fn carry_in(&mut self, now: Instant) -> bool {
        let mut carried = false;
        for index in 0..self.clients.len() {
            let Some(client) = self.clients.get_mut(index) else {
                break;
            };
            let Some(socket) = self.sockets.get(index).copied() else {
                break;
            };
            while let Some(bytes) = client.transmit(now) {
                let reflector = &mut self.reflector;
                let ((), counts) = count(|| reflector.received(now, socket, &bytes));
                self.held += counts.held;
                carried = true;
            }
        }
        carried
    }

    fn carry_out(&mut self, now: Instant) -> bool {
        let mut carried = false;
        while let Some(socket) = self.reflect(|reflector| reflector.next_output(now)) {
            let bytes = self.reflector.transmit(socket).unwrap_or_default().to_vec();
            let index = self.owners.get(&socket).copied();
            if let Some(client) = index.and_then(|index| self.clients.get_mut(index)) {
                client.received(now, &bytes);
            }
            self.reflect(|reflector| reflector.transmitted(now, socket, bytes.len()));
            // What it tells whoever watches is read, as a daemon would.
            self.reflect(|reflector| while reflector.next_notice().is_some() {});
            carried = true;
        }
        carried
    }
}
