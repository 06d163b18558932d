"""Load and run the two ONNX networks; each is loaded when it is first used."""

from __future__ import annotations

import os
from functools import cache
from importlib import resources
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from semcodec.errors import BackendError
from semcodec.forks import block_fork

_LOADING_LOCK = Lock()
#: With one thread, onnxruntime runs in the caller's thread and does not start others, so a forked
#: process can use the sessions that it inherits (tests/test_forks.py). For networks of this size,
#: more threads are hardly faster, and slower under load.
THREADS = 1


def _import_onnxruntime() -> Any:
    """Import onnxruntime with telemetry disabled, and return the module.

    With telemetry, it stores a machine id and a database of events in the user's home directory. It
    must be disabled before the import.
    """
    os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
    import onnxruntime

    return onnxruntime


@cache
def _session(model: str) -> Any:
    """Return a session of the network in the file models/``model``, loaded once."""
    ort = _import_onnxruntime()
    options = ort.SessionOptions()
    options.intra_op_num_threads = THREADS
    options.inter_op_num_threads = 1
    options.log_severity_level = 3  # errors only
    data = resources.files(__package__).joinpath("models", model).read_bytes()
    return ort.InferenceSession(data, options, providers=["CPUExecutionProvider"])


def run(model: str, tensor: NDArray[Any]) -> list[NDArray[Any]]:
    """Run the network in the file models/``model``, and return its outputs.

    Args:
        model: the name of the file.
        tensor: the single input, in the shape and type that the network declares.

    Raises:
        BackendError: the network cannot be loaded or run.
    """
    try:
        with block_fork():  # a session holds locks while it loads and runs
            with _LOADING_LOCK:  # so that threads do not load a network twice
                session = _session(model)
            outputs = session.run(None, {session.get_inputs()[0].name: tensor})
    except Exception as error:  # onnxruntime's exceptions have no common base class
        message = f"Cannot run the network {model} ({error}): pip install onnxruntime."
        raise BackendError(
            message, backend="embedded", stage="describe", unavailable=True
        ) from error
    return [np.asarray(output) for output in outputs]
