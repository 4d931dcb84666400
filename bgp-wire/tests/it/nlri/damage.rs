//! Every truncation and every flipped bit of each vector.

use bgp_wire::{Context, MalformedNlriPolicy, NlriBuf, Route, UpdateView};

use super::vectors::{self, Vector};
use super::{context, reach, unreach};

#[test]
fn damaged_nlri_end_and_keep_their_promises() {
    let mut context = context();
    context.malformed_nlri = MalformedNlriPolicy::DisableFamily;
    for Vector { family, octets, .. } in vectors::all() {
        let two = [&octets[..], &octets].concat();
        for message in [reach(family, &two), unreach(family, &two)] {
            for length in 19..message.len() {
                let mut cut = message[..length].to_vec();
                let field = u16::try_from(length).unwrap().to_be_bytes();
                cut[16..18].copy_from_slice(&field);
                look(&cut, &context);
            }
            let mut damaged = message.clone();
            for at in 19..message.len() {
                for bit in 0..8 {
                    damaged[at] ^= 1 << bit;
                    look(&damaged, &context);
                    damaged[at] ^= 1 << bit;
                }
            }
        }
    }
}

fn look(bytes: &[u8], context: &Context) {
    let Ok(view) = UpdateView::scan(bytes, context) else {
        return;
    };
    for nlri in view.reachable_nlri().chain(view.unreachable_nlri()) {
        let route = nlri.route();
        if context.families.contains(nlri.family()) && nlri.family().safi.0 != 129 {
            let opaque = matches!(route, Route::Opaque(_));
            assert!(!opaque || nlri.family().afi.0 == 25, "{nlri:?}");
        }
        let built = NlriBuf::new(nlri.family(), nlri.path_id(), &route).unwrap();
        assert_eq!(built.view().key(), nlri.key(), "{nlri:?} became {built:?}");
        assert_eq!(built.to_string(), nlri.to_string());
    }
}
