"""Find the noun phrases of a description: which noun each modifier belongs to.

There is no grammar and no model: determiners, prepositions, verbs and punctuation end a phrase, its
last noun is the head, and the words before the head modify it. A phrase after a preposition is
governed: "a dog on a sofa" is about the dog. Every text is accepted; in one that is not English,
the phrases mean little.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from semcodec.words import closed_classes
from semcodec.words.abbreviations import TITLES
from semcodec.words.closed_classes import IRREGULAR_PLURALS, RELATIVES
from semcodec.words.word_classes import WordClass, class_of

if TYPE_CHECKING:
    from semcodec.words.tokens import Token

DETERMINERS: Final = closed_classes.DETERMINERS | {"no"}
#: Prepositions, and what else begins a phrase about what precedes it.
PREPOSITIONS: Final = closed_classes.PREPOSITIONS | frozenset(
    "as like next than that where which while who whom whose without".split()
)
PRONOUNS: Final = frozenset(
    """
    i you he she it we they them him us me someone somebody something anyone anything everyone
    everything there here this that these those one what its
    """.split()
)
OBJECT_PRONOUNS: Final = frozenset(("him", "me", "them", "us"))
#: Verbs that are in no class of their own because they are function words.
AUXILIARIES: Final = closed_classes.AUXILIARIES | frozenset(
    "get gets getting having let made make makes making".split()
)
#: Verbs about the picture that the table may have as nouns.
DEPICTION_VERBS: Final = frozenset(
    """
    captures contrasts depicts displays features frames highlights illustrates lies portrays
    presents rests reveals showcases shows stretches
    """.split()
)
#: Plurals that are verbs before an object.
OBJECT_VERBS: Final = frozenset(("leaves",))
#: Words for places that are never the noun of a compound.
SIDES: Final = frozenset(("left", "leftmost", "right", "rightmost"))
NAMING_VERBS: Final = frozenset(("called", "named", "titled", "entitled", "labeled", "labelled"))
VERB_ENDINGS: Final = ("s", "ed", "ing", "en", "wn")
COPULAS: Final = frozenset(("is", "are", "was", "were"))
CONJUNCTIONS: Final = frozenset(("and", "or", "but", "plus"))
NOUNS: Final = frozenset((WordClass.THING, WordClass.IDEA))
NOUNS_OR_VERBS: Final = frozenset((WordClass.THING_OR_VERB, WordClass.IDEA_OR_VERB))
SENTENCE_ENDS: Final = frozenset(".!?;\n|\u2022\u3002")
SPACES: Final = frozenset(" \t\u00a0-\u2010\u2011")
#: Abbreviations whose full stop does not end a sentence, in small letters too.
ABBREVIATIONS: Final = frozenset(map(str.lower, TITLES)) | {"no"}


@dataclass(frozen=True, slots=True)
class Phrase:
    """A noun with its modifiers, as indices of tokens.

    Attributes:
        head: the noun.
        modifiers: the content words before the noun, and a number after it, in reading order; for
            "the cat is black" there is a phrase with the words after the verb.
        sentence: the number of the sentence, from 0.
        is_governed: whether a preposition or a participle at the start governs the phrase.
        after_of: the head of the phrase before, if only "of" is between them; else -1.
        is_label: whether a colon follows, as in "Subject: a lighthouse".
        has_noun: whether the head is a noun; otherwise it is the last modifier: "an orange".
    """

    head: int
    modifiers: tuple[int, ...]
    sentence: int
    is_governed: bool
    after_of: int
    is_label: bool
    has_noun: bool


def find_phrases(tokens: Sequence[Token], text: str) -> list[Phrase]:
    """Return the noun phrases of a description, in reading order.

    Args:
        tokens: the tokens of ``text``.
        text: the text that the positions of the tokens refer to; it has the punctuation.
    """
    return list(_PhraseParser(tokens, text).parse())


def simple_form(token: Token) -> str:
    """Return the word that determines the class of a token: ``haired`` of "red-haired"."""
    if len(token.plain) > 1 and token.plain[-1] in PREPOSITIONS:
        return "".join(token.plain)  # close-up, wind-up
    return token.plain[-1] if token.plain else ""


def is_label_number(token: Token) -> bool:
    """Return whether a number may be a part of the name before it: room 404, World War II."""
    is_roman = token.text.isalpha() and token.text.isupper()
    return token.number is not None and (token.text.isdigit() or is_roman)


class _PhraseParser:
    """One pass over the tokens, with the phrase that is being read.

    Between two tokens ``_run`` has the content words of the open phrase. It is closed when a word
    arrives that cannot belong to it, and yields a phrase if it has a noun.
    """

    def __init__(self, tokens: Sequence[Token], text: str) -> None:
        self._tokens = tokens
        self._words = [simple_form(token) for token in tokens]
        self._marks = list(find_marks(tokens, text))
        self._run: list[int] = []
        self._noun_run: list[int] = []  # those of them that can be the head
        self._has_determiner = False
        self._is_governed = False
        self._of: int = -1  # head of the phrase before "of"
        self._last_head = -1
        self._first_head = -1  # of the sentence
        self._has_preposition = False  # whether one is right before the open phrase
        self._main_head = -1  # head of the last phrase that is not governed, in the sentence
        self._predicate_of = -1  # head of the phrase before "is"
        self._is_coordinated = False  # whether the open phrase follows a noun and "and"
        self._has_main = False  # whether the sentence has a phrase that is not governed
        self._sentence = 0
        self._sentence_start = 0

    def parse(self) -> Iterator[Phrase]:
        """Yield the phrases."""
        for index in range(len(self._tokens)):
            yield from self._cross_mark(index)
            yield from self._read(index)
        yield from self._close()

    def _cross_mark(self, index: int) -> Iterator[Phrase]:
        """Handle the punctuation before a token."""
        mark = self._marks[index]
        if not mark or (mark == "," and self._run and not self._noun_run):
            return  # "a large, brown dog" is one phrase
        closed = list(self._close(is_label=mark == ":"))
        self._has_preposition = False
        yield from closed
        self._is_governed = any(phrase.is_governed or phrase.after_of >= 0 for phrase in closed)
        self._last_head = self._of = self._predicate_of = -1
        if mark == ".":
            self._sentence, self._sentence_start = self._sentence + 1, index
            self._first_head = self._main_head = -1
        self._has_main = self._has_main and mark == ","
        # "In a park, people": a new phrase; "a street full of people, cars": still governed.
        self._is_governed = self._is_governed and mark == "," and self._has_main

    def _read(self, index: int) -> Iterator[Phrase]:
        word, token = self._words[index], self._tokens[index]
        if token.is_negated:
            yield from self._close()
        elif token.number is not None:
            yield from self._read_number(index)
        elif token.is_noun:
            yield from self._read_content(index)
        elif word in CONJUNCTIONS:
            yield from self._read_conjunction()
        elif word in DETERMINERS and not self._is_pronoun(index):
            yield from self._close()
            self._has_determiner = True
        elif word in PREPOSITIONS or self._is_position(index):
            yield from self._read_preposition(index)
        elif word in PRONOUNS or word in AUXILIARIES:
            last, is_clause = self._last_head, not self._has_preposition
            yield from self._close()
            self._is_governed, self._of = False, -1
            self._has_preposition = False
            if is_clause and self._last_head >= 0:
                self._main_head = self._last_head  # "legs covered in fur, and hooves are brown"
            self._predicate_of = self._described(index, last) if word in COPULAS else -1
        else:
            yield from self._read_content(index)

    def _described(self, index: int, last: int) -> int:
        """Return the noun that the words after "is" are about; -1 after a pronoun.

        That is "roof" in "the roof of the house is red", but "sofa" in "a cat on a sofa that is".
        """
        before = self._words[index - 1] if index else ""
        if before in RELATIVES:
            return last
        if before in PRONOUNS and before not in OBJECT_PRONOUNS:
            return -1
        return self._main_head if self._main_head >= 0 else self._last_head

    def _read_number(self, index: int) -> Iterator[Phrase]:
        """Read a number: it follows its noun in "room 404", and starts a phrase in "two dogs"."""
        if self._noun_run and is_label_number(self._tokens[index]):
            self._run.append(index)
            return
        if self._noun_run:
            yield from self._close()
        self._run.append(index)
        self._has_determiner = True

    def _read_conjunction(self) -> Iterator[Phrase]:
        """Close a phrase that has a noun: what follows is governed as it is."""
        if self._noun_run:
            closed = list(self._close())
            yield from closed
            self._is_governed = any(phrase.is_governed or phrase.after_of >= 0 for phrase in closed)
            self._is_coordinated = True
            self._has_preposition = False

    def _read_preposition(self, index: int) -> Iterator[Phrase]:
        word, was_governed, last = self._words[index], self._is_governed, self._last_head
        if word == "of" and self._marks[index] == ",":
            last = self._first_head  # "a photograph, taken at night, of a tower"
        if self._run:
            closed = list(self._close())
            yield from closed
            last = closed[-1].head if closed else -1
            was_governed = closed[-1].is_governed if closed else was_governed
        self._has_preposition = True
        self._of = last if word == "of" else -1
        self._is_governed = was_governed if self._of >= 0 else True

    def _read_content(self, index: int) -> Iterator[Phrase]:
        kind = self._class_at(index)
        if kind is WordClass.OTHER:
            if self._noun_run:
                yield from self._close()
            return
        is_predicate = self._predicate_of >= 0 and self._words[index].endswith("ed")
        if is_predicate and not self._run and self._word_after(index) not in PREPOSITIONS:
            kind = WordClass.MODIFIER  # "is blurred"
        if kind is WordClass.VERB and not self._is_modifying_verb(index):
            is_leading = index == self._sentence_start and not self._words[index].endswith("s")
            yield from self._close()
            self._is_governed, self._of = is_leading, -1
            return
        if kind is WordClass.MODIFIER and self._noun_run and not self._noun_follows(index):
            yield from self._close()
        self._run.append(index)
        if kind in NOUNS:
            self._noun_run.append(index)

    def _class_at(self, index: int) -> WordClass:
        """Return the class of a token at its position: noun or verb for words that are both."""
        word = self._words[index]
        kind = class_of(word)
        if self._is_name(index) or self._tokens[index].is_noun:
            return WordClass.THING
        if word in SIDES or word == "lower":
            return WordClass.MODIFIER  # "plants left" are not a kind of left
        if (
            index + 1 < len(self._tokens)
            and self._tokens[index + 1].start < self._tokens[index].end
        ):
            return WordClass.MODIFIER  # "sun" of "sun-drenched", which was split
        if word in DEPICTION_VERBS and self._noun_run:
            return WordClass.VERB
        if word in OBJECT_VERBS and self._noun_run and self._word_after(index) in DETERMINERS:
            return WordClass.VERB  # "a car leaves the pit"
        if kind is WordClass.VERB and self._is_open() and not word.endswith(VERB_ENDINGS):
            return WordClass.IDEA  # "a spring roll"
        if kind not in NOUNS_OR_VERBS:
            return kind
        return WordClass.VERB if self._is_used_as_verb(index) else WordClass.THING

    def _is_used_as_verb(self, index: int) -> bool:
        """Return whether a word that is noun and verb is a verb after what precedes it."""
        word = self._words[index]
        if not self._noun_run:
            before = self._words[index - 1] if index else ""
            is_free = not self._run and not self._has_determiner
            if word.endswith("s"):
                is_free = is_free and index > self._sentence_start and not self._is_governed
                return is_free and self._object_follows(index)
            is_imperative = self._word_after(index) in ("a", "an", "the")
            return is_free and (before in AUXILIARIES or before in PRONOUNS or is_imperative)
        last = self._words[self._run[-1]]
        is_plural = last in IRREGULAR_PLURALS or (last.endswith("s") and not last.endswith("ss"))
        if is_plural or not word.endswith("s"):  # "people walk", "a boy and a girl walk along"
            return is_plural or (self._is_coordinated and self._object_follows(index))
        # "Dog walks on" is a noun and a verb; "two fruit stands" and "fruit stands are" are not.
        is_counted = any(self._tokens[other].number is not None for other in self._run)
        return not is_counted and self._word_after(index) not in AUXILIARIES

    def _is_modifying_verb(self, index: int) -> bool:
        """Return whether a verb stands before a noun: a smiling woman, a snow covered hill."""
        word = self._words[index]
        if not word.endswith(("ing", "ed", "en", "wn")):
            return False
        if word in NAMING_VERBS and self._noun_run:
            return False  # "a shop called Ramen House"
        if self._noun_run:
            return word.endswith("ed") and self._noun_follows(index)
        is_first = index == self._sentence_start
        if is_first or not (self._run or self._has_determiner):
            return self._noun_follows(index)
        return True

    def _object_follows(self, index: int) -> bool:
        following = self._word_after(index)
        return following in DETERMINERS or following in PREPOSITIONS or not following

    def _noun_follows(self, index: int) -> bool:
        return self._is_content(index + 1, WordClass.VERB, WordClass.MODIFIER, WordClass.OTHER)

    def _is_content(self, index: int, *excluded: WordClass) -> bool:
        """Return whether a content word without punctuation before it is at ``index``."""
        if (
            index >= len(self._words)
            or self._marks[index]
            or self._tokens[index].number is not None
        ):
            return False
        if self._tokens[index].is_noun:
            return True
        word = self._words[index]
        if word in DETERMINERS or word in PREPOSITIONS or word in PRONOUNS or word in AUXILIARIES:
            return False
        return word not in CONJUNCTIONS and class_of(word) not in excluded

    def _is_pronoun(self, index: int) -> bool:
        """Return whether a determiner stands alone: "this is a dog"."""
        word = self._words[index]
        return word in PRONOUNS and not (self._is_content(index + 1) or self._is_number(index + 1))

    def _is_number(self, index: int) -> bool:
        return index < len(self._tokens) and self._tokens[index].number is not None

    def _is_position(self, index: int) -> bool:
        """Return whether "left", "right" or "close" is a preposition: left of, close to."""
        return (
            self._words[index] in ("left", "right", "front", "close", "adjacent")
            and bool(self._noun_run)
            and self._word_after(index) in ("of", "to")
        )

    def _is_open(self) -> bool:
        """Return whether a determiner or a modifier waits for its noun."""
        return (self._has_determiner or bool(self._run)) and not self._noun_run

    def _word_after(self, index: int) -> str:
        after = index + 1
        return self._words[after] if after < len(self._words) and not self._marks[after] else ""

    def _is_name(self, index: int) -> bool:
        """Return whether a capital letter shows that a verb is part of a name: Golden Gate."""
        is_inside = index > self._sentence_start and self._tokens[index].text.istitle()
        return is_inside and class_of(self._words[index]) is WordClass.VERB

    def _close(self, is_label: bool = False) -> Iterator[Phrase]:
        """Yield the open phrase, if it has a head, and start the next one."""
        nouns, run = self._noun_run, self._run
        if run and not nouns and self._predicate_of >= 0:
            yield Phrase(self._predicate_of, tuple(run), self._sentence, True, -1, False, True)
            run = []
        heads = nouns or self._possible_heads(run)
        if heads and (nouns or self._has_determiner or is_label):
            head = heads[-1]
            others = tuple(index for index in run if index != head)
            yield Phrase(
                head, others, self._sentence, self._is_governed, self._of, is_label, bool(nouns)
            )
            self._last_head = head
            if not (self._is_governed or self._of >= 0):
                self._has_main, self._main_head = True, head
            self._first_head = head if self._first_head < 0 else self._first_head
        elif run and self._tokens[run[-1]].number is not None:
            self._last_head = run[-1]  # "one of the horses"
        else:
            self._last_head = -1
        if self._run:
            self._is_coordinated = False
            self._is_governed, self._of = False, -1
            self._predicate_of = -1
        self._run, self._noun_run, self._has_determiner = [], [], False

    def _possible_heads(self, run: Sequence[int]) -> list[int]:
        """Return the possible heads of a phrase without a noun: not a verb, if there is another."""
        words = [index for index in run if self._tokens[index].number is None]
        others = [index for index in words if class_of(self._words[index]) is not WordClass.VERB]
        return others or words


def find_marks(tokens: Sequence[Token], text: str) -> Iterator[str]:
    """Yield the mark before each token: "." between sentences, ":" or ",", or "" for nothing."""
    end = 0
    for index, token in enumerate(tokens):
        gap = text[end : token.start]
        end = token.end
        marks = set(gap) - SPACES
        if index == 0 or not marks:
            yield ""
        elif ":" in marks:
            yield ":"
        elif marks & SENTENCE_ENDS and not (
            marks == {"."} and simple_form(tokens[index - 1]) in ABBREVIATIONS
        ):
            yield "."
        else:
            yield "," if marks - {".", "'", '"', "*", "_"} or "*" in marks else ""
