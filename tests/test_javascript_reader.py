"""The reader in JavaScript, which shares nothing with the library, takes every vector."""

from __future__ import annotations

import json
import random
import shutil
import subprocess
from pathlib import Path

import pytest

from semcodec import Limits, pack, unpack, validate
from semcodec.cli import main
from semcodec.coding.tables import load_tables
from tests.profiles import RecordProperty, count, seed

READER = Path(__file__).parents[1] / "spec" / "implementations" / "js" / "reader.js"

pytestmark = pytest.mark.skipif(shutil.which("node") is None, reason="there is no node")


def test_every_vector_rule_and_offset(capsys: pytest.CaptureFixture[str]) -> None:
    run = ["vectors", "run", "--persistent", "--strict", "--", "node", str(READER)]
    code, out = main(run), capsys.readouterr().out
    assert (code, " 0 failed," in out) == (0, True), out


def test_one_record_at_a_time() -> None:
    run = ["node", str(READER), "auto"]
    read = subprocess.run(run, input=b"semc:CIIBC0MwtA", capture_output=True, check=False)
    assert (read.returncode, b'"text":"ct n grss"' in read.stdout) == (0, True)
    refused = subprocess.run(run, input=b"\x00\x01", capture_output=True, check=False)
    assert (refused.returncode, b"SC-NIB-1" in refused.stdout) == (1, True)


def made(seed: int, number: int) -> list[bytes]:
    """Return records of coded words, one in three of them damaged."""
    dice, words = random.Random(seed), load_tables().words
    records = []
    for _ in range(number):
        sent = [words[int(65536 * dice.random() ** 3)] for _ in range(dice.randrange(30))]
        sent += dice.sample(["Zuzeca", "R2-D2", "Paris", "o'neill", "1984"], dice.randrange(3))
        coding = dice.choice(["lexicon", "bag"])
        data = bytearray(pack(list(dict.fromkeys(sent)), coding=coding))
        if dice.random() < 1 / 3:
            data[1:] = data[1 : dice.randrange(1, len(data) + 1)] + dice.randbytes(
                dice.randrange(3)
            )
        records.append(bytes(data))
    return records


@pytest.mark.sampled
def test_coded_words_are_the_same_words_here_and_there(record_property: RecordProperty) -> None:
    records = made(seed=seed(4), number=count(gate=200, nightly=10_000))
    record_property("inputs", len(records))
    lines = "".join(f"bare {data.hex()}\n" for data in records)
    run = subprocess.run(["node", str(READER)], input=lines, capture_output=True, text=True)
    answers = [json.loads(line) for line in run.stdout.splitlines()]
    assert len(answers) == len(records)
    reports = [validate(data) for data in records]
    assert len(records) / 6 < sum(report.ok for report in reports) < len(records)
    for data, report, answer in zip(records, reports, answers, strict=True):
        if report.ok:
            assert answer["words"] == unpack(data).words
        else:
            finding = report.findings[0]
            assert (answer["rule"], answer["offset"]) == (finding.rule, finding.offset)


def test_data_that_ends_at_the_limit_of_chunks_is_malformed() -> None:
    full = bytes.fromhex("89504e470d0a1a0a") + bytes(12) * Limits().max_chunks
    records = [full, full + b"\0", full + bytes(12)]
    lines = "".join(f"auto {data.hex()}\n" for data in records)
    run = subprocess.run(["node", str(READER)], input=lines, capture_output=True, text=True)
    refused = [json.loads(line) for line in run.stdout.splitlines()]
    for data, said in zip(records, refused, strict=True):
        (finding,) = validate(data).findings
        assert (said["rule"], said["offset"]) == (finding.rule, finding.offset)
    assert [said["rule"] for said in refused] == ["SC-PNG-2", "SC-PNG-2", "SC-LIM-4"]
