//! Our layer and the oracle on documents that are nearly right: each field of each
//! definition set to values at and beyond every bound, taken away, repeated, of another
//! type; and the fields that a rule reads in random combinations.

use std::collections::{BTreeMap, HashSet};

use serde_json::{Value, json};

use super::suite::{document, of, shared_data};
use super::{Oracle, difference};
use crate::fields::list;
use crate::fields::roundtrip::{Path, Step, required, sample, whole};

/// How many documents are tried for a rule, and how often it shall be all that is wrong.
const TRIES: usize = 600;
const BROKEN: usize = 4;

/// How many values a field gets in its second and further places.
const FEW: usize = 8;

#[test]
fn our_layer_agrees_with_the_oracle_on_mutations() {
    let Some((oracles, cases)) = shared_data() else {
        return;
    };
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    let mut run = Run::default();
    for oracle in &oracles {
        let bases = bases(oracle, &oracles, &cases);
        assert!(
            !bases.is_empty(),
            "no document of {}",
            oracle.definition.kind
        );
        fields(oracle, &bases, &mut random, &mut run);
        combinations(oracle, &bases, &mut random, &mut run);
        run.never_broken(oracle);
    }
    println!("{} documents, {} refused", run.judged, run.refused);
    assert!(run.judged > 20_000, "only {} documents", run.judged);
    assert!(
        run.differences.is_empty(),
        "{} differences\n{}",
        run.differences.len(),
        run.differences[..run.differences.len().min(40)].join("\n")
    );
}

/// Whoever breaks this one breaks another about `asNumber` too.
const NEVER_ALONE: &str = "(!has(self.localWorkloadSelector) || \
     size(self.localWorkloadSelector) == 0) || (!has(self.peerSelector) || \
     size(self.peerSelector) == 0)";

/// What has been judged so far.
#[derive(Default)]
struct Run {
    judged: usize,
    refused: usize,
    differences: Vec<String>,
    /// Fields, by name and schema, that had all values already.
    seen: HashSet<(String, String)>,
    /// How often each rule of the present definition was all that was wrong.
    broken: BTreeMap<String, usize>,
}

impl Run {
    fn judge(&mut self, oracle: &Oracle, document: &Value) {
        self.judged += 1;
        let verdict = oracle.judge(document);
        self.refused += usize::from(verdict.refused());
        self.differences.extend(difference(&verdict, document));
        if self.judged.is_multiple_of(4) {
            self.differences.extend(oracle.schema_difference(document));
        }
        let alone = verdict.rules.len() == 1;
        for rule in verdict.rules {
            if alone || rule.ends_with(NEVER_ALONE) {
                *self.broken.entry(rule).or_default() += 1;
            }
        }
    }

    /// A rule that nothing broke has not been tested.
    fn never_broken(&mut self, oracle: &Oracle) {
        let unbroken = oracle
            .rules()
            .filter(|rule| !self.broken.contains_key(*rule));
        let kind = &oracle.definition.kind;
        let unbroken = unbroken.map(|rule| format!("{kind}: nothing broke only {rule}"));
        self.differences.extend(unbroken);
        self.broken.clear();
    }
}

/// Valid documents of a kind: those of the suite, and one of ours.
fn bases(oracle: &Oracle, oracles: &[Oracle], cases: &[Value]) -> Vec<Value> {
    let valid = cases.iter().filter(|case| case["crd_valid"] == true);
    let cases = valid.map(document);
    let own = include_str!("documents.jsonl")
        .lines()
        .map(|line| serde_json::from_str(line).unwrap());
    let wanted = |document: &Value| oracle.definition.describes(document);
    let bases: Vec<Value> = own.chain(cases).filter(wanted).collect();
    for base in &bases {
        let verdict = of(oracles, base).unwrap().judge(base);
        assert!(!verdict.refused(), "{base}: {verdict:?}");
    }
    bases
}

/// Every value for every field, each in some document.
fn fields(oracle: &Oracle, bases: &[Value], random: &mut Random, run: &mut Run) {
    let schema = &oracle.definition.schema;
    list::fields(schema, String::new(), &mut |text, field, _| {
        let path = Path::from(text);
        if let Some(Step::Key("apiVersion" | "kind" | "metadata")) = path.0.first() {
            return;
        }
        let mut leaves = leaves(&path, field, random);
        if !run.seen.insert((path.name().to_owned(), field.to_string())) {
            // The same field in another place: a few values.
            leaves = (0..FEW).map(|_| random.pick(&leaves).clone()).collect();
        }
        for leaf in leaves {
            let mut document = random.pick(bases).clone();
            set(&mut document, schema, &path.0, leaf.as_ref());
            run.judge(oracle, &document);
        }
        if let Some(max) = field["maxProperties"].as_u64() {
            let mut document = random.pick(bases).clone();
            set(
                &mut document,
                schema,
                &path.0,
                Some(&several(field, max + 1)),
            );
            run.judge(oracle, &document);
        }
    });
}

