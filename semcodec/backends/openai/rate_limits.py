"""Keep the requests of a process within the rate limits of a server, for each key.

All clients of a server and key share one ``RateLimiter``, in all threads, and in all worker
processes of a run (``bulk.shared_calls``). It knows three limits:

* The settings ``requests_per_minute`` and ``tokens_per_minute``, as token buckets (``Bucket``).
* The limits that the server states in the headers ``x-ratelimit-limit-*``,
  ``x-ratelimit-remaining-*`` and ``x-ratelimit-reset-*`` of its responses (``ServerLimit``). They
  count for each model, because servers have other limits for each.
* The pause that the server requests with status 429 or 503. All requests wait for its end, not only
  the one that was rejected, and then start one after the other, not all at once.

The invariant: a request takes its share of all limits *before* it waits, so the next one sees what
is left after it, and waits longer. Each request therefore sleeps once, first come, first served,
without a lock. Without limits nothing waits.

The headers come from a server that may be wrong or hostile: values that are not plain numbers or
durations are ignored, and no request waits more than ``MAX_SERVER_WAIT`` for them. The number of
tokens is an estimate until the response states it (``settle``).

After a fork, parent and child count separately. Neither openai nor httpx2 is imported here.
"""

from __future__ import annotations

import hashlib
import math
import os
import re
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Final, Literal

from semcodec.forks import block_fork

Kind = Literal["requests", "tokens", "images"]

KINDS: Final[tuple[Kind, ...]] = ("requests", "tokens", "images")
MINUTE: Final = 60.0  #: seconds
BURST: Final = 6  #: a sixth of what a minute allows may be used at once
MAX_SERVER_WAIT: Final = 60.0  #: seconds before one request, as for ``retry-after``
MAX_OWN_WAIT: Final = 600.0  #: seconds before one request because of the settings
MAX_RESET: Final = 86_400.0  #: seconds; servers have limits per day, and dates are larger
MAX_AMOUNT: Final = 1e12  #: requests or tokens that a server may state
SPACING: Final = 0.25  #: seconds between the requests that have waited for the end of a pause
MAX_LIMITERS: Final = 64  #: servers and keys in one process
MAX_MODELS: Final = 64  #: for which the limits of one server are kept
MAX_HEADER: Final = 64  #: characters of a number, duration or date
UNITS: Final = {"d": 86_400.0, "h": 3600.0, "m": 60.0, "s": 1.0, "ms": 1e-3, "us": 1e-6, "ns": 1e-9}
NUMBER: Final = re.compile(r"[0-9]+(?:\.[0-9]*)?|\.[0-9]+")
DURATION: Final = re.compile(rf"({NUMBER.pattern})(ms|us|ns|[dhms])")

LimiterKey = tuple[str, bytes]  #: a server, and the SHA-256 of the key for it

_lock: Final = threading.Lock()
_limiters: Final[dict[LimiterKey, RateLimiter]] = {}
_waiting: Final[set[int]] = set()  # threads


@dataclass(frozen=True, slots=True)
class Share:
    """What one request uses of the limits.

    Attributes:
        model: the model of the request.
        tokens: of its input and output.
        images: painted ones.
    """

    model: str = ""
    tokens: int = 0
    images: int = 0

    def amount(self, kind: Kind) -> int:
        """Return what it uses of the limit on ``kind``."""
        return {"requests": 1, "tokens": self.tokens, "images": self.images}[kind]


