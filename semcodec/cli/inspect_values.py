"""The values that ``inspect`` prints as JSON: one object for a file, or a line for each record.

The object of a sequence is bounded, because its fields take a thousand times the memory of its
bytes, and restoring skeletons takes half a millisecond for a word. The lines of ``--json-lines``
are made and printed one by one, in constant memory.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final

import semcodec
from semcodec.bitstream.validation import MAX_FIELDS, MAX_MAPPED
from semcodec.cli.formats.names import json_keys
from semcodec.cli.layer_values import layer_values
from semcodec.cli.output import UsageError
from semcodec.cli.reports import FileReport
from semcodec.words.skeleton_readings import received_words
from semcodec.words.tokenizer import MAX_TEXT

SCHEMA: Final = "semcodec/inspect/2"  #: published as spec/schema/inspect-2.json
LINES_SCHEMA: Final = "semcodec/inspect-lines/1"  #: published as spec/schema/inspect-lines-1.json
MAX_RESTORED: Final = 16_384  #: words of a sequence that are restored from skeletons, in 10 seconds


def file_values(file: FileReport) -> dict[str, Any]:
    """Return the JSON object for one file; only a valid file has words and a rate.

    Raises:
        UsageError: the file is a sequence that is too large for one object.
    """
    report = file.report
    check_size(file)
    values = head(SCHEMA, file) | {"fields": [field._asdict() for field in report.fields]}
    if file.note:
        values["note"] = file.note
    if report.verdict != "valid":
        return values
    if report.framing == "sequence":
        records = semcodec.unpack_all(file.data)
        return values | {"records": [record_values(record) for record in records]}
    record = semcodec.unpack(file.data, framing=report.framing)
    rate = semcodec.rate_breakdown(file.data, framing=report.framing)
    entries = {e.name: {"bits": e.bits, "ubpp": round(e.ubpp, 3)} for e in rate.entries}
    return (
        values
        | record_values(record, is_single=True)
        | {"rate": entries, "out_of_band": rate.out_of_band}
    )


def check_size(file: FileReport) -> None:
    """Check that the report on a sequence is small enough for one object.

    Raises:
        UsageError: it is not.
    """
    problem = ""
    if is_too_large(file):
        problem = f"over {MAX_FIELDS:,} fields or {MAX_MAPPED >> 20} MiB"
    elif file.report.framing == "sequence" and file.report.verdict == "valid":
        words = sum(map(_skeletons, semcodec.unpack_all(file.data)))
        problem = f"over {MAX_RESTORED:,} skeletons" if words > MAX_RESTORED else ""
    if problem:
        raise UsageError(
            f"The sequence {file.name} has {problem}, too many for one object: use --json-lines, "
            "which prints a line for each record."
        )


def is_too_large(file: FileReport) -> bool:
    """Return whether a sequence has too many fields for its report.

    They are also left out if a limit of the format was exceeded.
    """
    report = file.report
    if report.framing != "sequence" or report.fields or not file.data:
        return False
    return not any(finding.rule.startswith("SC-LIM") for finding in report.findings)


def lines(file: FileReport) -> Iterator[str]:
    """Yield a line for each item of a sequence, and one for the file."""
    if file.report.framing != "sequence":
        yield json.dumps(file_values(file) | {"schema": LINES_SCHEMA})
        return
    count, left = 0, MAX_RESTORED
    for report in semcodec.validate_all(file.data):
        count += report.number is not None
        if report.record is not None:
            left -= _skeletons(report.record)
        yield json.dumps(_item_values(file, report, can_restore=left >= 0))
    yield json.dumps(head(LINES_SCHEMA, file) | {"records": count})


def _item_values(
    file: FileReport, report: semcodec.RecordReport, *, can_restore: bool
) -> dict[str, Any]:
    values = {
        "schema": LINES_SCHEMA,
        **json_keys(file.name),
        "record": report.number,
        "offset": report.offset,
        "bytes": report.length,
        "verdict": report.verdict,
        "framing": "sequence",
        "profiles": report.profiles,
        "findings": [finding._asdict() for finding in report.findings],
        "fields": [field._asdict() for field in report.fields],
    }
    if report.record is None:
        return values
    return values | record_values(report.record, can_restore=can_restore, is_object=False)


def head(schema: str, file: FileReport) -> dict[str, Any]:
    """Return the values of a file that do not depend on its framing."""
    report = file.report
    values = {
        "schema": schema,
        **json_keys(file.name),
        "bytes": len(file.data),
        "verdict": report.verdict,
        "framing": report.framing,
        "profiles": report.profiles,
        "findings": [finding._asdict() for finding in report.findings],
    }
    omitted = report.omitted_findings
    return values | ({"omitted_findings": omitted} if omitted else {})


def _skeletons(record: semcodec.Record) -> int:
    return len(record.words) if record.coding == "nibble" else 0


def record_values(
    record: semcodec.Record,
    *,
    can_restore: bool = True,
    is_object: bool = True,
    is_single: bool = False,
) -> dict[str, Any]:
    """Return the values of a record, and its words as restored from skeletons.

    Args:
        record: the record.
        can_restore: whether skeletons are restored; only in a line they may be missing.
        is_object: whether the values are those of an object, in which a list is not null.
        is_single: whether the record is not one of a sequence.
    """
    words = record.words
    restored: list[str] | None = words
    readings: list[str] | None = words
    if record.coding == "nibble" and words:
        can_restore = can_restore and len(record.text) <= MAX_TEXT
        readings = semcodec.decompress(words) if can_restore else None
        restored = None if readings is None else received_words(words, readings)
        if is_object and readings is None:  # of over 100,000 letters, which are not words
            readings = restored = words
    metadata = {
        name: value.hex() if isinstance(value, bytes) else value
        for name, value in record.metadata.items()
    }
    values = record.as_dict() | {
        "restored_words": restored,
        "readings": readings,
        "metadata": metadata,
    }
    layers = layer_values(record, is_counted=is_single)
    return values | ({"layers": layers} if layers else {})
