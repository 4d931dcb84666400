//! Labels, however their owner keeps them.

use std::borrow::Borrow;
use std::collections::{BTreeMap, HashMap};
use std::hash::{BuildHasher, Hash};

/// Something that selectors can look at.
///
/// A selector asks for one name at a time, as often as the name stands in it,
/// and stops as soon as the answer is decided. Whatever answers quickly will do:
/// a sorted slice, an interned table, two maps one after the other.
///
/// Names are exact. Where Calico inherits, the endpoint's own label wins, then
/// the first of its profiles, in the order of the list, that has the name.
///
/// ```
/// use calico_types::selector::{Labels, Selector};
/// use std::collections::BTreeMap;
///
/// struct Endpoint {
///     own: BTreeMap<String, String>,
///     profiles: Vec<BTreeMap<String, String>>,
/// }
///
/// impl Labels for Endpoint {
///     fn value(&self, name: &str) -> Option<&str> {
///         let mut all = std::iter::once(&self.own).chain(&self.profiles);
///         all.find_map(|labels| labels.value(name))
///     }
/// }
///
/// let namespace = BTreeMap::from([("pcns.env".to_owned(), "prod".to_owned())]);
/// let endpoint = Endpoint { own: BTreeMap::new(), profiles: vec![namespace] };
/// assert!(Selector::parse("pcns.env == 'prod'")?.matches(&endpoint));
/// # Ok::<(), calico_types::selector::SelectorError>(())
/// ```
///
/// Implement it for a type that inherits labels (an endpoint and its profiles)
/// instead of merging maps.
pub trait Labels {
    /// The value of a label, `None` when it is absent. An empty value is a
    /// value.
    fn value(&self, name: &str) -> Option<&str>;
}

impl<K: Borrow<str> + Ord, V: AsRef<str>> Labels for BTreeMap<K, V> {
    fn value(&self, name: &str) -> Option<&str> {
        self.get(name).map(AsRef::as_ref)
    }
}

impl<K: Borrow<str> + Eq + Hash, V: AsRef<str>, S: BuildHasher> Labels for HashMap<K, V, S> {
    fn value(&self, name: &str) -> Option<&str> {
        self.get(name).map(AsRef::as_ref)
    }
}

/// Pairs in any order; of a name that stands twice the first counts.
impl<K: AsRef<str>, V: AsRef<str>> Labels for [(K, V)] {
    fn value(&self, name: &str) -> Option<&str> {
        let pair = self.iter().find(|(key, _)| key.as_ref() == name)?;
        Some(pair.1.as_ref())
    }
}

impl<K: AsRef<str>, V: AsRef<str>, const N: usize> Labels for [(K, V); N] {
    fn value(&self, name: &str) -> Option<&str> {
        self.as_slice().value(name)
    }
}

impl<K: AsRef<str>, V: AsRef<str>> Labels for Vec<(K, V)> {
    fn value(&self, name: &str) -> Option<&str> {
        self.as_slice().value(name)
    }
}

impl<L: Labels + ?Sized> Labels for &L {
    fn value(&self, name: &str) -> Option<&str> {
        (**self).value(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn owner(labels: &(impl Labels + ?Sized)) -> Option<&str> {
        labels.value("owner")
    }

    #[test]
    fn every_container_answers() {
        let pairs = [("app", "db"), ("owner", "ops")];
        assert_eq!(owner(&pairs), Some("ops"));
        assert_eq!(owner(&pairs.to_vec()), Some("ops"));
        assert_eq!(owner(pairs.as_slice()), Some("ops"));
        assert_eq!(owner(&BTreeMap::from(pairs)), Some("ops"));
        assert_eq!(owner(&HashMap::from(pairs)), Some("ops"));
        let strings: BTreeMap<String, String> =
            BTreeMap::from([("owner".to_owned(), String::new())]);
        assert_eq!(owner(&strings), Some(""));
        assert_eq!(owner(&[("app", "db")]), None);
    }
}
