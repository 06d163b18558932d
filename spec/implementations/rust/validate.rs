//! A validator, and with it a decoder, which accepts data without findings (§9.1, §9.2). Limits
//! (§9.3), a profile (§11) and the class (§12) are its options.

use crate::check::Check;
use crate::extension::{DESCRIBER, PAINTER, PROMPTS, TOOL, WRITER};
use crate::framing::{self, Framing};
use crate::record::{Record, KK, M, S, X};
use crate::rule::{Report, Rule};
use crate::size;
use crate::tables::{self, Tables};

#[derive(Clone, Copy)]
pub struct Limits {
    pub max_bytes: usize,
    pub max_words: usize,
    pub max_extensions: usize,
    pub max_chunks: usize,
    pub max_records: usize,
    pub max_sequence_words: usize,
}

impl Limits {
    pub const USUAL: Limits = Limits {
        max_bytes: 65_536,
        max_words: 4_096,
        max_extensions: 64,
        max_chunks: 65_536,
        max_records: 65_536,
        max_sequence_words: 65_536,
    };

    /// The limit with this name in `vectors/schema.json`.
    pub fn by_name(&mut self, name: &str) -> Option<&mut usize> {
        Some(match name {
            "max_bytes" => &mut self.max_bytes,
            "max_words" => &mut self.max_words,
            "max_extensions" => &mut self.max_extensions,
            "max_chunks" => &mut self.max_chunks,
            "max_records" => &mut self.max_records,
            "max_sequence_words" => &mut self.max_sequence_words,
            _ => return None,
        })
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Class {
    Core,
    Full,
}

#[derive(Clone, Copy)]
pub struct Options {
    pub class: Class,
    pub limits: Limits,
    pub profile: Option<Profile>,
}

impl Options {
    pub fn new(class: Class) -> Options {
        Options { class, limits: Limits::USUAL, profile: None }
    }

    pub fn tables(&self) -> Option<&'static Tables> {
        match self.class {
            Class::Core => None,
            Class::Full => tables::tables(),
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Profile {
    Tiny,
    File,
    Archive,
}

impl Profile {
    pub fn by_name(name: &str) -> Option<Profile> {
        Some(match name {
            "tiny" => Profile::Tiny,
            "file" => Profile::File,
            "archive" => Profile::Archive,
            _ => return None,
        })
    }

    /// Judges a valid record.
    pub fn judge(self, record: &Record, report: &mut Report) {
        let mut require = |holds: bool, rule, bit| {
            if !holds {
                report.add(rule, record.start + bit);
            }
        };
        let is_file = record.framing == Framing::File;
        match self {
            Profile::Tiny => {
                let framed = matches!(record.framing, Framing::Bare | Framing::Sequence);
                require(framed, Rule::Pro1, 0);
                require(matches!(record.check, Check::None | Check::Crc8), Rule::Pro2, KK);
                require(size::is_short(record.size), Rule::Pro3, S);
                require(record.models.ids == [0; 4], Rule::Pro4, M);
                require(record.extensions.is_empty(), Rule::Pro5, X);
            }
            Profile::File => require(is_file, Rule::Pro6, 0),
            Profile::Archive => {
                let has = |kind| record.extension(kind).is_some();
                let models = [DESCRIBER, WRITER, PAINTER, PROMPTS];
                require(is_file, Rule::Pro7, 0);
                require(record.check == Check::Crc32, Rule::Pro8, KK);
                require(models.into_iter().all(has), Rule::Pro9, X);
                require(has(TOOL), Rule::Pro10, X);
            }
        }
    }
}

pub struct Judged {
    pub framing: Framing,
    pub report: Report,
    /// The value, if there are no findings.
    pub records: Vec<Record>,
}

/// Judges data in a framing, or in that which is detected.
pub fn validate(data: &[u8], framing: Option<Framing>, options: &Options) -> Judged {
    let framing = framing.unwrap_or_else(|| Framing::detect(data));
    let mut report = Report::default();
    let records = framing::read(data, framing, options, &mut report);
    if let (Some(profile), true) = (options.profile, report.findings.is_empty()) {
        records.iter().for_each(|record| profile.judge(record, &mut report));
    }
    Judged { framing, report, records }
}
