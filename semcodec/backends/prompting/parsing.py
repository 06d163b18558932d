"""Read what models write: words out of JSON, lists, tables of numbers, prose around all that.

Nothing here raises on any text, and nothing takes more than linear time.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import islice
from typing import Any, Final

MAX_ANSWER: Final = 100_000  #: characters of an answer that are read
MAX_ENTRIES: Final = 10_000  #: of a list
LONGEST_WORD: Final = 40  #: letters; what is longer is a word of no language, and is left out
THOUGHT: Final = re.compile(r"(?:<(/)?think(?:ing)?>|◁(/)?think▷|\[(/)?think\])", re.I)
#: Each begins in its line, and not in the lines before: else blank lines would take square time.
FENCE: Final = re.compile(r"^[ \t]*```[a-zA-Z0-9]*[ \t\r]*$", re.M)
MARK: Final = re.compile(r"^\s*(?:[-*•–]+|\(?[0-9]{1,4}[.):]|[0-9]{1,4}\s)\s*")
NUMBER: Final = re.compile(r"(?:^|\s)\(?[0-9]{1,4}[.):]\s*(?=[^\W\d])")
#: Takes a string that never ends too, so that it is not looked for again in each of its parts.
LITERAL: Final = re.compile(r'"((?:[^"\\]|\\.)*)("?)')
MAX_STARTS: Final = 16  #: places where JSON may begin that are tried
WORD: Final = re.compile(r"[^\W_]+(?:['’.&-][^\W_]+)*")
MARKS: Final = "\"'“”"


def prose(answer: str) -> str:
    """Return an answer without thoughts, code fences and the quotation marks around all of it."""
    text = FENCE.sub("", _without_thoughts(answer)[:MAX_ANSWER]).strip()
    inside = text[1:-1].strip()
    around = len(text) > 1 and text[0] in "\"'“" and text[-1] in "\"'”"
    return inside if around and not any(mark in inside for mark in MARKS) else text


def entries(answer: str) -> list[str]:
    """Return the entries of the list in an answer: of its JSON, its lines, or what commas part."""
    text = prose(answer)
    found = _from_json(text)
    if found is None:
        found = _from_lines(text)
    plain = (" ".join(NUMBER.sub(" ", entry).split()) for entry in found[:MAX_ENTRIES])
    return [entry for entry in plain if WORD.search(entry)]


def words(answer: str) -> list[str]:
    """Return the words of the entries, in small letters."""
    found = (word.lower() for entry in entries(answer) for word in WORD.findall(entry))
    return [word for word in found if len(word) <= LONGEST_WORD]


def sentences(text: str) -> str:
    """Return ``text`` up to its last whole sentence; all of it if there is none."""
    ends = [match.end() for match in re.finditer(r"[.!?][\"')”]?(?=\s|$)", text)]
    return text[: ends[-1]] if ends else text


def _without_thoughts(text: str) -> str:
    """Return what is said after thinking; nothing if the thoughts never end.

    A mark in the middle is part of what is said, unless one that closes stands before none.
    """
    marks = list(THOUGHT.finditer(text))
    if not marks:
        return text
    closing = [mark for mark in marks if any(mark.groups())]
    first = marks[0]
    if not any(first.groups()) and text[: first.start()].strip():
        return text
    return text[closing[-1].end() :] if closing else ""


def _from_json(text: str) -> list[str] | None:
    """Return the strings of the first list of ``text`` that is JSON, even if it was cut off."""
    fields: list[str] = []
    for start in islice(re.finditer(r"[\[{]", text), MAX_STARTS):
        try:
            value, _ = json.JSONDecoder().raw_decode(text, start.start())
            found = next(filter(None, map(_strings, _lists(value))), None)
            fields = fields or _strings(value)
        except (ValueError, RecursionError):
            continue
        if found:
            return found
    _, _, rest = text.partition("[")
    return fields or _literals(rest) or None


def _lists(value: Any) -> Iterator[list[Any]]:
    """Yield the lists in a value that are not in another list, in order."""
    if isinstance(value, dict):
        for one in value.values():
            yield from _lists(one)
    if isinstance(value, list):
        yield value


def _strings(value: Any) -> list[str]:
    """Return the strings in a value, in order; the names of fields are none."""
    if isinstance(value, str):
        return [value]
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [text for one in inner for text in _strings(one)]


def _literals(text: str) -> list[str]:
    """Return the whole strings in what is left of JSON that was cut off."""
    found = []
    for inside, end in LITERAL.findall(text):
        try:
            found += [json.loads(f'"{inside}"', strict=False)] if end else []
        except ValueError:  # an escape that JSON has not
            found.append(inside)
    return found


def _from_lines(text: str) -> list[str]:
    """Return the lines of a list without their marks, or the parts of a single line."""
    lines = [line for line in text.splitlines() if line.strip()]
    marked = [MARK.sub("", line, count=1) for line in lines if MARK.match(line)]
    if len(marked) > 1:
        return marked
    last = [line for line in lines if not line.rstrip().endswith(":")] or [""]
    if len(last) > 1 and all(len(WORD.findall(line)) <= 2 for line in last):
        return last
    richest = max(last, key=lambda line: (line.count(","), len(line)))
    if "," not in richest and NUMBER.search(richest):
        return NUMBER.split(richest)[1:]
    richest = richest.rpartition(":")[2]
    return richest.split(",") if "," in richest else richest.split()
