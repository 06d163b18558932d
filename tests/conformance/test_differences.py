"""Differences of JSON values: the path of each property, types, and long values."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from semcodec.conformance import vectors
from semcodec.conformance.differences import MAX_SHOWN, Difference, find_differences

RECORD: dict[str, Any] = {
    "text": "rd bt",
    "words": ["rd", "bt"],
    "k": 2,
    "size": [512, 512],
    "models": {"set": 0, "painter": 3},
    "extensions": [[20, ""], [21, "ab"]],
}
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=200),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


def differences(expected: Any, found: Any) -> list[tuple[str, str, str]]:
    return [(d.property, d.expected, d.found) for d in find_differences(expected, found)]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"size": [1024, 1024]}, ("size", "[512, 512]", "[1024, 1024]")),
        ({"models": {"set": 0, "painter": 4}}, ("models.painter", "3", "4")),
        ({"models": {"set": 0}}, ("models.painter", "3", "no such property")),
        ({"models": 3}, ("models", '{"painter": 3, "set": 0} (object)', "3 (integer)")),
        ({"extensions": [[20, ""], [22, "ab"]]}, ("extensions[1]", '[21, "ab"]', '[22, "ab"]')),
        ({"extensions": [[20, ""]]}, ("extensions", "2 elements", "1 element")),
        ({"words": ["rd"]}, ("words", '["rd", "bt"]', '["rd"]')),
        ({"k": True}, ("k", "2 (integer)", "true (boolean)")),
        ({"k": 2.0}, ("k", "2 (integer)", "2.0 (float)")),
        ({"k": "2"}, ("k", "2 (integer)", '"2" (string)')),
        ({"k": None}, ("k", "2 (integer)", "null (null)")),
        ({"size": [512, 512.0]}, ("size", "[512, 512]", "[512, 512.0]")),
        ({"size": [True, 512]}, ("size", "[512, 512]", "[true, 512]")),
    ],
)
def test_property_is_named_with_both_values(
    change: dict[str, Any], expected: tuple[str, str, str]
) -> None:
    assert differences(RECORD, RECORD | change) == [expected]


def test_all_differences_are_found_in_the_order_of_the_expected_value() -> None:
    found = {"text": "rd", "words": ["rd"], "k": 1}
    names = [d.property for d in find_differences(RECORD, found)]
    assert names == ["text", "words", "k", "size", "models", "extensions"]


def test_additional_properties_are_accepted_and_named_beside_a_missing_one() -> None:
    assert differences(RECORD, RECORD | {"seconds": 1}) == []
    misspelled = {k: v for k, v in RECORD.items() if k != "size"} | {"sise": [512, 512]}
    [(path, _, found)] = differences(RECORD, misspelled)
    assert (path, found) == ("size", 'no such property (but "sise")')
    [(_, _, found)] = differences({"a": 1}, {str(number): 0 for number in range(100)})
    assert found.count('"') == 2 * 8
    assert found.endswith(", …)")


def test_records_of_a_sequence_have_their_index() -> None:
    found = [RECORD, RECORD | {"k": 3}]
    assert differences([RECORD, RECORD], found) == [("[1].k", "2", "3")]
    assert differences([RECORD], found)[0] == ("", "1 element", "2 elements")
    assert differences([], RECORD)[0][0] == ""


@pytest.mark.parametrize("position", [0, 5, 25, 100, 500, 999])
def test_long_values_are_shortened_around_the_first_difference(position: int) -> None:
    expected = "".join(chr(0x100 + number) for number in range(1000))
    found = expected[:position] + "@" + expected[position + 1 :]
    [difference] = find_differences({"text": expected}, {"text": found})
    assert expected[position] in difference.expected
    assert "@" in difference.found
    assert max(map(len, (difference.expected, difference.found))) <= MAX_SHOWN
    assert difference.expected.startswith("…") == (position > 30)


def test_value_that_is_the_beginning_of_a_longer_one_is_shown() -> None:
    [difference] = find_differences({"text": "a" * 1000}, {"text": "a" * 500})
    assert difference.found.endswith('a"')
    assert difference.expected.endswith("aa…")


def test_deep_nesting_is_compared_as_a_whole() -> None:
    nested: Any = []
    for _ in range(100_000):
        nested = [nested]
    assert differences({"k": 1}, {"k": nested}) == [("k", "1 (integer)", "… (array)")]
    for depth in (10, 40, 200):
        expected: Any = 1
        for _ in range(depth):
            expected = {"a": [expected]}
        assert differences(expected, copy.deepcopy(expected)) == []
        text = json.dumps(expected).replace("1", "2")
        [(path, _, found)] = differences(expected, json.loads(text))
        assert path.startswith("a[0].a[0]")
        assert "2" in found


@given(VALUES, VALUES)
def test_values_without_a_difference_are_equal(expected: Any, found: Any) -> None:
    assert list(find_differences(expected, copy.deepcopy(expected))) == []
    if not list(find_differences([expected], [found])):
        assert _without_more(expected, found) == expected
    for difference in find_differences(expected, found):
        assert len(difference.expected) <= MAX_SHOWN + len(" (boolean)")


@given(st.data())
def test_change_of_one_property_of_a_record_is_named(data: st.DataObject) -> None:
    vector = data.draw(st.sampled_from([v for v in ALL if isinstance(v.record, dict)]))
    name = data.draw(st.sampled_from(sorted(vector.record)))
    value = data.draw(VALUES)
    assume(list(find_differences(vector.record[name], value)))
    found = list(find_differences(vector.record, vector.record | {name: value}))
    assert {d.property.split(".")[0].split("[")[0] for d in found} == {name}
    removed = {key: vector.record[key] for key in vector.record if key != name}
    [difference] = find_differences(vector.record, removed)
    assert (difference.property, difference.found) == (name, "no such property")


ALL = [vector for vector in vectors.load(None, "*") if vector.verdict == "valid"]


def _without_more(expected: Any, found: Any) -> Any:
    """Return ``found`` without the additional properties of its objects."""
    if isinstance(expected, dict) and isinstance(found, dict):
        return {key: _without_more(expected[key], found[key]) for key in expected}
    if isinstance(expected, list) and isinstance(found, list):
        return [_without_more(*pair) for pair in zip(expected, found, strict=True)]
    return found


def test_difference_is_a_failure_unless_stated() -> None:
    assert not Difference("k", "1", "2").is_note
