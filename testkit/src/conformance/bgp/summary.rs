//! A decoded message as the vectors write it: the JSON of their field `summary`.

use bgp_wire::{
    AsPathView, AttributeType, BfdDiscriminator, Context, Family, Message, MupRoute, Nlri,
    NlriField, NlriIter, NlriView, OpenView, OrfRequest, OtherAttribute, PeerType, PmsiTunnel,
    PrefixSid, Route, RouteRefreshView, SegmentType, Tlvs, TunnelEncapsulation, Update, UpdateView,
};
use serde_json::{Map, Value, json};

use super::hex;

/// The summary of a message.
pub(in super::super) fn of(message: &Message<'_>) -> Value {
    match message {
        Message::Open(open) => of_open(open),
        Message::Update(update) => of_update(update),
        Message::Notification(notification) => json!({
            "type": "notification",
            "code": notification.code(),
            "subcode": notification.subcode(),
            "data": hex(notification.data()),
        }),
        Message::Keepalive => json!({ "type": "keepalive" }),
        Message::RouteRefresh(refresh) => json!({
            "type": "route-refresh",
            "afi": refresh.family().afi.0,
            "subtype": refresh.subtype_octet(),
            "safi": refresh.family().safi.0,
            "extra": hex(&filters(refresh)),
        }),
    }
}

/// The filters of a route refresh, encoded from what they mean where all of them are there.
fn filters(refresh: &RouteRefreshView<'_>) -> Vec<u8> {
    let whole = refresh.filters().filter(|it| it.is_whole());
    let request = whole.and_then(|_| OrfRequest::from_view(refresh));
    let mut out = vec![0; 4096];
    let length = request.and_then(|it| it.encode(&Context::new(PeerType::Internal), &mut out).ok());
    let encoded = length.and_then(|length| out.get(23..length));
    encoded.unwrap_or(refresh.orf()).to_vec()
}

fn of_open(open: &OpenView<'_>) -> Value {
    let capabilities: Vec<_> = open
        .raw_capabilities()
        .map(|(code, value)| json!({ "code": code, "value": hex(value) }))
        .collect();
    json!({
        "type": "open",
        "version": 4,
        "my_as": open.my_as_field(),
        "hold_time": open.hold_time(),
        "bgp_id": open.identifier().to_string(),
        "extended_opt_params": open.has_extended_parameters(),
        "capabilities": capabilities,
    })
}

fn of_update(update: &UpdateView<'_>) -> Value {
    let owned = Update::from(update);
    json!({
        "type": "update",
        "withdrawn": prefixes(&owned.withdrawn),
        "nlri": prefixes(&owned.nlri),
        "attributes": attributes(update),
    })
}

fn prefixes(prefixes: &[Nlri]) -> Vec<Value> {
    let one = |nlri: &Nlri| match nlri.path_id {
        Some(id) => json!({ "path_id": id, "prefix": nlri.prefix.to_string() }),
        None => json!(nlri.prefix.to_string()),
    };
    prefixes.iter().map(one).collect()
}

/// Every attribute under the name that the vectors give it.
fn attributes(update: &UpdateView<'_>) -> Map<String, Value> {
    let mut all = Map::new();
    for raw in update.raw_attributes() {
        let code = raw.attribute_type.0;
        let typed = typed(update, raw.attribute_type);
        let (name, value) = typed.map_or_else(
            || {
                (
                    raw_name(code),
                    json!(hex(&encoded_attribute(raw.attribute_type, raw.value))),
                )
            },
            |(name, value)| (name.to_owned(), value),
        );
        all.entry(name).or_insert(value);
    }
    all
}

/// Attributes that the vectors show as octets.
fn raw_name(code: u8) -> String {
    match code {
        22 => "pmsi_tunnel",
        23 => "tunnel_encap",
        26 => "aigp",
        29 => "bgp_ls",
        33 => "bgpsec_path",
        40 => "prefix_sid",
        128 => "attr_set",
        _ => return format!("attr_{code}"),
    }
    .to_owned()
}

