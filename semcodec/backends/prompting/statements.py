"""Statements about a picture: numbered for a model, and its answers to them, parsed from any text.

A model is asked for a JSON object with the numbers of the statements as fields. Small models return
lists, tables, prose, other languages or numbers in another order; whatever is certain is used, and
a statement without one clear answer has none.
"""

from __future__ import annotations

import json
import re
from collections import deque
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any, Final, TypeAlias

from semcodec.backends.prompting import parsing
from semcodec.backends.protocols import Answer
from semcodec.words.predicates import Predicate, PredicateKind

#: Statements in one request, as many as ``find_predicates`` returns. The most important ones come
#: first; a caller can have thousands.
MAX_STATEMENTS: Final = 64
MAX_NAME: Final = 60  #: characters of a noun or of its property; real words are shorter
MAX_VISITED: Final = 2_000  #: values of a JSON answer, of which each statement needs at most three
ANSWERS: Final[tuple[Answer, ...]] = ("yes", "no", "unsure")
#: Words that mean an answer; one that opens or closes the answer to a statement decides.
WORDS: Final[dict[Answer, str]] = {
    "yes": "yes y yeah yep true correct present ja jo oui si sí sì sim tak да так ano da evet "
    "igen joo kyllä ναι ya vâng có हाँ כן نعم 是 是的 对 對 有 はい 네 예",
    "no": "no n nope false incorrect absent nein non nee nie нет ні ne nej nei não nao hayır nem "
    "ei όχι nu tidak không नहीं לא لا 否 不 不是 没有 沒有 いいえ 아니요 아니오",
    "unsure": "unsure uncertain unclear unknown maybe perhaps possibly null unsicher "
    "unklar vielleicht incertain incertaine quizás quizá incierto inseguro forse incerto talvez "
    "onzeker misschien niepewne może неясно возможно kanskje 不确定 不確定 不明 わからない 모름",
}
PHRASES: Final = re.compile(
    r"\b(?:not (?:sure|certain|clear)|(?:can ?not|can['’]t|impossible to|hard to) "
    r"(?:tell|say|determine|see|be determined)|peut[- ]être|pas sûre?|nicht sicher|n/a)\b",
    re.I,
)
SYMBOLS: Final = str.maketrans(
    dict.fromkeys("✓✔✅☑👍", " yes ") | dict.fromkeys("✗✘❌☒👎", " no ") | {"❓": " unsure "}
)
#: A number of a statement: at the beginning of a line or of a part of it, before a mark.
NUMBER_MARK: Final = re.compile(
    r"(?:^|[,;{|\n])[^\w\n,;]{0,9}(?:(?:statement|question|number|no|item|answer|q|s)[ _#.]{0,2})?"
    r"#?([0-9]{1,3})[\"'*_`]{0,3}[ \t]{0,3}(?:[.:)\]=|>–—-]|(?=[ \t](?:yes|no|unsure)\b))",
    re.I,
)
KEY: Final = re.compile(r"\W*(?:[a-z]{1,12}[ _#.-]{0,2})?0{0,3}([0-9]{1,3})\b", re.I)

#: A line of ``number_lines``: the noun, and a property with its value.
STATEMENT: Final = re.compile(
    r"[0-9]{1,3}\. (.{1,60}) \((?:in the picture|(number|color|size|place): (.{1,60}))\)"
)
KINDS: Final[dict[str, PredicateKind]] = {
    "number": "count",
    "color": "color",
    "size": "size",
    "place": "place",
}

_MEANINGS: Final = {word: answer for answer, words in WORDS.items() for word in words.split()}
_Found: TypeAlias = dict[int, set[Answer]]


class _Fields(list[tuple[str, Any]]):
    """The fields of a JSON object, in order and with repeated names."""


def state(predicates: Sequence[Predicate]) -> list[str]:
    """Return each predicate as one line, without line breaks and of limited length.

    >>> state([Predicate("noun", "dogs"), Predicate("count", "dogs", "two")])
    ['dogs (in the picture)', 'dogs (number: two)']
    """
    return [_state(predicate) for predicate in predicates]


