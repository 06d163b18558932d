"""Run a real llama.cpp server on loopback with a model of random weights, until it is stopped.

    python -m tests.servers.llama_server FOLDER [--context N] [--spaced]

Sampling is greedy: equal requests have equal responses. If ``LLAMA_KEY`` is set, it is the
only accepted key. With ``--spaced``, the model fails under a JSON schema.
"""

from __future__ import annotations

import argparse
import os
import threading
from pathlib import Path
from typing import Final

import xllamacpp

from tests.servers import tiny_gguf

MODEL: Final = "tiny"  #: name of the model on the server
KEY_ENV: Final = "LLAMA_KEY"


def serve(folder: Path, context: int, spaced: bool) -> None:
    """Listen on a free port, print the base URL, and serve."""
    tiny_gguf.write(folder, spaced)
    params = xllamacpp.CommonParams()
    params.model.path = str(folder / tiny_gguf.TEXT)
    params.mmproj.path = str(folder / tiny_gguf.VISION)
    params.mmproj_use_gpu = False
    params.model_alias = {MODEL}
    params.n_ctx, params.n_parallel, params.warmup = context, 1, False
    params.cpuparams.n_threads = 1
    params.sampling.temp = 0.0
    params.hostnames, params.port = ["127.0.0.1"], 0
    params.api_keys = [os.environ[KEY_ENV]] if KEY_ENV in os.environ else []
    server = xllamacpp.Server(params)
    print(f"ready at {server.listening_address}/v1", flush=True)
    threading.Event().wait()


def main() -> None:
    """Parse the command line and serve."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--context", type=int, default=tiny_gguf.CONTEXT)
    parser.add_argument("--spaced", action="store_true")
    arguments = parser.parse_args()
    serve(arguments.folder, arguments.context, arguments.spaced)


if __name__ == "__main__":
    main()
