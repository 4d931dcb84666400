//! A speaker on real sockets: tokio holds the connections, the clock and the signals, and
//! hands everything to a [`Speaker`](crate::node::Speaker).
//!
//! One task owns the speaker; it never blocks and never waits for a peer. Each
//! connection has a task that reads and one that writes. A writer is given one piece at a
//! time and reports it written, so a slow peer holds up its own session's queue and
//! nothing else.

mod connection;
mod listeners;
mod metrics;
mod output;
mod question;
mod run;
mod settings;
mod station;
mod status;
mod table;
#[cfg(test)]
mod tests;

pub use output::{Output, Style};
pub use question::{Destination, Question, QuestionError};
pub use run::run;
pub use settings::{Order, Settings};
