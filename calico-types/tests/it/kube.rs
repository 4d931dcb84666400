//! Resources as objects of an API server, of both groups.

use calico_types::kube::{ApiGroup, Kube, KubeError, Served};
use calico_types::resources::{
    BGPConfiguration, BGPPeer, BlockAffinity, ClusterInformation, FelixConfiguration,
    GlobalNetworkPolicy, IPAMConfiguration, IPPool, Installation, NetworkPolicy, Tier,
};
use calico_types::{Metadata, OwnerReference, k8s};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use kube_core::{DeserializeGuard, ObjectList, Resource};
use serde_json::{Value, json};

fn path<T: Served>(group: ApiGroup, namespace: Option<&str>) -> String {
    Kube::<T>::url_path(&group, namespace)
}

#[test]
fn both_groups_have_their_paths_and_names() {
    use ApiGroup::{Crd, ProjectCalico};
    for (path, expected) in [
        (
            path::<BGPPeer>(ProjectCalico, None),
            "/apis/projectcalico.org/v3/bgppeers",
        ),
        (
            path::<BGPPeer>(Crd, None),
            "/apis/crd.projectcalico.org/v1/bgppeers",
        ),
        (
            path::<NetworkPolicy>(ProjectCalico, Some("shop")),
            "/apis/projectcalico.org/v3/namespaces/shop/networkpolicies",
        ),
        (
            path::<IPAMConfiguration>(ProjectCalico, None),
            "/apis/projectcalico.org/v3/ipamconfigurations",
        ),
        (
            path::<IPAMConfiguration>(Crd, None),
            "/apis/crd.projectcalico.org/v1/ipamconfigs",
        ),
        (
            path::<Installation>(Crd, None),
            "/apis/operator.tigera.io/v1/installations",
        ),
        (
            path::<k8s::ClusterNetworkPolicy>(ProjectCalico, None),
            "/apis/policy.networking.k8s.io/v1alpha2/clusternetworkpolicies",
        ),
    ] {
        assert_eq!(path, expected);
    }
    assert_eq!(Kube::<IPAMConfiguration>::kind(&Crd), "IPAMConfig");
    assert_eq!(
        Kube::<IPAMConfiguration>::kind(&ProjectCalico),
        "IPAMConfiguration"
    );
    assert_eq!(ApiGroup::default(), ProjectCalico);
}

/// The names of the resources' definitions, which the names in paths must be.
#[test]
fn plurals_are_those_of_the_definitions() {
    fn check<T: Served>() {
        let name = format!("crd/projectcalico.org_{}.yaml", T::PLURAL);
        let Some(file) = testkit::shared::path(format!("data/{name}")) else {
            testkit::shared::skip_message();
            return;
        };
        let text = std::fs::read_to_string(file).unwrap();
        assert!(
            text.contains(&format!("plural: {}\n", T::PLURAL)),
            "{}",
            T::KIND
        );
        let scope = if T::NAMESPACED {
            "Namespaced"
        } else {
            "Cluster"
        };
        assert!(text.contains(&format!("scope: {scope}\n")), "{}", T::KIND);
    }
    use calico_types::resources::{
        BGPFilter, CalicoNodeStatus, GlobalNetworkSet, HostEndpoint, IPAMBlock, IPAMHandle,
        IPReservation, KubeControllersConfiguration, NetworkSet, StagedGlobalNetworkPolicy,
        StagedKubernetesNetworkPolicy, StagedNetworkPolicy,
    };
    check::<BGPConfiguration>();
    check::<BGPFilter>();
    check::<BGPPeer>();
    check::<BlockAffinity>();
    check::<CalicoNodeStatus>();
    check::<ClusterInformation>();
    check::<FelixConfiguration>();
    check::<GlobalNetworkPolicy>();
    check::<GlobalNetworkSet>();
    check::<HostEndpoint>();
    check::<IPAMBlock>();
    check::<IPAMConfiguration>();
    check::<IPAMHandle>();
    check::<IPPool>();
    check::<IPReservation>();
    check::<KubeControllersConfiguration>();
    check::<NetworkPolicy>();
    check::<NetworkSet>();
    check::<StagedGlobalNetworkPolicy>();
    check::<StagedKubernetesNetworkPolicy>();
    check::<StagedNetworkPolicy>();
    check::<Tier>();
}