/// The value of an attribute, encoded from what it means where that is known; as it was
/// received where only reserved bits differ.
fn encoded_attribute(attribute: AttributeType, value: &[u8]) -> Vec<u8> {
    let received = OtherAttribute::new(attribute, value.to_vec());
    let encoded = match attribute {
        AttributeType::PMSI_TUNNEL => {
            PmsiTunnel::decode(value).and_then(|it| OtherAttribute::pmsi_tunnel(&it).ok())
        }
        AttributeType::TUNNEL_ENCAPSULATION => {
            let tunnels: Vec<_> = TunnelEncapsulation::new(value)
                .map(|it| (it.kind, it.sub_tlvs.collect::<Vec<_>>()))
                .collect();
            let tunnels: Vec<_> = tunnels.iter().map(|(kind, it)| (*kind, &it[..])).collect();
            OtherAttribute::tunnel_encapsulation(&tunnels).ok()
        }
        AttributeType::BFD_DISCRIMINATOR => BfdDiscriminator::decode(value)
            .and_then(|it| OtherAttribute::bfd_discriminator(&it).ok()),
        AttributeType::PREFIX_SID => {
            OtherAttribute::prefix_sid(&PrefixSid::new(value).collect::<Vec<_>>()).ok()
        }
        AttributeType::BGP_LS => {
            let tlvs: Vec<_> = Tlvs::new(value).map(|it| (it.code, it.value)).collect();
            OtherAttribute::bgp_ls(&tlvs).ok()
        }
        _ => None,
    };
    let encoded = encoded.unwrap_or_else(|| received.clone());
    let same_length = encoded.value.len() == received.value.len();
    match same_length && encoded.to_string() == received.to_string() {
        true => received.value,
        false => encoded.value,
    }
}

/// Attributes that the vectors show by meaning, read through the typed accessors.
fn typed(update: &UpdateView<'_>, attribute: AttributeType) -> Option<(&'static str, Value)> {
    let strings = |items: Vec<String>| json!(items);
    Some(match attribute {
        AttributeType::ORIGIN => ("origin", json!(update.origin()?.to_string().to_lowercase())),
        AttributeType::AS_PATH => ("as_path", path(update.as_path()?)),
        AttributeType::NEXT_HOP => ("next_hop", json!(update.next_hop_attribute()?.to_string())),
        AttributeType::MULTI_EXIT_DISC => ("med", json!(update.med()?)),
        AttributeType::LOCAL_PREF => ("local_pref", json!(update.local_pref()?)),
        AttributeType::ATOMIC_AGGREGATE => ("atomic_aggregate", json!(update.atomic_aggregate())),
        AttributeType::AGGREGATOR => ("aggregator", aggregator(update.aggregator()?)),
        AttributeType::AS4_AGGREGATOR => ("as4_aggregator", aggregator(update.as4_aggregator()?)),
        AttributeType::COMMUNITIES => {
            let text = |it: bgp_wire::Community| format!("{}:{}", it.asn(), it.value());
            (
                "communities",
                strings(update.communities().iter().map(text).collect()),
            )
        }
        AttributeType::ORIGINATOR_ID => {
            ("originator_id", json!(update.originator_id()?.to_string()))
        }
        AttributeType::CLUSTER_LIST => {
            let list = update.cluster_list();
            (
                "cluster_list",
                strings(list.iter().map(|it| it.to_string()).collect()),
            )
        }
        AttributeType::EXTENDED_COMMUNITIES => {
            let list = update.extended_communities();
            (
                "ext_communities",
                strings(list.iter().map(|it| hex(&it.0)).collect()),
            )
        }
        AttributeType::AS4_PATH => ("as4_path", path(update.as4_path()?)),
        AttributeType::IPV6_EXTENDED_COMMUNITIES => {
            let list = update.ipv6_extended_communities();
            (
                "ipv6_ext_communities",
                json!(list.iter().map(|it| hex(&it.0)).collect::<String>()),
            )
        }
        AttributeType::LARGE_COMMUNITIES => {
            let list = update.large_communities();
            (
                "large_communities",
                strings(list.iter().map(|it| it.to_string()).collect()),
            )
        }
        AttributeType::ONLY_TO_CUSTOMER => ("otc", json!(update.only_to_customer()?.0)),
        AttributeType::MP_REACH_NLRI => {
            let view = update.mp_reach()?;
            let context = update.context();
            let nlri = NlriIter::new(view.nlri, view.family, context);
            let mut fields = mp(view.family, view.nlri, nlri, context);
            fields.insert("next_hop".to_owned(), json!(hex(view.next_hop_octets)));
            ("mp_reach", Value::Object(fields))
        }
        AttributeType::MP_UNREACH_NLRI => {
            let view = update.mp_unreach()?;
            let context = update.context();
            let nlri = NlriIter::withdrawn(view.nlri, view.family, context);
            let fields = mp(view.family, view.nlri, nlri, context);
            ("mp_unreach", Value::Object(fields))
        }
        _ => return None,
    })
}

