"""Combine the results of the two networks: accept nouns, and infer the places they suggest.

The detector finds the positions of objects; the classifier knows more specific nouns and scenes. If
both agree, a doubtful detection is accepted. A noun that is often detected wrongly is accepted only
together with a related noun (``requires`` in labels.toml).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from semcodec_embedded.classifier import with_hypernyms
from semcodec_embedded.detector import Detection
from semcodec_embedded.labels import labels

# Scores come from the detector, probabilities from the classifier; both are 0..1.
MIN_DETECTOR_SCORE = 0.45  #: score from which a detection needs no support
MIN_SUPPORTED_SCORE = 0.3  #: the same if the classifier or another detection supports it
MIN_AGREEMENT = 0.15  #: probability that supports a doubtful detection
MIN_REFINEMENT = 0.3  #: probability from which a hyponym replaces the detector's noun
MIN_SCORE_WITH_CONTEXT = 0.3  #: score from which a noun with ``requires`` is accepted
MIN_AREA = 0.0012  #: share of the picture; smaller objects are ignored
MIN_PLACE_SCORE = 0.45  #: sum of the scores and probabilities of a place's nouns
MAX_PLACE_VOTE = 0.9  #: maximum that one detection adds to that sum
CLASSIFIED_NOUN_SCORE = 0.5  #: what a noun without a box adds to that sum
MIN_MAIN_AREA = 0.1  #: share of the picture above which an object may be the main one
MAX_CLASSIFIED_NOUNS = 2  #: maximum number of nouns from the classifier alone
#: Nouns that may be the main object at any size.
LIVELY_NOUNS = ("person", "bird", "cat", "dog", "horse", "boat", "bear", "sheep", "cow")
#: Nouns of which there are usually several: beside a certain one, doubtful ones are accepted.
GREGARIOUS_NOUNS = ("person", "bird", "car", "boat", "book")
#: Nouns for the surroundings of a subject, listed after it.
SURROUNDING_NOUNS = (
    "fence", "window", "door", "roof", "curtain", "lamp", "pillow", "plate", "stones",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Evidence:
    """The objects, nouns and places recognized in one picture.

    Attributes:
        objects: accepted detections, by descending score.
        subjects: nouns without boxes, by descending probability.
        places: likely places, such as ``"kitchen"``, the most likely first.
        nouns: the classifier's probabilities, including general nouns.
    """

    objects: tuple[Detection, ...]
    subjects: tuple[str, ...]
    places: tuple[str, ...]
    nouns: Mapping[str, float]

    @property
    def has_main_object(self) -> bool:
        """Whether an object is large or lively enough to be the main one."""
        return any(
            detection.box.area > MIN_MAIN_AREA or detection.noun in LIVELY_NOUNS
            for detection in self.objects
        )

    def has(self, *nouns: str) -> bool:
        """Return whether one of ``nouns`` or their hyponyms is in the picture."""
        present = {detection.noun for detection in self.objects} | set(self.subjects)
        return any(labels().covers(noun, other) for noun in nouns for other in present)


def fuse(detections: Iterable[Detection], probabilities: Mapping[str, float]) -> Evidence:
    """Return the accepted objects, subjects and places.

    Args:
        detections: the result of the detector.
        probabilities: the result of the classifier, by noun.
    """
    nouns = with_hypernyms(probabilities)
    objects = [
        _refine_label(detection, probabilities) for detection in _confident(list(detections), nouns)
    ]
    subjects = _select_subjects(objects, nouns)
    places = _rank_places(objects, subjects, probabilities)
    return Evidence(tuple(objects), subjects, places, nouns)


def _confident(detections: list[Detection], nouns: Mapping[str, float]) -> list[Detection]:
    """Return the detections that are certain or supported."""
    certain = {detection.noun for detection in detections if detection.score >= MIN_DETECTOR_SCORE}
    certain |= {noun for noun, probability in nouns.items() if probability >= MIN_REFINEMENT}
    return [
        detection
        for detection in detections
        if detection.box.area > MIN_AREA and _is_confident(detection, certain, nouns)
    ]


def _is_confident(detection: Detection, certain: set[str], nouns: Mapping[str, float]) -> bool:
    noun, score = detection.noun, detection.score
    if not certain.isdisjoint(labels().confused_with.get(noun, ())):
        return False
    required = labels().requires.get(noun)
    if required is not None:
        return score >= MIN_SCORE_WITH_CONTEXT and not certain.isdisjoint(set(required) - {noun})
    agrees = nouns.get(noun, 0.0) >= MIN_AGREEMENT
    is_further_one = noun in certain and noun in GREGARIOUS_NOUNS
    is_supported = agrees or is_further_one
    return score >= (MIN_SUPPORTED_SCORE if is_supported else MIN_DETECTOR_SCORE)


def _refine_label(detection: Detection, probabilities: Mapping[str, float]) -> Detection:
    """Return ``detection`` with the classifier's more specific noun, if one is likely."""
    hyponyms = labels().hyponyms.get(detection.noun, ())
    best = max(hyponyms, key=lambda noun: probabilities.get(noun, 0.0), default="")
    probability = probabilities.get(best, 0.0)
    if probability >= MIN_REFINEMENT and probability > probabilities.get(detection.noun, 0.0):
        return replace(detection, noun=best)
    return detection


def _select_subjects(objects: list[Detection], nouns: Mapping[str, float]) -> tuple[str, ...]:
    """Return nouns found only by the classifier and not implied by an object."""
    detected = {detection.noun for detection in objects}
    general = [noun for noun, hyponyms in labels().hyponyms.items() if detected & {noun, *hyponyms}]
    selected: list[str] = []
    # Specific nouns come before all general ones: a general noun is selected only if none of its
    # hyponyms reaches its own threshold.
    for noun in sorted(nouns, key=lambda noun: -nouns[noun] - (noun not in labels().hyponyms)):
        known = detected | set(general) | set(selected)
        if not known.isdisjoint(labels().confused_with.get(noun, ())):
            continue
        if nouns[noun] >= labels().threshold(noun) and not _is_redundant(noun, known):
            selected.append(noun)
    return tuple(sorted(selected[:MAX_CLASSIFIED_NOUNS], key=SURROUNDING_NOUNS.__contains__))


def _is_redundant(noun: str, known: set[str]) -> bool:
    """Return whether ``known`` contains ``noun``, a noun that covers it, or one that it covers."""
    covers = labels().covers
    return any(covers(noun, other) or covers(other, noun) for other in known)


def _rank_places(
    objects: Iterable[Detection], subjects: Iterable[str], probabilities: Mapping[str, float]
) -> tuple[str, ...]:
    """Return the likely places, by the nouns that are usually found there."""
    scores = {}
    for place, nouns in labels().places.items():
        detected = sum(
            min(detection.score, MAX_PLACE_VOTE) for detection in objects if detection.noun in nouns
        )
        classified = sum(CLASSIFIED_NOUN_SCORE for noun in subjects if noun in nouns)
        possible = sum(probabilities.get(noun, 0.0) for noun in nouns)
        scores[place] = detected + classified + possible
    likely = [place for place in scores if scores[place] >= MIN_PLACE_SCORE]
    return tuple(sorted(likely, key=lambda place: -scores[place]))
