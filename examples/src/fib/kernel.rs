//! The task that has the kernel's table.
//!
//! What is wanted and what is there are kept apart: a route that the kernel refuses (its next
//! hop cannot be reached yet) is tried again at the next scan, as is one whose next hop is
//! reached another way by then, or that somebody else has deleted.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::TryStreamExt as _;
use ipnet::IpNet;
use rtnetlink::Handle;
use tokio::sync::Notify;
use tokio::task::JoinHandle;

use super::message::{self, Programmed, Resolved};
use super::{Hop, KernelRoute, TUNNEL};

/// How often all is compared.
const SCAN: Duration = Duration::from_secs(10);

/// Where routes go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KernelSettings {
    /// The table; `main` is 254.
    pub table: u32,
    /// By this number routes are known to be the speaker's. Nobody else may use it.
    pub protocol: u8,
    /// The routes' metric: BIRD's, behind those that people add by hand.
    pub metric: u32,
    /// Whether routes stay when the speaker is shut down. After a restart they always do.
    pub keep: bool,
}

impl Default for KernelSettings {
    fn default() -> Self {
        Self {
            table: 254,
            protocol: 179,
            metric: 32,
            keep: false,
        }
    }
}

/// What is yet to be done: by destination, so that it is never more than there are.
#[derive(Debug, Default)]
struct Pending {
    changes: BTreeMap<IpNet, Option<KernelRoute>>,
    /// What nobody wants goes.
    sweep: bool,
    /// Nothing comes any more; whether all routes go.
    finish: Option<bool>,
}

#[derive(Debug, Default)]
struct Shared {
    pending: Mutex<Pending>,
    news: Notify,
}

/// Tells the task what is wanted.
#[derive(Clone, Debug, Default)]
pub struct Kernel(Arc<Shared>);

impl Kernel {
    /// The table is to have this for a destination, or nothing.
    pub fn set(&self, prefix: IpNet, route: Option<KernelRoute>) {
        self.change(|pending| {
            pending.changes.insert(prefix, route);
        });
    }

    /// What an earlier run has left and nobody has asked for goes.
    pub fn sweep(&self) {
        self.change(|pending| pending.sweep = true);
    }

    /// The speaker ends; its routes go, or stay for the next one.
    pub fn finish(&self, remove: bool) {
        self.change(|pending| pending.finish = Some(remove));
    }

    fn change(&self, change: impl FnOnce(&mut Pending)) {
        change(
            &mut self
                .0
                .pending
                .lock()
                .unwrap_or_else(PoisonError::into_inner),
        );
        self.0.news.notify_one();
    }

    fn take(&self) -> Pending {
        std::mem::take(
            &mut self
                .0
                .pending
                .lock()
                .unwrap_or_else(PoisonError::into_inner),
        )
    }

    /// Starts the task. `tell` hears of routes that the kernel refuses, again when the reason is
    /// another.
    ///
    /// # Errors
    ///
    /// There is no netlink.
    pub fn start(
        &self,
        settings: KernelSettings,
        tell: impl FnMut(String) + Send + Sync + 'static,
    ) -> io::Result<KernelTask> {
        let (connection, handle, _) = rtnetlink::new_connection()?;
        tokio::spawn(connection);
        let table = Table {
            handle,
            settings,
            wanted: BTreeMap::new(),
            there: BTreeMap::new(),
            left: BTreeSet::new(),
            next_hops: BTreeMap::new(),
            refused: BTreeMap::new(),
            tell,
        };
        Ok(KernelTask(tokio::spawn(table.run(self.clone()))))
    }
}

/// The running task.
#[derive(Debug)]
pub struct KernelTask(JoinHandle<()>);

impl KernelTask {
    /// Waits until all that was asked for is done, after [`Kernel::finish`].
    pub async fn done(self) {
        // A task that panicked has nothing left to do.
        let _ = self.0.await;
    }
}

struct Table<F> {
    handle: Handle,
    settings: KernelSettings,
    wanted: BTreeMap<IpNet, KernelRoute>,
    /// What we have put there.
    there: BTreeMap<IpNet, Programmed>,
    /// What an earlier run has put there.
    left: BTreeSet<IpNet>,
    /// How next hops are reached, or why they are not.
    next_hops: BTreeMap<Hop, Result<Resolved, String>>,
    /// Why the kernel does not take a route.
    refused: BTreeMap<IpNet, String>,
    tell: F,
}

impl<F: FnMut(String)> Table<F> {
    async fn run(mut self, orders: Kernel) {
        match self.found().await {
            Ok(found) => self.left = found,
            Err(error) => (self.tell)(format!("routes of an earlier run: {error}")),
        }
        loop {
            let pending = orders.take();
            for (prefix, route) in pending.changes {
                self.change(prefix, route).await;
            }
            if pending.sweep {
                self.sweep().await;
            }
            if let Some(remove) = pending.finish {
                if remove {
                    self.remove_all().await;
                }
                return;
            }
            tokio::select! {
                () = orders.0.news.notified() => {}
                () = tokio::time::sleep(SCAN) => self.scan().await,
            }
        }
    }

