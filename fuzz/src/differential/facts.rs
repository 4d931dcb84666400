//! What all three codecs say about an UPDATE, in one form.

use std::net::Ipv4Addr;

use bgp_wire::{Asn, Family, NextHop, Nlri, NlriIter, Origin, UpdateView};
use ipnet::IpNet;

/// A prefix with its path identifier.
pub type Path = (IpNet, Option<u32>);

/// The fields of an UPDATE.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Facts {
    pub withdrawn: Vec<Path>,
    pub announced: Vec<Path>,
    /// Those of MP_REACH_NLRI and its next hop, where it is of unicast.
    pub reach: Option<(Vec<Path>, Option<NextHop>)>,
    pub unreach: Option<Vec<Path>>,
    pub origin: Option<u8>,
    /// Type and AS numbers of each segment.
    pub as_path: Option<Vec<(u8, Vec<u32>)>>,
    pub next_hop: Option<Ipv4Addr>,
    pub med: Option<u32>,
    pub local_pref: Option<u32>,
    pub atomic_aggregate: bool,
    pub aggregator: Option<(u32, Ipv4Addr)>,
    pub communities: Vec<u32>,
    pub originator_id: Option<Ipv4Addr>,
    pub cluster_list: Vec<u32>,
    pub large_communities: Vec<[u32; 3]>,
    pub only_to_customer: Option<u32>,
}

impl Facts {
    /// What our scan says.
    pub fn of(view: &UpdateView<'_>) -> Self {
        let context = view.context();
        let list = |octets| NlriIter::new(octets, Family::IPV4_UNICAST, context);
        let unicast = |family| matches!(family, Family::IPV4_UNICAST | Family::IPV6_UNICAST);
        let reach = view.mp_reach().filter(|it| unicast(it.family));
        let unreach = view.mp_unreach().filter(|it| unicast(it.family));
        Self {
            withdrawn: paths(list(view.withdrawn_octets())),
            announced: paths(list(view.nlri_octets())),
            reach: reach.map(|it| {
                let nlri = NlriIter::new(it.nlri, it.family, context);
                (paths(nlri), it.next_hop())
            }),
            unreach: unreach.map(|it| paths(NlriIter::new(it.nlri, it.family, context))),
            origin: view.origin().map(Origin::code),
            as_path: view.as_path().map(|path| {
                let numbers = |asns: &mut dyn Iterator<Item = Asn>| asns.map(|it| it.0).collect();
                path.segments()
                    .map(|it| (it.segment_type().code(), numbers(&mut it.asns())))
                    .collect()
            }),
            next_hop: view.next_hop_attribute(),
            med: view.med(),
            local_pref: view.local_pref(),
            atomic_aggregate: view.atomic_aggregate(),
            aggregator: view.aggregator().map(|it| (it.asn.0, it.identifier)),
            communities: view.communities().iter().map(|it| it.0).collect(),
            originator_id: view.originator_id(),
            cluster_list: view.cluster_list().iter().map(u32::from).collect(),
            large_communities: view
                .large_communities()
                .iter()
                .map(|it| [it.global_administrator, it.local_data_1, it.local_data_2])
                .collect(),
            only_to_customer: view.only_to_customer().map(|it| it.0),
        }
    }
}

fn paths(list: NlriIter<'_>) -> Vec<Path> {
    list.filter_map(|it| it.as_prefix())
        .map(
            |Nlri {
                 prefix, path_id, ..
             }| (prefix, path_id),
        )
        .collect()
}
