//! Error codes and subcodes, with their names in the IANA registry.

use core::fmt;

/// An error code with its subcode.
///
/// ```
/// use bgp_wire::NotificationCode;
/// let code = NotificationCode::ADMINISTRATIVE_SHUTDOWN;
/// assert_eq!((code.code, code.subcode), (6, 2));
/// assert_eq!(code.to_string(), "Cease / Administrative Shutdown");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct NotificationCode {
    /// Error code.
    pub code: u8,
    /// Error subcode; 0 is "unspecific".
    pub subcode: u8,
}

/// Shorthand for the constants and the table of names.
const fn code(code: u8, subcode: u8) -> NotificationCode {
    NotificationCode { code, subcode }
}

impl NotificationCode {
    /// The marker is not all ones (RFC 4271 §6.1).
    pub const CONNECTION_NOT_SYNCHRONIZED: Self = code(1, 1);
    /// A length that the message type cannot have (RFC 4271 §6.1).
    pub const BAD_MESSAGE_LENGTH: Self = code(1, 2);
    /// An unknown message type (RFC 4271 §6.1).
    pub const BAD_MESSAGE_TYPE: Self = code(1, 3);
    /// A fault of the OPEN without a subcode of its own (RFC 4271 §6.2).
    pub const OPEN_MESSAGE_ERROR: Self = code(2, 0);
    /// The version is not 4.
    pub const UNSUPPORTED_VERSION: Self = code(2, 1);
    /// Not the AS that was configured, or AS 0.
    pub const BAD_PEER_AS: Self = code(2, 2);
    /// Identifier 0, or our own on an internal session (RFC 6286 §2.2).
    pub const BAD_BGP_IDENTIFIER: Self = code(2, 3);
    /// An optional parameter that is not Capabilities.
    pub const UNSUPPORTED_OPTIONAL_PARAMETER: Self = code(2, 4);
    /// Hold time of 1 or 2 seconds, or one that is not wanted.
    pub const UNACCEPTABLE_HOLD_TIME: Self = code(2, 6);
    /// A capability that we require is missing (RFC 5492 §5).
    pub const UNSUPPORTED_CAPABILITY: Self = code(2, 7);
    /// The roles do not fit each other (RFC 9234 §4.2).
    pub const ROLE_MISMATCH: Self = code(2, 11);
    /// The attribute list cannot be read (RFC 4271 §6.3).
    pub const MALFORMED_ATTRIBUTE_LIST: Self = code(3, 1);
    /// A well-known attribute that is not known.
    pub const UNRECOGNIZED_WELL_KNOWN_ATTRIBUTE: Self = code(3, 2);
    /// A mandatory attribute is missing.
    pub const MISSING_WELL_KNOWN_ATTRIBUTE: Self = code(3, 3);
    /// Attribute flags conflict with the type.
    pub const ATTRIBUTE_FLAGS_ERROR: Self = code(3, 4);
    /// Attribute length conflicts with the type.
    pub const ATTRIBUTE_LENGTH_ERROR: Self = code(3, 5);
    /// Undefined ORIGIN.
    pub const INVALID_ORIGIN: Self = code(3, 6);
    /// NEXT_HOP syntactically wrong.
    pub const INVALID_NEXT_HOP: Self = code(3, 8);
    /// The value of an optional attribute is wrong.
    pub const OPTIONAL_ATTRIBUTE_ERROR: Self = code(3, 9);
    /// A prefix that cannot be parsed.
    pub const INVALID_NETWORK_FIELD: Self = code(3, 10);
    /// AS_PATH syntactically wrong.
    pub const MALFORMED_AS_PATH: Self = code(3, 11);
    /// Nothing was heard for the hold time (RFC 4271 §6.5).
    pub const HOLD_TIMER_EXPIRED: Self = code(4, 0);
    /// Unexpected message in OpenSent (RFC 6608 §4).
    pub const UNEXPECTED_IN_OPEN_SENT: Self = code(5, 1);
    /// Unexpected message in OpenConfirm (RFC 6608 §4).
    pub const UNEXPECTED_IN_OPEN_CONFIRM: Self = code(5, 2);
    /// Unexpected message in Established (RFC 6608 §4).
    pub const UNEXPECTED_IN_ESTABLISHED: Self = code(5, 3);
    /// Too many prefixes (RFC 4486 §4).
    pub const MAXIMUM_PREFIXES_REACHED: Self = code(6, 1);
    /// Stopped by an operator; may carry a text (RFC 9003 §2).
    pub const ADMINISTRATIVE_SHUTDOWN: Self = code(6, 2);
    /// The peer is no longer configured (RFC 4486 §4).
    pub const PEER_DECONFIGURED: Self = code(6, 3);
    /// Restarted by an operator; may carry a text (RFC 9003 §2).
    pub const ADMINISTRATIVE_RESET: Self = code(6, 4);
    /// The connection is not wanted (RFC 4486 §4).
    pub const CONNECTION_REJECTED: Self = code(6, 5);
    /// Another configuration change (RFC 4486 §4).
    pub const OTHER_CONFIGURATION_CHANGE: Self = code(6, 6);
    /// Lost a connection collision (RFC 4271 §6.8).
    pub const CONNECTION_COLLISION_RESOLUTION: Self = code(6, 7);
    /// Out of memory or the like (RFC 4486 §4).
    pub const OUT_OF_RESOURCES: Self = code(6, 8);
    /// Ends the session without graceful restart (RFC 8538 §3.1).
    pub const HARD_RESET: Self = code(6, 9);
    /// BFD declared the path down (RFC 9384).
    pub const BFD_DOWN: Self = code(6, 10);
    /// BoRR or EoRR of wrong length (RFC 7313 §5).
    pub const INVALID_ROUTE_REFRESH_LENGTH: Self = code(7, 1);
    /// Nothing could be sent for the send hold time (RFC 9687).
    pub const SEND_HOLD_TIMER_EXPIRED: Self = code(8, 0);

