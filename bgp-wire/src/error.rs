//! Errors: what was wrong, where, and which NOTIFICATION answers it.

use crate::{AttributeType, NotificationCode, NotificationView};

/// What is wrong with received bytes.
///
/// The kinds serve both the errors that end a session ([`DecodeError`]) and the
/// milder [`Finding`](crate::Finding)s of RFC 7606;
/// [`DecodeErrorKind::notification_code`] is the code and subcode that a
/// NOTIFICATION would carry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum DecodeErrorKind {
    /// The marker is not all ones (RFC 4271 §6.1).
    #[error("marker is not all ones")]
    Marker,
    /// The length field is out of range for the message type (RFC 4271 §6.1).
    #[error("bad message length")]
    MessageLength,
    /// The message type is not known (RFC 4271 §6.1).
    #[error("unknown message type")]
    MessageType,
    /// The version is not 4 (RFC 4271 §6.2).
    #[error("unsupported protocol version")]
    Version,
    /// The OPEN carries AS 0 (RFC 7607 §2).
    #[error("AS 0 in OPEN")]
    OpenAsZero,
    /// The BGP identifier is 0 (RFC 6286 §2.2).
    #[error("BGP identifier is zero")]
    Identifier,
    /// The optional parameters or capabilities do not fill their length.
    #[error("optional parameters do not fit their length")]
    OptionalParameters,
    /// An optional parameter that is not Capabilities (RFC 4271 §6.2).
    #[error("unsupported optional parameter")]
    UnsupportedParameter,
    /// A known capability whose length is wrong.
    #[error("capability of wrong length")]
    CapabilityLength,
    /// A known capability whose value has no meaning.
    #[error("capability value without meaning")]
    CapabilityValue,
    /// Hold time of 1 or 2 seconds (RFC 4271 §6.2).
    #[error("unacceptable hold time")]
    HoldTime,
    /// Withdrawn or attribute length exceeds the message (RFC 7606 §3 b).
    #[error("UPDATE lengths exceed the message")]
    UpdateLengths,
    /// An attribute's header or value is cut off (RFC 7606 §4).
    #[error("attribute overruns the attribute field")]
    AttributeOverrun,
    /// The attribute occurs twice; the first one counts (RFC 7606 §3 g).
    #[error("repeated attribute")]
    Repeated,
    /// MP_REACH_NLRI or MP_UNREACH_NLRI occurs twice (RFC 7606 §3 g).
    #[error("repeated MP_REACH_NLRI or MP_UNREACH_NLRI")]
    RepeatedMp,
    /// A well-known attribute that is not known (RFC 4271 §6.3).
    #[error("unrecognized well-known attribute")]
    UnrecognizedWellKnown,
    /// A mandatory attribute is missing (RFC 7606 §3 d).
    #[error("missing well-known attribute")]
    Missing,
    /// An optional attribute is missing that the family needs (RFC 9830 §4.2.1).
    #[error("attribute that the family needs is missing")]
    Required,
    /// Optional or Transitive bit wrong (RFC 7606 §3 c).
    #[error("attribute flags conflict with the attribute type")]
    Flags,
    /// The length is not one that the attribute can have.
    #[error("attribute of wrong length")]
    Length,
    /// ORIGIN outside 0–2 (RFC 7606 §7.1).
    #[error("undefined ORIGIN value")]
    Origin,
    /// NEXT_HOP is not a host address (RFC 4271 §6.3).
    #[error("NEXT_HOP is not a host address")]
    NextHop,
    /// The value of an optional attribute breaks its syntax.
    #[error("malformed value of an optional attribute")]
    Value,
    /// A next-hop length that the family cannot have (RFC 7606 §7.11).
    #[error("next hop of wrong length for the family")]
    MpNextHop,
    /// Optional or Transitive bit of an MP attribute wrong (RFC 7606 §5.3).
    #[error("flags of an MP attribute are wrong")]
    MpFlags,
    /// NLRI of an MP attribute cannot be parsed (RFC 7606 §5.3).
    #[error("NLRI of an MP attribute cannot be parsed")]
    MpNlri,
    /// An NLRI whose key cannot be extracted, where its RFC asks for a session
    /// reset and nothing milder (RFC 9251 §9.7).
    #[error("key of an NLRI cannot be extracted")]
    MpNlriKey,
    /// Prefixes of the body cannot be parsed (RFC 7606 §5.3).
    #[error("NLRI or withdrawn routes cannot be parsed")]
    Nlri,
    /// A prefix that parses but cannot be routed, such as a multicast group
    /// (RFC 4271 §6.3); the prefix alone is ignored.
    #[error("prefix is semantically incorrect")]
    Prefix,
    /// An NLRI of an MP attribute that can be stepped over but breaks the rules
    /// of its family (RFC 9251 §9.7, RFC 9552 §8.2.2, RFC 9830 §5).
    #[error("NLRI breaks the rules of its family")]
    NlriValue,
    /// AS_PATH segments do not fill the attribute (RFC 7606 §7.2).
    #[error("AS_PATH segments do not fit the attribute")]
    AsPathSegments,
    /// An AS_PATH segment type outside 1–4 (RFC 7606 §7.2).
    #[error("undefined AS_PATH segment type")]
    AsPathSegmentType,
    /// AS 0 where an AS number stands (RFC 7607 §2).
    #[error("AS 0")]
    AsZero,
    /// AS_SET or AS_CONFED_SET where the session refuses them (RFC 9774).
    #[error("AS_SET")]
    AsSet,
    /// Confederation segments where none may be, or none where one must be
    /// (RFC 5065 §5).
    #[error("confederation segments misplaced")]
    Confederation,
    /// The path does not begin with the peer's AS (RFC 4271 §6.3).
    #[error("first AS is not the peer's")]
    FirstAs,
    /// An attribute that this peer has no business to send, such as LOCAL_PREF
    /// from an external peer (RFC 7606 §7.5).
    #[error("attribute not expected from this peer")]
    NotFromThisPeer,
    /// BoRR or EoRR with a length other than 23 (RFC 7313 §5).
    #[error("route refresh of wrong length")]
    RouteRefreshLength,
}

