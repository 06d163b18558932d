"""Run the fake server as a process on loopback, for commands that run in another process.

``python -m tests.backends.openai.run_fake_server`` prints its base URL and serves until stdin ends.
"""

from __future__ import annotations

import json
import sys

from tests.backends.openai import fake_responses
from tests.backends.openai.fake_server import Behavior, FakeServer, ReceivedRequest, respond


def choose(received: ReceivedRequest) -> Behavior:
    """Return a valid response to a request."""
    fields = json.loads(received.body) if received.body else {}
    return respond(200, fake_responses.response_body(received.path.removeprefix("/v1/"), fields))


if __name__ == "__main__":
    with FakeServer(choose) as server:
        print(server.url, flush=True)
        sys.stdin.read()
