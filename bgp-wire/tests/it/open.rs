//! OPEN messages put together by hand.

use bgp_wire::{
    AddPath, AddPathDirection, Afi, Asn, BgpsecCapability, Capability, CapabilityView,
    DecodeErrorKind, ExtendedNextHop, Family, GracefulRestartFamily, LongLivedFamily,
    MultipleLabels, NotificationCode, Open, OpenView, OrfFamily, OrfType, PathsLimit, Role,
};

use crate::bytes::message;

/// An OPEN of AS 65001, hold time 180, 192.0.2.1, with these parameter octets and length.
fn open(length: u8, parameters: &[u8]) -> Vec<u8> {
    let mut body = vec![4, 0xfd, 0xe9, 0, 180, 192, 0, 2, 1, length];
    body.extend(parameters);
    message(1, &body)
}

fn kind(bytes: &[u8]) -> DecodeErrorKind {
    OpenView::decode(bytes).unwrap_err().kind()
}

#[test]
fn fields_out_of_range() {
    for (at, octets, code) in [
        (19, &[3][..], NotificationCode::UNSUPPORTED_VERSION),
        (20, &[0, 0], NotificationCode::BAD_PEER_AS),
        (22, &[0, 1], NotificationCode::UNACCEPTABLE_HOLD_TIME),
        (22, &[0, 2], NotificationCode::UNACCEPTABLE_HOLD_TIME),
        (24, &[0, 0, 0, 0], NotificationCode::BAD_BGP_IDENTIFIER),
    ] {
        let mut bytes = open(0, &[]);
        bytes[at..at + octets.len()].copy_from_slice(octets);
        let error = OpenView::decode(&bytes).unwrap_err();
        assert_eq!((error.code(), error.offset()), (code, at));
    }
    let mut bytes = open(0, &[]);
    bytes[23] = 0;
    assert_eq!(
        OpenView::decode(&bytes).unwrap().hold_time(),
        0,
        "0 is allowed"
    );
}

#[test]
fn the_supported_version_is_told() {
    let mut bytes = open(0, &[]);
    bytes[19] = 5;
    let error = OpenView::decode(&bytes).unwrap_err();
    assert_eq!(error.notification(&bytes).data(), [0, 4]);
}

#[test]
fn parameters_fill_their_length() {
    for (length, parameters, expected) in [
        (1, &[][..], DecodeErrorKind::OptionalParameters),
        (2, &[2, 0, 0], DecodeErrorKind::OptionalParameters),
        (3, &[2, 2, 1], DecodeErrorKind::OptionalParameters),
        (3, &[2, 1, 1], DecodeErrorKind::OptionalParameters),
        (2, &[1, 0], DecodeErrorKind::UnsupportedParameter),
        (6, &[2, 4, 1, 2, 0, 1], DecodeErrorKind::CapabilityLength),
        (8, &[2, 6, 65, 4, 0, 0, 0, 0], DecodeErrorKind::OpenAsZero),
    ] {
        assert_eq!(kind(&open(length, parameters)), expected, "{parameters:?}");
    }
}

#[test]
fn extended_parameters() {
    // RFC 9072 §2: the first type is 255, and the length of one octet need not be.
    for length in [255, 6] {
        let bytes = open(length, &[255, 0, 7, 2, 0, 4, 2, 0, 6, 0]);
        let view = OpenView::decode(&bytes).unwrap();
        assert!(view.has_extended_parameters());
        let capabilities = [
            CapabilityView::RouteRefresh,
            CapabilityView::ExtendedMessage,
        ];
        assert!(view.capabilities().eq(capabilities));
    }
    // 255 as a later type is a parameter that nobody knows (§3).
    assert_eq!(
        kind(&open(4, &[2, 0, 255, 0])),
        DecodeErrorKind::UnsupportedParameter
    );
    assert_eq!(kind(&open(255, &[])), DecodeErrorKind::OptionalParameters);
    assert_eq!(
        kind(&open(255, &[255, 0, 9, 2, 0, 0])),
        DecodeErrorKind::OptionalParameters
    );
}

#[test]
fn a_capability_without_meaning_is_ignored() {
    let bytes = open(8, &[2, 6, 69, 4, 0, 1, 1, 4]);
    let view = OpenView::decode(&bytes).unwrap();
    let ignored = CapabilityView::Unknown {
        code: 69,
        value: &[0, 1, 1, 4],
    };
    assert!(view.capabilities().eq([ignored]));
}

fn all_capabilities() -> Vec<Capability> {
    let family = Family::IPV6_UNICAST;
    vec![
        Capability::MultiProtocol(family),
        Capability::RouteRefresh,
        Capability::OutboundRouteFiltering(vec![OrfFamily {
            family,
            types: vec![OrfType {
                code: OrfType::ADDRESS_PREFIX,
                direction: 3,
            }],
        }]),
        Capability::Bgpsec(BgpsecCapability {
            version: 0,
            send: true,
            afi: Afi::IPV4,
        }),
        Capability::MultipleLabels(vec![MultipleLabels { family, count: 2 }]),
        Capability::PathsLimit(vec![PathsLimit { family, limit: 300 }]),
        Capability::LinkLocalNextHop,
        Capability::ExtendedNextHop(vec![ExtendedNextHop {
            family: Family::IPV4_UNICAST,
            next_hop: Afi::IPV6,
        }]),
        Capability::ExtendedMessage,
        Capability::Role(Role::RouteServerClient),
        Capability::GracefulRestart {
            restarted: true,
            notification: false,
            restart_time: 4095,
            families: vec![GracefulRestartFamily {
                family,
                forwarding_preserved: true,
            }],
        },
        Capability::FourOctetAs(Asn(4_200_000_000)),
        Capability::AddPath(vec![AddPath {
            family,
            direction: AddPathDirection::Both,
        }]),
        Capability::EnhancedRouteRefresh,
        Capability::LongLivedGracefulRestart(vec![LongLivedFamily {
            family,
            forwarding_preserved: false,
            stale_time: 86_400,
        }]),
        Capability::Fqdn {
            hostname: "r1".into(),
            domain: "example.net".into(),
        },
        Capability::SoftwareVersion("bgp-wire".into()),
        Capability::Unknown {
            code: 200,
            value: vec![1, 2, 3],
        },
    ]
}

#[test]
fn every_capability_round_trips() {
    let open = Open {
        my_as: Asn(4_200_000_000),
        hold_time: 90,
        identifier: [192, 0, 2, 1].into(),
        capabilities: all_capabilities(),
    };
    let mut out = [0; 4096];
    let length = open.encode(&mut out).unwrap();
    let view = OpenView::decode(&out[..length]).unwrap();
    assert_eq!(Open::from(&view), open);
    assert!(!view.has_extended_parameters());
}

#[test]
fn many_capabilities_take_the_extended_form() {
    let long = Capability::Unknown {
        code: 200,
        value: vec![7; 255],
    };
    let open = Open {
        my_as: Asn(65_001),
        hold_time: 0,
        identifier: [192, 0, 2, 1].into(),
        capabilities: vec![long; 15],
    };
    let mut out = [0; 4096];
    let length = open.encode(&mut out).unwrap();
    let view = OpenView::decode(&out[..length]).unwrap();
    assert!(view.has_extended_parameters());
    assert_eq!(Open::from(&view), open);
}
