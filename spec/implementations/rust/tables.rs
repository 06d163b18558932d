//! The tables of Annex K: their parts, and the vocabulary (§K.1).

use std::collections::HashMap;
use std::sync::OnceLock;

use crate::sha256;

static FILE: &[u8] =
    include_bytes!(env!("SEMCODEC_LEXICON", "set it to the path of lexicon-1.bin, decompressed"));
const LENGTH: usize = 5_457_342;
const SHA256: &str = "0a7abd0a2ff7f2e4607ddd90222afee387146bf1d287b509e3e0be7d681a3959";

pub const FREQUENT: usize = 16_384;
/// The row number of a word that is rare or escaped.
pub const OTHER_WORD: usize = FREQUENT;
/// The row number of a missing word.
pub const NO_WORD: usize = FREQUENT + 1;

/// Offsets of the parts.
const LAST: usize = 0;
const BEFORE: usize = 786_528;
const EARLIER: usize = 1_573_056;
const STATE: usize = 2_359_536;
const DENSITY: usize = 2_359_872;
const ROW: usize = 2_360_352;
const BIAS: usize = 3_146_928;
const SETROW: usize = 3_163_315;
const SETBIAS: usize = 4_736_371;
const HELPER: usize = 4_769_143;
const LETTER: usize = 4_771_191;
const WORD: usize = 4_887_671;

pub const WIDTH: usize = 48;
/// Wider than in the file, since processors multiply such numbers faster.
pub type Row = [i16; WIDTH];

pub struct Tables {
    pub last: Vec<Row>,
    pub before: Vec<Row>,
    pub earlier: Vec<Row>,
    pub state: Vec<Row>,
    pub density: Vec<Row>,
    row: Vec<Row>,
    bias: Vec<i8>,
    set_row: Vec<Row>,
    set_bias: Vec<i8>,
    pub letter: Vec<i8>,
    /// Word n is between the ends n and n + 1.
    ends: Vec<usize>,
    numbers: HashMap<&'static [u8], u16>,
}

/// The tables, or None if the file is not the one of this version.
pub fn tables() -> Option<&'static Tables> {
    static TABLES: OnceLock<Option<Tables>> = OnceLock::new();
    TABLES.get_or_init(load).as_ref()
}

fn load() -> Option<Tables> {
    let hash: String = sha256::hash(FILE).iter().map(|byte| format!("{byte:02x}")).collect();
    if FILE.len() != LENGTH || hash != SHA256 {
        return None;
    }
    let mut ends = vec![WORD];
    let mut numbers = HashMap::with_capacity(1 << 16);
    for (number, word) in FILE[WORD..].split(|&byte| byte == b'\n').enumerate() {
        numbers.insert(word, number as u16);
        ends.push(ends[number] + word.len() + 1);
    }
    Some(Tables {
        last: rows(LAST, BEFORE),
        before: rows(BEFORE, EARLIER),
        earlier: rows(EARLIER, STATE),
        state: rows(STATE, DENSITY),
        density: rows(DENSITY, ROW),
        row: rows(ROW, BIAS),
        bias: numbers_of(BIAS, SETROW),
        set_row: rows(SETROW, SETBIAS),
        set_bias: numbers_of(SETBIAS, HELPER),
        letter: numbers_of(LETTER, WORD),
        ends,
        numbers,
    })
}

fn numbers_of(start: usize, end: usize) -> Vec<i8> {
    FILE[start..end].iter().map(|&byte| byte as i8).collect()
}

fn rows(start: usize, end: usize) -> Vec<Row> {
    let (rows, _) = FILE[start..end].as_chunks::<WIDTH>();
    rows.iter().map(|row| row.map(|byte| i16::from(byte as i8))).collect()
}

impl Tables {
    /// Characters of a word of the vocabulary.
    pub fn word(&self, number: u16) -> &'static [u8] {
        let number = usize::from(number);
        &FILE[self.ends[number]..self.ends[number + 1] - 1]
    }

    pub fn number(&self, word: &[u8]) -> Option<u16> {
        self.numbers.get(word).copied()
    }

    /// Bias and row of a decision of `lexicon`.
    pub fn decision(&self, row: usize) -> (i8, &Row) {
        (self.bias[row], &self.row[row])
    }

    /// Bias and row of a decision of `bag`.
    pub fn set_decision(&self, row: usize) -> (i8, &Row) {
        (self.set_bias[row], &self.set_row[row])
    }

    pub fn is_function_word(&self, row: usize) -> bool {
        row < FREQUENT && FILE[HELPER + row / 8] >> (row % 8) & 1 == 1
    }
}
