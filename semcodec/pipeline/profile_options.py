"""The options of ``encode`` that a profile sets (spec §11)."""

from __future__ import annotations

from typing import Any, Final

from semcodec.bitstream import Models
from semcodec.bitstream.header import SIZE_CODES, format_size
from semcodec.choices import Check, OutputFraming, Profile, check_choice, values_of
from semcodec.errors import InputError
from semcodec.pipeline.model_ids import AUTO, NAMES

PROFILES: Final[tuple[Profile, ...]] = values_of(Profile)
DEFAULT_FRAMING: Final = "file"
#: The framings of each profile; the first is the default.
FRAMINGS: Final[dict[Profile, tuple[OutputFraming, ...]]] = {
    "tiny": ("bare", "sequence"),
    "file": ("file",),
    "archive": ("file",),
}
#: The checks of the profiles that limit them; the first is the default.
CHECKS: Final[dict[Profile, tuple[Check, ...]]] = {
    "tiny": ("none", "crc8"),
    "archive": ("crc32",),
}


def default_framing(profile: object) -> OutputFraming:
    """Return the framing of a profile, or that of ``encode`` for None.

    Raises:
        InputError: the profile is unknown.
    """
    if profile is None:
        return DEFAULT_FRAMING
    return FRAMINGS[check_choice("profile", profile, PROFILES)][0]


def default_check(profile: Profile | None, framing: object) -> Check | None:
    """Return the check that a profile sets; None for that of the framing."""
    if profile is None or framing not in FRAMINGS[profile]:
        return None
    return CHECKS[profile][0] if profile in CHECKS else None


def check_conflicts(
    profile: Profile | None, *, framing: object, check: object, size: Any, models: object
) -> None:
    """Check that explicit options, valid by themselves, do not conflict with a profile.

    Args:
        profile: the profile, or None.
        framing, check: as in ``encode``; None if they were not given.
        size, models: as in ``encode``.

    Raises:
        InputError: an option conflicts with the profile; the message names both.
    """
    if profile is None:
        return
    _check_option(profile, "framing", framing, FRAMINGS[profile])
    _check_option(profile, "check", check, CHECKS.get(profile, ()))
    if profile == "archive" and models not in (AUTO, NAMES):
        raise InputError(
            "The profile archive requires the names of the models that are used, and models "
            f"{_shown(models)} replaces them: omit one of the two."
        )
    if profile == "tiny" and (models == NAMES or (isinstance(models, Models) and any(models.ids))):
        raise InputError(
            f"The profile tiny requires models of a registered set, not models {_shown(models)}: "
            "omit one of the two."
        )
    if profile == "tiny" and size != AUTO and tuple(size) not in SIZE_CODES:
        raise InputError(
            f"The profile tiny requires a size that has a code, not size {format_size(size)}: "
            "omit one of the two."
        )


def _check_option(profile: str, option: str, value: object, allowed: tuple[str, ...]) -> None:
    if value is not None and allowed and value not in allowed:
        raise InputError(
            f"The profile {profile} requires {option} {' or '.join(allowed)}, not {option} "
            f"{value}: omit one of the two."
        )


def _shown(models: object) -> str:
    return models if isinstance(models, str) else repr(models)