fn aggregator(aggregator: bgp_wire::Aggregator) -> Value {
    json!({ "asn": aggregator.asn.0, "id": aggregator.identifier.to_string() })
}

fn path(path: AsPathView<'_>) -> Value {
    let segment = |segment: bgp_wire::SegmentView<'_>| {
        let kind = match segment.segment_type() {
            SegmentType::Set => "set",
            SegmentType::Sequence => "sequence",
            SegmentType::ConfederationSequence => "confed_sequence",
            SegmentType::ConfederationSet => "confed_set",
        };
        json!({ "type": kind, "asns": segment.asns().map(|asn| asn.0).collect::<Vec<_>>() })
    };
    path.segments().map(segment).collect()
}

/// Family and NLRI of an MP attribute, the latter as prefixes where they are some. The
/// octets are those of the decoded routes, encoded again.
fn mp(family: Family, octets: &[u8], nlri: NlriIter<'_>, context: &Context) -> Map<String, Value> {
    let mut fields = Map::new();
    fields.insert("afi".to_owned(), json!(family.afi.0));
    fields.insert("safi".to_owned(), json!(family.safi.0));
    fields.insert(
        "nlri_hex".to_owned(),
        json!(nlri.map(|it| encoded(&it)).collect::<String>()),
    );
    if let NlriField::Prefixes(list) = NlriField::decode(octets, family, context) {
        fields.insert("nlri".to_owned(), json!(prefixes(&list)));
    }
    fields
}

/// The octets of an NLRI, encoded from what it means; those received where another form
/// means the same.
fn encoded(nlri: &NlriView<'_>) -> String {
    let path_id = nlri
        .path_id()
        .map_or_else(String::new, |id| format!("{id:08x}"));
    let route = nlri.route();
    let mut out = vec![0; route.encoded_len()];
    let length = route.encode(nlri.family(), &mut out).unwrap_or_default();
    out.truncate(length);
    // RFC 8277 §2.4: the label of a withdrawal may be anything.
    let no_labels = route.labels().is_some_and(|it| it.labels().is_empty());
    // Drafts before 03 end before the source.
    let no_source = matches!(route, Route::Mup(MupRoute::Session1 { source: None, .. }));
    let other_form = no_labels || no_source;
    match other_form || is_same_but_for_spare_bits(nlri.octets(), &out) {
        true => path_id + &hex(nlri.octets()),
        false => path_id + &hex(&out),
    }
}

/// Whether the last octets differ where only bits behind a prefix length can.
fn is_same_but_for_spare_bits(received: &[u8], encoded: &[u8]) -> bool {
    match (received.split_last(), encoded.split_last()) {
        (Some((last, head)), Some((ours, rest))) => head == rest && last & ours == *ours,
        _ => false,
    }
}
