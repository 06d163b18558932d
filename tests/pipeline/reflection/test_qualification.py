"""Qualification: what was measured about checkers, where it is published, and what follows."""

from __future__ import annotations

import doctest
import random
from typing import Any

import checker as bench
import checker_page
import pytest
from checker_faults import FAULTS, plant

from semcodec.pipeline.reflection import qualification
from semcodec.pipeline.reflection.qualification import (
    Measurement,
    confidence_interval,
    may_decide,
    published_name,
    read_measurements,
)
from semcodec.words.predicates import PredicateKind

KINDS: tuple[PredicateKind, ...] = ("noun", "count", "color", "size", "place")
LISTS = bench.read_lists(bench.DEFAULT_LISTS, 12)


def test_the_page_has_the_published_results() -> None:
    page = checker_page.PAGE.read_text("utf-8")

    assert checker_page.replace_table(page, read_measurements()) == page
    assert checker_page.make_table(read_measurements()) in page
    assert checker_page.FILE.read_text("utf-8") == checker_page.make_toml(read_measurements())


def test_the_examples_of_the_page_run() -> None:
    failed, tried = doctest.testfile(str(checker_page.PAGE), module_relative=False)
    assert (failed, tried > 0) == (0, True)


def test_the_measurement_can_see_and_guessing_is_a_coin() -> None:
    results = read_measurements()

    assert {fault.name for fault in FAULTS} == set(results["perfect"])
    assert all(one.seen == 1.0 for one in results["perfect"].values())
    assert all(may_decide("scene", kind) for kind in KINDS)


@pytest.mark.parametrize("name", sorted(qualification.REFERENCES))
def test_backend_with_the_name_of_a_reference_is_not_measured(name: str) -> None:
    class Checker:
        def check(self, image: object, predicates: object) -> list[str]:
            return []

    checker = Checker()
    checker.name = name  # type: ignore[attr-defined]
    assert qualification.is_measured(name)
    assert not qualification.is_measured(published_name(checker))


def test_the_embedded_pair_may_not_decide() -> None:
    assert qualification.is_measured("embedded")
    assert not any(may_decide("embedded", kind) for kind in KINDS)
    assert not any(may_decide("unknown", kind) for kind in KINDS)


@pytest.mark.parametrize(
    ("lost", "replaced", "expected"),
    [
        ((0.75, 30), (0.75, 30), True),
        ((0.74, 30), (0.75, 30), False),
        ((0.6, 30), (0.95, 30), True),
        ((1.0, 14), (1.0, 15), False),
        ((1.0, 60), None, False),
    ],
)
def test_both_faults_of_the_subject_count(
    lost: tuple[float, int],
    replaced: tuple[float, int] | None,
    expected: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    results = {"subject lost": Measurement(*lost)}
    results |= {"subject replaced": Measurement(*replaced)} if replaced else {}
    monkeypatch.setattr(qualification, "read_measurements", lambda: {"mine": results})

    assert may_decide("mine", "noun") == expected
    assert not may_decide("mine", "color")


def test_a_server_is_published_under_the_name_of_its_model() -> None:
    class Server:
        name = "openai"

        def model_name(self, role: str) -> str:
            assert role == "checker"
            return "qwen3-vl"

    class Broken(Server):
        def model_name(self, role: str) -> str:
            raise RuntimeError

    assert published_name(Server()) == "openai qwen3-vl"
    assert published_name(Broken()) == "openai"


@pytest.mark.parametrize(
    ("seen", "pairs", "low", "high"),
    [(0.5, 100, 0.404, 0.596), (1.0, 30, 0.886, 1.0), (0.0, 10, 0.0, 0.278)],
)
def test_interval(seen: float, pairs: int, low: float, high: float) -> None:
    assert confidence_interval(Measurement(seen, pairs)) == pytest.approx((low, high), abs=0.001)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_fault_changes_the_words_in_one_place(fault: Any) -> None:
    rng = random.Random(1)
    changed = [(words, plant(fault, words, rng)) for words in LISTS]
    planted = [(words, other) for words, other in changed if other is not None]

    assert len(planted) >= 10
    for words, other in planted:
        assert other != words
        same = sum(a == b for a, b in zip(words, other, strict=False))
        shift = abs(len(words) - len(other))
        assert len(words) - same <= 1 or shift


class Painter:
    """Paints each list of words in a color of its own, and is sure of what it painted."""

    def __init__(self) -> None:
        self.words: dict[int, list[str]] = {}
        self.kept: list[Any] = []

    def paint(self, prompt: str, size: tuple[int, int], seed: int) -> Any:
        from PIL import Image

        image = Image.new("RGB", (2, 2), f"#{random.Random(prompt).randrange(1 << 24):06x}")
        self.words[id(image)] = prompt.split()
        self.kept.append(image)
        return image


def test_a_checker_that_knows_everything_sees_all_faults_and_a_blind_one_half() -> None:
    from semcodec.words.predicates import find_predicates

    painter = Painter()
    knows = bench.ByStatements(
        lambda image, predicates: [
            "yes" if one in find_predicates(painter.words[id(image)]) else "no"
            for one in predicates
        ]
    )
    blind = bench.ByStatements(lambda image, predicates: ["yes"] * len(predicates))
    pairs = bench.make_pairs(LISTS, painter, 5, 0)
    results = bench.measure({"knows": knows, "blind": blind, "perfect": bench.Perfect()}, pairs)

    rows = {fault.name for fault in FAULTS} - {"object added"}
    assert all(results["knows"][row] == Measurement(1.0, 5) for row in rows)
    assert all(results["perfect"][row].seen == 1.0 for row in {*rows, "object added"})
    assert all(one.seen == 0.5 for one in results["blind"].values())


def test_only_statements_of_the_kind_of_the_fault_are_counted() -> None:
    def check(image: Any, predicates: Any) -> list[str]:
        return ["yes" if one.kind == "noun" else "no" for one in predicates]

    pairs = [
        pair for pair in bench.make_pairs(LISTS, Painter(), 1, 0) if pair.fault.kind == "color"
    ]
    assert [bench.ByStatements(check).value(pair.right, pair) for pair in pairs] == [0]


def test_pairs_of_equal_pictures_are_left_out() -> None:
    class Blank(Painter):
        def paint(self, prompt: str, size: tuple[int, int], seed: int) -> Any:
            return super().paint("", size, seed)

    assert not list(bench.make_pairs(LISTS[:2], Blank(), 1, 0))
