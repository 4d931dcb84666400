//! Differences sorted by attribute set, waiting to be encoded.
//!
//! An UPDATE has one attribute set for all that it announces (RFC 4271 §4.3), so
//! packing is sorting: by attributes, family and audience. Buckets are emptied
//! in the order in which they were begun, which keeps the output deterministic
//! although the index is a hash map: it is looked up in, never iterated.

use super::log::Message;
use super::{Audience, ExportKey, Log};
use crate::attribute_set::AttributeSet;
use bgp_wire::{Family, FamilySet, Nlri, UpdatePacker};
use rustc_hash::FxHashMap;
use std::collections::VecDeque;

/// NLRI that go into the same messages.
#[derive(Debug, Clone)]
struct Bucket {
    /// `None`: withdrawals.
    attributes: Option<AttributeSet>,
    family: Family,
    audience: Audience,
    nlri: VecDeque<Nlri>,
}

type Key = (usize, Family, Audience);

/// The buckets of a group, withdrawals before announcements.
///
/// INVARIANT: an NLRI is in at most one bucket that a given member hears of.
#[derive(Debug, Clone, Default)]
pub(crate) struct Buckets {
    withdrawals: VecDeque<Bucket>,
    announcements: VecDeque<Bucket>,
    /// Position of each bucket being filled. Emptied when encoding begins, as
    /// positions move then.
    index: FxHashMap<Key, usize>,
}

/// Attributes that do not fit a message: the routes cannot be announced and are
/// withdrawn (RFC 4271 §9.2).
#[derive(Debug)]
pub(crate) struct TooLarge;

impl Buckets {
    /// Whether there is nothing to encode.
    pub(crate) fn is_empty(&self) -> bool {
        self.withdrawals.is_empty() && self.announcements.is_empty()
    }

    /// Drops what waits in other families.
    pub(crate) fn keep_families(&mut self, families: FamilySet) {
        self.index.clear();
        for queue in [&mut self.withdrawals, &mut self.announcements] {
            queue.retain(|bucket| families.contains(bucket.family));
        }
    }

    /// Puts a withdrawal with the others for the same audience.
    pub(crate) fn withdraw(&mut self, nlri: Nlri, audience: Audience) {
        let key = (0, nlri.family, audience);
        put(&mut self.withdrawals, &mut self.index, key, None, nlri);
    }

    /// Puts an announcement with the others of the same attributes and audience.
    pub(crate) fn announce(&mut self, nlri: Nlri, attributes: &AttributeSet, audience: Audience) {
        let key = (attributes.identity(), nlri.family, audience);
        put(
            &mut self.announcements,
            &mut self.index,
            key,
            Some(attributes),
            nlri,
        );
    }

    /// Encodes one message into the log, using `scratch`, which holds a message
    /// of the session. False when there was nothing to encode.
    pub(crate) fn encode_next(
        &mut self,
        key: &ExportKey,
        log: &mut Log,
        scratch: &mut [u8],
    ) -> bool {
        self.index.clear();
        let withdrawing = !self.withdrawals.is_empty();
        let queue = if withdrawing {
            &mut self.withdrawals
        } else {
            &mut self.announcements
        };
        let Some(bucket) = queue.front_mut() else {
            return false;
        };
        let result = bucket.encode(key, scratch);
        let audience = bucket.audience.clone();
        if bucket.nlri.is_empty() {
            queue.pop_front();
        }
        match result {
            Ok(bytes) => log.push(Message {
                bytes: bytes.into(),
                audience,
            }),
            Err(TooLarge) => self.refuse_front(),
        }
        true
    }

    /// Turns the first announcements into withdrawals.
    fn refuse_front(&mut self) {
        if let Some(mut bucket) = self.announcements.pop_front() {
            bucket.attributes = None;
            self.withdrawals.push_back(bucket);
        } else {
            self.withdrawals.pop_front();
        }
    }
}

/// Adds to the bucket of `key`, which is made when there is none.
fn put(
    queue: &mut VecDeque<Bucket>,
    index: &mut FxHashMap<Key, usize>,
    key: Key,
    attributes: Option<&AttributeSet>,
    nlri: Nlri,
) {
    if let Some(bucket) = index
        .get(&key)
        .and_then(|position| queue.get_mut(*position))
    {
        bucket.nlri.push_back(nlri);
        return;
    }
    let (_, family, audience) = key.clone();
    let attributes = attributes.cloned();
    index.insert(key, queue.len());
    queue.push_back(Bucket {
        attributes,
        family,
        audience,
        nlri: VecDeque::from([nlri]),
    });
}

impl Bucket {
    /// One message of as many NLRI as fit.
    fn encode<'a>(&mut self, key: &ExportKey, scratch: &'a mut [u8]) -> Result<&'a [u8], TooLarge> {
        let before = self.nlri.len();
        let packer = UpdatePacker::new(&key.context);
        let mut left = self.nlri.iter().copied().peekable();
        let written = match &self.attributes {
            Some(attributes) => {
                packer.announce(&attributes.packed(), self.family, &mut left, scratch)
            }
            None => packer.withdraw(self.family, &mut left, scratch),
        };
        let taken = before - left.len();
        drop(left);
        if taken == 0 {
            return Err(TooLarge);
        }
        self.nlri.drain(..taken);
        scratch
            .get(..written.map_err(|_| TooLarge)?)
            .ok_or(TooLarge)
    }
}

/// End-of-RIB for each family (RFC 4724 §2).
pub(crate) fn end_of_rib(key: &ExportKey, families: FamilySet, log: &mut Log, scratch: &mut [u8]) {
    let packer = UpdatePacker::new(&key.context);
    for family in families.iter() {
        let written = packer.end_of_rib(family, scratch);
        if let Some(bytes) = written.ok().and_then(|length| scratch.get(..length)) {
            log.push(Message {
                bytes: bytes.into(),
                audience: Audience::Except(super::audience::Few::new()),
            });
        }
    }
}