class Bucket:
    """What a setting allows: it is refilled continuously, and below 0 while requests wait.

    With a capacity C and a rate r per minute, at most C + r are used in any minute. So the rate is
    what the limit leaves beside C (and 1 more, since the minute ends just before its next use).
    """

    limit: int
    capacity: float
    level: float

    def __init__(self, limit: int, now: float) -> None:
        self._updated = now
        self.set_limit(limit)
        self.level = self.capacity

    def set_limit(self, limit: int) -> None:
        """Set what may be used in a minute."""
        self.limit = limit
        self.capacity = float(max(1, limit // BURST))
        self._rate = (limit + 1 - self.capacity) / MINUTE

    def wait(self, amount: float, now: float) -> float:
        """Return the seconds until ``amount`` may be used; more than its capacity never is."""
        self.level = min(self.capacity, self.level + self._rate * max(0.0, now - self._updated))
        self._updated = now
        return max(0.0, (min(amount, self.capacity) - self.level) / self._rate)


class ServerLimit:
    """What a server has stated in its last response.

    Servers refill in two ways: OpenAI continuously, others all at once when the time is up. Both
    have everything after ``x-ratelimit-reset``, so a request waits for that. If it is too far away,
    as for a limit per day, the request waits for its share of the time; if that is too long, it
    does not wait, since the server explains best why it rejects the request.
    """

    level: float

    def __init__(self) -> None:
        self.level, self._limit = math.inf, math.inf
        self._rate, self._updated, self._reset_at = 0.0, 0.0, 0.0

    def update(self, limit: float, remaining: float, reset: float, now: float) -> None:
        """Set the values of a response; ``reset`` is in seconds."""
        self.level, self._limit, self._updated, self._reset_at = remaining, limit, now, now + reset
        is_far = reset > MAX_SERVER_WAIT and remaining < limit < math.inf
        self._rate = (limit - remaining) / reset if is_far else 0.0

    def wait(self, amount: float, now: float) -> float:
        """Return the seconds until ``amount`` may be used."""
        self._refill(now)
        amount = min(amount, self._limit)
        if self.level >= amount:
            return 0.0
        if not self._rate:
            return min(MAX_SERVER_WAIT, self._reset_at - now)
        if (amount - max(0.0, self.level)) / self._rate > MAX_SERVER_WAIT:
            return 0.0
        return min(MAX_SERVER_WAIT, (amount - self.level) / self._rate)

    def _refill(self, now: float) -> None:
        if now >= self._reset_at:  # later resets are not stated: assume one each minute
            self.level, self._reset_at = min(self._limit, self.level + self._limit), now + MINUTE
        else:
            self.level = min(self._limit, self.level + self._rate * (now - self._updated))
        self._updated = now


class ModelLimits:
    """The limits that a server has stated for one model.

    Attributes:
        stated: by kind; empty if it has stated none.
        pending: what the requests use that have not ended.
    """

    def __init__(self) -> None:
        self.stated: dict[Kind, ServerLimit] = {}
        self.pending: dict[Kind, int] = dict.fromkeys(KINDS, 0)

    def wait(self, share: Share, now: float) -> float:
        """Return the seconds until the request may be sent."""
        return max(
            (limit.wait(share.amount(kind), now) for kind, limit in self.stated.items()),
            default=0.0,
        )

    def add(self, share: Share) -> None:
        """Count a request as under way."""
        for kind in KINDS:
            self.pending[kind] += share.amount(kind)
            if limit := self.stated.get(kind):
                limit.level -= share.amount(kind)

    def remove(self, share: Share, headers: Mapping[str, str], now: float) -> None:
        """Count a request as ended, with the headers of its response."""
        for kind in KINDS:
            self.pending[kind] -= share.amount(kind)
            if values := _parse_limit(headers, kind):
                limit = self.stated.setdefault(kind, ServerLimit())
                limit.update(*values, now)
                # The server may not have counted the other requests under way.
                limit.level -= self.pending[kind]


class RateLimiter:
    """The limits of one server and key. Threads share it.

    Args:
        clock: returns the time in seconds; it never goes back.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._lock = clock, threading.Lock()
        self._buckets: dict[Kind, Bucket] = {}
        self._models: dict[str, ModelLimits] = {}
        self._pause_end, self._queue, self._slept_until = -math.inf, 0, -math.inf

    def counts_tokens(self, model: str) -> bool:
        """Return whether there is a limit on tokens, so that they must be estimated."""
        limits = self._models.get(model)
        return "tokens" in self._buckets or (limits is not None and "tokens" in limits.stated)

    def reserve(self, share: Share, limits: Mapping[Kind, int | None]) -> float:
        """Take a request's share of all limits; ``release`` must follow.

        Args:
            share: what the request uses.
            limits: what the settings allow in a minute, None for any amount.

        Returns:
            The seconds to wait before it is sent. Infinity, and nothing is taken, if the settings
            do not allow the request within ``MAX_OWN_WAIT``.
        """
        with block_fork(), self._lock:
            now = self._now()
            own = self._own_wait(share, limits, now)
            if own > MAX_OWN_WAIT:
                return math.inf
            model = self._model(share.model)
            wait = max(own, model.wait(share, now), self._next_after_pause(now))
            for kind, bucket in self._buckets.items():
                bucket.level -= share.amount(kind)
            model.add(share)
            return wait

    def release(self, share: Share, headers: Mapping[str, str]) -> None:
        """Stop counting a request as under way; ``headers`` are those of its response, or empty."""
        with block_fork(), self._lock:
            self._model(share.model).remove(share, headers, self._now())

    def settle(self, estimated: int, used: int) -> None:
        """Correct the tokens of a request that has ended."""
        with block_fork(), self._lock:
            if bucket := self._buckets.get("tokens"):
                bucket.level = min(bucket.capacity, bucket.level + estimated - used)

    def pause(self, seconds: float) -> float:
        """Let no request start for ``seconds``, and return when the caller may: in how many."""
        with block_fork(), self._lock:
            now = self._now()
            own = max(seconds, self._next_after_pause(now))
            self._pause_end, self._queue = max(self._pause_end, now + seconds), self._queue or 1
            return own

    def wait(self, seconds: float, sleep: Callable[[float], None]) -> None:
        """Wait; ``is_waiting`` is true meanwhile."""
        if seconds <= 0:
            return
        end = self._now() + seconds
        with _show_wait():
            sleep(seconds)
        with block_fork(), self._lock:
            self._slept_until = max(self._slept_until, end)

    def forget_pending(self) -> None:
        """Count no request as under way: after a fork, they are those of the parent."""
        for limits in self._models.values():
            limits.pending = dict.fromkeys(KINDS, 0)

    def _now(self) -> float:
        """Return the time, which is at least the end of every sleep."""
        return max(self._clock(), self._slept_until)

    def _model(self, name: str) -> ModelLimits:
        """Return the limits of a model; those of the model used least recently may be dropped."""
        limits = self._models.pop(name, None) or ModelLimits()
        self._models[name] = limits
        if len(self._models) > MAX_MODELS:
            del self._models[next(iter(self._models))]
        return limits

    def _own_wait(self, share: Share, limits: Mapping[Kind, int | None], now: float) -> float:
        waits = [0.0]
        for kind, limit in limits.items():
            if limit is None:
                continue
            bucket = self._buckets.setdefault(kind, Bucket(limit, now))
            if bucket.limit != limit:
                bucket.set_limit(limit)
            waits.append(bucket.wait(share.amount(kind), now))
        return max(waits)

    def _next_after_pause(self, now: float) -> float:
        """Return the seconds until the next request may start if there is a pause, else 0."""
        if now >= self._pause_end:
            self._queue = 0
            return 0.0
        self._queue += 1
        return self._pause_end + SPACING * (self._queue - 1) - now


def find_limiter(server: str, secret: str) -> RateLimiter:
    """Return the limiter that all clients of a server and key share; the key is not stored."""
    return find_by_key((server, hashlib.sha256(secret.encode()).digest()))


def find_by_key(key: LimiterKey) -> RateLimiter:
    """Return the limiter for a server and the SHA-256 of a key."""
    with block_fork(), _lock:
        limiter = _limiters.pop(key, None) or _create(key)
        _limiters[key] = limiter  # the one used last is the last
        if len(_limiters) > MAX_LIMITERS:
            del _limiters[next(iter(_limiters))]
    return limiter


def set_factory(create: Callable[[LimiterKey], RateLimiter]) -> None:
    """Set the function that creates the limiters of this process, which has none so far."""
    global _create
    _create = create


def is_waiting() -> bool:
    """Return whether a request of this process waits for a rate limit."""
    return bool(_waiting)


def _create_limiter(_: LimiterKey) -> RateLimiter:
    return RateLimiter()


_create: Callable[[LimiterKey], RateLimiter] = _create_limiter


@contextmanager
def _show_wait() -> Iterator[None]:
    thread = threading.get_ident()
    _waiting.add(thread)
    try:
        yield
    finally:
        _waiting.discard(thread)


def _after_fork_in_child() -> None:
    _waiting.clear()
    for limiter in _limiters.values():
        limiter.forget_pending()


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Return the wait that a server requests, in seconds, or None."""
    milliseconds = _parse_float(headers.get("retry-after-ms", ""))
    if milliseconds is not None:
        return max(0.0, milliseconds / 1000)
    text = headers.get("retry-after", "")
    seconds = _parse_float(text)
    if seconds is None and text:
        seconds = _seconds_between(headers.get("date", ""), text)
    return None if seconds is None else max(0.0, seconds)


def parse_duration(text: str) -> float | None:
    """Return the seconds of a duration, or None if it is not one or over a day.

    >>> parse_duration("6m0s"), parse_duration("20ms"), parse_duration("1.5"), parse_duration("-1")
    (360.0, 0.02, 1.5, None)
    """
    text = text.strip().replace("µ", "u")
    if len(text) > MAX_HEADER:
        return None
    if NUMBER.fullmatch(text):
        seconds = float(text)
    elif text and DURATION.sub("", text) == "":
        seconds = sum(float(number) * UNITS[unit] for number, unit in DURATION.findall(text))
    else:
        return None
    return seconds if seconds <= MAX_RESET else None


def _parse_limit(headers: Mapping[str, str], kind: Kind) -> tuple[float, float, float] | None:
    """Return the limit, what remains of it, and the seconds to its reset, or None."""
    remaining = _parse_amount(headers.get(f"x-ratelimit-remaining-{kind}", ""))
    reset = parse_duration(headers.get(f"x-ratelimit-reset-{kind}", ""))
    limit = _parse_amount(headers.get(f"x-ratelimit-limit-{kind}", ""))
    if remaining is None or reset is None:
        return None
    return math.inf if limit is None else max(limit, remaining, 1.0), remaining, reset


def _parse_amount(text: str) -> float | None:
    text = text.strip()
    if len(text) > MAX_HEADER or not NUMBER.fullmatch(text):
        return None
    amount = float(text)
    return amount if amount <= MAX_AMOUNT else None


def _parse_float(text: str) -> float | None:
    try:
        number = float(text) if len(text) <= MAX_HEADER else math.nan
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _seconds_between(start: str, end: str) -> float | None:
    """Return the seconds between two HTTP dates, both of the server, or None."""
    if max(len(start), len(end)) > MAX_HEADER:
        return None
    try:
        return (parsedate_to_datetime(end) - parsedate_to_datetime(start)).total_seconds()
    except (ValueError, TypeError, OverflowError):
        return None


if hasattr(os, "register_at_fork"):  # every platform but Windows
    os.register_at_fork(after_in_child=_after_fork_in_child)
