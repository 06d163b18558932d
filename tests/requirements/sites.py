"""Mutants of every place that checks a rule of the format, generated from the syntax tree.

A place is a call of ``parser.report("SC-...", offset, ...)`` or ``parser.fail(...)``, a function
that returns the id of a rule, or a rule of a profile. For each there is a mutant that does not
report the rule, and for each call also one that reports it at another offset. The published vectors
must detect them.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

ROOT: Final = Path(__file__).parents[2]
CHECKED: Final = (ROOT / "semcodec" / "bitstream", ROOT / "semcodec" / "coding")
RULE: Final = re.compile(r"SC-[A-Z]{3}-\d+")


class Site(NamedTuple):
    """A place where a rule is checked, and the change to make there.

    Attributes:
        file: path of the module, from the root.
        name: the line, the id of the rule or its expression, and the change.
        start, end: the range of characters in the module that is replaced.
        new: the replacement.
    """

    file: str
    name: str
    start: int
    end: int
    new: str

    @property
    def source(self) -> str:
        """The text of the module with the change."""
        text = (ROOT / self.file).read_text("utf-8")
        return text[: self.start] + self.new + text[self.end :]


def sites() -> list[Site]:
    """Return the mutants of all places."""
    return [
        site
        for package in CHECKED
        for path in sorted(package.rglob("*.py"))
        for site in _of_module(path)
    ]


def _of_module(path: Path) -> Iterator[Site]:
    text = path.read_text("utf-8")
    starts = [0]  # the character where each line starts
    for line in text.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    file = path.relative_to(ROOT).as_posix()

    def site(node: ast.expr, change: str, new: str) -> Site:
        lines = text.splitlines(keepends=True)
        start = starts[node.lineno - 1] + _chars(lines[node.lineno - 1], node.col_offset)
        end_line, end_column = node.end_lineno or 0, node.end_col_offset or 0
        end = starts[end_line - 1] + _chars(lines[end_line - 1], end_column)
        return Site(file, f"line {node.lineno}, {change}", start, end, new)

    for node in ast.walk(ast.parse(text)):
        match node:
            case ast.Call(
                func=ast.Attribute(ast.Name("parser" | "self"), "report" | "fail"),
                args=[rule, offset, _, _],
            ):
                shown = ast.unparse(rule).strip("'")
                yield site(node, f"{shown} is not checked", "None")
                yield site(offset, f"{shown} is at another bit", f"({ast.unparse(offset)}) + 1")
            case ast.Return(value=ast.Tuple(elts=[_, last])) if RULE.search(ast.unparse(last)):
                yield site(last, f"{_rules_in(last)} is not returned", "None")
            case ast.Call(func=ast.Name(id="ProfileRule"), args=[rule, _, is_satisfied, *_]):
                yield site(
                    is_satisfied, f"{ast.unparse(rule)} is always satisfied", "lambda record: True"
                )


def _rules_in(node: ast.expr) -> str:
    return " ".join(RULE.findall(ast.unparse(node)))


def _chars(line: str, column: int) -> int:
    """Return the number of characters before the UTF-8 byte ``column`` of a line."""
    return len(line.encode("utf-8")[:column].decode("utf-8"))
