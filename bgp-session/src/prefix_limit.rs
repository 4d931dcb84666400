//! How many prefixes of a peer are too many (RFC 4271 §6.7, RFC 4486 §4), and what is done
//! about them.
//!
//! The session does not know routes, so it is told their number; it knows what the number
//! means: when to warn, when to end, and when to come back.

use std::time::Duration;

use bgp_wire::{Family, FamilySet};

/// The number of prefixes that a peer may send of a family.
///
/// ```
/// use bgp_session::{Family, PrefixLimit, PrefixLimitAction};
/// let limit = PrefixLimit::new(Family::IPV4_UNICAST, 1000);
/// assert_eq!((limit.warning_percent, limit.action), (75, PrefixLimitAction::Restart(None)));
/// assert_eq!(limit.warning_at(), 750);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PrefixLimit {
    /// Of which family.
    pub family: Family,
    /// So many are accepted; one more is too many.
    pub maximum: u32,
    /// At how many percent of [`Self::maximum`] the embedder is warned: to 100, or more for
    /// no warning before the limit. Default 75, as other daemons have it.
    pub warning_percent: u8,
    /// What is done about more than [`Self::maximum`].
    pub action: PrefixLimitAction,
}

/// What is done about too many prefixes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PrefixLimitAction {
    /// Tell the embedder ([`Event::PrefixLimit`](crate::Event::PrefixLimit)) and go on.
    Warn,
    /// End the session with Cease / Maximum Number of Prefixes Reached, and come back after
    /// this time; after the damped pause of [`Config::idle_hold`](crate::Config::idle_hold)
    /// without one.
    Restart(Option<Duration>),
    /// End the session likewise, and stay in Idle until
    /// [`Session::start`](crate::Session::start).
    Idle,
}

impl PrefixLimit {
    /// A limit that ends the session for the damped pause.
    #[must_use]
    pub const fn new(family: Family, maximum: u32) -> Self {
        Self {
            family,
            maximum,
            warning_percent: 75,
            action: PrefixLimitAction::Restart(None),
        }
    }

    /// At how many prefixes the embedder is warned: at least one, rounded up; above
    /// [`Self::maximum`] if it is not.
    #[must_use]
    pub const fn warning_at(&self) -> u64 {
        match (self.maximum as u64 * self.warning_percent as u64).div_ceil(100) {
            0 => 1,
            count => count,
        }
    }

    const fn level(&self, count: u64) -> Level {
        if count > self.maximum as u64 {
            Level::Exceeded
        } else if count >= self.warning_at() {
            Level::Near
        } else {
            Level::Within
        }
    }
}

/// Where a number of prefixes stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    Within,
    Near,
    Exceeded,
}

/// What has been said about the present session, so that it is said once.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Warned {
    near: FamilySet,
    exceeded: FamilySet,
}

/// What a number of prefixes asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Nothing,
    Warn,
    End,
}

impl Warned {
    pub(crate) const fn new() -> Self {
        Self {
            near: FamilySet::empty(),
            exceeded: FamilySet::empty(),
        }
    }

    /// Judges a number. A level is news when it is reached from below, and again after the
    /// number was lower.
    pub(crate) fn judge(&mut self, limit: &PrefixLimit, count: u64) -> Verdict {
        let level = limit.level(count);
        if level == Level::Exceeded && limit.action != PrefixLimitAction::Warn {
            return Verdict::End;
        }
        let was = self.level(limit.family);
        self.set(limit.family, level);
        if level > was {
            Verdict::Warn
        } else {
            Verdict::Nothing
        }
    }

    const fn level(&self, family: Family) -> Level {
        if self.exceeded.contains(family) {
            Level::Exceeded
        } else if self.near.contains(family) {
            Level::Near
        } else {
            Level::Within
        }
    }

    fn set(&mut self, family: Family, level: Level) {
        self.near.remove(family);
        self.exceeded.remove(family);
        match level {
            Level::Within => {}
            Level::Near => self.near = self.near.with(family),
            Level::Exceeded => self.exceeded = self.exceeded.with(family),
        }
    }
}
