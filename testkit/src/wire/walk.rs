//! A walk over everything that a decoded message gives out: every accessor, every item of
//! every list, the text of every type. It allocates nothing, so that whatever is allocated
//! meanwhile is the codec's doing.

use std::fmt::{self, Write as _};

use bgp_wire::{
    Afi, AttrSet, BfdDiscriminator, BgpLs, BgpsecPath, CapabilityView, Context, DecodeError,
    EvpnRoute, Family, FlowComponent, FlowSpec, Frame, LinkState, Message, MupRoute, NlriIter,
    NlriView, NotificationView, OpenView, OrfGroup, PeDistinguisherLabels, PmsiTunnel, PrefixSid,
    PrefixSidTlv, RawAttribute, Route, RouteRefreshView, Safi, SegmentListItem,
    TunnelEncapsulation, TunnelSubTlv, UpdateView,
};

/// What a walk saw.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Walked {
    /// Items that iterators gave out.
    pub items: u64,
    /// Octets of text.
    pub text: u64,
}

/// Decodes the bytes as a message of the session and walks over all that comes out, the
/// answer to an error included.
///
/// # Panics
///
/// When a list gives out more items than the message has octets: an iterator that does not
/// end would otherwise be found by a timeout.
pub fn walk(bytes: &[u8], context: &Context) -> Walked {
    let mut walk = Walk::new(bytes);
    if let Err(error) = Frame::split(bytes, context.receive_limit) {
        walk.error(&error);
    }
    match Message::decode(bytes, context) {
        Err(error) => walk.error(&error),
        Ok(message) => walk.message(&message),
    }
    walk.seen
}

/// Walks over a message that was decoded from `bytes`.
///
/// # Panics
///
/// As [`walk`].
pub fn walk_message(bytes: &[u8], message: &Message<'_>) -> Walked {
    let mut walk = Walk::new(bytes);
    walk.message(message);
    walk.seen
}

struct Walk<'a> {
    bytes: &'a [u8],
    seen: Walked,
}

/// Text that is counted and thrown away.
impl fmt::Write for Walk<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.seen.text = self.seen.text.saturating_add(text.len() as u64);
        Ok(())
    }
}

impl<'a> Walk<'a> {
    const fn new(bytes: &'a [u8]) -> Self {
        Self {
            bytes,
            seen: Walked { items: 0, text: 0 },
        }
    }

    /// The text of a value, which costs no allocation.
    fn say(&mut self, text: fmt::Arguments<'_>) {
        let written = self.write_fmt(text);
        assert!(written.is_ok(), "a type refuses to be printed");
    }

    fn each<T>(&mut self, items: impl Iterator<Item = T>, mut visit: impl FnMut(&mut Self, T)) {
        let mut count = 0;
        for item in items {
            count += 1;
            assert!(count <= self.bytes.len(), "a list longer than its message");
            visit(self, item);
        }
        self.seen.items = self.seen.items.saturating_add(count as u64);
    }

    /// As [`each`](Self::each), of items that print.
    fn print<T: fmt::Display>(&mut self, items: impl IntoIterator<Item = T>) {
        self.each(items.into_iter(), |walk, item| {
            walk.say(format_args!("{item}"))
        });
    }

    /// As [`each`](Self::each), of items that have no text for users.
    fn debug<T: fmt::Debug>(&mut self, items: impl IntoIterator<Item = T>) {
        self.each(items.into_iter(), |walk, item| {
            walk.say(format_args!("{item:?}"))
        });
    }

    fn error(&mut self, error: &DecodeError) {
        self.say(format_args!("{error} {error:?} {:?}", error.attribute()));
        self.notification(&error.notification(self.bytes));
    }

    fn message(&mut self, message: &Message<'_>) {
        self.say(format_args!("{message:?} {:?}", message.message_type()));
        match message {
            Message::Open(open) => self.open(open),
            Message::Update(update) => self.update(update),
            Message::Notification(notification) => self.notification(notification),
            Message::Keepalive => {}
            Message::RouteRefresh(refresh) => self.refresh(refresh),
        }
    }

