//! Where a speaker listens, and for whom with a key.

use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use socket2::SockRef;
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::run::Input;
use crate::net::{self, Keyring};

/// How long to wait when a connection cannot be accepted: out of descriptors, or the peer is
/// gone again. Both pass.
const PAUSE: Duration = Duration::from_millis(100);

/// The listening sockets.
#[derive(Debug, Default)]
pub(super) struct Listeners(BTreeMap<SocketAddr, Listener>);

#[derive(Debug)]
struct Listener {
    socket: Arc<TcpListener>,
    task: JoinHandle<()>,
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Listeners {
    /// Listens on these addresses and no others, with the keys of `keyring` in place of those
    /// of `before`. Returns the addresses that are new.
    ///
    /// # Errors
    ///
    /// An address cannot be had, or a key not be set. What was done until then stays.
    pub(super) fn set(
        &mut self,
        addresses: &[SocketAddr],
        before: &Keyring,
        keyring: &Keyring,
        inputs: &mpsc::Sender<Input>,
    ) -> io::Result<Vec<SocketAddr>> {
        self.0.retain(|address, _| addresses.contains(address));
        for (address, listener) in &self.0 {
            let socket = SockRef::from(&*listener.socket);
            let of_family = |peer: ipnet::IpNet| peer.addr().is_ipv4() == address.is_ipv4();
            keyring.replace(before, &socket, of_family)?;
        }
        let mut new = Vec::new();
        for address in addresses {
            if self.0.contains_key(address) {
                continue;
            }
            let socket = Arc::new(net::bind(*address, keyring.iter())?);
            new.push(socket.local_addr()?);
            let task = tokio::spawn(accept(Arc::clone(&socket), inputs.clone()));
            self.0.insert(*address, Listener { socket, task });
        }
        Ok(new)
    }
}

async fn accept(listener: Arc<TcpListener>, inputs: mpsc::Sender<Input>) {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                if inputs.send(Input::Accepted(stream)).await.is_err() {
                    return;
                }
            }
            Err(_) => tokio::time::sleep(PAUSE).await,
        }
    }
}