def read_statements(lines: str) -> list[Predicate | None]:
    """Return the predicate that each of ``lines`` states; None for a line that states none.

    The inverse of ``number_lines(state(predicates))``, as far as that was not shortened.

    >>> read_statements("1. dogs (in the picture)\\n2. dogs (number: two)")[1].text
    'two dogs'
    """
    return [_read_statement(line) for line in lines.split("\n")[:MAX_STATEMENTS]]


def number_lines(statements: Sequence[str]) -> str:
    """Return ``statements`` as a numbered list, for a quotation."""
    return "\n".join(f"{number}. {text}" for number, text in enumerate(statements, 1))


def schema_properties(count: int) -> dict[str, Any]:
    """Return the properties of a JSON object with the answers to ``count`` statements."""
    return {f"{number}": {"type": "string", "enum": list(ANSWERS)} for number in _numbers(count)}


def typical_answer(count: int) -> str:
    """Return a typical answer to ``count`` statements, for estimates and dry runs."""
    return json.dumps({f"{number}": "yes" for number in _numbers(count)})


def parse_answers(answer: str, statements: Sequence[str]) -> list[Answer | None]:
    """Return the answer to each statement; None where there is none, or contradictory ones.

    Takes linear time, and never raises.

    >>> parse_answers("2) No.\\n1) Yes, two of them.", ["dogs", "boat"])
    ['yes', 'no']
    """
    text = parsing.strip_wrappers(answer)
    found = _JsonAnswers(statements).find(text) or _find_in_text(text, statements)
    answers = [found.get(number, set()) for number in _numbers(len(statements))]
    return [next(iter(values)) if len(values) == 1 else None for values in answers]


def _state(predicate: Predicate) -> str:
    noun, value = (" ".join(text.split())[:MAX_NAME] for text in (predicate.noun, predicate.value))
    if predicate.kind == "noun":
        return f"{noun} (in the picture)"
    return f"{noun} ({'number' if predicate.kind == 'count' else predicate.kind}: {value})"


def _read_statement(line: str) -> Predicate | None:
    match = STATEMENT.fullmatch(line)
    if match is None:
        return None
    noun, kind, value = match.groups()
    return Predicate("noun", noun) if kind is None else Predicate(KINDS[kind], noun, value)


def _numbers(count: int) -> range:
    return range(1, count + 1)


def _meaning(value: Any) -> Answer | None:
    """Return the answer that a JSON value or a text states; None if that is not certain."""
    if value is None or isinstance(value, bool):
        return "unsure" if value is None else ("no", "yes")[value]
    if not isinstance(value, str):
        return None
    if PHRASES.search(value):
        return "unsure"
    words = parsing.WORD.findall(value.translate(SYMBOLS).casefold())
    ends = {_MEANINGS[word] for word in words[:1] + words[-1:] if word in _MEANINGS}
    return ends.pop() if len(ends) == 1 else None


