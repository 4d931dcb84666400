//! Attributes as users meet them: the fields, shared.
//!
//! The tables hold a leaner form ([`AttributeSet`](crate::attribute_set::AttributeSet)),
//! from which these are made on request.

use crate::attribute_set::AttributeSet;
use bgp_wire::PathAttributes;
use std::ops::Deref;
use std::sync::Arc;

/// A shared, immutable attribute set. Cloning is one reference count; it reads
/// like the [`PathAttributes`] it holds. Made when somebody asks for a route, so
/// it costs the tables nothing.
///
/// ```
/// use bgp_rib::Attributes;
/// use bgp_wire::PathAttributes;
///
/// let set = Attributes::new(PathAttributes { med: Some(5), ..PathAttributes::default() });
/// assert_eq!(set.clone().med, Some(5));
/// ```
#[derive(Debug, Clone)]
pub struct Attributes(Arc<PathAttributes>);

impl Attributes {
    /// Wraps attributes.
    #[must_use]
    pub fn new(attributes: PathAttributes) -> Self {
        Self(Arc::new(attributes))
    }
}

impl From<&AttributeSet> for Attributes {
    fn from(set: &AttributeSet) -> Self {
        Self::new(set.packed().to_path_attributes())
    }
}

impl Deref for Attributes {
    type Target = PathAttributes;

    fn deref(&self) -> &PathAttributes {
        &self.0
    }
}

impl PartialEq for Attributes {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || self.0 == other.0
    }
}

impl Eq for Attributes {}
