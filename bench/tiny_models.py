"""Small models of the classes that ``--backend local`` loads, made by code in seconds.

    python bench/tiny_models.py FOLDER    # makes vlm, klein, klein.gguf and z-image in it

The pipelines have random weights. The model for texts and images has the architecture of Qwen3-VL
and 0.3 million parameters, which are trained here on a few pictures of one color: so it describes
them, and answers everything else with noise, as a model that is too small does.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import Any, Final

import gguf
import torch
from PIL import Image
from safetensors.torch import load_file
from tiny_pipeline import (
    AUTOENCODER,
    make_tokenizer,
    tiny_pipeline,
    tiny_z_image,
    z_image_autoencoder,
)
from transformers import (
    Qwen2VLImageProcessor,
    Qwen3VLConfig,
    Qwen3VLForConditionalGeneration,
    Qwen3VLProcessor,
    Qwen3VLVideoProcessor,
)

from semcodec.backends.local.text_model import make_messages
from semcodec.backends.prompting import ChatRequest, Prompts

SEED: Final = 0
WEIGHTS: Final = "diffusion_pytorch_model.safetensors"
Q8: Final = gguf.GGMLQuantizationType.Q8_0
#: What the model learns to say about pictures of these colors.
CAPTIONS: Final = {
    (200, 30, 30): "A large red boat lies in the center of the picture on calm water.",
    (30, 60, 200): "A small blue house stands on the left of the picture under a wide sky.",
}
MAX_STEPS: Final = 150  #: of the training
MAX_LOSS: Final = 0.02  #: of a token at which the training ends
LEARNING_RATE: Final = 0.01
SIDE: Final = 96  #: pixels of a picture; larger ones are reduced to it by the processor
SPECIAL_TOKENS: Final = (
    "<|endoftext|>", "<|im_start|>", "<|im_end|>", "<|vision_start|>", "<|vision_end|>",
    "<|image_pad|>", "<|video_pad|>",
)  # fmt: skip
TEMPLATE: Final = (
    "{% for m in messages %}<|im_start|>{{m.role}}\n{% for c in m.content %}"
    "{% if c.type == 'image' %}<|vision_start|><|image_pad|><|vision_end|>"
    "{% else %}{{c.text}}{% endif %}{% endfor %}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)


def make_text_model(folder: Path, max_steps: int = MAX_STEPS) -> None:
    """Write a trained model of Qwen3-VL's architecture and its processor to ``folder``."""
    torch.manual_seed(SEED)
    processor = _make_processor()
    model = _make_model(processor.tokenizer)
    train(processor, model, max_steps)
    model.eval().save_pretrained(folder)
    processor.save_pretrained(folder)


def make_pipelines(folder: Path) -> None:
    """Write pipelines of FLUX.2-klein and Z-Image to ``klein`` and ``z-image`` in ``folder``.

    Their autoencoders are random, too: those that average colors lack weights that a folder needs.
    """
    torch.manual_seed(SEED)
    klein, z_image = tiny_pipeline(), tiny_z_image()
    klein.register_modules(vae=type(klein.vae)(**AUTOENCODER))
    z_image.register_modules(vae=z_image_autoencoder())
    klein.save_pretrained(folder / "klein", safe_serialization=True)
    z_image.save_pretrained(folder / "z-image", safe_serialization=True)


def make_gguf(folder: Path, path: Path) -> None:
    """Write the weights of the transformer of a pipeline in ``folder`` as GGUF, in 8 bits."""
    writer = gguf.GGUFWriter(path, "flux")
    for name, tensor in load_file(folder / "transformer" / WEIGHTS).items():
        values = tensor.float().numpy()
        is_matrix = values.ndim > 1 and values.shape[-1] % gguf.GGML_QUANT_SIZES[Q8][0] == 0
        if is_matrix:
            writer.add_tensor(name, gguf.quants.quantize(values, Q8), raw_dtype=Q8)
        else:
            writer.add_tensor(name, values)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def make_photograph(
    color: tuple[int, int, int], size: tuple[int, int] = (SIDE, SIDE)
) -> Image.Image:
    """Return a picture of one color."""
    return Image.new("RGB", size, color)


