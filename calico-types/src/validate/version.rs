//! Releases of Calico, as far as rules differ between them.

use std::fmt;
use std::str::FromStr;

use crate::Resource;

/// A minor release of Calico: `3.30`.
///
/// From 3.28 to 3.33, which is in the making; what is newer is taken for that.
/// Fields and rules do not change within a minor release, so patches are read
/// and forgotten. Lints take the same release by its numbers:
/// `LintContext::new().with_release(version.major(), version.minor())`.
///
/// ```
/// use calico_types::validate::{Version, VersionError};
///
/// let version: Version = "v3.30.2".parse()?;
/// assert_eq!((version.to_string(), version.minor()), ("3.30".to_owned(), 30));
/// assert_eq!("3.33.0-0.dev".parse(), Ok(Version::HEAD));
/// assert_eq!("v4.1".parse(), Ok(Version::HEAD));
/// assert_eq!("v3.27.5".parse::<Version>(), Err(VersionError::TooOld));
/// assert_eq!("latest".parse::<Version>(), Err(VersionError::NotAVersion));
/// # Ok::<(), VersionError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version {
    minor: u16,
}

/// Why there is no [`Version`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum VersionError {
    /// Not numbers joined by dots.
    #[error("not a version: expected one such as v3.30.2")]
    NotAVersion,
    /// Before the oldest release whose rules are known.
    #[error("the rules of Calico before {} are not known", Version::OLDEST)]
    TooOld,
}

impl Version {
    /// The oldest release whose rules are known, 3.28.
    pub const OLDEST: Self = Self { minor: 28 };
    /// The release in the making, 3.33.
    pub const HEAD: Self = Self { minor: 33 };
    /// The first with tiers.
    pub(crate) const V3_29: Self = Self { minor: 29 };
    /// The first whose API server judges by CEL rules.
    pub(crate) const V3_32: Self = Self { minor: 32 };

    /// All that are known, the oldest first.
    pub fn known() -> impl Iterator<Item = Self> {
        (Self::OLDEST.minor..=Self::HEAD.minor).map(|minor| Self { minor })
    }

    /// The release that numbers name.
    ///
    /// # Errors
    /// [`VersionError::TooOld`] before 3.28.
    pub fn new(major: u16, minor: u16) -> Result<Self, VersionError> {
        let version = match major {
            0..=2 => return Err(VersionError::TooOld),
            3 => Self { minor },
            _ => Self::HEAD,
        };
        if version < Self::OLDEST {
            return Err(VersionError::TooOld);
        }
        Ok(version.min(Self::HEAD))
    }

    /// The release that a cluster runs by its own record, the
    /// `ClusterInformation` among its resources. `None` without that record.
    pub fn of_cluster<'a>(
        resources: impl IntoIterator<Item = &'a Resource>,
    ) -> Option<Result<Self, VersionError>> {
        resources.into_iter().find_map(|resource| {
            let Resource::ClusterInformation(information) = resource else {
                return None;
            };
            Some(information.spec.calico_version.as_deref()?.parse())
        })
    }

    /// The first number: 3.
    #[must_use]
    pub const fn major(self) -> u16 {
        3
    }

    /// The second number.
    #[must_use]
    pub const fn minor(self) -> u16 {
        self.minor
    }
}

/// [`HEAD`](Version::HEAD).
impl Default for Version {
    fn default() -> Self {
        Self::HEAD
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "3.{}", self.minor)
    }
}

impl FromStr for Version {
    type Err = VersionError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.strip_prefix('v').unwrap_or(text);
        // What follows a dash is a build, not a release.
        let numbers = text.split(['-', '+']).next().unwrap_or_default();
        let mut numbers = numbers.split('.').map(|number| {
            let digits = !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit());
            digits.then(|| number.parse().unwrap_or(u16::MAX))
        });
        let (major, minor) = (numbers.next(), numbers.next());
        let (Some(Some(major)), Some(Some(minor))) = (major, minor) else {
            return Err(VersionError::NotAVersion);
        };
        if numbers.any(|patch| patch.is_none()) {
            return Err(VersionError::NotAVersion);
        }
        Self::new(major, minor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_releases_and_builds() {
        for (text, read) in [
            ("3.28", Ok(28)),
            ("v3.28.0", Ok(28)),
            ("3.31.7", Ok(31)),
            ("v3.32.1-7-gabcdef", Ok(32)),
            ("v3.33.0-0.dev-12-g3f", Ok(33)),
            ("v3.99.1", Ok(33)),
            ("4.0", Ok(33)),
            ("99999.1", Ok(33)),
            ("3.27", Err(VersionError::TooOld)),
            ("v2.6.12", Err(VersionError::TooOld)),
            ("3", Err(VersionError::NotAVersion)),
            ("3.", Err(VersionError::NotAVersion)),
            ("3.x", Err(VersionError::NotAVersion)),
            ("3.30.x", Err(VersionError::NotAVersion)),
            ("master", Err(VersionError::NotAVersion)),
            ("", Err(VersionError::NotAVersion)),
            ("+3.30", Err(VersionError::NotAVersion)),
        ] {
            assert_eq!(text.parse::<Version>().map(Version::minor), read, "{text}");
        }
    }
}
