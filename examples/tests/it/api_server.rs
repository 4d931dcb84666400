//! Typed objects against a real Kubernetes API server, and the program that watches one.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

use calico_types::k8s::{
    ClusterNetworkPolicy, ClusterNetworkPolicySpec, ClusterNetworkPolicyTier, Subject,
};
use calico_types::kube::{ApiGroup, Kube, Served};
use calico_types::resources::{
    BGPPeer, BGPPeerSpec, EntityRule, GlobalNetworkPolicy, GlobalNetworkPolicySpec, IPPool,
    IPPoolSpec, NetworkPolicy, NetworkPolicySpec, Tier, TierDefaultAction, TierSpec,
};
use calico_types::{Metadata, Source, decode};
use examples::watch::{Settings, client};
use futures_util::{TryStreamExt, pin_mut};
use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition;
use kube::api::{Api, DeleteParams, ListParams, Patch, PatchParams, PostParams};
use kube::runtime::WatchStreamExt;
use kube::runtime::reflector::store::Writer;
use kube::runtime::reflector::{ObjectRef, reflector};
use kube::runtime::wait::{await_condition, conditions};
use kube::runtime::watcher::{self, Event, watcher};
use kube::{Client, ResourceExt};
use serde_json::{Value, json};
use testkit::apiserver::{self, ApiServer};

const PATIENCE: Duration = Duration::from_secs(60);

fn settings(server: &ApiServer) -> Settings {
    Settings {
        server: server.url(),
        token: apiserver::TOKEN.to_owned(),
        insecure: true,
        group: ApiGroup::default(),
    }
}

/// Calico's definitions, and those of its private group for the kinds that we use of it,
/// which keep whatever comes.
async fn define(client: &Client) {
    let api: Api<CustomResourceDefinition> = Api::all(client.clone());
    let mut names = Vec::new();
    let of_calico = apiserver::definitions().unwrap();
    let backing = [
        backing("BGPPeer", "bgppeers", "Cluster"),
        backing("IPAMConfig", "ipamconfigs", "Cluster"),
        backing("NetworkPolicy", "networkpolicies", "Namespaced"),
    ];
    for definition in of_calico.into_iter().chain(backing) {
        let definition: CustomResourceDefinition = serde_json::from_value(definition).unwrap();
        let name = definition.name_any();
        api.create(&PostParams::default(), &definition)
            .await
            .unwrap();
        names.push(name);
    }
    for name in names {
        let established = conditions::is_crd_established();
        let established = await_condition(api.clone(), &name, established);
        tokio::time::timeout(PATIENCE, established)
            .await
            .unwrap()
            .unwrap();
    }
}

fn backing(kind: &str, plural: &str, scope: &str) -> Value {
    json!({
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": format!("{plural}.crd.projectcalico.org")},
        "spec": {
            "group": "crd.projectcalico.org",
            "names": {"kind": kind, "plural": plural},
            "scope": scope,
            "versions": [{
                "name": "v1",
                "served": true,
                "storage": true,
                "schema": {"openAPIV3Schema": {
                    "type": "object",
                    "x-kubernetes-preserve-unknown-fields": true,
                }},
            }],
        },
    })
}

fn peer(name: &str, address: &str) -> Kube<BGPPeer> {
    let spec = BGPPeerSpec {
        peer_ip: address.parse().ok(),
        as_number: Some(64_512.into()),
        ..BGPPeerSpec::default()
    };
    Kube::new(name, spec)
}

fn api<T: Served>(client: &Client) -> Api<Kube<T>> {
    Api::all_with(client.clone(), &ApiGroup::default())
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
}

/// One server for all: it takes as long to start as all that is asked of it.
#[test]
fn typed_objects_live_in_an_api_server() {
    if !apiserver::ready() {
        return;
    }
    let server = ApiServer::start().unwrap();
    let settings = settings(&server);
    runtime().block_on(async {
        let client = client(&settings).unwrap();
        define(&client).await;
        objects_come_back_as_they_went(&client).await;
        the_backing_group_keeps_metadata_in_an_annotation(&client).await;
        a_reflector_follows(&client).await;
    });
    the_program_tells_what_changes(&settings);
}

