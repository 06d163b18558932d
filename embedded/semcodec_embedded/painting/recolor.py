"""Recolor a drawing by changing the fills of its main colors, and nothing else.

In our own drawings, fills in capital letters mark the colors that may change. In the emoji, the
main fills are guessed: outlines, eyes and wheels are excluded, and the other fills are grouped by
hue and weighted by the area that they cover. The largest group gets the new color and keeps its
shading.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from semcodec_embedded.painting.palette import (
    NAMED,
    Color,
    Lch,
    from_hex,
    from_lch,
    to_hex,
    to_lch,
)
from semcodec_embedded.painting.scene import Looks
from semcodec_embedded.painting.svg import SVG_HEADER, rasterize

FILL = re.compile(r'(?<=(?:fill|olor|roke)=")#(?:[0-9a-fA-F]{6}|[0-9a-fA-F]{3})(?=")')
MAIN_FILL = re.compile("[A-F]")
WEIGHING_SIZE = 48  #: pixels per side of a rendering in which areas are compared
MIN_CHROMA = 0.045  #: a fill with less is gray, without a meaningful hue
HUE_DISTANCE = math.radians(42)  #: fills with a smaller difference in hue are one group
MIN_GRAY_LIGHTNESS = 0.36  #: a darker gray is an outline, a tire or an eye
MIN_AREA = 0.12  #: a colored group with a smaller share of the area is a detail
MIN_DETAIL_AREA = 0.04  #: of a detail that gets a second color
MIN_SHADES_AREA = 0.12  #: of the shades that get a second color, as a share of their group
GRAY_FIRST_AREA, GRAY_LAST_AREA = (
    0.55,
    0.3,
)  #: area above which grays are the first, or the last, group
COMPANION_AREA = 0.3  #: a second group with this share of the first gets the same color
CONTRAST = 0.85  #: share of the old differences in lightness that is kept
#: Limits of the chroma within a recolored group, which varies less than before.
MIN_CHROMA_SHARE, MAX_CHROMA_RATIO = 0.35, 1.4
MIN_LIGHTNESS, MAX_LIGHTNESS = 0.12, 0.985  #: keeps outlines on black and white visible
#: The hair of Noto Emoji in our own drawings, and the tone for each word. Without a word, hair has
#: the tone of a dark yellow, which like the yellow of the skin is not that of any real person.
HAIR: Color = (84, 57, 48)
HAIR_TONES: dict[str, Color] = {
    "": (196, 134, 32),
    "black": (42, 38, 40),
    "brown": (96, 62, 42),
    "red": (190, 78, 36),
    "yellow": (250, 228, 146),
    "gray": (160, 162, 168),
    "white": (228, 230, 234),
    "pink": NAMED["pink"],
    "blue": NAMED["blue"],
    "green": NAMED["green"],
    "purple": NAMED["purple"],
}
SKIN: Color = (250, 192, 54)
SKIN_TONES: dict[str, Color] = {
    "light": (246, 214, 188),
    "medium": (204, 150, 108),
    "dark": (122, 76, 48),
}
TROUSERS: Color = (55, 97, 142)
TROUSER_FILLS = frozenset(("#37618e", "#2b4b70", "#7c7c7c", "#686868", "#616161"))
#: The skateboard and the bat in our own drawings, and the color from which their shades differ.
GEAR_FILLS = frozenset(("#6d4330", "#f2b632", "#c78c4e", "#a46a35"))
GEAR: Color = (178, 124, 60)
#: Eyes, mouths and cheeks of people.
FACE_FILLS = frozenset(("#404040", "#444444", "#424242", "#444", "#ed6c30", "#795548"))


@dataclass(frozen=True, slots=True)
class FillGroup:
    """Fills of similar hue, the share of the drawing that they cover, and their mean color."""

    fills: tuple[str, ...]
    area: float
    mean: Lch


@lru_cache(maxsize=256)  # so that a flock of sheep is recolored only once
def recolor(body: str, colors: tuple[str, ...], looks: Looks | None = None) -> str:
    """Return the SVG ``body`` in ``colors`` (names in the palette), the largest group first.

    ``looks`` are those of a person, who also gets hair, skin and trousers in their colors; None for
    anything else.
    """
    groups = _groups_for(body, colors, looks is not None)
    changes = _tone_changes(body, looks) if looks else {}
    for group, name in zip(groups, _assign(groups, colors), strict=False):
        for fill in group.fills:
            changes[fill] = to_hex(_shift_color(to_lch(from_hex(fill)), group.mean, name))
    return FILL.sub(lambda match: changes.get(match[0], match[0]), body)


def has_gear(body: str) -> bool:
    """Return whether the gear in a drawing of an activity has a color of its own."""
    return not GEAR_FILLS.isdisjoint(FILL.findall(body))


def applied_colors(
    body: str, colors: tuple[str, ...], looks: Looks | None = None
) -> tuple[str, ...]:
    """Return those of ``colors`` in which ``recolor`` shows the drawing, and that of trousers."""
    groups = _groups_for(body, colors, looks is not None)
    applied = _assign(groups, colors)
    if looks and looks.lower_color and not TROUSER_FILLS.isdisjoint(FILL.findall(body)):
        applied.append(looks.lower_color)
    return tuple(dict.fromkeys(applied))


def _tone_changes(body: str, looks: Looks) -> dict[str, str]:
    """Return the new fills for hair, skin and trousers, by the old ones."""
    changes: dict[str, Color] = {}
    for fill in dict.fromkeys(FILL.findall(body)):
        if fill in GEAR_FILLS:
            if looks.gear_color:
                changes[fill] = _shift_tone(fill, GEAR, NAMED[looks.gear_color])
        elif _is_hair(fill):
            changes[fill] = _shift_tone(fill, HAIR, HAIR_TONES[looks.hair])
        elif looks.skin and _is_skin(fill):
            changes[fill] = _shift_tone(fill, SKIN, SKIN_TONES[looks.skin])
        elif looks.lower_color and fill in TROUSER_FILLS:
            changes[fill] = _shift_tone(fill, TROUSERS, NAMED[looks.lower_color])
    return {fill: to_hex(color) for fill, color in changes.items()}


def _shift_tone(fill: str, reference: Color, tone: Color) -> Color:
    """Return ``tone``, lighter or darker by as much as ``fill`` is than ``reference``."""
    lightness, chroma, hue = to_lch(tone)
    difference = to_lch(from_hex(fill))[0] - to_lch(reference)[0]
    return from_lch((min(MAX_LIGHTNESS, lightness + difference * CONTRAST), chroma, hue))


def _assign(groups: Sequence[FillGroup], colors: Sequence[str]) -> list[str]:
    """Return the colors of the first groups; a large second group may get the first color."""
    if not groups or not colors:
        return []
    assigned = list(colors[: len(groups)])
    if len(colors) == 1 and len(groups) > 1 and groups[1].mean[1] >= MIN_CHROMA:
        assigned += [colors[0]] * (groups[1].area > COMPANION_AREA * groups[0].area)
    return assigned


def _groups_for(body: str, colors: Sequence[str], is_person: bool) -> list[FillGroup]:
    """Return the groups to recolor, at least one for each of ``colors`` if the drawing has them.

    A second color is that of a detail, or else of the shades of the largest group: a bus in red and
    white gets a white stripe.
    """
    groups = _main_groups(body, is_person) if colors else []
    if is_person or not groups or len(groups) >= len(colors):
        return groups
    areas = _fill_areas(body)
    total = sum(areas.values())
    used = {fill for group in groups for fill in group.fills}
    others = [fill for fill in areas if fill not in used and _is_light_or_colored(fill)]
    details = [group for group in _by_hue(others, areas) if group.area > MIN_DETAIL_AREA * total]
    return [*groups, *details] if details else _split_shades(groups, areas)


def _is_light_or_colored(fill: str) -> bool:
    lightness, chroma, _ = to_lch(from_hex(fill))
    return chroma >= MIN_CHROMA or lightness > MIN_GRAY_LIGHTNESS


def _split_shades(groups: list[FillGroup], areas: Mapping[str, float]) -> list[FillGroup]:
    """Return ``groups`` with the largest one split into its largest fill and the others."""
    largest = max(groups, key=lambda group: group.area)
    main = max(largest.fills, key=lambda fill: areas[fill])
    shades = [fill for fill in largest.fills if fill != main]
    if sum(areas[fill] for fill in shades) < MIN_SHADES_AREA * largest.area:
        return groups
    rest = [group for group in groups if group is not largest]
    return [_group([main], areas), _group(shades, areas), *rest]


def _main_groups(body: str, is_person: bool) -> list[FillGroup]:
    """Return the groups that may be recolored, the largest first.

    For people, grays come after colors whatever their area, because white is rarely the main color.
    """
    areas = _fill_areas(body)
    if is_person:
        areas = {fill: area for fill, area in areas.items() if not _is_body(fill)}
    if main := [fill for fill in areas if MAIN_FILL.search(fill)]:
        return [_group(main, areas)]
    groups = _guess_main_groups(areas)
    return groups if is_person else sorted(groups, key=lambda group: -group.area)


def _guess_main_groups(areas: Mapping[str, float]) -> list[FillGroup]:
    """Return large colored groups, and the light grays if they cover enough or are alone.

    Dark grays are excluded, because they are outlines, tires and eyes.
    """
    total = sum(areas.values()) or 1.0
    colored, gray = [], []
    for fill in areas:
        lightness, chroma, _ = to_lch(from_hex(fill))
        if chroma >= MIN_CHROMA:
            colored.append(fill)
        elif lightness > MIN_GRAY_LIGHTNESS:
            gray.append(fill)
    groups = [group for group in _by_hue(colored, areas) if group.area > MIN_AREA * total]
    gray_group = _group(gray, areas)
    if gray_group.area > GRAY_FIRST_AREA * total or not groups:
        return [gray_group, *groups] if gray_group.fills else groups
    if gray_group.area > GRAY_LAST_AREA * total:
        return [*groups, gray_group]
    return groups


def _is_body(fill: str) -> bool:
    """Return whether a fill of a person is skin, hair or face, which are not clothes."""
    return _is_skin(fill) or _is_hair(fill) or fill in FACE_FILLS or fill in GEAR_FILLS


def _is_skin(fill: str) -> bool:
    """Return whether a fill is in the range of the yellow skin of Noto Emoji."""
    lightness, chroma, hue = to_lch(from_hex(fill))
    degrees = math.degrees(hue)
    is_bright_skin = 62 < degrees < 97 and lightness > 0.64 and chroma > 0.1
    is_shaded_skin = 48 < degrees < 72 and lightness < 0.66 and chroma > 0.08
    return (is_bright_skin or is_shaded_skin) and not MAIN_FILL.search(fill)


def _is_hair(fill: str) -> bool:
    """Return whether a fill is in the range of the brown hair of Noto Emoji, and is not a face."""
    lightness, chroma, hue = to_lch(from_hex(fill))
    is_brown = 20 < math.degrees(hue) < 65 and lightness < 0.5 and 0.015 < chroma < 0.075
    return is_brown and fill not in FACE_FILLS and not MAIN_FILL.search(fill)


def _by_hue(fills: Sequence[str], areas: Mapping[str, float]) -> list[FillGroup]:
    """Return groups of fills of similar hue to the largest fill in them, the largest first."""
    remaining = sorted(fills, key=lambda fill: -areas[fill])
    groups = []
    while remaining:
        hue = _hue(remaining[0])
        similar = [fill for fill in remaining if _hue_distance(_hue(fill), hue) < HUE_DISTANCE]
        groups.append(_group(similar, areas))
        remaining = [fill for fill in remaining if fill not in similar]
    return sorted(groups, key=lambda group: -group.area)


def _group(fills: Sequence[str], areas: Mapping[str, float]) -> FillGroup:
    """Return a group of ``fills``; its hue is the first fill's, as hues cannot be averaged."""
    area = sum(areas[fill] for fill in fills)
    weighted = [(to_lch(from_hex(fill)), areas[fill] / max(area, 1e-9)) for fill in fills]
    lightness = sum(lch[0] * weight for lch, weight in weighted)
    chroma = sum(lch[1] * weight for lch, weight in weighted)
    return FillGroup(tuple(fills), area, (lightness, chroma, _hue(fills[0]) if fills else 0.0))


