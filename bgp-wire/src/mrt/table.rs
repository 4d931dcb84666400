//! TABLE_DUMP_V2: a table, with the peers that it came from (RFC 6396 §4.3, RFC 8050 §4).

use alloc::vec::Vec;
use core::net::{IpAddr, Ipv4Addr};

use super::body::{read_nlri, table_v2};
use super::net::{put_address, read_address, read_asn};
use super::update::{self, UpdateBytes};
use crate::reader::Reader;
use crate::{Afi, Asn, Context, Family, RawAttributes, Safi, nlri};

/// The peers of a table: entries name one by its place here.
///
/// ```text
/// +----------------------+-------------------------+-----------+----------------+-------+
/// | Collector BGP ID (4) | Length of view name (2) | View name | Peer count (2) | Peers |
/// +----------------------+-------------------------+-----------+----------------+-------+
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PeerIndexTable<'a> {
    /// The BGP identifier of whoever wrote the table.
    pub collector: Ipv4Addr,
    /// The name of the view, in UTF-8 if it is as it should be; empty as a rule.
    pub view_name: &'a [u8],
    /// The peers, at most 65,535.
    pub peers: Peers<'a>,
}

/// One peer of a table.
///
/// ```text
/// +---------------+------------+-----------------+---------------+
/// | Peer type (1) | BGP ID (4) | Address (4, 16) | AS (2, 4)     |
/// +---------------+------------+-----------------+---------------+
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Peer {
    /// Its BGP identifier.
    pub identifier: Ipv4Addr,
    /// Its address.
    pub address: IpAddr,
    /// Its AS number.
    pub asn: Asn,
    /// Whether the AS number takes four octets in the table.
    pub four_octet_as: bool,
}

/// Peers as they stand in a record, or as they are given to be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Peers<'a> {
    /// How many, and their octets.
    Wire(u16, &'a [u8]),
    /// Peers of the caller's.
    Given(&'a [Peer]),
}

impl<'a> PeerIndexTable<'a> {
    pub(super) fn read(reader: &mut Reader<'a>) -> Option<Self> {
        let collector = Ipv4Addr::from(reader.array::<4>()?);
        let length = reader.u16()?;
        let view_name = reader.take(length.into())?;
        let count = reader.u16()?;
        let before = *reader;
        for _ in 0..count {
            Peer::read(reader)?;
        }
        let octets = before.rest().get(..before.len() - reader.len())?;
        Some(Self {
            collector,
            view_name,
            peers: Peers::Wire(count, octets),
        })
    }

    pub(super) fn encode(&self, out: &mut Vec<u8>) {
        let name = self
            .view_name
            .get(..usize::from(u16::MAX))
            .unwrap_or(self.view_name);
        out.extend(self.collector.octets());
        out.extend((name.len() as u16).to_be_bytes());
        out.extend(name);
        out.extend((self.peers.len() as u16).to_be_bytes());
        self.peers.iter().for_each(|peer| peer.encode(out));
    }
}

impl<'a> Peers<'a> {
    /// How many peers; of more than 65,535 that are given, the others are not written.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Self::Wire(count, _) => usize::from(*count),
            Self::Given(peers) => peers.len().min(usize::from(u16::MAX)),
        }
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The peers in order. To find one by its index again and again, collect them.
    pub fn iter(&self) -> impl Iterator<Item = Peer> + Clone + use<'a> {
        let (octets, given) = match *self {
            Self::Wire(_, octets) => (octets, [].as_slice()),
            Self::Given(peers) => ([].as_slice(), peers),
        };
        let mut reader = Reader::new(octets);
        let read = core::iter::from_fn(move || reader.item(Peer::read));
        read.chain(given.iter().copied()).take(self.len())
    }
}

impl Peer {
    const IPV6: u8 = 0b01;
    const AS4: u8 = 0b10;

    fn read(reader: &mut Reader<'_>) -> Option<Self> {
        let kind = reader.u8()?;
        let four_octet_as = kind & Self::AS4 != 0;
        Some(Self {
            identifier: reader.array::<4>()?.into(),
            address: read_address(reader, kind & Self::IPV6 != 0)?,
            asn: read_asn(reader, four_octet_as)?,
            four_octet_as,
        })
    }

    fn encode(&self, out: &mut Vec<u8>) {
        let ipv6 = if self.address.is_ipv6() {
            Self::IPV6
        } else {
            0
        };
        let as4 = if self.is_wide() { Self::AS4 } else { 0 };
        out.push(ipv6 | as4);
        out.extend(self.identifier.octets());
        put_address(self.address, out);
        match self.is_wide() {
            true => out.extend(self.asn.0.to_be_bytes()),
            false => out.extend((self.asn.0 as u16).to_be_bytes()),
        }
    }

