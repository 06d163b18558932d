//! A word of the codings `lexicon` and `bag` (§6.5, §K.1), and the characters of an escaped word
//! (§K.5).

use crate::context::of_logit;
use crate::range::{Decoder, Encoder};
use crate::tables::{Tables, FREQUENT, OTHER_WORD};

/// At most 63 characters, of those of §6.5.
pub const MAX_CHARACTERS: usize = 63;
pub const MAX_ESCAPED: usize = 1024;

#[derive(Clone, PartialEq, Eq)]
pub enum Word {
    Known(u16),
    /// The capital form of a word of the vocabulary.
    Capital(u16),
    /// Its characters.
    Escaped(Vec<u8>),
}

impl Word {
    /// The word with these characters, in its canonical form in `lexicon`.
    pub fn find(characters: &[u8], tables: &Tables) -> Word {
        if let Some(number) = tables.number(characters) {
            return Word::Known(number);
        }
        if let [b'A'..=b'Z', rest @ ..] = characters {
            let small = [&[characters[0].to_ascii_lowercase()], rest].concat();
            if let Some(number) = tables.number(&small) {
                return Word::Capital(number);
            }
        }
        Word::Escaped(characters.to_vec())
    }

    pub fn characters(&self, tables: &Tables) -> Vec<u8> {
        match self {
            Word::Known(number) => tables.word(*number).to_vec(),
            Word::Capital(number) => {
                let mut characters = tables.word(*number).to_vec();
                characters[..1].make_ascii_uppercase();
                characters
            }
            Word::Escaped(characters) => characters.clone(),
        }
    }

    /// Its row number (§K.4).
    pub fn row(&self) -> usize {
        match self {
            Word::Known(number) | Word::Capital(number) if usize::from(*number) < FREQUENT => {
                usize::from(*number)
            }
            _ => OTHER_WORD,
        }
    }

    pub fn escaped_characters(&self) -> usize {
        match self {
            Word::Escaped(characters) => characters.len(),
            _ => 0,
        }
    }

    /// Whether its form in `lexicon` is another one: SC-LEX-2.
    pub fn is_escaped_needlessly(&self, tables: &Tables) -> bool {
        match self {
            Word::Escaped(characters) => Word::find(characters, tables) != *self,
            _ => false,
        }
    }

    /// Whether it is encoded as the capital form of a word that has none: SC-LEX-1 (§K.6).
    pub fn is_false_capital(&self, tables: &Tables) -> bool {
        match self {
            Word::Capital(number) => !tables.word(*number)[0].is_ascii_lowercase(),
            _ => false,
        }
    }
}

/// The text of words, which are ASCII.
pub fn join(words: &[Word], tables: &Tables) -> String {
    let words: Vec<Vec<u8>> = words.iter().map(|word| word.characters(tables)).collect();
    words.join(&b' ').into_iter().map(char::from).collect()
}

/// The words of a text, or None if it is not one of words with single spaces between them.
pub fn split(text: &str) -> Option<Vec<&[u8]>> {
    if text.is_empty() {
        return Some(Vec::new());
    }
    let allowed = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'\'' | b'-');
    let words: Vec<&[u8]> = text.as_bytes().split(|&byte| byte == b' ').collect();
    let valid = words
        .iter()
        .all(|word| (1..=MAX_CHARACTERS).contains(&word.len()) && word.iter().all(allowed));
    valid.then_some(words)
}

const CHARACTERS: &[u8; 64] = b"abcdefghijklmnopqrstuvwxyz'-0123ABCDEFGHIJKLMNOPQRSTUVWXYZ456789";
const NO_CODE: usize = 64;
const NO_CLASS: usize = 27;

/// The two characters before the next one.
struct Before<'a> {
    tables: &'a Tables,
    code: usize,
    class: usize,
}

impl Before<'_> {
    fn new(tables: &Tables) -> Before<'_> {
        Before { tables, code: NO_CODE, class: NO_CLASS }
    }

    fn probability(&self, number: usize) -> u32 {
        let row = 65 * self.class + self.code;
        of_logit(8 * i32::from(self.tables.letter[64 * row + number]))
    }

    fn push(&mut self, code: usize) {
        self.class = match self.code {
            0..26 => self.code,
            32..58 => self.code - 32,
            NO_CODE => NO_CLASS,
            _ => 26,
        };
        self.code = code;
    }
}

pub fn decode_escaped(decoder: &mut Decoder, tables: &Tables) -> Vec<u8> {
    let mut before = Before::new(tables);
    let mut characters = Vec::new();
    while characters.len() < MAX_CHARACTERS {
        if !characters.is_empty() && decoder.decide(before.probability(0)) {
            break;
        }
        let mut x = 1;
        for _ in 0..6 {
            x = 2 * x + usize::from(decoder.decide(before.probability(x)));
        }
        characters.push(CHARACTERS[x - 64]);
        before.push(x - 64);
    }
    characters
}

/// The characters are those of §6.5.
pub fn encode_escaped(characters: &[u8], encoder: &mut Encoder, tables: &Tables) {
    let mut before = Before::new(tables);
    for (index, character) in characters.iter().enumerate() {
        if index > 0 {
            encoder.encode(false, before.probability(0));
        }
        let code = CHARACTERS.iter().position(|known| known == character).unwrap_or(0);
        for shift in (0..6).rev() {
            let x = (64 + code) >> (shift + 1);
            encoder.encode(code >> shift & 1 == 1, before.probability(x));
        }
        before.push(code);
    }
    if characters.len() < MAX_CHARACTERS {
        encoder.encode(true, before.probability(0));
    }
}
