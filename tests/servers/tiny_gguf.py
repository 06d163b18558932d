"""Write a tiny vision model with random weights that llama.cpp loads.

Two blocks of llama for the text, two of SigLIP with the projector of Idefics3 for pictures, in two
files of 0.7 MB together. All tokens except words and a few marks have the logit 0, and about half
of those have a higher one: its answers are words without sense, and another image gives other
words.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import gguf
import numpy as np

TEXT: Final = "text.gguf"
VISION: Final = "vision.gguf"
SEED: Final = 5
BLOCKS: Final = 2
WIDTH, HEADS, KEYS, INNER = 64, 4, 2, 128  #: of the text: sizes, and heads of keys and values
SIDE, PATCH, SEEN, SEEN_HEADS, SEEN_INNER, SHUFFLE = 64, 16, 32, 2, 64, 2  #: of pictures
CONTEXT: Final = 8192  #: tokens
WORDS: Final = (
    "red blue green white black orange small large huge dog cat boat house tree table chair water "
    "sky grass road wall window door flower bird horse man woman child car bus train mountain lake "
    "river beach left right above below center on in with and the a"
).split()
LETTERS: Final = 'abcdefghijklmnopqrstuvwxyz.,:"{}[]0123456789_'
#: Marks of the template and of pictures, as Idefics3 has them.
MARKS: Final = ("<fake_token_around_image>", "<global-img>", "<image>", "<end_of_utterance>")
TEMPLATE: Final = (
    "{{ bos_token }}{% for m in messages %}{{ m['role'] }}: {{ m['content'] }}\n{% endfor %}"
    "{% if add_generation_prompt %}assistant:{% endif %}"
)

Random = Callable[..., np.ndarray]
Token = tuple[str, float, gguf.TokenType]


def write(folder: Path, spaced: bool = False) -> None:
    """Write both files into ``folder``.

    ``spaced`` puts a blank before every text. The grammar that llama.cpp makes of a JSON schema
    begins with the end of the template, which then has one blank too many, and the server fails.
    """
    generator = np.random.default_rng(SEED)

    def random(*shape: int, scale: float = 0.3) -> np.ndarray:
        return (generator.standard_normal(shape) * scale).astype(np.float32)

    _write_text(folder / TEXT, random, spaced)
    _write_vision(folder / VISION, random)


def _vocabulary() -> list[Token]:
    """Return tokens with scores: words, letters, and bytes for everything else."""
    kinds = gguf.TokenType
    tokens = [("<unk>", 0.0, kinds.UNKNOWN), ("<s>", 0.0, kinds.CONTROL)]
    tokens += [("</s>", 0.0, kinds.CONTROL)]
    tokens += [(f"<0x{byte:02X}>", 0.0, kinds.BYTE) for byte in range(256)]
    tokens += [(text, 0.0, kinds.USER_DEFINED) for text in ("\n", "\n\n")]
    tokens += [(mark, 0.0, kinds.CONTROL) for mark in MARKS]
    pieces = ["▁", *LETTERS, *(f"▁{word}" for word in WORDS)]
    return tokens + [(piece, -float(rank), kinds.NORMAL) for rank, piece in enumerate(pieces)]


def _write_text(path: Path, random: Random, spaced: bool) -> None:
    file = gguf.GGUFWriter(str(path), "llama")
    tokens = _vocabulary()
    file.add_context_length(CONTEXT)
    file.add_embedding_length(WIDTH)
    file.add_block_count(BLOCKS)
    file.add_feed_forward_length(INNER)
    file.add_head_count(HEADS)
    file.add_head_count_kv(KEYS)
    file.add_layer_norm_rms_eps(1e-5)
    file.add_rope_dimension_count(WIDTH // HEADS)
    file.add_vocab_size(len(tokens))
    _add_tokens(file, tokens)
    file.add_add_space_prefix(spaced)
    file.add_tensor("token_embd.weight", random(len(tokens), WIDTH, scale=1.0))
    file.add_tensor("output_norm.weight", np.ones(WIDTH, np.float32))
    logits = random(len(tokens), WIDTH, scale=1.0)
    logits[_unlikely_tokens(tokens)] = 0
    file.add_tensor("output.weight", logits)
    keys = KEYS * WIDTH // HEADS
    for block in range(BLOCKS):
        _add_block(file, f"blk.{block}.", random, keys)
    _close(file)


def _unlikely_tokens(tokens: list[Token]) -> list[int]:
    """Return the indices of tokens that are generated only if no other is allowed."""
    likely = {"</s>", *'".,]', *(f"▁{word}" for word in WORDS)}
    return [place for place, (text, _, _) in enumerate(tokens) if text not in likely]


def _add_tokens(file: Any, tokens: list[Token]) -> None:
    texts, scores, kinds = zip(*tokens, strict=True)
    file.add_tokenizer_model("llama")
    file.add_token_list([text.encode() for text in texts])
    file.add_token_scores(scores)
    file.add_token_types([int(kind) for kind in kinds])
    file.add_unk_token_id(0)
    file.add_bos_token_id(1)
    file.add_eos_token_id(2)
    file.add_add_bos_token(True)
    file.add_chat_template(TEMPLATE)


def _add_block(file: Any, at: str, random: Random, keys: int) -> None:
    shapes = {
        "attn_q": (WIDTH, WIDTH), "attn_k": (keys, WIDTH), "attn_v": (keys, WIDTH),
        "attn_output": (WIDTH, WIDTH), "ffn_gate": (INNER, WIDTH), "ffn_up": (INNER, WIDTH),
        "ffn_down": (WIDTH, INNER),
    }  # fmt: skip
    for name in ("attn_norm", "ffn_norm"):
        file.add_tensor(f"{at}{name}.weight", np.ones(WIDTH, np.float32))
    for name, shape in shapes.items():
        file.add_tensor(f"{at}{name}.weight", random(*shape))


def _write_vision(path: Path, random: Random) -> None:
    file = gguf.GGUFWriter(str(path), "clip")
    numbers = {
        "image_size": SIDE, "preproc_image_size": SIDE, "patch_size": PATCH, "block_count": BLOCKS,
        "embedding_length": SEEN, "feed_forward_length": SEEN_INNER, "projection_dim": WIDTH,
        "attention.head_count": SEEN_HEADS, "projector.scale_factor": SHUFFLE,
    }  # fmt: skip
    for name, number in numbers.items():
        file.add_uint32(f"clip.vision.{name}", number)
    file.add_bool("clip.has_vision_encoder", True)
    file.add_bool("clip.use_gelu", True)
    file.add_string("clip.projector_type", "idefics3")
    file.add_float32("clip.vision.attention.layer_norm_epsilon", 1e-6)
    for name in ("image_mean", "image_std"):
        file.add_array(f"clip.vision.{name}", [0.5] * 3)
    file.add_tensor("v.patch_embd.weight", random(SEEN, 3, PATCH, PATCH))
    file.add_tensor("v.patch_embd.bias", random(SEEN))
    file.add_tensor("v.position_embd.weight", random((SIDE // PATCH) ** 2, SEEN))
    for block in range(BLOCKS):
        _add_seeing_block(file, f"v.blk.{block}.", random)
    _add_norm(file, "v.post_ln")
    file.add_tensor("mm.model.fc.weight", random(WIDTH, SEEN * SHUFFLE**2))
    _close(file)


def _add_seeing_block(file: Any, at: str, random: Random) -> None:
    shapes = dict.fromkeys(("attn_q", "attn_k", "attn_v", "attn_out"), (SEEN, SEEN))
    shapes |= {"ffn_up": (SEEN_INNER, SEEN), "ffn_down": (SEEN, SEEN_INNER)}
    for name, shape in shapes.items():
        file.add_tensor(f"{at}{name}.weight", random(*shape))
        file.add_tensor(f"{at}{name}.bias", random(shape[0], scale=0.05))
    for name in ("ln1", "ln2"):
        _add_norm(file, f"{at}{name}")


def _add_norm(file: Any, name: str) -> None:
    file.add_tensor(f"{name}.weight", np.ones(SEEN, np.float32))
    file.add_tensor(f"{name}.bias", np.zeros(SEEN, np.float32))


def _close(file: Any) -> None:
    file.write_header_to_file()
    file.write_kv_data_to_file()
    file.write_tensors_to_file()
    file.close()
