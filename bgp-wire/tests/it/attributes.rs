//! Attributes with a type of their own, in whole UPDATEs: octets worked out by hand from
//! the RFC that is cited.

use bgp_wire::{
    Asn, AttributeFlags, AttributeType, Context, Disposition, Family, OtherAttribute, PeerType,
    PmsiTunnelId, TunnelSubTlv, UpdateView,
};
use testkit::alloc::count;

use crate::bytes::{AS_PATH, NEXT_HOP, NLRI, ORIGIN, attribute, update};

/// RFC 6514 §5: ingress replication to 192.0.2.1.
const PMSI: &[u8] = &[0, 6, 0, 0x27, 0x10, 192, 0, 2, 1];
/// RFC 9012 §3: VXLAN to 192.0.2.1, color 100.
const TUNNEL: &[u8] = &[
    0, 8, 0, 22, 6, 10, 0, 0, 0, 0, 0, 1, 192, 0, 2, 1, 4, 8, 3, 0x0b, 0, 0, 0, 0, 0, 100,
];
/// RFC 6514 §8.
const PE_LABELS: &[u8] = &[192, 0, 2, 1, 0, 1, 1];
/// RFC 9552 §5.3.1.3: a node's name.
const BGP_LS: &[u8] = &[4, 2, 0, 2, b'r', b'1'];
/// RFC 9026 §3.1.6.
const BFD: &[u8] = &[1, 0, 0, 0, 7, 1, 4, 192, 0, 2, 1];
/// RFC 8669 §3.1, RFC 9252 §3.1.
const PREFIX_SID: &[u8] = &[
    1, 0, 7, 0, 0, 0, 0, 0, 0, 100, // label index
    5, 0, 25, 0, 1, 0, 21, 0, // SRv6 service of layer 3, one SID
    0x20, 1, 0xd, 0xb8, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 19, 0,
];
/// RFC 6368 §5.
const ATTR_SET: &[u8] = &[0, 0, 0xfd, 0xe8, 0x40, 1, 1, 0, 0x40, 5, 4, 0, 0, 0, 50];

/// RFC 8205 §3: AS 65000 and one signature of two octets.
fn bgpsec() -> Vec<u8> {
    let mut value = vec![0, 8, 1, 0, 0, 0, 0xfd, 0xe8, 0, 27, 1];
    value.extend([7; 20]);
    value.extend([0, 2, 9, 9]);
    value
}

fn message() -> Vec<u8> {
    let parts = [
        ORIGIN.to_vec(),
        AS_PATH.to_vec(),
        NEXT_HOP.to_vec(),
        attribute(0xc0, 22, PMSI),
        attribute(0xc0, 23, TUNNEL),
        attribute(0xc0, 27, PE_LABELS),
        attribute(0x80, 29, BGP_LS),
        attribute(0x80, 33, &bgpsec()),
        attribute(0xc0, 38, BFD),
        attribute(0xc0, 40, PREFIX_SID),
        attribute(0xc0, 99, &[1, 2]),
        attribute(0xc0, 128, ATTR_SET),
    ];
    let parts: Vec<&[u8]> = parts.iter().map(Vec::as_slice).collect();
    update(&[], &parts, NLRI)
}

#[test]
fn every_attribute_reads_by_its_meaning() {
    let bytes = message();
    let context = Context::new(PeerType::Internal);
    let view = UpdateView::scan(&bytes, &context).unwrap();
    assert!(view.findings().is_empty(), "{:?}", view.findings());

    let pmsi = view.pmsi_tunnel().unwrap();
    assert_eq!(pmsi.label.vni(), 10_000);
    let endpoint = PmsiTunnelId::IngressReplication([192, 0, 2, 1].into());
    assert_eq!(pmsi.tunnel, endpoint);
    let tunnel = view.tunnel_encapsulation().unwrap().next().unwrap();
    assert_eq!(tunnel.to_string(), "vxlan endpoint 192.0.2.1 color 100");
    assert!(matches!(
        tunnel.sub_tlvs.last(),
        Some(TunnelSubTlv::Color(100))
    ));
    let labels = view.pe_distinguisher_labels().unwrap();
    assert!(labels.map(|(_, label)| label.value()).eq([16]));
    assert_eq!(view.bgp_ls().unwrap().to_string(), "node-name r1");
    assert_eq!(
        view.bgpsec_path().unwrap().to_string(),
        "65000 suite 1 07070707"
    );
    assert_eq!(view.bfd_discriminator().unwrap().discriminator, 7);
    let sid = view.prefix_sid().unwrap();
    assert_eq!(sid.label_index(), Some(100));
    assert_eq!(sid.srv6_sid().unwrap().behavior, 19);
    let set = view.attr_set().unwrap();
    assert_eq!(set.origin_as, Asn(65_000));
    assert_eq!(set.attributes().count(), 2);
}

