"""Compare what a server has answered with the traces of the runs that sent the requests.

Each run has a segment, a part of the path of its base URL, so the server knows which run a request
belongs to; several runs may share one. Each answer of the server states token counts that no other
answer states (``unique_tokens``), and traces repeat them. Then, in each segment:

1. A call of a trace with token counts is one answer of the server, and no two calls are the same
   answer: nothing was counted that was not answered, and nothing twice.
2. An answer that may be billed and is not in a trace by its counts was lost on its way (a reset, a
   timeout, a malformed response). Traces have a call without counts for each. The two numbers are
   equal, except for kills: a killed run may have sent at most ``MAX_CALLS`` requests that are in no
   trace, and a run interrupted by Ctrl-C may count one request that the server did not get.
3. A response with an error status is free: a call that failed for free had at least one.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

MIN_INPUT_TOKENS: Final = 100
INPUT_COUNTS: Final = 400  #: different numbers of input tokens; small, to stay within the bounds
MAX_CALLS: Final = 60  #: requests of one run: three inputs, with re-asks, retries and reflection
PRICE: Final = {"input": 2.0, "output": 8.0, "image": 2.0}  #: dollars per million tokens
STOPPED: Final = "KeyboardInterrupt"


def unique_tokens(number: int) -> tuple[int, int]:
    """Return the input and output tokens that the answer to a request states, by its number."""
    return MIN_INPUT_TOKENS + number % INPUT_COUNTS, 1 + number // INPUT_COUNTS


def price(tokens: tuple[int, int]) -> float:
    """Return the dollars for input and output tokens."""
    return (PRICE["input"] * tokens[0] + PRICE["output"] * tokens[1]) / 1e6


@dataclass(frozen=True, slots=True)
class Entry:
    """A request in the ledger of the server.

    Attributes:
        number: counts all requests.
        segment: the part of the path that names the run, or several runs.
        request: a digest of route and body.
        behavior: the name of what the server did.
        may_be_billed: whether it was anything but an error status or a list of models.
        tokens: input and output tokens that the response states, if it is a valid answer; None if
            it cannot be billed.
        begun, ended: seconds of the clock of the machine; ``ended`` is 0 if nothing was sent.
    """

    number: int
    segment: str
    request: str
    behavior: str
    may_be_billed: bool
    tokens: tuple[int, int] | None
    begun: float
    ended: float = 0.0


@dataclass(frozen=True, slots=True)
class Run:
    """A run and its trace.

    Attributes:
        name: names the run.
        segment: that of its requests.
        kind: what it did, such as ``"encode by URL"``.
        calls: the calls of its traces; empty if it was killed before it wrote one.
        signal: the signal that ended it before it could write all of its traces, or "".
        is_interrupted: whether it got a Ctrl-C.
    """

    name: str
    segment: str
    kind: str
    calls: Sequence[Mapping[str, Any]] = ()
    signal: str = ""
    is_interrupted: bool = False


@dataclass
class Balance:
    """The result of the comparison.

    Attributes:
        answered: answers that are in a trace by their token counts.
        input_tokens, output_tokens, dollars: their sums, according to the server.
        traced_dollars: the same sum according to the traces.
        lost: requests that may be billed, and that a trace has without token counts.
        free: responses with an error status.
        at_kills: requests in no trace, whose run was killed.
        not_received: calls in a trace that were interrupted before the server had the request.
        findings: every difference that no kill explains.
    """

    answered: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    dollars: float = 0.0
    traced_dollars: float = 0.0
    lost: int = 0
    free: int = 0
    at_kills: int = 0
    not_received: int = 0
    findings: list[str] = field(default_factory=list)


def compare(entries: Iterable[Entry], runs: Iterable[Run]) -> Balance:
    """Return the balance of a ledger and the traces of all runs."""
    by_segment: dict[str, tuple[list[Entry], list[Run]]] = defaultdict(lambda: ([], []))
    for entry in entries:
        by_segment[entry.segment][0].append(entry)
    for run in runs:
        by_segment[run.segment][1].append(run)
    balance = Balance()
    for segment, (sent, of_segment) in by_segment.items():
        _compare_segment(balance, segment, sent, of_segment)
    return balance


def _compare_segment(balance: Balance, segment: str, entries: list[Entry], runs: list[Run]) -> None:
    """Add one segment to the balance."""
    calls = [call for run in runs for call in run.calls if _is_sent(call)]
    counted = [call for call in calls if call.get("input_tokens") and "failed" not in call]
    free_calls = [call for call in calls if call.get("input_tokens") == 0 and "failed" in call]
    unknown = len(calls) - len(counted) - len(free_calls)
    billed = [entry for entry in entries if entry.may_be_billed]
    free = len(entries) - len(billed)
    matched = _match(balance, segment, billed, counted)
    kills = sum(bool(run.signal) for run in runs)
    interrupted = sum(run.is_interrupted for run in runs)
    missing = len(billed) - matched - unknown
    balance.free += free
    balance.lost += min(unknown, len(billed) - matched)
    if missing > kills * MAX_CALLS:
        balance.findings.append(
            f"{segment}: {missing} requests are in no trace, and {kills} runs were killed"
        )
    elif -missing > interrupted:
        balance.findings.append(
            f"{segment}: {-missing} calls of traces never reached the server, and {interrupted} "
            "runs were interrupted"
        )
    balance.at_kills += max(missing, 0)
    balance.not_received += max(-missing, 0)
    if len(free_calls) > free:
        balance.findings.append(
            f"{segment}: {len(free_calls)} calls failed for free, and the server rejected {free}"
        )


def _is_sent(call: Mapping[str, Any]) -> bool:
    """Return whether a call may be billed: it is not from a cassette, and no list of models."""
    return "seconds" in call and call.get("route") != "models"


def _match(
    balance: Balance, segment: str, billed: list[Entry], counted: list[Mapping[str, Any]]
) -> int:
    """Match calls with token counts to answers, and return the number of answers found."""
    answers = {entry.tokens: entry for entry in billed if entry.tokens is not None}
    numbers = Counter((call["input_tokens"], call["output_tokens"]) for call in counted)
    for tokens, number in numbers.items():
        if tokens not in answers:
            balance.findings.append(f"{segment}: no answer has the tokens {tokens} of a trace")
        elif number > 1:
            balance.findings.append(f"{segment}: {number} calls have the answer {tokens}")
    found = [tokens for tokens in numbers if tokens in answers]
    balance.answered += len(found)
    balance.input_tokens += sum(tokens[0] for tokens in found)
    balance.output_tokens += sum(tokens[1] for tokens in found)
    balance.dollars += sum(map(price, found))
    known = [call for call in counted if (call["input_tokens"], call["output_tokens"]) in answers]
    dollars = [call.get("dollars") for call in known]
    balance.traced_dollars += sum(value for value in dollars if value is not None)
    for call, value in zip(known, dollars, strict=True):
        expected = price((call["input_tokens"], call["output_tokens"]))
        if value is None or abs(value - expected) > 1e-9:
            balance.findings.append(f"{segment}: a call costs {value}, not {expected}")
    return len(found)


def repeated_requests(
    entries: Iterable[Entry], stored: Mapping[str, tuple[int, int]], slack: float
) -> list[str]:
    """Return a finding for each request that was sent again although a cache had its response.

    Args:
        entries: the ledger of the segment of the cache.
        stored: by digest of a request, the tokens of the response in the cache at the end.
        slack: seconds between the end of a response and its storage.
    """
    by_request: dict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        by_request[entry.request].append(entry)
    findings = []
    for request, group in by_request.items():
        kept = next((entry for entry in group if entry.tokens == stored.get(request)), None)
        if kept is None or kept.tokens is None:
            continue
        late = [entry for entry in group if entry.begun > kept.ended + slack]
        findings += [f"request {entry.number} had been answered as {kept.number}" for entry in late]
    return findings
