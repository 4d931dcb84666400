//! What a change of policy makes of known flows.

use crate::{Evaluate, Flow, FlowError, Verdict};

/// A flow of which the two sides of a change say different things.
#[derive(Clone, Debug, PartialEq)]
pub struct ChangedVerdict<'a, 'f> {
    /// The flow.
    pub flow: Flow<'f>,
    /// What was said before.
    pub before: Result<Verdict<'a>, FlowError>,
    /// What is said now.
    pub now: Result<Verdict<'a>, FlowError>,
}

/// The flows, as a log has them for example, that are allowed by one of two evaluators and not
/// by the other, or that only one of them can judge. Two verdicts for each flow.
///
/// The two sides may be two policy sets, or one with staged policies left out and enforced.
pub fn changed_verdicts<'a, 'f>(
    before: &'a (impl Evaluate + ?Sized),
    now: &'a (impl Evaluate + ?Sized),
    flows: impl IntoIterator<Item = Flow<'f>>,
) -> Vec<ChangedVerdict<'a, 'f>> {
    let judged = flows.into_iter().map(|flow| ChangedVerdict {
        before: before.verdict(&flow),
        now: now.verdict(&flow),
        flow,
    });
    let differs = |it: &ChangedVerdict<'_, '_>| match (&it.before, &it.now) {
        (Ok(before), Ok(now)) => before.is_allowed() != now.is_allowed(),
        (before, now) => before.is_ok() != now.is_ok(),
    };
    judged.filter(differs).collect()
}
