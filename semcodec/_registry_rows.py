"""The rows of the registries: rules, extension types and models (spec §14, Annex E)."""

from __future__ import annotations

from typing import Literal, NamedTuple

Outcome = Literal["malformed", "invalid", "unsupported", "profile"]


class Rule(NamedTuple):
    """A rule of the format.

    Attributes:
        outcome: the verdict on data that breaks it.
        section: of the specification, where it is stated.
        statement: the rule itself.
        location: where a finding points, in words.
        message: of the error: what is wrong, and what to do.
        profile: the profile to which it belongs, or "".
        example_hex: data that breaks only this rule, in hex; "" for no bytes, and in place of long
            data.
        framing: how the example is read.
    """

    outcome: Outcome
    section: str
    statement: str
    location: str
    message: str
    profile: str
    example_hex: str
    framing: str


class ExtensionType(NamedTuple):
    """A type of extension.

    Attributes:
        type: its number.
        name: its name in ``pack`` and ``Record.metadata``.
        value_kind: key of ``extensions.VALUE_KINDS``.
        rule: id of the rule that its values obey.
    """

    type: int
    name: str
    value_kind: str
    rule: str


class Model(NamedTuple):
    """A model that has an id, and the roles that it can take."""

    name: str
    roles: tuple[str, ...]
