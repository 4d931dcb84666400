//! BFD Discriminator: how to watch the upstream of a multicast tunnel (RFC 9026
//! §3.1.6).
//!
//! ```text
//! +----------+-------------------+----------------------------------------+
//! | Mode (1) | Discriminator (4) | TLVs: type (1), length (1), value      |
//! +----------+-------------------+----------------------------------------+
//! ```

use core::fmt;
use core::net::IpAddr;

use super::syntax;
use crate::EncodeError;
use crate::nlri::put_address;
use crate::reader::Reader;
use crate::writer::Out;

/// The BFD session that an upstream router runs.
///
/// ```
/// use bgp_wire::BfdDiscriminator;
/// let value = [1, 0, 0, 0, 7, 1, 4, 192, 0, 2, 1];
/// let bfd = BfdDiscriminator::decode(&value).unwrap();
/// assert_eq!((bfd.mode, bfd.discriminator), (1, 7));
/// assert_eq!(bfd.to_string(), "mode 1 discriminator 7 source 192.0.2.1");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct BfdDiscriminator {
    /// 1 for point-to-multipoint sessions.
    pub mode: u8,
    /// The discriminator of the upstream router.
    pub discriminator: u32,
    /// The address that its packets come from. Other TLVs are not kept here.
    pub source: IpAddr,
}

impl BfdDiscriminator {
    /// Reads the attribute's value; `None` where it is malformed.
    #[must_use]
    pub fn decode(value: &[u8]) -> Option<Self> {
        const SOURCE_ADDRESS: u8 = 1;
        syntax::bfd_discriminator(value).ok()?;
        let mut reader = Reader::new(value);
        let mode = reader.u8()?;
        let discriminator = reader.u32()?;
        loop {
            let [code, length] = reader.array()?;
            let mut tlv = Reader::new(reader.take(length.into())?);
            if code == SOURCE_ADDRESS {
                return Some(Self {
                    mode,
                    discriminator,
                    source: tlv.address(length.into())?,
                });
            }
        }
    }

    #[cfg_attr(
        not(feature = "alloc"),
        expect(dead_code, reason = "for owned attributes")
    )]
    pub(super) fn emit(&self, out: &mut impl Out) -> Result<(), EncodeError> {
        out.u8(self.mode)?;
        out.u32(self.discriminator)?;
        out.put(&[1, if self.source.is_ipv4() { 4 } else { 16 }])?;
        put_address(out, self.source)
    }
}

impl fmt::Display for BfdDiscriminator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            mode,
            discriminator,
            source,
        } = self;
        write!(
            f,
            "mode {mode} discriminator {discriminator} source {source}"
        )
    }
}
