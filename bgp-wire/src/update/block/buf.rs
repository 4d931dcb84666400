//! An attribute block that is kept: owned, contiguous, and free of what does
//! not go on.

use alloc::vec::Vec;

use super::emit::Target;
use super::{AttributeBlock, Kept, Ready};
use crate::attribute::{RawAttribute, Sink as _};
use crate::reader::Reader;
use crate::{
    Aggregator, AsPath, AsPathView, AttributeType, Context, EncodeAttributes, EncodeError, NextHop,
    PathAttributes, PeerType,
};

/// An [`AttributeBlock`] that owns its octets: what a reflector stores of a
/// route, once for all peers that it is passed on to.
///
/// What does not go on is gone, and a [`Reflection`](crate::Reflection) of the
/// block is already written: encoding is then a copy. Two of them are equal
/// where they encode to the same octets on every session of one kind, so that a
/// table can hold each once.
///
/// ```
/// use bgp_wire::{AttributeBlockBuf, Context, Family, PeerType, Reflection, UpdatePacker, UpdateView};
/// # let bytes = [
/// #     0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
/// #     0xff, 0xff, 0, 54, 2, 0, 0, 0, 27, 0x40, 1, 1, 0, 0x40, 2, 6, 2, 1, 0, 0, 0xfd, 0xe9,
/// #     0x40, 3, 4, 192, 0, 2, 1, 0x40, 5, 4, 0, 0, 0, 100, 24, 203, 0, 113,
/// # ];
/// let context = Context::new(PeerType::Internal);
/// let update = UpdateView::scan(&bytes, &context)?;
/// let reflection = Reflection {
///     originator_id: [192, 0, 2, 7].into(),
///     cluster_id: [192, 0, 2, 254].into(),
/// };
/// let block = update.attribute_block(Family::IPV4_UNICAST).reflected(reflection);
/// let kept = AttributeBlockBuf::from(block);
/// let mut out = [0; 4096];
/// for peer in [context, Context::new(PeerType::Internal)] {
///     let mut routes = update.reachable().peekable();
///     UpdatePacker::new(&peer).announce(&kept, Family::IPV4_UNICAST, &mut routes, &mut out)?;
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct AttributeBlockBuf {
    octets: Vec<u8>,
    ready: Ready,
    four_octet_as: bool,
    as_numbers: bool,
    next_hop: Option<NextHop>,
}

impl AttributeBlockBuf {
    /// The block, borrowed.
    #[must_use]
    pub fn as_block(&self) -> AttributeBlock<'_> {
        AttributeBlock {
            octets: &self.octets,
            kept: Kept::All(self.ready),
            four_octet_as: self.four_octet_as,
            as_numbers: self.as_numbers,
            next_hop: self.next_hop,
            reflection: None,
        }
    }

    /// The attributes as they stand on the wire.
    #[must_use]
    pub fn octets(&self) -> &[u8] {
        &self.octets
    }

    /// The block for sessions with AS numbers of four octets or of two: AS_PATH
    /// and AGGREGATOR are written anew, with AS4_PATH and AS4_AGGREGATOR merged
    /// into them or made from them (RFC 6793 §4.2); all else stays.
    ///
    /// # Errors
    /// [`EncodeError::ValueTooLong`]: a path that fills an extended message with
    /// two octets an AS number has no form with four.
    pub fn with_as_numbers(&self, four_octet_as: bool) -> Result<Self, EncodeError> {
        if !self.as_numbers || self.four_octet_as == four_octet_as {
            return Ok(self.clone());
        }
        let numbers = PathAttributes {
            as_path: self.merged_as_path(),
            aggregator: self.merged_aggregator(),
            ..PathAttributes::default()
        };
        let mut context = Context::new(PeerType::Internal);
        context.four_octet_as = four_octet_as;
        let mut octets = Vec::with_capacity(self.octets.len());
        let mut written = AttributeType(0);
        for raw in self.as_block().attributes() {
            let next = raw.attribute_type;
            numbers.emit_as4_between(written, next, &context, &mut octets)?;
            written = written.max(next);
            match next {
                AttributeType::AS_PATH => {
                    numbers.emit_as_path(raw.flags, &context, &mut octets)?;
                }
                AttributeType::AGGREGATOR => {
                    numbers.emit_aggregator(raw.flags, &context, &mut octets)?;
                }
                AttributeType::AS4_PATH | AttributeType::AS4_AGGREGATOR => {}
                _ => octets.raw(&raw)?,
            }
        }
        numbers.emit_as4_between(written, AttributeType(u8::MAX), &context, &mut octets)?;
        Ok(Self {
            ready: Ready::of(&octets),
            octets,
            four_octet_as,
            ..*self
        })
    }

    fn merged_as_path(&self) -> AsPath {
        let block = self.as_block();
        let as4_path = block.value(AttributeType::AS4_PATH);
        match (block.as_path(), as4_path) {
            (Some(path), Some(as4_path)) => AsPath::merge(path, AsPathView::new(as4_path, true)),
            (Some(path), None) => path.into(),
            (None, _) => AsPath::empty(),
        }
    }

    fn merged_aggregator(&self) -> Option<Aggregator> {
        let block = self.as_block();
        let read = |attribute, four_octet_as| {
            Aggregator::decode(block.value(attribute)?, four_octet_as).ok()
        };
        read(AttributeType::AS4_AGGREGATOR, true)
            .or_else(|| read(AttributeType::AGGREGATOR, self.four_octet_as))
    }
}

