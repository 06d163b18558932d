"""The settings of a measurement: each coding with each limit and each choice of layers."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import Any, Final

from semcodec._wording import plural
from semcodec.errors import InputError
from semcodec.measure.results import Setting
from semcodec.pipeline.layers.choice import OFF, check_layers, read_choice

MAX_SETTINGS: Final = 64  #: each is a picture of each photograph
DEFAULT_K: Final = (6, 12, 24)
DEFAULT_CODINGS: Final = ("lexicon", "bag")
DEFAULT_LAYERS: Final = ("off", "layout,colors:24")


def make_settings(
    *,
    k: Sequence[int] = (),
    max_bytes: Sequence[int] = (),
    codings: Sequence[str] = DEFAULT_CODINGS,
    layers: Sequence[str] = DEFAULT_LAYERS,
) -> list[Setting]:
    """Return all combinations, each once: by coding, then by layers, then in ascending order.

    Args:
        k: limits in words.
        max_bytes: limits in bytes of the record; with neither, the limits are ``DEFAULT_K``.
        codings: codings of ``encode``.
        layers: layers of ``encode``.

    Raises:
        InputError: there are more than ``MAX_SETTINGS``, or layers ``"auto"`` with a limit in
            words.

    Example:
        >>> [setting["id"] for setting in make_settings(k=[12], codings=["bag"])]
        ['bag-k12-off', 'bag-k12-layout-colors24']
    """
    limits: list[tuple[int | None, int | None]] = [(number, None) for number in sorted({*k})]
    limits += [(None, number) for number in sorted({*max_bytes})]
    choices = dict.fromkeys(read_choice(text) for text in layers)
    limits = limits or [(number, None) for number in DEFAULT_K]
    combinations = product(dict.fromkeys(codings), choices, limits)
    settings = []
    for coding, choice, (words, size) in combinations:
        check_layers(choice, size, None)
        settings.append(_make_setting(coding, choice.text, words, size))
    if len(settings) > MAX_SETTINGS:
        raise InputError(
            f"There are {len(settings)} settings: name fewer limits, codings or layers, at most "
            f"{MAX_SETTINGS} settings in all."
        )
    return settings


def arguments(setting: Setting) -> dict[str, Any]:
    """Return the arguments of ``encode`` for a setting."""
    return {
        "coding": setting["coding"],
        "k": setting["k"],
        "max_bytes": setting["max_bytes"],
        "layers": setting["layers"],
    }


def _make_setting(coding: str, layers: str, k: int | None, max_bytes: int | None) -> Setting:
    limit = f"k{k}" if k is not None else f"b{max_bytes}"
    part = layers.replace(",", "-").replace(":", "")
    noun = plural(k, "word") if k is not None else plural(max_bytes or 0, "byte")
    return {
        "id": f"{coding}-{limit}-{part}",
        "label": f"{coding}, {noun}" + (f", {layers}" if layers != OFF else ""),
        "coding": coding,
        "k": k,
        "max_bytes": max_bytes,
        "layers": layers,
    }
