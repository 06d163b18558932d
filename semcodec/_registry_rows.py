"""The types of the registries' rows: rules, extension types and models (spec §14, Annex E)."""

from __future__ import annotations

from typing import Literal, NamedTuple

Outcome = Literal["malformed", "invalid", "unsupported", "profile"]


class Rule(NamedTuple):
    """A rule of the format.

    Attributes:
        outcome: the verdict on data that breaks the rule.
        section: the section of the specification that contains the rule.
        statement: the rule itself.
        location: the place to which a finding points, in words.
        message: the message of the error: what is wrong, and what to do.
        profile: the profile to which the rule belongs, or "".
        example_hex: data that breaks only this rule, in hex; "" for empty data, and in place of
            long data.
        framing: the framing in which the example is read.
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
        type: number of the type.
        name: name of the type in ``pack`` and ``Record.metadata``.
        value_kind: key of ``extensions.VALUE_KINDS``.
        rule: id of the rule that the values obey.
    """

    type: int
    name: str
    value_kind: str
    rule: str


class Model(NamedTuple):
    """A model that has an id, and the roles that it can take."""

    name: str
    roles: tuple[str, ...]
