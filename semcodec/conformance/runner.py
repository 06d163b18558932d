"""Run one decoder on many vectors and report the differences in the order of the vectors."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing

from semcodec.conformance.compare import Outcome, compare
from semcodec.conformance.differences import Difference
from semcodec.conformance.process import Decoder, PersistentDecoder, decode_once
from semcodec.conformance.vectors import Vector

#: Called for each vector, in order, with the differences of the decoder.
Report = Callable[[Vector, list[Difference]], None]


def run(
    decoder: Decoder, vectors: Sequence[Vector], report: Report, *, jobs: int, persistent: bool
) -> None:
    """Run ``decoder`` on ``vectors`` and call ``report`` for each.

    A decoder that does not end in time is killed with its process group, and so is one that runs
    when an error or Ctrl-C ends the run. Processes that have left the group, and children of a
    decoder that ends by itself, are not killed.

    Args:
        decoder: the command of the decoder.
        vectors: the vectors to run, in order.
        report: called for each vector.
        jobs: number of processes at once, 1 or more; ignored if ``persistent``.
        persistent: whether to start the decoder once for all vectors.

    Raises:
        ConformanceError: the decoder cannot be started.
    """
    asyncio.run(_run(decoder, vectors, report, 0 if persistent else jobs))


async def _run(decoder: Decoder, vectors: Sequence[Vector], report: Report, jobs: int) -> None:
    outcomes = _each(decoder, vectors, jobs) if jobs else _persistent(decoder, vectors)
    async with aclosing(outcomes):
        for vector in vectors:
            report(vector, compare(vector, await anext(outcomes)))


async def _persistent(decoder: Decoder, vectors: Sequence[Vector]) -> AsyncGenerator[Outcome, None]:
    process = PersistentDecoder(decoder)
    try:
        for vector in vectors:
            yield await process.decode(vector)
    finally:
        await process.close()


async def _each(
    decoder: Decoder, vectors: Sequence[Vector], jobs: int
) -> AsyncGenerator[Outcome, None]:
    limit = asyncio.Semaphore(jobs)

    async def decode(vector: Vector) -> Outcome:
        async with limit:
            return await decode_once(decoder, vector)

    tasks = [asyncio.create_task(decode(vector)) for vector in vectors]
    try:
        for task in tasks:
            yield await task
    finally:  # no decoder may keep running after an error or Ctrl-C
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
