//! AS4_PATH put together with the AS_PATH of a peer that has 2-octet AS numbers
//! only (RFC 6793 §4.2.3).

use alloc::vec::Vec;

use super::{AsPath, AsPathView, SegmentType};
use crate::Asn;

impl AsPath {
    /// The path of an UPDATE from a peer without 4-octet AS numbers, put
    /// together from AS_PATH and AS4_PATH (RFC 6793 §4.2.3).
    #[must_use]
    pub fn merge(path: AsPathView<'_>, as4_path: AsPathView<'_>) -> Self {
        let Some(mut lead) = path.length().checked_sub(as4_path.length()) else {
            return path.into();
        };
        let mut merged = Self::empty();
        for segment in path.segments() {
            let whole = segment.path_length();
            if !segment.segment_type().is_confederation() && lead == 0 {
                break;
            }
            let asns: Vec<Asn> = match segment.segment_type() {
                SegmentType::Sequence => segment.asns().take(lead).collect(),
                SegmentType::Set
                | SegmentType::ConfederationSequence
                | SegmentType::ConfederationSet => segment.asns().collect(),
            };
            merged.push(segment.segment_type(), &asns);
            let Some(rest) = lead.checked_sub(whole) else {
                break;
            };
            lead = rest;
        }
        merged.append_joining(as4_path);
        merged
    }

    /// Appends what AS4_PATH says, the first sequence into the last one.
    fn append_joining(&mut self, as4_path: AsPathView<'_>) {
        let last = self
            .segments()
            .last()
            .filter(|it| it.segment_type() == SegmentType::Sequence);
        let tail: Vec<Asn> = last.into_iter().flat_map(|it| it.asns()).collect();
        let mut open = !tail.is_empty();
        for segment in as4_path
            .segments()
            .filter(|it| !it.segment_type().is_confederation())
        {
            let joins = segment.segment_type() == SegmentType::Sequence
                && tail.len().saturating_add(segment.len()) <= 255;
            if open && joins {
                let kept = self.octets.len().saturating_sub(2 + tail.len() * 4);
                self.octets.truncate(kept);
                let joined: Vec<Asn> = tail.iter().copied().chain(segment.asns()).collect();
                self.push(SegmentType::Sequence, &joined);
            } else {
                self.push_view(&segment);
            }
            open = false;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    fn path(parts: &[(SegmentType, &[u32])]) -> AsPath {
        let mut path = AsPath::empty();
        for (kind, asns) in parts {
            let asns: Vec<Asn> = asns.iter().copied().map(Asn).collect();
            path.push(*kind, &asns);
        }
        path
    }

    fn merged(
        old: &[(SegmentType, &[u32])],
        new: &[(SegmentType, &[u32])],
    ) -> alloc::string::String {
        AsPath::merge(path(old).view(), path(new).view()).to_string()
    }

    const SEQ: SegmentType = SegmentType::Sequence;
    const SET: SegmentType = SegmentType::Set;
    const CONFED: SegmentType = SegmentType::ConfederationSequence;

    #[test]
    fn old_speakers_in_front_are_kept() {
        // RFC 6793 §4.2.3: AS_PATH is two longer, so two of it lead.
        assert_eq!(
            merged(
                &[(SEQ, &[275, 250, 225, 23456, 23456])],
                &[(SEQ, &[225, 80_000, 90_000])]
            ),
            "275 250 225 80000 90000"
        );
    }

    #[test]
    fn a_longer_as4_path_is_ignored() {
        assert_eq!(merged(&[(SEQ, &[1])], &[(SEQ, &[70_000, 80_000])]), "1");
    }

    #[test]
    fn equal_lengths_take_as4_path_whole() {
        assert_eq!(
            merged(&[(SEQ, &[23456, 2])], &[(SEQ, &[70_000, 2])]),
            "70000 2"
        );
    }

    #[test]
    fn a_set_counts_one() {
        assert_eq!(
            merged(
                &[(SEQ, &[1, 23456]), (SET, &[3, 4])],
                &[(SEQ, &[70_000]), (SET, &[3, 4])]
            ),
            "1 70000 {3 4}"
        );
        assert_eq!(
            merged(&[(SET, &[3, 4]), (SEQ, &[23456])], &[(SEQ, &[70_000])]),
            "{3 4} 70000"
        );
    }

    #[test]
    fn leading_confederation_segments_stay_and_those_of_as4_path_go() {
        assert_eq!(
            merged(
                &[(CONFED, &[65001]), (SEQ, &[1, 23456])],
                &[(CONFED, &[65002]), (SEQ, &[1, 70_000])]
            ),
            "(65001) 1 70000"
        );
    }
}
