//! BMP, by which a router tells a station what its peers say and what it makes of it
//! (RFC 7854; Adj-RIB-Out: RFC 8671; Loc-RIB: RFC 9069); read and written.
//!
//! [`BmpFrames`] walks a stream in memory, [`BmpReader`] one that comes from any
//! [`Read`](std::io::Read), [`BmpFrame::split`] a buffer that is filled from elsewhere. A
//! [`BmpFrame`] is the octets of a message; [`BmpFrame::decode`] says what it is.
//!
//! | type | message |
//! |---|---|
//! | 0 Route Monitoring | [`RouteMonitoring`] |
//! | 1 Statistics Report | [`StatisticsReport`] |
//! | 2 Peer Down Notification | [`PeerDown`] |
//! | 3 Peer Up Notification | [`PeerUp`] |
//! | 4 Initiation | [`Initiation`] |
//! | 5 Termination | [`Termination`] |
//! | 6 Route Mirroring | [`RouteMirroring`] |
//! | all others | [`BmpMessage::Other`], as it is |
//!
//! All begin with a [`PeerHeader`] but those about the router itself. BGP messages within
//! are lent as they came; how they read, [`PeerSession`] knows, with an example of a whole
//! station. Nothing is allocated.
//!
//! The other way round, a router tells of itself:
//!
//! ```
//! use bgp_wire::Asn;
//! use bgp_wire::bmp::{
//!     BmpFrames, BmpMessage, Information, InformationType, Initiation, MonitoredRib, PeerDown,
//!     PeerDownReason, PeerHeader,
//! };
//!
//! let mut information = Information::new();
//! information.push(InformationType::SYS_DESCR, "a route reflector")?;
//! information.push(InformationType::SYS_NAME, "node-1")?;
//! let rib = MonitoredRib::AdjRibInPrePolicy;
//! let peer = PeerHeader::new(rib, [192, 0, 2, 1].into(), Asn(64512), [192, 0, 2, 1].into());
//! let messages = [
//!     BmpMessage::Initiation(Initiation { information: information.tlvs() }),
//!     BmpMessage::PeerDown(PeerDown { peer, reason: PeerDownReason::RemoteClosed }),
//! ];
//! let mut stream = Vec::new();
//! for message in messages {
//!     message.encode_to(&mut stream)?;
//! }
//! for (frame, message) in BmpFrames::new(&stream).zip(messages) {
//!     assert_eq!(frame?.decode()?, message);
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Version 4, which is a draft, has the same header and another body: its messages are
//! framed, and [`BmpErrorKind::Version`] to decode.

mod error;
mod frame;
mod information;
mod message;
mod peer;
mod peer_down;
mod peer_up;
mod routes;
mod session;
mod statistics;
mod stream;

pub use error::{BmpError, BmpErrorKind};
pub use frame::{BmpFrame, BmpFrames, BmpMessageType, DEFAULT_LIMIT};
pub use information::{Information, InformationType, Initiation, Termination, TerminationReason};
pub use message::BmpMessage;
pub use peer::{BmpPeerType, MonitoredRib, PeerFlags, PeerHeader, PeerKey};
pub use peer_down::{PeerDown, PeerDownReason};
pub use peer_up::PeerUp;
pub use routes::{Mirrored, MirroredItems, MirroringInformation, RouteMirroring, RouteMonitoring};
pub use session::PeerSession;
#[cfg(feature = "dissect")]
pub(crate) use session::unknown;
pub use statistics::{Statistic, StatisticType, StatisticValue, Statistics, StatisticsReport};
pub use stream::{BmpReadError, BmpReader};
