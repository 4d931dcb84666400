//! Calico's routing policy: the built-in export chain, the import default and,
//! with the feature `calico`, BGPFilter resources compiled to filter chains.

mod export;
mod priority;

pub use export::{BuiltIn, ExportContext, Pool, PrefixAdvertisement};
pub use priority::NormalPriority;
