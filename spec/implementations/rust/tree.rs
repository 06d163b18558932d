//! The tree of a `bag`, as it is read and as it is written (§K.7).

use crate::bag::{Set, MAX_WORDS};
use crate::context::{in_context, Context, History, EVEN};
use crate::range::{Decoder, Encoder};
use crate::rule::Rule;
use crate::tables::{Tables, FREQUENT};
use crate::word::{self, Word, MAX_ESCAPED};

/// Rows of splits.
pub const KNOWN: usize = 0;
pub const COMMON: usize = 1;
pub const GROUPS: usize = 2;
pub const NUMBER: usize = 2;
/// From the row of a left side to that of the right one.
const RIGHT: usize = 16_386;

/// Probabilities of the sides where all words are equally likely.
pub const UNIFORM: (u32, u32) = (33_026, 1_032);

/// The probabilities of splits after the words so far.
pub struct Splits<'a> {
    tables: &'a Tables,
    bucket: usize,
    history: History<'a>,
    context: Context,
}

impl<'a> Splits<'a> {
    pub fn new(bucket: usize, tables: &'a Tables) -> Splits<'a> {
        let history = History::new(tables);
        let context = history.set_context(bucket);
        Splits { tables, bucket, history, context }
    }

    /// Adds a word by its row number.
    pub fn push(&mut self, row: usize) {
        self.history.push(row);
        self.context = self.history.set_context(self.bucket);
    }

    pub fn probabilities(&self, row: usize) -> (u32, u32) {
        let probability = |row| in_context(self.tables.set_decision(row), &self.context);
        (probability(row), probability(RIGHT + row))
    }
}

/// The words in their order, or the rule that ends decoding.
pub fn read(payload: &[u8], bucket: usize, tables: &Tables) -> Result<Vec<Word>, Rule> {
    let mut reader = Reader {
        decoder: Decoder::new(payload),
        splits: Splits::new(bucket, tables),
        tables,
        words: Vec::new(),
    };
    reader.set()?;
    Ok(reader.words)
}

struct Reader<'a> {
    decoder: Decoder<'a>,
    splits: Splits<'a>,
    tables: &'a Tables,
    words: Vec<Word>,
}

impl Reader<'_> {
    fn set(&mut self) -> Result<(), Rule> {
        let (left, right) = self.split(KNOWN);
        if left {
            self.vocabulary()?;
        }
        if right {
            self.escaped()?;
        }
        Ok(())
    }

    fn vocabulary(&mut self) -> Result<(), Rule> {
        let (left, right) = self.split(COMMON);
        if left {
            self.frequent(1)?;
        }
        if right {
            self.rare()?;
        }
        Ok(())
    }

    fn frequent(&mut self, x: usize) -> Result<(), Rule> {
        if x >= FREQUENT {
            return self.word(Word::Known((x - FREQUENT) as u16));
        }
        let (left, right) = self.split(NUMBER + x);
        if left {
            self.frequent(2 * x)?;
        }
        if right {
            self.frequent(2 * x + 1)?;
        }
        Ok(())
    }

    fn rare(&mut self) -> Result<(), Rule> {
        let (left, right) = self.split(GROUPS);
        if left {
            self.uniform(1, 14)?;
        }
        if right {
            self.uniform(1, 15)?;
        }
        Ok(())
    }

    fn uniform(&mut self, x: usize, bits: u32) -> Result<(), Rule> {
        if bits == 0 {
            return self.word(Word::Known(x as u16));
        }
        let (left, right) = self.sides(UNIFORM);
        if left {
            self.uniform(2 * x, bits - 1)?;
        }
        if right {
            self.uniform(2 * x + 1, bits - 1)?;
        }
        Ok(())
    }

    fn escaped(&mut self) -> Result<(), Rule> {
        let mut characters = 0;
        loop {
            let word = word::decode_escaped(&mut self.decoder, self.tables);
            characters += word.len();
            if characters > MAX_ESCAPED {
                return Err(Rule::Lex3);
            }
            self.word(Word::Escaped(word))?;
            if !self.decoder.decide(EVEN) {
                return Ok(());
            }
        }
    }

    fn word(&mut self, word: Word) -> Result<(), Rule> {
        if self.words.len() == MAX_WORDS {
            return Err(Rule::Bag2);
        }
        self.splits.push(word.row());
        self.words.push(word);
        Ok(())
    }

    fn split(&mut self, row: usize) -> (bool, bool) {
        self.sides(self.splits.probabilities(row))
    }

    fn sides(&mut self, (p, q): (u32, u32)) -> (bool, bool) {
        let left = self.decoder.decide(p);
        (left, !left || self.decoder.decide(q))
    }
}

/// The decisions of a set with this size bucket.
pub fn write(set: &Set, bucket: usize, tables: &Tables) -> Encoder {
    let splits = Splits::new(bucket, tables);
    let mut writer = Writer { encoder: Encoder::new(), splits, tables };
    writer.set(set);
    writer.encoder
}

struct Writer<'a> {
    encoder: Encoder,
    splits: Splits<'a>,
    tables: &'a Tables,
}

impl Writer<'_> {
    fn set(&mut self, set: &Set) {
        self.split(KNOWN, !set.known.is_empty(), !set.escaped.is_empty());
        if !set.known.is_empty() {
            self.vocabulary(&set.known);
        }
        for (index, word) in set.escaped.iter().enumerate() {
            word::encode_escaped(word, &mut self.encoder, self.tables);
            self.encoder.encode(index + 1 < set.escaped.len(), EVEN);
        }
    }

    fn vocabulary(&mut self, numbers: &[u16]) {
        let (frequent, rare) = at(numbers, FREQUENT);
        self.split(COMMON, !frequent.is_empty(), !rare.is_empty());
        if !frequent.is_empty() {
            self.frequent(1, 14, frequent);
        }
        if !rare.is_empty() {
            let (first, second) = at(rare, 1 << 15);
            self.split(GROUPS, !first.is_empty(), !second.is_empty());
            self.uniform(1, 14, first);
            self.uniform(1, 15, second);
        }
    }

    /// `bits` of the number are left.
    fn frequent(&mut self, x: usize, bits: u32, numbers: &[u16]) {
        if bits == 0 {
            return self.splits.push(x - FREQUENT);
        }
        let (left, right) = at(numbers, ((2 * x + 1) << (bits - 1)) - FREQUENT);
        self.split(NUMBER + x, !left.is_empty(), !right.is_empty());
        if !left.is_empty() {
            self.frequent(2 * x, bits - 1, left);
        }
        if !right.is_empty() {
            self.frequent(2 * x + 1, bits - 1, right);
        }
    }

    fn uniform(&mut self, x: usize, bits: u32, numbers: &[u16]) {
        if numbers.is_empty() || bits == 0 {
            return;
        }
        let (left, right) = at(numbers, (2 * x + 1) << (bits - 1));
        self.sides(UNIFORM, !left.is_empty(), !right.is_empty());
        self.uniform(2 * x, bits - 1, left);
        self.uniform(2 * x + 1, bits - 1, right);
    }

    fn split(&mut self, row: usize, left: bool, right: bool) {
        self.sides(self.splits.probabilities(row), left, right);
    }

    fn sides(&mut self, (p, q): (u32, u32), left: bool, right: bool) {
        self.encoder.encode(left, p);
        if left {
            self.encoder.encode(right, q);
        }
    }
}

/// Numbers below and from a border.
fn at(numbers: &[u16], border: usize) -> (&[u16], &[u16]) {
    numbers.split_at(numbers.partition_point(|&number| usize::from(number) < border))
}
