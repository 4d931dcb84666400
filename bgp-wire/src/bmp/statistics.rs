//! Statistics of a peer (RFC 7854 §4.8, RFC 8671 §6.2).

use core::fmt;
use core::iter::FusedIterator;

use super::Information;
use super::peer::PeerHeader;
use crate::attribute::read_family;
use crate::reader::Reader;
use crate::{EncodeError, Family, Tlv, Tlvs};

/// What a statistic counts, as IANA assigns it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct StatisticType(pub u16);

impl StatisticType {
    /// Prefixes that import policy rejected; a counter.
    pub const REJECTED_PREFIXES: Self = Self(0);
    /// Announcements of what was there already; a counter.
    pub const DUPLICATE_PREFIXES: Self = Self(1);
    /// Withdrawals of what was not there; a counter.
    pub const DUPLICATE_WITHDRAWALS: Self = Self(2);
    /// UPDATEs with our cluster in CLUSTER_LIST; a counter.
    pub const CLUSTER_LIST_LOOP: Self = Self(3);
    /// UPDATEs with our AS in AS_PATH; a counter.
    pub const AS_PATH_LOOP: Self = Self(4);
    /// UPDATEs with us as ORIGINATOR_ID; a counter.
    pub const ORIGINATOR_ID: Self = Self(5);
    /// UPDATEs with a loop in AS_CONFED_SEQUENCE or AS_CONFED_SET; a counter.
    pub const AS_CONFED_LOOP: Self = Self(6);
    /// Routes of Adj-RIB-In; a gauge.
    pub const ADJ_RIB_IN_ROUTES: Self = Self(7);
    /// Routes of Loc-RIB; a gauge.
    pub const LOC_RIB_ROUTES: Self = Self(8);
    /// Routes of Adj-RIB-In in a family; a gauge.
    pub const FAMILY_ADJ_RIB_IN_ROUTES: Self = Self(9);
    /// Routes of Loc-RIB in a family; a gauge.
    pub const FAMILY_LOC_RIB_ROUTES: Self = Self(10);
    /// UPDATEs treated as withdrawals (RFC 7606); a counter.
    pub const TREAT_AS_WITHDRAW_UPDATES: Self = Self(11);
    /// Prefixes treated as withdrawn (RFC 7606); a counter.
    pub const TREAT_AS_WITHDRAW_PREFIXES: Self = Self(12);
    /// UPDATEs that came again; a counter.
    pub const DUPLICATE_UPDATES: Self = Self(13);
    /// Routes of Adj-RIB-Out before export policy; a gauge.
    pub const ADJ_RIB_OUT_PRE_POLICY_ROUTES: Self = Self(14);
    /// Routes of Adj-RIB-Out after export policy; a gauge.
    pub const ADJ_RIB_OUT_POST_POLICY_ROUTES: Self = Self(15);
    /// Routes of Adj-RIB-Out before export policy in a family; a gauge.
    pub const FAMILY_ADJ_RIB_OUT_PRE_POLICY_ROUTES: Self = Self(16);
    /// Routes of Adj-RIB-Out after export policy in a family; a gauge.
    pub const FAMILY_ADJ_RIB_OUT_POST_POLICY_ROUTES: Self = Self(17);
}

impl fmt::Display for StatisticType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            0 => "prefixes rejected by inbound policy",
            1 => "duplicate prefix advertisements",
            2 => "duplicate withdraws",
            3 => "updates invalidated due to CLUSTER_LIST loop",
            4 => "updates invalidated due to AS_PATH loop",
            5 => "updates invalidated due to ORIGINATOR_ID",
            6 => "updates invalidated due to AS_CONFED loop",
            7 => "routes in Adj-RIB-In",
            8 => "routes in Loc-RIB",
            9 => "routes in per-AFI/SAFI Adj-RIB-In",
            10 => "routes in per-AFI/SAFI Loc-RIB",
            11 => "updates subjected to treat-as-withdraw",
            12 => "prefixes subjected to treat-as-withdraw",
            13 => "duplicate update messages",
            14 => "routes in pre-policy Adj-RIB-Out",
            15 => "routes in post-policy Adj-RIB-Out",
            16 => "routes in per-AFI/SAFI pre-policy Adj-RIB-Out",
            17 => "routes in per-AFI/SAFI post-policy Adj-RIB-Out",
            other => return write!(f, "statistic {other}"),
        })
    }
}

/// The value of a statistic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum StatisticValue<'a> {
    /// A number that only grows, and begins again at 0 behind its largest.
    Counter(u32),
    /// A number that grows and shrinks.
    Gauge(u64),
    /// A gauge of one family.
    FamilyGauge(Family, u64),
    /// Of a type that is not known, or with octets that are not expected.
    Other(&'a [u8]),
}

