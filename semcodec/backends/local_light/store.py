"""The pipelines that this process has loaded; they stay until another model of their kind is used.

Loading takes seconds to minutes, so pipelines outlive a backend object: the next run of ``encode``
or ``decode`` finds them. What must stay true:

* One call runs at a time: a pipeline has the state of its call, and a second call would gain
  nothing on the same cores.
* At most one text model and one image model are loaded.
* A child of ``fork`` has none, because the threads of OpenVINO do not exist there, and a lock that
  another thread held is never released.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from typing import Any, Final

from semcodec.backends.local.catalog import Kind
from semcodec.forks import call_in_child


class PipelineStore:
    """Loaded pipelines. Hold ``lock`` while using one.

    Attributes:
        lock: held during a call of a pipeline.
    """

    def __init__(self) -> None:
        self._reset()

    def _reset(self) -> None:
        self.lock = threading.RLock()
        self._keys: dict[Kind, Hashable] = {}
        self._pipelines: dict[Kind, dict[str, Any]] = {}

    def forget(self) -> None:
        """Start anew in a child of ``fork``, where the loaded pipelines cannot be used.

        Nor can they be freed: their destructors wait for threads, and end the process.
        """
        self._of_parent = self.__dict__.copy()
        self._reset()

    def get(self, kind: Kind, key: Hashable, name: str, load: Callable[[], dict[str, Any]]) -> Any:
        """Return the pipeline ``name`` of a model, loaded at the first call.

        Args:
            kind: what the model is for.
            key: what identifies the model: its folder and device.
            name: of the pipeline's class.
            load: returns that pipeline, and possibly others that share its weights, by name.
        """
        if self._keys.get(kind) != key:
            self._pipelines[kind] = {}  # the memory of the last model is free again
            self._keys[kind] = key
        loaded = self._pipelines[kind]
        if name not in loaded:
            loaded |= load()
        return loaded[name]


STORE: Final = PipelineStore()  #: the pipelines of this process
call_in_child(STORE.forget)
