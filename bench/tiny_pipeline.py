"""A painter of random weights: FLUX.2-klein in small, which paints and edits noise (0.8 MB)."""

from __future__ import annotations

from typing import Any, Final

import torch
from diffusers import (
    AutoencoderKLFlux2,
    FlowMatchEulerDiscreteScheduler,
    Flux2KleinPipeline,
    Flux2Transformer2DModel,
)
from tokenizers import pre_tokenizers
from transformers import Qwen2Tokenizer, Qwen3Config, Qwen3ForCausalLM

SEED: Final = 0
MARKS: Final = ("<|endoftext|>", "<|im_start|>", "<|im_end|>")
WIDTH, LAYERS = 16, 28  #: of the text model; the pipeline listens to its layers 9, 18 and 27
TEMPLATE: Final = (
    "{% for m in messages %}<|im_start|>{{m['role']}}\n{{m['content']}}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)


def tiny_pipeline() -> Any:
    """Return the pipeline, the same each time."""
    torch.manual_seed(SEED)
    tokenizer = _tokenizer()
    return Flux2KleinPipeline(
        scheduler=FlowMatchEulerDiscreteScheduler(use_dynamic_shifting=True),
        vae=AutoencoderKLFlux2(
            block_out_channels=(8, 8, 8, 8), latent_channels=4, norm_num_groups=4, sample_size=64
        ),
        text_encoder=_text_model(len(tokenizer)),
        tokenizer=tokenizer,
        transformer=_transformer(),
        is_distilled=True,
    )


def _tokenizer() -> Any:
    """Return a tokenizer that spells everything in bytes."""
    pieces = [*sorted(pre_tokenizers.ByteLevel.alphabet()), *MARKS]
    tokenizer = Qwen2Tokenizer(
        vocab={piece: rank for rank, piece in enumerate(pieces)},
        merges=[],
        pad_token=MARKS[0],
        eos_token=MARKS[2],
        additional_special_tokens=list(MARKS[1:]),
    )
    tokenizer.chat_template = TEMPLATE
    return tokenizer


def _text_model(tokens: int) -> Any:
    config = Qwen3Config(
        vocab_size=tokens,
        hidden_size=WIDTH,
        intermediate_size=2 * WIDTH,
        num_hidden_layers=LAYERS,
        num_attention_heads=2,
        num_key_value_heads=1,
        head_dim=8,
        max_position_embeddings=1024,
    )
    return Qwen3ForCausalLM(config).eval()


def _transformer() -> Any:
    return Flux2Transformer2DModel(
        in_channels=16,
        num_layers=1,
        num_single_layers=1,
        attention_head_dim=16,
        num_attention_heads=2,
        joint_attention_dim=3 * WIDTH,
        timestep_guidance_channels=16,
        axes_dims_rope=(4, 4, 4, 4),
        guidance_embeds=False,
    )
