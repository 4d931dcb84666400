//! What stands around BGP messages.

use crate::wire::{bmp_laws, dissection_laws, mrt_laws};

/// Reads the bytes as what a router tells a station.
///
/// # Panics
///
/// When a promise is broken; see [`bmp_laws`].
pub fn bmp(data: &[u8]) {
    bmp_laws(data);
}

/// Reads the bytes as an MRT archive.
///
/// # Panics
///
/// When a promise is broken; see [`mrt_laws`].
pub fn mrt(data: &[u8]) {
    mrt_laws(data);
}

/// Dissects the bytes, as BGP and as BMP.
///
/// # Panics
///
/// When a promise is broken; see [`dissection_laws`].
pub fn dissection(data: &[u8]) {
    dissection_laws(data);
}
