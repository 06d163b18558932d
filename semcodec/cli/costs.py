"""The cost of requests to servers, as it is printed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from semcodec._wording import plural
from semcodec.cli.output import print_status

Call = Mapping[str, Any]  #: a note of ``Trace.calls``
UNKNOWN: Final = "unknown price"


def print_costs(calls: Sequence[Call]) -> None:
    """Print calls, tokens and dollars if a server was used; warn of responses not stored."""
    sent = _sent(calls)
    for warning in dict.fromkeys(str(call["not_stored"]) for call in sent if "not_stored" in call):
        print_status(f"Note: responses were not stored, so another run pays for them: {warning}")
    tokens = {name: sum(_number(call.get(name)) or 0 for call in sent) for name in _TOKENS}
    is_billed = any(_number(call.get("dollars")) or _is_unknown(call) for call in sent)
    if is_billed or any(tokens.values()):
        cost = format_cost(calls) or "$0.0000"
        counts = f"{tokens['input_tokens']} tokens in, {tokens['output_tokens']} out"
        print_status(f"{plural(len(sent), 'call')}, {counts}, {cost}")


def format_cost(calls: Sequence[Call]) -> str:
    """Return what calls cost; empty if nothing.

    A call that was interrupted, or whose response had no token counts, counts with its highest
    possible price.

    >>> format_cost([{"seconds": 1, "input_tokens": 20, "dollars": 0.0123}])
    '$0.0123'
    >>> format_cost([{"seconds": 1, "failed": "KeyboardInterrupt", "dollars": 0.2}])
    'at most $0.2000'
    """
    sent = _sent(calls)
    dollars = [_number(call.get("dollars")) for call in sent]
    if None in dollars:
        return UNKNOWN
    total = sum(cost for cost in dollars if cost is not None)
    is_bound = any(_number(call.get("dollars")) and _lacks_counts(call) for call in sent)
    return f"{'at most ' * is_bound}${total:.4f}" if total else ""


_TOKENS: Final = ("input_tokens", "output_tokens")


def _sent(calls: Sequence[Call]) -> list[Call]:
    """Return the calls that were sent, and not read from a recording."""
    return [call for call in calls if "seconds" in call]


def _lacks_counts(call: Call) -> bool:
    return _number(call.get("input_tokens")) is None


def _is_unknown(call: Call) -> bool:
    """Return whether a call may have been billed at an unknown price, for an unknown number."""
    return _number(call.get("dollars")) is None and _lacks_counts(call)


def _number(value: Any) -> float | None:
    """Return ``value`` if it is a number, else None; a third-party backend may note anything."""
    return value if type(value) in (int, float) else None
