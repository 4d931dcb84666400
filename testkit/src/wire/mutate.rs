//! Mutations of messages: of octets, of the lengths that hold a message together, and of
//! its parts with the lengths made right again, so that damage reaches deep decoders. The
//! same seed gives the same mutations on every machine.

/// Marsaglia's xorshift64.
#[derive(Clone, Debug)]
pub struct Random(u64);

impl Random {
    /// A sequence; 0 is no state of the generator and becomes another seed.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self(if seed == 0 {
            0x9e37_79b9_7f4a_7c15
        } else {
            seed
        })
    }

    const fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    /// A number below `bound`, 0 for a bound of 0.
    pub fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() >> 33).unwrap_or_default() % bound.max(1)
    }

    const fn octet(&mut self) -> u8 {
        (self.next() >> 40) as u8
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> Option<T> {
        from.get(self.below(from.len())).copied()
    }
}

/// Octets around which lengths, counts and prefix lengths go wrong.
const EDGES: [u8; 20] = [
    0, 1, 2, 3, 4, 5, 7, 8, 16, 24, 31, 32, 33, 64, 127, 128, 129, 192, 254, 255,
];

/// Octets of the header of a message.
const HEADER: usize = 19;

/// Makes mutants of messages.
#[derive(Clone, Debug)]
pub struct Mutator<'a> {
    random: Random,
    seeds: &'a [Vec<u8>],
}

impl<'a> Mutator<'a> {
    /// Of the messages `seeds`, which also give parts to each other.
    #[must_use]
    pub const fn new(seeds: &'a [Vec<u8>], seed: u64) -> Self {
        Self {
            random: Random::new(seed),
            seeds,
        }
    }

    /// The generator, for choices that go with a mutant.
    pub const fn random(&mut self) -> &mut Random {
        &mut self.random
    }

    /// The next mutant: one to four changes of a message. Most get a marker and a length
    /// that let them pass the header.
    pub fn mutant(&mut self) -> Vec<u8> {
        let mut bytes = self.any_seed().to_vec();
        for _ in 0..=self.random.below(4) {
            match self.random.below(3) {
                0 => self.octets(&mut bytes),
                1 => self.parts(&mut bytes),
                _ => self.lengths(&mut bytes),
            }
        }
        bytes.truncate(65_535);
        if self.random.below(32) > 0 {
            mend_header(&mut bytes);
        }
        bytes
    }

    fn any_seed(&mut self) -> &'a [u8] {
        let at = self.random.below(self.seeds.len());
        self.seeds.get(at).map_or(&[], Vec::as_slice)
    }

    /// Changes octets wherever they are.
    fn octets(&mut self, bytes: &mut Vec<u8>) {
        let at = self.random.below(bytes.len());
        let end = at + self.random.below((bytes.len() - at).min(40) + 1);
        match self.random.below(9) {
            0 | 1 => flip(bytes, at, self.random.below(8)),
            2 => put(bytes, at, &[self.random.octet()]),
            3 => put(bytes, at, &[self.random.pick(&EDGES).unwrap_or_default()]),
            4 => drop(bytes.drain(at..end)),
            5 => bytes.extend_from_within(at..end),
            6 => bytes.truncate(at),
            7 => {
                let run = vec![self.random.octet(); self.random.below(9)];
                drop(bytes.splice(at..at, run));
            }
            _ => self.splice(bytes, at),
        }
    }

    /// The rest of another message behind a cut.
    fn splice(&mut self, bytes: &mut Vec<u8>, at: usize) {
        let other = self.any_seed();
        let from = self.random.below(other.len());
        bytes.truncate(at);
        bytes.extend(other.get(from..).unwrap_or_default());
    }

    /// Makes one of the length fields wrong: by one, by doubling, or altogether.
    fn lengths(&mut self, bytes: &mut [u8]) {
        let fields = length_fields(bytes);
        let Some((at, wide)) = self.random.pick(&fields) else {
            return;
        };
        let change = self.random.below(6);
        let edge = self.random.pick(&EDGES).unwrap_or_default();
        let changed = |old: u16| match change {
            0 => old.wrapping_add(1),
            1 => old.wrapping_sub(1),
            2 => old.wrapping_mul(2),
            3 => old / 2,
            4 => u16::from(edge),
            _ => u16::MAX - u16::from(edge),
        };
        match (wide, bytes.get(at..at + 2)) {
            (true, Some(&[high, low])) => {
                let new = changed(u16::from_be_bytes([high, low]));
                put(bytes, at, &new.to_be_bytes());
            }
            _ => {
                let [_, low] =
                    changed(bytes.get(at).copied().unwrap_or_default().into()).to_be_bytes();
                put(bytes, at, &[low]);
            }
        }
    }

    /// Changes an UPDATE part by part and makes its lengths right again.
    fn parts(&mut self, bytes: &mut Vec<u8>) {
        let Some(mut update) = Parts::of(bytes) else {
            return self.octets(bytes);
        };
        let at = self.random.below(update.attributes.len());
        match self.random.below(8) {
            0 => self.inside(&mut update, at),
            1 => self.inside(&mut update, at),
            2 => self.octets(&mut update.nlri),
            3 => self.octets(&mut update.withdrawn),
            4 => update.attributes.rotate_left(at),
            5 => drop(
                update
                    .attributes
                    .drain(at..(at + 1).min(update.attributes.len())),
            ),
            6 => {
                let again = update.attributes.get(at).cloned();
                update.attributes.extend(again);
            }
            _ => self.transplant(&mut update, at),
        }
        *bytes = update.bytes();
    }

    /// Changes flags, type or value of an attribute.
    fn inside(&mut self, update: &mut Parts, at: usize) {
        let Some(attribute) = update.attributes.get_mut(at) else {
            return;
        };
        match self.random.below(10) {
            0 => attribute.flags ^= 1 << self.random.below(8),
            1 => attribute.code = self.random.octet() % 48,
            2 => attribute.value.extend_from_within(..),
            _ => self.octets(&mut attribute.value),
        }
    }

    /// Puts an attribute of another message into this one.
    fn transplant(&mut self, update: &mut Parts, at: usize) {
        let Some(mut other) = Parts::of(self.any_seed()) else {
            return;
        };
        let from = self.random.below(other.attributes.len());
        if from < other.attributes.len() {
            update
                .attributes
                .insert(at, other.attributes.swap_remove(from));
        }
    }
}

