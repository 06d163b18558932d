"""What a row of a registry is: a rule, an extension type, a model (spec §14, Annex E)."""

from __future__ import annotations

from typing import Literal, NamedTuple

Outcome = Literal["malformed", "invalid", "unsupported", "profile"]


class Rule(NamedTuple):
    """One rule of the format.

    Attributes:
        outcome: what breaking it makes of the data.
        clause: where the specification states it.
        statement: what it says.
        at: where a finding points.
        message: what to do where it is broken, in one sentence.
        profile: the profile it belongs to, or "".
        example: data that breaks this rule alone, in hex, or "" where that would be long.
        framing: how the example is read.
    """

    outcome: Outcome
    clause: str
    statement: str
    at: str
    message: str
    profile: str
    example: str
    framing: str


class ExtensionType(NamedTuple):
    """One type of extension: its number, its name, what its value looks like, the rule of it."""

    type: int
    name: str
    value: str
    rule: str


class Model(NamedTuple):
    """One model that has an id, and the places it can fill."""

    name: str
    roles: tuple[str, ...]
