use super::Decode;
use crate::Digest;

/// Sees every octet once: what no decoder can go below.
#[derive(Clone, Copy, Debug)]
pub struct Floor;

impl Decode for Floor {
    const NAME: &'static str = "floor";

    #[inline]
    fn digest(&self, message: &[u8]) -> Option<Digest> {
        let sum = message.iter().fold(0_u32, |sum, octet| {
            sum.rotate_left(1).wrapping_add(u32::from(*octet))
        });
        let mut digest = Digest::default();
        digest.med = sum;
        Some(digest)
    }
}
