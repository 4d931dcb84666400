//! A manual: how the crate is used, what it covers, and what it was built against.
//!
//! * [`tour`]: parse a message, walk an UPDATE, build one, pass one on, read an archive, watch a router.
//! * [`coverage`]: every RFC, and where it is here.
//! * [`malformed`]: messages that broke other routers, and what is made of them here.
//!
//! There is no code in these modules.

#[doc = include_str!("../docs/coverage.md")]
pub mod coverage {}

#[doc = include_str!("../docs/malformed.md")]
pub mod malformed {}

#[doc = include_str!("../docs/tour.md")]
#[cfg_attr(feature = "mrt", doc = include_str!("../docs/tour-mrt.md"))]
#[cfg_attr(feature = "bmp", doc = include_str!("../docs/tour-bmp.md"))]
pub mod tour {}
