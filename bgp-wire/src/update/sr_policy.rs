//! The rules of an UPDATE that announces SR policies (RFC 9830 §2.2, §4.2.1, §5).

use crate::TunnelType;
use crate::reader::Reader;
use crate::tlv::Tlvs;

/// How the Tunnel Encapsulation attribute beside SR policies can be wrong. Both
/// withdraw the routes (RFC 9830 §5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wrong {
    /// It is not there.
    Missing,
    /// It has another form.
    Tunnel,
}

/// Judges the value of Tunnel Encapsulation: one tunnel, an SR policy, of the
/// right syntax.
///
/// That NO_ADVERTISE or a route target must say where the policy may go (RFC
/// 9830 §4.2.1) is for who installs it: a policy without them is of no use, but
/// speakers that send one are about.
pub(crate) fn check(tunnel: Option<&[u8]>) -> Result<(), Wrong> {
    let mut tunnels = Tlvs::new(tunnel.ok_or(Wrong::Missing)?);
    match (tunnels.next(), tunnels.next()) {
        (Some(policy), None)
            if policy.code == TunnelType::SR_POLICY.0 && sub_tlvs_fit(policy.value) =>
        {
            Ok(())
        }
        _ => Err(Wrong::Tunnel),
    }
}

/// RFC 9830 §2.4: lengths of what the document defines. Values are not looked
/// at, and what is unknown may be there (§5).
fn sub_tlvs_fit(value: &[u8]) -> bool {
    let mut reader = Reader::new(value);
    while !reader.is_empty() {
        let sub_tlv = (|| {
            let code = reader.u8()?;
            let length = match code {
                0..128 => u16::from(reader.u8()?),
                128.. => reader.u16()?,
            };
            Some((code, reader.take(length.into())?))
        })();
        let fits = sub_tlv.is_some_and(|(code, value)| match code {
            12 => value.len() == 6,
            13 => matches!(value.len(), 2 | 6 | 18),
            14 => value.len() == 3,
            15 => value.len() == 2,
            20 => matches!(value.len(), 18 | 26),
            128 => value
                .split_first()
                .is_some_and(|(_, list)| segments_fit(list)),
            129 | 130 => !value.is_empty(),
            _ => true,
        });
        if !fits {
            return false;
        }
    }
    true
}

/// RFC 9830 §2.4.4: weight and segments of types A and B.
fn segments_fit(list: &[u8]) -> bool {
    let mut reader = Reader::new(list);
    while !reader.is_empty() {
        let item = (|| {
            let [code, length] = reader.array()?;
            Some((code, reader.take(length.into())?))
        })();
        let fits = item.is_some_and(|(code, value)| match code {
            1 | 9 => value.len() == 6,
            13 => matches!(value.len(), 18 | 26),
            _ => true,
        });
        if !fits {
            return false;
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_policy_of_the_right_syntax() {
        let policy = [0, 15, 0, 8, 12, 6, 0, 0, 0, 0, 0, 100];
        assert_eq!(check(Some(&policy)), Ok(()));
        assert_eq!(check(None), Err(Wrong::Missing));
        for wrong in [
            &[0, 8, 0, 0][..],                     // VXLAN
            &[0, 15, 0, 0, 0, 15, 0, 0],           // two policies
            &[0, 15, 0, 0, 0, 8, 0, 0],            // and another tunnel
            &[0, 15, 0, 4, 12, 2, 0, 0],           // preference of two octets
            &[0, 15, 0, 3, 128, 0, 0],             // segment list without octets
            &[0, 15, 0, 7, 128, 0, 4, 0, 1, 1, 0], // label of one octet
        ] {
            assert_eq!(check(Some(wrong)), Err(Wrong::Tunnel), "{wrong:?}");
        }
        // No semantic verification: a list without a segment, a type of tomorrow.
        for right in [&[0, 15, 0, 4, 128, 0, 1, 0][..], &[0, 15, 0, 3, 99, 1, 7]] {
            assert_eq!(check(Some(right)), Ok(()), "{right:?}");
        }
    }
}
