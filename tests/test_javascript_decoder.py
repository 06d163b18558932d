"""The JavaScript decoder, written from the specification alone, agrees with the library."""

from __future__ import annotations

import json
import random
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from semcodec import Limits, pack, unpack, validate
from semcodec._registry import SIZES
from semcodec.cli import main
from semcodec.coding.color_chances import CHANCES
from semcodec.coding.tables import load_tables
from tests import color_values, profiles
from tests.png_files import SIGNATURE

DECODER = Path(__file__).parents[1] / "spec" / "implementations" / "js" / "reader.js"
ENCODER = DECODER.with_name("writer.js")

pytestmark = pytest.mark.skipif(shutil.which("node") is None, reason="Node.js is missing")


def decode_in_javascript(framing: str, records: list[bytes]) -> list[dict[str, Any]]:
    """Return what the decoder prints for each record: its values, or the broken rule."""
    lines = "".join(f"{framing} {data.hex()}\n" for data in records)
    process = subprocess.run(["node", str(DECODER)], input=lines, capture_output=True, text=True)
    assert process.returncode == 0, process.stderr
    results = [json.loads(line) for line in process.stdout.split("\n")[:-1]]
    assert len(results) == len(records), process.stderr
    return results


def test_all_vectors_pass(capsys: pytest.CaptureFixture[str]) -> None:
    options = ["--persistent", "--strict", "--pass-options"]
    exit_code = main(["vectors", "run", *options, "--", "node", str(DECODER)])
    output = capsys.readouterr().out
    assert exit_code == 0, output
    assert output.endswith(" passed, 0 failed, 0 skipped\n")


def test_all_vectors_of_colors_pass(capsys: pytest.CaptureFixture[str]) -> None:
    run = ["vectors", "run", "--colors"]
    assert main([*run, "--persistent", "--", "node", str(DECODER)]) == 0, capsys.readouterr().out
    assert main([*run, "--filter", "few-*", "--", "node", str(DECODER)]) == 0


@pytest.mark.sampled
def test_colors_are_the_same(record_property: profiles.RecordProperty) -> None:
    count = profiles.count(gate=60, nightly=20_000)
    record_property("inputs", count)
    rng = random.Random(profiles.seed(9))  # 9 is arbitrary, but must not change
    values = list(color_values.inputs(rng, count))
    results = decode_in_javascript("colors", values)
    for data, result in zip(values, results, strict=True):
        assert result == color_values.coefficients_of(data), data.hex()


@pytest.mark.parametrize("tables", ["", "/missing/lexicon-1.bin.gz"])
def test_decoder_without_tables_is_of_the_class_core(
    tables: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SEMCODEC_LEXICON", tables)
    options = ["--persistent", "--strict", "--pass-options", "--class", "core"]
    exit_code = main(["vectors", "run", *options, "--", "node", str(DECODER)])
    output = capsys.readouterr().out
    assert exit_code == 0, output
    assert output.endswith(" passed, 0 failed, 0 skipped\n")


def test_all_vectors_for_encoders_pass(capsys: pytest.CaptureFixture[str]) -> None:
    run = ["vectors", "run", "--encoder", "--strict"]
    exit_code = main([*run, "--persistent", "--", "node", str(ENCODER), "--lines"])
    output = capsys.readouterr().out
    assert exit_code == 0, output
    assert " 0 failed," in output
    assert main([*run, "--filter", "encode-file*", "--", "node", str(ENCODER)]) == 0


def test_size_codes_are_those_of_the_registry() -> None:
    """The decoder has its own list; each of the 128 codes is decoded, registered or not."""
    records = [bytes([0b10, code, 0x11]) for code in range(128)]
    for code, result in enumerate(decode_in_javascript("bare", records)):
        if code in SIZES:
            assert tuple(result["size"]) == SIZES[code]
        else:
            assert result["rule"] == ("SC-SIZ-1" if code else "SC-SIZ-2")


@pytest.mark.parametrize("file", ["js/colors.js", "rust/colors.rs"])
def test_chances_of_colors_are_those_of_the_library(file: str) -> None:
    """A context that no vector and no random value reaches could differ otherwise."""
    source = (DECODER.parents[1] / file).read_text("utf-8")
    found = re.search(r"const CHANCES[^\n]*= \[([0-9,\s]+)\]", source)
    assert found
    assert tuple(map(int, re.findall(r"\d+", found[1]))) == CHANCES


def test_single_record_from_standard_input() -> None:
    command = ["node", str(DECODER), "auto"]
    valid = subprocess.run(command, input=b"semc:CIIBC0MwtA", capture_output=True, check=False)
    assert valid.returncode == 0, valid.stderr
    assert b'"text":"ct n grss"' in valid.stdout
    invalid = subprocess.run(command, input=b"\x00\x01", capture_output=True, check=False)
    assert invalid.returncode == 1, invalid.stderr
    assert b"SC-NIB-1" in invalid.stdout


def random_coded_records(seed: int, count: int) -> list[bytes]:
    """Return `lexicon` and `bag` records of words in the vocabulary and others, a third damaged."""
    rng, vocabulary = random.Random(seed), load_tables().words
    records = []
    for _ in range(count):
        # The cube favors the first words of the vocabulary, which are the frequent ones.
        words = [
            vocabulary[int(len(vocabulary) * rng.random() ** 3)] for _ in range(rng.randrange(30))
        ]
        words += rng.sample(["Zuzeca", "R2-D2", "Paris", "o'neill", "1984"], rng.randrange(3))
        coding = rng.choice(["lexicon", "bag"])
        # A bag cannot hold a word twice; ``fromkeys`` drops repetitions and keeps the order.
        data = pack(list(dict.fromkeys(words)), coding=coding)
        if rng.random() < 1 / 3:
            end = rng.randrange(1, len(data) + 1)  # truncate, then append up to two random bytes
            data = data[:end] + rng.randbytes(rng.randrange(3))
        records.append(data)
    return records


@pytest.mark.sampled
def test_coded_words_are_the_same(record_property: profiles.RecordProperty) -> None:
    """The only independent check of Annex K: the other oracles leave coded words to the library."""
    count = profiles.count(gate=200, nightly=10_000)
    records = random_coded_records(profiles.seed(4), count)  # 4 is arbitrary, but must not change
    record_property("inputs", len(records))
    results = decode_in_javascript("bare", records)
    reports = [validate(data) for data in records]
    # The comparison is meaningful only if many records are valid and some are not.
    assert len(records) / 6 < sum(report.ok for report in reports) < len(records)
    for data, report, result in zip(records, reports, results, strict=True):
        if report.ok:
            assert result["words"] == unpack(data).words
        else:
            finding = report.findings[0]
            assert (result["rule"], result["offset"]) == (finding.rule, finding.offset)


def test_limit_of_chunks_applies_to_the_next_whole_chunk() -> None:
    empty_chunk = bytes(12)  # length, type and CRC, all zero
    at_limit = SIGNATURE + empty_chunk * Limits().max_chunks
    records = [at_limit, at_limit + b"\0", at_limit + empty_chunk]
    results = decode_in_javascript("auto", records)
    for data, result in zip(records, results, strict=True):
        (finding,) = validate(data).findings
        assert (result["rule"], result["offset"]) == (finding.rule, finding.offset)
    assert [result["rule"] for result in results] == ["SC-PNG-2", "SC-PNG-2", "SC-LIM-4"]
