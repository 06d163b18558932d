"""SVG drawings within the page: checked, and with names of their own.

The drawings are ours, but they contain names of photographs and settings. Only elements and
attributes that draw are kept, and references only to the drawing itself. Elements of several
drawings have the same ids, which must be distinct within one page.
"""

from __future__ import annotations

import re
from typing import Final
from xml.etree import ElementTree

SVG: Final = "http://www.w3.org/2000/svg"
XLINK: Final = "http://www.w3.org/1999/xlink"
ELEMENTS: Final = frozenset(
    "svg g defs path rect circle ellipse line polyline polygon text tspan use clipPath title desc "
    "linearGradient radialGradient stop marker symbol pattern mask style".split()
)
ATTRIBUTES: Final = frozenset(
    "id class d x y x1 y1 x2 y2 cx cy r rx ry dx dy width height points transform viewBox version "
    "style fill fill-opacity fill-rule stroke stroke-width stroke-opacity stroke-dasharray "
    "stroke-linecap stroke-linejoin opacity clip-path clip-rule font-family font-size font-style "
    "font-weight text-anchor dominant-baseline preserveAspectRatio offset stop-color stop-opacity "
    "gradientUnits gradientTransform markerWidth markerHeight refX refY orient href "
    "clipPathUnits".split()
)
LOCAL_URL: Final = re.compile(r"url\(\s*['\"]?#([^'\")]*)['\"]?\s*\)")
#: What may not be in a style: a reference to another file, or a rule that loads one.
LOADS: Final = re.compile(r"url\((?!\s*['\"]?#)|@|image\(|expression|\\", re.IGNORECASE)
#: Styles apply to the whole page, so that only those of lines of all elements are kept.
PLAIN_STYLE: Final = re.compile(r"\*\s*\{[\w\s:;.-]*\}")


def clean_svg(svg: str, prefix: str) -> str | None:
    """Return a drawing as an element of HTML, or None if it is not an SVG document.

    Args:
        svg: the document.
        prefix: what the ids of its elements start with, such as ``"figure-1-"``.
    """
    try:
        root = ElementTree.fromstring(svg)  # noqa: S314  # our own drawing
    except (ElementTree.ParseError, ValueError):
        return None
    if root.tag != f"{{{SVG}}}svg":
        return None
    clean = _clean(root, prefix)
    clean.set("aria-hidden", "true")  # the figure around it has the text
    clean.set("focusable", "false")
    return ElementTree.tostring(clean, encoding="unicode")


def _clean(element: ElementTree.Element, prefix: str) -> ElementTree.Element:
    """Return a copy of an element with what may be kept of it, and without namespaces."""
    name = _local_name(element.tag)
    copy = ElementTree.Element(name)
    for attribute, value in element.attrib.items():
        kept = _clean_attribute(_local_name(attribute), value, prefix)
        if kept is not None:
            copy.set(_local_name(attribute), kept)
    copy.text, copy.tail = element.text, element.tail
    for child in element:
        child_name = _local_name(child.tag) if isinstance(child.tag, str) else ""
        is_style = child_name == "style"
        if child_name in ELEMENTS and (not is_style or PLAIN_STYLE.fullmatch(child.text or "")):
            copy.append(_clean(child, prefix))
    return copy


def _clean_attribute(name: str, value: str, prefix: str) -> str | None:
    if name not in ATTRIBUTES or LOADS.search(value):
        return None
    if name == "id":
        return prefix + value
    if name == "href":
        return f"#{prefix}{value[1:]}" if value.startswith("#") else None
    return LOCAL_URL.sub(lambda match: f"url(#{prefix}{match[1]})", value)


def _local_name(name: str) -> str:
    return name.rpartition("}")[2]
