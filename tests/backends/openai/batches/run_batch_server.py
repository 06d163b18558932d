"""Run the batch server as a process on loopback, for runs in another process.

``python -m tests.backends.openai.batches.run_batch_server`` prints its base URL, serves until stdin
ends, and then prints what it has counted, as JSON. With ``--check``, it checks all requests and
responses against OpenAI's description.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from typing import Any

from tests.backends.openai import fake_responses
from tests.backends.openai.batches.batch_server import BatchServer, answer
from tests.backends.openai.fake_server import FakeServer


def answer_differently(fields: dict[str, Any]) -> tuple[int, Any]:
    """Return a valid response; each description has a number, so that no two are equal."""
    status, body = answer(fields)
    message = body["choices"][0]["message"]
    if fake_responses.DESCRIPTION in message["content"]:
        number = int(fields["custom_id"][:8], 16)
        message["content"] = message["content"].replace("tree.", f"tree with number {number}.")
    return status, body


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
    state = BatchServer(answer_differently, checks="--check" in sys.argv)
    with FakeServer(state.choose) as server:
        print(server.url, flush=True)
        sys.stdin.read()
    print(json.dumps(summarize(state)), flush=True)
