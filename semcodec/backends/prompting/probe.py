"""Questions about a picture that a model without the picture can only guess.

A model that got no picture may invent a description that no phrase betrays. So where the answer is
structured by a JSON schema, it also has six fields whose right values are measured here: the
brightest and the darkest of nine places, and the main color at each corner. They cost no request,
and about 60 tokens.

Questions without a clear answer are not counted: the places if the picture is evenly bright, a
corner with too many colors. Right are all answers that a person could give: a place nearly as
bright as the brightest, every color of at least a quarter of a corner, and neighboring names of one
color (olive is green, brown or yellow). Fewer than half of at least four right answers is a
mismatch. Weak models mix up places and colors, so a mismatch alone is a notice and not an error
(``validation.check_description``). bench/blind_answers.py computes how many guesses are found.
"""

from __future__ import annotations

import colorsys
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from semcodec.imaging.regions import RGB, average_colors, lightness

if TYPE_CHECKING:
    from PIL.Image import Image

PLACES: Final = (
    "top left", "top center", "top right",
    "center left", "center", "center right",
    "bottom left", "bottom center", "bottom right",
)  # fmt: skip
CORNERS: Final = ("top_left", "top_right", "bottom_left", "bottom_right")
QUESTIONS: Final = ("brightest", "darkest", *CORNERS)  #: fields of an answer
COLORS: Final = (
    "black", "gray", "white", "red", "orange", "yellow", "green", "blue", "purple", "pink", "brown",
)  # fmt: skip
#: Other spellings and words for the colors and places.
SYNONYMS: Final = {
    "grey": "gray", "silver": "gray", "violet": "purple", "magenta": "pink", "cyan": "blue",
    "turquoise": "blue", "teal": "green", "beige": "brown", "tan": "brown", "gold": "yellow",
    "cream": "white", "middle": "center", "center center": "center", "middle left": "center left",
    "left center": "center left", "right center": "center right", "middle right": "center right",
    "top middle": "top center", "bottom middle": "bottom center",
}  # fmt: skip

SIDE: Final = 48  #: samples along each side of the picture
CORNER: Final = SIDE // 3  #: samples along each side of a corner
MIN_CONTRAST: Final = 50.0  #: of lightness, 0..255, between the brightest and the darkest place
TOLERANCE: Final = 0.35  #: of the contrast, by which a right answer may miss the brightest place
MIN_SHARE: Final = 0.25  #: of the samples of a corner that have a color
MAX_COLORS: Final = 4  #: of a corner that counts
#: A line that answers one of the questions outside of JSON.
ANSWER_LINE: Final = re.compile(
    r"[^\w\n]{0,6}(brightest|darkest|(?:top|bottom)[_ ](?:left|right))[\"'*_` ]{0,4}[:=]"
    r"[\"'*_` ]{0,4}([a-z]{3,10}(?:[ _-][a-z]{4,6})?)[\"'*_`,. ]{0,4}",
    re.I,
)
MIN_ANSWERS: Final = 4  #: that must count for a verdict

#: The names of colors that have a hue: first and last hue in degrees, where 360 is 0 again; lowest
#: and highest lightness, and lowest chroma, 0..255. Neighboring names overlap.
HUES: Final = {
    "red": (330, 378, 25, 255, 45),
    "orange": (12, 45, 70, 255, 45),
    "yellow": (40, 72, 80, 255, 45),
    "green": (62, 175, 25, 255, 18),
    "blue": (165, 265, 25, 255, 18),
    "purple": (245, 325, 25, 255, 18),
    "pink": (300, 375, 120, 255, 18),
    "brown": (340, 420, 25, 175, 18),
}
MAX_BROWN: Final = 210  #: of the largest of red, green and blue; brighter ones are orange or yellow
MAX_BLACK: Final = 60  #: lightness, 0..255
MIN_WHITE: Final = 190  #: lightness
MAX_WHITE_CHROMA: Final = 70
MAX_GRAY_CHROMA: Final = 25
GRAY: Final = (35, 225)  #: lightness


