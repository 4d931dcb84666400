//! The list of codes. The pages themselves are `codes/CODE.md`.

use super::{Explanation, Layer};
use crate::diagnostic::{Code, Severity};

/// A module of documentation and an entry of the table for each code. A macro,
/// since a page is included twice, and a page that is only shown in one of the two
/// places would be one too few.
macro_rules! catalogue {
    ($($code:literal $module:ident $layer:ident $severity:ident,)*) => {
        $(
            #[doc = include_str!(concat!("../../codes/", $code, ".md"))]
            pub mod $module {}
        )*

        /// Sorted by code, which a test sees to.
        pub(super) static CATALOGUE: &[Explanation] = &[$(
            Explanation {
                code: Code($code),
                layer: Layer::$layer,
                severity: Severity::$severity,
                page: include_str!(concat!("../../codes/", $code, ".md")),
            },
        )*];
    };
}

catalogue! {
    "no-dns" no_dns Lint Warning,
    "unknown-field" unknown_field Decoding Error,
    "wrong-case" wrong_case Decoding Error,
}
