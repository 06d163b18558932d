"""Parse JSON that is only nearly JSON: with single quotes, Python's names, or its end cut off.

For answers that are data rather than text, such as boxes, where one missing bracket would otherwise
lose everything. Any text is accepted, in linear time and without recursion; what makes no sense is
left out. A number or text at the very end of cut-off data is left out too, since the rest of it may
be missing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from semcodec.backends.prompting import parsing

MAX_VALUES: Final = 64  #: in one text, such as an object on each line
MAX_DEPTH: Final = 32  #: of nested brackets; deeper ones are skipped
OPENING: Final = re.compile(r"[\[{]")
#: Possessive quantifiers, so that a missing quotation mark does not take quadratic time. An
#: apostrophe before a letter belongs to a text in single quotes.
TOKEN: Final = re.compile(
    r"""
    (?P<open>[\[{(]) | (?P<close>[\]})]) | (?P<colon>[:=]) | (?P<comma>[,;])
    | "(?P<double>(?:[^"\\]|\\.)*+)(?P<double_end>"?)
    | '(?P<single>(?:[^'\\]|\\.|'(?=\w))*+)(?P<single_end>'?)
    | (?P<number>[-+]?[0-9]{1,9}(?:\.[0-9]{0,20})?(?:[eE][-+]?[0-9]{1,2})?(?![\w.]))
    | (?P<other>[^\s\[\](){}:=,;"']+)
    """,
    re.X | re.S,
)


@dataclass(slots=True)
class Node:
    """An object or a list.

    Attributes:
        items: each value with its key, which is None in a list.
        is_complete: whether its closing bracket is there.
    """

    items: list[tuple[str | None, Value]] = field(default_factory=list)
    is_complete: bool = True


#: None stands for null and for all that is neither a number nor a text: NaN, true, bare words.
Value: TypeAlias = Node | str | float | None


class _Missing:
    """No value since the last comma."""


_MISSING: Final = _Missing()


@dataclass(slots=True)
class _Open:
    """A node whose closing bracket was not read yet."""

    node: Node = field(default_factory=Node)
    key: str | None = None
    value: Value | _Missing = _MISSING

    def put(self, value: Value) -> None:
        """Take the next value; the one before it had no comma after it."""
        self.flush()
        self.value = value

    def name_next(self) -> None:
        """Take the last value as the key of the next one."""
        self.key = f"{self.value}" if isinstance(self.value, str | float) else None
        self.value = _MISSING

    def flush(self) -> None:
        """Put the last value, if there is one, into the node."""
        if not isinstance(self.value, _Missing):
            self.node.items.append((self.key, self.value))
            self.key, self.value = None, _MISSING


def find_values(text: str) -> Iterator[Node]:
    """Yield the objects and lists in ``text`` that are not inside another one, in order.

    >>> [node.items for node in find_values("Sure: {'dog': [1, 2.5, None]} Anything else?")]
    [[('dog', Node(items=[(None, 1.0), (None, 2.5), (None, None)]))]]
    >>> [node.items for node in find_values('[12, 34')]  # it may have been 345
    [[(None, 12.0)]]
    """
    position = 0
    for _ in range(MAX_VALUES):
        opening = OPENING.search(text, position)
        if opening is None:
            return
        node, position = _parse(text, opening.start())
        yield node


def _parse(text: str, start: int) -> tuple[Node, int]:
    """Return the node that starts at ``start``, and the position after it."""
    stack, skipped = [_Open()], 0
    for token in TOKEN.finditer(text, start + 1):
        kind, top = token.lastgroup, stack[-1]
        if kind == "open" and (skipped or len(stack) >= MAX_DEPTH):
            skipped += 1
        elif skipped:
            skipped -= kind == "close"
        elif kind == "open":
            stack.append(_Open())
        elif kind == "close":
            top.flush()
            stack.pop()
            if not stack:
                return top.node, token.end()
            stack[-1].put(top.node)
        elif kind == "colon":
            top.name_next()
        elif kind == "comma":
            top.flush()
        elif kind is not None:
            top.put(_scalar(token, kind))
    return _close(stack), len(text)


def _close(stack: list[_Open]) -> Node:
    """Return the outermost of the nodes that were cut off, with the others in it."""
    node = stack.pop().node
    node.is_complete = False
    while stack:
        outer = stack.pop()
        outer.put(node)
        outer.flush()
        node = outer.node
        node.is_complete = False
    return node


def _scalar(token: re.Match[str], kind: str) -> Value:
    if kind == "number":
        return float(token["number"])
    if kind == "double_end":
        return parsing.unescape(token["double"])
    if kind == "single_end":
        return token["single"].replace("\\'", "'")
    return None
