//! What the embedder is told: requests first, then changes of state, then
//! what the peer sent, in its order.
//!
//! Messages without meaning for the session are skipped here, so that the
//! embedder need not know the rules: End-of-RIB markers and refreshes of
//! families that were not negotiated, a BoRR before the End-of-RIB (RFC 7313
//! §4), an EoRR without a BoRR. Skipping is bounded by the receive queue.

use std::ops::Range;
use std::time::Instant;

use bgp_wire::{
    Context, DecodeError, Family, RefreshSubtype, RouteRefresh, RouteRefreshView, UpdateView,
};

use super::Session;
use crate::core::Core;
use crate::message::{Header, kind};
use crate::state::Input;
use crate::{DownReason, Event, Malformed};

/// Octets of the longest End-of-RIB marker: an UPDATE with nothing but an
/// MP_UNREACH_NLRI of three octets, its length in two (RFC 4724 §2).
const LONGEST_END_OF_RIB: usize = 30;

/// What was found in the queue.
enum Found {
    Event(Event<'static>),
    Update(Range<usize>, Context),
}

impl Session {
    /// The next thing to know or to do; `None` when there is nothing.
    ///
    /// Closes and dials come first, then changes of state, then UPDATEs and
    /// what has its place among them. An UPDATE is parsed here; one that
    /// RFC 7606 §3 answers with a session reset ends the session instead of
    /// being returned. O(length of the message).
    ///
    /// The event may borrow the session: take from an UPDATE what is needed
    /// before the next call.
    pub fn poll_event(&mut self, now: Instant) -> Option<Event<'_>> {
        self.drop_stale_updates();
        if let Some(event) = self.core.poll() {
            return Some(event);
        }
        match self.find(now)? {
            Found::Event(event) => Some(event),
            Found::Update(range, context) => {
                let Self { core, updates, .. } = self;
                let message = updates.slice(range);
                match UpdateView::scan(message, &context) {
                    Ok(view) => {
                        core.note(&view);
                        Some(Event::Update(view))
                    }
                    Err(error) => core.reject(now, error, message),
                }
            }
        }
    }

    /// Looks through the queue up to the next message of interest.
    fn find(&mut self, now: Instant) -> Option<Found> {
        loop {
            let context = self.core.reading()?;
            let Some(range) = self.updates.pop() else {
                self.updates.relax();
                return None;
            };
            self.core.has_room(now);
            let message = self.updates.slice(range.clone());
            if Header::read(message).message_type == kind::ROUTE_REFRESH {
                match RouteRefreshView::decode(message, &context) {
                    Ok(view) => {
                        let refresh = RouteRefresh::from(view);
                        if let Some(event) = self.refreshed(refresh) {
                            return Some(Found::Event(event));
                        }
                    }
                    Err(error) => return self.core.reject(now, error, message).map(Found::Event),
                }
                continue;
            }
            match end_of_rib(message, &context) {
                None => return Some(Found::Update(range, context)),
                Some(family) if context.families.contains(family) => {
                    self.end_of_rib.insert(family);
                    return Some(Found::Event(Event::EndOfRib(family)));
                }
                // A marker for a family that was never enabled says nothing.
                Some(_) => {}
            }
        }
    }

    /// What a ROUTE-REFRESH means, if it means anything to this session
    /// (RFC 2918 §4, RFC 7313 §4).
    fn refreshed(&mut self, refresh: RouteRefresh) -> Option<Event<'static>> {
        let RouteRefresh { family, subtype } = refresh;
        let negotiated = self
            .negotiated()
            .filter(|n| n.context.families.contains(family))?;
        let early = negotiated.expects_end_of_rib() && !self.end_of_rib.contains(family);
        match subtype {
            RefreshSubtype::Request => Some(Event::RouteRefresh(family)),
            RefreshSubtype::Begin if !early => {
                self.refreshing.insert(family);
                Some(Event::BeginOfRefresh(family))
            }
            RefreshSubtype::End if self.refreshing.contains(family) => {
                self.refreshing.remove(family);
                Some(Event::EndOfRefresh(family))
            }
            RefreshSubtype::Begin | RefreshSubtype::End | RefreshSubtype::Unknown(_) => None,
        }
    }
}

impl Core {
    /// What comes before everything that the peer sent.
    fn poll(&mut self) -> Option<Event<'static>> {
        if let Some(conn) = self.env.closing.pop() {
            return Some(Event::Close { conn });
        }
        if let Some(conn) = self.env.take_dial_request() {
            return Some(Event::Dial {
                conn,
                remote: self.env.config.remote,
            });
        }
        self.notices.pop()
    }

    /// Takes note of what RFC 7606 made of an UPDATE.
    fn note(&mut self, view: &UpdateView<'_>) {
        self.disabled = self.disabled.union(view.disabled_families());
        if view.has_findings() {
            let counter = &mut self.env.counters.malformed_updates;
            *counter = counter.saturating_add(1);
        }
    }

    /// How to read what the peer sends now: without the families that an
    /// UPDATE has disabled (RFC 7606 §2), and by the policies of today.
    fn reading(&self) -> Option<Context> {
        let mut context = self.established()?.context;
        context.families = context.families.difference(self.disabled);
        context.as_set = self.env.config.as_set;
        context.enforce_first_as = self.env.config.enforce_first_as;
        Some(context)
    }

    /// A queued message that ends the session (event 28).
    fn reject(
        &mut self,
        now: Instant,
        error: DecodeError,
        message: &[u8],
    ) -> Option<Event<'static>> {
        let reason = DownReason::Malformed(Malformed::new(error, message));
        self.drive(now, Input::MessageErr(reason));
        self.poll()
    }
}

/// The family whose End-of-RIB marker this is. Only the shortest UPDATEs are
/// looked into.
fn end_of_rib(message: &[u8], context: &Context) -> Option<Family> {
    if message.len() > LONGEST_END_OF_RIB {
        return None;
    }
    UpdateView::scan(message, context).ok()?.end_of_rib()
}
