"""Find the candidates of a selection: the content words of a description, with their importance."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Final

from semcodec.errors import InputError
from semcodec.words.language.foreign_words import find_foreign_tokens
from semcodec.words.matching import synonyms
from semcodec.words.numbers.words import CARDINALS
from semcodec.words.selection.candidates import SUBJECT_WEIGHT, Candidate, in_reading_order
from semcodec.words.selection.channel import WordChannel
from semcodec.words.selection.request import SelectionRequest
from semcodec.words.skeletons import singulars
from semcodec.words.stopwords import FUNCTION_WORDS
from semcodec.words.structure import UNIT_WORDS, Structure, find_structure
from semcodec.words.tokens import Token
from semcodec.words.vocabulary import UNKNOWN_SALIENCE, vocabulary

# In eighths of a bit, like the costs in the tables.
POSITION_PENALTY: Final = 3  #: for each preceding candidate
REPEAT_BONUS: Final = 8  #: for each repetition
MAX_REPEATS: Final = 3  #: repetitions that count
REPEATED_PENALTY: Final = 16  #: for a word that is sent already, about another noun
SIZE_PENALTY: Final = 8  #: for a word of size, so that it does not displace other modifiers

AGE_WORDS: Final = frozenset(("old",))


def find_candidates(request: SelectionRequest) -> list[Candidate]:
    """Return the content words that the channel can send, in reading order.

    Each is there once, as the singular or plural that occurs first. A number, size, color or place
    of several nouns is there once for each ("gray statue, gray background"), if the coding keeps
    the order of words. What the description negates is never a candidate, and neither is
    filler that nothing is about ("dogs, background"). If there are only stop words, those are
    the candidates.

    Raises:
        InputError: the description only states what is not there.
    """
    return _CandidateFinder(request).find()


def _refuse_only_negations(tokens: Sequence[Token]) -> None:
    if any(token.is_negated and token.plain for token in tokens):
        raise InputError(
            "The description only states what is not there: give one that states what is in the "
            "picture."
        )


def find_sendable(request: SelectionRequest) -> list[Candidate]:
    """Return all tokens that the channel can send and that are there, in order, without weights.

    The function words that lead to what is not there are left out with it: of "a street with no
    people", ``a street`` is there.
    """
    return _sendable(find_foreign_tokens(request.description), request.channel)


def _sendable(tokens: Sequence[Token], channel: WordChannel) -> list[Candidate]:
    present: list[int] = []
    for index, token in enumerate(tokens):
        if not token.is_negated:
            present.append(index)
            continue
        while present and _is_function_word(tokens[present[-1]]):
            present.pop()
    used = {word for token in tokens for word in token.plain}
    sendable = [
        Candidate(index, 0, spelled[0], _others(spelled, used, channel), tokens[index])
        for index in present
        if not tokens[index].is_name and (spelled := channel.spellings(tokens[index]))
    ]
    return in_reading_order([*sendable, *_sendable_names(tokens, channel)])


def _others(
    spelled: Sequence[tuple[str, ...]], used: set[str], channel: WordChannel
) -> tuple[tuple[str, ...], ...]:
    """Return the other ways to send a token: spellings of a number, or synonyms of a word.

    A synonym is sent if a decoder misreads the word itself: of ``road`` the skeleton is that of
    red, so it is sent as ``street``. One that is in the description itself is left out.
    """
    if len(spelled) > 1 or channel.coding != "nibble":
        return tuple(spelled[1:])
    return tuple((word,) for word in synonyms(" ".join(spelled[0])) if word not in used)


def _join_units(candidates: Sequence[Candidate], structure: Structure) -> Iterator[Candidate]:
    """Yield the candidates, a number and the word of its unit as one: ``two liter`` of a bottle.

    The number alone would count another noun: two bottles.
    """
    position = 0
    while position < len(candidates):
        candidate, end = candidates[position], position + 1
        if candidate.is_number or candidate.key in CARDINALS:
            end = _units_end(candidates, end, structure)
        units = tuple(word for unit in candidates[position + 1 : end] for word in unit.words)
        yield replace(
            candidate,
            words=candidate.words + units,
            others=tuple(words + units for words in candidate.others),
        )
        position = end


def _units_end(candidates: Sequence[Candidate], position: int, structure: Structure) -> int:
    """Return the end of the unit that is at ``position`` right after a number, if there is one.

    In "two feet on a rug" the feet are not a unit: the number is about them.
    """
    number, end = candidates[position - 1], position
    for units in (UNIT_WORDS, AGE_WORDS):
        if end == len(candidates) or candidates[end].key not in units:
            break
        before, unit = candidates[end - 1], candidates[end]
        is_apart = unit.index != before.index + 1 or _gap(before, unit) > 1
        if is_apart or structure.heads.get(number.index) == unit.index:
            break
        end += 1
    return end


def _gap(first: Candidate, second: Candidate) -> int:
    """Return the number of characters between two candidates of a description."""
    return second.token.start - first.token.end if first.token and second.token else 0


def _sendable_names(tokens: Sequence[Token], channel: WordChannel) -> Iterator[Candidate]:
    """Yield one candidate for each name with a negation, if the channel can send all of it.

    In parts or in another order it may mean the contrary: ``No Smoking`` is not smoking.
    """
    if not channel.keeps_order:
        return
    for is_name, group in groupby(enumerate(tokens), key=lambda item: item[1].is_name):
        if not is_name:
            continue
        parts = list(group)
        spelled = [channel.spellings(token) for _, token in parts]
        if all(spelled):
            words = tuple(word for spellings in spelled for word in spellings[0])
            yield Candidate(parts[0][0], 0, words, (), parts[0][1])


def _is_function_word(token: Token) -> bool:
    return not (token.is_name or token.is_noun) and token.text in FUNCTION_WORDS


class _CandidateFinder:
    """Weighs the words of one description.

    A name stands for all tokens that are the same word, in the singular or plural.
    """

    def __init__(self, request: SelectionRequest) -> None:
        self._keeps_order = request.channel.keeps_order
        tokens = find_foreign_tokens(request.description)
        self._structure = find_structure(tokens, request.description)
        sendable = list(_join_units(_sendable(tokens, request.channel), self._structure))
        content = [candidate for candidate in sendable if candidate.is_content]
        if not content:
            _refuse_only_negations(tokens)
        self._content = self._drop_empty_fillers(content) or content or sendable
        self._by_index = {candidate.index: candidate for candidate in self._content}
        self._names = _find_names(self._content)
        self._mentioned: dict[int, Candidate] = {}
        self._numbers = {candidate.index for candidate in self._content if candidate.is_number}

    def find(self) -> list[Candidate]:
        """Return the candidates with their weights."""
        counts = Counter(self._names.values())
        first: dict[str, Candidate] = {}
        found: dict[int, Candidate] = {}
        for rank, candidate in enumerate(self._mentions()):
            name = self._names[candidate.index]
            is_repeat = name in first
            weight = _weight(candidate.key, rank, 1 if is_repeat else counts[name])
            weight -= REPEATED_PENALTY * is_repeat
            weight -= SIZE_PENALTY * self._structure.is_size(candidate.index)
            found[candidate.index] = replace(candidate, weight=weight, is_repeat=is_repeat)
            first.setdefault(name, candidate)
        return self._rank_phrases(found, first)

    def _drop_empty_fillers(self, content: list[Candidate]) -> list[Candidate]:
        """Return ``content`` without filler that no other content word is about."""
        structure = self._structure
        described = {
            structure.heads.get(candidate.index)
            for candidate in content
            if not (structure.is_filler(candidate.index) or structure.is_relation(candidate.index))
        }
        empty = {
            candidate.index
            for candidate in content
            if structure.is_filler(candidate.index) and candidate.index not in described
        }
        return [
            candidate
            for candidate in content
            if candidate.index not in empty
            and not (
                structure.is_relation(candidate.index) and structure.heads[candidate.index] in empty
            )
        ]

    def _mentions(self) -> Iterator[Candidate]:
        """Yield the first token of each name, and those that are about another noun."""
        names: set[str] = set()
        seen: set[tuple[str, str]] = set()
        for candidate in self._content:
            name, place = self._names[candidate.index], self._place(candidate)
            if name not in names or (place and (name, place) not in seen):
                yield candidate
            names.add(name)
            seen.add((name, place))

    def _place(self, candidate: Candidate) -> str:
        """Return the noun that a word is about, if it may be needed once for each; else ""."""
        structure, index = self._structure, candidate.index
        if not self._keeps_order or not (candidate.is_number or structure.is_dependent(index)):
            return ""
        head = structure.heads.get(index, -1)
        name = self._names.get(head, str(index) if candidate.is_number else "")
        is_label = candidate.is_number and index > head >= 0
        is_in_row = candidate.is_number and index - 1 in self._numbers  # "4 4 4"
        if is_label or is_in_row:
            return f"{name} {index - head}"
        following = index + 1
        is_count = candidate.is_number and following in self._names  # "one red and one blue ball"
        has_modifier = is_count and structure.is_dependent(following)
        return f"{name} {self._names[following]}" if has_modifier else name

    def _rank_phrases(
        self, found: dict[int, Candidate], first: Mapping[str, Candidate]
    ) -> list[Candidate]:
        """Return candidates: no modifier before its noun, and the subject before all others."""
        structure = self._structure
        for index, candidate in found.items():
            noun = first.get(self._names.get(structure.heads.get(index, -1), ""))
            if noun is not None and noun.index != index:
                head = found[noun.index]
                found[index] = replace(
                    candidate,
                    weight=min(candidate.weight, head.weight - 1),
                    head=head.index,
                    is_dependent=structure.is_dependent(index) or structure.is_relation(index),
                )
            elif structure.is_filler(index):
                found[index] = replace(candidate, is_filler=True)
            found[index] = replace(found[index], about=self._noun_about(index, first))
        self._lower_sizes(found)
        for rank, index in enumerate(self._subject_indices(first)):
            if index in found:
                found[index] = replace(found[index], weight=SUBJECT_WEIGHT - rank)
        return list(found.values())

    def _noun_about(self, index: int, first: Mapping[str, Candidate]) -> Candidate | None:
        """Return the noun that a word is about, where it is mentioned."""
        noun = self._structure.noun_about(index)
        if noun in self._names and noun not in self._mentioned:
            head, mentioned = first[self._names[noun]], self._by_index[noun]
            is_other = noun != head.index and (
                mentioned.key != head.key or self._structure.is_other_thing(noun)
            )
            self._mentioned[noun] = replace(mentioned, head=head.index, is_repeat=is_other)
        return self._mentioned.get(noun)

    def _lower_sizes(self, found: dict[int, Candidate]) -> None:
        """Give words of size a lower weight than the other words about the same noun."""
        is_size = self._structure.is_size
        lowest: dict[int, int] = {}
        for index, other in found.items():
            if other.head >= 0 and not is_size(index):
                lowest[other.head] = min(other.weight, lowest.get(other.head, other.weight))
        for index, size in found.items():
            if is_size(index) and size.head in lowest:
                weight = min(size.weight, lowest[size.head] - 1)
                found[index] = replace(size, weight=weight)

    def _subject_indices(self, first: Mapping[str, Candidate]) -> Iterator[int]:
        """Yield the noun of the subject, its number, the rest of its name, and its color."""
        subject, structure = self._structure.subject, self._structure
        if subject is None or subject.head not in self._names:
            return
        yield first[self._names[subject.head]].index
        yield from (
            index
            for index in subject.modifiers
            if structure.numbers[index] and structure.heads[index] == subject.head
        )
        yield from (index for index in reversed(subject.modifiers) if structure.is_name_part(index))
        yield from (index for index in subject.modifiers if structure.is_color(index))


def _find_names(candidates: Iterable[Candidate]) -> dict[int, str]:
    """Return for the index of each candidate the first form in which its word occurs."""
    by_form: dict[str, str] = {}
    names: dict[int, str] = {}
    for candidate in candidates:
        forms = (candidate.key, *singulars(candidate.key))
        name = next((by_form[form] for form in forms if form in by_form), candidate.key)
        names[candidate.index] = name
        for form in forms:
            by_form.setdefault(form, name)
    return names


def _weight(key: str, index: int, count: int) -> int:
    repeats = min(count - 1, MAX_REPEATS)
    return _salience(key) - POSITION_PENALTY * index + REPEAT_BONUS * repeats


def _salience(key: str) -> int:
    """Return the importance of a word; of several words that belong together, that of a name."""
    return UNKNOWN_SALIENCE if " " in key else vocabulary().salience(key)
