//! Pictures of the report, as SVG inside the page.
//!
//! Colours and strokes come from classes that the page's style sheet defines for light
//! and dark; no picture tells anything by colour alone. Each has a title and a
//! description for those who do not see it.

mod canvas;
mod matrix;
mod mtu;
mod timeline;

pub use canvas::Canvas;
pub use matrix::{Cell, Matrix};
pub use mtu::{Bar, Bars};
pub use timeline::{Series, Timeline};
