"""The results of a measurement, as they stand in ``results.json`` (spec/schema/bench-1.json).

Everything that is shown of a measurement (page, plots, tables, exports) is made of these values
and of the files that they name, so that it can be made again without a model.

A rate in micro-bits per pixel (µbpp) has two numbers of pixels to refer to, and both are given: the
picture that the record states (``picture_pixels``, about a megapixel), and the photograph itself.
Sizes are ``[width, height]`` in pixels. Names of files are relative to the folder of the results.
"""

from __future__ import annotations

from typing import Final, NotRequired, TypedDict

SCHEMA: Final = "semcodec/bench/1"
FILE_NAME: Final = "results.json"


class Setting(TypedDict):
    """How records are made: one column of the measurement."""

    id: str  #: such as "lexicon-k12-off"; distinct, and part of file names
    label: str  #: for people, such as "lexicon, 12 words"
    coding: str
    k: int | None
    max_bytes: int | None
    layers: str  #: as for ``encode``: "off", "layout,colors:24"


class Rate(TypedDict):
    """The size of a record by its parts, in bits, and its rates; see ``measure.rates``."""

    bits: dict[str, int]  #: by the names of ``RateEntry`` without "file"; they sum to ``file_bits``
    layer_bits: int  #: those of ``bits["extensions"]`` that belong to layers
    file_bits: int
    picture_pixels: int
    photograph_pixels: int
    payload_ubpp: float  #: of the picture
    file_ubpp: float  #: of the picture
    file_ubpp_of_photograph: float
    out_of_band: list[str]  #: what the decoder must have from elsewhere, in words


class Baseline(TypedDict):
    """Another image codec, on the pixels of the photograph."""

    codec: str  #: "JPEG", "WebP", "AVIF", "JPEG XL", "BlurHash", "ThumbHash"
    setting: str  #: such as "q1"; empty for hashes
    is_floor: bool  #: whether the codec has no smaller file of these pixels
    bytes: int
    bpp: float  #: bits per pixel of the photograph
    metrics: dict[str, float]  #: as in ``Result.picture``, of the decoded picture
    encode_seconds: float
    decode_seconds: float


class Result(TypedDict):
    """One photograph with one setting."""

    setting: str  #: ``Setting.id``
    words: list[str]
    record: str  #: in hexadecimal
    rate: Rate
    text_coders: dict[str, int]  #: bytes that other text coders take for the same words
    fidelity: dict[str, float | None]  #: of the words; None if there is nothing to compare
    picture: dict[str, float]  #: metrics of the painted picture; see ``measure.metrics``
    retrieval: NotRequired[dict[str, int]]  #: rank of the own photograph by image model, from 1
    record_file: str
    picture_file: str | None
    trace_file: str | None
    encode_seconds: float
    decode_seconds: float
    notices: list[str]


class Photograph(TypedDict):
    """One photograph."""

    name: str  #: base name, without folders; distinct
    sha256: str  #: of the bytes of the file
    size: list[int]
    file_bytes: int
    description: str | None
    photograph_file: str | None  #: a copy of the photograph at the size of the pictures
    baselines: list[Baseline]
    results: list[Result]  #: in the order of the settings, without those that failed
    error: str | None  #: why there are no results
    failed: NotRequired[dict[str, str]]  #: settings without a result, and why; absent if none


class Metric(TypedDict):
    """What a number in ``Result.fidelity`` or ``Result.picture`` means."""

    name: str
    label: str  #: for people, such as "color distance"
    explanation: str  #: a sentence: what it measures, and how little it may mean
    unit: str  #: or ""
    higher_is_better: bool
    chance: float | None  #: the value between pictures and other photographs, if it was measured
    model: str | None  #: name, version and weights of the model that computes it


class Retrieval(TypedDict):
    """How often the photograph of a picture was found among all, by one image model."""

    model: str
    setting: str
    photographs: int  #: N
    found: int  #: pictures whose own photograph is the nearest of the N
    chance: float  #: expected value of ``found`` for random pictures: 1.0


class Results(TypedDict):
    """All results of a measurement."""

    schema: str
    version: str  #: of semcodec
    backends: dict[str, str]  #: names of the models, by role
    command: str  #: the options that matter, without paths
    settings: list[Setting]
    metrics: list[Metric]
    photographs: list[Photograph]
    retrieval: list[Retrieval]
    skipped: dict[str, str]  #: columns that are absent, and why
