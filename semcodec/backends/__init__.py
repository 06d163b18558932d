"""Backends: the protocols that models implement, and their registry."""

from __future__ import annotations

from semcodec.backends.guides import Guide, WordBoxes
from semcodec.backends.notes import add_note
from semcodec.backends.protocols import (
    ROLES,
    AnyLanguageDescriber,
    Describer,
    Editor,
    GuidedPainter,
    Locator,
    PaintableSizes,
    Painter,
    Upscaler,
    WordSelector,
    Writer,
)
from semcodec.backends.registry import (
    AUTO,
    DEFAULTS,
    LOCAL,
    LOCAL_LIGHT,
    find,
    find_all,
    is_named,
    is_server,
    load,
    names,
    roles,
    server_settings,
)

__all__ = [
    "Describer",
    "AnyLanguageDescriber",
    "Writer",
    "WordSelector",
    "Painter",
    "GuidedPainter",
    "Guide",
    "WordBoxes",
    "PaintableSizes",
    "Editor",
    "Locator",
    "Upscaler",
    "add_note",
    "ROLES",
    "AUTO",
    "LOCAL",
    "LOCAL_LIGHT",
    "is_server",
    "DEFAULTS",
    "find",
    "find_all",
    "load",
    "is_named",
    "names",
    "roles",
    "server_settings",
]
