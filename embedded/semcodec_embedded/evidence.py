"""Weigh what the two networks say: which nouns are believed, and which place they make likely.

The detector knows where; the classifier knows finer words and scenes. Where they agree, a doubtful
answer is believed; where a known mistake stands alone, it is dropped.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from semcodec_embedded.classifier import with_kinds
from semcodec_embedded.detector import Found
from semcodec_embedded.labels import labels

BELIEVED = 0.45  #: a score of the detector that needs no support
AGREED = 0.15  #: a probability of the classifier that supports a doubtful object
FINER = 0.3  #: a probability from which the classifier's finer noun replaces the detector's
NEEDS_COMPANY = 0.3  #: doubtful nouns are believed from here on when what they belong to is there
SPECK = 0.0012  #: smaller objects (shares of the picture) are not worth a word
LIKELY_PLACE = 0.45  #: summed evidence for a place
NAMED = 0.5  #: what a noun without a box adds to it
MAIN_SIZE = 0.1  #: an object that fills so much may be the main one
ALIVE = ("person", "bird", "cat", "dog", "horse", "boat", "bear", "sheep", "cow")
RARE_THINGS = 2  #: at most so many nouns from the classifier alone
AROUND = ("fence", "window", "door", "roof", "curtain", "lamp", "pillow", "plate", "stones")


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is believed of one picture.

    Attributes:
        objects: with boxes, the surest first.
        subjects: nouns without boxes, the likeliest first.
        places: such as ``"kitchen"``, the likeliest first.
        nouns: the classifier's probabilities, general nouns included.
    """

    objects: tuple[Found, ...]
    subjects: tuple[str, ...]
    places: tuple[str, ...]
    nouns: Mapping[str, float]

    @property
    def important(self) -> bool:
        """Whether an object is large or lively enough to be the main one."""
        return any(one.box.area > MAIN_SIZE or one.noun in ALIVE for one in self.objects)

    def has(self, *nouns: str) -> bool:
        """Tell whether one of ``nouns`` or of their kinds is in the picture."""
        seen = {found.noun for found in self.objects} | set(self.subjects)
        return any(labels().covers(noun, one) for noun in nouns for one in seen)


def weigh(found: Iterable[Found], guessed: Mapping[str, float]) -> Evidence:
    """Return what to believe of the detector's objects and the classifier's nouns."""
    nouns = with_kinds(guessed)
    objects = _believed(list(found), nouns)
    objects = [_finer(one, guessed) for one in objects]
    subjects = _subjects(objects, nouns)
    return Evidence(tuple(objects), subjects, _places(objects, subjects, guessed), nouns)


def _believed(found: list[Found], nouns: Mapping[str, float]) -> list[Found]:
    """Return the objects that are sure, supported by the classifier, or in good company."""
    sure = {one.noun for one in found if one.score >= BELIEVED}
    sure |= {noun for noun, chance in nouns.items() if chance >= FINER}
    return [one for one in found if one.box.area > SPECK and _believe(one, sure, nouns)]


def _believe(one: Found, sure: set[str], nouns: Mapping[str, float]) -> bool:
    if not sure.isdisjoint(labels().unlike.get(one.noun, ())):
        return False
    company = labels().beside.get(one.noun)
    if company is not None:
        return one.score >= NEEDS_COMPANY and not sure.isdisjoint(set(company) - {one.noun})
    agreed = nouns.get(one.noun, 0.0) >= AGREED
    known = one.noun in sure and one.noun in ("person", "bird", "car", "boat", "book")
    return one.score >= BELIEVED or (agreed and one.score >= 0.3) or (known and one.score >= 0.3)


def _finer(one: Found, guessed: Mapping[str, float]) -> Found:
    """Return ``one`` under the classifier's finer noun, if it has one that is likely."""
    kinds = labels().kinds.get(one.noun, ())
    best = max(kinds, key=lambda noun: guessed.get(noun, 0.0), default="")
    if best and guessed.get(best, 0.0) >= FINER and guessed[best] > guessed.get(one.noun, 0.0):
        return replace(one, noun=best)
    return one


def _subjects(objects: list[Found], nouns: Mapping[str, float]) -> tuple[str, ...]:
    """Return the nouns that only the classifier knows, without what is seen already."""
    seen = {one.noun for one in objects}
    general = [noun for noun, kinds in labels().kinds.items() if seen & {noun, *kinds}]
    chosen: list[str] = []
    for noun in sorted(nouns, key=lambda noun: -nouns[noun] - (noun not in labels().kinds)):
        known = seen | set(general) | set(chosen)
        if not known.isdisjoint(labels().unlike.get(noun, ())):
            continue
        if nouns[noun] >= labels().threshold(noun) and not _implied(noun, known):
            chosen.append(noun)
    return tuple(sorted(chosen[:RARE_THINGS], key=AROUND.__contains__))  # what is around comes last


def _implied(noun: str, known: set[str]) -> bool:
    """Tell whether ``known`` says ``noun`` already, by itself or by a more or less general one."""
    covers = labels().covers
    return any(covers(noun, other) or covers(other, noun) for other in known)


def _places(
    objects: Iterable[Found], subjects: Iterable[str], guessed: Mapping[str, float]
) -> tuple[str, ...]:
    """Return the likely places, by what is found there and by what the classifier thinks of."""
    score = {}
    for place, nouns in labels().places.items():
        boxed = sum(min(one.score, 0.9) for one in objects if one.noun in nouns)
        named = sum(NAMED for noun in subjects if noun in nouns)
        score[place] = boxed + named + sum(guessed.get(noun, 0.0) for noun in nouns)
    likely = [place for place in score if score[place] >= LIKELY_PLACE]
    return tuple(sorted(likely, key=lambda place: -score[place]))
