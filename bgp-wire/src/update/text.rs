//! UPDATEs as text: one line with what is announced and withdrawn, and the
//! attributes behind it.

use core::fmt;

use crate::attribute::{RawAttribute, Shown};
use crate::{AttributeBlock, AttributeType, Disposition, Finding, Findings, UpdateView};

impl fmt::Display for UpdateView<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("UPDATE")?;
        if let Some(family) = self.end_of_rib() {
            return write!(f, " End-of-RIB {family}");
        }
        for nlri in self.reachable_nlri() {
            write!(f, " +{nlri}")?;
        }
        for nlri in self.unreachable_nlri() {
            write!(f, " -{nlri}")?;
        }
        attributes(f, self.attributes(), self.context.four_octet_as)?;
        match self.disposition == Disposition::Accept {
            true => Ok(()),
            false => write!(f, " ({})", self.disposition),
        }
    }
}

impl fmt::Display for AttributeBlock<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut first = "";
        for raw in self.attributes() {
            write!(f, "{first}{}", shown(raw, self.four_octet_as()))?;
            first = ", ";
        }
        Ok(())
    }
}

const fn shown(raw: RawAttribute<'_>, four_octet_as: bool) -> Shown<'_> {
    Shown {
        raw,
        four_octet_as: Some(four_octet_as),
    }
}

/// Attributes behind a colon. What only says where routes stand is left out.
fn attributes<'a>(
    f: &mut fmt::Formatter<'_>,
    attributes: impl Iterator<Item = RawAttribute<'a>>,
    four_octet_as: bool,
) -> fmt::Result {
    let told = attributes.filter(|raw| raw.attribute_type != AttributeType::MP_UNREACH_NLRI);
    for (at, raw) in told.enumerate() {
        let first = if at == 0 { ": " } else { ", " };
        write!(f, "{first}{}", shown(raw, four_octet_as))?;
    }
    Ok(())
}

impl fmt::Display for Disposition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Accept => "accept",
            Self::AttributeDiscard => "attribute discard",
            Self::TreatAsWithdraw => "treat-as-withdraw",
            Self::AfiSafiDisable => "AFI/SAFI disable",
        })
    }
}

/// The findings, with semicolons between.
impl fmt::Display for Findings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let one = |f: &mut fmt::Formatter<'_>, at, finding: Finding| {
            write!(f, "{}{finding}", if at == 0 { "" } else { "; " })
        };
        for (at, finding) in self.iter().enumerate() {
            one(f, at, finding)?;
        }
        match self.omitted() {
            0 => Ok(()),
            omitted => write!(f, "; and {omitted} more"),
        }
    }
}

#[cfg(feature = "alloc")]
mod owned {
    use alloc::vec;
    use core::fmt;

    use super::shown;
    use crate::attribute::RawAttribute;
    use crate::reader::Reader;
    use crate::writer::Writer;
    use crate::{
        Attribute, AttributeBlockBuf, Context, NextHop, PathAttributes, PeerType, Update,
        UpdateView,
    };

    /// As the message would read.
    impl fmt::Display for Update {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            let mut context = Context::new(PeerType::Internal);
            context.families = crate::FamilySet::all();
            (context.send_limit, context.receive_limit) = (u16::MAX, u16::MAX);
            let mut octets = vec![0; self.encoded_len(&context).min(u16::MAX.into())];
            let length = self.encode(&context, &mut octets).map_err(|_| fmt::Error);
            match UpdateView::scan(octets.get(..length?).unwrap_or_default(), &context) {
                Ok(view) => fmt::Display::fmt(&view, f),
                Err(error) => write!(f, "UPDATE ({error})"),
            }
        }
    }

    impl fmt::Display for Attribute {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            let context = Context::new(PeerType::Internal);
            let mut octets = vec![0; self.encoded_len(&context)];
            let mut writer = Writer::new(&mut octets);
            self.write(&context, &mut writer).map_err(|_| fmt::Error)?;
            let raw = RawAttribute::read(&mut Reader::new(&octets)).ok_or(fmt::Error)?;
            fmt::Display::fmt(&shown(raw, true), f)
        }
    }

    impl fmt::Display for AttributeBlockBuf {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            fmt::Display::fmt(&self.as_block(), f)
        }
    }

    /// Next hop and attributes, with commas between.
    impl fmt::Display for PathAttributes {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            let context = Context::new(PeerType::Internal);
            let body = matches!(self.next_hop, Some(NextHop::V4(_)));
            let mut octets = vec![0; self.encoded_len(&context, body)];
            let mut writer = Writer::new(&mut octets);
            self.write(&mut writer, &context, body)
                .map_err(|_| fmt::Error)?;
            if let Some(next_hop @ NextHop::V6 { .. }) = self.next_hop {
                write!(f, "next-hop {next_hop}, ")?;
            }
            let mut reader = Reader::new(&octets);
            let mut first = "";
            while let Some(raw) = RawAttribute::read(&mut reader) {
                write!(f, "{first}{}", shown(raw, true))?;
                first = ", ";
            }
            Ok(())
        }
    }
}
