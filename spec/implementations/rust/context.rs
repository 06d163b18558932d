//! Probabilities (§K.3), and the context of the next word (§K.4).

use crate::tables::{Row, Tables, NO_WORD, WIDTH};

const CURVE: [i32; 33] = [
    32768, 36843, 40793, 44511, 47911, 50941, 53581, 55834, 57724, 59287, 60565, 61598, 62428,
    63090, 63615, 64030, 64357, 64614, 64816, 64974, 65097, 65194, 65269, 65328, 65374, 65410,
    65438, 65459, 65476, 65489, 65500, 65508, 65514,
];

pub const EVEN: u32 = 32_768;

/// Numbers from -400 to 400 (§K.9): a mean and three numbers of the tables, which are from -15 to
/// 15.
pub type Context = [i16; WIDTH];

/// The probability of a logit in 64ths of a nat.
pub fn of_logit(logit: i32) -> u32 {
    let size = logit.abs().min(511);
    let (index, fraction) = ((size >> 4) as usize, size & 15);
    let c = CURVE[index] + (((CURVE[index + 1] - CURVE[index]) * fraction) >> 4);
    (if logit < 0 { 65_536 - c } else { c }) as u32
}

/// The probability of a decision with this bias and row.
pub fn in_context((bias, row): (i8, &Row), context: &Context) -> u32 {
    let products: i32 = row.iter().zip(context).map(|(&x, &y)| i32::from(x) * i32::from(y)).sum();
    of_logit(8 * i32::from(bias) + products)
}

#[derive(Clone)]
pub struct History<'a> {
    tables: &'a Tables,
    sum: [i32; WIDTH],
    words: usize,
    function_words: usize,
    /// Row numbers of the word before and of the one before that.
    last: usize,
    before: usize,
}

impl<'a> History<'a> {
    pub fn new(tables: &'a Tables) -> History<'a> {
        History {
            tables,
            sum: [0; WIDTH],
            words: 0,
            function_words: 0,
            last: NO_WORD,
            before: NO_WORD,
        }
    }

    /// Adds a word by its row number.
    pub fn push(&mut self, row: usize) {
        for (sum, &number) in self.sum.iter_mut().zip(&self.tables.earlier[row]) {
            *sum += i32::from(number);
        }
        self.words += 1;
        self.function_words += usize::from(self.tables.is_function_word(row));
        self.before = self.last;
        self.last = row;
    }

    pub fn words(&self) -> usize {
        self.words
    }

    fn mean(&self) -> Context {
        let weight = (65_536 / (self.words as u32 + 1)).isqrt() as i32;
        self.sum.map(|sum| ((weight * sum) >> 8) as i16)
    }

    fn state(&self) -> usize {
        if self.words == 0 {
            0
        } else if 4 * self.function_words < self.words {
            match self.words {
                ..2 => 1,
                2..6 => 2,
                _ => 3,
            }
        } else if self.tables.is_function_word(self.last) {
            6
        } else if self.words < 8 {
            4
        } else {
            5
        }
    }

    /// The context of the next word of a `lexicon`.
    pub fn context(&self) -> Context {
        let last = &self.tables.last[self.last];
        let before = &self.tables.before[self.before];
        let state = &self.tables.state[self.state()];
        let mut context = self.mean();
        for (index, number) in context.iter_mut().enumerate() {
            *number += last[index] + before[index] + state[index];
        }
        context
    }

    /// The context of a split of a `bag` with this size bucket.
    pub fn set_context(&self, bucket: usize) -> Context {
        let density = &self.tables.density[bucket];
        let mut context = self.mean();
        for (number, &density) in context.iter_mut().zip(density) {
            *number += density;
        }
        context
    }
}
