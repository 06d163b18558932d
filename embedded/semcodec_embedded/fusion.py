"""Weigh what the two networks say: which nouns are believed, and which place they make likely.

The detector knows where; the classifier knows finer words and scenes. Where they agree, a doubtful
answer is believed; where a known mistake stands alone, it is dropped.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from semcodec_embedded.classifier import with_hypernyms
from semcodec_embedded.detector import Detection
from semcodec_embedded.labels import labels

MIN_DETECTOR_SCORE = 0.45  #: a score of the detector that needs no support
MIN_AGREEMENT = 0.15  #: a probability of the classifier that supports a doubtful object
MIN_REFINEMENT = (
    0.3  #: a probability from which the classifier's finer noun replaces the detector's
)
MIN_SCORE_WITH_CONTEXT = (
    0.3  #: doubtful nouns are believed from here on when what they belong to is there
)
MIN_AREA = 0.0012  #: smaller objects (shares of the picture) are not worth a word
MIN_PLACE_SCORE = 0.45  #: summed evidence for a place
CLASSIFIED_NOUN_SCORE = 0.5  #: what a noun without a box adds to it
MIN_MAIN_AREA = 0.1  #: an object that fills so much may be the main one
LIVELY_NOUNS = ("person", "bird", "cat", "dog", "horse", "boat", "bear", "sheep", "cow")
MAX_CLASSIFIED_NOUNS = 2  #: at most so many nouns from the classifier alone
SURROUNDING_NOUNS = (
    "fence",
    "window",
    "door",
    "roof",
    "curtain",
    "lamp",
    "pillow",
    "plate",
    "stones",
)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is believed of one picture.

    Attributes:
        objects: with boxes, the surest first.
        subjects: nouns without boxes, the likeliest first.
        places: such as ``"kitchen"``, the likeliest first.
        nouns: the classifier's probabilities, general nouns included.
    """

    objects: tuple[Detection, ...]
    subjects: tuple[str, ...]
    places: tuple[str, ...]
    nouns: Mapping[str, float]

    @property
    def has_main_object(self) -> bool:
        """Whether an object is large or lively enough to be the main one."""
        return any(one.box.area > MIN_MAIN_AREA or one.noun in LIVELY_NOUNS for one in self.objects)

    def has(self, *nouns: str) -> bool:
        """Tell whether one of ``nouns`` or of their kinds is in the picture."""
        seen = {found.noun for found in self.objects} | set(self.subjects)
        return any(labels().covers(noun, one) for noun in nouns for one in seen)


def fuse(found: Iterable[Detection], guessed: Mapping[str, float]) -> Evidence:
    """Return what to believe of the detector's objects and the classifier's nouns."""
    nouns = with_hypernyms(guessed)
    objects = _confident(list(found), nouns)
    objects = [_refine_label(one, guessed) for one in objects]
    subjects = _select_subjects(objects, nouns)
    return Evidence(tuple(objects), subjects, _rank_places(objects, subjects, guessed), nouns)


def _confident(found: list[Detection], nouns: Mapping[str, float]) -> list[Detection]:
    """Return the objects that are sure, supported by the classifier, or in good company."""
    sure = {one.noun for one in found if one.score >= MIN_DETECTOR_SCORE}
    sure |= {noun for noun, chance in nouns.items() if chance >= MIN_REFINEMENT}
    return [one for one in found if one.box.area > MIN_AREA and _is_confident(one, sure, nouns)]


def _is_confident(one: Detection, sure: set[str], nouns: Mapping[str, float]) -> bool:
    if not sure.isdisjoint(labels().confused_with.get(one.noun, ())):
        return False
    company = labels().requires.get(one.noun)
    if company is not None:
        return one.score >= MIN_SCORE_WITH_CONTEXT and not sure.isdisjoint(
            set(company) - {one.noun}
        )
    agreed = nouns.get(one.noun, 0.0) >= MIN_AGREEMENT
    known = one.noun in sure and one.noun in ("person", "bird", "car", "boat", "book")
    return (
        one.score >= MIN_DETECTOR_SCORE
        or (agreed and one.score >= 0.3)
        or (known and one.score >= 0.3)
    )


def _refine_label(one: Detection, guessed: Mapping[str, float]) -> Detection:
    """Return ``one`` under the classifier's finer noun, if it has one that is likely."""
    hyponyms = labels().hyponyms.get(one.noun, ())
    best = max(hyponyms, key=lambda noun: guessed.get(noun, 0.0), default="")
    if (
        best
        and guessed.get(best, 0.0) >= MIN_REFINEMENT
        and guessed[best] > guessed.get(one.noun, 0.0)
    ):
        return replace(one, noun=best)
    return one


def _select_subjects(objects: list[Detection], nouns: Mapping[str, float]) -> tuple[str, ...]:
    """Return the nouns that only the classifier knows, without what is seen already."""
    seen = {one.noun for one in objects}
    general = [noun for noun, hyponyms in labels().hyponyms.items() if seen & {noun, *hyponyms}]
    chosen: list[str] = []
    for noun in sorted(nouns, key=lambda noun: -nouns[noun] - (noun not in labels().hyponyms)):
        known = seen | set(general) | set(chosen)
        if not known.isdisjoint(labels().confused_with.get(noun, ())):
            continue
        if nouns[noun] >= labels().threshold(noun) and not _is_redundant(noun, known):
            chosen.append(noun)
    return tuple(
        sorted(chosen[:MAX_CLASSIFIED_NOUNS], key=SURROUNDING_NOUNS.__contains__)
    )  # what is around comes last


def _is_redundant(noun: str, known: set[str]) -> bool:
    """Tell whether ``known`` says ``noun`` already, by itself or by a more or less general one."""
    covers = labels().covers
    return any(covers(noun, other) or covers(other, noun) for other in known)


def _rank_places(
    objects: Iterable[Detection], subjects: Iterable[str], guessed: Mapping[str, float]
) -> tuple[str, ...]:
    """Return the likely places, by what is found there and by what the classifier thinks of."""
    score = {}
    for place, nouns in labels().places.items():
        boxed = sum(min(one.score, 0.9) for one in objects if one.noun in nouns)
        named = sum(CLASSIFIED_NOUN_SCORE for noun in subjects if noun in nouns)
        score[place] = boxed + named + sum(guessed.get(noun, 0.0) for noun in nouns)
    likely = [place for place in score if score[place] >= MIN_PLACE_SCORE]
    return tuple(sorted(likely, key=lambda place: -score[place]))
