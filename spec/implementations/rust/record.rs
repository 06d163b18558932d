//! A record: its core (§5), the order in which it is judged (§9.1), and its value (§5.7).

use crate::bag;
use crate::bytes::{self, Reader};
use crate::check::Check;
use crate::coding::{self, Coding};
use crate::extension::{self, Entry};
use crate::framing::Framing;
use crate::lexicon;
use crate::nibble;
use crate::rule::{Report, Rule, Step};
use crate::size::{self, Size};
use crate::validate::Options;

pub struct Record {
    pub framing: Framing,
    pub check: Check,
    pub coding: Coding,
    pub text: String,
    pub size: Size,
    pub models: Models,
    pub extensions: Vec<Entry>,
    /// Offset of the first bit of the core.
    pub start: usize,
}

impl Record {
    pub fn words(&self) -> impl Iterator<Item = &str> {
        coding::words(&self.text)
    }

    pub fn extension(&self, kind: u32) -> Option<&[u8]> {
        self.extensions.iter().find(|entry| entry.kind == kind).map(|entry| &entry.value[..])
    }

    /// The number of requested words (§6.3).
    pub fn k(&self) -> usize {
        let stated = self.extension(extension::K).and_then(bytes::exact_integer);
        stated.map_or_else(|| self.words().count(), |k| k as usize)
    }
}

/// Offsets of the parts of the first byte (§5.1), from its first bit.
pub const CC: usize = 1;
pub const KK: usize = 3;
pub const X: usize = 5;
pub const S: usize = 6;
pub const M: usize = 7;

/// Judges a core of at least one byte, from step 3 of §9.1 on.
pub fn read(
    core: &[u8],
    start: usize,
    framing: Framing,
    options: &Options,
    report: &mut Report,
) -> Step<Record> {
    let first = core[0];
    if first >= 0x80 {
        return report.stop(Rule::Hdr1, start);
    }
    let limits = &options.limits;
    if core.len() > limits.max_bytes {
        return report.stop(Rule::Lim1, start + 8 * limits.max_bytes);
    }
    let check = Check::from_bits(first >> 3);
    match framing.wants_check() {
        Some(true) if check == Check::None => report.add(Rule::Frm3, start + KK),
        Some(false) if check != Check::None => report.add(Rule::Png6, start + KK),
        _ => {}
    }
    let end = core.len().saturating_sub(check.bytes());
    if end == 0 {
        return report.stop(Rule::Chk1, start + 8 * core.len());
    }
    let (covered, stored) = core.split_at(end);
    if !check.matches(covered, stored) {
        report.add(Rule::Chk2, start + 8 * end);
    }

    let coding = Coding::from_bits(first >> 5);
    let mut reader = Reader::new(covered, start);
    reader.byte();
    let size = match first & 2 {
        0 => size::DEFAULT,
        _ => size::read(&mut reader, report)?,
    };
    let models = match first & 1 {
        0 => Models::default(),
        _ => read_models(&mut reader, report)?,
    };
    let extensions = match first & 4 {
        0 => Vec::new(),
        _ => extension::read(&mut reader, coding, limits.max_extensions, report)?,
    };
    let payload = reader.offset();
    let text = read_payload(reader.rest(), payload, coding, start, options, report)?;
    if coding::words(&text).count() > limits.max_words {
        return report.stop(Rule::Lim2, payload);
    }
    Ok(Record { framing, check, coding, text, size, models, extensions, start })
}

/// The text of a payload, which is at `offset` in the data.
fn read_payload(
    payload: &[u8],
    offset: usize,
    coding: Coding,
    start: usize,
    options: &Options,
    report: &mut Report,
) -> Step<String> {
    let decode = match coding {
        Coding::Nibble => {
            let text = nibble::decode(payload);
            nibble::judge(&text, |rule, symbol| report.add(rule, offset + 4 * symbol));
            return Ok(text);
        }
        Coding::Utf8 => {
            return match std::str::from_utf8(payload) {
                Ok(text) => Ok(text.to_owned()),
                Err(error) => report.stop(Rule::Utf1, offset + 8 * error.valid_up_to()),
            };
        }
        Coding::Lexicon => lexicon::decode,
        Coding::Bag => bag::decode,
    };
    let Some(tables) = options.tables() else {
        return report.stop(Rule::Hdr2, start + CC);
    };
    match decode(payload, tables) {
        Ok((text, broken)) => {
            broken.into_iter().for_each(|rule| report.add(rule, offset));
            Ok(text)
        }
        Err(rule) => report.stop(rule, offset),
    }
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct Models {
    pub set: u32,
    /// Describer, writer, painter, prompts.
    pub ids: [u32; 4],
}

pub const MODEL_NAMES: [&str; 5] = ["set", "describer", "writer", "painter", "prompts"];

pub fn read_models(reader: &mut Reader, report: &mut Report) -> Step<Models> {
    let start = reader.offset();
    let mut models = Models { set: bytes::read_integer(reader, Rule::Hdr3, report)?, ids: [0; 4] };
    if models.set == 0 {
        for id in &mut models.ids {
            *id = bytes::read_integer(reader, Rule::Hdr3, report)?;
        }
        if models.ids == [0; 4] {
            report.add(Rule::Mod1, start);
        }
    }
    Ok(models)
}
