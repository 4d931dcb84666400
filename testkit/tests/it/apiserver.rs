//! A real kube-apiserver with Calico's definitions says what our structural layer says, and
//! stores what our `prune` gives.

use std::fs;

use calico_types::{Severity, Source, decode, prune, validate};
use serde_json::{Value, json};
use testkit::apiserver::{self, ApiServer, Create};
use testkit::shared;

#[test]
fn apiserver_agrees_about_schema_and_pruning() {
    let Some(cases) = shared::path("cases") else {
        shared::skip_message();
        return;
    };
    if !apiserver::ready() {
        return;
    }
    let server = ApiServer::start().unwrap();
    let definitions = apiserver::definitions().unwrap();
    server.define(&definitions).unwrap();

    let documents: Vec<Value> = ["validation.jsonl", "strict-decode.jsonl"]
        .iter()
        .flat_map(|suite| documents(&cases.join(suite)))
        .chain(probes())
        .filter(|document| !has_empty_text(document))
        .collect();
    let addressed: Vec<(&Value, Create)> = documents
        .iter()
        .filter_map(|document| Some((document, request(document, &definitions)?)))
        .collect();
    let requests: Vec<Create> = addressed
        .iter()
        .map(|(_, request)| request.clone())
        .collect();
    let answers = server.create(&requests).unwrap();
    assert_eq!(answers.len(), requests.len());

    let differences: Vec<String> = addressed
        .iter()
        .zip(&answers)
        .filter_map(|((document, _), (status, answer))| difference(document, *status, answer))
        .collect();
    let accepted = answers.iter().filter(|(status, _)| *status == 201).count();
    println!("{} documents, {accepted} accepted", answers.len());
    assert!(answers.len() > 400 && accepted > 200, "too few documents");
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

/// How the server's answer differs from what we say of the document.
fn difference(document: &Value, status: u16, answer: &Value) -> Option<String> {
    let decoded = decode(&[Source::new("case.json", document.to_string())]);
    let mut refusals = validate::schema(&decoded);
    refusals.extend(validate::unique(&decoded));
    refusals.retain(|found| found.severity == Severity::Error);
    let told: Vec<String> = refusals
        .iter()
        .map(|found| format!("{} {}: {}", found.path, found.code, found.message))
        .collect();
    let answered = match status {
        201 => {
            let stored = without_status(prune(document)?.stored);
            let (theirs, ours) = (told_of(answer), told_of(&stored));
            if told.is_empty() && theirs == ours {
                return None;
            }
            format!("stored\n    {theirs}\n  ours\n    {ours}")
        }
        422 if !told.is_empty() => return None,
        _ => format!("{status}: {}", answer["message"]),
    };
    Some(format!(
        "{document}\n  server {answered}\n  we refuse {told:?}"
    ))
}

/// The parts of an object that whoever creates it writes.
fn told_of(object: &Value) -> Value {
    let written = ["name", "labels", "annotations", "finalizers", "unknown"];
    let metadata = written.map(|key| (key.to_owned(), object["metadata"][key].clone()));
    let metadata: serde_json::Map<_, _> = metadata.into_iter().collect();
    json!({"metadata": metadata, "spec": object["spec"], "status": object["status"]})
}

/// What is created has no status, where the status has an address of its own.
fn without_status(mut stored: Value) -> Value {
    const WITH_STATUS: [&str; 5] = [
        "CalicoNodeStatus",
        "ClusterNetworkPolicy",
        "IPPool",
        "KubeControllersConfiguration",
        "Tier",
    ];
    let kind = stored["kind"].as_str().unwrap_or_default();
    if WITH_STATUS.contains(&kind)
        && let Some(fields) = stored.as_object_mut()
    {
        fields.remove("status");
    }
    drop_empty_texts(&mut stored);
    stored
}

/// This server cannot load defaults that are empty texts; see [`apiserver::definitions`].
fn drop_empty_texts(value: &mut Value) {
    if let Some(fields) = value.as_object_mut() {
        fields.retain(|_, value| *value != "");
        fields.values_mut().for_each(drop_empty_texts);
    } else if let Some(items) = value.as_array_mut() {
        items.iter_mut().for_each(drop_empty_texts);
    }
}

/// This server takes empty text for null, and refuses it; later ones do not.
fn has_empty_text(value: &Value) -> bool {
    match (value.as_object(), value.as_array()) {
        (Some(fields), _) => fields.values().any(has_empty_text),
        (_, Some(items)) => items.iter().any(has_empty_text),
        _ => value == "",
    }
}

/// The documents of a suite, under a name that no server minds: the metadata has rules of
/// its own, which no schema says.
fn documents(suite: &std::path::Path) -> Vec<Value> {
    let text = fs::read_to_string(suite).unwrap();
    let cases = text.lines().map(|line| {
        let case: Value = serde_json::from_str(line).unwrap();
        let yaml = case["yaml"].as_str().unwrap();
        serde_saphyr::from_str::<Value>(yaml).unwrap()
    });
    cases
        .map(|mut document| {
            document["metadata"] = json!({"name": "x"});
            document
        })
        .collect()
}

/// The request to create a document; none for kinds without a definition. Nothing is
/// really stored.
fn request(document: &Value, definitions: &[Value]) -> Option<Create> {
    let definition = definitions.iter().find(|definition| {
        let (spec, version) = (&definition["spec"], &definition["spec"]["versions"][0]);
        let name = |value: &Value| value.as_str().unwrap().to_owned();
        let api_version = format!("{}/{}", name(&spec["group"]), name(&version["name"]));
        document["apiVersion"] == api_version.as_str() && document["kind"] == spec["names"]["kind"]
    })?;
    let spec = &definition["spec"];
    let place = if spec["scope"] == "Namespaced" {
        "namespaces/default/"
    } else {
        ""
    };
    Some(Create {
        path: format!(
            "/apis/{}/{place}{}?dryRun=All",
            document["apiVersion"].as_str()?,
            spec["names"]["plural"].as_str()?,
        ),
        object: document.to_string(),
    })
}

/// Values about which schemas say little and the server's code much.
fn probes() -> Vec<Value> {
    let probe = |kind: &Value, spec: &Value| {
        json!({
            "apiVersion": "projectcalico.org/v3",
            "kind": kind,
            "metadata": {"name": "x"},
            "spec": spec,
        })
    };
    let characters = [1024, 1025].map(|length| {
        let selector = "é".repeat(length);
        probe(&json!("NetworkPolicy"), &json!({"selector": selector}))
    });
    let probes = include_str!("apiserver.jsonl").lines().map(|line| {
        let parts: Value = serde_json::from_str(line).unwrap();
        probe(&parts["kind"], &parts["spec"])
    });
    let mut metadata = probe(&json!("BGPFilter"), &json!({}));
    metadata["metadata"] = json!({
        "name": "x", "labels": {}, "annotations": {"a": "b"}, "finalizers": [], "unknown": 1,
    });
    probes.chain(characters).chain([metadata]).collect()
}
