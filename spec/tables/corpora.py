"""The text files for training: names, licenses, and the lines held out for evaluation."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple


class Source(NamedTuple):
    """An input file of the tables; a text file has one description per line.

    Attributes:
        name: its path in the directory of the texts.
        terms: the license.
        origin: the collection; of a repository, the commit and the files too.
        blocks_per_held_out: one block of lines in so many is held out for evaluation.
    """

    name: str
    terms: str
    origin: str
    blocks_per_held_out: int = 5


BLOCKS_PER_HELD_OUT: Final = 5  #: of the first collections
MORE_BLOCKS_PER_HELD_OUT: Final = 20  #: of the others

SOURCES: Final = (
    Source("cmcbench-gpt4v.txt", "MIT", "CMC-Bench, Q-Future"),
    Source("cmcbench-qwen.txt", "MIT", "CMC-Bench, Q-Future"),
    Source("coco-val2017-captions.txt", "CC BY 4.0", "MS COCO, COCO Consortium"),
    Source("human-paragraphs.txt", "CC BY 4.0", "ImageInWords (DOCCI, DCI), Google"),
    Source("pali-paragraphs.txt", "CC BY 4.0", "ImageInWords, Google"),
    Source("parti-prompts.txt", "Apache-2.0", "PartiPrompts, Google"),
    Source("t2icompbench-train.txt", "MIT", "T2I-CompBench"),
    Source("geneval-prompts.txt", "MIT", "GenEval"),
)


def _more(name: str, terms: str, repository: str, files: str) -> Source:
    origin = f"{repository}: {files}"
    return Source(f"more/{name}.txt", terms, origin, MORE_BLOCKS_PER_HELD_OUT)


#: Collections of repositories, with the commit that each was read at.
MORE_SOURCES: Final = (
    _more("vbench-prompts", "Apache-2.0", "Vchitect/VBench @ 45e79ec14e69",
          "prompts/augmented_prompts, VBench-2.0/prompts/prompt_aug"),
    _more("dpg-bench", "Apache-2.0", "TencentQQGYLab/ELLA @ 3c228f1dc6c4", "dpg_bench/prompts"),
    _more("longbench-t2i", "MIT", "yczhou001/LongBench-T2I @ b85167ac1d86",
          "data/instruction.jsonl"),
    _more("unigenbench", "CC BY 4.0", "CodeGoat24/UniGenBench @ 49d0bcebb0b9",
          "data/train_prompt.txt, data/test_prompts_en.csv, data/test_prompts_en_long.csv"),
    _more("t2i-corebench", "Apache-2.0", "KlingTeam/T2I-CoReBench @ ebf7b7a0ac0d", "data/C-*.json"),
    _more("infinitystar", "MIT", "FoundationVision/InfinityStar @ 0446330b6791",
          "evaluation/VBench_rewrited_prompt.json, data/infinitystar_toy_data"),
    _more("comprecap", "MIT", "LuFan31/CompreCap @ b70aae69f3e3", "longcap_from_MLLM"),
    _more("chronomagic", "Apache-2.0", "PKU-YuanGroup/ChronoMagic-Bench @ e6b75ffc53c2",
          "prompts/Captions_ChronoMagic-Bench.csv"),
    _more("flowgrpo-ocr", "MIT", "yifan123/flow_grpo @ ac4c86e8cae0", "dataset/ocr/test.txt"),
    _more("bagel-geneval-long", "Apache-2.0", "ByteDance-Seed/Bagel @ 056b5fd51a88",
          "eval/gen/geneval/prompts/evaluation_metadata_long.jsonl"),
    _more("gecko-t2i", "Apache-2.0 and CC BY 4.0",
          "google-deepmind/gecko_benchmark_t2i @ e5f8ac247584", "prompts.csv"),
    _more("coco30k", "CC BY 4.0 (MS COCO val2014); the repository: MIT",
          "FoundationVision/LlamaGen @ ce98ec41803a", "evaluations/t2i/coco_captions.csv"),
    _more("vizwiz-val", "CC BY 4.0", "Yinan-Zhao/vizwiz-caption @ b0fb22bb9618",
          "results/fake_caption_val.json"),
    _more("nlvr2-sentences", "CC BY 4.0", "lil-lab/nlvr @ 18924841aa96",
          "nlvr2/data/dev.json, nlvr2/data/test1.json, nlvr2/data/test2.json"),
    _more("valse", "MIT", "Heidelberg-NLP/VALSE @ 2152d90d4aec", "data/*.json"),
    _more("sugar-crepe", "MIT", "RAIVNLab/sugar-crepe @ 0047054b2439", "data/*.json"),
    _more("imagereward-diffusiondb", "Apache-2.0 (prompts: DiffusionDB, CC0 1.0)",
          "THUDM/ImageReward @ c1392c6dd0fd", "data/refl_data.json, data/test.json"),
    _more("waffle-descriptors", "MIT", "ExplainableML/WaffleCLIP @ 7a1b8ee48e31", "descriptors"),
    _more("meta-prompting", "MIT", "jmiemirza/Meta-Prompting @ fb82b79f4f85",
          "descriptions/gpt: 25,000 lines"),
    _more("protext-gpt4", "MIT", "muzairkhattak/ProText @ f63d96bc971f",
          "templates/mapper_data_gpt.json: 25,000 lines"),
)  # fmt: skip
BLOCK_LINES: Final = 25  #: held out together, since captions of one photograph are adjacent


def is_held_out(line: int, blocks_per_held_out: int = BLOCKS_PER_HELD_OUT) -> bool:
    """Return whether the line with this number, from 0, is held out for evaluation."""
    return line // BLOCK_LINES % blocks_per_held_out == blocks_per_held_out - 1


def lines(folder: Path, source: Source, held_out: bool) -> Iterator[str]:
    """Yield the lines of ``source`` that are held out, or those for training."""
    text = folder.joinpath(source.name).read_text(encoding="utf-8")
    for number, line in enumerate(text.splitlines()):
        if is_held_out(number, source.blocks_per_held_out) is held_out and line.strip():
            yield line
