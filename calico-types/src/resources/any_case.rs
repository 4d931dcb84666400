//! Words that Calico reads without regard to case.

/// A text that is none of an enumeration's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not one of {}", .words.join(", "))]
pub struct UnknownWord {
    /// The words there are.
    pub words: &'static [&'static str],
}

/// Declares such an enumeration. Its variants are the words, which is how it prints
/// them. A macro, since fifteen of them differ in nothing else.
macro_rules! any_case {
    ($($(#[$doc:meta])* $name:ident { $($(#[$about:meta])* $variant:ident,)* })*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        #[serde(try_from = "String")]
        pub enum $name { $($(#[$about])* $variant,)* }

        impl $name {
            const WORDS: &'static [&'static str] = &[$(stringify!($variant)),*];
        }

        impl std::str::FromStr for $name {
            type Err = $crate::resources::UnknownWord;

            fn from_str(text: &str) -> Result<Self, $crate::resources::UnknownWord> {
                $(if text.eq_ignore_ascii_case(stringify!($variant)) {
                    return Ok(Self::$variant);
                })*
                Err($crate::resources::UnknownWord { words: Self::WORDS })
            }
        }

        impl TryFrom<String> for $name {
            type Error = $crate::resources::UnknownWord;

            fn try_from(text: String) -> Result<Self, $crate::resources::UnknownWord> {
                text.parse()
            }
        }
    )*};
}

pub(super) use any_case;

any_case! {
    /// What BIRD and Felix write to their logs: this and worse. In a manifest in any case.
    LogSeverity {
        /// Everything.
        Trace,
        /// What helps to find mistakes.
        Debug,
        /// What happens.
        Info,
        /// What should not happen.
        Warning,
        /// What failed.
        Error,
        /// What ended the program.
        Fatal,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_any_case_and_prints_one() {
        let severity: LogSeverity = serde_json::from_str(r#""WARNING""#).unwrap();
        assert_eq!(severity, LogSeverity::Warning);
        assert_eq!(serde_json::to_string(&severity).unwrap(), r#""Warning""#);
    }

    #[test]
    fn unknown_words_are_refused_and_the_known_named() {
        let error = serde_json::from_str::<LogSeverity>(r#""Loud""#).unwrap_err();
        assert!(error.to_string().starts_with("not one of Trace, Debug"));
    }
}
