"""SVG drawings within the page: only what draws is kept.

The drawings are those of ``semcodec.measure.plots``, but they contain names of photographs and
settings, and callers may pass others. A drawing becomes a part of the page, where a script, a link
or a style of its own would apply to all of it.
"""

from __future__ import annotations

import re
from typing import Final
from xml.etree import ElementTree

ELEMENTS: Final = frozenset(
    "svg g defs path rect circle ellipse line polyline polygon text tspan use clipPath title desc "
    "linearGradient radialGradient stop marker symbol pattern mask".split()
)
ATTRIBUTES: Final = frozenset(
    "id class d x y x1 y1 x2 y2 cx cy r rx ry dx dy width height points transform viewBox version "
    "style fill fill-opacity fill-rule stroke stroke-width stroke-opacity stroke-dasharray "
    "stroke-linecap stroke-linejoin opacity clip-path clip-rule font-family font-size font-style "
    "font-weight text-anchor dominant-baseline preserveAspectRatio offset stop-color stop-opacity "
    "gradientUnits gradientTransform markerWidth markerHeight refX refY orient href "
    "clipPathUnits role aria-labelledby aria-label aria-hidden".split()
)
#: What an attribute may not have: a reference to something else than the drawing itself.
LOADS: Final = re.compile(r"url\((?!\s*['\"]?#)|@|image\(|expression|\\", re.IGNORECASE)


def clean_svg(svg: str) -> str | None:
    """Return a drawing as an element of HTML, or None if it is not an SVG document."""
    try:
        root = ElementTree.fromstring(svg)  # noqa: S314  # expat limits the size of entities
    except (ElementTree.ParseError, ValueError):
        return None
    if _local_name(root.tag) != "svg":
        return None
    return ElementTree.tostring(_clean(root), encoding="unicode")


def _clean(element: ElementTree.Element) -> ElementTree.Element:
    """Return a copy of an element with what may be kept of it, and without namespaces."""
    copy = ElementTree.Element(_local_name(element.tag))
    for attribute, value in element.attrib.items():
        name = _local_name(attribute)
        is_local = name != "href" or value.startswith("#")
        if name in ATTRIBUTES and is_local and not LOADS.search(value):
            copy.set(name, value)
    copy.text, copy.tail = element.text, element.tail
    for child in element:
        if isinstance(child.tag, str) and _local_name(child.tag) in ELEMENTS:
            copy.append(_clean(child))
    return copy


def _local_name(name: str) -> str:
    return name.rpartition("}")[2]
