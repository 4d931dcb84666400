//! What an operator decides about one session.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use bgp_wire::{AsSetPolicy, Asn, Capability, Family, FamilySet};

use crate::{PrefixLimit, PrefixLimitAction, Role};

/// The configuration of one session.
///
/// [`Config::new`] fills in what an internal or external session of a data
/// centre wants; set the fields that differ. [`Session::new`](crate::Session::new)
/// checks the whole, [`Session::reconfigure`](crate::Session::reconfigure) takes
/// another one while the session runs.
///
/// ```
/// use std::time::Duration;
/// use bgp_session::{Asn, Config, Family, FamilySet, GracefulRestart, Session};
///
/// let peer = ([192, 0, 2, 2], 179).into();
/// let mut config = Config::new(Asn(64512), [192, 0, 2, 1].into(), peer);
/// config.peer_as = Some(Asn(64513));
/// config.hold_time = 9;
/// config.families = FamilySet::empty()
///     .with(Family::IPV4_UNICAST)
///     .with(Family::IPV6_UNICAST);
/// // Several paths to the same prefix, in both directions (RFC 7911).
/// config.add_path.receive = config.families;
/// config.add_path.send = config.families;
/// // Our forwarding survives a restart of this process (RFC 4724).
/// config.graceful_restart = Some(GracefulRestart {
///     restart_time: 60,
///     families: config.families,
///     ..GracefulRestart::default()
/// });
/// // Hundreds of sessions should not dial in step.
/// config.jitter_seed = Some(0x5eed);
/// config.idle_hold.max = Duration::from_secs(120);
/// let session = Session::new(config)?;
/// # Ok::<(), bgp_session::ConfigError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Config {
    /// Our AS number; not 0 (RFC 7607 §2).
    pub local_as: Asn,
    /// Our BGP identifier; not zero (RFC 6286 §2.1). Unique within our AS: a
    /// peer of the same AS refuses its own.
    pub local_identifier: Ipv4Addr,
    /// The AS number that the peer must have; `None` accepts any. A peer of
    /// [`Self::local_as`] makes the session internal.
    pub peer_as: Option<Asn>,
    /// Address and port to dial. A link-local address needs its scope.
    pub remote: SocketAddr,
    /// Both speakers belong to one confederation: a peer of another AS is
    /// confederation-external (RFC 5065 §4).
    pub confederation: bool,
    /// Wait for the peer to dial: PassiveTcpEstablishment (RFC 4271 §8.1.1).
    /// Two passive speakers never meet. A session that is not passive accepts
    /// connections all the same.
    pub passive: bool,
    /// Hold time to offer in seconds: 0 (no keepalives) or 3–65535. The
    /// smaller offer of both speakers holds (RFC 4271 §4.2). Default 90.
    pub hold_time: u16,
    /// Refuse a peer that offers fewer seconds than this; 0 or 3–65535. An
    /// offer of 0 is refused unless this is 0. Default 0: refuse 1 and 2 only.
    pub minimum_hold_time: u16,
    /// How long to wait for the OPEN of the peer: the "large value" of
    /// RFC 4271 §8.2.2. Default four minutes.
    pub open_hold_time: Duration,
    /// SendHoldTime of RFC 9687 §3.1: how long the transport may take nothing.
    /// `None`, the default: the greater of eight minutes and twice the
    /// negotiated hold time. Never less than the negotiated hold time, whatever
    /// is asked for; off while no hold time is negotiated.
    pub send_hold_time: Option<Duration>,
    /// ConnectRetryTime (RFC 4271 §10 suggests 120 s): how long a dial may take,
    /// and how long to wait after one that failed; not zero. Default 5 s, as
    /// Calico configures BIRD.
    pub connect_retry: Duration,
    /// DelayOpenTime, if our OPEN is to wait for the peer's (RFC 4271 §8.1.1).
    /// Default none.
    pub delay_open: Option<Duration>,
    /// How long to stay in Idle after an error.
    pub idle_hold: IdleHold,
    /// Draw the ConnectRetry, Keepalive and IdleHold timers from 75–100 % of
    /// their values, with this seed (RFC 4271 §10). `None`, the default, uses
    /// the values themselves.
    pub jitter_seed: Option<u64>,
    /// Tell a peer that sends a bad OPEN, or that we stop, although we have not
    /// sent our OPEN: SendNOTIFICATIONwithoutOPEN (RFC 4271 §8.1.1).
    pub notification_without_open: bool,
    /// Let a new connection win a collision against one in Established:
    /// CollisionDetectEstablishedState (RFC 4271 §8.1.1). Default off: the
    /// session that works stays. A peer that restarts gracefully needs neither.
    pub collision_detect_established: bool,
    /// Families to exchange. Default IPv4 unicast.
    pub families: FamilySet,
    /// Families in which several paths may come or go (RFC 7911). Each direction
    /// is negotiated alone. Default none. Limit the routes of a peer that may
    /// send several paths: nothing in the protocol does.
    pub add_path: AddPath,
    /// IPv4 families whose next hop may be an IPv6 address (RFC 8950); those that
    /// are not in [`Self::families`] are not offered. Default none.
    pub extended_next_hop: FamilySet,
    /// Offer to receive messages of up to 65,535 octets (RFC 8654). Sending
    /// them needs only the offer of the peer. Default on.
    pub extended_message: bool,
    /// Offer demarcated route refresh (RFC 7313). Default on.
    pub enhanced_route_refresh: bool,
    /// Graceful restart (RFC 4724), if it is offered. Default: as a receiving
    /// speaker only, which also promises End-of-RIB markers.
    pub graceful_restart: Option<GracefulRestart>,
    /// Our role on an external session (RFC 9234). The session compares roles;
    /// the OTC attribute is for policy. Default none.
    pub role: Option<RolePolicy>,
    /// What the peer must offer, or no session is wanted.
    pub required: Required,
    /// Further capabilities to send as they are, such as FQDN. Capabilities
    /// that another field decides have no place here. With multiple labels (RFC
    /// 8277) the families take several where the peer offers them too.
    pub capabilities: Vec<Capability>,
    /// How a received AS_SET is taken (RFC 9774). Holds from the next UPDATE on.
    pub as_set: AsSetPolicy,
    /// Treat an UPDATE of an external peer as withdraw unless its AS_PATH
    /// begins with the AS of the peer (RFC 4271 §6.3). Off by default, as route
    /// servers do not put their AS there.
    pub enforce_first_as: bool,
    /// How many prefixes the peer may send, by family; of two limits of a family the first
    /// holds. The session does not count:
    /// [`Session::handle_prefix_count`](crate::Session::handle_prefix_count) is told.
    /// Default none.
    pub prefix_limits: Vec<PrefixLimit>,
    /// Octets of received UPDATEs that may wait to be polled; at least 65,535.
    /// Up to twice as many are allocated. Default 256 KiB, some 60 full messages.
    pub receive_buffer: usize,
    /// Octets of UPDATEs that may wait to be written; at least 4,096, and no UPDATE is longer
    /// than this, also where the peer takes extended messages. Up to
    /// twice as many are allocated. More only delays the news that a route has
    /// changed again, and costs it for every peer: let the RIB hold back instead. Default
    /// 65,535.
    pub send_buffer: usize,
}

