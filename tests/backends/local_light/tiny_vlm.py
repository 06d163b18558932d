"""Write a tiny LLaVA with random weights, in the format of a folder that optimum-intel converts.

The text model has one block of attention; the vision model averages patches. It generates random
words, and other words for another picture.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import numpy as np
import openvino as ov
from openvino import opset15 as ops
from openvino.op.util import Variable, VariableInfo

from tests.backends.local_light import tiny_tokenizer
from tests.backends.local_light.tiny_graph import axis, model, parameter, save, save_json, shape
from tests.backends.local_light.tiny_tokenizer import END, IMAGE, PAD, token_id

SEED: Final = 5
WIDTH, HEADS, SIDE, PATCH = 32, 2, 32, 16
HEAD = WIDTH // HEADS
WORDS: Final = (
    "red blue green white black orange small large huge dog cat boat house tree table chair water "
    "sky grass road wall window door flower bird horse man woman child car bus train mountain lake "
    "river beach left right above below center on in with and the a"
).split()
LIKELY: Final = (END, *'".,]}', *(f" {word}" for word in WORDS))


def write(folder: Path) -> None:
    """Write the folder of a model that describes and writes."""
    folder.mkdir(parents=True, exist_ok=True)
    random = np.random.default_rng(SEED)
    vocabulary = tiny_tokenizer.make_vocabulary(WORDS)
    tiny_tokenizer.write_tokenizer(folder, vocabulary)
    _write_config(folder, vocabulary)
    embeddings = random.standard_normal((len(vocabulary), WIDTH)).astype(np.float32)
    save(_embed(embeddings), folder, "openvino_text_embeddings_model")
    save(_see(random), folder, "openvino_vision_embeddings_model")
    logits = 3 * random.standard_normal((len(vocabulary), WIDTH)).astype(np.float32)
    likely = {token_id(vocabulary, token) for token in LIKELY}
    logits[[index for index in range(len(vocabulary)) if index not in likely]] = 0
    language_model = _write(random, logits, _bias(vocabulary))
    save(language_model, folder, "openvino_language_model")


def _bias(vocabulary: list[bytes]) -> Any:
    """Return what is added to the logits: white space outside of words is never generated.

    A JSON schema allows any amount of it, so a model that is not trained would write nothing else.
    """
    bias = np.zeros(len(vocabulary), np.float32)
    bias[[token_id(vocabulary, char) for char in " \t\r\n"]] = -1e4
    bias[[token_id(vocabulary, char) for char in '"}']] = 4.0
    return bias


def _write_config(folder: Path, vocabulary: list[bytes]) -> None:
    text = {"model_type": "llama", "vocab_size": len(vocabulary), "hidden_size": WIDTH}
    text |= {"num_hidden_layers": 1, "num_attention_heads": HEADS, "num_key_value_heads": HEADS}
    config = {
        "model_type": "llava",
        "architectures": ["LlavaForConditionalGeneration"],
        "image_token_index": token_id(vocabulary, IMAGE),
        "text_config": text,
        "vision_config": {"image_size": SIDE, "patch_size": PATCH, "hidden_size": WIDTH},
    }
    processor = {
        "size": {"shortest_edge": SIDE},
        "crop_size": {"height": SIDE, "width": SIDE},
        "image_mean": [0.5] * 3,
        "image_std": [0.5] * 3,
    }
    ids = {"eos_token_id": END, "pad_token_id": PAD}
    generation = {name: token_id(vocabulary, token) for name, token in ids.items()}
    for name, value in (
        ("config", config),
        ("preprocessor_config", processor),
        ("generation_config", generation),
    ):
        save_json(folder / f"{name}.json", value)


def _embed(embeddings: Any) -> Any:
    tokens = parameter("input", [-1, -1], np.int64)
    found = ops.gather(ops.constant(embeddings), tokens, axis(0))
    return model({"inputs_embeds": found}, [tokens])


def _see(random: Any) -> Any:
    """Return a model of one convolution: a vector for each patch."""
    pixels = parameter("pixel_values", [-1, 3, SIDE, SIDE])
    kernel = random.standard_normal((WIDTH, 3, PATCH, PATCH)).astype(np.float32) / 4
    strides = [PATCH, PATCH]
    patches = ops.convolution(pixels, ops.constant(kernel), strides, [0, 0], [0, 0], [1, 1])
    flat = ops.reshape(patches, shape(0, WIDTH, -1), special_zero=True)
    vectors = ops.transpose(flat, shape(0, 2, 1))
    return model({"last_hidden_state": vectors}, [pixels])


def _write(random: Any, logits: Any, bias: Any) -> Any:
    """Return the language model, whose keys and values are kept between calls."""
    embeds = parameter("inputs_embeds", [-1, -1, WIDTH])
    mask = parameter("attention_mask", [-1, -1], np.int64)
    positions = parameter("position_ids", [-1, -1], np.int64)
    beams = parameter("beam_idx", [-1], np.int32)
    phase = ops.unsqueeze(ops.convert(positions, "f32"), axis(2))
    inputs = ops.add(embeds, ops.sin(ops.multiply(phase, ops.constant(_frequencies()))))
    query, key, value = (_project(inputs, random) for _ in range(3))
    (keys, sink_1), (values, sink_2) = (
        _remember(new, name, embeds, beams) for new, name in ((key, "key"), (value, "value"))
    )
    visible = _causal(mask, embeds)
    attended = ops.scaled_dot_product_attention(query, keys, values, visible)
    joined = ops.reshape(
        ops.transpose(attended, shape(0, 2, 1, 3)),
        shape(0, 0, WIDTH),
        special_zero=True,
    )
    out = ops.matmul(ops.add(joined, inputs), ops.constant(logits), False, True)
    out = ops.add(out, ops.constant(bias))
    return model({"logits": out}, [embeds, mask, positions, beams], [sink_1, sink_2])


def _frequencies() -> Any:
    return np.linspace(0.1, 3, WIDTH, dtype=np.float32)[None, None]


def _project(inputs: Any, random: Any) -> Any:
    """Return a linear function of ``inputs`` as (batch, head, token, feature)."""
    weight = random.standard_normal((WIDTH, WIDTH)).astype(np.float32) / WIDTH**0.5
    heads = ops.reshape(
        ops.matmul(inputs, ops.constant(weight), False, True),
        shape(0, 0, HEADS, HEAD),
        special_zero=True,
    )
    return ops.transpose(heads, shape(0, 2, 1, 3))


def _remember(new: Any, name: str, embeds: Any, beams: Any) -> tuple[Any, Any]:
    """Return all keys or values so far, and the node that keeps them for the next call."""
    info = VariableInfo()
    info.data_shape = ov.PartialShape([-1, HEADS, -1, HEAD])
    info.data_type = ov.Type.f32
    info.variable_id = f"past_key_values.0.{name}present.0.{name}"
    variable = Variable(info)
    batch = ops.gather(ops.shape_of(embeds), shape(0), axis(0))
    rest = shape(HEADS, 0, HEAD)
    empty = ops.broadcast(ops.constant(np.float32(0)), ops.concat([batch, rest], 0))
    past = ops.read_value(empty, variable)
    past = ops.gather(past, beams, axis(0))
    both = ops.concat([past, new], 2)
    return both, ops.assign(both, variable)


def _causal(mask: Any, embeds: Any) -> Any:
    """Return which keys each query sees, (batch, 1, query, key): those up to its own."""
    total = ops.gather(ops.shape_of(mask), axis(1), axis(0))
    new = ops.gather(ops.shape_of(embeds), axis(1), axis(0))
    one, zero = axis(1), axis(0)
    keys = ops.unsqueeze(ops.range(zero, total, one, "i64"), axis(0))
    queries = ops.range(ops.subtract(total, new), total, one, "i64")
    queries = ops.unsqueeze(queries, axis(1))
    seen = ops.less_equal(keys, queries)
    padded = ops.unsqueeze(ops.convert(mask, "boolean"), shape(1, 2))
    return ops.logical_and(padded, ops.unsqueeze(seen, shape(0, 1)))
