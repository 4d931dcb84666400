#![doc = include_str!("../README.md")]
#![no_std]
#![forbid(unsafe_code)]
#![warn(clippy::indexing_slicing)]

#[cfg(feature = "alloc")]
extern crate alloc;
#[cfg(feature = "std")]
extern crate std;

mod asn;
mod attribute;
mod context;
#[cfg(feature = "dissect")]
pub mod dissect;
mod error;
mod family;
mod frame;
mod message;
mod nlri;
mod notification;
mod open;
mod orf;
mod packer;
mod reader;
mod route_refresh;
mod tlv;
mod update;
mod writer;

pub use asn::Asn;
pub use attribute::{
    Aggregator, AsPathView, AttrSet, AttributeFlags, AttributeType, BfdDiscriminator, BgpLs,
    BgpLsTlv, BgpsecPath, Community, ExtendedCommunity, Ipv6ExtendedCommunity, LargeCommunity,
    ListIter, ListView, MpReachView, MpUnreachView, NextHop, Origin, PeDistinguisherLabels,
    PmsiTunnel, PmsiTunnelId, PrefixSid, PrefixSidTlv, RawAttribute, RiskGroup, SecurePathSegment,
    Segment, SegmentList, SegmentListItem, SegmentType, SegmentView, SignatureBlock,
    SignatureBlocks, SignatureSegment, SignatureSegments, SrgbRange, Srv6Service, Srv6Sid,
    Srv6Structure, Srv6SubTlv, Tunnel, TunnelEncapsulation, TunnelSubTlv, TunnelSubTlvs,
    TunnelType, WireItem,
};
#[cfg(feature = "alloc")]
pub use attribute::{AsPath, AsPathSegment, OtherAttribute, PathAttributes};
pub use context::{
    AsSetPolicy, Context, MAX_EXTENDED_MESSAGE, MAX_MESSAGE, MalformedNlriPolicy, PeerType,
};
pub use error::{DecodeError, DecodeErrorKind, EncodeError};
pub use family::{Afi, Family, FamilySet, Safi};
pub use frame::{Frame, MessageType, keepalive};
pub use message::Message;
pub use nlri::{
    EncodeNlri, Esi, EvpnRoute, FlowComponent, FlowComponents, FlowField, FlowPrefix, FlowSpec,
    FlowTest, FlowTests, Label, LabelStack, LabeledPrefix, LinkState, LinkStateDescriptor,
    LinkStateKind, LinkStateProtocol, MacAddr, MulticastFlags, MulticastFlow, MupRoute, MvpnRoute,
    Nlri, NlriIter, NlriKey, NlriRoutes, NlriView, NodeDescriptor, ParseError, Route,
    RouteDistinguisher, RouteTargetMembership, SrPolicy, VplsRoute, VpnPrefix,
};
#[cfg(feature = "alloc")]
pub use nlri::{FlowSpecBuilder, LinkStateBuilder, NlriBuf};
#[cfg(feature = "alloc")]
pub use notification::Notification;
pub use notification::{NotificationCode, NotificationView};
pub use open::{
    AddPath, AddPathDirection, BgpsecCapability, CapabilityView, ExtendedNextHop,
    GracefulRestartFamily, LongLivedFamily, MultipleLabels, OpenView, OrfFamilies, OrfFamilyView,
    OrfType, PathsLimit, Role,
};
#[cfg(feature = "alloc")]
pub use open::{Capability, Open, OrfFamily};
pub use orf::{OrfEntries, OrfEntry, OrfGroup, OrfGroups, OrfView, PrefixFilter, WhenToRefresh};
#[cfg(feature = "alloc")]
pub use orf::{OrfFilters, OrfRequest};
pub use packer::UpdatePacker;
pub use route_refresh::{RefreshSubtype, RouteRefresh, RouteRefreshView};
pub use tlv::{Tlv, Tlvs};
pub use update::{Announcement, Disposition, Finding, Findings, Routes, UpdateView};
#[cfg(feature = "alloc")]
pub use update::{Attribute, AttributeValue, NlriField, Update};
