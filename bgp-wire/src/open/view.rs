//! The received OPEN.

use core::iter::FusedIterator;
use core::net::Ipv4Addr;

use crate::open::capability::CapabilityView;
use crate::reader::Reader;
use crate::{Asn, DecodeError, DecodeErrorKind, Frame, MessageType};

/// Where the body's fields stand in the message.
const VERSION_AT: usize = 19;
const AS_AT: usize = 20;
const HOLD_TIME_AT: usize = 22;
const IDENTIFIER_AT: usize = 24;
const PARAMETERS_AT: usize = 28;
/// The parameter that holds capabilities (RFC 5492 §4).
pub(crate) const CAPABILITIES: u8 = 2;
/// First parameter type of the extended form (RFC 9072 §2).
pub(crate) const EXTENDED: u8 = 255;

/// A received OPEN that is well-formed and acceptable to any speaker.
///
/// What depends on the configuration (the peer's AS and identifier, required
/// capabilities, roles) is the session's to judge.
#[derive(Clone, Copy, Debug)]
pub struct OpenView<'a> {
    my_as: u16,
    hold_time: u16,
    identifier: Ipv4Addr,
    parameters: Parameters<'a>,
    four_octet_as: Option<Asn>,
}

impl<'a> OpenView<'a> {
    /// Reads a whole message, header included.
    ///
    /// # Errors
    /// Version other than 4, AS 0, identifier 0, hold time of 1 or 2 seconds,
    /// parameters that do not fill their lengths, parameters other than
    /// capabilities, known capabilities of wrong length (RFC 4271 §6.2).
    pub fn decode(bytes: &'a [u8]) -> Result<Self, DecodeError> {
        Self::read(bytes, true)
    }

    /// Reads an OPEN of a session that is only watched: AS number, identifier and hold
    /// time may be anything. Routers make OPENs up for what is no session (RFC 9069
    /// §5.2).
    ///
    /// # Errors
    /// As [`OpenView::decode`], but for these values.
    pub fn decode_watched(bytes: &'a [u8]) -> Result<Self, DecodeError> {
        Self::read(bytes, false)
    }

    fn read(bytes: &'a [u8], judges: bool) -> Result<Self, DecodeError> {
        let mut body = Reader::new(Frame::whole(bytes, MessageType::Open)?);
        let cut = DecodeError::new(DecodeErrorKind::MessageLength, 16, 2);
        let version = body.u8().ok_or(cut)?;
        let my_as = body.u16().ok_or(cut)?;
        let hold_time = body.u16().ok_or(cut)?;
        let identifier = Ipv4Addr::from(body.array::<4>().ok_or(cut)?);
        if version != 4 {
            return Err(DecodeError::new(DecodeErrorKind::Version, VERSION_AT, 1));
        }
        if judges {
            judge(my_as, hold_time, identifier)?;
        }
        let parameters = Parameters::split(body.rest()).ok_or_else(|| {
            DecodeError::new(DecodeErrorKind::OptionalParameters, PARAMETERS_AT, 1)
        })?;
        let four_octet_as = parameters.check(judges)?;
        Ok(Self {
            my_as,
            hold_time,
            identifier,
            parameters,
            four_octet_as,
        })
    }

    /// The sender's AS: the 4-octet one where the capability is there.
    #[must_use]
    pub fn my_as(&self) -> Asn {
        self.four_octet_as.unwrap_or(Asn(self.my_as.into()))
    }

    /// The My Autonomous System field, AS_TRANS for a number that does not fit
    /// (RFC 6793 §4.2.2).
    #[must_use]
    pub const fn my_as_field(&self) -> u16 {
        self.my_as
    }

    /// The proposed hold time in seconds: 0, or 3 and more.
    #[must_use]
    pub const fn hold_time(&self) -> u16 {
        self.hold_time
    }

    /// The BGP identifier, not 0.
    #[must_use]
    pub const fn identifier(&self) -> Ipv4Addr {
        self.identifier
    }

    /// The capabilities of all parameters in wire order.
    ///
    /// One whose value has no meaning is
    /// [`Unknown`](CapabilityView::Unknown), that is, ignored (RFC 7911 §4).
    #[must_use]
    pub const fn capabilities(&self) -> Capabilities<'a> {
        Capabilities(self.raw_capabilities())
    }

    /// Code and value of every capability.
    #[must_use]
    pub const fn raw_capabilities(&self) -> RawCapabilities<'a> {
        RawCapabilities {
            parameters: self.parameters.values(),
            current: Tlvs::narrow(&[]),
        }
    }

    /// Whether the parameters came in the extended form (RFC 9072 §2).
    #[must_use]
    pub const fn has_extended_parameters(&self) -> bool {
        self.parameters.extended
    }
}

/// The capabilities of an OPEN, in wire order.
#[derive(Clone, Copy, Debug)]
pub struct Capabilities<'a>(RawCapabilities<'a>);

impl<'a> Iterator for Capabilities<'a> {
    type Item = CapabilityView<'a>;

    fn next(&mut self) -> Option<CapabilityView<'a>> {
        let (code, value) = self.0.next()?;
        let view = CapabilityView::decode(code, value);
        Some(view.unwrap_or(CapabilityView::Unknown { code, value }))
    }
}

