"""A process that encodes and decodes for a long time, in threads, with the library.

    python bench/soak_worker.py NAME --server http://127.0.0.1:8000 --folder out --seed 1

``bench/soak.py`` starts it, stops it by closing its stdin, and kills it. It appends a line of JSON
to ``NAME.jsonl`` for each run that begins and ends, and a sample of its own resources now and then,
while no run is under way.
"""

from __future__ import annotations

import argparse
import gc
import itertools
import json
import os
import random
import select
import sys
import time
import traceback
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final, NamedTuple

from commands import ROOT

sys.path.append(str(ROOT))
from soak_counts import count_resources, leaks

import semcodec
from semcodec.backends.openai import OpenAIBackend
from semcodec.backends.recording import Cassette
from semcodec.choices import CodingChoice, OutputFraming
from semcodec.errors import BackendError, BudgetExceededError, SemcodecError
from tests.backends.openai import fake_responses
from tests.images import encode_image, scene

THREADS: Final = 3
ROUND_SECONDS: Final = 5.0  #: between two moments without a run
CACHE_SEGMENT: Final = "cache"  #: shared by all processes
CALL_FIELDS: Final = ("route", "seconds", "input_tokens", "output_tokens", "dollars", "failed")
CACHED_PHOTOGRAPHS: Final = 12  #: that are encoded again and again
TEXT: Final = fake_responses.DESCRIPTION
SIZE: Final = (64, 64)
CODINGS: Final[tuple[CodingChoice, ...]] = ("lexicon", "bag", "utf8")
FRAMINGS: Final[tuple[OutputFraming, ...]] = ("bare", "file", "url", "qr")


class Outcome(NamedTuple):
    """The result of a run: its trace, and the segment of its requests."""

    trace: semcodec.Trace | None
    segment: str


Job = Callable[["Worker", str, random.Random], Outcome]


class Worker:
    """The state of the process.

    Attributes:
        name: names the worker.
        server: the address of the server.
        folder: for files of runs.
        long_lived: a backend that all threads share.
        cached: the same, with the shared cache.
    """

    def __init__(self, name: str, server: str, folder: Path, cache: Path) -> None:
        self.name, self.server, self.folder = name, server, folder
        self._log = (folder / f"{name}.jsonl").open("ab", buffering=0)
        self.long_lived = OpenAIBackend(base_url=self.url(name))
        self.cached = OpenAIBackend(
            base_url=self.url(CACHE_SEGMENT), cassette=Cassette(cache, "cache")
        )
        self._numbers = itertools.count()

    def url(self, segment: str) -> str:
        """Return the base URL for a segment."""
        return f"{self.server}/{segment}/v1"

    def log(self, **values: Any) -> None:
        """Append a line to the log, in one write."""
        self._log.write(json.dumps(values).encode() + b"\n")

    def run_round(self, seed: str) -> None:
        """Run jobs for some seconds, or until the process is to stop."""
        deadline = time.monotonic() + ROUND_SECONDS
        while time.monotonic() < deadline and not is_stopped():
            self.run(next(self._numbers), seed)

    def run(self, number: int, seed: str) -> None:
        """Run a job that is chosen by the seed and the number."""
        choose = random.Random(f"{seed} {number}")
        kind = choose.choices(list(JOBS), [share for share, _ in JOBS.values()])[0]
        job, name = JOBS[kind][1], f"{self.name}-{number}"
        segment = SEGMENTS.get(kind, name).replace("WORKER", self.name)
        self.log(event="start", run=name, segment=segment, kind=kind)
        error, trace, message = "", None, ""
        try:
            trace = job(self, name, choose).trace
        except SemcodecError as raised:
            error, trace, message = type(raised).__name__, raised.trace, str(raised)
        except BaseException as raised:  # nothing else may leave the library
            error = type(raised).__name__
            self.log(event="finding", run=name, text="".join(traceback.format_exception(raised)))
        shown = message if trace is None else f"{message} {trace.to_json()}"
        if leaks(shown.encode(), os.environ["SEMCODEC_API_KEY"]):
            self.log(event="finding", run=name, text="its trace or message contains the key")
        calls = [] if trace is None else trace.calls
        kept = [{key: call[key] for key in CALL_FIELDS if key in call} for call in calls]
        self.log(event="end", run=name, error=error, calls=kept)

    def sample(self) -> None:
        """Log the resources of the process; no run is under way."""
        gc.collect()
        self.log(event="sample", seconds=time.monotonic(), **count_resources())


