//! Values that may be left out of a document.

use std::fmt;
use std::ops::{Deref, DerefMut};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A list, mapping, object or text that knows whether it was written down.
///
/// An absent list means to Calico what an empty one means; but an API server
/// keeps the two apart, and so does whoever compares documents. This type reads
/// as what it holds, and prints what was read.
///
/// ```
/// use calico_types::Given;
/// use calico_types::resources::BGPPeerSpec;
///
/// let absent: BGPPeerSpec = serde_json::from_str("{}")?;
/// let empty: BGPPeerSpec = serde_json::from_str(r#"{"filters":[]}"#)?;
/// assert!(absent.filters.is_empty() && empty.filters.is_empty());
/// assert_ne!(absent.filters, empty.filters);
/// assert_eq!(serde_json::to_string(&empty)?, r#"{"filters":[]}"#);
///
/// let named: Given<Vec<String>> = vec!["keep-out".to_owned()].into();
/// assert_eq!(named[0], "keep-out");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Given<T> {
    value: T,
    given: bool,
}

impl<T: Default + PartialEq> Given<T> {
    /// Given where it holds something, absent where it is empty: what most would
    /// write by hand.
    #[must_use]
    pub fn filled(value: T) -> Self {
        Self {
            given: value != T::default(),
            value,
        }
    }
}

impl<T> Given<T> {
    /// Whether it was written down, be it empty.
    #[must_use]
    pub const fn is_given(&self) -> bool {
        self.given
    }

    /// Whether it was left out. Takes a reference, for serde.
    #[must_use]
    pub const fn is_absent(&self) -> bool {
        !self.given
    }

    /// What it holds.
    #[must_use]
    pub fn into_inner(self) -> T {
        self.value
    }
}

impl<T> From<T> for Given<T> {
    fn from(value: T) -> Self {
        Self { value, given: true }
    }
}

impl<T> Deref for Given<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

/// Whoever writes to it gives it.
impl<T> DerefMut for Given<T> {
    fn deref_mut(&mut self) -> &mut T {
        self.given = true;
        &mut self.value
    }
}

impl<T: FromIterator<A>, A> FromIterator<A> for Given<T> {
    fn from_iter<I: IntoIterator<Item = A>>(items: I) -> Self {
        Self::from(items.into_iter().collect::<T>())
    }
}

impl<T: IntoIterator> IntoIterator for Given<T> {
    type Item = T::Item;
    type IntoIter = T::IntoIter;

    fn into_iter(self) -> T::IntoIter {
        self.value.into_iter()
    }
}

impl<'a, T> IntoIterator for &'a Given<T>
where
    &'a T: IntoIterator,
{
    type Item = <&'a T as IntoIterator>::Item;
    type IntoIter = <&'a T as IntoIterator>::IntoIter;

    fn into_iter(self) -> Self::IntoIter {
        (&self.value).into_iter()
    }
}

impl<T: PartialEq> PartialEq<T> for Given<T> {
    fn eq(&self, other: &T) -> bool {
        self.value == *other
    }
}

impl<T: PartialEq<U>, U, const N: usize> PartialEq<[U; N]> for Given<Vec<T>> {
    fn eq(&self, other: &[U; N]) -> bool {
        self.value == *other
    }
}

impl<T: fmt::Debug> fmt::Debug for Given<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.value.fmt(f)
    }
}

impl<T: fmt::Display> fmt::Display for Given<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.value.fmt(f)
    }
}

impl<T: Serialize> Serialize for Given<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.value.serialize(serializer)
    }
}

/// Null is as good as absent.
impl<'de, T: Deserialize<'de> + Default> Deserialize<'de> for Given<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Option::<T>::deserialize(deserializer)?
            .map(Self::from)
            .unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Holder {
        #[serde(default, skip_serializing_if = "Given::is_absent")]
        list: Given<Vec<u8>>,
    }

    #[test]
    fn prints_what_was_read() {
        for (text, printed, given) in [
            ("{}", "{}", false),
            (r#"{"list":null}"#, "{}", false),
            (r#"{"list":[]}"#, r#"{"list":[]}"#, true),
            (r#"{"list":[1]}"#, r#"{"list":[1]}"#, true),
        ] {
            let holder: Holder = serde_json::from_str(text).unwrap();
            assert_eq!(holder.list.is_given(), given, "{text}");
            assert_eq!(serde_json::to_string(&holder).unwrap(), printed);
        }
    }

    #[test]
    fn is_given_by_whoever_writes() {
        let mut list: Given<Vec<u8>> = Given::default();
        list.push(1);
        assert_eq!(list, Given::from(vec![1]));
        assert_eq!(Given::filled(vec![0_u8; 0]), Given::default());
        assert!(Given::<Vec<u8>>::from(Vec::new()).is_given());
        assert_eq!([1, 2].into_iter().collect::<Given<Vec<u8>>>(), [1, 2]);
    }
}
