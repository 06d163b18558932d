"""The published vectors, with the result that each kind of implementation must give.

Every vector for decoders whose result differs without the tables is there twice: the second one has
the suffix `` (core)``. It tests a decoder of the class core.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, Final, NamedTuple

from tests.misreadings.catalog import ROOT

FOLDER: Final = ROOT / "spec" / "vectors"
CORE: Final = " (core)"

Row = Mapping[str, Any]


class Vector(NamedTuple):
    """A row of a file of vectors, and what a correct implementation returns for it.

    Attributes:
        kind: "decode", "encode", "truncate" or "colors".
        core: whether it is for a decoder without the tables.
        expected: the record and None, or the verdict and the findings; for encoders, the data in
            hex or the refusal; for truncation, the data in hex or None; of colors, the
            coefficients.
    """

    name: str
    kind: str
    row: Row
    core: bool
    expected: Any

    @property
    def length(self) -> int:
        """The length of the row as text, to which the time that it takes is about proportional."""
        return len(json.dumps(self.row))


@cache
def all_vectors() -> dict[str, Vector]:
    """Return the vectors of all kinds by their names."""
    return {vector.name: vector for vector in _vectors()}


def _vectors() -> Iterator[Vector]:
    for path in sorted(FOLDER.glob("*.json")):
        table = json.loads(path.read_text("utf-8"))
        if table.get("format") == "SEMCODEC-1":
            yield from _decoder_vectors(table["vectors"])
        elif table.get("format") == "SEMCODEC-1-encode":
            for row in table["vectors"]:
                yield Vector(row["name"], "encode", row, False, _encoded(row))
        elif table.get("format") == "SEMCODEC-1-truncate":
            for row in table["vectors"]:
                yield Vector(f"truncate {row['name']}", "truncate", row, False, row["result"])
        elif table.get("format") == "COLORS-1":
            for row in table["vectors"]:
                if "coefficients" in row:
                    expected = {"coefficients": row["coefficients"]}
                    yield Vector(f"colors {row['name']}", "colors", row, False, expected)


def _decoder_vectors(rows: list[Row]) -> Iterator[Vector]:
    for row in rows:
        yield Vector(row["name"], "decode", row, False, _decoded(row))
        if core := row.get("core"):
            expected = _refused(core["verdict"], core["findings"])
            yield Vector(row["name"] + CORE, "decode", row, True, expected)


def _decoded(row: Row) -> Any:
    """Return what reader.js must return."""
    if "offset" not in row:
        return row["record"]
    found = row.get("findings", [{"rule": row["rule"], "offset": row["offset"]}])
    return _refused(row["verdict"], found)


def _refused(verdict: str, findings: list[dict[str, Any]]) -> dict[str, Any]:
    return {"refused": True, "verdict": verdict, **findings[0], "findings": findings}


def _encoded(row: Row) -> dict[str, Any]:
    """Return what writer.js must return."""
    if "data" in row:
        return {"data": row["data"]}
    return {"refused": True, "rule": row["refusal"]}