class _JsonAnswers:
    """Finds answers in JSON: fields named by numbers, objects about one statement each, or a list.

    A value that repeats a statement is not an answer, even if its noun is the word ``yes``.
    """

    def __init__(self, statements: Sequence[str]) -> None:
        self._count = len(statements)
        self._numbers = {_normalize(text): n for n, text in enumerate(statements, 1)}

    def find(self, text: str) -> _Found:
        """Return the answers in the first JSON value of ``text`` that has any, by number."""
        decoder = json.JSONDecoder(object_pairs_hook=_Fields, strict=False)
        for start in islice(re.finditer(r"[\[{]", text), parsing.MAX_JSON_STARTS):
            try:
                value, _ = decoder.raw_decode(text, start.start())
            except (ValueError, RecursionError):
                continue
            if found := self._collect(value):
                return found
        return {}

    def _collect(self, value: Any) -> _Found:
        found: _Found = {}
        for item in islice(_visit(value), MAX_VISITED):
            if isinstance(item, _Fields):
                for number, answer in self._answered(item):
                    found.setdefault(number, set()).add(answer)
            elif not found and len(item) == self._count:
                answers = [self._answer(entry) for entry in item]
                if all(answers):
                    return {number: {a} for number, a in enumerate(answers, 1) if a}
        return found

    def _answered(self, fields: _Fields) -> Iterator[tuple[int, Answer]]:
        """Yield number and answer of fields that are named by numbers, or of one statement."""
        direct = [(number, value) for name, value in fields if (number := self._number(name))]
        for number, value in direct:
            for answer in self._answers_in(value):
                yield number, answer
        numbers = [number for _, value in fields if (number := self._number(value))]
        answers = self._answers_in(fields)
        if not direct and numbers and len(answers) == 1:
            yield numbers[0], answers.pop()

    def _answers_in(self, value: Any) -> set[Answer]:
        """Return the answers that a value is, or that the fields of an object are."""
        values = [item for _, item in value] if isinstance(value, _Fields) else [value]
        return {answer for item in values if (answer := self._answer(item))}

    def _answer(self, value: Any) -> Answer | None:
        is_statement = isinstance(value, str) and _normalize(value) in self._numbers
        return None if is_statement else _meaning(value)

    def _number(self, value: Any) -> int:
        """Return the number of the statement that a name or a value identifies; 0 if none."""
        number = value if type(value) is int else 0
        if isinstance(value, str):
            match = KEY.match(value)
            number = self._numbers.get(_normalize(value), int(match[1]) if match else 0)
        return number if 0 < number <= self._count else 0


def _visit(value: Any) -> Iterator[list[Any]]:
    """Yield the objects and lists in a JSON value, the outer ones first."""
    waiting = deque([value])
    while waiting:
        item = waiting.popleft()
        if isinstance(item, list):
            yield item
            waiting += [part[1] for part in item] if isinstance(item, _Fields) else item


def _normalize(text: str) -> str:
    return " ".join(parsing.WORD.findall(text[: 4 * MAX_NAME].casefold()))


def _find_in_text(text: str, statements: Sequence[str]) -> _Found:
    """Return the answers in a text: after numbers, after the statements, or one a line."""
    found: _Found = {}
    for number, segment in _segments(text):
        if 0 < number <= len(statements):
            rest = _without_statement(segment, statements[number - 1])
            if answer := _meaning(rest):
                found.setdefault(number, set()).add(answer)
    return found or _by_statement(text, statements) or _by_position(text, statements)


def _segments(text: str) -> Iterator[tuple[int, str]]:
    """Yield each number of a statement in ``text`` with what follows it, up to the next one."""
    marks = list(NUMBER_MARK.finditer(text))
    ends = [mark.start() for mark in marks[1:]] + [len(text)]
    for mark, end in zip(marks, ends, strict=False):  # without a mark, there is one end too many
        # The answer to the last statement ends with its paragraph, not with the whole text.
        yield int(mark[1]), text[mark.end() : end].split("\n\n")[0]


def _without_statement(segment: str, statement: str) -> str:
    """Return ``segment`` without the statement that it may repeat."""
    place = segment.find(statement)
    return segment if place < 0 else segment[place + len(statement) :]


def _by_statement(text: str, statements: Sequence[str]) -> _Found:
    found: _Found = {}
    lines = [line for line in text.splitlines() if line.strip()]
    for number, statement in enumerate(statements, 1):
        for line in lines[:MAX_VISITED]:
            if statement in line and (answer := _meaning(_without_statement(line, statement))):
                found.setdefault(number, set()).add(answer)
    return found


def _by_position(text: str, statements: Sequence[str]) -> _Found:
    """Return the answers of a list that has as many entries as there are statements."""
    lines = [line for line in text.splitlines() if line.strip()]
    for entries in (lines, re.split(r"[,;/|]", text), text.split()):
        meanings = [_meaning(entry) for entry in entries[: len(statements) + 1]]
        if len(entries) == len(statements) and None not in meanings:
            return {number: {m} for number, m in enumerate(meanings, 1) if m}
    return {}
