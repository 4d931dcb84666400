//! The CEL rules of a definition, by a CEL interpreter, with the functions and conversions
//! that Kubernetes adds (`k8s.io/apiserver/pkg/cel`).

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::net::IpAddr;
use std::sync::Arc;

use cel::extractors::This;
use cel::objects::{Opaque, Value as Cel};
use cel::{Context, Env, ExecutionError, Program};
use serde_json::Value;

/// Rules by the path of the schema that carries them.
pub(super) struct Rules {
    context: Context<'static, 'static>,
    schema: Value,
    programs: BTreeMap<String, Vec<(String, Program)>>,
}

impl Rules {
    pub(super) fn new(schema: &Value) -> Self {
        let env = Arc::new(Env::stdlib());
        let mut programs = BTreeMap::new();
        collect(&env, schema, "", &mut programs);
        let mut context = Context::with_env(env);
        functions(&mut context);
        Self {
            context,
            schema: schema.clone(),
            programs,
        }
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        let rules = self.programs.values().flatten();
        rules.map(|(name, _)| name.as_str())
    }

    /// The rules that a document breaks.
    pub(super) fn broken(&self, document: &Value) -> BTreeSet<String> {
        let mut broken = BTreeSet::new();
        self.walk(document, &self.schema, "", &mut broken);
        broken
    }

    fn walk(&self, value: &Value, schema: &Value, path: &str, broken: &mut BTreeSet<String>) {
        if let Some(rules) = self.programs.get(path) {
            let mut context = self.context.new_inner_scope();
            context.add_variable_from_value("self", converted(value, schema));
            // An error is a rule that does not hold.
            let fail = |program: &Program| program.execute(&context) != Ok(Cel::Bool(true));
            let failing = rules.iter().filter(|(_, program)| fail(program));
            broken.extend(failing.map(|(name, _)| name.clone()));
        }
        match value {
            Value::Array(items) => {
                let path = format!("{path}[]");
                for item in items {
                    self.walk(item, &schema["items"], &path, broken);
                }
            }
            Value::Object(fields) => {
                for (key, value) in fields {
                    if let Some(schema) = super::store::of_key(schema, key) {
                        self.walk(value, schema, &format!("{path}.{key}"), broken);
                    }
                }
            }
            _ => {}
        }
    }
}

fn collect(
    env: &Env,
    schema: &Value,
    path: &str,
    programs: &mut BTreeMap<String, Vec<(String, Program)>>,
) {
    for rule in schema["x-kubernetes-validations"]
        .as_array()
        .into_iter()
        .flatten()
    {
        let text = rule["rule"].as_str().unwrap();
        if text.contains("oldSelf") {
            // About a change: an API server runs it on updates only.
            continue;
        }
        let program = env.compile(text).unwrap();
        let rules = programs.entry(path.to_owned()).or_default();
        rules.push((format!("{path}: {text}"), program));
    }
    for (key, field) in schema["properties"].as_object().into_iter().flatten() {
        collect(env, field, &format!("{path}.{key}"), programs);
    }
    if schema["items"].is_object() {
        collect(env, &schema["items"], &format!("{path}[]"), programs);
    }
}

/// `UnstructuredToVal`: a value in the type that its schema says; what fails there is an
/// error once it is read: no function takes what stands for it here.
fn converted(value: &Value, schema: &Value) -> Cel {
    let error = || opaque(Unreadable);
    if schema["x-kubernetes-int-or-string"] == true {
        return match value {
            Value::String(text) => text.as_str().into(),
            Value::Number(number) => number.as_i64().map_or_else(error, Cel::Int),
            _ => error(),
        };
    }
    match (schema["type"].as_str(), value) {
        (_, Value::Null) if schema["nullable"] == true => Cel::Null,
        (Some("string"), Value::String(text)) => text.as_str().into(),
        (Some("boolean"), Value::Bool(value)) => Cel::Bool(*value),
        (Some("integer"), Value::Number(number)) => number.as_i64().map_or_else(error, Cel::Int),
        (Some("number"), Value::Number(number)) => number.as_f64().map_or_else(error, Cel::Float),
        (Some("array"), Value::Array(items)) => {
            let items = items.iter().map(|item| converted(item, &schema["items"]));
            items.collect::<Vec<_>>().into()
        }
        (Some("object"), Value::Object(fields)) => fields
            .iter()
            .map(|(key, value)| {
                let schema = super::store::of_key(schema, key).unwrap_or(&TEXT);
                (key.clone(), converted(value, schema))
            })
            .collect::<HashMap<String, Cel>>()
            .into(),
        _ => error(),
    }
}

/// Of the metadata rules may read the name only.
static TEXT: std::sync::LazyLock<Value> =
    std::sync::LazyLock::new(|| serde_json::json!({"type": "string"}));

/// What does not convert.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Unreadable;

