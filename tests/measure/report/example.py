"""Results of a small measurement, with records, pictures and traces in a folder."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw

import semcodec
from semcodec.measure.results import (
    SCHEMA,
    Baseline,
    Metric,
    Photograph,
    Result,
    Results,
    Setting,
)
from semcodec.measure.results import Rate as RateOfRecord

WORDS = ("red boat lake", "brown dog grass ball", "old man hat street car", "green tree hill")
SIZE = (96, 64)
LAYOUT = {"layout": {"boat": [(4, 8, 20, 30)]}}


def make_results(
    folder: Path,
    names: Sequence[str] = ("boat.jpg", "dog.jpg", "man.png"),
    *,
    words: Sequence[str] = WORDS,
    settings: int = 2,
) -> Results:
    """Return results of photographs with these names, and write the files that they name."""
    for name in ("photographs", "pictures", "records", "traces"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    kinds = [_setting(index) for index in range(settings)]
    photographs = [
        _photograph(folder, number, name, words[number % len(words)], kinds)
        for number, name in enumerate(names)
    ]
    return Results(
        schema=SCHEMA,
        version=semcodec.__version__,
        backends={"describer": "semcodec-embedded 1", "painter": "semcodec-embedded 1"},
        command="semcodec bench --k 6,12",
        settings=kinds,
        metrics=[
            _metric("f1", "F1 of words", higher=True, chance=0.1),
            _metric("de16", "color distance", higher=False, chance=30.0),
        ],
        photographs=photographs,
        retrieval=[
            {
                "model": "squeezenet 1",
                "setting": kind["id"],
                "photographs": len(names),
                "found": 1,
                "chance": 1.0,
            }
            for kind in kinds
        ],
        skipped={"lpips": "pyiqa is not installed"},
    )


def failed(name: str, error: str) -> Photograph:
    """Return a photograph that could not be encoded."""
    return Photograph(
        name=name,
        sha256="0" * 64,
        size=[0, 0],
        file_bytes=12,
        description=None,
        photograph_file=None,
        baselines=[],
        results=[],
        error=error,
    )


def _setting(index: int) -> Setting:
    k = 6 * (index + 1)
    return Setting(
        id=f"lexicon-k{k}-off", label=f"lexicon, {k} words", coding="lexicon", k=k,
        max_bytes=None, layers="off",
    )  # fmt: skip


def _metric(name: str, label: str, *, higher: bool, chance: float) -> Metric:
    return Metric(
        name=name, label=label, explanation=f"What {label} means.", unit="",
        higher_is_better=higher, chance=chance, model=None,
    )  # fmt: skip


def _photograph(
    folder: Path, number: int, name: str, words: str, settings: Sequence[Setting]
) -> Photograph:
    file = f"photographs/{number}.png"
    _draw(number, "photograph").save(folder / file)
    return Photograph(
        name=name,
        sha256=f"{number:064x}",
        size=list(SIZE),
        file_bytes=70_000 + number,
        description=f"A description of {words}.",
        photograph_file=file,
        baselines=[
            _baseline("WebP", "q0", 3_000, is_floor=True),
            _baseline("JPEG", "q1", 5_000, is_floor=True),
            _baseline("JPEG", "q75", 30_000),
        ],
        results=[_result(folder, number, words, setting) for setting in settings],
        error=None,
    )


def _result(folder: Path, number: int, words: str, setting: Setting) -> Result:
    stem = f"{number}.{setting['id']}"
    kept = words.split()[: (setting["k"] or 1) // 3]
    data = semcodec.pack(" ".join(kept), coding="auto", size=(1248, 832), framing="file")
    rate = semcodec.rate_breakdown(data)
    _draw(number, setting["id"]).save(folder / f"pictures/{stem}.png")
    (folder / f"records/{stem}.semc").write_bytes(data)
    (folder / f"traces/{stem}.json").write_text(json.dumps(_trace()), "utf-8")
    bits: dict[str, int] = {entry.name: entry.bits for entry in rate.entries}
    return Result(
        setting=setting["id"],
        words=kept,
        record=data.hex(),
        rate=RateOfRecord(
            bits={name: value for name, value in bits.items() if name != "file"},
            layer_bits=0,
            file_bits=bits["file"],
            picture_pixels=1248 * 832,
            photograph_pixels=SIZE[0] * SIZE[1],
            payload_ubpp=rate.ubpp("payload"),
            file_ubpp=rate.ubpp("file"),
            file_ubpp_of_photograph=1e6 * bits["file"] / (SIZE[0] * SIZE[1]),
            out_of_band=list(rate.out_of_band),
        ),
        text_coders={"zlib": 20 + number, "5-bit letters": 12},
        fidelity={"f1": (0.9, 0.5, 0.7, 0.2)[number % 4]},
        picture={"de16": (20.0, 35.5, 10.25, 50.0)[number % 4]},
        retrieval={"squeezenet 1": number + 1},
        record_file=f"records/{stem}.semc",
        picture_file=f"pictures/{stem}.png",
        trace_file=f"traces/{stem}.json",
        encode_seconds=0.5,
        decode_seconds=1.5,
        notices=[],
    )


def _baseline(codec: str, setting: str, size: int, *, is_floor: bool = False) -> Baseline:
    return Baseline(
        codec=codec, setting=setting, is_floor=is_floor, bytes=size, bpp=8 * size / 6144,
        metrics={"de16": 5.0}, encode_seconds=0.01, decode_seconds=0.01,
    )  # fmt: skip


def _trace() -> dict[str, Any]:
    """Return a trace with much that the page must not show."""
    stage = {
        "name": "describe",
        "model": "/home/ann/models/qwen.gguf",
        "seconds": 0.75,
        "inputs": ["SECRET PROMPT"],
        "output": "SECRET RESPONSE",
        "notes": {"calls": [{"url": "http://10.0.0.7:8080/v1", "key": "sk-SECRET"}]},
    }
    return {"encode": {"stages": [stage]}, "decode": {"stages": [{"name": "paint"}]}}


def _draw(number: int, text: str) -> Image.Image:
    """Return an image that is different for each number and text."""
    image = Image.new("RGB", SIZE, (40 * number % 256, 90, 200))
    ImageDraw.Draw(image).text((2, 2), f"{number} {text}", "white")
    return image
