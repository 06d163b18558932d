"""Find the properties in which a JSON value differs from the expected one, and show both values.

A property is named by its path, such as ``models.painter`` or ``[2].size``. An array without
objects and arrays in it, such as a size or a list of words, is one value: its elements are not
compared one by one, because a reader of the message needs the whole array.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

MAX_SHOWN: Final = 120  #: characters of a value in a message
CONTEXT: Final = 30  #: characters of a long value that are shown before the first difference
MAX_DEPTH: Final = 32  #: values nested deeper than that are compared as a whole
MAX_NAMES: Final = 8  #: names of additional properties in a message
TYPE_NAMES: Final[dict[type, str]] = {
    bool: "boolean", int: "integer", float: "float", str: "string", list: "array", dict: "object",
    type(None): "null",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Difference:
    """A property that differs.

    Attributes:
        property: the path of the property; "" for the whole value.
        expected: the expected value as JSON text, shortened if it is long, or words such as
            ``2 elements``.
        found: the same for the value found, or ``no such property``.
        is_note: whether a decoder with this difference passes.
    """

    property: str
    expected: str
    found: str
    is_note: bool = False


def find_differences(expected: Any, found: Any, path: str = "") -> Iterator[Difference]:
    """Yield each property of ``expected`` that ``found`` lacks, or has with another value.

    Additional properties of an object are not differences.
    """
    if _depth(path) < MAX_DEPTH:
        if isinstance(expected, dict) and isinstance(found, dict):
            yield from _compare_objects(expected, found, path)
            return
        if isinstance(expected, list) and isinstance(found, list) and _is_nested(expected, found):
            yield from _compare_elements(expected, found, path)
            return
    if _canonical(expected) != _canonical(found):
        yield _difference(path, expected, found)


def to_text(value: Any) -> str:
    """Return ``value`` as JSON text of at most ``MAX_SHOWN`` characters."""
    return _cut(_dump(value), 0)


def _compare_objects(
    expected: dict[str, Any], found: dict[str, Any], path: str
) -> Iterator[Difference]:
    for name, value in expected.items():
        inner = f"{path}.{name}" if path else name
        if name in found:
            yield from find_differences(value, found[name], inner)
        else:
            yield Difference(inner, to_text(value), "no such property" + _others(expected, found))


def _compare_elements(expected: list[Any], found: list[Any], path: str) -> Iterator[Difference]:
    if len(expected) != len(found):
        yield Difference(path, _count(expected), _count(found))
    for index, pair in enumerate(zip(expected, found, strict=False)):
        yield from find_differences(*pair, f"{path}[{index}]")


def _others(expected: dict[str, Any], found: dict[str, Any]) -> str:
    """Return the additional properties in parentheses; one may be the missing one, misspelled."""
    names = [name for name in found if name not in expected]
    if not names:
        return ""
    shown = ", ".join(map(to_text, names[:MAX_NAMES]))
    return f" (but {shown}{', …' if len(names) > MAX_NAMES else ''})"


def _difference(path: str, expected: Any, found: Any) -> Difference:
    """Return a difference with the part of each value around the first different character."""
    texts = _canonical(expected), _canonical(found)
    start = 0
    if max(map(len, texts)) > MAX_SHOWN:
        start = max(0, _common_length(*texts) - CONTEXT)
    shown = [_cut(text, start) for text in texts]
    if type(expected) is not type(found):  # 1, 1.0, "1" and true look alike
        types = [TYPE_NAMES[type(value)] for value in (expected, found)]
        shown = [f"{text} ({name})" for text, name in zip(shown, types, strict=True)]
    return Difference(path, shown[0], shown[1])


def _common_length(text: str, other: str) -> int:
    """Return the number of characters before the first difference."""
    pairs = enumerate(zip(text, other, strict=False))
    return next((i for i, (a, b) in pairs if a != b), min(len(text), len(other)))


def _cut(text: str, start: int) -> str:
    """Return at most ``MAX_SHOWN`` characters of ``text`` from ``start``, and … for the others."""
    before = "…" if start and text else ""
    rest = text[start:] if start < len(text) else text[-CONTEXT:]
    room = MAX_SHOWN - len(before)
    return before + (rest if len(rest) <= room else rest[: room - 1] + "…")


def _canonical(value: Any) -> str:
    """Return JSON text that is equal for equal values of the same types only."""
    return _dump(value, sort_keys=True)


def _dump(value: Any, sort_keys: bool = False) -> str:
    try:
        return json.dumps(value, ensure_ascii=False, sort_keys=sort_keys)
    except RecursionError:  # a decoder may return deeply nested arrays
        return "…"


def _is_nested(*arrays: list[Any]) -> bool:
    return any(isinstance(element, (dict, list)) for array in arrays for element in array)


def _depth(path: str) -> int:
    return path.count(".") + path.count("[")


def _count(array: list[Any]) -> str:
    return "1 element" if len(array) == 1 else f"{len(array)} elements"
