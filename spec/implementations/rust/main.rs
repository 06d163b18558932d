//! A decoder, validator, encoder and truncation of SEMCODEC-1 in Rust, of the class full, or of the
//! class core with `--core` (§12). It was written from the specification alone, and shares no code
//! with the library. It needs Rust 1.88 or later and no crates; the tables of Annex K, decompressed,
//! are compiled into it. (CC0-1.0)
//!
//! ```text
//! gzip -dc ../../tables/lexicon-1.bin.gz > /tmp/lexicon-1.bin
//! SEMCODEC_LEXICON=/tmp/lexicon-1.bin rustc -O --edition 2021 main.rs -o semcodec-rust
//!
//! semcodec-rust [--core] FRAMING [OPTIONS]   decode stdin
//! semcodec-rust [--core]                     decode lines FRAMING HEX [OPTIONS]
//! semcodec-rust [--core] --lines             list the findings of such lines
//! semcodec-rust --encode                     encode lines of JSON, each a value
//! semcodec-rust --truncate                   truncate lines HEX MAX_BYTES
//! semcodec-rust colors                       decode the colors of stdin (COLORS-1)
//!
//! In a line, too, `colors` can be in the place of FRAMING.
//!
//! semcodec vectors run --persistent --strict --pass-options -- ./semcodec-rust
//! semcodec vectors run --encoder --persistent --strict -- ./semcodec-rust --encode
//! semcodec vectors run --colors --persistent -- ./semcodec-rust
//! ```
//!
//! OPTIONS is an object such as `{"limits":{"max_bytes":3},"profile":"tiny"}`. The exit code is 1
//! if the last input was refused, and 2 if the arguments are wrong.
//!
//! The modules, from bytes to records: `bytes` and `rule`; the fields in `size`, `extension`,
//! `layout` and `check`; the codings in `coding`, `nibble`, `lexicon` and `bag`, of which the last
//! two stand on `word`, `tree`, `context`, `range` and `tables`; `record`; the framings in
//! `framing`, `sequence`, `text_form` and `png`; and `validate`, `encode` and `truncate`. `colors`
//! stands alone, and is a decoder of the companion document COLORS-1.

mod bag;
mod bytes;
mod check;
mod coding;
mod colors;
mod context;
mod encode;
mod extension;
mod framing;
mod json;
mod layout;
mod lexicon;
mod nibble;
mod png;
mod protocol;
mod range;
mod record;
mod rule;
mod sequence;
mod sha256;
mod size;
mod tables;
mod text_form;
mod tree;
mod truncate;
mod validate;
mod word;

use std::io::{self, BufRead, Read, Write};
use std::process::ExitCode;

use protocol::{
    parse_line, parse_value, write_colors, write_encoded, write_findings, write_judged,
};
use validate::{validate, Class, Options};

/// The most bytes that are read at once (SC-REA-5): a file, or a line.
const MAX_INPUT: u64 = 1 << 28;

const BAD_INPUT: &str = "{\"refused\":true,\"error\":\"not a line of the protocol\"}";

fn main() -> ExitCode {
    let mut arguments: Vec<String> = std::env::args().skip(1).collect();
    let class = match arguments.first().map(String::as_str) {
        Some("--core") => {
            arguments.remove(0);
            Class::Core
        }
        _ => Class::Full,
    };
    let options = Options::new(class);
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let accepted = match arguments[..] {
        [] => each_line(|line, out| decode_line(line, options, out)),
        ["--lines"] => each_line(|line, out| judge_line(line, options, out)),
        ["--encode"] => each_line(encode_line),
        ["--truncate"] => each_line(truncate_line),
        ["colors"] => decode_colors(),
        [framing] => decode_input(framing, "{}", options),
        [framing, json] => decode_input(framing, json, options),
        _ => usage(),
    };
    match accepted {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(error) => {
            eprintln!("semcodec-rust: {error}");
            ExitCode::from(2)
        }
    }
}

