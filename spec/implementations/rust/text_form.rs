//! The text forms `url` and `qr` (§7.4).

use crate::framing::Framing;
use crate::rule::{Report, Rule, Step};

const URL: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const QR: &[u8; 45] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";

/// From a character to its value, or NONE.
type Values = [u8; 256];
const NONE: u8 = 0xff;

const fn values(alphabet: &[u8]) -> Values {
    let mut values = [NONE; 256];
    let mut value = 0;
    while value < alphabet.len() {
        values[alphabet[value] as usize] = value as u8;
        value += 1;
    }
    values
}

static URL_VALUES: Values = values(URL);
static QR_VALUES: Values = values(QR);

fn start_of(framing: Framing) -> &'static [u8; 5] {
    if framing == Framing::Qr {
        b"SEMQ:"
    } else {
        b"semc:"
    }
}

/// The core of a text form.
pub fn read(text: &[u8], framing: Framing, max: usize, report: &mut Report) -> Step<Vec<u8>> {
    if text.len() > max {
        return report.stop(Rule::Lim1, 8 * max);
    }
    let start = start_of(framing);
    let Some(characters) = text.strip_prefix(start) else {
        return report.stop(Rule::Txt1, 0);
    };
    let (alphabet, group) = if framing == Framing::Qr { (&QR_VALUES, 3) } else { (&URL_VALUES, 4) };
    let values: Vec<u8> = characters.iter().map(|&byte| alphabet[usize::from(byte)]).collect();
    if let Some(index) = values.iter().position(|&value| value == NONE) {
        return report.stop(Rule::Txt2, 8 * (start.len() + index));
    }
    if values.len() % group == 1 {
        return report.stop(Rule::Txt3, 8 * text.len());
    }
    let core = if framing == Framing::Qr {
        match from_base45(&values) {
            Ok(core) => core,
            Err(index) => return report.stop(Rule::Txt5, 8 * (start.len() + index)),
        }
    } else {
        let (core, clean) = from_base64(&values);
        if !clean {
            report.add(Rule::Txt4, 8 * (text.len() - 1));
        }
        core
    };
    if core.is_empty() {
        return report.stop(Rule::Frm1, 8 * text.len());
    }
    Ok(core)
}

/// The bytes, and whether the bits that do not belong to a byte are 0.
fn from_base64(values: &[u8]) -> (Vec<u8>, bool) {
    let mut core = Vec::with_capacity(values.len() / 4 * 3 + 2);
    let mut clean = true;
    for group in values.chunks(4) {
        let bits = group.iter().fold(0, |bits, &value| bits << 6 | u32::from(value));
        let unused = 6 * group.len() % 8;
        clean &= bits & ((1 << unused) - 1) == 0;
        let count = 6 * group.len() / 8;
        core.extend(&(bits >> unused).to_be_bytes()[4 - count..]);
    }
    (core, clean)
}

/// The bytes, or the index of the first character of a group that does not fit.
fn from_base45(values: &[u8]) -> Result<Vec<u8>, usize> {
    let mut core = Vec::with_capacity(values.len() / 3 * 2 + 1);
    for (index, group) in values.chunks(3).enumerate() {
        let number = group.iter().rev().fold(0, |number, &value| 45 * number + u32::from(value));
        let count = group.len() - 1;
        if number >> (8 * count) > 0 {
            return Err(3 * index);
        }
        core.extend(&number.to_be_bytes()[4 - count..]);
    }
    Ok(core)
}

/// The text form of a core.
pub fn write(core: &[u8], framing: Framing) -> Vec<u8> {
    let mut text = start_of(framing).to_vec();
    if framing == Framing::Qr {
        for group in core.chunks(2) {
            let number = group.iter().fold(0, |number, &byte| number << 8 | usize::from(byte));
            let values = [number % 45, number / 45 % 45, number / 2025];
            text.extend(values[..=group.len()].iter().map(|&value| QR[value]));
        }
    } else {
        for group in core.chunks(3) {
            let bits = group.iter().fold(0, |bits, &byte| bits << 8 | u32::from(byte));
            let bits = bits << (8 * (3 - group.len()));
            let values = [18, 12, 6, 0].map(|shift| (bits >> shift & 63) as usize);
            text.extend(values[..=group.len()].iter().map(|&value| URL[value]));
        }
    }
    text
}
