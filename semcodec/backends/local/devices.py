"""The device that runs the models: a GPU of CUDA, a GPU of a Mac, or the CPU."""

from __future__ import annotations

import importlib.util
import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from semcodec.backends.isolation import format_exception
from semcodec.errors import BackendError, InputError
from semcodec.forks import block_fork

MISSING: Final = "The backend local needs its packages: pip install 'semcodec[local]'."
#: First version of CUDA's compute capability that computes with bfloat16 at full speed.
MIN_BFLOAT16_CAPABILITY: Final = (8, 0)
MAX_SHOWN_ERROR: Final = 300  #: characters of an error of a library in a message


@dataclass(frozen=True, slots=True)
class Device:
    """Where models run.

    Attributes:
        kind: ``"cuda"``, ``"mps"`` or ``"cpu"``.
        name: of the hardware, such as ``"NVIDIA H200"``.
        memory: bytes of its memory; None for a CPU, whose models use that of the computer.
        dtype: the type of weights that are not quantized, such as ``"bfloat16"``.
    """

    kind: str
    name: str
    memory: int | None
    dtype: str

    @property
    def is_cpu(self) -> bool:
        """Whether there is no GPU, so that painting would take minutes."""
        return self.kind == "cpu"


def import_torch() -> Any:
    """Return the module ``torch``.

    Raises:
        BackendError: it is not installed, or cannot be loaded.
    """
    return import_package("torch")


def import_package(name: str) -> Any:
    """Return a module of the extra ``local``.

    Raises:
        BackendError: it is not installed, or cannot be loaded.
    """
    try:
        # A child forked during an import would wait for it forever.
        with block_fork(), suppress_warnings():
            return importlib.import_module(name)
    except ImportError as error:
        raise _load_error(MISSING) from error
    except (Exception, SystemExit) as error:
        # Shared libraries that do not match, versions that do not fit together, damaged files.
        problem = f"The package {name} cannot be loaded ({show_error(error)})"
        raise _load_error(f"{problem}: reinstall 'semcodec[local]'.") from error


def show_error(error: BaseException) -> str:
    """Return an exception of a library in one short line without control characters."""
    line = " ".join(format_exception(error).split())[:MAX_SHOWN_ERROR]
    return "".join(one if one.isprintable() else "\N{REPLACEMENT CHARACTER}" for one in line)


def check_package(name: str) -> None:
    """Check that a package of the extra ``local`` is installed, without importing it.

    Raises:
        BackendError: it is not.
    """
    if sys.modules.get(name) is None and importlib.util.find_spec(name) is None:
        raise _load_error(f"The package {name} is missing: pip install 'semcodec[local]'.")


@contextmanager
def suppress_warnings() -> Iterator[None]:
    """Log nothing below errors while the block runs: the packages warn of each other's versions."""
    before = logging.root.manager.disable
    logging.disable(max(before, logging.WARNING))
    try:
        yield
    finally:
        logging.disable(before)


def _load_error(message: str) -> BackendError:
    return BackendError(message, backend="local", stage="load", unavailable=True)


def find_device(wanted: str = "auto") -> Device:
    """Return the device with the name ``wanted``; for ``"auto"`` the fastest one.

    Raises:
        InputError: this machine has no such device.
        BackendError: PyTorch is not installed, or its search for devices fails.
    """
    torch = import_torch()
    if wanted == "cpu":  # which needs no search, so that it works if the search fails
        return _describe_device(wanted)
    try:
        found = [kind for kind in ("cuda", "mps") if _is_available(torch, kind)] + ["cpu"]
        if wanted == "auto" or wanted in found:
            return _describe_device(found[0] if wanted == "auto" else wanted)
    except Exception as error:  # such as a driver that is too old, or an installation in parts
        problem = f"PyTorch cannot find the devices of this machine ({show_error(error)})"
        advice = "update the driver of the GPU, reinstall 'semcodec[local]', or add --device cpu"
        raise _load_error(f"{problem}: {advice}.") from error
    raise InputError(f"PyTorch finds no device {wanted}: use {' or '.join(found)}.")


def _is_available(torch: Any, kind: str) -> bool:
    part = torch.cuda if kind == "cuda" else torch.backends.mps
    return bool(part.is_available())


@cache
def _describe_device(kind: str) -> Device:
    torch = import_torch()
    if kind == "cuda":
        properties = torch.cuda.get_device_properties(0)
        capability = (properties.major, properties.minor)
        dtype = "bfloat16" if capability >= MIN_BFLOAT16_CAPABILITY else "float16"
        return Device(kind, str(properties.name), int(properties.total_memory), dtype)
    if kind == "mps":
        return Device(kind, "Apple GPU", int(torch.mps.recommended_max_memory()), "bfloat16")
    return Device(kind, "CPU", None, "float32")
