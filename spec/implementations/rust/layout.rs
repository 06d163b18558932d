//! The layout, a value of boxes for words (§5.8).

const WORD: u32 = 6;
const BOXES: u32 = 3;
const BOX: u32 = 20;
const SHORTEST_GROUP: usize = (WORD + BOXES + BOX) as usize;
const MAX_BOXES: usize = 16;
/// 16 groups of one box each.
const MAX_BYTES: usize = 58;

struct Bits<'a> {
    bytes: &'a [u8],
    position: usize,
}

impl Bits<'_> {
    fn left(&self) -> usize {
        8 * self.bytes.len() - self.position
    }

    fn take(&mut self, count: u32) -> Option<u32> {
        if self.left() < count as usize {
            return None;
        }
        Some((0..count).fold(0, |value, _| {
            let bit = self.bytes[self.position / 8] >> (7 - self.position % 8) & 1;
            self.position += 1;
            value << 1 | u32::from(bit)
        }))
    }
}

/// The ends of the groups, in bits; None if the value breaks SC-EXT-13.
pub fn group_ends(value: &[u8]) -> Option<Vec<usize>> {
    if value.len() > MAX_BYTES {
        return None;
    }
    let mut bits = Bits { bytes: value, position: 0 };
    let mut ends = Vec::new();
    let mut boxes = 0;
    let mut last_word = None;
    while bits.left() >= SHORTEST_GROUP {
        let word = bits.take(WORD);
        if word <= last_word {
            return None;
        }
        last_word = word;
        let mut last_box = None;
        for _ in 0..=bits.take(BOXES)? {
            let edges = bits.take(BOX)?;
            if Some(edges) <= last_box || is_empty(edges) {
                return None;
            }
            last_box = Some(edges);
            boxes += 1;
        }
        ends.push(bits.position);
    }
    let padding = bits.left() as u32;
    let valid = !ends.is_empty() && boxes <= MAX_BOXES && padding < 8 && bits.take(padding)? == 0;
    valid.then_some(ends)
}

fn is_empty(edges: u32) -> bool {
    let [left, top, last_column, last_row] = [15, 10, 5, 0].map(|shift| edges >> shift & 31);
    last_column < left || last_row < top
}

/// A valid value without its last group (§9.5, step 5); None if that was the only one.
pub fn without_last_group(value: &[u8]) -> Option<Vec<u8>> {
    let ends = group_ends(value)?;
    let end = *ends.get(ends.len().checked_sub(2)?)?;
    let mut shorter = value.get(..end.div_ceil(8))?.to_vec();
    if end % 8 > 0 {
        *shorter.last_mut()? &= 0xff << (8 - end % 8);
    }
    Some(shorter)
}
