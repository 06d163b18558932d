//! The range coder (§K.2).

const TOP: u64 = 1 << 40;
const LEAST_WIDTH: u64 = 1 << 32;

pub struct Decoder<'a> {
    width: u64,
    offset: u64,
    /// Bytes that have not been read.
    rest: &'a [u8],
    /// Bytes of the payload that are in the offset or after it; the m of K.6.
    left: i64,
}

impl<'a> Decoder<'a> {
    pub fn new(payload: &'a [u8]) -> Decoder<'a> {
        let mut decoder = Decoder { width: TOP, offset: 0, rest: payload, left: 0 };
        (0..5).for_each(|_| decoder.shift());
        decoder.left = payload.len() as i64;
        decoder
    }

    /// A decoder in the midst of a payload, with zeros to come.
    pub fn resumed(width: u64, offset: u64, left: i64) -> Decoder<'static> {
        Decoder { width, offset, rest: &[], left }
    }

    fn shift(&mut self) {
        let (next, rest) =
            self.rest.split_first().map_or((0, self.rest), |(&byte, rest)| (byte, rest));
        self.rest = rest;
        self.offset = self.offset << 8 | u64::from(next);
        self.left -= 1;
    }

    pub fn decide(&mut self, probability: u32) -> bool {
        let part = (self.width >> 16) * u64::from(probability);
        let decision = self.offset < part;
        if decision {
            self.width = part;
        } else {
            self.offset -= part;
            self.width -= part;
        }
        while self.width < LEAST_WIDTH {
            self.width <<= 8;
            self.shift();
        }
        decision
    }

    /// Whether no byte of the payload is left, so that the next word is dropped in any case.
    pub fn is_exhausted(&self) -> bool {
        self.left <= 0
    }

    /// Whether the payload does not determine the word that was decoded last (§K.6).
    pub fn drops(&self) -> bool {
        let unknown = match self.left {
            ..=0 => TOP,
            left @ 1..=4 => 1 << (8 * (5 - left)),
            _ => 1,
        };
        self.offset + unknown > self.width
    }
}

#[derive(Clone)]
pub struct Encoder {
    pub width: u64,
    pub low: u64,
    out: Vec<u8>,
}

impl Encoder {
    pub fn new() -> Encoder {
        Encoder { width: TOP, low: 0, out: Vec::new() }
    }

    pub fn encode(&mut self, decision: bool, probability: u32) {
        let part = (self.width >> 16) * u64::from(probability);
        if decision {
            self.width = part;
        } else {
            self.low += part;
            self.width -= part;
        }
        while self.width < LEAST_WIDTH {
            if self.low >= TOP {
                self.low -= TOP;
                self.carry();
            }
            self.out.push((self.low >> 32) as u8);
            self.low = (self.low % LEAST_WIDTH) << 8;
            self.width <<= 8;
        }
    }

    /// Adds 1 to the bytes that are out, as to a number.
    fn carry(&mut self) {
        for byte in self.out.iter_mut().rev() {
            *byte = byte.wrapping_add(1);
            if *byte != 0 {
                break;
            }
        }
    }

    /// The bytes that are out and the first `count` of the five bytes of `value`.
    pub fn finish(mut self, value: u64, count: usize) -> Vec<u8> {
        if value >= TOP {
            self.carry();
        }
        self.out.extend(&(value % TOP).to_be_bytes()[3..3 + count]);
        self.out
    }
}
