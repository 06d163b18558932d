"""Profiles: rules for a purpose, beyond the rules of the format (spec §11).

``tiny`` is for channels where each bit counts, ``file`` for exchange, and ``archive`` for storage
over decades: it requires a strong check, and the names of everything that made the record.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

from semcodec._registry import RULES
from semcodec._wording import plural
from semcodec.bitstream.header import MODEL_FIELDS, SIZE_CODES, format_size
from semcodec.bitstream.record import Record


class ProfileRule(NamedTuple):
    """A rule of a profile.

    Attributes:
        rule: id of the rule.
        field: name of the field where a violation shows.
        is_satisfied: returns whether a record satisfies the rule.
        found: returns the violating content of a record, in words.
        expected: the content that satisfies the rule, in words.
    """

    rule: str
    field: str
    is_satisfied: Callable[[Record], bool]
    found: Callable[[Record], str]
    expected: str

    @property
    def profile(self) -> str:
        """The profile to which the rule belongs."""
        return RULES[self.rule].profile


#: In the order of Annex E. Two profiles can have the same rule, each with its own id.
PROFILE_RULES: Final = (
    ProfileRule(
        "SC-PRO-1",
        "header.version",
        lambda record: record.framing in ("bare", "sequence"),
        lambda record: record.framing,
        "bare or sequence",
    ),
    ProfileRule(
        "SC-PRO-2",
        "header.check",
        lambda record: record.check in ("none", "crc8"),
        lambda record: record.check,
        "none or crc8",
    ),
    ProfileRule(
        "SC-PRO-3",
        "header.has_size",
        lambda record: record.size in SIZE_CODES,
        lambda record: format_size(record.size),
        "a size with a code",
    ),
    ProfileRule(
        "SC-PRO-4",
        "header.has_models",
        lambda record: not any(record.models.ids),
        lambda record: "ids " + " ".join(map(str, record.models.ids)),
        "a set of models",
    ),
    ProfileRule(
        "SC-PRO-5",
        "header.has_extensions",
        lambda record: not record.extensions,
        lambda record: plural(len(record.extensions), "extension"),
        "none",
    ),
    ProfileRule(
        "SC-PRO-6",
        "header.version",
        lambda record: record.framing == "file",
        lambda record: record.framing,
        "file",
    ),
    ProfileRule(
        "SC-PRO-7",
        "header.version",
        lambda record: record.framing == "file",
        lambda record: record.framing,
        "file",
    ),
    ProfileRule(
        "SC-PRO-8",
        "header.check",
        lambda record: record.check == "crc32",
        lambda record: record.check,
        "crc32",
    ),
    ProfileRule(
        "SC-PRO-9",
        "header.has_extensions",
        lambda record: not _missing_names(record),
        lambda record: "no name of " + ", ".join(_missing_names(record)),
        "extensions 2, 4, 6 and 8",
    ),
    ProfileRule(
        "SC-PRO-10",
        "header.has_extensions",
        lambda record: "tool" in record.metadata,
        lambda record: "no name of the tool",
        "extension 16",
    ),
)


def violations(record: Record) -> list[ProfileRule]:
    """Return the rules, of all profiles, that ``record`` does not satisfy."""
    return [rule for rule in PROFILE_RULES if not rule.is_satisfied(record)]


def _missing_names(record: Record) -> list[str]:
    return [role for role in MODEL_FIELDS if role not in record.metadata]
