//! Differences whose reason is known, and is not ours to mend.

use bgp_wire::UpdateView;

/// Why a peer may differ about a message.
pub struct Reason {
    /// What it does otherwise, and what the standard says.
    #[expect(dead_code, reason = "for whoever reads the list")]
    pub why: &'static str,
    /// Whether that can concern the message.
    pub applies: fn(&UpdateView<'_>) -> bool,
}

/// Those of `netgauze-bgp-pkt` 0.13.
pub const NETGAUZE: &[Reason] = &[];

/// Those of `bgpkit-parser` 0.23.
pub const BGPKIT: &[Reason] = &[];
