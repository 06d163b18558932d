//! Bytes that are read one after another (§2.2), and the integers in them (§2.3).

use crate::rule::{Report, Rule, Step};

pub struct Reader<'a> {
    bytes: &'a [u8],
    position: usize,
    /// Offset of the first byte, in bits.
    start: usize,
}

impl<'a> Reader<'a> {
    pub fn new(bytes: &'a [u8], start: usize) -> Reader<'a> {
        Reader { bytes, position: 0, start }
    }

    /// Offset of the next byte, in bits.
    pub fn offset(&self) -> usize {
        self.start + 8 * self.position
    }

    /// Offset of the end of the bytes, in bits.
    pub fn end_offset(&self) -> usize {
        self.start + 8 * self.bytes.len()
    }

    pub fn rest(&self) -> &'a [u8] {
        &self.bytes[self.position..]
    }

    pub fn is_empty(&self) -> bool {
        self.position == self.bytes.len()
    }

    pub fn byte(&mut self) -> Option<u8> {
        self.take(1).map(|bytes| bytes[0])
    }

    /// The next bytes, or None and no step if there are fewer.
    pub fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let taken = self.rest().get(..count)?;
        self.position += count;
        Some(taken)
    }

    /// A reader of the next bytes alone.
    pub fn part(&mut self, count: usize) -> Option<Reader<'a>> {
        let start = self.offset();
        self.take(count).map(|bytes| Reader::new(bytes, start))
    }
}

pub const MAX_INTEGER: u32 = (1 << 28) - 1;

/// Reads an integer; `truncated` is the rule of the field if the bytes end before it does.
pub fn read_integer(reader: &mut Reader, truncated: Rule, report: &mut Report) -> Step<u32> {
    let start = reader.offset();
    let mut value = 0;
    for place in 0..4 {
        let Some(byte) = reader.byte() else {
            return report.stop(truncated, reader.end_offset());
        };
        value |= u32::from(byte & 0x7f) << (7 * place);
        if byte < 0x80 {
            if byte == 0 && place > 0 {
                report.add(Rule::Leb2, start);
            }
            return Ok(value);
        }
    }
    report.stop(Rule::Leb1, start)
}

/// The value if the bytes are exactly one integer in its shortest form.
pub fn exact_integer(bytes: &[u8]) -> Option<u32> {
    let (&last, rest) = bytes.split_last()?;
    let shortest = last != 0 || rest.is_empty();
    if bytes.len() > 4 || last >= 0x80 || !shortest || rest.iter().any(|&byte| byte < 0x80) {
        return None;
    }
    Some(bytes.iter().rev().fold(0, |value, &byte| value << 7 | u32::from(byte & 0x7f)))
}

/// Appends an integer; None if it is too large.
pub fn write_integer(value: u64, out: &mut Vec<u8>) -> Option<()> {
    if value > u64::from(MAX_INTEGER) {
        return None;
    }
    let mut rest = value;
    while rest >= 0x80 {
        out.push(rest as u8 | 0x80);
        rest >>= 7;
    }
    out.push(rest as u8);
    Some(())
}
