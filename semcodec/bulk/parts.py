"""The parts of a bulk run: Parquet files in a folder, which is at once the list of what is done.

What must stay true, whenever a run is killed or its disk is full:

* A part is complete or absent (``stores``), and no part is ever changed or removed. So a kill loses
  the rows that no part has yet, which the next run computes again: fewer than a part has, and
  those of the last ``MAX_PART_SECONDS``.
* All parts of a folder have the same schema and the same digest of settings, in their metadata. So
  each row was made in the same way.
* A row has a record or an error; one that has both, which no run writes, counts as failed.
* There is at most one row without an error for each path. Rows with an error stay when a later run
  succeeds: readers filter by ``error = ''``.
* The content of a part chooses no path. A part that cannot be read stops the run: it is not
  replaced, since it may be restored.
"""

from __future__ import annotations

import io
import secrets
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from semcodec.bulk import rows
from semcodec.bulk.rows import Row
from semcodec.bulk.stores import Store, StoredFile
from semcodec.errors import InputError

if TYPE_CHECKING:
    import pyarrow
    from pyarrow.parquet import ParquetFile

PART_ROWS: Final = 1000  #: of a part, by default
MAX_PART_ROWS: Final = 10**6
MAX_PART_SECONDS: Final = 60.0  #: after which a row arrives that completes a part
FOREIGN: Final = "was not written by semcodec bulk"
NOTHING: Final = "has a row without a record and without an error"
MAX_PARTS: Final = 10**6  #: files in a folder
MAX_FILE_BYTES: Final = 2**31  #: of a file that is read
MAX_FILE_ROWS: Final = 10**7  #: the same; rows of a file that another program has merged
MAX_ROWS: Final = 10**8  #: of all files of a folder
MAX_PATHS: Final = 2**32  #: characters of all paths, which are kept in memory
#: Bytes of a value, by column: of the largest record in its longest framing, of a text else.
MAX_VALUES: Final = {"record": 2**17}
MAX_VALUE: Final = 2**13
BATCH_ROWS: Final = 2**10  #: rows that are read at a time
#: Keys of the metadata; their values are texts.
SCHEMA_KEY, SETTINGS_KEY, VERSION_KEY, ENGINE_KEY = (
    f"semcodec.{name}" for name in ("schema", "settings", "version", "engine")
)


class CompletedRows(NamedTuple):
    """What the parts of a folder have.

    Attributes:
        sizes: by path, the size of the photograph that was encoded.
        failed: the same of those that have failed, and were not encoded later.
        parts: the number of files.
        bytes: the size of all records.
    """

    sizes: dict[str, int]
    failed: dict[str, int]
    parts: int
    bytes: int


def read_completed(store: Store, settings: str) -> CompletedRows:
    """Return what earlier runs have done, from the paths, sizes and errors of all parts.

    Args:
        store: the folder.
        settings: the digest of the settings of this run.

    Raises:
        InputError: a part is damaged, is not one of a bulk run, or has other settings.
        OSError: a part cannot be read.
    """
    sizes: dict[str, int] = {}
    failed: dict[str, int] = {}
    files, total, length = store.list_files(), 0, 0
    columns = ("path", "size", "error", "bytes")
    for file, batch in read_columns(store, files, columns, settings):
        length += sum(map(len, batch[0]))
        if length > MAX_PATHS:
            raise InputError(f"The paths in {store.name} are too long: name another folder.")
        for path, size, error, count in zip(*batch, strict=True):
            if error:  # whatever else such a row has
                failed[path] = size
            elif count is None:
                raise part_error(store, file, NOTHING)
            else:
                sizes[path] = size
                total += count
    failed = {path: size for path, size in failed.items() if path not in sizes}
    return CompletedRows(sizes, failed, len(files), total)


def read_columns(
    store: Store, files: Sequence[StoredFile], columns: tuple[str, ...], settings: str | None = None
) -> Iterator[tuple[StoredFile, list[list[Any]]]]:
    """Yield the values of columns of all parts, ``BATCH_ROWS`` at a time, with the part.

    Args:
        store: the folder.
        files: its parts.
        columns: their names.
        settings: the digest of the settings that all parts must have; None for any.

    Raises:
        InputError: there are too many parts or rows; a part is damaged, is not one of a bulk run,
            has other settings, or has a value that no row can have.
        OSError: a part cannot be read.
    """
    count = 0
    if len(files) > MAX_PARTS:
        raise InputError(f"{store.name} has more than {MAX_PARTS} files: name another folder.")
    for file in files:
        with open_part(store, file) as part:
            if settings is not None:
                _check_settings(store, file, part, settings)
            count += part.metadata.num_rows
            if count > MAX_ROWS:
                raise InputError(
                    f"{store.name} has more than {MAX_ROWS} rows: name another folder."
                )
            for batch in _read_batches(store, file, part, columns):
                yield file, batch


