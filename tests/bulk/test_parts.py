"""The parts of a bulk run: written whole, read without trust."""

from __future__ import annotations

import io
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from semcodec.bulk import parts, rows, stores
from semcodec.bulk.parts import CompletedRows, PartWriter
from semcodec.bulk.rows import Row
from semcodec.bulk.stores import LocalStore, ObjectStore
from semcodec.errors import InputError
from tests.bulk.test_rows import ROW

pa = pytest.importorskip("pyarrow")
pq = pytest.importorskip("pyarrow.parquet")
METADATA = {parts.SETTINGS_KEY: "s1", parts.VERSION_KEY: "1", parts.ENGINE_KEY: "local"}


@pytest.fixture
def store(tmp_path: Path) -> LocalStore:
    return LocalStore(tmp_path / "out")


def row(path: str, size: int = 9, error: str = "") -> Row:
    if error:
        return replace(ROW, path=path, size=size, record=None, bytes=None, error=error)
    return replace(ROW, path=path, size=size)


def write(store: LocalStore, *written: Row, **options: Any) -> PartWriter:
    writer = PartWriter(store, METADATA, **options)
    for each in written:
        writer.add(each)
    writer.flush()
    return writer


def foreign(store: LocalStore, change: Callable[[Any], Any], **options: Any) -> None:
    """Write a part whose table was changed."""
    schema = rows.make_schema({parts.SCHEMA_KEY: rows.SCHEMA, **METADATA})
    out = io.BytesIO()
    pq.write_table(change(rows.make_table([ROW], schema)), out, **options)
    store.write("part-x.parquet", out.getvalue())


def read(store: LocalStore) -> CompletedRows:
    return parts.read_completed(store, "s1")


def test_parts_of_so_many_rows(store: LocalStore) -> None:
    writer = write(store, *(row(str(number)) for number in range(5)), number=3, part_rows=2)
    names = [file.name for file in store.list_files()]
    assert [name[:12] for name in names] == ["part-000003-", "part-000004-", "part-000005-"]
    assert (writer.parts, writer.waiting) == (3, [])
    done = read(store)
    assert done.sizes == {str(number): 9 for number in range(5)}
    assert (done.failed, done.parts, done.bytes) == ({}, 3, 5)
    metadata = pq.read_schema(store.open(names[0])).metadata
    assert metadata[b"semcodec.engine"] == b"local"
    assert metadata[b"semcodec.schema"] == b"semcodec/bulk/1"


def test_part_after_a_minute(store: LocalStore) -> None:
    now = [0.0]
    writer = PartWriter(store, METADATA, clock=lambda: now[0])
    writer.add(row("a"))
    now[0] = parts.MAX_PART_SECONDS - 1
    writer.add(row("b"))
    assert writer.parts == 0
    now[0] = parts.MAX_PART_SECONDS
    writer.add(row("c"))
    assert (writer.parts, writer.waiting) == (1, [])
    now[0] += 1
    writer.add(row("d"))  # the time begins with the first row of a part
    assert writer.parts == 1


def fail(*_: object, **__: object) -> None:
    raise OSError(28, "full")


def test_rows_of_a_part_that_cannot_be_written_are_kept(
    store: LocalStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer = PartWriter(store, METADATA, part_rows=1)
    with monkeypatch.context() as patch:
        patch.setattr(stores, "write_atomically", fail)
        with pytest.raises(OSError, match="full"):
            writer.add(row("a"))
    assert (len(writer.waiting), writer.parts, store.list_files()) == (1, 0, [])
    writer.flush()
    assert read(store).sizes == {"a": 9}


def test_a_row_without_an_error_supersedes_those_with_one(store: LocalStore) -> None:
    write(store, row("a", 1, "no"), row("b", 2, "no"), row("c", 3))
    write(store, row("a", 1), row("c", 3, "no"), number=1)
    assert read(store)[:2] == ({"c": 3, "a": 1}, {"b": 2})


def test_row_with_an_error_and_a_record_has_failed(store: LocalStore) -> None:
    write(store, replace(row("a", 1), error="no"), row("b", 2))
    assert read(store) == CompletedRows({"b": 2}, {"a": 1}, 1, 1)


def test_row_with_neither_is_not_done(store: LocalStore) -> None:
    write(store, replace(row("a"), record=None, bytes=None))
    with pytest.raises(InputError, match="a row without a record and without an error"):
        read(store)


def test_part_without_rows(store: LocalStore) -> None:
    foreign(store, lambda table: table.slice(0, 0))
    assert read(store) == CompletedRows({}, {}, 1, 0)


def test_folder_that_is_missing_or_has_other_files(store: LocalStore, tmp_path: Path) -> None:
    assert (read(store), store.list_skipped()) == (CompletedRows({}, {}, 0, 0), [])
    write(store, row("a"))
    for name in (".hidden.parquet", "_metadata.parquet", "notes.txt"):
        store.write(name, b"other")
    [part] = store.list_files()
    (tmp_path / "out" / "link.parquet").symlink_to(part.name)
    (tmp_path / "out" / "folder").mkdir()
    (tmp_path / "out" / ".hidden").mkdir()
    assert read(store).parts == 1
    skipped = [("folder", "folder"), ("link.parquet", "symbolic link")]
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "out" / "pipe")
        skipped.append(("pipe", "special file"))
    assert store.list_skipped() == skipped


