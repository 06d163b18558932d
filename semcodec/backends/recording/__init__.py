"""Model requests and responses: sent in one place, within a budget, cached and recorded."""

from __future__ import annotations

from semcodec.backends.recording.budget import Budget
from semcodec.backends.recording.cassette import Cassette
from semcodec.backends.recording.recorder import Recorder
from semcodec.backends.recording.request import ModelRequest, ModelResponse, Usage

__all__ = ["ModelRequest", "ModelResponse", "Usage", "Recorder", "Budget", "Cassette"]
