"""A faulty server in a process of its own, with a ledger of what it has answered.

    python bench/soak_server.py --seed 1 --ledger ledger.jsonl

It prints its address and serves until its stdin ends. The base URL of a client is the address, a
segment that names the run, and ``/v1``. The behavior for each request is chosen at random from
valid answers and the faults of tests/backends/openai/fault_table.py; the choice for the request
with a given number depends on the seed alone.
"""

from __future__ import annotations

import argparse
import hashlib
import itertools
import json
import os
import random
import re
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, NamedTuple

from commands import ROOT

sys.path.append(str(ROOT))
from soak_ledger import Entry, unique_tokens

from tests.backends.openai import fake_responses, fault_table
from tests.backends.openai.fake_server import (
    Behavior,
    Connection,
    FakeServer,
    ReceivedRequest,
    respond,
)
from tests.backends.openai.faults.fault import KEY, error_body

VALID: Final = "returns a valid answer"
#: Shares of the behaviors; the rest are faults of the table.
SHARE_VALID: Final = 0.7
SHARE_DELAYED: Final = 0.05
SHARE_WITHOUT_USAGE: Final = 0.02
SHARE_REFUSED_FIELD: Final = 0.03
SHARE_KEPT_OPEN: Final = 0.5  #: of the connections with a complete response
MAX_DELAY: Final = 0.4  #: seconds
SHARE_LATE: Final = 0.1  #: of the late faults that are chosen; each costs a whole timeout
#: Fields that servers reject, each only if the request has it.
REFUSED_FIELDS: Final = ("response_format", "max_completion_tokens", "seed", "temperature", "n")
#: The faults of a server that is running and whose base URL is right.
FAULTS: Final = tuple(
    fault
    for fault in fault_table.FAULTS
    if (fault.behavior or fault.transform) and not fault.at_connect and fault.scheme == "http"
)
LATE: Final = frozenset(fault.name for fault in FAULTS if fault.is_late)
INPUT_FIELD: Final = re.compile(rb'"(prompt|input)_tokens": *\d+')
OUTPUT_FIELD: Final = re.compile(rb'"(completion|output)_tokens": *\d+')
LENGTH: Final = re.compile(rb"(?i)content-length: *(\d+)")
PATH: Final = re.compile(r"/([\w-]+)/v1/([\w/]+)")
FIRST_ERROR: Final = 300  #: the least status that is not a success
STATUS: Final = re.compile(rb"HTTP/1\.\d (\d+) ")


class Ledger:
    """Writes two lines for each request: when its response is chosen, and when it was sent."""

    def __init__(self, path: Path) -> None:
        self._file, self._lock = path.open("ab", buffering=0), threading.Lock()

    def write(self, **values: Any) -> None:
        """Append a line."""
        with self._lock:
            self._file.write(json.dumps(values).encode() + b"\n")


def read_ledger(path: Path) -> list[Entry]:
    """Return the entries of a ledger in order."""
    entries: dict[int, dict[str, Any]] = {}
    for line in path.read_text("utf-8").splitlines():
        values = json.loads(line)
        entries.setdefault(values["number"], {}).update(values)
    return [
        Entry(**{**values, "tokens": tuple(values["tokens"]) if values["tokens"] else None})
        for values in entries.values()
    ]


class Recording(Connection):
    """A connection that keeps what is sent, to see whether the answer is complete.

    Attributes:
        data: what was sent.
        is_reset: whether the connection was reset.
    """

    def __init__(self) -> None:
        self.data, self.is_reset = b"", False

    def send(self, data: bytes) -> None:
        """Keep ``data``."""
        self.data += data

    def wait(self, seconds: float | None = None) -> bool:
        """Do not wait: what has no end ends at once, and is incomplete."""
        return True

    def reset(self) -> None:
        """Note the reset."""
        self.is_reset = True


class Chooser:
    """Chooses the behavior for each request, and keeps the ledger."""

    def __init__(self, seed: int, ledger: Ledger) -> None:
        self._seed, self._ledger, self._numbers = seed, ledger, itertools.count()

    def __call__(self, received: ReceivedRequest) -> Behavior:
        """Return the behavior for a request, which writes the second line of the ledger."""
        number = next(self._numbers)
        path = PATH.fullmatch(received.path)
        if path is None:  # a picture at a URL that an answer has named
            return respond(404, error_body("There is no such page."))
        segment, route = path.groups()
        digest = hashlib.sha256(received.path.encode() + b"\0" + received.body).hexdigest()
        self._check_key(received, number)
        choose = random.Random(f"{self._seed} {number}")
        name, behavior, delay = _choose(choose, route, received.body, unique_tokens(number))
        answer = with_tokens(behavior, unique_tokens(number))
        may_be_billed = answer.may_be_billed and route != "models"
        if answer.data is not None and choose.random() < SHARE_KEPT_OPEN:
            answer = answer._replace(behavior=keep_open(answer.data))
        self._ledger.write(
            number=number,
            segment=segment,
            request=digest,
            behavior=name,
            may_be_billed=may_be_billed,
            tokens=unique_tokens(number) if may_be_billed else None,
            begun=time.time(),
        )

        def run(connection: Connection) -> None:
            if delay:
                connection.wait(delay)
            try:
                answer.behavior(connection)
            finally:
                self._ledger.write(number=number, ended=time.time())

        return run

    def _check_key(self, received: ReceivedRequest, number: int) -> None:
        """Check that the key is in its header and nowhere else."""
        headers = dict(received.headers)
        if headers.pop("authorization", "") != f"Bearer {KEY}":
            raise AssertionError(f"request {number} has another key")
        if KEY in f"{received.path}{headers}" or KEY.encode() in received.body:
            raise AssertionError(f"request {number} has the key outside of its header")


