"""Which sizes a model paints: the nearest to the one that is wanted, and tokens that it takes.

As documented by OpenAI in November 2026; the least area and the tokens of gpt-image-2 as measured
by its users.
"""

from __future__ import annotations

from typing import Final

OLD: Final = ("gpt-image-1", "chatgpt-image")  #: families that paint three sizes
OLD_SIZES: Final = ((1024, 1024), (1536, 1024), (1024, 1536))
STEP: Final = 16
MAX_ASPECT: Final = 3.0
MIN_AREA: Final = 655_360
MAX_AREA: Final = 2560 * 1440  #: larger ones are experimental
LOCAL_AREA: Final = 1024 * 1024  #: what models that run at home were trained for
GRID: Final = {"low": 16, "medium": 48, "high": 96, "auto": 96}  #: tokens of the longer side
#: Tokens of the old families, of a square picture and of another.
OLD_TOKENS: Final = {"low": (272, 408), "medium": (1056, 1584), "high": (4160, 6240)}


def nearest(model: str, wanted: tuple[int, int], is_openai: bool) -> tuple[int, int]:
    """Return the size to ask for, from which the picture is then scaled to ``wanted``."""
    width, height = wanted
    if is_openai and model.startswith(OLD):
        return min(OLD_SIZES, key=lambda size: abs(size[0] * height - size[1] * width) / size[1])
    aspect = min(max(wanted) / min(wanted), MAX_ASPECT)
    most = MAX_AREA if is_openai else LOCAL_AREA
    least = MIN_AREA if is_openai else STEP * STEP
    area = min(max(width * height, least), most)
    shorter, longer = _in_steps((area / aspect) ** 0.5, (area * aspect) ** 0.5, least, most)
    return (longer, shorter) if width > height else (shorter, longer)


def tokens(model: str, size: tuple[int, int], quality: str) -> int:
    """Return the tokens of a painted picture: of gpt-image-2, 1024x1024 takes 196, 1756 or 7024."""
    width, height = size
    if model.startswith(OLD):
        return OLD_TOKENS.get(quality, OLD_TOKENS["high"])[width != height]
    longer = GRID.get(quality, GRID["high"])
    shorter = round(longer * min(size) / max(size))
    return -(-longer * shorter * (2_000_000 + width * height) // 4_000_000)


def _in_steps(short: float, long: float, least: int, most: int) -> tuple[int, int]:
    """Return whole steps near the sides ``short`` and ``long`` that keep area and aspect."""
    shorter, longer = (max(STEP, round(side / STEP) * STEP) for side in (short, long))
    while shorter * longer < least or longer > MAX_ASPECT * shorter:
        shorter += STEP
    while shorter * longer > most:
        longer -= STEP
    return shorter, longer
