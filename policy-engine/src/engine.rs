//! One writer, many readers: policy that changes while packets are judged.

use std::sync::Arc;

use arc_swap::{ArcSwap, Cache};

use crate::{CompileError, CompileOptions, PolicySet, Snapshot};

/// The writer. It compiles policy sets and publishes them whole: a reader sees all of a
/// change or nothing of it.
///
/// ```
/// use policy_engine::{CompileOptions, Engine, PolicySet};
///
/// let mut engine = Engine::new(CompileOptions::new());
/// let mut reader = engine.reader();
/// engine.replace(PolicySet::default())?;
/// assert_eq!(reader.snapshot().statistics().programs, 0);
/// # Ok::<(), policy_engine::CompileError>(())
/// ```
#[derive(Debug)]
pub struct Engine {
    options: CompileOptions,
    current: Arc<ArcSwap<Snapshot>>,
}

impl Engine {
    /// An engine without any endpoint.
    #[must_use]
    pub fn new(options: CompileOptions) -> Self {
        Self {
            options,
            current: Arc::new(ArcSwap::from_pointee(Snapshot::empty(options))),
        }
    }

    /// Compiles a policy set and publishes it.
    ///
    /// # Errors
    ///
    /// When it cannot be compiled; readers then keep the snapshot they have.
    pub fn replace(&mut self, set: impl Into<Arc<PolicySet>>) -> Result<(), CompileError> {
        let snapshot = Snapshot::compile(set, self.options)?;
        self.current.store(Arc::new(snapshot));
        Ok(())
    }

    /// What is published.
    #[must_use]
    pub fn snapshot(&self) -> Arc<Snapshot> {
        self.current.load_full()
    }

    /// A reader. Each thread wants its own.
    #[must_use]
    pub fn reader(&self) -> Reader {
        Reader {
            cache: Cache::new(Arc::clone(&self.current)),
        }
    }
}

/// A reader of what an [`Engine`] publishes. It never blocks, and no writer waits for it.
///
/// Asking whether there is something newer costs one atomic load. Ask once for a batch of
/// packets to have them judged alike.
#[derive(Clone, Debug)]
pub struct Reader {
    cache: Cache<Arc<ArcSwap<Snapshot>>, Arc<Snapshot>>,
}

impl Reader {
    /// The newest snapshot. It stays what it is for as long as it is held.
    pub fn snapshot(&mut self) -> &Arc<Snapshot> {
        self.cache.load()
    }
}
