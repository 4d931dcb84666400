//! Every truncation and every flipped bit of each published message, in each session. What
//! takes minutes here takes seconds in the program `mutate`, which does it for the messages
//! of the shared data too, and mutations.

use testkit::wire::{committed, damage, decoding_laws, laws, sessions, shared};

#[test]
fn whole_messages_keep_every_law_in_every_session() {
    let shared = shared().into_iter();
    let committed = committed().map(|(name, octets)| (name.to_owned(), octets));
    for (name, message) in committed.chain(shared) {
        println!("{name}");
        for (_, context) in sessions() {
            laws(&message, &context);
        }
    }
}

/// Here a message goes through one session, the next message through the next one.
#[test]
fn damaged_messages_keep_every_law() {
    let mut messages = 0;
    for ((_, message), (_, context)) in committed().zip(sessions().into_iter().cycle()) {
        damage(&message, |damaged| decoding_laws(damaged, &context));
        messages += 1;
    }
    assert!(messages > 400, "{messages} messages");
}