    fn open(&mut self, open: &OpenView<'_>) {
        self.say(format_args!(
            "{} {} {}",
            open.my_as(),
            open.my_as_field(),
            open.identifier()
        ));
        self.say(format_args!(
            "{} {}",
            open.hold_time(),
            open.has_extended_parameters()
        ));
        self.debug(open.raw_capabilities());
        self.each(open.capabilities(), |walk, capability| {
            walk.say(format_args!("{capability:?}"));
            walk.capability(&capability);
        });
    }

    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "the others have no list, and the enum may grow"
    )]
    fn capability(&mut self, capability: &CapabilityView<'_>) {
        match capability {
            CapabilityView::OutboundRouteFiltering(families) => {
                self.each(*families, |walk, family| {
                    walk.say(format_args!("{}", family.family));
                    walk.debug(family.types);
                });
            }
            CapabilityView::ExtendedNextHop(list) => self.debug(*list),
            CapabilityView::MultipleLabels(list) => self.debug(*list),
            CapabilityView::GracefulRestart { families, .. } => self.debug(*families),
            CapabilityView::AddPath(list) => self.debug(*list),
            CapabilityView::LongLivedGracefulRestart(list) => self.debug(*list),
            CapabilityView::PathsLimit(list) => self.debug(*list),
            _ => {}
        }
    }

    fn notification(&mut self, notification: &NotificationView<'_>) {
        self.say(format_args!("{notification} {notification:?}"));
        self.say(format_args!("{:?}", notification.shutdown_communication()));
        if let Some(inner) = notification.hard_reset() {
            self.say(format_args!("{inner} {:?}", inner.shutdown_communication()));
        }
    }

    fn refresh(&mut self, refresh: &RouteRefreshView<'_>) {
        self.say(format_args!("{} {:?}", refresh.family(), refresh.subtype()));
        self.say(format_args!(
            "{} {:?}",
            refresh.subtype_octet(),
            refresh.orf()
        ));
        let Some(filters) = refresh.filters() else {
            return;
        };
        self.say(format_args!("{:?} {}", filters.when, filters.is_whole()));
        self.each(filters.groups(), |walk, group| match group {
            OrfGroup::AddressPrefix(entries) => walk.print(entries),
            OrfGroup::Other { kind, octets } => walk.say(format_args!("{kind} {octets:?}")),
        });
    }

    fn update(&mut self, update: &UpdateView<'_>) {
        self.say(format_args!(
            "{:?} {:?}",
            update.disposition(),
            update.context()
        ));
        self.say(format_args!("{:?}", update.findings()));
        self.print(update.findings().iter());
        self.print(update.disabled_families().iter());
        self.say(format_args!("{:?}", update.end_of_rib()));
        self.scalars(update);
        self.lists(update);
        self.typed(update);
        self.debug(update.attributes());
        self.each(update.raw_attributes(), |walk, raw| walk.raw(&raw));
        self.routes(update);
    }

    fn scalars(&mut self, update: &UpdateView<'_>) {
        if let Some(origin) = update.origin() {
            self.say(format_args!("{origin}"));
        }
        for path in [update.as_path(), update.as4_path()].into_iter().flatten() {
            self.say(format_args!("{path} {path:?} {}", path.length()));
            self.say(format_args!("{:?} {:?}", path.first_as(), path.origin_as()));
            self.print(path.iter_asns());
            self.each(path.segments(), |walk, segment| {
                walk.say(format_args!(
                    "{:?} {}",
                    segment.segment_type(),
                    segment.len()
                ));
                walk.print(segment.asns().rev());
            });
        }
        for aggregator in [update.aggregator(), update.as4_aggregator()]
            .into_iter()
            .flatten()
        {
            self.say(format_args!("{aggregator}"));
        }
        self.say(format_args!("{:?} {:?}", update.med(), update.local_pref()));
        self.say(format_args!(
            "{:?} {:?}",
            update.next_hop_attribute(),
            update.originator_id()
        ));
        self.say(format_args!(
            "{:?} {:?}",
            update.aigp(),
            update.only_to_customer()
        ));
        self.say(format_args!("{}", update.atomic_aggregate()));
    }

    fn lists(&mut self, update: &UpdateView<'_>) {
        self.print(update.communities());
        self.print(update.communities().iter().rev());
        self.print(update.cluster_list());
        self.print(update.extended_communities());
        self.print(update.ipv6_extended_communities());
        self.print(update.large_communities());
    }

    fn typed(&mut self, update: &UpdateView<'_>) {
        if let Some(pmsi) = update.pmsi_tunnel() {
            self.say(format_args!("{pmsi} {pmsi:?}"));
        }
        if let Some(tunnels) = update.tunnel_encapsulation() {
            self.tunnels(tunnels);
        }
        if let Some(labels) = update.pe_distinguisher_labels() {
            self.debug(labels);
        }
        if let Some(bgp_ls) = update.bgp_ls() {
            self.bgp_ls(&bgp_ls);
        }
        if let Some(path) = update.bgpsec_path() {
            self.bgpsec(&path);
        }
        if let Some(bfd) = update.bfd_discriminator() {
            self.say(format_args!("{bfd}"));
        }
        if let Some(sid) = update.prefix_sid() {
            self.prefix_sid(sid);
        }
        if let Some(set) = update.attr_set() {
            self.attr_set(&set);
        }
    }

    /// Decodes the value as each type that has a decoder of its own: what a scan refused
    /// may still be looked at.
    fn raw(&mut self, raw: &RawAttribute<'_>) {
        self.say(format_args!(
            "{raw:?} {} {}",
            raw.attribute_type,
            raw.encoded_len()
        ));
        let value = raw.value;
        match raw.attribute_type.0 {
            22 => self.debug(PmsiTunnel::decode(value)),
            23 => self.tunnels(TunnelEncapsulation::new(value)),
            27 => self.debug(PeDistinguisherLabels::new(value)),
            29 => self.bgp_ls(&BgpLs::new(value)),
            33 => self.each(BgpsecPath::decode(value).into_iter(), |walk, it| {
                walk.bgpsec(&it)
            }),
            38 => self.print(BfdDiscriminator::decode(value)),
            40 => self.prefix_sid(PrefixSid::new(value)),
            128 => self.each(AttrSet::decode(value).into_iter(), |walk, it| {
                walk.attr_set(&it)
            }),
            _ => {}
        }
    }

    fn tunnels(&mut self, tunnels: TunnelEncapsulation<'_>) {
        self.say(format_args!("{tunnels} {tunnels:?}"));
        self.each(tunnels, |walk, tunnel| {
            walk.say(format_args!("{tunnel}"));
            walk.each(tunnel.sub_tlvs, |walk, sub_tlv| {
                walk.say(format_args!("{sub_tlv} {sub_tlv:?} {}", sub_tlv.code()));
                if let TunnelSubTlv::SegmentList(list) = sub_tlv {
                    walk.say(format_args!("{}", list.weight()));
                    walk.debug(list.segments());
                    walk.each(list, |walk, item: SegmentListItem<'_>| {
                        walk.say(format_args!("{item:?}"));
                    });
                }
            });
        });
    }

    fn bgp_ls(&mut self, attribute: &BgpLs<'_>) {
        self.say(format_args!("{attribute} {attribute:?}"));
        self.print(*attribute);
        self.debug(attribute.tlvs());
    }

    fn bgpsec(&mut self, path: &BgpsecPath<'_>) {
        self.say(format_args!("{path} {path:?} {}", path.length()));
        self.debug(path.segments());
        self.each(path.blocks(), |walk, block| {
            walk.say(format_args!("{}", block.algorithm));
            walk.debug(block.segments());
        });
    }

    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "the others have no list, and the enum may grow"
    )]
    fn prefix_sid(&mut self, sid: PrefixSid<'_>) {
        self.say(format_args!(
            "{sid} {sid:?} {:?} {:?}",
            sid.label_index(),
            sid.srv6_sid()
        ));
        self.each(sid, |walk, tlv| {
            walk.say(format_args!("{tlv} {tlv:?} {}", tlv.code()));
            match tlv {
                PrefixSidTlv::OriginatorSrgb { ranges, .. } => walk.debug(ranges),
                PrefixSidTlv::Srv6Service { service, .. } => walk.each(service, |walk, it| {
                    walk.say(format_args!("{it} {it:?} {:?}", it.sid()));
                    let structure = it.sid().and_then(|sid| sid.structure);
                    walk.debug(structure.map(|structure| structure.is_valid()));
                }),
                _ => {}
            }
        });
    }

    fn attr_set(&mut self, set: &AttrSet<'_>) {
        self.say(format_args!("{} {:?}", set.origin_as, set.octets()));
        self.debug(set.attributes());
    }

    fn routes(&mut self, update: &UpdateView<'_>) {
        self.print(update.reachable());
        self.print(update.unreachable());
        self.each(update.announcements(), |walk, group| {
            walk.say(format_args!("{} {:?}", group.family, group.next_hop));
            walk.debug(group.routes);
        });
        self.each(update.reachable_nlri(), |walk, nlri| walk.nlri(&nlri));
        self.each(update.unreachable_nlri(), |walk, nlri| walk.nlri(&nlri));
        let context = update.context();
        if let Some(view) = update.mp_reach() {
            self.say(format_args!("{view:?} {:?}", view.next_hop()));
            self.say(format_args!("{:?}", update.next_hop(view.family)));
            // Of any family, negotiated or not; and as some other family.
            for family in [view.family, other(view.family)] {
                let list = NlriIter::new(view.nlri, family, context);
                self.each(list, |walk, nlri| walk.nlri(&nlri));
            }
        }
        if let Some(view) = update.mp_unreach() {
            self.say(format_args!("{view:?}"));
            for family in [view.family, other(view.family)] {
                let list = NlriIter::withdrawn(view.nlri, family, context);
                self.each(list, |walk, nlri| walk.nlri(&nlri));
            }
        }
    }

    fn nlri(&mut self, nlri: &NlriView<'_>) {
        let key = nlri.key();
        self.say(format_args!(
            "{nlri} {nlri:?} {} {:?}",
            nlri.family(),
            nlri.path_id()
        ));
        self.say(format_args!(
            "{key:?} {:?} {:?}",
            nlri.as_prefix(),
            key.path_id()
        ));
        self.each(key.octets(), |_, _| {});
        assert!(key.without_path_id() <= key, "a path identifier goes first");
        let route = nlri.route();
        self.say(format_args!("{route} {route:?} {:?}", route.labels()));
        self.say(format_args!(
            "{} {}",
            route.encoded_len(),
            route.fits(nlri.family())
        ));
        self.route(&route);
    }

    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "the others say all when they print, and the enum may grow"
    )]
    fn route(&mut self, route: &Route<'_>) {
        match route {
            Route::Evpn(evpn) => self.evpn(evpn),
            Route::FlowSpec(flow) => self.flow_spec(flow),
            Route::LinkState(state) => self.link_state(state),
            Route::Mvpn(mvpn) => self.say(format_args!("{}", mvpn.route_type())),
            Route::Mup(mup) => self.mup(mup),
            Route::RouteTarget(it) => {
                self.say(format_args!(
                    "{} {} {:?}",
                    it.origin_as(),
                    it.bits(),
                    it.target()
                ));
                self.say(format_args!("{}", it.is_default()));
                self.debug(it.target().map(|target| it.wants(target)));
            }
            Route::Labeled(it) => self.print(it.labels.labels().iter()),
            Route::Vpn(it) => self.print(it.labels.labels().iter()),
            _ => {}
        }
    }

    fn evpn(&mut self, evpn: &EvpnRoute<'_>) {
        self.say(format_args!(
            "{} {:?}",
            evpn.route_type(),
            evpn.distinguisher()
        ));
        self.say(format_args!("{:?} {:?}", evpn.esi(), evpn.ethernet_tag()));
    }

    fn mup(&mut self, mup: &MupRoute<'_>) {
        self.say(format_args!("{:?}", mup.route_type()));
    }

    fn flow_spec(&mut self, flow: &FlowSpec<'_>) {
        self.say(format_args!(
            "{:?} {:?}",
            flow.distinguisher(),
            flow.destination()
        ));
        assert!(flow.precedence(flow).is_eq(), "a flow goes before itself");
        self.each(flow.components(), |walk, component| {
            walk.say(format_args!(
                "{component} {component:?} {}",
                component.code()
            ));
            match component {
                FlowComponent::Destination(it) | FlowComponent::Source(it) => {
                    walk.say(format_args!("{it}"));
                }
                FlowComponent::Numeric { tests, .. } => walk.each(tests, |walk, test| {
                    walk.say(format_args!("{test:?} {}", test.holds_numeric(80)));
                }),
                FlowComponent::Bitmask { tests, .. } => walk.each(tests, |walk, test| {
                    walk.say(format_args!("{test:?} {}", test.holds_bitmask(2)));
                }),
            }
        });
    }

    fn link_state(&mut self, state: &LinkState<'_>) {
        self.say(format_args!("{} {:?}", state.kind(), state.distinguisher()));
        self.say(format_args!(
            "{:?} {:?}",
            state.protocol(),
            state.identifier()
        ));
        self.debug(state.tlvs());
        self.print(state.descriptors());
        for node in [state.local_node(), state.remote_node()]
            .into_iter()
            .flatten()
        {
            self.say(format_args!("{node} {:?} {:?}", node.asn(), node.area()));
            self.say(format_args!(
                "{:?} {:?}",
                node.bgp_ls_identifier(),
                node.router_id()
            ));
            self.say(format_args!(
                "{:?} {:?}",
                node.bgp_router_id(),
                node.member_as()
            ));
            self.debug(node.tlvs());
        }
    }
}

/// A family whose NLRI have another form: bytes of one family reach the decoder of another
/// where a session is confused.
const fn other(family: Family) -> Family {
    match (family.afi, family.safi) {
        (Afi::L2VPN, _) => Family::new(Afi::BGP_LS, Safi::BGP_LS),
        (Afi::BGP_LS, _) => Family::new(Afi::IPV4, Safi::FLOW_SPEC),
        (afi, Safi::UNICAST) => Family::new(afi, Safi::MVPN),
        (afi, Safi::MVPN) => Family::new(afi, Safi::MUP),
        (_, Safi::MUP) => Family::new(Afi::L2VPN, Safi::EVPN),
        (afi, _) => Family::new(afi, Safi::UNICAST),
    }
}
