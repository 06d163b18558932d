"""Four readers agree: the library, its construct declaration, Kaitai's Python and JavaScript."""

from __future__ import annotations

import itertools
import json
import random
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import pytest

from fuzz.mutator import an_input
from fuzz.oracle import oracle
from semcodec.bitstream import Limits, Record, unpack
from semcodec.errors import SemcodecError
from tests.kaitai import cases, readings, rules
from tests.profiles import RecordProperty, count, seed

ROOT = Path(__file__).parents[2]
MUTATED = count(gate=2_000, nightly=100_000)
CARRIERS = (b"semc", b"SEMC", b"\x89PNG")  #: how the framings start that are not declared

pytestmark = [
    pytest.mark.kaitai,
    pytest.mark.skipif(
        not readings.is_installed(),
        reason="The Kaitai declaration is not compiled here: run `make kaitai`; it needs Node.js.",
    ),
]


class Compiled(NamedTuple):
    """The compiled declaration: the folder with both languages, and the Python module."""

    folder: Path
    module: ModuleType

    @property
    def registry(self) -> set[rules.Size]:
        """The sizes that have a code."""
        return {rules.size_of(name) for name in self.module.Semcodec.SizeCode.__members__}


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Compiled:
    folder = tmp_path_factory.mktemp("kaitai")
    return Compiled(folder, readings.compiled(folder))


def vectors() -> list[tuple[bytes, dict[str, int]]]:
    """Return the data and the limits of all vectors that are bare records or files."""
    paths = (ROOT / "spec" / "vectors").rglob("*.json")
    files = [json.loads(path.read_text("utf-8")) for path in sorted(paths)]
    rows = [row for file in files for row in file.get("vectors", ())]
    return [
        (bytes.fromhex(row["data"]), row.get("limits", {}))
        for row in rows
        if "data" in row and row.get("framing", "auto") in ("auto", "bare", "file")
    ]


def mutated(count: int) -> list[bytes]:
    """Return near-records that are no text form and no PNG file."""
    rng = random.Random(seed(28))
    found = (an_input(rng) for _ in itertools.count())
    return list(itertools.islice((data for data in found if data[:4] not in CARRIERS), count))


def described(record: Record | None) -> dict[str, Any] | None:
    """Return a record of the library as plain values."""
    if record is None:
        return None
    models = record.models
    return {
        "text": record.text,
        "coding": record.coding,
        "size": record.size,
        "models": [models.set, models.describer, models.writer, models.painter, models.prompts],
        "extensions": [[kind, value.hex()] for kind, value in record.extensions],
        "framing": record.framing,
        "check": record.check,
        "k": record.k,
    }


def told(data: bytes) -> str:
    """Return the one of the two framings that a reader of no others takes data for."""
    return "file" if data[:1] == b"\xb5" else "bare"


def by_library(data: bytes, limits: dict[str, int]) -> dict[str, Any] | None:
    try:
        return described(unpack(data, framing=told(data), limits=Limits(**limits)))
    except SemcodecError:
        return None


def agree(compiled: Compiled, inputs: Sequence[bytes], limits: dict[str, int]) -> Counter[str]:
    """Compare all readings; return how many were taken, and how many each line refused."""
    outcomes: Counter[str] = Counter()
    in_javascript = readings.by_javascript(compiled.folder, inputs)
    for data, theirs in zip(inputs, in_javascript, strict=True):
        values, line = readings.by_python(compiled.module, data)
        assert values == theirs, data.hex()
        read = None if "refused" in values else rules.record_of(values, compiled.registry)
        record = rules.within(read, data, limits)
        assert record == by_library(data, limits), data.hex()
        assert record == rules.within(described(oracle(data, told(data))), data, limits), data.hex()
        outcomes["taken" if record else line] += 1
    return outcomes


def test_all_readers_agree_on_the_vectors(compiled: Compiled) -> None:
    outcomes = agree(compiled, [data for data, limits in vectors() if not limits], {})
    assert outcomes["taken"] > 20
    assert outcomes.total() > 60
    limited = [(data, limits) for data, limits in vectors() if limits]
    for limits in map(dict, {tuple(limits.items()) for _, limits in limited}):
        agree(compiled, [data for data, own in limited if own == limits], limits)


def test_all_readers_agree_at_the_edge_of_each_rule(compiled: Compiled) -> None:
    outcomes = agree(compiled, list(cases.sharp()), {})
    source = (compiled.folder / "semcodec.py").read_text("utf-8")
    lines = set(re.findall(r'self\._io, u"(/[\w/]+)"', source))
    assert len(lines) > 15
    assert lines - set(outcomes) == set()  # each `valid` of the declaration refuses something


@pytest.mark.sampled
def test_all_readers_agree_on_mutated_records(
    compiled: Compiled, record_property: RecordProperty
) -> None:
    record_property("inputs", MUTATED)
    outcomes = agree(compiled, mutated(MUTATED), {})
    assert outcomes["taken"] > MUTATED // 10
