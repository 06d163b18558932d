"""A reader that stops checking one rule is noticed by a fuzz target.

Each test changes the library so that it no longer checks one rule, and then looks for a target that
fails: first on the vectors of that rule; then, and always in the nightly profile, on the whole
corpus and on random inputs from one seed. Some rules must also be noticed by random inputs alone.
"""

from __future__ import annotations

from typing import Any

import pytest

from fuzz import corpus, engine
from semcodec.bitstream import RULES, api, checksums, extensions, record_codec
from semcodec.bitstream.framing import text as text_
from semcodec.bitstream.parser import Parser
from semcodec.bitstream.record import Record
from semcodec.coding import nibble
from tests import profiles
from tests.profiles import count, seed

pytestmark = [pytest.mark.fuzz, pytest.mark.sampled]

#: Rules that a reader can step over and read on: those that make data invalid, and some others.
STEPPED_OVER = [
    name
    for name, rule in RULES.items()
    if rule.outcome == "invalid" or name in ("SC-SEQ-1", "SC-SIZ-1", "SC-EXT-6")
]
#: Rules whose breach ends the reading, but which a lax reader might forget.
FORGOTTEN = ["SC-HDR-1", "SC-FRM-2", "SC-EXT-1", "SC-PNG-3", "SC-TXT-2", "SC-TXT-3", "SC-TXT-5"]
RUNS = count(gate=2_000, nightly=10_000)
QUICKEST_FIRST = ("differential", "fields", "carriers", "unpack", "roundtrip")


def fails(name: str) -> bool:
    """Return whether a target fails on its corpus or on random inputs from one seed."""
    return engine.run(name, seed=seed(1), runs=RUNS).failed is not None


def fails_on_vectors(name: str, rule: str) -> bool:
    """Return whether a target fails on the vectors or the example of a rule."""
    return any(engine.failure(name, data) for data in corpus.of_rule(name, rule))


def is_noticed(rule: str = "") -> bool:
    """Return whether any target fails on the library as it is now.

    The vectors of the rule decide in milliseconds what the random inputs decide in seconds: both
    are inputs of the same targets, so whatever fails here would fail there.
    """
    vectors_first = rule and profiles.NAME == "gate"
    if vectors_first and any(fails_on_vectors(name, rule) for name in QUICKEST_FIRST):
        return True
    return any(map(fails, QUICKEST_FIRST))


def lax(monkeypatch: pytest.MonkeyPatch, method: str, forgotten: str) -> None:
    """Make every cursor forget a rule."""
    strict = getattr(Parser, method)

    def broken(self: Parser, rule: str, *rest: Any) -> None:
        if rule != forgotten:
            strict(self, rule, *rest)

    monkeypatch.setattr(Parser, method, broken)


@pytest.mark.parametrize("rule", STEPPED_OVER)
def test_a_rule_stepped_over(rule: str, monkeypatch: pytest.MonkeyPatch) -> None:
    lax(monkeypatch, "report", rule)
    assert is_noticed(rule)


@pytest.mark.parametrize("rule", FORGOTTEN)
def test_a_rule_forgotten(rule: str, monkeypatch: pytest.MonkeyPatch) -> None:
    lax(monkeypatch, "fail", rule)
    assert is_noticed(rule)


@pytest.mark.parametrize("rule", ["SC-LEB-2", "SC-NIB-2", "SC-TXT-4", "SC-EXT-4", "SC-SIZ-3"])
def test_noticed_without_vectors_too(rule: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine.corpus, "of_target", lambda name: [])
    lax(monkeypatch, "report", rule)
    assert is_noticed()


def test_a_short_road_without_its_rules(monkeypatch: pytest.MonkeyPatch) -> None:
    def unpack(data: bytes) -> Record | None:
        record = record_codec.read_default(b"\0")
        assert record is not None
        return record._replace(text=nibble.decode(data[1:]))

    monkeypatch.setattr(api, "_read_default", unpack)
    assert fails("unpack")
    assert fails("differential")


def test_strangers_in_a_text_form(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_, "_check_characters", lambda *_: None)
    assert is_noticed("SC-TXT-2")


def test_a_check_over_too_little(monkeypatch: pytest.MonkeyPatch) -> None:
    right = checksums.compute
    monkeypatch.setattr(checksums, "compute", lambda kind, core: right(kind, core[:-1]))
    assert is_noticed("SC-CHK-2")


def test_a_seed_with_leading_zeros(monkeypatch: pytest.MonkeyPatch) -> None:
    loose = extensions.VALUE_KINDS["seed"]._replace(decode=lambda data: int.from_bytes(data, "big"))
    monkeypatch.setitem(extensions.VALUE_KINDS, "seed", loose)
    assert fails("fields")
    assert fails("differential")


def test_work_that_grows_with_the_square(monkeypatch: pytest.MonkeyPatch) -> None:
    right = nibble.is_canonical_spacing

    def slow(text: str) -> bool:
        return all(right(text[:end].strip(" ")) or True for end in range(len(text)) for _ in text)

    monkeypatch.setattr(nibble, "is_canonical_spacing", slow)
    assert fails("unpack")


def test_a_validator_that_forgets(monkeypatch: pytest.MonkeyPatch) -> None:
    """The reader is strict, the survey is not: only their comparison shows it.

    By one wrong record, that is. Among many random ones some are wrong in other ways too.
    """
    strict = Parser.report

    def report(self: Parser, rule: str, *rest: Any) -> None:
        if self.findings is None or rule != "SC-MOD-1":
            strict(self, rule, *rest)

    monkeypatch.setattr(Parser, "report", report)
    others = [name for name in QUICKEST_FIRST if name != "unpack"]
    assert fails_on_vectors("unpack", "SC-MOD-1")
    assert not any(fails_on_vectors(name, "SC-MOD-1") for name in others)
    if profiles.NAME == "nightly":
        assert fails("unpack")
