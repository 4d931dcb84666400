//! What can be wrong with an NLRI: on the wire, and as text.

/// How bad an NLRI is that cannot be decoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Malformed {
    /// The field as a whole cannot be trusted: session reset or AFI/SAFI
    /// disable (RFC 7606 §5.3).
    Field,
    /// Session reset, whatever the policy (RFC 9251 §9.7).
    Session,
    /// The UPDATE is treated as a withdrawal (RFC 9830 §5).
    Withdraw,
    /// This NLRI alone is discarded (RFC 9552 §8.2.2).
    Discard,
}

/// Why a text is not what it should be: an NLRI, a part of one, a community.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum ParseError {
    /// The text has not the form of what it should be.
    #[error("not in the form that it should have")]
    Form,
    /// A route type that does not exist, or has no text.
    #[error("unknown route type")]
    Type,
    /// A field that must be there is not.
    #[error("{0} is missing")]
    Missing(&'static str),
    /// A field has a value that it cannot have.
    #[error("{0} is not valid")]
    Invalid(&'static str),
    /// A field that the route does not have.
    #[error("a field that the route does not have")]
    Unexpected,
    /// A family whose routes have no text.
    #[error("routes of this family have no text")]
    Family,
}
