//! All that a reader of an UPDATE commonly looks at.

use std::hint::black_box;

use bgp_wire::UpdateView;

/// Walks what a scanned UPDATE carries, so that nothing of it is left out.
pub fn walk(update: &UpdateView<'_>) {
    black_box((
        update.origin(),
        update.med(),
        update.local_pref(),
        update.originator_id(),
    ));
    let path = update.as_path();
    path.iter()
        .flat_map(|path| path.iter_asns())
        .for_each(|asn| {
            black_box(asn);
        });
    update.communities().iter().for_each(|community| {
        black_box(community);
    });
    update
        .reachable()
        .chain(update.unreachable())
        .for_each(|nlri| {
            black_box(nlri);
        });
}
