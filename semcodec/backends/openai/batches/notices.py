"""The sentences about batches for the user."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

from semcodec._wording import plural
from semcodec.backends.openai.batches.rows import Part

if TYPE_CHECKING:
    from semcodec.backends.openai.batches.batch import Batch
    from semcodec.backends.openai.batches.collecting import Collected

MAX_NAMED: Final = 8  #: batches named in a sentence


def describe_running(running: Sequence[Part]) -> str:
    """Return a sentence about the batches that go on without this run."""
    if not running:
        return "No batch is running: the same command continues."
    noun = "batch is" if len(running) == 1 else "batches are"
    return (
        f"{len(running)} {noun} still running on the server ({_list(running)}): the same "
        "command collects what is done, and continues."
    )


def describe_unused(running: Sequence[Part]) -> str:
    """Return a sentence about batches that run, and whose responses no input needs."""
    verb, them = ("runs", "it") if len(running) == 1 else ("run", "them")
    return (
        f"{plural(len(running), 'batch')} of an earlier run, which no input needs now, still "
        f"{verb} on the server ({_list(running)}): cancel {them} there."
    )


def describe_full_queue(part: Part) -> str:
    """Return a sentence about a part that the server has rejected for now."""
    return f"The queue of the server for {part.model} is full: a batch waits until it has room."


def describe_left_files(part: Part, left: Sequence[str]) -> str:
    """Return a sentence about files that could not be deleted, by their ids."""
    return (
        f"{plural(len(left), 'file')} of {part.batch} could not be deleted on the server: "
        f"delete {', '.join(left)} there."
    )


def describe_result(part: Part, batch: Batch, found: Collected) -> Iterator[str]:
    """Yield sentences about what is unusual in what a part has brought."""
    if batch.status == "expired":
        yield (
            f"The batch {batch.id} expired with {part.answered} of {part.requests} responses, "
            "which are used; the other requests are sent again."
        )
    if found.is_gone:
        yield (
            f"The responses of {batch.id} are gone from the server: their requests are sent "
            "again, and may be billed again."
        )
    counts = {
        "invalid": found.ignored.invalid,
        "not requested": found.ignored.unknown,
        "duplicate": found.ignored.duplicate,
    }
    bad = [f"{number} {kind}" for kind, number in counts.items() if number]
    if bad:
        yield f"Lines of the output of {batch.id} were ignored: {', '.join(bad)}."


def _list(running: Sequence[Part]) -> str:
    names = [part.batch for part in running[:MAX_NAMED]]
    others = len(running) - MAX_NAMED
    return ", ".join(names) + (f" and {plural(others, 'other')}" if others > 0 else "")