def test_other_settings(store: LocalStore) -> None:
    write(store, row("a"))
    with pytest.raises(InputError, match="other options"):
        parts.read_completed(store, "s2")


@pytest.mark.parametrize("share", [0, 0.3, 0.9, 0.999])
def test_part_that_was_cut_off(store: LocalStore, share: float) -> None:
    write(store, *(row(str(number)) for number in range(50)))
    [file] = store.list_files()
    path = Path(store.open(file.name))
    path.write_bytes(path.read_bytes()[: int(share * file.size)])
    with pytest.raises(InputError, match="is damaged"):
        read(store)


@pytest.mark.parametrize("names", [["path"], ["other"], [*rows.COLUMNS, "path"], []])
def test_other_columns(store: LocalStore, names: list[str]) -> None:
    """Of another program, or of a part in which a column is there twice."""
    write(store, row("a"))
    [file] = store.list_files()
    table = pq.read_table(store.open(file.name))
    columns = [table.column(name if name in table.column_names else "path") for name in names]
    fields = [(name, column.type) for name, column in zip(names, columns, strict=True)]
    schema = pa.schema(fields, metadata=table.schema.metadata)
    pq.write_table(pa.table(columns, schema=schema), store.open(file.name))
    with pytest.raises(InputError, match=r"was not written by semcodec bulk|has other columns"):
        read(store)


def test_changed_byte_of_a_part_is_noticed(store: LocalStore) -> None:
    write(store, *(row(f"photograph {number}", number) for number in range(20)))
    expected, [file] = read(store), store.list_files()
    path = Path(store.open(file.name))
    data = path.read_bytes()
    noticed = 0
    for place in range(4, 600, 13):  # in the pages of paths and sizes, and in others
        path.write_bytes(data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :])
        try:
            assert read(store) == expected
        except InputError:
            noticed += 1
    assert noticed > 20


def test_parquet_of_another_program(store: LocalStore) -> None:
    foreign(store, lambda table: table.replace_schema_metadata({}))
    with pytest.raises(InputError, match="was not written by semcodec bulk"):
        read(store)


def test_part_of_a_newer_version(store: LocalStore) -> None:
    metadata = {parts.SCHEMA_KEY: "semcodec/bulk/2", **METADATA}
    foreign(store, lambda table: table.replace_schema_metadata(metadata))
    with pytest.raises(InputError, match="newer version"):
        read(store)


def test_part_with_other_columns(store: LocalStore) -> None:
    foreign(store, lambda table: table.drop_columns("cost"))
    with pytest.raises(InputError, match="other columns"):
        read(store)


@pytest.mark.parametrize("name", ["path", "error"])
def test_column_of_another_type(store: LocalStore, name: str) -> None:
    def change(table: Any) -> Any:
        place = table.schema.get_field_index(name)
        return table.set_column(place, name, pa.array([7], pa.int64()))

    foreign(store, change)
    with pytest.raises(InputError, match="other columns"):
        read(store)