fn usage() -> io::Result<bool> {
    let options = "[FRAMING [OPTIONS] | colors | --lines | --encode | --truncate]";
    Err(io::Error::other(format!("usage: semcodec-rust [--core] {options}")))
}

/// Whether the data was accepted.
fn decode_input(framing: &str, json: &str, options: Options) -> io::Result<bool> {
    let framing = protocol::framing(framing);
    let options = protocol::with_options(options, json.as_bytes());
    let (Some(framing), Some(options)) = (framing, options) else { return usage() };
    let judged = validate(&read_input()?, framing, &options);
    let mut out = String::new();
    write_judged(&judged, &mut out);
    println!("{out}");
    Ok(judged.report.findings.is_empty())
}

fn decode_colors() -> io::Result<bool> {
    let mut out = String::new();
    write_colors(&colors::decode(&read_input()?), &mut out);
    println!("{out}");
    Ok(true)
}

fn read_input() -> io::Result<Vec<u8>> {
    let mut data = Vec::new();
    io::stdin().lock().take(MAX_INPUT + 1).read_to_end(&mut data)?;
    if data.len() as u64 > MAX_INPUT {
        return Err(io::Error::other("the input is too long"));
    }
    Ok(data)
}

/// Writes a line for each line of stdin. Returns whether the last one was accepted.
fn each_line(mut respond: impl FnMut(&[u8], &mut String) -> bool) -> io::Result<bool> {
    let mut input = io::BufReader::with_capacity(1 << 16, io::stdin().lock());
    let mut output = io::BufWriter::with_capacity(1 << 16, io::stdout().lock());
    let mut line = Vec::new();
    let mut out = String::new();
    let mut accepted = true;
    loop {
        line.clear();
        if (&mut input).take(MAX_INPUT).read_until(b'\n', &mut line)? == 0 {
            output.flush()?;
            return Ok(accepted);
        }
        out.clear();
        accepted = respond(line.strip_suffix(b"\n").unwrap_or(&line), &mut out);
        out.push('\n');
        output.write_all(out.as_bytes())?;
        // A caller that waits for this line has not sent the next one.
        if input.buffer().is_empty() {
            output.flush()?;
        }
    }
}

fn decode_line(line: &[u8], options: Options, out: &mut String) -> bool {
    if let Some(data) = line.strip_prefix(b"colors ") {
        return colors_line(data, out);
    }
    let Some((framing, data, options)) = parse_line(line, options) else {
        out.push_str(BAD_INPUT);
        return false;
    };
    let judged = validate(&data, framing, &options);
    write_judged(&judged, out);
    judged.report.findings.is_empty()
}

/// Options after the bytes of colors have no meaning.
fn colors_line(data: &[u8], out: &mut String) -> bool {
    let hex = data.split(|&byte| byte == b' ').next().unwrap_or_default();
    let Some(data) = protocol::read_hex(hex) else {
        out.push_str(BAD_INPUT);
        return false;
    };
    write_colors(&colors::decode(&data), out);
    true
}

fn judge_line(line: &[u8], options: Options, out: &mut String) -> bool {
    let Some((framing, data, options)) = parse_line(line, options) else {
        out.push_str(BAD_INPUT);
        return false;
    };
    let report = validate(&data, framing, &options).report;
    write_findings(&report.findings, out);
    report.findings.is_empty()
}

fn encode_line(line: &[u8], out: &mut String) -> bool {
    let Some(value) = parse_value(line) else {
        out.push_str(BAD_INPUT);
        return false;
    };
    let encoded = encode::encode(&value);
    write_encoded(&encoded, out);
    encoded.is_ok()
}

fn truncate_line(line: &[u8], out: &mut String) -> bool {
    let mut parts = line.split(|&byte| byte == b' ');
    let data = parts.next().and_then(protocol::read_hex);
    let max = parts.next().and_then(|max| std::str::from_utf8(max).ok()?.parse().ok());
    let (Some(data), Some(max)) = (data, max) else {
        out.push_str(BAD_INPUT);
        return false;
    };
    let truncated = truncate::truncate(&data, max);
    write_encoded(&truncated, out);
    truncated.is_ok()
}
