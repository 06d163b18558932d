//! The size of the picture (§5.2, §14.1).

use crate::bytes::Reader;
use crate::rule::{Report, Rule, Step};

pub type Size = (u32, u32);

pub const DEFAULT: Size = (1024, 1024);
const MAX_SIDE: u64 = (1 << 31) - 1;
const MAX_SHORT_SIDE: u64 = 1 << 15;

/// The sizes of the codes from 1 on.
const CODES: [Size; 41] = [
    (512, 512),
    (768, 768),
    (768, 512),
    (512, 768),
    (1152, 896),
    (896, 1152),
    (1216, 832),
    (832, 1216),
    (1344, 768),
    (768, 1344),
    (1536, 640),
    (640, 1536),
    (1920, 1080),
    (1280, 720),
    (256, 256),
    (3840, 2160),
    (2048, 2048),
    (2048, 1365),
    (640, 480),
    (4032, 3024),
    (1152, 864),
    (864, 1152),
    (1248, 832),
    (832, 1248),
    (720, 1280),
    (1408, 704),
    (704, 1408),
    (1120, 896),
    (896, 1120),
    (1568, 672),
    (672, 1568),
    (1280, 800),
    (800, 1280),
    (1216, 864),
    (864, 1216),
    (1536, 704),
    (704, 1536),
    (1392, 752),
    (752, 1392),
    (1088, 960),
    (960, 1088),
];

fn code_of(size: Size) -> Option<usize> {
    CODES.iter().position(|&coded| coded == size).map(|index| index + 1)
}

/// Whether a profile may call this a size with a code: §11, `tiny`.
pub fn is_short(size: Size) -> bool {
    size == DEFAULT || code_of(size).is_some()
}

pub fn read(reader: &mut Reader, report: &mut Report) -> Step<Size> {
    let start = reader.offset();
    let length = match reader.rest().first() {
        Some(0x00..=0x7f) | None => 1,
        Some(0x80..=0xbf) => 4,
        Some(0xc0..) => 8,
    };
    let Some(field) = reader.take(length) else {
        return report.stop(Rule::Hdr3, reader.end_offset());
    };
    let bits = field.iter().fold(0, |bits: u64, &byte| bits << 8 | u64::from(byte));
    Ok(match length {
        1 => coded(bits as usize, start, report),
        4 => {
            let size = ((bits >> 15 & 0x7fff) as u32 + 1, (bits & 0x7fff) as u32 + 1);
            judge_shorter(size, start, report);
            size
        }
        _ => long((bits >> 31 & MAX_SIDE) + 1, (bits & MAX_SIDE) + 1, start, report),
    })
}

fn coded(code: usize, start: usize, report: &mut Report) -> Size {
    match code.checked_sub(1).map(|index| CODES.get(index)) {
        Some(Some(&size)) => return size,
        Some(None) => report.add(Rule::Siz1, start),
        None => report.add(Rule::Siz2, start),
    }
    DEFAULT
}

fn judge_shorter(size: Size, start: usize, report: &mut Report) {
    if size == DEFAULT {
        report.add(Rule::Siz2, start);
    } else if code_of(size).is_some() {
        report.add(Rule::Siz3, start);
    }
}

fn long(width: u64, height: u64, start: usize, report: &mut Report) -> Size {
    let size = (width as u32, height as u32);
    judge_shorter(size, start, report);
    if width.max(height) <= MAX_SHORT_SIDE {
        report.add(Rule::Siz4, start);
    }
    if width > MAX_SIDE {
        report.add(Rule::Siz5, start + 2);
    }
    if height > MAX_SIDE {
        report.add(Rule::Siz5, start + 33);
    }
    size
}

/// The field of a size, which is empty for the default; None if a side is 0 or over 2^31-1.
pub fn field(width: u64, height: u64) -> Option<Vec<u8>> {
    if width.min(height) == 0 || width.max(height) > MAX_SIDE {
        return None;
    }
    let size = (width as u32, height as u32);
    Some(if size == DEFAULT {
        Vec::new()
    } else if let Some(code) = code_of(size) {
        vec![code as u8]
    } else if width.max(height) <= MAX_SHORT_SIDE {
        let bits = 0b10 << 30 | (size.0 - 1) << 15 | (size.1 - 1);
        bits.to_be_bytes().to_vec()
    } else {
        let bits = 0b11 << 62 | (width - 1) << 31 | (height - 1);
        bits.to_be_bytes().to_vec()
    })
}
