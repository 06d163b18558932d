//! The framings, and their detection (§7, §7.1).

use crate::png;
use crate::record::{self, Record};
use crate::rule::{Report, Rule, Step};
use crate::sequence;
use crate::text_form;
use crate::validate::Options;

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Framing {
    Bare,
    File,
    Sequence,
    Url,
    Qr,
    Png,
}

pub const MAGIC: [u8; 2] = [0xb5, 0x1a];

impl Framing {
    pub const ALL: [Framing; 6] =
        [Framing::Bare, Framing::File, Framing::Sequence, Framing::Url, Framing::Qr, Framing::Png];

    pub fn name(self) -> &'static str {
        ["bare", "file", "sequence", "url", "qr", "png"][self as usize]
    }

    pub fn by_name(name: &str) -> Option<Framing> {
        Framing::ALL.into_iter().find(|framing| framing.name() == name)
    }

    pub fn detect(data: &[u8]) -> Framing {
        match data {
            [0xb5, ..] => Framing::File,
            [0x89, ..] => Framing::Png,
            _ if data.starts_with(b"semc:") => Framing::Url,
            _ if data.starts_with(b"SEMQ:") => Framing::Qr,
            _ => Framing::Bare,
        }
    }

    /// Whether a core has a check: it must (true), it must not (false), or any (None).
    pub fn wants_check(self) -> Option<bool> {
        match self {
            Framing::Bare | Framing::Sequence => None,
            Framing::File | Framing::Url | Framing::Qr => Some(true),
            Framing::Png => Some(false),
        }
    }
}

/// Judges data in a framing, and returns its records: one, or those of a sequence. They are the
/// value of the data only if nothing is found.
pub fn read(data: &[u8], framing: Framing, options: &Options, report: &mut Report) -> Vec<Record> {
    if framing == Framing::Sequence {
        return sequence::read(data, options, report);
    }
    read_one(data, framing, options, report).into_iter().collect()
}

fn read_one(data: &[u8], framing: Framing, options: &Options, report: &mut Report) -> Step<Record> {
    if data.is_empty() {
        return report.stop(Rule::Frm1, 0);
    }
    match framing {
        Framing::Bare | Framing::Sequence => record::read(data, 0, framing, options, report),
        Framing::File => match data.strip_prefix(&MAGIC) {
            None => report.stop(Rule::Frm2, 0),
            Some([]) => report.stop(Rule::Frm1, 16),
            Some(core) => record::read(core, 16, framing, options, report),
        },
        Framing::Url | Framing::Qr => {
            let core = text_form::read(data, framing, options.limits.max_bytes, report)?;
            record::read(&core, 0, framing, options, report)
        }
        Framing::Png => {
            let (core, start) = png::read(data, options.limits.max_chunks, report)?;
            record::read(core, start, framing, options, report)
        }
    }
}