def photograph(choose: random.Random) -> bytes:
    """Return the bytes of a small photograph; each is different."""
    image = scene((96 + choose.randrange(64), 64 + choose.randrange(64)))
    image.putpixel((0, 0), (choose.randrange(256), choose.randrange(256), 0))
    return encode_image(image, choose.choice(("JPEG", "PNG", "WEBP")))


def _check_record(encoded: semcodec.Encoded) -> Outcome:
    assert semcodec.unpack(encoded.data).words == encoded.record.words
    return Outcome(encoded.trace, "")


def encode_by_object(worker: Worker, name: str, choose: random.Random) -> Outcome:
    """Encode with a backend object that all threads share."""
    server = worker.long_lived
    return _check_record(semcodec.encode(photograph(choose), describer=server, writer=server))


def encode_by_url(worker: Worker, name: str, choose: random.Random) -> Outcome:
    """Encode with a server that is named by its URL."""
    url = worker.url(name)
    return _check_record(semcodec.encode(photograph(choose), describer=url, writer=url))


def encode_by_name(worker: Worker, name: str, choose: random.Random) -> Outcome:
    """Encode with the server of the environment."""
    return _check_record(semcodec.encode(photograph(choose), backend="openai"))


def encode_cached(worker: Worker, name: str, choose: random.Random) -> Outcome:
    """Encode one of a few photographs with a cache that processes share."""
    photo = photograph(random.Random(choose_cached(choose)))
    return _check_record(semcodec.encode(photo, describer=worker.cached, writer=worker.cached))


