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
#[cfg(feature = "bmp")]
pub mod bmp;
#[cfg(feature = "tokio-util")]
mod codec;
mod context;
#[cfg(feature = "dissect")]
pub mod dissect;
mod encode;
mod error;
mod family;
mod frame;
#[cfg(feature = "bytes")]
mod frame_buf;
pub mod manual;
mod message;
#[cfg(feature = "mrt")]
pub mod mrt;
mod nlri;
mod notification;
#[cfg(any(feature = "bmp", feature = "dissect"))]
mod offer;
mod open;
mod orf;
mod packer;
mod reader;
mod route_refresh;
#[cfg(any(feature = "bmp", feature = "mrt"))]
mod stream_buffer;
mod tlv;
mod update;
mod writer;

pub use asn::Asn;
pub use attribute::{
    Aggregator, AsPathView, Asns, AttrSet, AttributeFlags, AttributeType, BfdDiscriminator, BgpLs,
    BgpLsTlv, BgpsecPath, Community, ExtendedCommunity, Ipv6ExtendedCommunity, LargeCommunity,
    ListIter, ListView, MpReachView, MpUnreachView, NextHop, Origin, PathAsns,
    PeDistinguisherLabels, PmsiTunnel, PmsiTunnelId, PrefixSid, PrefixSidTlv, RawAttribute,
    RawAttributes, RiskGroup, SecurePathSegment, Segment, SegmentList, SegmentListItem,
    SegmentListSegments, SegmentType, SegmentView, Segments, SignatureBlock, SignatureBlocks,
    SignatureSegment, SignatureSegments, SrgbRange, Srv6Service, Srv6Sid, Srv6Structure,
    Srv6SubTlv, Tunnel, TunnelEncapsulation, TunnelSubTlv, TunnelSubTlvs, TunnelType, WireItem,
};
#[cfg(feature = "alloc")]
pub use attribute::{AsPath, AsPathSegment, OtherAttribute, PathAttributes};
#[cfg(feature = "tokio-util")]
pub use codec::{BgpCodec, CodecError};
pub use context::{
    AsSetPolicy, Context, MAX_EXTENDED_MESSAGE, MAX_MESSAGE, MalformedNlriPolicy, PeerType,
};
#[cfg(feature = "bytes")]
pub use encode::put_message;
pub use encode::{EncodeMessage, Keepalive};
pub use error::{DecodeError, DecodeErrorKind, EncodeError};
pub use family::{Afi, Families, Family, FamilySet, Safi};
pub use frame::{Frame, MessageType, keepalive};
#[cfg(feature = "bytes")]
pub use frame_buf::FrameBuf;
pub use message::Message;
pub use nlri::{
    EncodeNlri, Esi, EvpnRoute, FlowComponent, FlowComponents, FlowField, FlowPrefix, FlowSpec,
    FlowTest, FlowTests, KeyOctets, Label, LabelStack, LabeledPrefix, LinkState,
    LinkStateDescriptor, LinkStateDescriptors, LinkStateKind, LinkStateProtocol, MacAddr,
    MulticastFlags, MulticastFlow, MupRoute, MvpnRoute, Nlri, NlriIter, NlriKey, NlriRoutes,
    NlriView, NodeDescriptor, ParseError, Route, RouteDistinguisher, RouteTargetMembership,
    SrPolicy, VplsRoute, VpnPrefix,
};
#[cfg(feature = "alloc")]
pub use nlri::{FlowSpecBuilder, LinkStateBuilder, NlriBuf};
#[cfg(feature = "alloc")]
pub use notification::Notification;
pub use notification::{NotificationCode, NotificationView};
pub use open::{
    AddPath, AddPathDirection, BgpsecCapability, Capabilities, CapabilityView, ExtendedNextHop,
    GracefulRestartFamily, LongLivedFamily, MultipleLabels, OpenView, OrfFamilies, OrfFamilyView,
    OrfType, PathsLimit, RawCapabilities, Role,
};
#[cfg(feature = "alloc")]
pub use open::{Capability, Open, OrfFamily};
pub use orf::{OrfEntries, OrfEntry, OrfGroup, OrfGroups, OrfView, PrefixFilter, WhenToRefresh};
#[cfg(feature = "alloc")]
pub use orf::{OrfFilters, OrfRequest};
pub use packer::{EncodeAttributes, UpdatePacker};
pub use route_refresh::{RefreshSubtype, RouteRefresh, RouteRefreshView};
pub use tlv::{Tlv, Tlvs};
pub use update::{
    Announcement, Announcements, AttributeBlock, Attributes, BlockAttributes, Disposition, Finding,
    FindingIter, Findings, Reflection, Routes, UpdateView,
};
#[cfg(feature = "alloc")]
pub use update::{
    Attribute, AttributeBlockBuf, AttributeValue, NlriField, PackedAttributes, Update,
};
