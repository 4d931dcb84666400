//! The two-valued switch of Calico's newer fields.

use serde::{Deserialize, Serialize};

/// `Enabled` or `Disabled`, where a boolean could not tell "off" from "not said".
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Switch {
    /// On.
    Enabled,
    /// Off.
    Disabled,
}
