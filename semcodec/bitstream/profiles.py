"""Profiles: what a record keeps beyond the rules of the format, for a purpose (spec §11).

``tiny`` is for where every bit hurts, ``file`` for exchange, ``archive`` for who reads it in
thirty years: undamaged, and with the names of all that made it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

from semcodec import _registry
from semcodec.bitstream import sizes
from semcodec.bitstream.extension_values import ROLES
from semcodec.bitstream.record import Record

PROFILES: Final = tuple(dict.fromkeys(r.profile for r in _registry.RULES.values() if r.profile))


class Demand(NamedTuple):
    """One rule of a profile: where it shows, whether a record keeps it, what is found instead."""

    rule: str
    field: str
    kept: Callable[[Record], bool]
    found: Callable[[Record], str]
    expected: str

    @property
    def profile(self) -> str:
        """The profile that demands it."""
        return _registry.RULES[self.rule].profile


DEMANDS: Final = (
    Demand(
        "SC-PRO-1",
        "head.escape",
        lambda record: record.framing in ("bare", "sequence"),
        lambda record: record.framing,
        "bare or sequence",
    ),
    Demand(
        "SC-PRO-2",
        "head.check",
        lambda record: record.check in ("none", "crc8"),
        lambda record: record.check,
        "none or crc8",
    ),
    Demand(
        "SC-PRO-3",
        "head.has_size",
        lambda record: record.size in sizes.CODES,
        lambda record: sizes.text(record.size),
        "a size with a code",
    ),
    Demand(
        "SC-PRO-4",
        "head.has_models",
        lambda record: not any(record.models.ids),
        lambda record: "ids " + " ".join(map(str, record.models.ids)),
        "a set of models",
    ),
    Demand(
        "SC-PRO-5",
        "head.has_extensions",
        lambda record: not record.extensions,
        lambda record: f"{len(record.extensions)} extensions",
        "none",
    ),
    Demand(
        "SC-PRO-6",
        "head.escape",
        lambda record: record.framing == "file",
        lambda record: record.framing,
        "file",
    ),
    Demand(
        "SC-PRO-7",
        "head.escape",
        lambda record: record.framing == "file",
        lambda record: record.framing,
        "file",
    ),
    Demand(
        "SC-PRO-8",
        "head.check",
        lambda record: record.check == "crc32",
        lambda record: record.check,
        "crc32",
    ),
    Demand(
        "SC-PRO-9",
        "head.has_extensions",
        lambda record: not _unnamed(record),
        lambda record: "no name of " + ", ".join(_unnamed(record)),
        "extensions 2, 4, 6 and 8",
    ),
    Demand(
        "SC-PRO-10",
        "head.has_extensions",
        lambda record: "tool" in record.metadata,
        lambda record: "no name of the tool",
        "extension 16",
    ),
)


def broken(record: Record) -> list[Demand]:
    """Return the demands, of all profiles, that ``record`` does not keep."""
    return [demand for demand in DEMANDS if not demand.kept(record)]


def _unnamed(record: Record) -> list[str]:
    return [role for role in ROLES if role not in record.metadata]
