"""Find the subject of a description: the main noun, which every record keeps.

A describer names the main thing first, but not with its first noun: "the image", "a group of" and
"in the foreground" come before it. So phrases about the picture are passed over, a phrase of a
quantity stands for what it counts, and a phrase after a preposition is taken only if there is no
other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from semcodec.words.phrases import Phrase, find_phrases, simple_form
from semcodec.words.stopwords import CAPTION_BOILERPLATE, FUNCTION_WORDS
from semcodec.words.word_classes import WordClass, class_of

if TYPE_CHECKING:
    from semcodec.words.tokens import Token

#: Nouns about the picture, not about what is in it.
PICTURE_WORDS: Final = CAPTION_BOILERPLATE | frozenset(
    """
    ambiance ambience answer artwork atmosphere backdrop caption clip close color description
    detail effect element elements environment feel feeling footage here impression lapse lens
    lighting look mix mixture moment mood overview portrayal quality rendering rendition
    representation screenshot selfie sense snapshot style sure tableau theme time title tone
    tones topic type use version vibe video visual visuals weather
    """.split()
)
#: Works of art: they are about the picture only if "of" or a verb of depiction follows.
ART_WORDS: Final = frozenset(
    """
    animation art cartoon collage concept depiction drawing engraving etching illustration
    painting portrait poster print render sketch watercolor
    """.split()
)
#: Parts of the picture or of a thing; alone they mean nothing.
PART_WORDS: Final = frozenset(
    """
    angle area back background base bottom center centre corner distance edge end exterior
    foreground front ground half inside interior item items left level line middle object
    objects outside part parts piece portion rear region right section side sides something
    space spot surface texture thing things top
    """.split()
)
#: Nouns that stand for what follows "of".
QUANTITY_WORDS: Final = frozenset(
    """
    arrangement array assortment batch bit body bunch cluster collection colony couple crowd
    display dozen dozens drove duo expanse family few flock gaggle glimpse group handful head
    heap herd hundreds kind line lot lots majority medley multitude number pack pair pairs
    parade patch pieces pile piles plenty pod pride quartet row rows school selection sequence
    series serving set sets shoal slice slices smattering sort sorts species stack stacks
    stretch string swarm team ton tons trio types variety wealth
    """.split()
)
#: Parts that can be all that a description names: "a picture of a blue object".
DUMMY_WORDS: Final = frozenset("item items object objects thing things".split())
SUBJECT_LABELS: Final = frozenset(("subject", "subjects", "object", "objects", "focus"))

#: Words that stand for what follows "of".
EMPTY_WORDS: Final = QUANTITY_WORDS | PICTURE_WORDS | PART_WORDS | ART_WORDS
#: Ranks of a phrase: not governed, a noun before a word about the picture, governed, not a noun.
FREE, COMPOUND, GOVERNED, WEAK, NEVER = range(5)


def find_subject(tokens: Sequence[Token], text: str) -> Token | None:
    """Return the main noun of a description, or None if it has none.

    Of a compound noun, such as "fire truck" or "Eiffel Tower", it is the last word.

    Args:
        tokens: the tokens of ``text``, as ``find_tokens`` returns them.
        text: the cleaned text that the positions of the tokens refer to.
    """
    phrase = find_subject_phrase(tokens, find_phrases(tokens, text))
    return None if phrase is None else tokens[phrase.head]


def find_subject_phrase(tokens: Sequence[Token], phrases: Sequence[Phrase]) -> Phrase | None:
    """Return the phrase of the main noun; its head may be another noun of the phrase found."""
    return _Finder(tokens, phrases).find()


class _Finder:
    """Ranks the phrases of one description, in linear time."""

    def __init__(self, tokens: Sequence[Token], phrases: Sequence[Phrase]) -> None:
        self._words = [simple_form(token) for token in tokens]
        self._tokens = tokens
        self._phrases = phrases
        self._wholes = {phrase.after_of for phrase in phrases}
        self._governed: dict[int, bool] = {}
        for phrase in phrases:  # "a group of people" is governed as "a group" is
            whole = phrase.after_of
            stands_for_part = whole < 0 or self._words[whole] in EMPTY_WORDS
            is_governed = self._governed.get(whole, phrase.is_governed)
            self._governed[phrase.head] = is_governed if stands_for_part else True

    def find(self) -> Phrase | None:
        """Return the best phrase of the first sentence that has one."""
        labelled = self._find_labelled()
        if labelled is not None:
            return labelled
        best: tuple[int, Phrase] | None = None
        for phrase in self._phrases:
            if best is not None and best[0] < WEAK and phrase.sentence != best[1].sentence:
                break
            rank, subject = self._rank(phrase)
            if rank < NEVER and (best is None or rank < best[0]):
                best = (rank, subject)
        return best and best[1]

    def _find_labelled(self) -> Phrase | None:
        """Return the phrase after the label "Subject:"."""
        for label, phrase in pairwise(self._phrases):
            if label.is_label and self._words[label.head] in SUBJECT_LABELS:
                return phrase if self._rank(phrase)[0] < NEVER else None
        return None

    def _rank(self, phrase: Phrase) -> tuple[int, Phrase]:
        """Return the rank of a phrase, and the phrase with its noun as the head."""
        word = self._words[phrase.head]
        stands_for_next = word in EMPTY_WORDS and phrase.head in self._wholes
        is_function_word = word in FUNCTION_WORDS and not self._tokens[phrase.head].is_noun
        if phrase.is_label or stands_for_next or is_function_word:
            return NEVER, phrase
        if word in PICTURE_WORDS or word in PART_WORDS:
            return self._rank_compound(phrase)
        is_governed = self._governed[phrase.head]
        if not phrase.has_noun:
            return WEAK if is_governed else COMPOUND, phrase
        if word in ART_WORDS:
            return COMPOUND, phrase
        return GOVERNED if is_governed else FREE, phrase

    def _rank_compound(self, phrase: Phrase) -> tuple[int, Phrase]:
        """Return the noun before a word about the picture: a street scene."""
        nouns = [index for index in phrase.modifiers if self._is_plain_thing(index)]
        if not nouns:
            return WEAK if self._words[phrase.head] in DUMMY_WORDS else NEVER, phrase
        before = tuple(index for index in phrase.modifiers if index < nouns[-1])
        return COMPOUND, replace(phrase, head=nouns[-1], modifiers=before)

    def _is_plain_thing(self, index: int) -> bool:
        word = self._words[index]
        if word in EMPTY_WORDS or self._tokens[index].number is not None:
            return False
        return class_of(word) in (WordClass.THING, WordClass.THING_OR_VERB)
