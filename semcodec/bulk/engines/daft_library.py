"""Import Daft without telemetry, and choose its runner.

Nothing is sent to the makers of Daft and Ray: ``TELEMETRY_OFF`` is set before the import, since
importing Daft already reports it.
"""

from __future__ import annotations

import importlib
import logging
import os
from typing import Any, Final

from semcodec.errors import BackendError

MISSING: Final = "pip install 'semcodec[bulk]'"
MISSING_RAY: Final = "pip install 'semcodec[ray]'"
#: Each variable that Daft 0.7 or Ray 2.60 reads before it reports use, with the value for "no".
TELEMETRY_OFF: Final = {
    "DO_NOT_TRACK": "1",
    "SCARF_NO_ANALYTICS": "1",
    "DAFT_ANALYTICS_ENABLED": "0",
    "RAY_USAGE_STATS_ENABLED": "0",
}
#: The command line has a status line of its own.
QUIET: Final = {"DAFT_PROGRESS_BAR": "0", "RAY_DATA_DISABLE_PROGRESS_BARS": "1"}
DAFT_LOGGER: Final = "daft_local_execution"
MAX_LINE: Final = 500  #: characters of a message of Daft


def import_daft() -> Any:
    """Import Daft without telemetry, and return it.

    Raises:
        BackendError: it is not installed.
    """
    os.environ.update(TELEMETRY_OFF)
    for name, value in QUIET.items():
        os.environ.setdefault(name, value)
    logging.getLogger(DAFT_LOGGER).addHandler(logging.NullHandler())  # we raise what it logs
    try:
        return importlib.import_module("daft")
    except ImportError as error:
        raise BackendError(
            f"The engine daft is not installed: {MISSING}, or use --engine local.", stage="load"
        ) from error


def choose_runner(runner: str) -> None:
    """Choose the runner before any work, also before files are listed: Daft has one for a process.

    Args:
        runner: ``"native"``, or ``"ray"``, which connects to the cluster of ``$RAY_ADDRESS``, or
            starts one on this machine.

    Raises:
        BackendError: Daft or Ray is not installed, a cluster cannot be reached, or this process has
            used the other runner before.
    """
    daft = import_daft()
    try:
        if runner == "ray":
            _connect_to_ray()
            daft.set_runner_ray(noop_if_initialized=True)
        else:
            daft.set_runner_native()
    except ImportError as error:
        raise BackendError(f"Ray is not installed: {MISSING_RAY}.", stage="load") from error
    except Exception as error:
        if daft.get_or_infer_runner_type() != runner:
            raise BackendError(f"Daft cannot use the runner: {first_line(error)}.") from error


def _connect_to_ray() -> None:
    """Connect without the messages of Ray and of its workers, which are not about photographs."""
    import ray

    if not ray.is_initialized():
        ray.init(logging_level=logging.ERROR, log_to_driver=False)


def first_line(error: BaseException) -> str:
    """Return the first line of a message, without its period; the last one of a traceback."""
    lines = str(error).strip().splitlines() or [type(error).__name__]
    line = lines[-1] if "traceback" in lines[0].lower() else lines[0]
    return line.strip()[:MAX_LINE].rstrip(".")
