//! Owned NLRI of any family.

use alloc::vec::Vec;
use core::cmp::Ordering;
use core::fmt;
use core::hash::{Hash, Hasher};
use core::str::FromStr;

use ipnet::IpNet;

#[cfg(feature = "serde")]
use crate::nlri::framing::Framing;
use crate::nlri::{
    FlowSpecBuilder, LabelForm, NlriKey, NlriView, ParseError, Route, RouteTargetMembership,
};
#[cfg(feature = "serde")]
use crate::reader::Reader;
use crate::{Afi, EncodeError, Family, Nlri, Safi};

/// An NLRI of any family, owned in its wire form.
///
/// What was received is kept octet for octet; what is built from a [`Route`] is
/// in canonical form. Equality, order and hash are those of its key
/// ([`NlriBuf::key`]) and then of all its octets.
///
/// ```
/// use bgp_wire::{Afi, Family, NlriBuf, Route, Safi};
/// let family = Family::new(Afi::L2VPN, Safi::EVPN);
/// let text = "[type:multicast][rd:192.0.2.1:10][etag:0][ip:192.0.2.1]";
/// let nlri = NlriBuf::parse(family, text)?;
/// assert!(matches!(nlri.view().route(), Route::Evpn(_)));
/// assert_eq!(nlri.to_string(), text);
/// # Ok::<(), bgp_wire::ParseError>(())
/// ```
#[derive(Clone)]
pub struct NlriBuf {
    family: Family,
    path_id: Option<u32>,
    octets: Vec<u8>,
    form: LabelForm,
}

impl NlriBuf {
    /// A route in its canonical form. Labels are taken for what they are: a
    /// stack of several needs a session with multiple labels.
    ///
    /// # Errors
    /// [`EncodeError::WrongFamily`]: the family has no routes of this kind.
    /// [`EncodeError::ValueTooLong`]: more than the NLRI's length can tell.
    pub fn new(
        family: Family,
        path_id: Option<u32>,
        route: &Route<'_>,
    ) -> Result<Self, EncodeError> {
        if !route.fits(family) {
            return Err(EncodeError::WrongFamily);
        }
        let mut octets = Vec::new();
        route.emit(&mut octets)?;
        let form = match route.labels().map(|it| it.labels().len()) {
            Some(0) => LabelForm::Withdrawn,
            Some(1) | None => LabelForm::Single,
            Some(_) => LabelForm::Stack,
        };
        Ok(Self {
            family,
            path_id,
            octets,
            form,
        })
    }

    /// Reads what a route of the family prints as, a path identifier left out.
    /// BGP-LS has no text that parses.
    ///
    /// # Errors
    /// The text is no route of the family.
    pub fn parse(family: Family, text: &str) -> Result<Self, ParseError> {
        let invalid = ParseError::Invalid("prefix");
        let builder: FlowSpecBuilder;
        let route = match family.safi {
            Safi::UNICAST | Safi::MULTICAST => {
                Route::Prefix(text.parse::<IpNet>().map_err(|_| invalid)?.trunc())
            }
            Safi::LABELED => Route::Labeled(text.parse()?),
            Safi::MPLS_VPN => Route::Vpn(text.parse()?),
            Safi::EVPN => Route::Evpn(text.parse()?),
            Safi::MVPN => Route::Mvpn(text.parse()?),
            Safi::ROUTE_TARGET => Route::RouteTarget(text.parse::<RouteTargetMembership>()?),
            Safi::SR_POLICY => Route::SrPolicy(text.parse()?),
            Safi::VPLS => Route::Vpls(text.parse()?),
            Safi::MUP => Route::Mup(text.parse()?),
            Safi::FLOW_SPEC | Safi::FLOW_SPEC_VPN => {
                builder = FlowSpecBuilder::parse(text, matches!(family.afi, Afi::IPV6))?;
                Route::FlowSpec(builder.as_flow_spec())
            }
            _ => return Err(ParseError::Family),
        };
        Self::new(family, None, &route).map_err(|_| ParseError::Invalid("family"))
    }

    /// The same route with a path identifier, or without.
    #[must_use]
    pub fn with_path_id(self, path_id: Option<u32>) -> Self {
        Self { path_id, ..self }
    }

