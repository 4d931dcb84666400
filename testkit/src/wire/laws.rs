//! What must hold of any octets, whatever they are: laws that need no second decoder.

use bgp_wire::{
    AttributeType, Context, DecodeErrorKind, Disposition, EncodeAttributes, EncodeError, EvpnRoute,
    Family, FamilySet, Finding, Message, MvpnRoute, NextHop, NlriBuf, NlriIter, NlriView,
    Notification, Open, OpenView, OrfRequest, OtherAttribute, PackedAttributes, ParseError,
    PeerType, Route, RouteRefreshView, Update, UpdatePacker, UpdateView,
};

/// Holds the bytes, read as a message of the session, to every law: those of
/// [`decoding_laws`] and of [`encoding_laws`].
///
/// # Panics
///
/// When one is broken.
pub fn laws(bytes: &[u8], context: &Context) {
    decoding_laws(bytes, context);
    encoding_laws(bytes, context);
}

/// What holds of a message as it was read.
///
/// * A walk ends ([`walk`](super::walk())).
/// * An error lies within the message, and its answer fits a session without extended
///   messages.
/// * A disposition is no weaker than any finding, and a finding lies within the message.
/// * Nothing withdrawn is reachable; a route that is reachable has an origin and a next hop.
///
/// # Panics
///
/// When one is broken.
pub fn decoding_laws(bytes: &[u8], context: &Context) {
    super::walk(bytes, context);
    match Message::decode(bytes, context) {
        Ok(Message::Update(update)) => {
            outcome(&update);
            routes(&update);
        }
        Ok(Message::Keepalive) => assert_eq!(bytes.len(), 19),
        Ok(Message::Open(_) | Message::Notification(_) | Message::RouteRefresh(_)) => {}
        Err(error) => {
            assert!(error.offset() <= bytes.len(), "{error}");
            let answer = error.notification(bytes);
            assert!(answer.encoded_len() <= 4096, "{answer:?}");
        }
    }
}

/// What was accepted encodes, in the size that was said, to a message that means the same; so
/// does each of its routes alone, and so does its text.
///
/// # Panics
///
/// When it does not.
pub fn encoding_laws(bytes: &[u8], context: &Context) {
    match Message::decode(bytes, context) {
        Ok(Message::Open(open)) => same_open(&open),
        Ok(Message::Update(update)) => encoding(&update),
        Ok(Message::Notification(it)) => same_notification(&it.into()),
        Ok(Message::Keepalive) => {}
        Ok(Message::RouteRefresh(it)) => same_refresh(&it),
        Err(error) => same_notification(&error.notification(bytes).into()),
    }
}

fn outcome(update: &UpdateView<'_>) {
    let findings = update.findings();
    let strongest = findings.iter().map(|it| it.disposition()).max();
    let strongest = strongest.unwrap_or_default();
    assert!(update.disposition() >= strongest, "{findings:?}");
    if findings.omitted() == 0 {
        assert_eq!(update.disposition(), strongest, "{findings:?}");
    }
    for finding in findings.iter() {
        let end = finding.offset() + finding.len();
        assert!(end <= update.bytes().len(), "{finding:?}");
    }
    let disables = update.disposition() == Disposition::AfiSafiDisable;
    assert_eq!(disables, !update.disabled_families().is_empty());
    for raw in update.attributes() {
        assert_eq!(update.value(raw.attribute_type), Some(raw.value));
    }
}

fn routes(update: &UpdateView<'_>) {
    let context = update.context();
    let reachable = update.reachable_nlri();
    if update.disposition() == Disposition::TreatAsWithdraw {
        assert_eq!(reachable.count(), 0, "a withdrawn route is reachable");
        let announced = UpdateSize::of(update);
        assert!(update.unreachable_nlri().count() >= announced.routes);
    }
    let plain = |family: Family| family.is_prefix();
    let prefixes = reachable.filter(|nlri| plain(nlri.family()));
    assert!(
        prefixes
            .filter_map(|nlri| nlri.as_prefix())
            .eq(update.reachable())
    );
    let gone = update.unreachable_nlri();
    let prefixes = gone.filter(|nlri| plain(nlri.family()));
    assert!(
        prefixes
            .filter_map(|nlri| nlri.as_prefix())
            .eq(update.unreachable())
    );
    let live = context.families.difference(update.disabled_families());
    for nlri in reachable.chain(gone) {
        assert!(live.contains(nlri.family()), "{nlri:?} of a dead family");
    }
    if update.reachable().next().is_some() {
        assert!(update.origin().is_some(), "a route without ORIGIN");
        assert!(update.announcements().all(|group| group.next_hop.is_some()));
    }
}

/// How many routes the message announces, counted without the scan.
struct UpdateSize {
    routes: usize,
}

