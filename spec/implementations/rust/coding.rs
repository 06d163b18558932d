//! The four codings (§6), and the characters and words of a text (§2.4, §6.3).

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Coding {
    Nibble,
    Lexicon,
    Bag,
    Utf8,
}

impl Coding {
    pub const ALL: [Coding; 4] = [Coding::Nibble, Coding::Lexicon, Coding::Bag, Coding::Utf8];

    pub fn from_bits(cc: u8) -> Coding {
        Coding::ALL[usize::from(cc & 3)]
    }

    pub fn name(self) -> &'static str {
        ["nibble", "lexicon", "bag", "utf8"][self as usize]
    }

    /// Whether it is a coding of words by the tables of Annex K.
    pub fn needs_tables(self) -> bool {
        matches!(self, Coding::Lexicon | Coding::Bag)
    }
}

pub fn is_control(character: char) -> bool {
    matches!(character, '\0'..='\u{1f}' | '\u{7f}'..='\u{9f}')
}

pub fn is_white_space(character: char) -> bool {
    matches!(
        character,
        '\u{9}'..='\u{d}'
            | '\u{1c}'..='\u{20}'
            | '\u{85}'
            | '\u{a0}'
            | '\u{1680}'
            | '\u{2000}'..='\u{200a}'
            | '\u{2028}'
            | '\u{2029}'
            | '\u{202f}'
            | '\u{205f}'
            | '\u{3000}'
    )
}

/// The words of a text in any coding: except in `utf8`, its only white space is the space.
pub fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(is_white_space).filter(|word| !word.is_empty())
}
