"""Every target on the vectors, the examples of the rules, and random inputs from one seed."""

from __future__ import annotations

import itertools
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from fuzz import corpus, engine, malformed, targets
from semcodec.bitstream import RULES, Limits, record_codec, unpack, validate
from tests import annex_c, profiles
from tests.profiles import RecordProperty, count, seed

pytestmark = pytest.mark.fuzz

RUNS = count(gate=30, nightly=20_000)
STEP = 15 if profiles.NAME == "gate" else 1  #: every 15th input of the corpus; at night, all
SEED = seed(1)


@pytest.mark.sampled
@pytest.mark.parametrize("name", targets.NAMES)
def test_corpus_and_random_inputs(name: str, record_property: RecordProperty) -> None:
    runs = len(corpus.of_target(name)[::STEP]) + RUNS
    record_property("inputs", runs)
    outcome = engine.run(name, SEED, runs=runs, corpus_step=STEP)
    if outcome.failed is not None:
        print(f"{name} failed on {outcome.failed[0]!r}")
        raise outcome.failed[1]
    assert outcome.runs == runs


@pytest.mark.parametrize("name", targets.NAMES)
def test_every_target_has_inputs_from_vectors(name: str) -> None:
    assert len(corpus.of_target(name)) > 100


def test_same_seed_gives_same_inputs() -> None:
    def first(seed: str) -> list[bytes]:
        inputs = engine.random_inputs(targets.load("unpack").inputs(), seed)
        return [example for example, _ in itertools.islice(inputs, 100)]

    assert first("7") == first("7")
    assert first("7") != first("8")


@pytest.mark.sampled
def test_near_records_break_every_rule_of_one_record(record_property: RecordProperty) -> None:
    tried = count(gate=2_500, nightly=20_000)
    record_property("inputs", tried)
    outcomes = Counter[str]()
    for data in engine.near_records(1, tried):  # seed 1: another may need more inputs
        report = validate(data)
        outcomes.update({finding.rule for finding in report.findings} or {report.framing})
    excluded = {rule for rule in RULES if rule.startswith(("SC-LIM", "SC-PRO", "SC-SEQ"))}
    excluded.add("SC-HDR-2")  # the tables are installed
    excluded.add("SC-TXT-1")  # can be broken only if the caller names the framing
    excluded |= {"SC-LEX-2", "SC-LEX-3", "SC-BAG-2"}  # need long payloads; there are vectors
    assert {rule for rule in RULES if not outcomes[rule]} <= excluded
    assert min(outcomes[framing] for framing in malformed.FRAMINGS) > tried // 50


def test_only_calls_without_options_use_the_fast_path(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise AssertionError

    monkeypatch.setattr(record_codec, "read_record", fail)
    assert unpack(b"\0\x11").text == "nn"
    with pytest.raises(AssertionError):
        unpack(b"\0\x11", limits=Limits())


def test_wrapped_cores_are_unwrapped_by_annex_c() -> None:
    for number, framing in enumerate(malformed.FRAMINGS):
        core = bytes(range(number, number + 9))
        assert annex_c.unwrap(malformed.wrap(framing, core)) == (framing, core)


def test_repaired_data_has_no_wrong_check() -> None:
    wrong_checks = {"SC-CHK-2", "SC-PNG-5"}
    for data in engine.near_records(SEED, 500):
        found = {finding.rule for finding in validate(malformed.repair(data)).findings}
        # A text form with a wrong character has no core, and so no check to repair.
        assert not wrong_checks & found or annex_c.unwrap(data)[1] is None


@pytest.mark.parametrize("name", targets.NAMES)
def test_most_buffers_for_libfuzzer_give_an_input(name: str, tmp_path: Path) -> None:
    found: list[object] = []
    engine.write_buffers(tmp_path)
    draw = engine.make_test(found.append, targets.load(name).inputs()).hypothesis.fuzz_one_input
    for path in tmp_path.iterdir():
        draw(path.read_bytes())
    assert len(found) > engine.START_BUFFERS * 0.9


def test_targets_do_not_import_atheris() -> None:
    names = ", ".join(f"fuzz.targets.{name}" for name in targets.NAMES)
    code = f"import sys, fuzz.__main__, {names}; assert 'atheris' not in sys.modules"
    root = Path(__file__).parents[2]
    subprocess.run([sys.executable, "-c", code], check=True, cwd=root)


@pytest.mark.sampled
def test_some_near_records_are_valid() -> None:
    records = list(engine.near_records(SEED, count(gate=300, nightly=1_000)))
    valid = sum(isinstance(annex_c.decode(record), dict) for record in records)
    assert 0.2 < valid / len(records) < 0.5
