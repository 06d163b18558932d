"""A recording from elsewhere takes no unbounded memory or time, whatever is in it."""

from __future__ import annotations

import json
import os
import sqlite3
import tracemalloc
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from semcodec.backends.recording import Cassette
from semcodec.backends.recording import untrusted_files as untrusted
from semcodec.backends.recording.cassette import (
    INSERT,
    MODES,
    READ_ONLY_MODES,
    SETTINGS_ROW,
    Mode,
)
from semcodec.errors import InputError
from tests.backends.recording.factories import make_request, make_response

SERVER = "https://a.example/v1"
RESPONSE = {"text": "", "model": "", "is_truncated": False, "refusal": "", "usage": None}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return the path of a recording with one response."""
    path = tmp_path / "recording"
    Cassette(path, "record").put(make_request(), SERVER, 0, make_response())
    return path


def execute(path: Path, statement: str, values: tuple[Any, ...] = ()) -> None:
    with closing(sqlite3.connect(path)) as file, file:
        file.execute(statement, values)


def set_response(path: Path, **fields: Any) -> None:
    execute(path, "UPDATE responses SET response = ?", (json.dumps(RESPONSE | fields),))


def read(path: Path) -> Any:
    return Cassette(path, "replay").get(make_request(), SERVER, 0)


def replace_by_pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def replace_by_loop(path: Path) -> None:
    path.unlink()
    path.symlink_to(path)


def add_pipe_beside(path: Path) -> None:
    os.mkfifo(f"{path}-journal")


def add_tables(path: Path) -> None:
    with closing(sqlite3.connect(path)) as file, file:
        file.execute("BEGIN")  # one transaction: each would wait for the disk
        for number in range(40):
            file.execute(f"CREATE TABLE t{number} (x)")


FILES: list[tuple[Callable[[Path], object], str]] = [
    (replace_by_pipe, "it is a pipe or a device, not a file"),
    (replace_by_loop, "too many levels of symbolic links"),
    (add_pipe_beside, "recording-journal is a pipe or a device, not a file"),
    (add_tables, "not a semcodec recording of this version"),
    (lambda path: execute(path, "PRAGMA journal_mode = WAL"), "not a semcodec recording"),
]


@pytest.mark.skipif(os.name != "posix", reason="pipes have no names")
@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(("change", "message"), FILES)
def test_file_that_sqlite_should_not_open_is_rejected(
    path: Path, mode: Mode, change: Callable[[Path], object], message: str
) -> None:
    change(path)
    with pytest.raises(InputError, match=message):
        Cassette(path, mode)


@pytest.mark.parametrize("mode", MODES)
def test_file_that_was_cut_off_is_rejected(path: Path, mode: Mode) -> None:
    content = path.read_bytes()
    for length in (1, *range(15, 20), 99, *range(100, 109), 1000):
        path.write_bytes(content[:length])
        with pytest.raises(InputError, match="cannot be used as a recording"):
            Cassette(path, mode)


@pytest.mark.parametrize("mode", READ_ONLY_MODES)
def test_missing_file_is_not_replayed(tmp_path: Path, mode: Mode) -> None:
    with pytest.raises(InputError, match="as a recording: no such file"):
        Cassette(tmp_path / "missing", mode)


def test_schema_on_several_pages_is_not_parsed(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    add_tables(path)
    monkeypatch.setattr(sqlite3, "connect", None)
    with pytest.raises(InputError, match="not a semcodec recording of this version"):
        Cassette(path, "replay")


@pytest.mark.parametrize(
    "fields",
    [
        {"text": "x" * 200_001},
        {"model": "x" * 200_001},
        {"refusal": "x" * 200_001},
        {"text": "\ud800"},
        {"missing": "\udfff"},
    ],
    ids=["text", "model", "refusal", "surrogate", "surrogate in the missing feature"],
)
def test_response_that_no_server_could_have_sent_is_damage(
    path: Path, fields: dict[str, str]
) -> None:
    set_response(path)
    assert read(path).text == ""
    set_response(path, **fields)
    with pytest.raises(InputError, match="is damaged: record it again"):
        read(path)


def test_long_json_is_not_parsed(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    columns = (SETTINGS_ROW, "", 0, "", "", json.dumps({"x": [[]] * 100}), "{}", b"")
    execute(path, INSERT, columns)
    assert Cassette(path, "replay").read_settings() == {"x": [[]] * 100}
    monkeypatch.setattr("semcodec.backends.recording.cassette.MAX_RESPONSE", 50)
    with pytest.raises(InputError, match="is damaged"):
        Cassette(path, "replay").read_settings()
    with pytest.raises(InputError, match="is damaged"):
        read(path)


def test_large_column_is_not_read(path: Path) -> None:
    execute(path, "UPDATE responses SET image = zeroblob(?)", (untrusted.MAX_ROW + 1,))
    tracemalloc.start()
    with pytest.raises(InputError, match="is damaged: record it again"):
        read(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 10_000_000


def test_only_one_of_several_rows_is_read(path: Path) -> None:
    """Sorting the rows of many servers would read the images of all."""
    for number in range(20):
        execute(
            path,
            "INSERT INTO responses SELECT request, ?, occurrence, stage, model, fields, response, "
            "zeroblob(?) FROM responses WHERE server = ?",
            (f"z{number}", 100_000, SERVER),
        )
    assert read(path) == make_response()
    limited = "semcodec.backends.recording.untrusted_files.MAX_ROW"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(limited, 50_000)
        assert read(path) == make_response()


def test_query_that_takes_too_many_steps_is_stopped(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with closing(sqlite3.connect(path)) as file, file:
        rows = (
            (make_request().digest, f"{number}", 0, "", "", "", "{}", b"") for number in range(999)
        )
        file.executemany(INSERT, rows)
    assert read(path) == make_response()
    monkeypatch.setattr(untrusted, "STEPS_BETWEEN_CHECKS", 100)
    monkeypatch.setattr(untrusted, "MAX_STEPS", 1_000)
    with pytest.raises(InputError, match="is damaged"):
        read(path)