def open_part(store: Store, file: StoredFile) -> ParquetFile:
    """Return an open part, with a schema of this version.

    Raises:
        InputError: it is not a part, is too large or damaged.
        OSError: it cannot be read.
    """
    from pyarrow import ArrowException
    from pyarrow.parquet import ParquetFile

    if file.size > MAX_FILE_BYTES:
        raise part_error(store, file, f"is larger than {MAX_FILE_BYTES >> 20} MiB")
    columns = ["path", "error", "record", "words"]  # a value that repeats takes memory once
    try:
        part = ParquetFile(
            store.open(file.name), read_dictionary=columns, page_checksum_verification=True
        )
        schema = part.schema_arrow
        metadata = schema.metadata or {}
    except FileNotFoundError:
        raise
    except (ArrowException, OSError, ValueError) as error:
        raise _damaged(store, file) from error
    except KeyError as error:  # a column that is absent, or there twice
        raise part_error(store, file, FOREIGN) from error
    stated = metadata.get(SCHEMA_KEY.encode(), b"").decode(errors="replace")
    if not stated.startswith(rows.SCHEMA.rpartition("/")[0] + "/"):
        raise part_error(store, file, FOREIGN)
    if stated != rows.SCHEMA:
        raise part_error(store, file, "was written by a newer version of semcodec")
    # A name may occur twice, so these are no dictionaries.
    if sorted((field.name, _type_name(field)) for field in schema) != sorted(rows.COLUMNS.items()):
        raise part_error(store, file, "has other columns")
    if part.metadata.num_rows > MAX_FILE_ROWS:
        raise part_error(store, file, f"has more than {MAX_FILE_ROWS} rows")
    return part


def _type_name(field: Any) -> str:
    """Return the type of the values of a column, which may be read as a dictionary."""
    return str(getattr(field.type, "value_type", field.type))


def _read_batches(
    store: Store, file: StoredFile, part: ParquetFile, columns: tuple[str, ...]
) -> Iterator[list[list[Any]]]:
    from pyarrow import ArrowException

    try:
        for batch in part.iter_batches(BATCH_ROWS, columns=list(columns)):
            yield [_read_values(store, file, name, batch.column(name)) for name in columns]
    except (ArrowException, OSError, ValueError) as error:
        if isinstance(error, InputError):
            raise
        raise _damaged(store, file) from error


def _read_values(store: Store, file: StoredFile, name: str, values: Any) -> list[Any]:
    """Return the values of a column of a batch, after checking them.

    A dictionary may have all values of the file, and one of them may occur in every row. So only
    those of this batch are looked at, and equal ones are one object.

    Raises:
        InputError: a value is too long, or is null where none may be.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    if name in rows.NOT_NULL and values.null_count:
        raise part_error(store, file, f"has a row without {name}")
    is_coded = isinstance(values, pa.DictionaryArray)
    used = values.indices.unique() if is_coded else None
    texts = values.dictionary.take(used) if is_coded else values
    if pa.types.is_string(texts.type) or pa.types.is_binary(texts.type):
        longest = pc.max(pc.binary_length(texts)).as_py()
        if (longest or 0) > MAX_VALUES.get(name, MAX_VALUE):
            raise part_error(store, file, f"has a value of {longest} bytes in {name}")
    if used is None:
        return list(texts.to_pylist())
    by_index = dict(zip(used.to_pylist(), texts.to_pylist(), strict=True))
    return [by_index[index] for index in values.indices.to_pylist()]


def _check_settings(store: Store, file: StoredFile, part: ParquetFile, settings: str) -> None:
    stated = part.schema_arrow.metadata.get(SETTINGS_KEY.encode(), b"")
    if stated != settings.encode():
        raise InputError(
            f"{store.name} was made with other options, other models or another version of "
            f"semcodec ({file.name}): use the same, or name another folder."
        )


def _damaged(store: Store, file: StoredFile) -> InputError:
    return InputError(
        f"{store.name}/{file.name} is damaged: restore it, or remove it and encode its photographs "
        "again."
    )


def part_error(store: Store, file: StoredFile, clause: str) -> InputError:
    """Return the error of a part that is not one of a run, or of a newer version."""
    return InputError(f"{store.name}/{file.name} {clause}: move it away, or name another folder.")


class PartWriter:
    """Collects rows, and writes them as parts.

    Args:
        store: the folder.
        metadata: the settings, the version and the engine, under the keys above.
        number: how many parts there are; only for the names of new ones.
        part_rows: rows of a part, 1..MAX_PART_ROWS.
        clock: returns seconds.

    Attributes:
        waiting: the rows that no part has yet.
        parts: the number of parts that were written.
    """

    def __init__(
        self,
        store: Store,
        metadata: Mapping[str, str],
        number: int = 0,
        part_rows: int = PART_ROWS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.waiting: list[Row] = []
        self.parts: int = 0
        self._store, self._number, self._clock = store, number, clock
        self._part_rows = part_rows
        self._schema: pyarrow.Schema = rows.make_schema({SCHEMA_KEY: rows.SCHEMA, **metadata})
        self._began = 0.0

    def add(self, row: Row) -> None:
        """Add a row, and write a part if it is complete.

        Raises:
            OSError: the part cannot be written; its rows are kept for the next attempt.
        """
        if not self.waiting:
            self._began = self._clock()
        self.waiting.append(row)
        if len(self.waiting) >= self._part_rows or self._clock() - self._began >= MAX_PART_SECONDS:
            self.flush()

    def flush(self) -> None:
        """Write the rows that wait as a part.

        Raises:
            OSError: it cannot be written.
        """
        if not self.waiting:
            return
        name = f"part-{self._number + self.parts:06}-{secrets.token_hex(4)}.parquet"
        self._store.write(name, _to_parquet(self.waiting, self._schema))
        self.waiting.clear()
        self.parts += 1


def _to_parquet(waiting: list[Row], schema: pyarrow.Schema) -> bytes:
    from pyarrow import parquet

    buffer = io.BytesIO()
    parquet.write_table(
        rows.make_table(waiting, schema), buffer, compression="zstd", write_page_checksum=True
    )
    return buffer.getvalue()
