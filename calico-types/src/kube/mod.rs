//! Resources as objects of a Kubernetes API server (feature `kube`).
//!
//! [`Kube<T>`] is what a client of the `kube` crates works with: `Api<Kube<BGPPeer>>`,
//! reflectors, watchers and controllers. It holds the server's own metadata, whole, and
//! the typed `spec` and `status`. [`From`] and [`TryFrom`] lead to the plain resource and
//! back.
//!
//! Only `kube-core` and `k8s-openapi` are needed, no client. The program says which version
//! of Kubernetes it speaks, by a feature of `k8s-openapi` (`latest`, `v1_37`, …).
//!
//! # Two groups
//!
//! Calico's kinds are served under one of two groups, which is what [`Api`] is told as its
//! `DynamicType`, by `Api::all_with` and `Api::namespaced_with` (`Api::all` takes the
//! default):
//!
//! | | group | who serves it |
//! |---|---|---|
//! | [`ApiGroup::ProjectCalico`], the default | `projectcalico.org/v3` | Calico's aggregated API server; from 3.32 on also custom resources |
//! | [`ApiGroup::Crd`] | `crd.projectcalico.org/v1` | custom resources in which Calico keeps its data where the others are not. Not meant to be written by hand |
//!
//! In the second the resource's metadata is kept in an annotation, names of a few things
//! differ (`IPAMConfig`), and one value (`BlockAffinity`'s `deleted`) is a text. `Kube<T>` has
//! the metadata as the server has it; the conversion to `T` gives Calico's view of it.
//!
//! ```
//! use calico_types::kube::{ApiGroup, Kube};
//! use calico_types::resources::{BGPPeer, IPAMConfiguration};
//! use kube_core::Resource;
//!
//! assert_eq!(Kube::<BGPPeer>::url_path(&ApiGroup::default(), None), "/apis/projectcalico.org/v3/bgppeers");
//! assert_eq!(Kube::<IPAMConfiguration>::kind(&ApiGroup::Crd), "IPAMConfig");
//!
//! let stored = r#"{"apiVersion": "crd.projectcalico.org/v1", "kind": "BGPPeer",
//!     "metadata": {"name": "tor", "annotations":
//!         {"projectcalico.org/metadata": "{\"labels\":{\"rack\":\"1\"}}"}},
//!     "spec": {"peerIP": "10.0.0.1", "asNumber": 64512}}"#;
//! let stored: Kube<BGPPeer> = serde_json::from_str(stored).unwrap();
//! let peer = BGPPeer::try_from(stored).unwrap();
//! assert_eq!(peer.metadata.labels["rack"], "1");
//! ```
//!
//! # Objects that do not fit
//!
//! An API server may hold what Calico would refuse. Reading such an object fails, and with
//! it the list that it is in, as it does in Calico's own clients. A program that must go on
//! asks for `kube_core::DeserializeGuard<Kube<T>>`, which keeps the error beside the
//! object's metadata. Empty texts and nulls, which stand for what is not set, do fit.
//!
//! [`Api`]: https://docs.rs/kube/latest/kube/struct.Api.html

mod error;
mod kinds;
mod metadata;
mod object;

pub use error::KubeError;
pub use kinds::Served;
pub use object::{ApiGroup, Kube};
