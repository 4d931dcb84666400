//! RIBs joined by wires: whatever one is told, it is told in encoded messages.

use bgp_rib::{Changes, Event, LocalOrigin, LocalRoute, PeerConfig, PeerId, Rib, RibConfig};
use bgp_wire::{
    AsPath, Asn, Context, Family, FamilySet, NextHop, Nlri, PathAttributes, PeerType, UpdatePacker,
    UpdateView,
};
use ipnet::IpNet;
use std::net::{Ipv4Addr, Ipv6Addr};

pub(crate) fn net(text: &str) -> IpNet {
    text.parse().unwrap()
}

pub(crate) fn addr(last: u8) -> Ipv4Addr {
    Ipv4Addr::new(10, 0, 0, last)
}

pub(crate) fn asns(list: &[u32]) -> AsPath {
    AsPath::from_sequence(list.iter().copied().map(Asn))
}

/// Attributes with a next hop and a path.
pub(crate) fn attributes(next_hop: Ipv4Addr, path: &[u32]) -> PathAttributes {
    PathAttributes {
        as_path: asns(path),
        ..PathAttributes::new(NextHop::V4(next_hop))
    }
}

pub(crate) fn family(prefix: &IpNet) -> Family {
    match prefix {
        IpNet::V4(_) => Family::IPV4_UNICAST,
        IpNet::V6(_) => Family::IPV6_UNICAST,
    }
}

/// A context as both ends of a session between RIBs see it.
pub(crate) fn context(peer_type: PeerType) -> Context {
    Context::new(peer_type)
}

pub(crate) fn add_path(mut context: Context) -> Context {
    let both = FamilySet::empty()
        .with(Family::IPV4_UNICAST)
        .with(Family::IPV6_UNICAST);
    context.add_path_receive = both;
    context.add_path_send = both;
    context
}

/// The messages that announce (`Some`) or withdraw these prefixes.
pub(crate) fn messages(
    context: &Context,
    attributes: Option<&PathAttributes>,
    prefixes: &[(IpNet, Option<u32>)],
) -> Vec<Vec<u8>> {
    let family = family(&prefixes[0].0);
    let packer = UpdatePacker::new(context);
    let nlri = prefixes.iter().map(|(prefix, path_id)| Nlri {
        family,
        prefix: *prefix,
        path_id: *path_id,
    });
    let mut nlri = nlri.peekable();
    let mut out = Vec::new();
    while nlri.peek().is_some() {
        let mut buffer = vec![0; usize::from(context.send_limit)];
        let length = match attributes {
            Some(attributes) => packer.announce(attributes, family, &mut nlri, &mut buffer),
            None => packer.withdraw(family, &mut nlri, &mut buffer),
        };
        buffer.truncate(length.unwrap());
        out.push(buffer);
    }
    out
}

/// A RIB and the sessions it has with peers that the test plays itself.
pub(crate) struct Speaker {
    pub(crate) rib: Rib,
    pub(crate) contexts: Vec<Context>,
}

impl Speaker {
    pub(crate) fn new(local_as: u32, identifier: Ipv4Addr) -> Self {
        Self::with(RibConfig::new(Asn(local_as), identifier))
    }

    pub(crate) fn with(config: RibConfig) -> Self {
        Self {
            rib: Rib::new(config),
            contexts: Vec::new(),
        }
    }

    /// Adds a peer whose session is up; its identifier is its address.
    pub(crate) fn peer(
        &mut self,
        address: Ipv4Addr,
        context: Context,
        edit: impl FnOnce(&mut PeerConfig),
    ) -> PeerId {
        let own = self.rib.config().identifier;
        let mut config = PeerConfig::new(address.into()).local_address(own.into());
        config.local_ipv6 = Some(mapped(own));
        edit(&mut config);
        let id = self.rib.add_peer(config);
        self.contexts.push(context);
        let _ = self.rib.apply(Event::PeerUp {
            peer: id,
            identifier: address,
            context: &context,
        });
        id
    }

