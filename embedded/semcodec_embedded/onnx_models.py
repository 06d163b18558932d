"""Load and run the two ONNX networks; each is loaded when it is first used."""

from __future__ import annotations

import hashlib
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
#: Values inside a network that ``run`` returns after its outputs: the mean of the last layer of the
#: classifier over the picture, 1280 signed bytes of which -128 stands for 0.
INNER_VALUES = {"classifier.onnx": "v873"}


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
    data = _read(model)
    if model in INNER_VALUES:
        data = _add_output(data, INNER_VALUES[model])
    return ort.InferenceSession(data, options, providers=["CPUExecutionProvider"])


@cache
def model_digest(model: str) -> str:
    """Return the SHA-256 of the file models/``model``, in hexadecimal."""
    return hashlib.sha256(_read(model)).hexdigest()


def _read(model: str) -> bytes:
    return resources.files(__package__).joinpath("models", model).read_bytes()


def _add_output(model: bytes, value: str) -> bytes:
    """Return an ONNX file with one more output, a value inside the network.

    Two concatenated messages of Protocol Buffers are one message with the fields of both; so this
    appends field 7 (the graph) with field 12 (an output) with field 1 (its name).
    """
    name = value.encode()
    for field in (1, 12, 7):
        name = bytes([field << 3 | 2, len(name)]) + name
    return model + name


def run(model: str, tensor: NDArray[Any]) -> list[NDArray[Any]]:
    """Run the network in the file models/``model``, and return its outputs and ``INNER_VALUES``.

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
