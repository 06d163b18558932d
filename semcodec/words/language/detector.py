"""Find the language of a description, and what of it is in English.

A text is judged in parts, its sentences and lines, because the answer of a model may be in two
languages: a preamble in the language of the user and then a description in English, or a
description and its translation. What is in quotation marks does not count: a sign in the picture
may be in any language.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import islice, pairwise
from typing import Final

from semcodec.words.language.scores import (
    ENGLISH,
    OTHER_COST,
    Table,
    count_words,
    find_words,
    language_of,
    language_of_words,
    load_languages,
)
from semcodec.words.scripts import LATIN, OTHER_LANGUAGE, in_language, script_of
from semcodec.words.skeletons import skeleton_of_word
from semcodec.words.tokenizer import MAX_TEXT, tokenize

MIN_ENGLISH_PERCENT: Final = 40  #: percentage of English words at which the other parts are dropped
MIN_SIGN_WORDS: Final = 3  #: before a colon and the text of a sign
MAX_PARTS: Final = 500  #: sentences and lines that are judged one by one
MIN_DROPPED_WORDS: Final = 4  #: a shorter part, such as the word on a sign, stays

_QUOTED: Final = re.compile(
    r"\"[^\"\n]{1,400}\"|“[^”\n]{1,400}”|„[^“”\"\n]{1,400}[“”\"]|«[^»\n]{1,400}»|‘[^’\n]{1,400}’(?!\w)"
    r"|「[^」\n]{1,400}」|『[^』\n]{1,400}』|(?<!\w)'[^'\n]{1,400}'(?!\w)|`[^`\n]{1,400}`"
)
#: A part ends after the marks at the end of a sentence, a line, or a colon, after which an answer
#: may go on in another language. Possessive quantifiers keep the search linear.
_PART: Final = re.compile(
    r"(?:[^\n.!?:。！？।؟：]|[.!?:](?=\w))*+(?:[\n。！？।؟：]|[.!?:]++|$)[\"'”»)*_]*+"
)
#: Beginnings of sentences that a model writes around a description, and which describe nothing.
_OFFER: Final = re.compile(
    r"\W*(?:sure[,!.]|certainly[,!.]|here is|here are|here['’]s|below is|let me know|feel free"
    r"|i hope|hope this|would you like|if you)\b",
    re.I,
)
#: The same of a heading or of a line that ends in a colon.
_LABEL: Final = re.compile(
    r"\W*(?:(?:sure|certainly|of course|okay|ok|here|below|the (?:following|image|picture|photo)"
    r"|image|picture|photo|caption|description|translation|translated|answer)\b"
    r"|[a-z]+(?: (?:translation|version))?:)",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Detected:
    """The languages of a text.

    Attributes:
        language: the name of its language in English, such as ``"German"``; of two similar
            languages ``"Danish or Norwegian"``, of an unknown one ``"another language"``.
        english: the text without the parts in other languages; empty if the text is not English.
        dropped: the language of those parts; empty if there are none.
    """

    language: str
    english: str
    dropped: str = ""

    @property
    def predicate(self) -> str:
        """What a sentence states after "The text is": ``"German"``, ``"in another language"``."""
        return in_language(self.language)

    @property
    def is_english(self) -> bool:
        """Whether the text is English, besides the parts that are dropped."""
        return self.language == ENGLISH


@dataclass(frozen=True, slots=True)
class _Part:
    """A sentence or line of a text.

    Attributes:
        text: all characters up to the next part.
        language: empty if it is undecided.
        words: the number of words outside quotation marks.
    """

    text: str
    language: str
    words: int

    @property
    def is_foreign(self) -> bool:
        return self.language not in (ENGLISH, "")

    @property
    def is_courtesy(self) -> bool:
        """Whether this part, if it is English, describes nothing."""
        is_label = self.ends_in_colon or self.text.startswith("#")
        return bool(_OFFER.match(self.text) or (is_label and _LABEL.match(self.text)))

    @property
    def introduces_sign(self) -> bool:
        """Whether what follows in the same line is a text in the picture: "The sign reads: ..."."""
        is_open = self.text.endswith((":", "：")) and not self.is_courtesy
        return is_open and self.language == ENGLISH and self.words >= MIN_SIGN_WORDS

    @property
    def ends_in_colon(self) -> bool:
        return self.text.rstrip(" \n*_").endswith((":", "："))


@lru_cache(maxsize=16)  # each stage of a run needs that of its description
def detect(text: str) -> Detected:
    """Return the languages of a text; of one over ``MAX_TEXT`` characters, those of its beginning.

    A text without words, and one that is too short to decide, counts as English.

    >>> detect("Ein brauner Hund liegt in einem Boot.").language
    'German'
    >>> detect("Rio de Janeiro").language
    'English'
    >>> detect("A dog in a boat. Ein Hund in einem Boot.").english
    'A dog in a boat.'
    """
    text = text[:MAX_TEXT]
    blanked = _blank_quotes(text)
    parts = _inherit(_split(text, blanked))
    foreign = [part for part in parts if part.is_foreign]
    if not foreign:  # the parts may be too short to decide, and the whole may not be
        language = language_of(blanked) or ENGLISH
        return Detected(language, text if language == ENGLISH else "")
    if not _describes_in_english(parts):
        return Detected(_main_language(foreign), "")
    dropped = {part for part in foreign if part.words >= MIN_DROPPED_WORDS}
    if not dropped:
        return Detected(ENGLISH, text)
    return Detected(ENGLISH, _without(parts, dropped), _main_language(dropped))


def guess_language(words: Sequence[str]) -> str:
    """Return the language of words that an English vocabulary lacks; "" if it has no name here.

    Fewer words decide than in ``detect``: it is enough that half of them are frequent in a
    language. If several languages have as many, two of them are named.

    >>> guess_language(["hund"]), guess_language(["xyzzy"])
    ('German or Swedish', '')
    """
    language = detect(" ".join(words)).language
    if language not in (ENGLISH, OTHER_LANGUAGE):
        return language
    counts = {
        name: sum(table.cost(word.lower()) < OTHER_COST for word in words)
        for name, table in load_languages().items()
    }
    most = max(counts.values())
    if not most or 2 * most < len(words):
        return ""
    return " or ".join([name for name in counts if counts[name] == most][:2])


def has_words(text: str) -> bool:
    """Return whether ``text`` has a word: one with a consonant, or one of another script.

    >>> has_words("Красная площадь"), has_words("... 0 a")
    (True, True)
    >>> has_words("a ...")
    False
    """
    if any(map(skeleton_of_word, tokenize(text))):
        return True
    return any(script_of(word[0]) != LATIN for word in find_words(text))


def tables_of(language: str) -> list[Table]:
    """Return the tables of a language as ``detect`` names it; none for English and for others.

    >>> ["der" in table.function for table in tables_of("German")]
    [True]
    """
    names = language.split(" or ")
    return [table for name, table in load_languages().items() if name in names]


def _describes_in_english(parts: Sequence[_Part]) -> bool:
    """Return whether so many words are English that they are the description."""
    english = sum(part.words for part in parts if not part.is_foreign and not part.is_courtesy)
    other = sum(part.words for part in parts if part.is_foreign and not part.ends_in_colon)
    return english > 0 and 100 * english >= MIN_ENGLISH_PERCENT * (english + other)


def _main_language(parts: Iterable[_Part]) -> str:
    """Return the language in which most words of ``parts`` are."""
    words: dict[str, int] = {}
    for part in parts:
        words[part.language] = words.get(part.language, 0) + part.words
    return max(words, key=words.__getitem__)


def _without(parts: Sequence[_Part], dropped: Set[_Part]) -> str:
    """Return the text of ``parts`` without some of them, and without the labels before those."""
    pairs = zip(parts, [*parts[1:], None], strict=True)
    labels = [
        part
        for part, following in pairs
        if following in dropped and part.ends_in_colon and part.is_courtesy
    ]
    left_out = {*dropped, *labels}
    return "".join(part.text for part in parts if part not in left_out).strip()


def _split(text: str, blanked: str) -> Iterator[_Part]:
    """Yield the sentences and lines of ``text`` with their languages; the last has the rest.

    Args:
        text: the text.
        blanked: the text of the same length that has the words which count.
    """
    matches = islice(_PART.finditer(blanked), MAX_PARTS)
    ends = [match.end() for match in matches if match.end() > match.start()]
    for start, end in pairwise([0, *ends[:-1], len(text)]):
        part = blanked[start:end]
        words = find_words(part)
        yield _Part(text[start:end], language_of_words(words, part), count_words(words))


def _inherit(parts: Iterable[_Part]) -> list[_Part]:
    """Return ``parts``; an undecided one, or a sign, gets the language of the one before."""
    result: list[_Part] = []
    before = _Part("", "", 0)
    for part in parts:
        inherits = before.introduces_sign or (part.words and not part.language)
        before = replace(part, language=before.language) if inherits else part
        result.append(before)
    return result


def _blank_quotes(text: str) -> str:
    """Return ``text`` with spaces in place of quotations; unchanged if there is nothing else."""
    blanked = _QUOTED.sub(lambda match: " " * len(match.group()), text)
    if blanked == text:
        return text
    has_words = any(not _LABEL.match(word) for word in find_words(blanked))
    return blanked if has_words else text