def _choose(
    choose: random.Random, route: str, body: bytes, tokens: tuple[int, int]
) -> tuple[str, Behavior, float]:
    """Return the name of a behavior, the behavior, and the seconds before it."""
    is_image = route.startswith("images/")
    fields = json.loads(body) if body.startswith(b"{") else {}
    point = choose.random()
    if point < SHARE_REFUSED_FIELD:
        present = [name for name in REFUSED_FIELDS if name in fields]
        if present:
            return "refuses a field", refuse_field(choose.choice(present)), 0.0
    point -= SHARE_REFUSED_FIELD
    answer = answer_to(route, fields, body, tokens)
    if point < SHARE_WITHOUT_USAGE:
        usual = {name: value for name, value in answer.items() if name != "usage"}
        return "returns no token counts", respond(200, usual), 0.0
    point -= SHARE_WITHOUT_USAGE
    if point < SHARE_DELAYED:
        return f"{VALID} late", respond(200, answer), choose.uniform(0, MAX_DELAY)
    if point - SHARE_DELAYED < SHARE_VALID:
        return VALID, respond(200, answer), 0.0
    while True:
        fault = choose.choice(FAULTS)
        is_possible = fault.requests("image" if is_image else "text") is not None
        if is_possible and (fault.name not in LATE or choose.random() < SHARE_LATE):
            return fault.name, fault.respond(answer), 0.0


def refuse_field(name: str) -> Behavior:
    """Reject a request because of one of its fields."""
    body = error_body(f"Unsupported parameter: '{name}'.", "unsupported_parameter")
    body["error"]["param"] = name
    return respond(400, body)


def answer_to(
    route: str, fields: dict[str, Any], body: bytes, tokens: tuple[int, int]
) -> dict[str, Any]:
    """Return the body of a valid answer with token counts of its own."""
    if route == "images/edits":
        size = re.search(rb'name="size"\r\n\r\n(\d+x\d+)', body)
        fields = {"size": size[1].decode() if size else "1024x1024"}
    valid = json.dumps(fake_responses.response_body(route, fields)).encode()
    answer: dict[str, Any] = json.loads(patch_tokens(valid, tokens)[0])
    return answer


class Answer(NamedTuple):
    """What the server does, and what that means for the bill.

    Attributes:
        behavior: the behavior.
        may_be_billed: whether it is anything but an error status.
        data: the whole response; None if it is not complete.
    """

    behavior: Behavior
    may_be_billed: bool
    data: bytes | None = None


def with_tokens(behavior: Behavior, tokens: tuple[int, int]) -> Answer:
    """Return what a behavior means, with token counts of its own if it has any.

    Only a complete response is changed. One that is not complete may be billed; an error status is
    free.
    """
    recording = Recording()
    behavior(recording)
    head, separator, body = recording.data.partition(b"\r\n\r\n")
    status, length = STATUS.match(head), LENGTH.search(head)
    is_complete = separator and length and int(length[1]) == len(body) and not recording.is_reset
    if not is_complete or not status or not length:
        return Answer(behavior, True)  # it may be a valid answer all the same, in many chunks
    if int(status[1]) >= FIRST_ERROR:
        return Answer(behavior, False, recording.data)
    patched, has_tokens = patch_tokens(body, tokens)
    if not has_tokens:
        return Answer(behavior, True, recording.data)
    new_head = head[: length.start(1)] + str(len(patched)).encode() + head[length.end(1) :]
    data = new_head + separator + patched
    return Answer(lambda connection: connection.send(data), True, data)


def patch_tokens(body: bytes, tokens: tuple[int, int]) -> tuple[bytes, bool]:
    """Return a body with other token counts, and whether it has any."""
    body, inputs = INPUT_FIELD.subn(rb'"\1_tokens": %d' % tokens[0], body)
    body, outputs = OUTPUT_FIELD.subn(rb'"\1_tokens": %d' % tokens[1], body)
    return body, bool(inputs and outputs)


def keep_open(data: bytes) -> Behavior:
    """Send a complete response, and wait for another request on the same connection."""
    kept = data.replace(b"connection: close", b"connection: keep-alive", 1)

    def behave(connection: Connection) -> None:
        connection.stays_open = True
        connection.send(kept)

    return behave


def serve(choose: Callable[[ReceivedRequest], Behavior]) -> int:
    """Serve until stdin ends; return 1 if a request was wrong."""

    def choose_and_forget(received: ReceivedRequest) -> Behavior:
        server.received.clear()
        return choose(received)

    server = FakeServer(choose_and_forget)
    with server:
        print(server.url.removesuffix("/v1"), flush=True)
        sys.stdin.read()
        server.close()
        for error in server.errors:
            print(repr(error), file=sys.stderr)
        failed, server.errors[:] = bool(server.errors), []
    return int(failed)


def main() -> int:
    """Run the server."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seed", type=int, default=0, help="seed of the faults (default: 0)")
    parser.add_argument("--ledger", type=Path, required=True, help="file to append the ledger to")
    args = parser.parse_args()
    os.environ.pop("SEMCODEC_PROFILE", None)
    return serve(Chooser(args.seed, Ledger(args.ledger)))


if __name__ == "__main__":
    sys.exit(main())
