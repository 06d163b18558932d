"""A rehearsal: calls go nowhere, and what comes back is of the kind that would have come."""

from __future__ import annotations

import io

from semcodec.backends.calls import Call, Reply
from semcodec.backends.calls.purse import estimate


class Rehearsal:
    """Makes calls in the place of a client, and remembers them.

    Attributes:
        calls: those that would have been made, in order.
    """

    def __init__(self) -> None:
        self.calls: list[Call] = []

    def __call__(self, call: Call) -> Reply:
        """Return a stand-in for the reply to ``call``, with the tokens that it would take."""
        self.calls.append(call)
        if call.route == "models":
            return Reply("its-only-model")
        if "size" in call.body:
            return Reply(image=_blank(str(call.body["size"])), usage=estimate(call))
        return Reply(call.likely, usage=estimate(call))


def _blank(size: str) -> bytes:
    from PIL import Image

    width, _, height = size.partition("x")
    out = io.BytesIO()
    Image.new("RGB", (int(width), int(height)), "white").save(out, "PNG")
    return out.getvalue()
