//! AIGP: the accumulated IGP metric (RFC 7311).
//!
//! ```text
//! +----------+---------------------------+-----------+
//! | Type (1) | Length (2, header counts) | Value     |
//! +----------+---------------------------+-----------+
//! ```

use super::Fault;
use crate::reader::Reader;

/// The AIGP TLV, the only one that is defined.
pub(crate) struct Aigp;

impl Aigp {
    /// Type of the AIGP TLV.
    const TYPE: u8 = 1;
    /// Length of the AIGP TLV.
    #[cfg(feature = "alloc")]
    const LENGTH: u16 = 11;

    /// The metric of the first AIGP TLV; `Ok(None)` when there is none.
    ///
    /// Unknown and repeated TLVs are fine (RFC 7311 §3); a TLV that does not
    /// fit or a metric of all ones is malformed (§3, §3.2).
    pub(crate) fn decode(value: &[u8]) -> Result<Option<u64>, Fault> {
        if value.is_empty() {
            return Err(Fault::LENGTH);
        }
        let mut metric = None;
        let mut reader = Reader::new(value);
        while !reader.is_empty() {
            let at = value.len().saturating_sub(reader.len());
            let tlv = read_tlv(&mut reader).ok_or(Fault::value(at))?;
            if let (Self::TYPE, octets) = tlv {
                let octets = octets.try_into().map_err(|_| Fault::value(at))?;
                metric = metric.or(Some((u64::from_be_bytes(octets), at)));
            }
        }
        match metric {
            Some((u64::MAX, at)) => Err(Fault::value(at)),
            Some((metric, _)) => Ok(Some(metric)),
            None => Ok(None),
        }
    }

    /// The attribute's value for a metric.
    #[cfg(feature = "alloc")]
    pub(crate) const fn octets(metric: u64) -> [u8; 11] {
        let [high, low] = Self::LENGTH.to_be_bytes();
        let [a, b, c, d, e, f, g, h] = metric.to_be_bytes();
        [Self::TYPE, high, low, a, b, c, d, e, f, g, h]
    }
}

/// Type and value of the next TLV, whose length counts its header.
fn read_tlv<'a>(reader: &mut Reader<'a>) -> Option<(u8, &'a [u8])> {
    let kind = reader.u8()?;
    let length = usize::from(reader.u16()?).checked_sub(3)?;
    Some((kind, reader.take(length)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    const METRIC: [u8; 11] = [1, 0, 11, 0, 0, 0, 0, 0, 0, 1, 0];

    #[test]
    fn the_first_aigp_tlv_counts() {
        assert_eq!(Aigp::decode(&METRIC), Ok(Some(256)));
        let mut two = [0; 26];
        two[..4].copy_from_slice(&[9, 0, 4, 7]);
        two[4..15].copy_from_slice(&METRIC);
        two[15..].copy_from_slice(&[1, 0, 11, 0, 0, 0, 0, 0, 0, 0, 9]);
        assert_eq!(
            Aigp::decode(&two),
            Ok(Some(256)),
            "unknown first, repeated last"
        );
        assert_eq!(Aigp::decode(&[9, 0, 3]), Ok(None));
    }

    #[test]
    fn malformed_values() {
        assert_eq!(Aigp::decode(&[]), Err(Fault::LENGTH));
        assert_eq!(
            Aigp::decode(&[1, 0, 2]),
            Err(Fault::value(0)),
            "length below the header"
        );
        assert_eq!(Aigp::decode(&METRIC[..10]), Err(Fault::value(0)));
        assert_eq!(
            Aigp::decode(&[1, 0, 4, 0]),
            Err(Fault::value(0)),
            "metric of one octet"
        );
        let mut ones = [0xff; 11];
        ones[..3].copy_from_slice(&[1, 0, 11]);
        assert_eq!(Aigp::decode(&ones), Err(Fault::value(0)));
    }

    #[cfg(feature = "alloc")]
    #[test]
    fn round_trip() {
        assert_eq!(Aigp::octets(256), METRIC);
    }
}
