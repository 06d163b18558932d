"""Run decoders on the published vectors and compare what they return (spec/vectors/README.md).

``vectors`` loads the vectors, ``process`` runs a decoder as a subprocess, ``compare`` finds the
differences, and ``runner`` does all of it for a list of vectors. A decoder may be written in any
language: a program that reads stdin and writes JSON is enough.
"""

from __future__ import annotations

from semcodec.errors import SemcodecError


class ConformanceError(SemcodecError):
    """The vectors cannot be loaded, or the decoder cannot be started."""
