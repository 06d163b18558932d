"""Answers are checked, not trusted: what is wrong with one, and what of it can be used.

A check returns the best that can be made of an answer, and a fault where it is worth asking again.
It never fails: where nothing can be used the value is None.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from semcodec.backends.prompting import reading
from semcodec.backends.prompting.chat import Answer
from semcodec.bitstream import alphabet
from semcodec.words.fillers import HELPERS
from semcodec.words.skeletons import VOWELS, is_short_for, of_word
from semcodec.words.tokens import tokens

T = TypeVar("T")
MISSING: Final = 10  #: of 100 words asked for, so many may be missing
LONGEST_CHANGE: Final = 300  #: characters of a change to a picture
STEM: Final = 4  #: letters by which a word is known again, whatever its ending
NOTHING: Final = frozenset(("none", "nothing", "no", "no change", "no changes", "no difference"))
DECLINED: Final = re.compile(
    r"(i['’]?m |i am )?(sorry|unable|not able)\b|i (can['’]?t|cannot|can not|won['’]?t|will not)\b"
    r"|as an ai\b|unfortunately, i\b",
    re.I,
)
LONGEST_REFUSAL: Final = 400  #: characters; whoever says sorry and goes on for longer has described


@dataclass(frozen=True, slots=True)
class Checked(Generic[T]):
    """What an answer comes to: ``value`` if it can be used, ``fault`` if it should be better."""

    value: T | None
    fault: str = ""
    declined: bool = False


def description(answer: Answer) -> Checked[str]:
    """Check a description: whole sentences with a word in them."""
    text = reading.prose(answer.text)
    if len(text) <= LONGEST_REFUSAL and DECLINED.match(text):
        return Checked(None, "it declines", declined=True)
    whole = reading.sentences(text) if answer.cut_off else text
    if not any(map(of_word, tokens(whole))):
        return Checked(None, "it was cut off" if answer.cut_off else "there is no word in it")
    return Checked(whole)


def chosen(answer: Answer, k: int, available: int) -> Checked[list[str]]:
    """Check a choice of ``k`` words out of a text that has ``available`` words worth choosing."""
    said = [word for entry in reading.words(answer.text) for word in tokens(entry)]
    found = [word for word in dict.fromkeys(said) if word not in HELPERS and of_word(word)]
    wanted = min(k, available)
    if 100 * len(found) < (100 - MISSING) * wanted:
        return Checked(found or None, f"it has {len(found)} usable words in place of {wanted}")
    return Checked(found[:k])


def shortened(answer: Answer, words: Sequence[str]) -> Checked[list[str]]:
    """Check skeletons: one for each word, of its own consonants; else ours takes its place."""
    bones = [_bones(entry) for entry in reading.entries(answer.text)]
    if len(bones) != len(words):
        return Checked(None, f"it has {len(bones)} entries for {len(words)} words")
    fits = [_fits(bone, word) for bone, word in zip(bones, words, strict=True)]
    better = [
        bone if fit else of_word(word) for bone, word, fit in zip(bones, words, fits, strict=True)
    ]
    wrong = fits.count(False)
    return Checked(
        better, f"{wrong} entries are not of the consonants of their words" if wrong else ""
    )


def restored(answer: Answer, bones: Sequence[str]) -> Checked[list[str]]:
    """Check words: one for each skeleton, which it must have; else an empty one stands there."""
    said = [word for entry in reading.words(answer.text) for word in tokens(entry)]
    found = _aligned(said, bones)
    lost = found.count("")
    fault = f"{lost} words have not the consonants of their short forms" if lost else ""
    return Checked(found if any(found) else None, fault)


def prompt(answer: Answer, words: Sequence[str]) -> Checked[str]:
    """Check the description that words were turned into: most of them must still be there."""
    said = description(answer)
    if said.value is None:
        return said
    text = " ".join(tokens(said.value))
    lost = sum(word.lower()[:STEM] not in text for word in words)
    if 2 * lost > len(words):
        return Checked(None, f"{lost} of the {len(words)} words are missing")
    return said


def change(answer: Answer) -> Checked[str]:
    """Check a change to a picture: one short text, empty for none."""
    text = " ".join(reading.prose(answer.text).split())
    if text.strip(" .!").lower() in NOTHING:
        return Checked("")
    if not any(map(of_word, tokens(text))):
        return Checked(None, "there is no word in it")
    if len(text) > LONGEST_CHANGE:
        return Checked(reading.sentences(text[:LONGEST_CHANGE]), "it is longer than one sentence")
    return Checked(text)


def _bones(entry: str) -> str:
    return "".join(entry.lower().split())


def _fits(bones: str, word: str) -> bool:
    """Tell whether ``bones`` is a skeleton for ``word``, or a shorter form of it."""
    strange = alphabet.strangers(bones) or not set(bones).isdisjoint(VOWELS)
    return bool(bones) and not strange and is_short_for(bones, of_word(word))


def _aligned(said: Sequence[str], bones: Sequence[str]) -> list[str]:
    """Return for each skeleton the word in its place, or where places differ the next that fits."""
    if len(said) == len(bones):
        pairs = zip(bones, said, strict=True)
        return [word if is_short_for(bone, of_word(word)) else "" for bone, word in pairs]
    found, at = [], 0
    for bone in bones:
        next_ = next(
            (n for n in range(at, len(said)) if is_short_for(bone, of_word(said[n]))), None
        )
        found.append("" if next_ is None else said[next_])
        at = at if next_ is None else next_ + 1
    return found
