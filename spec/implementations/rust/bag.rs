//! The coding `bag`: words as a set (§6.6, §6.7, §K.7).

use crate::range::Encoder;
use crate::rule::Rule;
use crate::tables::Tables;
use crate::tree;
use crate::word::{self, Word};

pub const MAX_WORDS: usize = 256;

/// The least lengths of the size buckets (§K.4).
const BUCKETS: [usize; 10] = [2, 3, 4, 6, 8, 12, 16, 24, 32, 48];

/// The size bucket of a length, which is at least 2.
fn bucket_of(length: usize) -> usize {
    BUCKETS.partition_point(|&least| least <= length).saturating_sub(1)
}

/// As `lexicon::decode`.
pub fn decode(payload: &[u8], tables: &Tables) -> Result<(String, Option<Rule>), Rule> {
    let words = match payload.len() {
        0 => Vec::new(),
        1 => return Ok((String::new(), Some(Rule::Bag1))),
        length => tree::read(payload, bucket_of(length), tables)?,
    };
    let text = word::join(&words, tables);
    let canonical = Set::of(words, tables).is_some_and(|set| set.encode(tables) == payload);
    Ok((text, (!canonical).then_some(Rule::Bag1)))
}

/// The words of a set in their order: by number, then escaped ones by their characters.
pub struct Set {
    pub known: Vec<u16>,
    pub escaped: Vec<Vec<u8>>,
}

impl Set {
    /// None if words are not in their order, are equal, or are escaped needlessly.
    fn of(words: Vec<Word>, tables: &Tables) -> Option<Set> {
        let mut set = Set { known: Vec::new(), escaped: Vec::new() };
        for word in words {
            match word {
                Word::Known(number) => set.known.push(number),
                Word::Escaped(word) if tables.number(&word).is_none() => set.escaped.push(word),
                _ => return None,
            }
        }
        set.escaped.is_sorted_by(|a, b| a < b).then_some(set)
    }

    /// The set of words in any order; None if two are equal.
    pub fn new(words: &[&[u8]], tables: &Tables) -> Option<Set> {
        let mut set = Set { known: Vec::new(), escaped: Vec::new() };
        for word in words {
            match tables.number(word) {
                Some(number) => set.known.push(number),
                None => set.escaped.push(word.to_vec()),
            }
        }
        set.known.sort();
        set.escaped.sort();
        let distinct =
            set.known.is_sorted_by(|a, b| a < b) && set.escaped.is_sorted_by(|a, b| a < b);
        distinct.then_some(set)
    }

    pub fn escaped_characters(&self) -> usize {
        self.escaped.iter().map(Vec::len).sum()
    }

    /// The payload of at most 256 words.
    pub fn encode(&self, tables: &Tables) -> Vec<u8> {
        let count = self.known.len() + self.escaped.len();
        if count == 0 {
            return Vec::new();
        }
        let first = bucket_of((19 * count).div_ceil(16)).saturating_sub(1);
        (first..BUCKETS.len()).find_map(|bucket| self.encode_in(bucket, tables)).unwrap_or_default()
    }

    /// The payload if its length has this size bucket.
    fn encode_in(&self, bucket: usize, tables: &Tables) -> Option<Vec<u8>> {
        let mut bytes = shortest_end(tree::write(self, bucket, tables));
        while bytes.last() == Some(&0) {
            bytes.pop();
        }
        bytes.resize(bytes.len().max(BUCKETS[bucket]), 0);
        (bucket_of(bytes.len()) == bucket).then_some(bytes)
    }
}

fn shortest_end(encoder: Encoder) -> Vec<u8> {
    let Encoder { width, low, .. } = encoder;
    for count in 0..5 {
        let value = low.next_multiple_of(1 << (8 * (5 - count)));
        if value < low + width {
            return encoder.finish(value, count);
        }
    }
    encoder.finish(low, 5)
}
