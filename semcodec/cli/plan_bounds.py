"""The most that a planned request can cost: longer data than planned, and a second request.

The plan of ``--dry-run`` has the requests that a run sends if every answer is typical. A run can
differ in three ways that cost money:

* An answer is longer than a typical one, and is the data of a later request. Data is limited
  (``prompting.data_limits``), so that limit is added to each request that depends on an answer.
* An answer cannot be used, and is requested once more, with the answer in the request.
* The server rejects a field or the whole request, and it is sent again. That is not billed.

So a run costs at most this, if the server is honest about tokens (``recording.budget``). Tested by
tests/cli/test_plan_bounds.py with servers that answer anything.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Final

from semcodec.backends.prompting.data_limits import (
    MAX_DATA_TOKENS,
    MAX_LOCATED_TOKENS,
    MAX_PROMPT_TOKENS,
)
from semcodec.backends.prompting.statements import MAX_STATEMENTS
from semcodec.backends.recording import ModelRequest, Usage
from semcodec.backends.recording.budget import TOKENS_PER_FIELD, max_usage

#: By stage, the most tokens of data that can be added to a planned request, and the stages on whose
#: answers the data depends. An edit may take the place of a picture that is painted anew, so it has
#: at least the data of that one.
DEPENDENT_DATA: Final = {
    "select": (MAX_DATA_TOKENS, {"describe"}),
    "compress": (2 * MAX_DATA_TOKENS, {"describe", "select"}),  # inflected forms can be longer
    "expand": (MAX_DATA_TOKENS, {"decompress"}),
    "paint": (MAX_PROMPT_TOKENS, {"decompress", "expand", "compare", "check"}),
    "edit": (MAX_PROMPT_TOKENS, {"edit"}),
    "compare": (MAX_DATA_TOKENS, {"compare"}),
    "check": (MAX_DATA_TOKENS + MAX_STATEMENTS * TOKENS_PER_FIELD, {"decompress"}),
    "locate": (MAX_LOCATED_TOKENS, {"describe", "select"}),
}  # fmt: skip


def max_usages(
    request: ModelRequest, planned_stages: Collection[str], retry_tokens: int
) -> list[Usage]:
    """Return upper bounds for a planned request and for all that can be sent because of it.

    Args:
        request: a request of the plan.
        planned_stages: the stages of all requests of the plan, also those to other servers.
        retry_tokens: the most tokens that a second request for a text has besides the first.
    """
    tokens, sources = DEPENDENT_DATA.get(request.stage, (0, set()))
    usage = max_usage(request)
    if not sources.isdisjoint(planned_stages):
        usage = _add(usage, tokens)
    if request.route == "models" or request.is_image_request:
        return [usage]
    return [usage, _add(usage, retry_tokens)]


def _add(usage: Usage, tokens: int) -> Usage:
    return replace(usage, input_tokens=usage.input_tokens + tokens)
