"""Every target on its corpus, on what was found before, and on inputs made from one seed."""

from __future__ import annotations

import itertools
import random
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from fuzz import carriers, corpus, dictionary, engine, mutator, oracle, spellings, targets, values
from fuzz.decisions import Decisions
from semcodec.bitstream import RULES, Limits, record_codec, unpack, validate
from tests.profiles import RecordProperty, count, seed

pytestmark = pytest.mark.fuzz

RUNS = count(gate=300, nightly=20_000)
SEED = seed(1)


@pytest.mark.sampled
@pytest.mark.parametrize("name", targets.NAMES)
def test_corpus_regressions_and_seeded_inputs(name: str, record_property: RecordProperty) -> None:
    kept = len(corpus.of_target(name)) + len(list(corpus.regressions(name)))
    record_property("inputs", kept + RUNS)
    outcome = engine.run(name, SEED, runs=kept + RUNS)
    if outcome.failed is not None:
        print(f"{name} failed on {outcome.failed[0].hex()}")
        raise outcome.failed[1]
    assert outcome.runs == kept + RUNS


def test_the_same_seed_gives_the_same_inputs() -> None:
    def first(seed: int) -> list[bytes]:
        return list(itertools.islice(engine.inputs("unpack", seed), 3_000))

    assert first(7) == first(7)
    assert first(7) != first(8)


@pytest.mark.sampled
def test_made_inputs_meet_every_rule_of_one_record(
    record_property: RecordProperty,
) -> None:
    rng = random.Random(1)  # always: with another seed, the rarest rule may need more inputs
    met, tried = Counter[str](), count(gate=6_000, nightly=60_000)
    record_property("inputs", tried)
    for _ in range(tried):
        report = validate(mutator.an_input(rng))
        met.update({finding.rule for finding in report.findings} or {report.framing})
    beyond = {rule for rule in RULES if rule.startswith(("SC-LIM", "SC-PRO", "SC-SEQ"))}
    beyond.add("SC-TXT-1")  # only met where a text form is asked for
    beyond |= {"SC-LEX-3", "SC-BAG-2"}  # only met by hundreds of words; the vectors have them
    assert {rule for rule in RULES if not met[rule]} <= beyond
    assert min(met[framing] for framing in mutator.FRAMINGS) > tried // 40


def test_the_short_road_is_taken_without_options_only(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_reader(*_: object) -> None:
        raise AssertionError

    monkeypatch.setattr(record_codec, "read_record", no_reader)
    assert unpack(b"\0\x11").text == "nn"
    with pytest.raises(AssertionError):
        unpack(b"\0\x11", limits=Limits())


def test_the_corpus_is_written_once_per_content(tmp_path: Path) -> None:
    counts = corpus.generate(tmp_path)
    assert set(counts) == set(targets.NAMES)
    assert counts == corpus.generate(tmp_path)
    assert len(list((tmp_path / "unpack").iterdir())) == counts["unpack"] > 100


def test_the_dictionary_is_up_to_date() -> None:
    assert dictionary.PATH.read_text("utf-8") == dictionary.text()


def test_carriers_are_those_of_the_standards() -> None:
    assert carriers.to_base45(b"Hello!!") == b"%69 VD92EX0"  # RFC 9285 §4.3
    assert carriers.of_base45(b"QED8WEX0") == b"ietf!"
    assert carriers.to_base64(b"\xfb\xff") == b"-_8"
    rng = random.Random(SEED)
    for _ in range(200):
        core = rng.randbytes(9)
        for framing in ("bare", "file", "url", "qr", "png"):
            data = carriers.framed(framing, core)
            assert framing == "bare" or carriers.core_of(data) == core


def test_what_is_repaired_comes_past_its_check() -> None:
    rng = random.Random(SEED)
    for _ in range(500):
        data = mutator.repaired(mutator.a_record(rng))
        damaged = {"SC-CHK-2", "SC-PNG-5"} & {f.rule for f in validate(data).findings}
        assert not damaged


def test_decisions_end_in_zeros() -> None:
    decisions = Decisions(b"\5\1\2")
    assert decisions.below(3) == 2
    assert decisions.some_of("abcdefghi") == ["b", "i"]
    assert (decisions.number(4), decisions.take(2), decisions.one_of("xy")) == (0, b"", "x")
    assert values.packed(Decisions(b""))[0] == "bare"


def test_the_second_reader_needs_no_atheris_and_the_targets_neither() -> None:
    names = ", ".join(f"fuzz.targets.{name}" for name in targets.NAMES)
    code = f"import sys, fuzz.__main__, {names}; assert 'atheris' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=corpus.HERE.parent)


def test_loose_spellings_are_right_most_of_the_time() -> None:
    rng = random.Random(SEED)
    taken = sum(oracle.oracle(spellings.core(rng, 0), "bare") is not None for _ in range(1_000))
    assert 300 < taken < 800
