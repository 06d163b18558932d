"""Four decoders agree: the library, Annex C, and the declaration in Python and in JavaScript."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import pytest

from fuzz import corpus, engine
from semcodec.bitstream import Limits, unpack
from semcodec.errors import SemcodecError
from tests import annex_c
from tests.kaitai import decoders, edge_cases
from tests.profiles import RecordProperty, count, seed

ROOT = Path(__file__).parents[2]
NEAR_RECORDS = count(gate=2_000, nightly=50_000)
OTHER_FRAMINGS = (b"semc", b"SEMQ", b"\x89PNG")  #: first bytes of framings that are not declared

pytestmark = [
    pytest.mark.kaitai,
    pytest.mark.skipif(
        not decoders.is_installed(),
        reason="The Kaitai declaration is not compiled here: run `make kaitai`; it needs Node.js.",
    ),
]


class Compiled(NamedTuple):
    """The compiled declaration: the folder with both languages, and the Python module."""

    folder: Path
    module: ModuleType

    @property
    def coded_sizes(self) -> set[decoders.Size]:
        """The sizes that have a code in the declaration."""
        return {decoders.parse_size(name) for name in self.module.Semcodec.SizeCode.__members__}


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Compiled:
    folder = tmp_path_factory.mktemp("kaitai")
    return Compiled(folder, decoders.compile_declaration(folder))


def vectors() -> list[tuple[bytes, dict[str, int]]]:
    """Return the data and the limits of all vectors that are bare records or files."""
    framings = ("auto", "bare", "file")
    return [
        (bytes.fromhex(row["data"]), row.get("limits", {}))
        for row in corpus.rows()
        if row.get("framing", "auto") in framings
    ]


def near_records() -> list[bytes]:
    """Return data that is nearly a record, and neither a text form nor a PNG file."""
    generated = engine.near_records(seed(1), NEAR_RECORDS)
    return [data for data in generated if data[:4] not in OTHER_FRAMINGS]


def framing_of(data: bytes) -> str:
    """Return the framing in which the declaration reads ``data``: ``"file"`` or ``"bare"``."""
    return "file" if data[:1] == b"\xb5" else "bare"


def decode_by_library(data: bytes, limits: dict[str, int]) -> dict[str, Any] | None:
    try:
        return unpack(data, framing=framing_of(data), limits=Limits(**limits)).as_dict()
    except SemcodecError:
        return None


def decode_by_annex_c(data: bytes) -> dict[str, Any] | None:
    record = annex_c.decode(data, framing_of(data))
    return None if isinstance(record, str) else record


def compare(compiled: Compiled, inputs: Sequence[bytes], limits: dict[str, int]) -> Counter[str]:
    """Compare all decoders; return the numbers of records by the place that refused them.

    Places are lines of the declaration, "" for Python code, and "accepted" if none refused.
    """
    outcomes: Counter[str] = Counter()
    in_javascript = decoders.decode_in_javascript(compiled.folder, inputs)
    for data, javascript_values in zip(inputs, in_javascript, strict=True):
        values, line = decoders.decode_in_python(compiled.module, data)
        assert values == javascript_values, data.hex()
        record = None
        if "refused" not in values:
            record = decoders.to_record(values, compiled.coded_sizes)
        assert record == decode_by_annex_c(data), data.hex()
        limited = decoders.apply_limits(record, data, limits)
        assert limited == decode_by_library(data, limits), data.hex()
        outcomes["accepted" if limited else line] += 1
    return outcomes


def test_decoders_agree_on_the_vectors(compiled: Compiled) -> None:
    outcomes = compare(compiled, [data for data, limits in vectors() if not limits], {})
    assert outcomes["accepted"] > 20
    assert outcomes.total() > 60
    limited = [(data, limits) for data, limits in vectors() if limits]
    for limits in map(dict, {tuple(limits.items()) for _, limits in limited}):
        compare(compiled, [data for data, own in limited if own == limits], limits)


def test_decoders_agree_at_the_edge_of_each_rule(compiled: Compiled) -> None:
    outcomes = compare(compiled, list(edge_cases.records()), {})
    source = (compiled.folder / "semcodec.py").read_text("utf-8")
    lines = set(re.findall(r'self\._io, u"(/[\w/]+)"', source))
    assert len(lines) > 15
    assert lines - set(outcomes) == set()  # each `valid` of the declaration refuses a record


@pytest.mark.sampled
def test_decoders_agree_on_near_records(
    compiled: Compiled, record_property: RecordProperty
) -> None:
    inputs = near_records()
    record_property("inputs", len(inputs))
    outcomes = compare(compiled, inputs, {})
    assert outcomes["accepted"] > len(inputs) // 10
