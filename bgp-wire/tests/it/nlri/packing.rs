//! NLRI of every family packed into messages.

use bgp_wire::{
    Afi, EncodeError, Family, FamilySet, NextHop, NlriBuf, OtherAttribute, PathAttributes, Safi,
    TunnelType, UpdatePacker, UpdateView,
};

use super::context;
use super::vectors::{self, Vector};

const V4: NextHop = NextHop::V4(core::net::Ipv4Addr::new(192, 0, 2, 1));

fn nlri(vector: &Vector, path_id: u32) -> NlriBuf {
    let context = context();
    let mut iter = bgp_wire::NlriIter::new(&vector.octets, vector.family, &context);
    NlriBuf::from(iter.next().unwrap()).with_path_id(Some(path_id))
}

#[test]
fn what_is_announced_and_withdrawn_reads_back() {
    for add_path in [false, true] {
        let mut context = context();
        if add_path {
            context.add_path_receive = FamilySet::all();
            context.add_path_send = FamilySet::all();
        }
        let packer = UpdatePacker::new(&context);
        for vector in vectors::all() {
            let family = vector.family;
            let mut attributes = PathAttributes::new(V4);
            if family.safi == Safi::SR_POLICY {
                let tunnel = OtherAttribute::tunnel_encapsulation(&[(TunnelType::SR_POLICY, &[])]);
                attributes.set_other(tunnel.unwrap());
            }
            let all: Vec<NlriBuf> = (0..300).map(|id| nlri(&vector, id)).collect();
            let mut rest = all.iter().peekable();
            let mut out = vec![0; 4096];
            let mut seen = 0;
            while rest.peek().is_some() {
                let length = packer
                    .announce(&attributes, family, &mut rest, &mut out)
                    .unwrap();
                let view = UpdateView::scan(&out[..length], &context).unwrap();
                assert!(
                    view.findings().is_empty(),
                    "{family}: {:?}",
                    view.findings()
                );
                let here: Vec<_> = view.reachable_nlri().map(NlriBuf::from).collect();
                let said = packer.announce_len(&attributes, family, &here);
                assert_eq!(said, Ok(length), "the size was known before");
                for nlri in &here {
                    let id = add_path.then_some(seen);
                    assert_eq!(nlri.path_id(), id, "{family}");
                    assert_eq!(nlri.octets(), vector.octets);
                    seen += 1;
                }
            }
            assert_eq!(seen, 300, "{family}");

            let mut gone = all.iter().take(2).peekable();
            let length = packer.withdraw(family, &mut gone, &mut out).unwrap();
            assert_eq!(packer.withdraw_len(family, all.iter().take(2)), length);
            let view = UpdateView::scan(&out[..length], &context).unwrap();
            let keys = view.unreachable_nlri().map(|it| it.key().without_path_id());
            assert!(keys.eq([all[0].key().without_path_id(); 2]), "{family}");
        }
    }
}

/// RFC 8277 §2.4: a stack of labels is withdrawn by three octets.
#[test]
fn a_withdrawal_has_no_labels() {
    let family = Family::new(Afi::IPV4, Safi::LABELED);
    let nlri = NlriBuf::parse(family, "203.0.113.0/24 label 16/17/18").unwrap();
    let mut routes = [nlri].into_iter().peekable();
    let mut out = [0; 64];
    let length = UpdatePacker::new(&context())
        .withdraw(family, &mut routes, &mut out)
        .unwrap();
    assert_eq!(out[length - 7..length], [48, 0x80, 0, 0, 203, 0, 113]);
}

#[test]
fn a_family_carries_its_own_routes_and_next_hops() {
    let context = context();
    let packer = UpdatePacker::new(&context);
    let mut out = [0; 256];
    let vpn = Family::new(Afi::IPV4, Safi::MPLS_VPN);
    let route = NlriBuf::parse(vpn, "65000:1:10.0.0.0/8 label 16").unwrap();
    let attributes = PathAttributes::new(V4);
    let labeled = Family::new(Afi::IPV4, Safi::LABELED);
    let mut routes = [&route].into_iter().peekable();
    let result = packer.announce(&attributes, labeled, &mut routes, &mut out);
    assert_eq!(result, Err(EncodeError::WrongFamily));

    let none = PathAttributes::default();
    let mut routes = [&route].into_iter().peekable();
    let result = packer.announce(&none, vpn, &mut routes, &mut out);
    assert_eq!(result, Err(EncodeError::NoNextHop));

    // RFC 4364 §4.3.2: a distinguisher of zero before the address.
    let length = packer
        .announce(&attributes, vpn, &mut routes, &mut out)
        .unwrap();
    let view = UpdateView::scan(&out[..length], &context).unwrap();
    let field = view.mp_reach().unwrap().next_hop_octets;
    assert_eq!(field, [0, 0, 0, 0, 0, 0, 0, 0, 192, 0, 2, 1]);
    assert_eq!(view.path_attributes(vpn).next_hop, Some(V4));
}
