"""``inspect``: print every field of a record with its bits, and its words and rate."""

from __future__ import annotations

import argparse
import json
from typing import Any, Final

import semcodec
from semcodec._registry import MODELS, PROMPTS
from semcodec._wording import plural
from semcodec.bitstream.extensions import BY_TYPE
from semcodec.choices import ScanFraming, UnpackFraming
from semcodec.cli import options
from semcodec.cli.formats.names import json_keys
from semcodec.cli.output import (
    UsageError,
    escape_control,
    format_table,
    line_width,
    print_result,
    print_status,
)
from semcodec.cli.parser import (
    DATA_ERROR,
    DONE,
    USAGE_OR_ENVIRONMENT,
    Commands,
    Parser,
    add_command,
)
from semcodec.cli.reports import (
    EXIT_CODES,
    FileReport,
    format_findings,
    format_note,
    in_parentheses,
    read_report,
)
from semcodec.errors import SemcodecError
from semcodec.words.skeleton_readings import received_words

SCHEMA: Final = "semcodec/inspect/2"  #: published as spec/schema/inspect-2.json
MAX_RAW: Final = 20  #: characters of a field's raw bits
MAX_VALUE: Final = 60  #: characters of a field's value
MIN_VALUE: Final = 16  #: characters of a field's value in a narrow terminal


def add(commands: Commands[Parser]) -> None:
    """Add the command to the parser."""
    parser = add_command(
        commands,
        "inspect",
        inspect,
        summary="print every field of a record, its words and its rate",
        usage="FILE|TEXT... [options]",
        examples=("semcodec inspect photo.semc", "semcodec inspect picture.png --json"),
        exit_codes=EXIT_CODES,
    )
    parser.add_argument(
        "files",
        metavar="FILE|TEXT",
        nargs="+",
        help="records to read, or text forms such as semc:KB5b7w; - for stdin",
    )
    options.add_input_framing(parser)
    parser.add_argument(
        "--json",
        action="store_true",
        help="machine-readable output, see spec/schema (default: off)",
    )


def inspect(args: argparse.Namespace) -> int:
    """Print the fields, words and rate of each file."""
    results = [_read(name, args.framing) for name in args.files]
    reports = [result for result in results if isinstance(result, FileReport)]
    if args.json:
        values = [_as_dict(file) for file in reports]
        is_single = len(args.files) == len(values) == 1
        print_result(json.dumps(values[0] if is_single else values, indent=2))
    elif reports:
        print_result("\n\n".join(map(_page, reports)))
    codes = [result for result in results if isinstance(result, int)]
    return max((*codes, *(DONE if file.report.ok else DATA_ERROR for file in reports)))


def _read(name: str, framing: ScanFraming | UnpackFraming) -> FileReport | int:
    """Return the report on a file; or print why there is none, and return the exit code."""
    try:
        return read_report(name, framing)
    except (UsageError, SemcodecError) as error:
        print_status(f"semcodec: {error}")
        return USAGE_OR_ENVIRONMENT if isinstance(error, UsageError) else DATA_ERROR


def _as_dict(file: FileReport) -> dict[str, Any]:
    """Return the JSON object for one file; only a valid file has words and a rate."""
    report = file.report
    values: dict[str, Any] = {
        "schema": SCHEMA,
        **json_keys(file.name),
        "bytes": len(file.data),
        "verdict": report.verdict,
        "framing": report.framing,
        "profiles": report.profiles,
        "findings": [finding._asdict() for finding in report.findings],
        "fields": [field._asdict() for field in report.fields],
    }
    if file.note:
        values["note"] = file.note
    if report.verdict != "valid":
        return values
    if report.framing == "sequence":
        records = [_record_values(record) for record in semcodec.unpack_sequence(file.data)]
        return values | {"records": records}
    record = semcodec.unpack(file.data, framing=report.framing)
    rate = semcodec.rate_breakdown(file.data, framing=report.framing)
    entries = {e.name: {"bits": e.bits, "ubpp": round(e.ubpp, 3)} for e in rate.entries}
    return values | _record_values(record) | {"rate": entries, "out_of_band": rate.out_of_band}