def _hue(fill: str) -> float:
    return to_lch(from_hex(fill))[2]


def _hue_distance(first: float, second: float) -> float:
    """Return the distance on the circle of hues, 0..pi."""
    return abs((first - second + math.pi) % (2 * math.pi) - math.pi)


@lru_cache(maxsize=512)
def _fill_areas(body: str) -> dict[str, float]:
    """Return the share of the drawing that each fill covers.

    The drawing is rasterized at a small size, and each pixel counts for the fill that is nearest in
    RGB. This is simpler than computing the areas of paths, and handles gradients and overlaps.
    """
    fills = list(dict.fromkeys(FILL.findall(body)))
    size = WEIGHING_SIZE
    svg = f'{SVG_HEADER}viewBox="0 0 128 128" width="{size}" height="{size}">{body}</svg>'
    pixels = np.asarray(rasterize(svg), np.float32).reshape(-1, 4)
    pixels = pixels[pixels[:, 3] > 128][:, :3]
    if not fills or not len(pixels):
        return {}
    colors = np.array([from_hex(fill) for fill in fills], np.float32)
    nearest = ((pixels[:, None] - colors[None]) ** 2).sum(-1).argmin(1)
    shares = np.bincount(nearest, minlength=len(fills)) / len(pixels)
    # Fills without pixels get a small weight, so that they change with their group.
    return {fill: float(share) + 1e-4 for fill, share in zip(fills, shares, strict=True)}


def _shift_color(old: Lch, mean: Lch, name: str) -> Color:
    """Return a color that differs from ``name`` as ``old`` does from the ``mean`` of its group."""
    lightness, chroma, hue = to_lch(NAMED[name])
    ratio = min(MAX_CHROMA_RATIO, old[1] / mean[1]) if mean[1] > MIN_CHROMA else 1.0
    # The difference in lightness is kept, which preserves the shading. The chroma is scaled, so a
    # color that was paler than its group stays paler. The hue is replaced.
    shifted = lightness + (old[0] - mean[0]) * CONTRAST
    shifted = min(MAX_LIGHTNESS, max(MIN_LIGHTNESS, shifted))
    return from_lch((shifted, chroma * (MIN_CHROMA_SHARE + 0.65 * ratio), hue))
