//! Arithmetic of timers: jitter and the damping of restarts.
//!
//! Jitter keeps the sessions of a speaker that has restarted from dialling, and
//! from sending KEEPALIVEs, in step for ever (RFC 4271 §10). It is off without a
//! seed, because a simulation wants exact times and a crate without a source of
//! randomness cannot make up a good seed. The hold, open-hold and send-hold
//! timers are never shortened: they decide about the peer, not about us.

use std::time::{Duration, Instant};

use crate::{Config, IdleHold};

/// Draws timer values from 75–100 % of the configured ones (RFC 4271 §10), or
/// leaves them alone without a seed.
///
/// The generator is Marsaglia's xorshift64: four instructions, a period of
/// 2⁶⁴ − 1, and reproducible, which is all that spreading timers needs.
#[derive(Clone, Debug)]
pub(crate) struct Jitter {
    state: Option<u64>,
}

impl Jitter {
    pub(crate) const fn new(seed: Option<u64>) -> Self {
        // The all-zero state would never leave zero.
        match seed {
            Some(0) => Self {
                state: Some(0x9e37_79b9_7f4a_7c15),
            },
            state => Self { state },
        }
    }

    pub(crate) fn apply(&mut self, value: Duration) -> Duration {
        let Some(state) = &mut self.state else {
            return value;
        };
        *state ^= *state << 13;
        *state ^= *state >> 7;
        *state ^= *state << 17;
        // 768..=1023 of 1024 parts.
        let parts = 768 + u32::try_from(*state >> 56).unwrap_or(0);
        value.saturating_mul(parts) / 1024
    }
}

/// Exponential back-off of restarts: DampPeerOscillations (RFC 4271 §8.1.1).
#[derive(Clone, Debug, Default)]
pub(crate) struct Damping {
    failures: u32,
}

impl Damping {
    /// The time to stay in Idle after one more failure.
    pub(crate) fn next(&mut self, hold: IdleHold) -> Duration {
        let factor = 1_u32.checked_shl(self.failures).unwrap_or(u32::MAX);
        self.failures = self.failures.saturating_add(1).min(31);
        hold.first.saturating_mul(factor).min(hold.max)
    }

    pub(crate) fn forget(&mut self) {
        self.failures = 0;
    }
}

/// Whether a session that was up for so long counts as stable.
pub(crate) fn is_stable(config: &Config, since: Instant, now: Instant) -> bool {
    now.saturating_duration_since(since) >= config.idle_hold.max
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn jitter_stays_between_three_quarters_and_the_whole() {
        let mut jitter = Jitter::new(Some(0));
        let whole = Duration::from_secs(40);
        let drawn: Vec<_> = (0..1000).map(|_| jitter.apply(whole)).collect();
        assert!(
            drawn
                .iter()
                .all(|value| (whole * 3 / 4..=whole).contains(value))
        );
        assert!(drawn.windows(2).any(|pair| pair[0] != pair[1]));
    }

    #[test]
    fn no_seed_no_jitter() {
        assert_eq!(
            Jitter::new(None).apply(Duration::from_secs(7)),
            Duration::from_secs(7)
        );
    }

    #[test]
    fn each_failure_doubles_the_pause_up_to_the_maximum() {
        let mut damping = Damping::default();
        let hold = IdleHold::default();
        let pauses: Vec<_> = (0..40).map(|_| damping.next(hold).as_secs()).collect();
        assert_eq!(pauses[..4], [5, 10, 20, 30]);
        assert!(pauses[4..].iter().all(|pause| *pause == 30));
        damping.forget();
        assert_eq!(damping.next(hold).as_secs(), 5);
    }
}
