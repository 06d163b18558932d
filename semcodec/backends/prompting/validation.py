"""Validate the answers of models: find the usable part, and the problem with the rest.

A check returns the best usable value and, if a second answer may be better, a problem. It never
raises: if nothing is usable, the value is None.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Generic, TypeVar

from semcodec.backends.guides import Box
from semcodec.backends.prompting import answers, parsing, statements
from semcodec.backends.prompting.box_coordinates import BOX_UNITS
from semcodec.backends.prompting.chat import ChatResponse
from semcodec.backends.prompting.located_boxes import parse_boxes
from semcodec.backends.prompting.probe import Probe, split_lines
from semcodec.backends.protocols import Answer
from semcodec.words.language import detect, has_words
from semcodec.words.language.foreign_words import find_foreign_tokens
from semcodec.words.presence import Presence, states_only_absence
from semcodec.words.scripts import is_unspaced
from semcodec.words.skeleton_readings import find_slip
from semcodec.words.skeletons import TO_SYMBOLS, is_abbreviation, skeleton_of_word
from semcodec.words.stopwords import FUNCTION_WORDS
from semcodec.words.tokenizer import MAX_TEXT, tokenize
from semcodec.words.tokens import find_tokens
from semcodec.words.vocabulary import vocabulary

T = TypeVar("T")
MISSING_PERCENT: Final = 10  #: percentage of the requested words that may be missing
MAX_EDIT: Final = 300  #: characters in the text of a change to an image
STEM_LENGTH: Final = 4  #: leading letters that identify a word whatever its ending
PREFIX_LENGTH: Final = 3  #: leading letters that two forms of a word share, such as sit and sitting
MAX_SUFFIX: Final = 4  #: maximum difference in length of two forms of a word
MAX_SHOWN: Final = 5  #: words in a note
LOOKAHEAD: Final = 64  #: words in which the next match for a skeleton is searched
MAX_REFUSAL: Final = 400  #: characters; an apology in a longer text is part of a description
NO_CHANGE_RE: Final = re.compile(
    r"(none(?! of\b)|nothing|no( important| significant)? (change|difference)s?)\b"
    r"(?!.*\b(but|except)\b).{0,40}$|no$"
)
ADDITION_RE: Final = re.compile(r"(please )?(add|draw|include|insert|paint|place|put)\b", re.I)
REFUSAL_RE: Final = re.compile(
    r"(i['’]?m |i am )?(sorry|unable|not able)\b|i (can['’]?t|cannot|can not|won['’]?t|will not)\b"
    r"|(as|i am|i['’]?m) an? (text-based |large )?(ai|language model)\b|unfortunately, i\b"
    r"|i (do not|don['’]?t) (see|have)\b|i apologi[sz]e\b",
    re.I,
)
SELF_REFERENCE_RE: Final = re.compile(r"\b(i|me|ai)\b", re.I)


@dataclass(frozen=True, slots=True)
class Validated(Generic[T]):
    """The result of a check.

    Attributes:
        value: the usable part of the answer; None if there is none.
        problem: the problem with the answer; empty if it is fine.
        is_refusal: whether the model declined.
        repair: how the value differs from the answer, for the trace; empty if it does not.
        is_blind: whether the model described nothing, because it did not see the picture.
        notice: a sentence for the user; empty if there is none.
    """

    value: T | None
    problem: str = ""
    is_refusal: bool = False
    repair: str = ""
    is_blind: bool = False
    notice: str = ""


def check_description(response: ChatResponse, probe: Probe | None = None) -> Validated[str]:
    """Check a description: complete sentences with at least one word, without talk around them.

    Wrong answers to the questions of the probe make a suspicious description unusable. Alone they
    only cause a notice, because a weak model mixes up places and colors.

    Args:
        response: a text, or a JSON object with the field ``description``.
        probe: the right answers to questions about the picture, which the response may contain.
    """
    text, fields = parsing.description_fields(parsing.strip_wrappers(response.text))
    if probe and not fields:
        text, fields = split_lines(text)
    whole = parsing.whole_sentences(text) if response.is_truncated else text
    judged = answers.judge_answer(whole)
    mismatch = probe.describe_mismatch(fields) if probe else ""
    if mismatch and judged.is_suspicious:
        return Validated(None, f"it does not fit the picture: {mismatch}", is_blind=True)
    if judged.is_refusal or judged.is_blind:
        return Validated(None, judged.problem, judged.is_refusal, is_blind=judged.is_blind)
    if not has_words(judged.description):
        return Validated(None, "truncated" if response.is_truncated else "no words")
    if states_only_absence(judged.description):
        return Validated(None, "it only states what is not in the picture")
    repair = "" if judged.description == whole else "talk around the description was removed"
    notice = f"The describer may not see the picture: {mismatch}." if mismatch else ""
    return Validated(judged.description, repair=repair, notice=notice)


def check_english_description(response: ChatResponse, probe: Probe | None = None) -> Validated[str]:
    """Check a description that must be in English; one in another language can still be used."""
    checked = check_description(response, probe)
    if checked.value is None or checked.problem:
        return checked
    detected = detect(checked.value)
    problem = "" if detected.is_english else f"it is {detected.predicate}, not English"
    return replace(checked, problem=problem)


def check_selection(
    response: ChatResponse, description: str, k: int, by_rule: Sequence[str]
) -> Validated[list[str]]:
    """Check a selection of ``k`` words from ``description``.

    A word that is not in the description in any form is dropped, because the model invented it. A
    word that is only negated there is replaced by the next word of the rules, because a painter
    would paint it; a second request would only cost more.

    Args:
        response: the answer.
        description: the description from which words were selected.
        k: the number of words requested.
        by_rule: the words that the rules select; a model is expected to find as many, up to ``k``.
    """
    if not detect(description).is_english:
        return _check_foreign_selection(response, description, k, len(by_rule))
    presence = Presence(description)
    names = _names_by_letters(description)
    whole = frozenset(names.values())
    usable = [
        word
        for word in dict.fromkeys(_words_and_names(response, names))
        if word in whole or (word not in FUNCTION_WORDS and skeleton_of_word(word))
    ]
    lengths = _lengths_by_prefix(presence.words)
    negated = [word for word in usable if word not in whole and presence.is_negated(word)]
    selected = [
        word
        for word in usable
        if word in whole or (word not in negated and _is_form_of_any(word, lengths))
    ]
    expected, count = min(k, len(by_rule)), len(selected) + len(negated)
    others = [word for word in presence.drop_negated(by_rule) if word not in selected]
    selected = [*selected, *others[: len(negated)]][:k]
    repair = _list_negated(negated)
    if 100 * count < (100 - MISSING_PERCENT) * expected or not selected:
        problem = f"{count} usable words in place of {expected}"
        return Validated(selected or None, problem, repair=repair)
    return Validated(selected, repair=repair)


def _check_foreign_selection(
    response: ChatResponse, description: str, k: int, available: int
) -> Validated[list[str]]:
    """Check a selection from a description in another language, whose words keep their letters.

    A script without spaces may be cut into other words than by the rules, so there a word only has
    to occur in the description.
    """
    described = [token.text.lower() for token in find_foreign_tokens(description)]
    lengths, text = _lengths_by_prefix(described), description.lower()
    entries = [] if _is_refusal(response) else parsing.list_entries(response.text)
    words = [token.text for entry in entries for token in find_tokens(entry)]
    usable = [
        word
        for word in dict.fromkeys(words)
        if word.lower() in described
        or (word in text if is_unspaced(word) else _is_form_of_any(word.lower(), lengths))
    ]
    expected = min(k, available)
    if 100 * len(usable) < (100 - MISSING_PERCENT) * expected:
        return Validated(usable or None, f"{len(usable)} usable words in place of {expected}")
    return Validated(usable[:k])


def check_skeletons(response: ChatResponse, by_rule: Sequence[str]) -> Validated[list[str]]:
    """Check that each word has a skeleton; replace one that does not fit by that in ``by_rule``.

    Letters that are not symbols are folded by the rule: ``wndw`` is fine for window.
    """
    if _is_refusal(response):
        return Validated(None, "refused", is_refusal=True)
    entries = ["".join(entry.lower().split()) for entry in parsing.list_entries(response.text)]
    skeletons = [entry.translate(TO_SYMBOLS) for entry in entries]
    if len(skeletons) != len(by_rule):
        return Validated(None, f"{len(skeletons)} short forms for {len(by_rule)} words")
    pairs = list(zip(skeletons, by_rule, strict=True))
    value = [skeleton if _fits(skeleton, rule) else rule for skeleton, rule in pairs]
    wrong = sum(not _fits(skeleton, rule) for skeleton, rule in pairs)
    problem = f"{wrong} of {len(by_rule)} short forms do not fit their words" if wrong else ""
    return Validated(value, problem)


def check_words(response: ChatResponse, skeletons: Sequence[str]) -> Validated[list[str]]:
    """Check that each skeleton has a word; replace a word that does not fit by an empty one."""
    words = _align(_words(response), skeletons)
    missing = words.count("")
    problem = f"{missing} of {len(skeletons)} words do not fit their short forms" if missing else ""
    return Validated(words if any(words) else None, problem)


def check_prompt(response: ChatResponse, words: Sequence[str]) -> Validated[str]:
    """Check a prompt: a description that contains at least half of ``words``."""
    description = check_description(response)
    if description.value is None:
        return description
    text = f"{' '.join(tokenize(description.value))} {description.value.casefold()}"
    stems = ["".join(tokenize(word) or word.casefold())[:STEM_LENGTH] for word in words]
    missing = sum(stem not in text for stem in stems)
    if 2 * missing > len(words):
        return Validated(None, f"{missing} of the {len(words)} words are missing")
    return description


def check_edit(response: ChatResponse, wanted: str) -> Validated[str]:
    """Check a change to an image: one short sentence; the value is empty for no change.

    It must not add what ``wanted``, the description of the picture as it should be, negates.
    """
    text = " ".join(parsing.strip_wrappers(response.text).split())
    if _is_refusal(response):
        return Validated(None, "refused", is_refusal=True)
    if NO_CHANGE_RE.match(text.strip(" .!").lower()):
        return Validated("")
    if not _has_word(text):
        return Validated(None, "no words")
    if ADDITION_RE.match(text) and (added := _negated_words(text, wanted)):
        return Validated(None, f"adds {added[0]!r}, which is not there")
    if len(text) > MAX_EDIT:
        return Validated(parsing.whole_sentences(text[:MAX_EDIT]), "longer than one sentence")
    return Validated(text)


def check_boxes(
    response: ChatResponse, words: Sequence[str], size: tuple[int, int]
) -> Validated[list[list[Box]]]:
    """Check the boxes of words: the value has those that are possible, for each word in order.

    Args:
        response: the boxes, in any form that ``located_boxes.parse_boxes`` reads.
        words: the words, in the order in which the model got them.
        size: width and height in pixels of the picture that it saw.
    """
    located = parse_boxes(response.text, words, size)
    if not located.found and not located.is_empty:
        judged = answers.judge_answer(parsing.strip_wrappers(response.text))
        if _is_refusal(response) or judged.is_refusal:
            return Validated(None, "refused", is_refusal=True)
        return Validated(None, "no boxes", is_blind=judged.is_blind)
    if located.found == located.impossible > 0:
        return Validated(None, f"no box is within the picture, from 0 to {BOX_UNITS}")
    if located.found == located.unknown > 0:
        return Validated(located.boxes, "no label is one of the words")
    if 100 * located.impossible > MISSING_PERCENT * located.found:
        problem = f"{located.impossible} of {located.found} boxes are not within the picture"
        return Validated(located.boxes, problem)
    number = f"{located.unknown} of {located.found} boxes"
    repair = f"left out {number}, whose labels are not words" if located.unknown else ""
    return Validated(located.boxes, repair=repair)


def check_answers(response: ChatResponse, stated: Sequence[str]) -> Validated[list[Answer]]:
    """Check that each statement has an answer; the value has ``"unsure"`` for those that have none.

    Args:
        response: the answers, in any form that ``statements.parse_answers`` reads.
        stated: the statements, in the order of their numbers.
    """
    parsed = statements.parse_answers(response.text, stated)
    if not any(parsed):
        judged = answers.judge_answer(parsing.strip_wrappers(response.text))
        if _is_refusal(response) or judged.is_refusal:
            return Validated(None, "refused", is_refusal=True)
        return Validated(None, "no statement has an answer", is_blind=judged.is_blind)
    value: list[Answer] = [answer or "unsure" for answer in parsed]
    if missing := parsed.count(None):
        return Validated(value, f"{missing} of {len(stated)} statements have no clear answer")
    is_all_unsure = set(value) == {"unsure"}
    return Validated(value, repair="every statement is unsure" if is_all_unsure else "")


def _list_negated(words: Sequence[str]) -> str:
    """Return the repair of a selection with ``words``, which the description negates."""
    if not words:
        return ""
    shown = ", ".join(map(repr, words[:MAX_SHOWN]))
    return f"left out {shown}, which the description says is not there"


def _negated_words(text: str, description: str) -> list[str]:
    """Return the words of ``text`` that ``description`` only negates."""
    presence = Presence(description[:MAX_TEXT])
    return [word for word in Presence(text[:MAX_EDIT]).words if presence.is_negated(word)]


def _has_word(text: str) -> bool:
    return any(map(skeleton_of_word, tokenize(text)))


def _words(response: ChatResponse) -> list[str]:
    """Return the words of a list; none if the model declined instead of listing any."""
    if _is_refusal(response):
        return []
    return [word for entry in parsing.list_words(response.text) for word in tokenize(entry)]


def _words_and_names(response: ChatResponse, names: Mapping[str, str]) -> Iterator[str]:
    """Yield the words of a list; a name or number of the description is whole, as it is there."""
    if _is_refusal(response):
        return
    for entry in parsing.list_entries(response.text):
        for token in find_tokens(entry[:MAX_TEXT]):
            name = names.get(_letters(token.word))
            yield from (name,) if name else token.plain


def _names_by_letters(description: str) -> dict[str, str]:
    """Return the names and numbers that a description says are there, by letters and digits.

    These are the words that are not small letters alone: ``T-shirt``, ``O'Brien``, ``US``, ``404``.
    """
    tokens = [token for token in find_tokens(description[:MAX_TEXT]) if not token.is_negated]
    words = (token.word for token in tokens if token.word)
    return {_letters(word): word for word in words if not (word.isalpha() and word.islower())}


def _letters(word: str) -> str:
    return "".join(filter(str.isalnum, word)).lower()


def _is_refusal(response: ChatResponse) -> bool:
    """Return whether the answer is a refusal in which the model refers to itself."""
    text = parsing.strip_wrappers(response.text)
    is_short = len(text) <= MAX_REFUSAL
    return is_short and bool(REFUSAL_RE.match(text) and SELF_REFERENCE_RE.search(text))


def _fits(skeleton: str, rule: str) -> bool:
    """Return whether ``skeleton`` is the skeleton by the rules, or a shorter form of it."""
    return bool(skeleton) and is_abbreviation(skeleton, rule.replace(" ", ""))


def _restores(word: str, skeleton: str) -> bool:
    """Return whether ``word`` has this skeleton, or one with a slip, and is not a copy of it."""
    is_echo = word == skeleton and vocabulary().number(word) is None
    return not is_echo and find_slip(skeleton, word) is not None


def _lengths_by_prefix(words: Sequence[str]) -> dict[str, set[int]]:
    lengths: dict[str, set[int]] = {}
    for word in words:
        lengths.setdefault(word[:PREFIX_LENGTH], set()).add(len(word))
    return lengths


def _is_form_of_any(word: str, lengths: Mapping[str, set[int]]) -> bool:
    same_prefix = lengths.get(word[:PREFIX_LENGTH], ())
    return any(abs(len(word) - length) <= MAX_SUFFIX for length in same_prefix)


def _align(words: Sequence[str], skeletons: Sequence[str]) -> list[str]:
    """Return one word for each skeleton: the word at its position; empty if it does not fit.

    If the numbers differ, the model omitted or added a word somewhere. Then each skeleton gets the
    next word that fits, so that one such mistake does not shift all words after it.
    """
    if len(words) == len(skeletons):
        pairs = zip(skeletons, words, strict=True)
        return [word if _restores(word, skeleton) else "" for skeleton, word in pairs]
    aligned, position = [], 0
    for skeleton in skeletons:
        candidates = range(position, min(position + LOOKAHEAD, len(words)))
        match = next((index for index in candidates if _restores(words[index], skeleton)), None)
        aligned.append("" if match is None else words[match])
        position = position if match is None else match + 1
    return aligned