impl Opaque for Unreadable {
    fn runtime_type_name(&self) -> &str {
        "unreadable"
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Ip(IpAddr);

impl Opaque for Ip {
    fn runtime_type_name(&self) -> &str {
        "net.IP"
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Cidr {
    address: IpAddr,
    length: u32,
}

impl Opaque for Cidr {
    fn runtime_type_name(&self) -> &str {
        "net.CIDR"
    }
}

type Result<T> = std::result::Result<T, ExecutionError>;

fn failed<T>(function: &str) -> Result<T> {
    Err(ExecutionError::function_error(function, "does not parse"))
}

fn functions(context: &mut Context<'_, '_>) {
    context
        .add_function("isIP", |text: Arc<String>| Ip::parse(&text).is_some())
        .unwrap();
    context
        .add_function("isCIDR", |text: Arc<String>| Cidr::parse(&text).is_some())
        .unwrap();
    context.add_function("cidr", cidr).unwrap();
    context.add_function("ip", ip).unwrap();
    context.add_function("family", family).unwrap();
    context.add_function("masked", masked).unwrap();
    context.add_function("prefixLength", length).unwrap();
    context.add_function("containsIP", contains).unwrap();
}

fn opaque(value: impl Opaque) -> Cel {
    Cel::Opaque(Arc::new(value))
}

fn cidr(text: Arc<String>) -> Result<Cel> {
    Cidr::parse(&text).map_or_else(|| failed("cidr"), |cidr| Ok(opaque(cidr)))
}

/// `ip(text)`, and `cidr.ip()`.
fn ip(This(this): This<Cel>) -> Result<Cel> {
    let found = match &this {
        Cel::String(text) => Ip::parse(text),
        Cel::Opaque(value) => value.downcast_ref::<Cidr>().map(|cidr| Ip(cidr.address)),
        _ => None,
    };
    found.map_or_else(|| failed("ip"), |ip| Ok(opaque(ip)))
}

fn family(This(this): This<Arc<dyn Opaque>>) -> Result<i64> {
    match this.downcast_ref::<Ip>() {
        Some(Ip(IpAddr::V4(_))) => Ok(4),
        Some(Ip(IpAddr::V6(_))) => Ok(6),
        None => failed("family"),
    }
}

fn masked(This(this): This<Arc<dyn Opaque>>) -> Result<Cel> {
    match this.downcast_ref::<Cidr>() {
        Some(cidr) => Ok(opaque(cidr.masked())),
        None => failed("masked"),
    }
}

fn length(This(this): This<Arc<dyn Opaque>>) -> Result<i64> {
    match this.downcast_ref::<Cidr>() {
        Some(cidr) => Ok(cidr.length.into()),
        None => failed("prefixLength"),
    }
}

fn contains(This(this): This<Arc<dyn Opaque>>, other: Cel) -> Result<bool> {
    let ip = match &other {
        Cel::String(text) => Ip::parse(text),
        Cel::Opaque(value) => value.downcast_ref::<Ip>().copied(),
        _ => None,
    };
    match (this.downcast_ref::<Cidr>(), ip) {
        (Some(cidr), Some(ip)) => Ok(cidr.contains(ip.0)),
        _ => failed("containsIP"),
    }
}

impl Ip {
    /// `netip.ParseAddr`, without zones and IPv4 within IPv6.
    fn parse(text: &str) -> Option<Self> {
        let address: IpAddr = text.parse().ok()?;
        let bytes = match address {
            IpAddr::V4(_) => return Some(Self(address)),
            IpAddr::V6(address) => address.octets(),
        };
        let mapped = bytes[..10] == [0; 10] && bytes[10..12] == [0xff; 2];
        (!mapped).then_some(Self(address))
    }
}

impl Cidr {
    /// `netip.ParsePrefix`, without IPv4 within IPv6.
    fn parse(text: &str) -> Option<Self> {
        let (address, length) = text.rsplit_once('/')?;
        let Ip(address) = Ip::parse(address)?;
        let zero = length.len() > 1 && length.starts_with('0');
        let number: u32 = length.parse().ok()?;
        let fits = number <= bits(address) && !zero && !length.starts_with('+');
        fits.then_some(Self {
            address,
            length: number,
        })
    }

    fn masked(self) -> Self {
        let host = bits(self.address) - self.length;
        let cut = |number: u128| number.checked_shr(host).map_or(0, |high| high << host);
        let address = match self.address {
            IpAddr::V4(v4) => {
                let number = cut(u32::from(v4).into());
                IpAddr::V4(u32::try_from(number).unwrap().into())
            }
            IpAddr::V6(v6) => IpAddr::V6(cut(u128::from(v6)).into()),
        };
        Self { address, ..self }
    }

    fn contains(self, address: IpAddr) -> bool {
        let other = Self { address, ..self };
        bits(address) == bits(self.address) && other.masked().address == self.masked().address
    }
}

const fn bits(address: IpAddr) -> u32 {
    if address.is_ipv4() { 32 } else { 128 }
}
