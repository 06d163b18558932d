"""Model requests and responses: a budget, a cassette, and the recorder that uses both."""

from __future__ import annotations

from semcodec.backends.recording.budget import Budget
from semcodec.backends.recording.call_log import CallLog
from semcodec.backends.recording.cassette import Cassette
from semcodec.backends.recording.recorder import Recorder
from semcodec.backends.recording.request import (
    ModelRequest,
    ModelResponse,
    RejectedFieldError,
    Usage,
)

__all__ = [
    "ModelRequest",
    "ModelResponse",
    "Usage",
    "RejectedFieldError",
    "Recorder",
    "Budget",
    "CallLog",
    "Cassette",
]
