"""Write a tiny vision model with random weights that llama.cpp loads.

The text model has two blocks of Llama; the vision model has two blocks of SigLIP and the projector
of Idefics3. The two files have 0.7 MB together. The logit of every token is 0, except for words and
a few punctuation marks, about half of which have a higher one. So the model generates random words,
and other words for another image.
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
WIDTH, HEADS, KEYS, INNER = 64, 4, 2, 128  #: of the text model; KEYS: heads of keys and values
SIDE, PATCH, VISION_WIDTH, VISION_HEADS, VISION_INNER, SHUFFLE = (
    64,
    16,
    32,
    2,
    64,
    2,
)  #: of the vision model
CONTEXT: Final = 8192  #: tokens
WORDS: Final = (
    "red blue green white black orange small large huge dog cat boat house tree table chair water "
    "sky grass road wall window door flower bird horse man woman child car bus train mountain lake "
    "river beach left right above below center on in with and the a"
).split()
LETTERS: Final = 'abcdefghijklmnopqrstuvwxyz.,:"{}[]0123456789_'
#: Special tokens of Idefics3 in the template and around images.
SPECIAL_TOKENS: Final = (
    "<fake_token_around_image>",
    "<global-img>",
    "<image>",
    "<end_of_utterance>",
)
TEMPLATE: Final = (
    "{{ bos_token }}{% for m in messages %}{{ m['role'] }}: {{ m['content'] }}\n{% endfor %}"
    "{% if add_generation_prompt %}assistant:{% endif %}"
)

Random = Callable[..., np.ndarray]
Token = tuple[str, float, gguf.TokenType]


def write(folder: Path, add_space: bool = False) -> None:
    """Write both files into ``folder``.

    ``add_space`` puts a space before every text. The grammar that llama.cpp makes of a JSON schema
    begins with the end of the template, which then has an extra space, and the server fails.
    """
    generator = np.random.default_rng(SEED)

    def random(*shape: int, scale: float = 0.3) -> np.ndarray:
        return (generator.standard_normal(shape) * scale).astype(np.float32)

    _write_text(folder / TEXT, random, add_space)
    _write_vision(folder / VISION, random)


def _vocabulary() -> list[Token]:
    """Return tokens with scores: words, letters, and bytes for everything else."""
    kinds = gguf.TokenType
    tokens = [("<unk>", 0.0, kinds.UNKNOWN), ("<s>", 0.0, kinds.CONTROL)]
    tokens += [("</s>", 0.0, kinds.CONTROL)]
    tokens += [(f"<0x{byte:02X}>", 0.0, kinds.BYTE) for byte in range(256)]
    tokens += [(text, 0.0, kinds.USER_DEFINED) for text in ("\n", "\n\n")]
    tokens += [(token, 0.0, kinds.CONTROL) for token in SPECIAL_TOKENS]
    pieces = ["▁", *LETTERS, *(f"▁{word}" for word in WORDS)]
    return tokens + [(piece, -float(rank), kinds.NORMAL) for rank, piece in enumerate(pieces)]


def _write_text(path: Path, random: Random, add_space: bool) -> None:
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
    file.add_add_space_prefix(add_space)
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
    return [index for index, (text, _, _) in enumerate(tokens) if text not in likely]


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


def _add_block(file: Any, prefix: str, random: Random, keys: int) -> None:
    shapes = {
        "attn_q": (WIDTH, WIDTH), "attn_k": (keys, WIDTH), "attn_v": (keys, WIDTH),
        "attn_output": (WIDTH, WIDTH), "ffn_gate": (INNER, WIDTH), "ffn_up": (INNER, WIDTH),
        "ffn_down": (WIDTH, INNER),
    }  # fmt: skip
    for name in ("attn_norm", "ffn_norm"):
        file.add_tensor(f"{prefix}{name}.weight", np.ones(WIDTH, np.float32))
    for name, shape in shapes.items():
        file.add_tensor(f"{prefix}{name}.weight", random(*shape))


def _write_vision(path: Path, random: Random) -> None:
    file = gguf.GGUFWriter(str(path), "clip")
    numbers = {
        "image_size": SIDE, "preproc_image_size": SIDE, "patch_size": PATCH, "block_count": BLOCKS,
        "embedding_length": VISION_WIDTH, "feed_forward_length": VISION_INNER,
        "projection_dim": WIDTH, "attention.head_count": VISION_HEADS,
        "projector.scale_factor": SHUFFLE,
    }  # fmt: skip
    for name, number in numbers.items():
        file.add_uint32(f"clip.vision.{name}", number)
    file.add_bool("clip.has_vision_encoder", True)
    file.add_bool("clip.use_gelu", True)
    file.add_string("clip.projector_type", "idefics3")
    file.add_float32("clip.vision.attention.layer_norm_epsilon", 1e-6)
    for name in ("image_mean", "image_std"):
        file.add_array(f"clip.vision.{name}", [0.5] * 3)
    file.add_tensor("v.patch_embd.weight", random(VISION_WIDTH, 3, PATCH, PATCH))
    file.add_tensor("v.patch_embd.bias", random(VISION_WIDTH))
    file.add_tensor("v.position_embd.weight", random((SIDE // PATCH) ** 2, VISION_WIDTH))
    for block in range(BLOCKS):
        _add_vision_block(file, f"v.blk.{block}.", random)
    _add_norm(file, "v.post_ln")
    file.add_tensor("mm.model.fc.weight", random(WIDTH, VISION_WIDTH * SHUFFLE**2))
    _close(file)


def _add_vision_block(file: Any, prefix: str, random: Random) -> None:
    shapes = dict.fromkeys(("attn_q", "attn_k", "attn_v", "attn_out"), (VISION_WIDTH, VISION_WIDTH))
    shapes |= {"ffn_up": (VISION_INNER, VISION_WIDTH), "ffn_down": (VISION_WIDTH, VISION_INNER)}
    for name, shape in shapes.items():
        file.add_tensor(f"{prefix}{name}.weight", random(*shape))
        file.add_tensor(f"{prefix}{name}.bias", random(shape[0], scale=0.05))
    for name in ("ln1", "ln2"):
        _add_norm(file, f"{prefix}{name}")


def _add_norm(file: Any, name: str) -> None:
    file.add_tensor(f"{name}.weight", np.ones(VISION_WIDTH, np.float32))
    file.add_tensor(f"{name}.bias", np.zeros(VISION_WIDTH, np.float32))


def _close(file: Any) -> None:
    file.write_header_to_file()
    file.write_kv_data_to_file()
    file.write_tensors_to_file()
    file.close()
