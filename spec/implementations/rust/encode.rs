//! An encoder: the one encoding of a value (§5.7), or the reason for its refusal (§8).

use crate::bag::{self, Set};
use crate::bytes;
use crate::check::Check;
use crate::coding::{self, Coding};
use crate::extension::{self, FIRST_PRIVATE, SKETCH};
use crate::framing::{Framing, MAGIC};
use crate::lexicon;
use crate::nibble;
use crate::png;
use crate::record::Record;
use crate::rule::Rule;
use crate::size;
use crate::tables::{self, Tables};
use crate::text_form;
use crate::validate::Limits;
use crate::word::{self, Word, MAX_ESCAPED};

/// What to encode (§5.7), which may have no encoding.
#[derive(Clone)]
pub struct Value {
    /// UTF-8, except for unpaired surrogates (§6.2).
    pub text: Vec<u8>,
    pub coding: Coding,
    pub size: (u64, u64),
    /// Set, describer, writer, painter, prompts.
    pub models: [u64; 5],
    /// Types and values.
    pub extensions: Vec<(u64, Vec<u8>)>,
    pub framing: Framing,
    pub check: Check,
    /// The PNG file for the framing `png`.
    pub picture: Vec<u8>,
}

impl From<&Record> for Value {
    fn from(record: &Record) -> Value {
        let [describer, writer, painter, prompts] = record.models.ids.map(u64::from);
        let entries = record.extensions.iter();
        Value {
            text: record.text.clone().into_bytes(),
            coding: record.coding,
            size: (record.size.0.into(), record.size.1.into()),
            models: [record.models.set.into(), describer, writer, painter, prompts],
            extensions: entries.map(|entry| (entry.kind.into(), entry.value.clone())).collect(),
            framing: record.framing,
            check: record.check,
            picture: Vec::new(),
        }
    }
}

