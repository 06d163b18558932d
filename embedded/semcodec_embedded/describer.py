"""Describe a photograph in short plain sentences, the most important first.

A selector keeps about a dozen words in reading order and a painter has nothing else, so the order
is: main object, what happens, where, next object, what is above and below, the rest, the light.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from PIL import Image

from semcodec.errors import InputError
from semcodec_embedded import colors
from semcodec_embedded.classifier import classify, crop
from semcodec_embedded.colors import FUR_COLORS, NAMES, NEUTRAL_COLORS, Floats
from semcodec_embedded.detector import Detection, detect
from semcodec_embedded.fusion import Evidence, fuse
from semcodec_embedded.inference_rules import (
    flower_phrase,
    implied_nouns,
    infer_activity,
    infer_place,
    with_contents,
)
from semcodec_embedded.labels import labels
from semcodec_embedded.phrasing import DescribedObject, object_phrases
from semcodec_embedded.scene import MAX_SMOOTH_TEXTURE, Scene, describe_surroundings, measure_region

MAX_SIDE = 1024  #: pixels along the longer side; more say nothing new
MIN_SPREAD = 2.5  #: spread of lightness and colour below which there is nothing to recognise
MIN_ACCENT_SHARE = 0.05  #: the share of the votes from which a vivid colour is worth a word
MIN_CHROMA = 25.0  #: chroma from which a pixel stands out
MAX_ACCENTS = 3  #: at most so many vivid colours are named
MIN_STATUE_AREA = 0.15  #: the size from which a person without a trace of skin is a statue
MIN_STONE_LIGHTNESS = 35.0  #: the lightness of stone; darker ones are people from behind
FURRY_NOUNS = frozenset((
    "cat", "dog", "horse", "sheep", "cow", "elephant", "bear", "zebra", "giraffe", "teddy bear",
    "vulture", "eagle", "owl", "goose", "monkey", "lion", "tiger", "leopard", "fox", "wolf", "deer",
    "goat", "pig", "rabbit", "squirrel", "camel", "llama", "kangaroo", "animal", "penguin",
))  # fmt: skip
VEHICLES = frozenset(("bus", "car", "truck", "train", "motorcycle", "bicycle", "taxi", "streetcar"))
VESSELS = frozenset(("cup", "bowl", "vase", "glass", "pot"))
MIN_SUBJECT_SURPLUS = 0.2  #: the surplus of votes from which a subject without a box has a colour
UNCOLORED_NOUNS = frozenset((
    "pizza", "noodles", "soup", "food", "mountain", "valley", "lake", "beach", "coast", "cliff",
    "coffee", "building", "window", "baseball", "astronaut", "racket",
))  # fmt: skip


class EmbeddedDescriber:
    """Says what is in an image, offline and in under a second."""

    def describe(self, image: Image.Image) -> str:
        """Return a few sentences about ``image``, never empty.

        Raises:
            InputError: ``image`` cannot be read.
            BackendError: the networks do not run here.
        """
        picture = _prepare(image)
        view = colors.to_lab_thumbnail(picture)
        evidence = fuse([], {}) if _is_blank(view) else fuse(detect(picture), classify(picture))
        scene = describe_surroundings(
            picture, [found.box for found in evidence.objects], evidence.places
        )
        sentences = dict.fromkeys(_sentences(picture, view, evidence, scene))
        return " ".join(f"{text[0].upper()}{text[1:]}." for text in sentences if text)


def _prepare(image: Image.Image) -> Image.Image:
    """Return ``image`` in RGB and no larger than useful."""
    try:
        picture = image.convert("RGB")
        picture.thumbnail((MAX_SIDE, MAX_SIDE), reducing_gap=2.0)
    except (OSError, ValueError, SyntaxError, MemoryError) as error:
        raise InputError(f"the image cannot be read ({error}); try another file") from error
    return picture


def _is_blank(view: Floats) -> bool:
    """Tell whether there is nothing but colour."""
    return min(view.shape[:2]) < 4 or float(view.reshape(-1, 3).std(0).max()) < MIN_SPREAD


def _sentences(
    picture: Image.Image, view: Floats, evidence: Evidence, scene: Scene
) -> Iterator[str]:
    """Yield the sentences in order of importance, with gaps left empty."""
    objects = object_phrases([_describe_object(picture, view, found) for found in evidence.objects])
    objects = [with_contents(phrase, evidence) for phrase in objects]
    activity = infer_activity(evidence)
    said = {*" ".join(objects).split(), *implied_nouns(activity)}
    subjects = [_describe_label(view, noun) for noun in evidence.subjects if noun not in said]
    first, *rest = objects + subjects or [_abstract_phrase(view)]
    if subjects and objects and not evidence.has_main_object:
        first, rest = subjects[0], objects + subjects[1:]
    yield first
    yield activity
    yield infer_place(evidence)
    yield from rest[:1]
    yield scene.top
    yield _without_repetition(scene.bottom, " ".join([*objects, scene.top]))
    yield flower_phrase(evidence, _vivid_colors(view))
    yield from rest[1:]
    yield ", ".join(scene.mood)
    if not objects and not subjects:
        yield _texture_phrase(view)


def _without_repetition(bottom: str, said: str) -> str:
    """Return what is below, unless only its colour tells it and that was said: none comes twice."""
    color, _, what = bottom.partition(" ")
    return "" if what == "below" and color in said.split() else bottom


def _describe_object(picture: Image.Image, view: Floats, found: Detection) -> DescribedObject:
    """Return ``found`` with its colour."""
    part = crop(picture, found.box)
    if found.noun != "person":
        return DescribedObject(
            labels().word(found.noun), _object_color(found.noun, part), found.box
        )
    if found.box.area > MIN_STATUE_AREA and _is_statue(part, view):
        return DescribedObject("statue", colors.object_color(part), found.box)
    return DescribedObject("person", colors.clothing_color(part), found.box)


def _object_color(noun: str, part: Image.Image) -> str:
    """Return the colour of a thing, as far as it can have one: a cow on a meadow is not green."""
    if noun in UNCOLORED_NOUNS:
        return ""
    if noun in VEHICLES:
        return colors.vehicle_color(part)
    if noun in VESSELS:
        return colors.vessel_color(part)
    return colors.object_color(part, FUR_COLORS if noun in FURRY_NOUNS else NAMES)


def _is_statue(part: Image.Image, view: Floats) -> bool:
    """Tell whether a person in a colour photograph is of one pale material."""
    body = colors.to_lab_thumbnail(part)
    inside = colors.ellipse_mask(*body.shape[:2])
    tinted = float(colors.chroma(view).mean()) > 4
    pale = float(np.median(body[inside][:, 0])) > MIN_STONE_LIGHTNESS
    gray = float(np.median(colors.chroma(body[inside]))) < 9
    head = inside[: len(inside) // 3]
    return (
        tinted and pale and gray and float(colors.skin_mask(body[: len(head)])[head].mean()) < 0.25
    )


def _describe_label(view: Floats, noun: str) -> str:
    """Return ``noun`` with the colour that the middle of the picture has more of than its edge."""
    word = labels().word(noun)
    if noun in UNCOLORED_NOUNS:
        return f"large {word}"
    inside = colors.ellipse_mask(*view.shape[:2])
    surplus = colors.color_histogram(view, inside) - colors.color_histogram(view, ~inside)
    if float(surplus.max()) < MIN_SUBJECT_SURPLUS:
        return f"large {word}"
    return f"large {NAMES[int(surplus.argmax())]} {word}"


def _vivid_colors(view: Floats) -> list[str]:
    """Return the vivid colours, the strongest first."""
    share = colors.color_histogram(view, colors.chroma(view) > MIN_CHROMA)
    ordered = [
        NAMES[index]
        for index in np.argsort(-share, kind="stable")
        if share[index] > MIN_ACCENT_SHARE
    ]
    return [name for name in ordered if name not in NEUTRAL_COLORS]


def _abstract_phrase(view: Floats) -> str:
    """Return the vivid colours as shapes, with the side on which the first one lies."""
    accents = _vivid_colors(view)[:MAX_ACCENTS]
    if not accents or _is_blank(view):
        return ""
    columns = np.nonzero(colors.name_indices(view) == NAMES.index(accents[0]))[1]
    middle = float(columns.mean() + 0.5) / view.shape[1] if columns.size else 0.5
    side = "left" if middle < 0.4 else "right" if middle > 0.6 else "center"
    return f"abstract {_join_words(accents)}, mostly {side}"


def _join_words(words: Sequence[str]) -> str:
    """Return ``words`` as a list in a sentence."""
    return " and ".join(filter(None, (", ".join(words[:-1]), words[-1])))


def _texture_phrase(view: Floats) -> str:
    """Return what a picture without objects feels like."""
    if _is_blank(view):
        return "plain empty surface, smooth"
    everything = measure_region(view, np.ones(view.shape[:2], bool))
    feel = "smooth soft" if everything.texture < MAX_SMOOTH_TEXTURE else "rough detailed"
    return f"{feel} texture, {everything.color} surface"
