"""Encode stub photographs through a batch server on loopback, and kill the run again and again.

``python bench/batches.py`` starts the server of the tests in one process and the run in another
one, which is killed (``SIGKILL``) after random times and started again, until it ends by itself. It
prints what the server has counted: how many requests were submitted and paid, and how many of them
twice, which must be 0. The waits between polls are a hundredth of the usual ones.

``python bench/batches.py --sizes PHOTO_DIR`` prints how many photographs an input file can have.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, Final

from PIL import Image

ROOT: Final = Path(__file__).resolve().parents[1]
PART_REQUESTS: Final = 300  #: of a part, so that there are several
COLLECTED_BYTES: Final = 2_000_000  #: of a round, so that a kill does not repeat too much
SPEED: Final = 100  #: how much shorter the waits are
SIDES: Final = (512, 768, 1024)  #: pixels of the longer side, the setting image_side
ROUNDS_NAME: Final = "rounds.txt"  #: a character for each round
DONE_NAME: Final = "done.jsonl"  #: the records, in place of Parquet files


def main() -> None:
    """Run the bench, or with ``--run`` the process that is killed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--photos", type=int, default=2_000)
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--seconds", type=float, default=20.0, help="the longest life of a run")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--check", action="store_true", help="against OpenAI's description")
    parser.add_argument("--sizes", metavar="PHOTO_DIR", help="print the sizes of parts")
    parser.add_argument("--run", nargs=2, metavar=("FOLDER", "URL"), help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.run:
        run(Path(args.run[0]), args.run[1], args.photos)
    elif args.sizes:
        print_sizes(Path(args.sizes))
    else:
        with tempfile.TemporaryDirectory() as folder:
            print_result(measure(args, Path(folder)))


def measure(args: argparse.Namespace, folder: Path) -> dict[str, Any]:
    """Return what the server and the runs have counted."""
    module = "tests.backends.openai.batches.run_batch_server"
    command = [sys.executable, "-m", module, *(["--check"] if args.check else [])]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "SEMCODEC_CONFIG": str(folder / "none")}
    server = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT, env=environment
    )
    assert server.stdout is not None
    url, started = server.stdout.readline().strip(), time.monotonic()
    dice, kills, lives = random.Random(args.seed), 0, 0
    client = [sys.executable, __file__, "--photos", str(args.photos), "--run", str(folder), url]
    while True:
        lives += 1
        process = subprocess.Popen(client, env=environment)
        try:
            seconds = dice.uniform(0.5, args.seconds) if kills < args.kills else None
            if process.wait(seconds) != 0:
                raise SystemExit("the run failed")
            break
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            kills += 1
    seconds = time.monotonic() - started
    output, _ = server.communicate("")
    done = [json.loads(line) for line in (folder / DONE_NAME).read_text().splitlines()]
    return {
        "photographs": args.photos,
        "records": len({name for name, _ in done}),
        "kills": kills,
        "runs": lives,
        "rounds": len((folder / ROUNDS_NAME).read_text()),
        "seconds": round(seconds, 1),
        **json.loads(output),
    }


def run(folder: Path, url: str, count: int) -> None:
    """Encode the photographs that are not done, in rounds."""
    import semcodec
    from semcodec.backends.openai import OpenAIBackend
    from semcodec.backends.openai.batches import Batches, BatchStore, parts
    from semcodec.backends.openai.batches import store as limits
    from semcodec.errors import PendingResponseError

    parts.MAX_PART_REQUESTS = PART_REQUESTS  # type: ignore[misc]
    limits.MAX_COLLECTED_BYTES = COLLECTED_BYTES  # type: ignore[misc]
    store = BatchStore(folder / "responses.sqlite")
    backend = OpenAIBackend(batch_store=store, base_url=url, describer="m", writer="m")
    path = folder / DONE_NAME
    path.touch()
    lines = [line for line in path.read_text().splitlines(True) if line.endswith("\n")]
    path.write_text("".join(lines))  # without a line that a kill has cut
    done = {json.loads(line)[0] for line in lines}
    left = [number for number in range(count) if number not in done]
    waiting: dict[str, list[int]] = {}  # by the digest of a request

    def run_round() -> int:
        with (folder / ROUNDS_NAME).open("a", encoding="utf-8") as file:
            file.write(".")
        for digest in batches.pop_resolved() & waiting.keys():
            left.extend(waiting.pop(digest))
        with path.open("a", encoding="utf-8") as file:
            for number in [left.pop() for _ in range(len(left))]:
                try:
                    if store.is_full:
                        raise PendingResponseError("no room")
                    encoded = semcodec.encode(photograph(number), backend=backend)
                except PendingResponseError as error:
                    waiting.setdefault(error.digest, []).append(number)
                    continue
                file.write(json.dumps([number, encoded.data.hex()]) + "\n")
                file.flush()
        left.extend(waiting.pop("", []))
        return len(left) + sum(map(len, waiting.values()))

    batches = Batches(store, backend.settings, sleep=lambda seconds: time.sleep(seconds / SPEED))
    batches.run_rounds(run_round)


def print_sizes(folder: Path) -> None:
    """Print the mean size of requests to describe photographs, and how many a part can have."""
    import semcodec
    from semcodec.backends.openai import OpenAIBackend
    from semcodec.backends.openai.batches.parts import MAX_PART_REQUESTS
    from semcodec.backends.openai.batches.plan import BatchDryRunClient
    from semcodec.backends.openai.batches.store import MAX_PART_BYTES
    from semcodec.backends.openai.pricing import ServerPrices
    from semcodec.backends.recording.budget import max_usage

    paths = sorted(path for path in folder.rglob("*") if path.suffix in (".jpg", ".png"))
    print("side  stage     bytes    tokens  per file  files for 1,000,000")
    for side in SIDES:
        settings: dict[str, Any] = {"image_side": side, "describer": "gpt-5.5", "writer": "gpt-5.5"}
        prices = ServerPrices(OpenAIBackend(**settings).settings)
        client = BatchDryRunClient(prices, lambda request: [max_usage(request)])
        backend = OpenAIBackend(send=client, **settings)
        for path in paths:
            semcodec.encode(path, backend=backend)
        for stage in client.stages:
            request_bytes = stage.bytes / stage.requests
            count = min(MAX_PART_REQUESTS, int(MAX_PART_BYTES / request_bytes))
            tokens = stage.input_tokens / stage.requests
            line = f"{side:4}  {stage.stage:8} {request_bytes:7,.0f} {tokens:9,.0f} {count:9,}"
            print(f"{line} {-(-(10**6) // count):9,}")
    print(f"{len(paths)} photographs")


def photograph(number: int) -> Image.Image:
    """Return a small picture that no other number has."""
    image = Image.new("RGB", (48, 32), (number % 256, number // 256, 90))
    image.paste((200, 30, 30), (number % 32, 8, number % 32 + 12, 24))
    return image


def print_result(result: dict[str, Any]) -> None:
    """Print a line for each number."""
    for name, value in result.items():
        print(f"{name:16} {value}")
    if result["paid_twice"] or result["records"] != result["photographs"]:
        raise SystemExit("a reply was paid twice, or a record is missing")


if __name__ == "__main__":
    main()
