//! TCP streams put together from segments: in order, once, and with gaps told.

use std::collections::BTreeMap;
use std::time::Duration;

/// Octets in a row, with the times of the segments that they came in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Piece {
    pub(super) octets: Vec<u8>,
    /// Where in `octets` a segment begins, and when it was seen.
    times: Vec<(usize, Duration)>,
    /// How many octets are missing before the piece.
    pub(super) missing: u64,
}

impl Piece {
    /// When the octet at a place was seen.
    pub(super) fn time(&self, at: usize) -> Duration {
        let before = self.times.partition_point(|(begin, _)| *begin <= at);
        let last = before
            .checked_sub(1)
            .and_then(|index| self.times.get(index));
        last.map_or(Duration::ZERO, |(_, time)| *time)
    }
}

/// One direction of a connection.
#[derive(Clone, Debug, Default)]
pub(super) struct Stream {
    /// The sequence number and the place in the stream of the octet that was last placed.
    last: Option<(u32, i64)>,
    segments: BTreeMap<i64, (Duration, Vec<u8>)>,
    /// Where the octets end that came with a SYN. Captures that were put together by hand
    /// have them, and forget the sequence number of the SYN behind it.
    syn_data: Option<i64>,
}

impl Stream {
    /// Whether nothing was sent.
    pub(super) fn is_empty(&self) -> bool {
        self.segments.is_empty()
    }

    /// Takes a segment; one that was there before in greater length is passed over.
    pub(super) fn put(&mut self, syn: bool, sequence: u32, time: Duration, payload: &[u8]) {
        // A SYN takes a sequence number of its own.
        let sequence = sequence.wrapping_add(syn.into());
        let (last, place) = *self.last.get_or_insert((sequence, 0));
        // Sequence numbers go round; a segment is near the one before it.
        let distance = sequence.wrapping_sub(last).cast_signed();
        let place = place.saturating_add(distance.into());
        self.last = Some((sequence, place));
        if payload.is_empty() {
            return;
        }
        let length = i64::try_from(payload.len()).unwrap_or(i64::MAX);
        if syn {
            self.syn_data = Some(place.saturating_add(length));
        }
        let there = self
            .segments
            .entry(place)
            .or_insert_with(|| (time, Vec::new()));
        if there.1.len() < payload.len() {
            there.1 = payload.to_vec();
        }
    }

    /// The octets in order, a new piece behind each gap.
    pub(super) fn pieces(&self) -> Vec<Piece> {
        let mut pieces: Vec<Piece> = Vec::new();
        let mut end = None;
        for (place, (time, payload)) in &self.segments {
            let known = end.unwrap_or(*place);
            let missing = u64::try_from(place.saturating_sub(known)).unwrap_or_default();
            if missing > 0 || pieces.is_empty() {
                pieces.push(Piece {
                    missing,
                    ..Piece::default()
                });
            }
            let again = usize::try_from(known.saturating_sub(*place)).unwrap_or_default();
            let again = match again == 1 && self.syn_data == Some(known) {
                true => 0,
                false => again,
            };
            let fresh = payload.get(again..).unwrap_or_default();
            if let Some(piece) = pieces.last_mut()
                && !fresh.is_empty()
            {
                piece.times.push((piece.octets.len(), *time));
                piece.octets.extend(fresh);
            }
            let length = i64::try_from(payload.len()).unwrap_or(i64::MAX);
            end = Some(known.max(place.saturating_add(length)));
        }
        pieces
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn order_repetition_and_overlap_do_not_matter() {
        let mut stream = Stream::default();
        let begin = u32::MAX - 1;
        stream.put(false, begin.wrapping_add(3), seconds(2), b"def");
        stream.put(false, begin, seconds(1), b"abc");
        stream.put(false, begin, seconds(3), b"abc");
        stream.put(false, begin.wrapping_add(5), seconds(4), b"fgh");
        let pieces = stream.pieces();
        assert_eq!(pieces.len(), 1);
        assert_eq!(pieces[0].octets, b"abcdefgh");
        assert_eq!(
            [0, 3, 5, 6].map(|at| pieces[0].time(at).as_secs()),
            [1, 2, 2, 4]
        );
    }

    #[test]
    fn a_syn_has_a_number_even_if_the_capture_forgets_it() {
        for forgotten in [0, 1] {
            let mut stream = Stream::default();
            stream.put(true, 100, seconds(1), b"abc");
            stream.put(false, 104 - forgotten, seconds(2), b"cde");
            stream.put(false, 107 - forgotten, seconds(3), b"fgh");
            assert_eq!(stream.pieces()[0].octets, b"abccdefgh");
        }
    }

    #[test]
    fn a_gap_is_told() {
        let mut stream = Stream::default();
        stream.put(false, 100, seconds(1), b"abc");
        stream.put(false, 110, seconds(2), b"def");
        let pieces = stream.pieces();
        assert_eq!(
            pieces.iter().map(|it| it.missing).collect::<Vec<_>>(),
            [0, 7]
        );
        assert_eq!(pieces[1].octets, b"def");
    }
}