fn full_metadata() -> Value {
    json!({
        "name": "web",
        "namespace": "shop",
        "uid": "30316465-6365-4463-ad63-3564622d3638",
        "resourceVersion": "17",
        "generation": 3,
        "creationTimestamp": "2026-01-02T03:04:05Z",
        "deletionTimestamp": "2026-01-02T03:05:05Z",
        "deletionGracePeriodSeconds": 30,
        "labels": {"app": "web", "projectcalico.org/tier": "default"},
        "annotations": {"note": "x", "operator.tigera.io/y": "z"},
        "finalizers": ["example.org/keep"],
        "ownerReferences": [{
            "apiVersion": "apps/v1", "kind": "Deployment", "name": "d",
            "uid": "1", "controller": true, "blockOwnerDeletion": false,
        }],
        "managedFields": [{
            "manager": "kubectl", "operation": "Update", "apiVersion": "projectcalico.org/v3",
            "time": "2026-01-02T03:04:05Z", "fieldsType": "FieldsV1", "fieldsV1": {"f:spec": {}},
        }],
        "selfLink": "/old",
    })
}

#[test]
fn nothing_of_the_metadata_is_lost_on_the_way_there_and_back() {
    let json = json!({
        "apiVersion": "projectcalico.org/v3", "kind": "NetworkPolicy",
        "metadata": full_metadata(),
        "spec": {"selector": "app == 'web'", "egress": []},
    });
    let object: Kube<NetworkPolicy> = serde_json::from_value(json.clone()).unwrap();
    assert_eq!(serde_json::to_value(&object).unwrap(), json);
    let policy = NetworkPolicy::try_from(object.clone()).unwrap();
    assert_eq!(
        serde_json::to_value(&policy.metadata).unwrap(),
        full_metadata()
    );
    assert_eq!(policy.spec.egress, Some(vec![]));
    let back = Kube::try_from(policy).unwrap();
    assert_eq!(back, object);
}

#[test]
fn the_status_is_kept() {
    let json = json!({
        "apiVersion": "projectcalico.org/v3", "kind": "IPPool", "metadata": {"name": "p"},
        "spec": {"cidr": "10.0.0.0/8"},
        "status": {"conditions": [{"type": "Allocatable", "status": "False",
            "reason": "CIDROverlap", "message": "", "lastTransitionTime": "2026-01-02T03:04:05Z"}]},
    });
    let object: Kube<IPPool> = serde_json::from_value(json.clone()).unwrap();
    let pool = IPPool::try_from(object).unwrap();
    assert_eq!(
        pool.status.as_ref().unwrap().conditions[0].reason,
        "CIDROverlap"
    );
    let back = serde_json::to_value(Kube::try_from(pool).unwrap()).unwrap();
    assert_eq!(back, json);
}

/// What `calicoctl` of 3.31 leaves of a policy in Calico's own group.
fn stored_by_calico() -> Value {
    let inner = json!({
        "name": "web",
        "creationTimestamp": "2026-01-02T03:04:05Z",
        "labels": {"app": "web", "projectcalico.org/tier": "default"},
        "annotations": {"note": "x"},
        "ownerReferences": [{"apiVersion": "crd.projectcalico.org/v1", "kind": "Tier",
            "name": "default", "uid": "0c8ca6a6-c6a6-4422-adc6-ac26a66cb41c"}],
    });
    json!({
        "apiVersion": "crd.projectcalico.org/v1", "kind": "NetworkPolicy",
        "metadata": {
            "name": "default.web", "namespace": "shop", "resourceVersion": "17",
            "uid": "0c8ca6a6-c6a6-4422-adc6-ac26a66cb41c", "generation": 2,
            "creationTimestamp": "2026-02-02T02:02:02Z",
            "labels": {"projectcalico.org/tier": "default"},
            "annotations": {"projectcalico.org/metadata": inner.to_string()},
        },
        "spec": {"tier": "default"},
    })
}

