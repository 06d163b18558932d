"""What the settings of ``local`` and ``local-light`` share: their sources, checks and limits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any, Final, TypeVar

from semcodec.backends.openai.settings import read_config
from semcodec.errors import InputError

Settings = TypeVar("Settings")

MAX_STEPS: Final = 200  #: denoising steps of a picture
MAX_OUTPUT: Final = 16_384  #: tokens of an answer
#: As of the backend ``openai``: most of a start of a few colors must change.
DEFAULT_START_STRENGTH: Final = 0.9
MIN_START_STRENGTH: Final = 0.01


def load(cls: type[Settings], table: str, arguments: Mapping[str, Any]) -> Settings:
    """Return settings merged from all sources; an argument that is None is ignored.

    Args:
        cls: the dataclass of the settings.
        table: the name of their table in the config file.
        arguments: settings that precede those of the config file.

    Raises:
        InputError: a setting is unknown or not valid, or the config file cannot be read.
    """
    given = {name: value for name, value in arguments.items() if value is not None}
    merged = {**read_config(table), **given}
    known = sorted(field.name for field in fields(cls))  # type: ignore[arg-type]
    if unknown := sorted(set(merged) - set(known)):
        raise InputError(f"Unknown setting {unknown[0]!r}: use one of {', '.join(known)}.")
    return cls(**merged)


def check_settings(
    settings: Any,
    choices: Mapping[str, Sequence[str]],
    texts: Sequence[str],
    integers: Sequence[tuple[str, int, int]],
) -> None:
    """Check every value of the settings of a backend.

    Args:
        settings: the settings, of which those of a painter have the same names in all backends.
        choices: the values of a setting, by its name.
        texts: names of settings that are None or one line of text.
        integers: name, minimum and maximum of settings that are integers.

    Raises:
        InputError: a value is not valid.
    """
    for name, values in choices.items():
        if getattr(settings, name) not in values:
            raise InputError(f"The setting {name} must be one of {', '.join(values)}.")
    for name in texts:
        check_line(name, getattr(settings, name))
    for name, minimum, maximum in integers:
        check_number(name, getattr(settings, name), minimum, maximum, int)
    check_painting(settings.steps, settings.start_from_colors, settings.start_strength)


def check_line(name: str, value: object) -> None:
    """Raise InputError unless a value is None or one line of text."""
    if value is not None and not (
        isinstance(value, str) and value.strip() == value != "" and value.isprintable()
    ):
        raise InputError(f"The setting {name} must be one line of text.")


def check_number(name: str, value: Any, minimum: float, maximum: float, *types: type) -> None:
    """Raise InputError unless a value is a number of one of ``types`` within the limits."""
    is_number = isinstance(value, types) and not isinstance(value, bool)
    if not is_number or not minimum <= value <= maximum:
        raise InputError(f"The setting {name} must be a number from {minimum} to {maximum}.")


def check_painting(steps: int | None, start_from_colors: bool, start_strength: float) -> None:
    """Raise InputError unless the settings of a painter are valid."""
    if steps is not None:
        check_number("steps", steps, 1, MAX_STEPS, int)
    if type(start_from_colors) is not bool:
        raise InputError("The setting start_from_colors must be true or false.")
    check_number("start_strength", start_strength, MIN_START_STRENGTH, 1, int, float)
