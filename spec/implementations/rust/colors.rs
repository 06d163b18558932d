//! The bytes of extension type 22, written from COLORS-1.md alone. The clauses are those of that
//! document.

use crate::range::Decoder;

const SIDE: usize = 48;
const CHANNELS: usize = 3;
const COEFFICIENTS: usize = CHANNELS * SIDE * SIDE;
const PLANES: u8 = 11;
const DIAGONALS: usize = 2 * SIDE - 1;
/// The chance of a sign.
const HALF: u32 = 1 << 15;

const GROWTH: usize = 0;
const REFINEMENT: usize = 30;
const FIRST: usize = 36;

#[rustfmt::skip]
const CHANCES: [u16; 116] = [
    964, 4551, 27989, 49897, 62805, 32768, 32768, 32768, 26810, 38082, 49971, 62805, 32768, 32768,
    32768, 41506, 49620, 62557, 32768, 32768, 32768, 27307, 39070, 61208, 32768, 32768, 32768,
    32768, 44237, 60187, 17750, 18999, 23735, 25108, 28889, 32123, 16646, 16075, 46448, 10265,
    28440, 34328, 28440, 37042, 8548, 15124, 14347, 17410, 19078, 12924, 25611, 30270, 28649,
    50152, 25330, 16075, 4816, 8882, 15342, 17536, 19973, 24640, 28422, 31877, 36998, 24290, 1890,
    6940, 11365, 14436, 19522, 25153, 27531, 28100, 34736, 34328, 21416, 14469, 18515, 15124,
    48137, 11671, 25817, 25817, 15124, 15124, 2123, 4599, 4808, 7560, 13694, 24164, 25322, 29211,
    33115, 20648, 687, 3342, 6536, 13733, 16448, 24803, 26377, 29414, 34424, 37348, 228, 2522,
    7591, 12955, 16574, 22119, 25517, 28401, 37845, 15124,
];

/// Rows and columns from a coefficient to those of its channel that count twice in its score.
const NEAR: [(isize, isize); 4] = [(-1, 0), (0, -1), (0, 1), (1, 0)];
/// The same for those that count once.
const FAR: [(isize, isize); 8] =
    [(-1, -1), (-1, 1), (1, -1), (1, 1), (-2, 0), (0, -2), (0, 2), (2, 0)];

/// A coefficient other than 0.
#[derive(Debug, PartialEq, Eq)]
pub struct Coefficient {
    /// 2304 times the channel, and 48 times the row, and the column.
    pub index: usize,
    pub value: i32,
    pub plane: u8,
}

/// The coefficients that the bytes determine, without those that are 0.
pub fn decode(data: &[u8]) -> Vec<Coefficient> {
    let mut colors = Colors::new(data);
    // None means that a decision was not determined.
    let _ = (0..PLANES).try_for_each(|plane| colors.decode_plane(plane));
    colors.result()
}

#[derive(Clone, Copy)]
struct Place {
    channel: usize,
    row: usize,
    column: usize,
}

impl Place {
    fn index(self) -> usize {
        (self.channel * SIDE + self.row) * SIDE + self.column
    }

    fn diagonal(self) -> usize {
        self.row + self.column
    }

    /// The coefficient that is so many rows and columns away, if it exists.
    fn moved(self, (rows, columns): (isize, isize)) -> Option<Place> {
        let side = |start: usize, steps| start.checked_add_signed(steps).filter(|&at| at < SIDE);
        let (row, column) = (side(self.row, rows)?, side(self.column, columns)?);
        Some(Place { row, column, ..self })
    }

    /// 0 for lightness, 1 for the other channels.
    fn group(self) -> usize {
        usize::from(self.channel > 0)
    }
}

struct Colors<'a> {
    decoder: Decoder<'a>,
    magnitudes: [u16; COEFFICIENTS],
    negative: [bool; COEFFICIENTS],
    planes: [u8; COEFFICIENTS],
    /// The number of diagonals that are active.
    active: usize,
}