/// What a route keeps says the same, and is sent again octet for octet, those that are not
/// known marked Partial (RFC 4271 §5).
#[test]
fn a_route_keeps_them_all() {
    let bytes = message();
    let context = Context::new(PeerType::Internal);
    let view = UpdateView::scan(&bytes, &context).unwrap();
    let kept = view.path_attributes(Family::IPV4_UNICAST);
    assert_eq!(kept.pmsi_tunnel(), view.pmsi_tunnel());
    assert_eq!(kept.bfd_discriminator(), view.bfd_discriminator());
    assert_eq!(kept.attr_set(), view.attr_set());
    assert_eq!(kept.bgpsec_path(), view.bgpsec_path());
    assert_eq!(kept.other(AttributeType::PREFIX_SID), Some(PREFIX_SID));
    let partial = |it: &OtherAttribute| it.flags.contains(AttributeFlags::PARTIAL);
    let marked: Vec<u8> = kept
        .others
        .iter()
        .filter(|it| partial(it))
        .map(|it| it.attribute_type.0)
        .collect();
    assert_eq!(marked, [99]);
}

/// A value made of its parts is the value of the RFC.
#[test]
fn what_is_built_is_what_was_read() {
    let bytes = message();
    let context = Context::new(PeerType::Internal);
    let view = UpdateView::scan(&bytes, &context).unwrap();
    let tunnels: Vec<_> = view.tunnel_encapsulation().unwrap().collect();
    let sub_tlvs: Vec<_> = tunnels[0].sub_tlvs.collect();
    let sid: Vec<_> = view.prefix_sid().unwrap().collect();
    for (built, wanted) in [
        (
            OtherAttribute::pmsi_tunnel(&view.pmsi_tunnel().unwrap()),
            PMSI,
        ),
        (
            OtherAttribute::tunnel_encapsulation(&[(tunnels[0].kind, &sub_tlvs)]),
            TUNNEL,
        ),
        (OtherAttribute::bgp_ls(&[(1026, b"r1")]), BGP_LS),
        (
            OtherAttribute::bfd_discriminator(&view.bfd_discriminator().unwrap()),
            BFD,
        ),
        (OtherAttribute::prefix_sid(&sid), PREFIX_SID),
    ] {
        let built = built.unwrap();
        assert_eq!(built.value, wanted);
        let raw = view
            .attributes()
            .find(|it| it.attribute_type == built.attribute_type);
        assert_eq!(raw.map(|it| it.flags), Some(built.flags));
    }
}

#[test]
fn reading_them_allocates_nothing() {
    let bytes = message();
    let context = Context::new(PeerType::Internal);
    let (read, counts) = count(|| walk(&UpdateView::scan(&bytes, &context).unwrap()));
    assert_eq!((read, counts.allocations), (12, 0));
}

#[test]
fn damaged_attributes_end() {
    let whole = message();
    let context = Context::new(PeerType::Internal);
    for length in 23..whole.len() {
        let mut cut = whole[..length].to_vec();
        let field = u16::try_from(length).unwrap().to_be_bytes();
        cut[16..18].copy_from_slice(&field);
        look(&cut, &context);
    }
    let mut damaged = whole;
    for at in 19..damaged.len() {
        for bit in 0..8 {
            damaged[at] ^= 1 << bit;
            look(&damaged, &context);
            damaged[at] ^= 1 << bit;
        }
    }
}

fn look(bytes: &[u8], context: &Context) {
    if let Ok(view) = UpdateView::scan(bytes, context) {
        walk(&view);
        let kept = view.path_attributes(Family::IPV4_UNICAST);
        assert!(kept.others.iter().all(|it| !it.to_string().is_empty()));
        if view.disposition() == Disposition::Accept {
            assert_eq!(kept.pmsi_tunnel(), view.pmsi_tunnel());
        }
    }
}

/// How many parts there are.
fn walk(view: &UpdateView<'_>) -> usize {
    let tunnels = view.tunnel_encapsulation().into_iter().flatten();
    let path = view.bgpsec_path();
    let blocks = path.into_iter().flat_map(|path| path.blocks());
    usize::from(view.pmsi_tunnel().is_some())
        + tunnels.map(|it| it.sub_tlvs.count()).sum::<usize>()
        + view.pe_distinguisher_labels().into_iter().flatten().count()
        + view.bgp_ls().into_iter().flatten().count()
        + blocks.map(|it| it.segments().count()).sum::<usize>()
        + usize::from(view.bfd_discriminator().is_some())
        + view.prefix_sid().into_iter().flatten().count()
        + view
            .prefix_sid()
            .and_then(|it| it.srv6_sid())
            .map_or(0, |_| 1)
        + view.attr_set().map_or(0, |it| it.attributes().count())
}