impl UpdateSize {
    fn of(update: &UpdateView<'_>) -> Self {
        let context = update.context();
        let usable = |family: Family, octets| {
            let live = context.families.difference(update.disabled_families());
            let list = NlriIter::new(octets, family, context);
            let routable = |nlri: &NlriView<'_>| {
                nlri.as_prefix()
                    .is_some_and(|it| !it.prefix.addr().is_multicast())
            };
            match live.contains(family) && family.is_prefix() {
                true => list.filter(routable).count(),
                false => 0,
            }
        };
        let body = usable(Family::IPV4_UNICAST, update.nlri_octets());
        let mp = update
            .mp_reach()
            .map_or(0, |view| usable(view.family, view.nlri));
        Self { routes: body + mp }
    }
}

fn encoding(update: &UpdateView<'_>) {
    for raw in update.raw_attributes() {
        let other = OtherAttribute::new(raw.attribute_type, raw.value.into());
        assert!(!other.to_string().is_empty());
    }
    packed(update);
    // Owned routes are written with the identifiers of the sending direction.
    if update.context().add_path_send == update.context().add_path_receive {
        same_message(update);
        same_nlri(update);
        for group in update.announcements() {
            same_routes(update, group.family);
        }
    }
}

/// The owned message encodes to one that reads as the same message, with the same faults,
/// which encodes to the same octets for ever after. Only what is behind an attribute that
/// overruns the field is lost.
fn same_message(view: &UpdateView<'_>) {
    let context = view.context();
    let owned = Update::from(view);
    let overrun = |it: Finding| it.kind() == DecodeErrorKind::AttributeOverrun;
    let lossy = view.findings().iter().any(overrun) || view.findings().omitted() > 0;
    let mut out = vec![0; view.bytes().len()];
    let Ok(length) = owned.encode(context, &mut out) else {
        assert!(
            view.bytes().len() > usize::from(context.send_limit),
            "{owned:?}"
        );
        return;
    };
    assert!(length == out.len() || lossy, "{owned:?}");
    out.truncate(length);
    let again = match UpdateView::scan(&out, context) {
        Ok(again) => again,
        // Without what was cut off there may be no route left to withdraw instead.
        Err(error) => {
            assert!(lossy, "{owned:?}: {error}");
            return;
        }
    };
    assert_eq!(Update::from(&again), owned);
    if !lossy {
        let attributes = |it: &UpdateView<'_>| it.path_attributes(Family::IPV4_UNICAST);
        assert!(again.findings().iter().eq(view.findings().iter()));
        assert_eq!(again.disposition(), view.disposition());
        assert!(
            again
                .reachable_nlri()
                .map(text)
                .eq(view.reachable_nlri().map(text))
        );
        assert!(
            again
                .unreachable_nlri()
                .map(text)
                .eq(view.unreachable_nlri().map(text))
        );
        assert_eq!(attributes(&again), attributes(view));
    }
    let mut twice = vec![0; length];
    assert_eq!(Update::from(&again).encode(context, &mut twice), Ok(length));
    assert_eq!(twice, out);
}

fn text(nlri: NlriView<'_>) -> String {
    format!("{} {nlri}", nlri.family())
}

/// Each route of any family, decoded and encoded, means the same; and packed it reads back
/// as it was.
fn same_nlri(view: &UpdateView<'_>) {
    let context = view.context();
    let mut out = vec![0; usize::from(context.send_limit)];
    for nlri in view.reachable_nlri() {
        let built = NlriBuf::new(nlri.family(), nlri.path_id(), &nlri.route());
        let same = |it: &NlriBuf| it.key() == nlri.key() && it.to_string() == nlri.to_string();
        assert!(built.as_ref().is_ok_and(same), "{nlri:?} became {built:?}");
        assert_eq!(NlriBuf::from(nlri).key(), nlri.key());
        same_text(&nlri);
        let mut routes = [nlri].into_iter().peekable();
        let packer = UpdatePacker::new(context);
        let Ok(length) = packer.withdraw(nlri.family(), &mut routes, &mut out) else {
            continue;
        };
        let bytes = out.get(..length).unwrap_or_default();
        let gone = UpdateView::scan(bytes, context).map(|again| {
            let mut keys = again.unreachable_nlri().map(|it| it.key());
            keys.next() == Some(nlri.key()) && keys.next().is_none()
        });
        assert_eq!(gone, Ok(true), "{nlri:?}");
    }
}

/// The text of a route reads back as the route, where the family's text can be read. A flow
/// specification may be written with other widths of its numbers.
fn same_text(nlri: &NlriView<'_>) {
    let text = nlri.route().to_string();
    let read = NlriBuf::parse(nlri.family(), &text);
    let flow = matches!(nlri.route(), Route::FlowSpec(_));
    let same = |it: &NlriBuf| {
        let key = flow || it.key() == nlri.key().without_path_id();
        key && it.to_string() == text
    };
    // No text tells apart a route inside a route, or TLVs behind one.
    let leaf = matches!(
        nlri.route(),
        Route::Mvpn(MvpnRoute::Leaf { .. }) | Route::Evpn(EvpnRoute::LeafAutoDiscovery { .. })
    );
    let opaque = leaf || matches!(nlri.route(), Route::Mup(_)) && text.contains("[tlvs:");
    let silent = opaque || read == Err(ParseError::Family);
    assert!(
        silent || read.as_ref().is_ok_and(same),
        "{text} of {nlri:?} read as {read:?}"
    );
}

