"""Give a drawing another colour by moving the fills of its main colours, and nothing else.

In our own drawings a fill in capitals is what a colour word may change. In the others fills are
guessed: shading, outlines, eyes and wheels stay, fills are grouped by hue and weighed by the
area that they have in the picture; the heaviest group takes the new colour, light and shade kept.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
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
from semcodec_embedded.painting.svg import SVG_HEADER, rasterize

FILL = re.compile(r'(?<=(?:fill|olor|roke)=")#(?:[0-9a-fA-F]{6}|[0-9a-fA-F]{3})(?=")')
MEASURE = 48  #: pixels across that are enough to weigh the fills
GRAY = 0.045  #: chroma below which a fill has no hue
APART = math.radians(42)  #: fills whose hues differ by less are one group
DARK = 0.36  #: lightness below which a gray is an outline, a tyre or an eye
LEAST = 0.12  #: a coloured group with less of the area is a detail
COMPANION = 0.3  #: a second group with so much of the area takes the colour too
CONTRAST = 0.85  #: how much of the old light and shade stays
LINES = frozenset(("#404040", "#444444", "#424242", "#444", "#ed6c30", "#795548"))
"""Eyes, mouths and cheeks of people."""


@dataclass(frozen=True, slots=True)
class Group:
    """Fills of one hue with the area that they cover."""

    fills: tuple[str, ...]
    area: float
    mean: Lch


@lru_cache(maxsize=256)
def recolor(body: str, colors: tuple[str, ...], person: bool) -> str:
    """Return ``body`` in ``colours``, names of the palette: the first on the largest group."""
    groups = _groups(body, person)
    changes: dict[str, str] = {}
    for group, name in zip(groups, _dealt(groups, colors), strict=False):
        changes |= {
            fill: to_hex(_moved(to_lch(from_hex(fill)), group.mean, name)) for fill in group.fills
        }
    return FILL.sub(lambda match: changes.get(match[0], match[0]), body)


def _dealt(groups: Sequence[Group], colors: Sequence[str]) -> list[str]:
    """Return the colour of each group that gets one; a large second group shares the first's."""
    if not groups or not colors:
        return []
    dealt = list(colors[: len(groups)])
    if len(colors) == 1 and len(groups) > 1 and groups[1].mean[1] >= GRAY:
        dealt += [colors[0]] * (groups[1].area > COMPANION * groups[0].area)
    return dealt


def _groups(body: str, person: bool) -> list[Group]:
    """Return the groups that may change, the largest first."""
    areas = _areas(body)
    if person:
        areas = {fill: area for fill, area in areas.items() if not _is_skin(fill)}
    if main := [fill for fill in areas if re.search("[A-F]", fill)]:
        return [_group(main, areas)]
    whole = sum(areas.values()) or 1.0
    colored = _by_hue([fill for fill in areas if to_lch(from_hex(fill))[1] >= GRAY], areas)
    gray = [
        fill
        for fill in areas
        if to_lch(from_hex(fill))[1] < GRAY and to_lch(from_hex(fill))[0] > DARK
    ]
    groups = [group for group in colored if group.area > LEAST * whole]
    pale = _group(gray, areas)
    if pale.area > 0.55 * whole or not groups:
        groups = [pale, *groups] if pale.fills else groups
    elif pale.area > 0.3 * whole:
        groups.append(pale)
    return groups if person else sorted(groups, key=lambda group: -group.area)


def _is_skin(fill: str) -> bool:
    """Tell whether a fill of a person is skin, hair or face, which no colour word changes."""
    light, chroma, hue = to_lch(from_hex(fill))
    degrees = math.degrees(hue)
    skin = 62 < degrees < 97 and light > 0.64 and chroma > 0.1
    shaded = 48 < degrees < 72 and light < 0.66 and chroma > 0.08
    hair = 20 < degrees < 65 and light < 0.5 and chroma < 0.075
    return skin or shaded or hair or fill in LINES


def _by_hue(fills: Sequence[str], areas: dict[str, float]) -> list[Group]:
    """Return groups of like hue, the largest first; each starts from its largest fill."""
    left = sorted(fills, key=lambda fill: -areas[fill])
    groups = []
    while left:
        hue = to_lch(from_hex(left[0]))[2]
        like = [fill for fill in left if _apart(to_lch(from_hex(fill))[2], hue) < APART]
        groups.append(_group(like, areas))
        left = [fill for fill in left if fill not in like]
    return sorted(groups, key=lambda group: -group.area)


def _group(fills: Sequence[str], areas: dict[str, float]) -> Group:
    area = sum(areas[fill] for fill in fills)
    parts = [(to_lch(from_hex(fill)), areas[fill] / max(area, 1e-9)) for fill in fills]
    light = sum(lch[0] * share for lch, share in parts)
    chroma = sum(lch[1] * share for lch, share in parts)
    return Group(tuple(fills), area, (light, chroma, parts[0][0][2] if parts else 0.0))


def _apart(first: float, second: float) -> float:
    return abs((first - second + math.pi) % (2 * math.pi) - math.pi)


@lru_cache(maxsize=512)
def _areas(body: str) -> dict[str, float]:
    """Return the share of the drawing in which each fill is the nearest colour."""
    fills = list(dict.fromkeys(FILL.findall(body)))
    svg = f'{SVG_HEADER}viewBox="0 0 128 128" width="{MEASURE}" height="{MEASURE}">{body}</svg>'
    pixels = np.asarray(rasterize(svg), np.float32).reshape(-1, 4)
    pixels = pixels[pixels[:, 3] > 128][:, :3]
    if not fills or not len(pixels):
        return {}
    table = np.array([from_hex(fill) for fill in fills], np.float32)
    nearest = ((pixels[:, None] - table[None]) ** 2).sum(-1).argmin(1)
    shares = np.bincount(nearest, minlength=len(fills)) / len(pixels)
    return {fill: float(share) + 1e-4 for fill, share in zip(fills, shares, strict=True)}


def _moved(old: Lch, mean: Lch, name: str) -> Color:
    """Return ``old`` as far from the colour ``name`` as it was from the ``mean`` of its group."""
    light, chroma, hue = to_lch(NAMED[name])
    share = min(1.4, old[1] / mean[1]) if mean[1] > GRAY else 1.0
    moved = light + (old[0] - mean[0]) * CONTRAST
    return from_lch((min(0.985, max(0.12, moved)), chroma * (0.35 + 0.65 * share), hue))
