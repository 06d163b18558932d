"""Find files of weights on this machine, read them without running code, and name them."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Sequence
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from semcodec.errors import MissingFeatureError

#: Files in a user's folder that are looked at; a cache of many models has some thousands.
MAX_FILES: Final = 100_000
DIGEST_CHARACTERS: Final = 8  #: of the SHA-256 that file names of PyTorch and pyiqa end with


class Weights:
    """The places where weights are searched for.

    Attributes:
        folder: the user's folder, which is searched first, with its subfolders; None for only the
            caches of the libraries.
    """

    def __init__(self, folder: Path | None = None) -> None:
        """Search in ``folder`` and in the caches."""
        self.folder = folder

    def find(self, name: str, *caches: Path) -> Path | None:
        """Return the file with this name; None if there is none.

        Args:
            name: the published name of the file.
            caches: folders that are searched after the user's, without their subfolders.
        """
        if self.folder is not None:
            for seen, path in enumerate(_walk(self.folder)):
                if path.name == name:
                    return path
                if seen >= MAX_FILES:
                    break
        return next((path for cache in caches if (path := cache / name).is_file()), None)

    def require(self, metric: str, command: str, *wanted: tuple[str, Path]) -> list[Path]:
        """Return the files with these names, each with the cache of its library.

        Raises:
            MissingFeatureError: one is missing; the message has the ``command`` that gets it.
        """
        found = []
        for name, cache in wanted:
            path = self.find(name, cache)
            if path is None:
                raise missing(
                    metric,
                    f"The weights of {metric} are not on this machine ({name}): put the file into "
                    f"a folder and name it with --weights, or run {command}",
                )
            found.append(path)
        return found


def _walk(folder: Path) -> Iterator[Path]:
    for here, folders, names in os.walk(folder):
        folders.sort()
        yield from (Path(here, name) for name in sorted(names))


def torch_cache() -> Path:
    """Return the folder in which PyTorch keeps what it has downloaded."""
    cache = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    return Path(os.environ.get("TORCH_HOME") or f"{cache}/torch").expanduser() / "hub"


def hugging_face_cache(repository: str) -> Path:
    """Return the newest snapshot of a repository in the cache of huggingface_hub."""
    cache = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    home = os.environ.get("HF_HOME") or f"{cache}/huggingface"
    hub = Path(os.environ.get("HF_HUB_CACHE") or f"{home}/hub").expanduser()
    snapshots = hub / f"models--{repository.replace('/', '--')}" / "snapshots"
    found = sorted(snapshots.glob("*"), key=lambda path: path.stat().st_mtime)
    return found[-1] if found else snapshots


def require_packages(metric: str, *packages: str) -> None:
    """Check that packages are installed, without importing them.

    Raises:
        MissingFeatureError: one is not.
    """
    for package in packages:
        if find_spec(package) is None:
            raise missing(
                metric,
                f"{metric} needs the package {package}: pip install 'semcodec[metrics]'.",
            )


def missing(metric: str, message: str) -> MissingFeatureError:
    """Return the error for a metric that cannot be computed here."""
    return MissingFeatureError(message, backend=metric, stage="load")


def forbid_downloads() -> None:
    """Keep huggingface_hub from using the network, in this process; call it before an import."""
    os.environ.setdefault("HF_HUB_OFFLINE", "1")


def read_tensors(path: Path) -> Any:
    """Return the tensors of a file of PyTorch, on the CPU; no code of the file is run."""
    import torch

    return torch.load(path, map_location="cpu", weights_only=True)


def describe(model: str, distribution: str, files: Sequence[Path]) -> str:
    """Return name, version and weights of a model, for ``Metric.model``.

    The name of a published file often ends with the first digits of its SHA-256; for other content
    that is stated.
    """
    described = [f"{path.name} {_describe_content(path)}" for path in files]
    return f"{model}, {distribution} {metadata.version(distribution)}; {'; '.join(described)}"


def _describe_content(path: Path) -> str:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    ending = path.name.partition(".pth")[0].rpartition("-")[2]
    is_digest = len(ending) == DIGEST_CHARACTERS and not set(ending) - set("0123456789abcdef")
    is_other = is_digest and not digest.startswith(ending)
    return f"SHA-256 {digest}" + (" (not the published file)" if is_other else "")
