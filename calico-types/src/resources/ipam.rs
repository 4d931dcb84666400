//! The bookkeeping of IPAM: blocks, affinities, handles and settings.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use ipnet::IpNet;
use serde::{Deserialize, Serialize};

use super::switch::Switch;
use crate::given::Given;
use crate::metadata::Metadata;
use crate::resources::Kind;

/// A block of addresses and who has them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IPAMBlock {
    /// Name, labels and annotations.
    #[serde(default)]
    pub metadata: Metadata,
    /// What is wanted.
    pub spec: IPAMBlockSpec,
}

impl Kind for IPAMBlock {
    const KIND: &'static str = "IPAMBlock";
    const NAMESPACED: bool = false;

    fn metadata(&self) -> &Metadata {
        &self.metadata
    }
}

/// See [`IPAMBlock`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct IPAMBlockSpec {
    /// The block.
    pub cidr: IpNet,
    /// Who owns the block.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub affinity: Option<BlockOwner>,
    /// RFC 3339 time at which it was claimed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub affinity_claim_time: Option<String>,
    /// For each address an index into `attributes`, or nothing.
    #[serde(default, skip_serializing_if = "Given::is_absent")]
    pub allocations: Given<Vec<Option<u32>>>,
    /// Offsets of free addresses, the next one first.
    #[serde(default, skip_serializing_if = "Given::is_absent")]
    pub unallocated: Given<Vec<u32>>,
    /// What is known about the allocations.
    #[serde(default, skip_serializing_if = "Given::is_absent")]
    pub attributes: Given<Vec<AllocationAttribute>>,
    /// Counts changes of the block.
    #[serde(default, skip_serializing_if = "Given::is_absent")]
    pub sequence_number: Given<i64>,
    /// `sequence_number` at the time of each allocation, by offset.
    #[serde(default, skip_serializing_if = "Given::is_absent")]
    pub sequence_number_for_allocation: Given<BTreeMap<String, i64>>,
    /// Whether the block is being removed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deleted: Option<bool>,
    /// Whether only the owner may use it.
    #[serde(default)]
    pub strict_affinity: bool,
}

/// Who owns a block, written `host:NODE` or `virtual:NAME`.
///
/// ```
/// use calico_types::resources::BlockOwner;
/// let owner: BlockOwner = "host:node-1".parse().unwrap();
/// assert_eq!(owner, BlockOwner::Host("node-1".into()));
/// assert_eq!(owner.to_string(), "host:node-1");
/// assert!("node-1".parse::<BlockOwner>().is_err());
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum BlockOwner {
    /// A node.
    Host(String),
    /// Something that is no node, such as the addresses of services.
    Virtual(String),
}

/// Text that is neither `host:NODE` nor `virtual:NAME`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an owner of a block: expected host:NODE or virtual:NAME")]
pub struct ParseBlockOwnerError;

impl FromStr for BlockOwner {
    type Err = ParseBlockOwnerError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.split_once(':') {
            Some(("host", name)) if !name.is_empty() => Ok(Self::Host(name.to_owned())),
            Some(("virtual", name)) if !name.is_empty() => Ok(Self::Virtual(name.to_owned())),
            Some(_) | None => Err(ParseBlockOwnerError),
        }
    }
}

impl fmt::Display for BlockOwner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Host(name) => write!(f, "host:{name}"),
            Self::Virtual(name) => write!(f, "virtual:{name}"),
        }
    }
}

impl TryFrom<String> for BlockOwner {
    type Error = ParseBlockOwnerError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<BlockOwner> for String {
    fn from(owner: BlockOwner) -> Self {
        owner.to_string()
    }
}

/// What is known about an allocation.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AllocationAttribute {
    /// The handle that holds it.
    #[serde(rename = "handle_id", skip_serializing_if = "Option::is_none")]
    pub handle_id: Option<String>,
    /// Node, pod and namespace.
    #[serde(default, skip_serializing_if = "Given::is_absent")]
    pub secondary: Given<BTreeMap<String, String>>,
    /// The same of a second owner during live migration.
    #[serde(default, skip_serializing_if = "Given::is_absent")]
    pub alternate_owner_attrs: Given<BTreeMap<String, String>>,
    /// RFC 3339 time of release, while the address cools down.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub released_at: Option<String>,
}

/// The claim of a node on a block.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BlockAffinity {
    /// Name, labels and annotations.
    #[serde(default)]
    pub metadata: Metadata,
    /// What is wanted.
    pub spec: BlockAffinitySpec,
}

impl Kind for BlockAffinity {
    const KIND: &'static str = "BlockAffinity";
    const NAMESPACED: bool = false;

    fn metadata(&self) -> &Metadata {
        &self.metadata
    }
}

/// See [`BlockAffinity`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct BlockAffinitySpec {
    /// How far the claim is.
    #[serde(default)]
    pub state: AffinityState,
    /// The node, or the virtual owner.
    #[serde(default)]
    pub node: String,
    /// `host` or `virtual`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub r#type: Option<String>,
    /// The block.
    pub cidr: IpNet,
    /// Whether the claim is being removed.
    #[serde(default)]
    pub deleted: bool,
}

/// How far a claim on a block is.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(rename_all = "camelCase")]
pub enum AffinityState {
    /// As releases wrote it that knew no other.
    #[default]
    #[serde(rename = "")]
    Unspecified,
    /// The block is the node's.
    Confirmed,
    /// The node is about to take the block.
    Pending,
    /// The node is about to give the block up.
    PendingDeletion,
}

/// All addresses that were taken together.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct IPAMHandle {
    /// Name, labels and annotations.
    #[serde(default)]
    pub metadata: Metadata,
    /// What is wanted.
    #[serde(default)]
    pub spec: IPAMHandleSpec,
}

impl Kind for IPAMHandle {
    const KIND: &'static str = "IPAMHandle";
    const NAMESPACED: bool = false;

    fn metadata(&self) -> &Metadata {
        &self.metadata
    }
}

/// See [`IPAMHandle`].
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct IPAMHandleSpec {
    /// The handle.
    #[serde(rename = "handleID", default)]
    pub handle_id: String,
    /// How many addresses it holds, by block.
    #[serde(default, skip_serializing_if = "Given::is_absent")]
    pub block: Given<BTreeMap<String, i64>>,
    /// Whether the handle is being removed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deleted: Option<bool>,
}

/// Settings of IPAM.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct IPAMConfiguration {
    /// Name, labels and annotations.
    #[serde(default)]
    pub metadata: Metadata,
    /// What is wanted.
    #[serde(default)]
    pub spec: IPAMConfigurationSpec,
}

impl Kind for IPAMConfiguration {
    const KIND: &'static str = "IPAMConfiguration";
    const NAMESPACED: bool = false;

    fn metadata(&self) -> &Metadata {
        &self.metadata
    }
}

/// See [`IPAMConfiguration`].
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct IPAMConfigurationSpec {
    /// Whether a node only uses its own blocks.
    #[serde(default)]
    pub strict_affinity: bool,
    /// Whether nodes claim blocks unasked; default true.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auto_allocate_blocks: Option<bool>,
    /// A limit; 0 means none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_blocks_per_host: Option<i32>,
    /// Whether virtual machines keep their addresses.
    #[serde(
        rename = "kubeVirtVMAddressPersistence",
        skip_serializing_if = "Option::is_none"
    )]
    pub kube_virt_vm_address_persistence: Option<Switch>,
    /// How long a released address rests, 0..1200.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ip_cooldown_seconds: Option<i32>,
}
