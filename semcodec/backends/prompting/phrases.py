"""Compile phrases of answer_phrases.toml, and normalize the clauses that they are matched with.

A clause is matched as a line of words with one space after each. Phrases have bounded gaps and
bounded repetitions, so a match takes time linear in the length of the clause.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Final

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


@dataclass(frozen=True, slots=True)
class Phrases:
    """The tables of answer_phrases.toml.

    Attributes:
        patterns: by kind of a clause: its phrases, for ``match`` at the beginning of the clause.
        words: by kind: the words that hint at it.
    """

    patterns: Mapping[str, re.Pattern[str]]
    words: Mapping[str, frozenset[str]]

    def match(self, kind: str, clause: str) -> bool:
        """Return whether a normalized clause begins with a phrase of ``kind``."""
        return self.patterns[kind].match(clause) is not None

    def contain_any(self, kind: str, words: Sequence[str]) -> bool:
        """Return whether one of ``words`` hints at ``kind``."""
        return not self.words[kind].isdisjoint(words)

    def skip_introductions(self, clause: str) -> str:
        """Return a normalized clause without the words at its beginning that change nothing."""
        for _ in range(MAX_INTRODUCTIONS):
            match = self.patterns["introductions"].match(clause)
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
    patterns = {
        kind: _compile(phrases, table["classes"]) for kind, phrases in table["phrases"].items()
    }
    foreign = [phrase for phrases in table["languages"].values() for phrase in phrases]
    patterns["foreign"] = _compile([f"... {phrase}" for phrase in foreign], {})
    return Phrases(patterns, {kind: frozenset(words) for kind, words in table["words"].items()})


def _compile(phrases: Sequence[str], classes: Mapping[str, Sequence[str]]) -> re.Pattern[str]:
    """Return one pattern for all phrases; those that may begin anywhere come last."""
    anywhere = [phrase.removeprefix("...") for phrase in phrases if phrase.startswith("...")]
    anchored = [phrase for phrase in phrases if not phrase.startswith("...")]
    parts = [_to_regex(phrase, classes) for phrase in anchored]
    if anywhere:
        inside = "|".join(_to_regex(phrase, classes) for phrase in anywhere)
        parts.append(rf"(?:\S+ )*?(?:{inside})")
    return re.compile("|".join(parts))


def _to_regex(phrase: str, classes: Mapping[str, Sequence[str]]) -> str:
    return "".join(_element(element, classes) for element in phrase.split())


def _element(element: str, classes: Mapping[str, Sequence[str]]) -> str:
    """Return the regular expression of one element of a phrase."""
    match element:
        case "..":
            return rf"(?:{ANY_WORD}){{0,{MAX_GAP}}}?"
        case "$":
            return r"$"
        case _ if element.endswith("}*"):
            return rf"(?:{_alternatives(element[:-1], classes)}){{0,{MAX_REPEATED}}}"
        case _ if element.endswith("?"):
            return rf"(?:{_alternatives(element[:-1], classes)})?"
    return rf"(?:{_alternatives(element, classes)})"


def _alternatives(element: str, classes: Mapping[str, Sequence[str]]) -> str:
    words: list[str] = []
    for word in element.split("|"):
        words += classes[word[1:-1]] if word.startswith("{") else [word]
    # Longer alternatives first, or "image" would be taken for the beginning of "image data".
    return "|".join(map(_word, sorted(words, key=len, reverse=True)))


def _word(word: str) -> str:
    tail = r"\S* " if word.endswith("*") else " "
    return re.escape(normalize(word.rstrip("*")).rstrip()).replace(r"\ ", " ") + tail
