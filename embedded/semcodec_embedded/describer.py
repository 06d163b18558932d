"""Describe a photograph in short plain sentences, the most important first.

A selector keeps about a dozen words in reading order and a painter has nothing else, so the order
is: main object, what happens, where, next object, what is above and below, the rest, the light.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from PIL import Image

from semcodec.errors import InputError
from semcodec_embedded import colours
from semcodec_embedded.classifier import crop, guess
from semcodec_embedded.colours import FUR, NAMES, NEUTRAL, Floats
from semcodec_embedded.context import flowers, happening, held, told, whereabouts
from semcodec_embedded.detector import Found, find
from semcodec_embedded.evidence import Evidence, weigh
from semcodec_embedded.labels import labels
from semcodec_embedded.layout import Thing, phrases
from semcodec_embedded.scene import SMOOTH, Scene, look, region

LARGEST = 1024  #: pixels along the longer side; more say nothing new
PLAIN = 2.5  #: spread of lightness and colour below which there is nothing to recognise
ACCENT = 0.05  #: the share of the votes from which a vivid colour is worth a word
VIVID = 25.0  #: chroma from which a pixel stands out
ACCENTS = 3  #: at most so many vivid colours are named
STATUE = 0.15  #: the size from which a person without a trace of skin is a statue
MARBLE = 35.0  #: the lightness of stone; darker ones are people from behind
FURRED = frozenset((
    "cat", "dog", "horse", "sheep", "cow", "elephant", "bear", "zebra", "giraffe", "teddy bear",
    "vulture", "eagle", "owl", "goose", "monkey", "lion", "tiger", "leopard", "fox", "wolf", "deer",
    "goat", "pig", "rabbit", "squirrel", "camel", "llama", "kangaroo", "animal", "penguin",
))  # fmt: skip
VEHICLES = frozenset(("bus", "car", "truck", "train", "motorcycle", "bicycle", "taxi", "streetcar"))
VESSELS = frozenset(("cup", "bowl", "vase", "glass", "pot"))
OUTSTANDING = 0.2  #: the surplus of votes from which a subject without a box has a colour
UNCOLOURED = frozenset((
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
        picture = _readable(image)
        view = colours.pixels(picture)
        evidence = weigh([], {}) if _plain(view) else weigh(find(picture), guess(picture))
        scene = look(picture, [found.box for found in evidence.objects], evidence.places)
        sentences = dict.fromkeys(_sentences(picture, view, evidence, scene))
        return " ".join(f"{text[0].upper()}{text[1:]}." for text in sentences if text)


def _readable(image: Image.Image) -> Image.Image:
    """Return ``image`` in RGB and no larger than useful."""
    try:
        picture = image.convert("RGB")
        picture.thumbnail((LARGEST, LARGEST), reducing_gap=2.0)
    except (OSError, ValueError, SyntaxError, MemoryError) as error:
        raise InputError(f"the image cannot be read ({error}); try another file") from error
    return picture


def _plain(view: Floats) -> bool:
    """Tell whether there is nothing but colour."""
    return min(view.shape[:2]) < 4 or float(view.reshape(-1, 3).std(0).max()) < PLAIN


def _sentences(
    picture: Image.Image, view: Floats, evidence: Evidence, scene: Scene
) -> Iterator[str]:
    """Yield the sentences in order of importance, with gaps left empty."""
    objects = phrases([_thing(picture, view, found) for found in evidence.objects])
    objects = [held(phrase, evidence) for phrase in objects]
    activity = happening(evidence)
    said = {*" ".join(objects).split(), *told(activity)}
    subjects = [_subject(view, noun) for noun in evidence.subjects if noun not in said]
    first, *rest = objects + subjects or [_shapes(view)]
    if subjects and objects and not evidence.important:
        first, rest = subjects[0], objects + subjects[1:]
    yield first
    yield activity
    yield whereabouts(evidence)
    yield from rest[:1]
    yield scene.top
    yield _new(scene.bottom, " ".join([*objects, scene.top]))
    yield flowers(evidence, _accents(view))
    yield from rest[1:]
    yield ", ".join(scene.mood)
    if not objects and not subjects:
        yield _surface(view)


def _new(bottom: str, said: str) -> str:
    """Return what is below, unless only its colour tells it and that was said: none comes twice."""
    colour, _, what = bottom.partition(" ")
    return "" if what == "below" and colour in said.split() else bottom


def _thing(picture: Image.Image, view: Floats, found: Found) -> Thing:
    """Return ``found`` with its colour."""
    part = crop(picture, found.box)
    if found.noun != "person":
        return Thing(labels().word(found.noun), _colour(found.noun, part), found.box)
    if found.box.area > STATUE and _stone(part, view):
        return Thing("statue", colours.of_object(part), found.box)
    return Thing("person", colours.of_clothes(part), found.box)


def _colour(noun: str, part: Image.Image) -> str:
    """Return the colour of a thing, as far as it can have one: a cow on a meadow is not green."""
    if noun in UNCOLOURED:
        return ""
    if noun in VEHICLES:
        return colours.of_vehicle(part)
    if noun in VESSELS:
        return colours.of_vessel(part)
    return colours.of_object(part, FUR if noun in FURRED else NAMES)


def _stone(part: Image.Image, view: Floats) -> bool:
    """Tell whether a person in a colour photograph is of one pale material."""
    body = colours.pixels(part)
    inside = colours.ellipse(*body.shape[:2])
    tinted = float(colours.chroma(view).mean()) > 4
    pale = float(np.median(body[inside][:, 0])) > MARBLE
    gray = float(np.median(colours.chroma(body[inside]))) < 9
    head = inside[: len(inside) // 3]
    return tinted and pale and gray and float(colours.skin(body[: len(head)])[head].mean()) < 0.25


def _subject(view: Floats, noun: str) -> str:
    """Return ``noun`` with the colour that the middle of the picture has more of than its edge."""
    word = labels().word(noun)
    if noun in UNCOLOURED:
        return f"large {word}"
    inside = colours.ellipse(*view.shape[:2])
    surplus = colours.shares(view, inside) - colours.shares(view, ~inside)
    if float(surplus.max()) < OUTSTANDING:
        return f"large {word}"
    return f"large {NAMES[int(surplus.argmax())]} {word}"


def _accents(view: Floats) -> list[str]:
    """Return the vivid colours, the strongest first."""
    share = colours.shares(view, colours.chroma(view) > VIVID)
    ordered = [NAMES[index] for index in np.argsort(-share, kind="stable") if share[index] > ACCENT]
    return [name for name in ordered if name not in NEUTRAL]


def _shapes(view: Floats) -> str:
    """Return the vivid colours as shapes, with the side on which the first one lies."""
    accents = _accents(view)[:ACCENTS]
    if not accents or _plain(view):
        return ""
    columns = np.nonzero(colours.name(view) == NAMES.index(accents[0]))[1]
    middle = float(columns.mean() + 0.5) / view.shape[1] if columns.size else 0.5
    side = "left" if middle < 0.4 else "right" if middle > 0.6 else "center"
    return f"abstract {_listed(accents)}, mostly {side}"


def _listed(words: Sequence[str]) -> str:
    """Return ``words`` as a list in a sentence."""
    return " and ".join(filter(None, (", ".join(words[:-1]), words[-1])))


def _surface(view: Floats) -> str:
    """Return what a picture without objects feels like."""
    if _plain(view):
        return "plain empty surface, smooth"
    everything = region(view, np.ones(view.shape[:2], bool))
    feel = "smooth soft" if everything.texture < SMOOTH else "rough detailed"
    return f"{feel} texture, {everything.colour} surface"