def _record_values(record: semcodec.Record) -> dict[str, Any]:
    """Return the values of a record, and its words as restored from skeletons."""
    words = record.words
    is_skeletons = record.coding == "nibble" and words
    readings = semcodec.decompress(words) if is_skeletons else words
    restored = received_words(words, readings) if is_skeletons else words
    metadata = {
        name: value.hex() if isinstance(value, bytes) else value
        for name, value in record.metadata.items()
    }
    return record.as_dict() | {
        "restored_words": restored,
        "readings": readings,
        "metadata": metadata,
    }


# --- human-readable output -----------------------------------------------------------------------


def _page(file: FileReport) -> str:
    """Return the human-readable report on one file."""
    values = _as_dict(file)
    parts = [
        _title(values),
        "\n".join(filter(None, [format_findings(file.report.findings), format_note(file.note)])),
        _format_fields(values["fields"]),
    ]
    if "rate" in values:
        parts += [_format_words(values), _format_rate(values["rate"], values["size"])]
        parts += [_format_out_of_band(values["out_of_band"])]
    elif "records" in values:
        texts = [" ".join(record["words"]) for record in values["records"]]
        parts.append("\n".join(map(escape_control, texts)))
    return "\n\n".join(filter(None, parts))


def _title(values: dict[str, Any]) -> str:
    title = f"{escape_control(values['file'])}: {values['verdict']}"
    items = [values["framing"], plural(values["bytes"], "byte")]
    if "words" in values:
        items += ["x".join(map(str, values["size"])), values["coding"]]
        items += [plural(len(values["words"]), "word")]
    return title + in_parentheses(*items)


def _format_fields(fields: list[dict[str, Any]]) -> str:
    """Return the table of all fields, which together cover every bit of the file.

    There is none if no field could be read: what is in another type of file is not known.
    """
    if all(field["name"] == "unread" for field in fields):
        return ""
    rows = [(_start(field), str(field["bits"]), field["name"], _raw(field)) for field in fields]
    total = sum(field["bits"] for field in fields)
    heading = ("start", "bits", "field", "raw")
    left = format_table([heading, *rows, ("all", str(total), "", "")], "<><<").splitlines()
    width = max(map(len, left)) + 2
    # The value is the last column and gets the rest of the terminal's width.
    limit = max(MIN_VALUE, min(MAX_VALUE, line_width() - width))
    values = ["value", *(escape_control(_shorten(_meaning(field), limit)) for field in fields), ""]
    lines = zip(left, values, strict=True)
    return "\n".join(f"{line:<{width}}{value}".rstrip() for line, value in lines)


def _start(field: dict[str, Any]) -> str:
    byte, bit = divmod(field["offset"], 8)
    return f"0x{byte:02x}+{bit}"


def _raw(field: dict[str, Any]) -> str:
    return _shorten(field["raw"], MAX_RAW)


def _meaning(field: dict[str, Any]) -> str:
    """Return the value of a field, with its name if it is a number in the registry."""
    value, last = field["value"], field["name"].rpartition(".")[2]
    name = None
    if last in ("describer", "writer", "painter"):
        name = "not stated" if value == 0 else MODELS[value].name if value in MODELS else None
    elif last == "prompts":
        name = "not stated" if value == 0 else PROMPTS.get(value)
    elif last == "type" and value in BY_TYPE:
        name = BY_TYPE[value].name
    return str(value) if name is None else f"{value}, {name}"


def _format_words(values: dict[str, Any]) -> str:
    rows = [("words", " ".join(values["words"]))]
    if values["restored_words"] != values["words"]:
        rows.append(("restored", " ".join(values["restored_words"])))
    if values["readings"] != values["restored_words"]:
        rows.append(("read as", " ".join(values["readings"])))
    rows += [(name, str(value)) for name, value in values["metadata"].items()]
    return format_table([(name, escape_control(text)) for name, text in rows], "<<")


def _format_rate(entries: dict[str, Any], size: list[int]) -> str:
    """Return the table of rates, whose heading names the pixels that count."""
    rows = [("rate", "bits", f"µbpp of {'x'.join(map(str, size))}")]
    for name, entry in entries.items():
        if entry["bits"] or name == "payload":
            label = "all" if name == "file" else name  # for a PNG file this is the chunk alone
            rows.append((label, str(entry["bits"]), f"{entry['ubpp']:.2f}"))
    return format_table(rows, "<>>")


def _format_out_of_band(sentences: list[str]) -> str:
    lines = [f"  {sentence}" for sentence in sentences]
    return "\n".join(["not in the record, so the receiver must know:", *lines]) if lines else ""


def _shorten(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1] + "…"
