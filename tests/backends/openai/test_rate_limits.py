"""Requests wait for the limits of the settings and of the server; no test waits itself."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Mapping
from typing import Any, Final

import pytest

from semcodec.backends.notes import collect_notes
from semcodec.backends.openai import rate_limits
from semcodec.backends.openai.client import Client
from semcodec.backends.openai.credentials import ApiKey
from semcodec.backends.openai.rate_limits import (
    MAX_OWN_WAIT,
    MAX_SERVER_WAIT,
    SPACING,
    Kind,
    RateLimiter,
    Share,
    parse_duration,
    retry_after,
)
from semcodec.backends.openai.settings import Settings
from semcodec.backends.recording import ModelRequest
from semcodec.errors import BackendError, InputError
from tests.backends.openai import fake_responses
from tests.backends.openai.fake_server import Behavior, FakeServer, respond
from tests.backends.openai.faults.fault import error_body
from tests.backends.openai.test_deadlines import CHAT
from tests.forking import MAX_SECONDS, forked, needs_fork

NO_LIMITS: Final[dict[Kind, int | None]] = {"requests": None, "tokens": None}
ONE: Final = Share("m")


class Clock:
    """A clock that only sleeping advances."""

    def __init__(self) -> None:
        self.now, self.sleeps = 1000.0, list[float]()

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        self.sleeps.append(seconds)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def limiter(clock: Clock) -> RateLimiter:
    return RateLimiter(clock)


def start_times(
    limiter: RateLimiter, clock: Clock, count: int, share: Share = ONE, **limits: int
) -> list[float]:
    """Return when each of ``count`` requests starts, one after the other."""
    starts, first = [], clock()
    for _ in range(count):
        clock.sleep(limiter.reserve(share, {**NO_LIMITS, **limits}))  # type: ignore[dict-item]
        limiter.release(share, {})
        starts.append(clock() - first)
    return starts


def headers(kind: Kind, limit: object, remaining: object, reset: object) -> dict[str, str]:
    values = {"limit": limit, "remaining": remaining, "reset": reset}
    return {
        f"x-ratelimit-{name}-{kind}": str(value)
        for name, value in values.items()
        if value is not None
    }


def respond_with(limiter: RateLimiter, stated: Mapping[str, str], share: Share = ONE) -> None:
    """Let a request end with the headers ``stated``."""
    limiter.reserve(share, NO_LIMITS)
    limiter.release(share, stated)


# --- settings -----------------------------------------------------------------------------------


@pytest.mark.parametrize("limit", [1, 2, 5, 6, 7, 60, 100, 3000])
def test_no_minute_has_more_requests_than_the_limit(
    limit: int, limiter: RateLimiter, clock: Clock
) -> None:
    starts = start_times(limiter, clock, 3 * limit + 2, requests=limit)
    for index, start in enumerate(starts[limit:]):
        assert start - starts[index] >= 60 - 1e-6
    assert starts[-1] < 3 * 60 * 1.5  # and not many fewer


def test_no_minute_has_more_tokens_than_the_limit(limiter: RateLimiter, clock: Clock) -> None:
    starts = start_times(limiter, clock, 100, Share("m", 500), tokens=6000)
    for index, start in enumerate(starts[12:]):
        assert start - starts[index] >= 60 - 1e-6


def test_request_of_more_tokens_than_the_limit_is_sent_alone(
    limiter: RateLimiter, clock: Clock
) -> None:
    starts = start_times(limiter, clock, 3, Share("m", 2000), tokens=1000)
    assert starts[0] == 0
    assert starts[1] >= 120


def test_requests_below_the_limit_do_not_wait(limiter: RateLimiter, clock: Clock) -> None:
    assert start_times(limiter, clock, 10, requests=60) == [0] * 10


def test_limit_after_a_long_pause_is_not_higher(limiter: RateLimiter, clock: Clock) -> None:
    start_times(limiter, clock, 100, requests=60)
    clock.now += 10_000
    starts = start_times(limiter, clock, 61, requests=60)
    assert starts[-1] >= 60 - 1e-6


def test_tokens_are_settled_by_the_usage(limiter: RateLimiter, clock: Clock) -> None:
    limits: dict[Kind, int | None] = {"requests": None, "tokens": 6000}
    share = Share("m", 1000)
    assert limiter.reserve(share, limits) == 0
    limiter.settle(1000, 100)
    assert limiter.reserve(Share("m", 900), limits) == 0
    limiter.settle(900, 3000)
    assert limiter.reserve(Share("m", 10), limits) > 20
    limiter.settle(0, -(10**9))  # never more than the capacity
    assert limiter.reserve(share, limits) == 0
    assert limiter.reserve(share, limits) > 0


def test_waiting_requests_start_one_after_the_other(limiter: RateLimiter) -> None:
    limits: dict[Kind, int | None] = {"requests": 6, "tokens": None}
    waits = [limiter.reserve(ONE, limits) for _ in range(5)]
    assert waits == pytest.approx([0, 10, 20, 30, 40])


def test_request_that_would_wait_too_long_takes_nothing(limiter: RateLimiter) -> None:
    limits: dict[Kind, int | None] = {"requests": 1, "tokens": None}
    waits = [limiter.reserve(ONE, limits) for _ in range(30)]
    assert waits[:11] == pytest.approx([60 * number for number in range(11)])
    assert set(waits[11:]) == {math.inf}
    assert waits[10] <= MAX_OWN_WAIT


def test_limit_can_be_raised(limiter: RateLimiter, clock: Clock) -> None:
    start_times(limiter, clock, 2, requests=1)
    assert start_times(limiter, clock, 4, requests=600)[-1] < 1


@pytest.mark.parametrize("name", ["requests_per_minute", "tokens_per_minute"])
@pytest.mark.parametrize("value", [0, -1, 1.5, "60", True, 10**10])
def test_invalid_setting_is_rejected(name: str, value: Any) -> None:
    with pytest.raises(InputError, match=f"The setting {name} must be a number from 1 to"):
        Settings(**{name: value})


# --- headers ------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", rate_limits.KINDS)
@pytest.mark.parametrize("limit", [60, None])
@pytest.mark.parametrize("reset", ["2s", "2", "2000ms", "2.0", "0m2s"])
def test_request_waits_for_the_reset(
    kind: Kind, limit: int | None, reset: str, limiter: RateLimiter, clock: Clock
) -> None:
    share = Share("m", tokens=1, images=1)
    respond_with(limiter, headers(kind, limit, 0, reset), share)
    assert limiter.reserve(share, NO_LIMITS) == pytest.approx(2)
    clock.now += 2
    limiter.release(share, headers(kind, limit, 59, "1s"))
    assert limiter.reserve(share, NO_LIMITS) == 0


def test_no_request_waits_while_something_remains(limiter: RateLimiter) -> None:
    respond_with(limiter, headers("requests", 60, 3, "50s"))
    waits = [limiter.reserve(ONE, NO_LIMITS) for _ in range(5)]
    assert waits == pytest.approx([0, 0, 0, 50, 50])


def test_requests_under_way_are_counted_until_they_end(limiter: RateLimiter) -> None:
    assert [limiter.reserve(ONE, NO_LIMITS) for _ in range(3)] == [0, 0, 0]
    limiter.release(ONE, headers("requests", 60, 2, "50s"))
    assert limiter.reserve(ONE, NO_LIMITS) == 50
    limiter.release(ONE, {})
    limiter.release(ONE, {})
    limiter.release(ONE, headers("requests", 60, 1, "40s"))
    assert limiter.reserve(ONE, NO_LIMITS) == 0


def test_limit_per_day_gives_a_share(limiter: RateLimiter, clock: Clock) -> None:
    respond_with(limiter, headers("requests", 10_000, 0, "23h59m60s"))
    assert limiter.reserve(ONE, NO_LIMITS) == pytest.approx(8.64)
    assert limiter.reserve(ONE, NO_LIMITS) == pytest.approx(2 * 8.64)
    clock.now += 5 * 8.64
    assert limiter.reserve(ONE, NO_LIMITS) == 0


def test_reset_that_is_too_far_away_is_left_to_the_server(limiter: RateLimiter) -> None:
    respond_with(limiter, headers("requests", 10, 0, "20h"))
    assert limiter.reserve(ONE, NO_LIMITS) == 0


def test_limits_that_are_no_longer_stated_are_assumed_to_hold(
    limiter: RateLimiter, clock: Clock
) -> None:
    respond_with(limiter, headers("requests", 3, 0, "5s"))
    starts = start_times(limiter, clock, 7)
    assert starts == pytest.approx([5, 5, 5, 65, 65, 65, 125])


HOSTILE: Final = [
    *[(60, 0, reset) for reset in ("-5", "1e999", "nan", "inf", "", "9" * 10**6, "1h" * 10**5)],
    *[(60, 0, reset) for reset in ("1764380000", "100000000h", "5 s", "0x10", "\u0665s", "s", ".")],
    *[(60, value, "5s") for value in ("-1", "nan", "1e999", "", "many", "9" * 400, "1_0")],
    (None, 0, "1764380000"),
    (60, None, "5s"),
    (60, 0, None),
]


@pytest.mark.parametrize(
    ("limit", "remaining", "reset"), HOSTILE, ids=lambda value: repr(value)[:9]
)
def test_invalid_header_is_ignored(
    limit: object, remaining: object, reset: object, limiter: RateLimiter
) -> None:
    respond_with(limiter, headers("requests", limit, remaining, reset))
    assert limiter.reserve(ONE, NO_LIMITS) == 0


@pytest.mark.parametrize("limit", ["-1", "0", "nan", "1e999", "", "9" * 400, "1", "1" + "0" * 12])
@pytest.mark.parametrize("reset", ["0s", "1ns", "60", "61", "24h"])
def test_wait_for_a_server_is_bounded(limit: str, reset: str, limiter: RateLimiter) -> None:
    for _ in range(100):
        limiter.release(ONE, headers("requests", limit, 0, reset))
        assert 0 <= limiter.reserve(ONE, NO_LIMITS) <= MAX_SERVER_WAIT
    assert all(0 <= limiter.reserve(ONE, NO_LIMITS) <= MAX_SERVER_WAIT for _ in range(100))


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("6m0s", 360),
        ("1s", 1),
        ("20ms", 0.02),
        ("1h2m3.5s", 3723.5),
        ("1d", 86_400),
        ("350µs", 0.00035),
        ("12ns", 12e-9),
        (" 7.66s ", 7.66),
        ("59", 59),
        (".5", 0.5),
        ("0", 0),
    ],
)
def test_durations_of_servers_are_parsed(text: str, seconds: float) -> None:
    assert parse_duration(text) == pytest.approx(seconds)


DATE: Final = "Sun, 06 Nov 1994 08:49:37 GMT"
LATER: Final = "Sun, 06 Nov 1994 08:49:44 GMT"


@pytest.mark.parametrize(
    ("values", "seconds"),
    [
        ({"retry-after": "7"}, 7),
        ({"retry-after": "-7"}, 0),
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after-ms": "1500", "retry-after": "7"}, 1.5),
        ({"retry-after-ms": "nan", "retry-after": "7"}, 7),
        ({"retry-after": LATER, "date": DATE}, 7),
        ({"retry-after": DATE, "date": LATER}, 0),
        ({"retry-after": LATER}, None),
        ({"retry-after": LATER, "date": LATER * 1000}, None),
        ({"retry-after": "Sun, 99 Nov 1994 08:49:37 GMT", "date": DATE}, None),
        ({"retry-after": "1e999"}, None),
        ({"retry-after": "9" * 10**6}, None),
        ({"retry-after": "later"}, None),
        ({}, None),
    ],
)
def test_retry_after_is_parsed(values: dict[str, str], seconds: float | None) -> None:
    assert retry_after(values) == seconds


# --- pauses -------------------------------------------------------------------------------------


def test_all_requests_wait_for_the_end_of_a_pause_and_start_in_turn(
    limiter: RateLimiter, clock: Clock
) -> None:
    assert limiter.pause(7) == 7
    waits = [limiter.reserve(ONE, NO_LIMITS) for _ in range(3)]
    assert waits == pytest.approx([7 + SPACING, 7 + 2 * SPACING, 7 + 3 * SPACING])
    assert limiter.pause(5) == pytest.approx(7 + 4 * SPACING)  # rejected too, a little later
    assert limiter.pause(20) == 20
    assert limiter.reserve(ONE, NO_LIMITS) > 20
    clock.now += 20
    assert limiter.reserve(ONE, NO_LIMITS) == 0


def test_wait_ends_the_pause_even_if_the_clock_stands_still(limiter: RateLimiter) -> None:
    limiter.wait(limiter.pause(7), lambda seconds: None)
    assert limiter.reserve(ONE, NO_LIMITS) == 0


def test_interrupted_wait_is_no_longer_shown(limiter: RateLimiter) -> None:
    def interrupt(seconds: float) -> None:
        assert rate_limits.is_waiting()
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        limiter.wait(1, interrupt)
    assert not rate_limits.is_waiting()


# --- clients ------------------------------------------------------------------------------------


def make_client(
    server: FakeServer, sleep: Callable[[float], None], key: str = "k", **more: Any
) -> Client:
    values = {"text_timeout": MAX_SECONDS, **more}
    return Client(Settings(base_url=server.url, **values), ApiKey(key, "a test"), None, sleep)


def good(*stated: str) -> Behavior:
    return respond(200, fake_responses.chat_body("m", "A boat."), *stated)


def test_clients_of_one_server_and_key_share_the_limits() -> None:
    waits: list[float] = []
    stated = "x-ratelimit-remaining-requests: 0", "x-ratelimit-reset-requests: 9s"
    with FakeServer(lambda _: good(*stated)) as server:
        make_client(server, waits.append).send(CHAT)
        make_client(server, waits.append, key="another key").send(CHAT)
        assert waits == []
        make_client(server, waits.append).send(CHAT)
    assert waits == [pytest.approx(9, abs=MAX_SECONDS)]
    assert b"another key" not in repr(rate_limits._limiters).encode()


def test_limits_that_an_error_states_hold_for_the_next_request() -> None:
    waits: list[float] = []
    stated = "x-ratelimit-remaining-requests: 0", "x-ratelimit-reset-requests: 9s"
    behaviors = [respond(400, error_body("No."), *stated), good()]
    with FakeServer(lambda _: behaviors.pop(0)) as server:
        with pytest.raises(BackendError):
            make_client(server, waits.append).send(CHAT)
        make_client(server, waits.append).send(CHAT)
    assert waits == [pytest.approx(9, abs=MAX_SECONDS)]


def test_rejected_request_makes_other_clients_wait() -> None:
    waits: list[float] = []
    behaviors = [respond(429, error_body("Slow down."), "retry-after: 7"), good(), good()]
    with FakeServer(lambda _: behaviors.pop(0)) as server:
        with pytest.raises(BackendError, match="rate limit"):
            make_client(server, waits.append, retries=0).send(CHAT)
        assert waits == []
        with collect_notes() as notes:
            make_client(server, waits.append).send(CHAT)
        make_client(server, waits.append).send(CHAT)  # the pause is over
    assert waits == [pytest.approx(7, abs=MAX_SECONDS)]
    assert ("waits", f"describe: waited {waits[0]:.1f} s for the rate limit") in notes


def test_many_threads_do_not_all_hit_a_server_that_rejects_one() -> None:
    """Each thread sends a request; a server that rejects the first gets only those under way."""
    sleeping = threading.Semaphore(0)
    threads: list[threading.Thread] = []
    released = threading.Event()

    def sleep(seconds: float) -> None:
        sleeping.release()
        assert released.wait(MAX_SECONDS)

    behaviors = [respond(429, error_body("Slow down."), "retry-after: 30")]
    with FakeServer(lambda _: behaviors.pop() if behaviors else good()) as server:
        clients = [make_client(server, sleep) for _ in range(8)]
        for client_ in clients:
            threads.append(threading.Thread(target=client_.send, args=(CHAT,)))
            threads[-1].start()
            assert sleeping.acquire(timeout=MAX_SECONDS)
        assert len(server.received) == 1
        released.set()
        for thread in threads:
            thread.join(MAX_SECONDS)
        assert len(server.received) == 9


@pytest.mark.parametrize("status", [500, 502])
def test_fault_of_one_request_does_not_pause_others(status: int) -> None:
    waits: list[float] = []
    behaviors = [respond(status, {}), good()]
    with FakeServer(lambda _: behaviors.pop(0)) as server:
        with pytest.raises(BackendError):
            make_client(server, waits.append, retries=0).send(CHAT)
        make_client(server, waits.append).send(CHAT)
    assert waits == []


def test_setting_limits_requests_of_all_clients() -> None:
    waits: list[float] = []
    with FakeServer(lambda _: good()) as server:
        for _ in range(3):
            make_client(server, waits.append, requests_per_minute=6).send(CHAT)
    assert waits == pytest.approx([10, 10], abs=1)


def test_setting_limits_tokens_and_the_usage_counts() -> None:
    waits: list[float] = []
    usage = {"prompt_tokens": 500, "completion_tokens": 500, "total_tokens": 1000}
    body = {**fake_responses.chat_body("m", "A boat."), "usage": usage}
    with FakeServer(lambda _: respond(200, body)) as server:
        for _ in range(2):
            make_client(server, waits.append, tokens_per_minute=600).send(CHAT)
    assert len(waits) == 1
    assert waits[0] > 60


def test_request_that_the_settings_do_not_allow_soon_is_an_error() -> None:
    with FakeServer(lambda _: good()) as server:
        client_ = make_client(server, lambda seconds: None, requests_per_minute=1)
        limiter = client_._rate_limiter
        while limiter.reserve(ONE, client_._rate_limits) < math.inf:
            pass
        with pytest.raises(BackendError, match="raise requests_per_minute") as caught:
            client_.send(CHAT)
        assert not caught.value.billed
        assert not server.received


def test_interrupted_wait_gives_the_request_back() -> None:
    def interrupt(seconds: float) -> None:
        raise KeyboardInterrupt

    stated = "x-ratelimit-remaining-requests: 0", "x-ratelimit-reset-requests: 9s"
    with FakeServer(lambda _: good(*stated)) as server:
        client_ = make_client(server, interrupt)
        client_.send(CHAT)
        with pytest.raises(KeyboardInterrupt) as caught:
            client_.send(CHAT)
        assert vars(caught.value)["billed"] is False
        assert set(client_._rate_limiter._model("m").pending.values()) == {0}
        assert len(server.received) == 1


def test_wait_is_not_part_of_the_timeout() -> None:
    stated = "x-ratelimit-remaining-requests: 0", "x-ratelimit-reset-requests: 9s"
    with FakeServer(lambda _: good(*stated)) as server:
        client_ = make_client(server, threading.Event().wait, text_timeout=MAX_SECONDS)
        client_.send(CHAT)
        client_._settings = Settings(base_url=server.url, text_timeout=0.5)
        client_._sleep = lambda seconds: threading.Event().wait(0.6)
        assert client_.send(CHAT).text == "A boat."


@needs_fork
def test_forked_child_counts_for_itself() -> None:
    with FakeServer(lambda _: good()) as server:
        client_ = make_client(server, lambda seconds: None)
        client_._rate_limiter.reserve(ONE, NO_LIMITS)
        rate_limits._waiting.add(1)

        def in_child() -> None:
            assert set(client_._rate_limiter._model("m").pending.values()) == {0}
            assert not rate_limits.is_waiting()

        try:
            with forked(in_child) as ended:
                assert ended() == 0
        finally:
            rate_limits._waiting.clear()
        assert client_._rate_limiter._model("m").pending["requests"] == 1


def test_number_of_limiters_is_bounded() -> None:
    for number in range(2 * rate_limits.MAX_LIMITERS):
        rate_limits.find_limiter(f"http://127.0.0.1:{number}/v1", "k")
    assert len(rate_limits._limiters) == rate_limits.MAX_LIMITERS


def test_models_have_limits_of_their_own(limiter: RateLimiter) -> None:
    respond_with(limiter, headers("requests", 5, 0, "12s"), Share("painter", images=1))
    respond_with(limiter, headers("requests", 500, 499, "1s"), Share("writer"))
    assert limiter.reserve(Share("writer"), NO_LIMITS) == 0
    assert limiter.reserve(Share("painter"), NO_LIMITS) == 12
    for number in range(2 * rate_limits.MAX_MODELS):
        limiter.reserve(Share(str(number)), NO_LIMITS)
    assert len(limiter._models) == rate_limits.MAX_MODELS


def test_interrupt_before_a_retry_costs_nothing() -> None:
    def interrupt(seconds: float) -> None:
        raise KeyboardInterrupt

    with FakeServer(lambda _: respond(500, {})) as server:
        with pytest.raises(KeyboardInterrupt) as caught:
            make_client(server, interrupt).send(CHAT)
        assert vars(caught.value)["billed"] is False


def test_without_limits_tokens_are_not_estimated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("semcodec.backends.openai.client.estimate_usage", None)
    with FakeServer(lambda _: good()) as server:
        make_client(server, lambda seconds: None).send(
            ModelRequest("describe", "chat/completions", {"model": "m", "messages": []})
        )