impl Ready {
    /// One walk over the attributes of a block.
    fn of(octets: &[u8]) -> Self {
        let mut ready = Self {
            next_hop: (octets.len(), octets.len()),
            internal: false,
            aigp: false,
            bgpsec: false,
        };
        let mut reader = Reader::new(octets);
        let mut placed = false;
        loop {
            let start = octets.len().saturating_sub(reader.len());
            let Some(raw) = RawAttribute::read(&mut reader) else {
                return ready;
            };
            match raw.attribute_type {
                AttributeType::NEXT_HOP => {
                    ready.next_hop = (start, octets.len().saturating_sub(reader.len()));
                    placed = true;
                }
                AttributeType::LOCAL_PREF
                | AttributeType::ORIGINATOR_ID
                | AttributeType::CLUSTER_LIST => ready.internal = true,
                AttributeType::AIGP => ready.aigp = true,
                AttributeType::BGPSEC_PATH => ready.bgpsec = true,
                _ => {}
            }
            if !placed && raw.attribute_type > AttributeType::NEXT_HOP {
                ready.next_hop = (start, start);
                placed = true;
            }
        }
    }
}

/// The attributes that go on, the reflection written.
impl From<AttributeBlock<'_>> for AttributeBlockBuf {
    fn from(block: AttributeBlock<'_>) -> Self {
        let mut octets = Vec::with_capacity(block.octets.len().saturating_add(14));
        let next_hop = match (block.next_hop, block.has(AttributeType::NEXT_HOP)) {
            (Some(NextHop::V4(address)), true) => Some(address),
            (Some(_) | None, _) => None,
        };
        let everything = Target {
            external: false,
            aigp: true,
            bgpsec: true,
            next_hop,
        };
        // Into a vector, from attributes that fit a message: only a CLUSTER_LIST
        // of 64 kB could not take one more, and it fits no message either.
        if block.emit(everything, &mut octets).is_err() {
            octets.clear();
        }
        Self {
            ready: Ready::of(&octets),
            octets,
            four_octet_as: block.four_octet_as,
            as_numbers: block.as_numbers,
            next_hop: block.next_hop,
        }
    }
}

impl EncodeAttributes for AttributeBlockBuf {
    fn next_hop(&self) -> Option<NextHop> {
        self.next_hop
    }

    fn attributes_len(&self, context: &Context, body_next_hop: bool) -> Result<usize, EncodeError> {
        self.as_block().attributes_len(context, body_next_hop)
    }

    fn encode_attributes(
        &self,
        context: &Context,
        body_next_hop: bool,
        out: &mut [u8],
    ) -> Result<usize, EncodeError> {
        self.as_block()
            .encode_attributes(context, body_next_hop, out)
    }
}
