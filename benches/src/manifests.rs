//! Manifests as `kubectl get` prints them and as people write them, and the same full of
//! mistakes.
//!
//! A policy has a name, a namespace, two labels, a selector and one to four rules, of which
//! most name a protocol, ports and a selector of the other side, some networks.

use std::fmt::Write as _;

use crate::policies::Random;

/// A list of network policies in one JSON document, indented as `kubectl get -o json` does.
#[must_use]
pub fn json(policies: u32) -> String {
    let mut random = Random::new(5);
    let mut text = "{\n    \"apiVersion\": \"v1\",\n    \"items\": [".to_owned();
    for number in 0..policies {
        text.push_str(if number == 0 { "\n" } else { ",\n" });
        push_json(&mut text, &Policy::new(number, &mut random));
    }
    text.push_str("\n    ],\n    \"kind\": \"List\"\n}\n");
    text
}

/// Network policies as a stream of YAML documents.
#[must_use]
pub fn yaml(policies: u32) -> String {
    let mut random = Random::new(5);
    let mut text = String::new();
    for number in 0..policies {
        push_yaml(&mut text, &Policy::new(number, &mut random), false);
    }
    text
}

/// The same with mistakes in every rule: a port beside the rule, a key in the wrong case, a
/// selector that does not parse and a network with host bits.
#[must_use]
pub fn mistaken_yaml(policies: u32) -> String {
    let mut random = Random::new(5);
    let mut text = String::new();
    for number in 0..policies {
        push_yaml(&mut text, &Policy::new(number, &mut random), true);
    }
    text
}

/// What one policy says, apart from how it is written.
struct Policy {
    number: u32,
    namespace: u32,
    rules: Vec<Rule>,
}

struct Rule {
    app: u32,
    port: u32,
    net: bool,
}

impl Policy {
    fn new(number: u32, random: &mut Random) -> Self {
        Self {
            number,
            namespace: random.below(200),
            rules: (0..=random.below(4))
                .map(|_| Rule {
                    app: random.below(10),
                    port: 1 + random.below(9_000),
                    net: random.below(5) == 0,
                })
                .collect(),
        }
    }
}

fn push_json(text: &mut String, policy: &Policy) {
    let Policy {
        number, namespace, ..
    } = policy;
    let rules: Vec<String> = policy.rules.iter().map(json_rule).collect();
    // Writing into a `String` cannot fail.
    let _ = write!(
        text,
        r#"        {{
            "apiVersion": "projectcalico.org/v3",
            "kind": "NetworkPolicy",
            "metadata": {{
                "creationTimestamp": "2026-01-05T10:00:00Z",
                "labels": {{
                    "projectcalico.org/tier": "default",
                    "team": "team-{}"
                }},
                "name": "policy-{number}",
                "namespace": "ns-{namespace}",
                "resourceVersion": "{}",
                "uid": "6b3a1c52-0d7e-4b39-9a53-{number:012}"
            }},
            "spec": {{
                "ingress": [
{}
                ],
                "order": {number},
                "selector": "app == 'app-{}'",
                "tier": "default",
                "types": [
                    "Ingress"
                ]
            }}
        }}"#,
        namespace % 20,
        1_000 + number,
        rules.join(",\n"),
        number % 10,
    );
}

fn json_rule(rule: &Rule) -> String {
    let source = if rule.net {
        r#""nets": [
                                "192.0.2.0/24",
                                "198.51.100.0/24"
                            ]"#
        .to_owned()
    } else {
        format!(
            r#""selector": "app == 'app-{}' \u0026\u0026 environment == 'production'""#,
            rule.app
        )
    };
    format!(
        r#"                    {{
                        "action": "Allow",
                        "destination": {{
                            "ports": [
                                {},
                                "8000:8100"
                            ]
                        }},
                        "protocol": "TCP",
                        "source": {{
                            {source}
                        }}
                    }}"#,
        rule.port
    )
}

fn push_yaml(text: &mut String, policy: &Policy, mistaken: bool) {
    let Policy {
        number, namespace, ..
    } = policy;
    let _ = write!(
        text,
        "\
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata:
  name: policy-{number}
  namespace: ns-{namespace}
  labels:
    team: team-{}
spec:
  selector: app == 'app-{}'
  order: {number}
  types: [Ingress]
  ingress:
",
        namespace % 20,
        number % 10
    );
    for rule in &policy.rules {
        if mistaken {
            push_mistaken(text, rule);
        } else {
            push_rule(text, rule);
        }
    }
    text.push_str("---\n");
}

fn push_rule(text: &mut String, rule: &Rule) {
    let _ = write!(
        text,
        "    - action: Allow\n      protocol: TCP\n      source:\n"
    );
    if rule.net {
        text.push_str("        nets:\n        - 192.0.2.0/24\n        - 198.51.100.0/24\n");
    } else {
        let _ = writeln!(
            text,
            "        selector: app == 'app-{}' && environment == 'production'",
            rule.app
        );
    }
    let _ = write!(
        text,
        "      destination:\n        ports: [{}, \"8000:8100\"]\n",
        rule.port
    );
}

fn push_mistaken(text: &mut String, rule: &Rule) {
    let _ = write!(
        text,
        "    - action: allow\n      Protocol: TCP\n      port: {}\n      source:\n        \
         selector: app = 'app-{}'\n        nets: [192.0.2.1/24]\n",
        rule.port, rule.app
    );
}
