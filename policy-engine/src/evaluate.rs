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

    /// What becomes of a packet between two endpoints, each asked independently; `None` is an
    /// end outside, which nobody asks.
    fn judge(
        &self,
        source: Option<EndpointId>,
        destination: Option<EndpointId>,
        packet: &Packet<'_>,
    ) -> Verdict<'_> {
        Verdict {
            egress: source.map(|id| self.decide(id, Direction::Egress, packet)),
            ingress: destination.map(|id| self.decide(id, Direction::Ingress, packet)),
        }
    }

    /// What becomes of a flow: its peers are found, then its packet is judged.
    ///
    /// # Errors
    ///
    /// When a peer cannot be found or judged; see [`FlowError`].
    fn verdict(&self, flow: &Flow<'_>) -> Result<Verdict<'_>, FlowError> {
        let resolved = self.policy_set().resolve(flow)?;
        Ok(self.judge(resolved.source, resolved.destination, &resolved.packet))
    }
}
