"""Models converted for OpenVINO, without PyTorch: the backend ``local-light``.

Importing this package loads neither OpenVINO nor numpy; the first call of a model does.
"""

from __future__ import annotations

from semcodec.backends.local_light.backend import LocalLightBackend, create
from semcodec.backends.local_light.settings import LightSettings

__all__ = ["create", "LightSettings", "LocalLightBackend"]
