//! The coding `nibble`: sixteen symbols of four bits (§6.1).

use crate::rule::Rule;

const SYMBOLS: &[u8; 16] = b" ntsrhldcmfgpbkv";

/// The text of a payload, which may break the rules of `judge`.
pub fn decode(payload: &[u8]) -> String {
    let mut text: String = payload
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .map(|symbol| char::from(SYMBOLS[usize::from(symbol)]))
        .collect();
    if text.ends_with(' ') {
        text.pop();
    }
    text
}

/// Passes each broken rule on, with the index of its symbol.
pub fn judge(text: &str, mut broken: impl FnMut(Rule, usize)) {
    if text.starts_with(' ') {
        broken(Rule::Nib1, 0);
    }
    if let Some(first) = text.find("  ") {
        broken(Rule::Nib2, first + 1);
    }
    if text.len() > 1 && text.ends_with(' ') {
        broken(Rule::Nib3, text.len() - 1);
    }
}

/// The payload of a text; None if it has other characters.
pub fn encode(text: &str) -> Option<Vec<u8>> {
    let symbol = |byte: u8| SYMBOLS.iter().position(|&symbol| symbol == byte);
    text.as_bytes()
        .chunks(2)
        .map(|pair| {
            let low = pair.get(1).map_or(Some(0), |&byte| symbol(byte))?;
            Some((symbol(pair[0])? << 4 | low) as u8)
        })
        .collect()
}
