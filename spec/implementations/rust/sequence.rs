//! A sequence of records (§7.3), read as a whole (§9.3).

use crate::bytes::{self, Reader};
use crate::coding::Coding;
use crate::framing::Framing;
use crate::lexicon;
use crate::record::{self, Record};
use crate::rule::{Finding, Report, Rule, Step};
use crate::validate::Options;

pub fn read(data: &[u8], options: &Options, report: &mut Report) -> Vec<Record> {
    let mut reader = Reader::new(data, 0);
    let mut records = Vec::new();
    let mut items = 0;
    let mut words = 0;
    while !reader.is_empty() {
        let start = reader.offset();
        if items == options.limits.max_records {
            report.add(Rule::Lim5, start);
            break;
        }
        items += 1;
        let Ok(core) = read_item(&mut reader, report) else { break };
        let before = report.findings.len();
        let Some(&first) = core.rest().first() else { continue };
        let record =
            record::read(core.rest(), core.offset(), Framing::Sequence, options, report).ok();
        words += counted_words(first, record.as_ref(), &report.findings[before..]);
        if words > options.limits.max_sequence_words {
            report.add(Rule::Lim6, start);
            break;
        }
        records.extend(record);
    }
    records
}

/// The core of an item, which is empty after SC-SEQ-1.
fn read_item<'a>(reader: &mut Reader<'a>, report: &mut Report) -> Step<Reader<'a>> {
    let start = reader.offset();
    let length = bytes::read_integer(reader, Rule::Seq2, report)?;
    if length == 0 {
        report.add(Rule::Seq1, start);
    }
    match reader.part(length as usize) {
        Some(core) => Ok(core),
        None => report.stop(Rule::Seq2, reader.end_offset()),
    }
}

/// The words of an item that count for SC-LIM-6 (§9.3), by the findings of its core. A core that is
/// rejected may have taken as much work as any other, except without the tables.
fn counted_words(first: u8, record: Option<&Record>, findings: &[Finding]) -> usize {
    let needs_tables = first < 0x80 && Coding::from_bits(first >> 5).needs_tables();
    let lacks_tables = findings.iter().any(|finding| finding.rule == Rule::Hdr2);
    if !needs_tables || lacks_tables {
        0
    } else if findings.is_empty() {
        record.map_or(0, |record| record.words().count())
    } else {
        lexicon::MAX_WORDS
    }
}
