"""Describe a photograph in short plain sentences, the most important first.

A record keeps about a dozen words in reading order, and the painter only has these words. So the
order is: main object, activity, place, next object, top and bottom of the picture, other objects,
light.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
from PIL import Image

from semcodec_embedded import colors
from semcodec_embedded.classifier import crop
from semcodec_embedded.colors import FUR_COLORS, NAMES, NEUTRAL_COLORS, Floats
from semcodec_embedded.detector import Detection
from semcodec_embedded.fusion import Evidence
from semcodec_embedded.inference_rules import (
    flower_phrase,
    infer_activity,
    infer_place,
    nouns_implied_by,
    with_contents,
)
from semcodec_embedded.labels import labels
from semcodec_embedded.phrasing import DescribedObject, object_phrases
from semcodec_embedded.recognition import BLANK, Recognizer, prepare
from semcodec_embedded.scene import Scene, describe_surroundings, measure_region
from semcodec_embedded.windows import is_panorama

# Lightness, chroma and spread are in CIELAB units, 0..100; shares are of chroma-weighted votes.
MIN_VIEW_SIDE = 4  #: pixels of the shorter side of a thumbnail; below, it is a mere line
MIN_SPREAD = 2.5  #: a picture is blank if no channel has a larger standard deviation
MIN_ACCENT_SHARE = 0.05  #: share above which a vivid color is named
MIN_CHROMA = 25.0  #: chroma above which a pixel is vivid
MAX_ACCENTS = 3  #: vivid colors named in an abstract picture
MIN_SUBJECT_SURPLUS = 0.2  #: share in the middle minus share at the edge, for a subject's color
# A person without any skin color in a color photograph is a statue.
MIN_STATUE_AREA = 0.15  #: share of the picture; smaller people may show no skin
MIN_STONE_LIGHTNESS = 35.0  #: median; darker figures are people seen from behind
MAX_STONE_CHROMA = 9.0  #: median
MIN_PICTURE_CHROMA = 4.0  #: mean; below it, the photograph is black and white
MAX_STONE_SKIN = 0.25  #: share of skin among the pixels of the head
#: Nouns that are also the floor (``scene``), and the share of the picture from which they are.
SURFACES, MIN_SURFACE_AREA = frozenset(("table", "desk")), 0.9
FURRY_NOUNS = frozenset((
    "cat", "dog", "horse", "sheep", "cow", "elephant", "bear", "zebra", "giraffe", "teddy bear",
    "vulture", "eagle", "owl", "goose", "monkey", "lion", "tiger", "leopard", "fox", "wolf", "deer",
    "goat", "pig", "rabbit", "squirrel", "camel", "llama", "kangaroo", "animal", "penguin",
))  # fmt: skip
#: Parts of the picture of which nothing is known but their color.
COLORED_PARTS = frozenset(("background", "below"))
VEHICLES = frozenset(("bus", "car", "truck", "train", "motorcycle", "bicycle", "taxi", "streetcar"))
VESSELS = frozenset(("cup", "bowl", "vase", "glass", "pot"))
#: Nouns with an obvious color, or a color that cannot be separated from the surroundings.
UNCOLORED_NOUNS = frozenset((
    "pizza", "noodles", "soup", "food", "mountain", "valley", "lake", "beach", "coast", "cliff",
    "coffee", "building", "window", "baseball", "astronaut", "racket",
))  # fmt: skip


class EmbeddedDescriber:
    """Describe photographs offline, in under a second. Threads may share one instance.

    Args:
        recognizer: runs the networks; with the same one, a locator need not run them again.
    """

    def __init__(self, recognizer: Recognizer | None = None) -> None:
        self._recognizer = recognizer or Recognizer()

    def describe(self, image: Image.Image) -> str:
        """Return a few sentences about ``image``, never empty.

        Args:
            image: a PIL image of any mode and size; it is not changed.

        Raises:
            InputError: ``image`` cannot be read.
            BackendError: the networks cannot be loaded or run.
        """
        picture = prepare(image)
        view = colors.to_lab_thumbnail(picture)
        found = BLANK if _is_blank(view) else self._recognizer.recognize(picture)
        evidence = _without_surfaces(found.evidence)
        boxes = [detection.box for detection in evidence.objects]
        scene = describe_surroundings(picture, boxes, evidence.places)
        sentences = dict.fromkeys(_sentences(picture, view, evidence, scene))
        return " ".join(f"{text[0].upper()}{text[1:]}." for text in sentences if text)


def _without_surfaces(evidence: Evidence) -> Evidence:
    """Return ``evidence`` without a table or desk that fills the picture.

    It is under the objects, and the sentence about the floor describes it; its color as an object
    would be that of the whole picture.
    """
    objects = tuple(
        item
        for item in evidence.objects
        if item.noun not in SURFACES
        or item.noun not in evidence.places
        or item.box.area < MIN_SURFACE_AREA
    )
    return replace(evidence, objects=objects)


def _is_blank(view: Floats) -> bool:
    """Return whether a thumbnail shows nothing but a single color."""
    spread = float(view.reshape(-1, 3).std(0).max())
    return min(view.shape[:2]) < MIN_VIEW_SIDE or spread < MIN_SPREAD


def _sentences(
    picture: Image.Image, view: Floats, evidence: Evidence, scene: Scene
) -> Iterator[str]:
    """Yield the sentences in order of importance; some are empty."""
    described = [_describe_object(picture, view, detection) for detection in evidence.objects]
    objects = [with_contents(phrase, evidence) for phrase in object_phrases(described)]
    activity = infer_activity(evidence)
    known = {*" ".join(objects).split(), *nouns_implied_by(activity)}
    subjects = [_describe_label(view, noun) for noun in evidence.subjects if noun not in known]
    first, *rest = objects + subjects or [_abstract_phrase(view)]
    if subjects and objects and not evidence.has_main_object:
        first, rest = subjects[0], objects + subjects[1:]
    yield first
    yield activity
    yield infer_place(evidence)
    yield from rest[:1]
    top = _without_repetition(scene.top, " ".join(objects))
    yield top
    yield _without_repetition(scene.bottom, " ".join([*objects, top]))
    yield flower_phrase(evidence, _vivid_colors(view))
    yield from rest[1:]
    yield ", ".join(scene.light)
    if not objects and not subjects:
        yield _texture_phrase(view)


def _without_repetition(part: str, described: str) -> str:
    """Return ``part``; empty if its only content is a color that is ``described`` already.

    A record contains no word twice, so that of "brown background" beside a brown cat only
    "background" would remain, which describes nothing.
    """
    color, _, place = part.partition(" ")
    return "" if place in COLORED_PARTS and color in described.split() else part


def _describe_object(picture: Image.Image, view: Floats, detection: Detection) -> DescribedObject:
    """Return a detected object with its noun and its color."""
    part, box = crop(picture, detection.box), detection.box
    if detection.noun != "person":
        noun = labels().word(detection.noun)
        return DescribedObject(noun, _object_color(detection.noun, part), box)
    if box.area > MIN_STATUE_AREA and _is_statue(part, view):
        return DescribedObject("statue", colors.object_color(part), box)
    return DescribedObject("person", colors.clothing_color(part), box)


def _object_color(noun: str, part: Image.Image) -> str:
    """Return the color of an object; for an animal, only colors of fur are possible."""
    if noun in UNCOLORED_NOUNS:
        return ""
    if noun in VEHICLES:
        return colors.vehicle_color(part)
    if noun in VESSELS:
        return colors.vessel_color(part)
    return colors.object_color(part, FUR_COLORS if noun in FURRY_NOUNS else NAMES)


def _is_statue(part: Image.Image, view: Floats) -> bool:
    """Return whether the person in ``part`` is a statue: pale and gray in a color photograph."""
    body = colors.to_lab_thumbnail(part)
    inside = colors.ellipse_mask(*body.shape[:2])
    is_color_photograph = float(colors.chroma(view).mean()) > MIN_PICTURE_CHROMA
    is_pale = float(np.median(body[inside][:, 0])) > MIN_STONE_LIGHTNESS
    is_gray = float(np.median(colors.chroma(body[inside]))) < MAX_STONE_CHROMA
    head = inside[: len(inside) // 3]
    head_skin = float(colors.skin_mask(body[: len(head)])[head].mean())
    return is_color_photograph and is_pale and is_gray and head_skin < MAX_STONE_SKIN


def _describe_label(view: Floats, noun: str) -> str:
    """Return a phrase for a subject without a box, with the color of the middle of the picture.

    The subject is called large, because the classifier recognizes only large subjects. Without a
    color that distinguishes the middle from the edge, no color is named. In a panorama, the subject
    may be anywhere.
    """
    word = labels().word(noun)
    height, width = view.shape[:2]
    if noun in UNCOLORED_NOUNS or is_panorama(width, height):
        return f"large {word}"
    inside = colors.ellipse_mask(*view.shape[:2])
    surplus = colors.color_histogram(view, inside) - colors.color_histogram(view, ~inside)
    if float(surplus.max()) < MIN_SUBJECT_SURPLUS:
        return f"large {word}"
    return f"large {NAMES[int(surplus.argmax())]} {word}"


def _vivid_colors(view: Floats) -> list[str]:
    """Return the vivid colors, the most frequent first."""
    shares = colors.color_histogram(view, colors.chroma(view) > MIN_CHROMA)
    by_share = np.argsort(-shares, kind="stable")
    names = [NAMES[index] for index in by_share if shares[index] > MIN_ACCENT_SHARE]
    return [name for name in names if name not in NEUTRAL_COLORS]


def _abstract_phrase(view: Floats) -> str:
    """Return the vivid colors of a picture without objects, and where the first one is."""
    accents = _vivid_colors(view)[:MAX_ACCENTS]
    if not accents or _is_blank(view):
        return ""
    columns = np.nonzero(colors.name_indices(view) == NAMES.index(accents[0]))[1]
    center = float(columns.mean() + 0.5) / view.shape[1] if columns.size else 0.5
    side = "left" if center < 0.4 else "right" if center > 0.6 else "center"
    return f"abstract {_join_words(accents)}, mostly {side}"


def _join_words(words: Sequence[str]) -> str:
    """Return ``words`` as an enumeration, such as "red, blue and green"."""
    return " and ".join(filter(None, (", ".join(words[:-1]), words[-1])))


def _texture_phrase(view: Floats) -> str:
    """Return the texture and color of a picture without objects."""
    if _is_blank(view):
        return "plain empty surface, smooth"
    region = measure_region(view, np.ones(view.shape[:2], bool))
    texture = "smooth soft" if region.is_smooth else "rough detailed"
    return f"{texture} texture, {region.color} surface"
