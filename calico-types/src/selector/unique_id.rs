//! Unique ids: what Calico names the IP set of a selector by.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha224};

use super::Selector;

impl Selector {
    /// `s:` and the SHA-224 of `s:` + canonical form in unpadded base64url
    /// (Calico's `UniqueID`), 40 characters.
    ///
    /// The order of operands counts, as it does in the canonical form: `a && b`
    /// and `b && a` have different ids although they mean the same.
    ///
    /// ```
    /// use calico_types::selector::Selector;
    ///
    /// let id = |text| Selector::parse(text).map(|s| s.unique_id());
    /// assert_eq!(id("a in {'x', 'y'}")?, id("(a in {'y','x','x'})")?);
    /// assert_ne!(id("has(a) && has(b)")?, id("has(b) && has(a)")?);
    /// # Ok::<(), calico_types::selector::SelectorError>(())
    /// ```
    ///
    /// Equal selectors have equal ids.
    #[must_use]
    pub fn unique_id(&self) -> String {
        let digest = Sha224::digest(format!("s:{self}"));
        format!("s:{}", URL_SAFE_NO_PAD.encode(digest))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Ids that Calico's own code prints.
    #[test]
    fn ids_are_calicos() {
        let id = |text| Selector::parse(text).unwrap().unique_id();
        assert_eq!(id(""), "s:5y5I3VdRZfDU01O--xXAPx2yxCQQqMf0M6IWug");
        assert_eq!(id("a == 'b'"), "s:flMh0m0X_BowkAK_W3j3MgH8oQOsj3WxGDoXCQ");
        assert_eq!(id("has(a)"), "s:JpRGrxZ4kdS6g7WoF-uG_g7qlh2ipw2zGYBMpQ");
    }
}