def test_long_value_is_not_copied(store: LocalStore) -> None:
    def change(table: Any) -> Any:
        longest = "x" * (parts.MAX_VALUE + 1)
        values = pa.DictionaryArray.from_arrays(pa.array([0] * 9, pa.int32()), [longest])
        return pa.concat_tables([table] * 9).set_column(0, "path", values.cast(pa.string()))

    foreign(store, change)
    with pytest.raises(InputError, match=f"has a value of {parts.MAX_VALUE + 1} bytes in path"):
        read(store)


def test_missing_value(store: LocalStore) -> None:
    def change(table: Any) -> Any:
        return table.set_column(0, "path", pa.array([None], pa.string()))

    foreign(store, change)
    with pytest.raises(InputError, match="a row without path"):
        read(store)


@pytest.mark.parametrize(
    ("name", "value"),
    [("MAX_FILE_BYTES", 10), ("MAX_FILE_ROWS", 0), ("MAX_ROWS", 0), ("MAX_PATHS", 0)],
)
def test_limits(store: LocalStore, monkeypatch: pytest.MonkeyPatch, name: str, value: int) -> None:
    write(store, row("a"))
    monkeypatch.setattr(parts, name, value)
    with pytest.raises(InputError):
        read(store)


def test_rows_of_all_parts_count(store: LocalStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "MAX_ROWS", 1)
    write(store, row("a"))
    assert read(store).sizes == {"a": 9}
    write(store, row("a"))
    with pytest.raises(InputError, match="more than 1 rows"):
        read(store)


def test_only_values_of_a_batch_are_looked_at(store: LocalStore) -> None:
    """Each batch has a dictionary of all values so far, which would take quadratic time."""
    write(store, row("a"))
    [file] = store.list_files()
    unused = "x" * (parts.MAX_VALUE + 1)
    values = pa.DictionaryArray.from_arrays(pa.array([1, 2, 1, 2], pa.int32()), [unused, "a", "b"])
    found = parts._read_values(store, file, "path", values)
    assert found == ["a", "b", "a", "b"]
    assert found[0] is found[2]


def test_number_of_files(store: LocalStore, monkeypatch: pytest.MonkeyPatch) -> None:
    write(store, row("a"))
    monkeypatch.setattr(parts, "MAX_PARTS", 0)
    with pytest.raises(InputError, match="more than 0 files"):
        read(store)


# --- stores --------------------------------------------------------------------------------------


def test_urls() -> None:
    assert [stores.is_url(name) for name in ("s3://b/p", "gs://b")] == [True, True]
    assert not any(map(stores.is_url, ("a/b", "C:\\a", "c://b", "://b", "a b://c", "s3:/b")))


def test_lock_and_leftovers(store: LocalStore, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / f"{stores.TEMPORARY}old").touch()
    (folder / "part-1.parquet.new").touch()
    with store.locked():
        assert not (folder / f"{stores.TEMPORARY}old").exists()
        assert (folder / "part-1.parquet.new").exists()
        with pytest.raises(InputError, match="Another run"), LocalStore(folder).locked():
            pass
    with store.locked():
        pass


def test_file_as_folder(tmp_path: Path) -> None:
    (tmp_path / "out").touch()
    with pytest.raises(InputError, match="is a file"):
        stores.open_store(str(tmp_path / "out"))


@pytest.mark.parametrize("url", ["ftp://a/b", "http://a/b"])
def test_unknown_scheme(url: str) -> None:
    with pytest.raises(InputError, match="unknown scheme"):
        stores.open_store(url)


@pytest.mark.parametrize("url", ["s3://", "s3:///"])
def test_url_without_a_bucket(url: str) -> None:
    with pytest.raises(InputError, match="no bucket"):
        stores.open_store(url)


def test_object_store(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from pyarrow import fs

    files = fs.SubTreeFileSystem(str(tmp_path), fs.LocalFileSystem())
    files.create_dir("bucket/out")  # an object store has no folders
    monkeypatch.setattr(stores, "_open_file_system", lambda url: (files, "bucket/out"))
    store = stores.open_store("s3://bucket/out")
    assert isinstance(store, ObjectStore)
    with store.locked():
        assert store.list_files() == []
        writer = PartWriter(store, METADATA)
        writer.add(row("a"))
        writer.flush()
    assert parts.read_completed(store, "s1").sizes == {"a": 9}
    files.create_dir("bucket/out/folder")
    assert store.list_skipped() == [("folder", "folder")]