#[test]
fn calicos_own_group_keeps_metadata_in_an_annotation() {
    let object: Kube<NetworkPolicy> = serde_json::from_value(stored_by_calico()).unwrap();
    assert_eq!(object.group, ApiGroup::Crd);
    assert_eq!(serde_json::to_value(&object).unwrap(), stored_by_calico());
    let policy = NetworkPolicy::try_from(object).unwrap();
    let metadata = &policy.metadata;
    assert_eq!(
        (&*metadata.name, metadata.namespace.as_deref()),
        ("web", Some("shop"))
    );
    assert_eq!(metadata.resource_version.as_deref(), Some("17"));
    // 0x0c with its bits in reverse is 0x30, and so on; 44 and ad say what kind of id it is.
    let uid = "30316565-6365-4444-ad63-356465362d38";
    assert_eq!(metadata.uid.as_deref(), Some(uid));
    assert_eq!(
        metadata.creation_timestamp.as_deref(),
        Some("2026-01-02T03:04:05Z")
    );
    assert_eq!(metadata.labels.len(), 2);
    assert_eq!(metadata.annotations["note"], "x");
    assert!(
        !metadata
            .annotations
            .contains_key("projectcalico.org/metadata")
    );
    let owner = &metadata.owner_references[0];
    assert_eq!(
        (&*owner.api_version, &*owner.uid),
        ("projectcalico.org/v3", uid)
    );
}

#[test]
fn what_is_written_to_calicos_own_group_is_read_the_same() {
    let mut metadata = Metadata::namespaced("shop", "web");
    metadata.uid = Some("30316465-6365-4463-ad63-3564622d3638".into());
    metadata.resource_version = Some("17".into());
    metadata.creation_timestamp = Some("2026-01-02T03:04:05Z".into());
    metadata.labels.insert("app".into(), "web".into());
    metadata
        .labels
        .insert("projectcalico.org/tier".into(), "default".into());
    metadata.annotations.insert("note".into(), "x".into());
    metadata.owner_references.push(OwnerReference {
        api_version: "projectcalico.org/v3".into(),
        kind: "Tier".into(),
        name: "default".into(),
        uid: "30316465-6365-4463-ad63-3564622d3638".into(),
        ..OwnerReference::default()
    });
    let policy = NetworkPolicy {
        metadata,
        ..NetworkPolicy::default()
    };
    let object = Kube::of(policy.clone(), ApiGroup::Crd).unwrap();
    let meta: &ObjectMeta = object.meta();
    assert_eq!(meta.labels.as_ref().unwrap().len(), 1);
    let annotations = meta.annotations.as_ref().unwrap();
    assert_eq!(annotations.len(), 1);
    let inner: Value = serde_json::from_str(&annotations["projectcalico.org/metadata"]).unwrap();
    assert_eq!(inner["name"], "web");
    assert_eq!(inner["labels"]["app"], "web");
    assert_eq!(
        inner["ownerReferences"][0]["apiVersion"],
        "crd.projectcalico.org/v1"
    );
    assert_ne!(meta.uid, policy.metadata.uid);
    assert_eq!(object.into_resource().unwrap(), policy);
}

