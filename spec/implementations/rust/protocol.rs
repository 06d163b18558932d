//! Lines and objects of the protocols (`vectors/README.md`): from JSON to values and options, and
//! from records and findings to JSON.

use std::fmt::Write;

use crate::check::Check;
use crate::coding::Coding;
use crate::colors::Coefficient;
use crate::encode::{Refusal, Value};
use crate::framing::Framing;
use crate::json::{write_array, write_string, Json};
use crate::record::{self, Record};
use crate::rule::{Finding, Report};
use crate::validate::{Judged, Options, Profile};

/// `auto` is None; another name that is no framing is an error.
pub fn framing(name: &str) -> Option<Option<Framing>> {
    match name {
        "auto" => Some(None),
        _ => Framing::by_name(name).map(Some),
    }
}

/// Adds the limits and the profile of an object to the options.
pub fn with_options(mut options: Options, json: &[u8]) -> Option<Options> {
    let json = Json::parse(json)?;
    if let Some(Json::Object(limits)) = json.get("limits") {
        for (name, limit) in limits {
            *options.limits.by_name(std::str::from_utf8(name).ok()?)? =
                usize::try_from(limit.integer()?).unwrap_or(usize::MAX);
        }
    }
    match json.get("profile") {
        None | Some(Json::Null) => {}
        Some(name) => options.profile = Some(Profile::by_name(name.text()?)?),
    }
    Some(options)
}

/// A line of data: its framing, its bytes in hexadecimal and, optionally, options.
pub fn parse_line(line: &[u8], options: Options) -> Option<(Option<Framing>, Vec<u8>, Options)> {
    let mut parts = line.splitn(3, |&byte| byte == b' ');
    let framing = framing(std::str::from_utf8(parts.next()?).ok()?)?;
    let data = read_hex(parts.next().unwrap_or(b""))?;
    let options = match parts.next() {
        Some(json) => with_options(options, json)?,
        None => options,
    };
    Some((framing, data, options))
}

/// The record, or the records of a sequence; or the reasons of a rejection.
pub fn write_judged(judged: &Judged, out: &mut String) {
    if !judged.report.findings.is_empty() {
        write_rejection(&judged.report, out);
    } else if judged.framing == Framing::Sequence {
        write_array(&judged.records, out, write_record);
    } else {
        judged.records.iter().for_each(|record| write_record(record, out));
    }
}

fn write_rejection(report: &Report, out: &mut String) {
    let first = report.findings[0];
    let _ = write!(
        out,
        "{{\"refused\":true,\"rule\":\"{}\",\"offset\":{},\"verdict\":\"{}\",\"findings\":",
        first.rule.id(),
        first.offset,
        report.verdict().name()
    );
    write_findings(&report.findings, out);
    out.push('}');
}

pub fn write_findings(findings: &[Finding], out: &mut String) {
    write_array(findings, out, |finding, out| {
        out.push_str("{\"rule\":\"");
        out.push_str(finding.rule.id());
        let _ = write!(out, "\",\"offset\":{}}}", finding.offset);
    });
}

fn write_record(record: &Record, out: &mut String) {
    out.push_str("{\"text\":");
    write_string(&record.text, out);
    out.push_str(",\"words\":");
    write_array(record.words(), out, write_string);
    let (width, height) = record.size;
    let _ = write!(
        out,
        ",\"k\":{},\"coding\":\"{}\",\"size\":[{width},{height}],\"models\":{{\"set\":{}",
        record.k(),
        record.coding.name(),
        record.models.set
    );
    for (name, id) in record::MODEL_NAMES[1..].iter().zip(record.models.ids) {
        let _ = write!(out, ",\"{name}\":{id}");
    }
    out.push_str("},\"extensions\":");
    write_array(&record.extensions, out, |entry, out| {
        let _ = write!(out, "[{},\"", entry.kind);
        write_hex(&entry.value, out);
        out.push_str("\"]");
    });
    let _ = write!(
        out,
        ",\"framing\":\"{}\",\"check\":\"{}\",\"version\":1}}",
        record.framing.name(),
        record.check.name()
    );
}

/// The coefficients of colors other than 0.
pub fn write_colors(coefficients: &[Coefficient], out: &mut String) {
    out.push_str("{\"coefficients\":");
    write_array(coefficients, out, |each, out| {
        let _ = write!(out, "[{},{},{}]", each.index, each.value, each.plane);
    });
    out.push('}');
}

/// The value to encode, from an object as in `vectors/schema-encode.json`.
pub fn parse_value(json: &[u8]) -> Option<Value> {
    let json = Json::parse(json)?;
    let name = |key| json.get(key)?.text();
    let [width, height] = json.get("size")?.array()? else { return None };
    let mut models = [0; 5];
    for (model, name) in models.iter_mut().zip(record::MODEL_NAMES) {
        *model = json.get("models")?.get(name)?.integer()?;
    }
    let entry = |entry: &Json| match entry.array()? {
        [kind, value] => Some((kind.integer()?, read_hex(value.bytes()?)?)),
        _ => None,
    };
    let (coding, check) = (name("coding")?, name("check")?);
    Some(Value {
        text: json.get("text")?.bytes()?.to_vec(),
        coding: Coding::ALL.into_iter().find(|known| known.name() == coding)?,
        size: (width.integer()?, height.integer()?),
        models,
        extensions: json.get("extensions")?.array()?.iter().map(entry).collect::<Option<_>>()?,
        framing: Framing::by_name(name("framing")?)?,
        check: Check::ALL.into_iter().find(|known| known.name() == check)?,
        picture: match json.get("picture") {
            Some(picture) => read_hex(picture.bytes()?)?,
            None => Vec::new(),
        },
    })
}

/// The data that was encoded, or the refusal.
pub fn write_encoded(encoded: &Result<Vec<u8>, Refusal>, out: &mut String) {
    match encoded {
        Ok(data) => {
            out.push_str("{\"data\":\"");
            write_hex(data, out);
            out.push_str("\"}");
        }
        Err(Refusal(rule)) => {
            let _ = write!(out, "{{\"refused\":true,\"rule\":\"{rule}\"}}");
        }
    }
}

fn digit(byte: u8) -> Option<u8> {
    Some(match byte {
        b'0'..=b'9' => byte - b'0',
        b'a'..=b'f' => byte - b'a' + 10,
        b'A'..=b'F' => byte - b'A' + 10,
        _ => return None,
    })
}

pub fn read_hex(text: &[u8]) -> Option<Vec<u8>> {
    if !text.len().is_multiple_of(2) {
        return None;
    }
    text.chunks_exact(2).map(|pair| Some(digit(pair[0])? << 4 | digit(pair[1])?)).collect()
}

/// Appends bytes in lower case.
pub fn write_hex(bytes: &[u8], out: &mut String) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    for byte in bytes {
        out.push(char::from(DIGITS[usize::from(byte >> 4)]));
        out.push(char::from(DIGITS[usize::from(byte & 15)]));
    }
}
