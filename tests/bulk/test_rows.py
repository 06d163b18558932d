"""The rows of a bulk run, and their columns."""

from __future__ import annotations

import json
from dataclasses import fields
from typing import Any

import pytest

import semcodec
from semcodec.bulk import rows
from semcodec.bulk.digests import digest_bytes
from semcodec.bulk.rows import Photograph, Row
from semcodec.errors import BackendError, InputError
from semcodec.pipeline import Stage, Trace

pa = pytest.importorskip("pyarrow")
ROW = Row("a.jpg", "0" * 64, 9, b"x", "red boat", 2, 1, "{}", "1" * 64, "", 0.5, 0.0)


def call(**values: Any) -> dict[str, Any]:
    return {"seconds": 1.0, "model": "m", **values}


def test_columns_are_the_fields_of_a_row() -> None:
    assert [field.name for field in fields(Row)] == list(rows.COLUMNS)


def test_column_of_failed_rows_keeps_its_type() -> None:
    failed = rows.make_failed_row(Photograph("a.jpg", 3), None, InputError("no"), 0.1)
    schema = rows.make_schema({"key": "value"})
    table = rows.make_table([failed], schema)
    assert table.schema == schema
    assert table.schema.metadata == {b"key": b"value"}
    assert not any(pa.types.is_null(kind) for kind in table.schema.types)
    assert table.to_pylist()[0] == {name: getattr(failed, name) for name in rows.COLUMNS}


def test_only_some_columns_may_be_null() -> None:
    schema = rows.make_schema({})
    assert [field.name for field in schema if not field.nullable] == [*rows.NOT_NULL]


def test_row_of_a_photograph(encoded: semcodec.Encoded) -> None:
    row = rows.make_row(Photograph("a\udcff.jpg", 5), b"bytes", encoded, 0.123456)
    assert row.path == "a\\xff.jpg"
    assert (row.sha256, row.size, row.error) == (digest_bytes(b"bytes"), 5, "")
    assert (row.record, row.bytes) == (encoded.data, len(encoded.data))
    assert (row.words, row.k) == (encoded.record.text, len(encoded.record.words))
    assert json.loads(row.models or "") == encoded.trace.models
    assert (row.seconds, row.cost) == (0.1235, 0.0)


@pytest.fixture
def encoded() -> semcodec.Encoded:
    from PIL import Image

    image = Image.new("RGB", (64, 48), "red")
    return semcodec.encode(image, description="A red boat on a lake.", k=2)


def test_failed_row_has_what_is_known() -> None:
    error = BackendError("One line\nand another.")
    error.trace = Trace([Stage("describe", "m", 1, [], None, {"calls": [call(dollars=0.5)]})])
    row = rows.make_failed_row(Photograph("a.jpg", 7), b"12", error, 1)
    assert (row.error, row.size, row.sha256) == ("One line and another.", 2, digest_bytes(b"12"))
    assert (row.cost, row.record, row.k) == (0.5, None, None)
    unread = rows.make_failed_row(Photograph("a.jpg", 7), None, InputError(""), 1)
    assert (unread.error, unread.size, unread.sha256, unread.cost) == ("InputError", 7, None, 0.0)
    long = rows.make_failed_row(Photograph("a.jpg", 7), None, InputError("x" * 9999), 1)
    assert len(long.error) == rows.MAX_ERROR


def test_digest_of_a_run_leaves_times_and_money_out() -> None:
    def trace(seconds: float, output: str, dollars: float) -> Trace:
        notes = {"calls": [call(dollars=dollars)]}
        return Trace([Stage("describe", "m", seconds, [{"sha256": "1"}], output, notes)])

    digest = rows.digest_trace(trace(1, "a boat", 0.1))
    assert digest == rows.digest_trace(trace(2, "a boat", 0.2))
    assert digest != rows.digest_trace(trace(1, "a house", 0.1))
    noticed = trace(1, "a boat", 0.1)
    noticed.notices.append("cropped")
    assert digest != rows.digest_trace(noticed)


def test_costs() -> None:
    assert rows.add_costs([]) == 0.0
    assert rows.add_costs([call(dollars=0.25), call(dollars=0.5)]) == 0.75
    assert rows.add_costs([{"source": "run.db", "dollars": None}]) == 0.0  # was not sent
    for unknown in (None, "much", float("nan"), float("inf")):
        assert rows.add_costs([call(dollars=0.25), call(dollars=unknown)]) is None
    assert rows.add_cost(0.25, 0.5) == 0.75
    assert rows.add_cost(None, 0.5) is None
    assert rows.add_cost(0.5, None) is None


def test_any_text_becomes_valid_unicode() -> None:
    assert rows.to_text("a\nb é") == "a\nb é"
    assert rows.to_text("\udcff\udc80") == "\\xff\\x80"
    rows.to_text("\ud800 \udfff").encode()
