"""Answers are checked, not trusted: what is wrong with one, and what of it can be used.

A check returns the best that can be made of an answer, and a fault where it is worth asking again.
It never fails: where nothing can be used the value is None.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from semcodec.backends.prompting import parsing
from semcodec.backends.prompting.chat import ChatResponse
from semcodec.words.skeletons import is_abbreviation, skeleton_of_word
from semcodec.words.stopwords import FUNCTION_WORDS
from semcodec.words.tokenizer import tokenize
from semcodec.words.vocabulary import vocabulary

T = TypeVar("T")
MISSING: Final = 10  #: of 100 words asked for, so many may be missing
LONGEST_CHANGE: Final = 300  #: characters of a change to a picture
STEM: Final = 4  #: letters by which a word is known again, whatever its ending
ROOT: Final = 3  #: letters that a chosen word shares with one of the text: sit and sitting
ENDING: Final = 4  #: letters that it may be longer or shorter by
AHEAD: Final = 64  #: words that are looked through for the next that fits
NOTHING: Final = re.compile(
    r"(none(?! of\b)|nothing|no( important| significant)? (change|difference)s?)\b"
    r"(?!.*\b(but|except)\b).{0,40}$|no$"
)
DECLINED: Final = re.compile(
    r"(i['’]?m |i am )?(sorry|unable|not able)\b|i (can['’]?t|cannot|can not|won['’]?t|will not)\b"
    r"|(as|i am|i['’]?m) an? (text-based |large )?(ai|language model)\b|unfortunately, i\b"
    r"|i (do not|don['’]?t) (see|have)\b|i apologi[sz]e\b",
    re.I,
)
SELF: Final = re.compile(r"\b(i|me|ai)\b", re.I)
LONGEST_REFUSAL: Final = 400  #: characters; whoever says sorry and goes on for longer has described


@dataclass(frozen=True, slots=True)
class Checked(Generic[T]):
    """What an answer comes to: ``value`` if it can be used, ``fault`` if it should be better."""

    value: T | None
    fault: str = ""
    declined: bool = False


def description(answer: ChatResponse) -> Checked[str]:
    """Check a description: whole sentences with a word in them."""
    text = parsing.prose(answer.text)
    if len(text) <= LONGEST_REFUSAL and DECLINED.match(text):
        return Checked(None, "it declines", declined=True)
    whole = parsing.sentences(text) if answer.cut_off else text
    if not any(map(skeleton_of_word, tokenize(whole))):
        return Checked(None, "it was cut off" if answer.cut_off else "there is no word in it")
    return Checked(whole)


def chosen(answer: ChatResponse, text: str, k: int, available: int) -> Checked[list[str]]:
    """Check a choice of ``k`` words out of ``text``, which has ``available`` worth choosing.

    Words that are not in the text, in this form or another, were not chosen but made up.
    """
    usable = [
        word
        for word in dict.fromkeys(_said(answer))
        if word not in FUNCTION_WORDS and skeleton_of_word(word)
    ]
    lengths = _lengths(tokenize(text))
    found = [word for word in usable if _is_form(word, lengths)]
    wanted = min(k, available)
    if 100 * len(found) < (100 - MISSING) * wanted:
        return Checked(
            found or None, f"it has {len(found)} usable words, and {wanted} were asked for"
        )
    return Checked(found[:k])


def shortened(answer: ChatResponse, ours: Sequence[str]) -> Checked[list[str]]:
    """Check skeletons: one for each of ``ours``, of its consonants; else it takes its place."""
    if _declines(answer):
        return Checked(None, "it declines", declined=True)
    skeletons = [_skeleton(entry) for entry in parsing.entries(answer.text)]
    if len(skeletons) != len(ours):
        return Checked(None, f"it has {len(skeletons)} short forms for {len(ours)} words")
    pairs = list(zip(skeletons, ours, strict=True))
    better = [skeleton if _fits(skeleton, own) else own for skeleton, own in pairs]
    wrong = sum(not _fits(skeleton, own) for skeleton, own in pairs)
    return Checked(
        better, f"{wrong} of {len(ours)} short forms do not fit their words" if wrong else ""
    )


def restored(answer: ChatResponse, skeletons: Sequence[str]) -> Checked[list[str]]:
    """Check words: one for each skeleton, which it must have; else an empty one stands there."""
    found = _aligned(_said(answer), skeletons)
    lost = found.count("")
    fault = f"{lost} of {len(skeletons)} words do not fit their short forms" if lost else ""
    return Checked(found if any(found) else None, fault)


def prompt(answer: ChatResponse, words: Sequence[str]) -> Checked[str]:
    """Check the description that words were turned into: most of them must still be there."""
    said = description(answer)
    if said.value is None:
        return said
    text = f"{' '.join(tokenize(said.value))} {said.value.casefold()}"
    lost = sum("".join(tokenize(word) or word.casefold())[:STEM] not in text for word in words)
    if 2 * lost > len(words):
        return Checked(None, f"{lost} of the {len(words)} words are missing")
    return said


def change(answer: ChatResponse) -> Checked[str]:
    """Check a change to a picture: one short text, empty for none."""
    text = " ".join(parsing.prose(answer.text).split())
    if _declines(answer):
        return Checked(None, "it declines", declined=True)
    if NOTHING.match(text.strip(" .!").lower()):
        return Checked("")
    if not any(map(skeleton_of_word, tokenize(text))):
        return Checked(None, "there is no word in it")
    if len(text) > LONGEST_CHANGE:
        return Checked(parsing.sentences(text[:LONGEST_CHANGE]), "it is longer than one sentence")
    return Checked(text)


def _said(answer: ChatResponse) -> list[str]:
    """Return the words of a list; those by which a model declines are no answer."""
    if _declines(answer):
        return []
    return [word for entry in parsing.words(answer.text) for word in tokenize(entry)]


def _declines(answer: ChatResponse) -> bool:
    """Tell whether a model speaks of itself in place of a list or a change."""
    text = parsing.prose(answer.text)
    return len(text) <= LONGEST_REFUSAL and bool(DECLINED.match(text) and SELF.search(text))


def _skeleton(entry: str) -> str:
    return "".join(entry.lower().split())


def _fits(skeleton: str, ours: str) -> bool:
    """Tell whether ``skeleton`` is the skeleton ``ours``, or a shorter form of it."""
    return bool(skeleton) and is_abbreviation(skeleton, ours.replace(" ", ""))


def _restores(word: str, skeleton: str) -> bool:
    """Tell whether ``word`` has this skeleton, and is not the skeleton said again."""
    is_echo = word == skeleton and vocabulary().number(word) is None
    return not is_echo and is_abbreviation(skeleton, skeleton_of_word(word))


def _lengths(text: Sequence[str]) -> dict[str, set[int]]:
    """Return the lengths of the words of a text by their first letters."""
    lengths: dict[str, set[int]] = {}
    for word in text:
        lengths.setdefault(word[:ROOT], set()).add(len(word))
    return lengths


def _is_form(word: str, lengths: Mapping[str, set[int]]) -> bool:
    return any(abs(len(word) - length) <= ENDING for length in lengths.get(word[:ROOT], ()))


def _aligned(said: Sequence[str], skeletons: Sequence[str]) -> list[str]:
    """Return for each skeleton the word in its place, or where places differ the next that fits."""
    if len(said) == len(skeletons):
        pairs = zip(skeletons, said, strict=True)
        return [word if _restores(word, skeleton) else "" for skeleton, word in pairs]
    found, at = [], 0
    for skeleton in skeletons:
        ahead = range(at, min(at + AHEAD, len(said)))
        next_ = next((n for n in ahead if _restores(said[n], skeleton)), None)
        found.append("" if next_ is None else said[next_])
        at = at if next_ is None else next_ + 1
    return found