/// A marker and a length that let the octets reach the decoder behind the header.
pub fn mend_header(bytes: &mut [u8]) {
    let length = u16::try_from(bytes.len()).unwrap_or(u16::MAX).to_be_bytes();
    for (octet, right) in bytes.iter_mut().zip([0xff; 16].into_iter().chain(length)) {
        *octet = right;
    }
}

/// Changes one bit, where there is such an octet.
pub(super) fn flip(bytes: &mut [u8], at: usize, bit: usize) {
    if let Some(octet) = bytes.get_mut(at) {
        *octet ^= 1 << bit;
    }
}

fn put(bytes: &mut [u8], at: usize, new: &[u8]) {
    for (octet, new) in bytes.iter_mut().skip(at).zip(new) {
        *octet = *new;
    }
}

#[derive(Clone)]
struct Attribute {
    flags: u8,
    code: u8,
    value: Vec<u8>,
}

/// The parts of an UPDATE, as far as its lengths are right: what comes after is lost.
struct Parts {
    withdrawn: Vec<u8>,
    attributes: Vec<Attribute>,
    nlri: Vec<u8>,
}

impl Parts {
    fn of(bytes: &[u8]) -> Option<Self> {
        let body = bytes.get(HEADER..).filter(|_| bytes.get(18) == Some(&2))?;
        let (withdrawn, rest) = sized(body, true)?;
        let (mut field, nlri) = sized(rest, true)?;
        let mut attributes = Vec::new();
        while let Some((&[flags, code], rest)) = field.split_first_chunk() {
            let Some((value, rest)) = sized(rest, flags & 0x10 != 0) else {
                break;
            };
            let value = value.to_vec();
            attributes.push(Attribute { flags, code, value });
            field = rest;
        }
        let (withdrawn, nlri) = (withdrawn.to_vec(), nlri.to_vec());
        Some(Self {
            withdrawn,
            attributes,
            nlri,
        })
    }

    fn bytes(&self) -> Vec<u8> {
        let mut field = Vec::new();
        for attribute in &self.attributes {
            let wide = attribute.flags & 0x10 != 0 || attribute.value.len() > 255;
            field.extend([
                attribute.flags | if wide { 0x10 } else { 0 },
                attribute.code,
            ]);
            let [high, low] = length(&attribute.value);
            field.extend(Some(high).filter(|_| wide));
            field.push(low);
            field.extend(&attribute.value);
        }
        let mut bytes = vec![0xff; HEADER];
        bytes.extend(length(&self.withdrawn));
        bytes.extend(&self.withdrawn);
        bytes.extend(length(&field));
        bytes.extend(field);
        bytes.extend(&self.nlri);
        mend_header(&mut bytes);
        put(&mut bytes, 18, &[2]);
        bytes
    }
}

fn length(octets: &[u8]) -> [u8; 2] {
    u16::try_from(octets.len())
        .unwrap_or(u16::MAX)
        .to_be_bytes()
}

/// What a length of one or two octets counts, and what follows.
fn sized(bytes: &[u8], wide: bool) -> Option<(&[u8], &[u8])> {
    let (length, rest) = match wide {
        true => {
            let (length, rest) = bytes.split_first_chunk()?;
            (usize::from(u16::from_be_bytes(*length)), rest)
        }
        false => {
            let (length, rest) = bytes.split_first()?;
            (usize::from(*length), rest)
        }
    };
    rest.split_at_checked(length)
}

/// Where the length fields of a message stand, and whether they have two octets: those of
/// the message, of its parts, of its attributes, and the first ones inside of those.
fn length_fields(bytes: &[u8]) -> Vec<(usize, bool)> {
    let mut fields = vec![(16, true)];
    let Some(parts) = Parts::of(bytes) else {
        // The optional parameters of an OPEN, its first parameter and capability; the first
        // ORF; the text of a shutdown.
        fields.extend([
            (28, false),
            (30, false),
            (32, false),
            (25, true),
            (21, false),
        ]);
        return fields;
    };
    fields.push((HEADER, true));
    let mut at = HEADER + 2 + parts.withdrawn.len();
    fields.push((at, true));
    at += 2;
    for attribute in &parts.attributes {
        let wide = attribute.flags & 0x10 != 0;
        fields.push((at + 2, wide));
        at += if wide { 4 } else { 3 };
        // A next hop's length, a segment's count, a TLV's length, a tunnel's sub-TLVs'.
        fields.extend([
            (at + 3, false),
            (at + 1, false),
            (at + 1, true),
            (at + 2, true),
            (at + 5, false),
        ]);
        at += attribute.value.len();
    }
    fields.extend([(HEADER + 2, false), (at, false)]);
    fields.retain(|(at, _)| *at < bytes.len());
    fields
}