impl Config {
    /// A session with `remote` for IPv4 unicast, any peer AS, hold time 90 s.
    #[must_use]
    pub fn new(local_as: Asn, local_identifier: Ipv4Addr, remote: SocketAddr) -> Self {
        Self {
            local_as,
            local_identifier,
            peer_as: None,
            remote,
            confederation: false,
            passive: false,
            hold_time: 90,
            minimum_hold_time: 0,
            open_hold_time: Duration::from_secs(240),
            send_hold_time: None,
            connect_retry: Duration::from_secs(5),
            delay_open: None,
            idle_hold: IdleHold::default(),
            jitter_seed: None,
            notification_without_open: false,
            collision_detect_established: false,
            families: FamilySet::empty().with(Family::IPV4_UNICAST),
            add_path: AddPath::default(),
            extended_next_hop: FamilySet::empty(),
            extended_message: true,
            enhanced_route_refresh: true,
            graceful_restart: Some(GracefulRestart::default()),
            role: None,
            required: Required::default(),
            capabilities: Vec::new(),
            as_set: AsSetPolicy::default(),
            enforce_first_as: false,
            prefix_limits: Vec::new(),
            receive_buffer: 256 * 1024,
            send_buffer: MINIMUM_BUFFER,
        }
    }

    /// The OPEN that a session of this configuration sends, header included: what a
    /// monitoring station is told (RFC 7854 §4.10). Empty if its capabilities do not fit,
    /// which [`Session::new`](crate::Session::new) refuses.
    ///
    /// ```
    /// use bgp_session::{Asn, Config};
    /// let config = Config::new(Asn(64512), [192, 0, 2, 1].into(), ([192, 0, 2, 2], 179).into());
    /// assert_eq!(config.open()[18..22], [1, 4, 0xfc, 0], "OPEN, version 4, AS 64512");
    /// ```
    #[must_use]
    pub fn open(&self) -> Vec<u8> {
        let restart = self.graceful_restart.as_ref();
        let restarting = restart.is_some_and(|it| it.restarting);
        crate::open::encode(self, restarting).unwrap_or_default()
    }

