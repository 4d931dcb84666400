//! What a record says, by its type.

use alloc::vec::Vec;

use super::error::MrtError;
use super::record::RecordType;
use super::{Bgp4mp, GeoPeerTable, PeerIndexTable, Rib, StateChange, TableDump};
use crate::reader::Reader;
use crate::{Family, nlri};

/// The body of a record.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Body<'a> {
    /// TABLE_DUMP: a route (RFC 6396 §4.2).
    TableDump(TableDump<'a>),
    /// PEER_INDEX_TABLE: the peers that the entries behind it name (RFC 6396 §4.3.1).
    PeerIndexTable(PeerIndexTable<'a>),
    /// A RIB record of any subtype: the routes to a prefix (RFC 6396 §4.3.2, §4.3.3, RFC
    /// 8050 §4).
    Rib(Rib<'a>),
    /// GEO_PEER_TABLE: where the peers are (RFC 6397 §4).
    GeoPeerTable(GeoPeerTable<'a>),
    /// BGP4MP_STATE_CHANGE, also of AS4 (RFC 6396 §4.4.1, §4.4.4).
    StateChange(StateChange),
    /// BGP4MP_MESSAGE of any subtype (RFC 6396 §4.4.2, §4.4.3, §4.4.5, §4.4.6, RFC 8050 §3).
    Message(Bgp4mp<'a>),
    /// Of a type that is not BGP's, or that is no longer written; or RIB_GENERIC of a family
    /// that the crate does not know.
    Other(&'a [u8]),
}

/// Subtypes of TABLE_DUMP_V2.
pub(super) mod table_v2 {
    pub(crate) const PEER_INDEX_TABLE: u16 = 1;
    pub(crate) const RIB_GENERIC: u16 = 6;
    pub(crate) const GEO_PEER_TABLE: u16 = 7;
    pub(crate) const RIB_GENERIC_ADDPATH: u16 = 12;
}

impl<'a> Body<'a> {
    /// Reads the body of a record of this type and subtype.
    ///
    /// # Errors
    /// The body does not have the form that it should have, or does not end where it
    /// should.
    pub fn decode(record_type: RecordType, subtype: u16, body: &'a [u8]) -> Result<Self, MrtError> {
        let mut reader = Reader::new(body);
        let read = read(record_type, subtype, &mut reader);
        read.filter(|_| reader.is_empty())
            .ok_or_else(|| MrtError::body(body.len(), reader.len()))
    }

    /// The type and subtype under which the body is written; `None` for
    /// [`Body::Other`]. BGP4MP is written without microseconds, [`RecordType::BGP4MP_ET`]
    /// has the same subtypes.
    #[must_use]
    pub fn record_type(&self) -> Option<(RecordType, u16)> {
        Some(match self {
            Self::TableDump(table) => (RecordType::TABLE_DUMP, table.subtype()),
            Self::PeerIndexTable(_) => (RecordType::TABLE_DUMP_V2, table_v2::PEER_INDEX_TABLE),
            Self::GeoPeerTable(_) => (RecordType::TABLE_DUMP_V2, table_v2::GEO_PEER_TABLE),
            Self::Rib(rib) => (RecordType::TABLE_DUMP_V2, rib.subtype()),
            Self::StateChange(change) => (RecordType::BGP4MP, change.subtype()),
            Self::Message(message) => (RecordType::BGP4MP, message.subtype()),
            Self::Other(_) => return None,
        })
    }

    /// Appends the body as it stands in a record.
    pub fn encode(&self, out: &mut Vec<u8>) {
        match self {
            Self::TableDump(table) => table.encode(out),
            Self::PeerIndexTable(table) => table.encode(out),
            Self::GeoPeerTable(table) => table.encode(out),
            Self::Rib(rib) => rib.encode(out),
            Self::StateChange(change) => change.encode(out),
            Self::Message(message) => message.encode(out),
            Self::Other(octets) => out.extend(*octets),
        }
    }

    /// Appends a whole record with this body, written at a time in seconds since 1970;
    /// with microseconds as [`RecordType::BGP4MP_ET`], where the body is one of BGP4MP.
    /// Nothing for [`Body::Other`], whose type it does not know.
    pub fn encode_record(&self, timestamp: u32, microseconds: Option<u32>, out: &mut Vec<u8>) {
        let Some((record_type, subtype)) = self.record_type() else {
            return;
        };
        let record_type = match microseconds {
            Some(_) if record_type == RecordType::BGP4MP => RecordType::BGP4MP_ET,
            _ => record_type,
        };
        let mut body = Vec::new();
        self.encode(&mut body);
        let record = super::Record {
            timestamp,
            microseconds,
            record_type,
            subtype,
            body: &body,
        };
        record.encode(out);
    }
}

fn read<'a>(record_type: RecordType, subtype: u16, reader: &mut Reader<'a>) -> Option<Body<'a>> {
    Some(match (record_type, subtype) {
        (RecordType::TABLE_DUMP, 1 | 2) => Body::TableDump(TableDump::read(reader, subtype == 2)?),
        (RecordType::TABLE_DUMP_V2, table_v2::PEER_INDEX_TABLE) => {
            Body::PeerIndexTable(PeerIndexTable::read(reader)?)
        }
        (RecordType::TABLE_DUMP_V2, table_v2::GEO_PEER_TABLE) => {
            Body::GeoPeerTable(GeoPeerTable::read(reader)?)
        }
        // Where the NLRI ends, only who knows the family can say.
        (RecordType::TABLE_DUMP_V2, table_v2::RIB_GENERIC | table_v2::RIB_GENERIC_ADDPATH)
            if !Rib::is_framed(*reader) =>
        {
            Body::Other(reader.take(reader.len())?)
        }
        (RecordType::TABLE_DUMP_V2, subtype @ 2..=12) => Body::Rib(Rib::read(reader, subtype)?),
        (RecordType::BGP4MP | RecordType::BGP4MP_ET, 0 | 5) => {
            Body::StateChange(StateChange::read(reader, subtype == 5)?)
        }
        (RecordType::BGP4MP | RecordType::BGP4MP_ET, 1 | 4 | 6..=11) => {
            Body::Message(Bgp4mp::read(reader, subtype)?)
        }
        _ => Body::Other(reader.take(reader.len())?),
    })
}

/// One NLRI of a family, with its path identifier where there is one.
pub(super) fn read_nlri<'a>(
    reader: &mut Reader<'a>,
    family: Family,
    add_path: bool,
) -> Option<&'a [u8]> {
    nlri::one(reader, family, add_path)
}
