//! Differences whose reason is known, and is not ours to mend.

use std::net::IpAddr;

use bgp_wire::{AttributeFlags, Family, NlriIter, UpdateView};

/// Why a peer may differ about a message.
pub struct Reason {
    /// What it does otherwise, and what the standard says.
    pub why: &'static str,
    /// Whether that can concern the message.
    pub applies: fn(&UpdateView<'_>) -> bool,
}

/// Those of `netgauze-bgp-pkt` 0.13.
pub const NETGAUZE: &[Reason] = &[
    Reason {
        why: "a family that the session does not carry is decoded and may refuse the message; \
              nothing was negotiated about it, and the session ignores it (RFC 4760 §6)",
        applies: other_family,
    },
    Reason {
        why: "AS_CONFED_SEQUENCE and AS_CONFED_SET are no segment types there (RFC 5065 §3)",
        applies: confederation,
    },
    Reason {
        why: "Partial on an attribute that is well-known or not transitive refuses the message \
              (RFC 7606 §3 c: Optional and Transitive are what is looked at)",
        applies: |view| {
            view.raw_attributes()
                .any(|raw| raw.flags.contains(AttributeFlags::PARTIAL))
        },
    },
    Reason {
        why: "a prefix among multicast groups or at the end of the address space refuses the \
              message, withdrawn ones too (RFC 4271 §6.3: that prefix is ignored)",
        applies: not_unicast,
    },
    Reason {
        why: "attributes that are not compared are decoded, and refused by other rules",
        applies: |view| {
            has_attribute(view, |code| {
                matches!(code, 16..=18 | 23 | 25 | 26 | 29 | 40)
            })
        },
    },
];

/// Those of `bgpkit-parser` 0.23.
pub const BGPKIT: &[Reason] = &[
    Reason {
        why: "path identifiers are guessed where a prefix begins with a zero octet, whatever the \
              session says (RFC 7911 §4: they are there when negotiated)",
        applies: zero_length,
    },
    Reason {
        why: "families that the session does not carry are decoded",
        applies: other_family,
    },
];

fn other_family(view: &UpdateView<'_>) -> bool {
    let families = [
        view.mp_reach().map(|it| it.family),
        view.mp_unreach().map(|it| it.family),
    ];
    let carried = view.context().families;
    families
        .into_iter()
        .flatten()
        .any(|it| !carried.contains(it))
}

fn confederation(view: &UpdateView<'_>) -> bool {
    view.as_path().is_some_and(|path| {
        path.segments()
            .any(|it| it.segment_type().is_confederation())
    })
}

fn has_attribute(view: &UpdateView<'_>, matches: fn(u8) -> bool) -> bool {
    view.raw_attributes()
        .any(|raw| matches(raw.attribute_type.0))
}

fn any_prefix(view: &UpdateView<'_>, matches: fn(IpAddr, u8) -> bool) -> bool {
    let body = Family::IPV4_UNICAST;
    let reach = view.mp_reach().map(|it| (it.nlri, it.family));
    let unreach = view.mp_unreach().map(|it| (it.nlri, it.family));
    let fields = [(view.withdrawn_octets(), body), (view.nlri_octets(), body)];
    let mut fields = fields.into_iter().chain(reach).chain(unreach);
    fields.any(|(field, family)| {
        NlriIter::new(field, family, view.context())
            .filter_map(|it| it.as_prefix())
            .any(|it| matches(it.prefix.addr(), it.prefix.prefix_len()))
    })
}

fn not_unicast(view: &UpdateView<'_>) -> bool {
    any_prefix(view, |address, length| match address {
        IpAddr::V4(it) => it.octets()[0] >= 224 || (length < 3 && it.octets()[0] >= 128),
        // Bits behind the length count there.
        IpAddr::V6(it) => it.is_multicast() || length < 8,
    })
}

fn zero_length(view: &UpdateView<'_>) -> bool {
    let sent = !view.context().add_path_receive.is_empty();
    !sent && any_prefix(view, |_, length| length == 0)
}
