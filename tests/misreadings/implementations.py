"""Run an implementation with changed source text on vectors; say which of them it fails.

The implementations in JavaScript run in one process of Node. Annex C and the truncation of
``tests/truncations.py`` run in this process.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any, Final, Self

from semcodec._registry import SIZES
from semcodec.coding import bag, lexicon
from tests.misreadings.catalog import JAVASCRIPT, SPECIFICATION, TRUNCATIONS
from tests.misreadings.vectors import Vector

RUNNER: Final = Path(__file__).with_name("run.js")


class Implementations:
    """A process of Node in which all misread implementations run, one after another."""

    def __enter__(self) -> Self:
        self._node = subprocess.Popen(
            ["node", str(RUNNER)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        return self

    def __exit__(self, *_: object) -> None:
        self._node.communicate()

    def failed(self, file: str, source: str, vectors: Iterable[Vector]) -> list[str]:
        """Return the names of the ``vectors`` that ``source``, the text of ``file``, fails."""
        applicable = [vector for vector in vectors if is_for(file, vector)]
        if file in JAVASCRIPT:
            return list(self._failed_in_node(Path(file).name, source, applicable))
        if file == SPECIFICATION:
            return list(_failed_in_annex_c(source, applicable))
        return list(_failed_in_truncations(source, applicable))

    def _failed_in_node(self, file: str, source: str, vectors: Sequence[Vector]) -> Iterator[str]:
        in_order = sorted(vectors, key=lambda vector: vector.core)
        for core, group in groupby(in_order, lambda vector: vector.core):
            chosen = list(group)
            inputs = [_node_input(vector) for vector in chosen]
            request = {"file": file, "source": source, "core": core, "inputs": inputs}
            for vector, result in zip(chosen, self._request(request), strict=True):
                if result != vector.expected:
                    yield vector.name

    def _request(self, request: dict[str, Any]) -> list[Any]:
        assert self._node.stdin
        assert self._node.stdout
        self._node.stdin.write(json.dumps(request) + "\n")
        self._node.stdin.flush()
        return list(json.loads(self._node.stdout.readline()))


def is_for(file: str, vector: Vector) -> bool:
    """Return whether an implementation in ``file`` can run ``vector``."""
    kinds = {
        "spec/implementations/js/reader.js": ("decode",),
        "spec/implementations/js/words.js": ("decode", "encode", "colors"),
        "spec/implementations/js/colors.js": ("colors",),
        "spec/implementations/js/writer.js": ("encode",),
        SPECIFICATION: ("decode",),
        TRUNCATIONS: ("truncate",),
    }[file]
    # Annex C has neither limits nor profiles.
    has_options = "limits" in vector.row or "profile" in vector.row
    return vector.kind in kinds and not (file == SPECIFICATION and has_options)


def _node_input(vector: Vector) -> list[Any]:
    row = vector.row
    if vector.kind == "encode":
        return [row["value"]]
    if vector.kind == "colors":
        return ["colors", row["data"], {}]
    options = {key: row[key] for key in ("limits", "profile") if key in row}
    return [row["framing"], row["data"], options]


@cache
def _coded_words(coding: int, payload: bytes) -> Any:
    return (lexicon, bag)[coding - 1].decode(payload)


def _failed_in_annex_c(source: str, vectors: Iterable[Vector]) -> Iterator[str]:
    names: dict[str, Any] = {}
    exec(compile(source, "Annex C", "exec"), names)
    names["SIZES"].update(SIZES)
    for vector in vectors:
        names["coded_words"] = None if vector.core else _coded_words
        # Annex C stops at the first broken rule, and names it without an offset.
        if _decode(names, vector) != _first_rule(vector.expected):
            yield vector.name


def _first_rule(expected: Any) -> Any:
    """Return the rule of a rejection; records as they are."""
    is_rejection = isinstance(expected, dict) and "refused" in expected
    return expected["rule"] if is_rejection else expected


def _decode(names: dict[str, Any], vector: Vector) -> Any:
    data, framing = bytes.fromhex(vector.row["data"]), vector.row["framing"]
    try:
        is_sequence = framing == "sequence"
        result = names["read_sequence"](data) if is_sequence else names["read"](data, framing)
    except names["Refused"] as error:
        return str(error)
    except Exception as error:
        return error  # a misreading may fail in any way
    for record in result if is_sequence else [result]:
        record["size"] = [*record["size"]]
    return result


def _failed_in_truncations(source: str, vectors: Iterable[Vector]) -> Iterator[str]:
    names: dict[str, Any] = {"__name__": "truncations"}
    exec(compile(source, TRUNCATIONS, "exec"), names)
    for vector in vectors:
        try:
            data = names["truncate"](bytes.fromhex(vector.row["data"]), vector.row["max_bytes"])
            result = data.hex() if data is not None else None
        except Exception as error:
            result = error
        if result != vector.expected:
            yield vector.name
