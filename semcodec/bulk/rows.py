"""The rows of a bulk run: what was made of each photograph, and the columns of its Parquet files.

A row has about 500 bytes, so one process can collect those of a million photographs. It is made
where the photograph is encoded: in a thread, in a process, or on another machine.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from semcodec.bulk.digests import digest_bytes, digest_values
from semcodec.errors import SemcodecError

if TYPE_CHECKING:
    import pyarrow

    from semcodec.pipeline import Encoded, Trace

SCHEMA: Final = "semcodec/bulk/1"  #: in the metadata of each file
MAX_ERROR: Final = 2000  #: characters of a message
MAX_PHOTOGRAPH_BYTES: Final = 200 * 10**6  #: as for ``encode``; a larger file is not read
#: The columns and their types in Arrow, each declared: one that is all null would have type null.
COLUMNS: Final = {
    "path": "string",
    "sha256": "string",
    "size": "int64",
    "record": "binary",
    "words": "string",
    "k": "int32",
    "bytes": "int32",
    "models": "string",
    "trace": "string",
    "error": "string",
    "seconds": "double",
    "cost": "double",
}
_SURROGATES: Final = re.compile("[\ud800-\udfff]")
NOT_NULL: Final = ("path", "size", "error", "seconds")


@dataclass(frozen=True, slots=True)
class Photograph:
    """A file to encode.

    Attributes:
        path: below the source, with ``/``.
        size: in bytes, when it was listed; -1 if it is not known.
        problem: why it cannot be read; "" if it may be.
    """

    path: str
    size: int
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """What was made of a photograph; the values of a failed one are None.

    Attributes:
        path: of the photograph below the source, with ``/``.
        sha256: of its bytes in hexadecimal; None if they could not be read.
        size: its bytes; -1 if they are not known.
        record: the record in its framing.
        words: those of the record, separated by spaces.
        k: the number of words.
        bytes: the size of the record.
        models: a JSON object with the names of the models by role.
        trace: the digest of the run, see ``digest_trace``.
        error: the message of the failure; "" if the row has a record.
        seconds: wall-clock time, with reading.
        cost: dollars, at most; 0.0 without a server, None if a price is unknown.
    """

    path: str
    sha256: str | None
    size: int
    record: bytes | None
    words: str | None
    k: int | None
    bytes: int | None
    models: str | None
    trace: str | None
    error: str
    seconds: float
    cost: float | None


def make_row(photograph: Photograph, data: bytes, encoded: Encoded, seconds: float) -> Row:
    """Return the row of a photograph with the bytes ``data``."""
    return Row(
        path=to_text(photograph.path),
        sha256=digest_bytes(data),
        size=len(data),
        record=encoded.data,
        words=encoded.record.text,
        k=encoded.record.k,
        bytes=len(encoded.data),
        models=json.dumps(encoded.trace.models, sort_keys=True),
        trace=digest_trace(encoded.trace),
        error="",
        seconds=round(seconds, 4),
        cost=add_costs(encoded.trace.calls),
    )


def make_failed_row(
    photograph: Photograph, data: bytes | None, error: SemcodecError, seconds: float
) -> Row:
    """Return the row of a photograph that could not be encoded; its calls may have cost money."""
    trace = error.trace
    return Row(
        path=to_text(photograph.path),
        sha256=None if data is None else digest_bytes(data),
        size=photograph.size if data is None else len(data),
        record=None,
        words=None,
        k=None,
        bytes=None,
        models=None,
        trace=None if trace is None else digest_trace(trace),
        error=to_text(" ".join(str(error).split()) or type(error).__name__)[:MAX_ERROR],
        seconds=round(seconds, 4),
        cost=0.0 if trace is None else add_costs(trace.calls),
    )


def digest_trace(trace: Trace) -> str:
    """Return the SHA-256 of what a run did: its stages with inputs and outputs, and its notices.

    Seconds, tokens and dollars are left out. So two runs on the same photograph have the same
    digest if all models have returned the same, whichever engine ran them.
    """
    stages = [[stage.name, stage.model, stage.inputs, stage.output] for stage in trace.stages]
    return digest_values([stages, trace.notices, trace.models])


def add_costs(calls: Sequence[Mapping[str, Any]]) -> float | None:
    """Return the dollars of calls, each at most; None if the price of one is unknown."""
    total = 0.0
    for call in calls:
        if "seconds" in call:  # else its response was stored
            dollars = call.get("dollars")
            if not isinstance(dollars, int | float) or not math.isfinite(dollars):
                return None
            total += dollars
    return total


def add_cost(total: float | None, cost: float | None) -> float | None:
    """Return the sum of two costs; None if one is unknown."""
    return None if total is None or cost is None else total + cost


def to_text(text: str) -> str:
    r"""Return ``text`` as valid Unicode: a byte that is not UTF-8 becomes an escape, as ``\xff``.

    Python has such a byte of a file name as a surrogate, which a column cannot contain.
    """
    return _SURROGATES.sub(lambda found: ascii(found[0])[1:-1].replace("\\udc", "\\x"), text)


def make_schema(metadata: Mapping[str, str]) -> pyarrow.Schema:
    """Return the schema of all files of a run, with metadata such as the digest of settings."""
    import pyarrow as pa

    return pa.schema(
        [
            pa.field(name, pa.type_for_alias(kind), nullable=name not in NOT_NULL)
            for name, kind in COLUMNS.items()
        ],
        metadata=dict(metadata),
    )


def make_table(rows: Sequence[Row], schema: pyarrow.Schema) -> pyarrow.Table:
    """Return rows as a table, in their order."""
    import pyarrow as pa

    columns = {name: [getattr(row, name) for row in rows] for name in COLUMNS}
    return pa.Table.from_pydict(columns, schema=schema)
