"""Options for ``pack`` out of a stream of decisions: every value that a record can carry."""

from __future__ import annotations

from typing import Any

from fuzz import carriers
from fuzz.decisions import Decisions
from semcodec._registry import CHECK_REQUIRED, CHECKS, FRAMINGS, SIZES
from semcodec.bitstream import Models, embed_png, extension, pack
from semcodec.bitstream.extensions import FIRST_PRIVATE_TYPE

LETTERS = "ntsrhldcmfgpbkv"
MAX_WORDS = 12
MAX_SIDE = 2**31 - 1
MAX_NUMBER = 2**28 - 1
ROLES = ("describer", "writer", "painter", "prompts", "tool", "comment")


def a_text(decisions: Decisions) -> str:
    """Return words over the fifteen letters."""
    words = []
    for _ in range(decisions.below(MAX_WORDS + 1)):
        letters = decisions.take(decisions.below(8) + 1) or b"\0"
        words.append("".join(LETTERS[byte % len(LETTERS)] for byte in letters))
    return " ".join(words)


def any_text(decisions: Decisions) -> str:
    """Return any Unicode text."""
    return decisions.take(decisions.below(40)).decode("utf-8", "replace")


def a_name(decisions: Decisions) -> str:
    """Return a text that a name or a comment may be."""
    text = any_text(decisions)
    return "".join(c for c in text if not (c < " " or "\x7f" <= c <= "\x9f"))[:60] or "n"


def a_size(decisions: Decisions) -> tuple[int, int]:
    """Return a size of the registry, a short one or a long one."""
    match decisions.below(4):
        case 0:
            return decisions.one_of(((1024, 1024), *SIZES.values()))
        case 1:
            return decisions.number(4) % MAX_SIDE + 1, decisions.number(4) % MAX_SIDE + 1
        case 2:
            return decisions.one_of(((1, 2**15), (2**15 + 1, 1), (1, MAX_SIDE), (1024, 1)))
    return decisions.number(2) % 2**15 + 1, decisions.number(2) % 2**15 + 1


def some_models(decisions: Decisions) -> Models:
    """Return a row of the registry, an unknown row, or four ids."""
    match decisions.below(3):
        case 0:
            return Models(decisions.below(4))
        case 1:
            return Models(decisions.number(4) % (MAX_NUMBER + 1))
    return Models(0, *(decisions.number(4) >> decisions.below(32) & MAX_NUMBER for _ in range(4)))


def some_extensions(decisions: Decisions) -> list[tuple[int, bytes]]:
    """Return extensions of all registered types, and some that nobody knows."""
    known = [extension(role, a_name(decisions)) for role in decisions.some_of(ROLES)]
    numbers = decisions.some_of(("k", "seed", "order", "unknown"))
    if "k" in numbers:
        known.append(extension("k", decisions.number(4) % MAX_NUMBER + 1))
    if "seed" in numbers:
        known.append(extension("seed", decisions.number(4)))
    if "order" in numbers:
        known.append(extension("order", "importance"))
    if "unknown" in numbers:
        known.append(
            (FIRST_PRIVATE_TYPE + 2 * decisions.number(3), decisions.take(decisions.below(9)))
        )
    return known


def some_options(decisions: Decisions) -> tuple[str, dict[str, Any]]:
    """Return a text and the options it can be packed with; a PNG file counts as ``bare``."""
    framing = decisions.one_of([name for name in FRAMINGS if name != "png"])
    coding = decisions.one_of(("nibble", "utf8"))
    text = a_text(decisions) if coding == "nibble" else any_text(decisions)
    return text, {
        "coding": coding,
        "framing": framing,
        "check": decisions.one_of(CHECKS[1:] if framing in CHECK_REQUIRED else CHECKS),
        "size": a_size(decisions) if decisions.below(2) else (1024, 1024),
        "models": some_models(decisions) if decisions.below(2) else Models(),
        "extensions": some_extensions(decisions) if decisions.below(2) else [],
    }


def packed(decisions: Decisions) -> tuple[str, bytes]:
    """Return a valid record of any kind and its framing, a PNG file now and then."""
    in_picture = decisions.below(8) == 7
    text, options = some_options(decisions)
    if not in_picture:
        return options["framing"], pack(text, **options)
    core = pack(text, **options | {"framing": "bare", "check": "none"})
    return "png", embed_png(carriers.picture(), core)
