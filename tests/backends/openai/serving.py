"""The obliging model as a program on loopback, for commands that are run in another process.

``python -m tests.backends.openai.serving`` prints its base URL, and serves until stdin ends.
"""

from __future__ import annotations

import json
import sys

from tests.backends.openai import obliging
from tests.backends.openai.faulty import Behaviour, Faulty, Seen, says


def choose(seen: Seen) -> Behaviour:
    """Return a good answer to a request."""
    fields = json.loads(seen.body) if seen.body else {}
    return says(200, obliging.answer(seen.path.removeprefix("/v1/"), fields))


if __name__ == "__main__":
    with Faulty(choose) as server:
        print(server.url, flush=True)
        sys.stdin.read()