    pub(crate) fn internal(&mut self, address: Ipv4Addr, client: bool) -> PeerId {
        self.peer(address, context(PeerType::Internal), |config| {
            config.route_reflector_client = client
        })
    }

    pub(crate) fn external(&mut self, address: Ipv4Addr) -> PeerId {
        self.peer(address, context(PeerType::External), |_| {})
    }

    pub(crate) fn context(&self, peer: PeerId) -> Context {
        let position = self.rib.peers().position(|id| id == peer).unwrap();
        self.contexts[position]
    }

    /// The peer sends a message.
    pub(crate) fn receive(&mut self, peer: PeerId, bytes: &[u8]) -> Changes {
        let context = self.context(peer);
        let update = UpdateView::scan(bytes, &context).unwrap();
        self.rib.apply(Event::Update {
            peer,
            update: &update,
        })
    }

    pub(crate) fn announce(
        &mut self,
        peer: PeerId,
        attributes: &PathAttributes,
        prefix: &str,
    ) -> Changes {
        let sent = messages(
            &self.context(peer),
            Some(attributes),
            &[(net(prefix), None)],
        );
        self.receive(peer, &sent[0])
    }

    pub(crate) fn withdraw(&mut self, peer: PeerId, prefix: &str) -> Changes {
        let sent = messages(&self.context(peer), None, &[(net(prefix), None)]);
        self.receive(peer, &sent[0])
    }

    pub(crate) fn originate(&mut self, prefix: &str) -> Changes {
        self.rib.apply(Event::Originate(LocalRoute::new(
            net(prefix),
            LocalOrigin::Static,
        )))
    }

    /// Everything the RIB has to say to a peer now.
    pub(crate) fn drain(&mut self, peer: PeerId) -> Vec<Vec<u8>> {
        let mut buffer = vec![0; 65_535];
        let mut out = Vec::new();
        while let Some(length) = self.rib.poll_transmit(peer, &mut buffer) {
            out.push(buffer[..length].to_vec());
        }
        out
    }

    /// The same in words, one line an NLRI; attributes as the peer reads them.
    pub(crate) fn told(&mut self, peer: PeerId) -> Vec<Told> {
        let context = self.context(peer);
        self.drain(peer)
            .iter()
            .flat_map(|bytes| read(bytes, &context))
            .collect()
    }
}

/// What a message says.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Told {
    Reach(IpNet, Option<u32>, Box<PathAttributes>),
    Unreach(IpNet, Option<u32>),
    EndOfRib(Family),
}

impl Told {
    pub(crate) fn reach(&self) -> Option<(IpNet, &PathAttributes)> {
        match self {
            Self::Reach(prefix, _, attributes) => Some((*prefix, attributes)),
            Self::Unreach(..) | Self::EndOfRib(_) => None,
        }
    }
}

pub(crate) fn read(bytes: &[u8], context: &Context) -> Vec<Told> {
    let update = UpdateView::scan(bytes, context).unwrap();
    assert!(update.findings().is_empty(), "{:?}", update.findings());
    if let Some(family) = update.end_of_rib() {
        return vec![Told::EndOfRib(family)];
    }
    let gone = update
        .unreachable()
        .map(|nlri| Told::Unreach(nlri.prefix, nlri.path_id));
    let come = update.announcements().flat_map(|announcement| {
        let attributes = update.path_attributes_via(announcement.next_hop);
        announcement
            .routes
            .map(move |nlri| Told::Reach(nlri.prefix, nlri.path_id, Box::new(attributes.clone())))
    });
    gone.chain(come).collect()
}

pub(crate) fn both_ends_of_rib() -> Vec<Told> {
    vec![
        Told::EndOfRib(Family::IPV4_UNICAST),
        Told::EndOfRib(Family::IPV6_UNICAST),
    ]
}

pub(crate) fn mapped(address: Ipv4Addr) -> Ipv6Addr {
    let [a, b, c, d] = address.octets().map(u16::from);
    Ipv6Addr::new(0x2001, 0xdb8, 0, 0, a, b, c, d)
}
