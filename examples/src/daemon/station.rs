//! The connection to a monitoring station, which is kept up.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout;

use super::run::Input;

/// How long after a failure the next attempt is made.
const RETRY: Duration = Duration::from_secs(5);
/// How long a station may take none of a piece before the connection is given up.
const STALLED: Duration = Duration::from_secs(60);
/// Octets of news that may wait for a station that is slow. Beyond that the connection is
/// given up, and the next one begins with everything anew: a station makes the speaker grow
/// by no more than this and by what it is told at the beginning.
const WAITING: usize = 16 << 20;

/// Something to write, and how much of it counts as waiting.
type Piece = (Vec<u8>, usize);

/// Where the speaker puts what the station is to know.
#[derive(Debug, Default)]
pub(super) struct Station {
    /// `None` while there is no station.
    pieces: Option<mpsc::UnboundedSender<Piece>>,
    waiting: Arc<AtomicUsize>,
    /// When all of it is written.
    written: Option<oneshot::Receiver<()>>,
}

impl Station {
    /// Whether somebody listens.
    pub(super) const fn is_connected(&self) -> bool {
        self.pieces.is_some()
    }

    /// Tells it all that there is, which is as much as it is.
    pub(super) fn begin(&mut self, dump: Vec<u8>) {
        self.send(dump, 0);
    }

    /// Tells it something new; a station that does not keep up is told no more.
    pub(super) fn tell(&mut self, piece: Vec<u8>) {
        let length = piece.len();
        let waiting = self.waiting.fetch_add(length, Ordering::Relaxed);
        match waiting.saturating_add(length) <= WAITING {
            true => self.send(piece, length),
            false => self.pieces = None,
        }
    }

    fn send(&mut self, piece: Vec<u8>, counts: usize) {
        if let Some(pieces) = &self.pieces
            && pieces.send((piece, counts)).is_err()
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
            let (pieces, told) = mpsc::unbounded_channel();
            let (done, written) = oneshot::channel();
            let waiting = Arc::new(AtomicUsize::new(0));
            let station = Station {
                pieces: Some(pieces),
                waiting: Arc::clone(&waiting),
                written: Some(written),
            };
            if inputs.send(Input::Station(station)).await.is_err() {
                return;
            }
            write(stream, told, &waiting).await;
            let _ = done.send(());
        }
        tokio::time::sleep(RETRY).await;
    }
}

/// Writes until one side has enough. A station says nothing (RFC 7854 §3.2): what can be
/// read is the end.
async fn write(
    mut stream: TcpStream,
    mut pieces: mpsc::UnboundedReceiver<Piece>,
    waiting: &AtomicUsize,
) {
    let (mut read, mut write) = stream.split();
    let mut octet = [0];
    loop {
        tokio::select! {
            piece = pieces.recv() => match piece {
                Some((piece, counts)) => {
                    let written = timeout(STALLED, write.write_all(&piece)).await;
                    if !matches!(written, Ok(Ok(()))) {
                        return;
                    }
                    waiting.fetch_sub(counts, Ordering::Relaxed);
                }
                None => break,
            },
            _ = read.read(&mut octet) => return,
        }
    }
    let _ = write.shutdown().await;
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What it is told at the beginning does not count, however much it is.
    #[test]
    fn a_station_that_does_not_keep_up_is_cut_off() {
        let (pieces, told) = mpsc::unbounded_channel();
        let mut station = Station {
            pieces: Some(pieces),
            ..Station::default()
        };
        station.begin(vec![0; 2 * WAITING]);
        let half = vec![0; WAITING / 2];
        station.tell(half.clone());
        station.tell(half.clone());
        assert!(station.is_connected());
        station.tell(vec![0]);
        assert!(!station.is_connected());
        station.tell(half);
        assert_eq!(told.len(), 3, "nothing more is kept for it");
    }
}
