"""The structure of a description: its subject, and which noun each other word is about."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING, Final

from semcodec.words.cleaning import clean_text
from semcodec.words.closed_classes import DEFINITES
from semcodec.words.language import detect
from semcodec.words.language.scores import ENGLISH
from semcodec.words.phrases import (
    Phrase,
    find_marks,
    find_phrases,
    is_label_number,
    simple_form,
)
from semcodec.words.subject import PICTURE_WORDS, QUANTITY_WORDS, find_subject_phrase
from semcodec.words.vocabulary import vocabulary
from semcodec.words.word_classes import WordClass, class_of

if TYPE_CHECKING:
    from semcodec.words.tokens import Token

COLORS: Final = frozenset(
    """
    amber beige black blond blonde blue bronze brown burgundy charcoal copper cream crimson cyan
    emerald gold golden gray green grey indigo ivory khaki lavender lilac lime magenta maroon mauve
    navy ocher ochre olive orange peach pink purple red rust salmon scarlet silver tan teal
    turquoise violet white yellow
    """.split()
)
SIZES: Final = frozenset(
    """
    big bigger biggest enormous giant gigantic great grand huge immense large larger largest little
    long massive medium mini miniature narrow oversized petite short small smaller smallest tall
    tiny towering vast wide
    """.split()
)
POSITIONS: Final = frozenset(
    """
    left right center centre top bottom middle upper lower corner front rear side edge leftmost
    rightmost
    """.split()
)
#: Words that state where a thing is relative to the noun that follows: a bird in front of a house.
RELATIONS: Final = frozenset(
    """
    above across against along alongside amid among around behind below beneath beside besides
    between front near next opposite outside past under underneath
    """.split()
)
#: Nouns that mean nothing without another word: "a blurred background", but not "a background".
FILLERS: Final = frozenset(
    """
    area areas caption background backgrounds description descriptions environment foreground item
    items object objects part parts portion region section side sides something spot stuff surface
    surfaces surrounding surroundings thing things
    """.split()
)
#: Units in words; a number before one of them is about it, and not about the next noun.
UNIT_WORDS: Final = frozenset(
    """
    acre acres cent cents centimeter centimeters day days decade decades degree degrees dollar
    dollars euro euros feet foot gallon gallons gram grams hour hours inch inches kilo kilogram
    kilograms kilometer kilometers kilos liter liters litre litres meter meters metre metres mile
    miles millimeter millimeters minute minutes month months ounce ounces percent piece pint pints
    point pound pounds quart quarts second seconds storey stories story ton tonne tonnes tons watt
    week weeks yard yards year years
    """.split()
)
#: Nouns that words after "is" are not about, but about what follows "of".
EMPTY_HEADS: Final = QUANTITY_WORDS | PICTURE_WORDS
MAX_DISTANCE: Final = 3  #: tokens from a noun to a word about it: dogs are both sleeping
MAX_RELATION: Final = 4  #: words from "front" to the next noun phrase: in front of all the
NOUN_CLASSES: Final = frozenset(WordClass) - {WordClass.MODIFIER, WordClass.VERB, WordClass.OTHER}


@dataclass(frozen=True, slots=True)
class Structure:
    """What each token of a description is about.

    Attributes:
        subject: the phrase of the main noun; None if there is none.
        heads: for the index of each modifier, that of the noun that it is about.
        forms: the word that determines the class of each token, in lower case.
        numbers: for each token, whether it is a number.
        counts: for each token, whether it is a number that is written as a word: two, not 404.
        marks: the mark before each token: "." between sentences, ":" or ",", or "".
    """

    subject: Phrase | None
    heads: Mapping[int, int]
    forms: Sequence[str]
    numbers: Sequence[bool]
    counts: Sequence[bool]
    marks: Sequence[str]

    def is_dependent(self, index: int) -> bool:
        """Return whether a token means little without its noun: two, large, red, left."""
        form = self.forms[index]
        if index not in self.heads:
            return False
        head = self.heads[index]
        is_measure = self.forms[head] in UNIT_WORDS
        is_label = head in self.heads  # of a noun before another one: a Formula 1 car
        if self.numbers[index] and (self.counts[index] or is_measure or is_label):
            return True
        return form in COLORS or form in SIZES or form in POSITIONS

    def is_relation(self, index: int) -> bool:
        """Return whether a token states a position and means little without its noun: beside."""
        return self.forms[index] in RELATIONS and index in self.heads

    def is_color(self, index: int) -> bool:
        """Return whether a token is the name of a color."""
        return self.forms[index] in COLORS

    def is_size(self, index: int) -> bool:
        """Return whether a token is a word of size."""
        return self.forms[index] in SIZES

    def is_filler(self, index: int) -> bool:
        """Return whether a token means nothing without another word."""
        return self.forms[index] in FILLERS

    def is_name_part(self, index: int) -> bool:
        """Return whether a modifier is part of the name of its noun: fire truck, polar bear."""
        form = self.forms[index]
        if self.numbers[index] or form in COLORS or form in SIZES or index not in self.heads:
            return False
        if class_of(form) in NOUN_CLASSES:
            return True
        return vocabulary().is_compound(form, self.forms[self.heads[index]])

    def noun_about(self, index: int) -> int:
        """Return the noun that a token is about, or that it follows closely; -1 if none is.

        A word of the next sentence is not about it: "green background. Brown below".
        """
        if index in self.heads:
            return self.heads[index]
        for noun in range(index - 1, max(-1, index - 1 - MAX_DISTANCE), -1):
            if self.marks[noun + 1] == ".":
                break
            if noun not in self.heads and self._is_noun(noun):
                return noun
        return -1

    def is_other_thing(self, index: int) -> bool:
        """Return whether a noun that was mentioned before is another thing: a dog, another dog."""
        while index > 0 and self.heads.get(index - 1, -1) in (index, self.heads.get(index)):
            index -= 1  # the words before the noun
        return index == 0 or self.forms[index - 1] not in DEFINITES

    def _is_noun(self, index: int) -> bool:
        form = self.forms[index]
        return not self.numbers[index] and form not in POSITIONS and class_of(form) in NOUN_CLASSES


def find_structure(tokens: Sequence[Token], description: str) -> Structure:
    """Return the structure of ``description``, whose tokens are ``tokens``.

    In another language than English, it has neither a subject nor modifiers.
    """
    is_english = detect(description).language == ENGLISH
    phrases = find_phrases(tokens, clean_text(description)) if is_english else []
    forms = [simple_form(token) for token in tokens]
    numbers = [token.number is not None for token in tokens]
    counts = [_is_count(tokens, index) for index in range(len(tokens))]
    marks = list(find_marks(tokens, clean_text(description)))
    heads = _modifier_heads(phrases, tokens, forms)
    heads.update(_place_heads(phrases, forms, marks))
    heads.update(_relation_heads(forms, phrases))
    subject = find_subject_phrase(tokens, phrases)
    return Structure(subject, heads, forms, numbers, counts, marks)


def _modifier_heads(
    phrases: Sequence[Phrase], tokens: Sequence[Token], forms: Sequence[str]
) -> dict[int, int]:
    """Return the words of phrases, each with its noun."""
    counted = {phrase.after_of: phrase.head for phrase in phrases if phrase.after_of >= 0}
    heads: dict[int, int] = {}
    for phrase in phrases:
        if _is_place(phrase, forms):
            continue
        head = phrase.head
        if phrase.modifiers and head < phrase.modifiers[0] and forms[head] in EMPTY_HEADS:
            head = counted.get(head, head)  # "the color of the cat is black"
        heads.update(dict.fromkeys(phrase.modifiers, head))
        heads.update(_label_heads(phrase, tokens))
    return heads


def _is_place(phrase: Phrase, forms: Sequence[str]) -> bool:
    """Return whether a phrase states the place of a noun: on the left; a table, right."""
    return forms[phrase.head] in POSITIONS and (phrase.is_governed or not phrase.has_noun)


def _place_heads(
    phrases: Sequence[Phrase], forms: Sequence[str], marks: Sequence[str]
) -> Iterator[tuple[int, int]]:
    """Yield the words of places, each with the noun of the same sentence that is there.

    That is the noun before it: "a cat at the top left". It is the one after it if none is before,
    or if only the one after it is in the same part of the sentence: "a tree, on the left a house".
    """
    parts = list(accumulate(map(bool, marks)))  # the number of the part, at punctuation
    befores = list(_preceding_nouns(phrases, forms))
    afters = reversed(list(_preceding_nouns(phrases[::-1], forms)))
    for phrase, before, after in zip(phrases, befores, afters, strict=True):
        if not _is_place(phrase, forms):
            continue
        is_with_before = before >= 0 and parts[before] == parts[phrase.head]
        is_with_after = after >= 0 and parts[after] == parts[phrase.head]
        noun = after if before < 0 or (is_with_after and not is_with_before) else before
        if noun >= 0:
            yield from ((index, noun) for index in (*phrase.modifiers, phrase.head))


def _preceding_nouns(phrases: Iterable[Phrase], forms: Sequence[str]) -> Iterator[int]:
    """Yield for each phrase the head of the last one before it in its sentence, or -1.

    Places and nouns that mean nothing alone do not count.
    """
    last, sentence = -1, -1
    for phrase in phrases:
        if phrase.sentence != sentence:
            last, sentence = -1, phrase.sentence
        yield last
        if not _is_place(phrase, forms) and forms[phrase.head] not in FILLERS:
            last = phrase.head


def _relation_heads(forms: Sequence[str], phrases: Sequence[Phrase]) -> Iterator[tuple[int, int]]:
    """Yield the words that state a position, each with the head of the phrase that follows."""
    start = 0
    for phrase in phrases:
        if forms[phrase.head] in RELATIONS:
            continue  # "front" of "in front of"
        first = min((phrase.head, *phrase.modifiers))
        for index in range(start, first):
            if forms[index] in RELATIONS and first - index <= MAX_RELATION:
                yield index, phrase.head
        start = max(start, phrase.head + 1)


def _is_count(tokens: Sequence[Token], index: int) -> bool:
    """Return whether a number is the count of a noun: three, but not 404, XIV, half or a time."""
    word = tokens[index].word
    if tokens[index].number is None or not (word.isalpha() and word.islower()) or word == "half":
        return False
    return index + 1 == len(tokens) or tokens[index + 1].word != "o'clock"


def _label_heads(phrase: Phrase, tokens: Sequence[Token]) -> Iterator[tuple[int, int]]:
    """Yield the numbers between two nouns, each with the noun before it: a Formula 1 car."""
    for noun, number in pairwise(phrase.modifiers):
        is_label = is_label_number(tokens[number]) and tokens[noun].number is None
        if is_label and number == noun + 1 and class_of(simple_form(tokens[noun])) in NOUN_CLASSES:
            yield number, noun
