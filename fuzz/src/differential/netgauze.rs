//! How `netgauze-bgp-pkt` reads an UPDATE.

use std::collections::HashMap;

use bgp_wire::{Context, NextHop};
use ipnet::IpNet;
use netgauze_bgp_pkt::BgpMessage;
use netgauze_bgp_pkt::nlri::{Ipv4UnicastAddress, Ipv6UnicastAddress};
use netgauze_bgp_pkt::path_attribute::{
    Aggregator, AsPath, MpReach, MpUnreach, PathAttributeValue,
};
use netgauze_bgp_pkt::wire::deserializer::BgpParsingContext;
use netgauze_iana::address_family::AddressType;
use netgauze_parse_utils::reader::SliceReader;
use netgauze_parse_utils::traits::ParseFromWithOneInput as _;

use super::Refused;
use super::facts::{Facts, Path};

pub(super) fn read(bytes: &[u8], context: &Context) -> Result<Facts, Refused> {
    let add_path = !context.add_path_receive.is_empty();
    let families = [AddressType::Ipv4Unicast, AddressType::Ipv6Unicast];
    let add_path = families.into_iter().map(|it| (it, add_path)).collect();
    let mut theirs = BgpParsingContext::new(
        context.four_octet_as,
        HashMap::new(),
        add_path,
        true,
        true,
        true,
        true,
    );
    let message = BgpMessage::parse(&mut SliceReader::new(bytes), &mut theirs);
    let update = match message {
        Ok(BgpMessage::Update(update)) => update,
        Ok(other) => return Err(Refused(format!("{other:?}"))),
        Err(error) => return Err(Refused(format!("{error:?}"))),
    };
    let mut facts = Facts {
        withdrawn: update.withdraw_routes().iter().map(v4).collect(),
        announced: update.nlri().iter().map(v4).collect(),
        ..Facts::default()
    };
    for attribute in update.path_attributes() {
        add(&mut facts, attribute.value());
    }
    Ok(facts)
}

fn v4(address: &Ipv4UnicastAddress) -> Path {
    (
        IpNet::V4(address.network().address()).trunc(),
        address.path_id(),
    )
}

fn v6(address: &Ipv6UnicastAddress) -> Path {
    (
        IpNet::V6(address.network().address()).trunc(),
        address.path_id(),
    )
}

fn add(facts: &mut Facts, value: &PathAttributeValue) {
    match value {
        PathAttributeValue::Origin(it) => facts.origin = Some(*it as u8),
        PathAttributeValue::AsPath(AsPath::As2PathSegments(segments)) => {
            let one = |numbers: &[u16]| numbers.iter().map(|it| u32::from(*it)).collect();
            let segments = segments
                .iter()
                .map(|it| (it.segment_type() as u8, one(it.as_numbers())));
            facts.as_path = Some(segments.collect());
        }
        PathAttributeValue::AsPath(AsPath::As4PathSegments(segments)) => {
            let segments = segments
                .iter()
                .map(|it| (it.segment_type() as u8, it.as_numbers().to_vec()));
            facts.as_path = Some(segments.collect());
        }
        PathAttributeValue::NextHop(it) => facts.next_hop = Some(it.next_hop()),
        PathAttributeValue::MultiExitDiscriminator(it) => facts.med = Some(it.metric()),
        PathAttributeValue::LocalPreference(it) => facts.local_pref = Some(it.metric()),
        PathAttributeValue::AtomicAggregate(_) => facts.atomic_aggregate = true,
        PathAttributeValue::Aggregator(Aggregator::As2Aggregator(it)) => {
            facts.aggregator = Some(((*it.asn()).into(), it.origin()));
        }
        PathAttributeValue::Aggregator(Aggregator::As4Aggregator(it)) => {
            facts.aggregator = Some((*it.asn(), it.origin()));
        }
        PathAttributeValue::Communities(it) => {
            facts.communities = it.communities().iter().map(|it| it.value()).collect();
        }
        PathAttributeValue::Originator(it) => facts.originator_id = Some(it.id()),
        PathAttributeValue::ClusterList(it) => {
            facts.cluster_list = it.cluster_list().iter().map(|it| it.id().into()).collect();
        }
        PathAttributeValue::LargeCommunities(it) => {
            let parts = it.communities().iter();
            facts.large_communities = parts
                .map(|it| [it.global_admin(), it.local_data1(), it.local_data2()])
                .collect();
        }
        PathAttributeValue::OnlyToCustomer(it) => facts.only_to_customer = Some(it.asn()),
        PathAttributeValue::MpReach(it) => facts.reach = reach(it),
        PathAttributeValue::MpUnreach(it) => facts.unreach = unreach(it),
        _ => {}
    }
}

fn reach(reach: &MpReach) -> Option<(Vec<Path>, Option<NextHop>)> {
    match reach {
        MpReach::Ipv4Unicast {
            next_hop: std::net::IpAddr::V4(next_hop),
            nlri,
            ..
        } => Some((nlri.iter().map(v4).collect(), Some(NextHop::V4(*next_hop)))),
        MpReach::Ipv6Unicast {
            next_hop_global,
            next_hop_local,
            nlri,
        } => {
            let next_hop = NextHop::V6 {
                global: *next_hop_global,
                link_local: *next_hop_local,
            };
            Some((nlri.iter().map(v6).collect(), Some(next_hop)))
        }
        _ => None,
    }
}

fn unreach(unreach: &MpUnreach) -> Option<Vec<Path>> {
    match unreach {
        MpUnreach::Ipv4Unicast { nlri } => Some(nlri.iter().map(v4).collect()),
        MpUnreach::Ipv6Unicast { nlri } => Some(nlri.iter().map(v6).collect()),
        _ => None,
    }
}