    /// The borrowed form, which decodes.
    #[must_use]
    pub fn view(&self) -> NlriView<'_> {
        NlriView {
            family: self.family,
            path_id: self.path_id,
            octets: &self.octets,
            form: self.form,
        }
    }

    /// The family.
    #[must_use]
    pub const fn family(&self) -> Family {
        self.family
    }

    /// The path identifier.
    #[must_use]
    pub const fn path_id(&self) -> Option<u32> {
        self.path_id
    }

    /// The octets behind the path identifier.
    #[must_use]
    pub fn octets(&self) -> &[u8] {
        &self.octets
    }

    /// The octets that name the route.
    #[must_use]
    pub fn key(&self) -> NlriKey<'_> {
        self.view().key()
    }
}

impl From<NlriView<'_>> for NlriBuf {
    fn from(view: NlriView<'_>) -> Self {
        Self {
            family: view.family,
            path_id: view.path_id,
            octets: view.octets.into(),
            form: view.form,
        }
    }
}

impl From<Nlri> for NlriBuf {
    /// A family that is not one of prefixes, or not of the prefix's IP version,
    /// becomes the unicast family of that version.
    fn from(nlri: Nlri) -> Self {
        let family = match nlri.fits(nlri.family) {
            true => nlri.family,
            false => Nlri::unicast(nlri.prefix).family,
        };
        let mut octets = Vec::new();
        // A prefix of its own family always encodes, into a vector.
        let _ = Route::Prefix(nlri.prefix).emit(&mut octets);
        Self {
            family,
            path_id: nlri.path_id,
            octets,
            form: LabelForm::Single,
        }
    }
}

impl PartialEq for NlriBuf {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for NlriBuf {}

impl PartialOrd for NlriBuf {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for NlriBuf {
    fn cmp(&self, other: &Self) -> Ordering {
        self.key()
            .cmp(&other.key())
            .then_with(|| self.octets.cmp(&other.octets))
    }
}

impl Hash for NlriBuf {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.key().hash(state);
    }
}

impl fmt::Display for NlriBuf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.view(), f)
    }
}

impl fmt::Debug for NlriBuf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.view(), f)
    }
}

/// The text of an IPv4 or IPv6 unicast route.
impl FromStr for NlriBuf {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        let prefix: IpNet = text.parse().map_err(|_| ParseError::Invalid("prefix"))?;
        Ok(Nlri::unicast(prefix.trunc()).into())
    }
}

#[cfg(feature = "serde")]
mod serde_form {
    use super::*;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    #[derive(Serialize, Deserialize)]
    #[serde(rename = "NlriBuf")]
    struct Form {
        family: Family,
        path_id: Option<u32>,
        octets: Vec<u8>,
        /// 0: one label, 1: a stack, 2: a withdrawal.
        labels: u8,
    }

    impl Serialize for NlriBuf {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            let form = Form {
                family: self.family,
                path_id: self.path_id,
                octets: self.octets.clone(),
                labels: match self.form {
                    LabelForm::Single => 0,
                    LabelForm::Stack => 1,
                    LabelForm::Withdrawn => 2,
                },
            };
            form.serialize(serializer)
        }
    }

    impl<'de> Deserialize<'de> for NlriBuf {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            let form = Form::deserialize(deserializer)?;
            Self::framed(form.family, form.path_id, form.octets, form.labels)
                .ok_or_else(|| serde::de::Error::custom("octets are not one NLRI of the family"))
        }
    }
}

#[cfg(feature = "serde")]
impl NlriBuf {
    /// Octets that are exactly one NLRI, and how its labels read.
    fn framed(family: Family, path_id: Option<u32>, octets: Vec<u8>, labels: u8) -> Option<Self> {
        let form = match labels {
            0 => LabelForm::Single,
            1 => LabelForm::Stack,
            2 => LabelForm::Withdrawn,
            _ => return None,
        };
        let mut reader = Reader::new(&octets);
        Framing::of(family).take(&mut reader)?;
        reader.is_empty().then_some(Self {
            family,
            path_id,
            octets,
            form,
        })
    }
}
