"""The decoder in JavaScript, written from the specification alone, agrees with the library."""

from __future__ import annotations

import json
import random
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from semcodec import Limits, pack, unpack, validate
from semcodec.cli import main
from semcodec.coding.tables import load_tables
from tests.png_files import SIGNATURE
from tests.profiles import RecordProperty, count, seed

DECODER = Path(__file__).parents[1] / "spec" / "implementations" / "js" / "reader.js"

pytestmark = pytest.mark.skipif(shutil.which("node") is None, reason="Node.js is missing")


def decode_in_javascript(framing: str, records: list[bytes]) -> list[dict[str, Any]]:
    """Return what the decoder prints for each record: its values, or the broken rule."""
    lines = "".join(f"{framing} {data.hex()}\n" for data in records)
    done = subprocess.run(["node", str(DECODER)], input=lines, capture_output=True, text=True)
    results = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(results) == len(records)
    return results


def test_every_vector(capsys: pytest.CaptureFixture[str]) -> None:
    run = ["vectors", "run", "--persistent", "--strict", "--", "node", str(DECODER)]
    code, out = main(run), capsys.readouterr().out
    assert (code, " 0 failed," in out) == (0, True), out


def test_single_record_from_standard_input() -> None:
    run = ["node", str(DECODER), "auto"]
    accepted = subprocess.run(run, input=b"semc:CIIBC0MwtA", capture_output=True, check=False)
    assert (accepted.returncode, b'"text":"ct n grss"' in accepted.stdout) == (0, True)
    refused = subprocess.run(run, input=b"\x00\x01", capture_output=True, check=False)
    assert (refused.returncode, b"SC-NIB-1" in refused.stdout) == (1, True)


def random_coded_records(seed: int, count: int) -> list[bytes]:
    """Return `lexicon` and `bag` records of listed and escaped words, one in three damaged."""
    rng, listed = random.Random(seed), load_tables().words
    records = []
    for _ in range(count):
        # The cube favors the first words, which are the frequent ones.
        words = [listed[int(65536 * rng.random() ** 3)] for _ in range(rng.randrange(30))]
        words += rng.sample(["Zuzeca", "R2-D2", "Paris", "o'neill", "1984"], rng.randrange(3))
        coding = rng.choice(["lexicon", "bag"])
        data = pack(list(dict.fromkeys(words)), coding=coding)
        if rng.random() < 1 / 3:
            end = rng.randrange(1, len(data) + 1)
            data = data[:end] + rng.randbytes(rng.randrange(3))
        records.append(data)
    return records


@pytest.mark.sampled
def test_coded_words_are_the_same(record_property: RecordProperty) -> None:
    """The only independent check of Annex K: the other oracles leave coded words to the library."""
    records = random_coded_records(seed=seed(4), count=count(gate=200, nightly=10_000))
    record_property("inputs", len(records))
    results = decode_in_javascript("bare", records)
    reports = [validate(data) for data in records]
    assert len(records) / 6 < sum(report.ok for report in reports) < len(records)
    for data, report, result in zip(records, reports, results, strict=True):
        if report.ok:
            assert result["words"] == unpack(data).words
        else:
            finding = report.findings[0]
            assert (result["rule"], result["offset"]) == (finding.rule, finding.offset)


def test_data_that_ends_at_the_limit_of_chunks_is_malformed() -> None:
    full = SIGNATURE + bytes(12) * Limits().max_chunks
    records = [full, full + b"\0", full + bytes(12)]
    results = decode_in_javascript("auto", records)
    for data, result in zip(records, results, strict=True):
        (finding,) = validate(data).findings
        assert (result["rule"], result["offset"]) == (finding.rule, finding.offset)
    assert [result["rule"] for result in results] == ["SC-PNG-2", "SC-PNG-2", "SC-LIM-4"]