impl DecodeErrorKind {
    /// The error code and subcode that answer this error (RFC 4271 §6).
    #[must_use]
    pub const fn notification_code(self) -> NotificationCode {
        match self {
            Self::Marker => NotificationCode::CONNECTION_NOT_SYNCHRONIZED,
            Self::MessageLength => NotificationCode::BAD_MESSAGE_LENGTH,
            Self::MessageType => NotificationCode::BAD_MESSAGE_TYPE,
            Self::Version => NotificationCode::UNSUPPORTED_VERSION,
            Self::OpenAsZero => NotificationCode::BAD_PEER_AS,
            Self::Identifier => NotificationCode::BAD_BGP_IDENTIFIER,
            Self::OptionalParameters | Self::CapabilityLength | Self::CapabilityValue => {
                NotificationCode::OPEN_MESSAGE_ERROR
            }
            Self::UnsupportedParameter => NotificationCode::UNSUPPORTED_OPTIONAL_PARAMETER,
            Self::HoldTime => NotificationCode::UNACCEPTABLE_HOLD_TIME,
            Self::UpdateLengths | Self::AttributeOverrun | Self::Repeated | Self::RepeatedMp => {
                NotificationCode::MALFORMED_ATTRIBUTE_LIST
            }
            Self::UnrecognizedWellKnown => NotificationCode::UNRECOGNIZED_WELL_KNOWN_ATTRIBUTE,
            Self::Missing => NotificationCode::MISSING_WELL_KNOWN_ATTRIBUTE,
            Self::Flags => NotificationCode::ATTRIBUTE_FLAGS_ERROR,
            Self::Length => NotificationCode::ATTRIBUTE_LENGTH_ERROR,
            Self::Origin => NotificationCode::INVALID_ORIGIN,
            Self::NextHop => NotificationCode::INVALID_NEXT_HOP,
            Self::Value
            | Self::Required
            | Self::MpNextHop
            | Self::MpFlags
            | Self::MpNlri
            | Self::MpNlriKey
            | Self::NlriValue
            | Self::NotFromThisPeer => NotificationCode::OPTIONAL_ATTRIBUTE_ERROR,
            Self::Nlri | Self::Prefix => NotificationCode::INVALID_NETWORK_FIELD,
            Self::AsPathSegments
            | Self::AsPathSegmentType
            | Self::AsZero
            | Self::AsSet
            | Self::Confederation
            | Self::FirstAs => NotificationCode::MALFORMED_AS_PATH,
            Self::RouteRefreshLength => NotificationCode::INVALID_ROUTE_REFRESH_LENGTH,
        }
    }

    /// Whether the NOTIFICATION quotes the bytes at fault (RFC 4271 §6.1–6.3,
    /// RFC 7313 §5).
    const fn quotes(self) -> bool {
        matches!(
            self,
            Self::MessageLength
                | Self::MessageType
                | Self::UnrecognizedWellKnown
                | Self::Missing
                | Self::Flags
                | Self::Length
                | Self::Origin
                | Self::NextHop
                | Self::Value
                | Self::MpNextHop
                | Self::MpFlags
                | Self::MpNlri
                | Self::MpNlriKey
                | Self::NlriValue
                | Self::NotFromThisPeer
                | Self::RouteRefreshLength
        )
    }
}

