//! UPDATE messages (RFC 4271 §4.3) and their error handling (RFC 7606).

mod finding;
mod routes;
mod rules;
mod scan;
mod view;

pub use finding::{Disposition, Finding, Findings};
pub use routes::{Announcement, Routes};
pub use view::UpdateView;