    /// Name of the error code alone.
    #[must_use]
    pub const fn code_name(self) -> Option<&'static str> {
        Some(match self.code {
            1 => "Message Header Error",
            2 => "OPEN Message Error",
            3 => "UPDATE Message Error",
            4 => "Hold Timer Expired",
            5 => "Finite State Machine Error",
            6 => "Cease",
            7 => "ROUTE-REFRESH Message Error",
            8 => "Send Hold Timer Expired",
            _ => return None,
        })
    }

    /// Name of the subcode, where it has one.
    #[must_use]
    pub fn subcode_name(self) -> Option<&'static str> {
        SUBCODES
            .iter()
            .find(|(code, _)| *code == self)
            .map(|(_, name)| *name)
    }
}

/// Every subcode with its name in the IANA registry.
const SUBCODES: [(NotificationCode, &str); 36] = [
    (code(1, 1), "Connection Not Synchronized"),
    (code(1, 2), "Bad Message Length"),
    (code(1, 3), "Bad Message Type"),
    (code(2, 1), "Unsupported Version Number"),
    (code(2, 2), "Bad Peer AS"),
    (code(2, 3), "Bad BGP Identifier"),
    (code(2, 4), "Unsupported Optional Parameter"),
    (code(2, 5), "Authentication Failure"),
    (code(2, 6), "Unacceptable Hold Time"),
    (code(2, 7), "Unsupported Capability"),
    (code(2, 11), "Role Mismatch"),
    (code(3, 1), "Malformed Attribute List"),
    (code(3, 2), "Unrecognized Well-known Attribute"),
    (code(3, 3), "Missing Well-known Attribute"),
    (code(3, 4), "Attribute Flags Error"),
    (code(3, 5), "Attribute Length Error"),
    (code(3, 6), "Invalid ORIGIN Attribute"),
    (code(3, 7), "AS Routing Loop"),
    (code(3, 8), "Invalid NEXT_HOP Attribute"),
    (code(3, 9), "Optional Attribute Error"),
    (code(3, 10), "Invalid Network Field"),
    (code(3, 11), "Malformed AS_PATH"),
    (code(5, 1), "Receive Unexpected Message in OpenSent State"),
    (
        code(5, 2),
        "Receive Unexpected Message in OpenConfirm State",
    ),
    (
        code(5, 3),
        "Receive Unexpected Message in Established State",
    ),
    (code(6, 1), "Maximum Number of Prefixes Reached"),
    (code(6, 2), "Administrative Shutdown"),
    (code(6, 3), "Peer De-configured"),
    (code(6, 4), "Administrative Reset"),
    (code(6, 5), "Connection Rejected"),
    (code(6, 6), "Other Configuration Change"),
    (code(6, 7), "Connection Collision Resolution"),
    (code(6, 8), "Out of Resources"),
    (code(6, 9), "Hard Reset"),
    (code(6, 10), "BFD Down"),
    (code(7, 1), "Invalid Message Length"),
];

impl fmt::Display for NotificationCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.code_name() {
            Some(name) => f.write_str(name)?,
            None => write!(f, "code {}", self.code)?,
        }
        match (self.subcode_name(), self.subcode) {
            (Some(name), _) => write!(f, " / {name}"),
            (None, 0) => Ok(()),
            (None, subcode) => write!(f, " / subcode {subcode}"),
        }
    }
}

#[cfg(all(test, feature = "alloc"))]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn unknown_codes_print_as_numbers() {
        assert_eq!(code(9, 7).to_string(), "code 9 / subcode 7");
        assert_eq!(code(4, 0).to_string(), "Hold Timer Expired");
    }

    #[test]
    fn every_subcode_is_named_once() {
        for (at, (code, _)) in SUBCODES.iter().enumerate() {
            assert!(
                SUBCODES.iter().skip(at + 1).all(|(other, _)| other != code),
                "{code}"
            );
        }
    }
}
