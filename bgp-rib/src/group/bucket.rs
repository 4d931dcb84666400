//! Differences sorted by attribute set, waiting to be encoded.
//!
//! An UPDATE has one attribute set for all that it announces (RFC 4271 §4.3), so
//! packing is sorting: by attributes, family and audience. Buckets are emptied
//! in the order in which they were begun, which keeps the output deterministic
//! although the index is a hash map: it is looked up in, never iterated.

use super::log::Message;
use super::{Audience, ExportKey, Log};
use crate::attribute_set::AttributeSet;
use bgp_wire::{EncodeNlri, Family, FamilySet, Nlri, NlriBuf, UpdatePacker};
use rustc_hash::FxHashMap;
use std::collections::VecDeque;

/// NLRI that go into the same messages.
#[derive(Debug, Clone)]
struct Bucket {
    /// `None`: withdrawals.
    attributes: Option<AttributeSet>,
    family: Family,
    audience: Audience,
    nlri: WaitingNlri,
}

/// NLRI that wait, in order: one kind in a bucket, as it has one family.
#[derive(Debug, Clone)]
enum Waiting {
    /// Of IPv4 and IPv6 unicast.
    Prefixes(VecDeque<Nlri>),
    /// Of another family.
    Others(VecDeque<NlriBuf>),
}

/// What waits in a bucket.
pub(crate) trait Queued: Sized {
    fn family(&self) -> Family;

    fn begin(self) -> WaitingNlri;

    fn join(self, waiting: &mut WaitingNlri);
}

/// The queue of a bucket, closed to others.
#[derive(Debug, Clone)]
pub(crate) struct WaitingNlri(Waiting);

impl Queued for Nlri {
    fn family(&self) -> Family {
        self.family
    }

    fn begin(self) -> WaitingNlri {
        WaitingNlri(Waiting::Prefixes(VecDeque::from([self])))
    }

    fn join(self, waiting: &mut WaitingNlri) {
        if let Waiting::Prefixes(queue) = &mut waiting.0 {
            queue.push_back(self);
        }
    }
}

impl Queued for NlriBuf {
    fn family(&self) -> Family {
        Self::family(self)
    }

    fn begin(self) -> WaitingNlri {
        WaitingNlri(Waiting::Others(VecDeque::from([self])))
    }

    fn join(self, waiting: &mut WaitingNlri) {
        if let Waiting::Others(queue) = &mut waiting.0 {
            queue.push_back(self);
        }
    }
}

impl WaitingNlri {
    fn is_empty(&self) -> bool {
        match &self.0 {
            Waiting::Prefixes(queue) => queue.is_empty(),
            Waiting::Others(queue) => queue.is_empty(),
        }
    }
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
    pub(crate) fn withdraw(&mut self, nlri: impl Queued, audience: Audience) {
        let key = (0, nlri.family(), audience);
        put(&mut self.withdrawals, &mut self.index, key, None, nlri);
    }

    /// Puts an announcement with the others of the same attributes and audience.
    pub(crate) fn announce(
        &mut self,
        nlri: impl Queued,
        attributes: &AttributeSet,
        audience: Audience,
    ) {
        let key = (attributes.identity(), nlri.family(), audience);
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
    nlri: impl Queued,
) {
    if let Some(bucket) = index
        .get(&key)
        .and_then(|position| queue.get_mut(*position))
    {
        nlri.join(&mut bucket.nlri);
        return;
    }
    let (_, family, audience) = key.clone();
    let attributes = attributes.cloned();
    index.insert(key, queue.len());
    queue.push_back(Bucket {
        attributes,
        family,
        audience,
        nlri: nlri.begin(),
    });
}

impl Bucket {
    /// One message of as many NLRI as fit.
    fn encode<'a>(&mut self, key: &ExportKey, scratch: &'a mut [u8]) -> Result<&'a [u8], TooLarge> {
        let packing = Packing {
            packer: UpdatePacker::new(&key.context),
            attributes: self.attributes.as_ref(),
            family: self.family,
        };
        let written = match &mut self.nlri.0 {
            Waiting::Prefixes(queue) => {
                let (taken, written) = packing.encode(queue.iter().copied(), scratch);
                queue.drain(..taken);
                written
            }
            Waiting::Others(queue) => {
                let (taken, written) = packing.encode(queue.iter(), scratch);
                queue.drain(..taken);
                written
            }
        };
        scratch.get(..written?).ok_or(TooLarge)
    }
}

/// What the NLRI of a bucket have in common.
struct Packing<'a> {
    packer: UpdatePacker,
    attributes: Option<&'a AttributeSet>,
    family: Family,
}

impl Packing<'_> {
    /// How many of `nlri` went into the message, and its length.
    fn encode<N: EncodeNlri>(
        &self,
        nlri: impl ExactSizeIterator<Item = N>,
        out: &mut [u8],
    ) -> (usize, Result<usize, TooLarge>) {
        let before = nlri.len();
        let mut left = nlri.peekable();
        let written = match self.attributes {
            Some(attributes) => {
                (self.packer).announce(&attributes.packed(), self.family, &mut left, out)
            }
            None => self.packer.withdraw(self.family, &mut left, out),
        };
        let taken = before - left.len();
        match written {
            Ok(length) if taken > 0 => (taken, Ok(length)),
            Ok(_) | Err(_) => (0, Err(TooLarge)),
        }
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
