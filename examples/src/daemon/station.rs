//! The connection to a monitoring station, which is kept up.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::{mpsc, oneshot};

use super::run::Input;

/// How long after a failure the next attempt is made.
const RETRY: Duration = Duration::from_secs(5);
/// Pieces that may wait for a station that is slow. Beyond that the connection is given up,
/// and the next one begins with everything anew: a station never makes the speaker grow.
const WAITING: usize = 4096;

/// Where the speaker puts what the station is to know.
#[derive(Debug, Default)]
pub(super) struct Station {
    /// `None` while there is no station.
    pieces: Option<mpsc::Sender<Vec<u8>>>,
    /// When all of it is written.
    written: Option<oneshot::Receiver<()>>,
}

impl Station {
    /// Whether somebody listens.
    pub(super) const fn is_connected(&self) -> bool {
        self.pieces.is_some()
    }

    /// Tells it something; a station that does not keep up is told no more.
    pub(super) fn tell(&mut self, piece: Vec<u8>) {
        if let Some(pieces) = &self.pieces
            && pieces.try_send(piece).is_err()
        {
            self.pieces = None;
        }
    }

    /// Tells it the last thing, and waits until that is written.
    pub(super) async fn finish(mut self, piece: Vec<u8>) {
        self.tell(piece);
        self.pieces = None;
        if let Some(written) = self.written {
            // The task may have ended before.
            let _ = written.await;
        }
    }
}

/// Keeps a connection to the station, and hands it to the speaker each time.
pub(super) async fn connect(address: SocketAddr, inputs: mpsc::Sender<Input>) {
    loop {
        if let Ok(stream) = TcpStream::connect(address).await {
            let (pieces, waiting) = mpsc::channel(WAITING);
            let (done, written) = oneshot::channel();
            let station = Station {
                pieces: Some(pieces),
                written: Some(written),
            };
            if inputs.send(Input::Station(station)).await.is_err() {
                return;
            }
            write(stream, waiting).await;
            let _ = done.send(());
        }
        tokio::time::sleep(RETRY).await;
    }
}

/// Writes until one side has enough. A station says nothing (RFC 7854 §3.2): what can be
/// read is the end.
async fn write(mut stream: TcpStream, mut pieces: mpsc::Receiver<Vec<u8>>) {
    let (mut read, mut write) = stream.split();
    let mut octet = [0];
    loop {
        tokio::select! {
            piece = pieces.recv() => match piece {
                Some(piece) if write.write_all(&piece).await.is_ok() => {}
                Some(_) | None => break,
            },
            _ = read.read(&mut octet) => return,
        }
    }
    let _ = write.shutdown().await;
}
