//! GEO_PEER_TABLE: where the peers of a table are (RFC 6397 §4).

use alloc::vec::Vec;
use core::net::Ipv4Addr;

use crate::reader::Reader;

/// Where the collector and its peers are (RFC 6397 §4.1).
///
/// ```text
/// +----------------------+--------------+---------------+----------------+-------+
/// | Collector BGP ID (4) | Latitude (4) | Longitude (4) | Peer count (2) | Peers |
/// +----------------------+--------------+---------------+----------------+-------+
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GeoPeerTable<'a> {
    /// The BGP identifier of the collector.
    pub collector: Ipv4Addr,
    /// Where it is.
    pub place: GeoPlace,
    /// Its peers, in the order of the PEER_INDEX_TABLE.
    pub peers: GeoPeers<'a>,
}

/// A place on Earth in degrees of WGS 84; not a number where it is private.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GeoPlace {
    /// Degrees north.
    pub latitude: f32,
    /// Degrees east.
    pub longitude: f32,
}

/// Where one peer is: its type (1), BGP identifier (4), latitude (4) and longitude (4).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GeoPeer {
    /// The type, as in the PEER_INDEX_TABLE.
    pub peer_type: u8,
    /// Its BGP identifier.
    pub identifier: Ipv4Addr,
    /// Where it is.
    pub place: GeoPlace,
}

/// Peers as they stand in a record, or as they are given to be written.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum GeoPeers<'a> {
    /// Their octets, thirteen each.
    Wire(&'a [u8]),
    /// Peers of the caller's, at most 65,535.
    Given(&'a [GeoPeer]),
}

impl<'a> GeoPeerTable<'a> {
    pub(super) fn read(reader: &mut Reader<'a>) -> Option<Self> {
        let collector = reader.array::<4>()?.into();
        let place = GeoPlace::read(reader)?;
        let count = reader.u16()?;
        let octets = reader.take(usize::from(count) * GeoPeer::LENGTH)?;
        Some(Self {
            collector,
            place,
            peers: GeoPeers::Wire(octets),
        })
    }

    pub(super) fn encode(&self, out: &mut Vec<u8>) {
        out.extend(self.collector.octets());
        self.place.encode(out);
        out.extend((self.peers.iter().count() as u16).to_be_bytes());
        for peer in self.peers.iter() {
            out.push(peer.peer_type);
            out.extend(peer.identifier.octets());
            peer.place.encode(out);
        }
    }
}

impl GeoPlace {
    fn read(reader: &mut Reader<'_>) -> Option<Self> {
        Some(Self {
            latitude: f32::from_bits(reader.u32()?),
            longitude: f32::from_bits(reader.u32()?),
        })
    }

    fn encode(self, out: &mut Vec<u8>) {
        out.extend(self.latitude.to_bits().to_be_bytes());
        out.extend(self.longitude.to_bits().to_be_bytes());
    }
}

impl GeoPeer {
    const LENGTH: usize = 13;

    fn read(reader: &mut Reader<'_>) -> Option<Self> {
        Some(Self {
            peer_type: reader.u8()?,
            identifier: reader.array::<4>()?.into(),
            place: GeoPlace::read(reader)?,
        })
    }
}

impl<'a> GeoPeers<'a> {
    /// The peers in order, 65,535 at most.
    pub fn iter(&self) -> impl Iterator<Item = GeoPeer> + Clone + use<'a> {
        let (octets, given) = match *self {
            Self::Wire(octets) => (octets, [].as_slice()),
            Self::Given(peers) => ([].as_slice(), peers),
        };
        let mut reader = Reader::new(octets);
        let read = core::iter::from_fn(move || reader.item(GeoPeer::read));
        read.chain(given.iter().copied())
            .take(usize::from(u16::MAX))
    }
}