impl<'a> StatisticValue<'a> {
    fn of(tlv: Tlv<'a>) -> Self {
        let read = match (tlv.code, tlv.value.len()) {
            (0..=6 | 11..=13, 4) => Reader::new(tlv.value).u32().map(Self::Counter),
            (7 | 8 | 14 | 15, 8) => gauge(&mut Reader::new(tlv.value)).map(Self::Gauge),
            (9 | 10 | 16 | 17, 11) => family_gauge(&mut Reader::new(tlv.value)),
            _ => None,
        };
        read.unwrap_or(Self::Other(tlv.value))
    }

    fn push_to(self, code: u16, tlvs: &mut Information) -> Result<(), EncodeError> {
        match self {
            Self::Counter(count) => tlvs.push_octets(code, &count.to_be_bytes())?,
            Self::Gauge(level) => tlvs.push_octets(code, &level.to_be_bytes())?,
            Self::FamilyGauge(family, level) => {
                let [a, b] = family.afi.0.to_be_bytes();
                let [c, d, e, f, g, h, i, j] = level.to_be_bytes();
                tlvs.push_octets(code, &[a, b, family.safi.0, c, d, e, f, g, h, i, j])?
            }
            Self::Other(octets) => tlvs.push_octets(code, octets)?,
        };
        Ok(())
    }
}

fn gauge(reader: &mut Reader<'_>) -> Option<u64> {
    reader.array().map(u64::from_be_bytes)
}

fn family_gauge<'a>(reader: &mut Reader<'a>) -> Option<StatisticValue<'a>> {
    let family = read_family(reader)?;
    Some(StatisticValue::FamilyGauge(family, gauge(reader)?))
}

/// One statistic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Statistic<'a> {
    /// What is counted.
    pub statistic_type: StatisticType,
    /// How many there are.
    pub value: StatisticValue<'a>,
}

impl Statistic<'_> {
    /// Adds it to the TLVs of a Statistics Report.
    ///
    /// # Errors
    /// [`EncodeError::ValueTooLong`] for more than 65,535 octets; nothing is added.
    pub fn push_to(&self, tlvs: &mut Information) -> Result<(), EncodeError> {
        self.value.push_to(self.statistic_type.0, tlvs)
    }
}

/// `42 routes in Loc-RIB`, `7 (ipv6 unicast) routes in per-AFI/SAFI Loc-RIB`.
impl fmt::Display for Statistic<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.value {
            StatisticValue::Counter(count) => write!(f, "{count}")?,
            StatisticValue::Gauge(level) => write!(f, "{level}")?,
            StatisticValue::FamilyGauge(family, level) => write!(f, "{level} ({family})")?,
            StatisticValue::Other(octets) => write!(f, "0x{}", crate::nlri::Hex(octets))?,
        }
        write!(f, " {}", self.statistic_type)
    }
}

/// Statistics Report: how many, now and then.
///
/// ```text
/// +-------------------------+--------------------------------------+
/// | Per-peer header | Count | TLVs, whose types are StatisticTypes |
/// +-------------------------+--------------------------------------+
/// ```
///
/// ```
/// use bgp_wire::bmp::{Information, Statistic, StatisticType, StatisticValue};
/// let mut tlvs = Information::new();
/// let statistic = Statistic {
///     statistic_type: StatisticType::LOC_RIB_ROUTES,
///     value: StatisticValue::Gauge(42),
/// };
/// statistic.push_to(&mut tlvs)?;
/// assert_eq!(statistic.to_string(), "42 routes in Loc-RIB");
/// # Ok::<(), bgp_wire::EncodeError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StatisticsReport<'a> {
    /// Whose.
    pub peer: PeerHeader,
    /// The TLVs; [`StatisticsReport::iter`] says what they are. Their number stands before
    /// them on the wire, and is counted when the report is written.
    pub tlvs: Tlvs<'a>,
}

impl<'a> StatisticsReport<'a> {
    /// The statistics, in order. The same type may come again, for another family.
    #[must_use]
    pub const fn iter(&self) -> Statistics<'a> {
        Statistics { tlvs: self.tlvs }
    }
}

impl<'a> IntoIterator for &StatisticsReport<'a> {
    type Item = Statistic<'a>;
    type IntoIter = Statistics<'a>;

    fn into_iter(self) -> Statistics<'a> {
        self.iter()
    }
}

/// The statistics of a report; see [`StatisticsReport::iter`].
#[derive(Clone, Copy, Debug)]
pub struct Statistics<'a> {
    tlvs: Tlvs<'a>,
}

impl<'a> Iterator for Statistics<'a> {
    type Item = Statistic<'a>;

    fn next(&mut self) -> Option<Statistic<'a>> {
        self.tlvs.next().map(|tlv| Statistic {
            statistic_type: StatisticType(tlv.code),
            value: StatisticValue::of(tlv),
        })
    }
}

impl FusedIterator for Statistics<'_> {}
