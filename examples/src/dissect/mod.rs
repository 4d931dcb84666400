//! The program `dissect`: what each octet of BGP messages means, from hex digits, captures or
//! archives.

mod arguments;
mod capture;
mod hex;
mod input;
mod report;
mod tcp;

pub use arguments::{Arguments, Command, Format, HELP};
pub use capture::CaptureError;
pub use hex::{HexError, octets};
pub use input::{InputError, dissect};
pub use report::Report;
