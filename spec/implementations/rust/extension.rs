//! The extension block (§5.4).

use crate::bytes::{self, Reader};
use crate::coding::{is_control, Coding};
use crate::layout;
use crate::rule::{Report, Rule, Step};

/// Types of the registry that have a meaning here.
pub const DESCRIBER: u32 = 2;
pub const WRITER: u32 = 4;
pub const PAINTER: u32 = 6;
pub const PROMPTS: u32 = 8;
pub const K: u32 = 10;
pub const ORDER: u32 = 12;
pub const SEED: u32 = 14;
pub const TOOL: u32 = 16;
pub const COMMENT: u32 = 18;
pub const LAYOUT: u32 = 20;
pub const COLORS: u32 = 22;
pub const SKETCH: u32 = 24;
pub const FIRST_PRIVATE: u32 = 1 << 27;

#[derive(Clone, PartialEq, Eq)]
pub struct Entry {
    pub kind: u32,
    pub value: Vec<u8>,
}

pub fn read(
    reader: &mut Reader,
    coding: Coding,
    max_extensions: usize,
    report: &mut Report,
) -> Step<Vec<Entry>> {
    let start = reader.offset();
    let length = bytes::read_integer(reader, Rule::Hdr3, report)?;
    let Some(mut block) = reader.part(length as usize) else {
        return report.stop(Rule::Ext1, start);
    };
    if block.is_empty() {
        report.add(Rule::Ext2, start);
    }
    let mut entries: Vec<Entry> = Vec::new();
    while !block.is_empty() {
        let start = block.offset();
        if entries.len() == max_extensions {
            return report.stop(Rule::Lim3, start);
        }
        let kind = bytes::read_integer(&mut block, Rule::Ext3, report)?;
        let length = bytes::read_integer(&mut block, Rule::Ext3, report)?;
        let Some(value) = block.take(length as usize) else {
            return report.stop(Rule::Ext3, block.end_offset());
        };
        let before = entries.last().map(|entry| entry.kind);
        judge(kind, value, before, coding, |rule| report.add(rule, start));
        entries.push(Entry { kind, value: value.to_vec() });
    }
    Ok(entries)
}

/// Judges a complete entry; `before` is the type of the entry before.
pub fn judge(
    kind: u32,
    value: &[u8],
    before: Option<u32>,
    coding: Coding,
    mut broken: impl FnMut(Rule),
) {
    if before.is_some_and(|before| kind <= before) {
        broken(Rule::Ext4);
    }
    if kind == 0 {
        broken(Rule::Ext5);
    }
    if kind % 2 == 1 {
        broken(Rule::Ext6);
    }
    if let Some(rule) = broken_by_value(kind, value) {
        broken(rule);
    }
    if kind == ORDER && coding == Coding::Bag {
        broken(Rule::Ext12);
    }
}

fn broken_by_value(kind: u32, value: &[u8]) -> Option<Rule> {
    let (rule, valid) = match kind {
        DESCRIBER | WRITER | PAINTER | PROMPTS | TOOL => (Rule::Ext7, is_line(value, 255)),
        K => (Rule::Ext8, bytes::exact_integer(value).is_some_and(|k| k > 0)),
        ORDER => (Rule::Ext9, value == [1]),
        SEED => (Rule::Ext10, value.len() <= 4 && matches!(value, [_] | [1..=255, ..])),
        COMMENT => (Rule::Ext11, is_line(value, 4096)),
        LAYOUT => (Rule::Ext13, layout::group_ends(value).is_some()),
        COLORS => (Rule::Ext14, (1..=512).contains(&value.len())),
        SKETCH => (
            Rule::Ext15,
            matches!(value, [32 | 48 | 64 | 96, edges @ ..] if (1..=511).contains(&edges.len())),
        ),
        _ => return None,
    };
    (!valid).then_some(rule)
}

/// 1 to `max` bytes of UTF-8 without control characters.
fn is_line(value: &[u8], max: usize) -> bool {
    (1..=max).contains(&value.len())
        && std::str::from_utf8(value).is_ok_and(|text| !text.chars().any(is_control))
}
