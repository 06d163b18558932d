"""What is said when a rule of the format is broken (spec Annex E).

The rules themselves are data: the reader, the validator, the vectors and the specification all
take ids and sentences from ``spec/registry/rules.toml``.
"""

from __future__ import annotations

from semcodec._registry import RULES
from semcodec.errors import FormatError, UnsupportedError

RuleError = FormatError | UnsupportedError


def broken(rule: str, offset: int, found: str, expected: str) -> RuleError:
    """Return the error that says ``rule`` is broken at bit ``offset``."""
    outcome, message = RULES[rule].outcome, RULES[rule].message
    if outcome == "malformed" or outcome == "invalid":
        return FormatError(rule, message, offset, outcome, found, expected)
    return UnsupportedError(f"{message} ({rule})", rule, offset, found, expected)
