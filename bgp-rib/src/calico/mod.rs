//! Calico's routing policy: the built-in export chain, the import default and,
//! with the feature `calico`, BGPFilter resources compiled to filter chains.

#[cfg(feature = "calico")]
mod compile;
#[cfg(feature = "calico")]
mod diagnostic;
mod export;
mod priority;
#[cfg(feature = "calico")]
mod rule;

#[cfg(feature = "calico")]
pub use compile::{Compiled, export_chain, import_chain};
#[cfg(feature = "calico")]
pub use diagnostic::{FilterDiagnostic, FilterProblem};
pub use export::{BuiltIn, ExportContext, Pool, PrefixAdvertisement};
pub use priority::NormalPriority;
