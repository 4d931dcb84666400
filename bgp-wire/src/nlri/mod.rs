//! NLRI: the routes of an UPDATE, of every family (RFC 4271 §4.3, RFC 4760 §5).
//!
//! ```text
//! +----------------------------+------------------------------------------+
//! | Path identifier (4, where  | NLRI, in the form of its family          |
//! | ADD-PATH is negotiated)    |                                          |
//! +----------------------------+------------------------------------------+
//! ```
//!
//! A [`NlriView`] borrows one and knows where it ends; [`NlriView::route`]
//! decodes what is inside. Plain prefixes have a shorter way, [`Nlri`].

#[cfg(feature = "alloc")]
mod buf;
mod check;
mod distinguisher;
mod encode;
mod error;
mod ethernet;
mod evpn;
mod field;
mod flow_spec;
mod framing;
mod key;
mod label;
mod labeled;
mod link_state;
mod mup;
mod mvpn;
mod prefix;
mod route;
mod route_target;
mod sr_policy;
mod view;
mod vpls;

#[cfg(feature = "alloc")]
pub use buf::NlriBuf;
pub use check::NlriRoutes;
pub(crate) use check::{Unparsable, check};
pub use distinguisher::RouteDistinguisher;
pub use encode::EncodeNlri;
pub(crate) use error::Malformed;
pub use error::ParseError;
pub use ethernet::{Esi, MacAddr};
pub use evpn::{EvpnRoute, MulticastFlags, MulticastFlow};
#[cfg(feature = "dissect")]
pub(crate) use field::prefix as read_prefix;
pub(crate) use field::{Hex, put_address};
#[cfg(feature = "alloc")]
pub(crate) use field::{afi_of_prefix, put_prefix};
#[cfg(feature = "alloc")]
pub use flow_spec::FlowSpecBuilder;
pub use flow_spec::{
    FlowComponent, FlowComponents, FlowField, FlowPrefix, FlowSpec, FlowTest, FlowTests,
};
#[cfg(feature = "mrt")]
pub(crate) use framing::{is_framed, one};
pub use key::{KeyOctets, NlriKey};
pub use label::{Label, LabelStack};
#[cfg(feature = "dissect")]
pub(crate) use labeled::count_labels;
pub use labeled::{LabeledPrefix, VpnPrefix};
#[cfg(feature = "alloc")]
pub use link_state::LinkStateBuilder;
pub use link_state::{
    LinkState, LinkStateDescriptor, LinkStateDescriptors, LinkStateKind, LinkStateProtocol,
    NodeDescriptor,
};
pub use mup::MupRoute;
pub use mvpn::MvpnRoute;
pub use prefix::Nlri;
pub(crate) use prefix::{Prefixes, check as check_prefixes};
pub use route::Route;
pub use route_target::RouteTargetMembership;
pub use sr_policy::SrPolicy;
pub(crate) use view::LabelForm;
pub use view::{NlriIter, NlriView};
pub use vpls::VplsRoute;
