"""Parse the answers of models: JSON, bulleted or numbered lists, with any text around them.

The functions accept any text without raising, and take linear time.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import islice
from typing import Any, Final

from semcodec.backends.prompting.probe import QUESTIONS

MAX_ANSWER: Final = 100_000  #: characters of an answer that are parsed
MAX_ENTRIES: Final = 10_000  #: of a list
MAX_WORD: Final = 40  #: letters; anything longer is not a word and is skipped
MAX_JSON_STARTS: Final = 16  #: positions at which JSON is tried to begin
#: The beginning and the end of thoughts, by family of models; an end has a group that matches.
THINK_TAG: Final = re.compile(
    r"<(/)?(?:think(?:ing)?|thoughts?|reasoning|seed:think)>|◁(/)?think▷|\[(/)?think\]"
    r"|<\|channel\|>(?:analysis|commentary)\b|(<\|channel\|>final<\|message\|>)"
    r"|<\|channel>thought\b|(<channel\|>)",
    re.I,
)
ONLY_THOUGHTS: Final = "<think></think>"  #: an answer that consists of thoughts, without their text
#: Matches blanks within one line only; otherwise many blank lines would take quadratic time.
CODE_FENCE: Final = re.compile(r"^[ \t]*```[a-zA-Z0-9]*[ \t\r]*$", re.M)
BULLET: Final = re.compile(r"^\s*(?:[-*•–]+|\(?[0-9]{1,4}[.):]|[0-9]{1,4}\s)\s*")
NUMBER: Final = re.compile(r"(?:^|\s)\(?[0-9]{1,4}[.):]\s*(?=[^\W\d])")
#: Also matches an unterminated string; otherwise each of its characters would start a new search.
STRING_LITERAL: Final = re.compile(r'"((?:[^"\\]|\\.)*)("?)')
WORD: Final = re.compile(r"[^\W_]+(?:['’.&-][^\W_]+)*")
COMMA: Final = re.compile(r"(?<![0-9]),|,(?![0-9]{3}(?![0-9]))")  #: but not that of 1,000
LABEL_END: Final = re.compile(r":(?![0-9])")  #: but not the colon of 10:30
#: All that is left of JSON that was truncated before its first value.
KEY_ALONE: Final = re.compile(
    r"\W{0,3}description\"\s{0,3}:?\s{0,3}\"?|\{\s{0,9}\"[a-z_]{0,40}", re.I
)
OBJECT_START: Final = re.compile(r"\{\s*\"")
DESCRIPTION_LITERAL: Final = re.compile(rf"\"description\"\s*:\s*{STRING_LITERAL.pattern}")
#: The same with single quotation marks, as Python writes it; an apostrophe is before a letter.
PYTHON_LITERAL: Final = re.compile(r"\{\s*'description'\s*:\s*'((?:[^'\\]|\\.|'(?=\w))*)")
MAX_WRAPPERS: Final = 4  #: JSON objects of one field around the answer
MAX_PREAMBLE: Final = 1_000  #: characters before the JSON object of an answer
QUOTATION_MARKS: Final = "\"'“”"


def strip_wrappers(answer: str) -> str:
    """Return an answer without reasoning, code fences, and quotation marks around the whole."""
    text = CODE_FENCE.sub("", without_thoughts(answer)[:MAX_ANSWER]).strip()
    inside = text[1:-1].strip()
    is_quoted = len(text) > 1 and text[0] in "\"'“" and text[-1] in "\"'”"
    # With marks inside there are two quotations, such as: "boat", "lake".
    return inside if is_quoted and not any(mark in inside for mark in QUOTATION_MARKS) else text


def without_thoughts(text: str) -> str:
    """Return the text after a model's thoughts; empty if they do not end.

    An opening tag in the middle of a text belongs to the answer. A closing tag without an opening
    tag also ends thoughts, because some servers remove the opening tag.
    """
    first = THINK_TAG.search(text)
    if first is None or (not any(first.groups()) and text[: first.start()].strip()):
        return text
    end = None
    for tag in THINK_TAG.finditer(text, first.start()):
        end = tag.end() if any(tag.groups()) else end
    return "" if end is None else text[end:]


def has_only_thoughts(answer: str, is_truncated: bool) -> bool:
    """Return whether an answer consists of thoughts; those of some servers are not shown."""
    return not without_thoughts(answer).strip() and (is_truncated or bool(answer.strip()))


def has_unfinished_thoughts(answer: str, is_truncated: bool) -> bool:
    """Return whether the thoughts of an answer were cut off, so that it contains nothing else."""
    is_open = not any(any(tag.groups()) for tag in THINK_TAG.finditer(answer))
    return has_only_thoughts(answer, is_truncated) and (is_truncated or is_open)


def list_entries(answer: str) -> list[str]:
    """Return the entries of the list in an answer: from its JSON, its lines, or its commas."""
    text = strip_wrappers(answer)
    entries = _from_json(text)
    if entries is None:
        entries = _from_lines(text)
    plain = (" ".join(NUMBER.sub(" ", entry).split()) for entry in entries[:MAX_ENTRIES])
    return [entry for entry in plain if WORD.search(entry)]


def list_words(answer: str) -> list[str]:
    """Return the words of all entries, in lower case."""
    words = (word.lower() for entry in list_entries(answer) for word in WORD.findall(entry))
    return [word for word in words if len(word) <= MAX_WORD]


def description_fields(text: str) -> tuple[str, dict[str, Any]]:
    """Return the description in an answer, and the other fields of its JSON object.

    An answer that is not a JSON object is the description itself. In an object with other names,
    all texts are, except the answers to the questions of the probe. Of truncated JSON, the
    beginning of the description is returned, which can be empty.

    Args:
        text: the answer without its wrappers.

    >>> description_fields('{"description": "A boat.", "brightest": "top left"}')
    ('A boat.', {'brightest': 'top left'})
    >>> description_fields('{"caption": "A boat.", "brightest": "top left"}')
    ('A boat.', {'brightest': 'top left'})
    >>> description_fields("A boat.")
    ('A boat.', {})
    """
    if KEY_ALONE.fullmatch(text):
        return "", {}
    start = OBJECT_START.search(text, 0, MAX_PREAMBLE)
    if start is None:
        python = PYTHON_LITERAL.match(text)
        return (python[1], {}) if python else (text, {})
    try:
        fields, _ = json.JSONDecoder(strict=False).raw_decode(text, start.start())
    except (ValueError, RecursionError):
        literal = DESCRIPTION_LITERAL.search(text, start.start())
        return (unescape(literal[1]), {}) if literal else (text, {})
    fields = _unwrap(fields)
    if "description" in fields:
        return "\n".join(_strings(fields.pop("description"))), fields
    if text[: start.start()].strip():
        return text, {}
    answers: dict[str, Any] = {n: fields.pop(n) for n in QUESTIONS if n in fields}
    return "\n".join(_strings(fields)), answers


def _unwrap(value: dict[str, Any]) -> dict[str, Any]:
    """Return the fields of an object, or of the object that is its only field, in small letters."""
    for _ in range(MAX_WRAPPERS):
        inner = list(value.values())
        if len(inner) != 1 or not isinstance(inner[0], dict) or "description" in value:
            break
        value = inner[0]
    return {name.lower(): item for name, item in value.items()}


def whole_sentences(text: str) -> str:
    """Return ``text`` up to the end of its last sentence; all of it if it has no such end."""
    ends = [match.end() for match in re.finditer(r"[.!?][\"')”]?(?=\s|$)", text)]
    return text[: ends[-1]] if ends else text


def _from_json(text: str) -> list[str] | None:
    """Return the strings of the first list in the JSON of ``text``, which may be truncated.

    If there is no list, return the strings of the first object that has any; without JSON, None.
    """
    object_strings: list[str] = []
    for start in islice(re.finditer(r"[\[{]", text), MAX_JSON_STARTS):
        try:
            value, _ = json.JSONDecoder().raw_decode(text, start.start())
            entries = next(filter(None, map(_strings, _lists(value))), None)
            object_strings = object_strings or _strings(value)
        except (ValueError, RecursionError):
            continue
        if entries:
            return entries
    _, _, rest = text.partition("[")
    return object_strings or _string_literals(rest) or None


def _lists(value: Any) -> Iterator[list[Any]]:
    """Yield the lists in a JSON value that are not inside another list, in order."""
    if isinstance(value, dict):
        for item in value.values():
            yield from _lists(item)
    if isinstance(value, list):
        yield value


def _strings(value: Any) -> list[str]:
    """Return the strings in a JSON value, in order, without the names of fields."""
    if isinstance(value, str):
        return [value]
    items = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [text for item in items for text in _strings(item)]


def _string_literals(text: str) -> list[str]:
    """Return the complete strings in truncated JSON."""
    literals = STRING_LITERAL.findall(text)
    return [unescape(content) for content, closing_mark in literals if closing_mark]


def unescape(content: str) -> str:
    """Return the string of a JSON string literal; as it is if an escape is invalid in JSON."""
    try:
        return str(json.loads(f'"{content}"', strict=False))
    except ValueError:
        return content


def _from_lines(text: str) -> list[str]:
    """Return the lines of a list without their bullets, or the parts of a single line."""
    lines = [line for line in text.splitlines() if line.strip()]
    bulleted = [BULLET.sub("", line, count=1) for line in lines if BULLET.match(line)]
    if len(bulleted) > 1:
        return bulleted
    # A line that ends in a colon introduces the list.
    content = [line for line in lines if not line.rstrip().endswith(":")] or [""]
    if len(content) > 1 and all(len(WORD.findall(line)) <= 2 for line in content):
        return content
    list_line = max(content, key=lambda line: (line.count(","), len(line)))
    if "," not in list_line and NUMBER.search(list_line):
        return NUMBER.split(list_line)[1:]
    list_line = LABEL_END.split(list_line)[-1]
    return COMMA.split(list_line) if "," in list_line else list_line.split()
