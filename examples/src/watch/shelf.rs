//! What the server holds of each kind.

use std::collections::HashSet;
use std::error::Error;
use std::fmt;

use calico_types::kube::{ApiGroup, Kube, Served};
use calico_types::{Resource, Source, resources};
use futures_util::{StreamExt, pin_mut};
use kube::api::Api;
use kube::core::DeserializeGuard;
use kube::runtime::WatchStreamExt;
use kube::runtime::reflector::store::Writer;
use kube::runtime::reflector::{Store, reflector};
use kube::runtime::watcher::{self, Event, watcher};
use kube::{Client, Resource as _, ResourceExt};
use tokio::sync::mpsc::Sender;

/// An object of which we want to know even when it has no type.
type Guarded<T> = DeserializeGuard<Kube<T>>;

/// A kind of change, told in one line.
#[derive(Debug)]
pub(super) struct Change {
    kind: &'static str,
    what: What,
}

#[derive(Debug)]
enum What {
    Listed(usize),
    Appeared(String),
    Changed(String),
    Gone(String),
    Failed(String),
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = self.kind;
        match &self.what {
            What::Listed(1) => write!(f, "listed 1 {kind}"),
            What::Listed(count) => write!(f, "listed {count} {kind}s"),
            What::Appeared(name) => write!(f, "new {kind} {name}"),
            What::Changed(name) => write!(f, "changed {kind} {name}"),
            What::Gone(name) => write!(f, "gone {kind} {name}"),
            What::Failed(reason) => write!(f, "cannot watch {kind}: {reason}"),
        }
    }
}

/// One shelf for each kind.
pub(super) struct Shelves(Vec<Box<dyn Shelf>>);

impl Shelves {
    /// Begins to watch: one task for each kind, which ends when nobody listens to `changes`.
    pub(super) fn fill(client: &Client, group: ApiGroup, changes: &Sender<Change>) -> Self {
        let watch = Watch {
            client,
            group,
            changes,
        };
        Self(vec![
            watch.kind::<resources::BGPConfiguration>(),
            watch.kind::<resources::BGPFilter>(),
            watch.kind::<resources::BGPPeer>(),
            watch.kind::<resources::FelixConfiguration>(),
            watch.kind::<resources::GlobalNetworkPolicy>(),
            watch.kind::<resources::GlobalNetworkSet>(),
            watch.kind::<resources::HostEndpoint>(),
            watch.kind::<resources::IPAMConfiguration>(),
            watch.kind::<resources::IPPool>(),
            watch.kind::<resources::IPReservation>(),
            watch.kind::<resources::KubeControllersConfiguration>(),
            watch.kind::<resources::NetworkPolicy>(),
            watch.kind::<resources::NetworkSet>(),
            watch.kind::<resources::StagedGlobalNetworkPolicy>(),
            watch.kind::<resources::StagedKubernetesNetworkPolicy>(),
            watch.kind::<resources::StagedNetworkPolicy>(),
            watch.kind::<resources::Tier>(),
        ])
    }

    /// Everything there is, as sources for the decoder, and a line for each object that has
    /// no type.
    pub(super) fn contents(&self) -> (Vec<Source>, Vec<String>) {
        let (mut sources, mut unfit) = (Vec::new(), Vec::new());
        for shelf in &self.0 {
            shelf.contents(&mut sources, &mut unfit);
        }
        sources.sort_by(|a, b| a.name.cmp(&b.name));
        (sources, unfit)
    }
}

/// What the server holds of a kind.
trait Shelf: Send + Sync {
    fn contents(&self, sources: &mut Vec<Source>, unfit: &mut Vec<String>);
}

impl<T: Served + Into<Resource>> Shelf for Store<Guarded<T>> {
    fn contents(&self, sources: &mut Vec<Source>, unfit: &mut Vec<String>) {
        for object in self.state() {
            let name = format!("{} {}", T::KIND, full_name(&*object));
            let resource = match &object.0 {
                Ok(object) => object.clone().into_resource().map_err(|e| e.to_string()),
                Err(invalid) => Err(invalid.error.clone()),
            };
            let text = resource.and_then(|resource| {
                serde_json::to_string_pretty(&resource.into()).map_err(|e| e.to_string())
            });
            match text {
                Ok(text) => sources.push(Source::new(name, text)),
                Err(error) => unfit.push(format!("error[does-not-fit]: {error}\n  = in: {name}")),
            }
        }
    }
}

struct Watch<'a> {
    client: &'a Client,
    group: ApiGroup,
    changes: &'a Sender<Change>,
}

impl Watch<'_> {
    fn kind<T: Served + Into<Resource>>(&self) -> Box<dyn Shelf> {
        let api: Api<Guarded<T>> = Api::all_with(self.client.clone(), &self.group);
        let writer = Writer::new(self.group);
        let store = writer.as_reader();
        tokio::spawn(follow::<T>(api, writer, self.changes.clone()));
        Box::new(store)
    }
}

async fn follow<T: Served>(
    api: Api<Guarded<T>>,
    writer: Writer<Guarded<T>>,
    changes: Sender<Change>,
) {
    let events = watcher(api, watcher::Config::default()).default_backoff();
    let events = reflector(writer, events);
    pin_mut!(events);
    let mut known = HashSet::new();
    let mut failing = false;
    while let Some(event) = events.next().await {
        let what = match event {
            Ok(event) => {
                failing = false;
                told(event, &mut known)
            }
            // Once is enough until it works again.
            Err(error) => {
                (!std::mem::replace(&mut failing, true)).then(|| What::Failed(reason(&error)))
            }
        };
        let change = what.map(|what| Change {
            kind: T::KIND,
            what,
        });
        if let Some(change) = change
            && changes.send(change).await.is_err()
        {
            return;
        }
    }
}

/// An error with what caused it: "cannot list" alone helps nobody.
fn reason(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        let said = cause.to_string();
        if !text.contains(&said) {
            text = format!("{text}: {said}");
        }
        next = cause.source();
    }
    text
}

fn told<T: Served>(event: Event<Guarded<T>>, known: &mut HashSet<String>) -> Option<What> {
    match event {
        Event::Init => {
            known.clear();
            None
        }
        Event::InitApply(object) => {
            known.insert(full_name(&object));
            None
        }
        Event::InitDone => Some(What::Listed(known.len())),
        Event::Apply(object) => {
            let name = full_name(&object);
            Some(if known.insert(name.clone()) {
                What::Appeared(name)
            } else {
                What::Changed(name)
            })
        }
        Event::Delete(object) => {
            let name = full_name(&object);
            known.remove(&name);
            Some(What::Gone(name))
        }
    }
}

/// Namespace and name.
fn full_name<T: Served>(object: &Guarded<T>) -> String {
    match &object.meta().namespace {
        Some(namespace) => format!("{namespace}/{}", object.name_any()),
        None => object.name_any(),
    }
}