    /// What does not fit two octets takes four.
    const fn is_wide(&self) -> bool {
        self.four_octet_as || self.asn.0 > 0xffff
    }
}

/// The routes to one prefix, an entry for each peer that has one.
///
/// ```text
/// +--------------+----------------------------+------------------+-----------------+---------+
/// | Sequence (4) | AFI (2) and SAFI (1), only | NLRI, as in      | Entry count (2) | Entries |
/// |              | of RIB_GENERIC             | MP_REACH_NLRI    |                 |         |
/// +--------------+----------------------------+------------------+-----------------+---------+
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rib<'a> {
    /// The number of the record in its table.
    pub sequence: u32,
    /// The family of the prefix.
    pub family: Family,
    /// Which of the forms the record has; see [`RibForm`].
    pub form: RibForm,
    /// The NLRI; with a path identifier before it in a record of form
    /// [`RibForm::GenericAddPath`].
    pub nlri: &'a [u8],
    /// The routes, at most 65,535.
    pub entries: RibEntries<'a>,
}

/// The forms of RIB records.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RibForm {
    /// A subtype of its own for unicast and multicast of each IP version.
    Specific,
    /// The same with a path identifier in each entry (RFC 8050 §4.1).
    SpecificAddPath,
    /// Any family, which the record names.
    Generic,
    /// The same with a path identifier before the NLRI (RFC 8050 §4.2).
    GenericAddPath,
}

/// The route of one peer.
///
/// ```text
/// +----------------+---------------------+-------------------------+------------------+------------+
/// | Peer index (2) | Originated time (4) | Path identifier (4), of | Attribute length | Attributes |
/// |                |                     | SpecificAddPath         | (2)              |            |
/// +----------------+---------------------+-------------------------+------------------+------------+
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RibEntry<'a> {
    /// The peer's place in the [`PeerIndexTable`] of the table.
    pub peer_index: u16,
    /// When the route was heard, in seconds since 1970.
    pub originated: u32,
    /// The path identifier, in records of form [`RibForm::SpecificAddPath`].
    pub path_id: Option<u32>,
    /// Its path attributes, with AS numbers of four octets. MP_REACH_NLRI is as a rule
    /// cut down to the length and the octets of the next hop (RFC 6396 §4.3.4).
    pub attributes: &'a [u8],
}

/// Entries as they stand in a record, or as they are given to be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RibEntries<'a> {
    /// How many, whether each has a path identifier, and their octets.
    Wire(u16, bool, &'a [u8]),
    /// Entries of the caller's.
    Given(&'a [RibEntry<'a>]),
}

const SPECIFIC: [(u16, u16, Family); 4] = [
    (2, 8, Family::IPV4_UNICAST),
    (3, 9, Family::new(Afi::IPV4, Safi::MULTICAST)),
    (4, 10, Family::IPV6_UNICAST),
    (5, 11, Family::new(Afi::IPV6, Safi::MULTICAST)),
];

impl<'a> Rib<'a> {
    pub(super) fn read(reader: &mut Reader<'a>, subtype: u16) -> Option<Self> {
        let sequence = reader.u32()?;
        let specific = SPECIFIC
            .into_iter()
            .find_map(|(plain, add_path, family)| match subtype {
                it if it == plain => Some((family, RibForm::Specific)),
                it if it == add_path => Some((family, RibForm::SpecificAddPath)),
                _ => None,
            });
        let (family, form) = match (specific, subtype) {
            (Some(specific), _) => specific,
            (None, table_v2::RIB_GENERIC_ADDPATH) => {
                (read_family(reader)?, RibForm::GenericAddPath)
            }
            (None, _) => (read_family(reader)?, RibForm::Generic),
        };
        let nlri = read_nlri(reader, family, form == RibForm::GenericAddPath)?;
        let count = reader.u16()?;
        let add_path = form == RibForm::SpecificAddPath;
        let before = *reader;
        for _ in 0..count {
            RibEntry::read(reader, add_path)?;
        }
        let octets = before.rest().get(..before.len() - reader.len())?;
        Some(Self {
            sequence,
            family,
            form,
            nlri,
            entries: RibEntries::Wire(count, add_path, octets),
        })
    }

    /// Whether the family of a generic record is one whose NLRI say where they end.
    pub(super) fn is_framed(mut reader: Reader<'_>) -> bool {
        let family = reader.u32().and_then(|_| read_family(&mut reader));
        family.is_some_and(nlri::is_framed)
    }

