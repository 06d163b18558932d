"""Load the two networks, once and only when they are needed."""

from __future__ import annotations

import os
from functools import cache
from importlib import resources
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from semcodec.errors import BackendError
from semcodec.forks import fork_waits

_LOADING_LOCK = Lock()
#: With one, onnxruntime runs in the caller's thread and starts none, so that a forked process can
#: go on with the sessions it inherits. More are hardly faster at this size, and slower under load.
THREADS = 1


def _import_onnxruntime() -> Any:
    """Return onnxruntime, told before its import to report nothing to anybody.

    Otherwise it keeps an id of the machine and a store of events in the user's home.
    """
    os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
    import onnxruntime

    return onnxruntime


@cache
def _session(model: str) -> Any:
    """Return the network in models/``model``."""
    ort = _import_onnxruntime()
    options = ort.SessionOptions()
    options.intra_op_num_threads = THREADS
    options.inter_op_num_threads = 1
    options.log_severity_level = 3  # errors only
    data = resources.files(__package__).joinpath("models", model).read_bytes()
    return ort.InferenceSession(data, options, providers=["CPUExecutionProvider"])


def run(model: str, tensor: NDArray[Any]) -> list[NDArray[Any]]:
    """Return what the network in models/``model`` answers to its one input.

    Raises:
        BackendError: the network cannot be loaded or run here.
    """
    try:
        with fork_waits():  # a session keeps locks of its own while it loads and runs
            with _LOADING_LOCK:  # threads that start together load a network once
                session = _session(model)
            answers = session.run(None, {session.get_inputs()[0].name: tensor})
    except Exception as error:  # onnxruntime raises types of its own, unrelated to each other
        message = f"The network {model} does not run here: pip install onnxruntime. ({error})"
        raise BackendError(message, backend="embedded", stage="describe") from error
    return [np.asarray(answer) for answer in answers]
