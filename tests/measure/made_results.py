"""Results of a measurement made by formulas, for tests of plots, tables and exports."""

from __future__ import annotations

from semcodec.measure.results import (
    SCHEMA,
    Baseline,
    Metric,
    Photograph,
    Rate,
    Result,
    Results,
    Setting,
)

SIZE = (768, 512)
CODECS = [  # codec, setting, whether it is the smallest, bytes
    ("BlurHash", "", True, 22),
    ("ThumbHash", "", True, 24),
    ("JPEG", "q1", True, 8500),
    ("JPEG", "q75", False, 52000),
    ("WebP", "q0", True, 5100),
    ("WebP", "q80", False, 37000),
]
METRICS = [
    ("words_recall", "recall of words", "", True, None),
    ("words_f1", "F1 of words", "", True, 0.1),
    ("colors", "color distance", "ΔE", False, 33.0),
    ("boxes_iou", "overlap of boxes", "", True, None),
]


def make_results(photographs: int = 4, words: tuple[int, ...] = (6, 12, 24)) -> Results:
    """Return results of two codings with and without layers; each number differs by photograph."""
    settings = [
        Setting(
            id=f"{coding}-k{k}-{'off' if layers == 'off' else 'on'}",
            label=f"{coding}, {k} words",
            coding=coding,
            k=k,
            max_bytes=None,
            layers=layers,
        )
        for coding in ("lexicon", "bag")
        for layers in ("off", "layout,colors:24")
        for k in words
    ]
    return {
        "schema": SCHEMA,
        "version": "0",
        "backends": {"describer": "stub"},
        "command": "--k 6,12,24",
        "settings": settings,
        "metrics": [_metric(*row) for row in METRICS],
        "photographs": [_photograph(number, settings) for number in range(photographs)],
        "retrieval": [
            {
                "model": "features",
                "setting": setting["id"],
                "photographs": photographs,
                "found": min(photographs, (setting["k"] or 0) // 6),
                "chance": 1.0,
            }
            for setting in settings
        ],
        "skipped": {},
    }


def _metric(name: str, label: str, unit: str, higher: bool, chance: float | None) -> Metric:
    return {
        "name": name,
        "label": label,
        "explanation": "made",
        "unit": unit,
        "higher_is_better": higher,
        "chance": chance,
        "model": None,
    }


def _photograph(number: int, settings: list[Setting]) -> Photograph:
    return {
        "name": f"photograph-{number}.png",
        "sha256": f"{number:064x}",
        "size": list(SIZE),
        "file_bytes": 700_000 + number,
        "description": "words",
        "photograph_file": None,
        "baselines": [_baseline(number, *row) for row in CODECS],
        "results": [_result(number, setting) for setting in settings],
        "error": None,
    }


def _baseline(number: int, codec: str, setting: str, is_floor: bool, size: int) -> Baseline:
    size += size * number // 10
    return {
        "codec": codec,
        "setting": setting,
        "is_floor": is_floor,
        "bytes": size,
        "bpp": 8 * size / (SIZE[0] * SIZE[1]),
        "metrics": {"colors": 20 / (1 + size / 100)},
        "encode_seconds": 0.0,
        "decode_seconds": 0.0,
    }


def _result(number: int, setting: Setting) -> Result:
    k, layers = setting["k"] or 0, setting["layers"] != "off"
    payload = 8 * (k + number + 2 * (setting["coding"] == "lexicon"))
    return {
        "setting": setting["id"],
        "words": ["word"] * k,
        "record": "00",
        "rate": _rate(payload, 8 * 33 * layers),
        "text_coders": {
            "letters": 4 * k,
            "zlib": 5 * k + 8 + number + (setting["coding"] == "bag"),
        },
        "fidelity": {"words_recall": 0.5, "words_f1": 1 - 4 / (k + 4) + number / 50},
        "picture": {"colors": (15.0 if layers else 30.0) + number, "boxes_iou": 0.2 + 0.3 * layers},
        "record_file": "record",
        "picture_file": None,
        "trace_file": None,
        "encode_seconds": 0.0,
        "decode_seconds": 0.0,
        "notices": [],
    }


def _rate(payload: int, layers: int) -> Rate:
    bits = {
        "payload": payload,
        "header": 8,
        "size": 0,
        "models": 0,
        "extensions": layers,
        "check": 8,
        "framing": 0,
    }
    file = sum(bits.values())
    pixels = SIZE[0] * SIZE[1]
    return {
        "bits": bits,
        "layer_bits": layers,
        "file_bits": file,
        "picture_pixels": 1024 * 1024,
        "photograph_pixels": pixels,
        "payload_ubpp": payload * 1e6 / 1024**2,
        "file_ubpp": file * 1e6 / 1024**2,
        "file_ubpp_of_photograph": file * 1e6 / pixels,
        "out_of_band": [],
    }