def choose_cached(choose: random.Random) -> int:
    """Return the number of one of a few photographs; every minute there are new ones."""
    return int(time.time() // 60) * CACHED_PHOTOGRAPHS + choose.randrange(CACHED_PHOTOGRAPHS)


def encode_recorded(worker: Worker, name: str, choose: random.Random) -> Outcome:
    """Encode with a recording, and replay it: the bytes are the same."""
    photo, path = photograph(choose), worker.folder / f"{name}.sqlite"
    try:
        server = OpenAIBackend(base_url=worker.url(name), cassette=Cassette(path, "record"))
        encoded = semcodec.encode(photo, describer=server, writer=server)
        replay = OpenAIBackend(base_url=worker.url(name), cassette=Cassette(path, "replay"))
        assert _replay(photo, replay) == encoded.data
    finally:
        path.unlink(missing_ok=True)
    return _check_record(encoded)


def _replay(photo: bytes, replay: OpenAIBackend) -> bytes:
    """Return the record of a replay, which needs no server and so has no errors of one."""
    try:
        return semcodec.encode(photo, describer=replay, writer=replay).data
    except SemcodecError as error:
        raise AssertionError("a replay failed") from error


def encode_within_budget(worker: Worker, name: str, choose: random.Random) -> Outcome:
    """Encode with a limit that may be too low; what was spent is the sum of the calls."""
    limit = choose.choice((0.0, 0.02, 0.05, 0.5))
    server = OpenAIBackend(base_url=worker.url(name), max_cost=limit)
    trace = None
    try:
        encoded = semcodec.encode(photograph(choose), describer=server, writer=server)
        trace = encoded.trace
    except BackendError as error:
        trace = error.trace
        if not isinstance(error, BudgetExceededError):
            raise
    finally:
        calls = [] if trace is None else trace.calls
        total = sum(call["dollars"] for call in calls if "seconds" in call)
        assert abs(float(server.budget.spent) - total) < 1e-9, (server.budget.spent, calls)
        assert server.budget.spent <= limit
    return Outcome(trace, name)


def encode_offline(worker: Worker, name: str, choose: random.Random) -> Outcome:
    """Encode without a server, with a description."""
    limits = choose.choice(({}, {"max_bytes": 16}, {"k": 3}, {"rate": "auto"}))
    return _check_record(semcodec.encode(photograph(choose), description=TEXT, **limits))


def encode_embedded(worker: Worker, name: str, choose: random.Random) -> Outcome:
    """Encode with the offline describer."""
    return _check_record(semcodec.encode(photograph(choose), backend="auto"))


def _record(choose: random.Random) -> bytes:
    words = choose.sample(fake_responses.WORDS, choose.randint(1, 8))
    coding, framing = choose.choice(CODINGS), choose.choice(FRAMINGS)
    return semcodec.pack(" ".join(words), coding=coding, framing=framing)


def _check_picture(decoded: semcodec.Decoded) -> Outcome:
    assert decoded.image.size == SIZE
    decoded.to_file("PNG")
    return Outcome(decoded.trace, "")


def decode_by_object(worker: Worker, name: str, choose: random.Random) -> Outcome:
    """Decode with a backend object that all threads share."""
    data = _record(choose)
    return _check_picture(semcodec.decode(data, painter=worker.long_lived, size=SIZE))


def decode_by_url(worker: Worker, name: str, choose: random.Random) -> Outcome:
    """Decode with a server that is named by its URL, as writer and painter."""
    url = worker.url(name)
    return _check_picture(semcodec.decode(_record(choose), writer=url, painter=url, size=SIZE))


def decode_reflecting(worker: Worker, name: str, choose: random.Random) -> Outcome:
    """Decode with reflection by the same server."""
    options = choose.choice(({"reflect": 1}, {"candidates": 2}, {"reflect_by": "description"}))
    server = OpenAIBackend(base_url=worker.url(name))
    return _check_picture(semcodec.decode(_record(choose), backend=server, size=SIZE, **options))


def decode_offline(worker: Worker, name: str, choose: random.Random) -> Outcome:
    """Decode without a server."""
    return _check_picture(semcodec.decode(_record(choose), size=SIZE))


def damaged_photograph(worker: Worker, name: str, choose: random.Random) -> Outcome:
    """Encode damaged bytes: only errors of the library are raised."""
    data = bytearray(photograph(choose))
    for _ in range(choose.randint(1, 20)):
        data[choose.randrange(len(data))] = choose.randrange(256)
    cut = choose.randint(1, len(data))
    return _check_record(semcodec.encode(bytes(data[:cut]), description=TEXT))


def damaged_record(worker: Worker, name: str, choose: random.Random) -> Outcome:
    """Decode damaged bytes: only errors of the library are raised."""
    data = bytearray(_record(choose))
    data[choose.randrange(len(data))] ^= 1 << choose.randrange(8)
    semcodec.validate(bytes(data))
    return _check_picture(semcodec.decode(bytes(data), size=SIZE))


#: By kind, its share and its function.
JOBS: Final[dict[str, tuple[float, Job]]] = {
    "encode with a shared object": (4, encode_by_object),
    "encode by URL": (3, encode_by_url),
    "encode by name": (2, encode_by_name),
    "encode with a cache": (4, encode_cached),
    "encode with a recording": (2, encode_recorded),
    "encode with a budget": (3, encode_within_budget),
    "encode a description": (3, encode_offline),
    "encode offline": (1, encode_embedded),
    "encode damaged files": (2, damaged_photograph),
    "decode with a shared object": (3, decode_by_object),
    "decode by URL": (3, decode_by_url),
    "decode with reflection": (2, decode_reflecting),
    "decode offline": (1, decode_offline),
    "decode damaged records": (2, damaged_record),
}
#: The segments of the runs that share one.
SEGMENTS: Final = {
    "encode with a shared object": "WORKER",
    "decode with a shared object": "WORKER",
    "encode by name": "WORKER-name",
    "encode with a cache": CACHE_SEGMENT,
}


def main() -> int:
    """Run jobs until stdin ends."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("name", help="name of the worker")
    parser.add_argument("--server", required=True, help="address of the server")
    parser.add_argument("--folder", type=Path, required=True, help="folder for its files")
    parser.add_argument("--cache", type=Path, required=True, help="file of the shared cache")
    parser.add_argument("--seed", default="0", help="seed of its jobs (default: 0)")
    args = parser.parse_args()
    os.environ["OPENAI_BASE_URL"] = f"{args.server}/{args.name}-name/v1"
    worker = Worker(args.name, args.server, args.folder, args.cache)
    with ThreadPoolExecutor(THREADS) as pool:
        while not is_stopped():
            for done in [pool.submit(worker.run_round, args.seed) for _ in range(THREADS)]:
                done.result()
            worker.sample()
    return 0


def is_stopped() -> bool:
    """Return whether stdin has ended."""
    return bool(select.select([sys.stdin], [], [], 0)[0])


if __name__ == "__main__":
    sys.exit(main())