impl<'a> Colors<'a> {
    fn new(data: &'a [u8]) -> Colors<'a> {
        Colors {
            decoder: Decoder::new(data),
            magnitudes: [0; COEFFICIENTS],
            negative: [false; COEFFICIENTS],
            planes: [0; COEFFICIENTS],
            active: 0,
        }
    }

    /// A decision, or None if the bytes do not determine it (clause 3).
    fn decide(&mut self, chance: u32) -> Option<bool> {
        let decision = self.decoder.decide(chance);
        (!self.decoder.drops()).then_some(decision)
    }

    fn decide_in(&mut self, context: usize) -> Option<bool> {
        self.decide(u32::from(CHANCES[context]))
    }

    /// The number of binary digits of a magnitude.
    fn bits(&self, place: Place) -> u32 {
        u16::BITS - self.magnitudes[place.index()].leading_zeros()
    }

    fn score(&self, place: Place) -> u32 {
        let sum = |steps: &[(isize, isize)]| -> u32 {
            steps.iter().filter_map(|&step| place.moved(step)).map(|near| self.bits(near)).sum()
        };
        let before = (0..place.channel).map(|channel| self.bits(Place { channel, ..place }));
        2 * sum(&NEAR) + sum(&FAR) + before.sum::<u32>()
    }

    fn decode_plane(&mut self, plane: u8) -> Option<()> {
        self.grow(plane)?;
        let mut known = Vec::new();
        let mut rest = Vec::new();
        for place in places(self.active) {
            if self.magnitudes[place.index()] > 0 {
                known.push(place);
            } else if place.diagonal() < 3 || self.score(place) >= 2 {
                self.decode_first(plane, place)?;
            } else {
                rest.push(place);
            }
        }
        known.into_iter().try_for_each(|place| self.refine(plane, place))?;
        rest.into_iter().try_for_each(|place| self.decode_first(plane, place))
    }

    fn grow(&mut self, plane: u8) -> Option<()> {
        let column = usize::from(plane.min(5));
        while self.active < DIAGONALS
            && self.decide_in(GROWTH + 6 * (self.active >> 1).min(4) + column)?
        {
            self.active += 1;
        }
        Some(())
    }

    /// The digit of a coefficient whose magnitude is not 0.
    fn refine(&mut self, plane: u8, place: Place) -> Option<()> {
        let magnitude = self.magnitudes[place.index()];
        let row = usize::from(magnitude.min(3)) - 1;
        let digit = self.decide_in(REFINEMENT + 2 * row + place.group())?;
        self.magnitudes[place.index()] = 2 * magnitude + u16::from(digit);
        self.planes[place.index()] = plane;
        Some(())
    }

    /// The digit of a coefficient whose magnitude is 0, and its sign after a digit 1.
    fn decode_first(&mut self, plane: u8, place: Place) -> Option<()> {
        let row = 4 * place.group() + band(place.diagonal());
        if self.decide_in(FIRST + 10 * row + level(self.score(place)))? {
            self.negative[place.index()] = self.decide(HALF)?;
            self.magnitudes[place.index()] = 1;
            self.planes[place.index()] = plane;
        }
        Some(())
    }

    fn result(&self) -> Vec<Coefficient> {
        let determined = (0..COEFFICIENTS).filter(|&index| self.magnitudes[index] > 0);
        let coefficient = |index: usize| {
            let magnitude = i32::from(self.magnitudes[index]);
            let value = if self.negative[index] { -magnitude } else { magnitude };
            Coefficient { index, value, plane: self.planes[index] }
        };
        determined.map(coefficient).collect()
    }
}

/// The active coefficients by diagonal, row and channel.
fn places(active: usize) -> impl Iterator<Item = Place> {
    (0..active).flat_map(|diagonal| {
        (diagonal.saturating_sub(SIDE - 1)..=diagonal.min(SIDE - 1)).flat_map(move |row| {
            (0..CHANNELS).map(move |channel| Place { channel, row, column: diagonal - row })
        })
    })
}

fn band(diagonal: usize) -> usize {
    match diagonal {
        0 => 0,
        1..=2 => 1,
        3..=6 => 2,
        _ => 3,
    }
}

fn level(score: u32) -> usize {
    match score {
        0..=3 => score as usize,
        4..=5 => 4,
        6..=7 => 5,
        8..=11 => 6,
        12..=15 => 7,
        16..=23 => 8,
        _ => 9,
    }
}
