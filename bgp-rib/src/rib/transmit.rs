//! Messages for peers.
//!
//! Messages are made when somebody wants to read them, never ahead: a peer that
//! does not read costs a mark for each changed destination and nothing more.
//! The first member of a group that asks pays for policy and encoding; the
//! others copy bytes.
//!
//! INVARIANT: a member reads the log in order and sees each message that is
//! meant for it exactly once; `member.next` never goes back.

use super::Rib;
use crate::PeerId;
use crate::export::Exporter;
use crate::group::{GroupId, Member, SealContext, end_of_rib};

/// Octets of messages that may wait for the others of a group when a peer for whom
/// they are not makes more of them.
const FOR_OTHERS: usize = 256 * 1024;

impl Rib {
    /// Writes the next UPDATE for a peer into `out` and tells its length; `None`
    /// when there is nothing to send now, the session is down, or `out` is too
    /// short. `out` should hold the `send_limit` of the session's
    /// [`Context`](bgp_wire::Context).
    ///
    /// Withdrawals come first, NLRI with equal attributes share messages, of
    /// several changes to one NLRI only the last is sent, and nothing is sent
    /// that the peer was told already. After the initial table of each family
    /// comes End-of-RIB (RFC 4724 §2).
    ///
    /// At most one message is encoded per call. Waiting prefixes are judged in
    /// batches of 4,096 until one of them has to be told. A peer that reads
    /// slower than the others of its update group is separated from it, so that
    /// it holds up nobody.
    ///
    /// Call it whenever the session has room, until `None`; and again after other
    /// peers were polled while it [has something pending](Self::has_pending). A peer
    /// that hears little of what its group is told, as one whose own routes they
    /// are, is not let far ahead: the messages would lie here until the others
    /// read them.
    ///
    /// ```
    /// # use bgp_rib::{PeerId, Rib};
    /// fn fill(rib: &mut Rib, peer: PeerId, room: usize, mut send: impl FnMut(&[u8])) {
    ///     let mut message = [0; 4096]; // 65,535 with extended messages
    ///     let mut sent = 0;
    ///     while sent + message.len() <= room {
    ///         let Some(length) = rib.poll_transmit(peer, &mut message) else { break };
    ///         send(&message[..length]);
    ///         sent += length;
    ///     }
    /// }
    /// ```
    ///
    /// A message that was handed out counts as told: after an error on the way,
    /// end the session.
    pub fn poll_transmit(&mut self, peer: PeerId, out: &mut [u8]) -> Option<usize> {
        let mut made_for_others = false;
        loop {
            let id = self.group_of(peer)?;
            if let Some(result) = self.read_log(id, peer, out) {
                return result;
            }
            let waiting = self.groups.get(id)?.log.bytes();
            if made_for_others && waiting >= FOR_OTHERS {
                return None;
            }
            if self.extend_log(id, peer) {
                made_for_others = true;
                continue;
            }
            // Nothing to say: the moment to come together with others.
            let _ = self.merge(peer, id);
            return None;
        }
    }

    /// Peers for which [`poll_transmit`](Self::poll_transmit) may have
    /// something, in order of identifier. O(peers).
    pub fn pending(&self) -> impl Iterator<Item = PeerId> + '_ {
        let ids = self.peers.iter().map(|(id, _)| id);
        ids.filter(|id| self.has_pending(*id))
    }

    /// Whether [`poll_transmit`](Self::poll_transmit) may have something for a peer. After it
    /// gave `None`: others of its group have to read first. O(1).
    #[must_use]
    pub fn has_pending(&self, peer: PeerId) -> bool {
        let group = self.group_of(peer).and_then(|id| self.groups.get(id));
        group.is_some_and(|group| {
            let unread = |member: &Member| member.next < group.log.end();
            group.members.get(peer).is_some_and(unread) || !group.is_settled()
        })
    }

    /// The next message for `peer` in the log of its group. `None`: it has read
    /// everything. `Some(None)`: `out` is too short.
    fn read_log(&mut self, id: GroupId, peer: PeerId, out: &mut [u8]) -> Option<Option<usize>> {
        let group = self.groups.get_mut(id)?;
        let log = &group.log;
        let member = group.members.get_mut(peer)?;
        let first = member.next;
        let mut result = None;
        while let Some(message) = log.get(member.next) {
            if message.audience.includes(peer) {
                let length = message.bytes.len();
                let Some(room) = out.get_mut(..length) else {
                    return Some(None);
                };
                room.copy_from_slice(&message.bytes);
                result = Some(Some(length));
                member.next += 1;
                break;
            }
            member.next += 1;
        }
        if member.next > first && first == log.first() {
            group.forget_read();
        }
        result
    }

    /// Encodes the next message of a group. False when there is nothing left to
    /// say.
    fn extend_log(&mut self, id: GroupId, peer: PeerId) -> bool {
        let Some(group) = self.groups.get_mut(id) else {
            return false;
        };
        if group.is_settled() {
            return false;
        }
        if group.log.bytes() >= self.config.group_backlog {
            self.separate_laggards(id, peer);
        }
        let Some(group) = self.groups.get_mut(id) else {
            return false;
        };
        if group.buckets.is_empty() && !group.dirty.is_empty() {
            let exporter = Exporter {
                config: &self.config,
                peers: &self.peers,
                next_hops: &self.next_hops,
                vrps: &self.vrps,
                store: &mut self.store,
            };
            group.seal(&mut SealContext {
                table: &mut self.table,
                exporter,
            });
            return true;
        }
        let first_new = group.log.end();
        let room = usize::from(group.key.context.send_limit);
        if self.scratch.len() < room {
            self.scratch.resize(room, 0);
        }
        if !group
            .buckets
            .encode_next(&group.key, &mut group.log, &mut self.scratch)
        {
            group.pristine = false;
            let families = std::mem::take(&mut group.unfinished);
            end_of_rib(&group.key, families, &mut group.log, &mut self.scratch);
        }
        group.pass_over(first_new);
        true
    }

    /// Gives the members that have not read the whole log a group of their own.
    /// `reader` has.
    fn separate_laggards(&mut self, id: GroupId, reader: PeerId) {
        let Some(group) = self.groups.get(id) else {
            return;
        };
        let end = group.log.end();
        let laggards: Vec<PeerId> = group
            .members
            .iter()
            .filter(|member| member.next < end && member.peer != reader)
            .map(|member| member.peer)
            .collect();
        if !laggards.is_empty() {
            let _ = self.split(id, &laggards);
        }
    }
}