/// The rule that every encoding would break, or a requirement of the encoder.
pub struct Refusal(pub &'static str);

pub const LIMIT: Refusal = Refusal("SC-WRI-2");
const NOT_ASSIGNED: Refusal = Refusal("SC-WRI-3");
pub const NO_ENCODING: Refusal = Refusal("SC-WRI-5");

impl From<Rule> for Refusal {
    fn from(rule: Rule) -> Refusal {
        Refusal(rule.id())
    }
}

/// Encodes a new value.
pub fn encode(value: &Value) -> Result<Vec<u8>, Refusal> {
    let last = u64::from(SKETCH);
    let is_assigned = |kind| kind % 2 == 0 && (kind <= last || kind >= u64::from(FIRST_PRIVATE));
    if !value.extensions.iter().all(|&(kind, _)| is_assigned(kind)) {
        return Err(NOT_ASSIGNED);
    }
    encode_again(value)
}

/// Encodes the value of a record, which may have entries that are not assigned (§5.4).
pub fn encode_again(value: &Value) -> Result<Vec<u8>, Refusal> {
    match value.framing.wants_check() {
        Some(true) if value.check.bytes() == 0 => return Err(Rule::Frm3.into()),
        Some(false) if value.check.bytes() > 0 => return Err(Rule::Png6.into()),
        _ => {}
    }
    let core = core(value)?;
    let data = match value.framing {
        Framing::Bare => core,
        Framing::File => [&MAGIC[..], &core].concat(),
        Framing::Sequence => {
            let mut item = Vec::new();
            bytes::write_integer(core.len() as u64, &mut item).ok_or(Rule::Leb1)?;
            item.extend(core);
            item
        }
        Framing::Url | Framing::Qr => {
            let text = text_form::write(&core, value.framing);
            if text.len() > Limits::USUAL.max_bytes {
                return Err(LIMIT);
            }
            text
        }
        Framing::Png => png::write(&core, &value.picture, Limits::USUAL.max_chunks)?,
    };
    Ok(data)
}

fn core(value: &Value) -> Result<Vec<u8>, Refusal> {
    let size = size_field(value)?;
    let models = models_field(value)?;
    let extensions = extensions_field(value)?;
    let payload = payload(value)?;
    let flags = u8::from(!extensions.is_empty()) << 2
        | u8::from(!size.is_empty()) << 1
        | u8::from(!models.is_empty());
    let first = (value.coding as u8) << 5 | (value.check as u8) << 3 | flags;
    let mut core = [&[first], &size[..], &models, &extensions, &payload].concat();
    let mut check = Vec::new();
    value.check.append(&core, &mut check);
    core.extend(check);
    if core.len() > Limits::USUAL.max_bytes {
        return Err(LIMIT);
    }
    Ok(core)
}

fn size_field(value: &Value) -> Result<Vec<u8>, Refusal> {
    let (width, height) = value.size;
    size::field(width, height).ok_or(match width.min(height) {
        0 => NO_ENCODING,
        _ => Rule::Siz5.into(),
    })
}

fn models_field(value: &Value) -> Result<Vec<u8>, Refusal> {
    let [set, ids @ ..] = value.models;
    let mut field = Vec::new();
    match (set, ids) {
        (0, [0, 0, 0, 0]) => {}
        (_, [0, 0, 0, 0]) => bytes::write_integer(set, &mut field).ok_or(Rule::Leb1)?,
        (0, _) => {
            field.push(0);
            for id in ids {
                bytes::write_integer(id, &mut field).ok_or(Rule::Leb1)?;
            }
        }
        _ => return Err(NO_ENCODING),
    }
    Ok(field)
}

fn extensions_field(value: &Value) -> Result<Vec<u8>, Refusal> {
    if value.extensions.is_empty() {
        return Ok(Vec::new());
    }
    if value.extensions.len() > Limits::USUAL.max_extensions {
        return Err(LIMIT);
    }
    let mut sorted: Vec<_> = value.extensions.iter().collect();
    sorted.sort();
    let mut entries = Vec::new();
    let mut before = None;
    for (kind, value_bytes) in sorted {
        bytes::write_integer(*kind, &mut entries).ok_or(Rule::Leb1)?;
        bytes::write_integer(value_bytes.len() as u64, &mut entries).ok_or(Rule::Leb1)?;
        entries.extend(value_bytes);
        let kind = *kind as u32;
        let mut first_broken = None;
        extension::judge(kind, value_bytes, before, value.coding, |rule| {
            first_broken.get_or_insert(rule);
        });
        if let Some(rule) = first_broken {
            return Err(rule.into());
        }
        before = Some(kind);
    }
    let mut field = Vec::new();
    bytes::write_integer(entries.len() as u64, &mut field).ok_or(Rule::Leb1)?;
    field.extend(entries);
    Ok(field)
}

fn payload(value: &Value) -> Result<Vec<u8>, Refusal> {
    let Ok(text) = std::str::from_utf8(&value.text) else {
        return Err(NO_ENCODING);
    };
    let payload = match value.coding {
        Coding::Nibble => nibble_payload(text)?,
        Coding::Utf8 => value.text.clone(),
        Coding::Lexicon => lexicon_payload(text, tables()?)?,
        Coding::Bag => bag_payload(text, tables()?)?,
    };
    if coding::words(text).count() > Limits::USUAL.max_words {
        return Err(LIMIT);
    }
    Ok(payload)
}

fn tables() -> Result<&'static Tables, Refusal> {
    tables::tables().ok_or(Rule::Hdr2.into())
}

fn nibble_payload(text: &str) -> Result<Vec<u8>, Refusal> {
    let payload = nibble::encode(text).ok_or(NO_ENCODING)?;
    let mut first_broken = None;
    nibble::judge(text, |rule, _| {
        first_broken.get_or_insert(rule);
    });
    first_broken.map_or(Ok(payload), |rule| Err(rule.into()))
}

fn lexicon_payload(text: &str, tables: &Tables) -> Result<Vec<u8>, Refusal> {
    let words = word::split(text).ok_or(NO_ENCODING)?;
    let words: Vec<Word> = words.iter().map(|word| Word::find(word, tables)).collect();
    let escaped: usize = words.iter().map(Word::escaped_characters).sum();
    if escaped > MAX_ESCAPED {
        return Err(Rule::Lex3.into());
    }
    if words.len() > lexicon::MAX_WORDS {
        return Err(NO_ENCODING);
    }
    Ok(lexicon::encode(&words, tables))
}

fn bag_payload(text: &str, tables: &Tables) -> Result<Vec<u8>, Refusal> {
    let words = word::split(text).ok_or(NO_ENCODING)?;
    let set = Set::new(&words, tables).ok_or(Rule::Bag1)?;
    if set.escaped_characters() > MAX_ESCAPED {
        return Err(Rule::Lex3.into());
    }
    if words.len() > bag::MAX_WORDS {
        return Err(Rule::Bag2.into());
    }
    Ok(set.encode(tables))
}
