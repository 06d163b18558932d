"""Read what models write: words out of JSON, lists, tables of numbers, prose around all that.

Nothing here raises on any text, and nothing takes more than linear time.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import islice
from typing import Any, Final

MOST_ANSWER: Final = 100_000  #: characters of an answer that are read
MOST_ENTRIES: Final = 10_000  #: of a list
THOUGHT: Final = ("<think>", "</think>")
FENCE: Final = re.compile(r"^\s*```[a-zA-Z0-9]*[ \t]*$", re.M)
MARK: Final = re.compile(r"^\s*(?:[-*•–]+|\(?[0-9]{1,4}[.):]|[0-9]{1,4}\s)\s*")
LITERAL: Final = re.compile(r'"((?:[^"\\]|\\.)*)"')
MOST_STARTS: Final = 16  #: places where JSON may begin that are tried
WORD: Final = re.compile(r"[^\W_]+(?:['’.&-][^\W_]+)*")


def prose(answer: str) -> str:
    """Return an answer without thoughts, code fences and the quotation marks around all of it."""
    text = FENCE.sub("", _without_thoughts(answer[:MOST_ANSWER])).strip()
    if len(text) > 1 and text[0] in "\"'“" and text[-1] in "\"'”":
        text = text[1:-1].strip()
    return text


def entries(answer: str) -> list[str]:
    """Return the entries of the list in an answer: of its JSON, its lines, or what commas part."""
    text = prose(answer)
    found = _from_json(text)
    if found is None:
        found = _from_lines(text)
    return [" ".join(entry.split()) for entry in found[:MOST_ENTRIES] if entry.strip()]


def words(answer: str) -> list[str]:
    """Return the words of the entries, in small letters."""
    return [word.lower() for entry in entries(answer) for word in WORD.findall(entry)]


def sentences(text: str) -> str:
    """Return ``text`` up to its last whole sentence; all of it if there is none."""
    ends = [match.end() for match in re.finditer(r"[.!?][\"')”]?(?=\s|$)", text)]
    return text[: ends[-1]] if ends else text


def _without_thoughts(text: str) -> str:
    """Return what is said after thinking; nothing if the thoughts never end."""
    begin, end = THOUGHT
    text = text.rpartition(end)[2]
    return text.partition(begin)[0]


def _from_json(text: str) -> list[str] | None:
    """Return the strings of the first list of ``text`` that is JSON, even if it was cut off."""
    starts = [match.start() for match in islice(re.finditer(r"[\[{]", text), MOST_STARTS)]
    for start in starts:
        try:
            value, _ = json.JSONDecoder().raw_decode(text, start)
        except (ValueError, RecursionError):
            continue
        if found := next(_lists(value), None):
            return found
    _, bracket, rest = text.partition("[")
    return LITERAL.findall(rest) or None if bracket else None


def _lists(value: Any) -> Iterator[list[str]]:
    """Yield the lists of strings in a value, the outermost first."""
    if isinstance(value, dict):
        for one in value.values():
            yield from _lists(one)
    if isinstance(value, list):
        yield [one for one in value if isinstance(one, str)]


def _from_lines(text: str) -> list[str]:
    """Return the lines of a list without their marks, or the parts of a single line."""
    lines = [line for line in text.splitlines() if line.strip()]
    marked = [MARK.sub("", line, count=1) for line in lines if MARK.match(line)]
    if len(marked) > 1:
        return marked
    last = [line for line in lines if not line.rstrip().endswith(":")] or [""]
    if len(last) > 1 and all(len(line.split()) <= 2 for line in last):
        return last
    richest = max(last, key=lambda line: (line.count(","), len(line)))
    richest = richest.rpartition(":")[2]
    return richest.split(",") if "," in richest else richest.split()
