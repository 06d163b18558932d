"""Records of a folder of parts, whose paths may be hostile."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from semcodec.bulk import records
from semcodec.bulk.records import (
    IS_FOLDER,
    MAX_DEPTH,
    MAX_NAME,
    TWO_RECORDS,
    StoredRecord,
    check_path,
    read_records,
)
from semcodec.bulk.stores import LocalStore
from semcodec.errors import InputError
from tests.bulk.test_parts import row, write

HOSTILE = [
    "", "/etc/passwd", "..", "../a.jpg", "a/../../b", "a/..", "./a", "a//b", "a/", "a\0b",
    "x" * (MAX_NAME + 1), "/".join("x" * (MAX_DEPTH + 1)), "é" * MAX_NAME,
    "/".join(["x" * 200] * 30),
]  # fmt: skip


@pytest.mark.parametrize("path", HOSTILE)
def test_path_that_leaves_the_folder(path: str) -> None:
    with pytest.raises(InputError):
        check_path(path)


@pytest.mark.parametrize("path", ["a.jpg", "a/b c/d.png", "a\nb", "...", "..a", "C:x", "é.jpg"])
def test_path_below_a_folder(path: str) -> None:
    assert check_path(path) == Path(path)


def test_rows_without_an_error(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    store = LocalStore(tmp_path)
    write(store, row("a"), row("b", 1, "no"), part_rows=1)
    write(store, row("../c"), number=5)
    expected = [StoredRecord("a", b"x"), StoredRecord("../c", b"x")]
    assert read_records(store) == (expected, 0)


@pytest.mark.parametrize("is_reversed", [False, True])
def test_picture_and_folder_of_the_same_name(tmp_path: Path, is_reversed: bool) -> None:
    pytest.importorskip("pyarrow")
    names = ["dir", "dir.png/x", "dir.png/x.png/y", "safe", "safe.png/../z", "other.png"]
    write(LocalStore(tmp_path), *map(row, names[::-1] if is_reversed else names))
    found, duplicates = read_records(LocalStore(tmp_path))
    problems = {record.path: record.problem for record in found}
    assert problems == dict.fromkeys(names, "") | dict.fromkeys(["dir", "dir.png/x"], IS_FOLDER)
    assert duplicates == 0


def test_several_rows_of_a_path(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    store = LocalStore(tmp_path)
    write(store, row("a"), row("a"), replace(row("a"), record=b"y"), row("b", 1, "no"))
    write(store, row("a"), replace(row("b"), error="no"), row("b"), number=1)
    expected = [StoredRecord("a", b"x"), StoredRecord("b", b"x")]
    assert read_records(store) == ([*expected, StoredRecord("a", b"y", TWO_RECORDS)], 2)


def test_row_without_a_record_and_without_an_error(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    write(LocalStore(tmp_path), replace(row("a"), record=None))
    with pytest.raises(InputError, match="a row without a record and without an error"):
        read_records(LocalStore(tmp_path))


@pytest.mark.parametrize(("name", "limit"), [("MAX_RECORDS", 1), ("MAX_LENGTH", 2)])
def test_limit_on_records(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, limit: int
) -> None:
    pytest.importorskip("pyarrow")
    monkeypatch.setattr(records, name, limit)
    write(LocalStore(tmp_path), row("a"))
    assert len(read_records(LocalStore(tmp_path))[0]) == 1
    write(LocalStore(tmp_path), row("b"))
    with pytest.raises(InputError, match="too many records"):
        read_records(LocalStore(tmp_path))


def test_equal_records_are_one_object(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    rows = [replace(row(str(number)), record=b"a record") for number in range(2000)]
    write(LocalStore(tmp_path), *rows, part_rows=1500)
    found, _ = read_records(LocalStore(tmp_path))
    assert len({id(record.data) for record in found}) == 1


def test_paths_that_differ_in_case_are_two_records(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    write(LocalStore(tmp_path), row("A.jpg"), replace(row("a.jpg"), record=b"y"))
    expected = [StoredRecord("A.jpg", b"x"), StoredRecord("a.jpg", b"y")]
    assert read_records(LocalStore(tmp_path)) == (expected, 0)