    /// # Errors
    /// The first rule that the configuration breaks.
    pub(crate) fn check(&self) -> Result<(), ConfigError> {
        let short = |seconds| matches!(seconds, 1 | 2);
        let rules = [
            (
                self.local_as == Asn::ZERO || self.peer_as == Some(Asn::ZERO),
                ConfigError::AsZero,
            ),
            (
                self.local_identifier.is_unspecified(),
                ConfigError::IdentifierZero,
            ),
            (
                short(self.hold_time) || short(self.minimum_hold_time),
                ConfigError::HoldTime,
            ),
            (self.families.is_empty(), ConfigError::NoFamily),
            (self.has_zero_timer(), ConfigError::ZeroTimer),
            (self.receive_buffer < MINIMUM_BUFFER, ConfigError::Buffer),
            (self.send_buffer < MINIMUM_SEND_BUFFER, ConfigError::Buffer),
            (
                self.role.is_some() && self.peer_as == Some(self.local_as),
                ConfigError::RoleInternal,
            ),
            (
                self.graceful_restart
                    .as_ref()
                    .is_some_and(|gr| gr.restart_time > 4095),
                ConfigError::RestartTime,
            ),
        ];
        match rules.into_iter().find(|(broken, _)| *broken) {
            Some((_, error)) => Err(error),
            None => crate::open::check_length(self),
        }
    }

    /// The limit of a family.
    pub(crate) fn prefix_limit(&self, family: Family) -> Option<&PrefixLimit> {
        self.prefix_limits
            .iter()
            .find(|limit| limit.family == family)
    }

    fn has_zero_timer(&self) -> bool {
        let restarts = self.prefix_limits.iter().map(|limit| match limit.action {
            PrefixLimitAction::Restart(after) => after,
            PrefixLimitAction::Warn | PrefixLimitAction::Idle => None,
        });
        let timers = [
            Some(self.open_hold_time),
            Some(self.connect_retry),
            Some(self.idle_hold.first),
            Some(self.idle_hold.max),
            self.send_hold_time,
        ];
        let timers = timers.into_iter().chain(restarts);
        timers.flatten().any(|timer| timer.is_zero())
    }
}

/// The largest message that a peer may send must fit (RFC 8654 §4).
const MINIMUM_BUFFER: usize = 65_535;
/// The largest message of a session without extended messages.
const MINIMUM_SEND_BUFFER: usize = 4096;

