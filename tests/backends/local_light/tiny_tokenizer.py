"""Write a tokenizer of single bytes and some words, in the format of openvino-tokenizers."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import openvino as ov
from openvino import opset15 as ops

PAD, START, END, IMAGE = "<|endoftext|>", "<|im_start|>", "<|im_end|>", "<image>"
SPECIAL_TOKENS: Final = (PAD, START, END, IMAGE)
TEMPLATE: Final = (
    "{% for m in messages %}<|im_start|>{{ m['role'] }}\n{{ m['content'] }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)


def make_vocabulary(words: Sequence[str]) -> list[bytes]:
    """Return the tokens: all bytes, the special tokens, and each of ``words`` after a space."""
    single = [bytes([byte]) for byte in range(256)]
    return [*single, *(text.encode() for text in (*SPECIAL_TOKENS, *(f" {w}" for w in words)))]


def token_id(vocabulary: Sequence[bytes], token: str) -> int:
    return vocabulary.index(token.encode())


def write_tokenizer(folder: Path, vocabulary: Sequence[bytes]) -> None:
    """Write the models that split texts and join tokens, and the template of a chat."""
    from openvino_tokenizers import build_rwkv_tokenizer

    folder.mkdir(parents=True, exist_ok=True)
    special = {text.encode() for text in SPECIAL_TOKENS}
    tokenizer, _ = build_rwkv_tokenizer(_lines(vocabulary))
    # Special tokens are no text.
    _, detokenizer = build_rwkv_tokenizer(
        _lines([b"" if token in special else token for token in vocabulary])
    )
    ids = {name: token_id(vocabulary, token) for name, token in (("eos", END), ("pad", PAD))}
    for model in (tokenizer, detokenizer):
        model.set_rt_info(TEMPLATE, "chat_template")
        for name, value in ids.items():
            model.set_rt_info(value, f"{name}_token_id")
    ov.save_model(_with_mask(tokenizer), folder / "openvino_tokenizer.xml")
    ov.save_model(detokenizer, folder / "openvino_detokenizer.xml")
    config = {"chat_template": TEMPLATE, "eos_token": END, "pad_token": PAD}
    (folder / "tokenizer_config.json").write_text(json.dumps(config))


def _lines(vocabulary: Sequence[bytes]) -> list[str]:
    return [f"{index} {token!r} {len(token)}" for index, token in enumerate(vocabulary)]


def _with_mask(tokenizer: Any) -> Any:
    """Return the model with an attention mask of ones as a second result."""
    tokens = tokenizer.output(0).get_node().input_value(0)
    ones = ops.broadcast(ops.constant(np.int64(1)), ops.shape_of(tokens))
    ones.output(0).get_tensor().set_names({"attention_mask"})
    tokenizer.add_results([ops.result(ones)])
    return tokenizer