/// The fields that a rule reads in random combinations, until it was often enough all that
/// was wrong.
fn combinations(oracle: &Oracle, bases: &[Value], random: &mut Random, run: &mut Run) {
    let schema = &oracle.definition.schema;
    for rule in oracle.rules() {
        let (place, text) = rule.split_once(": ").unwrap();
        let others = oracle.rules().filter_map(|other| {
            let (other, text) = other.split_once(": ")?;
            (other == place).then_some(text)
        });
        let read = names(text);
        let about = others.flat_map(names).filter(|name| !read.contains(name));
        let place = Path::from(place.trim_start_matches('.')).0;
        // Of four times the fields of the rule change three, those of its neighbours one.
        let weighed = read
            .iter()
            .map(|name| (*name, 3))
            .chain(about.map(|name| (name, 1)));
        let fields: Vec<(Vec<Step<'_>>, Vec<Value>, usize)> = weighed
            .filter_map(|(name, weight)| {
                let steps = [place.clone(), Path::from(name).0].concat();
                let field = below(schema, &steps)?;
                Some((steps.clone(), apt(&steps, field), weight))
            })
            .collect();
        for _ in 0..TRIES {
            if run.broken.get(rule).is_some_and(|&broken| broken >= BROKEN) {
                break;
            }
            // The first few are ours: small, with something of everything.
            let few = random.below(4) > 0;
            let bases = if few {
                &bases[..bases.len().min(3)]
            } else {
                bases
            };
            let mut document = random.pick(bases).clone();
            for (steps, apt, weight) in &fields {
                if random.below(4) < *weight {
                    let leaf = (random.below(3) > 0).then(|| random.pick(apt));
                    set(&mut document, schema, steps, leaf);
                }
            }
            run.judge(oracle, &document);
        }
    }
}

/// The fields that a rule reads: `a.b` of `self.a.b`, without the function of
/// `self.a.contains(…)`; nothing of `self` alone.
fn names(rule: &str) -> Vec<&str> {
    let mut names: Vec<&str> = Vec::new();
    for (at, _) in rule.match_indices("self") {
        let text = rule[at + 4..].trim_start_matches('.');
        let end = text.find(|c: char| !c.is_ascii_alphanumeric() && c != '.');
        let (name, rest) = text.split_at(end.unwrap_or(text.len()));
        let name = match rest.starts_with('(') {
            true => name.rsplit_once('.').map_or("", |(name, _)| name),
            false => name,
        };
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

/// The schema that the steps lead to.
fn below<'a>(schema: &'a Value, steps: &[Step<'_>]) -> Option<&'a Value> {
    steps.iter().try_fold(schema, |schema, step| match step {
        Step::Key("metadata") => Some(&*METADATA),
        Step::Key(name) => schema["properties"].get(name),
        Step::Item => schema.get("items"),
        Step::Entry => schema.get("additionalProperties"),
    })
}

/// Rules read the name.
static METADATA: std::sync::LazyLock<Value> = std::sync::LazyLock::new(
    || json!({"type": "object", "properties": {"name": {"type": "string"}}}),
);

/// Sets or removes the value at a place, making what is missing on the way.
fn set(value: &mut Value, schema: &Value, steps: &[Step<'_>], leaf: Option<&Value>) {
    let Some((step, rest)) = steps.split_first() else {
        *value = leaf.cloned().unwrap_or_default();
        return;
    };
    let Some(schema_below) = below(schema, &[*step]) else {
        return;
    };
    let key = match step {
        Step::Key(name) => *name,
        Step::Entry => "key",
        Step::Item => {
            if !value.is_array() {
                *value = json!([]);
            }
            let items = value.as_array_mut().unwrap();
            if items.is_empty() {
                items.push(bare(schema_below));
            }
            if rest.is_empty() && leaf.is_none() {
                items.remove(0);
            } else {
                set(&mut items[0], schema_below, rest, leaf);
            }
            return;
        }
    };
    if !value.is_object() {
        *value = required(schema);
    }
    let fields = value.as_object_mut().unwrap();
    if rest.is_empty() && leaf.is_none() {
        fields.remove(key);
        return;
    }
    if schema["maxProperties"] == 1 {
        fields.retain(|other, _| other == key);
    }
    let below = fields
        .entry(key.to_owned())
        .or_insert_with(|| bare(schema_below));
    set(below, schema_below, rest, leaf);
}

fn bare(schema: &Value) -> Value {
    if schema["properties"].is_object() {
        required(schema)
    } else {
        Value::Null
    }
}

/// So many fields of an object.
fn several(schema: &Value, count: u64) -> Value {
    let fields = schema["properties"].as_object().unwrap();
    let count = usize::try_from(count).unwrap();
    let some = fields.iter().take(count).map(|(name, field)| {
        let value = sample(&Path::from(name), field);
        (name.clone(), value)
    });
    some.collect::<serde_json::Map<_, _>>().into()
}

/// What a field is set to; nothing takes it away.
fn leaves(path: &Path<'_>, schema: &Value, random: &mut Random) -> Vec<Option<Value>> {
    let mut leaves: Vec<Value> = vec![
        Value::Null,
        json!(true),
        json!(7),
        json!(1.5),
        json!(""),
        json!("x"),
        json!([]),
        json!({}),
        json!([null]),
    ];
    leaves.extend(bounds(&path.0, schema));
    match schema["type"].as_str() {
        Some("object") => objects(schema, &mut leaves),
        Some("array") => lists(path, schema, &mut leaves),
        _ => {}
    }
    leaves.extend((0..4).map(|_| json!(random.pick(WORDS))));
    [None]
        .into_iter()
        .chain(leaves.into_iter().map(Some))
        .collect()
}

/// Values that fit the schema, among them what rules ask for.
fn apt(steps: &[Step<'_>], schema: &Value) -> Vec<Value> {
    let path = Path(steps.to_vec());
    if let Some(words) = list::words(schema) {
        return words
            .into_iter()
            .map(|word| word.parse::<i64>().map_or(word.into(), Value::from))
            .collect();
    }
    let words = || WORDS.iter().map(|word| json!(word));
    let numbers = [0, 1, 2, 4, 6, 26, 58, 122, 250, 251].map(Value::from);
    let mut apt = vec![sample(&path, schema)];
    match schema["type"].as_str() {
        _ if schema["x-kubernetes-int-or-string"] == true => {
            apt.extend(["TCP", "ICMP", "ICMPv6"].map(Value::from));
            apt.extend([1, 6, 58].map(Value::from));
        }
        Some("string") if schema["format"] == "cidr" => {
            apt.extend(words().filter(|word| word.as_str().unwrap().contains('/')));
        }
        Some("string") => apt.extend(words().chain([json!("")])),
        Some("integer") => apt.extend(numbers.into_iter().filter(|number| {
            let bound = |word: &str| schema[word].as_i64();
            let number = number.as_i64();
            number >= bound("minimum") && bound("maximum").is_none_or(|max| number <= Some(max))
        })),
        Some("number") => apt.extend([1000, 1_000_000, 10_000_000].map(Value::from)),
        Some("boolean") => apt.extend([true, false].map(Value::from)),
        Some("object") => apt.push(whole(&path, schema)),
        Some("array") => {
            let items = schema["items"]["enum"].as_array();
            apt.extend(items.into_iter().flatten().map(|item| json!([item])));
            apt.extend(items.map(|items| json!([items.first(), items.last()])));
            apt.push(json!([]));
        }
        _ => {}
    }
    apt
}

/// Values of the right type, at the bounds and just beyond.
fn bounds(steps: &[Step<'_>], schema: &Value) -> Vec<Value> {
    let path = Path(steps.to_vec());
    let mut choices = vec![sample(&path, schema)];
    for word in schema["enum"].as_array().into_iter().flatten() {
        choices.push(word.clone());
        if let Some(word) = word.as_str() {
            choices.extend([word.to_lowercase().into(), format!("{word} ").into()]);
        }
    }
    let int_or_string = schema["x-kubernetes-int-or-string"] == true;
    match schema["type"].as_str() {
        _ if int_or_string => {
            texts(schema, &mut choices);
            integers(schema, &mut choices);
        }
        Some("string") => texts(schema, &mut choices),
        Some("integer") => integers(schema, &mut choices),
        Some("number") => choices.extend([
            json!(0),
            json!(-1.5),
            json!(1000),
            json!(1000.5),
            json!(1_000_000),
            json!(10_000_000.0),
        ]),
        Some("boolean") => choices.extend([json!(true), json!(false), json!("true")]),
        _ => {}
    }
    choices
}

fn texts(schema: &Value, out: &mut Vec<Value>) {
    let bound = |word: &str| schema[word].as_u64().map(|n| usize::try_from(n).unwrap());
    if let Some(max) = bound("maxLength") {
        out.extend([max, max + 1].map(|length| "a".repeat(length).into()));
        // Characters, not bytes.
        out.extend([max, max + 1].map(|length| "é".repeat(length).into()));
    }
    if schema["pattern"].is_string() {
        out.extend(FITTING.iter().map(|text| json!(text)));
    }
    if schema["format"] == "date-time" {
        out.extend(TIMES.iter().map(|text| json!(text)));
    }
    if schema["format"] == "cidr" {
        out.extend(WORDS.iter().map(|text| json!(text)));
    }
}

/// What some rule or format of some kind asks for, or nearly.
const WORDS: &[&str] = &[
    "10.0.0.0/16",
    "10.0.0.1/16",
    "10.0.0.0/28",
    "10.0.0.0/016",
    "10.0.0.0/33",
    "010.0.0.0/16",
    "10.0.0.1",
    "fd00::/64",
    "fd00::1/64",
    "fd00::/124",
    "fd00::1",
    "::ffff:10.0.0.1",
    "::ffff:10.0.0.0/104",
    "169.254.1.0/24",
    "169.0.0.0/8",
    "fe80::/64",
    "fe80::/9",
    "0.0.0.0/0",
    "::/0",
    "global()",
    "has(x) && global()",
    "global ()",
    "all()",
    "TCP",
    "tcp",
    "ICMP",
    "ICMPv6",
    "Never",
    "Always",
    "Egress",
    "Allow",
    "Accept",
    "default",
    "node.one",
    "nodes",
    "kube-admin",
    "kube-baseline",
    "Pass",
    "Deny",
];

/// Texts that fit one pattern or another, or nearly.
const FITTING: &[&str] = &[
    "1m30s",
    "1.5s",
    "90",
    "1s ",
    "1\\x5s",
    "Auto",
    ".s",
    "info",
    "INFO",
    "\u{17f}trict",
    "Info\n",
    "a=true",
    "a=b,c,d=e",
    "a=true,",
    "1:1",
    "65535:65536",
    "1:2:3",
    "01:1",
    "100/minute",
    "0/minute",
    "10000/day",
    "host:a",
    "virtual:",
    "Ready",
    "a/b",
    "A B",
    "a_",
];

const TIMES: &[&str] = &[
    "2026-01-31T12:00:00Z",
    "2026-01-31t12:00:00.5+01:00",
    "2026-01-31 12:00:00Z",
    "2026-01-32T12:00:00Z",
    "2026-01-31T24:00:00Z",
    "2026-01-31",
];

fn integers(schema: &Value, out: &mut Vec<Value>) {
    for word in ["minimum", "maximum"] {
        if let Some(bound) = schema[word].as_i64() {
            out.extend([bound - 1, bound, bound + 1].map(Value::from));
        }
    }
    out.extend([-1, 0, 1, 2, 4, 6, 26, 58, 250, 251].map(Value::from));
    out.extend([
        json!(1.0),
        json!(4.5),
        json!(1e3),
        json!(i64::MAX),
        json!(i64::MIN),
        json!(u64::MAX),
        json!(9_007_199_254_740_992.0),
        json!(1e20),
        json!("4"),
    ]);
}

fn objects(schema: &Value, out: &mut Vec<Value>) {
    out.extend([json!("x"), json!({"unknown": 1})]);
    if schema["additionalProperties"].is_object() {
        out.extend([json!({"key": null}), json!({"key": 1}), json!({"key": "x"})]);
        return;
    }
    let whole = required(schema);
    for name in schema["required"].as_array().into_iter().flatten() {
        let mut less = whole.clone();
        less.as_object_mut().unwrap().remove(name.as_str().unwrap());
        out.push(less);
        let mut null = whole.clone();
        null[name.as_str().unwrap()] = Value::Null;
        out.push(null);
    }
}

fn lists(path: &Path<'_>, schema: &Value, out: &mut Vec<Value>) {
    let item = sample(path, &schema["items"]);
    out.extend([json!([item]), json!([item, item]), json!(item)]);
    let bound = |word: &str| schema[word].as_u64().map(|n| usize::try_from(n).unwrap());
    let distinct = |count: usize| -> Value {
        let number = |index: usize| match schema["items"]["type"].as_str() {
            Some("string") if schema["items"]["enum"].is_null() => json!(format!("a{index}")),
            _ => item.clone(),
        };
        (0..count).map(number).collect()
    };
    if let Some(max) = bound("maxItems") {
        out.extend([distinct(max), distinct(max + 1)]);
    }
    if let Some(min) = bound("minItems") {
        out.extend([distinct(min), distinct(min - 1)]);
    }
}

/// Marsaglia's xorshift64.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap() % bound.max(1)
    }

    fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }
}