/// Why a [`Config`] is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// AS 0 can be neither ours nor the peer's.
    #[error("AS 0 is reserved")]
    AsZero,
    /// Our identifier is 0.0.0.0.
    #[error("the BGP identifier is zero")]
    IdentifierZero,
    /// A hold time of 1 or 2 seconds.
    #[error("a hold time is 0 or at least 3 seconds")]
    HoldTime,
    /// A session without a family carries nothing.
    #[error("no family is enabled")]
    NoFamily,
    /// A buffer that the largest message overflows.
    #[error("a buffer holds fewer than 65535 octets to receive, or 4096 to send")]
    Buffer,
    /// Roles exist on external sessions only (RFC 9234 §4).
    #[error("a role on an internal session")]
    RoleInternal,
    /// The restart time has twelve bits (RFC 4724 §3).
    #[error("restart time exceeds 4095 seconds")]
    RestartTime,
    /// The capabilities do not fit an OPEN of 4,096 octets.
    #[error("capabilities do not fit an OPEN")]
    TooManyCapabilities,
    /// A timer that would expire at once, again and again.
    #[error("a timer is zero")]
    ZeroTimer,
}

/// Families of ADD-PATH (RFC 7911 §4), seen from this speaker. A direction comes
/// about where one speaker wants to send and the other can receive; families
/// that are not in [`Config::families`] are not offered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AddPath {
    /// Families in which we can receive several paths.
    pub receive: FamilySet,
    /// Families in which we want to send several paths.
    pub send: FamilySet,
}

/// How long Idle lasts after an error: the IdleHoldTimer of RFC 4271 §8.1.3.
///
/// Each failure in a row doubles the time; a session that stays Established
/// for longer than `max` starts from `first` again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IdleHold {
    /// After the first failure. Default 5 s.
    pub first: Duration,
    /// At most. Default 30 s.
    pub max: Duration,
    /// Whether Idle is left by itself at all: AllowAutomaticStart. Default on.
    pub restart: bool,
}

impl Default for IdleHold {
    fn default() -> Self {
        Self {
            first: Duration::from_secs(5),
            max: Duration::from_secs(30),
            restart: true,
        }
    }
}

/// What to offer about graceful restart (RFC 4724 §3, RFC 8538 §2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GracefulRestart {
    /// Seconds until we are back after a restart, 0–4095. Default 120.
    pub restart_time: u16,
    /// R: this speaker has just restarted. Sent until the session has been
    /// Established once, whatever this says later.
    pub restarting: bool,
    /// N: graceful restart covers NOTIFICATION and hold-timer expiry too.
    pub notification: bool,
    /// Families whose forwarding state survives a restart of this speaker;
    /// empty for a receiving speaker.
    pub families: FamilySet,
    /// Of these, families whose forwarding state *was* kept (F).
    pub forwarding: FamilySet,
    /// Long-lived graceful restart (RFC 9494): seconds for which stale routes
    /// of these families may live on, 0–16,777,215.
    pub long_lived: Option<LongLived>,
}

/// What to offer about long-lived graceful restart (RFC 9494 §3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LongLived {
    /// The families.
    pub families: FamilySet,
    /// Long-lived stale time in seconds, 0–16,777,215.
    pub stale_time: u32,
}

impl Default for GracefulRestart {
    fn default() -> Self {
        Self {
            restart_time: 120,
            restarting: false,
            notification: false,
            families: FamilySet::empty(),
            forwarding: FamilySet::empty(),
            long_lived: None,
        }
    }
}

/// Our role and how firmly it is meant (RFC 9234 §4.2): Provider fits Customer,
/// RS fits RS-Client, Peer fits Peer. Anything else ends in Role Mismatch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RolePolicy {
    /// What we are to the peer.
    pub role: Role,
    /// Refuse a peer that tells no role.
    pub strict: bool,
}

/// What the peer must offer (RFC 5492 §5). A peer that does not is told which
/// capabilities are missing (OPEN Message Error / Unsupported Capability) and
/// tried again after the damped pause, as it may be upgraded meanwhile.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Required {
    /// Families without which the session is refused.
    pub families: FamilySet,
    /// Four-octet AS numbers (RFC 6793).
    pub four_octet_as: bool,
    /// Route refresh (RFC 2918).
    pub route_refresh: bool,
    /// Extended messages (RFC 8654).
    pub extended_message: bool,
}
