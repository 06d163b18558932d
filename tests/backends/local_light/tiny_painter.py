"""Write a tiny FLUX.2-klein in the format of a folder that optimum-intel converts.

Its networks are not trained, but built so that its pictures can be checked: latents are the average
colors of 8 x 8 pixels; the transformer moves them to the colors of the text, or to those of the
reference picture where there is one, with a little of the noise.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import numpy as np
from openvino import opset15 as ops

from tests.backends.local_light import tiny_tokenizer
from tests.backends.local_light.tiny_graph import axis, model, parameter, save, save_json, shape

SEED: Final = 3
WIDTH, LATENTS, PATCH, SCALE = 8, 4, 4, 8
CHANNELS: Final = LATENTS * PATCH  #: of a token: 2 x 2 latents
TEXT_LAYERS: Final = (9, 18, 27)  #: whose hidden states the library reads
NOISE_SHARE: Final = 0.3
LOG_VARIANCE: Final = -30.0  #: of a latent, so that it is not random
AUTOENCODER: Final = {"block_out_channels": [8] * 4, "latent_channels": LATENTS, "in_channels": 3}


def write(folder: Path) -> None:
    """Write the folder of a model that paints and edits."""
    random = np.random.default_rng(SEED)
    vocabulary = tiny_tokenizer.make_vocabulary([])
    tiny_tokenizer.write_tokenizer(folder / "tokenizer", vocabulary)
    save(_encode_text(random, len(vocabulary)), folder / "text_encoder")
    save(_denoise(random), folder / "transformer")
    save(_encode_pixels(), folder / "vae_encoder")
    save(_decode_latents(), folder / "vae_decoder")
    text = {"hidden_size": WIDTH, "num_hidden_layers": 28, "hidden_states_layers": TEXT_LAYERS}
    save_json(folder / "text_encoder" / "config.json", text)
    transformer = {"in_channels": CHANNELS, "guidance_embeds": False}
    save_json(folder / "transformer" / "config.json", transformer)
    statistics = {"bn_running_mean_data": [0.0] * CHANNELS, "bn_running_var_data": [1.0] * CHANNELS}
    save_json(folder / "vae_encoder" / "config.json", AUTOENCODER)
    save_json(folder / "vae_decoder" / "config.json", AUTOENCODER | statistics)
    scheduler = {"_class_name": "FlowMatchEulerDiscreteScheduler", "use_dynamic_shifting": True}
    save_json(folder / "scheduler" / "scheduler_config.json", scheduler)
    index = {
        "_class_name": "Flux2KleinPipeline",
        "scheduler": ["diffusers", "FlowMatchEulerDiscreteScheduler"],
        "text_encoder": ["transformers", "Qwen3ForCausalLM"],
        "tokenizer": ["transformers", "Qwen2Tokenizer"],
        "transformer": ["diffusers", "Flux2Transformer2DModel"],
        "vae": ["diffusers", "AutoencoderKLFlux2"],
    }
    save_json(folder / "model_index.json", index)


def _encode_text(random: Any, vocabulary_size: int) -> Any:
    tokens = parameter("input_ids", [-1, -1], np.int64)
    mask = parameter("attention_mask", [-1, -1], np.int64)
    seen = ops.unsqueeze(ops.convert(mask, "f32"), axis(2))
    states = {}
    for layer in TEXT_LAYERS:
        vectors = random.standard_normal((vocabulary_size, WIDTH)).astype(np.float32)
        found = ops.gather(ops.constant(vectors), tokens, axis(0))
        states[f"hidden_states.{layer}"] = ops.multiply(found, seen)
    return model(states, [tokens, mask])


def _denoise(random: Any) -> Any:
    """Return a flow that ends at the colors of the text or the reference, and some noise."""
    latents = parameter("hidden_states", [-1, -1, CHANNELS])
    texts = parameter("encoder_hidden_states", [-1, -1, WIDTH * len(TEXT_LAYERS)])
    time = parameter("timestep", [-1])
    places = parameter("img_ids", [-1, -1, 4])
    text_places = parameter("txt_ids", [-1, -1, 4])
    weight = random.standard_normal((WIDTH * len(TEXT_LAYERS), LATENTS)).astype(np.float32)
    # Each of the four latents of a token has the same color.
    color = ops.matmul(
        ops.reduce_sum(texts, axis(1), True),
        ops.constant(np.repeat(weight, PATCH, axis=1)),
        False,
        False,
    )
    color = ops.tanh(ops.multiply(color, ops.constant(np.float32(0.1))))
    reference, has_reference = _look_up(latents, places)
    goal = ops.add(
        ops.multiply(has_reference, reference),
        ops.multiply(ops.subtract(ops.constant(np.float32(1)), has_reference), color),
    )
    noise = ops.multiply(ops.tanh(latents), ops.constant(np.float32(NOISE_SHARE)))
    goal = ops.add(goal, noise)
    sigma = ops.maximum(time, ops.constant(np.float32(1e-3)))
    flow = ops.divide(ops.subtract(latents, goal), ops.unsqueeze(sigma, shape(1, 2)))
    return model({"out_sample": flow}, [latents, texts, time, places, text_places])


def _look_up(latents: Any, places: Any) -> tuple[Any, Any]:
    """Return for each token the one of the reference at its place, and whether there is one.

    Places are (picture, row, column, 0); the picture to paint is 0, the reference more.
    """
    picture = ops.gather(places, shape(0), axis(2))
    at = ops.gather(places, shape(1, 2), axis(2))
    difference = ops.subtract(ops.unsqueeze(at, axis(2)), ops.unsqueeze(at, axis(1)))
    distance = ops.reduce_sum(ops.power(difference, ops.constant(np.float32(2))), axis(3), False)
    score = ops.subtract(
        ops.transpose(ops.multiply(picture, ops.constant(np.float32(10))), shape(0, 2, 1)),
        ops.multiply(distance, ops.constant(np.float32(1e4))),
    )
    found = ops.matmul(ops.softmax(score, 2), latents, False, False)
    has_reference = ops.minimum(ops.reduce_max(picture, axis(1), True), ops.constant(np.float32(1)))
    return found, has_reference


def _encode_pixels() -> Any:
    """Return the averages of 8 x 8 pixels as latents, and their logarithmic variance."""
    pixels = parameter("sample", [-1, 3, -1, -1])
    kernel = np.zeros((2 * LATENTS, 3, SCALE, SCALE), np.float32)
    for channel in range(3):
        kernel[channel, channel] = 1 / SCALE**2
    strides = [SCALE, SCALE]
    means = ops.convolution(pixels, ops.constant(kernel), strides, [0, 0], [0, 0], [1, 1])
    variance = np.float32([0] * LATENTS + [LOG_VARIANCE] * LATENTS).reshape(1, -1, 1, 1)
    return model({"latent_parameters": ops.add(means, ops.constant(variance))}, [pixels])


def _decode_latents() -> Any:
    latents = parameter("latent_sample", [-1, LATENTS, -1, -1])
    kernel = np.zeros((LATENTS, 3, SCALE, SCALE), np.float32)
    for channel in range(3):
        kernel[channel, channel] = 1
    strides = [SCALE, SCALE]
    pixels = ops.convolution_backprop_data(
        latents, ops.constant(kernel), strides, pads_begin=[0, 0], pads_end=[0, 0], dilations=[1, 1]
    )
    return model({"sample": pixels}, [latents])
