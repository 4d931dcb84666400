//! Numbers as Go prints them: whole ones without a point.
//!
//! A serde adapter. `order: 10` is read as a floating-point number, and is to
//! be printed as it was written.

use serde::Serializer;

/// The largest magnitude below which every whole number is one of these.
const EXACT: f64 = 9_007_199_254_740_992.0;

pub(crate) fn serialize<S: Serializer>(
    number: &Option<f64>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match *number {
        None => serializer.serialize_none(),
        // Whole, and within the range of both types.
        Some(number) if number.fract() == 0.0 && number.abs() < EXACT => {
            serializer.serialize_i64(number as i64)
        }
        Some(number) => serializer.serialize_f64(number),
    }
}