async fn created<T: Served>(api: Api<Kube<T>>, object: Kube<T>) -> Kube<T> {
    let stored = api.create(&PostParams::default(), &object).await.unwrap();
    assert_eq!(stored.spec, object.spec, "{}", T::KIND);
    let listed = api.list(&ListParams::default()).await.unwrap();
    let found = listed
        .items
        .into_iter()
        .find(|o| o.metadata.name == object.metadata.name);
    assert_eq!(found.as_ref(), Some(&stored));
    assert!(stored.metadata.managed_fields.is_some());
    // The plain resource and back again: nothing of the server's metadata is lost.
    let back = Kube::of(stored.clone().into_resource().unwrap(), stored.group).unwrap();
    assert_eq!(back, stored);
    stored
}

async fn objects_come_back_as_they_went(client: &Client) {
    let tier = TierSpec {
        order: Some(10.5),
        default_action: Some(TierDefaultAction::Pass),
    };
    created(api(client), Kube::<Tier>::new("first", tier)).await;
    let selector = |text: &str| Some(text.to_owned());
    let rule = json!({
        "action": "Allow", "protocol": "TCP",
        "source": EntityRule { selector: selector("a == 'b'"), ..EntityRule::default() },
        "destination": {"ports": [80, "90:91", "web"]},
    });
    let policy = GlobalNetworkPolicySpec {
        tier: Some("first".to_owned()),
        selector: selector("all()"),
        egress: Some(Vec::new()),
        ingress: Some(vec![serde_json::from_value(rule).unwrap()]),
        ..GlobalNetworkPolicySpec::default()
    };
    created(api(client), Kube::<GlobalNetworkPolicy>::new("p", policy)).await;
    let cluster_policy = ClusterNetworkPolicySpec {
        tier: ClusterNetworkPolicyTier::Admin,
        priority: 3,
        subject: Subject {
            namespaces: Some(<_>::default()),
            pods: None,
        },
        ingress: Vec::new().into(),
        egress: Vec::new().into(),
    };
    created(
        api(client),
        Kube::<ClusterNetworkPolicy>::new("c", cluster_policy),
    )
    .await;
    // What the schema fills in is in the typed object.
    let pool: IPPoolSpec = serde_json::from_str(r#"{"cidr": "10.0.0.0/16"}"#).unwrap();
    let pool = Kube::<IPPool>::new("pool", pool);
    let pool = api::<IPPool>(client)
        .create(&PostParams::default(), &pool)
        .await
        .unwrap();
    assert_eq!(pool.spec.node_selector.as_deref(), Some("all()"));
    // And what the schema refuses, the server refuses.
    let mut refused = peer("refused", "10.0.0.9");
    refused.spec.node = Some("n".repeat(254));
    let error = api::<BGPPeer>(client)
        .create(&PostParams::default(), &refused)
        .await;
    assert!(error.unwrap_err().to_string().contains("spec.node"));
}

async fn the_backing_group_keeps_metadata_in_an_annotation(client: &Client) {
    let mut metadata = Metadata::namespaced("default", "web");
    metadata.labels.insert("app".to_owned(), "web".to_owned());
    let policy = NetworkPolicy {
        metadata,
        spec: NetworkPolicySpec::default(),
    };
    let object = Kube::of(policy.clone(), ApiGroup::Crd).unwrap();
    let policies: Api<Kube<NetworkPolicy>> =
        Api::namespaced_with(client.clone(), "default", &ApiGroup::Crd);
    let stored = policies
        .create(&PostParams::default(), &object)
        .await
        .unwrap();
    assert_eq!(stored.group, ApiGroup::Crd);
    assert_eq!(stored.metadata.labels, None);
    let shown = stored.into_resource().unwrap();
    assert_eq!(shown.metadata.labels, policy.metadata.labels);
    assert_eq!(shown.metadata.annotations, BTreeMap::new());
    // kubectl's view of it is one that the decoder takes.
    let printed = policies.get("web").await.unwrap();
    let text = serde_json::to_string(&printed).unwrap();
    let decoded = decode(&[Source::new("stored.json", text)]);
    assert_eq!(decoded.diagnostics, []);
    let found = decoded.resources[0].resource.metadata();
    assert_eq!(found.labels, policy.metadata.labels);

    let ipam: Kube<calico_types::resources::IPAMConfiguration> = Kube {
        group: ApiGroup::Crd,
        ..Kube::new("default", <_>::default())
    };
    let settings = Api::all_with(client.clone(), &ApiGroup::Crd);
    let stored = settings
        .create(&PostParams::default(), &ipam)
        .await
        .unwrap();
    assert_eq!(stored.spec, ipam.spec);
}

async fn a_reflector_follows(client: &Client) {
    let group = ApiGroup::default();
    let peers: Api<Kube<BGPPeer>> = Api::all_with(client.clone(), &group);
    let writer = Writer::new(group);
    let store = writer.as_reader();
    let events = watcher(peers.clone(), watcher::Config::default()).default_backoff();
    let events = reflector(writer, events);
    pin_mut!(events);
    let mut next = async || {
        let event = tokio::time::timeout(PATIENCE, events.try_next());
        event.await.unwrap().unwrap().unwrap()
    };
    let address = || {
        let found = store.get(&ObjectRef::new_with("tor", group))?;
        Some(found.spec.peer_ip?.to_string())
    };
    assert!(matches!(next().await, Event::Init));
    assert!(matches!(next().await, Event::InitDone));
    peers
        .create(&PostParams::default(), &peer("tor", "10.0.0.1"))
        .await
        .unwrap();
    assert!(matches!(next().await, Event::Apply(_)));
    assert_eq!(address().as_deref(), Some("10.0.0.1"));
    let patch = Patch::Merge(json!({"spec": {"peerIP": "10.0.0.2"}}));
    peers
        .patch("tor", &PatchParams::default(), &patch)
        .await
        .unwrap();
    assert!(matches!(next().await, Event::Apply(_)));
    assert_eq!(address().as_deref(), Some("10.0.0.2"));
    peers.delete("tor", &DeleteParams::default()).await.unwrap();
    assert!(matches!(next().await, Event::Delete(_)));
    assert_eq!(address(), None);
}

/// The program, ended when the test is over.
struct Program(Child);

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Starts the program and hands on its lines.
fn program(settings: &Settings) -> (Program, Receiver<String>) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_watch"))
        .args(["--server", &settings.server, "--token", &settings.token])
        .args(["--insecure", "--group", "v3"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let output = BufReader::new(child.stdout.take().unwrap());
    let (sender, receiver) = channel();
    thread::spawn(move || {
        for line in output.lines().map_while(Result::ok) {
            if sender.send(line).is_err() {
                return;
            }
        }
    });
    (Program(child), receiver)
}

fn the_program_tells_what_changes(settings: &Settings) {
    let (_program, lines) = program(settings);
    let wait = |wanted: &str| {
        let mut seen = Vec::new();
        loop {
            let line = lines.recv_timeout(PATIENCE);
            let line = line.map_err(|_| format!("no {wanted:?} in:\n{}", seen.join("\n")));
            let line: String = line.unwrap();
            if line.contains(wanted) {
                return;
            }
            seen.push(line);
        }
    };
    wait("listed 0 BGPPeers");
    let runtime = runtime();
    let peers = runtime.block_on(async { api::<BGPPeer>(&client(settings).unwrap()) });
    let mut dangling = peer("tor", "10.0.0.1");
    dangling.spec.filters = vec!["missing".to_owned()].into();
    dangling.spec.node_selector = Some("rack = 'r1'".to_owned());
    runtime
        .block_on(peers.create(&PostParams::default(), &dangling))
        .unwrap();
    wait("new BGPPeer tor");
    wait("error[invalid-selector]");
    let mended = Patch::Merge(json!({"spec": {"nodeSelector": "rack == 'r1'"}}));
    runtime
        .block_on(peers.patch("tor", &PatchParams::default(), &mended))
        .unwrap();
    wait("changed BGPPeer tor");
    wait("settled: error[invalid-selector]");
    runtime
        .block_on(peers.delete("tor", &DeleteParams::default()))
        .unwrap();
    wait("gone BGPPeer tor");
}
