//! Endpoint slices as the members of services.

use std::net::IpAddr;

use crate::k8s::EndpointSlice;
use crate::scalar::Protocol;

/// What backs a service, as one slice says it.
///
/// A service may have several slices; what matches is the union of them.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ServiceEndpoints {
    /// The service's namespace.
    pub namespace: String,
    /// The service's name.
    pub name: String,
    /// Addresses: what an ingress rule that names the service matches as
    /// source.
    pub addresses: Vec<IpAddr>,
    /// Ports of every address: with them, what an egress rule that names the
    /// service matches as destination.
    pub ports: Vec<(Protocol, u16)>,
}

/// The addresses and ports of a slice; `None` when it belongs to no service
/// or holds names instead of addresses.
///
/// Costs time in proportion to the slice. Addresses that cannot be read are
/// passed over.
///
/// Whether an endpoint is ready does not matter, nor does it to Felix. A port
/// without a number is none.
#[must_use]
pub fn endpoint_slice(slice: &EndpointSlice) -> Option<ServiceEndpoints> {
    let name = slice.service_name().filter(|name| !name.is_empty())?;
    if slice.address_type == "FQDN" {
        return None;
    }
    let texts = slice
        .endpoints
        .iter()
        .flat_map(|endpoint| &endpoint.addresses);
    let ports = slice.ports.iter().filter_map(|port| {
        let protocol = match port.protocol.as_deref() {
            None | Some("") => Protocol::tcp(),
            Some(name) => Protocol::Name(name.to_owned()),
        };
        Some((protocol, port.port?))
    });
    Some(ServiceEndpoints {
        namespace: slice.metadata.namespace_or_default().to_owned(),
        name: name.to_owned(),
        addresses: texts.filter_map(|text| text.parse().ok()).collect(),
        ports: ports.collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(json: &str) -> EndpointSlice {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn readiness_does_not_matter_and_ports_without_number_do_not_count() {
        let endpoints = endpoint_slice(&parsed(
            r#"{"metadata": {"name": "dns-1", "namespace": "kube-system",
                    "labels": {"kubernetes.io/service-name": "dns"}},
                "addressType": "IPv4",
                "endpoints": [{"addresses": ["10.0.0.1"], "conditions": {"ready": false}}],
                "ports": [{"port": 53, "protocol": "UDP"}, {"port": 80}, {"name": "any"}]}"#,
        ))
        .unwrap();
        assert_eq!(
            (&*endpoints.namespace, &*endpoints.name),
            ("kube-system", "dns")
        );
        assert_eq!(endpoints.addresses, ["10.0.0.1".parse::<IpAddr>().unwrap()]);
        assert_eq!(
            endpoints.ports,
            [(Protocol::udp(), 53), (Protocol::tcp(), 80)]
        );
    }

    #[test]
    fn names_and_orphans_are_left_out() {
        assert_eq!(endpoint_slice(&EndpointSlice::default()), None);
        let names = parsed(
            r#"{"metadata": {"labels": {"kubernetes.io/service-name": "x"}}, "addressType": "FQDN"}"#,
        );
        assert_eq!(endpoint_slice(&names), None);
    }
}
