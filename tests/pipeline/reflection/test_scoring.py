"""The rule by which a new picture replaces the best one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from semcodec.backends.protocols import Answer
from semcodec.pipeline.reflection.scoring import CheckResult, Score, compare, difference
from tests.profiles import examples

ANSWERS: dict[str, Answer] = {"y": "yes", "n": "no", "?": "unsure"}


def result(letters: str, similarity: int = 0) -> CheckResult:
    return CheckResult(tuple(ANSWERS[letter] for letter in letters), similarity)


@pytest.mark.parametrize(
    ("before", "after", "is_better"),
    [
        ("yn", "yy", True),
        ("yn", "ny", False),  # one gained, one lost
        ("ynnn", "nyyn", True),  # two gained, one lost
        ("ynnn", "?yyn", True),
        ("yn", "yn", False),
        ("y?", "yy", True),
        ("yy", "y?", False),
        ("yn??", "yynn", False),  # as much turned out to be missing as was gained
        ("yn?", "yyn", False),
        ("nn?", "yyn", True),
        ("ynn", "?y?", False),  # the checker sees less
        ("yyy", "nnn", False),
        ("???", "???", False),
    ],
)
def test_more_statements_must_hold(before: str, after: str, is_better: bool) -> None:
    comparison = compare(result(before), result(after, similarity=0))
    assert comparison.is_better == is_better
    assert comparison.why


@pytest.mark.parametrize(
    ("before", "after", "similarity", "is_better"),
    [
        ("yn", "yn", 50, True),
        ("yn", "yn", 49, False),
        ("yn", "ny", 1000, False),
        ("yn?", "ynn", 1000, False),
        ("y?", "?y", 1000, False),
        ("yyn", "yn?", 2000, False),
    ],
)
def test_a_tie_needs_a_clear_similarity_and_nothing_lost(
    before: str, after: str, similarity: int, is_better: bool
) -> None:
    assert compare(result(before), result(after, similarity)).is_better == is_better


_RESULTS = st.builds(result, st.text("yn?", min_size=4, max_size=4), st.integers(-1000, 1000))


@examples(100)
@given(_RESULTS, _RESULTS)
def test_a_picture_that_replaces_another_is_never_replaced_by_it(
    a: CheckResult, b: CheckResult
) -> None:
    if compare(a, b).is_better:
        assert (len(a.held), a.similarity) < (len(b.held), b.similarity)
        assert not compare(b, a).is_better
        assert len(compare(a, b).gained) >= len(compare(a, b).lost)


def test_score_counts_what_the_checker_could_answer() -> None:
    assert result("yyn?", 123).score == Score(2, 3, 0.123)


def test_difference_has_the_statements_in_order() -> None:
    before, after = result("ynn?"), result("nyyn")
    assert difference(before, after, ["a", "b", "c", "d"]) == (["a", "d"], ["b", "c"])
    assert difference(None, after, ["a"]) == difference(before, None, ["a"]) == ([], [])
