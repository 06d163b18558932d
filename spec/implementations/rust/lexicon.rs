//! The coding `lexicon`: words in order (§6.5, §6.7, §K.6).

use crate::context::{in_context, Context, History, EVEN};
use crate::range::{Decoder, Encoder};
use crate::rule::Rule;
use crate::tables::{Tables, FREQUENT};
use crate::word::{self, Word, MAX_ESCAPED};

pub const MAX_WORDS: usize = 512;

/// Rows of decisions.
const NOT_KNOWN: usize = 0;
const RARE: usize = 1;
const SECOND_GROUP: usize = 2;
const NUMBER: usize = 2;
const CAPITAL: usize = 16_386;

/// The text of a payload, with the rule that it breaks if it can be decoded nevertheless; or the
/// rule that ends decoding.
pub fn decode(payload: &[u8], tables: &Tables) -> Result<(String, Option<Rule>), Rule> {
    let words = decode_words(payload, tables).ok_or(Rule::Lex3)?;
    let broken = if words.iter().any(|word| word.is_escaped_needlessly(tables)) {
        Some(Rule::Lex2)
    } else if words.iter().any(|word| word.is_false_capital(tables))
        || encode(&words, tables) != payload
    {
        Some(Rule::Lex1)
    } else {
        None
    };
    Ok((word::join(&words, tables), broken))
}

/// None if too many characters are escaped.
fn decode_words(payload: &[u8], tables: &Tables) -> Option<Vec<Word>> {
    let mut decoder = Decoder::new(payload);
    let mut history = History::new(tables);
    let mut words = Vec::new();
    let mut escaped = 0;
    while words.len() < MAX_WORDS && !decoder.is_exhausted() {
        let word = decode_word(&mut decoder, &history.context(), tables);
        if decoder.drops() {
            break;
        }
        escaped += word.escaped_characters();
        if escaped > MAX_ESCAPED {
            return None;
        }
        history.push(word.row());
        words.push(word);
    }
    Some(words)
}

fn decode_word(decoder: &mut Decoder, context: &Context, tables: &Tables) -> Word {
    let mut decide = |row| decoder.decide(in_context(tables.decision(row), context));
    let capital = decide(NOT_KNOWN);
    if capital && !decide(CAPITAL) {
        return Word::Escaped(word::decode_escaped(decoder, tables));
    }
    let mut x = 1;
    let number = if !decide(RARE) {
        for _ in 0..14 {
            x = 2 * x + usize::from(decide(NUMBER + x));
        }
        x - FREQUENT
    } else {
        let bits = if decide(SECOND_GROUP) { 15 } else { 14 };
        for _ in 0..bits {
            x = 2 * x + usize::from(decoder.decide(EVEN));
        }
        x
    };
    if capital {
        Word::Capital(number as u16)
    } else {
        Word::Known(number as u16)
    }
}

/// The payload of at most 512 words.
pub fn encode(words: &[Word], tables: &Tables) -> Vec<u8> {
    let mut encoder = Encoder::new();
    let mut history = History::new(tables);
    for word in words {
        encode_word(word, &mut encoder, &history.context(), tables);
        history.push(word.row());
    }
    if words.is_empty() {
        Vec::new()
    } else {
        end(encoder, &history, tables)
    }
}

fn encode_word(word: &Word, encoder: &mut Encoder, context: &Context, tables: &Tables) {
    let mut encode = |decision, row| {
        encoder.encode(decision, in_context(tables.decision(row), context));
    };
    let number = match word {
        Word::Known(number) => {
            encode(false, NOT_KNOWN);
            usize::from(*number)
        }
        Word::Capital(number) => {
            encode(true, NOT_KNOWN);
            encode(true, CAPITAL);
            usize::from(*number)
        }
        Word::Escaped(characters) => {
            encode(true, NOT_KNOWN);
            encode(false, CAPITAL);
            return word::encode_escaped(characters, encoder, tables);
        }
    };
    if number < FREQUENT {
        encode(false, RARE);
        for shift in (0..14).rev() {
            let x = (FREQUENT + number) >> (shift + 1);
            encode(number >> shift & 1 == 1, NUMBER + x);
        }
    } else {
        let bits = number.ilog2();
        encode(true, RARE);
        encode(bits == 15, SECOND_GROUP);
        for shift in (0..bits).rev() {
            encoder.encode(number >> shift & 1 == 1, EVEN);
        }
    }
}

/// Ends a payload so that a decoder keeps all words and drops the next one.
fn end(encoder: Encoder, history: &History, tables: &Tables) -> Vec<u8> {
    let Encoder { width, low, .. } = encoder;
    let context = history.context();
    for count in 1..=2 {
        let unit = 1 << (8 * (5 - count));
        let value = low.next_multiple_of(unit);
        if value + unit > low + width {
            continue;
        }
        let mut next = Decoder::resumed(width, value - low, count as i64);
        if history.words() == MAX_WORDS || {
            decode_word(&mut next, &context, tables);
            next.drops()
        } {
            return encoder.finish(value, count);
        }
    }
    let part = (width >> 16) * u64::from(in_context(tables.decision(NOT_KNOWN), &context));
    encoder.finish((low + part - 1) >> 16 << 16, 3)
}
