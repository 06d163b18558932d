"""Run the batch server as a process on loopback, for runs in another process.

``python -m tests.backends.openai.batches.run_batch_server`` prints its base URL, serves until stdin
ends, and then prints what it has counted, as JSON. With ``--check``, it checks all requests and
responses against OpenAI's description.
"""

from __future__ import annotations

import json
import sys
from collections import Counter

from tests.backends.openai.batches.batch_server import BatchServer
from tests.backends.openai.fake_server import FakeServer


def summarize(server: BatchServer) -> dict[str, object]:
    """Return what a server has counted."""
    return {
        "requests": Counter(f"{method} {path.split('/')[1]}" for method, path in server.requests),
        "batches": len(server.batches),
        "submitted": sum(server.submitted.values()),
        "different": len(server.submitted),
        "submitted_twice": sum(number > 1 for number in server.submitted.values()),
        "paid": sum(server.paid.values()),
        "paid_twice": sum(number > 1 for number in server.paid.values()),
        "files_left": len(server.files),
        "violations": server.violations[:5],
    }


if __name__ == "__main__":
    state = BatchServer(checks="--check" in sys.argv)
    with FakeServer(state.choose) as server:
        print(server.url, flush=True)
        sys.stdin.read()
    print(json.dumps(summarize(state)), flush=True)
