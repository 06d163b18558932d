"""Fields of a request that a server refuses."""

from __future__ import annotations

from typing import Final

from tests.backends.openai.fake_server import respond
from tests.backends.openai.faults.fault import SUCCESS, Fault, error_body

FIELDS: Final = (
    Fault(
        "rejects JSON schemas",
        respond(400, error_body("response_format is not supported")),
        SUCCESS,
        1,
        None,
        only=b"json_schema",
    ),
)
