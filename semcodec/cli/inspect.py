"""``inspect``: print every field of a record with its bits, and its words and rate."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Sequence
from typing import Any, Final

import semcodec
from semcodec._registry import MODELS, PROMPTS
from semcodec._wording import plural
from semcodec.bitstream.extensions import BY_TYPE, LAYERS
from semcodec.choices import ScanFraming, UnpackFraming
from semcodec.cli import layer_pictures, options
from semcodec.cli.inspect_values import (
    SCHEMA,
    file_values,
    head,
    is_too_large,
    lines,
)
from semcodec.cli.layer_values import layer_rows
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
    omitted_note,
    read_report,
)
from semcodec.errors import SemcodecError

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
    group = parser.add_mutually_exclusive_group()
    group.add_argument(
        "--json",
        action="store_true",
        help="machine-readable output, see spec/schema; of a sequence, up to 50,000 fields "
        "(default: off)",
    )
    group.add_argument(
        "--json-lines",
        action="store_true",
        help="one JSON object per record and line, and one per file, see "
        "spec/schema/inspect-lines-1.json; for sequences of many records (default: off)",
    )
    parser.add_argument(
        layer_pictures.OPTION,
        metavar="FILE",
        help="draw the layers of one record into a PNG file: the boxes of its words over its "
        "colors; - for stdout, which then has nothing else (default: none)",
    )
    options.add_force(parser)


def inspect(args: argparse.Namespace) -> int:
    """Print the fields, words and rate of each file."""
    if args.png is not None:
        is_json = args.json or args.json_lines
        layer_pictures.check(args.png, args.files, is_json=is_json, force=args.force)
    codes: list[int] = []
    reports = _read_all(args.files, args.framing, codes)
    if args.png is not None:
        reports = _draw_layers(reports, args)
    if args.png == "-":
        for _ in reports:
            pass
        return max(codes)
    if args.json_lines:
        _print_lines(reports)
    elif args.json:
        values = list(_values(reports, codes))
        is_single = len(args.files) == len(values) == 1
        print_result(json.dumps(values[0] if is_single else values, indent=2))
    else:
        _print_pages(reports)
    return max(codes)


def _draw_layers(reports: Iterator[FileReport], args: argparse.Namespace) -> Iterator[FileReport]:
    """Yield the report on each file, after the picture of its layers is written if it is valid.

    The picture comes first: printing ends the run if the reader of stdout has closed it.
    """
    for file in reports:
        if file.report.ok:
            layer_pictures.write(args.png, file, force=args.force)
        else:
            print_status(
                f"semcodec: {file.name} is not valid, so no picture was written: "
                "semcodec validate states why."
            )
        yield file


def _read_all(
    names: Sequence[str], framing: ScanFraming | UnpackFraming, codes: list[int]
) -> Iterator[FileReport]:
    """Yield the report on each file, and add an exit code for each to ``codes``."""
    for name in names:
        try:
            file = read_report(name, framing)
        except (UsageError, SemcodecError) as error:
            print_status(f"semcodec: {error}")
            codes.append(USAGE_OR_ENVIRONMENT if isinstance(error, UsageError) else DATA_ERROR)
        else:
            codes.append(DONE if file.report.ok else DATA_ERROR)
            yield file


def _values(reports: Iterator[FileReport], codes: list[int]) -> Iterator[dict[str, Any]]:
    """Yield the JSON object of each report; print a message for one that is too large."""
    for file in reports:
        try:
            yield file_values(file)
        except UsageError as error:
            print_status(f"semcodec: {error}")
            codes.append(USAGE_OR_ENVIRONMENT)


def _print_lines(reports: Iterator[FileReport]) -> None:
    for file in reports:
        for line in lines(file):
            print_result(line)


def _print_pages(reports: Iterator[FileReport]) -> None:
    separator = ""
    for file in reports:
        print_result(separator + _page(file))
        separator = "\n"


# --- human-readable output -----------------------------------------------------------------------


def _page(file: FileReport) -> str:
    """Return the human-readable report on one file."""
    if file.report.framing == "sequence":
        parts = _sequence_parts(file)
    else:
        values = file_values(file)
        parts = [_title(values), _remarks(file), _format_fields(values["fields"])]
        if "rate" in values:
            record = semcodec.unpack(file.data, framing=values["framing"])
            parts += [_format_words(values, record), _format_rate(values["rate"], values["size"])]
            parts += [_format_out_of_band(values["out_of_band"])]
    return "\n\n".join(filter(None, parts))


def _remarks(file: FileReport) -> str:
    note = file.note or omitted_note(file.report.omitted_findings)
    return "\n".join(filter(None, [format_findings(file.report.findings), format_note(note)]))


def _sequence_parts(file: FileReport) -> list[str]:
    """Return the parts of the report on a sequence, without fields and texts if it is large."""
    parts = [_title(head(SCHEMA, file)), _remarks(file)]
    if is_too_large(file):
        return [*parts, "There are too many fields to list: --json-lines prints them."]
    parts.append(_format_fields([field._asdict() for field in file.report.fields]))
    if file.report.verdict == "valid":
        texts = (" ".join(record.words) for record in semcodec.unpack_all(file.data))
        parts.append("\n".join(map(escape_control, texts)))
    return parts


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


def _format_words(values: dict[str, Any], record: semcodec.Record) -> str:
    rows = [("words", " ".join(values["words"]))]
    if values["restored_words"] != values["words"]:
        rows.append(("restored", " ".join(values["restored_words"])))
    if values["readings"] != values["restored_words"]:
        rows.append(("read as", " ".join(values["readings"])))
    metadata = values["metadata"].items()
    rows += [(name, str(value)) for name, value in metadata if name not in LAYERS]
    rows = [(name, escape_control(text)) for name, text in rows]
    return format_table(rows + layer_rows(record, values["restored_words"]), "<<")


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
