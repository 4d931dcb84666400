//! The program `policy`, on the manifests of the reference cluster.

use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;

/// What it prints, and how it ends.
fn policy(words: &[&str]) -> (String, i32) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_policy"));
    let output = command.args(words).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let errors = String::from_utf8(output.stderr).unwrap();
    (text + &errors, output.status.code().unwrap())
}

fn manifests(name: &str) -> String {
    let manifests = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("manifests");
    manifests.join(name).display().to_string()
}

const FRONT: &str = "shop/frontend-6d5f8c7b9-4kq2z";
const BACK: &str = "shop/backend-7c9d6f5b48-h2n5t";
const DATABASE: &str = "shop/database-0";

#[test]
fn verdicts_say_who_decided() {
    let all = manifests("ecommerce");
    let flow = |from, to, port| policy(&["eval", &all, "--from", from, "--to", to, "--port", port]);
    let (text, code) = flow(BACK, DATABASE, "3306");
    assert!(text.starts_with("allow; egress allowed by "), "{text}");
    assert_eq!(code, 0);
    let (text, code) = flow(FRONT, DATABASE, "3306");
    assert!(text.starts_with("deny; "), "{text}");
    assert_eq!(code, 1);
    let (text, code) = flow("shop/nobody", DATABASE, "3306");
    assert_eq!(
        (text.as_str(), code),
        ("policy: no endpoint is called shop/nobody\n", 2)
    );
}

#[test]
fn explanations_name_every_tier_and_the_hits() {
    let all = manifests("ecommerce");
    let words = [
        "explain", &all, "--from", FRONT, "--to", DATABASE, "--port", "3306",
    ];
    let (text, code) = policy(&words);
    assert!(
        text.contains("ingress of shop/database-0") || text.contains("egress of"),
        "{text}"
    );
    assert_eq!(code, 1);
    let (text, _) = policy(&[&words[..], &["--format", "json"]].concat());
    let data: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(data["verdict"], "deny");
    let sides = [&data["egress"], &data["ingress"]];
    for side in sides {
        let hits = side["policyHits"].as_array().unwrap();
        let last = hits.last().unwrap();
        let allowed = side["allowed"].as_bool().unwrap();
        assert_eq!(last["action"], if allowed { "Allow" } else { "Deny" });
        for (index, hit) in hits.iter().enumerate() {
            assert_eq!(hit["policyIndex"], index);
        }
    }
}

#[test]
fn the_matrix_is_front_to_back_to_database() {
    let all = manifests("ecommerce");
    let (text, code) = policy(&["matrix", &all, "--namespace", "shop"]);
    assert_eq!(code, 0);
    let mut lines: Vec<&str> = text.lines().collect();
    lines.sort_unstable();
    assert_eq!(
        lines,
        [
            "outside -> shop/frontend-6d5f8c7b9-4kq2z, shop/frontend-6d5f8c7b9-x8w7m: TCP 80",
            "shop/backend-7c9d6f5b48-h2n5t, shop/backend-7c9d6f5b48-rl6vc -> shop/database-0: TCP 3306",
            "shop/frontend-6d5f8c7b9-4kq2z, shop/frontend-6d5f8c7b9-x8w7m -> shop/backend-7c9d6f5b48-h2n5t, shop/backend-7c9d6f5b48-rl6vc: TCP 8080",
        ]
    );
    for (format, begins) in [
        ("csv", "source,destination,connections\r\n\"shop/backend"),
        ("markdown", "| from | to | connections |\n|---|---|---|\n"),
        ("dot", "digraph connectivity {\n"),
        ("svg", "<svg xmlns=\"http://www.w3.org/2000/svg\""),
    ] {
        let (text, _) = policy(&["matrix", &all, "--namespace", "shop", "--format", format]);
        assert!(text.starts_with(begins), "{text}");
    }
    let (text, _) = policy(&["matrix", &all, "--namespace", "shop", "--format", "json"]);
    let data: Value = serde_json::from_str(&text).unwrap();
    let groups = data[0]["groups"].as_array().unwrap();
    assert_eq!(groups.len(), 4);
    assert_eq!(groups[1]["endpoints"][0], DATABASE);
    // A workload that might come reaches nothing in the shop: the platform's tier sees to it.
    let (text, _) = policy(&["matrix", &all, "--unknown"]);
    let unknown = text.lines().filter(|line| line.starts_with("unknown"));
    let reached: Vec<&str> = unknown.collect();
    assert!(!reached.is_empty(), "{text}");
    assert!(reached.iter().all(|line| !line.contains("shop/")), "{text}");
}

#[test]
fn questions_have_answers() {
    let all = manifests("ecommerce");
    let ask = |words: &[&str]| {
        policy(&[&["ask", &all, "--from", FRONT, "--to", DATABASE], words].concat())
    };
    let (text, code) = ask(&["--forbids", "all"]);
    assert_eq!(
        (text.as_str(), code),
        (
            "yes: shop/frontend-6d5f8c7b9-4kq2z -> shop/database-0: none\n",
            0
        )
    );
    assert_eq!(ask(&["--permits", "TCP 3306"]).1, 1);
    assert_eq!(ask(&["--permits", "TCP many"]).1, 2);
    let (text, code) = policy(&["list", &all, "--endpoint", DATABASE]);
    assert_eq!(code, 0);
    assert!(text.contains("isolated by "), "{text}");
    assert_eq!(policy(&["lint", &all]), (String::new(), 0));
    // Two locks on one door.
    let (text, code) = policy(&["lint", &all, "--redundant"]);
    assert_eq!(code, 1);
    assert_eq!(
        text,
        "GlobalNetworkPolicy isolation.reports: without it the same would be connected\n"
    );
    assert_eq!(
        policy(&["diff", &all, "--with", &all]),
        ("nothing changes\n".to_owned(), 0)
    );
}

/// What is copied from page to page lets through what it means to keep out.
#[test]
fn a_difference_shows_what_a_mistake_opens() {
    let directory = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("policy");
    std::fs::create_dir_all(&directory).unwrap();
    let all = manifests("ecommerce");
    for file in std::fs::read_dir(&all).unwrap() {
        let file = file.unwrap();
        let text = std::fs::read_to_string(file.path()).unwrap();
        // Somebody opens more than the database's port.
        let text = text.replace("- 3306", "- 1:65535");
        std::fs::write(directory.join(file.file_name()), text).unwrap();
    }
    let changed = directory.display().to_string();
    let (text, code) = policy(&["diff", &all, "--with", &changed]);
    assert_eq!(code, 1);
    assert_eq!(
        text,
        "shop/backend-7c9d6f5b48-h2n5t, shop/backend-7c9d6f5b48-rl6vc -> shop/database-0: \
         +(TCP 1-3305,3307-65535)\n",
    );
}
