"""Compile phrases of answer_phrases.toml, and normalize the clauses that they are matched with.

A clause is matched as a line of words with one space after each. Phrases have bounded gaps and
bounded repetitions, so a match takes time linear in the length of the clause.

To compile the patterns of all phrases takes half a second, more than all else before a command
begins. So the pattern of a phrase is compiled when a clause first has a word for each element that
the phrase needs, which few phrases do in an ordinary description.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from functools import cache, cached_property
from importlib import resources
from typing import Final, NamedTuple

MAX_GAP: Final = 3  #: words that ``..`` stands for
MAX_INTRODUCTIONS: Final = 4  #: such as "Sure! Unfortunately, as an AI, ..."
MAX_REPEATED: Final = 4  #: repetitions that ``{class}*`` stands for
#: One word; each character of a script without spaces is a word of its own.
TOKEN: Final = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]|[^\W_\u3040-\u30ff\u3400-\u9fff]+")
ANY_WORD: Final = r"\S+ "
CONTRACTIONS: Final = (
    (re.compile(r"\bcan['’]t\b"), "cannot"),
    (re.compile(r"\bwon['’]t\b"), "will not"),
    (re.compile(r"n['’]t\b"), " not"),
    (re.compile(r"\bi['’]m\b"), "i am"),
    (re.compile(r"['’]re\b"), " are"),
    (re.compile(r"['’]ll\b"), " will"),
    (re.compile(r"['’]d\b"), " would"),
    (re.compile(r"['’]ve\b"), " have"),
    (re.compile(r"\b(here|there|it|that|what)['’]s\b"), r"\1 is"),
    (re.compile(r"\blet['’]s\b"), "let us"),
)


class FirstWords(NamedTuple):
    """The words with which an element of a phrase begins; some are only the beginning of a word."""

    whole: frozenset[str]
    beginnings: tuple[str, ...]

    def occur_in(self, words: Set[str]) -> bool:
        """Return whether one of them is among the words of a clause."""
        return not self.whole.isdisjoint(words) or (
            bool(self.beginnings) and any(word.startswith(self.beginnings) for word in words)
        )


class Phrase:
    """A phrase of answer_phrases.toml."""

    def __init__(self, phrase: str, classes: Mapping[str, Sequence[str]]) -> None:
        self._phrase, self._classes = phrase, classes
        self._needed = [
            _first_words(element, classes)
            for element in phrase.removeprefix("...").split()
            if element not in ("..", "$") and not element.endswith(("?", "}*"))
        ]

    def match(self, clause: str, words: Set[str]) -> re.Match[str] | None:
        """Return the match at the beginning of a normalized clause, which consists of ``words``."""
        if all(first.occur_in(words) for first in self._needed):
            return self._pattern.match(clause)
        return None

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        is_anywhere = self._phrase.startswith("...")
        elements = self._phrase.removeprefix("...").split()
        regex = "".join(_to_regex(element, self._classes) for element in elements)
        return re.compile(rf"(?:\S+ )*?{regex}" if is_anywhere else regex)


@dataclass(frozen=True, slots=True)
class Phrases:
    """The tables of answer_phrases.toml.

    Attributes:
        phrases: by kind of a clause, for ``match`` at the beginning of the clause.
        words: by kind: the words that hint at it.
    """

    phrases: Mapping[str, Sequence[Phrase]]
    words: Mapping[str, frozenset[str]]

    def match(self, kind: str, clause: str) -> bool:
        """Return whether a normalized clause begins with a phrase of ``kind``."""
        return self._first_match(kind, clause) is not None

    def _first_match(self, kind: str, clause: str) -> re.Match[str] | None:
        words = frozenset(clause.split())
        matches = (phrase.match(clause, words) for phrase in self.phrases[kind])
        return next((match for match in matches if match), None)

    def contain_any(self, kind: str, words: Sequence[str]) -> bool:
        """Return whether one of ``words`` hints at ``kind``."""
        return not self.words[kind].isdisjoint(words)

    def skip_introductions(self, clause: str) -> str:
        """Return a normalized clause without the words at its beginning that change nothing."""
        for _ in range(MAX_INTRODUCTIONS):
            match = self._first_match("introductions", clause)
            if match is None or not match.end():
                break
            clause = clause[match.end() :]
        return clause


def normalize(clause: str) -> str:
    """Return the words of ``clause`` in lower case, without contractions, a space after each.

    >>> normalize("I don't see a picture: nothing!")
    'i do not see a picture nothing '
    """
    text = unicodedata.normalize("NFKC", clause).lower()
    for pattern, replacement in CONTRACTIONS:
        text = pattern.sub(replacement, text)
    return "".join(f"{word} " for word in TOKEN.findall(text))


@cache
def load_phrases() -> Phrases:
    """Return the tables of answer_phrases.toml."""
    file = resources.files("semcodec.backends.prompting") / "answer_phrases.toml"
    table = tomllib.loads(file.read_text("utf-8"))
    phrases = {kind: _read(lines, table["classes"]) for kind, lines in table["phrases"].items()}
    foreign = [phrase for lines in table["languages"].values() for phrase in lines]
    phrases["foreign"] = _read([f"... {phrase}" for phrase in foreign], {})
    return Phrases(phrases, {kind: frozenset(words) for kind, words in table["words"].items()})


def _read(lines: Sequence[str], classes: Mapping[str, Sequence[str]]) -> list[Phrase]:
    return [Phrase(line, classes) for line in lines]


def _to_regex(element: str, classes: Mapping[str, Sequence[str]]) -> str:
    """Return the regular expression of one element of a phrase."""
    match element:
        case "..":
            return rf"(?:{ANY_WORD}){{0,{MAX_GAP}}}?"
        case "$":
            return r"$"
        case _ if element.endswith("}*"):
            return rf"(?:{_any_of(element[:-1], classes)}){{0,{MAX_REPEATED}}}"
        case _ if element.endswith("?"):
            return rf"(?:{_any_of(element[:-1], classes)})?"
    return rf"(?:{_any_of(element, classes)})"


def _any_of(element: str, classes: Mapping[str, Sequence[str]]) -> str:
    # Longer alternatives first, or "image" would be taken for the beginning of "image data".
    return "|".join(map(_word, sorted(_alternatives(element, classes), key=len, reverse=True)))


def _first_words(element: str, classes: Mapping[str, Sequence[str]]) -> FirstWords:
    pairs = [
        (TOKEN.findall(alternative)[0], alternative.endswith("*"))
        for alternative in _alternatives(element, classes)
    ]
    return FirstWords(
        frozenset(word for word, is_beginning in pairs if not is_beginning),
        tuple(word for word, is_beginning in pairs if is_beginning),
    )


def _alternatives(element: str, classes: Mapping[str, Sequence[str]]) -> list[str]:
    words: list[str] = []
    for word in element.split("|"):
        words += classes[word[1:-1]] if word.startswith("{") else [word]
    return words


def _word(word: str) -> str:
    tail = r"\S* " if word.endswith("*") else " "
    return re.escape(normalize(word.rstrip("*")).rstrip()).replace(r"\ ", " ") + tail