def train(processor: Any, model: Any, max_steps: int) -> None:
    """Train a model to describe the pictures of ``CAPTIONS``."""
    prompts = Prompts.read()
    task = prompts.task("describe")
    chats = []
    for color in CAPTIONS:
        request = ChatRequest("describe", prompts.rules("describe"), task, make_photograph(color))
        chats.append(make_messages(request, 2 * SIDE))
    inputs = processor.apply_chat_template(
        [
            [*chat, {"role": "assistant", "content": [{"type": "text", "text": caption}]}]
            for chat, caption in zip(chats, CAPTIONS.values(), strict=True)
        ],
        tokenize=True,
        return_dict=True,
        return_tensors="pt",
        processor_kwargs={"padding": True, "padding_side": "left"},
    )
    lengths = [len(caption.encode()) + 2 for caption in CAPTIONS.values()]  # with the end and "\n"
    labels = inputs["input_ids"].clone()
    for row, length in zip(labels, lengths, strict=True):
        row[:-length] = -100
    optimizer = torch.optim.AdamW(model.parameters(), lr=LEARNING_RATE)
    for _ in range(max_steps):
        loss = model(**inputs, labels=labels).loss
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        if loss.item() < MAX_LOSS:
            break


def _make_processor() -> Any:
    tokenizer = make_tokenizer(SPECIAL_TOKENS)
    size = {"shortest_edge": 32 * 32, "longest_edge": SIDE * SIDE}
    return Qwen3VLProcessor(
        image_processor=Qwen2VLImageProcessor(patch_size=16, size=size),
        tokenizer=tokenizer,
        video_processor=Qwen3VLVideoProcessor(patch_size=16),
        chat_template=TEMPLATE,
    )


def _make_model(tokenizer: Any) -> Any:
    ids = {token: tokenizer.convert_tokens_to_ids(token) for token in SPECIAL_TOKENS}
    text = {
        "vocab_size": len(tokenizer),
        "hidden_size": 64,
        "intermediate_size": 128,
        "num_hidden_layers": 4,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "head_dim": 16,
        "max_position_embeddings": 8192,
        "rope_parameters": {
            "rope_type": "default",
            "rope_theta": 5e6,
            "mrope_section": [2, 3, 3],
            "mrope_interleaved": True,
        },
    }
    vision = {
        "depth": 3,
        "hidden_size": 32,
        "intermediate_size": 64,
        "num_heads": 2,
        "out_hidden_size": 64,
        "patch_size": 16,
        "num_position_embeddings": 64,
        "deepstack_visual_indexes": [0, 1, 2],
    }
    config = Qwen3VLConfig(
        text_config=text,
        vision_config=vision,
        image_token_id=ids["<|image_pad|>"],
        video_token_id=ids["<|video_pad|>"],
        vision_start_token_id=ids["<|vision_start|>"],
        vision_end_token_id=ids["<|vision_end|>"],
    )
    model = Qwen3VLForConditionalGeneration(config)
    model.generation_config.eos_token_id = ids["<|im_end|>"]
    model.generation_config.pad_token_id = ids["<|endoftext|>"]
    return model


def main() -> None:
    """Make all models."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("folder", type=Path, help="folder to make, with one for each model")
    parser.add_argument(
        "--steps", type=int, default=MAX_STEPS, help=f"steps of the training (default: {MAX_STEPS})"
    )
    args = parser.parse_args()
    started = time.perf_counter()
    make_pipelines(args.folder)
    make_gguf(args.folder / "klein", args.folder / "klein.gguf")
    make_text_model(args.folder / "vlm", args.steps)
    print(f"{args.folder}: {time.perf_counter() - started:.0f} s")


if __name__ == "__main__":
    main()