    /// The subtype of TABLE_DUMP_V2. A family without one of its own is generic.
    pub(super) fn subtype(&self) -> u16 {
        let specific = SPECIFIC.iter().find(|(.., family)| *family == self.family);
        match (self.form, specific) {
            (RibForm::Specific, Some((plain, ..))) => *plain,
            (RibForm::SpecificAddPath, Some((_, add_path, _))) => *add_path,
            (RibForm::GenericAddPath | RibForm::SpecificAddPath, _) => {
                table_v2::RIB_GENERIC_ADDPATH
            }
            (RibForm::Generic | RibForm::Specific, _) => table_v2::RIB_GENERIC,
        }
    }

    pub(super) fn encode(&self, out: &mut Vec<u8>) {
        out.extend(self.sequence.to_be_bytes());
        let subtype = self.subtype();
        if matches!(
            subtype,
            table_v2::RIB_GENERIC | table_v2::RIB_GENERIC_ADDPATH
        ) {
            out.extend(self.family.afi.0.to_be_bytes());
            out.push(self.family.safi.0);
        }
        out.extend(self.nlri);
        out.extend((self.entries.len() as u16).to_be_bytes());
        let add_path = self.form == RibForm::SpecificAddPath;
        self.entries
            .iter()
            .for_each(|entry| entry.encode(add_path, out));
    }

    /// Makes the UPDATE that announces an entry's route, in `out`, which is emptied first:
    /// the whole of MP_REACH_NLRI where the entry has only its next hop. The
    /// [`Context`] to read it with comes back; [`UpdateView::scan`](crate::UpdateView::scan)
    /// then has every attribute, typed and judged.
    ///
    /// Nothing is announced where an entry of another family than IPv4 unicast has no
    /// MP_REACH_NLRI, as some have been written; the other attributes are there.
    ///
    /// `None` when the attributes cannot be walked, or are too many for one message.
    #[must_use]
    pub fn update(&self, entry: &RibEntry<'_>, out: &mut Vec<u8>) -> Option<Context> {
        let path_id = entry.path_id.map(u32::to_be_bytes);
        let bytes = UpdateBytes {
            family: self.family,
            path_id: path_id.as_ref().map_or(&[], |id| id.as_slice()),
            nlri: self.nlri,
            attributes: entry.attributes,
        };
        let add_path = path_id.is_some() || self.form == RibForm::GenericAddPath;
        update::build(&bytes, out)?;
        Some(update::context(self.family, add_path, true))
    }
}

impl<'a> RibEntry<'a> {
    fn read(reader: &mut Reader<'a>, add_path: bool) -> Option<Self> {
        let peer_index = reader.u16()?;
        let originated = reader.u32()?;
        let path_id = match add_path {
            true => Some(reader.u32()?),
            false => None,
        };
        let length = reader.u16()?;
        Some(Self {
            peer_index,
            originated,
            path_id,
            attributes: reader.take(length.into())?,
        })
    }

    fn encode(&self, add_path: bool, out: &mut Vec<u8>) {
        let most = usize::from(u16::MAX);
        let attributes = self.attributes.get(..most).unwrap_or(self.attributes);
        out.extend(self.peer_index.to_be_bytes());
        out.extend(self.originated.to_be_bytes());
        if add_path {
            out.extend(self.path_id.unwrap_or_default().to_be_bytes());
        }
        out.extend((attributes.len() as u16).to_be_bytes());
        out.extend(attributes);
    }

    /// The attributes as they stand there, none of them judged.
    #[must_use]
    pub const fn raw_attributes(&self) -> RawAttributes<'a> {
        RawAttributes::new(self.attributes)
    }
}

impl<'a> RibEntries<'a> {
    /// How many entries; of more than 65,535 that are given, the others are not written.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Self::Wire(count, ..) => usize::from(*count),
            Self::Given(entries) => entries.len().min(usize::from(u16::MAX)),
        }
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The entries in order.
    pub fn iter(&self) -> impl Iterator<Item = RibEntry<'a>> + Clone + use<'a> {
        let (add_path, octets, given) = match *self {
            Self::Wire(_, add_path, octets) => (add_path, octets, [].as_slice()),
            Self::Given(entries) => (false, [].as_slice(), entries),
        };
        let mut reader = Reader::new(octets);
        let read =
            core::iter::from_fn(move || reader.item(|reader| RibEntry::read(reader, add_path)));
        read.chain(given.iter().copied()).take(self.len())
    }
}

fn read_family(reader: &mut Reader<'_>) -> Option<Family> {
    Some(Family::new(Afi(reader.u16()?), Safi(reader.u8()?)))
}
