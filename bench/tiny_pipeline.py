"""Small pipelines of FLUX.2-klein and Z-Image with random weights (0.8 MB), which paint noise.

Only their autoencoders are not random: latents are the average colors of 8 x 8 pixels, and are
decoded to these colors. So a picture that starts from another one shows that.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import torch
from diffusers import (
    AutoencoderKL,
    AutoencoderKLFlux2,
    FlowMatchEulerDiscreteScheduler,
    Flux2KleinPipeline,
    Flux2Transformer2DModel,
    ZImagePipeline,
    ZImageTransformer2DModel,
)
from tokenizers import pre_tokenizers
from transformers import Qwen2Tokenizer, Qwen3Config, Qwen3ForCausalLM

SEED: Final = 0
LATENTS: Final = 4  #: channels
AUTOENCODER: Final[dict[str, Any]] = {
    "block_out_channels": (8, 8, 8, 8),
    "latent_channels": LATENTS,
    "norm_num_groups": 4,
    "sample_size": 64,
}
MIN_LOG_VARIANCE: Final = -30.0  #: of a latent, so that it is not random
#: Added before an activation and subtracted after it: SiLU changes large numbers little.
OFFSET: Final = 10.0
SPECIAL_TOKENS: Final = ("<|endoftext|>", "<|im_start|>", "<|im_end|>")
WIDTH, LAYERS = 16, 28  #: of the text model; the pipeline uses layers 9, 18 and 27
TEMPLATE: Final = (
    "{% for m in messages %}<|im_start|>{{m['role']}}\n{{m['content']}}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)


def tiny_pipeline() -> Any:
    """Return the pipeline; it has the same weights each time."""
    torch.manual_seed(SEED)
    tokenizer = make_tokenizer(SPECIAL_TOKENS)
    tokenizer.chat_template = TEMPLATE
    return Flux2KleinPipeline(
        scheduler=FlowMatchEulerDiscreteScheduler(use_dynamic_shifting=True),
        vae=average_colors(AutoencoderKLFlux2(**AUTOENCODER)),
        text_encoder=_make_text_model(len(tokenizer)),
        tokenizer=tokenizer,
        transformer=_make_transformer(),
        is_distilled=True,
    )


def tiny_z_image() -> Any:
    """Return a pipeline of Z-Image, which has a strength; it has the same weights each time."""
    torch.manual_seed(SEED)
    tokenizer = make_tokenizer(SPECIAL_TOKENS)
    tokenizer.chat_template = TEMPLATE
    return ZImagePipeline(
        scheduler=FlowMatchEulerDiscreteScheduler(),
        vae=average_colors(z_image_autoencoder()),
        text_encoder=_make_text_model(len(tokenizer)),
        tokenizer=tokenizer,
        transformer=ZImageTransformer2DModel(
            in_channels=4,
            dim=32,
            n_layers=1,
            n_refiner_layers=1,
            n_heads=2,
            n_kv_heads=2,
            cap_feat_dim=WIDTH,
            axes_dims=[4, 6, 6],
            axes_lens=[1024, 512, 512],
        ),
    )


def z_image_autoencoder() -> Any:
    """Return an autoencoder of Z-Image with random weights."""
    return AutoencoderKL(
        down_block_types=("DownEncoderBlock2D",) * 4,
        up_block_types=("UpDecoderBlock2D",) * 4,
        scaling_factor=1.0,
        shift_factor=0.0,
        **AUTOENCODER,
    )


def average_colors(vae: Any) -> Any:
    """Return an autoencoder that averages colors: all blocks but those that scale do nothing."""
    with torch.no_grad():
        for name, module in vae.named_modules():
            if name.endswith((".conv2", ".to_out.0")):  # the end of a block, which is then added
                module.weight.zero_()
                module.bias.zero_()
            elif isinstance(module, torch.nn.Conv2d):
                _copy_channels(module, is_average=".downsamplers." in name)
        for half in (vae.encoder, vae.decoder):
            half.conv_norm_out = torch.nn.Identity()
            half.conv_in.bias.fill_(OFFSET)
            half.conv_out.bias.fill_(-OFFSET)
        vae.encoder.conv_out.bias[LATENTS:].fill_(MIN_LOG_VARIANCE)
    return vae


def _copy_channels(convolution: Any, *, is_average: bool) -> None:
    """Make a convolution copy each channel: its center, or the average of 2 x 2 pixels."""
    weight = convolution.weight
    weight.zero_()
    convolution.bias.zero_()
    middle = weight.shape[2] // 2
    taps = slice(0, 2) if is_average else slice(middle, middle + 1)
    for channel in range(min(weight.shape[:2])):
        kernel = weight[channel, channel, taps, taps]
        kernel.fill_(1 / kernel.numel())


def make_tokenizer(special_tokens: Sequence[str]) -> Any:
    """Return a tokenizer with one token for each byte; of the special ones, the third ends."""
    tokens = [*sorted(pre_tokenizers.ByteLevel.alphabet()), *special_tokens]
    return Qwen2Tokenizer(
        vocab={token: index for index, token in enumerate(tokens)},
        merges=[],
        pad_token=special_tokens[0],
        eos_token=special_tokens[2],
        additional_special_tokens=list(special_tokens[1:]),
    )


def _make_text_model(vocab_size: int) -> Any:
    config = Qwen3Config(
        vocab_size=vocab_size,
        hidden_size=WIDTH,
        intermediate_size=2 * WIDTH,
        num_hidden_layers=LAYERS,
        num_attention_heads=2,
        num_key_value_heads=1,
        head_dim=8,
        max_position_embeddings=1024,
    )
    return Qwen3ForCausalLM(config).eval()


def _make_transformer() -> Any:
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
