"""The models that this process has loaded; they stay until others of their kind are needed.

Loading takes seconds to minutes, so models outlive a backend object: the next run of ``encode`` or
``decode`` finds them. What must stay true:

* At most one text model and one image model are loaded.
* One call runs at a time: two would need twice the memory, and gain nothing on one device.
* If a plan is not resident, the other model leaves the device before the call.
* A child of ``fork`` has none, because the device and the threads of PyTorch cannot be used there,
  and a lock that another thread held is never released.
"""

from __future__ import annotations

import gc
import threading
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any, Final, Literal, Protocol

from semcodec.forks import call_in_child

Kind = Literal["text", "image"]


class Movable(Protocol):
    """A loaded model."""

    def move(self, device: str) -> None:
        """Move the weights to a device."""


UNKNOWN: Final = "?"  #: the place of weights whose move was interrupted
MOVES_ITSELF: Final = ""  #: the place of weights that are on a device only during a call


@dataclass(slots=True)
class _Loaded:
    key: Hashable
    model: Any
    place: str  # the device that has the weights

    @property
    def can_leave(self) -> bool:
        """Whether the device has weights of the model, which could move away."""
        return self.place not in (MOVES_ITSELF, "cpu")

    def move(self, device: str) -> None:
        """Move the weights; until that has ended, some may be anywhere."""
        self.place = UNKNOWN
        self.model.move(device)
        self.place = device


class ModelStore:
    """Loaded models by kind. Hold ``lock`` while using one."""

    def __init__(self) -> None:
        self._reset()

    def _reset(self) -> None:
        self.lock = threading.RLock()
        self._loaded: dict[Kind, _Loaded] = {}

    def forget(self) -> None:
        """Start anew in a child of ``fork``, where the models can be neither used nor freed."""
        self._of_parent = self._loaded
        self._reset()

    def get(
        self,
        kind: Kind,
        key: Hashable,
        load: Callable[[], Movable],
        device: str,
        *,
        is_resident: bool,
    ) -> Any:
        """Return the model of ``key``, loaded and on its device.

        Args:
            kind: what it is for.
            key: everything on which the loaded object depends.
            load: loads it, onto ``device``.
            device: the name of the device, or ``MOVES_ITSELF``.
            is_resident: whether the other model may stay on the device.
        """
        loaded = self._loaded.get(kind)
        if loaded is not None and loaded.key != key:
            self.release(kind)
            loaded = None
        if not is_resident:
            self._park("image" if kind == "text" else "text")
        if loaded is None:
            loaded = self._loaded[kind] = _Loaded(key, load(), device)
        elif loaded.place != device:
            loaded.move(device)
        return loaded.model

    def is_alone(self, kind: Kind) -> bool:
        """Return whether no other model could leave the device, so that ``kind`` has more of it.

        A model that moves its weights by itself has none there between two calls.
        """
        return not any(loaded.can_leave for other, loaded in self._loaded.items() if other != kind)

    def release(self, kind: Kind) -> None:
        """Forget the model of a kind, so that its memory can be used again."""
        self._loaded.pop(kind, None)
        gc.collect()  # modules of PyTorch refer to each other in cycles

    def _park(self, kind: Kind) -> None:
        """Move the weights of a model to the memory of the computer, if it is on a device.

        A quantized model may refuse to move; then it is loaded again when it is needed.
        """
        loaded = self._loaded.get(kind)
        if loaded is None or not loaded.can_leave:
            return
        try:
            loaded.move("cpu")
        except Exception:  # a library raises what it likes for weights that cannot move
            self.release(kind)


STORE: Final = ModelStore()  #: the models of this process
call_in_child(STORE.forget)
