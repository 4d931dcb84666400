//! Felix' configuration: what no validator looks at.

use ipnet::IpNet;

use super::bundle::{Bundle, Placed, finding};
use crate::decode::{Located, printable};
use crate::resources::{EncapsulationMode, FelixConfiguration, ProgramClusterRoutes, ProtoPort};
use crate::scalar::Protocol;
use crate::schema::{Pattern, lookup};
use crate::{Diagnostic, Severity};

pub(super) fn check(bundle: &Bundle<'_>, found: &mut Vec<Diagnostic>) {
    for felix in &bundle.felix {
        let spec = &felix.resource.spec;
        let lists = [
            (
                "failsafeInboundHostPorts",
                &spec.failsafe_inbound_host_ports,
            ),
            (
                "failsafeOutboundHostPorts",
                &spec.failsafe_outbound_host_ports,
            ),
        ];
        for (list, ports) in lists {
            let ports = ports.as_deref().unwrap_or_default().iter().enumerate();
            found.extend(ports.filter_map(|(index, port)| failsafe(felix, list, index, port)));
        }
        found.extend(odd_case(felix.at));
    }
    for configuration in &bundle.configurations {
        found.extend(odd_case(configuration.at));
    }
    found.extend(cluster_routes(bundle));
}

/// Failsafe ports keep a host reachable whatever its policies say. Felix reads them
/// when it starts, and does not start when it cannot.
fn failsafe(
    felix: &Placed<'_, FelixConfiguration>,
    list: &str,
    index: usize,
    port: &ProtoPort,
) -> Option<Diagnostic> {
    let words = ["tcp", "udp", "sctp"];
    let known = |name: &str| words.iter().any(|word| word.eq_ignore_ascii_case(name));
    let protocol = match &port.protocol {
        None => None,
        Some(Protocol::Name(name)) => Some(name.as_str()).filter(|name| !known(name)),
        Some(Protocol::Number(_)) => Some("a number"),
    };
    let net = port.net.as_deref().filter(|net| !net.is_empty());
    let net =
        net.filter(|net| net.parse::<IpNet>().is_err() && net.parse::<std::net::IpAddr>().is_err());
    let (severity, field, message) = match (protocol, net) {
        (Some(protocol), _) => {
            let message = format!(
                "no failsafe port has protocol {}: Felix does not start",
                printable(protocol)
            );
            (Severity::Error, ".protocol", message)
        }
        (None, Some(net)) => {
            let message = format!(
                "{} is neither a CIDR nor an address: Felix does not start",
                printable(net)
            );
            (Severity::Error, ".net", message)
        }
        (None, None) if port.port == 0 => (
            Severity::Warning,
            ".port",
            "port 0 keeps nothing open".to_owned(),
        ),
        (None, None) => return None,
    };
    let path = format!("spec.{list}[{index}]{field}");
    let finding = felix.finding(severity, "invalid-failsafe-port", &path, message);
    Some(
        finding
            .help("protocols are TCP, UDP and, in newer releases, SCTP; no validator checks them"),
    )
}

/// Words that are taken in any case, and written in one.
fn odd_case(at: &Located) -> Vec<Diagnostic> {
    let resource = &at.resource;
    let schema = lookup(resource.api_version(), resource.kind());
    let spec = schema.and_then(|kind| kind.schema.field("spec"));
    let fields = spec.map_or(&[][..], |spec| spec.schema.fields());
    let odd = fields.iter().filter_map(|field| {
        let Some(Pattern::AnyCase(words)) = field.schema.pattern else {
            return None;
        };
        let path = format!("spec.{}", field.name);
        let text = at.text(&path).filter(|text| !words.contains(text))?;
        let word = words.iter().find(|word| word.eq_ignore_ascii_case(text))?;
        let message = format!("{text} is written {word}");
        Some(
            finding(at, Severity::Info, "odd-case", &path, message)
                .help("this field is read in any case; most others are not")
                .suggest(format!("{}: {word}", field.name)),
        )
    });
    odd.collect()
}

/// Two settings that have to agree: which of BIRD and Felix programs routes to other
/// nodes' pods. Looked at only where both are written, since the defaults changed
/// between releases.
fn cluster_routes(bundle: &Bundle<'_>) -> Option<Diagnostic> {
    let bird = bundle
        .default_configuration()?
        .resource
        .spec
        .program_cluster_routes?;
    let mut felix = bundle.felix.iter().rev();
    let felix = felix.find(|felix| felix.name() == "default")?;
    let by_felix = felix.resource.spec.program_cluster_routes?;
    let modes = bundle.pools.iter().map(|pool| &pool.resource.spec);
    let on = |mode: Option<EncapsulationMode>| mode.is_some_and(|m| m != EncapsulationMode::Never);
    let modes = modes
        .filter(|spec| !on(spec.vxlan_mode))
        .map(|spec| on(spec.ipip_mode));
    for (ipip, what) in [(true, "with IPIP"), (false, "without encapsulation")] {
        if !bundle.pools.is_empty() && !modes.clone().any(|mode| mode == ipip) {
            continue;
        }
        let problem = match (programs(bird, ipip), programs(by_felix, ipip)) {
            (true, true) => "both BIRD and Felix program routes to pods of pools",
            (false, false) => "neither BIRD nor Felix programs routes to pods of pools",
            (true, false) | (false, true) => continue,
        };
        let message = format!("{problem} {what}");
        return Some(
            felix
                .finding(
                    Severity::Error,
                    "cluster-routes-disagree",
                    "spec.programClusterRoutes",
                    message,
                )
                .help("programClusterRoutes of FelixConfiguration and of BGPConfiguration have to complete each other"),
        );
    }
    None
}

/// Whether a setting is to program the routes of pools of a kind.
fn programs(setting: ProgramClusterRoutes, ipip: bool) -> bool {
    match setting {
        ProgramClusterRoutes::Enabled => true,
        ProgramClusterRoutes::Disabled => false,
        ProgramClusterRoutes::EnabledIPIPOnly => ipip,
        ProgramClusterRoutes::EnabledNoEncapOnly => !ipip,
    }
}
