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
from semcodec.words.structure import COLORS, Structure, find_structure
from semcodec.words.tokens import Token
from semcodec.words.vocabulary import NEVER, vocabulary

#: Between a subject and its name: a white mausoleum, the Taj Mahal.
APPOSITIONS: Final = frozenset((",", ", the", "(", "called", "called the", "named", "known as the"))
_OF: Final = frozenset(("of", "of the"))
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
    finder = _NameFinder(tokens, structure, clean_text(description))
    for phrase in finder.namings(structure.subject):
        if name := finder.find_name(phrase):
            return name
    return frozenset()


class _NameFinder:
    """Looks for names among the phrases of one description."""

    def __init__(self, tokens: Sequence[Token], structure: Structure, text: str) -> None:
        self._tokens, self._structure, self._text = tokens, structure, text
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
        parts = sorted((phrase.head, *phrase.modifiers))
        name = [index for index in parts if self._is_name_part(index, phrase.head)]
        if parts[0] and self._is_compound(parts[0] - 1, parts[0]):
            name.append(parts[0] - 1)  # Mount Fuji: the parser of phrases has "mount" as a verb
        if not self._is_capitalized(phrase.head) or self._is_one_of_many(parts):
            return frozenset()
        following = self._next(phrase)
        is_name = following is not None and self._is_capitalized(following.head)
        if following and is_name and self._between(phrase, following) in _OF:  # Statue of Liberty
            name += [following.head, *filter(self._is_capitalized, following.modifiers)]
        is_known = all(self._is_listed(index) for index in name)
        is_generic = len(name) == 1 and self._word(name[0]) in GENERIC_NAMES
        return frozenset(name if is_known and not is_generic else ())

    def _is_one_of_many(self, parts: Sequence[int]) -> bool:
        """Return whether a phrase is about a thing of a kind, or a person by the given name."""
        before = self._tokens[parts[0] - 1].text.lower() if parts[0] else ""
        has_article = before == "the"
        number = vocabulary().number(self._word(parts[0]))
        is_person = number is not None and vocabulary().priors[number] == NEVER
        return (
            before in _INDEFINITE
            or (is_person and not has_article)
            or any(
                self._tokens[index].number is not None or self._tokens[index].text in COLORS
                for index in parts
            )
        )

    def _next(self, phrase: Phrase) -> Phrase | None:
        """Return the phrase after another one, in the same sentence."""
        after = (other for other in self._phrases if other.head > phrase.head)
        following = min(after, key=lambda other: other.head, default=None)
        return following if following and following.sentence == phrase.sentence else None

    def _between(self, first: Phrase, second: Phrase) -> str:
        """Return the text between two phrases, in small letters and with single spaces."""
        start = self._tokens[first.head].end
        end = self._tokens[min((second.head, *second.modifiers))].start
        return " ".join(self._text[start:end].lower().split())

    def _is_name_part(self, index: int, head: int) -> bool:
        """Return whether a word before a name is a part of it.

        The first word of a sentence has a capital that may mean nothing: *Big* Ben, *Tall* Ben.
        """
        has_capital = self._text[self._tokens[index].start].isupper()
        is_part = has_capital and self._structure.is_name_part(index)
        return self._is_capitalized(index) or is_part or self._is_compound(index, head)

    def _is_compound(self, index: int, following: int) -> bool:
        """Return whether a word with a capital is often part of the name of the following one."""
        has_capital = self._text[self._tokens[index].start].isupper()
        return has_capital and vocabulary().is_compound(self._word(index), self._word(following))

    def _is_capitalized(self, index: int) -> bool:
        return self._tokens[index].text[:1].isupper()

    def _is_listed(self, index: int) -> bool:
        word = self._tokens[index].word
        return is_listed(word) or is_listed(word.lower())

    def _word(self, index: int) -> str:
        return self._tokens[index].word.lower()