    /// The destinations of which the table has a route of ours.
    async fn found(&self) -> Result<BTreeSet<IpNet>, rtnetlink::Error> {
        let mut found = BTreeSet::new();
        for all in message::questions() {
            let mut routes = self.handle.route().get(all).execute();
            while let Some(route) = routes.try_next().await? {
                found.extend(message::destination(self.settings, &route));
            }
        }
        Ok(found)
    }

    async fn change(&mut self, prefix: IpNet, route: Option<KernelRoute>) {
        match route {
            Some(route) => {
                self.wanted.insert(prefix, route);
                self.program(prefix).await;
            }
            None => {
                self.wanted.remove(&prefix);
                self.refused.remove(&prefix);
                if self.there.remove(&prefix).is_some() || self.left.remove(&prefix) {
                    self.delete(prefix).await;
                }
            }
        }
    }

    /// Makes the kernel's route what is wanted, where it is not yet.
    async fn program(&mut self, prefix: IpNet) {
        let Some(route) = self.wanted.get(&prefix).cloned() else {
            return;
        };
        let result = self.put(prefix, &route).await;
        let Err(reason) = result else {
            self.refused.remove(&prefix);
            return;
        };
        // What is there leads elsewhere than it should.
        if self.there.remove(&prefix).is_some() || self.left.remove(&prefix) {
            self.delete(prefix).await;
        }
        if self.refused.get(&prefix) != Some(&reason) {
            (self.tell)(format!("{prefix} {route}: {reason}"));
            self.refused.insert(prefix, reason);
        }
    }

    async fn put(&mut self, prefix: IpNet, route: &KernelRoute) -> Result<(), String> {
        let programmed = match route {
            KernelRoute::Blackhole => Programmed::Blackhole,
            KernelRoute::Via(hops) => Programmed::Via(self.resolved(hops).await?),
        };
        if self.there.get(&prefix) == Some(&programmed) {
            return Ok(());
        }
        // Of IPv6 routes with several next hops the kernel replaces one, so the old one goes first.
        if prefix.addr().is_ipv6()
            && (self.there.contains_key(&prefix) || self.left.contains(&prefix))
        {
            self.delete(prefix).await;
        }
        let message = message::put(self.settings, prefix, &programmed);
        let request = self.handle.route().add(message).replace();
        request.execute().await.map_err(|error| error.to_string())?;
        self.left.remove(&prefix);
        self.there.insert(prefix, programmed);
        Ok(())
    }

    /// How next hops are reached now. Those that are not reached are left out, if any is.
    async fn resolved(&mut self, hops: &[Hop]) -> Result<Vec<Resolved>, String> {
        let mut resolved = Vec::new();
        let mut failure = String::new();
        for hop in hops {
            match self.reached(*hop).await {
                Ok(hop) if resolved.contains(&hop) => {}
                Ok(hop) => resolved.push(hop),
                Err(error) => failure = error,
            }
        }
        match resolved.is_empty() {
            true => Err(failure),
            false => Ok(resolved),
        }
    }

    /// How a next hop is reached, as it was found since the last scan: a table has many routes
    /// and few next hops.
    async fn reached(&mut self, hop: Hop) -> Result<Resolved, String> {
        if let Some(known) = self.next_hops.get(&hop) {
            return known.clone();
        }
        let found = self.resolve(hop).await;
        self.next_hops.insert(hop, found.clone());
        found
    }

    async fn resolve(&self, hop: Hop) -> Result<Resolved, String> {
        if hop.tunnel {
            return Ok(Resolved {
                gateway: hop.gateway,
                interface: self.interface(TUNNEL).await?,
                onlink: true,
            });
        }
        let question = message::question(hop.gateway);
        let mut answers = self.handle.route().get(question).execute();
        let answer = answers
            .try_next()
            .await
            .map_err(|error| error.to_string())?;
        let answer = answer.ok_or("the kernel does not say how it is reached")?;
        Ok(message::resolved(hop.gateway, &answer))
    }

    /// The number of a device.
    async fn interface(&self, name: &str) -> Result<u32, String> {
        let mut links = self
            .handle
            .link()
            .get()
            .match_name(name.to_owned())
            .execute();
        match links.try_next().await {
            Ok(Some(link)) => Ok(link.header.index),
            Ok(None) => Err(format!("there is no {name}")),
            Err(error) => Err(format!("{name}: {error}")),
        }
    }

    /// Makes all as it should be again, whatever happened to it.
    async fn scan(&mut self) {
        self.next_hops.clear();
        // What somebody has deleted is not there, whatever we remember.
        if let Ok(found) = self.found().await {
            self.there.retain(|prefix, _| found.contains(prefix));
        }
        for prefix in self.wanted.keys().copied().collect::<Vec<_>>() {
            self.program(prefix).await;
        }
    }

    async fn sweep(&mut self) {
        for prefix in std::mem::take(&mut self.left) {
            if !self.there.contains_key(&prefix) {
                self.delete(prefix).await;
            }
        }
    }

    async fn remove_all(&mut self) {
        self.sweep().await;
        for prefix in std::mem::take(&mut self.there).into_keys() {
            self.delete(prefix).await;
        }
    }

    async fn delete(&self, prefix: IpNet) {
        let message = message::delete(self.settings, prefix);
        // One that is gone already is as well.
        let _ = self.handle.route().del(message).execute().await;
    }
}
