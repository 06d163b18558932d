"""Rows and parts for the tests of ``semcodec bulk``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import semcodec
from semcodec.bulk import parts
from semcodec.bulk.parts import PartWriter
from semcodec.bulk.rows import Row
from semcodec.bulk.stores import LocalStore
from tests.bulk.test_rows import ROW

HERE = ("--engine", "local")
SERVED = ("--backend", "openai", "--k", "2", *HERE)
#: The rows of the photographs of ``bulk_folder``, none of them failed.
ALL = [("a.png", False), ("b.png", False), ("sub/c.png", False)]


def read_rows(folder: str = "out") -> list[dict[str, Any]]:
    """Return the rows of all parts, by path."""
    from pyarrow import parquet

    paths = sorted(Path(folder).glob("*.parquet"))
    rows = [row for path in paths for row in parquet.ParquetFile(path).read().to_pylist()]
    return sorted(rows, key=lambda row: str(row["path"]))


def paths_of(rows: list[dict[str, Any]]) -> list[tuple[str, bool]]:
    """Return the paths, and whether there is an error."""
    return [(row["path"], bool(row["error"])) for row in rows]


def stop_after(number: int, error: BaseException) -> Callable[..., Any]:
    """Return a replacement for ``encode`` that raises after so many calls."""
    left = iter(range(number))
    encode = semcodec.encode

    def encode_some(*args: Any, **options: Any) -> Any:
        if next(left, None) is None:
            raise error
        return encode(*args, **options)

    return encode_some


def write_parts(*rows: Row) -> None:
    """Write rows as a part of ``out``."""
    writer = PartWriter(LocalStore(Path("out")), {parts.SETTINGS_KEY: "any"})
    for row in rows:
        writer.add(row)
    writer.flush()


def hostile(path: str, record: bytes | None = None) -> Row:
    """Return a row with this path, by default with a record that can be painted."""
    record = semcodec.pack("boat", size=(64, 48)) if record is None else record
    return replace(ROW, path=path, record=record, bytes=len(record))
