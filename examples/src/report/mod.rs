//! The report of the main job: what was found, as data, as text, as JSON, as a page.

mod markup;
pub mod svg;
mod table;

pub use markup::{Markup, escape};
pub use table::{Align, Table};
