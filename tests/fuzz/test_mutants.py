"""A fuzz target notices a parser that no longer checks one rule.

Each test changes the library so that it no longer checks one rule, and then expects a target to
fail: first on the vectors of that rule; then, and always in the nightly profile, on the whole
corpus and on random inputs from one seed. Some rules must also be noticed by random inputs alone.
"""

from __future__ import annotations

from typing import Any

import pytest

from fuzz import corpus, engine
from semcodec.bitstream import RULES, api, checksums, extensions, leb128, record_codec
from semcodec.bitstream.framing import text as text_framings
from semcodec.bitstream.parser import Parser
from semcodec.bitstream.record import Record
from semcodec.coding import nibble
from tests import profiles
from tests.profiles import count, seed

pytestmark = [pytest.mark.fuzz, pytest.mark.sampled]

#: Rules after which parsing continues: those that make data invalid, and some others.
REPORTED_RULES = [
    name
    for name, rule in RULES.items()
    if rule.outcome == "invalid" or name in ("SC-SEQ-1", "SC-SIZ-1", "SC-EXT-6")
]
#: Rules that end the parsing, but whose check a parser might lack.
FATAL_RULES = ["SC-HDR-1", "SC-FRM-2", "SC-EXT-1", "SC-PNG-3", "SC-TXT-2", "SC-TXT-3", "SC-TXT-5"]
RUNS = count(gate=2_000, nightly=10_000)
QUICKEST_FIRST = ("differential", "framings", "fields", "unpack", "roundtrip")


def fails(name: str) -> bool:
    """Return whether a target fails on its corpus or on random inputs from one seed."""
    return engine.run(name, seed=seed(1), runs=RUNS).failed is not None


def fails_on_vectors(name: str, rule: str) -> bool:
    """Return whether a target fails on the vectors or the example of a rule."""
    return any(engine.failure(name, example) for example in corpus.of_rule(name, rule))


def is_noticed(rule: str = "") -> bool:
    """Return whether any target fails on the library in its present state.

    The vectors of the rule take milliseconds and the random inputs seconds. Vectors are inputs of
    the same targets, so a target that fails on them would fail in a run too.
    """
    vectors_first = rule and profiles.NAME == "gate"
    if vectors_first and any(fails_on_vectors(name, rule) for name in QUICKEST_FIRST):
        return True
    return any(map(fails, QUICKEST_FIRST))


def disable_rule(monkeypatch: pytest.MonkeyPatch, method: str, disabled: str) -> None:
    """Make the parser ignore a rule; ``method`` is the one that reports it, report or fail."""
    original = getattr(Parser, method)

    def tolerant(self: Parser, rule: str, *rest: Any) -> None:
        if rule != disabled:
            original(self, rule, *rest)

    monkeypatch.setattr(Parser, method, tolerant)


@pytest.mark.parametrize("rule", REPORTED_RULES)
def test_disabled_reported_rule_is_noticed(rule: str, monkeypatch: pytest.MonkeyPatch) -> None:
    disable_rule(monkeypatch, "report", rule)
    assert is_noticed(rule)


@pytest.mark.parametrize("rule", FATAL_RULES)
def test_disabled_fatal_rule_is_noticed(rule: str, monkeypatch: pytest.MonkeyPatch) -> None:
    disable_rule(monkeypatch, "fail", rule)
    assert is_noticed(rule)


@pytest.mark.parametrize("rule", ["SC-LEB-2", "SC-NIB-2", "SC-TXT-4", "SC-EXT-4", "SC-SIZ-3"])
def test_disabled_rule_is_noticed_without_vectors(
    rule: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine.corpus, "of_target", lambda name: [])
    disable_rule(monkeypatch, "report", rule)
    assert is_noticed()


def test_wrong_rule_id_is_noticed_by_comparison_with_annex_c(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    original = Parser.report

    def report(self: Parser, rule: str, *rest: Any) -> None:
        original(self, {"SC-SIZ-3": "SC-SIZ-4"}.get(rule, rule), *rest)

    monkeypatch.setattr(Parser, "report", report)
    assert fails_on_vectors("differential", "SC-SIZ-3")
    assert fails_on_vectors("fields", "SC-SIZ-3")
    assert not fails_on_vectors("unpack", "SC-SIZ-3")  # strict and collecting parser are both wrong


def test_non_canonical_serializer_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leb128, "write", lambda value: bytes([value & 127 | 128, value >> 7]))
    assert fails_on_vectors("fields", "SC-EXT-4")


@pytest.mark.skipif(profiles.NAME != "nightly", reason="tries the whole corpus")
def test_fast_path_without_its_rules_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    def unpack(data: bytes) -> Record | None:
        record = record_codec.read_default(b"\0")
        assert record is not None
        return record._replace(text=nibble.decode(data[1:]))

    monkeypatch.setattr(api, "_read_default", unpack)
    assert fails("unpack")
    assert fails("differential")


def test_unchecked_characters_of_a_text_form_are_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_framings, "_check_characters", lambda *_: None)
    assert is_noticed("SC-TXT-2")


def test_check_that_covers_too_little_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    compute = checksums.compute
    monkeypatch.setattr(checksums, "compute", lambda check_id, core: compute(check_id, core[:-1]))
    assert is_noticed("SC-CHK-2")


def test_seed_with_leading_zeros_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    tolerant = extensions.VALUE_KINDS["seed"]._replace(
        decode=lambda data: int.from_bytes(data, "big")
    )
    monkeypatch.setitem(extensions.VALUE_KINDS, "seed", tolerant)
    assert fails("fields")
    assert fails("differential")


@pytest.mark.skipif(profiles.NAME != "nightly", reason="tries the whole corpus")
def test_quadratic_work_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    original = nibble.is_canonical_spacing

    def quadratic(text: str) -> bool:
        prefixes = (text[:end].strip(" ") for end in range(len(text)))
        return all(original(prefix) or True for prefix in prefixes for _ in text)

    monkeypatch.setattr(nibble, "is_canonical_spacing", quadratic)
    assert fails("unpack")


def test_rule_missing_from_the_validator_alone_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The strict parser checks the rule and the collecting one does not.

    Only the target `unpack` compares the two on the vectors of the rule. Random records often break
    other rules too, so other targets may fail on them.
    """
    original = Parser.report

    def report(self: Parser, rule: str, *rest: Any) -> None:
        if self.findings is None or rule != "SC-MOD-1":
            original(self, rule, *rest)

    monkeypatch.setattr(Parser, "report", report)
    others = [name for name in QUICKEST_FIRST if name != "unpack"]
    assert fails_on_vectors("unpack", "SC-MOD-1")
    assert not any(fails_on_vectors(name, "SC-MOD-1") for name in others)
    if profiles.NAME == "nightly":
        assert fails("unpack")
