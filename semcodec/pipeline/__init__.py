"""The two pipelines: ``encode`` (image to record) and ``decode`` (record to image)."""

from __future__ import annotations

from semcodec.pipeline.decode import Decoded, decode
from semcodec.pipeline.encode import Encoded, encode
from semcodec.pipeline.trace import Stage, Trace

__all__ = ["encode", "decode", "Encoded", "Decoded", "Trace", "Stage"]
