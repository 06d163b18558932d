"""A journal that is damaged, or comes from elsewhere, is rejected with one message."""

from __future__ import annotations

import json
import sqlite3
import zlib
from pathlib import Path
from typing import Any

import pytest

from semcodec.backends.openai.batches import BatchStore
from semcodec.backends.openai.batches.journal import Journal
from semcodec.backends.openai.batches.rows import Failure, Part, PartRequest, light_values
from semcodec.backends.recording import Usage
from semcodec.errors import InputError
from tests.backends.openai.batches.simple_runs import make_request

SERVER = "https://api.openai.com/v1"
REQUEST = make_request("describe", "0", image_sizes=((64, 48),), fields={"a": "b"}, seed=3)


def make_journal(folder: Path) -> tuple[Journal, Part]:
    """Return a journal with a part of one request, and with another one that failed."""
    journal, part = Journal(folder / "journal.sqlite"), Part("0" * 32, SERVER, "responses", "m")
    journal.add_part(part, [PartRequest("digest", 1, Usage(output_tokens=5), REQUEST)])
    other = Part("1" * 32, SERVER, "responses", "m")
    journal.add_part(other, [])
    journal.finish(other, [], {"failed": Failure("BackendError", "no")}, counts=True)
    return journal, part


def damage(journal: Journal, table: str, column: str, value: Any) -> None:
    with sqlite3.connect(journal.path) as connection:
        connection.execute(f"UPDATE {table} SET {column} = ?", (value,))
    connection.close()


def test_request_comes_back_without_its_images(tmp_path: Path) -> None:
    journal, part = make_journal(tmp_path)
    item = journal.requests(part)["digest"]
    assert (item.line, item.attempts, item.usage) == (1, 0, Usage(output_tokens=5))
    assert light_values(item.request) == json.loads(json.dumps(light_values(REQUEST)))
    assert journal.failure(SERVER, "failed") == Failure("BackendError", "no")


def test_journal_of_another_kind_is_rejected(tmp_path: Path) -> None:
    journal = BatchStore(tmp_path / "a.sqlite").journal
    with sqlite3.connect(journal.path) as connection:
        connection.execute("CREATE VIEW x AS SELECT * FROM parts")
    connection.close()
    with pytest.raises(InputError, match="not a journal of batches of this version"):
        BatchStore(tmp_path / "a.sqlite")
    journal.path.write_bytes(b"x" * 200)
    with pytest.raises(InputError, match="cannot be used as the journal of batches"):
        BatchStore(tmp_path / "a.sqlite")


@pytest.mark.parametrize(("column", "value"), [
    ("id", "../../x"), ("dollars", "NaN"), ("dollars", "x"), ("bound", "x"), ("bound", "Infinity"),
    ("requests", "many"), ("tokens", None), ("created", "now"), ("state", b"x"), ("file", "a/b"),
    ("batch", "../x"), ("output", "a?b"), ("errors", "x" * 300),
])  # fmt: skip
def test_damaged_part_is_rejected(tmp_path: Path, column: str, value: Any) -> None:
    journal, _ = make_journal(tmp_path)
    if column == "id":
        journal.drop(Part("1" * 32, SERVER, "responses", "m"))
        with sqlite3.connect(journal.path) as connection:
            connection.execute("DELETE FROM parts WHERE id <> ?", ("0" * 32,))
        connection.close()
    damage(journal, "parts", column, value)
    with pytest.raises(InputError, match=r"journal.sqlite is damaged: delete it"):
        journal.parts(SERVER)


def pack(**changes: Any) -> bytes:
    return zlib.compress(json.dumps({**light_values(REQUEST), **changes}).encode())


@pytest.mark.parametrize(("column", "value"), [
    ("line", "x"), ("line", None), ("line", float("inf")), ("attempts", b"x"),
    ("usage", "{"), ("usage", "[]"), ("usage", '{"input_tokens": "x"}'), ("usage", b"\xff"),
    ("usage", '{"output_tokens": -5}'), ("usage", '{"output_tokens": NaN}'), ("usage", "[" * 10**5),
    ("request", "x"), ("request", b"x"), ("request", zlib.compress(b"[" * 10**5)),
    ("request", pack(route="../x")), ("request", pack(body=[])), ("request", pack(stage=7)),
    ("request", pack(extra=7)), ("request", pack(fields={"a": 1})), ("request", pack(other=1)),
    ("request", pack(image_sizes=7)), ("request", pack(unnamed_model=7)),
    ("request", pack(stage="x" * 2**22)),
])  # fmt: skip
def test_damaged_request_is_rejected(tmp_path: Path, column: str, value: Any) -> None:
    journal, part = make_journal(tmp_path)
    damage(journal, "requests", column, value)
    with pytest.raises(InputError, match="is damaged: delete it, which loses the responses"):
        _ = journal.requests(part)["digest"].request


@pytest.mark.parametrize("text", ["x", "[]", "{}", None, b"\xff", "[1, 2, 3]", "[" * 10**5])
def test_damaged_failure_is_rejected(tmp_path: Path, text: Any) -> None:
    journal, _ = make_journal(tmp_path)
    damage(journal, "failures", "failure", text)
    with pytest.raises(InputError, match="is damaged: delete it, which loses the responses"):
        journal.failure(SERVER, "failed")