/// The routes of one family pack into a message that says the same of them, where their
/// attributes leave room, and that has no fault, whatever faults the first one had.
fn same_routes(view: &UpdateView<'_>, family: Family) {
    let context = view.context();
    // BGPsec_PATH may stand for AS_PATH, and is written where it was negotiated alone.
    let bgpsec = view.value(AttributeType::BGPSEC_PATH).is_some();
    if bgpsec || view.as_path().is_none() {
        return;
    }
    let groups = view.announcements();
    for group in groups.filter(|group| group.family == family && fits_body(group.next_hop)) {
        let attributes = view.path_attributes_via(group.next_hop);
        let mut routes = group.routes.peekable();
        let mut out = vec![0; usize::from(context.send_limit)];
        let packer = UpdatePacker::new(context);
        let Ok(length) = packer.announce(&attributes, family, &mut routes, &mut out) else {
            return;
        };
        let bytes = out.get(..length).unwrap_or_default();
        let again = UpdateView::scan(bytes, context).map(|view| {
            let taken = view.reachable().count();
            let same = view.reachable().eq(group.routes.take(taken));
            assert!(same && taken > 0, "{view:?} of {group:?}");
            (view.findings().is_empty(), view.path_attributes(family))
        });
        assert_eq!(again, Ok((true, attributes)));
    }
}

/// The packed form says what the fields say, has one form for it, and goes onto sessions of every
/// kind as they do.
fn packed(view: &UpdateView<'_>) {
    let (mut octets, mut again) = (Vec::new(), Vec::new());
    for group in view.announcements() {
        let fields = view.path_attributes_via(group.next_hop);
        if view.pack_attributes(group.next_hop, &mut octets).is_err() {
            assert!(fields.pack(&mut again).is_err() && octets.is_empty());
            continue;
        }
        let packed = PackedAttributes::new(&octets);
        let read = packed.to_path_attributes();
        assert_eq!(read, fields);
        assert_eq!(read.pack(&mut again), Ok(()));
        assert_eq!(again, octets, "of {view:?}");
        assert_eq!(
            packed.as_path().iter_asns().count(),
            fields.as_path.iter_asns().count()
        );
        assert!(
            packed
                .communities()
                .iter()
                .eq(fields.communities.iter().copied())
        );
        assert_eq!(
            (packed.med(), packed.local_pref()),
            (fields.med, fields.local_pref)
        );
        assert_eq!(packed.originator_id(), fields.originator_id);
        for (four_octet_as, aigp) in [(true, false), (false, true), (true, true)] {
            let mut session = Context::new(PeerType::Internal);
            (session.four_octet_as, session.aigp) = (four_octet_as, aigp);
            for in_body in [false, true] {
                assert_eq!(
                    encoded(&packed, &session, in_body),
                    encoded(&fields, &session, in_body)
                );
            }
        }
    }
}

fn encoded(
    attributes: &impl EncodeAttributes,
    session: &Context,
    in_body: bool,
) -> Result<Vec<u8>, EncodeError> {
    let length = attributes.attributes_len(session, in_body)?;
    let mut out = vec![0; length];
    let written = attributes.encode_attributes(session, in_body, &mut out)?;
    assert_eq!(written, length);
    Ok(out)
}

/// Whether NEXT_HOP can carry it: MP_REACH_NLRI is not asked for the address of a host,
/// but IPv4 unicast is packed into the body (RFC 4271 §6.3).
fn fits_body(next_hop: Option<NextHop>) -> bool {
    match next_hop {
        Some(NextHop::V4(address)) => (1..224).contains(&address.octets()[0]),
        Some(NextHop::V6 { .. }) | None => true,
    }
}

fn same_open(view: &OpenView<'_>) {
    let open = Open::from(view);
    let mut out = vec![0; 4096];
    let Ok(length) = open.encode(&mut out) else {
        unreachable!("an OPEN that was read is too long: {open:?}");
    };
    let again = OpenView::decode(out.get(..length).unwrap_or_default());
    assert_eq!(again.map(|again| Open::from(&again)), Ok(open));
}

fn same_notification(owned: &Notification) {
    let mut out = vec![0; owned.view().encoded_len()];
    assert_eq!(owned.encode(&mut out), Ok(out.len()));
    let again = bgp_wire::NotificationView::decode(&out);
    assert_eq!(again.map(Notification::from).as_ref(), Ok(owned));
}

fn same_refresh(view: &RouteRefreshView<'_>) {
    let Some(request) = OrfRequest::from_view(view) else {
        return;
    };
    let mut context = Context::new(PeerType::Internal);
    context.families = FamilySet::all();
    context.send_limit = bgp_wire::MAX_EXTENDED_MESSAGE;
    let mut out = vec![0; usize::from(context.send_limit)];
    let Ok(length) = request.encode(&context, &mut out) else {
        unreachable!("a request that was read does not encode: {request:?}");
    };
    let again = RouteRefreshView::decode(out.get(..length).unwrap_or_default(), &context);
    assert_eq!(
        again.map(|it| OrfRequest::from_view(&it)),
        Ok(Some(request))
    );
}