#[test]
fn an_annotation_that_cannot_be_read_is_an_error_of_the_resource_only() {
    let mut json = stored_by_calico();
    json["metadata"]["annotations"]["projectcalico.org/metadata"] = "{".into();
    let object: Kube<NetworkPolicy> = serde_json::from_value(json).unwrap();
    assert!(matches!(
        object.into_resource(),
        Err(KubeError::Annotation(_))
    ));
    let mut peer = BGPPeer::default();
    peer.metadata.creation_timestamp = Some("yesterday".into());
    assert!(matches!(Kube::try_from(peer), Err(KubeError::Metadata(_))));
}

#[test]
fn a_deleted_affinity_is_a_word_in_calicos_own_group() {
    let spec = json!({"state": "confirmed", "node": "n", "cidr": "10.0.0.0/26", "deleted": "true"});
    let json = json!({
        "apiVersion": "crd.projectcalico.org/v1", "kind": "BlockAffinity",
        "metadata": {"name": "n-10-0-0-0-26"}, "spec": spec,
    });
    let object: Kube<BlockAffinity> = serde_json::from_value(json.clone()).unwrap();
    assert!(object.spec.deleted);
    assert_eq!(serde_json::to_value(&object).unwrap(), json);
    let there = Kube {
        group: ApiGroup::ProjectCalico,
        ..object
    };
    assert_eq!(
        serde_json::to_value(&there).unwrap()["spec"]["deleted"],
        true
    );
}

#[test]
fn what_is_not_set_may_be_empty_or_null() {
    let json = json!({
        "apiVersion": "projectcalico.org/v3", "kind": "FelixConfiguration",
        "metadata": {"name": "default", "creationTimestamp": null},
        "spec": {"logSeverityScreen": "", "natOutgoingAddress": "", "bpfLogLevel": null,
            "chainInsertMode": "INSERT", "somethingNew": 1, "interfacePrefix": ""},
    });
    let object: Kube<FelixConfiguration> = serde_json::from_value(json).unwrap();
    assert_eq!(object.spec.log_severity_screen, None);
    let printed = serde_json::to_value(&object.spec).unwrap();
    assert_eq!(
        printed,
        json!({"chainInsertMode": "Insert", "interfacePrefix": ""})
    );
}

#[test]
fn objects_of_other_kinds_are_refused() {
    for (api_version, kind) in [
        ("projectcalico.org/v3", "BGPFilter"),
        ("projectcalico.org/v2", "BGPPeer"),
        ("crd.projectcalico.org/v1", "IPAMConfiguration"),
    ] {
        let json = json!({"apiVersion": api_version, "kind": kind, "metadata": {"name": "x"}});
        let error = serde_json::from_value::<Kube<BGPPeer>>(json).unwrap_err();
        assert_eq!(
            error.to_string(),
            format!("{kind} of {api_version} is not BGPPeer of projectcalico.org/v3")
        );
    }
    // Items of a typed list do not say what they are.
    let item: Kube<BGPPeer> = serde_json::from_value(json!({"metadata": {"name": "x"}})).unwrap();
    assert_eq!(item.group, ApiGroup::ProjectCalico);
}

/// One object that Calico would refuse must not hide the others.
#[test]
fn a_guard_keeps_a_list_readable() {
    let list = json!({
        "apiVersion": "projectcalico.org/v3", "kind": "BGPPeerList", "metadata": {},
        "items": [
            {"metadata": {"name": "broken"}, "spec": {"peerIP": "no address"}},
            {"metadata": {"name": "fine"}, "spec": {"peerIP": "10.0.0.1"}},
        ],
    });
    assert!(serde_json::from_value::<ObjectList<Kube<BGPPeer>>>(list.clone()).is_err());
    let list: ObjectList<DeserializeGuard<Kube<BGPPeer>>> = serde_json::from_value(list).unwrap();
    let broken = list.items[0].0.as_ref().unwrap_err();
    assert_eq!(broken.metadata.name.as_deref(), Some("broken"));
    assert!(broken.error.starts_with("spec: "), "{}", broken.error);
    assert!(list.items[1].0.is_ok());
}