@dataclass(frozen=True, slots=True)
class Probe:
    """The right answers to the questions, by field; fields without a clear answer are missing."""

    right: Mapping[str, frozenset[str]]

    @classmethod
    def measure(cls, image: Image) -> Probe:
        """Return the right answers for ``image``."""
        cells = [lightness(color) for color in average_colors(image, 3, 3)]
        right: dict[str, frozenset[str]] = {}
        low, high = min(cells), max(cells)
        if high - low >= MIN_CONTRAST:
            tolerance = TOLERANCE * (high - low)
            places = list(zip(PLACES, cells, strict=True))
            right["brightest"] = frozenset(p for p, cell in places if cell >= high - tolerance)
            right["darkest"] = frozenset(p for p, cell in places if cell <= low + tolerance)
        samples = average_colors(image, SIDE, SIDE)
        for corner in CORNERS:
            colors = _main_colors(_corner(samples, corner))
            if 0 < len(colors) <= MAX_COLORS:
                right[corner] = colors
        return cls(right)

    def count(self, answers: Mapping[str, Any]) -> tuple[int, int]:
        """Return the numbers of right answers, and of answers that count."""
        given = {field: _read(answers.get(field)) for field in self.right}
        counted = {field: value for field, value in given.items() if value}
        return sum(value in self.right[field] for field, value in counted.items()), len(counted)

    def describe_mismatch(self, answers: Mapping[str, Any]) -> str:
        """Return a clause if too few ``answers`` are right for a model that sees the picture."""
        right, counted = self.count(answers)
        if counted < MIN_ANSWERS or 2 * right >= counted:
            return ""
        return f"{counted - right} of its {counted} answers about light and colors are wrong"

    def typical_answers(self) -> dict[str, str]:
        """Return answers as a model gives them that sees the picture."""
        default = dict.fromkeys(("brightest", "darkest"), PLACES[0]) | dict.fromkeys(
            CORNERS, "gray"
        )
        return {field: min(self.right.get(field, {value})) for field, value in default.items()}


def split_lines(text: str) -> tuple[str, dict[str, str]]:
    """Return ``text`` without lines that answer the questions, and these answers.

    A server that ignores the JSON schema may return prose with such lines.

    >>> split_lines("A boat.\\n- Brightest: top left\\n- **Top left:** blue")
    ('A boat.', {'brightest': 'top left', 'top_left': 'blue'})
    """
    answers: dict[str, str] = {}
    kept = []
    for line in text.splitlines(keepends=True):
        match = ANSWER_LINE.fullmatch(line.strip())
        if match is None:
            kept.append(line)
        else:
            answers["_".join(match[1].lower().replace("_", " ").split())] = match[2]
    return ("".join(kept).strip(), answers) if answers else (text, answers)


def schema_properties() -> dict[str, Any]:
    """Return the properties of the fields in a JSON schema."""
    place, color = {"type": "string", "enum": [*PLACES]}, {"type": "string", "enum": [*COLORS]}
    return {"brightest": place, "darkest": place} | dict.fromkeys(CORNERS, color)


def name_colors(color: RGB) -> set[str]:
    """Return the names that a person could give a color, out of ``COLORS``.

    >>> sorted(name_colors((130, 120, 40)))
    ['brown', 'yellow']
    """
    hue = 360 * colorsys.rgb_to_hsv(*color)[0]
    chroma, light = max(color) - min(color), (min(color) + max(color)) / 2
    named = {
        name
        for name, (first, last, darkest, lightest, faintest) in HUES.items()
        if (first <= hue <= last or first <= hue + 360 <= last)
        and darkest <= light <= lightest
        and chroma >= faintest
    }
    if max(color) > MAX_BROWN:
        named.discard("brown")
    if light < MAX_BLACK:
        named.add("black")
    if light > MIN_WHITE and chroma < MAX_WHITE_CHROMA:
        named.add("white")
    if not named or (chroma < MAX_GRAY_CHROMA and GRAY[0] < light < GRAY[1]):
        named.add("gray")
    return named


def _main_colors(samples: list[RGB]) -> frozenset[str]:
    counts = Counter(name for sample in samples for name in name_colors(sample))
    return frozenset(name for name, count in counts.items() if count >= MIN_SHARE * len(samples))


def _corner(samples: list[RGB], corner: str) -> list[RGB]:
    rows = range(CORNER) if corner.startswith("top") else range(SIDE - CORNER, SIDE)
    first = 0 if corner.endswith("left") else SIDE - CORNER
    return [sample for row in rows for sample in samples[row * SIDE + first :][:CORNER]]


def _read(value: object) -> str:
    """Return an answer as one of ``PLACES`` or ``COLORS``; empty if it is neither."""
    if not isinstance(value, str):
        return ""
    text = " ".join(value[:40].lower().replace("-", " ").replace("_", " ").split())
    text = SYNONYMS.get(text, text)
    return text if text in PLACES or text in COLORS else ""
