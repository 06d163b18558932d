//! A record in a chunk of a PNG file (§7.5).

use crate::check::crc32;
use crate::encode::{Refusal, LIMIT, NO_ENCODING};
use crate::rule::{Report, Rule, Step};

const SIGNATURE: &[u8; 8] = b"\x89PNG\r\n\x1a\n";
const TYPE: &[u8; 4] = b"seMC";

struct Chunk<'a> {
    /// Position of its length.
    start: usize,
    kind: &'a [u8],
    data: &'a [u8],
    crc: &'a [u8],
}

impl<'a> Chunk<'a> {
    /// The chunk at `start`, if it is complete.
    fn at(png: &'a [u8], start: usize) -> Option<Chunk<'a>> {
        let (length, rest) = png.get(start..)?.split_first_chunk()?;
        let (kind, rest) = rest.split_at_checked(4)?;
        let (data, rest) = rest.split_at_checked(u32::from_be_bytes(*length) as usize)?;
        Some(Chunk { start, kind, data, crc: rest.get(..4)? })
    }

    fn end(&self) -> usize {
        self.start + 12 + self.data.len()
    }
}

/// The chunks up to and including `IEND`.
fn walk<'a>(png: &'a [u8], max_chunks: usize, report: &mut Report) -> Step<Vec<Chunk<'a>>> {
    if !png.starts_with(SIGNATURE) {
        return report.stop(Rule::Png1, 0);
    }
    let mut chunks: Vec<Chunk> = Vec::new();
    loop {
        let start = chunks.last().map_or(SIGNATURE.len(), Chunk::end);
        // The end of the data is also where a chunk is missing.
        let Some(chunk) = Chunk::at(png, start) else {
            return report.stop(Rule::Png2, 8 * start);
        };
        if chunks.len() == max_chunks {
            return report.stop(Rule::Lim4, 8 * start);
        }
        let is_last = chunk.kind == b"IEND";
        chunks.push(chunk);
        if is_last {
            return Ok(chunks);
        }
    }
}

/// The core, and its offset in bits.
pub fn read<'a>(png: &'a [u8], max_chunks: usize, report: &mut Report) -> Step<(&'a [u8], usize)> {
    let chunks = walk(png, max_chunks, report)?;
    let mut records = chunks.iter().filter(|chunk| chunk.kind == TYPE);
    let Some(record) = records.next() else {
        return report.stop(Rule::Png3, 8 * png.len());
    };
    for further in records {
        report.add(Rule::Png4, 8 * further.start);
    }
    let start = 8 * (record.start + 8);
    if crc32(&[record.kind, record.data]).to_be_bytes() != record.crc {
        report.add(Rule::Png5, start + 8 * record.data.len());
    }
    if record.data.is_empty() {
        return report.stop(Rule::Frm1, start);
    }
    Ok((record.data, start))
}

/// Puts a core into a picture, directly after `IHDR`, in place of the one that is there.
pub fn write(core: &[u8], picture: &[u8], max_chunks: usize) -> Result<Vec<u8>, Refusal> {
    let mut report = Report::default();
    let chunks = walk(picture, usize::MAX, &mut report).map_err(|_| report.findings[0].rule)?;
    let [first, .., last] = &chunks[..] else { return Err(NO_ENCODING) };
    if first.kind != b"IHDR" {
        return Err(NO_ENCODING);
    }
    let mut png = SIGNATURE.to_vec();
    png.extend(&picture[first.start..first.end()]);
    png.extend((core.len() as u32).to_be_bytes());
    png.extend(TYPE);
    png.extend(core);
    png.extend(crc32(&[TYPE, core]).to_be_bytes());
    let mut count = 2;
    for chunk in chunks[1..].iter().filter(|chunk| chunk.kind != TYPE) {
        png.extend(&picture[chunk.start..chunk.end()]);
        count += 1;
    }
    png.extend(&picture[last.end()..]);
    if count > max_chunks {
        return Err(LIMIT);
    }
    Ok(png)
}
