//! Every real UPDATE of every archive and capture in the shared data, decoded and encoded:
//! the same octets come out.

use bgp_wire::{Context, FamilySet, MAX_EXTENDED_MESSAGE, PeerType, Update, UpdateView};
use testkit::shared;
use testkit::wire::{Real, dissection_laws, real};

/// What became of the UPDATEs.
#[derive(Debug, Default, PartialEq, Eq)]
struct Counts {
    identical: usize,
    /// Those that say the same in other octets: bits without a meaning became zero.
    canonical: usize,
    /// Those that end a session, whatever was negotiated.
    refused: usize,
}

#[test]
fn every_real_update_encodes_to_its_octets() {
    let files = real();
    if files.is_empty() {
        return shared::skip_message();
    }
    let (mut archives, mut captures) = (Counts::default(), Counts::default());
    for (name, messages) in &files {
        let counts = if name.starts_with("pcap") {
            &mut captures
        } else {
            &mut archives
        };
        for message in messages.iter().filter(|it| it.octets[18] == 2) {
            let outcome = judge(message);
            match outcome {
                Outcome::Identical => counts.identical += 1,
                Outcome::Canonical => counts.canonical += 1,
                Outcome::Refused => counts.refused += 1,
            }
            if !matches!(outcome, Outcome::Identical) {
                println!("{name}: {outcome:?}");
            }
        }
    }
    println!("archives: {archives:?}\ncaptures: {captures:?}");
    // Refused: a record of 2000 that is no UPDATE, and one whose last octet begins a prefix.
    let whole = |identical, canonical, refused| Counts {
        identical,
        canonical,
        refused,
    };
    assert_eq!(archives, whole(192_386, 0, 2));
    // Refused: captures that were damaged on purpose, and one with wrong flags on MP_REACH_NLRI.
    // The two have bits set behind a prefix length.
    assert_eq!(captures, whole(1_309, 2, 346));
}

/// Archives repeat themselves; each file's first messages are enough.
#[test]
fn real_messages_are_dissected_to_the_last_octet() {
    let files = real();
    if files.is_empty() {
        return shared::skip_message();
    }
    let mut count = 0;
    for (_, messages) in &files {
        for message in messages.iter().take(200) {
            dissection_laws(&message.octets);
            count += 1;
        }
    }
    assert!(count > 4_000, "{count}");
}

#[derive(Debug)]
enum Outcome {
    Identical,
    Canonical,
    Refused,
}

fn judge(real: &Real) -> Outcome {
    let mut outcome = Outcome::Refused;
    for context in contexts(real) {
        let Ok(view) = UpdateView::scan(&real.octets, &context) else {
            continue;
        };
        let mut out = vec![0; real.octets.len()];
        let length = Update::from(&view).encode(&context, &mut out);
        if length == Ok(out.len()) && out == real.octets {
            return Outcome::Identical;
        }
        outcome = Outcome::Canonical;
    }
    outcome
}

/// The sessions that may have carried the message: a capture's OPENs may be missing.
fn contexts(real: &Real) -> Vec<Context> {
    let widths = [true, false]
        .into_iter()
        .filter(|it| real.four_octet_as.is_none_or(|known| known == *it));
    let mut contexts = Vec::new();
    for four_octet_as in widths {
        // Old archives do not say so where there are path identifiers.
        for add_path in [real.add_path, !real.add_path] {
            let mut context = Context::new(PeerType::Internal);
            context.four_octet_as = four_octet_as;
            context.families = FamilySet::all();
            context.extended_next_hop = FamilySet::all();
            if add_path {
                context.add_path_receive = FamilySet::all();
                context.add_path_send = FamilySet::all();
            }
            context.receive_limit = MAX_EXTENDED_MESSAGE;
            context.send_limit = MAX_EXTENDED_MESSAGE;
            contexts.push(context);
        }
    }
    contexts
}
