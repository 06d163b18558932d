"""Divide requests into parts: input files of one model and one route, within the limits."""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import BinaryIO, Final

from semcodec.backends.openai.batches.journal import Journal
from semcodec.backends.openai.batches.rows import Part, PartRequest
from semcodec.backends.openai.batches.store import (
    MAX_PART_BYTES,
    PARTS,
    CollectedRequest,
    forget_collected,
    read_collected,
    write_error,
)
from semcodec.backends.openai.pricing import BATCH_PRICE
from semcodec.backends.recording import Usage
from semcodec.backends.recording.budget import Prices
from semcodec.errors import InputError

MAX_PART_REQUESTS: Final = 50_000  #: of an input file, of OpenAI's description of its API
#: A part may cost at most this part of ``max_cost``, so that several fit into what is left of it.
BUDGET_SHARE: Final = 10
#: Made at a time. With a low ``max_cost``, parts have few requests, and most could not be paid.
MAX_NEW_PARTS: Final = 64
OUTPUT_FILES: Final = "part-*.output"


@dataclass(frozen=True, slots=True)
class Limits:
    """What a part may have, besides the limits of the API; a single request may exceed ``dollars``.

    Attributes:
        tokens: estimated tokens of all input; None for no limit.
        dollars: the highest possible price; None for no limit.
    """

    tokens: int | None = None
    dollars: Decimal | None = None


def part_limits(max_tokens: int | None, max_cost: Decimal | None) -> Limits:
    """Return the limits of a part for those of a run; None for no limit."""
    return Limits(max_tokens, None if max_cost is None else max_cost / BUDGET_SHARE)


@dataclass(slots=True)
class PartSize:
    """The size of a part, and whether more may be added to it.

    Attributes:
        limits: those of the part.
        requests, bytes, tokens: what the part has.
        bound: its highest possible price in dollars; None if it is unknown.
    """

    limits: Limits
    requests: int = 0
    bytes: int = 0
    tokens: int = 0
    bound: Decimal | None = Decimal(0)

    def takes(self, size: int, tokens: int, bound: Decimal | None) -> bool:
        """Return whether a request can be added.

        Args:
            size: the bytes of its line.
            tokens: the estimated tokens of its input.
            bound: its highest possible price in dollars; None if it is unknown.
        """
        if not self.requests:
            return True
        max_tokens, max_dollars = self.limits.tokens, self.limits.dollars
        has_money = None in (max_dollars, bound, self.bound) or (
            (self.bound or 0) + (bound or 0) <= (max_dollars or 0)
        )
        return (
            self.requests < MAX_PART_REQUESTS
            and self.bytes + size <= MAX_PART_BYTES
            and (max_tokens is None or self.tokens + tokens <= max_tokens)
            and has_money
        )

    def add(self, size: int, tokens: int, bound: Decimal | None) -> None:
        """Add a request; the arguments are those of ``takes``."""
        self.requests += 1
        self.bytes += size
        self.tokens += tokens
        self.bound = None if self.bound is None or bound is None else self.bound + bound


@dataclass(slots=True)
class _OpenPart:
    part: Part
    size: PartSize
    file: BinaryIO
    requests: dict[str, PartRequest] = field(default_factory=dict)


def part_path(folder: Path, part: Part) -> Path:
    """Return the path of the input file of a part."""
    return folder / f"part-{part.id}.jsonl"


def prepare(
    folder: Path, journal: Journal, server: str, prices: Prices, limits: Limits
) -> set[str]:
    """Make at most ``MAX_NEW_PARTS`` parts of the requests that have none, with their input files.

    Args:
        folder: the folder of the batches.
        journal: gets the parts.
        server: the base URL.
        prices: for the highest possible price of each part.
        limits: of a part.

    Returns:
        The digests of requests that were left out: they are sent again in a later round.

    Raises:
        InputError: one request exceeds the limit of tokens.
        BackendError: the folder cannot be written.
    """
    current: dict[tuple[str, str], _OpenPart] = {}
    count, left_out = 0, set[str]()
    try:
        for found in read_collected(folder):
            _check(found, server, limits)
            key, item = (found.request.request.route, found.request.request.model), found.request
            part = current.get(key)
            if journal.is_pending(server, item.digest) or (part and item.digest in part.requests):
                continue
            size = len(found.data), found.tokens, max_price(item.request.model, item.usage, prices)
            if part and not part.size.takes(*size):
                _close(current.pop(key), journal)
                part = None
            if part is None and count == MAX_NEW_PARTS:
                left_out.add(item.digest)
                continue
            if part is None:
                count += 1
                current[key] = part = _begin(folder, server, *key, limits)
            part.file.write(found.data)
            part.size.add(*size)
            part.requests[item.digest] = item._replace(line=part.size.requests)
        while current:
            _close(current.pop(next(iter(current))), journal)
    except OSError as error:
        raise write_error(folder, error, "prepare") from error
    finally:
        for part in current.values():
            part.file.close()
    forget_collected(folder)
    return left_out


def remove_leftovers(folder: Path) -> None:
    """Delete the files of parts that an earlier run has left; a batch needs none of them."""
    for pattern in (PARTS, OUTPUT_FILES):
        for path in folder.glob(pattern):
            path.unlink(missing_ok=True)


def max_price(model: str, usage: Usage, prices: Prices) -> Decimal | None:
    """Return the price of ``usage`` in a batch, in dollars; None if it is unknown."""
    price = prices.price(model, usage)
    return None if price is None else price * BATCH_PRICE


def _check(found: CollectedRequest, server: str, limits: Limits) -> None:
    if found.server != server:  # otherwise its response would be stored for another server
        raise InputError(
            f"A request for {found.server} cannot be part of a batch of {server}: use one server."
        )
    if limits.tokens is not None and found.tokens > limits.tokens:
        raise InputError(
            f"A request '{found.request.request.stage}' has about {found.tokens} tokens, and the "
            f"limit on enqueued tokens is {limits.tokens}: raise it, or omit it."
        )


def _begin(folder: Path, server: str, route: str, model: str, limits: Limits) -> _OpenPart:
    part = Part(new_part_id(), server, route, model, created=time.time())
    return _OpenPart(part, PartSize(limits), part_path(folder, part).open("xb"))


def _close(done: _OpenPart, journal: Journal) -> None:
    """Complete the file of a part, and only then add it to the journal."""
    done.file.close()
    part, size = done.part, done.size
    part.requests, part.bytes, part.tokens = size.requests, size.bytes, size.tokens
    part.bound = size.bound
    journal.add_part(part, done.requests.values())


def new_part_id() -> str:
    """Return a random id."""
    return secrets.token_hex(16)
