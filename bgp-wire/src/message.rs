//! Any message: the dispatch on its type.

use core::fmt;

use crate::{
    Context, DecodeError, Frame, MessageType, NotificationView, OpenView, RouteRefreshView,
    UpdateView,
};

/// A received message of any type, borrowed from the bytes it was read from.
#[derive(Clone, Debug)]
pub enum Message<'a> {
    /// OPEN (RFC 4271 §4.2).
    Open(OpenView<'a>),
    /// UPDATE (RFC 4271 §4.3), with what RFC 7606 makes of it.
    Update(UpdateView<'a>),
    /// NOTIFICATION (RFC 4271 §4.5).
    Notification(NotificationView<'a>),
    /// KEEPALIVE (RFC 4271 §4.4).
    Keepalive,
    /// ROUTE-REFRESH (RFC 2918 §3).
    RouteRefresh(RouteRefreshView<'a>),
}

impl<'a> Message<'a> {
    /// Decodes one whole message, header included.
    ///
    /// # Errors
    /// What ends the session; milder faults of an UPDATE are findings of its
    /// [`UpdateView`].
    pub fn decode(bytes: &'a [u8], context: &Context) -> Result<Self, DecodeError> {
        let frame = Frame::exact(bytes, context.receive_limit)?;
        Ok(match frame.message_type {
            MessageType::Open if context.watched => Self::Open(OpenView::decode_watched(bytes)?),
            MessageType::Open => Self::Open(OpenView::decode(bytes)?),
            MessageType::Update => Self::Update(UpdateView::scan(bytes, context)?),
            MessageType::Notification => Self::Notification(NotificationView::decode(bytes)?),
            MessageType::Keepalive => Self::Keepalive,
            MessageType::RouteRefresh => {
                Self::RouteRefresh(RouteRefreshView::decode(bytes, context)?)
            }
        })
    }

    /// The type of the message.
    #[must_use]
    pub const fn message_type(&self) -> MessageType {
        match self {
            Self::Open(_) => MessageType::Open,
            Self::Update(_) => MessageType::Update,
            Self::Notification(_) => MessageType::Notification,
            Self::Keepalive => MessageType::Keepalive,
            Self::RouteRefresh(_) => MessageType::RouteRefresh,
        }
    }
}

/// One line, beginning with the message type.
impl fmt::Display for Message<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Open(open) => fmt::Display::fmt(open, f),
            Self::Update(update) => fmt::Display::fmt(update, f),
            Self::Notification(notification) => write!(f, "NOTIFICATION {notification}"),
            Self::Keepalive => f.write_str("KEEPALIVE"),
            Self::RouteRefresh(refresh) => fmt::Display::fmt(refresh, f),
        }
    }
}
