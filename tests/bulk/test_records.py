"""Records of a folder of parts, whose paths may be hostile."""

from __future__ import annotations

from pathlib import Path

import pytest

from semcodec.bulk.records import MAX_DEPTH, MAX_NAME, StoredRecord, check_path, read_records
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
    records = [StoredRecord("a", b"x"), StoredRecord("../c", b"x")]
    assert list(read_records(store)) == records
