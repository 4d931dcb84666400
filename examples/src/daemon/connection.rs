//! The tasks of one TCP connection.

use std::io;
use std::time::Duration;

use bgp_session::CloseCause;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::run::Input;
use crate::sim::Socket;

/// Bytes asked of a socket at once.
const PIECE: usize = 64 * 1024;
/// What fewer bytes are worth a copy, rather than the memory of a whole piece while they wait.
const SMALL: usize = PIECE / 4;
/// How long a connection that we closed is read on: closing with unread bytes makes the
/// kernel send a reset, which may overtake the NOTIFICATION.
const LINGER: Duration = Duration::from_secs(1);

/// An open connection, as the task that owns the speaker sees it.
#[derive(Debug)]
pub(super) struct Connection {
    pieces: mpsc::Sender<Vec<u8>>,
    /// A piece is with the writer.
    pub(super) writing: bool,
    reader: JoinHandle<()>,
    writer: JoinHandle<()>,
}

impl Connection {
    /// Starts both tasks.
    pub(super) fn new(socket: Socket, stream: TcpStream, inputs: mpsc::Sender<Input>) -> Self {
        let (read, write) = stream.into_split();
        let (pieces, waiting) = mpsc::channel(1);
        let writer = tokio::spawn(write_pieces(socket, write, waiting, inputs.clone()));
        let reader = tokio::spawn(read_pieces(socket, read, inputs));
        Self {
            pieces,
            writing: false,
            reader,
            writer,
        }
    }

    /// Gives the writer a piece; it reports when all of it is written.
    pub(super) fn write(&mut self, piece: Vec<u8>) {
        self.writing = self.pieces.try_send(piece).is_ok();
    }

    /// Closes the connection: what was given to the writer is written, then a FIN sent.
    /// The returned task ends when that is done.
    pub(super) fn close(self) -> JoinHandle<()> {
        let Self {
            pieces,
            reader,
            writer,
            ..
        } = self;
        drop(pieces);
        tokio::spawn(async move {
            tokio::time::sleep(LINGER).await;
            reader.abort();
        });
        writer
    }
}

async fn read_pieces(socket: Socket, mut half: OwnedReadHalf, inputs: mpsc::Sender<Input>) {
    loop {
        let input = match read_piece(&mut half).await {
            Ok(piece) if piece.is_empty() => Input::Closed(socket, CloseCause::EndOfStream),
            Ok(piece) => Input::Bytes(socket, piece),
            Err(error) => Input::Closed(socket, CloseCause::Error(error.kind())),
        };
        let last = matches!(input, Input::Closed(..));
        if inputs.send(input).await.is_err() || last {
            return;
        }
    }
}

/// What has come; nothing at the end of the stream. A connection that waits holds no buffer.
async fn read_piece(half: &mut OwnedReadHalf) -> io::Result<Vec<u8>> {
    loop {
        half.readable().await?;
        let mut piece = Vec::with_capacity(PIECE);
        match half.try_read_buf(&mut piece) {
            Ok(..SMALL) => piece.shrink_to_fit(),
            Ok(_) => {}
            // It was said too early.
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => continue,
            Err(error) => return Err(error),
        }
        return Ok(piece);
    }
}

async fn write_pieces(
    socket: Socket,
    mut half: OwnedWriteHalf,
    mut pieces: mpsc::Receiver<Vec<u8>>,
    inputs: mpsc::Sender<Input>,
) {
    while let Some(piece) = pieces.recv().await {
        let input = match half.write_all(&piece).await {
            Ok(()) => Input::Written(socket),
            Err(error) => Input::Closed(socket, CloseCause::Error(error.kind())),
        };
        if inputs.send(input).await.is_err() {
            return;
        }
    }
    // The peer may be gone already, which is as good.
    let _: io::Result<()> = half.shutdown().await;
}
