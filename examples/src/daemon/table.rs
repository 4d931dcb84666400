//! The kernel's table from the first route of a run to the last.

use std::io;
use std::time::Duration;

use tokio::sync::mpsc;

use super::run::Input;
use crate::fib::{Kernel, KernelSettings, KernelTask};
use crate::node::Speaker;

/// The kernel's table, where there is one to keep.
#[derive(Debug, Default)]
pub(super) struct Table {
    /// `None` once nothing is to change any more.
    kernel: Option<Kernel>,
    task: Option<KernelTask>,
    /// Routes stay when the speaker is shut down.
    keep: bool,
    /// What an earlier run has left is gone.
    swept: bool,
}

impl Table {
    /// Starts to keep it.
    pub(super) fn start(
        settings: Option<KernelSettings>,
        inputs: mpsc::Sender<Input>,
    ) -> io::Result<Self> {
        let Some(settings) = settings else {
            return Ok(Self::default());
        };
        let kernel = Kernel::default();
        // One line less where there are too many.
        let tell = move |refusal| drop(inputs.try_send(Input::Refused(refusal)));
        Ok(Self {
            task: Some(kernel.start(settings, tell)?),
            kernel: Some(kernel),
            keep: settings.keep,
            swept: false,
        })
    }

    /// Tells the kernel of routes. What an earlier run has left goes once the speaker knows its
    /// own.
    pub(super) fn tell(&mut self, speaker: &mut Speaker) {
        let Some(kernel) = &self.kernel else { return };
        while let Some((prefix, route)) = speaker.next_route() {
            kernel.set(prefix, route);
        }
        if !self.swept && !speaker.is_waiting() {
            self.swept = true;
            kernel.sweep();
        }
    }

    /// The sessions are about to end, and with them go the speaker's routes: those that are to
    /// stay in the kernel stay as they are now.
    pub(super) fn before_farewell(&mut self) {
        if self.keep {
            self.finish(false);
        }
    }

    /// Waits until the table is as it is to be left, but no longer than `patience`.
    pub(super) async fn leave(mut self, remove: bool, patience: Duration) {
        self.finish(remove);
        if let Some(task) = self.task {
            // A kernel that does not answer keeps nobody.
            let _ = tokio::time::timeout(patience, task.done()).await;
        }
    }

    fn finish(&mut self, remove: bool) {
        if let Some(kernel) = self.kernel.take() {
            kernel.finish(remove);
        }
    }
}
