//! MRT, the format in which collectors archive tables and messages (RFC 6396, RFC 8050,
//! RFC 6397); read and written.
//!
//! [`Records`] walks an archive in memory, [`MrtReader`] one that comes from any
//! [`Read`](std::io::Read), a decompressor for one. A [`Record`] is its header and a body;
//! [`Record::decode`] says what the body is.
//!
//! | type | subtypes | body |
//! |---|---|---|
//! | TABLE_DUMP | IPv4, IPv6 | [`TableDump`] |
//! | TABLE_DUMP_V2 | PEER_INDEX_TABLE | [`PeerIndexTable`] |
//! | | RIB of IPv4, IPv6, unicast, multicast, RIB_GENERIC, and those with ADDPATH | [`Rib`] |
//! | | GEO_PEER_TABLE | [`GeoPeerTable`] |
//! | BGP4MP, BGP4MP_ET | STATE_CHANGE, STATE_CHANGE_AS4 | [`StateChange`] |
//! | | MESSAGE, with AS4, LOCAL, ADDPATH | [`Bgp4mp`] |
//! | all others | | [`Body::Other`], as it is |
//!
//! ```
//! use bgp_wire::mrt::{Body, MrtReader, Records};
//! use bgp_wire::{Message, UpdateView};
//!
//! # fn read(archive: impl std::io::Read) -> Result<(), Box<dyn std::error::Error>> {
//! let mut reader = MrtReader::new(archive);
//! let mut update = Vec::new();
//! while let Some(record) = reader.next_record()? {
//!     match record.decode()? {
//!         Body::Message(said) => {
//!             if let Ok(message) = Message::decode(said.message, &said.context()) {
//!                 println!("{} {}: {message}", record.timestamp, said.ends.peer);
//!             }
//!         }
//!         Body::Rib(rib) => {
//!             for entry in rib.entries.iter() {
//!                 // A table's attributes, as the UPDATE that announces the route.
//!                 let Some(context) = rib.update(&entry, &mut update) else { continue };
//!                 let view = UpdateView::scan(&update, &context)?;
//!                 println!("{}: {:?}", entry.peer_index, view.path_attributes(rib.family));
//!             }
//!         }
//!         _ => {}
//!     }
//! }
//! # Ok(())
//! # }
//! ```
//!
//! Bodies encode too: those that were read, and those that are put together.
//!
//! ```
//! use bgp_wire::Asn;
//! use bgp_wire::mrt::{Bgp4mp, Body, Ends, Records};
//!
//! let mut keepalive = vec![0xff; 16];
//! keepalive.extend([0, 19, 4]);
//! let said = Body::Message(Bgp4mp {
//!     ends: Ends {
//!         peer_as: Asn(64512),
//!         local_as: Asn(4_200_000_000),
//!         four_octet_as: true,
//!         interface: 0,
//!         peer: [192, 0, 2, 1].into(),
//!         local: [192, 0, 2, 2].into(),
//!     },
//!     is_local: false,
//!     add_path: false,
//!     message: &keepalive,
//! });
//! let mut archive = Vec::new();
//! said.encode_record(1_700_000_000, Some(250_000), &mut archive);
//! let record = Records::new(&archive).next().unwrap()?;
//! assert_eq!(record.decode()?, said);
//! # Ok::<(), bgp_wire::mrt::MrtError>(())
//! ```

mod bgp4mp;
mod body;
mod error;
mod geo;
mod net;
mod record;
mod records;
mod stream;
mod table;
mod table_dump;
mod update;

pub use bgp4mp::{Bgp4mp, Ends, StateChange};
pub use body::Body;
pub use error::{MrtError, MrtErrorKind};
pub use geo::{GeoPeer, GeoPeerTable, GeoPeers, GeoPlace};
pub use record::{Record, RecordType};
pub use records::{DEFAULT_LIMIT, Records};
pub use stream::{MrtReadError, MrtReader};
pub use table::{Peer, PeerIndexTable, Peers, Rib, RibEntries, RibEntry, RibForm};
pub use table_dump::TableDump;
