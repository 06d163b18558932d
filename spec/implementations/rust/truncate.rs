//! A smaller record of the same picture (§9.5).

use crate::coding::{is_white_space, words, Coding};
use crate::encode::{encode_again, Refusal, Value};
use crate::extension::{
    COLORS, COMMENT, DESCRIBER, K, LAYOUT, ORDER, PAINTER, PROMPTS, SEED, SKETCH, TOOL, WRITER,
};
use crate::framing::Framing;
use crate::layout;
use crate::validate::{validate, Class, Options};

/// The input cannot be truncated, or not enough.
const NONE_FITS: Refusal = Refusal("SC-EDI-4");

/// The first record of the series that has at most `max_bytes`.
pub fn truncate(data: &[u8], max_bytes: usize) -> Result<Vec<u8>, Refusal> {
    let judged = validate(data, None, &Options::new(Class::Full));
    let valid = judged.report.findings.is_empty() && judged.framing != Framing::Png;
    let Some(record) = judged.records.first().filter(|_| valid) else {
        return Err(NONE_FITS);
    };
    let mut value = Value::from(record);
    let mut result = data.to_vec();
    while result.len() > max_bytes {
        if !step(&mut value) {
            return Err(NONE_FITS);
        }
        result = encode_again(&value)?;
    }
    Ok(result)
}

/// The first change that is possible, if there is one.
fn step(value: &mut Value) -> bool {
    remove_unknown(value)
        || remove_first_of(value, &[COMMENT, TOOL, PROMPTS, PAINTER, WRITER, DESCRIBER])
        || remove_first_of(value, &[SKETCH])
        || shorten(value, COLORS, |colors| match colors {
            [] | [_] => None,
            [rest @ .., _] => Some(rest.to_vec()),
        })
        || shorten(value, LAYOUT, layout::without_last_group)
        || remove_first_of(value, &[SEED, ORDER, K])
        || trim(value)
        || remove_last_word(value)
}

fn remove_unknown(value: &mut Value) -> bool {
    let unknown = value.extensions.last().is_some_and(|&(kind, _)| kind > u64::from(SKETCH));
    unknown && value.extensions.pop().is_some()
}

fn position(value: &Value, kind: u32) -> Option<usize> {
    value.extensions.iter().position(|entry| entry.0 == u64::from(kind))
}

fn remove_first_of(value: &mut Value, kinds: &[u32]) -> bool {
    match kinds.iter().find_map(|&kind| position(value, kind)) {
        Some(index) => {
            value.extensions.remove(index);
            true
        }
        None => false,
    }
}

/// Replaces the value of an entry by a shorter one, or removes it if there is none.
fn shorten(value: &mut Value, kind: u32, shorter: fn(&[u8]) -> Option<Vec<u8>>) -> bool {
    let Some(index) = position(value, kind) else { return false };
    match shorter(&value.extensions[index].1) {
        Some(bytes) => value.extensions[index].1 = bytes,
        None => {
            value.extensions.remove(index);
        }
    }
    true
}

fn trim(value: &mut Value) -> bool {
    replace_text(value, |text| Some(text.trim_matches(is_white_space)))
}

fn remove_last_word(value: &mut Value) -> bool {
    if value.coding == Coding::Bag {
        return false;
    }
    replace_text(value, |text| {
        let last = words(text).last()?.len();
        let rest = text[..text.len() - last].trim_end_matches(is_white_space);
        (!rest.is_empty()).then_some(rest)
    })
}

/// Whether the text has changed.
fn replace_text(value: &mut Value, change: fn(&str) -> Option<&str>) -> bool {
    let Some(text) = std::str::from_utf8(&value.text).ok().and_then(change) else { return false };
    if text.len() == value.text.len() {
        return false;
    }
    value.text = text.as_bytes().to_vec();
    true
}
