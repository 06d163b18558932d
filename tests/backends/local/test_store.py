"""Models that stay in memory: a move that is interrupted, and a child of ``fork``."""

from __future__ import annotations

import os
import threading

import pytest

from semcodec.backends.local import store
from semcodec.backends.local.store import ModelStore


class Weights:
    """A model whose move can be interrupted."""

    def __init__(self) -> None:
        self.moves = list[str]()
        self.error: BaseException | None = None

    def move(self, device: str) -> None:
        self.moves.append(device)
        if self.error is not None:
            raise self.error


def test_interrupted_move_is_made_again() -> None:
    models, moved = ModelStore(), Weights()
    models.get("text", "a", lambda: moved, "cuda", is_resident=True)
    moved.error = KeyboardInterrupt()
    with pytest.raises(KeyboardInterrupt):
        models.get("image", "b", Weights, "cuda", is_resident=False)
    moved.error = None
    models.get("text", "a", Weights, "cuda", is_resident=True)
    assert moved.moves == ["cpu", "cuda"]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_child_of_a_fork_starts_anew() -> None:
    thread = threading.Thread(target=store.STORE.lock.acquire)  # and it never releases it
    thread.start()
    thread.join()
    store.STORE._loaded["text"] = store._Loaded("key", Weights(), "cuda")
    try:
        child = os.fork()
        if child == 0:
            is_free = store.STORE.lock.acquire(timeout=2)
            os._exit(0 if is_free and store.STORE.is_alone("image") else 1)
        assert os.waitpid(child, 0)[1] == 0
        assert not store.STORE.is_alone("image")
    finally:
        store.STORE._reset()