impl FusedIterator for Capabilities<'_> {}

/// Code and value of the capabilities of an OPEN, in wire order.
#[derive(Clone, Copy, Debug)]
pub struct RawCapabilities<'a> {
    parameters: Tlvs<'a>,
    current: Tlvs<'a>,
}

impl<'a> Iterator for RawCapabilities<'a> {
    type Item = (u8, &'a [u8]);

    fn next(&mut self) -> Option<(u8, &'a [u8])> {
        loop {
            if let Some((_, code, value)) = self.current.next() {
                return Some((code, value));
            }
            let (_, _, value) = self.parameters.next()?;
            self.current = Tlvs::narrow(value);
        }
    }
}

impl FusedIterator for RawCapabilities<'_> {}

/// What no speaker takes (RFC 4271 §6.2, RFC 7607).
fn judge(my_as: u16, hold_time: u16, identifier: Ipv4Addr) -> Result<(), DecodeError> {
    let (kind, at, length) = match (my_as, hold_time) {
        (0, _) => (DecodeErrorKind::OpenAsZero, AS_AT, 2),
        (_, 1 | 2) => (DecodeErrorKind::HoldTime, HOLD_TIME_AT, 2),
        _ if identifier.is_unspecified() => (DecodeErrorKind::Identifier, IDENTIFIER_AT, 4),
        _ => return Ok(()),
    };
    Err(DecodeError::new(kind, at, length))
}

/// The optional parameters.
#[derive(Clone, Copy, Debug)]
struct Parameters<'a> {
    octets: &'a [u8],
    extended: bool,
    /// Where `octets` stand in the message.
    at: usize,
}

impl<'a> Parameters<'a> {
    /// Splits what follows the identifier; `None` when the length is not that
    /// of the message.
    fn split(rest: &'a [u8]) -> Option<Self> {
        let mut reader = Reader::new(rest);
        let length = reader.u8()?;
        let extended = length != 0 && reader.rest().first() == Some(&EXTENDED);
        let length = if extended {
            reader.u8()?;
            usize::from(reader.u16()?)
        } else {
            usize::from(length)
        };
        let at = PARAMETERS_AT.saturating_add(rest.len().saturating_sub(reader.len()));
        let octets = reader.take(length).filter(|_| reader.is_empty())?;
        Some(Self {
            octets,
            extended,
            at,
        })
    }

    /// Parameters with their places.
    const fn values(&self) -> Tlvs<'a> {
        Tlvs {
            reader: Reader::new(self.octets),
            whole: self.octets.len(),
            wide: self.extended,
        }
    }

    /// Judges parameters and capabilities; finds the 4-octet AS number, which may be 0 where
    /// it is not judged.
    fn check(&self, judges: bool) -> Result<Option<Asn>, DecodeError> {
        let mut four_octet_as = None;
        let mut parameters = self.values();
        for (at, kind, value) in parameters.by_ref() {
            let at = self.at.saturating_add(at);
            if kind != CAPABILITIES {
                return Err(DecodeError::new(
                    DecodeErrorKind::UnsupportedParameter,
                    at,
                    1,
                ));
            }
            let mut capabilities = Tlvs::narrow(value);
            for (_, code, value) in capabilities.by_ref() {
                match CapabilityView::decode(code, value) {
                    Ok(CapabilityView::FourOctetAs(Asn::ZERO)) if judges => {
                        return Err(DecodeError::new(DecodeErrorKind::OpenAsZero, at, 0));
                    }
                    Ok(CapabilityView::FourOctetAs(asn)) => four_octet_as = Some(asn),
                    Err(kind @ DecodeErrorKind::CapabilityLength) => {
                        return Err(DecodeError::new(kind, at, 0));
                    }
                    Ok(_) | Err(_) => {}
                }
            }
            if !capabilities.is_done() {
                return Err(DecodeError::new(DecodeErrorKind::OptionalParameters, at, 0));
            }
        }
        match parameters.is_done() {
            true => Ok(four_octet_as),
            false => Err(DecodeError::new(
                DecodeErrorKind::OptionalParameters,
                self.at,
                0,
            )),
        }
    }
}

/// Type, length, value with a length of one octet, or two in extended
/// parameters. Ends early when one does not fit.
#[derive(Clone, Copy, Debug)]
struct Tlvs<'a> {
    reader: Reader<'a>,
    whole: usize,
    wide: bool,
}

impl<'a> Tlvs<'a> {
    const fn narrow(octets: &'a [u8]) -> Self {
        Self {
            reader: Reader::new(octets),
            whole: octets.len(),
            wide: false,
        }
    }

    /// Whether the last one ended where the field ends.
    const fn is_done(&self) -> bool {
        self.reader.is_empty()
    }
}

impl<'a> Iterator for Tlvs<'a> {
    type Item = (usize, u8, &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let at = self.whole.saturating_sub(self.reader.len());
        let mut reader = self.reader;
        let kind = reader.u8()?;
        let length = if self.wide {
            reader.u16()?
        } else {
            reader.u8()?.into()
        };
        let value = reader.take(length.into())?;
        self.reader = reader;
        Some((at, kind, value))
    }
}
