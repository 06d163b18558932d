"""Find the known name that a description is about: Eiffel Tower, Mona Lisa, Statue of Liberty.

A painter knows how such a thing looks, so its name stands for most of what the description states.
A name counts as known if the tables have all its words, because then texts about pictures mention
it often; a painter that was trained on such texts has probably seen it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from semcodec.words.cleaning import clean_text
from semcodec.words.names import is_listed
from semcodec.words.phrases import Phrase, find_phrases
from semcodec.words.stopwords import FUNCTION_WORDS
from semcodec.words.structure import COLORS, find_structure
from semcodec.words.tokens import Token
from semcodec.words.vocabulary import NEVER, vocabulary
from semcodec.words.word_classes import WordClass, class_of

#: Between a subject and its name: a white mausoleum, the Taj Mahal.
APPOSITIONS: Final = frozenset((",", ", the", "(", "called", "called the", "named", "known as the"))
#: Between two parts of one name: Statue of Liberty, Christ the Redeemer, Girl with a Pearl Earring.
CONNECTIVES: Final = frozenset(("of", "of the", "the", "with a", "de", "del", "della", "van"))
MAX_NAME_WORDS: Final = 12  #: of a name; a longer row of capitals is not one, such as a heading
MAX_CONNECTIVE: Final = 2  #: words of a connective
_INDEFINITE: Final = frozenset(("a", "an", "another", "some"))
#: Kinds of places and works; one of them alone is not a name: the Museum, the Bridge.
GENERIC_NAMES: Final = frozenset(
    """
    abbey airport alley arena avenue basilica bay beach boulevard bridge building canyon castle
    cathedral center chapel church city college court dome falls fort fountain gallery garden
    gardens gate hall harbor hill hotel house island lake library market memorial monastery monument
    mosque mount mountain museum ocean opera palace park pier plaza river road sea shrine square
    stadium station statue street temple theater tower university valley village waterfall
    """.split()
)

#: Kinds of landmarks whose name is often written with a small letter: the Eiffel tower.
LANDMARK_KINDS: Final = frozenset(
    "arch bridge canyon castle cathedral falls fountain monument palace pyramid pyramids statue "
    "temple tower wall".split()
)
#: What the first word of a sentence is, unless it is a part of a name.
NOT_NAMES: Final = frozenset((WordClass.MODIFIER, WordClass.VERB, WordClass.OTHER))


def find_known_name(tokens: Sequence[Token], description: str) -> frozenset[int]:
    """Return the indices of the tokens of the name, or none if no known name is the subject.

    The name is the subject itself (*the Taj Mahal stands …*) or follows it (*a mausoleum, the Taj
    Mahal, …*). What is only near a known thing (*a man in Paris*), one of many of a kind (*a
    Ferrari*, *a blue Beetle*) and a person with a given name do not count.

    Args:
        tokens: the tokens of the description.
        description: any text; one in another language than English has no subject.
    """
    structure = find_structure(tokens, description)
    if structure.subject is None:
        return frozenset()
    finder = _NameFinder(tokens, clean_text(description))
    for phrase in finder.namings(structure.subject):
        if name := finder.find_name(phrase):
            return name
    return frozenset()


class _NameFinder:
    """Looks for names among the phrases of one description."""

    def __init__(self, tokens: Sequence[Token], text: str) -> None:
        self._tokens, self._text = tokens, text
        self._phrases = find_phrases(tokens, text)

    def namings(self, subject: Phrase) -> Iterator[Phrase]:
        """Yield the phrase of the subject, and a phrase in apposition to it."""
        yield subject
        following = self._next(subject)
        if following is None or self._is_capitalized(subject.head):
            return  # "Las Vegas, Nevada": the second name is only where the first one is
        if self._between(subject, following) in APPOSITIONS:
            yield following

    def find_name(self, phrase: Phrase) -> frozenset[int]:
        """Return the tokens of the name that a phrase is, or none if it is not a known name."""
        name = self._name_at(phrase.head)
        if not name or self._is_one_of_many(phrase, name[0]):
            return frozenset()
        is_known = all(map(self._is_listed, name))
        is_generic = len(name) == 1 and self._word(name[0]) in GENERIC_NAMES
        return frozenset(name if is_known and not is_generic else ())

    def _name_at(self, head: int) -> list[int]:
        """Return the content words of the name that a noun is part of; none if it is not one."""
        name = self._capitalized_run(head)
        if not name and self._word(head) in LANDMARK_KINDS:  # the Eiffel tower
            name = [*self._capitalized_run(head - 1), head]
        for _ in range(MAX_NAME_WORDS):
            if name and (before := self._beside_connective(name[0], -1)) is not None:
                name = [*self._capitalized_run(before), *name]
            if name and (following := self._beside_connective(name[-1], 1)) is not None:
                name += self._capitalized_run(following)
        is_short = len(name) <= MAX_NAME_WORDS
        return name if is_short and any(map(self._is_capitalized, name)) else []

    def _capitalized_run(self, index: int) -> list[int]:
        """Return the words with capitals around a word, which is one of them; else none."""
        if index < 0 or not self._may_be_name(index):
            return []
        first = last = index
        for _ in range(MAX_NAME_WORDS):
            if first > 0 and self._gap(first - 1, first) == " " and self._may_be_name(first - 1):
                first -= 1
            if self._gap(last, last + 1) == " " and self._may_be_name(last + 1):
                last += 1
        return list(range(first, last + 1))

    def _beside_connective(self, index: int, direction: int) -> int | None:
        """Return the word with a capital before (-1) or after (1) one, beyond a connective."""
        for distance in range(2, 2 + MAX_CONNECTIVE):
            other = index + direction * distance
            if not 0 <= other < len(self._tokens):
                return None
            between = self._gap(*sorted((index, other))).strip()
            if between in CONNECTIVES and self._is_capitalized(other):
                return other
        return None

    def _is_one_of_many(self, phrase: Phrase, first: int) -> bool:
        """Return whether a phrase is about a thing of a kind, or a person by the given name."""
        start = min((phrase.head, *phrase.modifiers, first))
        before = self._tokens[start - 1].text.lower() if start else ""
        number = vocabulary().number(self._word(first))
        is_person = number is not None and vocabulary().priors[number] == NEVER
        if before in _INDEFINITE or (is_person and before != "the"):
            return True
        if self._tokens[phrase.head].text.islower() and before != "the" and first != phrase.head:
            return True  # Paris bridges
        return any(
            self._tokens[index].number is not None or self._tokens[index].text in COLORS
            for index in phrase.modifiers
            if index <= first
        )

    def _next(self, phrase: Phrase) -> Phrase | None:
        """Return the phrase after another one, in the same sentence."""
        after = (other for other in self._phrases if other.head > phrase.head)
        following = min(after, key=lambda other: other.head, default=None)
        return following if following and following.sentence == phrase.sentence else None

    def _between(self, first: Phrase, second: Phrase) -> str:
        """Return the text between two phrases, in small letters and with single spaces."""
        return " ".join(self._gap(first.head, min((second.head, *second.modifiers))).split())

    def _may_be_name(self, index: int) -> bool:
        """Return whether a word has a capital that belongs to it.

        That of the first word of a sentence may mean nothing: *Big* Ben, but not *Tall* Ben.
        """
        if self._is_capitalized(index):
            return True
        if not self._text[self._tokens[index].start].isupper():
            return False
        word = self._word(index)
        if index + 1 < len(self._tokens) and vocabulary().is_compound(word, self._word(index + 1)):
            return True
        return class_of(word) not in NOT_NAMES and word not in FUNCTION_WORDS

    def _is_capitalized(self, index: int) -> bool:
        text = self._tokens[index].text
        return text[:1].isupper() and text.lower() not in FUNCTION_WORDS

    def _is_listed(self, index: int) -> bool:
        parts = self._tokens[index].word.removesuffix("'s").split("-")
        return all(is_listed(part) or is_listed(part.lower()) for part in parts)

    def _gap(self, first: int, second: int) -> str:
        """Return the text between two words, in small letters; empty after the last word."""
        if second >= len(self._tokens):
            return ""
        return self._text[self._tokens[first].end : self._tokens[second].start].lower()

    def _word(self, index: int) -> str:
        return self._tokens[index].word.lower()
