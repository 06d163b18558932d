"""The structure of a description: its subject, and which noun each other word is about."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from semcodec.words.cleaning import clean_text
from semcodec.words.language import detect
from semcodec.words.language.scores import ENGLISH
from semcodec.words.phrases import Phrase, find_phrases, is_label_number, simple_form
from semcodec.words.subject import find_subject_phrase
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
    """

    subject: Phrase | None
    heads: Mapping[int, int]
    forms: Sequence[str]
    numbers: Sequence[bool]
    counts: Sequence[bool]

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


def find_structure(tokens: Sequence[Token], description: str) -> Structure:
    """Return the structure of ``description``, whose tokens are ``tokens``.

    In another language than English, it has neither a subject nor modifiers.
    """
    is_english = detect(description).language == ENGLISH
    phrases = find_phrases(tokens, clean_text(description)) if is_english else []
    forms = [simple_form(token) for token in tokens]
    numbers = [token.number is not None for token in tokens]
    counts = [_is_count(tokens, index) for index in range(len(tokens))]
    heads: dict[int, int] = {}
    last, sentence = -1, -1
    for phrase in phrases:
        is_same_sentence, sentence = phrase.sentence == sentence, phrase.sentence
        if forms[phrase.head] in POSITIONS and phrase.is_governed:
            # "a cat at the top left": both words are about the cat.
            if is_same_sentence and last >= 0:
                heads.update(dict.fromkeys((*phrase.modifiers, phrase.head), last))
            continue
        heads.update(dict.fromkeys(phrase.modifiers, phrase.head))
        heads.update(_label_heads(phrase, tokens))
        last = phrase.head
    heads.update(_relation_heads(forms, phrases))
    return Structure(find_subject_phrase(tokens, phrases), heads, forms, numbers, counts)


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
