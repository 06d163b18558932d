"""Run decoders on the published vectors and compare the results (spec/vectors/README.md).

``vectors`` loads the vectors, ``process`` runs a decoder as a subprocess, ``compare`` and
``differences`` compare the results with the expected ones, and ``runner`` combines these steps for
a list of vectors. A decoder may be written in any language: it is a program that reads stdin and
writes JSON.
"""

from __future__ import annotations

from semcodec.errors import SemcodecError


class ConformanceError(SemcodecError):
    """The vectors cannot be loaded, or the decoder cannot be started."""
