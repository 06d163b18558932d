"""Make a failing input smaller while it fails in the same place.

Cut out pieces, large ones first; then set bytes to 0. What is left shows what the failure needs.
"""

from __future__ import annotations

from collections.abc import Callable

from fuzz.engine import failure


def place_of(error: Exception) -> tuple[str, str, int]:
    """Return what tells failures apart: the class, and where it was raised."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    code = trace.tb_frame.f_code if trace else None
    return type(error).__name__, code.co_filename if code else "", trace.tb_lineno if trace else 0


def minimised(name: str, data: bytes) -> bytes:
    """Return a small input on which the target fails as it does on ``data``.

    Raises:
        ValueError: the target does not fail on ``data``.
    """
    error = failure(name, data)
    if error is None:
        raise ValueError("the target does not fail on this input")
    place = place_of(error)

    def still_fails(candidate: bytes) -> bool:
        now = failure(name, candidate)
        return now is not None and place_of(now) == place

    return zeroed(shortened(data, still_fails), still_fails)


def shortened(data: bytes, still_fails: Callable[[bytes], bool]) -> bytes:
    """Return ``data`` without every piece that the failure can do without."""
    size = len(data) // 2
    while size:
        at = 0
        while at < len(data):
            candidate = data[:at] + data[at + size :]
            if still_fails(candidate):
                data = candidate
            else:
                at += size
        size //= 2
    return data


def zeroed(data: bytes, still_fails: Callable[[bytes], bool]) -> bytes:
    """Return ``data`` with 0 for every byte whose value does not matter."""
    for at, byte in enumerate(data):
        candidate = data[:at] + b"\0" + data[at + 1 :]
        if byte and still_fails(candidate):
            data = candidate
    return data
