//! How `bgpkit-parser` reads an UPDATE.

use bgp_wire::{Context, NextHop};
use bgpkit_parser::models::{
    AsPath, AsPathSegment, AsnLength, AttributeValue, BgpMessage, Community, NetworkPrefix,
    NextHopAddress, Nlri, Safi,
};
use bgpkit_parser::parser::bgp::parse_bgp_message;
use bytes::Bytes;

use super::Refused;
use super::facts::{Facts, Path};

pub(super) fn read(bytes: &[u8], context: &Context) -> Result<Facts, Refused> {
    let add_path = !context.add_path_receive.is_empty();
    let width = match context.four_octet_as {
        true => AsnLength::Bits32,
        false => AsnLength::Bits16,
    };
    let mut octets = Bytes::copy_from_slice(bytes);
    let update = match parse_bgp_message(&mut octets, add_path, &width) {
        Ok(BgpMessage::Update(update)) => update,
        Ok(other) => return Err(Refused(format!("{other:?}"))),
        Err(error) => return Err(Refused(format!("{error:?}"))),
    };
    let mut facts = Facts {
        withdrawn: update.withdrawn_prefixes.iter().map(path).collect(),
        announced: update.announced_prefixes.iter().map(path).collect(),
        ..Facts::default()
    };
    for attribute in update.attributes.into_attributes_iter() {
        add(&mut facts, attribute.value);
    }
    Ok(facts)
}

fn path(prefix: &NetworkPrefix) -> Path {
    (prefix.prefix.trunc(), prefix.path_id)
}

fn add(facts: &mut Facts, value: AttributeValue) {
    match value {
        AttributeValue::Origin(it) => facts.origin = Some(it as u8),
        AttributeValue::AsPath(it) => facts.as_path = Some(segments(&it)),
        AttributeValue::NextHop(std::net::IpAddr::V4(it)) => facts.next_hop = Some(it),
        AttributeValue::MultiExitDiscriminator(it) => facts.med = Some(it),
        AttributeValue::LocalPreference(it) => facts.local_pref = Some(it),
        AttributeValue::OnlyToCustomer(it) => facts.only_to_customer = Some(it.into()),
        AttributeValue::AtomicAggregate => facts.atomic_aggregate = true,
        AttributeValue::Aggregator { asn, id } => facts.aggregator = Some((asn.into(), id)),
        AttributeValue::Communities(list) => {
            facts.communities = list.into_iter().map(community).collect();
        }
        AttributeValue::LargeCommunities(list) => {
            let parts = list.into_iter();
            facts.large_communities = parts
                .map(|it| [it.global_admin, it.local_data[0], it.local_data[1]])
                .collect();
        }
        AttributeValue::OriginatorId(it) => facts.originator_id = Some(it),
        AttributeValue::Clusters(list) => facts.cluster_list = list,
        AttributeValue::MpReachNlri(it) if it.safi == Safi::Unicast => {
            facts.reach = Some((paths(&it), it.next_hop.and_then(next_hop)));
        }
        AttributeValue::MpUnreachNlri(it) if it.safi == Safi::Unicast => {
            facts.unreach = Some(paths(&it));
        }
        _ => {}
    }
}

fn paths(nlri: &Nlri) -> Vec<Path> {
    nlri.prefixes.iter().map(path).collect()
}

fn next_hop(next_hop: NextHopAddress) -> Option<NextHop> {
    let v6 = |global, link_local| NextHop::V6 { global, link_local };
    match next_hop {
        NextHopAddress::Ipv4(it) => Some(NextHop::V4(it)),
        NextHopAddress::Ipv6(it) => Some(v6(it, None)),
        NextHopAddress::Ipv6LinkLocal(it, local) => Some(v6(it, Some(local))),
        _ => None,
    }
}

fn community(community: Community) -> u32 {
    match community {
        Community::NoExport => 0xffff_ff01,
        Community::NoAdvertise => 0xffff_ff02,
        Community::NoExportSubConfed => 0xffff_ff03,
        Community::Custom(asn, value) => u32::from(asn) << 16 | u32::from(value),
    }
}

fn segments(path: &AsPath) -> Vec<(u8, Vec<u32>)> {
    let one = |segment: &AsPathSegment| {
        let (kind, asns) = match segment {
            AsPathSegment::AsSet(asns) => (1, asns),
            AsPathSegment::AsSequence(asns) => (2, asns),
            AsPathSegment::ConfedSequence(asns) => (3, asns),
            AsPathSegment::ConfedSet(asns) => (4, asns),
        };
        (kind, asns.iter().map(|it| u32::from(*it)).collect())
    };
    path.segments.iter().map(one).collect()
}
