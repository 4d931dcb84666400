//! Every truncation and every flipped bit of each published message.

use serde_json::Value;
use testkit::{fuzz, shared};

/// Every family, AS numbers of four octets, an internal peer: see `fuzz::message`.
const SESSION: [u8; 2] = [0b0000_0011, 0];

#[test]
fn damaged_vectors_end() {
    let Some(cases) = shared::path("cases/bgp-vectors.jsonl") else {
        shared::skip_message();
        return;
    };
    let mut messages = 0;
    for line in std::fs::read_to_string(cases).unwrap().lines() {
        let case: Value = serde_json::from_str(line).unwrap();
        if case["kind"] == "message" {
            damage(&octets(case["hex"].as_str().unwrap()));
            messages += 1;
        }
    }
    println!("{messages} messages");
}

fn damage(bytes: &[u8]) {
    let mut input = [&SESSION, bytes].concat();
    for length in SESSION.len()..=input.len() {
        fuzz::message(&input[..length]);
        fuzz::roundtrip(&input[..length]);
    }
    // The marker and the length are made good again before the message is read.
    for at in SESSION.len() + 18..input.len() {
        for bit in 0..8 {
            input[at] ^= 1 << bit;
            fuzz::message(&input);
            fuzz::roundtrip(&input);
            input[at] ^= 1 << bit;
        }
    }
}

fn octets(hex: &str) -> Vec<u8> {
    let pair = |at: usize| u8::from_str_radix(&hex[at..at + 2], 16).unwrap();
    (0..hex.len()).step_by(2).map(pair).collect()
}
