//! Multicast VPN routes as text: fields in brackets.

use core::fmt;
use core::str::FromStr;

use super::MvpnRoute;
use crate::nlri::ParseError;
use crate::nlri::field::{Fields, Hex, OrAny};

/// The name of each type in text.
const fn name(route_type: u8) -> &'static str {
    match route_type {
        1 => "intra-as-i-pmsi",
        2 => "inter-as-i-pmsi",
        3 => "s-pmsi",
        4 => "leaf",
        5 => "source-active",
        6 => "shared-tree-join",
        7 => "source-tree-join",
        _ => "",
    }
}

impl fmt::Display for MvpnRoute<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Self::Unknown { route_type, value } = self {
            return write!(f, "[type:{route_type}][value:0x{}]", Hex(value));
        }
        write!(f, "[type:{}]", name(self.route_type()))?;
        match *self {
            Self::IntraAsPmsi { rd, originator } => write!(f, "[rd:{rd}][originator:{originator}]"),
            Self::InterAsPmsi { rd, source_as } => write!(f, "[rd:{rd}][as:{source_as}]"),
            Self::SelectivePmsi {
                rd,
                source,
                group,
                originator,
            } => {
                let (source, group) = (OrAny(source), OrAny(group));
                write!(
                    f,
                    "[rd:{rd}][source:{source}][group:{group}][originator:{originator}]"
                )
            }
            Self::SourceActive { rd, source, group } => {
                write!(f, "[rd:{rd}][source:{source}][group:{group}]")
            }
            Self::SharedTreeJoin {
                rd,
                source_as,
                source,
                group,
            }
            | Self::SourceTreeJoin {
                rd,
                source_as,
                source,
                group,
            } => write!(
                f,
                "[rd:{rd}][as:{source_as}][source:{source}][group:{group}]"
            ),
            Self::Leaf {
                route_key,
                originator,
            } => write!(f, "[key:0x{}][originator:{originator}]", Hex(route_key)),
            Self::Unknown { .. } => Ok(()),
        }
    }
}

impl FromStr for MvpnRoute<'static> {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        let (kind, fields) = Fields::parse(text)?;
        let fields = fields.only(match kind {
            "intra-as-i-pmsi" => &["rd", "originator"],
            "inter-as-i-pmsi" => &["rd", "as"],
            "s-pmsi" => &["rd", "source", "group", "originator"],
            "source-active" => &["rd", "source", "group"],
            "shared-tree-join" | "source-tree-join" => &["rd", "as", "source", "group"],
            _ => return Err(ParseError::Type),
        })?;
        let rd = fields.need("rd")?;
        Ok(match kind {
            "intra-as-i-pmsi" => Self::IntraAsPmsi {
                rd,
                originator: fields.need("originator")?,
            },
            "inter-as-i-pmsi" => Self::InterAsPmsi {
                rd,
                source_as: fields.need("as")?,
            },
            "s-pmsi" => Self::SelectivePmsi {
                rd,
                source: fields.need::<OrAny>("source")?.0,
                group: fields.need::<OrAny>("group")?.0,
                originator: fields.need("originator")?,
            },
            "source-active" => Self::SourceActive {
                rd,
                source: fields.need("source")?,
                group: fields.need("group")?,
            },
            "shared-tree-join" => Self::SharedTreeJoin {
                rd,
                source_as: fields.need("as")?,
                source: fields.need("source")?,
                group: fields.need("group")?,
            },
            _ => Self::SourceTreeJoin {
                rd,
                source_as: fields.need("as")?,
                source: fields.need("source")?,
                group: fields.need("group")?,
            },
        })
    }
}