/// An error that ends the session (or, before one is up, the connection).
///
/// Small and `Copy`; the bytes at fault stay where they were read.
///
/// ```
/// use bgp_wire::{Context, DecodeErrorKind, Message, PeerType};
/// let mut bytes = [0xff; 19];
/// bytes[16..].copy_from_slice(&[0, 19, 9]); // type 9 does not exist
/// let error = Message::decode(&bytes, &Context::new(PeerType::External)).unwrap_err();
/// assert_eq!((error.kind(), error.offset()), (DecodeErrorKind::MessageType, 18));
/// let answer = error.notification(&bytes);
/// assert_eq!((answer.code(), answer.subcode(), answer.data()), (1, 3, &[9][..]));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[error("{kind} at octet {offset}")]
pub struct DecodeError {
    kind: DecodeErrorKind,
    attribute: Option<AttributeType>,
    offset: u32,
    length: u32,
}

impl DecodeError {
    /// An error about `length` octets from `offset` on, counted from the
    /// beginning of the message.
    pub(crate) fn new(kind: DecodeErrorKind, offset: usize, length: usize) -> Self {
        let narrow = |value| u32::try_from(value).unwrap_or(u32::MAX);
        Self {
            kind,
            attribute: None,
            offset: narrow(offset),
            length: narrow(length),
        }
    }

    /// The same error, about an attribute.
    pub(crate) const fn about(mut self, attribute: AttributeType) -> Self {
        self.attribute = Some(attribute);
        self
    }

    /// What is wrong.
    #[must_use]
    pub const fn kind(&self) -> DecodeErrorKind {
        self.kind
    }

    /// The attribute at fault, where it is one.
    #[must_use]
    pub const fn attribute(&self) -> Option<AttributeType> {
        self.attribute
    }

    /// Where, in octets from the first octet of the message.
    #[must_use]
    pub const fn offset(&self) -> usize {
        self.offset as usize
    }

    /// Error code and subcode of the answer.
    #[must_use]
    pub const fn code(&self) -> NotificationCode {
        self.kind.notification_code()
    }

    /// The NOTIFICATION that answers this error: code, subcode and the data
    /// that RFC 4271 §6 asks for, borrowed from `message`, the bytes in which
    /// the error was found.
    ///
    /// ```
    /// use bgp_wire::Frame;
    /// let mut bytes = [0xff; 19];
    /// bytes[16..].copy_from_slice(&[0, 18, 4]);
    /// let error = Frame::split(&bytes, 4096).unwrap_err();
    /// assert_eq!(error.notification(&bytes).data(), [0, 18]);
    /// ```
    #[must_use]
    pub fn notification<'m>(&self, message: &'m [u8]) -> NotificationView<'m> {
        let data = match (self.kind, self.attribute) {
            (DecodeErrorKind::Version, _) => &[0, 4],
            (DecodeErrorKind::Missing, Some(attribute)) => attribute.octet(),
            (kind, _) if kind.quotes() => quote(message, self.offset(), self.length as usize),
            _ => &[],
        };
        NotificationView::new(self.code(), data)
    }
}

/// The octets at fault, as far as they are there and fit a NOTIFICATION
/// without extended messages.
fn quote(message: &[u8], offset: usize, length: usize) -> &[u8] {
    const ROOM: usize = 4096 - 21;
    let tail = message.get(offset..).unwrap_or_default();
    tail.get(..length.min(ROOM).min(tail.len()))
        .unwrap_or_default()
}

/// Why a message could not be encoded. Nothing of the output may be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum EncodeError {
    /// The output buffer is shorter than the message.
    #[error("output buffer is too small")]
    BufferTooSmall,
    /// The message would exceed the limit of the session; for an UPDATE: its
    /// attributes leave no room for a single NLRI (RFC 8654 §4 wants such a
    /// route withdrawn).
    #[error("message exceeds the limit of the session")]
    MessageTooLong,
    /// A value exceeds the length field that must hold it.
    #[error("value exceeds its length field")]
    ValueTooLong,
    /// An NLRI of another family than asked for, or a family that is not made
    /// of prefixes.
    #[error("NLRI does not belong to the family")]
    WrongFamily,
    /// A route without a next hop, or with one that the family cannot carry.
    #[error("no next hop for the family")]
    NoNextHop,
    /// An [`AttributeBlock`](crate::AttributeBlock) with AS numbers of two
    /// octets for a session that has four, or the other way round.
    #[error("attribute block has AS numbers of another width")]
    AsNumberWidth,
}
