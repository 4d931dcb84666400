//! What every evaluator of policies can do.

use crate::{Decision, Direction, EndpointId, Flow, FlowError, Packet, PolicySet, Verdict};

/// An evaluator: the literal [`Interpreter`](crate::Interpreter) or a compiled
/// [`Snapshot`](crate::Snapshot). Both answer alike.
pub trait Evaluate {
    /// What is evaluated.
    fn policy_set(&self) -> &PolicySet;

    /// What one endpoint's policy does with a packet in one direction. Anything that is not
    /// known is denied.
    fn decide(
        &self,
        endpoint: EndpointId,
        direction: Direction,
        packet: &Packet<'_>,
    ) -> Decision<'_>;

    /// What becomes of a flow: the source's egress and the destination's ingress policy, each
    /// asked independently.
    ///
    /// # Errors
    ///
    /// When a peer cannot be found or judged; see [`FlowError`].
    fn verdict(&self, flow: &Flow<'_>) -> Result<Verdict<'_>, FlowError> {
        let resolved = self.policy_set().resolve(flow)?;
        let ask = |id: Option<EndpointId>, direction| {
            id.map(|id| self.decide(id, direction, &resolved.packet))
        };
        Ok(Verdict {
            egress: ask(resolved.source, Direction::Egress),
            ingress: ask(resolved.destination, Direction::Ingress),
        })
    }
}
